"""YAML from strangers: values and lines, no objects, no bombs."""

import contextlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from agents.repository.yamls import MOST_VALUES, Row, Table, Unreadable, documents


def one(text):
    return next(documents(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: 1.5", {"a": 1.5}),
        ("a: -3", {"a": -3}),
        ("a: true", {"a": True}),
        ("a: no", {"a": False}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: '1'", {"a": "1"}),
        ("a: 22:22", {"a": "22:22"}),
        ("a: 010", {"a": "010"}),
        ("a: 2026-01-01", {"a": "2026-01-01"}),
        ("a: 0x10", {"a": "0x10"}),
        ("a: .inf", {"a": ".inf"}),
        ("a: 1_000", {"a": "1_000"}),
        ("- a\n- [b, {c: d}]", ["a", ["b", {"c": "d"}]]),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("a: 9", {"a": 9}),
        ("{a: &x {b: 1}, c: {<<: *x, d: 2}}", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        (
            "{a: &x {b: 1}, y: &y {b: 2, e: 3}, c: {<<: [*x, *y], b: 9}}",
            {"a": {"b": 1}, "y": {"b": 2, "e": 3}, "c": {"b": 9, "e": 3}},
        ),
        ("a: !!python/object/apply:os.system [ls]", {"a": ["ls"]}),
        ("a: !reset null", {"a": "null"}),
        ("", None),
        ("a: 123456789012345678901234567890", {"a": "123456789012345678901234567890"}),
    ],
)
def test_plain_yaml_becomes_plain_values(text, value):
    assert next(documents(text), None) == value


def test_a_table_knows_its_lines():
    table = one("a:\n  b: 1\n\n  c:\n    - d\n")
    assert isinstance(table, Table)
    assert table.lines == {"a": 1}
    assert table["a"].lines == {"b": 2, "c": 4}
    assert isinstance(table["a"]["c"], Row)
    assert table["a"]["c"].line == 5


def test_several_documents_are_several():
    assert list(documents("a: 1\n---\nb: 2\n---\n")) == [{"a": 1}, {"b": 2}, None]


def test_an_alias_counts_as_all_that_it_stands_for():
    def of(count):
        return f"a: &a [{','.join('x' * 9)}]\nb: [{','.join(['*a'] * count)}]"

    most = MOST_VALUES // 10
    assert len(one(of(most - 10))["b"]) == most - 10
    with pytest.raises(Unreadable, match="aliases"):
        one(of(most))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 61, "deep"),
        ("{a: " * 61, "deep"),
        ("- " * 61, "deep"),
        ("a: [", "yaml"),
        ("\t", "yaml"),
        ("a: *b", "yaml"),
        ("&a [*a]", "yaml"),
        ("a: b: c", "yaml"),
        ("\x01", "yaml"),
        ("%YAML 9.9\n---\n", "yaml"),
        ("a: \ud800", "yaml"),
    ],
)
def test_what_is_no_yaml_or_too_much_of_it_is_named(text, reason):
    with pytest.raises(Unreadable) as no:
        list(documents(text))
    assert no.value.reason == reason


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="ascii", exclude_categories=["Cc"]))
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner), max_leaves=20
)


@given(VALUES)
def test_what_a_safe_writer_wrote_is_read_back(value):
    assert one(yaml.safe_dump(value)) == value


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>#%@?,'\" \n<"), max_size=200))
def test_whatever_stands_there_is_values_or_a_reason(text):
    with contextlib.suppress(Unreadable):
        list(documents(text))
