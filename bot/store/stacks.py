"""One stack a conversation, and the Terraform states of each: versioned, and unreadable without the key."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.port import Conversation
from bot.domain.errors import Refused
from bot.domain.run import Run
from bot.ports import Noted, Stack, StateCopy
from bot.store.audit import note
from bot.store.codec import dump_conversation, parse_conversation
from bot.store.database import Database, clock
from bot.store.fencing import check_is_claimed, check_is_ours
from bot.store.models import stacks, states
from iac.errors import Broken

NONCE_BYTES: Final = 12
"""As NIST SP 800-38D wants it for GCM; random, so one key is good for 2**32 versions."""
ID_LENGTH: Final = 12


class Vault:
    """AES-GCM with one key for writing and any number of older ones for reading. Keys are 16, 24 or 32 bytes."""

    def __init__(self, key: bytes, older: Sequence[bytes] = ()) -> None:
        """``ValueError`` where a key has another length."""
        self._ciphers = {_key_id(each): AESGCM(each) for each in (*older, key)}
        self.key_id = _key_id(key)

    def lock(self, body: bytes, label: str) -> bytes:
        """Encrypt; ``label`` ties the bytes to the row they belong to."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._ciphers[self.key_id].encrypt(nonce, body, label.encode())

    def open(self, key_id: str, sealed: bytes, label: str) -> bytes:
        """Decrypt; ``Broken`` where the key is not ours, or the bytes were changed or moved to another row."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Broken("reading a Terraform state", f"it was written with the key {key_id}", key="run.state_sealed")
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label.encode())
        except InvalidTag as error:
            raise Broken("reading a Terraform state", "its bytes were changed", key="run.state_sealed") from error


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"threadform state key\n" + key).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class SqlStacks:
    """The ``Stacks`` port."""

    database: Database
    vault: Vault

    async def of(self, conversation: Conversation, *, environment: str, language: str, title: str, at: float) -> Stack:
        """The stack of that conversation, made where there is none."""
        key = conversation.key
        row = {
            "id": stack_id_of(key),
            "key": key,
            "conversation": dump_conversation(conversation),
            "environment": environment,
            "language": language,
            "title": title,
            "created_at": at,
        }
        async with self.database.writing() as connection:
            await connection.execute(self.database.insert(stacks).values(row).on_conflict_do_nothing())
            return parse_stack((await connection.execute(select(stacks).where(stacks.c.key == key))).one())

    async def get(self, stack_id: str) -> Stack:
        """The stack of that id; ``Refused("run.unknown_stack")`` where there is none."""
        async with self.database.reading() as connection:
            row = (await connection.execute(select(stacks).where(stacks.c.id == stack_id))).first()
        if row is None:
            raise Refused("run.unknown_stack", stack=stack_id)
        return parse_stack(row)

    async def state(self, stack_id: str) -> tuple[int, bytes] | None:
        """The newest Terraform state: its serial and its bytes; None before the first apply."""
        async with self.database.reading() as connection:
            row = await newest_of(connection, stack_id)
        if row is None:
            return None
        return row.serial, self.vault.open(row.key_id, row.body, label_of(stack_id, row.serial))

    async def save_state(self, copy: StateCopy, *, token: str) -> None:
        """Keep a new version while the run's attempt is this token's; ``Lost`` where it is another's or has ended.

        ``Refused("run.state_older")`` where a higher serial is kept already.
        """
        async with self.database.writing() as connection:
            await check_is_ours(connection, copy.run_id, token)
            await self.keep(connection, copy)

    async def save_recovered(self, run: Run, copy: StateCopy, guests: Sequence[str], *, as_: str = "imported") -> None:
        """Keep the state of a broken run with what was found of it; ``Lost`` where the claim is another's by now."""
        async with self.database.writing() as connection:
            await check_is_claimed(connection, run)
            await self.keep(connection, copy)
            facts = {"stack": copy.stack_id, "serial": copy.serial, "guests": list(guests)}
            at = (await connection.execute(select(clock()))).scalar_one()
            await note(connection, Noted("state.recovered", "bot:closing", at, as_, run.id, run.digest, facts))

    async def keep(self, connection: AsyncConnection, copy: StateCopy) -> None:
        """Keep a new version inside the caller's transaction, which has to know by what right.

        The same serial and bytes twice are one version. Terraform may write one serial with other bytes while it
        applies: the last ones count, and the ones before are kept.
        """
        digest = hashlib.sha256(copy.body).hexdigest()
        await lock_stack(connection, copy.stack_id)
        newest = await newest_of(connection, copy.stack_id)
        if newest is not None and newest.serial > copy.serial:
            raise Refused("run.state_older", stack=copy.stack_id, serial=copy.serial, newest=newest.serial)
        if newest is not None and (newest.serial, newest.sha256) == (copy.serial, digest):
            return
        row = {"stack_id": copy.stack_id, "run_id": copy.run_id, "serial": copy.serial, "sha256": digest}
        sealed = {"key_id": self.vault.key_id, "body": self.vault.lock(copy.body, label_of(copy.stack_id, copy.serial))}
        await connection.execute(insert(states).values(row | sealed | {"at": clock()}))


def stack_id_of(conversation: str) -> str:
    """The id of the stack that the conversation of this key builds, whether it has begun or not."""
    return hashlib.sha256(conversation.encode()).hexdigest()[:ID_LENGTH]


async def lock_stack(connection: AsyncConnection, stack_id: str) -> None:
    """Hold the stack's row until the transaction ends; ``Refused("run.unknown_stack")`` where there is none."""
    chosen = select(stacks.c.id).where(stacks.c.id == stack_id).with_for_update()
    if (await connection.execute(chosen)).first() is None:
        raise Refused("run.unknown_stack", stack=stack_id)


async def newest_of(connection: AsyncConnection, stack_id: str) -> Any:
    """The row of the newest state of a stack, or None."""
    ordered = select(states).where(states.c.stack_id == stack_id)
    return (
        await connection.execute(ordered.order_by(states.c.serial.desc(), states.c.version.desc()).limit(1))
    ).first()


def label_of(stack_id: str, serial: int) -> str:
    """What ties a sealed state to its row."""
    return f"{stack_id}:{serial}"


def parse_stack(row: Any) -> Stack:
    """A row of the stacks as a value."""
    return Stack(row.id, parse_conversation(row.conversation), row.environment, row.language, row.title)
