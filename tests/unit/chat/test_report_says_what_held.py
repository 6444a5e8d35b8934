"""The report says exactly what held and after how long, what is missing, and the way on."""

from dataclasses import replace

import pytest

from bot.chat.port import Code
from bot.domain.outcome import Usable
from iac.spec import HttpCheck
from tests.fixtures import runs
from tests.unit.chat.test_card_reads_well import card, texts

UP = Usable("api01", "192.168.10.21", 4.1, 9.0, 9.3, "ssh ubuntu@192.168.10.21")


def shown(usable, language="en"):
    guest = replace(runs.GUEST, spec=replace(runs.GUEST.spec, http=HttpCheck(8080, "/health")))
    return card("applied", replace(runs.APPLIED, guests=(guest,), usable=(usable,)), language=language)


def said(usable, language="en"):
    return " ".join("\n".join(part.md for part in texts(shown(usable, language))).replace("\u202f", " ").split())


def test_a_page_that_answered_is_told_with_its_status_and_time():
    text = said(replace(UP, http_s=12.0, http_status=204))
    assert "SSH opened after 9.3 s and http://192.168.10.21:8080/health answered 204 after 12 s" in text


@pytest.mark.parametrize(
    ("missing", "status", "words", "way"),
    [
        ("http", None, "Missing: an answer at http://192.168.10.21:8080/health.", "firewall"),
        ("http_status", 500, "(the last one was 500)", "logs of the service"),
        ("http_untried", None, "it is tried once SSH is open", "may only need more time"),
    ],
)
def test_a_page_that_did_not_answer_is_told_with_the_way_on(missing, status, words, way):
    text = said(replace(UP, missing=(missing,), http_status=status))
    assert words in text
    assert "What works already: the guest agent answered after 4.1 s" in text
    assert way in text


def test_the_words_of_a_machine_are_shown_as_its_own():
    failed = replace(UP, cloud_init_s=None, missing=("cloud_init_failed",), said=("one", "E: no package"))
    assert "text from the machine, not from me" in said(failed)
    assert "Waiting will not mend cloud-init" in said(failed)
    assert "may only need more time" not in said(failed)
    assert [part.text for part in shown(failed).parts if isinstance(part, Code)][-1] == "one\nE: no package"
    assert "texte de la machine" in said(failed, "fr")


def test_a_template_without_cloud_init_names_the_template_as_the_way_on():
    failed = replace(UP, cloud_init_s=None, missing=("cloud_init_absent",))
    assert "cloud-init, which this template does not have" in said(failed)
    assert "Pick a template that has cloud-init" in said(failed)


@pytest.mark.parametrize(("language", "words"), [("en", "done when"), ("fr", "prête quand")])
def test_the_plan_says_what_must_answer_before_anybody_approves(language, words):
    guest = replace(runs.GUEST, spec=replace(runs.GUEST.spec, http=HttpCheck(8080, "/health")))
    for outcome in (replace(runs.PLANNED, guests=(guest,)), replace(runs.EMPTY, guests=(guest,))):
        state = "planned" if outcome.plan else "pending"
        text = "\n".join(part.md for part in texts(card(state, outcome, language=language, guests=(guest.spec,))))
        assert f"{words} `:8080/health`" in text


def test_a_plan_without_a_check_says_nothing_of_it():
    assert "done when" not in "\n".join(part.md for part in texts(card("planned")))
