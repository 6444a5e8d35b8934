"""The reading eye on a Proxmox VE cluster (proxmoxer beneath): it has no verb that changes."""

from iac.proxmox.access import Access, connect
from iac.proxmox.closely import Closely
from iac.proxmox.eye import CachedEye, ProxmoxEye
from iac.proxmox.records import ProxmoxRecords
from iac.proxmox.watching import Watch, WatchingEye

__all__ = ["Access", "CachedEye", "Closely", "ProxmoxEye", "ProxmoxRecords", "Watch", "WatchingEye", "connect"]
