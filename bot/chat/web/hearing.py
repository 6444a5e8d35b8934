"""What people do on the page, as events of the port. Stored before it is acknowledged; a nonce makes it once."""

import hashlib
import re
from dataclasses import replace
from typing import Any

from bot.chat.port import Buttons, Commanded, Event, Filled, Form, Message, Pressed, Said
from bot.chat.web.bodies import SAID, Answer, Posted, Spoken, Standing, dump_body, standing
from bot.chat.web.forms import checked, shown
from bot.chat.web.guard import MOST_ROWS, Denied, check_text, deny
from bot.chat.web.room import Room, WebPerson
from bot.domain.command import split_command
from iac.errors import Sentence

THREAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def say_(room: Room, person: WebPerson, sent: dict[str, Any]) -> dict[str, Any]:
    """A message, in a thread or as the beginning of one."""
    text = check_text(sent.get("text"))
    thread = await _thread(room, person, sent)
    spoken = Spoken(person.id, person.name, text, room.now())
    dedupe = _dedupe(person, sent)
    conversation = room.conversation(thread)
    seq = await room.log.append(conversation.key, SAID, dump_body(spoken), key=f"said:{dedupe}")
    await room.list_thread(thread, text, "neutral", spoken.at)
    message = Message(conversation, str(seq))
    try:
        await room.hear(_heard(Said(dedupe, conversation, room.actor(person), text, is_to_bot=True, message=message)))
    except Denied:
        await room.log.replace(seq, dump_body(replace(spoken, is_lost=True)))
        room.wake.ring()
        raise
    await _found_again(room, seq)
    room.wake.ring()
    return {"thread": thread, "seq": seq}


async def press(room: Room, person: WebPerson, sent: dict[str, Any]) -> dict[str, Any]:
    """A button that stands on its card right now; one that is gone changes nothing."""
    row, posted = await _card(room, person, sent)
    wanted = (sent.get("action"), sent.get("value"))
    there = [b for part in posted.card.parts if isinstance(part, Buttons) for b in part.items]
    button = next((b for b in there if (b.action, b.value) == wanted), None)
    if button is None:
        raise deny(409, "gone")
    conversation = room.conversation(_thread_of(row))
    await room.hear(
        Pressed(
            _dedupe(person, sent),
            conversation,
            room.actor(person),
            action=button.action,
            value=button.value,
            message=Message(conversation, str(row.seq)),
        )
    )
    room.wake.ring()
    return {}


async def fill(room: Room, person: WebPerson, sent: dict[str, Any]) -> dict[str, Any]:
    """A form that stands open on its card; its questions, choices and state are ours, only the answers are theirs."""
    row, posted = await _card(room, person, sent)
    forms = [part for part in posted.card.parts if isinstance(part, Form)]
    form = next((f for f in forms if f.id == sent.get("form") and f.id not in posted.answers), None)
    if form is None:
        raise deny(409, "gone")
    values, wrong = checked(form, sent.get("values"))
    if wrong:
        raise Denied(422, next(iter(wrong.values())), dict(wrong))
    refused = await room.hear(
        Filled(
            _dedupe(person, sent),
            room.conversation(_thread_of(row)),
            room.actor(person),
            form=form.id,
            values=values,
            state=form.state,
        )
    )
    if refused:
        told = {name: Sentence("web.said", {"text": text}) for name, text in refused.items()}
        raise Denied(422, next(iter(told.values())), told)
    answers = {**posted.answers, form.id: Answer(person.name, shown(form, values))}
    await room.log.replace(row.seq, dump_body(replace(posted, answers=answers)))
    room.wake.ring()
    return {}


def _heard(said: Said) -> Event:
    """What was said; a message that begins with a command of ours is that command."""
    command = split_command(said.text)
    if command is None:
        return said
    return Commanded(said.dedupe, said.conversation, said.who, name=command[0], text=command[1])


async def _thread(room: Room, person: WebPerson, sent: dict[str, Any]) -> str:
    """The thread that was named, if there is one; a new one is named by what began it, so that a repeat finds it."""
    thread = sent.get("thread")
    if not thread:
        return hashlib.sha256(f"{person.id}:{sent['nonce']}".encode()).hexdigest()[:12]
    if not isinstance(thread, str) or not THREAD.fullmatch(thread) or await room.thread(thread) is None:
        raise deny(404, "no_thread")
    return thread


async def _card(room: Room, person: WebPerson, sent: dict[str, Any]) -> tuple[Standing, Posted]:
    number = sent.get("message")
    row = await standing(room.log, number) if isinstance(number, int) and 0 < number <= MOST_ROWS else None
    if row is None or not room.may_read(row.audience, person.id) or not isinstance(row.body, Posted):
        raise deny(409, "gone")
    return row, row.body


def _thread_of(row: Standing) -> str:
    return row.audience.split(":")[3].partition("@")[0]


async def _found_again(room: Room, seq: int) -> None:
    """A repeat that got through takes the mark of the failed try away."""
    row = await standing(room.log, seq)
    if row and isinstance(row.body, Spoken) and row.body.is_lost:
        await room.log.replace(seq, dump_body(replace(row.body, is_lost=False)))


def _dedupe(person: WebPerson, sent: dict[str, Any]) -> str:
    return f"web:{person.id}:{sent['nonce']}"
