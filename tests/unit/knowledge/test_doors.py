"""A page of the web is read, and nothing of the house is reached by it: by name, address, redirect or size."""

import httpx
import pytest

from agents.knowledge.doors import MOST_BYTES, MOST_REDIRECTS, Door, shown
from iac.errors import Refused

PUBLIC = "93.184.216.34"


def door(answer=None, hosts=(), addresses=(PUBLIC,)):
    def resolve(_host, _port):
        if not addresses:
            raise OSError("no such host")
        return addresses

    return Door(hosts, resolve=resolve, transport=httpx.MockTransport(answer or page))


def page(request, text="<p>hello</p>", kind="text/html; charset=utf-8"):
    return httpx.Response(200, content=text.encode(), headers={"content-type": kind})


def refused(url, **more):
    with pytest.raises(Refused) as no:
        door(**more).get(url)
    return no.value.sentence


def test_a_page_is_read_from_the_address_that_was_judged_under_its_own_name():
    asked = []

    def answer(request):
        asked.append(request)
        return page(request)

    found = door(answer).get("https://docs.example.org:8443/guide/?v=9#part")
    [request] = asked
    assert (request.url.host, request.url.port) == (PUBLIC, 8443)
    assert request.url.raw_path == b"/guide/?v=9"
    assert request.headers["host"] == "docs.example.org:8443"
    assert request.extensions["sni_hostname"] == "docs.example.org"
    assert (found.url, found.kind, found.content) == (
        "https://docs.example.org:8443/guide/?v=9",
        "text/html",
        b"<p>hello</p>",
    )


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.5",
        "172.16.3.4",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - judged, not bound to
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:0001::",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_public_is_not_reached(address):
    assert refused("https://docs.example.org/", addresses=(address,)).key == "knowledge.private"


def test_one_address_of_ours_among_public_ones_is_enough_to_refuse():
    assert refused("https://docs.example.org/", addresses=(PUBLIC, "10.0.0.1")).values["address"] == "10.0.0.1"


@pytest.mark.parametrize("address", ["10.0.0.5", "127.0.0.1", "fc00::1"])
def test_a_host_that_an_administrator_named_may_be_private(address):
    named = door(hosts=("*.corp.example",), addresses=(address,))
    assert named.get("http://wiki.corp.example/a").content == b"<p>hello</p>"


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "224.0.0.1", "::"])
def test_no_name_opens_the_way_to_a_machines_own_metadata(address):
    assert refused("http://wiki/a", hosts=("wiki",), addresses=(address,)).key == "knowledge.private"


def test_where_hosts_are_named_no_other_is_read():
    assert refused("https://docs.example.org/", hosts=("wiki",)).key == "knowledge.host"


def test_a_host_that_is_not_there_is_said():
    assert refused("https://nowhere.example/", addresses=()).key == "knowledge.unknown_host"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/a",
        "gopher://example.org",
        "https://",
        "//example.org",
        "example.org",
        "http://[::1",
        "http://a:port/",
        "",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url):
    assert refused(url).key == "knowledge.no_address"


def test_an_address_with_a_password_is_refused_and_the_password_is_not_repeated():
    sentence = refused("https://bob:hunter22@example.org/")
    assert sentence.key == "knowledge.password"
    assert "hunter22" not in str(sentence.values)
    assert "hunter22" not in shown("https://bob:hunter22@example.org/")


def test_a_redirect_is_judged_like_the_first_address():
    def answer(request):
        return httpx.Response(302, headers={"location": "http://10.0.0.1/admin"})

    def resolve(host, _port):
        return ["10.0.0.1"] if host == "10.0.0.1" else [PUBLIC]

    with pytest.raises(Refused) as no:
        Door(resolve=resolve, transport=httpx.MockTransport(answer)).get("https://docs.example.org/")
    assert no.value.sentence.key == "knowledge.private"


def test_a_redirect_to_a_file_is_refused():
    def answer(request):
        return httpx.Response(301, headers={"location": "file:///etc/passwd"})

    assert refused("https://docs.example.org/", answer=answer).key in {"knowledge.no_address", "knowledge.silent"}


def test_redirects_are_followed_a_few_times_and_the_last_address_is_told():
    def answer(request):
        number = int(request.url.path.strip("/") or 0)
        return page(request) if number == 3 else httpx.Response(302, headers={"location": f"/{number + 1}"})

    assert door(answer).get("https://docs.example.org/").url == "https://docs.example.org/3"
    sentence = refused("https://docs.example.org/", answer=lambda r: httpx.Response(302, headers={"location": "/"}))
    assert (sentence.key, sentence.values["most"]) == ("knowledge.redirects", MOST_REDIRECTS)


@pytest.mark.parametrize("code", [401, 403, 404, 500])
def test_an_answer_without_a_page_is_said_with_its_number(code):
    sentence = refused("https://docs.example.org/", answer=lambda r: httpx.Response(code))
    assert (sentence.key, sentence.values["code"]) == ("knowledge.status", code)


def test_a_page_that_never_ends_is_left():
    def endless():
        while True:
            yield b"x" * 65536

    sentence = refused("https://docs.example.org/", answer=lambda r: httpx.Response(200, content=endless()))
    assert (sentence.key, sentence.values["most_mb"]) == ("knowledge.page_size", MOST_BYTES // 1024 // 1024)


def test_a_server_that_does_not_answer_is_said_in_its_own_words():
    def answer(request):
        raise httpx.ConnectError("connection refused")

    assert refused("https://docs.example.org/", answer=answer).values["why"] == "connection refused"


@pytest.mark.parametrize("location", ["http://[x", "//[::", "http://a:b/"])
def test_a_redirect_to_what_is_no_address_is_refused(location):
    def answer(request):
        return httpx.Response(302, headers={"location": location})

    assert refused("https://docs.example.org/", answer=answer).key in {"knowledge.no_address", "knowledge.silent"}


def test_a_name_with_accents_is_asked_for_as_the_network_writes_it():
    asked = []

    def answer(request):
        asked.append((request.headers["host"], request.extensions["sni_hostname"]))
        return page(request)

    door(answer).get("https://bücher.example/a")
    assert asked == [("xn--bcher-kva.example", "xn--bcher-kva.example")]


def test_a_redirect_to_a_name_that_cannot_be_written_is_refused():
    def answer(request):
        return httpx.Response(302, headers={"location": "http://\xff\xfe..example/"})

    assert refused("https://docs.example.org/", answer=answer).key == "knowledge.silent"


def test_no_part_of_a_password_is_shown():
    assert "w0rd" not in shown("https://bob:pass@w0rd@example.org/a b")
