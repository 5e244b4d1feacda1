"""Keys while 20,000 lines a second arrive: the real window in a pseudo-terminal, a real server.

Run it from the checkout: ``python tests/benchmarks/flood.py [LINES_A_SECOND]``. A key is measured
from its press until what it typed is painted; the stalls are those of the window's own loop.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.benchmarks.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
KEYS = [chr(0x100 + number) for number in range(80)]
"""Each is typed once and stands nowhere else, so that it is known when it is seen."""
TICK = 0.005
REPLY = 20_000
"""Lines of one reply."""
COMMANDS = 25
"""As many are sent before the first is answered."""


def window(port: str, report: str) -> None:
    """The program, connected to the server, and a watch over how long its loop stalls."""
    sys.path.insert(0, str(ROOT))
    from smtp_tui.cli import PICTURES

    gc.disable()  # as the command line does, until the window is painted
    os.environ.setdefault(*PICTURES)
    from smtp_tui.wire.target import parse_target
    from smtp_tui.workbench.app import Workbench
    from smtp_tui.workbench.panes.log import LogPane

    class Watched(Workbench):
        CSS_PATH = ROOT / "smtp_tui" / "workbench" / "workbench.tcss"

        async def on_ready(self) -> None:
            self._watch = asyncio.create_task(self._stalls())

        async def _stalls(self) -> None:
            worst, loop = 0.0, asyncio.get_running_loop()
            for count in itertools.count():
                due = loop.time() + TICK
                await asyncio.sleep(TICK)
                lines = self.desk.query_one(LogPane).transcript.end if count else 0
                if lines > 1000:  # before that the window is still being made
                    worst = max(worst, loop.time() - due)
                if count % 50 == 0:
                    new = Path(f"{report}.new")
                    new.write_text(f"{worst} {lines}", "ascii")
                    new.replace(report)

    Watched(parse_target(f"smtp://127.0.0.1:{port}"), connect_at_once=True).run()


def flood(listener: socket.socket, rate: int, begin: threading.Event) -> None:
    """One session with very long replies, ``rate`` lines a second, evenly."""
    client, _ = listener.accept()
    client.sendall(b"220 flood ESMTP\r\n")
    begin.wait()
    number, started = 0, time.monotonic()
    while True:
        due = int((time.monotonic() - started) * rate)
        lines = (_line(each) for each in range(number, due))
        try:
            client.sendall(b"".join(lines))
        except OSError:
            return
        number = due
        time.sleep(0.005)


def _line(number: int) -> bytes:
    """A line of a reply, which ends where it has the length that is allowed."""
    return b"250%c%d lines so far\r\n" % (b" " if number % REPLY == 0 else b"-", number)


def keystrokes(program: Terminal) -> list[float]:
    """Milliseconds from each key to the screen."""
    times = []
    for key in KEYS:
        program.watch(0.05 + 0.0001 * (hash(key) % 300))
        pressed = time.perf_counter()
        program.type(key.encode())
        times.append((program.wait_for(key.encode()) - pressed) * 1000)
    return times


def row(title: str, times: list[float]) -> None:
    """Print one row of the table."""
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{title:36}{statistics.median(times):>8.1f}{p95:>8.1f}{max(times):>8.1f}")


def main() -> None:
    """Measure without and with the flood."""
    sys.path.insert(0, str(ROOT))
    from tests.benchmarks.terminal import terminal

    rate = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    begin = threading.Event()
    threading.Thread(target=flood, args=(listener, rate, begin), daemon=True).start()
    print(f"{'key to screen, ms':36}{'median':>8}{'p95':>8}{'worst':>8}")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "stall")
        arguments = sys.executable, __file__, "--window", str(port), str(report)
        with terminal(*arguments) as program:
            program.wait_for(b"flood ESMTP")
            program.watch(1)
            row("nothing arrives", keystrokes(program)[: len(KEYS) // 2])
            program.type(b"\x15")
            for _ in range(COMMANDS):
                program.type(b"NOOP\r")
                program.watch(0.1)
            begin.set()
            program.watch(1)
            began, before = time.perf_counter(), int(report.read_text("ascii").split()[1])
            row(f"{rate:,} lines a second arrive", keystrokes(program))
            program.watch(0.3)
            stall, lines = map(float, report.read_text("ascii").split())
            shown = (lines - before) / (time.perf_counter() - began)
            print(f"{shown:,.0f} lines a second were shown; worst stall {stall * 1000:.0f} ms")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--window"]:
        window(*sys.argv[2:])
    else:
        main()
