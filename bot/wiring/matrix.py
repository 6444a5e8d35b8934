"""Matrix, from the settings."""

from bot.chat.matrix import PLATFORM, MatrixChat, open_api
from bot.chat.words import Words
from bot.ports import Notes
from bot.settings import Settings


def matrix_of(settings: Settings, words: Words, notes: Notes) -> MatrixChat:
    """The account on the homeserver that the settings name; its own people may invite it, and nobody else's."""
    token = settings.matrix_token.get_secret_value() if settings.matrix_token else ""
    known = frozenset(account for person in settings.everybody for account in person.on(PLATFORM))
    return MatrixChat(open_api(settings.matrix_url, token), notes, words, known=known)
