"""The side of the page: who you are, and the list of threads. Pure."""

from collections.abc import Callable, Sequence
from html import escape

from bot.chat.web.bodies import Listed
from bot.chat.web.room import Room, WebPerson
from bot.chat.web.times import render_time

Say = Callable[..., str]


def render_listed(listed: Listed, say: Say, *, is_here: bool = False) -> str:
    """One thread of the list."""
    here = ' aria-current="page"' if is_here else ""
    stands = listed.about or ("" if listed.tone == "neutral" else say(f"web.tone.{listed.tone}"))
    about = f"<small><span>{escape(stands)}</span>{render_time(listed.at)}</small>"
    tone = escape(say(f"web.tone.{listed.tone}"))
    return (
        f'<li data-thread="{escape(listed.thread)}">'
        f'<a href="/t/{escape(listed.thread)}" class="tone-{listed.tone}"{here}>'
        f'<span class="dot" role="img" aria-label="{tone}" title="{tone}"></span>'
        f'<span class="title"><b>{escape(listed.title)}</b>{about}</span></a></li>'
    )


def render_threads(threads: Sequence[Listed], here: str, say: Say) -> str:
    """The list, newest first."""
    items = "".join(render_listed(listed, say, is_here=listed.thread == here) for listed in threads)
    empty = "" if threads else f'<p class="quiet" id="no-threads">{escape(say("web.no_threads"))}</p>'
    return f'<nav aria-label="{escape(say("web.threads"))}"><ul id="threads">{items}</ul>{empty}</nav>'


def render_person(room: Room, person: WebPerson, say: Say) -> str:
    """Who you are; with the switch, who you could be."""
    if not room.has_people_switch:
        return f'<p class="me"><b>{escape(person.name)}</b> <small>{_role(person, say)}</small></p>'
    options = "".join(
        f'<option value="{escape(other.id)}"{" selected" if other.id == person.id else ""}>'
        f"{escape(other.name)}{' · ' if other.role_label else ''}{_role(other, say)}</option>"
        for other in room.people.values()
    )
    return f'<label class="me">{escape(say("web.you_are"))}<select id="person">{options}</select></label>'


def _role(person: WebPerson, say: Say) -> str:
    """A role of ours in the reader's language; any other words as they are."""
    is_ours = person.role_label in {"requester", "approver", "admin"}
    return escape(say(f"web.role.{person.role_label}") if is_ours else person.role_label)
