"""Quotas: how much one person, or one team, may hold at a time. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from iac.errors import Sentence, say

MB_PER_GB = 1024


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of everything: guests, virtual cores, MiB of memory, GiB of disk."""

    guests: int = 0
    cores: int = 0
    memory_mb: int = 0
    disk_gb: int = 0

    def __add__(self, other: Self) -> "Amount":
        """Both together."""
        return Amount(
            self.guests + other.guests,
            self.cores + other.cores,
            self.memory_mb + other.memory_mb,
            self.disk_gb + other.disk_gb,
        )

    @classmethod
    def total(cls, amounts: Iterable["Amount"]) -> "Amount":
        """All of them together."""
        return sum(amounts, start=Amount())


@dataclass(frozen=True, slots=True)
class Quota:
    """The most that ``holder`` (a person's id or a group's) may hold at a time; None: no bound on that."""

    holder: str
    guests: int | None = None
    cores: int | None = None
    memory_mb: int | None = None
    disk_gb: int | None = None


@dataclass(frozen=True, slots=True)
class Quotas:
    """Every quota there is: by holder, and the one of a person of whom nothing else is said."""

    by_holder: Mapping[str, Quota] = field(default_factory=dict)
    anybody: Quota | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """What people call the groups."""

    def of_person(self, person_id: str) -> Quota | None:
        """Their own quota, or everybody's."""
        return self.by_holder.get(person_id, self.anybody)


def excesses(quota: Quota, name: str, before: Amount, after: Amount) -> Iterator[Sentence]:
    """A sentence for each bound that what is asked for would break; asking for no more of a thing breaks none.

    ``before`` is what the holder has without it, ``after`` what they would have.
    """
    if quota.guests is not None and after.guests > max(quota.guests, before.guests):
        asked = after.guests - before.guests
        yield say("quota.guests", name=name, held=before.guests, asked=asked, most=quota.guests)
    if quota.cores is not None and after.cores > max(quota.cores, before.cores):
        asked = after.cores - before.cores
        yield say("quota.cores", name=name, held=before.cores, asked=asked, most=quota.cores)
    if quota.memory_mb is not None and after.memory_mb > max(quota.memory_mb, before.memory_mb):
        held, more = before.memory_mb / MB_PER_GB, (after.memory_mb - before.memory_mb) / MB_PER_GB
        yield say("quota.memory", name=name, held_gb=held, asked_gb=more, most_gb=quota.memory_mb / MB_PER_GB)
    if quota.disk_gb is not None and after.disk_gb > max(quota.disk_gb, before.disk_gb):
        asked = after.disk_gb - before.disk_gb
        yield say("quota.disk", name=name, held_gb=before.disk_gb, asked_gb=asked, most_gb=quota.disk_gb)


def holdings(name: str, quota: Quota | None, held: Amount) -> Iterator[Sentence]:
    """What a holder has, and how much they may have, thing by thing."""
    most = quota or Quota("")
    memory_gb = most.memory_mb / MB_PER_GB if most.memory_mb is not None else None
    rows: tuple[tuple[str, float, float | None], ...] = (
        ("guests", held.guests, most.guests),
        ("cores", held.cores, most.cores),
        ("memory", held.memory_mb / MB_PER_GB, memory_gb),
        ("disk", held.disk_gb, most.disk_gb),
    )
    yield say("quota.of", name=name)
    for what, has, bound in rows:
        yield say(f"quota.open.{what}", held=has) if bound is None else say(f"quota.line.{what}", held=has, most=bound)
