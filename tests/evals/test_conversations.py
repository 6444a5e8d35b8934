"""Our own conversations, English and French, through the crew as the bot runs it; each line says what must come out."""

import json
from pathlib import Path

import pytest

from agents.contracts import Proposal
from tests.integration.agents.world import Talk, crew, keys

LINES = [
    json.loads(line)
    for told in ("conversations.jsonl", "sceptics.jsonl")
    for line in Path(__file__).with_name(told).read_text().splitlines()
    if line
]


def test_both_languages_are_there_in_number():
    languages = [line["lang"] for line in LINES]
    assert min(languages.count("en"), languages.count("fr")) >= 20


@pytest.mark.parametrize("line", LINES, ids=[line["id"] for line in LINES])
async def test_a_conversation_ends_in_the_frame_that_it_must(line):
    talk = Talk(crew())
    for text in line["says"]:
        result = await talk.say(text)
    assert result.language == line["lang"]
    expected = line["expect"]
    if isinstance(result, Proposal):
        found = [[g.name, g.template, g.cores, g.memory_mb, g.disk_gb] for g in result.guests]
        wanted = expected.get("guests", [] if "acts" in expected else "no proposal at all")
        assert [g[1:] for g in found] == [w[1:] for w in wanted]
        assert all(w[0] in (None, g[0]) for g, w in zip(found, wanted, strict=True))
        assert [[d.verb, d.guest] for d in result.acts] == expected.get("acts", [])
        assert result.environment == expected.get("environment", "dev")
        for slot in ("node", "storage", "network", "is_ha"):
            assert slot not in expected or getattr(result.guests[0], slot) == expected[slot]
    else:
        assert expected.get("ask", []) == [q.slot for q in result.questions]
        assert expected.get("key") in (None, keys(result)[0])
        assert not {"guests", "acts"} & set(expected), keys(result)
