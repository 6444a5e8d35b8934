"""The embedded fake of the Proxmox VE API: for demos and tests, never for production."""
