"""Appending to the session log: time and memory a line, beside Textual's ``RichLog``.

Run it from the checkout: ``python tests/benchmarks/append.py [LINES [LINES_OF_RICHLOG]]``. Lines
come in batches of 1,000, and after each the loop draws; every widget has a process of its own, and
no bound on what it keeps. Seconds are those of the processor, so that what else the machine does
counts for neither. ``RichLog`` gets fewer lines by default: its cost a line does not change.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import RichLog

ROOT = Path(__file__).resolve().parents[2]
BATCH = 1000

Append = Callable[[range], float]


def ours() -> tuple[Widget, Append]:
    """The session pane, fed as the wire feeds it."""
    sys.path.insert(0, str(ROOT))
    from smtp_tui.smtp.events import ReplyLine
    from smtp_tui.transcript.records import Transcript
    from smtp_tui.wire.events import Protection, Told
    from smtp_tui.workbench.panes.log import LogPane

    pane = LogPane(Transcript(most_records=1 << 40, most_octets=1 << 40))

    def append(lines: range) -> float:
        batch = []
        for number in lines:
            text = b"2.1.5 OK, line %d of the session" % number
            line = ReplyLine(250, text, b"250 " + text + b"\r\n", True, True, None)
            batch.append(Told(number / 1000, 1, line, 0.01, Protection.CLEAR))
        began = time.process_time()
        pane.tell(batch)
        return began

    return pane, append


def richlog() -> tuple[Widget, Append]:
    """RichLog, with plain text: it takes longest with styles."""
    widget = RichLog()

    def append(lines: range) -> float:
        texts = [f"{n / 1000:8.3f} S  250 2.1.5 OK, line {n} of the session" for n in lines]
        began = time.process_time()
        for text in texts:
            widget.write(text)
        return began

    return widget, append


def memory() -> int:
    """Octets of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def measure(make: Callable[[], tuple[Widget, Append]], lines: int) -> None:
    """Print seconds, octets and the worst stall in seconds."""
    widget, append = make()

    class Bench(App[None]):
        def compose(self) -> ComposeResult:
            yield widget

    took = worst = 0.0
    app = Bench()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        before = memory()
        for start in range(0, lines, BATCH):
            began = append(range(start, min(lines, start + BATCH)))
            await asyncio.sleep(0)
            now = time.process_time()
            took, worst = took + now - began, max(worst, now - began)
        began = time.process_time()
        await pilot.pause()
        took += time.process_time() - began
        print(took, memory() - before, worst)


WIDGETS = {"session log": ours, "RichLog": richlog}


def main() -> None:
    """Measure each in a process of its own, and print a table."""
    counts = [int(each) for each in sys.argv[1:]] or [1_000_000]
    lines = {"session log": counts[0], "RichLog": counts[1] if counts[1:] else counts[0] // 10}
    print(f"{'':14}{'lines':>12}{'µs a line':>12}{'octets a line':>16}{'longest batch':>14}")
    figures: dict[str, tuple[float, float]] = {}
    for name in WIDGETS:
        out = subprocess.run(
            [sys.executable, __file__, "--one", name, str(lines[name])],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        took, octets, worst = map(float, out.split())
        count = lines[name]
        figures[name] = took / count * 1e6, octets / count
        micro, each = figures[name]
        print(f"{name:14}{count:>12,}{micro:>12.1f}{each:>16.0f}{worst * 1000:>11.0f} ms")
    mine, theirs = figures.values()
    print(f"{'ratio':14}{'':12}{theirs[0] / mine[0]:>11.1f}x{theirs[1] / mine[1]:>15.1f}x")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        asyncio.run(measure(WIDGETS[sys.argv[2]], int(sys.argv[3])))
    else:
        main()
