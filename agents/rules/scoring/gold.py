"""What a conversation must come to, and what was predicted: the two kinds of lines, as typed values."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Line(BaseModel):
    """A line of a file; fields that are not scored are left aside."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Doing(Line):
    """One action with its slots."""

    intent: str | None = None
    slots: Mapping[str, Any] | None = None


class Expected(Line):
    """The frame that a conversation must end in; what is not written has the value that says nothing."""

    intent: str
    alt_intents: tuple[str, ...] = ()
    slots: Mapping[str, Any] = Field(default_factory=dict)
    optional_slots: Mapping[str, Any] = Field(default_factory=dict)
    slot_alternatives: Mapping[str, tuple[Any, ...]] = Field(default_factory=dict)
    slots_one_of: tuple[Mapping[str, Any], ...] = ()
    extra_actions: tuple[Doing, ...] = ()
    missing_slots_that_must_be_asked: tuple[str, ...] = ()
    must_ask_mode: str = "all"
    may_ask: tuple[str, ...] = ()
    must_refuse: bool = False
    refuse_scope: str | None = None
    forbidden_intents: tuple[str, ...] = ()


class Item(Line):
    """One conversation."""

    id: str
    lang: str
    difficulty: int = 1
    user: Mapping[str, Any] = Field(default_factory=dict)
    turns: tuple[Mapping[str, str], ...]
    expected: Expected


class Prediction(Line):
    """What a system made of one conversation."""

    id: str
    intent: str | None = None
    slots: Mapping[str, Any] | None = None
    ask: tuple[str, ...] | None = None
    refuse: bool = False
    extra_actions: tuple[Doing, ...] | None = None
