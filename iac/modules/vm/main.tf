# One virtual machine, cloned from a template and set up by cloud-init.
resource "proxmox_virtual_environment_vm" "guest" {
  name        = var.name
  description = var.guest.description
  tags        = var.guest.tags
  vm_id       = var.guest.vm_id
  node_name   = var.guest.node
  pool_id     = var.guest.pool
  on_boot     = true

  # A change must never restart the guest behind people's backs: a restart is asked for and approved by itself.
  reboot_after_update = false
  stop_on_destroy     = true

  clone {
    vm_id        = var.guest.template_id
    node_name    = var.guest.template_node
    datastore_id = var.guest.storage
    full         = true
  }

  # Without this block the template's own agent setting holds, and each plan would wait for a silent agent.
  agent {
    enabled = true

    wait_for_ip {
      disabled = true
    }
  }

  cpu {
    cores = var.guest.cores
    # The default is one that every processor of the last ten years has, so the guest can move to any node.
    type = var.guest.cpu
  }

  # Only devices that an operator has mapped for guests, by the name of the mapping; never an address on the node.
  dynamic "hostpci" {
    for_each = var.guest.devices

    content {
      device  = "hostpci${hostpci.key}"
      mapping = hostpci.value
    }
  }

  memory {
    dedicated = var.guest.memory_mb
  }

  disk {
    datastore_id = var.guest.storage
    interface    = "scsi0"
    size         = var.guest.disk_gb
  }

  network_device {
    bridge = var.guest.network
  }

  initialization {
    datastore_id = var.guest.storage

    ip_config {
      ipv4 {
        address = coalesce(var.guest.address, "dhcp")
        gateway = var.guest.gateway
      }
    }

    # Absent where nothing is set: an empty block would be planned again and again.
    dynamic "dns" {
      for_each = length(var.guest.dns_servers) > 0 || var.guest.dns_domain != null ? [true] : []

      content {
        servers = var.guest.dns_servers
        domain  = var.guest.dns_domain
      }
    }

    user_account {
      username = var.guest.user
      keys     = var.guest.ssh_keys
    }
  }

  lifecycle {
    # High availability and balancing move guests, people stop them, templates are renewed: none of that may be
    # planned as a replacement, a move back or a start.
    ignore_changes = [node_name, clone, started]

    # Lifted by Threadform in a plan that was asked to destroy a guest; never remove it to make a plan pass.
    prevent_destroy = true
  }
}

# High availability follows the guest by its number, so this stays true wherever the guest runs.
resource "proxmox_haresource" "guest" {
  count = var.guest.ha ? 1 : 0

  resource_id = "vm:${proxmox_virtual_environment_vm.guest.vm_id}"
  state       = "started"
  comment     = "Kept running by Threadform"
}
