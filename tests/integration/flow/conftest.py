"""The stages share a scripted world."""

from tests.fixtures.flow import flow, world

__all__ = ["flow", "world"]
