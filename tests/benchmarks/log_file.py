"""Measures the log file: what a line costs to write, and how soon 100 MB of it are on a screen.

Run it with ``python -m tests.benchmarks.log_file``; the same fold without a file is the peer.
"""

from __future__ import annotations

import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

from smtp_tui.smtp.events import Command, ReplyLine
from smtp_tui.transcript.log_file import LogFile
from smtp_tui.transcript.log_writer import LogWriter
from smtp_tui.transcript.records import Transcript
from smtp_tui.wire.events import Event, Protection, Sent, Told

EXCHANGES = 50_000
SIZE = 100 * 1024 * 1024
SCREEN = 40
COMMAND = b"RCPT TO:<somebody@example.org>\r\n"
REPLY = b"250 2.1.5 somebody@example.org... Recipient ok\r\n"


def events() -> Iterator[Event]:
    """A command and its reply, many times."""
    clear = Protection.VERIFIED
    for number in range(EXCHANGES):
        at, offset = 100 + number / 1000, number * len(COMMAND)
        yield Sent(at, 1, COMMAND, offset, (), "", clear)
        command = Command(b"RCPT", COMMAND, offset, len(COMMAND))
        line = ReplyLine(250, REPLY[4:-2], REPLY, True, True, command)
        yield Told(at, 1, line, 0.04, clear)


def micros_a_line(take: Callable[[Event], object]) -> float:
    """Microseconds that ``take`` needs for one line."""
    made = list(events())
    start = time.perf_counter()
    for event in made:
        take(event)
    return (time.perf_counter() - start) / len(made) * 1e6


def show(what: str, value: float, unit: str) -> None:
    """One line of the result."""
    print(f"{what:<18} {value:8.1f} {unit}")


def complain(sentence: str) -> None:
    """A file that cannot be written is the end of it."""
    sys.exit(sentence)


def main() -> None:
    """Print what was measured."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        show("fold only", micros_a_line(Transcript().add), "µs a line")
        show("fold and write", micros_a_line(LogWriter(str(path), complain).take), "µs a line")
        piece = path.read_bytes()
        with path.open("ab") as file:
            while file.tell() < SIZE:
                file.write(piece)
        tracemalloc.start()
        start = time.perf_counter()
        log = LogFile(path)
        log.index()
        log.records(0, SCREEN)
        show("first screen", (time.perf_counter() - start) * 1000, f"ms of {SIZE >> 20} MiB")
        while log.index():
            pass
        show("all lines found", time.perf_counter() - start, f"s, {len(log):,} lines")
        show("memory at most", tracemalloc.get_traced_memory()[1] / 1e6, "MB")
        start = time.perf_counter()
        log.records(len(log) - SCREEN, len(log))
        show("any other screen", (time.perf_counter() - start) * 1000, "ms")


if __name__ == "__main__":
    main()
