"""A form inside the button that opens it: the press brings it back, whoever restarted in the meantime. Pure.

Slack keeps a button's value as it was given and signs what it sends; so a modal can be opened at once, without a look
into any store. What a person then fills in is user input as ever.
"""

import base64
import json
import zlib
from dataclasses import asdict

from pydantic import TypeAdapter, ValidationError

from bot.chat.port import Form
from bot.chat.slack.limits import VALUE

PACKED = "form:"
FORM = TypeAdapter(Form)


def pack_form(form: Form) -> str:
    """The value of the button: the form itself, or only its id where it is too large for one."""
    packed = zlib.compress(json.dumps(asdict(form), ensure_ascii=False).encode(), 9)
    value = PACKED + base64.b85encode(packed).decode()
    return value if len(value) <= VALUE else form.id


def unpack_form(value: str) -> Form | None:
    """The form that a pressed button carried; None where it was too large: its questions stand in the message."""
    if not value.startswith(PACKED):
        return None
    try:
        return FORM.validate_json(zlib.decompress(base64.b85decode(value.removeprefix(PACKED))))
    except (ValueError, zlib.error, ValidationError):
        return None
