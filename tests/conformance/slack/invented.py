"""Cards that chance makes: long, hostile, in two languages, with everything a card may hold."""

import random

from bot.chat.port import Button, Buttons, Card, Code, Diff, Fields, Form, Input, Option, Part, Quote, Text

ENGLISH = """the plan creates one machine on node pmox02 because memory is free there and nothing else would move"""
FRENCH = """le plan crée une machine sur le nœud pmox02 parce que la mémoire y est libre et que rien ne bouge"""
ODD = """<!channel> <@U024BE7LH> @here a<b>&c &amp; 😀🧨 👩‍💻 **fat** `code` _under_ ~gone~ * ``` :fire: > é! \\n |
    [page](https://pve.example/?a=1&b=2) https://pve.example/x """
TONES = ("neutral", "busy", "waiting", "good", "bad")


class Dice:
    """One card for each seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.words = self.chance.choice([ENGLISH, FRENCH]).split()
        self.odd = [*ODD.split(), "\u00a0!", "\u202fGo", "x" * 120]

    def text(self, most: int) -> str:
        """A text of up to ``most`` characters, short ones more often."""
        size = int(most * self.chance.random() ** 9)
        count = size // 6 + bool(size)
        plain, odd = self.chance.choices(self.words, k=count), self.chance.choices(self.odd, k=count)
        ends = self.chance.choices([" ", " ", " ", "\n", "\n- ", "\n\n"], k=count)
        said = [f"{o if self.chance.random() < 0.15 else p}{end}" for p, o, end in zip(plain, odd, ends, strict=True)]
        return "".join(said)[:most]

    def line(self, most: int) -> str:
        return self.text(most).replace("\n", " ")

    def some(self, most: int) -> range:
        return range(int(most * self.chance.random() ** 2) + 1)

    def card(self) -> Card:
        """One card."""
        parts = tuple(self.part() for _ in range(int(0.8 + 70 * self.chance.random() ** 5)))
        title = self.chance.choice(["", self.line(400), self.line(100)])
        return Card(self.text(9_000) or "p", parts, title, self.chance.choice(TONES))

    def part(self) -> Part:
        kinds = [
            self.words_part,
            self.words_part,
            self.fields,
            self.code,
            self.quote,
            self.diff,
            self.buttons,
            self.form,
        ]
        return self.chance.choice(kinds)()

    def words_part(self) -> Text:
        return Text(self.text(9_000), fold=self.chance.choice(["", "", self.line(200)]))

    def fields(self) -> Fields:
        return Fields(tuple((self.line(200), self.text(4_000)) for _ in self.some(25)))

    def code(self) -> Code:
        return Code(self.text(9_000))

    def quote(self) -> Quote:
        address = self.chance.choice(["https://wiki.example/a?b=1&c=2", "docs/x.md", "https://x|y", self.line(60)])
        return Quote(self.text(4_000).replace("\n- ", "\n    "), self.line(100), address)

    def diff(self) -> Diff:
        most = self.chance.choice([30, 30, 300, 20_000 if self.chance.random() < 0.05 else 2_000])
        lines = [f"{self.chance.choice('+-~ ')} {self.line(60)}" for _ in range(min(len(self.some(most)), 200))]
        count = len(self.some(most))
        return Diff(self.line(200), "\n".join(lines * (count // len(lines) + 1)), self.line(40) or "plan.diff")

    def buttons(self) -> Buttons:
        return Buttons(tuple(self.button() for _ in self.some(30)))

    def button(self) -> Button:
        style = self.chance.choice(["default", "primary", "danger"])
        confirm = self.chance.choice([None, None, self.line(500)])
        value = "v" * self.chance.choice([0, 70, 70, 2_000])
        return Button(self.chance.choice(["approve", "discard"]), self.line(120), value, style, confirm)

    def form(self) -> Form:
        return Form(f"f{self.chance.random()}", self.line(80), tuple(self.input(n) for n in self.some(12)))

    def input(self, number: int) -> Input:
        options = tuple(Option(self.line(120), f"o{n}") for n in self.some(self.chance.choice([4, 4, 4, 4, 300])))
        is_choice = self.chance.random() < 0.5
        default = self.chance.choice(["", options[-1].value, self.line(100)])
        shape = ("choice", options) if is_choice else (self.chance.choice(["text", "area"]), ())
        is_optional, is_open = (self.chance.random() < 0.3 for _ in range(2))
        return Input(f"i{number}", self.line(300), *shape, default, is_optional=is_optional, is_open=is_open)
