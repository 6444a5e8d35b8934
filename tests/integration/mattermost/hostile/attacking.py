"""Somebody inside the network of the callbacks: they know addresses, and what they have seen go by."""

import copy
import itertools
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from bot.domain.run import RunState
from bot.store.models import inbox
from tests.conformance.chat.house import run_of
from tests.conformance.chat.on_mattermost import MattermostDriver
from tests.conformance.chat.scenario import asking, planned
from tests.fixtures.mattermost.outgoing import Sent
from tests.fixtures.mattermost.person import Answer, Person
from tests.fixtures.mattermost.world import Post

REFUSED = (400, 403, 404)


@dataclass
class Scene:
    """A product at work, and an attacker who reads every callback and can send any."""

    driver: MattermostDriver
    names: "itertools.count[int]" = field(default_factory=itertools.count)
    _standing: "Target | None" = None

    @property
    def server(self) -> Any:
        return self.driver.server

    def person(self, name: str) -> Person:
        return self.driver.people[name]

    async def card(self, person: str = "alice") -> "Target":
        """A new plan to decide about."""
        name = f"host{next(self.names)}"
        thread = await self.driver.say(person, asking(name))
        seen = await planned(self.driver, thread)
        return Target(self, name, self.server.world.posts[seen.id])

    async def standing(self) -> "Target":
        """A plan that no attack is to decide: one for all that only try."""
        self._standing = self._standing or await self.card()
        return self._standing

    async def send(self, url: str, body: dict[str, Any]) -> Answer:
        """Straight to the product's listener, past the server."""
        async with self.server.session.post(url, json=body) as answer:
            kind = answer.content_type
            return Answer(answer.status, await answer.json() if kind == "application/json" else await answer.text())

    async def stored(self) -> int:
        """How many events the product has taken in."""
        async with self.driver.app.database.reading() as connection:
            return int((await connection.execute(select(func.count()).select_from(inbox))).scalar_one())

    def last_sent(self) -> Sent:
        """What the server sent to the product last."""
        return self.server.outgoing.sent[-1]


@dataclass
class Target:
    """A card that waits for a decision."""

    scene: Scene
    name: str
    post: Post

    def button(self, action: str = "approve") -> dict[str, Any]:
        """A button of the card as it stands, with what is behind it."""
        for act in self.post.actions():
            if act["id"].startswith(action):
                return copy.deepcopy(act)
        raise AssertionError(f"no button {action!r} on {self.name}")

    def body(self, user_id: str, trigger: str, **more: Any) -> dict[str, Any]:
        """A press of its approval as the server would tell of it."""
        context = self.button()["integration"]["context"]
        body = {"user_id": user_id, "channel_id": self.post.channel_id, "post_id": self.post.id, "type": "button"}
        return body | {"trigger_id": trigger, "context": context} | more

    @property
    def url(self) -> str:
        return str(self.button()["integration"]["url"])

    async def is_untouched(self) -> bool:
        """Whether nobody's decision counted."""
        return (await run_of(self.scene.driver.app, self.name)).state is RunState.PLANNED
