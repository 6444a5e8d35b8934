"""How I got here: each agent's step with its tools, its time, its tokens and its cost; the drafts, folded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.contracts import TraceStep
from bot.chat.port import Button, Buttons, Card, Part, Text
from bot.chat.words import Words, duration, money
from bot.domain.tracing import TRACE
from iac.errors import Value

KNOWN = frozenset({"manager", "validator", "collector", "analyser", "drafter", "linter", "reviewer", "refiner"})
LOOP = frozenset({"drafter", "linter", "reviewer", "refiner"})
RULES = "rules"
WHY = {
    "resting": "trace.why.resting",
    "wrong answer": "trace.why.wrong",
    "unusable answer": "trace.why.unusable",
    "out of time": "trace.why.late",
    "out of budget": "trace.why.budget",
    "cannot be counted": "trace.why.uncounted",
    "TimeoutError": "trace.why.slow",
}
"""Reasons as the chain of models writes them down."""
CENT = 0.01
SECOND_MS = 1000


def trace_card(steps: Sequence[TraceStep], words: Words, language: str) -> Card:
    """The whole way in order. One draft stands among the others; several are folded under their number."""
    tell = Tell(words, language)
    before = [step for step in steps if step.agent not in LOOP]
    loop = [step for step in steps if step.agent in LOOP]
    drafts = sum(step.agent in {"drafter", "refiner"} for step in loop)
    parts: list[Part] = [Text(tell.sum(steps))]
    if drafts > 1:
        parts += [Text(tell.lines(before)), Text(tell.lines(loop), tell.say("trace.drafts", count=drafts))]
    elif steps:
        parts.append(Text(tell.lines(steps)))
    title = tell.say("trace.title")
    return Card(plain=title, parts=tuple(parts), title=title)


def trace_button(value: str, words: Words, language: str) -> Button:
    """``value`` is the button value of the run."""
    return Button(TRACE, words.text("trace.button", language), value)


def with_trace(parts: Sequence[Part], button: Button) -> tuple[Part, ...]:
    """The button behind those that decide, which stay the first ones; in a row of its own where there are none."""
    if parts and isinstance(parts[-1], Buttons):
        return (*parts[:-1], Buttons((*parts[-1].items, button)))
    return (*parts, Buttons((button,)))


@dataclass(frozen=True, slots=True)
class Tell:
    """Steps in the words of one language."""

    words: Words
    language: str

    def say(self, key: str, **values: Value) -> str:
        """One message of the catalogues."""
        return self.words.text(key, self.language, **values)

    def sum(self, steps: Sequence[TraceStep]) -> str:
        """One line for whoever reads no further: how long it took, who answered, what it cost."""
        took = self.time(sum(step.ms for step in steps))
        asked = sum(step.calls for step in steps)
        if not asked:
            return self.say("trace.sum_rules", took=took)
        tokens = sum(step.tokens for step in steps)
        return self.say("trace.sum", took=took, count=asked, tokens=tokens, cost=self.cost(steps))

    def lines(self, steps: Iterable[TraceStep]) -> str:
        """Every step, and under it what is to be known about it."""
        return "\n".join(f"- {line}" for step in steps for line in self.step(step))

    def step(self, step: TraceStep) -> Iterable[str]:
        """What an agent did, who served it, what it looked at, who did not answer, and what was found."""
        did = self.say(f"trace.step.{step.agent}" if step.agent in KNOWN else "trace.step.other", agent=step.agent)
        yield f"**{did}** {self.served(step)}"
        if step.tools:
            yield self.say("trace.tools", tools=", ".join(f"`{tool}`" for tool in dict.fromkeys(step.tools)))
        for who in step.skipped:
            model, _, why = who.rpartition(": ")
            yield self.say("trace.skipped", model=f"`{model}`", why=self.why(why))
        for found in step.found:
            yield self.say("trace.found", problem=self.words.say(found, self.language))

    def served(self, step: TraceStep) -> str:
        """Who answered, in what time, for how many tokens and how much money."""
        took = self.time(step.ms)
        if not step.calls:
            return self.say("trace.by_rules", took=took)
        who = self.say("trace.rules") if step.served_by == RULES else step.served_by.partition(":")[2]
        cost, version = self.cost([step]), step.prompt or "?"
        values: dict[str, Value] = {"read": step.tokens_in, "said": step.tokens_out, "thought": step.tokens_thoughts}
        return self.say("trace.by_model", who=who, took=took, cost=cost, version=version, **values)

    def why(self, told: str) -> str:
        """Why a model was not used: in words where we know them, else as its endpoint said it."""
        if told.isdecimal():
            return self.say("trace.why.status", code=told)
        return self.say(WHY[told]) if told in WHY else told

    def time(self, ms: float) -> str:
        """A duration; below a second in milliseconds."""
        return duration(ms / SECOND_MS, self.language) if ms >= SECOND_MS else f"{max(1, round(ms))} ms"

    def cost(self, steps: Sequence[TraceStep]) -> str:
        """A price; less than a cent is called that, and one that nobody has said is not guessed."""
        known = [step.cost_eur for step in steps if step.cost_eur is not None]
        if len(known) < len(steps):
            return self.say("trace.cost_unknown")
        total = sum(known)
        if 0 < total < CENT:
            return self.say("trace.cost_small", cost=money(CENT, self.language))
        return money(total, self.language) if total else self.say("trace.cost_none")
