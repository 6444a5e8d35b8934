"""Everything late, in any order, several times, while storing fails now and then: each word for us is heard once."""

import random
import time

import pytest

from bot.chat.port import Said
from iac.errors import Broken
from tests.fixtures.slack.fake import ALICE, BOB, OPS
from tests.fixtures.slack.payloads import message_event
from tests.integration.slack.over_http import serving

THREADS, REPLIES = 3, 4
PATIENCE_S = 60.0


@pytest.mark.parametrize("seed", range(2))
async def test_every_word_of_our_threads_is_heard_once_and_none_of_the_others(room, seed):
    dice, slack = random.Random(seed), room.slack
    slack.mention_kinds, slack.tells_own, slack.carrier.again_s = (), False, ()
    room.heard.errors = lambda _event: _fails(dice)
    ours, events = await _spoken(slack)
    dice.shuffle(events)
    async with serving(room):
        slack.way.ack_s, slack.carrier.again_s = PATIENCE_S, (0.0,) * 9
        deliveries = [slack.event(event) for event in events for _ in range(dice.randint(1, 3))]
        for delivery in deliveries:
            await delivery.over.wait()
        await slack.until(lambda: len(room.heard.of(Said)) >= len(ours), "everything for us is heard")
        await slack.until(lambda: not room.chat.errands._going, "nothing is left to read")
        heard = [event.text for event in room.heard.of(Said)]
    assert all(delivery.is_acked for delivery in deliveries)
    assert sorted(heard) == sorted(ours)


def _fails(dice):
    if dice.random() < 0.15:
        raise Broken("storing", "the database is away", is_worth_retrying=True)


async def _spoken(slack):
    """What was said a minute ago: threads that name us, and threads that do not; in the order in which it was said."""
    ours, events, place = [], [], slack.workspace.channels[OPS]
    begin = time.time() - 120
    for thread in range(2 * THREADS):
        root, is_ours = f"{begin + thread:.6f}", thread < THREADS
        said = await slack.say(ALICE, OPS, f"request {thread}", mention=is_ours, ts=root)
        events += [message_event(place, said.message, kind) for kind in (("app_mention", "message")[not is_ours :])]
        texts = [f"reply {number} to {thread}" for number in range(REPLIES)]
        for number, text in enumerate(texts):
            ts = f"{begin + 30 + thread + number / 100:.6f}"
            reply = await slack.say(BOB, OPS, text, thread=root, ts=ts)
            events.append(message_event(place, reply.message))
        ours += [f"request {thread}", *texts] if is_ours else []
    for delivery in slack.carrier.deliveries:
        await delivery.over.wait()
    return ours, events
