"""The chat stands on what fails: a plan that waits for somebody is told by mail, and the thread hears of it later."""

from dataclasses import dataclass

import pytest

from bot.chat.port import Card, Conversation, How, Message
from tests.conformance.chat.waiting import until
from tests.fixtures.house import open_house, settings_for
from tests.fixtures.mailbox import Postbox, mail_server
from tests.fixtures.recorder import Recorder, can_be_approved, text_of

pytestmark = [pytest.mark.terraform]


@dataclass
class MayBeAway(Recorder):
    """A chat whose server is away for as long as it is told to be."""

    is_away: bool = True

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        self._reach()
        return await super().post(to, card, key=key)

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        self._reach()
        return await super().edit(message, card, key=key)

    def _reach(self) -> None:
        if self.is_away:
            raise OSError("no route to the chat")


async def test_a_plan_waits_in_a_mail_until_the_chat_is_back(tmp_path, toolchain):
    chat, postbox = MayBeAway(), Postbox()
    with mail_server(postbox) as where:
        ways = {"warning": {"minutes": 0.001, "by": ["mail"]}}
        mail = {"mail_url": f"smtp://{where}", "mail_from": "bot@example.org", "mail_to": ["oncall@example.org"]}
        async with open_house(settings_for(tmp_path, toolchain, second_ways=ways, **mail), chat) as house:
            await house.say("alice", "4c/8g ubuntu 24.04, 60 GB, call it api01")

            async def is_planned() -> bool:
                return any("1 to create" in said.get_content() for _, said in postbox.letters)

            await until(is_planned, "a mail about the plan")
            told = next(said for _, said in postbox.letters if "1 to create" in said.get_content())
            assert "api01" in told["Subject"]
            assert "Approve" not in told.get_content()
            chat.is_away = False
            card = await house.planned()
            assert "api01" in text_of(card)
            await chat.card("t1", lambda each: "I told you this by e-mail at" in each.plain)
            assert len([each for each in chat.cards("t1") if can_be_approved(each)]) == 1
            assert "Test did not answer" in text_of(chat.cards("t1")[-1])
    assert len({said["Message-ID"] for _, said in postbox.letters}) == len(postbox.letters)
