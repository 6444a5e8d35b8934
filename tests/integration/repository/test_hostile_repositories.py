"""A repository that means harm reaches nothing: it is read in part, or refused with a sentence."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from agents.repository.facts import Note
from iac.errors import Refused
from tests.fixtures.repositories import committed, empty_repository, entry, git, repository

COMPOSE = "services:\n  web:\n    image: nginx:1.27\n    ports: ['8080:80']\n"


WAS_HERE = Path(f"/tmp/threadform-{os.getpid()}")  # noqa: S108 - the path that the attack names


def reasons(found):
    return {note.reason for note in found.notes}


def written(home, content):
    return git(home, "hash-object", "-w", "--stdin", stdin=content).decode().strip()


def pointed(home, tree):
    commit = git(home, "commit-tree", tree.decode().strip(), "-m", "x").decode().strip()
    git(home, "update-ref", "refs/heads/main", commit)


def is_touched():
    return WAS_HERE.exists()


async def refused(reading):
    with pytest.raises(Refused) as no:
        await reading
    return no.value.sentence.key


async def test_an_ordinary_repository_is_read_and_leaves_nothing_behind(shelf, read):
    home = repository(shelf / "app", {"compose.yaml": COMPOSE, "README.md": "# The app\n"})
    found = await read(home)
    assert [(s.name, s.image, s.ports[0].published) for s in found.services] == [("web", "nginx:1.27", 8080)]
    assert (found.title, found.notes) == ("The app", ())
    assert found.commit == git(home, "rev-parse", "main").decode().strip()


async def test_a_symbolic_link_to_a_file_of_ours_is_not_followed(shelf, read):
    links = {"compose.yaml": "/etc/passwd", "Dockerfile": "../../../../etc/hostname", "k8s": "/etc"}
    found = await read(repository(shelf / "app", {"README.md": "# Links"}, links))
    assert found.services == ()
    assert found.notes == (Note("symlink", count=3),)


async def test_hooks_filters_and_attributes_run_nothing(shelf, read, tmp_path):
    touched = tmp_path / "touched"
    home = repository(
        shelf / "app",
        {"compose.yaml": COMPOSE, ".gitattributes": "* filter=run diff=run\n", ".gitconfig": "[core]\n"},
    )
    for hook in ("post-checkout", "post-merge", "reference-transaction", "fsmonitor-watchman"):
        script = home / "hooks" / hook
        script.write_text(f"#!/bin/sh\ntouch {touched}\n")
        script.chmod(0o755)
    git(home, "config", "filter.run.smudge", f"touch {touched}")
    found = await read(home)
    assert len(found.services) == 1
    assert not touched.exists()


async def test_a_submodule_is_named_and_not_entered(shelf, read):
    inner = repository(shelf / "inner", {"compose.yaml": COMPOSE})
    commit = git(inner, "rev-parse", "main").decode().strip()
    home = empty_repository(shelf / "outer")
    modules = f'[submodule "inner"]\n\tpath = inner\n\turl = {inner}\n'.encode()
    committed(
        home,
        [entry(home, ".gitmodules", modules), f"M 160000 {commit} inner\n".encode(), entry(home, "README.md", b"# o")],
    )
    found = await read(home)
    assert (found.services, found.notes) == ((), (Note("submodule", count=1),))


async def test_a_submodule_that_would_run_a_command_spoils_the_repository(shelf, read):
    home = empty_repository(shelf / "app")
    modules = b'[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch /tmp/x\n'
    committed(home, [entry(home, ".gitmodules", modules), f"M 160000 {'1' * 40} x\n".encode()])
    assert await refused(read(home)) == "repository.no.broken"


async def test_a_file_that_unpacks_to_a_hundred_times_its_size_is_not_read(shelf, read):
    bomb = b"services: {}\n" + b"#" * 30_000_000
    home = repository(shelf / "app", {"compose.yaml": bomb, "Dockerfile": "FROM alpine:3.20\nEXPOSE 9000\n"})
    began = time.monotonic()
    found = await read(home)
    assert [(s.name, s.ports[0].container) for s in found.services] == [("app", 9000)]
    assert found.notes == (Note("too_large", "compose.yaml"),)
    assert time.monotonic() - began < 200


async def test_a_repository_larger_than_the_limit_is_refused(shelf, read):
    home = repository(shelf / "app", {f"part{n}.tf": os.urandom(200_000) for n in range(10)})
    assert await refused(read(home, most_bytes=1_000_000)) == "repository.no.large"


async def test_of_a_hundred_thousand_files_the_first_are_looked_at_and_the_rest_is_said(shelf, read):
    home = empty_repository(shelf / "app")
    blob = written(home, b"FROM alpine:3.20\n")
    thousand = git(home, "mktree", stdin="".join(f"100644 blob {blob}\tf{n:03}\n" for n in range(1000)).encode())
    directories = "".join(f"040000 tree {thousand.decode().strip()}\td{n:03}\n" for n in range(100))
    pointed(home, git(home, "mktree", stdin=f"100644 blob {blob}\tDockerfile\n{directories}".encode()))
    found = await read(home)
    assert [s.name for s in found.services] == ["app"]
    assert found.notes == (Note("entries", count=20_000),)


async def test_a_tree_that_holds_itself_a_billion_times_ends(shelf, read):
    """Ten trees of ten trees, ten deep: 10^10 files by name, a hundred objects."""
    home = empty_repository(shelf / "app")
    inner = written(home, b"x")
    kind = "100644 blob"
    for _ in range(10):
        listing = "".join(f"{kind} {inner}\td{n}\n" for n in range(10)).encode()
        inner, kind = git(home, "mktree", stdin=listing).decode().strip(), "040000 tree"
    pointed(home, inner.encode())
    found = await read(home)
    assert found.services == ()
    assert found.notes == (Note("entries", count=20_000),)


async def test_a_file_a_thousand_directories_deep_is_passed_over(shelf, read):
    deep = "/".join("d" for _ in range(1000)) + "/Dockerfile"
    found = await read(repository(shelf / "app", {deep: "FROM evil:1\n", "Dockerfile": "FROM alpine:3.20\n"}))
    assert [s.image for s in found.services] == ["alpine:3.20"]
    assert found.notes == (Note("path", count=1),)


async def test_names_with_control_characters_and_orders_are_passed_over(shelf, read):
    odd = ("a\x1b[31m/Dockerfile", "b\nc/compose.yaml", "\u202edockerfile/Dockerfile")
    found = await read(repository(shelf / "app", dict.fromkeys(odd, "FROM evil:1\n")))
    assert found.services == ()
    assert found.notes == (Note("path", count=3),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
        ), "aliases"),
        ("services: " + "[" * 100_000, "deep"),
        ("services: {a: &a [*a]}", "yaml"),
        ("services:\n\t- tab", "yaml"),
        ("services: \x00", "binary"),
        ("services: !!python/object/apply:os.system ['touch WAS_HERE']", "no_services"),
    ],
)  # fmt: skip
async def test_yaml_that_is_a_bomb_or_a_program_is_left_alone(shelf, read, text, reason):
    # Named here: the names of the tests must be the same in every process that collects them.
    hostile = text.replace("WAS_HERE", str(WAS_HERE))
    found = await read(repository(shelf / "app", {"compose.yaml": hostile}))
    assert (found.services, reasons(found), is_touched()) == ((), {reason}, False)


async def test_bytes_that_are_no_utf_8_are_read_around_and_said(shelf, read):
    found = await read(repository(shelf / "app", {"Dockerfile": b"FROM alpine:3.20\nENV NAME=\xff\xfe\nEXPOSE 80\n"}))
    assert found.services[0].ports[0].container == 80
    assert found.notes == (Note("encoding", "Dockerfile"),)


async def test_one_line_of_forty_thousand_characters_takes_no_time(shelf, read):
    long = "a " * 20_000
    files = {
        "Dockerfile": f"FROM alpine:3.20\nEXPOSE {long}\nENV {long}\nHEALTHCHECK CMD {long}\nRUN <<{long}\n",
        "main.tf": f'resource "{long}" "x" {{',
        "compose.yaml": f"services: {{web: {{image: '{long}', ports: ['{long}']}}}}",
        "README.md": f"# {long}",
        "chart/Chart.yaml": "name: c",
        "chart/templates/x.yaml": "{{ " + long + " }}" + "{{" * 20_000,
    }
    found = await read(repository(shelf / "app", files))
    assert [s.name for s in found.services] == ["web"]
    assert reasons(found) == {"hcl", "open_image", "port", "unused", "template"}


async def test_a_reading_that_takes_too_long_is_ended_with_all_it_started(shelf, read, tmp_path):
    home = repository(shelf / "app", {"Dockerfile": "FROM alpine:3.20\n"})
    assert await refused(read(home, seconds=0.05)) == "repository.no.time"
    for _ in range(600):  # what was killed is seen for a moment longer
        if not [line for line in running() if str(tmp_path) in line]:
            return
        await asyncio.sleep(0.05)
    pytest.fail("what it started still runs")


def running():
    """The command lines of every process there is."""
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            try:
                yield (place / "cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " ")
            except OSError:
                continue


async def test_an_empty_repository_is_called_empty(shelf, read):
    assert await refused(read(empty_repository(shelf / "app"))) == "repository.no.empty"


async def test_a_repository_that_is_not_there_is_said_not_to_be(shelf, read):
    assert await refused(read(shelf / "nothing")) == "repository.no.there"


async def test_a_branch_that_is_not_there_is_said_not_to_be(shelf, read):
    home = repository(shelf / "app", {"Dockerfile": "FROM alpine:3.20\n"})
    assert await refused(read(home, "other")) == "repository.no.branch_there"


async def test_a_branch_is_read_alone(shelf, read):
    home = repository(shelf / "app", {"Dockerfile": "FROM alpine:3.20\n"})
    committed(home, [entry(home, "Dockerfile", b"FROM debian:12\n")], "feature/two")
    found = await read(home, "feature/two")
    assert ([s.image for s in found.services], found.branch) == (["debian:12"], "feature/two")


async def test_a_pointer_to_large_storage_is_not_taken_for_the_file(shelf, read):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n"
    found = await read(repository(shelf / "app", {"compose.yaml": pointer}))
    assert (found.services, found.notes) == ((), (Note("lfs", "compose.yaml"),))


@pytest.mark.parametrize("damage", ["ref", "object"])
async def test_a_damaged_repository_is_refused(shelf, read, damage):
    home = repository(shelf / "app", {"Dockerfile": "FROM alpine:3.20\n"})
    if damage == "ref":
        (home / "refs" / "heads" / "main").write_text(git(home, "rev-parse", "main^{tree}").decode())
    else:
        pack = next((home / "objects").rglob("*.pack"), None) or next((home / "objects").rglob("??/*"))
        pack.chmod(0o644)
        pack.write_bytes(b"x" * 40)
    assert (await refused(read(home))).startswith("repository.no.")
