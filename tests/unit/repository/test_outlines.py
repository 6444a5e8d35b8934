"""Terraform, packages, READMEs, amounts: small readers, each with what it must not fall over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.repository.amounts import bytes_of, cores, gigabytes, megabytes, seconds, whole
from agents.repository.facts import Declared, Language, Note
from agents.repository.hcl import BadHcl, blocks
from agents.repository.health import safe_path
from agents.repository.readers.languages import is_language, read_language
from agents.repository.readers.readme import read_readme
from agents.repository.readers.terraform import read_terraform
from agents.repository.words import clean, host_of, image_of, name_of, port_of, variable_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('resource "a" "b" {}', [("resource", ("a", "b"), 1)]),
        ("resource a b {}", [("resource", ("a", "b"), 1)]),
        ('\n\nlocals {\n}\nvariable "x" {}', [("locals", (), 3), ("variable", ("x",), 5)]),
        ('x "a" { y = { z = "}" } }\nw "b" {}', [("x", ("a",), 1), ("w", ("b",), 2)]),
        ('x "a" { y = "${f("}")}" }\nw "b" {}', [("x", ("a",), 1), ("w", ("b",), 2)]),
        ('x "a" {\n y = <<E\n}}}\nE\n}', [("x", ("a",), 1)]),
        ('x "a" {\n y = <<-E\n  }\n  E\n}', [("x", ("a",), 1)]),
        ("# x {\n// y {\n/* z { \n */\nw {}", [("w", (), 5)]),
        ('x "\\"" {}', [("x", ('\\"',), 1)]),
        ("", []),
    ],
)
def test_the_top_blocks_of_a_file_are_found(text, found):
    assert [(b.kind, b.labels, b.line) for b in blocks(text)] == found


@pytest.mark.parametrize("text", ["x {", "x }", 'x "', 'x { y = "${', "x {\ny = <<E\n", 'x "${"'])
def test_a_file_that_ends_in_the_middle_is_said_to(text):
    with pytest.raises(BadHcl):
        blocks(text)
    assert read_terraform(text, "x.tf").notes == (Note("hcl", "x.tf"),)


@pytest.mark.parametrize(
    "source", ["git::https://u:secret@x/y.git", "https://x/y?token=secret", "a b", "${var.secret}"]
)
def test_a_source_that_could_hold_a_secret_is_not_kept(source):
    (found,) = read_terraform(f'module "m" {{\n  source = "{source}"\n}}', "x.tf").declared
    assert found == Declared("module", "m", "x.tf", 1)


@given(st.text(alphabet=st.sampled_from('ab {}"=\n\\$<#/*E-'), max_size=200))
def test_hcl_of_any_shape_is_blocks_or_a_reason(text):
    read_terraform(text, "x.tf")


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        (
            "requirements.txt",
            "Flask==3\n# x\n-r other.txt\n\ntorch>=2 ; x\n",
            Language("python", "", "", ("flask", "torch")),
        ),
        ("a/requirements-dev.txt", "", Language("python", "")),
        ("go.mod", "module x\ngo 1.22\n", Language("go", "", "1.22")),
        ("Cargo.toml", "", Language("rust", "")),
        (
            "package.json",
            '{"engines": {"node": "20"}, "dependencies": {"next": "1", "@nestjs/core": "1"}}',
            Language("node", "", "20", ("nest", "next")),
        ),
        (
            "pyproject.toml",
            "[tool.poetry.dependencies]\npython = '^3.12'\nfastapi = '*'\n",
            Language("python", "", "^3.12", ("fastapi",)),
        ),
    ],
)
def test_a_language_is_known_by_its_package_file(file, text, found):
    assert is_language(file)
    (read,) = read_language(text, file).languages
    assert (read.name, read.version, read.packages) == (found.name, found.version, found.packages)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("package.json", "{"),
        ("package.json", "[]"),
        ("package.json", '{"dependencies": 7}'),
        ("pyproject.toml", "x"),
        ("package.json", '{"engines": []}'),
        ("pyproject.toml", "project = 1"),
        ("package.json", "[" * 100_000),
    ],
)
def test_a_package_file_that_cannot_be_read_is_named(file, text):
    assert read_language(text, file).notes == (Note("package_file", file),)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Shop", "Shop"),
        ("Shop\n====\n", "Shop"),
        ("\n\n## Shop\n# More", "Shop"),
        ("# [Shop](https://x) `v2` *new*", "Shop v2 new"),
        ("![logo](x.png)\n# ![b](y) Shop", "Shop"),
        ("text only", ""),
        ("# <b>Shop</b>", "Shop"),
        ("# a\x1b[31mb\u202ec", "a [31mb c"),
        ("# password=hunter2hunter2", "password=[hidden]"),
        ("# " + "x" * 500, "x" * 79 + "…"),
        ("#hashtag", ""),
        ("", ""),
    ],
)
def test_the_title_is_the_first_heading_without_its_markup(text, title):
    assert read_readme(text).title == title


@pytest.mark.parametrize(
    ("text", "docker", "kubernetes"),
    [
        ("512m", 512, None),
        ("1g", 1024, 954),
        ("1Gi", 1024, 1024),
        ("1073741824", 1024, 1024),
        ("0.5g", 512, 477),
        ("100M", 100, 96),
        ("x", None, None),
        ("", None, None),
        (True, None, None),
        ("1e9", None, None),
        ("-1g", None, None),
    ],
)
def test_memory_counts_as_each_tool_counts_it(text, docker, kubernetes):
    assert megabytes(text) == docker
    if kubernetes:
        assert megabytes(text, is_decimal=True) == kubernetes


@pytest.mark.parametrize(
    ("text", "found"), [("250m", 0.25), ("2", 2), (1.5, 1.5), ("0", None), ("x", None), (True, None)]
)
def test_cores_may_be_parts(text, found):
    assert cores(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("30s", 30),
        ("1m30s", 90),
        ("500ms", 0.5),
        ("1h", 3600),
        (10, 10),
        ("", None),
        ("x", None),
        (None, None),
        (True, None),
    ],
)
def test_a_span_is_seconds(text, found):
    assert seconds(text) == found


def test_other_amounts():
    assert (gigabytes("8Gi"), gigabytes("10G"), gigabytes("x")) == (8.0, 9.3, None)
    assert (whole("3"), whole(-1), whole("x"), whole(True), whole(5000)) == (3, None, None, None, None)
    assert bytes_of(2**31) == 2**31


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (name_of, ["web", "a.b-c_d", 7], ["a b", "", "x" * 64, None, True, "-a", "a\n", "é"]),
        (variable_of, ["A", "_x", "spring.url"], ["A B", "1A", "", None, "a=b", "A\n;"]),
        (
            image_of,
            ["nginx", "reg.io:5000/a/b:1.2", "a@sha256:" + "0" * 64, "A/b"],
            ["a b", "", "$X", "a:b:c", None, "u:p@h/a"],
        ),
        (host_of, ["a.example", "*.a.example", "localhost"], ["a b", "", "a/b", "http://a", None, "a" * 64 + ".x"]),
        (port_of, [80, "443", 65535], [0, 65536, "x", "", None, True, "\uff18\uff10", "1" * 20]),
    ],
)
def test_a_word_that_is_none_of_its_kind_is_not_kept(check, good, bad):
    assert all(check(word) for word in good)
    assert not any(check(word) for word in bad)


@given(st.text(max_size=400))
def test_what_is_shown_is_one_short_printable_line(text):
    shown = clean(text)
    assert len(shown) <= 120
    assert shown.isprintable()
    assert "\n" not in shown


def test_a_path_of_a_check_that_could_be_a_key_is_not_shown():
    assert safe_path("/health/live?x=1#y") == "/health/live"
    assert safe_path("/" + "a" * 40) == ""
