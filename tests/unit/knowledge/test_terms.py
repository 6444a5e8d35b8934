"""A question becomes words to look for, in both languages, and never anything else than words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.knowledge.index import expression
from agents.knowledge.terms import MOST_TERMS, glossary_of, terms_of


def said(question, language="en"):
    return [term.said for term in terms_of(question, language)]


def forms(question):
    return {form for term in terms_of(question, "fr") for form in term.forms}


def test_words_that_only_hold_a_question_together_are_dropped():
    assert said("How do I restore a backup?") == ["restore", "backup"]
    assert said("Comment est-ce que je restaure une sauvegarde ?", "fr") == ["restaure", "sauvegarde"]


@pytest.mark.parametrize("question", ["", "?", "???", "the of and", "comment faire ?", "\N{SNOWMAN}"])
def test_a_question_without_a_word_that_says_something_has_none(question):
    assert terms_of(question, None) == ()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("two-node", ["two", "node"]),
        ("C++", []),
        ('AND OR NOT "NEAR(', ["near"]),
        ("title:x* OR 1", ["title", "1"]),
        ("what's a node's disk?", ["node", "disk"]),
    ],
)
def test_signs_are_no_part_of_words(question, words):
    assert said(question) == words


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("l'hôte", "host"),
        ("l\N{RIGHT SINGLE QUOTATION MARK}hôte", "host"),
        ("qu'un nœud", "node"),
        ("d'une sauvegarde", "backup"),
        ("les instantanés", "snapshot"),
        ("SAUVEGARDÉES", "backup"),
        ("mot de passe", "password"),
        ("mises à jour", "upgrade"),
        ("pare-feu", "firewall"),
        ("haute disponibilité", "availability"),
        ("machines virtuelles", "guest"),
        ("à chaud", "live"),
        ("redémarrage", "reboot"),
    ],
)
def test_french_is_looked_for_in_english_too(question, english):
    assert english in forms(question)


def test_a_french_word_is_looked_for_as_it_is_too_so_that_french_pages_are_found():
    assert {"sauvegarde", "backup"} <= forms("la sauvegarde")
    assert {"mot", "passe", "password"} <= forms("mot de passe")


def test_an_english_question_is_not_translated():
    assert [term.forms for term in terms_of("charge of the plan", "en")] == [("charge",), ("plan",)]


def test_words_that_people_use_for_one_another_are_looked_for_too_whatever_their_ending():
    [term] = terms_of("growing", "en")
    assert {"larger", "extend", "resize"} <= set(term.alike)
    assert not set(term.alike) & set(term.forms)


def test_what_everything_here_is_about_counts_only_where_nothing_else_was_said():
    assert said("disks in Proxmox VE") == ["disks"]
    assert said("what is Proxmox?") == ["proxmox"]


def test_a_word_that_is_said_twice_counts_once():
    assert said("backup backup BACKUP") == ["backup"]


def test_the_glossary_has_no_empty_entry_and_translates_no_stop_word():
    glossary = glossary_of()
    known = {**glossary.words, **dict(glossary.stems)}
    assert len(known) > 250
    assert all(english and key for key, english in known.items())
    assert not glossary.stop & set(known)


@given(st.text(max_size=300), st.sampled_from(["en", "fr", None]))
def test_any_text_becomes_a_bounded_list_of_quoted_words(text, language):
    terms = terms_of(text, language)
    assert len(terms) <= MOST_TERMS
    assert all(form and form == form.strip('" ') for term in terms for form in term.forms)
    assert expression(["a", 'b"c']) == '"a" OR "b""c"'
