"""Which terraform and which provider this product stands on."""

from pathlib import Path

PROVIDER = "bpg/proxmox"
PROVIDER_VERSION = "0.111.1"
PROVIDER_BINARY = "terraform-provider-proxmox"
PROVIDER_PACKAGE = "github.com/bpg/terraform-provider-proxmox"

PRODUCTS = ("tofu", "terraform")
"""Names looked for on PATH, in this order."""

OLDEST = (1, 5, 0)
"""The oldest version whose plan JSON and import blocks this product understands."""

BUILT_VERSION = "1.5.7"
BUILT_PACKAGE = "github.com/hashicorp/terraform"
"""The last version under the Mozilla licence: the one that is built where none is installed."""

SOURCES = Path(__file__).with_name("go")
"""Go module files that pin both builds, by checksum, down to the last dependency."""

INSTALL = "threadform tools install"
