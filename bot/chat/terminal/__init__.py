"""The terminal: the same conversation without a browser."""

from bot.chat.terminal.adapter import TerminalChat
from bot.chat.terminal.render import Told, render_card

__all__ = ["TerminalChat", "Told", "render_card"]
