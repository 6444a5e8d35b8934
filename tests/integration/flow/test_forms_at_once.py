"""Forms: a press opens them at once, they are checked before they are stored, and a refused one uses nothing up."""

import pytest

from agents.contracts import Choice, Question, Reply
from bot.chat.port import Forms, Sink
from bot.domain.approval import button_value
from bot.domain.run import RunState
from bot.store.audit import Audit
from bot.store.inbox import SqlInbox
from iac.errors import Broken, say
from tests.fixtures.flow import Flow
from tests.fixtures.sinking import lossy, opened, sent, sink_of

S = RunState


@pytest.fixture
async def losing(flow):
    """A run whose plan destroys api01."""
    return await lossy(flow, "api01")


async def stored(flow: Flow, key: str) -> bool:
    return await SqlInbox(flow.database).has(key)


async def test_the_sink_of_the_product_offers_forms(flow):
    sink: Sink = sink_of(flow)
    assert isinstance(sink, Forms)


async def test_edit_opens_filled_in_for_whoever_may_edit_and_for_nobody_else(flow):
    run = await flow.planned()
    opening = await opened(flow, "bob", run, "edit")
    assert opening.form.id == f"edit:{button_value(run)}"
    assert {i.id: i.default for i in opening.form.inputs}["0.cores"] == "4"
    assert "needs its own yes" in opening.note
    assert await opened(flow, "mallory", run, "edit") is None
    assert await flow.messages() == [m for m in await flow.messages() if m[0] != "whisper"]


async def test_a_yes_to_a_loss_opens_the_question_for_the_names(flow, losing):
    opening = await opened(flow, "carol", losing, "approve")
    assert opening.form.id == f"confirm:{button_value(losing)}"
    assert "destroys api01" in opening.note
    assert await opened(flow, "bob", losing, "approve") is None  # may not destroy: the stage tells why


async def test_a_yes_to_anything_else_opens_nothing(flow):
    assert await opened(flow, "bob", await flow.planned(), "approve") is None
    assert await opened(flow, "bob", await flow.newest(), "trace") is None


async def test_discard_opens_a_question_why_that_may_stay_empty(flow):
    run = await flow.planned()
    opening = await opened(flow, "alice", run, "discard")
    assert opening.form.id == f"discard:{button_value(run)}"
    assert [i.is_optional for i in opening.form.inputs] == [True]
    flow.ruled(asks_reason=True)
    assert [i.is_optional for i in (await opened(flow, "alice", run, "discard")).form.inputs] == [False]


async def test_the_form_speaks_the_language_of_the_card(flow):
    flow.world.answer = flow.world.answer.model_copy(update={"language": "fr"})
    opening = await opened(flow, "alice", await flow.planned(), "discard")
    assert (opening.language, opening.form.title) == ("fr", "Abandonner ce plan")


async def test_a_card_that_is_decided_opens_nothing(flow):
    run = await flow.approved()
    for action in ("edit", "approve", "discard"):
        assert await opened(flow, "bob", run, action) is None


async def test_a_cluster_that_does_not_answer_opens_nothing_and_the_press_can_still_be_stored(flow):
    run = await flow.planned()
    flow.world.faults["cluster"] = [Broken("reading the cluster", "away")]
    assert await opened(flow, "bob", run, "edit") is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("0.cores", "many", "no number of cores"),
        ("0.memory", "", "no amount of memory"),
        ("0.disk", "1.5", "no size of a disk"),
        ("0.node", "n9", "none that I offered"),
        ("0.name", "Not a name!", "name"),
        ("0.cores", "4000", "4,000 cores"),
    ],
)
async def test_what_is_wrong_in_an_edit_is_said_at_its_field_and_nothing_is_stored(flow, field, value, said):
    run = await flow.planned()
    wrong = await sent(flow, "bob", f"edit:{button_value(run)}", {field: value})
    assert list(wrong) == [field]
    assert said in wrong[field]
    assert not await stored(flow, "view")


async def test_every_field_that_is_wrong_is_named_at_once(flow):
    run = await flow.planned()
    wrong = await sent(flow, "bob", f"edit:{button_value(run)}", {"0.cores": "x", "0.disk": "y"})
    assert list(wrong) == ["0.cores", "0.disk"]


async def test_a_corrected_form_passes_under_the_same_key(flow):
    run = await flow.planned()
    form = f"edit:{button_value(run)}"
    assert await sent(flow, "bob", form, {"0.cores": "x"})
    assert await sent(flow, "bob", form, {"0.cores": "2"}) is None
    assert await stored(flow, "view")
    assert ("press", "view") in flow.world.rung


async def test_a_form_that_was_taken_and_comes_again_is_no_error(flow):
    run = await flow.planned()
    form = f"edit:{button_value(run)}"
    assert await sent(flow, "bob", form, {"0.cores": "2"}) is None
    assert await sent(flow, "bob", form, {"0.cores": "x"}) is None


async def test_wrong_names_are_said_at_the_field_and_kept_in_the_trail(flow, losing):
    form = f"confirm:{button_value(losing)}"
    wrong = await sent(flow, "carol", form, {"names": "api02"})
    assert "not the name" in wrong["names"]
    assert not await stored(flow, "view")
    assert await sent(flow, "carol", form, {"names": "API01"}) is None
    rows = [row.entry for row in await Audit(flow.database).of_run(losing.id)]
    assert [(e.what, e.actor) for e in rows if e.what == "press.refused"] == [("press.refused", "test:carol")]


async def test_whoever_may_not_approve_learns_it_from_the_stage_not_from_a_field(flow, losing):
    assert await sent(flow, "bob", f"confirm:{button_value(losing)}", {"names": "wrong"}) is None


async def test_a_reason_is_wanted_only_where_the_rules_say_so_and_is_never_a_letter(flow):
    run = await flow.planned()
    form = f"discard:{button_value(run)}"
    assert "300 fit" in (await sent(flow, "alice", form, {"reason": "x" * 301}))["reason"]
    flow.ruled(asks_reason=True)
    assert "with a reason" in (await sent(flow, "alice", form, {"reason": "  "}))["reason"]
    assert await sent(flow, "alice", form, {"reason": "two of these are enough"}) is None


async def test_the_reason_is_kept_with_the_decision_and_stands_on_the_card_and_in_the_trail(anywhere):
    run = await anywhere.planned()
    await anywhere.fill("bob", f"discard:{button_value(run)}", {"reason": "we have\n one already"})
    assert (await anywhere.newest()).state is S.DISCARDED
    assert "Reason: we have one already" in (await anywhere.messages())[-1][2]
    rows = [row.entry for row in await Audit(anywhere.database).of_run(run.id)]
    assert rows[-1].facts["reason"] == "we have one already"


async def test_a_discard_without_the_reason_that_is_wanted_is_asked_for_it_alone_and_changes_nothing(flow):
    flow.ruled(asks_reason=True)
    run = await flow.planned()
    await flow.press("alice", run, "discard")
    assert (await flow.newest()).state is S.PLANNED
    assert "with a reason" in (await flow.told("alice"))[-1]
    await flow.fill("alice", f"discard:{button_value(run)}", {"reason": "changed my mind"})
    assert (await flow.newest()).state is S.DISCARDED


async def test_a_discard_where_no_reason_is_wanted_is_one_press(flow):
    await flow.press("alice", await flow.planned(), "discard")
    assert (await flow.newest()).state is S.DISCARDED


async def test_an_answer_that_was_not_offered_is_no_answer(flow):
    choices = (Choice(label="n1", value="n1"), Choice(label="n2", value="n2"))
    asked = (Question(slot="node", ask=say("web.said", text="Which?"), choices=choices, default="n1"),)
    flow.world.answer = Reply(language="fr", questions=asked)
    await flow.say("alice")
    key = (await flow.messages())[-1][1].removeprefix("reply:")
    wrong = await sent(flow, "alice", f"ask:fr:{key}", {"node": ""})
    assert wrong == {"node": "Merci de répondre à cette question."}
    assert await sent(flow, "alice", f"ask:fr:{key}", {"node": "n2"}) is None


async def test_a_form_of_nobody_is_stored_and_left_to_its_stage(flow):
    assert await sent(flow, "alice", "edit:nothing:like-it", {"x": "y"}) is None
    assert await sent(flow, "alice", "no form of ours", {}, key="other") is None
