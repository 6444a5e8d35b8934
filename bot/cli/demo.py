"""``threadform demo``: the main job in front of the person, on the embedded lab; then the page stays open.

Nothing here is acted: the request goes through the page's own inbox, the agents, terraform and the lab, and what is
printed is what the thread shows. Every demo begins with a fresh lab.
"""

import argparse
import asyncio
import contextlib
import fcntl
import secrets
import shutil
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

from bot import log
from bot.chat.cards import CORRECTION
from bot.chat.port import Actor, Conversation, Filled, Form, Pressed, Said
from bot.chat.terminal import Told as Lines
from bot.cli.serve import serve_page
from bot.cli.watching import Said as Told
from bot.cli.watching import Seen, Watched, approval_of, form_of, is_last
from bot.settings import PersonSetting, Settings
from bot.wiring.app import App, build
from iac.errors import Broken

PATIENCE_S = 180.0
WARM_S = 30.0
DEMO_PACE = 0.3
"""Nobody wants to watch a disk being copied: the demo's lab works three times as fast as the lab does by itself."""

NOTHING_OF_YOURS: Mapping[str, object] = {
    "database_url": "",
    "redis_url": "",
    "state_key": None,
    "pve_endpoint": "",
    "pve_token": None,
    "pve_ca": None,
    "people": (),
    "networks": {},
}
"""On a machine that is set up for production the demo must touch none of it: no run, no job, no cluster, no person."""


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Play the job; 0 when the machine became usable, 1 with the reason in the thread when it did not."""
    # The log belongs to a file here: the terminal shows the thread.
    home = settings.home.resolve() / "demo"
    with _alone(home):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(mode=0o700, parents=True)
        log.configure("json", "info", home / "demo.log")
        return asyncio.run(_demo(arguments, apart(settings, home)))


def apart(settings: Settings, home: Path) -> Settings:
    """The same settings without anything of a production set-up, in a home of the demo's own."""
    pace = settings.lab_pace if "lab_pace" in settings.model_fields_set else DEMO_PACE
    own = {"home": home, "tools_home": settings.tools, "lab_pace": pace}
    return settings.model_copy(update=dict(NOTHING_OF_YOURS) | own)


async def _demo(arguments: argparse.Namespace, settings: Settings) -> int:
    requester, approver = _people(settings, arguments.approve_as)
    async with _working(settings) as (app, seen):
        player = Player(app, seen, requester, approver)
        is_done = await player.play(arguments.request)
        if arguments.once:
            return 0 if is_done else 1
        await _stay(app, settings, arguments.port)
    return 0


@contextlib.asynccontextmanager
async def _working(settings: Settings) -> AsyncIterator[tuple[App, Seen]]:
    print("threadform demo: starting the lab (an embedded fake of Proxmox VE) and the bot …", flush=True)
    began = time.monotonic()
    async with build(settings) as app:
        seen = Seen()
        app.chats["web"] = Watched(app.chat, seen)
        working = asyncio.create_task(app.worker.run(app.consumer))
        try:
            await asyncio.wait_for(app.warm(), WARM_S)
            print(f"ready after {time.monotonic() - began:.1f} s\n", flush=True)
            yield app, seen
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


class Player:
    """Two people in one thread: one asks and answers questions with what is suggested, the other presses Approve."""

    def __init__(self, app: App, seen: Seen, requester: PersonSetting, approver: PersonSetting) -> None:
        self.app, self.seen, self.requester, self.approver = app, seen, requester, approver
        self.thread = Conversation("web", "local", "main", secrets.token_hex(6))
        self.told = Lines(is_coloured=sys.stdout.isatty())

    async def play(self, request: str) -> bool:
        """Ask, and go on until the thread has its report; whether the machine is usable."""
        print(f"{self.requester.name}> {request}\n", flush=True)
        asked = Said(_nonce(), self.thread, _actor(self.requester), text=request, is_to_bot=True)
        await self.app.chat.show(asked)
        await self.app.sink(asked)
        async with asyncio.timeout(PATIENCE_S):
            async for said in self.seen:
                self._print(said)
                form, approval = form_of(said.card), approval_of(said.card)
                if form is not None and form.state == CORRECTION:
                    return False  # the request cannot be met as it was asked, and the thread says why
                if form is not None:
                    await self._answer(form)
                elif approval is not None:
                    await self._approve(approval)
                elif is_last(said):
                    return said.card.tone == "good"
        return False

    def _print(self, said: Told) -> None:
        lines = self.told.lines(said.message, said.card)
        if said.reader and lines:
            print(f"(only {said.reader} sees this)")
        if lines:
            print("\n".join(lines) + "\n", flush=True)

    async def _answer(self, form: Form) -> None:
        values = {field.id: field.default for field in form.inputs}
        said = ", ".join(f"{field.label} {field.default}" for field in form.inputs)
        print(f"{self.requester.name}> {said}\n", flush=True)
        await self.app.sink(Filled(_nonce(), self.thread, _actor(self.requester), form=form.id, values=values))

    async def _approve(self, value: str) -> None:
        print(f"{self.approver.name} presses [Approve]\n", flush=True)
        await self.app.sink(Pressed(_nonce(), self.thread, _actor(self.approver), action="approve", value=value))


async def _stay(app: App, settings: Settings, port: int | None) -> None:
    chosen = settings.web_port if port is None else port
    print(f"The page is open: http://{settings.web_host}:{chosen}/")
    print("Switch at its side: Alice asks, Bob approves, Carol is admin. Ctrl-C ends the demo.", flush=True)
    await asyncio.gather(app.chat.run(app.sink), serve_page(app, settings, chosen))


def _people(settings: Settings, approve_as: str) -> tuple[PersonSetting, PersonSetting]:
    """The first person asks; the one who presses Approve is named, or is the first whose highest role it is."""
    everybody = [person for person in settings.everybody if person.id.startswith("web:")]
    wanted = approve_as.lower()
    by_name = [p for p in everybody if wanted in (p.name.lower(), p.id.lower())]
    by_role = [p for p in everybody if wanted == p.roles[-1]]
    chosen = by_name or by_role
    if not chosen:
        names = ", ".join(f"{p.name} ({p.roles[-1]})" for p in everybody)
        raise Broken("choosing who approves", f"nobody is or has the role {approve_as!r}; there are {names}")
    return everybody[0], chosen[0]


def _actor(person: PersonSetting) -> Actor:
    platform, _, identity = person.id.partition(":")
    return Actor(platform, identity, person.name)


def _nonce() -> str:
    return f"web:demo:{secrets.token_hex(8)}"


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One demo at a time in a home: another one's lab must not be swept away."""
    home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with home.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Broken("starting the demo", "another demo is running in this home; end it first") from None
        yield
