"""The language in which an event is answered: that of its words, or of the card that was pressed or filled."""

from dataclasses import dataclass

from agents.contracts import Language
from bot.chat.port import Commanded, Event, Filled, Pressed, Said
from bot.chat.words import Words
from bot.domain.command import language_of, reason_of
from bot.domain.errors import Refused
from bot.ports import People, Runs

ASKED = "ask"
"""The first word of the id of a form that the crew asked; the language it asked in is the second."""


REQUESTED = "request"
"""The same of the form in which a request is made."""


def requested_form(language: str) -> str:
    """The id of the form in which a request is made; its answer is one more event, so that it may be used again."""
    return f"{REQUESTED}:{language}"


def asked_form(language: Language, event_key: str) -> str:
    """The id of the crew's form about one event."""
    return f"{ASKED}:{language}:{event_key}"


@dataclass(frozen=True, slots=True)
class Tongue:
    """Finds the language; English where nothing tells."""

    runs: Runs
    words: Words

    async def of(self, event: Event) -> Language:
        """The language to answer this event in."""
        if isinstance(event, Said):
            return self.words.language_of(event.text)
        if isinstance(event, Pressed):
            return await self._of_run(event.value)
        if not isinstance(event, Filled):
            return "en"
        kind, _, rest = event.form.partition(":")
        return _known(rest.partition(":")[0]) if kind in (ASKED, REQUESTED) else await self._of_run(rest)

    async def _of_run(self, value: str) -> Language:
        try:
            return _known((await self.runs.get(value.partition(":")[0])).language)
        except Refused:
            return "en"


def _known(language: str) -> Language:
    return "fr" if language == "fr" else "en"


async def commanded_in(event: Commanded, runs: Runs, people: People, words: Words) -> Language:
    """The language of a command: that of its words; one of both languages is answered as the person last asked."""
    own, reason = language_of(event.name, event.text), reason_of(event.name, event.text)
    if own or reason:
        return own or words.language_of(reason)
    last = await runs.latest(1, requester=people.person(event.who).id)
    return _known(last[0].language) if last else words.language_of(event.text)
