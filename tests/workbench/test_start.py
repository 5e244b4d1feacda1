"""What the window loads before it is painted, and what it leaves for later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from textual import events
from textual.widgets import Input

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.workbench import app as window
from smtp_tui.workbench.app import Workbench
from tests.workbench.scene import GMAIL, FakeWorker, factory

LATER = [
    "aiosmtpd",
    "cryptography",
    "email",
    "pyperclip",
    "textual.widgets._markdown",
    "tomlkit",
    "trustme",
    "smtp_tui.practice.server",
    "smtp_tui.sasl.typed",
    "smtp_tui.smtp.advice",
    "smtp_tui.smtp.completion",
    "smtp_tui.smtp.explain",
    "smtp_tui.smtp.templates",
    "smtp_tui.transcript.exports",
    "smtp_tui.transcript.log_writer",
    "smtp_tui.transcript.query",
    "smtp_tui.transcript.script",
    "smtp_tui.wire.actions",
    "smtp_tui.wire.connection",
    "smtp_tui.wire.verdicts",
    "smtp_tui.workbench.drafting",
    "smtp_tui.workbench.operator",
    "smtp_tui.workbench.panes.detail",
    "smtp_tui.workbench.playing",
    "smtp_tui.workbench.screens.help",
]

FIRST_PAINT = """
import sys
from pathlib import Path
from smtp_tui.workbench import app
from smtp_tui.workbench.app import Workbench

class Painted(Workbench):
    CSS_PATH = Path(app.__file__).with_name("workbench.tcss")

    def _begin(self):
        print(*sys.modules, file=sys.__stdout__)
        self.exit()

Painted().run(headless=True)
"""


def test_nothing_slow_is_loaded_before_the_first_paint() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint(LATER)


class Eager(Workbench):
    """A window whose person types before there is anything to see."""

    CSS_PATH = Path(window.__file__).with_name("workbench.tcss")

    def on_load(self) -> None:
        for letter in "mx.test":
            self.post_message(events.Key(letter if letter != "." else "full_stop", letter))


async def test_keys_pressed_before_the_first_paint_reach_the_field() -> None:
    app = Eager(worker=factory([]))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk.connection.query_one("#host", Input).value == "mx.test"


async def test_a_password_that_was_given_is_filled_in_and_shown_nowhere() -> None:
    made: list[FakeWorker] = []
    app = Workbench(GMAIL, user="me@example.org", password="hunter2", worker=factory(made))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk.credentials.credentials == Credentials("me@example.org", "hunter2")
        assert "hunter2" not in app.export_screenshot()
        assert made[0].posted == []
