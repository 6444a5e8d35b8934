"""How severe a message is, which rule holds for it, and how the ways are set up."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.chat.cards import plain_text
from bot.chat.port import Button, Buttons, Card, Code, Conversation, Diff, Fields, Form, Input, Quote, Text
from bot.chat.words import Words
from bot.domain.run import RunState
from bot.domain.severity import rule_of, severity_of
from bot.ports import Notice, Stack
from bot.settings import Settings
from bot.ways import Mail, OtherChat, Push
from bot.wiring.second import second_of
from iac.errors import Broken
from tests.fixtures.recorder import Recorder
from tests.integration.store.making import a_run

STACK = Stack("s", Conversation("web", "l", "m", "t"), "dev", "en", "api01")
PUSH = {"push_url": "https://ntfy.example.org/proxmox"}
MAIL = {"mail_url": "smtp://mail:587", "mail_from": "bot@example.org", "mail_to": ("ann@example.org",)}


def settings(**more):
    return Settings.model_validate(more)


def by(*ways, severity="critical", minutes=3):
    return {severity: {"minutes": minutes, "by": list(ways)}}


@pytest.mark.parametrize(
    ("state", "digest", "severity"),
    [
        (RunState.ERRORED, "d", "critical"),
        (RunState.ERRORED, None, "warning"),
        (RunState.PLANNED, "d", "warning"),
        (RunState.APPLIED, "d", "info"),
        (RunState.DISCARDED, "d", "info"),
    ],
)
def test_an_apply_that_broke_is_critical_and_what_waits_for_somebody_is_a_warning(state, digest, severity):
    assert severity_of(replace(a_run(STACK), state=state, digest=digest)) == severity


def test_a_rule_holds_for_what_is_more_severe_and_not_for_less():
    assert rule_of("critical", {"warning": 1}) == 1
    assert rule_of("critical", {"warning": 1, "critical": 2}) == 2
    assert rule_of("info", {"warning": 1}) is None
    assert rule_of("warning", {}) is None
    assert rule_of("unheard of", {"warning": 1}) is None


def test_each_way_that_is_named_is_built_and_no_other():
    chat = Recorder()
    wanted = settings(second_ways=by("mail", "push", "chat:test:local:ops"), **MAIL, **PUSH)
    second = second_of(wanted, None, {"test": chat}, Words.load())
    mail, push, other = (second.ways[name] for name in ("mail", "push", "chat:test:local:ops"))
    assert isinstance(mail, Mail)
    assert isinstance(push, Push)
    assert isinstance(other, OtherChat)
    assert other.to == Conversation("test", "local", "ops")
    assert second.rules["critical"].after_s == 180
    assert second_of(settings(**MAIL), None, {}, Words.load()).ways == {}


def test_a_channel_with_colons_in_its_name_is_understood():
    wanted = settings(second_ways=by("chat:matrix:example.org:!room:example.org"))
    other = second_of(wanted, None, {"matrix": Recorder()}, Words.load()).ways.popitem()[1]
    assert other.to == Conversation("matrix", "example.org", "!room:example.org")


def test_a_way_to_a_chat_that_is_not_there_ends_the_start():
    with pytest.raises(Broken, match="slack"):
        second_of(settings(second_ways=by("chat:slack:T1:C1")), None, {}, Words.load())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"second_ways": by("mail")}, "MAIL_URL"),
        ({"second_ways": by("push")}, "PUSH_URL"),
        ({"second_ways": by("pigeon")}, "pigeon"),
        ({"second_ways": by("chat:slack")}, "chat:slack"),
        ({"second_ways": by("mail", minutes=0), **MAIL}, "minutes"),
        ({"second_ways": by()}, "by"),
        ({"second_ways": by("push", severity="loud"), **PUSH}, "loud"),
        ({"mail_url": "http://mail"}, "MAIL_URL"),
        ({"push_url": "ntfy.example.org/x"}, "PUSH_URL"),
        ({"matrix_url": "https://matrix.example.org"}, "MATRIX_TOKEN"),
        ({"matrix_token": "syt_word"}, "MATRIX_URL"),
        ({"matrix_url": "http://matrix.example.org", "matrix_token": "syt_word"}, "https"),
    ],
)
def test_what_would_be_silent_when_it_is_needed_is_refused_at_the_start(wrong, said):
    with pytest.raises(ValidationError, match=said):
        settings(**wrong)


def test_passwords_and_topics_of_the_ways_are_secrets():
    secrets = settings(mail_url="smtps://bot:pa%40ss-word@mail", push_token="tk_123456", **PUSH).secrets
    assert {"pa@ss-word", "tk_123456", PUSH["push_url"], "smtps://bot:pa%40ss-word@mail"} <= set(secrets)


async def test_another_chat_is_told_without_anything_to_press():
    chat = Recorder()
    card = Card(
        "api01: broken",
        (Text("**it** broke"), Buttons((Button("a", "Finish", "v"),)), Form("f", "Why?", (Input("i", "Why"),))),
        title="api01",
    )
    notice = Notice("run:1:errored", "critical", "api01", "it broke; because", card)
    way = OtherChat(chat, Conversation("test", "local", "ops"))
    for _ in range(2):
        await way.send(notice)
    ((said,),) = chat.forms.values()
    assert said.plain == "it broke; because"
    assert [type(part) for part in said.parts] == [Text]


def test_every_part_of_a_card_reads_as_plain_words():
    quote = Quote("said", "Page", "https://x.example.org")
    words = (Text("a **b**", fold="more"), Fields((("n", "v"),)), Code("ssh x"), quote, Diff("1 to add", "+ x"))
    assert (
        plain_text(Card("told", words))
        == "told\n\nmore\na b\n\nn: v\n\nssh x\n\nsaid\nPage (https://x.example.org)\n\n1 to add"
    )


def test_the_settings_shown_on_the_page_are_taken_together(monkeypatch):
    page = (Path(__file__).resolve().parents[3] / "docs" / "second-way.md").read_text()
    name, value = re.search(r"```json (THREADFORM_\w+)\n(.*?)```", page, flags=re.DOTALL).groups()
    monkeypatch.setenv(name, value)
    found = settings(**MAIL, **PUSH).second_ways
    assert found["warning"].by == ("mail",)
    assert (found["critical"].minutes, found["critical"].by) == (3, ("mail", "push"))
