"""A program in a pseudo-terminal of 120 columns and 40 rows, for the benchmarks."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

SIZE = struct.pack("HHHH", 40, 120, 0, 0)


class Terminal:
    """What a program paints, and keys for it."""

    def __init__(self, arguments: list[str]) -> None:
        environment = dict(
            os.environ, TERM="xterm-256color", COLORTERM="truecolor", SMTP_TUI_CONFIG=os.devnull
        )
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once
        self.started = time.perf_counter()
        self.pid, self._side = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, SIZE)
            os.execve(arguments[0], arguments, environment)

    def wait_for(self, marker: bytes, seconds: float = 20.0) -> float:
        """Read until ``marker`` comes out; gives the time it did."""
        seen, until = b"", time.perf_counter() + seconds
        while marker not in seen:
            if not self._readable(until - time.perf_counter()):
                raise TimeoutError(f"{marker!r} did not show, but {seen[-300:]!r}")
            seen = seen[-len(marker) :] + os.read(self._side, 65536)
        return time.perf_counter()

    def watch(self, seconds: float) -> int:
        """Read what comes for so long; gives how many octets came."""
        octets, until = 0, time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            if self._readable(left):
                octets += len(os.read(self._side, 65536))
        return octets

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._side, keys)

    def processor_seconds(self) -> float:
        """What the program and its threads used of the processor so far."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._side)

    def _readable(self, seconds: float) -> bool:
        return bool(select.select([self._side], [], [], max(0.0, seconds))[0])


@contextmanager
def terminal(*arguments: str) -> Iterator[Terminal]:
    """The program, killed at the end."""
    program = Terminal([*arguments])
    try:
        yield program
    finally:
        program.kill()
