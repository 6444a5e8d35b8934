"""The judges see what they are there for: each fault is found by the one that is said to find it."""

import copy

import pytest

from tests.conformance.slack.judges import own_faults, own_view_faults, sdk_faults, sdk_view_faults


def words(text, kind="mrkdwn"):
    return {"type": kind, "text": text, **({"verbatim": True} if kind == "mrkdwn" else {})}


def section(text="x", **more):
    return {"type": "section", "text": words(text), **more}


def button(label="x", **more):
    return {"type": "button", "text": words(label, "plain_text"), "action_id": "a#1", **more}


def row(*buttons):
    return {"type": "actions", "elements": list(buttons)}


def menu(count, label="x"):
    options = [{"text": words(label, "plain_text"), "value": f"v{n}"} for n in range(count)]
    element = {"type": "static_select", "action_id": "answer", "options": options}
    return {"type": "input", "block_id": "i", "label": words("x", "plain_text"), "element": element}


BY_SDK = {
    "a section of 3,001": section("x" * 3001),
    "eleven fields": {"type": "section", "fields": [words("x")] * 11},
    "a header of 151": {"type": "header", "text": words("x" * 151, "plain_text")},
    "26 buttons": row(*(button(action_id=f"a{n}") for n in range(26))),
    "a label of 76": row(button("x" * 76)),
    "a value of 2,001": row(button(value="x" * 2001)),
    "an action id of 256": row(button(action_id="x" * 256)),
    "101 options": menu(101),
    "eleven folded blocks": {
        "type": "container",
        "title": words("x", "plain_text"),
        "child_blocks": [section()] * 11,
    },
}
BY_TYPES = {
    "marks on a button": row(button() | {"text": words("x")}),
    "a mistyped key": section(exapnd=True),
    "an unknown block": {"type": "sectoin", "text": words("x")},
    "an unknown element": row({"type": "lever", "action_id": "a"}),
    "a style that is none": row(button(style="success")),
}
BY_US = {
    "a field of 2,001": [{"type": "section", "fields": [words("x" * 2001)]}],
    "51 blocks": [section()] * 51,
    "no block": [],
    "too much together": [section("x" * 2900)] * 4,
    "an empty text": [section(" ")],
    "an empty label": [row(button(" "))],
    "two equal action ids": [row(button(), button())],
    "an empty row": [row()],
    "an option of 76": [menu(2, "x" * 76)],
    "a call": [section("<!channel>")],
    "a half entity": [section("a &am")],
    "an open fence": [section("``` a")],
    "names looked for": [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}],
}
VIEW = {
    "type": "modal",
    "callback_id": "c",
    "title": words("x", "plain_text"),
    "submit": words("x", "plain_text"),
    "private_metadata": "{}",
    "blocks": [menu(2)],
}


@pytest.mark.parametrize("fault", BY_SDK)
def test_slacks_own_sdk_refuses(fault):
    assert list(sdk_faults([BY_SDK[fault]]))


@pytest.mark.parametrize("fault", BY_TYPES)
def test_slacks_published_types_refuse(fault, published):
    assert list(published.faults([BY_TYPES[fault]]))


@pytest.mark.parametrize("fault", BY_US)
def test_our_own_rules_refuse(fault):
    assert list(own_faults(BY_US[fault]))


def test_a_block_that_the_sdk_passes_over_counts_as_refused():
    assert list(sdk_faults([{"type": "sectoin"}]))


def test_a_notification_that_calls_somebody_is_refused():
    assert list(own_faults([section()], "<!here>"))


def test_no_judge_refuses_what_is_right(published):
    blocks = [section("*a* &amp; <https://pve.example|b>"), row(button(value="v", style="danger"))]
    assert not [*sdk_faults(blocks), *published.faults(blocks), *own_faults(blocks)]
    assert not [*sdk_view_faults(VIEW), *published.view_faults(VIEW), *own_view_faults(VIEW)]


@pytest.mark.parametrize("change", [{"title": words("x" * 25, "plain_text")}, {"private_metadata": "x" * 3001}])
def test_a_modal_beyond_its_frame_is_refused_by_the_sdk(change):
    assert list(sdk_view_faults({**copy.deepcopy(VIEW), **change}))


def test_a_modal_without_a_title_is_refused_by_the_types(published):
    assert list(published.view_faults({name: value for name, value in VIEW.items() if name != "title"}))


def test_a_modal_that_cannot_be_sent_is_refused_by_us():
    assert list(own_view_faults({name: value for name, value in VIEW.items() if name != "submit"}))
