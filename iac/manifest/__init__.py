"""A stack as readable Terraform: hand-written modules, and every value in ``terraform.tfvars.json``."""

from iac.manifest.rendering import ROOT_MODULE, TFVARS, render

__all__ = ["ROOT_MODULE", "TFVARS", "render"]
