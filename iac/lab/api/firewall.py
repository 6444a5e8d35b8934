"""The firewall of a virtual machine: options and rules, stored and given back."""

from typing import Any

from iac.lab.api.qemu import AUDIT, BASE
from iac.lab.api.tables import change_row, values_of
from iac.lab.routing import Call, need, route
from iac.lab.world import ApiError, Row

CHANGE = need("/vms/{vmid}", "VM.Config.Network")
OPTIONS = "dhcp:b enable:b ipfilter:b log_level_in log_level_out macfilter:b ndp:b policy_in policy_out radv:b"
RULE = "comment dest dport enable:i icmp-type iface log macro proto source sport"
FULL_RULE = RULE + " action! type! pos:i digest"


@route("GET", BASE + "/firewall/options", AUDIT)
def options(call: Call) -> Row:
    """Its options."""
    return dict(call.guest.firewall.get("options", {}))


@route("PUT", BASE + "/firewall/options", CHANGE, takes=OPTIONS + " delete digest")
def options_change(call: Call) -> None:
    """Change its options."""
    change_row(call.guest.firewall.setdefault("options", {}), OPTIONS, call.params)


def _rules(call: Call) -> list[Row]:
    rules: list[Row] = call.guest.firewall.setdefault("rules", [])
    return rules


def _rule(call: Call) -> Row:
    rules, place = _rules(call), call["pos"]
    if not place.isdigit() or int(place) >= len(rules):
        raise ApiError(400, f"no rule at position {place}")
    return rules[int(place)]


@route("GET", BASE + "/firewall/rules", AUDIT)
def rules(call: Call) -> list[Row]:
    """Its rules in order; ``pos`` is a number here."""
    return [rule | {"pos": place} for place, rule in enumerate(_rules(call))]


@route("POST", BASE + "/firewall/rules", CHANGE, takes=FULL_RULE)
def rule_add(call: Call) -> None:
    """Put a rule in, at the top where no place is named."""
    place = int(call.params.pop("pos", 0))
    _rules(call).insert(place, values_of(FULL_RULE, call.params))


@route("GET", BASE + "/firewall/rules/{pos}", AUDIT)
def rule_show(call: Call) -> Row:
    """One rule; ``pos`` is text here, though PVE's own schema says a number."""
    return _rule(call) | {"pos": call["pos"]}


@route("PUT", BASE + "/firewall/rules/{pos}", CHANGE, takes=RULE + " action type moveto:i delete digest")
def rule_change(call: Call) -> None:
    """Change a rule, or move it."""
    rule, rows = _rule(call), _rules(call)
    if "moveto" in call.params:
        rows.remove(rule)
        rows.insert(int(call.params["moveto"]), rule)
        return
    change_row(rule, FULL_RULE, call.params)


@route("DELETE", BASE + "/firewall/rules/{pos}", CHANGE, takes="digest")
def rule_remove(call: Call) -> Any:
    """Take a rule out."""
    _rules(call).remove(_rule(call))
