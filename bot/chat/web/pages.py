"""The pages: a thread, the welcome, and the two that say no. Pure; the live part comes by the stream."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bot.chat.web.bodies import Listed, Standing
from bot.chat.web.guard import TEXT_MAX
from bot.chat.web.render import Say, render_message
from bot.chat.web.room import Room, WebPerson
from bot.chat.web.sidebar import render_person, render_threads

SCRIPT_WORDS = ("copied", "copy", "confirm_yes", "confirm_no", "loading")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the page, and in which language."""

    person: WebPerson
    language: str
    say: Say


@dataclass(frozen=True, slots=True)
class Scene:
    """What the page shows: the list, and one thread (None: a new request) as it stands up to ``seq``."""

    threads: Sequence[Listed]
    here: Listed | None
    messages: Sequence[Standing]
    seq: int


def render_page(room: Room, reader: Reader, scene: Scene) -> str:
    """The whole page."""
    say = reader.say
    side = (
        f'<aside id="side"><a class="brand" href="/"><span class="mark" aria-hidden="true"></span>'
        f"{escape(say('web.title'))}</a>{render_person(room, reader.person, say)}"
        f'<a class="new" href="/">{escape(say("web.new"))}</a>'
        f"{render_threads(scene.threads, scene.here.thread if scene.here else '', say)}</aside>"
    )
    thread = scene.here.thread if scene.here else ""
    attributes = (
        f' data-thread="{escape(thread)}" data-since="{scene.seq}" data-most="{TEXT_MAX}"'
        f' data-words="{escape(json.dumps(_script_words(say), ensure_ascii=False))}"'
    )
    title = scene.here.title if scene.here else say("web.new")
    return _shell(title, reader.language, f"{side}{_main(scene, say)}{_confirm(say)}", attributes)


def render_no(title: str, text: str, language: str) -> str:
    """A page that says why there is nothing to see, and the way on."""
    body = (
        f'<main class="no"><span class="mark" aria-hidden="true"></span><h1>{escape(title)}</h1><p>{escape(text)}</p>'
        f'<p><a href="/">Threadform</a></p></main>'
    )
    return _shell(title, language, body, ' class="plain"')


def _script_words(say: Say) -> dict[str, str]:
    return {name: say(f"web.{name}") for name in SCRIPT_WORDS} | {"offline": say("web.error.offline")}


def _main(scene: Scene, say: Say) -> str:
    title = scene.here.title if scene.here else say("web.new")
    messages = "".join(render_message(row, say) for row in scene.messages)
    empty = "" if scene.here else _welcome(say)
    return (
        f'<main><header class="top"><button type="button" id="menu" aria-controls="side" aria-expanded="false">'
        f'<span class="bars" aria-hidden="true"></span>'
        f'<span class="hidden">{escape(say("web.show_threads"))}</span></button>'
        f"<h1>{escape(title)}</h1></header>"
        f'<p id="offline" role="status" hidden>{escape(say("web.reconnecting"))}</p>'
        f'<section id="log" tabindex="-1" aria-label="{escape(title)}">{empty}{messages}</section>'
        f'<p id="status" role="status" hidden></p><div class="hidden" id="announce" aria-live="polite"></div>'
        f"{_composer(say)}</main>"
    )


def _welcome(say: Say) -> str:
    example = escape(say("web.example"))
    return (
        f'<div class="welcome"><span class="mark" aria-hidden="true"></span><h2>{escape(say("web.welcome"))}</h2>'
        f"<p>{escape(say('web.welcome_text'))}</p><p class=quiet>{escape(say('web.examples'))}</p>"
        f'<button type="button" data-example>{example}</button></div>'
    )


def _composer(say: Say) -> str:
    return (
        f'<form id="compose"><p class="error" role="alert" id="compose-error"></p>'
        f'<div class="box"><label class="hidden" for="text">{escape(say("web.compose"))}</label>'
        f'<textarea id="text" rows="1" placeholder="{escape(say("web.placeholder"))}"'
        f' aria-describedby="hint compose-error" autocomplete="off"></textarea>'
        f'<button type="submit" class="primary">{escape(say("web.send"))}</button></div>'
        f'<p class="quiet" id="hint">{escape(say("web.hint"))}</p>'
        f"<noscript><p class=error>{escape(say('web.noscript'))}</p></noscript></form>"
    )


def _confirm(say: Say) -> str:
    return (
        f'<dialog id="confirm" aria-labelledby="confirm-text"><p id="confirm-text"></p>'
        f'<form method="dialog" class="buttons">'
        f'<button value="no">{escape(say("web.confirm_no"))}</button>'
        f'<button value="yes" id="confirm-yes" class="danger">{escape(say("web.confirm_yes"))}</button></form></dialog>'
    )


def _shell(title: str, language: str, body: str, attributes: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · Threadform</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<link rel="icon" href="/static/favicon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/style.css">'
        '<script type="module" src="/static/app.js"></script>'
        f"</head><body{attributes}>{body}</body></html>"
    )
