"""The conversation in a terminal: the same cards as lines, buttons as letters, choices as numbers."""

import asyncio

import pytest

from bot.chat.port import (
    Actor,
    Button,
    Buttons,
    Card,
    Code,
    Commanded,
    Diff,
    Filled,
    Form,
    How,
    Input,
    Message,
    Option,
    Pressed,
    Quote,
    Said,
    Text,
)
from bot.chat.terminal import TerminalChat, Told, render_card
from bot.chat.terminal.render import keyed
from bot.chat.words import Words

WORDS = Words.load()
ALICE, BOB = Actor("terminal", "alice", "Alice"), Actor("terminal", "bob", "Bob")
BUTTONS = Buttons((Button("approve", "Approve", "r1:a", "primary"), Button("discard", "Discard", "r1:a")))
FORM = Form(
    "f1",
    "Questions",
    (
        Input("name", "Name?", default="api01"),
        Input("t", "System?", "choice", (Option("Ubuntu", "u"), Option("Debian", "d")), "u"),
    ),
    state="s",
)


class Desk:
    """A person at a keyboard: lines are typed one by one; ``heard`` is what the bot stored."""

    def __init__(self, **more):
        self.typed: asyncio.Queue[str | None] = asyncio.Queue()
        self.shown, self.heard, self.answers = [], [], {}
        self.chat = TerminalChat(WORDS, self.shown.append, ALICE, self._lines(), **more)

    async def _lines(self):
        while (line := await self.typed.get()) is not None:
            yield line

    async def sink(self, event):
        self.heard.append(event)
        answer = self.answers.pop(type(event), None)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Card):
            await self.chat.post(event.conversation, answer, key=event.dedupe)
        return answer if isinstance(answer, dict) else None

    async def type(self, *lines):
        for line in (*lines, "/quit"):
            self.typed.put_nowait(line)
        await asyncio.wait_for(self.chat.run(self.sink), 60)
        return "\n".join(self.shown)


async def test_a_line_is_said_to_the_bot():
    desk = Desk()
    await desk.type("4c/8g, call it api01", "", "  ")
    (said,) = desk.heard
    assert isinstance(said, Said)
    assert (said.who, said.text, said.is_to_bot) == (ALICE, "4c/8g, call it api01", True)


async def test_a_command_of_the_product_is_handed_on_and_those_of_the_terminal_are_not():
    desk = Desk()
    shown = await desk.type("/freeze storage move", "/help", "/nonsense")
    (command,) = desk.heard
    assert isinstance(command, Commanded)
    assert (command.who, command.name, command.text) == (ALICE, "freeze", "storage move")
    assert "/nonsense" in shown


async def test_a_button_is_pressed_by_its_letter_or_its_name():
    for typed, action in (("a", "approve"), ("D", "discard"), ("approve", "approve")):
        desk = Desk()
        desk.answers[Said] = Card("p", (BUTTONS,), "plan")
        shown = await desk.type("hello", typed)
        assert "[A]pprove  [D]iscard" in shown
        press = desk.heard[-1]
        assert isinstance(press, Pressed)
        assert (press.action, press.value) == (action, "r1:a")


def test_two_buttons_never_share_a_letter():
    french = (Button("approve", "Approuver", "x"), Button("discard", "Abandonner", "x"), Button("c", "Ab", "x"))
    assert [shown for shown, _ in keyed(french).values()] == ["[A]pprouver", "A[b]andonner", "[3] Ab"]


async def test_a_button_that_destroys_is_asked_about_once_more():
    for typed, count in (("yes", 2), ("no", 1)):
        desk = Desk()
        desk.answers[Said] = Card("p", (Buttons((Button("approve", "Approve", "x", confirm="Really?"),)),))
        shown = await desk.type("hello", "a", typed)
        assert "Really? Type yes to go on." in shown
        assert len(desk.heard) == count


async def test_questions_are_answered_by_number_by_enter_or_in_words():
    desk = Desk()
    desk.answers[Said] = Card("p", (FORM,))
    shown = await desk.type("hello", "", "7", "2")
    assert "  1) Ubuntu *" in shown
    assert "type the number of an answer" in shown
    filled = desk.heard[-1]
    assert isinstance(filled, Filled)
    assert (filled.form, filled.values, filled.state) == ("f1", {"name": "api01", "t": "d"}, "s")


async def test_an_answer_that_the_bot_refuses_is_asked_again():
    desk = Desk()
    desk.answers[Said] = Card("p", (FORM,))
    desk.answers[Filled] = {"name": "That name is taken."}
    shown = await desk.type("hello", "", "1", "db01", "Debian")
    assert "That name is taken." in shown
    assert desk.heard[-1].values == {"name": "db01", "t": "d"}


async def test_what_could_not_be_stored_is_said_and_the_next_line_works():
    desk = Desk()
    desk.answers[Said] = OSError("gone")
    assert "could not store" in await desk.type("one", "two")
    assert len(desk.heard) == 2


async def test_one_speaks_as_somebody_else_only_where_that_is_allowed():
    free = Desk(people=(ALICE, BOB))
    shown = await free.type("/as bob", "hello", "/as mallory")
    assert free.heard[0].who == BOB
    assert "I know nobody called mallory. There are: Alice and Bob." in shown
    bound = Desk()
    assert "cannot speak as somebody else" in await bound.type("/as bob", "hello")
    assert bound.heard[0].who == ALICE


async def test_a_new_thread_is_another_conversation():
    desk = Desk()
    await desk.type("one", "/new", "two")
    assert desk.heard[0].conversation != desk.heard[1].conversation


async def test_a_message_beyond_measure_is_refused_in_words():
    desk = Desk()
    assert "16,001" in await desk.type("x" * 16_001)
    assert not desk.heard


async def test_a_whisper_reaches_only_the_one_at_the_keyboard():
    desk = Desk()
    assert await desk.chat.whisper(desk.chat.conversation, BOB, Card("for bob"), key="w") is How.DEGRADED
    assert await desk.chat.whisper(desk.chat.conversation, ALICE, Card("for alice"), key="w") is How.NATIVE
    assert "for alice" in desk.shown
    assert "for bob" not in desk.shown


async def test_a_button_of_a_private_word_is_pressed_beside_those_of_the_card():
    desk = Desk()
    mine = Buttons((Button("link", "Yes, both are mine", "a1"), Button("link_no", "No", "a1")))
    await desk.chat.post(desk.chat.conversation, Card("p", (Text("a plan"), BUTTONS), "plan"), key="r1")
    await desk.chat.whisper(desk.chat.conversation, ALICE, Card("yours?", (Text("yours?"), mine)), key="w")
    await desk.type("Yes, both are mine", "a")
    assert [(event.action, event.value) for event in desk.heard] == [
        ("link", "a1"),
        ("approve", BUTTONS.items[0].value),
    ]


async def test_a_private_question_is_answered_at_the_keyboard_whatever_the_card_does_meanwhile():
    desk = Desk()
    names = Form("confirm:r1:a", "Type its name", (Input("names", "Name"),))
    plan = Card("p", (Text("old01 goes"), BUTTONS), "plan")

    async def sink(event):
        desk.heard.append(event)
        if isinstance(event, Said):
            await desk.chat.post(event.conversation, plan, key="r1")
        if isinstance(event, Pressed):
            await desk.chat.whisper(event.conversation, ALICE, Card("type it", (names,)), key="n")
            await desk.chat.edit(Message(event.conversation, "r1"), plan, key="vote")

    desk.sink = sink
    await desk.type("hello", "a", "a", "never mind")
    assert [type(event) for event in desk.heard] == [Said, Pressed, Filled, Said]
    assert (desk.heard[2].form, desk.heard[2].values) == ("confirm:r1:a", {"names": "a"})


async def test_a_private_question_is_dropped_with_the_decision_it_was_about():
    desk = Desk()
    names = Form("confirm:r1:a", "Type its name", (Input("names", "Name"),))
    await desk.chat.whisper(desk.chat.conversation, ALICE, Card("type it", (names,)), key="n")
    await desk.chat.post(desk.chat.conversation, Card("p", (Text("approved"),), "plan"), key="r1")
    await desk.type("thanks")
    assert [type(event) for event in desk.heard] == [Said]


async def test_closing_ends_the_conversation_without_a_line():
    desk = Desk()
    running = asyncio.create_task(desk.chat.run(desk.sink))
    await asyncio.sleep(0)
    await desk.chat.close()
    await asyncio.wait_for(running, 60)


def test_an_edit_shows_only_what_it_changes():
    told = Told()
    diff = Diff("1 to create", "+ a\n+ b")
    assert told.lines("r1", Card("p", (Text("one"), diff), "plan")) == [
        "· plan",
        "  one",
        "  --- 1 to create",
        "  + a",
        "  + b",
    ]
    assert told.lines("r1", Card("p", (Text("one\n- two"), diff), "done", "good")) == ["✓ done", "  - two"]
    assert told.lines("r2", Card("p", (Text("one"),))) == ["one"]


def test_colours_are_for_terminals_only():
    card = Card("p", (Diff("d", "+ a\n- b\n  c"),))
    assert not any("\x1b" in line for line in render_card(card))
    assert render_card(card, is_coloured=True)[1:] == ["\x1b[32m+ a\x1b[0m", "\x1b[31m- b\x1b[0m", "  c"]


@pytest.mark.parametrize(
    "part",
    [Text("a\x1b[2Jb"), Code("a\x1b]0;x\x07b"), Diff("\x9b2J", "\x1b[1m"), Quote("\x1b[2J", "\x9b", "\x1b]0;x\x07")],
)
def test_an_escape_sequence_from_outside_stays_harmless(part):
    lines = "\n".join(render_card(Card("p", (part,), "t\x1b[31m")))
    assert "\x1b" not in lines
    assert "\x9b" not in lines
