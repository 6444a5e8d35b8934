"""``python -m agents.repository``: read one repository in a process of its own, bounded by the kernel.

Asked as JSON on stdin, answered as JSON on stdout; whatever breaks here breaks nobody else.
"""

import json
import os
import resource
import signal
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agents.repository.address import Address
from agents.repository.fetching import read_repository
from agents.repository.limits import Limits, Origins
from iac.errors import Refused

_MEMORY = 2 << 30
_OPEN_FILES = 256


def main() -> None:
    """Read the question, answer it, end."""
    asked = json.load(sys.stdin)
    limits = Limits(**asked["limits"])
    bound(limits)
    told = sys.stdout.write(json.dumps(answer(asked, limits)))
    sys.stdout.flush()
    sys.exit(told == 0)


def answer(asked: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The facts, or the sentence of a refusal."""
    origins = Origins(**{**asked["origins"], "hosts": tuple(asked["origins"]["hosts"])})
    try:
        return {"facts": asdict(read_repository(Address(**asked["address"]), origins, limits, Path(asked["home"])))}
    except Refused as no:
        return {"refused": {"key": no.sentence.key, "values": dict(no.sentence.values)}}
    except MemoryError:
        return {"refused": {"key": "repository.no.large", "values": {}}}
    except Exception as fault:  # noqa: BLE001 - the one door of this process: its fault is logged by whoever started it
        where = traceback.extract_tb(fault.__traceback__)[-1]
        return {"fault": f"{type(fault).__name__} at {Path(where.filename).name}:{where.lineno}"}


def bound(limits: Limits) -> None:
    """What this process and every git that it starts may take; its own clock ends it if nobody else does."""
    # The largest file that git can write is the largest that a server can make us keep.
    for what, most in (
        (resource.RLIMIT_FSIZE, limits.most_bytes),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, int(limits.seconds) + 1),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most, most) if hard == resource.RLIM_INFINITY else (min(most, hard), hard))
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(0, signal.SIGKILL))
    signal.alarm(int(limits.seconds) + 2)


if __name__ == "__main__":
    main()
