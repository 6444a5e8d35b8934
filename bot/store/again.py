"""A card that is said again as it stands: in its place among everything else that is to be said."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from bot.ports import Outgoing
from bot.store.codec import parse_card, parse_conversation
from bot.store.database import Database
from bot.store.models import outbox, runs
from bot.store.outbox import queue


@dataclass(frozen=True, slots=True)
class SqlAgain:
    """What a chat asks for whose buttons are used up."""

    database: Database

    async def say_again(self, key: str, why: str) -> None:
        """Queue the newest form of the card that was posted under ``key``, once for each ``why``; nothing for others.

        The key of an edit means the card that it edits. What is said of the card later goes out later; an edit that
        still waits is made superfluous by the same words.
        """
        # Whoever decides about the run holds its row, and says it in the same transaction: no older form comes after.
        async with self.database.writing() as connection:
            edited = select(outbox.c.of).where(outbox.c.key == key, outbox.c.kind == "edit")
            card_key = (await connection.execute(edited)).scalar() or key
            await connection.execute(select(runs.c.id).where(runs.c.id == card_key.partition(":")[2]).with_for_update())
            of_card = or_(outbox.c.key == card_key, outbox.c.of == card_key) & (outbox.c.kind != "whisper")
            chosen = select(outbox.c.conversation, outbox.c.card).where(of_card).order_by(outbox.c.seq.desc()).limit(1)
            newest = (await connection.execute(chosen)).first()
            if newest is not None:
                to, card = parse_conversation(newest.conversation), parse_card(newest.card)
                again = Outgoing(f"again:{why}", to, card, "edit", of=card_key)
                await queue(self.database, connection, [again])
