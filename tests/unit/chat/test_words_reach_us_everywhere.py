"""What a sentence tells people to type reaches us wherever they read it: chats keep most words with a slash."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.chat import words

HOME = Path(words.__file__).parent
SLASH = re.compile(r"(?<![\w/:.<{}])/(?!threadform\b)(\w+)\b(?!/)")
OF_ONE_CHAT = ("terminal", "slack", "mattermost")
"""Said by a chat about its own commands."""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_command_is_named_as_every_chat_takes_it(language):
    found = {}
    for path in sorted((HOME / language).glob("*.toml")):
        for key, sentence in tomllib.loads(path.read_text()).items():
            if path.stem not in OF_ONE_CHAT and SLASH.search(sentence):
                found[key] = SLASH.findall(sentence)
    assert found == {}
