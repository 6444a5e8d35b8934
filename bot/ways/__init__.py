"""The other ways out: used where a chat does not take what somebody must hear."""

from bot.ways.chat import OtherChat
from bot.ways.mail import Mail, MailServer, parse_mail_url
from bot.ways.push import Push

__all__ = ["Mail", "MailServer", "OtherChat", "Push", "parse_mail_url"]
