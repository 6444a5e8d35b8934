"""Matrix: the bare client-server API, no buttons; what is missing there is done with numbers and questions."""

from bot.chat.matrix.adapter import PLATFORM, MatrixChat
from bot.chat.matrix.api import MatrixApi, open_api

__all__ = ["PLATFORM", "MatrixApi", "MatrixChat", "open_api"]
