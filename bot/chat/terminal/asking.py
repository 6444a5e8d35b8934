"""A form asked in a terminal: one question after the other, answers by number or in words. Pure."""

from dataclasses import dataclass, replace

from bot.chat.port import Form, Input


@dataclass(frozen=True, slots=True)
class Asking:
    """A form that is being answered; ``answers`` are in the order of its inputs."""

    form: Form
    answers: tuple[str, ...] = ()

    @property
    def question(self) -> Input | None:
        """The next question; None once all are answered."""
        return self.form.inputs[len(self.answers)] if len(self.answers) < len(self.form.inputs) else None

    @property
    def values(self) -> dict[str, str]:
        """What was answered: input id -> value."""
        return {question.id: answer for question, answer in zip(self.form.inputs, self.answers, strict=False)}

    def answered(self, line: str) -> "Asking | str":
        """The form with one more answer; or the key of the sentence that says why that is none."""
        question = self.question
        value = line.strip() or (question.default if question else "")
        if question is None:
            return self
        if not value and not question.is_optional:
            return "terminal.not_empty"
        if question.options and value:
            chosen = _chosen(question, value)
            if chosen is None and not question.is_open:
                return "terminal.not_an_answer"
            value = value if chosen is None else chosen
        return replace(self, answers=(*self.answers, value))


def _chosen(question: Input, line: str) -> str | None:
    """A choice by its number, its label or its value."""
    if line.isdecimal() and 1 <= int(line) <= len(question.options):
        return question.options[int(line) - 1].value
    wanted = line.casefold()
    return next((o.value for o in question.options if wanted in (o.label.casefold(), o.value.casefold())), None)
