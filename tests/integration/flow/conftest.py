"""The stages share a scripted world."""

from tests.fixtures.flow import anywhere, flow, world

__all__ = ["anywhere", "flow", "world"]
