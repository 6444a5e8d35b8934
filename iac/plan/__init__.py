"""Terraform's plan, read: its JSON becomes values with a diff that people can read. Pure."""

from iac.plan.reading import read_plan
from iac.plan.values import Action, Change, Plan, digest_of

__all__ = ["Action", "Change", "Plan", "digest_of", "read_plan"]
