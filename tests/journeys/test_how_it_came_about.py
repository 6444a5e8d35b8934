"""How I got here, as people meet it: a button on the card, a private answer on the page and in the terminal."""

import pytest
from playwright.sync_api import Page, expect

from bot.settings import PersonSetting
from tests.fixtures.brains import honest
from tests.fixtures.browser import chromium
from tests.fixtures.browser_house import PATIENCE_MS, People, heading, say, served, shot
from tests.fixtures.gemini_wire import GeminiWire
from tests.fixtures.house import settings_for
from tests.fixtures.terminals import terminal
from tests.fixtures.wire import on_loopback

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(240)]

ASK = "2c/4g ubuntu 24.04, 20 GB, call it trace01"
FRENCH_ASK = "une VM debian 12 avec 2 coeurs, 4 Go et 20 Go de disque, appelle-la trace02"
PHONE = {"viewport": {"width": 390, "height": 844}}
MARGIN_PX = 1
FRENCH_BUTTON = "Comment j\N{RIGHT SINGLE QUOTATION MARK}y suis arrivé"
TEAM = (
    PersonSetting(id="web:alice", name="Alice", roles=("requester",)),
    PersonSetting(id="web:bob", name="Bob", roles=("approver",)),
    PersonSetting(id="web:carol", name="Carol", roles=("requester",)),
)


@pytest.fixture
def browser():
    with chromium() as started:
        expect.set_options(timeout=PATIENCE_MS)
        yield started
        expect.set_options(timeout=5_000)


@pytest.fixture
def gemini():
    wire = GeminiWire(honest)
    with on_loopback(wire.app()) as url:
        wire.url = url
        yield wire


@pytest.fixture
def people(browser, tmp_path, toolchain, gemini):
    prices = {"gemini-3-pro": {"input": 2.0, "output": 12.0}}
    live = {"gemini_key": "k", "gemini_url": gemini.url, "gemini_model": "gemini-3-pro", "model_prices": prices}
    with served(settings_for(tmp_path, toolchain, people=TEAM, **live)) as product:
        gathered = People(browser, product)
        yield gathered
        gathered.leave()


def ask_how(page: Page, label: str):
    """Press it on the newest card; the private answer."""
    page.locator(".card").get_by_role("button", name=label, exact=True).last.click()
    note = page.locator(".note").filter(has_text=label)
    expect(note).to_be_visible()
    return note


def is_within_the_screen(page: Page) -> bool:
    wide = page.evaluate("document.documentElement.scrollWidth")
    return wide <= page.viewport_size["width"] + MARGIN_PX


@pytest.mark.browser
def test_the_way_of_a_request_through_a_live_model_is_told_on_a_phone_in_both_languages(people):
    alice = people.enter("alice", locale="en-GB", **PHONE)
    say(alice, ASK)
    expect(heading(alice, "trace01: plan ready")).to_be_visible()
    note = ask_how(alice, "How I got here")
    for words in ("Routed the message", "gemini-3-pro", "looked with", "nodes", "tokens read", "€"):
        expect(note).to_contain_text(words)
    assert "only you" in note.inner_text().lower()
    assert is_within_the_screen(alice)
    shot(alice, "how-i-got-here-phone")

    bob = people.enter("bob", thread=alice.url.removeprefix(people.product.url), locale="en-GB")
    expect(heading(bob, "trace01: plan ready")).to_be_visible()
    expect(bob.locator(".note")).to_have_count(0)

    carol = people.enter("carol", locale="fr-FR", **PHONE)
    say(carol, FRENCH_ASK)
    expect(heading(carol, "trace02")).to_be_visible()
    note = ask_how(carol, FRENCH_BUTTON)
    expect(note).to_contain_text("Cluster consulté")
    assert is_within_the_screen(carol)


def test_it_is_told_in_the_terminal_without_a_model(tmp_path, toolchain):
    environment = {
        "THREADFORM_HOME": str(tmp_path),
        "THREADFORM_TOOLS_HOME": str(toolchain.home),
        "THREADFORM_LAB_PACE": "0",
        "LANG": "en_GB.UTF-8",
        "TERM": "xterm",
    }
    with terminal(["chat"], environment) as desk:
        desk.wait_for("Alice")
        desk.type(ASK)
        desk.wait_for("[H]ow I got here")
        desk.type("h")
        told = desk.wait_for("Read it against the request")
        assert "only you see this" in told
        assert "no language model was asked" in told
        desk.type("/quit")
        assert desk.end() == 0
