"""Planted secrets, of every kind and wherever they stand: none of them leaves by any door."""

import base64
import json
import logging
import uuid

import pytest
import structlog
from google.adk.models.llm_request import LlmRequest
from google.genai.types import Content, FunctionResponse, Part
from hypothesis import given
from hypothesis import strategies as st

from agents.models.asking import copy_for
from bot.chat.port import Button, Buttons, Card, Code, Conversation, Diff, Fields, Text
from bot.log import configure, redact, without_secrets
from bot.ports import Outgoing
from bot.settings import Settings
from bot.store.outbox import _row
from iac.redaction import keep_secret

WORD = st.text("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=12, max_size=40)
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n{}\n-----END OPENSSH PRIVATE KEY-----"
PLANTED = st.one_of(
    st.uuids(version=4).map(lambda n: (f"bot@pve!threadform={n}", str(n))),
    st.tuples(WORD, st.uuids()).map(lambda t: (f"PVEAPIToken={t[0]}@pve!x={t[1]}", str(t[1]))),
    WORD.map(lambda w: (f"PVE:root@pam:65A0B1C2::{w}==", w)),
    WORD.map(lambda w: (f"postgresql://bot:{w}@db.example/tf", w)),
    WORD.map(lambda w: (f"redis://:{w}/{w}@cache:6379/0", w)),
    WORD.map(lambda w: (f"https://user:{w}@pve.example:8006/api2/json", w)),
    WORD.map(lambda w: (f"password={w}", w)),
    WORD.map(lambda w: (f'"cipassword": "{w}"', w)),
    WORD.map(lambda w: (f"THREADFORM_STATE_KEY={w}", w)),
    WORD.map(lambda w: (f"Authorization: Bearer {w}{w}", w)),
    WORD.map(lambda w: (f"xoxb-{w}", w)),
    WORD.map(lambda w: (f"ghp_{w}{w}", w)),
    WORD.map(lambda w: (KEY.format(w, w), w)),
    WORD.map(lambda w: (KEY.format(w, w)[:-20], w)),
    st.binary(min_size=32, max_size=32).map(lambda b: (base64.b64encode(b).decode(),) * 2),
)
AROUND = st.text("abc XYZ,.\n-éà", max_size=20)


@given(AROUND, PLANTED, AROUND)
def test_a_secret_is_hidden_whatever_stands_around_it(before, planted, after):
    said, secret = planted
    assert secret not in redact(f"{before} {said} {after}")


@given(AROUND, PLANTED, AROUND)
def test_json_that_had_a_secret_in_it_is_json_without_it(before, planted, after):
    said, secret = planted
    text = json.dumps({"text": f"{before} {said} {after}", "who": "ann@pam", "n": 1})
    kept = json.loads(redact(text))
    assert secret not in str(kept)
    assert kept["who"] == "ann@pam"


@given(PLANTED)
def test_what_is_hidden_once_stays_as_it_is(planted):
    once = redact(f"why: {planted[0]} and so on")
    assert redact(once) == once


@given(PLANTED, st.sampled_from(["plain", "title", "md", "field", "code", "diff", "label"]))
def test_no_card_carries_one_out(planted, where):
    said, secret = planted
    parts = {
        "md": Text(said),
        "field": Fields((("why", said),)),
        "code": Code(said),
        "diff": Diff("one change", said),
        "label": Buttons((Button("approve", said, "r1:d1"),)),
    }
    shown = (parts[where],) if where in parts else ()
    card = Card(said if where == "plain" else "x", shown, said if where == "title" else "")
    stored = json.dumps(_row(Outgoing("k", Conversation("web", "h", "g", "t"), card))["card"])
    assert secret not in stored
    assert json.dumps(secret)[1:-1] not in stored


@given(PLANTED)
def test_no_prompt_carries_one_to_a_model(planted):
    said, secret = planted
    answer = FunctionResponse(name="look", response={"found": [said]})
    contents = [Content(role="user", parts=[Part(text=said), Part(function_response=answer)])]
    sent = copy_for("live", LlmRequest(contents=contents))
    assert secret not in str(sent.contents)
    assert secret in str(contents)  # what the turn itself knows is not changed


@given(PLANTED)
def test_no_value_of_a_record_carries_one_however_deep(planted):
    said, secret = planted
    assert secret not in str(without_secrets({"why": [said, {"deep": (said,)}], "password": secret}))


SECRETS = [
    ("said", f"bot@pve!x={uuid.UUID(int=7)}", str(uuid.UUID(int=7))),
    ("url", "redis://:hunter22@cache", "hunter22"),
]


@pytest.mark.parametrize(("_name", "said", "secret"), SECRETS)
def test_no_log_line_carries_one_whoever_writes_it(capsys, _name, said, secret):
    configure("json", "info")
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []
    try:
        configure("json", "info")
        structlog.get_logger().info("x.happened", why=said)
        logging.getLogger("some.library").warning("refused by %s", said)
        try:
            int(said)
        except ValueError:
            structlog.get_logger().exception("x.broke")
            logging.getLogger("some.library").exception("broke")
    finally:
        root.handlers = handlers
    written = capsys.readouterr().err
    assert written.count("happened") == 1
    assert "some.library" in written
    assert secret not in written


def test_a_secret_of_the_settings_is_hidden_even_where_it_looks_like_a_word():
    settings = Settings.model_validate({"gemini_key": "correcthorsebattery", "redis_url": "redis://:stapler%2F1@cache"})
    keep_secret(settings.secrets)
    assert redact("it said correcthorsebattery, then stapler/1 and stapler%2F1") == (
        "it said [hidden], then [hidden] and [hidden]"
    )


@pytest.mark.parametrize(
    "plain",
    [
        "run 4f2 of alice@example.org planned",
        "https://pve.example:8006/api2/json?user=ann@pam",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3k2b8m1Qv9 alice@laptop",
        "+ vm api01 on pmox01: 4 cores, 8 GB, tokens: 512",
        "the password was changed by Ann",
        f"digest {'0a' * 32}",
        "+ password = (sensitive value)",
    ],
)
def test_plain_words_pass(plain):
    shown = redact(plain)
    assert shown == plain or "(sensitive value)" in plain
