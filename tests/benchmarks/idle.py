"""What the window uses of the processor while nothing happens, connected to its practice server.

Run it from the checkout: ``python tests/benchmarks/idle.py [SECONDS]``. Beside it a bare Textual
app with one field, whose cursor blinks too.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BARE = """
from textual.app import App
from textual.widgets import Input
class Bare(App):
    def compose(self):
        yield Input("painted")
Bare().run()
"""


def main() -> None:
    """Measure one after the other, and print a table."""
    sys.path.insert(0, str(ROOT))
    from tests.benchmarks.terminal import terminal

    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "bare.py")
        bare.write_text(BARE)
        programs = {
            "bare Textual app": ([sys.executable, str(bare)], b"painted"),
            "smtp-tui --practice": ([sys.executable, "-m", "smtp_tui", "--practice"], b"220 "),
        }
        print(f"{'idle':22}{'processor':>10}{'octets/s':>10}")
        for name, (arguments, marker) in programs.items():
            with terminal(*arguments) as program:
                program.wait_for(marker)
                program.watch(3)
                before = program.processor_seconds()
                octets = program.watch(seconds)
                used = (program.processor_seconds() - before) / seconds
                print(f"{name:22}{used:>10.1%}{octets / seconds:>10,.0f}")


if __name__ == "__main__":
    main()
