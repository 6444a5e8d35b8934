"""Which buttons of a chat were used up, and the card behind one said again so that its buttons work anew."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Double, Table, Text, or_, select

from bot.ports import Outgoing
from bot.store.codec import parse_card, parse_conversation
from bot.store.database import Database, clock
from bot.store.models import metadata, outbox
from bot.store.outbox import queue

chat_presses: Final = Table(
    "chat_presses",
    metadata,
    Column("nonce", Text, primary_key=True),
    Column("trigger", Text, nullable=False, unique=True),
    Column("at", Double, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class SqlPresses:
    """What ``bot.chat.mattermost.memory.Presses`` asks for."""

    database: Database

    async def use(self, nonce: str, trigger: str) -> bool:
        """Use a nonce up, once, by one trigger; True also where both are told again, False for every other pair."""
        row = {"nonce": nonce, "trigger": trigger, "at": clock()}
        statement = self.database.insert(chat_presses).values(row).on_conflict_do_nothing()
        async with self.database.writing() as connection:
            await connection.execute(statement)
            same = (chat_presses.c.nonce == nonce) & (chat_presses.c.trigger == trigger)
            return (await connection.execute(select(chat_presses.c.nonce).where(same))).first() is not None

    async def say_again(self, key: str, nonce: str) -> None:
        """Queue the newest form of the card that was posted under ``key``; nothing where it is no card of ours.

        It stands in the row of its conversation: an edit that comes after it goes out after it.
        """
        of_card = or_(outbox.c.key == key, outbox.c.of == key) & (outbox.c.kind != "whisper")
        chosen = select(outbox.c.conversation, outbox.c.card).where(of_card).order_by(outbox.c.seq.desc()).limit(1)
        async with self.database.writing() as connection:
            newest = (await connection.execute(chosen)).first()
            if newest is None:
                return
            to, card = parse_conversation(newest.conversation), parse_card(newest.card)
            again = Outgoing(f"again:{nonce}", to, card, "edit", of=key)
            await queue(self.database, connection, [again])
