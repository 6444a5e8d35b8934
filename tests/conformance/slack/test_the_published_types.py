"""The pinned package of Slack's types: exact versions, no address of a registry, no code that runs when installed."""

from pathlib import Path

from tests.fixtures.npm import check_lock


def test_every_package_is_pinned_and_hashed_and_the_lock_names_no_registry():
    check_lock(Path(__file__).parent)


def test_the_schema_knows_what_the_product_sends(published):
    assert {"section", "header", "actions", "container", "input"} <= set(published.blocks)
