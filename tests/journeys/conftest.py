"""Journeys share a running product."""

from tests.fixtures.house import house

__all__ = ["house"]
