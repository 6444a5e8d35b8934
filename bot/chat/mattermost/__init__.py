"""Mattermost as a platform of the chat port."""

from bot.chat.mattermost.adapter import MattermostChat, Server
from bot.chat.mattermost.posts import PLATFORM

__all__ = ["PLATFORM", "MattermostChat", "Server"]
