"""Acts, dressed as the ports that the stages know: a close look at guests, and the steps kept for the runner."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.outcome import Progress
from bot.ports import Plans
from iac.acts import Kept, Seen, Step, written
from iac.hand import Done, Journal
from iac.hand.doing import FILE
from iac.hand.journal import NAME
from iac.inventory import Guest
from iac.proxmox import Closely
from iac.workspace import PRIVATE_DIRECTORY, PRIVATE_FILE


@dataclass(frozen=True, slots=True)
class KeptActs:
    """The ``Acts`` port: what is planned here can be done from any machine."""

    closely: Closely
    runs_home: Path
    plans: Plans

    async def look(self, vmids: Iterable[int]) -> Mapping[int, Seen]:
        """Those of these guests that are there."""
        return await self.closely.look(vmids)

    async def keep(self, run_id: str, digest: str, steps: Sequence[Step]) -> None:
        """Keep the steps in the database, and in the run's directory of this machine."""
        body = written(steps)
        await self.plans.keep(run_id, digest, body)
        await asyncio.to_thread(_put, self.runs_home / run_id, body)


@dataclass(frozen=True, slots=True)
class Albums:
    """What the agents may look at closely: the snapshots of guests, and nothing that could be changed."""

    closely: Closely

    async def snapshots(self, guests: Sequence[Guest]) -> Mapping[str, tuple[Kept, ...]]:
        """By the guest's name, the oldest first."""
        seen = await self.closely.look({guest.vmid for guest in guests})
        return {each.guest.name: tuple(sorted(each.snapshots, key=lambda s: s.taken_at)) for each in seen.values()}


def _put(directory: Path, body: bytes) -> None:
    directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    file = directory / FILE
    file.touch(mode=PRIVATE_FILE)
    file.write_bytes(body)


def acts_of(directory: Path) -> Callable[[], Iterator[Progress]]:
    """A reader of what the hand writes in one run's directory: each call gives the words that are new."""
    journal, seen = Journal(directory / NAME), 0

    def steps() -> Iterator[Progress]:
        nonlocal seen
        words = list(journal.read())[seen:]
        seen += len(words)
        return iter([progress_of(done) for done in words])

    return steps


def progress_of(done: Done) -> Progress:
    """A word of the hand as a card shows it."""
    return Progress(f"act:{done.at}", done.word, done.seconds, done.text if done.word != "started" else "")
