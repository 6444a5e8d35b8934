"""What the crew asks to be remembered between turns: one typed value, to JSON and back. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.contracts import Act, Language
from agents.rules.shapes import GuestWish, Wish
from iac.spec import GuestSpec


class Remembered(BaseModel):
    """The thread as the crew knows it.

    ``pending`` are the slots that were asked, each with its suggested default, ``answered`` those asked
    before. ``proposed`` are the names of the last
    proposal: they may exist by now, and then belong to this thread. ``requests`` counts what was asked anew here.
    ``made`` are names that nobody said. ``act`` is what was last asked of what stands, ``act_asks`` what is open of it.
    ``served`` is who served the last turn, as far as people were told.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: Language | None = None
    wish: Wish = Field(default_factory=Wish)
    pending: dict[str, str] = Field(default_factory=dict)
    answered: list[str] = Field(default_factory=list)
    proposed: list[str] = Field(default_factory=list)
    has_request: bool = False
    requests: int = 0
    made: list[str] = Field(default_factory=list)
    act: Act | None = None
    act_asks: list[str] = Field(default_factory=list)
    served: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the request as it stands."""
        return tuple(name for guest in self.wish.guests for name in guest.names)

    def as_slots(self) -> dict[str, Any]:
        """JSON values only."""
        return self.model_dump(mode="json")

    def kept(self, language: Language) -> dict[str, Any]:
        """The same again, as slots, beside an answer that leaves everything as it was; the language is the answer's."""
        return self.model_copy(update={"language": language}).as_slots()


def remembered(slots: Mapping[str, Any]) -> Remembered:
    """Read the slots back; what another version wrote in another form counts as nothing remembered."""
    try:
        return Remembered.model_validate(dict(slots))
    except ValidationError:
        return Remembered()


def with_guests(slots: Mapping[str, Any], guests: Iterable[GuestSpec]) -> dict[str, Any]:
    """The slots with these guests in place of those that were asked for: a person changed them beside the talk."""
    known = remembered(slots)
    wished = [_wish_of(guest) for guest in guests]
    wish = known.wish.model_copy(update={"guests": wished})
    names = {*known.proposed, *(name for each in wished for name in each.names)}
    return known.model_copy(update={"wish": wish, "proposed": sorted(names)}).as_slots()


def _wish_of(guest: GuestSpec) -> GuestWish:
    return GuestWish(
        names=[guest.name],
        image=guest.template,
        cores=guest.cores,
        memory_mb=guest.memory_mb,
        disk_gb=guest.disk_gb,
        node=guest.node,
        storage=guest.storage,
        network=guest.network,
        pool=guest.pool,
        is_ha=guest.is_ha,
    )
