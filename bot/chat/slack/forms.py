"""The forms that Slack opens by itself: a request without words, and the reason of a discard. Pure."""

from bot.chat.port import Form, Input
from bot.chat.words import Words

REQUEST, REASON = "text", "reason"
"""The inputs of the two forms."""


def request_form(form_id: str, words: Words, language: str, *, text: str = "") -> Form:
    """Asks what is needed, with what was said already."""
    asked = Input(REQUEST, words.text("slack.form.request.text", language), "area", default=text)
    title, submit = (words.text(f"slack.form.request.{key}", language) for key in ("title", "submit"))
    return Form(form_id, title, (asked,), submit=submit)


def reason_form(form_id: str, words: Words, language: str) -> Form:
    """Asks why a plan is laid aside; nobody has to say it."""
    asked = Input(REASON, words.text("slack.form.discard.reason", language), "area", is_optional=True)
    title, submit = (words.text(f"slack.form.discard.{key}", language) for key in ("title", "submit"))
    return Form(form_id, title, (asked,), submit=submit, style="danger")
