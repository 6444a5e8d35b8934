output "vm_id" {
  description = "Number of the guest in the cluster."
  value       = proxmox_virtual_environment_vm.guest.vm_id
}

output "node" {
  description = "Node on which the guest was seen last."
  value       = proxmox_virtual_environment_vm.guest.node_name
}

output "address" {
  description = "IPv4 address with its prefix length, or dhcp."
  value       = coalesce(var.guest.address, "dhcp")
}
