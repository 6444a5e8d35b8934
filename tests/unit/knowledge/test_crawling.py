"""A page of the web is taken in with the pages below it, politely and within bounds."""

import httpx
import pytest

from agents.knowledge.crawling import MOST_PAGES, crawl
from agents.knowledge.doors import Door
from agents.knowledge.values import Source
from iac.errors import Refused

SITE = {
    "/guide/": ("text/html", '<h1>Guide</h1><a href="a.html">a</a><a href="b/">b</a><a href="/other/">o</a>'),
    "/guide/a.html": ("text/html", '<h1>A</h1><a href="a.html#x">self</a><a href="c.md">c</a><a href="d.pdf">d</a>'),
    "/guide/b/": ("text/html", '<h1>B</h1><a href="https://elsewhere.example/x">x</a><a href="gone.html">gone</a>'),
    "/guide/c.md": ("text/plain", "# C\n\nMarkdown sent as text."),
    "/other/": ("text/html", "<h1>Other</h1>"),
    "/plan.pdf": ("application/pdf", "%PDF"),
    "/image": ("image/png", "PNG"),
}


class Server:
    def __init__(self, site=SITE):
        self.site, self.asked = site, []

    def __call__(self, request):
        self.asked.append(f"{request.headers['host']}{request.url.path}")
        if request.url.path not in self.site:
            return httpx.Response(404)
        kind, text = self.site[request.url.path]
        return httpx.Response(200, content=text.encode(), headers={"content-type": kind})

    def crawl(self, path):
        door = Door(resolve=lambda _h, _p: ["93.184.216.34"], transport=httpx.MockTransport(self))
        told = []
        found = crawl(
            Source("s", "url", f"https://docs.example.org{path}"), door, lambda n, name: told.append((n, name))
        )
        return found, told


def test_the_pages_below_are_followed_each_once_and_nothing_beside_or_elsewhere():
    server = Server()
    found, _ = server.crawl("/guide/")
    assert [page.key.removeprefix("https://docs.example.org") for page in found.pages] == [
        "/guide/",
        "/guide/a.html",
        "/guide/b/",
        "/guide/c.md",
    ]
    assert not [asked for asked in server.asked if "elsewhere" in asked or "/other/" in asked or ".pdf" in asked]
    assert len(server.asked) == len(set(server.asked))


def test_markdown_that_is_sent_as_text_is_read_as_markdown():
    found, _ = Server().crawl("/guide/")
    assert {page.key.rpartition("/")[2]: page.form for page in found.pages}["c.md"] == ".md"


def test_a_page_that_is_gone_is_named():
    found, _ = Server().crawl("/guide/")
    assert [(left.name, left.why) for left in found.left] == [("https://docs.example.org/guide/b/gone.html", "web")]


def test_progress_is_told():
    _, told = Server().crawl("/guide/")
    assert [number for number, _ in told] == [1, 2, 3]


@pytest.mark.parametrize(
    ("path", "key"),
    [("/plan.pdf", "knowledge.web_pdf"), ("/image", "knowledge.web_form"), ("/nowhere", "knowledge.status")],
)
def test_an_address_that_is_no_page_is_refused(path, key):
    with pytest.raises(Refused) as no:
        Server().crawl(path)
    assert no.value.sentence.key == key


def test_a_site_without_an_end_is_read_as_far_as_one_address_may_bring_and_the_rest_is_counted():
    class Endless(dict):
        def __contains__(self, path):
            return True

        def __getitem__(self, path):
            number = int(path.strip("/") or 0)
            return "text/html", f'<h1>{number}</h1><a href="/{number * 2 + 1}">l</a><a href="/{number * 2 + 2}">r</a>'

    found, _ = Server(Endless()).crawl("/")
    assert len(found.pages) == MOST_PAGES
    assert {left.why for left in found.left} == {"enough"}


def test_a_link_that_is_no_address_keeps_nobody_from_the_others():
    links = '<h1>G</h1><a href="http://[x">1</a><a href="//[">2</a><a href="http://a:b/">3</a><a href="a.html">a</a>'
    found, _ = Server({"/g/": ("text/html", links), "/g/a.html": ("text/html", "<h1>A</h1>")}).crawl("/g/")
    assert [page.key for page in found.pages] == ["https://docs.example.org/g/", "https://docs.example.org/g/a.html"]
