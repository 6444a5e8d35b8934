"""Numbers written as words, in English and French, turned to digits in place (the text keeps its length). Pure."""

import re

_ONES = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
}  # fmt: skip
_SCALES = {"hundred": 100, "cent": 100, "cents": 100, "thousand": 1000, "mille": 1000}
_FIRST = {"one": 1, "un": 1, "une": 1}
_WORDS = {**_ONES, **_TENS, **_SCALES}
_ANY = "|".join(sorted(_WORDS, key=len, reverse=True))
_JOINED = re.compile(rf"\b(?:{_ANY})(?:(?:-| | et )(?:{_ANY}|one|un|une))*\b")
_WORD = re.compile(r"[a-z]+")
_UNITS = (
    r"(?:g(?:ig|iga|o|b)s?|t(?:era|o|b)s?|(?:giga|tera|mega)(?:octet|byte)?s?|"
    r"v?cores?|v?cpus?|coeurs?|processeurs?)\b"
)
_ONE_OF_A_UNIT = re.compile(rf"\b(?:an?|une?|one|single|(?:un |une )?seule?)(?=[ -]{_UNITS})")
_SET_PHRASES = (
    (re.compile(r"(?<![\w/.])1/2(?= ?(?:an? |de |of )?[gt])"), "0.5"),
    (re.compile(r"(?<![\w/.])1/4(?= ?(?:an? |de |of )?[gt])"), ".25"),
    (re.compile(r"(?<![\w/.])3/4(?= ?(?:an? |de |of )?[gt])"), ".75"),
    (re.compile(r"\b(?:half an? |(?:une? )?demi[- ])(?=[a-z])"), "0.5"),
    (re.compile(r"\b(?:an? (?:couple|pair)(?: of)?|(?:une paire|un couple) (?:de|d'))"), "2"),
    (re.compile(r"\b(?:a dozen|une douzaine (?:de|d'))"), "12"),
    (re.compile(r"\b(?:half a dozen|une demi-douzaine (?:de|d'))"), "6"),
    (re.compile(r"\bune dizaine (?:de|d')"), "10"),
    (re.compile(r"\bdual(?=[ -](?:core|cpu|coeur))"), "2"),
    (re.compile(r"\bquad(?=[ -](?:core|cpu|coeur))"), "4"),
)


def digits_for_words(text: str) -> str:
    """Replace number words of a folded text by digits, padded with spaces to the same length."""
    for pattern, digits in reversed(_SET_PHRASES):
        text = pattern.sub(lambda m, d=digits: d.ljust(len(m[0])), text)  # type: ignore[misc]
    text = _JOINED.sub(_replaced, text)
    return _ONE_OF_A_UNIT.sub(lambda m: "1".ljust(len(m[0])), text)


def _replaced(match: re.Match[str]) -> str:
    """One run of number words; a run such as "two four" is two numbers, each replaced alone."""
    text, out, position = match[0], "", 0
    while position < len(text):
        value, length = _first_number(text[position:])
        out += str(value).ljust(length) if length else text[position]
        position += length or 1
    return out


def _first_number(text: str) -> tuple[int, int]:
    """The value of the longest number at the start of ``text``, with the number of characters it covers."""
    total, last, end = 0, 0, 0
    for word in _WORD.finditer(text):
        if word.start() == 0 and word[0] not in _WORDS:
            return 0, 0
        if word[0] == "et":
            continue
        value = {**_WORDS, **_FIRST}[word[0]]
        if end and not _may_follow(last, total, value):
            break
        is_times = value in {100, 1000} or (value == 20 and last == 4)  # noqa: PLR2004 - quatre-vingts
        total = max(total, 1) * value if is_times else total + value
        last, end = (80 if is_times and value == 20 else value), word.end()  # noqa: PLR2004 - the same
    return total, end


def _may_follow(last: int, total: int, value: int) -> bool:
    if value in {100, 1000}:
        return total < value
    if value == 20 and last == 4:  # noqa: PLR2004 - quatre-vingts
        return True
    if last in {60, 80}:
        return value < 20  # noqa: PLR2004 - soixante-quinze, quatre-vingt-seize
    return last >= 20 and value < min(last, 10 if last < 100 else 100)  # noqa: PLR2004 - twenty-four; cent vingt
