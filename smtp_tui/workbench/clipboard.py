"""The clipboard: always by way of the terminal (OSC 52), and by tmux and the system's if there."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Sequence

from textual.app import App
from textual.message import Message

_PATIENCE = 5.0
"""Seconds after which a program that takes no text is left alone."""


class Copied(Message):
    """Something was copied: ``what`` names it, ``ways`` how besides the terminal."""

    def __init__(self, what: str, ways: Sequence[str] = ()) -> None:
        super().__init__()
        self.what = what
        self.ways = tuple(ways)

    @property
    def sentence(self) -> str:
        """What a toast says; never what was copied."""
        *others, last = ["the terminal (OSC 52)", *self.ways]
        by = f"{', '.join(others)} and {last}" if others else last
        return f"Copied {self.what}, by {by}." + ("" if self.ways else f" {_when_nothing()}")


def copy(
    app: App[None],
    text: str,
    what: str,
    ways: Sequence[Callable[[str], str]] | None = None,
) -> None:
    """Copy ``text``, then post ``Copied`` to the app; ``what`` says in words what it is.

    The terminal is told at once and does not answer, so nobody knows whether it obeyed. All
    other ``ways`` are tried in a thread of their own, because their programs may hang; each
    copies and gives its name. Never raises.
    """
    app.copy_to_clipboard(text)
    tried = ways if ways is not None else (_by_tmux, _by_system)

    def work() -> None:
        went = [_tried(way, text) for way in tried]
        app.post_message(Copied(what, [name for name in went if name]))

    threading.Thread(target=work, name="clipboard", daemon=True).start()


def _tried(way: Callable[[str], str], text: str) -> str:
    try:
        return way(text)
    except (OSError, RuntimeError, ValueError, ImportError, subprocess.SubprocessError):
        return ""  # a machine without a clipboard; the terminal may have one


def _in_tmux() -> bool:
    return bool(os.environ.get("TMUX"))


def _by_tmux(text: str) -> str:
    """Hand it to the tmux around us, which by default keeps what a program sends as OSC 52.

    tmux passes it on to the terminal outside; one older than 3.2 only keeps it to be pasted.
    """
    if not _in_tmux():
        return ""
    data = text.encode()
    try:
        _load(data, "-w")
    except subprocess.CalledProcessError:
        _load(data)
    return "tmux"


def _load(data: bytes, *options: str) -> None:
    subprocess.run(
        ["tmux", "load-buffer", *options, "-"],
        input=data, check=True, timeout=_PATIENCE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _by_system(text: str) -> str:
    import pyperclip

    copy_text, _ = pyperclip.determine_clipboard()
    copy_text(text)
    return str(copy_text.__name__).removeprefix("copy_").split("_")[0]


def _when_nothing() -> str:
    """What to do where the terminal alone was told."""
    if _in_tmux():
        return "If nothing arrives: tmux needs “set -s set-clipboard on”."
    return "If nothing arrives: the terminal does not allow it, its settings may."
