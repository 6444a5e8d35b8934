"""The main job as people see it: two of them, each in a Chromium of their own, in front of the whole product."""

import re

import pytest
from playwright.sync_api import Page, expect

from bot.wiring.standing import lab_home
from iac.lab.child import start
from tests.fixtures.browser import chromium
from tests.fixtures.browser_house import (
    PATIENCE_MS,
    People,
    Product,
    approve,
    heading,
    look,
    path_of,
    say,
    served,
    shot,
)
from tests.fixtures.house import settings_for

pytestmark = [pytest.mark.browser, pytest.mark.terraform]

ASK = "je veux une VM ubuntu 24.04 avec 4 coeurs, 8 Go et 60 Go de disque pour staging, appelle-la api01"


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        expect.set_options(timeout=PATIENCE_MS)
        yield started
        expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def product(tmp_path_factory, toolchain):
    home = tmp_path_factory.mktemp("browser")
    with served(settings_for(home, toolchain, people=())) as product:
        yield product


@pytest.fixture
def people(browser, product):
    gathered = People(browser, product)
    yield gathered
    gathered.leave()


def watch(page: Page) -> None:
    """Keep every heading and progress line that the page ever shows."""
    page.evaluate(
        "window.shown = new Set(); new MutationObserver(() => document.querySelectorAll('.card h2, .card p')"
        ".forEach(e => window.shown.add(e.textContent))).observe(document.getElementById('log'),"
        " {childList: true, subtree: true})"
    )


def shown(page: Page) -> str:
    """All of it, with the spaces that keep a French mark on its line as plain ones."""
    return "\n".join(page.evaluate("[...window.shown]")).replace("\u00a0", " ").replace("\u202f", " ")


def test_questions_are_answered_by_clicking_and_shown_as_answered(people, product):
    alice = people.enter("alice")
    say(alice, "il me faut un serveur debian 12 nommé db07")
    form = alice.locator("form.ask")
    expect(form).to_be_visible()
    look(alice, "questions")
    chosen = []
    for group in form.get_by_role("group").all():
        choice = group.locator(".choice label").nth(1)
        expect(group).not_to_contain_text("GB")
        chosen.append(choice.text_content() or "")
        choice.click()
    assert len(chosen) >= 2
    form.get_by_role("button", name="Envoyer").click()
    expect(alice.get_by_text("Réponse de Alice")).to_be_visible()
    expect(heading(alice, "db07 : plan prêt")).to_be_visible()
    expect(alice.locator("form.ask")).to_have_count(0)
    for answer in chosen:
        expect(alice.locator(".answered")).to_contain_text(answer)
    expect(alice.locator(".card.tone-waiting")).to_contain_text("Debian 12")


def test_a_correction_takes_the_place_of_the_first_card(people, product):
    alice = people.enter("alice")
    say(alice, "une VM ubuntu 24.04, 2 coeurs, 4 Go, 40 Go de disque, appelle-la web07")
    expect(approve(alice)).to_be_visible()
    say(alice, "plutôt 16 Go")
    expect(heading(alice, "web07 : remplacé par une demande plus récente")).to_be_visible()
    expect(approve(alice)).to_have_count(1)
    look(alice, "superseded")
    second = alice.locator(".card.tone-waiting")
    expect(second).to_have_count(1)
    expect(second).to_contain_text("16 Go")
    expect(second).to_contain_text("40 Go")
    bob = people.enter("bob", thread=path_of(alice))
    bob.get_by_role("button", name="Abandonner").click()
    expect(heading(alice, "web07 : abandonné")).to_be_visible()
    expect(alice.get_by_role("button", name="Approuver")).to_have_count(0)
    look(bob, "discarded")
    assert "web07" not in product.machines()


BAD = {
    "100 KB": ("ubuntu " * 15_000, "105"),
    "empty": ("   ", "vide"),
    "binary": ("\x01\x02\x1b[2J\x7fELF", "texte"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_its_sentence_and_is_not_lost(people, product, case):
    text, words = BAD[case]
    before = product.machines(), product.states()
    alice = people.enter("alice")
    alice.locator("#text").fill(text)
    alice.keyboard.press("Enter")
    expect(alice.locator("#compose-error")).to_contain_text(words)
    assert alice.locator("#text").input_value() == text
    look(alice, f"bad-{case.replace(' ', '')}")
    assert (product.machines(), product.states()) == before


def test_what_cannot_be_had_is_refused_with_the_reason(people, product):
    before = product.states()
    alice = people.enter("alice")
    say(alice, "une VM ubuntu 24.04 avec 4000 coeurs, 8 Go et 60 Go de disque, appelle-la big01")
    expect(alice.locator(".message.bot")).to_contain_text("4\u202f000")
    expect(approve(alice)).to_have_count(0)
    expect(alice.get_by_role("link", name="4000 coeurs")).to_be_visible()
    look(alice, "refused")
    assert product.states() == before


def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_buttons_are_for_thumbs(people, product):
    alice = people.enter("alice", viewport={"width": 360, "height": 760}, has_touch=True)
    say(alice, "une VM ubuntu 24.04, 2 coeurs, 4 Go, 40 Go de disque, appelle-la tel01")
    expect(approve(alice)).to_be_visible()
    alice.locator("details.diff summary").tap()
    expect(alice.locator("details.diff pre")).to_contain_text("tel01")
    look(alice, "phone-diff")
    assert alice.evaluate("document.documentElement.scrollWidth") == 360
    assert alice.evaluate("document.getElementById('log').scrollWidth") <= 360
    assert approve(alice).bounding_box()["height"] >= 44
    alice.get_by_role("button", name="Abandonner").tap()
    expect(heading(alice, "tel01 : abandonné")).to_be_visible()


@pytest.mark.parametrize("look_of", ["light", "dark"])
def test_where_and_why_fits_a_phone_with_the_numbers_behind_a_fold(people, product, look_of):
    small = {"viewport": {"width": 360, "height": 760}, "color_scheme": look_of, "has_touch": True}
    alice = people.enter("alice", **small)
    say(alice, "trois VM debian 12, 1 coeur, 1 Go, 10 Go de disque, réparties sur des nœuds différents")
    expect(approve(alice)).to_be_visible()
    card = alice.locator(".card.tone-waiting")
    expect(card.get_by_text("Effet sur le cluster")).to_be_visible()
    numbers = card.get_by_text("Les chiffres", exact=True)
    expect(card.get_by_text("stockage et tendance").first).to_be_hidden()
    look(alice, f"placement-{look_of}-folded")
    card.get_by_text("Pourquoi").first.tap()
    numbers.tap()
    expect(card.get_by_text("stockage et tendance").first).to_be_visible()
    numbers.scroll_into_view_if_needed()
    look(alice, f"placement-{look_of}")
    assert alice.evaluate("document.documentElement.scrollWidth") == 360
    alice.get_by_role("button", name="Abandonner").tap()
    expect(alice.get_by_role("heading", name="abandonné")).to_be_visible()


def test_alice_asks_in_french_bob_approves_and_both_read_the_report(people, product: Product):
    alice = people.enter("alice")
    look(alice, "welcome")
    say(alice, ASK)
    expect(heading(alice, "api01 : plan prêt")).to_be_visible()
    look(alice, "planned")
    assert "api01" not in product.machines()

    approve(alice).click()
    expect(alice.get_by_text("Vous seul voyez ceci")).to_be_visible()
    look(alice, "private")
    bob = people.enter("bob", thread=path_of(alice))
    expect(approve(bob)).to_be_visible()
    expect(bob.locator(".note")).to_have_count(0)
    bob.locator("details.diff summary").click()
    expect(bob.locator("details.diff pre")).to_contain_text("api01")
    look(bob, "planned-diff")
    bob.locator("details.diff summary").click()
    phone = people.enter("bob", thread=path_of(alice), color_scheme="dark", viewport={"width": 360, "height": 760})
    look(phone, "planned-phone")

    watch(alice)
    product.steer("fault", "task_hang", "^qmclone$", times=1)
    approve(bob).click()
    expect(heading(bob, "api01 : application en cours")).to_be_visible()
    for page in (alice, bob):
        expect(page.locator(".card")).to_contain_text(re.compile(r"clonage et premier démarrage"))
    look(bob, "applying")
    product.steer("release")
    for page in (alice, bob):
        expect(heading(page, "api01 : prêt")).to_be_visible()
        expect(page.locator(".code pre")).to_have_text(re.compile(r"ssh .*ubuntu@"))
        expect(approve(page)).to_have_count(0)
    assert "application en cours" in shown(alice)
    assert "api01 : clonage et premier démarrage" in shown(alice)
    assert "proxmox_virtual_environment_vm" not in shown(alice)
    card = alice.locator(".card.tone-good")
    for said in ("Alice", "Bob", re.compile(r"192\.168\.10\.\d+"), "Ubuntu 24.04"):
        expect(card).to_contain_text(said)
    assert [row["name"] for row in product.resources() if row.get("name") == "api01"] == ["api01"]
    assert product.states()[-1] == "applied"
    look(bob, "report")
    bob.locator("details.diff summary").click()
    bob.locator("details.diff pre").evaluate("pre => { pre.style.maxHeight = '188px'; }")
    shot(bob, "thread")
    expect(heading(phone, "api01 : prêt")).to_be_visible()
    shot(phone, "thread-dark-phone")
    look(phone, "report-phone")


def test_a_bot_that_restarts_in_the_middle_is_waited_for_and_nothing_is_doubled(browser, tmp_path, toolchain):
    settings = settings_for(tmp_path, toolchain, people=())
    lab = start(lab_home(settings), pace=0)
    try:
        with served(settings) as product:
            people = People(browser, product)
            alice = people.enter("alice")
            say(alice, ASK)
            bob = people.enter("bob", thread=path_of(alice))
            product.steer("fault", "task_hang", "^qmclone$", times=1)
            approve(bob).click()
            expect(heading(alice, "api01 : application en cours")).to_be_visible()
            product.stop()
            expect(alice.locator("#offline")).to_be_visible()
            look(alice, "offline")
            product.start()
            product.steer("release")
            for page in (alice, bob):
                expect(page.locator("#offline")).to_be_hidden()
                expect(heading(page, "api01 : prêt")).to_be_visible()
                expect(page.locator("article")).to_have_count(2)
                expect(page.locator("#threads li")).to_have_count(1)
            alice.reload()
            expect(alice.locator("article")).to_have_count(2)
            people.leave()
            assert list(product.machines()).count("api01") == 1
            assert product.states() == ["applied"]
    finally:
        lab.stop()
