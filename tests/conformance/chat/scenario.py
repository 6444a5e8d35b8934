"""What holds on every platform, in nine steps and a journey: the same sentences for all, by a driver for each."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence

import pytest
from structlog.testing import capture_logs

from bot.chat.port import Card, Diff, Text
from bot.domain.run import RunState
from tests.conformance.chat.driver import Degradation, Driver, Seen
from tests.conformance.chat.house import STRICT, machines, newest_conversation, run_of, speak
from tests.conformance.chat.waiting import until

WRONG = frozenset({"error", "critical", "exception"})
LINES = 2_000
WHY = "it is far too big"
DECIDED = ("approve", "discard")


def asking(name: str) -> str:
    """A whole request: nothing is left to ask."""
    return f"1c/1g ubuntu 24.04, 20 GB, call it {name}"


@pytest.mark.terraform
@pytest.mark.asyncio(loop_scope="module")
class Scenario:
    """Nine steps and the journey. A test file names its platform: ``class TestOnX(Scenario)``, fixture ``driver``."""

    @pytest.fixture(autouse=True)
    def no_error_is_logged(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        """Whatever a step does, the product logs no error; nor do the libraries under it."""
        with capture_logs() as logged:
            yield
        assert [each for each in logged if each["log_level"] in WRONG] == []
        said = caplog.get_records("call")
        assert [each.getMessage() for each in said if each.levelno >= logging.ERROR] == []

    async def test_1_a_request_becomes_a_card_in_the_thread_it_was_asked_in(self, driver: Driver) -> None:
        thread = await driver.say("alice", asking("first1"))
        other = await driver.say("alice", "help")
        card = await planned(driver, thread)
        assert "first1" in card.text
        await seen(driver, other, lambda each: True, "an answer to help")
        assert not any("first1" in each.text for each in await driver.bot_messages(other))

    async def test_2_what_is_delivered_again_makes_no_second_message(self, driver: Driver) -> None:
        thread = await driver.say("alice", "help")
        await driver.redeliver()
        await until(lambda: _so_many(driver, thread, 1), "the answer to help")
        await driver.redeliver()
        await driver.say("alice", "help", thread)
        await driver.redeliver()
        await until(lambda: _so_many(driver, thread, 2), "the answer to the second help")
        assert len(await driver.bot_messages(thread)) == 2

    async def test_3_a_long_diff_is_shown_in_part_and_the_whole_is_there(self, driver: Driver) -> None:
        thread = await driver.say("alice", "help")
        await until(lambda: _so_many(driver, thread, 1), "the answer to help")
        diff = "\n".join(f"+ line {number:04d} with <marks> & more" for number in range(LINES))
        card = Card("a long diff", (Text("What would change:"), Diff("all of it", diff)), title="A long diff")
        await speak(driver.app, await newest_conversation(driver.app), card, "long3")
        message = await seen(driver, thread, lambda each: "A long diff" in each.text, "the long diff")
        files = await until(lambda: driver.files(thread), "the file")
        whole = next(text for text in files.values() if "line 1999" in text)
        assert whole.strip() == diff
        if Degradation.WHOLE_DIFF not in driver.degradations:
            assert "line 0000" in message.text
            assert "line 1999" not in message.text
            shown = message.text.count("+ line ")
            assert f"{LINES - shown}" in message.text.replace("\u202f", "").replace(",", "")

    async def test_4_the_one_who_asked_may_not_approve_and_only_they_are_told(self, driver: Driver) -> None:
        thread = await driver.say("bob", asking("own4"))
        card = await planned(driver, thread)
        await driver.press("bob", card, "approve")
        await until(lambda: _told(driver, "bob", "four eyes"), "a private word to bob")
        assert not await _told(driver, "alice", "four eyes")
        assert not any("four eyes" in text for text in await driver.history(thread))
        assert (await run_of(driver.app, "own4")).state is RunState.PLANNED
        assert "approve" in (await planned(driver, thread)).actions

    async def test_5_a_discard_edits_the_same_message_and_takes_the_buttons_away(self, driver: Driver) -> None:
        thread = await driver.say("alice", asking("away5"))
        card = await planned(driver, thread)
        before = len(await driver.bot_messages(thread))
        after = await discard(driver, "bob", thread, card)
        assert after.id == card.id
        assert not set(after.actions) & set(DECIDED)
        assert "Bob" in after.text
        assert len(await driver.bot_messages(thread)) == before

    async def test_6_each_thread_has_a_memory_of_its_own(self, driver: Driver) -> None:
        one = await driver.say("alice", "I need a debian 12 server called mem6")
        await until(lambda: _so_many(driver, one, 1), "a question about mem6")
        other = await driver.say("alice", "I need a debian 12 server with 1 core, 1 GB and 20 GB disk")
        await until(lambda: _so_many(driver, other, 1), "a question about its name")
        await driver.say("alice", "1 core, 1 GB memory, 20 GB disk", one)
        assert "mem6" in (await planned(driver, one)).text
        assert not any("mem6" in text for text in await driver.history(other))

    async def test_7_a_command_opens_a_form_that_becomes_a_card_the_second_time_too(self, driver: Driver) -> None:
        for name in ("form7a", "form7b"):
            await driver.command("alice", "request")
            form = await driver.form("alice")
            (text,) = form.fields
            assert await driver.fill("alice", form, {text: asking(name)}) == {}
            assert name in (await planned(driver, await driver.started(name))).text

    async def test_8_a_discard_that_wants_a_reason_says_so_in_the_form_and_then_edits_the_card(
        self, driver: Driver
    ) -> None:
        thread = await driver.say("alice", f"{asking('why8')}, for {STRICT}")
        card = await planned(driver, thread)
        before = len(await driver.bot_messages(thread))
        await driver.press("bob", card, "discard")
        form = await driver.form("bob")
        (reason,) = form.fields
        wrong = await driver.fill("bob", form, {reason: WHY * 20})
        assert set(wrong) == {reason}
        assert (await run_of(driver.app, "why8")).state is RunState.PLANNED
        assert await driver.fill("bob", form, {reason: WHY}) == {}
        after = (await until(lambda: _discarded(driver, thread), "the card of the discard"))[-1]
        assert after.id == card.id
        assert WHY in after.text
        assert len(await driver.bot_messages(thread)) == before

    async def test_9_a_late_press_on_a_decided_plan_changes_nothing(self, driver: Driver) -> None:
        thread = await driver.say("alice", asking("late9"))
        card = await planned(driver, thread)
        after = await discard(driver, "alice", thread, card)
        if await driver.press("bob", card, "approve", is_late=True):
            await until(lambda: _told(driver, "bob", "late"), "a private word to bob")
        assert (await run_of(driver.app, "late9")).state is RunState.DISCARDED
        assert [each.text for each in await driver.bot_messages(thread) if each.id == card.id] == [after.text]
        assert "late9" not in await machines(driver.app)

    async def test_the_whole_way_from_a_sentence_to_a_machine_that_can_be_used(self, driver: Driver) -> None:
        thread = await driver.say("alice", asking("way10"))
        card = await planned(driver, thread)
        assert "way10" not in await machines(driver.app)
        await driver.press("bob", card, "approve")
        report = await seen(driver, thread, lambda each: "way10: ready" in each.text, "the report")
        assert report.id == card.id
        assert not set(report.actions) & set(DECIDED)
        assert "ssh " in report.text
        assert "Alice" in report.text
        assert "Bob" in report.text
        assert "way10" in await machines(driver.app)
        assert (await run_of(driver.app, "way10")).state is RunState.APPLIED
        ways = ("approved, starting", "applying", "checking")
        assert any(f"way10: {way}" in text for text in await driver.history(thread) for way in ways)


async def planned(driver: Driver, thread: str) -> Seen:
    """The card that can be decided about."""
    return await seen(driver, thread, lambda each: "approve" in each.actions, "a plan to decide about")


async def discard(driver: Driver, person: str, thread: str, card: Seen) -> Seen:
    """Lay a plan aside; a platform with forms may ask why. The card as it stands then."""
    await driver.press(person, card, "discard")
    asking = asyncio.create_task(driver.form(person))

    async def is_answered() -> bool:
        return asking.done() or bool(await _discarded(driver, thread))

    await until(is_answered, "the discard, or a form that asks why")
    if asking.done():
        form = await asking
        assert await driver.fill(person, form, dict.fromkeys(form.fields, WHY)) == {}
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    return (await until(lambda: _discarded(driver, thread), "the card of the discard"))[-1]


async def _discarded(driver: Driver, thread: str) -> Sequence[Seen]:
    return [each for each in await driver.bot_messages(thread) if "discarded" in each.text]


async def seen(driver: Driver, thread: str, holds: Callable[[Seen], bool], what: str) -> Seen:
    """The newest message of a thread that holds, as soon as it is there."""

    async def found() -> Sequence[Seen]:
        return [each for each in await driver.bot_messages(thread) if holds(each)]

    return (await until(found, what))[-1]


async def _so_many(driver: Driver, thread: str, count: int) -> bool:
    return len(await driver.bot_messages(thread)) >= count


async def _told(driver: Driver, person: str, words: str) -> list[str]:
    return [text for text in await driver.whispers(person) if words in text]
