"""What the window loads before it is painted, and what it leaves for later."""

from __future__ import annotations

import subprocess
import sys

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.workbench.app import Workbench
from tests.workbench.scene import GMAIL, FakeWorker, factory

LATER = ["pyperclip", "cryptography", "tomlkit", "aiosmtpd", "trustme", "textual.widgets._markdown"]


def test_nothing_slow_is_loaded_before_the_first_paint() -> None:
    program = "import sys, smtp_tui.workbench.app; print(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint(LATER)


async def test_a_password_that_was_given_is_filled_in_and_shown_nowhere() -> None:
    made: list[FakeWorker] = []
    app = Workbench(GMAIL, user="me@example.org", password="hunter2", worker=factory(made))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk.credentials.credentials == Credentials("me@example.org", "hunter2")
        assert "hunter2" not in app.export_screenshot()
        assert made[0].posted == []
