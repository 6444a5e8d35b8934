"""What one message asks for, where words of several intents stand in it; and what must never become a removal."""

import pytest

from tests.unit.agents_rules.known import acts_of


@pytest.mark.parametrize(
    "text",
    [
        "shop-db n'a plus besoin de HA",
        "shop-db no longer needs HA",
        "remove shop-db from HA",
        "dev-web n'a plus besoin de 4 Go de ram",
        "enlève 2 coeurs à dev-web",
        "supprime la sauvegarde de dev-web",
        "supprime l'expiration de box-nina",
        "drop the lts-ok snapshot of jenkins",
        "don't delete dev-web",
        "ne supprime pas dev-web",
        "how do I delete dev-web?",
    ],
)
def test_giving_up_something_of_a_guest_never_removes_the_guest(text):
    assert "delete_vm" not in [intent for intent, _ in acts_of(text)]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("enlève 2 coeurs à dev-web", "resize_vm"),
        ("on n'a plus besoin de old-bench", "delete_vm"),
        ("old-bench can be deleted along with its disks", "delete_vm"),
        ("shop-db n'a plus besoin de HA", "set_ha"),
        ("rends jenkins hautement disponible", "set_ha"),
        ("jenkins serait mieux sur hyp-c", "migrate_vm"),
        ("jenkins n'a plus de réseau depuis la migration", "troubleshoot"),
        ("c'est quoi la charge cpu de hyp-b ?", "cluster_question"),
        ("c'est quoi l'ip de jenkins ?", "get_status"),
        ("quelle différence entre snapshot et sauvegarde ?", "docs_question"),
        ("snapshot de toutes les vm de dev avant la mise à jour", "snapshot_create"),
        ("nina a besoin de sa sandbox 3 semaines de plus", "extend_ttl"),
        ("undo the changes on wiki, back to v2-ok", "snapshot_rollback"),
    ],
)
def test_the_act_that_is_meant_is_found(text, intent):
    assert [found for found, _ in acts_of(text)] == [intent]


def test_high_availability_that_is_no_longer_needed_is_taken_away():
    assert acts_of("shop-db no longer needs HA") == [("set_ha", {"targets": ["shop-db"], "ha": False})]
