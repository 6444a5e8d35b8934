"""The web page as a platform of the chat port: what the bot says becomes rows of the log that the page shows."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field

from starlette.routing import BaseRoute

from bot.chat.port import Actor, Capabilities, Card, Conversation, Form, How, Message, Said, Sink
from bot.chat.web.bodies import CARD, NOTE, SAID, STATUS, Posted, Spoken, Status, dump_body, standing
from bot.chat.web.doors import routes_of
from bot.chat.web.identity import Seal, new_link
from bot.chat.web.log import WebLog
from bot.chat.web.room import Room, WebPerson
from bot.chat.words import Words
from bot.ports import Clock

CAPABILITIES = Capabilities(
    can_edit=True,
    can_whisper=True,
    has_forms=True,
    can_stream=False,
    text_max=1_000_000,
    parts_max=1_000,
    diff_inline_max=1_000_000,
)


@dataclass
class WebChat:
    """The page. ``secret`` signs cookies and links; ``hosts`` are names it may be reached by beside loopback.

    With ``has_people_switch`` whoever is logged in may act as any of ``people``: for one person trying it out.
    """

    log: WebLog
    words: Words
    people: Sequence[WebPerson]
    secret: bytes = field(repr=False)
    _: KW_ONLY
    has_people_switch: bool = False
    space: str = "local"
    hosts: Sequence[str] = ()
    now: Clock = time.time
    capabilities: Capabilities = CAPABILITIES
    room: Room = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Build the room that the doors share."""
        self.room = Room(
            log=self.log,
            words=self.words,
            people={person.id: person for person in self.people},
            seal=Seal(self.secret),
            space=self.space,
            hosts=frozenset(self.hosts),
            has_people_switch=self.has_people_switch,
            now=self.now,
        )

    def routes(self) -> list[BaseRoute]:
        """The routes of the page, for the HTTP application."""
        return routes_of(self.room)

    def link(self, base: str = "", *, person: str | None = None) -> str:
        """``base`` and a path that makes one browser that person (the first one), once; it holds for a day."""
        chosen = self.room.people[person] if person else self.people[0]
        return base + new_link(self.room.seal, chosen.id, now=self.now())

    async def show(self, event: Said) -> None:
        """Show words that were heard elsewhere than on the page, such as those of the demo; once for each key."""
        thread = event.conversation.thread or "-"
        spoken = Spoken(event.who.id, event.who.name, event.text, self.now())
        await self.log.append(event.conversation.key, SAID, dump_body(spoken), key=f"said:{event.dedupe}")
        await self.room.list_thread(thread, event.text, "neutral", spoken.at)
        self.room.wake.ring()

    async def run(self, sink: Sink) -> None:
        """Hear until ``close``: the page posts, the sink stores."""
        self.room.sink = sink
        await self.room.closed.wait()

    async def close(self) -> None:
        """Stop hearing and end every open stream."""
        self.room.close()

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        """Say something new; the same key is the same message, for ever."""
        conversation = self._conversation(to, key)
        posted = Posted(card, self.now())
        seq = await self.log.append(conversation.key, CARD, dump_body(posted), key=f"post:{key}")
        await self._list(conversation.thread or "-", card, posted.at)
        return Message(conversation, str(seq))

    async def find(self, to: Conversation, key: str) -> Message | None:
        """The row that was posted under that key."""
        seq = await self.log.seq_of(f"post:{key}")
        return None if seq is None else Message(self._conversation(to, key), str(seq))

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        """Replace a whole card where it stands; answers that its forms were given stay."""
        row = await standing(self.log, int(message.id))
        if row is None or not isinstance(row.body, Posted):
            await self.post(message.conversation, card, key=f"edit:{key}")
            return How.DEGRADED
        await self.log.replace(row.seq, dump_body(Posted(card, row.body.at, row.body.answers)))
        await self._list(message.conversation.thread or "-", card, row.body.at)
        return How.NATIVE

    async def whisper(self, to: Conversation, who: Actor, card: Card, *, key: str) -> How:
        """Say something in a row that only ``who`` can read."""
        audience = self.room.private(to.thread or "-", who.id)
        await self.log.append(audience, NOTE, dump_body(Posted(card, self.now())), key=f"note:{key}")
        self.room.wake.ring()
        return How.NATIVE

    async def ask(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        """Open a form for one person, as a private row of the thread."""
        del surface  # the page needs none
        await self.whisper(to, who, Card(plain=form.title, parts=(form,), tone="waiting"), key=f"ask:{form.id}")
        return How.NATIVE

    async def status(self, to: Conversation, text: str | None) -> None:
        """Show that something is going on; it is never shown to a reader who comes later."""
        await self.log.append(self.room.conversation(to.thread or "-").key, STATUS, dump_body(Status(text)))
        self.room.wake.ring()

    def _conversation(self, to: Conversation, key: str) -> Conversation:
        """The thread that is spoken in; the first message of one names it."""
        return self.room.conversation(to.thread or hashlib.sha256(key.encode()).hexdigest()[:12])

    async def _list(self, thread: str, card: Card, at: float) -> None:
        """The thread's row in the list: how it stands by its last card; a request names it, else its first card."""
        title = (card.title or card.plain).splitlines()[0]
        await self.room.list_thread(thread, title, card.tone, at, about=card.title)
        self.room.wake.ring()
