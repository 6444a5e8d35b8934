"""The terminal as a chat: the same conversation without a browser."""
