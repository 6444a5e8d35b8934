"""``threadform slack manifest``: the text from which a workspace admin makes the Slack app."""

import argparse
import json

from bot.chat.slack.manifest import Wish, render_manifest
from bot.chat.words import Words
from bot.settings import Settings


def run(arguments: argparse.Namespace, _settings: Settings) -> int:
    """Print the manifest."""
    wish = Wish(arguments.mode, arguments.url, arguments.slash, arguments.name, arguments.language)
    print(json.dumps(render_manifest(wish, Words.load()), indent=2, ensure_ascii=False))
    return 0
