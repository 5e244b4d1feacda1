"""Time from exec to the painted window, beside a bare Textual app, in a pseudo-terminal.

Run it from the checkout: ``python tests/benchmarks/startup.py [RUNS]``.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("painted-marker")
Bare().run()
"""

SIZE = struct.pack("HHHH", 40, 120, 0, 0)


def painted(arguments: list[str], marker: bytes) -> float:
    """Milliseconds until ``marker`` comes out of the terminal; the program is then killed."""
    environment = dict(
        os.environ, TERM="xterm-256color", COLORTERM="truecolor", SMTP_TUI_CONFIG=os.devnull
    )
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once
    started = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, SIZE)
        os.execve(arguments[0], arguments, environment)
    seen = b""
    try:
        while marker not in seen:
            if not select.select([terminal], [], [], 20)[0]:
                raise TimeoutError(f"{arguments} did not show {marker!r}")
            seen += os.read(terminal, 65536)
        return (time.perf_counter() - started) * 1000
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as directory:
        bare = Path(directory) / "bare.py"
        bare.write_text(BARE)
        programs = {
            "bare Textual app": ([sys.executable, str(bare)], b"painted-marker"),
            "smtp-tui": ([sys.executable, "-m", "smtp_tui"], b"Connection"),
        }
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
