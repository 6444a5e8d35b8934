"""What the environment says of the second way out: what is severe enough, after how long, and by what."""

import re
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

CHAT = re.compile(r"chat:[a-z]+:[^:\s]+:\S+")


class SecondWaySetting(BaseModel):
    """After how many minutes without its chat a message goes out, and by what."""

    model_config = ConfigDict(extra="forbid")

    minutes: float = Field(5, gt=0)
    by: tuple[str, ...] = Field(min_length=1)


class SecondWaySettings(BaseModel):
    """The ways out beside the chats; none of them is used where `second_ways` names nothing."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    second_ways: dict[Literal["info", "warning", "critical"], SecondWaySetting] = Field(default_factory=dict)
    """How a message goes out that its chat does not take, as JSON: `{"critical": {"minutes": 3, "by": ["mail"]}}`."""
    mail_url: SecretStr | None = None
    """Mail server of the way `mail`: `smtps://user:password@host:465` or `smtp://user:password@host:587` (STARTTLS)."""
    mail_from: str = ""
    """Address that its mail comes from."""
    mail_to: tuple[str, ...] = ()
    """Addresses that it goes to, as JSON: `["oncall@example.org"]`."""
    push_url: SecretStr | None = None
    """Address of the way `push`: an ntfy topic (`https://ntfy.example.org/proxmox`), or what reads the same headers."""
    push_token: SecretStr | None = None
    """Its access token, where it wants one."""

    @model_validator(mode="after")
    def _ways_hang_together(self) -> Self:
        for wrong in self._wrong_ways():
            raise ValueError(wrong)
        return self

    def _wrong_ways(self) -> Iterator[str]:
        """A way that nobody set up would be silent exactly when it is needed."""
        for way in {way for rule in self.second_ways.values() for way in rule.by}:
            if way == "mail" and not (self.mail_url and self.mail_from and self.mail_to):
                yield "THREADFORM_SECOND_WAYS names mail: set THREADFORM_MAIL_URL, _MAIL_FROM and _MAIL_TO"
            elif way == "push" and not self.push_url:
                yield "THREADFORM_SECOND_WAYS names push: set THREADFORM_PUSH_URL"
            elif way not in ("mail", "push") and not CHAT.fullmatch(way):
                yield f"THREADFORM_SECOND_WAYS names {way!r}: there are mail, push and chat:platform:space:channel"
        for name, url, schemes in (
            ("MAIL", self.mail_url, ("smtp://", "smtps://")),
            ("PUSH", self.push_url, ("http://", "https://")),
        ):
            if url and not url.get_secret_value().startswith(schemes):
                yield f"THREADFORM_{name}_URL must begin with {' or '.join(schemes)}"

    @property
    def way_secrets(self) -> tuple[SecretStr, ...]:
        """Every secret of them that was set; an ntfy topic is as good as a password."""
        return tuple(secret for secret in (self.mail_url, self.push_url, self.push_token) if secret)
