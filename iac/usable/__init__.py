"""Is the guest really up: agent, address, cloud-init, SSH, HTTP."""

from iac.usable.checking import Reach, Up, UsableCheck

__all__ = ["Reach", "Up", "UsableCheck"]
