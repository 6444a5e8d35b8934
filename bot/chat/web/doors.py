"""The doors of the page: each turns a request into one value, hands it on, and answers."""

import mimetypes
from collections.abc import Awaitable, Callable
from functools import partial
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.chat.port import Diff
from bot.chat.web import hearing
from bot.chat.web.bodies import MESSAGES, Posted, fold, read_all, standing
from bot.chat.web.guard import HEADERS, Denied, check_host, deny, read_json, row_number
from bot.chat.web.identity import COOKIE, COOKIE_DAYS, use_link
from bot.chat.web.pages import Reader, Scene, render_no, render_page
from bot.chat.web.render import render_diff
from bot.chat.web.room import Room, WebPerson
from bot.chat.web.stream import Stream
from bot.chat.words import preferred
from bot.store.turns import hurried

Door = Callable[[Room, Request], Awaitable[Response]]
Post = Callable[[Room, WebPerson, dict[str, object]], Awaitable[dict[str, object]]]
STATIC = ("app.js", "style.css", "favicon.svg")


def routes_of(room: Room) -> list[BaseRoute]:
    """Every route of the page; the app's own routes stand beside them."""
    gets: dict[str, Door] = {
        "/": _page,
        "/t/{thread}": _page,
        "/enter": _enter,
        "/stream": _stream,
        "/diff/{seq}/{index}": _diff,
        "/static/{name}": _static,
        "/favicon.ico": _favicon,
    }
    posts: dict[str, Post] = {"/say": hearing.say_, "/press": hearing.press, "/fill": hearing.fill}
    return [
        *(Route(path, partial(_guarded, room, door), methods=["GET"]) for path, door in gets.items()),
        *(Route(path, partial(_guarded, room, partial(_post, post)), methods=["POST"]) for path, post in posts.items()),
        Route("/person", partial(_guarded, room, _switch), methods=["POST"]),
    ]


async def _guarded(room: Room, door: Door, request: Request) -> Response:
    try:
        check_host(request, room.hosts)
        response = await door(room, request)
    except Denied as no:
        response = _no(room, request, no)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _no(room: Room, request: Request, no: Denied) -> Response:
    language = _language(request)
    sentence = room.words.say(no.sentence, language)
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        title = room.words.text("web.missing.title" if no.status == 404 else "web.enter.title", language)  # noqa: PLR2004
        return HTMLResponse(render_no(title, sentence, language), no.status)
    fields = {name: room.words.say(wrong, language) for name, wrong in no.fields.items()}
    return JSONResponse({"sentence": sentence, "fields": fields}, no.status)


def _language(request: Request) -> str:
    return preferred(request.headers.get("accept-language", ""))


def _person(room: Room, request: Request) -> WebPerson | None:
    person = room.seal.read("cookie", request.cookies.get(COOKIE, ""), now=room.now())
    return room.people.get(person) if person else None


def _known(room: Room, request: Request) -> WebPerson:
    person = _person(room, request)
    if person is None:
        raise deny(401, "not_you")
    return person


def _signed(room: Room, request: Request, response: Response, person: str) -> Response:
    token = room.seal.sign("cookie", person, until=room.now() + COOKIE_DAYS * 86400)
    # Lax, not Strict: a link clicked on another site must still arrive as somebody.
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_DAYS * 86400,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


async def _enter(room: Room, request: Request) -> Response:
    person = await use_link(room.seal, room.log, request.query_params.get("token", ""), now=room.now())
    if person in room.people:
        return _signed(room, request, RedirectResponse("/", 303), person or "")
    if _person(room, request):
        return RedirectResponse("/", 303)
    return _stranger(room, request, "web.enter.used")


def _stranger(room: Room, request: Request, key: str) -> Response:
    language = _language(request)
    text = room.words.text(key, language)
    return HTMLResponse(render_no(room.words.text("web.enter.title", language), text, language), 401)


def _unknown(room: Room, request: Request) -> Response:
    """Without a cookie nobody gets in; where one may be anybody anyway (the lab), the first person opens the door."""
    if not (room.has_people_switch and room.people):
        return _stranger(room, request, "web.enter.text" if room.people else "web.enter.nobody")
    return _signed(room, request, RedirectResponse(request.url.path, 303), next(iter(room.people)))


async def _page(room: Room, request: Request) -> Response:
    person = _person(room, request)
    if person is None:
        return _unknown(room, request)
    language = _language(request)
    reader = Reader(person, language, lambda key, **values: room.words.text(key, language, **values))
    thread = request.path_params.get("thread", "")
    here = await room.thread(thread) if thread else None
    if thread and here is None:
        raise deny(404, "no_thread")
    rows = await read_all(room.log, 0, room.audiences(thread, person.id)) if thread else []
    messages = [row for row in fold(rows).values() if row.kind in MESSAGES]
    threads = await room.threads()
    # Resuming at the thread's last row repeats a few items of the list at most, and misses none.
    seq = rows[-1].seq if rows else room.listed_to
    return HTMLResponse(render_page(room, reader, Scene(threads, here, messages, seq)))


async def _stream(room: Room, request: Request) -> Response:
    person = _known(room, request)
    language = _language(request)
    last = request.headers.get("last-event-id")
    since = last or request.query_params.get("since", "0")
    seq = row_number(since)
    if seq is None:
        raise deny(400, "not_text")
    stream = Stream(
        room,
        person.id,
        request.query_params.get("thread", ""),
        lambda key, **values: room.words.text(key, language, **values),
    )
    return StreamingResponse(
        stream.events(seq, is_resumed=bool(last)),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


async def _diff(room: Room, request: Request) -> Response:
    person = _known(room, request)
    seq, index = (row_number(request.path_params[name]) for name in ("seq", "index"))
    row = None if seq is None else await standing(room.log, seq)
    if index is None or row is None or not room.may_read(row.audience, person.id) or not isinstance(row.body, Posted):
        raise deny(404, "gone")
    parts = row.body.card.parts
    part = parts[index] if index < len(parts) else None
    if not isinstance(part, Diff):
        raise deny(404, "gone")
    if "download" in request.query_params:
        headers = {"content-disposition": "attachment"}
        return Response(part.text, media_type="text/plain; charset=utf-8", headers=headers)
    return HTMLResponse(render_diff(part.text))


async def _post(post: Post, room: Room, request: Request) -> Response:
    person = _known(room, request)
    sent = await read_json(request)
    with hurried():
        return JSONResponse(await post(room, person, sent))


async def _switch(room: Room, request: Request) -> Response:
    _known(room, request)
    sent = await read_json(request)
    if not room.has_people_switch:
        raise deny(403, "forbidden")
    if sent.get("person") not in room.people:
        raise deny(422, "unknown_person")
    return _signed(room, request, JSONResponse({}), str(sent["person"]))


async def _static(_room: Room, request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        raise deny(404, "gone")
    body = files(__package__).joinpath("static", name).read_bytes()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(body, media_type=kind, headers={"cache-control": "no-cache"})


async def _favicon(_room: Room, _request: Request) -> Response:
    return RedirectResponse("/static/favicon.svg", 308)
