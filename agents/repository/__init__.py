"""Readers of a cloned Git repository: what an application is made of and what it needs. Nothing in it is run."""
