"""The pictures of docs/slack.md: cards of the product through its Slack renderer, in a page that imitates Slack's look.

``python -m tests.pictures.slack`` makes them anew, with the Chromium of this machine.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from agents.contracts import Choice, NodeVerdict, Question, Reply
from bot.chat.cards import names_card, reply_card, run_card
from bot.chat.cards.view import Around
from bot.chat.port import Card, Form
from bot.chat.slack.modals import Origin, note_of, render_view
from bot.chat.slack.render import render
from bot.chat.words import Words
from bot.domain.outcome import Outcome
from iac.errors import say
from tests.fixtures import runs
from tests.fixtures.browser import chromium
from tests.pictures.lookalike import message, modal, page, said

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
WORDS = Words.load()
WIDTH = 720
BOT = "Threadform"
PEOPLE = Around({"web:alice": "Alice", "web:bob": "Bob"}, 1, ("Bob", "Carol"))
DIFF = """  # module.vm["api01"].proxmox_virtual_environment_vm.guest will be created
+ resource "proxmox_virtual_environment_vm" "guest" {
+   name      = "api01"
+   node_name = "pmox02"
+   vm_id     = 1000
+   cpu { cores = 4 }
+   memory { dedicated = 8192 }
+   disk { datastore_id = "ceph-vm", size = 60 }
  }
"""
PLANNED = replace(runs.PLANNED, plan=runs.plan(diff=DIFF))
LONG_DIFF = "".join(DIFF.replace("api01", f"web{n:02}").replace("1000", f"{1000 + n}") for n in range(1, 41))
LONG = replace(runs.PLANNED, plan=runs.plan(*(runs.change(name=f"web{n:02}") for n in range(1, 5)), diff=LONG_DIFF))
OLD = {
    "vm_id": 1042,
    "node_name": "pmox02",
    "cpu": [{"cores": 1}],
    "memory": [{"dedicated": 2048}],
    "disk": [{"size": 20}],
}
LOSS = Outcome(
    plan=runs.plan(
        runs.change("delete", "old01", before=OLD), diff='- resource "vm" "old01" {\n-   vm_id = 1042\n  }\n'
    )
)
GONE = replace(runs.SPEC, name="old01")
WHY = runs.STRATEGY.model_copy(
    update={
        "reasons": (say("place.best_of", node="pmox02", count=3), say("place.offline", node="pmox04")),
        "verdicts": tuple(
            NodeVerdict(node=n, score=None, reason=say("place.offline", node=n)) for n in ("pmox03", "pmox04")
        ),
    }
)
SYSTEMS = tuple(Choice(label=n, value=n) for n in ("Ubuntu 24.04", "Debian 13", "Rocky 9"))
QUESTIONS = (
    Question(slot="image", ask=say("ask_slot.image"), choices=SYSTEMS, default="Ubuntu 24.04"),
    Question(slot="cores", ask=say("ask_slot.cores"), default="4"),
)


def pictures() -> Iterator[tuple[str, str]]:
    """Name and inside of each page."""
    asked = said("Alice", "4 cores, 8 GB Ubuntu 24.04 with 60 GB disk for staging, call it api01")
    plan = run_card(runs.run("planned"), runs.proposal(strategy=(WHY,)), PLANNED, PEOPLE, WORDS)
    yield "slack-plan", asked + told(plan)
    yield "slack-report", asked + told(run_card(runs.run("applied"), runs.proposal(), runs.REPORT, PEOPLE, WORDS))
    demande = said("Alice", "je veux quatre machines web pour staging")
    long = run_card(runs.run("planned", "fr"), runs.proposal("fr"), LONG, PEOPLE, WORDS)
    yield "slack-long-diff", demande + told(long)
    question = reply_card(Reply(language="en", questions=QUESTIONS), WORDS, form_id="f1")
    yield "slack-questions", said("Alice", "I need a machine") + told(question) + opened(question)
    loss = run_card(
        runs.run("planned"), runs.proposal(intent="destroy", guests=(GONE,), strategy=()), LOSS, PEOPLE, WORDS
    )
    names = names_card(say("approve.type_names", count=1, guests=("old01",)), ("old01",), "f2", WORDS, "en")
    yield "slack-loss", told(loss) + told(names, note="Only visible to you") + opened(names)


def told(card: Card, *, note: str = "") -> str:
    """A card as the messages and files that Slack would show."""
    rendered = render(card, WORDS)
    first, *more = rendered.posts
    files = [(file.name, "\n".join([*file.text.splitlines()[:4], "…"])) for file in rendered.files]
    shown = message(BOT, first.blocks, note=note, files=files)
    return shown + "".join(message(BOT, post.blocks) for post in more)


def opened(card: Card) -> str:
    """The modal of a card's form."""
    form = next(part for part in card.parts if isinstance(part, Form))
    return modal(render_view(form, Origin("C1", "17.1"), WORDS, note=note_of(card)))


def main() -> None:
    """Write the pictures, light and dark."""
    with chromium() as browser:
        for is_dark in (False, True):
            sheet = browser.new_page(viewport={"width": WIDTH, "height": 200}, device_scale_factor=1.25)
            for name, inside in pictures():
                sheet.set_content(page(name, inside, is_dark=is_dark))
                path = IMAGES / f"{name}{'-dark' if is_dark else ''}.png"
                sheet.screenshot(path=path, full_page=True)
                print(f"{path.name}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
