"""``threadform mattermost setup``, ``whois`` and ``doctor --live`` on the fake server: found, made, said, hidden."""

import stat

import pytest
from starlette.applications import Starlette

from bot.__main__ import _parser
from bot.chat.mattermost.callbacks import ROOT
from bot.chat.mattermost.seal import Seal
from bot.chat.words import Words
from bot.cli.live import live_lines
from bot.cli.live_mattermost import NoNotes
from bot.cli.mattermost import _setup, _whois
from bot.settings import Settings
from bot.wiring.mattermost import callback_secret, mattermost_of
from iac.errors import Broken
from iac.redaction import redact
from tests.fixtures.mattermost.calls import Fault
from tests.fixtures.mattermost.server import open_mattermost
from tests.fixtures.ports import free_port
from tests.integration.mattermost.conftest import serving


@pytest.fixture
async def server():
    async with open_mattermost() as opened:
        yield opened


@pytest.fixture
def admin(server, monkeypatch):
    """An admin whose token is in the environment, where no process list shows it."""
    person = server.person("admin")
    monkeypatch.setenv("MATTERMOST_ADMIN_TOKEN", person.token)
    return person


async def setup(server, home, *words, **more):
    arguments = _parser().parse_args(["mattermost", "setup", "--url", server.url, *words])
    return await _setup(arguments, Settings(home=home, **more))


def written(path):
    pairs = (line.partition("=") for line in path.read_text().splitlines() if line)
    return {name.removeprefix("THREADFORM_MATTERMOST_"): value for name, _, value in pairs}


async def test_one_run_makes_all_that_is_needed_and_keeps_it_to_oneself(server, admin, tmp_path, capsys):
    env = tmp_path / "mattermost.env"
    assert await setup(server, tmp_path, "--env", str(env)) == 0
    told = written(env)
    bot = server.world.named("threadform")
    assert server.world.bearer(told["TOKEN"]) is bot
    assert bot.id in server.team.members
    (command,) = server.world.commands.values()
    assert (command["trigger"], command["token"]) == ("threadform", told["COMMAND_TOKEN"])
    path = Seal(callback_secret(Settings(home=tmp_path))).path
    assert command["url"] == f"http://127.0.0.1:8766{ROOT}/{path}/command"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    shown = capsys.readouterr().out
    for secret in (told["TOKEN"], told["COMMAND_TOKEN"], path, admin.token):
        assert secret not in shown


async def test_a_second_run_changes_nothing(server, admin, tmp_path):
    env = tmp_path / "mattermost.env"
    await setup(server, tmp_path, "--env", str(env))
    before = (written(env), set(server.world.tokens), dict(server.world.commands))
    assert await setup(server, tmp_path, "--env", str(env)) == 0
    assert (written(env), set(server.world.tokens), dict(server.world.commands)) == before


async def test_without_a_file_no_token_is_made(server, admin, tmp_path, capsys):
    before = set(server.world.tokens)
    assert await setup(server, tmp_path) == 0
    assert set(server.world.tokens) == before
    assert "--env FILE" in capsys.readouterr().out


async def test_other_lines_of_the_file_stay(server, admin, tmp_path):
    env = tmp_path / "threadform.env"
    env.write_text("THREADFORM_WEB_PORT=1234\nTHREADFORM_MATTERMOST_TOKEN=old\n")
    await setup(server, tmp_path, "--env", str(env))
    assert "THREADFORM_WEB_PORT=1234" in env.read_text()
    assert env.read_text().count("MATTERMOST_TOKEN") == 1


async def test_settings_of_the_server_that_stand_in_the_way_are_named_with_the_command_that_mends_them(
    server, admin, tmp_path, capsys
):
    server.world.settings["AllowedUntrustedInternalConnections"] = "other"
    server.world.settings["EnableUserAccessTokens"] = False
    assert await setup(server, tmp_path) == 1
    shown = capsys.readouterr().out
    assert "mmctl config set ServiceSettings.AllowedUntrustedInternalConnections 'other 127.0.0.1'" in shown
    assert "mmctl config set ServiceSettings.EnableUserAccessTokens true" in shown


async def test_a_moved_listener_moves_the_command(server, admin, tmp_path):
    await setup(server, tmp_path)
    await setup(server, tmp_path, mattermost_callback_url="http://127.0.0.1:9999")
    (command,) = server.world.commands.values()
    assert command["url"].startswith("http://127.0.0.1:9999/")


async def test_a_command_of_somebody_else_is_left_alone(server, admin, tmp_path):
    sent = {"team_id": server.team.id, "trigger": "threadform", "method": "P", "url": "http://example.org/x"}
    await admin.call("POST", "/commands", sent)
    with pytest.raises(Broken, match="taken"):
        await setup(server, tmp_path)
    assert next(iter(server.world.commands.values()))["url"] == "http://example.org/x"


async def test_a_person_of_that_name_is_no_bot(server, admin, tmp_path):
    server.person("threadform")
    with pytest.raises(Broken, match="person's account"):
        await setup(server, tmp_path)


async def test_only_an_admin_sets_up(server, monkeypatch, tmp_path):
    monkeypatch.setenv("MATTERMOST_ADMIN_TOKEN", server.person("ann").token)
    with pytest.raises(Broken, match="no system admin"):
        await setup(server, tmp_path)


async def test_an_admin_may_log_in_instead(server, monkeypatch, tmp_path):
    monkeypatch.delenv("MATTERMOST_ADMIN_TOKEN", raising=False)
    monkeypatch.setenv("MATTERMOST_ADMIN_PASSWORD", "admin")
    assert await setup(server, tmp_path, "--admin", "admin") == 0
    monkeypatch.setenv("MATTERMOST_ADMIN_PASSWORD", "wrong")
    with pytest.raises(Broken, match="logging in"):
        await setup(server, tmp_path, "--admin", "admin")


async def test_a_team_that_is_not_there_is_named_with_those_that_are(server, admin, tmp_path):
    with pytest.raises(Broken, match="there are: lab"):
        await setup(server, tmp_path, "--team", "other")


async def test_people_are_told_by_their_ids(server, tmp_path, capsys):
    ann, bot = server.person("ann"), server.add("threadform", is_bot=True)
    settings = Settings(home=tmp_path, mattermost_url=server.url, mattermost_token=bot.token)
    assert await _whois(settings, ["@ann", "nobody"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"mattermost:{ann.id}  Ann (@ann)",
        "nobody: nobody is called that",
    ]


async def findings(server, home, **more):
    bot = server.add("threadform", is_bot=True)
    first = {"mattermost_url": server.url, "mattermost_token": bot.token, "mattermost_test_channel": "lab/ops"}
    settings = Settings(home=home, **{**first, "mattermost_callback_port": free_port(), **more})
    return {line.name.removeprefix("mattermost, "): line async for line in live_lines(settings)}


async def test_the_doctor_tries_everything_and_leaves_nothing_behind(server, tmp_path):
    found = await findings(server, tmp_path)
    assert [name for name, line in found.items() if not line.is_ok] == ["callback listener"]
    assert list(found) == [
        "bot token",
        "websocket",
        "signed triggers",
        "callback listener",
        "a post with a file",
        "reading it back by its key",
        "an edit in its place",
        "a deletion",
    ]
    assert not server.said_by(server.world.named("threadform"))


async def test_the_doctor_names_a_bad_token_and_stops(server, tmp_path):
    (line,) = (await findings(server, tmp_path, mattermost_token="wrong")).values()
    assert not line.is_ok
    assert "setup" in line.mend


async def test_the_doctor_names_what_a_message_could_not_do(server, tmp_path):
    server.fail("posts.delete", Fault(403, {"id": "no", "message": "not yours", "status_code": 403}))
    server.world.settings["PostEditTimeLimit"] = 0
    server.world.offset_ms += 1
    found = await findings(server, tmp_path)
    assert "not yours" in found["a deletion"].found
    assert "PostEditTimeLimit" in found["an edit in its place"].mend or found["an edit in its place"].is_ok


async def test_the_doctor_finds_a_running_listener(server, tmp_path):
    port = free_port()
    bot = server.add("threadform", is_bot=True)
    given = {"mattermost_url": server.url, "mattermost_token": bot.token, "mattermost_callback_port": port}
    settings = Settings(home=tmp_path, **given)
    chat = mattermost_of(settings, Words.load(), NoNotes(), NoNotes())
    listener = chat.listener()
    assert (listener.host, listener.port) == ("127.0.0.1", port)
    assert chat.callbacks.path not in redact(f"POST /mattermost/{chat.callbacks.path}/press")
    async with serving(Starlette(routes=list(listener.routes)), port):
        found = {line.name: line async for line in live_lines(settings)}
    await chat.close()
    assert found["mattermost, callback listener"].is_ok
    assert not found["mattermost, messages"].is_needed
