# The virtual machines of this stack. Their values stand in terraform.tfvars.json.
module "vm" {
  source   = "./modules/vm"
  for_each = var.guests

  name  = each.key
  guest = each.value
}
