"""The decoder: a pasted credential taken apart, what is wrong with it, and the right one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from smtp_tui.sasl.diagnosis import Diagnosis, Part, Severity
from smtp_tui.sasl.doctor import diagnose
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench import clipboard
from smtp_tui.workbench.panes.fields import SecretField
from smtp_tui.workbench.revealing import Revealing
from smtp_tui.workbench.screens.dialog import Dialog
from smtp_tui.workbench.tokens import DOTS

_MARKS = {
    Severity.WRONG: ("✗", "$error"),
    Severity.DOUBTFUL: ("▲", "$warning"),
    Severity.NOTE: ("·", "$quiet"),
}
_INTRODUCTION = (
    "Paste a Base64 string, a whole AUTH line or a 334 challenge: here is said what it holds and"
    " what went wrong in making it. Nothing of it is sent or kept."
)


class PastedField(SecretField):
    """A field that takes all lines of what is pasted: wrapped lines are one of the faults."""

    def paste(self, text: str) -> None:
        """Put all of the text at the cursor, over the selection."""
        self.replace(text, *self.selection)


class DecoderScreen(Dialog[None]):
    """Escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", show=False),
        Binding("ctrl+r", "reveal", show=False),
        Binding("ctrl+y", "copy", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._diagnosis: Diagnosis | None = None
        self._revealed = False
        self.revealing = Revealing(self, self._show)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="decoder") as dialog:
            dialog.border_title = Content("Decode a credential")
            dialog.border_subtitle = Content("^r reveal · ^y copy corrected · escape closes")
            yield PastedField(id="pasted")
            with VerticalScroll(id="diagnosis"):
                yield Static(id="diagnosis-text")

    def on_mount(self) -> None:
        """Say what it is for."""
        self._draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look at what is there now."""
        event.stop()
        text = event.value.strip(" ")
        self._diagnosis = diagnose(event.value, time.time()) if text else None
        self._draw()

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)

    def action_reveal(self) -> None:
        """Show the secrets for a moment."""
        self.revealing.begin()

    def action_copy(self) -> None:
        """Copy the corrected string."""
        diagnosis = self._diagnosis
        if diagnosis is None or diagnosis.corrected is None:
            self.app.notify("There is nothing corrected to copy.", markup=False)
        else:
            clipboard.copy(self.app, diagnosis.corrected, "the corrected string")

    def _show(self, revealed: bool) -> None:
        self._revealed = revealed
        self.query_one(PastedField).password = not revealed
        self._draw()

    def _draw(self) -> None:
        text = self.query_one("#diagnosis-text", Static)
        if self._diagnosis is None:
            text.update(Content.styled(_INTRODUCTION, "$quiet"))
        else:
            text.update(Content("\n").join(_lines(self._diagnosis, self._revealed)))


def _lines(diagnosis: Diagnosis, revealed: bool) -> Iterator[Content]:
    style = "$success" if diagnosis.right else "$error"
    yield Content.styled(visible(diagnosis.verdict), f"bold {style}")
    width = max((len(part.kind) for part in diagnosis.parts), default=0)
    for part in diagnosis.parts:
        yield Content.assemble((f"  {part.kind:<{width}}  ", "$quiet"), _shown(part, revealed))
    for finding in diagnosis.findings:
        mark, colour = _MARKS[finding.severity]
        yield Content("")
        yield Content.styled(f"{mark} {visible(finding.sentence)}", colour)
        if finding.remedy:
            yield Content.styled(f"  {visible(finding.remedy)}", "$quiet")
    if diagnosis.corrected is not None:
        yield Content("")
        yield Content("Corrected:" if diagnosis.certain else "If that is what was meant:")
        for line in diagnosis.corrected.split("\n"):
            hidden = f"{DOTS}{DOTS} {len(line)} characters"
            yield Content(f"  {visible(line) if revealed else hidden}")


def _shown(part: Part, revealed: bool) -> Content:
    if not part.octets:
        return Content("∅")
    if part.secret and not revealed:
        return Content(f"{DOTS}{DOTS} {part.size}")
    return Content(visible(part.octets))
