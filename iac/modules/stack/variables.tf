variable "guests" {
  description = "The virtual machines by name."
  type = map(object({
    vm_id         = number
    node          = string
    template_id   = number
    template_node = string
    storage       = string
    network       = string
    pool          = optional(string)
    cores         = number
    cpu           = optional(string, "x86-64-v2-AES")
    devices       = optional(list(string), [])
    memory_mb     = number
    disk_gb       = number
    address       = optional(string)
    gateway       = optional(string)
    dns_servers   = optional(list(string), [])
    dns_domain    = optional(string)
    user          = string
    ssh_keys      = list(string)
    tags          = list(string)
    description   = string
    ha            = optional(bool, false)
  }))
}
