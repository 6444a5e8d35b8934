"""Opening forms on Mattermost: a dialog while the press is fresh, else the questions in a private word."""

import secrets
from dataclasses import dataclass
from typing import Any

import structlog

from bot.chat.mattermost.dialogs import CALLBACK, names_of, render_dialog, wanted_of
from bot.chat.mattermost.faults import Denied, Unreachable
from bot.chat.mattermost.knobs import Pressable
from bot.chat.mattermost.limits import TITLE, shortened
from bot.chat.mattermost.listening import values_of
from bot.chat.mattermost.markdown import lines_of
from bot.chat.mattermost.whispering import Whispering
from bot.chat.port import Actor, Card, Conversation, Form, How

log = structlog.get_logger()

FORM, CONFIRM = "form", "confirm"
"""What a dialog's state is closed for."""


@dataclass(frozen=True, slots=True)
class Surface:
    """What lets us open a dialog for a moment, where it was given, and how its giver is known."""

    trigger: str
    channel: str
    evidence: str
    language: str = ""


@dataclass
class Asking:
    """Opens dialogs. ``dialog_url`` is where the server brings their answers."""

    whispering: Whispering
    dialog_url: str

    async def ask(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        """Open a form for one person."""
        if isinstance(surface, Surface) and await self.open_form(surface, who, to, form):
            return How.NATIVE
        card = Card(plain=form.title, parts=(form,), tone="waiting")
        await self.whispering.whisper(to, who, card, key=f"ask:{form.id}:{who.id}")
        return How.DEGRADED

    async def open_form(self, surface: Surface, who: Actor, to: Conversation, form: Form, note: str = "") -> bool:
        """Whether the dialog opened. Its state says whose it is: nobody else can send it."""
        seal, words = self.whispering.saying.seal, self.whispering.saying.words
        state = seal.close(
            FORM,
            {
                **_opened(surface, who),
                "form": form.id,
                "state": form.state,
                "about": values_of(to),
                "wanted": wanted_of(form),
                "names": names_of(form),
            },
        )
        try:
            dialog = render_dialog(form, state, words, language=surface.language, note=note)
        except ValueError as wrong:
            log.info("mattermost.form_unfit", form=form.id, why=str(wrong))
            return False
        return await self._open(surface, dialog)

    async def open_question(self, surface: Surface, who: Actor, pressed: Pressable, post: str) -> bool:
        """Ask once more in the words of the button; whether the dialog opened."""
        saying = self.whispering.saying
        values = {
            **_opened(surface, who),
            "action": pressed.action,
            "value": pressed.value,
            "key": pressed.key,
            "again": pressed.again,
            "pressed": pressed.nonce,
            "about": values_of(pressed.about),
            "post": post,
        }
        say = saying.words.text
        dialog = {
            "callback_id": CALLBACK,
            "title": shortened(say("mattermost.confirm.title", pressed.language), TITLE),
            "introduction_text": "\n".join(lines_of(pressed.confirm)),
            "elements": [],
            "submit_label": shortened(say("mattermost.confirm.yes", pressed.language), TITLE),
            "notify_on_cancel": True,
            "state": saying.seal.close(CONFIRM, values),
        }
        return await self._open(surface, dialog)

    async def _open(self, surface: Surface, dialog: dict[str, Any]) -> bool:
        body = {"trigger_id": surface.trigger, "url": self.dialog_url, "dialog": dialog}
        try:
            await self.whispering.saying.known.api.post("/actions/dialogs/open", body)
        except (Denied, Unreachable) as no:
            log.info("mattermost.dialog_unopened", why=no.why)
            return False
        return True


def _opened(surface: Surface, who: Actor) -> dict[str, Any]:
    """What every dialog of ours says of itself: whose it is, where it was opened, and that it counts once."""
    return {
        "user": who.id,
        "name": who.name,
        "channel": surface.channel,
        "evidence": surface.evidence,
        "language": surface.language,
        "nonce": secrets.token_hex(12),
    }
