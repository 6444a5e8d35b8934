"""The chat port: what the bot may say and hear. No platform word in here.

Semantics every adapter keeps (and the conformance tests check):

* sink: the event is stored before the adapter acknowledges it; a duplicate key returns None quietly.
* forms: what is wrong with a filled form is the sink's answer, and then its key is not used up; what a press opens
  is asked of ``Forms`` by platforms with dialogs of their own, before the press is stored.
* post: the same key twice is one message, across restarts. A conversation without a thread starts one;
  the returned ``Message.conversation`` has it.
* post, edit and whisper raise ``TooFast`` where the platform asks to wait and took nothing.
* edit: replaces the whole card; leaving out the buttons removes them.
* whisper: from private never to public; a whisper that cannot be private is not sent.
* buttons carry an opaque value; rights, state and freshness are looked up in our own store at the press.
"""

from bot.chat.port.heard import Commanded, Event, Filled, Heard, Pressed, Said
from bot.chat.port.places import Actor, Conversation, Message
from bot.chat.port.platform import OPENS_S, Capabilities, Chat, Forms, How, Opening, Sink, TooFast
from bot.chat.port.saying import Button, Buttons, Card, Code, Diff, Fields, Form, Input, Option, Part, Quote, Text, Tone

__all__ = [
    "OPENS_S",
    "Actor",
    "Button",
    "Buttons",
    "Capabilities",
    "Card",
    "Chat",
    "Code",
    "Commanded",
    "Conversation",
    "Diff",
    "Event",
    "Fields",
    "Filled",
    "Form",
    "Forms",
    "Heard",
    "How",
    "Input",
    "Message",
    "Opening",
    "Option",
    "Part",
    "Pressed",
    "Quote",
    "Said",
    "Sink",
    "Text",
    "Tone",
    "TooFast",
]
