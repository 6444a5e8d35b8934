"""Quotas: how much one person, or one team, may hold at a time. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


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
