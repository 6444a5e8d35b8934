"""`threadform link`: how people get into the page of a real installation."""

from argparse import Namespace

import httpx
import pytest

from bot.chat.web import WebChat, WebPerson
from bot.chat.words import Words
from bot.cli.link import run
from bot.settings import PersonSetting, Settings
from bot.wiring.web import page_secret
from tests.fixtures.weblog import MemoryLog

PEOPLE = (
    PersonSetting(id="web:alice", name="Alice Martin", roles=("requester",)),
    PersonSetting(id="slack:U1", name="Bob", also=("web:bob",), roles=("approver",)),
    PersonSetting(id="slack:U2", name="Carol", roles=("admin",)),
)


def settings_of(home, people=PEOPLE, **more):
    return Settings(home=home, people=people, **more)


def asked(person="", url=""):
    return Namespace(command="link", person=person, url=url)


@pytest.mark.parametrize("who", ["alice", "Alice Martin", "web:alice", "ALICE MARTIN"])
async def test_a_link_lets_that_person_in_on_the_page_of_the_installation(tmp_path, capsys, who):
    settings = settings_of(tmp_path)
    assert run(asked(who), settings) == 0
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://127.0.0.1:8765/enter?token=")
    people = [WebPerson("alice", "Alice Martin", ""), WebPerson("bob", "Bob", "")]
    chat = WebChat(MemoryLog(), Words.load(), people, page_secret(settings))
    assert await _who_comes_in(chat, link) == ["Alice Martin"]


async def _who_comes_in(chat, link):
    from starlette.applications import Starlette

    transport = httpx.ASGITransport(Starlette(routes=chat.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as browser:
        await browser.get(link)
        page = (await browser.get("/", headers={"accept": "text/html"})).text
    return [name for name in ("Alice Martin", "Bob") if name in page]


def test_the_link_begins_where_people_reach_the_page(tmp_path, capsys):
    assert run(asked("bob", "https://tf.example.org/"), settings_of(tmp_path)) == 0
    assert capsys.readouterr().out.startswith("https://tf.example.org/enter?token=")


def test_a_page_served_on_every_address_is_reached_on_this_machine(tmp_path, capsys):
    assert run(asked("bob"), settings_of(tmp_path, web_host="::", web_port=9000)) == 0
    assert capsys.readouterr().out.startswith("http://127.0.0.1:9000/enter?")


@pytest.mark.parametrize("who", ["", "dora", "carol"])
def test_whoever_is_not_clear_or_not_on_the_page_gets_no_link_and_the_names_there_are(tmp_path, capsys, who):
    assert run(asked(who), settings_of(tmp_path)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Alice Martin (alice), Bob (bob)" in said.err
    assert "Carol" not in said.err


def test_where_nobody_is_on_the_page_the_setting_is_named(tmp_path, capsys):
    assert run(asked(), settings_of(tmp_path, people=PEOPLE[2:])) == 2
    assert "THREADFORM_PEOPLE" in capsys.readouterr().err
