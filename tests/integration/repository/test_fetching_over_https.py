"""Repositories over https from a real git server on loopback: what is sent, what is refused, what is never followed."""

import asyncio

import pytest

from agents.repository.facts import Note
from agents.repository.limits import Limits, Origins
from agents.repository.resolving import pinned
from agents.repository.sandbox import SandboxedRepositories
from iac.errors import Refused
from tests.fixtures.repositories import committed, entry, git, repository, serving

FILES = {"compose.yaml": "services: {web: {image: nginx, ports: ['80:80']}}\n", "big.sql": "x" * 900_000}


@pytest.fixture
def server(shelf, tmp_path):
    repository(shelf / "team" / "app.git", FILES)
    with serving(shelf, tmp_path) as served:
        yield served


@pytest.fixture
def repositories(server, tmp_path):
    return SandboxedRepositories(tmp_path / "reading", server.origins, Limits(), fresh_s=300)


async def refused(repositories, url, branch=""):
    with pytest.raises(Refused) as no:
        await repositories.read(repositories.address(url, branch))
    return no.value.sentence.key


async def test_a_repository_is_read_over_https(repositories, server):
    found = await repositories.read(repositories.address(f"https://{server.host}/team/app.git"))
    assert [s.name for s in found.services] == ["web"]
    assert found.notes == ()
    assert list(repositories.home.iterdir()) == []


async def test_a_second_question_within_minutes_is_answered_from_memory(repositories, server):
    address = repositories.address(f"https://{server.host}/team/app.git")
    first = await repositories.read(address)
    count = len(server.asked)
    assert await repositories.read(address) == first
    assert len(server.asked) == count


async def test_a_large_file_is_not_even_sent(repositories, server, shelf):
    home = repository(shelf / "team" / "large.git", {"Dockerfile": "FROM alpine:3.20\n", "compose.yaml": "#" * 900_000})
    assert home.is_dir()
    found = await repositories.read(repositories.address(f"https://{server.host}/team/large.git"))
    assert found.notes == (Note("too_large", "compose.yaml"),)
    assert [s.name for s in found.services] == ["large"]


async def test_the_page_of_a_directory_on_a_branch_with_a_slash_leads_to_that_branch(repositories, server, shelf):
    home = shelf / "team" / "app.git"
    committed(home, [entry(home, "Dockerfile", b"FROM debian:12\n")], "feature/two")
    found = await repositories.read(repositories.address(f"https://{server.host}/team/app.git/tree/feature/two/deploy"))
    assert (found.branch, [s.image for s in found.services]) == ("feature/two", ["debian:12"])


async def test_what_is_not_there_is_said_not_to_be(repositories, server):
    assert await refused(repositories, f"https://{server.host}/team/none.git") == "repository.no.there"


async def test_a_redirect_is_not_followed(repositories, server):
    server.redirect_to = "https://169.254.169.254"
    assert await refused(repositories, f"https://{server.host}/team/app.git") == "repository.no.moved"
    assert len(server.asked) == 1


async def test_a_certificate_that_nobody_vouches_for_is_refused(server, tmp_path):
    strict = SandboxedRepositories(
        tmp_path / "reading", Origins(hosts=(server.host,), is_private_allowed=True), Limits(), fresh_s=0
    )
    assert await refused(strict, f"https://{server.host}/team/app.git") == "repository.no.certificate"


async def test_a_host_in_a_private_network_is_refused_unless_it_is_allowed(server, tmp_path):
    public = SandboxedRepositories(
        tmp_path / "reading", Origins(hosts=(server.host,), ca_file=str(server.ca_file)), Limits(), fresh_s=0
    )
    assert await refused(public, f"https://{server.host}/team/app.git") == "repository.no.private"
    assert server.asked == []


@pytest.mark.parametrize(("seconds", "most_bytes", "key"), [(1.5, 50_000_000, "time"), (120, 100_000, "large")])
async def test_a_pack_that_unpacks_to_gigabytes_ends_with_the_clock_or_the_disk(
    server, tmp_path, seconds, most_bytes, key
):
    server.claims = 64 << 30
    limits = Limits(seconds=seconds, most_bytes=most_bytes)
    limited = SandboxedRepositories(tmp_path / "reading", server.origins, limits)
    assert await refused(limited, f"https://{server.host}/team/app.git") == f"repository.no.{key}"
    assert list(limited.home.iterdir()) == []


async def test_git_goes_to_the_address_that_was_checked(server, tmp_path):
    """The name does not exist anywhere: only what was pinned leads to the server."""
    from agents.repository.git import Git

    origins = Origins(hosts=("git.invalid",), is_private_allowed=True, ca_file=str(server.ca_file))
    here = repository_address(server, "git.invalid")
    pin = pinned(here, origins, lambda *_: ["127.0.0.1"])
    (tmp_path / "git").mkdir()
    with pytest.raises(Refused, match="certificate"):  # it reached the server, whose name is another
        Git(tmp_path / "git", origins, Limits(), pin).fetch(here)


def repository_address(server, host):
    from agents.repository.address import Address

    return Address(f"https://{host}:{server.port}/team/app.git", f"{host}:{server.port}")


async def test_nothing_of_our_environment_reaches_the_reader(monkeypatch, repositories, server, tmp_path):
    monkeypatch.setenv("THREADFORM_STATE_KEY", "planted-secret")
    monkeypatch.setenv("GIT_SSH_COMMAND", f"touch {tmp_path / 'touched'}")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    found = await repositories.read(repositories.address(f"https://{server.host}/team/app.git"))
    assert found.services
    assert not (tmp_path / "touched").exists()
    assert git(tmp_path, "version")


async def test_others_are_answered_while_a_repository_is_read(repositories, server):
    reading = asyncio.create_task(repositories.read(repositories.address(f"https://{server.host}/team/app.git")))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert (await reading).services
    assert turns > 100


async def test_whoever_comes_when_all_places_are_taken_is_told_so(repositories):
    narrow = SandboxedRepositories(repositories.home, repositories.origins, Limits(seconds=0.05))
    await narrow._at_once.acquire()
    await narrow._at_once.acquire()
    with pytest.raises(Refused, match="busy"):
        await narrow.read(narrow.address(f"https://{repositories.origins.hosts[0]}/team/app.git"))


async def test_a_reading_that_is_given_up_leaves_no_process_and_no_directory(repositories, server):
    reading = asyncio.create_task(repositories.read(repositories.address(f"https://{server.host}/team/app.git")))
    for _ in range(2000):
        if repositories.home.exists() and list(repositories.home.iterdir()):
            break
        await asyncio.sleep(0.005)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert list(repositories.home.iterdir()) == []


async def test_what_another_reading_takes_away_meanwhile_is_no_fault(repositories, server):
    repositories.home.mkdir(parents=True)
    (repositories.home / "read-gone").symlink_to(repositories.home / "nothing")
    assert await repositories.read(repositories.address(f"https://{server.host}/team/app.git"))
