"""Files of every form that is read become a title and sections; what is no text of theirs is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.knowledge.forms import FORMS, is_text, parse, text_of

MARKDOWN = """---
title: "Failover of the shop"
---
<!-- a note to authors -->
Before any heading.

# Failover

Call **Bob** first, then see [the plan](plan.md).

## Steps

```bash
# not a heading
promote shop_db_2
```
Then wait.

Older style
-----------
proxmox_virtual_environment_vm and `a_b_c` keep their names.
"""
RESTRUCTURED = """Failover
========

Call Bob first.

Steps
-----

Promote shop02.
"""
ASCIIDOC = """[[chapter_failover]]
= Failover

ifdef::manvolnum[]
Call Bob first.

== Steps

----
== not a heading
----

Steps in the old style
----------------------
Promote shop02.
"""
HTML = """<html><head><title>Failover &amp; more</title><style>p {}</style><script>alert("Bob")</script></head>
<body><nav>Menu <a href="/menu">menu</a></nav><main><h1 id="top">Failover</h1><p>Call <b>Bob</b>
first.</p><ul><li>one<li>two</ul><h2 id="steps">Steps<a href="#steps">&para;</a></h2><pre>promote
  shop02</pre><a href="next.html">next</a></main><footer>All rights</footer></body></html>"""


def sections(form, text):
    document = parse(form, text.encode())
    return document.title, [(s.heading, s.text.strip()) for s in document.sections if s.heading or s.text.strip()]


def test_markdown_has_its_title_from_the_front_and_headings_of_both_kinds():
    title, found = sections(".md", MARKDOWN)
    assert title == "Failover of the shop"
    assert [heading for heading, _ in found] == ["", "Failover", "Steps", "Older style"]
    assert found[0][1] == "Before any heading."
    assert found[1][1] == "Call Bob first, then see the plan."


def test_what_stands_in_a_fence_is_code_and_no_heading():
    _, found = sections(".md", MARKDOWN)
    assert found[2][1] == "# not a heading\n    promote shop_db_2\nThen wait."


def test_names_with_underscores_stay_whole():
    _, found = sections(".md", MARKDOWN)
    assert found[3][1] == "proxmox_virtual_environment_vm and `a_b_c` keep their names."


def test_restructured_text_is_read_by_its_underlines():
    assert sections(".rst", RESTRUCTURED) == (
        "Failover",
        [("Failover", "Call Bob first."), ("Steps", "Promote shop02.")],
    )


def test_asciidoc_is_read_in_both_styles_and_without_its_macros():
    title, found = sections(".adoc", ASCIIDOC)
    assert title == "Failover"
    assert [heading for heading, _ in found] == ["Failover", "Steps", "Steps in the old style"]
    assert found[0][1] == "Call Bob first."
    assert found[1][1] == "== not a heading"


def test_html_is_read_without_menus_scripts_and_styles_and_with_its_anchors_and_links():
    document = parse(".html", HTML.encode())
    assert document.title == "Failover & more"
    assert [(s.heading, s.anchor) for s in document.sections if s.heading] == [("Failover", "top"), ("Steps", "steps")]
    said = "\n".join(s.text for s in document.sections)
    assert "Call Bob first." in said
    assert "- one\n- two" in said
    assert "promote\n  shop02" in said
    assert not [word for word in ("Menu", "alert", "rights", "p {}") if word in said]
    assert document.links == ("/menu", "#steps", "next.html")


def test_html_without_a_main_part_is_read_whole():
    assert parse(".htm", b"<p>One</p><p>Two").sections[0].text == "One\n\nTwo"


def test_plain_text_has_its_first_line_as_title():
    assert sections(".txt", "Who is on call\n\nBob.") == ("Who is on call", [("", "Who is on call\n\nBob.")])


@pytest.mark.parametrize(
    "text",
    [
        "# old_thing\n\n~> **Deprecated:** Use `new_thing` instead.",
        "# Old\n\nDeprecated, see New.",
        "# Vieux\n\nObsolète : voir Neuf.",
    ],
)
def test_a_page_that_only_says_that_another_takes_its_place_is_known(text):
    assert parse(".md", text.encode()).is_superseded


@pytest.mark.parametrize("text", ["# A\n\nThe block `acl` is deprecated. Use roles.", "# A\n\nDeprecated things rot."])
def test_a_page_that_speaks_of_something_deprecated_is_a_page(text):
    assert not parse(".md", text.encode()).is_superseded


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("\ufeffétat".encode(), "état"),
        ("état".encode("cp1252"), "état"),
        (b'<meta charset="iso-8859-15">\xa4', '<meta charset="iso-8859-15">€'),
        (b'<meta charset="no-such-thing">\xe9', '<meta charset="no-such-thing">é'),
    ],
)
def test_bytes_become_text_whatever_they_are_written_in(content, text):
    assert text_of(content) == text


@pytest.mark.parametrize("content", [b"\x7fELF\x02\x01\x00\x00", b"\x01\x02\x03" * 50, b"PK\x03\x04\x00"])
def test_what_is_no_text_is_seen(content):
    assert not is_text(content)


def test_text_with_colours_of_a_terminal_is_text():
    assert is_text(b"\x1b[31mred\x1b[0m")


@given(st.sampled_from(sorted(FORMS)), st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_no_file_makes_a_reader_fail(form, content):
    document = parse(form, content)
    assert isinstance(document.title, str)
    assert all(isinstance(section.text, str) for section in document.sections)


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "[a](",
        "<!--",
        "<![CDATA[",
        '<a href="',
        "**a",
        "`a",
        "</",
        "---\n",
        "_",
        " ",
        "\n",
        "<nav></p>",
        "<h1><b>x",
        "<title>x</b>",
    ],
)
def test_a_page_made_to_hold_up_its_reader_is_read_in_time_that_grows_with_its_length(form, piece):
    assert parse(form, (piece * 60_000).encode()) is not None


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("start", ["# a", "= a", "---", "---\n", "title:"])
@pytest.mark.parametrize("space", [" ", "\n", "\t", " ="])
def test_a_heading_made_to_hold_up_its_reader_is_read_in_time_that_grows_with_its_length(form, start, space):
    assert parse(form, f"{start}{space * 30_000}b".encode()) is not None


@pytest.mark.parametrize(
    ("form", "line", "heading"),
    [
        (".md", "## Steps to do ##  ", "Steps to do"),
        (".md", "# C# and F#", "C# and F"),
        (".adoc", "== Steps to do ==", "Steps to do"),
        (".adoc", "= a = b", "a = b"),
    ],
)
def test_the_signs_that_close_a_heading_are_no_part_of_it(form, line, heading):
    assert heading in [section.heading for section in parse(form, f"Before.\n\n{line}\n\nAfter.\n".encode()).sections]


def test_what_is_left_open_in_a_menu_ends_with_it():
    page = "<nav><svg><form>menu</nav><p>words</p></svg><p>more</p>"
    [section] = parse(".html", page.encode()).sections
    assert section.text.split() == ["words", "more"]
