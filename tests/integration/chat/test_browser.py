"""The page in a real browser: what people see, with two of them looking."""

import re

import pytest
from playwright.sync_api import Page, expect

from agents.contracts import Choice, Question, Reply
from bot.chat.cards import names_card, note_card, reply_card, run_card
from bot.chat.port import Actor, Button, Buttons, Card, Filled, Pressed, Said
from bot.domain.approval import NamesWanted, button_value
from bot.domain.outcome import Outcome
from iac.errors import say
from tests.fixtures import runs
from tests.fixtures.browser import PATIENCE_S, WORDS, Site, chromium

pytestmark = pytest.mark.browser
LONG = "".join(f"+ line {number} of the plan\n" for number in range(2000))
CHOICES = (Choice(label="Ubuntu 24.04", value="u"), Choice(label="Debian 12", value="d"))
QUESTIONS = (
    Question(slot="name", ask=say("web.said", text="What is its name?"), default="api01"),
    Question(slot="template", ask=say("web.said", text="Which system?"), choices=CHOICES, default="u"),
)
PLANNED = Outcome(guests=(runs.GUEST,), plan=runs.plan(diff=LONG))


def card(state, outcome=PLANNED, language="en"):
    return run_card(runs.run(state, language), runs.proposal(language), outcome, runs.NAMES, WORDS)


async def bot(site: Site, event) -> None:
    """A bot that asks, plans, and applies for anybody but Alice."""
    if isinstance(event, Said) and "wait" not in event.text:
        reply = Reply(language="en", sentences=(say("web.said", text="Two questions."),), questions=QUESTIONS)
        await site.chat.post(event.conversation, reply_card(reply, WORDS, form_id="ask"), key=event.dedupe)
    elif isinstance(event, Filled):
        site.plan = await site.chat.post(event.conversation, card("planned"), key="run:1")
    elif isinstance(event, Pressed) and event.who.id == "alice":
        note = note_card(say("approve.own_request", name="Alice"), WORDS, "en", "bad")
        await site.chat.whisper(event.conversation, event.who, note, key=event.dedupe)
    elif isinstance(event, Pressed):
        await site.chat.edit(event.message, card("applying", runs.APPLYING), key="run:1:applying")
        await site.chat.edit(event.message, card("applied", runs.REPORT), key="run:1:report")


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        expect.set_options(timeout=PATIENCE_S * 1000)
        yield started
        expect.set_options(timeout=5_000)


@pytest.fixture
def site():
    served = Site(bot)
    served.start()
    yield served
    served.stop()


@pytest.fixture
def enter(browser, site):
    """Opens the page as somebody; fails the test where the console complains."""
    contexts, complaints = [], []

    def page_of(person="alice", **options) -> Page:
        context = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1180, "height": 860}, **options})
        context.set_default_timeout(PATIENCE_S * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(site.link(person))
        return page

    page_of.complaints = complaints
    yield page_of
    for context in contexts:
        context.close()
    assert not [text for text in complaints if "ERR_CONNECTION" not in text and "409" not in text]


def ask(page, text="4c/8g for staging"):
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/t/*")


def test_two_people_take_a_request_from_a_sentence_to_its_report(enter, site):
    alice = enter("alice")
    ask(alice)
    expect(alice.get_by_label("What is its name?")).to_have_value("api01")
    expect(alice.get_by_label("Ubuntu 24.04")).to_be_checked()
    alice.get_by_text("Debian 12").click()
    alice.get_by_role("group", name="Which system?").locator("xpath=ancestor::form").get_by_role("button").click()
    expect(alice.get_by_text("Answered by Alice")).to_be_visible()
    assert site.heard[-1].values == {"name": "api01", "template": "d"}

    alice.get_by_role("button", name="Approve").click()
    expect(alice.get_by_text("Only you see this")).to_be_visible()
    bob = enter("bob")
    bob.goto(alice.url)
    expect(bob.get_by_role("button", name="Approve")).to_be_visible()
    expect(bob.get_by_text("Only you see this")).to_have_count(0)

    bob.get_by_role("button", name="Approve").click()
    for page in (alice, bob):
        expect(page.get_by_role("heading", name="api01: ready")).to_be_visible()
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
        expect(page.get_by_text("ssh ubuntu@192.168.10.21")).to_be_visible()
    assert button_value(runs.run()) == site.heard[-1].value


def test_the_login_line_is_copied_with_one_click(enter, site):
    page = enter("alice", permissions=["clipboard-read", "clipboard-write"])
    ask(page, "wait")
    to = site.heard[0].conversation
    site.do(site.chat.post(to, card("applied", runs.REPORT), key="r"))
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "ssh ubuntu@192.168.10.21"


def test_a_long_diff_unfolds_whole_and_stays_open_when_its_card_is_edited(enter, site):
    page = enter("alice")
    ask(page, "wait")
    message = site.do(site.chat.post(site.heard[0].conversation, card("planned"), key="r"))
    diff = page.locator("details.diff")
    diff.locator("summary").click()
    expect(diff.locator("pre span")).to_have_count(2000)
    site.do(site.chat.edit(message, card("approved"), key="r2"))
    expect(page.get_by_role("heading", name="api01: approved, starting…")).to_be_visible()
    expect(diff.locator("pre span")).to_have_count(2000)
    expect(diff).to_have_attribute("open", "")


def test_the_page_comes_back_by_itself_after_a_restart_and_repeats_nothing(enter, site):
    page = enter("alice")
    ask(page, "wait")
    to = site.heard[0].conversation
    site.do(site.chat.status(to, "thinking"))
    expect(page.get_by_text("thinking")).to_be_visible()
    site.stop()
    expect(page.get_by_text("Connection lost. Reconnecting…")).to_be_visible()
    site.start()
    expect(page.get_by_text("Connection lost. Reconnecting…")).to_be_hidden()
    site.do(site.chat.post(to, card("planned"), key="r"))
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    expect(page.locator("article")).to_have_count(2)
    page.reload()
    expect(page.locator("article")).to_have_count(2)
    expect(page.get_by_text("thinking")).to_have_count(0)


def test_the_main_job_needs_no_mouse(enter, site):
    page = enter("alice")
    ask(page)
    expect(page.get_by_label("Ubuntu 24.04")).to_be_visible()
    page.get_by_label("What is its name?").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Ubuntu 24.04")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    page.get_by_role("button", name="Approve").focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_text("Only you see this")).to_be_visible()


def test_a_button_that_asks_once_more_does_nothing_before_the_answer(enter, site):
    page = enter("bob")
    ask(page, "wait")
    approve = Buttons((Button("approve", "Approve", "4f2a9c:abababababab", "danger", confirm="Are you really sure?"),))
    site.do(site.chat.post(site.heard[0].conversation, Card("p", (approve,), "api01"), key="r"))
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Are you really sure?")).to_be_visible()
    page.get_by_role("button", name="Go back").click()
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    assert not [event for event in site.heard if isinstance(event, Pressed)]
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="api01: ready")).to_be_visible()


def test_the_name_of_what_is_lost_is_typed_in_a_private_form(enter, site):
    page = enter("bob")
    ask(page, "wait")
    no = NamesWanted("approve.type_names", ("old01",))
    asked = names_card(no.sentence, no.guests, "confirm:4f2a9c:abababababab", WORDS, "en")
    site.do(site.chat.whisper(site.heard[0].conversation, Actor("web", "bob"), asked, key="n"))
    expect(page.get_by_text("Only you see this")).to_be_visible()
    expect(page.locator("article").get_by_text("Nothing brings it back but a backup.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("old01")
    page.get_by_role("button", name="Destroy").click()
    expect(page.get_by_text("Answered by Bob")).to_be_visible()
    filled = next(event for event in site.heard if isinstance(event, Filled))
    assert (filled.form, filled.values["names"]) == ("confirm:4f2a9c:abababababab", "old01")


def test_a_message_that_is_refused_stays_in_the_box(enter):
    page = enter("alice")
    box = page.get_by_label("Your message")
    box.fill("x" * 16_001)
    page.on("console", lambda _: None)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="16,001")).to_be_visible()
    assert len(box.input_value()) == 16_001
    box.fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="nothing in your message")).to_be_visible()
    enter.complaints.clear()  # the browser notes each refusal; that is what was asked for


def test_a_script_in_a_message_stays_text(enter):
    page = enter("alice")
    ask(page, "wait <script>document.title='owned'</script><img src=x onerror=alert(1)>")
    expect(page.locator("article").get_by_text("<script>document.title='owned'</script>")).to_be_visible()
    assert "owned" not in page.title() or "<script>" in page.title()
    assert page.locator("article img").count() == 0


@pytest.mark.parametrize("state", ["planned", "applied"])
def test_nothing_scrolls_sideways_on_a_phone(enter, site, state):
    page = enter("alice", viewport={"width": 360, "height": 740})
    ask(page, "wait " + "averylongwordwithoutanyspace" * 20)
    to = site.heard[0].conversation
    site.do(site.chat.post(to, card(state, runs.REPORT), key="r"))
    expect(page.get_by_role("heading", level=2)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("document.getElementById('log').scrollWidth") <= 360
    page.get_by_role("button", name="Show threads").click()
    expect(page.get_by_role("link", name="New request")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_in_light_and_in_dark(enter, site, scheme):
    page = enter("alice", color_scheme=scheme)
    ask(page, "wait")
    site.do(site.chat.post(site.heard[0].conversation, card("planned", runs.PLANNED), key="r"))
    page.locator("details.diff summary").click()
    for where in (".card h2", ".card dt", ".card time, .message time", "button.primary", ".diff .a", "#hint", ".new"):
        assert contrast(page, where) >= 4.5, where


def test_everything_to_press_or_fill_has_a_name(enter, site):
    page = enter("alice")
    ask(page)
    expect(page.get_by_label("Ubuntu 24.04")).to_be_visible()
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, a, input, select, textarea, summary')]"
        ".filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length))"
        ".map(e => e.outerHTML)"
    )
    assert nameless == []
    assert page.locator("h1").count() == 1
    assert page.locator("[aria-live=polite]").count() == 1
    assert page.evaluate("document.documentElement.lang") == "en"
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def contrast(page, where: str) -> float:
    """WCAG 2.2 contrast of the first match of a selector against the first ground that is painted behind it."""
    ink, ground = page.locator(where).first.evaluate(
        "e => { let g = e; while (g && getComputedStyle(g).backgroundColor === 'rgba(0, 0, 0, 0)') g = g.parentElement;"
        " return [getComputedStyle(e).color, getComputedStyle(g || document.body).backgroundColor]; }"
    )
    bright, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
