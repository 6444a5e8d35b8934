"""How a client trusts a lab: its own authority and no other."""

import ssl

from iac.lab.access import LabAccess


def trusting(access: LabAccess) -> ssl.SSLContext:
    """A TLS context for clients that knows the lab's authority alone."""
    return ssl.create_default_context(cafile=str(access.ca_path))
