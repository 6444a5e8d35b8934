"""A question about how something works, asked on the page: quotes set apart, and sources that can be followed."""

import pytest
from playwright.sync_api import expect

from agents.knowledge.values import Source
from bot.wiring.library import library_of
from tests.fixtures.browser import chromium
from tests.fixtures.browser_house import PATIENCE_MS, People, look, say, served
from tests.fixtures.house import settings_for

pytestmark = [pytest.mark.browser, pytest.mark.terraform]

RUNBOOK = """# La base de la boutique

## Basculer

Promouvez shop02, puis prévenez l'astreinte :

```bash
shopctl promote shop02 --yes
```

- L'ancien primaire reste éteint.
- <img src=x onerror=alert(1)> [cliquez ici](javascript:alert(1))
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory, toolchain):
    settings = settings_for(tmp_path_factory.mktemp("browser"), toolchain, lab_pace=0, people=())
    runbooks = tmp_path_factory.mktemp("runbooks")
    (runbooks / "boutique.md").write_text(RUNBOOK)
    settings.home.mkdir(parents=True, exist_ok=True)
    library_of(settings).add(Source("runbooks", "directory", str(runbooks), "https://wiki.example.org/ops"))
    with served(settings) as product:
        yield product


@pytest.fixture
def alice(product):
    with chromium() as started:
        expect.set_options(timeout=PATIENCE_MS)
        people = People(started, product)
        yield people.enter("alice")
        expect.set_options(timeout=5_000)
        people.leave()


def test_a_question_is_answered_with_quotes_in_the_persons_language_and_sources_to_follow(alice):
    say(alice, "comment agrandir un disque dans proxmox ?")
    first = alice.locator("figure.quote").first
    expect(first.locator("blockquote")).to_contain_text("qm resize VMID scsi0 +20G")
    expect(first.locator("figcaption cite")).to_contain_text("Agrandir un disque")
    expect(first.locator("figcaption a")).to_have_count(0)
    look(alice, "documentation")
    say(alice, "comment promouvoir shop02 ?")
    ours = alice.locator("figure.quote", has_text="astreinte").first
    expect(ours.locator("blockquote pre")).to_have_text("shopctl promote shop02 --yes")
    link = ours.locator("figcaption a")
    expect(link).to_have_attribute("href", "https://wiki.example.org/ops/boutique.md")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(ours.locator("img, blockquote a")).to_have_count(0)
    look(alice, "documentation-team")
