"""Pages over real TLS: the connection goes to the address that was judged, under a certificate of the host."""

import http.server
import ipaddress
import ssl
import threading

import pytest

from agents.knowledge.doors import Door
from agents.knowledge.library import Library
from agents.knowledge.values import Source
from iac.errors import Refused
from tests.fixtures.repositories import certificate_for

PAGES = {
    "/guide/": b'<h1>Frobnicators</h1><p>See <a href="off.html">how to stop one</a>.</p>',
    "/guide/off.html": b'<h1>Stopping</h1><h2 id="how">How</h2><p>Pull the frobnicator lever.</p>',
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = PAGES.get(self.path)
        self.send_response(200 if page else 404)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(page or b"")))
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_):
        return


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate for docs.test that is its own authority, as files."""
    home = tmp_path_factory.mktemp("tls")
    certificate_for(home, "docs.test")
    return home


@pytest.fixture(scope="module")
def port(authority):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "ca.pem", authority / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(120)


def door(authority, *hosts):
    tls = ssl.create_default_context(cafile=str(authority / "ca.pem"))
    return Door(hosts, lambda: tls, resolve=lambda _host, _port: [str(ipaddress.IPv4Address("127.0.0.1"))])


def test_a_guide_is_added_by_its_address_and_quoted_with_the_place_in_the_page(authority, port):
    library = Library(door=door(authority, "docs.test"))
    counted = library.add(Source("guide", "url", f"https://docs.test:{port}/guide/"))
    assert (counted.changed, counted.left) == (2, ())
    best = library.search("how do I stop the frobnicator lever?", "en").passages[0]
    assert best.address == f"https://docs.test:{port}/guide/off.html#how"


def test_a_certificate_of_another_host_is_not_taken_although_the_address_is_the_same(authority, port):
    with pytest.raises(Refused) as no:
        door(authority, "other.test").get(f"https://other.test:{port}/guide/")
    assert no.value.sentence.key == "knowledge.silent"
    assert "certificate" in str(no.value.sentence.values["why"]).lower()


def test_a_page_without_an_authority_that_is_known_is_not_read(port):
    nobody = Door(("docs.test",), resolve=lambda _host, _port: ["127.0.0.1"])
    with pytest.raises(Refused) as no:
        nobody.get(f"https://docs.test:{port}/guide/")
    assert no.value.sentence.key == "knowledge.silent"
