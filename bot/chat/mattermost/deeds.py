"""What people do at a button, a dialog or a command, as events of the port: believed first, stored, then answered."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.chat.mattermost.asking import CONFIRM, FORM, Asking, Surface
from bot.chat.mattermost.bodies import Commanding, Pressing, Sending
from bot.chat.mattermost.dialogs import parse_answers, render_errors
from bot.chat.mattermost.guard import Guard, Stale
from bot.chat.mattermost.knobs import Pressable, parse_token
from bot.chat.mattermost.listening import conversation_from, conversation_of
from bot.chat.mattermost.memory import Presses
from bot.chat.mattermost.posts import PLATFORM, Post, User
from bot.chat.mattermost.seal import Forged, Seal
from bot.chat.port import Actor, Commanded, Conversation, Event, Filled, Forms, Message, Pressed, Sink, TooFast
from bot.chat.words import Words
from bot.domain.errors import Sentence
from iac.errors import Broken

log = structlog.get_logger()

Said = Mapping[str, Any]
NOTHING: Final[Said] = {}
OPENED = ("user", "channel", "evidence", "nonce")
FORM_STATE = ("form", "state", "about", "wanted", "names")
CONFIRM_STATE = ("action", "value", "key", "again", "pressed", "about", "post", "language")
"""What a dialog's state says, whatever it is for, and for each purpose."""
KEY = 32
"""Letters of a hash that stand for something longer in the key of an event."""


@dataclass
class Deeds:
    """Believes, stores, answers. ``sink`` is where events go while we hear."""

    guard: Guard
    asking: Asking
    presses: Presses
    words: Words
    seal: Seal
    sink: Callable[[], Sink]

    def say(self, key: str, language: str = "en", **values: str) -> str:
        """Our own words."""
        return self.words.say(Sentence(key, values), language)

    async def press(self, body: Pressing) -> Said:
        """A button. One that opens something may be pressed again; one that decides something counts once."""
        pressed = parse_token(self.seal, body.context)
        try:
            return await self._press(pressed, body)
        except Stale as late:
            log.info("mattermost.button_gone", why=str(late))
            return {"ephemeral_text": self.say("mattermost.gone", pressed.language)}
        except (Broken, TooFast) as away:
            log.warning("mattermost.callback_unchecked", why=str(away))
            return {"ephemeral_text": self.say("mattermost.unproven", pressed.language)}

    async def _press(self, pressed: Pressable, body: Pressing) -> Said:
        evidence = await self.guard.proven(body.trigger_id, body.user_id)
        post = await self.guard.standing(pressed, body.post_id, body.channel_id)
        user = await self.guard.person(body.user_id, body.channel_id)
        await self._bind(pressed.nonce, body)
        surface = Surface(body.trigger_id, body.channel_id, evidence, user.language)
        about = _about(pressed.about, post)
        if pressed.form is not None:
            await self.asking.ask(surface, _actor(user), about, pressed.form)
            return NOTHING
        if pressed.confirm:
            is_open = await self.asking.open_question(surface, _actor(user), pressed, post.id)
            return NOTHING if is_open else {"ephemeral_text": self.say("mattermost.unproven", user.language)}
        event = _pressed(pressed, about, user, post, surface)
        if await self._opens(event, surface):
            return NOTHING
        return await self._decide(event, pressed, body.trigger_id, user.language)

    async def send(self, body: Sending) -> Said:
        """A dialog: sent once, by whoever it was opened for; a browser may show another channel by then."""
        purpose, state = self._state(body.state)
        if state["user"] != body.user_id:
            raise Forged("the dialog was opened for somebody else")
        user = await self.guard.person(body.user_id, str(state["channel"]))
        if body.cancelled:
            return NOTHING
        if purpose == CONFIRM:
            return await self._confirm(state, user)
        return await self._fill(state, user, body.submission or {})

    async def command(self, body: Commanding) -> Said:
        """A slash command; an empty answer would be shown as a fault."""
        evidence = await self.guard.proven(body.trigger_id, body.user_id)
        user = await self.guard.person(body.user_id, body.channel_id)
        channel = await self.guard.known.channel(body.channel_id)
        await self._bind(body.command, body)
        surface = Surface(body.trigger_id, body.channel_id, evidence, user.language)
        event = Commanded(
            f"{PLATFORM}:command:{hashlib.sha256(body.trigger_id.encode()).hexdigest()[:KEY]}",
            conversation_of(channel, body.root_id or None),
            _actor(user),
            name=body.command.removeprefix("/"),
            text=body.text.strip(),
            surface=surface,
            evidence=evidence,
        )
        if await self._opens(event, surface):
            key = "mattermost.form"
        elif (await self._store(event))[0]:
            key = _heard(is_direct=channel.is_direct)
        else:
            key = "mattermost.not_stored"
        return {"response_type": "ephemeral", "text": self.say(key, user.language)}

    async def _bind(self, what: str, body: Pressing | Commanding) -> None:
        """A trigger speaks for one act: a callback that brings it for another is not believed."""
        if not await self.presses.bind(what, f"{body.user_id}:{body.trigger_id}"):
            raise Forged("the trigger was given for something else")

    async def _opens(self, event: Pressed | Commanded, surface: Surface) -> bool:
        """Whether a dialog answers it at once; then nothing was decided, and nothing is kept of it."""
        sink = self.sink()
        opening = await sink.form_for(event) if isinstance(sink, Forms) else None
        if opening is None:
            return False
        return await self.asking.open_form(surface, event.who, event.conversation, opening.form, opening.note)

    async def _decide(self, event: Pressed, pressed: Pressable, trigger: str, language: str) -> Said:
        """A press that decides something: its nonce is used up, and the card gets new ones."""
        # The person is a part of it: the same callback told again is theirs, or nobody's.
        if not await self.presses.use(pressed.nonce, f"{event.who.id}:{trigger}"):
            await self.presses.say_again(pressed.again, pressed.nonce)
            return {"ephemeral_text": self.say("mattermost.used", language)}
        is_stored, _errors = await self._store(event)
        await self.presses.say_again(pressed.again, pressed.nonce)
        return NOTHING if is_stored else {"ephemeral_text": self.say("mattermost.not_stored", language)}

    async def _fill(self, state: Said, user: User, submission: Said) -> Said:
        answers = parse_answers(submission, tuple(state["wanted"]))
        names = tuple(state["names"])
        if answers.missing:
            required = self.say("layout.required", user.language)
            return render_errors(dict.fromkeys(answers.missing, required), names)
        event = Filled(
            f"{PLATFORM}:dialog:{state['nonce']}",
            conversation_from(state["about"]),
            _actor(user),
            form=str(state["form"]),
            values=answers.values,
            state=str(state["state"]),
            evidence=str(state["evidence"]),
        )
        is_stored, errors = await self._store(event)
        if not is_stored:
            return {"error": self.say("mattermost.not_stored", user.language)}
        return render_errors(errors, names)

    async def _confirm(self, state: Said, user: User) -> Said:
        """Yes to the question before a press: the button has to stand there still."""
        about = conversation_from(state["about"])
        named = {name: str(state[name]) for name in ("action", "value", "key", "again", "language")}
        pressed = Pressable(**named, nonce=str(state["pressed"]), about=about, confirm="", form=None)
        try:
            post = await self.guard.standing(pressed, str(state["post"]), str(state["channel"]))
        except Stale:
            return {"error": self.say("mattermost.gone", user.language)}
        surface = Surface("", str(state["channel"]), str(state["evidence"]), user.language)
        event = _pressed(pressed, _about(about, post), user, post, surface)
        said = await self._decide(event, pressed, str(state["nonce"]), user.language)
        return {"error": said["ephemeral_text"]} if said else NOTHING

    async def _store(self, event: Event) -> tuple[bool, Mapping[str, str]]:
        """Whether the event is kept, and what is wrong with the answers in it."""
        try:
            return True, await self.sink()(event) or {}
        except Exception as fault:
            log.warning("mattermost.not_stored", key=event.dedupe, why=f"{type(fault).__name__}: {fault}")
            return False, {}

    def _state(self, token: str) -> tuple[str, Said]:
        try:
            purpose, state = FORM, self.seal.open(FORM, token)
        except Forged:
            purpose, state = CONFIRM, self.seal.open(CONFIRM, token)
        if not {*OPENED, *(FORM_STATE if purpose == FORM else CONFIRM_STATE)} <= state.keys():
            raise Forged("a dialog of another version")
        return purpose, state


def _heard(*, is_direct: bool) -> str:
    return "mattermost.heard" if is_direct else "mattermost.heard_private"


def _actor(user: User) -> Actor:
    return Actor(PLATFORM, user.id, user.name)


def _about(about: Conversation, post: Post) -> Conversation:
    """The thread that a button is about; where it began one, its own."""
    return (
        about
        if about.thread
        else Conversation(about.platform, about.space, about.channel, post.root, is_direct=about.is_direct)
    )


def _pressed(pressed: Pressable, about: Conversation, user: User, post: Post, surface: Surface) -> Pressed:
    return Pressed(
        f"{PLATFORM}:press:{pressed.nonce}",
        about,
        _actor(user),
        action=pressed.action,
        value=pressed.value,
        message=Message(about, post.id),
        surface=surface,
        evidence=surface.evidence,
    )
