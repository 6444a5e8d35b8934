"""What an operator says about an environment holds there and nowhere else."""

from bot.settings import Settings
from bot.wiring.environments import environments_of
from iac.spec import Limits

RULES = {
    "prod": {
        "approvals": 2,
        "approvers": ["web:ops"],
        "limits": {"max_cores": 8},
        "auto_approve": {"max_cores": 1, "max_memory_mb": 1024, "max_disk_gb": 10, "max_guests": 1},
        "remind_hours": 1,
        "escalate_hours": 2,
        "escalate_to": "web:ops",
    }
}
GROUPS = ({"id": "web:ops", "name": "Ops", "members": ["web:bob"]},)


def test_an_environment_without_rules_needs_one_yes_and_has_the_common_limits():
    dev = environments_of(Settings(limits={"max_cores": 4}))["dev"]
    assert (dev.approvals, dev.approvers, dev.auto) == (1, (), None)
    assert dev.limits.max_cores == 4


def test_the_rules_of_one_environment_hold_there_alone():
    known = environments_of(Settings(environment_rules=RULES, groups=GROUPS, limits={"max_cores": 16}))
    prod = known["prod"]
    assert (prod.approvals, prod.approvers, prod.escalate_to) == (2, ("web:ops",), "web:ops")
    assert (prod.remind_s, prod.escalate_s) == (3600, 7200)
    assert prod.limits.max_cores == 8
    assert prod.auto == Limits(1, 1024, 10, 1)
    assert known["staging"].approvals == 1
    assert known["staging"].limits.max_cores == 16
