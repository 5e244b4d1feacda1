"""Daemons of a test server: each under a guard that ends it to the last child."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_GUARD = Path(__file__).with_name("guard.py")
_LOOK_SECONDS = 0.01
_STOP_SECONDS = 5.0


def until(ready: Callable[[], bool], seconds: float) -> bool:
    """Ask ``ready`` again and again, at most ``seconds`` long; whether it ever said yes."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not ready():
        if time.monotonic() >= deadline:
            return False
        pause.wait(_LOOK_SECONDS)
    return True


@contextmanager
def daemon(command: Sequence[str], output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``command`` (a program that stays in the foreground) for the length of the block.

    What it prints goes to the end of ``output``. The process given ends when the daemon does, with
    its exit status. Nothing the daemon started outlives the block, nor a test run that is killed.
    """
    with output.open("ab") as sink:
        guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_GUARD), *command],
            stdin=subprocess.PIPE,
            stdout=sink,
            stderr=sink,
            start_new_session=True,  # Ctrl-C is for the test run, which then ends us
        )
    with guard:
        try:
            yield guard
        finally:
            guard.communicate(timeout=_STOP_SECONDS)  # closes its input and waits


def free_ports(host: str, count: int) -> list[int]:
    """Ports of ``host`` nobody listens on now, all different; another process may yet be first."""
    reserved = [socket.create_server((host, 0)) for _ in range(count)]
    try:
        return [int(listener.getsockname()[1]) for listener in reserved]
    finally:
        for listener in reserved:
            listener.close()
