"""What a person writes becomes an address that may be read, or a sentence that says why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.repository.address import Address, parse_address
from agents.repository.limits import Origins
from agents.repository.resolving import is_public, pinned
from iac.errors import Refused

PUBLIC = Origins()
OWN = Origins(hosts=("git.corp.example", "git.corp.example:8443"))


@pytest.mark.parametrize(
    ("text", "url", "after"),
    [
        ("https://github.com/ann/app", "https://github.com/ann/app.git", ""),
        ("https://github.com/ann/app.git", "https://github.com/ann/app.git", ""),
        ("https://github.com/ann/app/", "https://github.com/ann/app.git", ""),
        ("<https://github.com/ann/app>.", "https://github.com/ann/app.git", ""),
        ("github.com/ann/app", "https://github.com/ann/app.git", ""),
        ("https://GitHub.com:443/ann/app", "https://github.com/ann/app.git", ""),
        ("https://gitlab.com/team/group/app", "https://gitlab.com/team/group/app.git", ""),
        ("https://github.com/ann/app/tree/main", "https://github.com/ann/app.git", "main"),
        ("https://github.com/ann/app/tree/feature/x/deploy", "https://github.com/ann/app.git", "feature/x/deploy"),
        ("https://gitlab.com/ann/app/-/tree/main/k8s", "https://gitlab.com/ann/app.git", "main/k8s"),
        ("https://codeberg.org/ann/app/src/branch/main", "https://codeberg.org/ann/app.git", "main"),
    ],
)
def test_the_address_of_a_repository_or_of_a_page_in_it_is_understood(text, url, after):
    found = parse_address(text, PUBLIC)
    assert (found.url, found.after, found.name) == (url, after, "app")


def test_a_branch_that_is_said_beside_the_address_holds():
    found = parse_address("https://github.com/ann/app/tree/main", PUBLIC, "v2")
    assert (found.branch, found.after) == ("v2", "")


def test_a_host_of_ones_own_is_allowed_with_its_port_alone():
    assert parse_address("https://git.corp.example:8443/a/b.git", OWN).host == "git.corp.example:8443"
    with pytest.raises(Refused, match="host"):
        parse_address("https://git.corp.example:9999/a/b.git", OWN)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("git@github.com:ann/app.git", "ssh"),
        ("ssh://git@github.com/ann/app", "ssh"),
        ("git://github.com/ann/app", "ssh"),
        ("http://github.com/ann/app", "https"),
        ("ftp://github.com/ann/app", "https"),
        ("file:///etc", "https"),
        ("ext::sh -c touch% /tmp/x", "address"),
        ("https://ann:hunter2@github.com/ann/app", "credentials"),
        ("https://ghp_abcdefghijklmnopqrstuvwx@github.com/ann/app", "credentials"),
        ("https://github.com/ann/app?token=hunter2", "credentials"),
        ("https://evil.example/ann/app", "host"),
        ("https://github.com.evil.example/ann/app", "host"),
        ("https://127.0.0.1/ann/app", "host"),
        ("https://169.254.169.254/latest/meta-data", "host"),
        ("https://[::1]/ann/app", "host"),
        ("https://github.com:22/ann/app", "host"),
        ("https://github.com:x/ann/app", "address"),
        ("https://github.com/ann", "address"),
        ("https://github.com/../../etc/passwd", "address"),
        ("https://github.com/ann/%2e%2e/app", "address"),
        ("https://github.com/-upload-pack/app", "address"),
        ("https://github.com/ann/app\x00", "address"),
        ("https://github.com/ann/app/tree/../x", "branch"),
        ("https://github.com/" + "a" * 500, "address"),
        ("--upload-pack=touch /tmp/x", "address"),
        ("", "address"),
    ],
)
def test_what_may_not_be_read_is_refused_with_the_reason(text, key):
    with pytest.raises(Refused) as no:
        parse_address(text, PUBLIC)
    assert no.value.sentence.key == f"repository.no.{key}"
    assert "hunter2" not in str(no.value)
    assert "ghp_" not in str(no.value)


@pytest.mark.parametrize(
    "branch", ["-x", "a..b", "a b", "a.lock", "/a", "a/", "@{1}", "a\n", "a~1", "a:b", "a^", "a" * 300]
)
def test_a_branch_that_git_would_read_as_something_else_is_refused(branch):
    with pytest.raises(Refused, match="branch"):
        parse_address("https://github.com/ann/app", PUBLIC, branch)


@given(st.text(max_size=120))
def test_whatever_is_written_becomes_an_address_on_an_allowed_host_or_a_refusal(text):
    try:
        found = parse_address(text, PUBLIC)
    except Refused:
        return
    assert found.host in PUBLIC.hosts
    assert found.url.startswith(f"https://{found.host}/")
    assert "@" not in found.url.partition(found.host)[0]


def test_a_directory_of_this_machine_is_read_only_below_the_one_that_a_test_allows():
    below = Origins(files_under="/tmp/shelf")  # noqa: S108 - a name, nothing is opened
    assert parse_address("file:///tmp/shelf/app", below) == Address("file:///tmp/shelf/app", "")
    for text in ("file:///tmp/shelf/../../etc", "file:///etc", "file://host/tmp/shelf/app", "file:///tmp/shelf2/a"):
        with pytest.raises(Refused):
            parse_address(text, below)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0",  # noqa: S104 - nothing is bound
        "100.64.0.1", "224.0.0.1", "::1",
        "fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
        "64:ff9b::a00:1", "255.255.255.255", "nonsense", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_public_internet_is_recognised_in_every_form(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["140.82.121.3", "2606:50c0:8000::153", "64:ff9b::8c52:7903"])
def test_an_address_of_the_public_internet_is_recognised(address):
    assert is_public(address)


def test_git_is_held_to_the_addresses_that_were_checked():
    where = parse_address("https://github.com/ann/app", PUBLIC)
    assert pinned(where, PUBLIC, lambda *_: ["140.82.121.3", "2606:50c0::1"]) == (
        "github.com:443:140.82.121.3,[2606:50c0::1]"
    )


@pytest.mark.parametrize("found", [["127.0.0.1"], ["140.82.121.3", "10.0.0.1"], ["140.82.121.3", "::1"]])
def test_one_private_address_among_others_is_enough_for_a_no(found):
    with pytest.raises(Refused, match="private"):
        pinned(parse_address("https://github.com/ann/app", PUBLIC), PUBLIC, lambda *_: found)


def test_a_name_that_nobody_knows_is_out_of_reach():
    def unknown(*_):
        raise OSError("no such host")

    for resolve in (unknown, lambda *_: []):
        with pytest.raises(Refused, match="reach"):
            pinned(parse_address("https://github.com/ann/app", PUBLIC), PUBLIC, resolve)
