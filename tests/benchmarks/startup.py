"""Time from exec to the painted window, beside a bare Textual app, in a pseudo-terminal.

Run it from the checkout: ``python tests/benchmarks/startup.py [RUNS] [PROGRAM=TEXT …]``. Other
programs are measured in the same run until they paint a text: ``/…/bin/posting=Collection``.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("painted-marker")
Bare().run()
"""


def painted(arguments: list[str], marker: bytes) -> float:
    """Milliseconds until ``marker`` comes out of the terminal; the program is then killed."""
    from tests.benchmarks.terminal import terminal

    with terminal(*arguments) as program:
        return (program.wait_for(marker) - program.started) * 1000


def main() -> None:
    """Measure in turn, and print medians."""
    sys.path.insert(0, str(ROOT))
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as directory:
        bare = Path(directory) / "bare.py"
        bare.write_text(BARE)
        programs = {
            "bare Textual app": ([sys.executable, str(bare)], b"painted-marker"),
            "smtp-tui": ([sys.executable, "-m", "smtp_tui"], b"Connection"),
        }
        for other in sys.argv[2:]:
            program, _, text = other.partition("=")
            programs[Path(program).name] = ([program], text.encode())
        times: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(runs + 1):
            for name, (arguments, marker) in programs.items():
                times[name].append(painted(arguments, marker))
    base = statistics.median(times["bare Textual app"][1:])
    print(f"exec to painted window, median of {runs} runs after one not counted, 120x40")
    for name, values in times.items():
        middle = statistics.median(values[1:])
        print(f"{name:20} {middle:7.0f} ms   {middle / base:5.2f} x")


if __name__ == "__main__":
    main()
