"""Does SSH answer? A TCP connection whose other side introduces itself as SSH (RFC 4253, section 4.2)."""

import asyncio
import contextlib

SSH_PORT = 22
_LINES_BEFORE = 20
"""A server may send other lines before its version; so many are read."""


async def greets_as_ssh(host: str, port: int, *, seconds: float = 3) -> bool:
    """Whether the socket answers with a line that starts with ``SSH-`` within ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            return await _greets(host, port)
    except (OSError, TimeoutError, ValueError):
        return False


async def _greets(host: str, port: int) -> bool:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        for _ in range(_LINES_BEFORE):
            line = await reader.readline()
            if line.startswith(b"SSH-") or not line:
                return bool(line)
        return False
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def ssh_line(user: str, host: str, port: int) -> str:
    """What a person types to log in."""
    return f"ssh {user}@{host}" if port == SSH_PORT else f"ssh -p {port} {user}@{host}"
