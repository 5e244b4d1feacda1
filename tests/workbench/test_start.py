"""What the window loads before it is painted, and what it leaves for later."""

from __future__ import annotations

import subprocess
import sys

LATER = ["pyperclip", "cryptography", "tomlkit", "aiosmtpd", "trustme", "textual.widgets._markdown"]


def test_nothing_slow_is_loaded_before_the_first_paint() -> None:
    program = "import sys, smtp_tui.workbench.app; print(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint(LATER)
