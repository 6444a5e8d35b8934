"""A lease: how long a guest may live, when that is spoken of, and what comes after its end. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from bot.domain.errors import NotAllowed, Refused
from bot.domain.person import Person

EXTEND = "extend"
"""The action of the button."""
HOUR_S = 3_600.0
DAY_S = 24 * HOUR_S
END_SHOWN = 10
"""How many digits of a lease's end, in whole seconds, a button carries."""
HOURS_SHOWN = 6

Stage = Literal["living", "ended"]


@dataclass(frozen=True, slots=True)
class LeaseRules:
    """What an operator decided about lifetimes in one environment. Everything in seconds; None: no bound.

    ``default_s`` is how long a guest lives of which nothing was said, ``most_s`` the longest from now on,
    ``warn_s`` how long before the end it is spoken of, ``extend_s`` what one extension gives, ``extensions`` how
    often owners may extend by themselves, ``grace_s`` how long after the end its removal is planned.
    """

    default_s: float | None = None
    most_s: float | None = None
    warn_s: tuple[float, ...] = (3 * DAY_S, DAY_S)
    extend_s: float = 14 * DAY_S
    extensions: int | None = None
    grace_s: float = 7 * DAY_S


@dataclass(frozen=True, slots=True)
class Term:
    """How long the guests of one run are to live: seconds from the day they exist, or up to a moment."""

    seconds: float | None = None
    until: float | None = None
    is_said: bool = True
    """Whether somebody asked for it; else it is what holds in the environment."""

    def ends_at(self, made_at: float) -> float:
        """When that is over for guests that were made then."""
        return self.until if self.until is not None else made_at + (self.seconds or 0.0)


@dataclass(frozen=True, slots=True)
class Lease:
    """How long one guest may live; ``run_id`` is the run that made it so.

    Times are seconds since the epoch; ``due_at`` is when it is looked at next.
    """

    stack_id: str
    guest: str
    run_id: str
    vmid: int
    owner: str
    environment: str
    ends_at: float
    due_at: float
    stage: Stage = "living"
    extended: int = 0

    @property
    def value(self) -> str:
        """What its button carries: a second press on the same card finds another end, and changes nothing."""
        return f"{self.run_id}:{self.guest}:{int(self.ends_at)}"

    def value_for(self, more_s: float | None) -> str:
        """The same for a length that somebody asked for, in whole hours."""
        return f"{self.value}:{round(more_s / HOUR_S)}" if more_s else self.value


@dataclass(frozen=True, slots=True)
class Step:
    """What is due about a lease, and the lease as it is after that."""

    kind: Literal["warn", "end", "remove"]
    lease: Lease


def term_of(slots: Mapping[str, Any], rules: LeaseRules | None, now: float) -> Term | None:
    """The term that was asked for, or the environment's; ``Refused`` where it is over already, or too long.

    ``slots`` are those of the request: ``ttl_hours`` (hours) or ``expires_on`` (a day, ISO; it ends with the day, UTC).
    """
    said = _said(slots)
    if said is None:
        return Term(seconds=rules.default_s, is_said=False) if rules and rules.default_s else None
    if said.ends_at(now) <= now:
        raise Refused("lease.over_already", until=str(slots.get("expires_on", "")))
    if rules and rules.most_s is not None and said.ends_at(now) > now + rules.most_s:
        raise Refused("lease.too_long", count=days(rules.most_s))
    return said


def begun(lease: Lease, rules: LeaseRules) -> Lease:
    """The lease with the first moment at which it is spoken of."""
    return replace(lease, due_at=_next(lease.ends_at, rules, before=lease.due_at), stage="living")


def step_of(lease: Lease, rules: LeaseRules, now: float) -> Step:
    """What is due now; after a long silence of ours only the last of it, and never an end that was not spoken of."""
    if now < lease.ends_at:
        return Step("warn", replace(lease, due_at=_next(lease.ends_at, rules, before=now)))
    after = now + rules.grace_s
    if lease.stage == "living":
        return Step("end", replace(lease, stage="ended", due_at=after))
    return Step("remove", replace(lease, due_at=after))


def extended(lease: Lease, rules: LeaseRules, person: Person, now: float, *, more_s: float | None = None) -> Lease:
    """The lease with a later end; ``Refused`` where this person may not, or it can get no longer."""
    check_may_extend(lease, person)
    is_free = person.may_approve or person.is_admin
    if rules.extensions is not None and lease.extended >= rules.extensions and not is_free:
        raise Refused("lease.used_up", guest=lease.guest, count=lease.extended)
    wanted = max(lease.ends_at, now) + (more_s or rules.extend_s)
    ends_at = wanted if rules.most_s is None else min(wanted, now + rules.most_s)
    if ends_at <= max(lease.ends_at, now):
        raise Refused("lease.at_most", guest=lease.guest, count=days(rules.most_s or 0.0))
    longer = replace(lease, ends_at=ends_at, due_at=now, extended=lease.extended + 1)
    return begun(longer, rules)


def check_may_extend(lease: Lease, person: Person) -> None:
    """Whoever has the guest may keep it longer, and so may those who approve."""
    if not (person.is_called(lease.owner) or person.may_approve or person.is_admin):
        raise NotAllowed("lease.no_right", name=person.name, guest=lease.guest)


@dataclass(frozen=True, slots=True)
class LeaseButton:
    """What a button named: the run, the guest, the end as it was shown, and the length that was asked for."""

    run_id: str
    guest: str
    end: int
    more_s: float | None = None


def parse_lease_button(value: str) -> LeaseButton:
    """Run, guest, end and length of a button; ``Refused`` where it is none of ours."""
    run_id, guest, end, hours = (*value.split(":"), "", "", "")[:4] if value.count(":") in (2, 3) else ("", "", "", "")
    is_ours = bool(run_id and guest) and _is_count(end, END_SHOWN) and (not hours or _is_count(hours, HOURS_SHOWN))
    if not is_ours:
        raise Refused("approve.unknown_button")
    return LeaseButton(run_id, guest, int(end), int(hours) * HOUR_S if hours else None)


def more_asked(lease: Lease, slots: Mapping[str, Any], now: float) -> float | None:
    """How much longer was asked for, in seconds; None where nothing was said. ``Refused`` where that is no longer."""
    said = _said(slots)
    if said is None or said.seconds is not None:
        return said.seconds if said else None
    more = (said.until or 0.0) - max(lease.ends_at, now)
    if more <= 0:
        raise Refused("lease.no_longer", guest=lease.guest, until=str(slots.get("expires_on", "")))
    return more


def ending(leases: Iterable[Lease], now: float, within_s: float) -> list[Lease]:
    """Those that end within that time, or have ended, the soonest first."""
    return sorted((x for x in leases if x.ends_at <= now + within_s), key=lambda lease: (lease.ends_at, lease.guest))


def days(seconds: float) -> float:
    """As days, for a sentence."""
    return round(seconds / DAY_S, 1)


def _is_count(text: str, digits: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= digits


def _said(slots: Mapping[str, Any]) -> Term | None:
    if day := slots.get("expires_on"):
        try:
            last = datetime.fromisoformat(str(day)[:10]).replace(tzinfo=UTC)
        except ValueError:
            raise Refused("lease.no_day", day=str(day)[:20]) from None
        return Term(until=(last + timedelta(days=1)).timestamp())
    hours = slots.get("ttl_hours")
    return Term(seconds=float(hours) * HOUR_S) if hours else None


def _next(ends_at: float, rules: LeaseRules, before: float) -> float:
    """The next moment after ``before`` at which it is spoken of: a warning, or the end itself."""
    return min((ends_at - warn for warn in rules.warn_s if ends_at - warn > before), default=ends_at)
