output "guests" {
  description = "Number, node and address of each virtual machine, by name."
  value       = module.vm
}
