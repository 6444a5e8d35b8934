"""The local web page, from the settings."""

from bot.chat.web import WebChat, WebPerson
from bot.chat.words import Words
from bot.settings import Settings
from bot.store.database import Database
from bot.store.weblog import SqlWebLog
from bot.wiring.keys import own_secret

PLATFORM = "web"


def web_of(settings: Settings, database: Database, words: Words) -> WebChat:
    """The page for the people of the platform ``web``; in the lab one person may try every role."""
    people = tuple(
        WebPerson(account, person.name, person.roles[-1] if person.roles else "")
        for person in settings.everybody
        for account in person.on(PLATFORM)
    )
    log, secret = SqlWebLog(database), page_secret(settings)
    return WebChat(log, words, people, secret, has_people_switch=settings.is_lab)


def page_secret(settings: Settings) -> bytes:
    """What signs cookies and links of the page; it lies in the home of the process that serves it."""
    return own_secret(settings.home / "keys" / "web.key")
