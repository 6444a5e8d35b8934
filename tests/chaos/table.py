"""The table of a chaos run: who was killed where, and what became of the requests that were open at that moment."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.run import RunState
from tests.chaos.books import Books
from tests.chaos.people import Request
from tests.chaos.victims import Death, Schedule
from tests.chaos.world import World

FINISHED = (RunState.APPLIED.value, RunState.NO_CHANGES.value)
NAMED = 12
"""Places that are named below the table."""
HEAD = ("point", "database", "places", "runs", "kills", "applies", "reports", "orphans", "worst s")


@dataclass(frozen=True, slots=True)
class Told:
    """One world that is over."""

    world: World
    requests: Sequence[Request]
    deaths: Sequence[Death]
    books: Books


@dataclass
class Row:
    """One line: a kind of process and a file of ours, or a victim of chance."""

    kills: int = 0
    places: set[str] = field(default_factory=set)
    struck: set[tuple[str, int]] = field(default_factory=set)
    applies: int = 0
    reports: int = 0
    orphans: int = 0
    worst: float = 0.0


def print_table(worlds: Sequence[Told], schedules: Mapping[str, Schedule]) -> None:
    rows = _rows(worlds)
    known = _known(schedules)
    lines = [HEAD, *(_line(key, row, known) for key, row in sorted(rows.items())), _total(worlds)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    for number, line in enumerate(lines):
        if number in (1, len(lines) - 1):
            print("  ".join("-" * width for width in widths))
        print("  ".join(_set(line[column], width, column) for column, width in enumerate(widths)))


def _set(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column < 2 else cell.rjust(width)


def _rows(worlds: Sequence[Told]) -> Mapping[tuple[str, str], Row]:
    rows: dict[tuple[str, str], Row] = defaultdict(Row)
    for told in worlds:
        for death in told.deaths:
            row = rows[_point(death), told.world.plan.database]
            row.kills += 1
            row.places.add(death.place)
            for request in told.requests:
                _count(row, told, request, death)
    return rows


def _count(row: Row, told: Told, request: Request, death: Death) -> None:
    key = (told.world.plan.name, request.number)
    if key in row.struck or not request.was_open_at(death.at):
        return
    row.struck.add(key)
    book = told.books.told.get(request.number)
    if book is None:  # a world that stood still has no books
        return
    row.applies += book.applies
    row.reports += book.reports
    row.orphans += book.orphans
    row.worst = max(row.worst, (request.done_at or death.at) - request.asked_at)


def _point(death: Death) -> str:
    """The file is enough for a line: the list of all places lies beside the logs."""
    where = death.place.partition(":")[0]
    return f"{death.victim}: {where}"


def _known(schedules: Mapping[str, Schedule]) -> Mapping[tuple[str, str], int]:
    known: dict[tuple[str, str], int] = defaultdict(int)
    for database, schedule in schedules.items():
        for point in schedule.points:
            known[f"{point.role}: {point.file}", database] += 1
    return known


def _line(key: tuple[str, str], row: Row, known: Mapping[tuple[str, str], int]) -> tuple[str, ...]:
    places = f"{len(row.places)}/{known[key]}" if key in known else "any"
    counts = (len(row.struck), row.kills, row.applies, row.reports, row.orphans)
    return (*key, places, *map(str, counts), f"{row.worst:.1f}")


def _total(worlds: Sequence[Told]) -> tuple[str, ...]:
    told = [book for world in worlds for book in world.books.told.values()]
    worst = max((r.done_at - r.asked_at for world in worlds for r in world.requests if r.done_at), default=0.0)
    kills = sum(len(world.deaths) for world in worlds)
    sums = (len(told), kills, sum(b.applies for b in told), sum(b.reports for b in told), sum(b.orphans for b in told))
    return ("all", "", "", *map(str, sums), f"{worst:.1f}")


def summary(worlds: Sequence[Told], schedules: Mapping[str, Schedule]) -> Iterator[str]:
    """Was somebody killed everywhere, was what broke finished, and how often was one wish planned."""
    for database, schedule in sorted(schedules.items()):
        missed = sorted(f"{point.role} {point.place}" for point in schedule.missed)
        yield f"places reached, {database}: {len(schedule.points) - len(missed)} of {len(schedule.points)}"
        yield from (f"  nobody died at: {place}" for place in missed[:NAMED])
        if len(missed) > NAMED:
            yield f"  and at {len(missed) - NAMED} more, which have no deaths in places.txt"
    told = [book for world in worlds for book in world.books.told.values()]
    broken = [book for book in told if book.broken]
    good = sum(book.end in FINISHED for book in broken)
    yield f"requests whose apply broke, finished by a press of Finish: {good} of {len(broken)}"
    posts = [book.runs - book.broken for book in told]
    yield f"runs for a wish, those that broke aside: {sum(posts)} for {len(told)}, at most {max(posts, default=0)}"


def places(schedules: Mapping[str, Schedule]) -> Iterator[str]:
    """Every place that was seen, and how often somebody died there: in, after, soon after."""
    for database, schedule in sorted(schedules.items()):
        for point in sorted(schedule.points, key=lambda p: (p.role, p.place)):
            counts = "  ".join(f"{how} {schedule.deaths[point, how]}" for how in ("in", "after", "later"))
            yield f"{database:12s}{point.role:8s}{point.place:90s}{counts}"
