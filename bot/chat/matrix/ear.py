"""What is heard on Matrix: one long poll after the other. Its token moves on when everything in it is stored."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from bot.chat.matrix.answers import Answers
from bot.chat.matrix.api import MatrixNo, path_of
from bot.chat.matrix.direct import DirectRooms
from bot.chat.matrix.events import Me, command_of, reaction_of, since_we_came, spoken_of, thread_of
from bot.chat.matrix.hearsay import Hearsay
from bot.chat.matrix.saying import Saying, note_encrypted
from bot.chat.port import Commanded, Said, Sink, TooFast
from bot.ports import Notes

log = structlog.get_logger()

POLL_S: Final = 25.0
PAUSE_S: Final = 0.2
PAUSE_MAX_S: Final = 15.0
PAGES_MOST: Final = 50
"""Five thousand events of one room that nobody heard: what is older is not answered any more, and the log says so."""
TEXT_MOST: Final = 16_000
ENCRYPTION: Final = "m.room.encryption"
MEMBER: Final = "m.room.member"
_NOTHING: Final[Mapping[str, Any]] = {"types": []}
ONLY: Final[Mapping[str, Any]] = {
    "presence": _NOTHING,
    "account_data": _NOTHING,
    "room": {
        "ephemeral": _NOTHING,
        "account_data": _NOTHING,
        "state": {"types": [ENCRYPTION, MEMBER], "lazy_load_members": True},
        "timeline": {"limit": 50, "types": ["m.room.message", "m.reaction", "m.room.encrypted", ENCRYPTION, MEMBER]},
    },
}


@dataclass(slots=True)
class Pulse:
    """Whether people are heard: why not, or nothing."""

    why: str = "not connected yet"


@dataclass(frozen=True, slots=True)
class Ear:
    """Hears for one account. ``known`` may invite it, beside whoever is on its own server."""

    saying: Saying
    notes: Notes
    direct: DirectRooms
    sink: Sink
    me: Me
    known: frozenset[str]
    pulse: Pulse

    async def listen(self) -> None:
        """For ever; after a fault from where it was."""
        pause = PAUSE_S
        while True:
            try:
                await self._round()
                pause, self.pulse.why = PAUSE_S, ""
            except TooFast as wait:
                await asyncio.sleep(wait.seconds)
            except Exception as fault:  # noqa: BLE001 - the one door: whatever broke, the same is heard again
                self.pulse.why = f"{type(fault).__name__}: {fault}"
                log.warning("matrix.not_heard", why=self.pulse.why, wait_s=pause)
                await asyncio.sleep(pause)
                pause = min(PAUSE_MAX_S, pause * 2)

    @property
    def _token(self) -> str:
        return f"matrix:since:{self.me.user}"

    async def _round(self) -> None:
        since = await self.notes.get(self._token)
        answer = await self.saying.api.sync(since, POLL_S if not self.pulse.why else 0, ONLY)
        rooms = answer.get("rooms", {})
        for room, invited in rooms.get("invite", {}).items():
            await self._on_invite(room, invited)
        for room, joined in rooms.get("join", {}).items():
            await self._on_room(room, joined, since)
        for room in rooms.get("leave", {}):
            self.direct.forget(room)
        await self.notes.put(self._token, str(answer["next_batch"]))

    async def _on_invite(self, room: str, invited: Mapping[str, Any]) -> None:
        """Go where our own people ask us to; a stranger's room is left alone."""
        events = invited.get("invite_state", {}).get("events", [])
        asking = [e["sender"] for e in events if e.get("type") == MEMBER and e.get("state_key") == self.me.user]
        by = asking[-1] if asking else ""
        is_ours = self.me.may_be_asked_in(by, self.known)
        path = path_of("join", room) if is_ours else path_of("rooms", room, "leave")
        log.info("matrix.invited", room=room, by=by, is_taken=is_ours)
        try:
            await self.saying.api.call("POST", path, body={})
        except MatrixNo as no:
            log.warning("matrix.not_joined", room=room, why=str(no))

    async def _on_room(self, room: str, joined: Mapping[str, Any], since: str | None) -> None:
        timeline = joined.get("timeline", {})
        events: Sequence[Mapping[str, Any]] = timeline.get("events", [])
        if since and timeline.get("limited"):
            events = [*await self._missed(room, timeline.get("prev_batch"), since), *events]
        for event in (*joined.get("state", {}).get("events", []), *events):
            if event.get("type") == ENCRYPTION:
                await note_encrypted(self.notes, room)
            if event.get("type") == MEMBER:
                self.direct.forget(room)
        # The first look of all shows what was said before we were here.
        for event in since_we_came(events, self.me) if since else ():
            await self._on_event(room, event)

    async def _missed(self, room: str, start: str | None, since: str) -> list[Mapping[str, Any]]:
        """What the server left out between then and now, oldest first."""
        missed: list[Mapping[str, Any]] = []
        for _ in range(PAGES_MOST):
            page = await self.saying.api.page(room, start, since)
            missed += page.get("chunk", [])
            start = page.get("end")
            if not start or not page.get("chunk"):
                return missed[::-1]
        log.error("matrix.too_much_missed", room=room, heard=len(missed))
        return missed[::-1]

    async def _on_event(self, room: str, event: Mapping[str, Any]) -> None:
        if event.get("sender") == self.me.user:
            return
        try:
            if event.get("type") == "m.room.encrypted":
                await self._on_encrypted(room, event)
            elif event.get("type") == "m.reaction":
                await self._on_reaction(room, event)
            elif event.get("type") == "m.room.message":
                await self._on_message(room, event)
        except MatrixNo as no:  # the same again would end the same, and the others wait
            log.warning("matrix.event_dropped", room=room, event=event.get("event_id"), why=str(no))
        except (TypeError, ValueError, LookupError, AttributeError):  # a defect of ours must not make us deaf
            log.exception("matrix.event_unreadable", room=room, event=event.get("event_id"))

    async def _on_message(self, room: str, event: Mapping[str, Any]) -> None:
        spoken = spoken_of(room, event, self.me)
        if spoken is None:
            return
        root = spoken.root or (await self._root_of(room, spoken.answers) if spoken.answers else None)
        is_direct = await self.direct.is_direct(room)
        hearsay = Hearsay(spoken, root, self.me.space, await self._name(room, spoken.who), is_direct)
        command = command_of(spoken.text)
        if command is not None:
            heard = Commanded(hearsay.dedupe, hearsay.conversation, hearsay.who, name="threadform", text=command)
            await self.sink(heard)
            return
        answers = Answers(self.saying, self.sink)
        is_part = await answers.take(hearsay) if not spoken.is_named else None
        if is_part is True:
            return
        if spoken.is_named or is_direct or (is_part is False and root and not spoken.names_others):
            await self._say_on(hearsay)

    async def _say_on(self, hearsay: Hearsay) -> None:
        """To the bot; what nobody could read is answered at once."""
        text = hearsay.spoken.text or "help"
        if len(text) > TEXT_MOST:
            language = self.saying.words.language_of(text)
            no = self.saying.words.text("matrix.too_long", language, count=len(text), most=TEXT_MOST)
            await self.saying.notice(*hearsay.place, f"long:{hearsay.spoken.event}", no)
            return
        said = Said(hearsay.dedupe, hearsay.conversation, hearsay.who, text, is_to_bot=True, message=hearsay.message)
        # Whose questions the next ones are: another one's word in the thread is no answer to them.
        await self.saying.places.change(*hearsay.place, lambda place: replace(place, speaker=hearsay.spoken.who))
        await self.sink(said)

    async def _on_reaction(self, room: str, event: Mapping[str, Any]) -> None:
        found = reaction_of(event)
        if found is None:
            return
        card, number = found
        of = await self.saying.api.event(room, card)
        if of.get("sender") == self.me.user:
            who = str(event["sender"])
            reacted = (str(event["event_id"]), who, await self._name(room, who))
            await Answers(self.saying, self.sink).react(room, of, number, reacted)

    async def _on_encrypted(self, room: str, event: Mapping[str, Any]) -> None:
        """Said once a room, in the clear, for there is nothing in it to hide."""
        await note_encrypted(self.notes, room)
        told = f"matrix:told:{room}"
        if await self.notes.get(told) is None:
            text = self.saying.words.text("matrix.encrypted", "en")
            text += "\n" + self.saying.words.text("matrix.encrypted", "fr")
            await self.saying.notice(room, thread_of(event) or str(event["event_id"]), f"encrypted:{room}", text)
            await self.notes.put(told, str(event["event_id"]))

    async def _root_of(self, room: str, answered: str) -> str | None:
        """The thread of a message that a client without threads replied to; None where we are not in it."""
        root = thread_of(await self.saying.api.event(room, answered)) or answered
        return root if await self.saying.places.get(room, root) else None

    async def _name(self, room: str, user: str) -> str:
        return (await self.direct.members(room)).get(user, "")
