"""The one door to the terraform (or tofu) binary."""
