"""The whole product for the scenario: lab, terraform, provider, SQLite, Redis; only the platform is played."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from sqlalchemy import select

from bot.chat.port import Card, Conversation
from bot.domain.run import Run
from bot.ports import Outgoing
from bot.settings import EnvironmentSetting, Settings
from bot.store.codec import parse_conversation
from bot.store.models import outbox
from bot.store.outbox import SqlOutbox
from bot.wiring.app import App, build
from bot.wiring.standing import lab_home
from iac.lab.access import read_access
from iac.proxmox import Access, ProxmoxEye
from tests.fixtures.house import _RUNNERS

STRICT = "prod"
"""The environment in which a discard wants a reason."""


@contextlib.asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[App]:
    """The product, with every chat of its settings and its worker, until the end of the block."""
    rules = {STRICT: EnvironmentSetting(discard_reason=True)}
    async with build(settings.model_copy(update={"environment_rules": rules})) as app:
        hearing = [app.chat.run(app.sink), *(listening.keep(app.sink) for listening in app.listening)]
        works = [asyncio.create_task(work) for work in (*hearing, app.worker.run(app.consumer))]
        try:
            yield app
        finally:
            await app.chat.close()
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            _RUNNERS.append(app.runner)


async def run_of(app: App, name: str) -> Run:
    """The newest run that is about a machine of that name."""
    runs = await app.runs.latest(100)
    return next(run for run in runs if any(guest["name"] == name for guest in run.proposal["guests"]))


async def newest_conversation(app: App) -> Conversation:
    """The conversation that the product spoke in last, as it keeps it."""
    chosen = select(outbox.c.conversation).order_by(outbox.c.seq.desc()).limit(1)
    async with app.database.reading() as connection:
        return parse_conversation((await connection.execute(chosen)).scalar_one())


async def speak(app: App, to: Conversation, card: Card, key: str) -> None:
    """Have the product say a card, the way it says everything."""
    await SqlOutbox(app.database).add([Outgoing(key, to, card)])


async def machines(app: App) -> Sequence[str]:
    """The names of the guests in the lab, read by an eye of its own with the lab's admin token."""
    access = read_access(lab_home(app.settings))
    assert access is not None
    eye = ProxmoxEye(Access(access.endpoint, access.admin_token, access.ca_path))
    return [guest.name for guest in (await eye.read()).machines]
