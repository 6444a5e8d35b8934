"""``threadform usage``: what live models used in a month, by person and model."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from bot.domain.budget import Budget, Used, month_of
from bot.settings import Settings
from bot.store.usage import SqlUsage

NOT_KNOWN = "not known"


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the month; 0, or 2 where that is no month."""
    month = arguments.month or month_of(time.time())
    try:
        datetime.strptime(month, "%Y-%m")  # noqa: DTZ007 - a month has no zone
    except ValueError:
        print(f"threadform usage: {month!r} is no month; write it as 2026-11", file=sys.stderr)
        return 2
    used = asyncio.run(_read(settings, month))
    names = {account: person.name for person in settings.everybody for account in person.accounts}
    if arguments.json:
        print(json.dumps([asdict(each) | {"cost_eur": _eur(each)} for each in used], indent=1))
    else:
        print("\n".join(_table(month, used, names)))
    return 0


async def _read(settings: Settings, month: str) -> Sequence[Used]:
    from bot.cli.opening import check_is_there
    from bot.store.database import open_database, parse_url
    from bot.wiring.app import migrate

    check_is_there(parse_url(settings.database))
    await migrate(settings)
    database = open_database(settings.database)
    try:
        return await SqlUsage(database, Budget(), time.time).of_month(month)
    finally:
        await database.close()


def _eur(used: Used) -> float | None:
    """The cost in EUR; None where a part of it is not known."""
    return None if used.unpriced else used.eur


def _table(month: str, used: Sequence[Used], names: Mapping[str, str]) -> Iterator[str]:
    if not used:
        yield f"No live model was used in {month}."
        return
    yield f"{'person':20s} {'model':32s} {'answers':>8s} {'in':>12s} {'out':>12s} {'thoughts':>12s} {'EUR':>10s}"
    for each in used:
        cost = _eur(each)
        price = NOT_KNOWN if cost is None else f"{cost:.4f}"
        yield (
            f"{names.get(each.person, each.person):20s} {each.model:32s} {each.answers:8,d} {each.tokens_in:12,d} "
            f"{each.tokens_out:12,d} {each.tokens_thoughts:12,d} {price:>10s}"
        )
    yield from _sums(used)


def _sums(used: Sequence[Used]) -> Iterator[str]:
    tokens, eur = sum(each.tokens for each in used), sum(each.eur for each in used)
    rest = "; some answers have no price: set THREADFORM_MODEL_PRICES" if any(each.unpriced for each in used) else ""
    yield f"together: {tokens:,} tokens, EUR {eur:.4f}{rest}"
