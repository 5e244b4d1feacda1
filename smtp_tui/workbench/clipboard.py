"""The clipboard: always by way of the terminal (OSC 52), and by the system's where there is one."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable

from textual.app import App
from textual.message import Message


class Copied(Message):
    """Something was copied: ``what`` names it, ``way`` the system's clipboard, "" for none."""

    def __init__(self, what: str, way: str) -> None:
        super().__init__()
        self.what = what
        self.way = way

    @property
    def sentence(self) -> str:
        """What a toast says; never what was copied."""
        ways = "the terminal (OSC 52)" + (f" and {self.way}" if self.way else "")
        return f"Copied {self.what}, by {ways}."


def copy(app: App[None], text: str, what: str, system: Callable[[str], str] | None = None) -> None:
    """Copy ``text``, then post ``Copied`` to the app; ``what`` says in words what it is.

    The terminal is told at once and does not answer, so nobody knows whether it obeyed. The
    system's clipboard is tried in a thread of its own, because its programs may hang; ``system``
    copies and gives the name of the way it went. Never raises.
    """
    app.copy_to_clipboard(text)

    def work() -> None:
        app.post_message(Copied(what, _tried(system or _by_system, text)))

    threading.Thread(target=work, name="clipboard", daemon=True).start()


def _tried(way: Callable[[str], str], text: str) -> str:
    try:
        return way(text)
    except (OSError, RuntimeError, ValueError, ImportError, subprocess.SubprocessError):
        return ""  # a machine without a clipboard; the terminal may have one


def _by_system(text: str) -> str:
    import pyperclip

    copy_text, _ = pyperclip.determine_clipboard()
    copy_text(text)
    return str(copy_text.__name__).removeprefix("copy_").split("_")[0]
