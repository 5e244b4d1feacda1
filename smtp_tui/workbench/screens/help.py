"""Help: a first session line by line, all keys, and what the marks mean."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from smtp_tui.workbench.actions import ACTIONS
from smtp_tui.workbench.keymap import LOG_KEYS, Keys
from smtp_tui.workbench.message_keys import MESSAGE_KEYS
from smtp_tui.workbench.screens.dialog import Dialog
from smtp_tui.workbench.scroll_bar import width_beside_bar

FIRST_SESSION = (
    ("EHLO localhost", "says who is calling; the server lists what it can do"),
    ("STARTTLS", "asks for encryption; the bar at the left turns from red to green"),
    ("EHLO localhost", "again: after TLS both sides start anew, and AUTH is on the list now"),
    ("AUTH PLAIN {PLAIN}", "signs in; the placeholder is the Base64 string on the left"),
    ("MAIL FROM:<user@gmail.com>", "the sender, in <>"),
    ("RCPT TO:<someone@example.com>", "a recipient; try 550@example.com for a refusal"),
    ("DATA", "the server answers 354: from now on you type the message"),
    ("Subject: it works", "a header"),
    ("", "an empty line ends the headers"),
    ("hello", "the text"),
    (".", "a line with a single dot ends the message"),
    ("QUIT", "the polite end"),
)
"""A session with the practice server: what to type, and what it does."""

_MARKS = (
    ("C", "$primary", "what you sent"),
    ("S", "$success", "what the server answered: 2xx accepted"),
    ("S", "$warning", "3xx it wants more · 4xx not now, try again later"),
    ("S", "$error", "5xx refused"),
    ("*", "$quiet", "a note of the workbench itself; it was not on the wire"),
    ("!", "$error", "something is wrong with the server or the network"),
    ("▌", "$error", "the bar at the left: not encrypted, anyone on the path can read this"),
    ("▌", "$success", "encrypted, and the certificate was verified"),
    ("▌", "$warning", "encrypted, but nobody vouches for the server, or TLS is too old"),
    ("■", "$success", "the rail at the top: this stage is behind you; a lit one is where you are"),
    ("NUL", "$background on $secondary", "a control character, by its name"),
    ("‹…›", "$quiet", "hidden: a password, or a string that holds one"),
    ("+ − ~", "$success", "a capability that came, went or changed with TLS"),
)

_FIELDS = (
    ("enter", "in the command line: send; in the connection form: connect"),
    ("↑ ↓", "earlier lines; none with credentials is kept"),
    ("→", "at the end of the line: take what is suggested, or the fix of what is doubtful"),
    ("escape", "empty the line; connecting or waiting: give up; at a challenge: cancel with *"),
    ("tab", "next field"),
)


class HelpScreen(Dialog[None]):
    """Everything a newcomer needs, on one page."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "close", show=False)]

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help") as scroll:
            scroll.border_title = Content("Help")
            scroll.border_subtitle = Content("↑ ↓ scroll · escape closes")
            yield Static(id="help-text")

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width = width_beside_bar(self.query_one("#help"))
        self.query_one("#help-text", Static).update(help_text(self._keys, max(40, width)))

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


def help_text(keys: Keys, width: int) -> Content:
    """The whole help, its second column wrapped for a width in cells."""
    wide = width >= 70
    return Content("\n").join(
        [
            *_heading("Your first session", "smtp-tui --practice, or f5 to connect; then type:"),
            *_table(FIRST_SESSION, 33 if wide else 4, width, "$primary"),
            *_heading("Keys", "each can be changed in the settings file"),
            *_key_rows(keys, width),
            *_heading("In fields", ""),
            *_table(_FIELDS, 12, width, "bold $accent"),
            *_heading("Marks and colours", "no meaning rests on a colour alone"),
            *(line for mark, style, text in _MARKS for line in _row(mark, text, 9, width, style)),
        ]
    )


def _key_rows(keys: Keys, width: int) -> Iterator[Content]:
    actions = list(ACTIONS.values())
    groups = dict.fromkeys(action.group for action in actions)
    for group in sorted(groups, key=lambda group: group == "Window"):
        yield Content.styled(f"  {group}", "bold")
        for action in actions:
            if action.group == group:
                written = keys.every(action.id) or "in the palette"
                yield from _row(written, action.help(), 23, width, "bold $accent")
    yield Content.styled("  In the log", "bold")
    for id, binding in LOG_KEYS.items():
        yield from _row(keys.every(id), binding.description, 23, width, "bold $accent")
    yield Content.styled("  In the message editor", "bold")
    for id, binding in MESSAGE_KEYS.items():
        yield from _row(keys.every(id), binding.tooltip, 23, width, "bold $accent")


def _heading(title: str, text: str) -> Iterator[Content]:
    yield Content("")
    yield Content.assemble((title, "bold $accent"), (f"   {text}", "$quiet"))


def _table(
    rows: tuple[tuple[str, str], ...], column: int, width: int, style: str
) -> Iterator[Content]:
    for left, right in rows:
        yield from _row(left or "(just enter)", right, column, width, style if left else "$quiet")


def _row(left: str, right: str, column: int, width: int, style: str) -> Iterator[Content]:
    """A word and what it means, in two columns; a word too long for its column stands alone."""
    indent = " " * 4
    lines = textwrap.wrap(right, width - column - 5)
    if len(left) >= column:
        yield Content.assemble(indent, (left, style))
    else:
        gap = " " * (column - len(left))
        yield Content.assemble(indent, (left, style), gap, lines.pop(0))
    for line in lines:
        yield Content(f"{indent}{' ' * column}{line}")
