"""Approvals as people meet them on the page: two of two, an edit, a freeze, and a name typed to destroy."""

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.settings import PersonSetting
from tests.fixtures.browser import chromium
from tests.fixtures.browser_house import PATIENCE_MS, People, Product, heading, look, path_of, say, served, shot
from tests.fixtures.house import settings_for

pytestmark = [pytest.mark.browser, pytest.mark.terraform, pytest.mark.timeout(240)]

ASK = "2c/4g ubuntu 24.04, 20 GB in prod, call it pay01"
TEAM = (
    PersonSetting(id="web:alice", name="Alice", roles=("requester",)),
    PersonSetting(id="web:bob", name="Bob", roles=("destroyer", "approver")),
    PersonSetting(id="web:carol", name="Carol", roles=("requester", "approver", "admin")),
)
ENGLISH = {"locale": "en-GB"}
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        expect.set_options(timeout=PATIENCE_MS)
        yield started
        expect.set_options(timeout=5_000)


@pytest.fixture
def product(tmp_path, toolchain):
    rules = {"prod": {"approvals": 2}}
    settings = settings_for(tmp_path, toolchain, people=TEAM, environment_rules=rules)
    with served(settings) as product:
        yield product


@pytest.fixture
def people(browser, product):
    gathered = People(browser, product)
    yield gathered
    gathered.leave()


def press(page: Page, label: str) -> None:
    """The button on the newest card that has it."""
    page.locator(".card").get_by_role("button", name=label, exact=True).last.click()


def note(page: Page, words: str) -> None:
    """A private word, which is seen by nobody else."""
    expect(page.locator(".note").filter(has_text=words).last).to_be_visible()


def said(page: Page, words: str) -> Locator:
    """What stands in the thread; a screen reader is told it once more."""
    return page.locator(".message p").filter(has_text=words)


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.keyboard.press("Enter")


def type_name(page: Page, name: str) -> None:
    form = page.locator("form.ask")
    expect(form.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type(name)
    form.get_by_role("button", name="Destroy").click()


def test_two_say_yes_to_an_edited_wish_around_a_freeze_and_again_to_its_end(people: People, product: Product):
    alice = people.enter("alice", **ENGLISH)
    say(alice, ASK)
    expect(heading(alice, "pay01: plan ready")).to_be_visible()
    press(alice, "Approve")
    note(alice, "do not have the right to approve")

    bob = people.enter("bob", thread=path_of(alice), **ENGLISH, **PHONE)
    press(bob, "Edit")
    form = bob.locator("form.ask")
    expect(form.get_by_label("Cores")).to_have_value("2")
    look(bob, "approve-edit-phone")
    form.get_by_label("Cores").fill("1")
    form.get_by_role("button", name="Plan again").click()
    expect(heading(alice, "pay01: replaced by a newer request")).to_be_visible()
    press(bob, "Approve")
    for page in (alice, bob):
        expect(page.locator(".card.tone-waiting")).to_contain_text("1 of 2 has said yes: Bob.")
    expect(alice.locator(".card.tone-waiting")).to_contain_text("1 core, 4 GB")
    look(alice, "approve-one-of-two")

    carol = people.enter("carol", thread=path_of(alice), **ENGLISH)
    shot(carol, "two-of-two")
    write(carol, "/freeze storage move")
    expect(said(bob, "Carol has frozen all changes")).to_be_visible()
    press(carol, "Approve")
    note(carol, "did not count your yes")
    expect(bob.locator(".note").filter(has_text="did not count")).to_have_count(0)
    write(carol, "/unfreeze")
    expect(said(carol, "lifted the freeze")).to_be_visible()
    expect(carol.locator(".card").get_by_role("button", name="Approve").last).to_be_enabled()
    press(carol, "Approve")

    expect(heading(alice, "pay01: ready")).to_be_visible()
    press(alice, "Undo")
    expect(heading(alice, "pay01: to be destroyed")).to_be_visible()
    press(bob, "Approve")
    note(bob, "Nothing brings it back but a backup.")
    look(bob, "approve-typed-phone")
    type_name(bob, "pay02")
    note(bob, "not the name")
    type_name(bob, "pay01")
    expect(alice.locator(".card.tone-waiting")).to_contain_text("1 of 2 has said yes: Bob.")
    assert "pay01" in product.machines()
    press(carol, "Approve")
    note(carol, "type its name")
    type_name(carol, "pay01")
    for page in (alice, bob, carol):
        expect(heading(page, "pay01: destroyed")).to_be_visible()
    assert bob.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
    assert "pay01" not in product.machines()
    assert product.states() == ["superseded", "applied", "applied"]
