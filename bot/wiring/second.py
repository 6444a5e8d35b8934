"""The second way out, from the settings."""

from collections.abc import Iterator, Mapping

from bot.chat.port import Chat, Conversation
from bot.chat.words import Words
from bot.ports import SecondWay
from bot.settings import Settings
from bot.store.database import Database
from bot.store.second import Rule, Second
from bot.ways import Mail, OtherChat, Push, parse_mail_url
from iac.errors import Broken


def second_of(settings: Settings, database: Database, chats: Mapping[str, Chat], words: Words) -> Second:
    """What looks after messages that their chat does not take; it does nothing where no way is named."""
    rules = {severity: Rule(rule.minutes * 60, rule.by) for severity, rule in settings.second_ways.items()}
    return Second(database, dict(_ways(settings, chats)), rules, words)


def direct_ways(settings: Settings) -> Iterator[tuple[str, SecondWay]]:
    """The ways that a rule names and that need no chat, by name."""
    named = {way for rule in settings.second_ways.values() for way in rule.by}
    if "mail" in named and settings.mail_url:
        server = parse_mail_url(settings.mail_url.get_secret_value())
        yield "mail", Mail(server, settings.mail_from, settings.mail_to)
    if "push" in named and settings.push_url:
        token = settings.push_token.get_secret_value() if settings.push_token else ""
        yield "push", Push(settings.push_url.get_secret_value(), token)


def _ways(settings: Settings, chats: Mapping[str, Chat]) -> Iterator[tuple[str, SecondWay]]:
    """Each way that a rule names, by its name; ``Broken`` where one goes to a chat that there is not."""
    yield from direct_ways(settings)
    for name in sorted({way for rule in settings.second_ways.values() for way in rule.by if way.startswith("chat:")}):
        _, platform, space, channel = name.split(":", 3)
        if platform not in chats:
            raise Broken("setting up the second way out", f"{name} goes to {platform}, which is not set up")
        yield name, OtherChat(chats[platform], Conversation(platform, space, channel))
