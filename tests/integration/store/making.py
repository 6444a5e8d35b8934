"""Values that the tests of the store begin with."""

import asyncio
import secrets
from collections.abc import Sequence

from bot.chat.port import Actor, Capabilities, Card, Conversation, How, Message, Said
from bot.domain.run import Run, RunState
from bot.ports import Outgoing, Stack
from bot.store.runs import SqlRuns
from bot.store.sender import Sender
from iac.inventory import Guest, Inventory

S = RunState
WAY = (S.PENDING, S.PLANNING, S.PLANNED, S.APPROVED)
DIGEST = "d" * 64


def a_conversation(platform: str = "web") -> Conversation:
    return Conversation(platform, "home", "general", secrets.token_hex(6))


def a_run(stack: Stack, *, created_at: float = 1.0, requester: str = "web:alice") -> Run:
    return Run(
        id=secrets.token_hex(6),
        stack_id=stack.id,
        conversation=stack.conversation.key,
        revision=1,
        state=S.PENDING,
        requester=requester,
        language="fr",
        proposal={"guests": [{"name": "api01"}]},
        outcome={},
        created_at=created_at,
        updated_at=created_at,
    )


async def a_run_in(state: RunState, runs: SqlRuns, stack: Stack, **wishes: float | str) -> Run:
    """A run that went the legal way to ``state`` and that nobody holds."""
    run = a_run(stack, **wishes)  # type: ignore[arg-type]
    await runs.create(run, actor=run.requester)
    for step in WAY[1 : WAY.index(state) + 1]:
        changes = {"digest": DIGEST, "expires_at": 100.0} if step is S.PLANNED else {}
        run = await runs.move(run, step, actor="bot:planning", changes=changes)
    return run


def a_post(to: Conversation, key: str, plain: str = "bonjour") -> Outgoing:
    return Outgoing(key, to, Card(plain))


def an_edit(to: Conversation, key: str, of: str, plain: str) -> Outgoing:
    return Outgoing(key, to, Card(plain), kind="edit", of=of)


def words(thread: Conversation, key: str) -> Said:
    return Said(key, thread, Actor("web", "alice", "Alice"), text="une VM", is_to_bot=True)


def a_reading(*guests: tuple[int, str]) -> Inventory:
    found = tuple(Guest(vmid, name, "pmox01", "qemu", "running", False, 2, 1, 1) for vmid, name in guests)
    return Inventory("lab", "9.0", True, (), found, (), (), (), 1.0)


async def all_sent(*senders: Sender) -> None:
    """Send until nothing is due or on its way: one ``flush`` alone waits for no more than a moment."""
    while any([await sender.flush() for sender in senders]):
        pass


class Listener:
    """A chat that remembers what it was told, and fails as it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str]] = []
        self.keys: list[str] = []
        self.faults: dict[str, list[Exception]] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.reached = asyncio.Event()
        self.looked_up: list[str] = []
        self.capabilities = Capabilities(True, True, True, False, 9, 9, 9)

    def fail(self, key: str, *faults: Exception) -> None:
        self.faults[key] = list(faults)

    async def _hear(self, kind: str, where: str, card: Card, key: str) -> None:
        self.reached.set()
        await self.gate.wait()
        if self.faults.get(key):
            raise self.faults[key].pop(0)
        self.keys.append(key)
        self.heard.append((kind, where, card.plain))

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        await self._hear("post", to.key, card, key)
        return Message(to, f"platform:{key}")

    async def find(self, to: Conversation, key: str) -> Message | None:
        self.looked_up.append(key)
        return Message(to, f"platform:{key}") if key in self.keys else None

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        await self._hear("edit", message.id, card, key)
        return How.NATIVE

    async def whisper(self, to: Conversation, who: Actor, card: Card, *, key: str) -> How:
        await self._hear("whisper", who.id, card, key)
        return How.NATIVE

    @property
    def said(self) -> Sequence[str]:
        return [plain for _kind, _where, plain in self.heard]
