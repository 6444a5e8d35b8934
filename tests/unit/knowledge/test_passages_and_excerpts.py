"""Documents are cut where a reader would cut them, and a quote is word for word what stands there."""

from hypothesis import given
from hypothesis import strategies as st

from agents.knowledge import excerpts, passages
from agents.knowledge.excerpts import excerpt
from agents.knowledge.passages import passages_of
from agents.knowledge.values import Document, Section

WORDS = st.lists(st.sampled_from(["backup.", "restore", "a" * 60, "\n", "\n\n", "node!", "x" * 2000]), max_size=80)


def cut(text):
    return [section.text for section in passages_of(Document("t", (Section("h", text),)))]


def test_a_short_section_is_one_passage_under_its_heading():
    document = Document("t", (Section("one", "a", "x"), Section("two", "b")))
    assert list(passages_of(document)) == [Section("one", "a", "x"), Section("two", "b")]


def test_a_long_section_is_cut_between_paragraphs():
    paragraphs = ["word " * 100 + str(n) for n in range(6)]
    found = cut("\n\n".join(paragraphs))
    assert len(found) == 3
    assert [p for text in found for p in text.split("\n\n")] == paragraphs


def test_a_long_paragraph_is_cut_at_the_end_of_a_sentence():
    found = cut("This is a sentence. " * 100)
    assert all(text.endswith(".") for text in found)


def test_an_empty_section_is_no_passage():
    assert cut(" \n\n ") == []


@given(WORDS.map(" ".join))
def test_no_passage_is_too_long_and_no_word_gets_lost(text):
    found = cut(text)
    assert all(0 < len(each) <= passages.MOST for each in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_a_short_text_is_quoted_whole():
    assert excerpt("Call Bob.\nThen wait.", ["bob"]) == "Call Bob.\nThen wait."


def test_the_sentences_that_hold_the_words_are_quoted_and_cuts_are_marked():
    text = "Nothing here at all. " * 40 + "Call Bob for the database. " + "Nothing there either. " * 40
    quote = excerpt(text, ["databases", "bob"])
    assert "Call Bob for the database." in quote
    assert quote.startswith("\u2026 ")
    assert quote.endswith(" \u2026")


def test_accents_do_not_hide_a_word():
    text = "Rien. " * 200 + "Redémarrez le nœud. " + "Rien. " * 200
    assert "Redémarrez le nœud." in excerpt(text, ["redemarrage"])


def test_a_secret_in_a_document_is_hidden():
    assert "hunter22" not in excerpt("Log in with password: hunter22 and go on.", ["log"])


@given(st.text(max_size=1500), st.lists(st.text(max_size=8), max_size=6))
def test_a_quote_is_never_longer_than_it_may_be(text, forms):
    assert len(excerpt(text, forms)) <= excerpts.MOST + 4
