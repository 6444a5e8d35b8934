"""The outline of an HCL file: its top blocks with their labels and plain string attributes. Not a full parser. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_BLOCKS = 2000
_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+)|(?P<newline>\n)|(?P<comment>#[^\n]*|//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))|"
    r"(?P<heredoc><<-?[A-Za-z_][\w-]*\n)|(?P<quote>\")|(?P<word>[A-Za-z_][\w-]*)|(?P<open>\{)|(?P<close>\})|(?P<other>.)",
)


@dataclass
class Block:
    """A block: ``resource "aws_instance" "web" { … }`` has the kind ``resource`` and two labels."""

    kind: str
    labels: tuple[str, ...]
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


class BadHcl(ValueError):
    """The file ends inside a block or a string."""


def blocks(text: str) -> list[Block]:
    """The top blocks with those directly inside them. Raises ``BadHcl``."""
    root = Block("", (), 1)
    stack: list[Block | None] = [root]
    statement: list[_Token] = []
    count = 0
    for token in _tokens(text):
        if token.kind == "open":
            block = _begun(statement) if stack[-1] is not None else None
            count += block is not None
            if block and stack[-1] and count <= MOST_BLOCKS:
                stack[-1].blocks.append(block)
            stack.append(block)
            statement = []
        elif token.kind == "close":
            if len(stack) == 1:
                raise BadHcl("a brace too many")
            _attribute(stack.pop(), statement)
            statement = []
        elif token.kind == "newline":
            _attribute(stack[-1], statement)
            statement = []
        else:
            statement.append(token)
    if len(stack) != 1:
        raise BadHcl("the file ends inside a block")
    return root.blocks


def _begun(statement: list[_Token]) -> Block | None:
    """The block that these words begin; None for an object in an expression, whose inside is nobody's."""
    kinds = [token.kind for token in statement]
    if not statement or kinds[0] != "word" or any(kind not in {"word", "string"} for kind in kinds):
        return None
    return Block(statement[0].text, tuple(token.text for token in statement[1:]), statement[0].line)


def _attribute(block: Block | None, statement: list[_Token]) -> None:
    """``name = "text"``: the only form that is kept."""
    texts = [token.text for token in statement]
    kinds = [token.kind for token in statement]
    if block is not None and kinds == ["word", "other", "string"] and texts[1] == "=":
        block.attributes[texts[0]] = texts[2]


def _tokens(text: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:  # pragma: no cover - the last branch takes anything
            raise BadHcl("unreadable")
        kind, begun = match.lastgroup or "other", line
        word, end = match[0], match.end()
        if kind == "quote":
            kind, word, end = "string", *_string(text, end)
        elif kind == "heredoc":
            kind, end = "other", _after_heredoc(text, end, word.strip("<-\n"))
        line += text.count("\n", at, end)
        at = end
        if kind not in {"space", "comment"}:
            yield _Token(kind, word, begun)


def _string(text: str, at: int) -> tuple[str, int]:
    """The text of a string and where it ends; templates in it may hold strings of their own."""
    start, depth = at, 0
    while at < len(text):
        two = text[at : at + 2]
        if text[at] == "\\":
            at += 2
        elif two in {"${", "%{"}:
            depth, at = depth + 1, at + 2
        elif depth and text[at] in "{}":
            depth, at = depth + (1 if text[at] == "{" else -1), at + 1
        elif text[at] == '"' and not depth:
            return text[start:at], at + 1
        elif text[at] == '"':
            _, at = _plain_string(text, at + 1)
        else:
            at += 1
    raise BadHcl("the file ends inside a string")


def _plain_string(text: str, at: int) -> tuple[str, int]:
    """A string inside a template, taken to its next quotation mark: strings are not followed deeper."""
    start = at
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    if at >= len(text):
        raise BadHcl("the file ends inside a string")
    return text[start:at], at + 1


def _after_heredoc(text: str, at: int, ending: str) -> int:
    match = re.compile(rf"^[ \t]*{re.escape(ending)}[ \t]*$", re.MULTILINE).search(text, at)
    if match is None:
        raise BadHcl("the file ends inside a here-document")
    return match.end()
