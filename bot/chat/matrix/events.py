"""What an event of a Matrix room says, as a value. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

KEYCAP: Final = "\ufe0f\u20e3"
"""What makes a digit a key: the reaction 1\ufe0f\u20e3 is the number 1."""
TEN: Final = "\U0001f51f"
NUMBER: Final = re.compile(r"(!?)(\d{1,4})[.)]?(?:\s+(yes|oui))?", re.IGNORECASE)
WORDS: Final = ("m.text", "m.emote")
"""Kinds of message that people write; programs write m.notice, and no program answers one."""
COMMAND: Final = re.compile(r"!threadform\b\s*(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Me:
    """Our own account."""

    user: str
    name: str = ""

    @property
    def space(self) -> str:
        """The homeserver we are on."""
        return self.user.partition(":")[2]

    def may_be_asked_in(self, by: str, known: Collection[str]) -> bool:
        """Our own people may, and those of our own server; a stranger's room is left alone."""
        return by in known or by.partition(":")[2] == self.space

    @property
    def names(self) -> tuple[str, ...]:
        """What people call us by."""
        local = self.user.removeprefix("@").partition(":")[0]
        return tuple(dict.fromkeys(name for name in (self.user, self.name, local) if name))


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words of somebody. ``root`` is the thread they stand in, ``answers`` a message they reply to outside of one."""

    room: str
    event: str
    who: str
    text: str
    root: str | None = None
    answers: str | None = None
    is_named: bool = False
    names_others: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """A number that somebody typed; ``is_marked`` with an exclamation mark, ``is_sure`` with a yes behind it."""

    number: int
    is_marked: bool = False
    is_sure: bool = False


def spoken_of(room: str, event: Mapping[str, Any], me: Me) -> Spoken | None:
    """What a person said; None for programs, pictures, edits and what is deleted."""
    content = _mapping(event.get("content"))
    related = _mapping(content.get("m.relates_to"))
    body = content.get("body")
    if content.get("msgtype") not in WORDS or not isinstance(body, str) or related.get("rel_type") == "m.replace":
        return None
    replied = _mapping(related.get("m.in_reply_to")).get("event_id")
    root = thread_of(event)
    mentioned = _mapping(content.get("m.mentions")).get("user_ids")
    named, text = _unnamed(clean(_unquoted(body) if replied else body), me)
    users = [user for user in mentioned if isinstance(user, str)] if isinstance(mentioned, Sequence) else []
    is_named = me.user in users or named
    return Spoken(
        room=room,
        event=str(event["event_id"]),
        who=str(event["sender"]),
        text=text,
        root=root,
        answers=replied if root is None and isinstance(replied, str) else None,
        is_named=is_named,
        names_others=bool(users) and not is_named,
    )


def thread_of(event: Mapping[str, Any]) -> str | None:
    """The root of the thread that an event stands in; it is in clear in an encrypted one too."""
    related = _mapping(_mapping(event.get("content")).get("m.relates_to"))
    root = related.get("event_id")
    return root if related.get("rel_type") == "m.thread" and isinstance(root, str) else None


def reaction_of(event: Mapping[str, Any]) -> tuple[str, int] | None:
    """The message that a number was put under, and the number; None for every other reaction."""
    related = _mapping(_mapping(event.get("content")).get("m.relates_to"))
    key, of = related.get("key"), related.get("event_id")
    if related.get("rel_type") != "m.annotation" or not isinstance(key, str) or not isinstance(of, str):
        return None
    plain = "10" if key == TEN else key.replace("\ufe0f", "").removesuffix("\u20e3")
    return (of, int(plain)) if plain.isascii() and plain.isdecimal() and len(plain) <= 4 else None  # noqa: PLR2004


def clean(text: str) -> str:
    """Without what no database keeps: half of a character, and the sign that is none."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def typed_of(text: str) -> Typed | None:
    """A message that is nothing but a number."""
    found = NUMBER.fullmatch(text.strip())
    return Typed(int(found[2]), bool(found[1]), bool(found[3])) if found else None


def command_of(text: str) -> str | None:
    """What follows ``!threadform``; None for every other message."""
    found = COMMAND.fullmatch(text.strip())
    return found[1].strip() if found else None


def since_we_came(events: Sequence[Mapping[str, Any]], me: Me) -> Sequence[Mapping[str, Any]]:
    """Without what was said before we were asked in: that was not said to us."""
    came = [n for n, event in enumerate(events) if event.get("type") == "m.room.member" and _is_ours(event, me)]
    return events[came[-1] :] if came else events


def _is_ours(event: Mapping[str, Any], me: Me) -> bool:
    content = _mapping(event.get("content"))
    if event.get("state_key") != me.user:
        return False
    # Our own join follows the invitation: what was said between the two is already ours to hear.
    return content.get("membership") == "invite"


def _unnamed(text: str, me: Me) -> tuple[bool, str]:
    """Whether we are named, and the words without our name."""
    first = "|".join(re.escape(name) for name in me.names)
    addressed = re.match(rf"\s*@?(?:{first})\s*[:,]?(?:\s+|$)", text, re.IGNORECASE)
    said = text[addressed.end() :] if addressed else text
    is_inside = me.user in said
    # A name that is a common word does not call us in the middle of a sentence; the whole id does.
    is_called = bool(
        addressed and (addressed[0].lstrip().startswith("@") or ":" in addressed[0] or "," in addressed[0])
    )
    kept = said.replace(me.user, "") if is_inside else said
    return is_called or is_inside, (kept if is_called or is_inside else text).strip()


def _unquoted(body: str) -> str:
    """Older clients repeat what they reply to, behind angles."""
    lines = body.split("\n")
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines).strip() or body


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
