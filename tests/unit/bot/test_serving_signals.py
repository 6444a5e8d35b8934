"""Whatever is served, the signals of the process stay its own."""

import asyncio
import signal

import httpx

from bot.cli.serve import _serve
from bot.http import Listener
from tests.fixtures.ports import free_port


async def test_a_server_takes_no_signal_from_its_process():
    ours = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    port = free_port()
    serving = asyncio.create_task(_serve(Listener("127.0.0.1", port, [])))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/health")).status_code == 200
        during = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        assert all(now is before for now, before in zip(during, ours, strict=True))
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
