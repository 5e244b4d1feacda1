"""The mails the practice server kept, newest first, as they arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from smtp_tui.smtp.amounts import counted, human_size
from smtp_tui.smtp.visible import pieces, visible
from smtp_tui.workbench.screens.dialog import Dialog

if TYPE_CHECKING:
    from smtp_tui.practice.server import PracticeMessage

_MOST_MAILS = 20
_MOST_LINES = 200


class MailsScreen(Dialog[None]):
    """What was accepted: envelope, size and text."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f3,q,enter", "close", show=False)]

    def __init__(self, messages: Sequence[PracticeMessage]) -> None:
        super().__init__()
        self._messages = messages

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="mails") as scroll:
            scroll.border_title = Content("Mails the practice server kept")
            scroll.border_subtitle = Content("↑ ↓ scroll · escape closes")
            yield Static(mails_text(self._messages), id="mails-text")

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one("#mails").focus()

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


def mails_text(messages: Sequence[PracticeMessage]) -> Content:
    """All mails as one text; says what of them is left out."""
    if not messages:
        return Content.styled("None yet. A mail is accepted when DATA ends with 250.", "$quiet")
    lines: list[Content] = []
    for message in list(reversed(messages))[:_MOST_MAILS]:
        lines += _mail(message)
    if len(messages) > _MOST_MAILS:
        lines.append(_quiet(f"… {len(messages) - _MOST_MAILS} older ones"))
    return Content("\n").join(lines)


def _mail(message: PracticeMessage) -> Iterator[Content]:
    sender = visible(message.sender) or "<>, the null sender"
    at = message.received.astimezone().strftime("%H:%M:%S")
    yield Content.assemble(
        (sender, "bold $accent"),
        " → ",
        (visible(", ".join(message.recipients)), "bold"),
        (f"   {at} · {human_size(len(message.content))}", "$quiet"),
    )
    if message.user:
        yield _quiet(f"signed in as {visible(message.user)}")
    text = message.content.split(b"\r\n")
    shown = text[:-1] if text[-1] == b"" else text
    for line in shown[:_MOST_LINES]:
        yield Content.assemble(
            *(
                (piece, "$background on $secondary" if named else "")
                for piece, named in pieces(line)
            )
        )
    if len(shown) > _MOST_LINES:
        yield _quiet(f"… {counted(len(shown) - _MOST_LINES, 'more line')}")
    yield Content("")


def _quiet(text: str) -> Content:
    return Content.styled(text, "$quiet")
