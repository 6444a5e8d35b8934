"""The pinned package of Slack's types: exact versions, no address of a registry, no code that runs when installed."""

import json
import re
from pathlib import Path

HERE = Path(__file__).parent
LOCK = json.loads((HERE / "package-lock.json").read_text())


def test_every_package_is_pinned_and_hashed():
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: LOCK["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for name, package in LOCK["packages"].items() if name)


def test_the_lock_names_no_registry():
    assert not [name for name, package in LOCK["packages"].items() if "resolved" in package]
    assert "registry" not in (HERE / "package-lock.json").read_text()


def test_the_schema_knows_what_the_product_sends(published):
    assert {"section", "header", "actions", "container", "input"} <= set(published.blocks)
