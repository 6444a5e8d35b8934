"""Guests of one plan that are cloned from the same template: a template is cloned by one at a time."""

import json
from collections import Counter

from iac.errors import Broken
from iac.manifest import TFVARS
from iac.terraform.state import guests_in
from iac.workspace import Workspace


def has_siblings(workspace: Workspace) -> bool:
    """Whether two guests that the state does not have yet come from one template; in doubt, yes: it only costs time."""
    state = workspace.state_file.read_bytes() if workspace.state_file.exists() else None
    try:
        asked = json.loads((workspace.directory / TFVARS).read_bytes())["guests"]
        there = guests_in(state)
        templates = Counter(guest["template_id"] for name, guest in asked.items() if name not in there)
    except (Broken, OSError, ValueError, LookupError, TypeError, AttributeError):
        return True
    return any(count > 1 for count in templates.values())
