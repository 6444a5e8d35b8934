"""Buttons as Mattermost keeps them with a post, and what comes back: closed by our seal, each used once. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.chat.mattermost.listening import conversation_from, values_of
from bot.chat.mattermost.rendered import COLOURS, Knob, Rendered
from bot.chat.mattermost.seal import Forged, Seal
from bot.chat.port import Conversation, Form

PRESS = "press"
"""What a button's token is closed for."""
OURS = "threadform"
"""The property of a post that carries our own key of it."""
PROPS_MOST = 700_000
"""Characters of all properties of a post; the server takes 800,000."""
ID = re.compile(r"[^A-Za-z0-9]")
FORM = TypeAdapter(Form)
BUTTON = ("action", "value", "key", "again", "nonce", "confirm", "language")
Nonce = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a post's buttons are bound to: our key of the post, the thread it is about, where presses are heard.

    ``files`` are the marks of those that came with the post; ``again`` is the key under which the card is said again,
    where that is another one.
    """

    key: str
    about: Conversation
    url: str
    files: tuple[str, ...] = ()
    again: str = ""


@dataclass(frozen=True, slots=True)
class Pressable:
    """What a pressed button means, as we closed it."""

    action: str
    value: str
    key: str
    again: str
    nonce: str
    about: Conversation
    confirm: str
    language: str
    form: Form | None


def props_of(rendered: Rendered, stamp: Stamp, seal: Seal, nonce: Nonce) -> dict[str, Any]:
    """The properties of a post: its buttons, and our key. Raises ValueError where Mattermost could not keep them."""
    attachment = {
        "fallback": rendered.plain,
        "color": COLOURS[rendered.tone],
        "actions": [_action(knob, rendered.language, stamp, seal, nonce()) for knob in rendered.knobs],
    }
    ours = {"key": stamp.key, "files": list(stamp.files)}
    made = {"attachments": [attachment] if rendered.knobs else [], OURS: ours}
    if len(str(made)) > PROPS_MOST:
        raise ValueError("the buttons of one card are more than a post can carry")
    return made


def parse_token(seal: Seal, context: Mapping[str, Any]) -> Pressable:
    """What a pressed button means. Raises ``Forged`` where the context is none of ours."""
    found = seal.open(PRESS, context.get("token"))
    try:
        form = FORM.validate_python(found["form"]) if found["form"] else None
        fixed = {name: str(found[name]) for name in BUTTON}
        about = conversation_from(found["about"])
    except (ValidationError, KeyError, TypeError) as wrong:
        raise Forged("a button of another version") from wrong
    return Pressable(**fixed, about=about, form=form)


def action_id(action: str, nonce: str) -> str:
    """The id of a button on its post: everybody sees it there, and it is gone when the button is."""
    return f"{ID.sub('', action)}{nonce}"


def _action(knob: Knob, language: str, stamp: Stamp, seal: Seal, nonce: str) -> dict[str, Any]:
    values = {
        "action": knob.action,
        "value": knob.value,
        "key": stamp.key,
        "again": stamp.again or stamp.key,
        "nonce": nonce,
        "about": values_of(stamp.about),
        "confirm": knob.confirm,
        "language": language,
        "form": asdict(knob.form) if knob.form else None,
    }
    return {
        "id": action_id(knob.action, nonce),
        "name": knob.label,
        "type": "button",
        "style": knob.style,
        "integration": {"url": stamp.url, "context": {"token": seal.close(PRESS, values)}},
    }
