"""What a card says about its decision: who said yes, who still may, the buttons; and the question before a loss."""

from bot.chat.cards.view import View
from bot.chat.port import Button, Buttons, Card, Form, Input, Part, Text
from bot.chat.words import Words
from bot.domain.approval import button_value, destroyed
from bot.domain.edit import MOST_GUESTS
from iac.errors import Sentence

NAMES_SHOWN = 6
"""More people than that are counted: a card is read on a phone."""
TYPED = "names"
"""The input in which the names of what is lost are typed."""


def voting_parts(view: View) -> list[Part]:
    """Who has said yes of how many, who still may, and whose wish it has become."""
    lines = [*_said(view), *_may(view)]
    if view.run.edited_by:
        lines.append(view.say("card.edited", name=view.words_join([view.name(each) for each in view.run.editors])))
    return [Text("\n".join(lines))] if lines else []


def buttons(view: View) -> Buttons:
    """Approve, edit and discard. A plan that destroys looks like one, and asks for names when it is pressed."""
    value = button_value(view.run)
    acts = view.outcome.acts
    is_losing = bool(destroyed(view.outcome.plan)) or bool(acts and (acts.lost or acts.interrupted))
    approve = Button("approve", view.say("card.button.approve"), value, "danger" if is_losing else "primary")
    edit = [Button("edit", view.say("card.button.edit"), value)] if is_editable(view) else []
    return Buttons((approve, *edit, Button("discard", view.say("card.button.discard"), value)))


def is_editable(view: View) -> bool:
    """Whether a form can change the wish: nothing is to go, and it is small."""
    return view.proposal.intent != "destroy" and 0 < len(view.proposal.guests) <= MOST_GUESTS


def names_card(sentence: Sentence, guests: tuple[str, ...], form_id: str, words: Words, language: str) -> Card:
    """Asks for the names of what would be destroyed: nobody types them by accident."""
    said = words.say(sentence, language)
    count = len(guests)
    asked = Input(TYPED, words.text("approve.form.names", language, count=count))
    title = words.text("approve.form.title", language, count=count)
    submit = words.text("acts.form.submit" if sentence.key.startswith("acts.") else "approve.form.submit", language)
    form = Form(form_id, title, (asked,), submit=submit, style="danger")
    return Card(plain=said, parts=(Text(said), form), tone="bad")


def _said(view: View) -> list[str]:
    count, needed = len(view.outcome.yes), view.people.needed
    if needed == 1:
        return []
    if not count:
        return [view.say("card.votes_needed", needed=needed)]
    names = tuple(view.name(person) for person in view.outcome.yes)
    return [view.say("card.votes", count=count, needed=needed, names=names)]


def _may(view: View) -> list[str]:
    may = view.people.may
    if may is None:
        return []
    missing = view.people.needed - len(view.outcome.yes)
    if not may:
        return [view.say("card.nobody_else_may_decide" if view.outcome.yes else "card.nobody_may_decide")]
    if len(may) < missing:
        return [view.say("card.too_few_may_decide", names=may)]
    if len(may) <= NAMES_SHOWN:
        return [view.say("card.may_decide", names=may)]
    return [view.say("card.many_may_decide", names=", ".join(may[:NAMES_SHOWN]), more=len(may) - NAMES_SHOWN)]
