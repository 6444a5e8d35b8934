"""The web page: the first platform of the chat port. No build step, no framework, no npm."""

from bot.chat.web.adapter import WebChat
from bot.chat.web.log import WebLog, WebRow
from bot.chat.web.room import WebPerson

__all__ = ["WebChat", "WebLog", "WebPerson", "WebRow"]
