"""Matrix, tried for real: the account, and in a room for that a card with a file, its edit and its deletion."""

import secrets
from collections.abc import AsyncIterator

from bot.chat.matrix import PLATFORM, MatrixChat, open_api
from bot.chat.matrix.api import MatrixNo, path_of
from bot.chat.port import Card, Conversation, Diff, Message, Text
from bot.chat.words import Words
from bot.cli.doctor import Line
from bot.cli.live import tried
from bot.cli.live_mattermost import NoNotes
from bot.settings import Settings
from iac.errors import Broken

LINES = 400
TOKEN = "log its account in once more and put the new token into THREADFORM_MATRIX_TOKEN (docs/matrix.md)"  # noqa: S105 - a hint
INVITE = "invite the bot into the room of THREADFORM_MATRIX_TEST_ROOM, one without encryption"


async def try_(settings: Settings) -> AsyncIterator[Line]:
    """Everything that can be tried without a person typing something."""
    token = settings.matrix_token.get_secret_value() if settings.matrix_token else ""
    chat = MatrixChat(open_api(settings.matrix_url, token), NoNotes(), Words.load())
    try:
        first = await tried("matrix, account", _who(chat, settings.matrix_url), TOKEN)
        yield first
        if not first.is_ok:
            return
        if not settings.matrix_test_room:
            mend = "set THREADFORM_MATRIX_TEST_ROOM to the id of a room that it was invited to (!…:example.org)"
            found = "not tried: there is no room to try in"
            yield Line("matrix, messages", found, is_ok=False, mend=mend, is_needed=False)
            return
        trial = Trial(chat, settings.matrix_test_room)
        for name, act in (
            ("a post with a file", trial.post),
            ("reading it back by its key", trial.find),
            ("an edit in its place", trial.edit),
            ("a deletion", trial.delete),
        ):
            yield await tried(f"matrix, {name}", act(), INVITE)
            if trial.message is None:
                return
    finally:
        await chat.close()


async def _who(chat: MatrixChat, url: str) -> str:
    return f"{await chat.api.whoami()} on {url}"


class Trial:
    """A card of ours in a room, from its post to its deletion."""

    def __init__(self, chat: MatrixChat, room: str) -> None:
        """Its key is new each time."""
        self.chat, self.key = chat, f"doctor:{secrets.token_hex(6)}"
        self.to = Conversation(PLATFORM, room.partition(":")[2], room)
        self.message: Message | None = None

    async def post(self) -> str:
        """Say it, with a diff that is too long for a message; nothing is said where the room is encrypted."""
        if await self._is_encrypted():
            raise Broken("posting", "the room is encrypted, and nothing is said there")
        diff = Diff("a long diff", "".join(f"+ line {n}\n" for n in range(LINES)))
        self.message = await self.chat.post(self.to, _card("a test", diff), key=self.key)
        return self.message.id

    async def find(self) -> str:
        """What keeps a card from being said twice."""
        if await self.chat.find(self.to, self.key) is None:
            raise Broken("reading the room back", "the message does not carry its key; a lost answer would double it")
        return "found by its key"

    async def edit(self) -> str:
        """Replace it."""
        await self.chat.edit(self._posted(), _card("edited"), key=f"{self.key}:edit")
        return "edited"

    async def delete(self) -> str:
        """Take it back, with its edit and its file."""
        posted = self._posted()
        related = await self.chat.api.related(self.to.channel, posted.id)
        for event in (posted.id, *(str(each["event_id"]) for each in related["chunk"])):
            path = path_of("rooms", self.to.channel, "redact", event, f"{self.key}:{event}")
            await self.chat.api.call("PUT", path, body={})
        return "nothing is left to read"

    async def _is_encrypted(self) -> bool:
        try:
            await self.chat.api.call("GET", path_of("rooms", self.to.channel, "state", "m.room.encryption", ""))
        except MatrixNo as no:
            if no.code == "M_NOT_FOUND":
                return False
            raise
        return True

    def _posted(self) -> Message:
        if self.message is None:
            raise Broken("trying Matrix", "nothing was posted")
        return self.message


def _card(title: str, *parts: Diff) -> Card:
    said = "A test by threadform doctor --live. It deletes itself."
    return Card(f"{title}. {said}", (Text(said), *parts), f"Threadform doctor: {title}", "waiting")
