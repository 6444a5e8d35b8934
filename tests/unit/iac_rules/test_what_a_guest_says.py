"""What a guest says of its own failure is short, plain and without secrets; what it is asked stays in its line."""

import pytest

from iac.usable.agent import parse_cloud_init
from iac.usable.http import GOOD, request_of
from iac.usable.words import LONGEST_LINE, MOST_LINES, last_words

DETAIL = """status: error
boot_status_code: enabled-by-generator
last_update: Thu, 01 Jan 1970 00:02:11 +0000
detail: DataSourceNoCloud [seed=/dev/sr0]
errors:
\t- ('scripts_user', RuntimeError('Runparts: 1 failures'))
"""


def test_what_failed_comes_first_and_the_end_of_the_log_after_it():
    said = last_words(DETAIL, "one\ntwo\n\nE: Unable to locate package ngnix\n")
    assert said == ("- ('scripts_user', RuntimeError('Runparts: 1 failures'))", "one", "two", said[-1])
    assert said[-1] == "E: Unable to locate package ngnix"


def test_a_long_log_is_cut_to_its_end_and_long_lines_to_their_beginning():
    said = last_words("", "\n".join(f"{number} {'x' * 1000}" for number in range(500)))
    assert len(said) == MOST_LINES
    assert said[-1].startswith("499 ")
    assert {len(line) for line in said} == {LONGEST_LINE}
    assert last_words("", "") == ()


@pytest.mark.parametrize(
    "secret", ["ubuntu:kX92mmQaa", "password=hunter2hunter2", "A" * 64, "Authorization: Bearer abcdefghijklmnopqrstuv"]
)
def test_secrets_of_the_guest_stay_in_it(secret):
    (line,) = last_words("", secret)
    assert "[hidden]" in line
    assert secret.split("=")[-1].rpartition(" ")[2].rpartition(":")[2] not in line


def test_colours_and_characters_that_turn_the_text_around_are_taken_out():
    assert last_words("", "\x1b[31mfailed\x1b[0m \u202egnp.exe\x07") == ("failed gnp.exe",)


@pytest.mark.parametrize(
    ("out", "code", "progress"),
    [
        ("status: error\nextended_status: error - running", 1, "failed"),
        ("", 127, "absent"),
        ("status: done\nextended_status: degraded done", 2, "done"),
        ("status: running", 0, "waiting"),
    ],
)
def test_an_error_is_one_even_while_the_rest_still_runs(out, code, progress):
    assert parse_cloud_init({"out-data": out, "exitcode": code}) == progress


def test_a_path_cannot_add_a_line_to_the_request():
    asked = request_of("10.0.0.5:80", "/a b\r\nX-Evil: 1").decode()
    assert asked.splitlines()[0] == "GET /a%20b%0D%0AX-Evil:%201 HTTP/1.1"
    assert "\r\nHost: 10.0.0.5:80\r\n" in asked


def test_a_redirect_is_a_good_answer_and_an_error_is_not():
    assert [status in GOOD for status in (200, 204, 302, 404, 500)] == [True, True, True, False, False]
