"""The ``threadform`` command: what can be done, in one table."""

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from bot.settings import Settings
from iac.errors import ThreadformError
from iac.redaction import keep_secret

Command = Callable[[argparse.Namespace, Settings], int]
Add = Callable[[str, str], argparse.ArgumentParser]

SAMPLE = "4c/8g ubuntu 24.04, 60 GB, call it shop01"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="threadform", description="Ask for infrastructure in a chat thread.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, words: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, description=words)

    demo = add("demo", "the main job in front of you, on the embedded lab; then the page")
    demo.add_argument("request", nargs="?", default=SAMPLE, help=f"what to ask for (default: {SAMPLE!r})")
    demo.add_argument("--once", action="store_true", help="stop after the job; exit 0 when the machine is usable")
    demo.add_argument("--approve-as", default="approver", help="a role or a person's name (default: approver)")
    demo.add_argument("--port", type=int, default=None, help="port of the page (default: THREADFORM_WEB_PORT)")

    add("serve", "web page and worker in one process")
    add("web", "the web side only: hears, stores, answers probes")
    add("worker", "the background side only: plans, applies, tells")
    add("migrate", "bring the database to the present schema")

    chat = add("chat", "talk in this terminal, without a browser")
    chat.add_argument("--as", dest="person", default="", help="who you are (default: the first person named)")

    _add_doctor(add)

    link = add("link", "a personal way into the web page: one browser, once")
    link.add_argument("person", nargs="?", default="", help="whose, by name or id (default: the only one there is)")
    link.add_argument("--url", default="", help="where people reach the page, such as https://threadform.example.org")

    _add_audit(add)

    freeze = add("freeze", "stop every change: no apply begins until it is lifted")
    freeze.add_argument("--reason", default="", help="what people are told")
    add("unfreeze", "lift the freeze: what waits goes on")
    _add_language(add)

    _add_state(add("state", "what terraform knew of a stack, version by version").add_subparsers)
    stacks = add("stack", "the stacks there are, and one of them as plain files")
    kinds = stacks.add_subparsers(dest="act", required=True, metavar="ACT")
    kinds.add_parser("list", help="every stack with its guests and its thread")
    out = kinds.add_parser("export", help="plain files that run with terraform alone")
    out.add_argument("stack", help=STACK)
    out.add_argument("directory", help="where to write; it must be empty")

    _add_usage(add)
    _add_slack(add("slack", "the Slack app").add_subparsers)
    _add_mattermost(add("mattermost", "the bot on a Mattermost server").add_subparsers)
    add("settings", "every setting, its default and its meaning")

    tools = add("tools", "terraform and its provider")
    tools.add_argument("act", choices=["install"], help="install: find or build both, and check them")
    return parser


def _add_doctor(add: Add) -> None:
    doctor = add("doctor", "what was found, what is missing, and the command that mends it")
    doctor.add_argument("--json", action="store_true", help="print findings as JSON")
    doctor.add_argument("--live", action="store_true", help="try the chats for real: a message, an edit, a deletion")


def _add_audit(add: Add) -> None:
    audit = add("audit", "the audit trail: whether it adds up, and the trail itself")
    acts = audit.add_subparsers(dest="act", required=True, metavar="ACT")
    verify = acts.add_parser("verify", help="exit 0 where the trail adds up; 1 names the first row that does not")
    verify.add_argument("--anchor", metavar="ROW:HASH", default="", help="a head that was logged or exported before")
    export = acts.add_parser("export", help="JSON lines with their hashes, then the head")
    export.add_argument("--since", metavar="DATE", default="", help="only what happened since then (ISO 8601, UTC)")
    export.add_argument("--run", dest="run_id", metavar="RUN", default=None, help="only what happened to that run")


def _add_usage(add: Add) -> None:
    usage = add("usage", "what live models used in a month, by person and model")
    usage.add_argument("--month", default="", help="as 2026-11 (default: this month, UTC)")
    usage.add_argument("--json", action="store_true", help="print it as JSON")


STACK = "a stack's id, its thread, or one of its guests"


def _add_state(begin: Callable[..., Any]) -> None:
    acts = begin(dest="act", required=True, metavar="ACT")
    words = {
        "list": "every version of a stack's state",
        "show": "the guests of one version (default: the newest)",
        "diff": "how the guests of two versions differ",
        "restore": "make an older version the newest again",
    }
    made = {name: acts.add_parser(name, help=help_) for name, help_ in words.items()}
    for parser in made.values():
        parser.add_argument("stack", help=STACK)
    made["show"].add_argument("version", type=int, nargs="?", default=None)
    made["diff"].add_argument("old", type=int)
    made["diff"].add_argument("new", type=int)
    made["restore"].add_argument("version", type=int)


def _add_slack(begin: Callable[..., Any]) -> None:
    acts = begin(dest="act", required=True, metavar="ACT")
    manifest = acts.add_parser("manifest", help="print the app manifest, to paste where Slack makes apps")
    manifest.add_argument("--mode", choices=["socket", "http"], default="socket", help="how Slack reaches Threadform")
    manifest.add_argument("--url", default="", help="in HTTP mode: where Slack reaches it, an https address")
    manifest.add_argument("--command", dest="slash", default="threadform", help="the slash command, without its slash")
    manifest.add_argument("--name", default="Threadform", help="what the app is called")
    manifest.add_argument("--language", choices=["en", "fr"], default="en", help="of the descriptions in it")


def _add_mattermost(begin: Callable[..., Any]) -> None:
    acts = begin(dest="act", required=True, metavar="ACT")
    setup = acts.add_parser("setup", help="make the bot account, its token and its command; again changes nothing")
    setup.add_argument("--url", default="", help="of the server (default: THREADFORM_MATTERMOST_URL)")
    setup.add_argument("--admin", default="", help="a system admin who logs in (default: MATTERMOST_ADMIN_TOKEN)")
    setup.add_argument("--team", action="append", default=[], help="a team's short name; again for more")
    setup.add_argument("--name", default="threadform", help="of the bot account")
    setup.add_argument("--command", dest="slash", default="threadform", help="the slash command, without its slash")
    setup.add_argument("--env", default="", metavar="FILE", help="where the settings go, with their secrets")
    whois = acts.add_parser("whois", help="the ids that THREADFORM_PEOPLE names people by")
    whois.add_argument("name", nargs="+", help="as people write it behind the @")


def _add_knowledge(begin: Callable[..., Any]) -> None:
    acts = begin(dest="act", required=True, metavar="ACT")
    new = acts.add_parser("add", help="a directory, a file, or a page of the web with those below it")
    new.add_argument("place", metavar="DIR|FILE|URL")
    new.add_argument("--name", default="", help="what to call it (default: the last part of the place)")
    new.add_argument("--link", default="", metavar="URL", help="what leads people to its pages: URL/path-of-the-page")
    acts.add_parser("list", help="every source with its pages and its age")
    acts.add_parser("remove", help="forget a source").add_argument("name")
    acts.add_parser("search", help="what people would be shown").add_argument("question")
    again = acts.add_parser("reindex", help="read sources again; only what changed is indexed anew")
    again.add_argument("name", nargs="?", default="", help="one source (default: all)")
    score = acts.add_parser("eval", help="how many questions with known answers are found")
    score.add_argument("questions", help="a file with one question a line, as JSON")
    score.add_argument("--shipped", action="store_true", help="among the pages that come with Threadform alone")


def _add_language(add: Add) -> None:
    understand = add("understand", "a file of conversations through the crew, one prediction a line")
    understand.add_argument("--file", required=True, help="conversations, one JSON object a line")
    understand.add_argument("--context", required=True, help="the world they live in, a JSON file")
    understand.add_argument("--out", default="", help="where the predictions go (default: this terminal)")
    understand.add_argument("--model", action="store_true", help="use the live models of the settings")

    evaluate = add("eval", "how well a file of conversations is understood")
    evaluate.add_argument("--gold", required=True, help="conversations with what they must come to")
    evaluate.add_argument("--context", required=True, help="the world they live in, a JSON file")
    evaluate.add_argument("--predictions", default="", help="predictions (default: made now, by the crew)")
    evaluate.add_argument("--model", action="store_true", help="make them with the live models of the settings")
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")
    _add_knowledge(add("knowledge", "the documents that questions are answered from").add_subparsers)


PREFIX = "THREADFORM_"
NEAR = 0.75
"""How much of a name must be a setting's to count as a slip of the pen: one or two letters of ten."""
WRONG = "threadform: the settings are wrong, nothing was started."
SEE = "See docs/settings.md for every setting."
MODULES = {"web": "serve", "worker": "serve", "migrate": "serve", "unfreeze": "freeze", "eval": "evaluate"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it did its job, 1 when it did not, 2 when it was asked wrongly."""
    arguments = _parser().parse_args(argv)
    misspelt = _misspelt()
    if misspelt:
        print("\n".join([WRONG, *misspelt, SEE]), file=sys.stderr)
        return 2
    try:
        settings = Settings()
    except (ValidationError, SettingsError) as wrong:
        print(_why(wrong), file=sys.stderr)
        return 2
    keep_secret(settings.secrets)
    module = importlib.import_module(f"bot.cli.{MODULES.get(arguments.command, arguments.command)}")
    run: Command = module.run
    try:
        return run(arguments, settings)
    except ThreadformError as fault:
        from bot.chat.words import Words

        print(f"threadform {arguments.command}: {Words.load().say(fault.sentence, 'en')}", file=sys.stderr)
        return 1
    except OSError as fault:  # a home that cannot be written, a port that is taken
        print(f"threadform {arguments.command}: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _misspelt() -> list[str]:
    """Names that are almost a setting's: passed over, they would start the lab in place of a cluster.

    Others with our prefix are left alone: a service of that name has the platform set some beside ours.
    """
    names = {name.upper() for name in Settings.model_fields}
    ours = sorted(name.removeprefix(PREFIX) for name in os.environ if name.startswith(PREFIX))
    near = {name: difflib.get_close_matches(name, names, 1, NEAR) for name in ours if name not in names}
    return [
        f"  {PREFIX}{name}: there is no such setting; did you mean {PREFIX}{found[0]}?"
        for name, found in near.items()
        if found
    ]


def _why(wrong: ValidationError | SettingsError) -> str:
    """Each setting that is wrong, by the name it has in the environment."""
    lines = [WRONG]
    if isinstance(wrong, SettingsError):
        field = next((part for part in str(wrong).split('"') if part in Settings.model_fields), "")
        return "\n".join([*lines, f"  {PREFIX}{field.upper()}: it is not JSON", SEE])
    for error in wrong.errors():
        name = PREFIX + "_".join(str(part) for part in error["loc"]).upper() if error["loc"] else "together"
        lines.append(f"  {name}: {error['msg'].removeprefix('Value error, ')}")
    return "\n".join([*lines, SEE])


if __name__ == "__main__":
    sys.exit(main())
