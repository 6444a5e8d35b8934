"""Machines: specs, inventory, placement, plans, Terraform, Proxmox. It has never heard of a chat or of a model."""
