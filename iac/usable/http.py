"""Does a page answer? One GET over plain TCP, of which only the status line is read (RFC 9112, section 4)."""

import asyncio
import contextlib
import re
from urllib.parse import quote

GOOD = range(200, 400)
"""A redirect is an answer: whoever follows it may come to a name that only people can resolve."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")


async def status_of(socket: tuple[str, int], *, host: str, path: str, seconds: float = 3) -> int | None:
    """The status that ``GET path`` is answered with within ``seconds``; None where nothing speaks HTTP there.

    ``socket`` is what is dialled, ``host`` what the guest is asked as: its address and port.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _asked(socket, request_of(host, path))
    except (OSError, TimeoutError, ValueError):
        return None


def request_of(host: str, path: str) -> bytes:
    """The request; whatever a path holds, it stays within its line."""
    target = quote(path, safe="/?=&%+~.-_:@,;")
    lines = (f"GET {target} HTTP/1.1", f"Host: {host}", "User-Agent: threadform", "Accept: */*", "Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


async def _asked(socket: tuple[str, int], request: bytes) -> int | None:
    reader, writer = await asyncio.open_connection(*socket)
    try:
        writer.write(request)
        await writer.drain()
        found = _STATUS.match(await reader.readline())
        return int(found[1]) if found else None
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
