"""Watchers of a turn: which tools may be called, and how much may be spent."""
