"""The text of a message: edited as it is, drawn so that no terminal obeys it."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import TextArea

from smtp_tui.smtp.message import LINE_LIMIT
from smtp_tui.workbench.panes.fields import obeying_nothing

_STUFFED = "bold cyan"
_LONG = "bold yellow"
_EIGHT_BIT = "yellow"


class MessageText(TextArea):
    """Marks where a dot is stuffed, what is longer than a line may be, and 8-bit text."""

    def __init__(self, text: str = "") -> None:
        super().__init__(
            text,
            id="message-text",
            soft_wrap=True,
            show_line_numbers=True,
            tab_behavior="focus",
            compact=True,
        )

    def get_line(self, line_index: int) -> Text:
        """The line with stand-ins for what a terminal would obey; its length stays."""
        line = self.document.get_line(line_index)
        shown = Text(obeying_nothing(line), end="", no_wrap=True)
        if line.startswith("."):
            shown.stylize(_STUFFED, 0, 1)
        if not line.isascii():
            for place, character in enumerate(line):
                if not character.isascii():
                    shown.stylize(_EIGHT_BIT, place, place + 1)
        if len(line) > LINE_LIMIT // 4 and len(line.encode("utf-8", "replace")) > LINE_LIMIT:
            shown.stylize(_LONG, min(LINE_LIMIT, len(line) - 1), len(line))
        return shown
