"""A small edit before the yes: planned anew, a new digest, a new yes; and not of whoever made the wish bigger."""

from dataclasses import replace

import pytest

from bot.domain.approval import button_value
from bot.domain.run import Run, RunState
from iac.spec import Address
from tests.fixtures.flow import SPEC, Flow, proposal

S = RunState


def form(run: Run) -> str:
    return f"edit:{button_value(run)}"


async def edited(flow: Flow, person: str, run: Run, **values: str) -> Run:
    """Send the form with these fields of the first guest changed, and plan what came of it."""
    await flow.fill(person, form(run), {f"0.{field}": value for field, value in values.items()})
    newest = await flow.newest()
    await flow.planning.plan(newest.id)
    return await flow.newest()


def asked(run: Run) -> dict:
    return run.proposal["guests"][0]


async def test_the_form_comes_to_the_presser_alone_filled_with_what_is_asked(flow):
    run = await flow.planned()
    await flow.press("bob", run, "edit")
    kind, _, card = (await flow.messages())[-1]
    assert kind == "whisper"
    assert await flow.told("bob") == ["Edit api01"]
    for default in ("'default': '4'", "'default': '8'", "'default': '60'", "'default': 'api01'", "'value': 'n2'"):
        assert default in card
    assert (await flow.newest()).id == run.id


async def test_an_edit_is_the_next_revision_of_the_same_wish(anywhere):
    run = await anywhere.planned()
    newer = await edited(anywhere, "bob", run, cores="2", memory="4,5", disk="60 GB", name="API02")
    assert (await anywhere.runs.get(run.id)).state is S.SUPERSEDED
    assert (newer.revision, newer.requester, newer.state) == (2, "test:alice", S.PLANNED)
    assert (asked(newer)["name"], asked(newer)["cores"], asked(newer)["memory_mb"]) == ("api02", 2, 4608)
    assert "Edited by Bob" in (await anywhere.messages())[-1][2]


async def test_the_yes_to_the_older_plan_is_worth_nothing_for_the_new_one(flow):
    flow.ruled(approvals=2)
    run = await flow.planned()
    await flow.press("bob", run)
    newer = await edited(flow, "carol", run, cores="2")
    await flow.press("dave", newer)
    assert (await flow.newest()).state is S.PLANNED
    await flow.press("bob", run)
    assert (await flow.newest()).state is S.PLANNED
    await flow.press("bob", newer)
    assert (await flow.newest()).state is S.APPROVED


async def test_who_made_it_smaller_may_approve_it(flow):
    newer = await edited(flow, "bob", await flow.planned(), cores="2")
    assert newer.edited_by is None
    await flow.press("bob", newer)
    assert (await flow.newest()).state is S.APPROVED


@pytest.mark.parametrize("grown", [{"cores": "6"}, {"memory": "9"}, {"disk": "61"}, {"cores": "1", "disk": "100"}])
async def test_who_made_it_bigger_may_not_approve_it_and_another_may(flow, grown):
    newer = await edited(flow, "bob", await flow.planned(), **grown)
    assert newer.edited_by == "test:bob"
    assert "Bob made this bigger" in (await flow.messages())[-1][2]
    await flow.press("bob", newer)
    assert (await flow.newest()).state is S.PLANNED
    assert "you made this request bigger" in (await flow.told("bob"))[-1]
    await flow.press("dave", newer)
    assert (await flow.newest()).state is S.APPROVED


async def test_a_second_edit_that_changes_little_does_not_wash_the_first_one_clean(flow):
    bigger = await edited(flow, "bob", await flow.planned(), cores="6")
    renamed = await edited(flow, "bob", bigger, name="api02")
    by_another = await edited(flow, "carol", renamed, disk="50")
    assert (renamed.edited_by, by_another.edited_by) == ("test:bob", "test:bob")


async def test_of_two_who_made_it_bigger_neither_may_approve_it(flow):
    once = await edited(flow, "bob", await flow.planned(), cores="6")
    twice = await edited(flow, "dave", once, cores="7")
    assert "Bob and Dave made this bigger" in (await flow.messages())[-1][2]
    for person in ("bob", "dave"):
        await flow.press(person, twice)
        assert "you made this request bigger" in (await flow.told(person))[-1]
    await flow.press("carol", twice)
    assert (await flow.newest()).state is S.APPROVED


async def test_what_the_one_who_asked_makes_bigger_is_their_own_wish(flow):
    newer = await edited(flow, "alice", await flow.planned(), cores="6")
    assert newer.edited_by is None
    await flow.press("alice", newer)
    assert (await flow.newest()).state is S.PLANNED


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"cores": "many"}, "no number of cores"),
        ({"cores": "2.5"}, "no number of cores"),
        ({"cores": "-4"}, "no number of cores"),
        ({"cores": "0"}, "at least one"),
        ({"cores": "999999"}, "No node has"),
        ({"memory": "${file(1)}"}, "no amount of memory"),
        ({"disk": ""}, "no size of a disk"),
        ({"disk": "1"}, "smaller than the template"),
        ({"name": "Bad Name!"}, "cannot be the name"),
        ({"name": "ubuntu-2404-cloud"}, "belongs to template"),
        ({"node": "n99"}, "none that I offered"),
        ({"cores": "4"}, "Nothing is different"),
    ],
)
async def test_what_cannot_be_is_a_sentence_beside_the_form_and_loses_nothing(flow, values, words):
    run = await flow.planned()
    await flow.fill("bob", form(run), {f"0.{field}": value for field, value in values.items()})
    assert (await flow.newest()).id == run.id
    assert (await flow.newest()).state is S.PLANNED
    assert words in (await flow.told("bob"))[-1]
    assert form(run) in (await flow.messages())[-1][2]


@pytest.mark.parametrize("person", ["mallory", "alice2"])
async def test_nobody_else_edits(flow, person):
    run = await flow.planned()
    await flow.press(person, run, "edit")
    await flow.fill(person, form(run), {"0.cores": "2"})
    assert (await flow.newest()).id == run.id
    assert "can edit this" in (await flow.told(person))[-1]


async def test_an_approver_of_another_group_does_not_edit(flow):
    flow.ruled(approvers=("test:lab",))
    run = await flow.planned()
    await flow.fill("bob", form(run), {"0.cores": "2"})
    assert (await flow.newest()).id == run.id


async def test_a_late_edit_changes_nothing(anywhere):
    run = await anywhere.planned()
    await anywhere.press("bob", run)
    await anywhere.fill("bob", form(run), {"0.cores": "2"})
    assert (await anywhere.newest()).id == run.id
    assert "Too late" in (await anywhere.told("bob"))[-1]


async def test_the_same_edit_heard_again_is_one_run(anywhere):
    run = await anywhere.planned()
    for _ in range(3):
        await anywhere.fill("bob", form(run), {"0.cores": "2"}, key="once")
    assert len(await anywhere.runs.of_stack(run.stack_id)) == 2
    assert await anywhere.told("bob") == []


async def test_too_many_machines_are_changed_in_words(flow):
    many = [replace(SPEC, name=f"m{n}", cores=1, memory_mb=512, disk_gb=10) for n in range(6)]
    flow.ruled()
    free = {"lan": tuple(Address(f"10.0.1.{n}", 24) for n in range(1, 9))}
    flow.planning = replace(flow.planning, rules=replace(flow.planning.rules, addresses=free))
    flow.world.answer = proposal(*many)
    run = await flow.planned()
    assert "'action': 'edit'" not in (await flow.messages())[-1][2]
    await flow.press("bob", run, "edit")
    assert "6 machines, more than the 5" in (await flow.told("bob"))[-1]


async def test_two_machines_cannot_get_one_name(flow):
    flow.world.answer = proposal(SPEC, replace(SPEC, name="api02"))
    run = await flow.planned()
    await flow.fill("bob", form(run), {"0.name": "api02"})
    assert "cannot both be called api02" in (await flow.told("bob"))[-1]


async def test_the_next_words_in_the_thread_begin_from_the_edited_wish(flow):
    newer = await edited(flow, "bob", await flow.planned(), cores="2")
    assert flow.world.slots["wish"]["guests"][0]["cores"] == 2
    assert newer.proposal["slots"] == flow.world.slots


async def test_an_address_and_a_number_that_the_older_plan_kept_are_free_again(flow):
    run = await flow.planned()
    newer = await edited(flow, "bob", run, name="api02")
    assert newer.outcome["guests"][0]["vmid"] == run.outcome["guests"][0]["vmid"]
