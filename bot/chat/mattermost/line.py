"""The websocket to the server: one connection after the other, that go on where the last one ended."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, WebSocketException

from bot.chat.mattermost.faults import NoStart, Unreachable
from bot.chat.mattermost.frames import PING, Answer, Event, Sequence, parse_frame

log = structlog.get_logger()

ACT = "listening to Mattermost"
WAITING = 4_096
"""Events that may wait while one is stored: fewer would hold up the pongs too."""
FRAME_MOST = 8 * 1024 * 1024
UNAUTHORISED = (401, 403)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between pings, for a pong, for an answer when a connection begins, and for its whole start."""

    ping: float = 15.0
    pong: float = 10.0
    answer: float = 10.0
    start: float = 30.0
    pause: float = 0.2
    pause_most: float = 30.0


@dataclass
class Line:
    """Where we are with one server. ``take`` has an event's whole effect, ``resync`` finds what no event told."""

    url: str
    token: str = field(repr=False)
    take: Callable[[Event], Awaitable[None]]
    resync: Callable[[], Awaitable[None]]
    pace: Pace = Pace()
    tls: ssl.SSLContext | None = None
    sequence: Sequence = field(default_factory=Sequence)
    is_up: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0
    """How many connections came up."""

    async def listen(self) -> None:
        """One connection, until it ends. Raises ``NoStart`` for a bad token and ``Unreachable`` for all else."""
        try:
            async with self._connect() as socket:
                await self._hear(socket)
        except InvalidStatus as no:
            status = no.response.status_code
            if status in UNAUTHORISED:
                raise NoStart("mattermost.bad_token", url=self.url) from no
            raise Unreachable(ACT, f"the server answered {status}") from no
        except (OSError, WebSocketException, InvalidHandshake, TimeoutError) as fault:
            raise Unreachable(ACT, f"{type(fault).__name__}: {fault}") from fault
        finally:
            self.is_up.clear()

    def _connect(self) -> connect:
        known = {"connection_id": self.sequence.connection, "sequence_number": self.sequence.expected}
        address = f"{self.url.replace('http', 'ws', 1)}/api/v4/websocket?{urlencode(known)}"
        return connect(
            address,
            additional_headers={"Authorization": f"Bearer {self.token}"},
            ssl=self.tls if address.startswith("wss") else None,
            open_timeout=self.pace.answer,
            ping_interval=self.pace.ping,
            ping_timeout=self.pace.pong,
            close_timeout=1,  # the library's own ten seconds are added to every frozen server
            max_size=FRAME_MOST,
            max_queue=WAITING,
            proxy=None,
        )

    async def _hear(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"action": "ping", "seq": PING}))
        until = asyncio.get_running_loop().time() + self.pace.answer
        while True:
            async with asyncio.timeout_at(None if self.is_up.is_set() else until):
                frame = parse_frame(await socket.recv())
            if isinstance(frame, Answer):
                self._answered(frame)
            elif frame is not None and not await self._event(frame):
                return

    def _answered(self, answer: Answer) -> None:
        """The answer to our question: a token that does not hold is refused here, not in the handshake."""
        if answer.error:
            log.error("mattermost.refused_token", why=answer.error)
            raise NoStart("mattermost.bad_token", url=self.url)
        self.begun += 1
        self.is_up.set()

    async def _event(self, event: Event) -> bool:
        """Have one event's effect; False where something is missing before it: the server is asked for it again."""
        step = self.sequence.step(event)
        if step == "anew":
            await self.resync()
            self.sequence.begin(event)
            log.info("mattermost.connected", connection=self.sequence.connection)
        elif step == "take":
            await self.take(event)
            self.sequence.taken()
        elif step == "hole":
            log.warning("mattermost.hole", expected=self.sequence.expected, found=event.seq)
            return False
        return True
