"""``threadform knowledge``: what the answers to "how do I ..." are taken from, and how well they are found."""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.opening import when
from bot.settings import Settings
from iac.errors import Refused, Sentence, ThreadformError, Value, say

if TYPE_CHECKING:
    from agents.knowledge.library import Library
    from agents.knowledge.values import Counted, Progress, Source

_NAME = re.compile(r"[A-Za-z0-9][\w./-]{0,99}")
_MOST_SHOWN = 5
"""Names in one line; the line says how many there are."""


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do it; 0 when it was done, 1 when something could not be read."""
    from bot.wiring.library import library_of

    acts: Mapping[str, Callable[[argparse.Namespace, Library], int]] = {
        "add": _add, "list": _list, "remove": _remove, "search": _search, "reindex": _reindex, "eval": _evaluate,
    }  # fmt: skip
    return acts[arguments.act](arguments, library_of(settings))


def _add(arguments: argparse.Namespace, library: "Library") -> int:
    source = source_of(arguments.place, arguments.name, arguments.link)
    _told(source.name, library.add(source, _progress(source.name)))
    return 0


def _list(_: argparse.Namespace, library: "Library") -> int:
    for each in library.shelved():
        place = each.source.place or _said(say("knowledge.own_place"))
        key, read = ("knowledge.listed" if each.read_at else "knowledge.never_read"), when(each.read_at)
        values: dict[str, Value] = {"pages": each.pages, "passages": each.passages, "read": read, "place": place}
        print(_said(Sentence(key, {"name": each.source.name, **values})))
    return 0


def _remove(arguments: argparse.Namespace, library: "Library") -> int:
    pages = next((each.pages for each in library.shelved() if each.source.name == arguments.name), 0)
    library.remove(arguments.name)
    print(_said(say("knowledge.removed", name=arguments.name, pages=pages)))
    return 0


def _search(arguments: argparse.Namespace, library: "Library") -> int:
    """What people would be shown, with the figures that decide it."""
    from agents.knowledge.excerpts import excerpt
    from agents.rules.language import leaning

    found = library.search(arguments.question, leaning(arguments.question))
    for passage in found.passages:
        source = " \u203a ".join(part for part in (passage.title, passage.heading) if part)
        print(f"{source} ({passage.address})  [score {passage.score:.1f}, share {passage.share:.2f}]")
        print("\n".join(f"  | {line}" for line in excerpt(passage.text, found.forms).split("\n") if line.strip()))
    print(f"verdict: {found.verdict}" if found.passages else _said(say("knowledge.nothing", pages=found.pages)))
    return 0


def _reindex(arguments: argparse.Namespace, library: "Library") -> int:
    """Every source, or one; what cannot be read now keeps its pages, and the others are read all the same."""
    from agents.knowledge.library import DAMAGED

    if library.mend():
        print(_said(say("knowledge.mended", path=f"{library.path}{DAMAGED}")))
    shelved = [each for each in library.shelved() if arguments.name in ("", each.source.name)]
    if not shelved:
        raise Refused("knowledge.no_source", name=arguments.name, names=tuple(e.source.name for e in library.shelved()))
    failed = 0
    for each in shelved:
        try:
            _told(each.source.name, library.reindex(each.source, _progress(each.source.name)))
        except ThreadformError as fault:
            failed += 1
            print(_said(say("knowledge.kept", name=each.source.name, why=_said(fault.sentence))), file=sys.stderr)
    return 1 if failed else 0


def _evaluate(arguments: argparse.Namespace, library: "Library") -> int:
    from agents.knowledge.library import Library
    from agents.knowledge.scoring import read_questions, table

    try:
        questions = read_questions(Path(arguments.questions))
    except (OSError, ValueError) as wrong:
        print(f"threadform knowledge eval: {wrong}", file=sys.stderr)
        return 2
    print("\n".join(table(questions, Library() if arguments.shipped else library)))
    return 0


def source_of(place: str, name: str, link: str) -> "Source":
    """What was named on the command line, as a source; ``Refused`` where it cannot be one."""
    from agents.knowledge.doors import checked
    from agents.knowledge.values import Source

    if link and not re.fullmatch(r"https?://\S+", link):
        raise Refused("knowledge.bad_link", link=link)
    if re.match(r"git@|ssh://|git://", place) or place.endswith(".git"):
        raise Refused("knowledge.git", place=place)
    if "://" in place:
        parts = checked(place)
        own = f"{parts.hostname}{parts.path}".rstrip("/")
        return Source(_named(name or re.sub(r"[^\w./-]+", "-", own)[:100]), "url", place.strip(), "")
    path = Path(place).expanduser().resolve()
    return Source(_named(name or path.name), "directory" if path.is_dir() else "file", str(path), link)


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Refused("knowledge.bad_name", name=name)
    return name


def _told(name: str, counted: "Counted") -> None:
    """What came of reading a source: one line, and one for each reason to leave something out."""
    from agents.knowledge.directories import BOUNDS

    pages = counted.changed + counted.same
    values: dict[str, Value] = {"changed": counted.changed, "gone": counted.gone, "same": counted.same}
    print(_said(Sentence("knowledge.added", {"name": name, "pages": pages, "passages": counted.passages, **values})))
    left = defaultdict[str, list[str]](list)
    for each in counted.left:
        left[each.why].append(each.name)
    for why, names in left.items():
        reason = _said(Sentence(f"knowledge.why.{why}", {"most_mb": BOUNDS.page // 1024 // 1024}))
        shown = ", ".join(names[:_MOST_SHOWN]) + (" \u2026" if len(names) > _MOST_SHOWN else "")
        print(_said(say("knowledge.left_out", name=name, count=len(names), why=reason, shown=shown)))


def _progress(name: str) -> "Progress":
    """One line that is written over, on a terminal only."""
    if not sys.stderr.isatty():
        return lambda _count, _page: None
    return partial(_show, name)


def _show(name: str, count: int, page: str) -> None:
    line = _said(say("knowledge.reading", name=name, count=count, page=page))[:100]
    print(f"\r\x1b[K{line}\r", end="", file=sys.stderr, flush=True)


def _said(sentence: Sentence) -> str:
    from bot.chat.words import Words

    return Words.load().say(sentence, "en")
