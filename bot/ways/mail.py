"""E-mail by SMTP. A password never goes out in clear."""

import asyncio
import hashlib
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

import structlog

from bot.ports import Notice
from iac.errors import Broken

log = structlog.get_logger()

SECONDS: Final = 30.0
SUBJECT_MOST: Final = 150
SMTPS_PORT, SMTP_PORT = 465, 587


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes in. ``smtps`` speaks TLS from the first byte; ``smtp`` begins it, where the server can."""

    host: str
    port: int
    scheme: Literal["smtp", "smtps"]
    user: str = ""
    password: str = field(default="", repr=False)


def parse_mail_url(url: str) -> MailServer:
    """``smtps://user:password@host:465`` or ``smtp://host:587``; ValueError where it is neither."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("a mail server is smtps://user:password@host:465 or smtp://host:587")
    port = parts.port or (SMTPS_PORT if parts.scheme == "smtps" else SMTP_PORT)
    scheme: Literal["smtp", "smtps"] = "smtps" if parts.scheme == "smtps" else "smtp"
    return MailServer(parts.hostname, port, scheme, unquote(parts.username or ""), unquote(parts.password or ""))


@dataclass(frozen=True, slots=True)
class Mail:
    """Mail from one address to some. ``trust`` makes the TLS context: the system's authorities by default."""

    server: MailServer
    sender: str
    to: Sequence[str]
    seconds: float = SECONDS
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context

    async def send(self, notice: Notice) -> None:
        """Send it; ``Broken`` where nobody was written to. The same key has the same Message-ID."""
        message = letter_of(notice, self.sender, self.to)
        try:
            refused = await asyncio.to_thread(self._send, message)
        except (smtplib.SMTPException, OSError) as fault:
            raise Broken("sending e-mail", f"{type(fault).__name__}: {fault}", is_worth_retrying=True) from fault
        if refused:
            log.warning("mail.refused", key=notice.key, to=sorted(refused))

    def _send(self, message: EmailMessage) -> Sequence[str]:
        with self._opened() as server:
            if self.server.scheme == "smtp" and (self.server.user or server.has_extn("starttls")):
                # Raises where the server cannot: a password is not said in clear.
                server.starttls(context=self.trust())
                server.ehlo()
            if self.server.user:
                server.login(self.server.user, self.server.password)
            return list(server.send_message(message))

    def _opened(self) -> smtplib.SMTP:
        where = (self.server.host, self.server.port)
        if self.server.scheme == "smtps":
            return smtplib.SMTP_SSL(*where, timeout=self.seconds, context=self.trust())
        server = smtplib.SMTP(*where, timeout=self.seconds)
        server.ehlo()
        return server


def letter_of(notice: Notice, sender: str, to: Sequence[str]) -> EmailMessage:
    """The mail: programs see that a program wrote it, and readers that it is the same where it comes twice."""
    message = EmailMessage()
    subject = " ".join(f"[Threadform] {notice.title}".split())
    message["Subject"] = subject if len(subject) <= SUBJECT_MOST else f"{subject[: SUBJECT_MOST - 1]}…"
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = f"<{hashlib.sha256(notice.key.encode()).hexdigest()[:40]}@{_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    if notice.severity == "critical":
        message["Importance"] = "high"
    message.set_content(notice.text)
    return message


def _domain(sender: str) -> str:
    domain = sender.rpartition("@")[2].rstrip(">")
    return domain if domain.isascii() and domain else "threadform.invalid"
