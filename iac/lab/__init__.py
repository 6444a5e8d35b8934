"""The lab: an embedded, stateful stand-in for the Proxmox VE API. For demos and tests only, never for real machines."""
