"""Processes under measurement: their memory, and how long the product takes to be ready."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil

from tests.fixtures.ports import free_port

PATIENCE_S = 60.0


def rss_mb() -> float:
    """Resident memory of this process in MB; the lab, the embedded server and runners are processes of their own."""
    return psutil.Process().memory_info().rss / 1e6


def cold_start(home: Path, tools: Path) -> float:
    """Seconds from the start of ``threadform serve`` in an empty home until it says that it is ready."""
    port = free_port()
    said = {"THREADFORM_HOME": str(home), "THREADFORM_TOOLS_HOME": str(tools), "THREADFORM_WEB_PORT": str(port)}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        env={**os.environ, **said},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _is_ready(port):
            if time.monotonic() - began > PATIENCE_S or process.poll() is not None:
                raise AssertionError("the product did not become ready")
            time.sleep(0.02)
        return time.monotonic() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
