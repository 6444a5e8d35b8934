"""``threadform tools install``: find or build terraform and the provider, and check them."""

import argparse

from bot.settings import Settings
from iac.terraform.toolchain import install


def run(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Install what is missing; quick where everything is there."""
    toolchain = install(
        settings.tools, binary=settings.tf_bin or None, say=lambda line: print(f"[tools] {line}", flush=True)
    )
    print(f"[tools] ready: {toolchain.binary.product} {toolchain.binary.version}")
    return 0
