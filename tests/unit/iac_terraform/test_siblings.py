"""Guests from one template are cloned one after the other; nothing else is slowed down."""

import json

import pytest

from iac.manifest import TFVARS
from iac.terraform.siblings import has_siblings
from iac.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    def make(templates, known=()):
        guests = {name: {"template_id": template} for name, template in templates.items()}
        (tmp_path / TFVARS).write_text(json.dumps({"guests": guests}))
        instances = [{"attributes": {"name": name}} for name in known]
        resource = {
            "mode": "managed",
            "type": "proxmox_virtual_environment_vm",
            "name": "guest",
            "instances": instances,
        }
        if known:
            (tmp_path / "terraform.tfstate").write_text(json.dumps({"serial": 1, "resources": [resource]}))
        return Workspace(tmp_path)

    return make


@pytest.mark.parametrize(
    ("templates", "known", "found"),
    [
        ({"a": 100}, (), False),
        ({"a": 100, "b": 101}, (), False),
        ({"a": 100, "b": 100}, (), True),
        ({"a": 100, "b": 100}, ("a",), False),
        ({"a": 100, "b": 100, "c": 100}, ("a",), True),
        ({}, (), False),
    ],
)
def test_only_guests_that_are_still_to_be_made_count(workspace, templates, known, found):
    assert has_siblings(workspace(templates, known)) is found


@pytest.mark.parametrize("body", ["", "[]", "{", '{"guests": {"a": {}}}', '{"guests": 3}'])
def test_what_cannot_be_read_is_done_one_by_one(tmp_path, body):
    (tmp_path / TFVARS).write_text(body)
    assert has_siblings(Workspace(tmp_path))


def test_a_workspace_without_values_is_done_one_by_one(tmp_path):
    assert has_siblings(Workspace(tmp_path))
