"""The envelope in a form: sender, recipients and parameters become lines that wait in the queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from smtp_tui.smtp.advice import Advice, advise
from smtp_tui.smtp.envelope import Envelope, addresses
from smtp_tui.smtp.parameters import Parameter, parameters
from smtp_tui.smtp.state import State
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.panes import hints
from smtp_tui.workbench.panes.fields import Field, Toggle, lines_of
from smtp_tui.workbench.screens.dialog import Dialog

_SHOWN = 4
"""Lines of the preview."""


class Recipients(Field):
    """Several addresses in a row; pasted lines become one."""

    def paste(self, text: str) -> None:
        """Put all pasted lines at the cursor."""
        super().paste(", ".join(line.strip() for line in lines_of(text) if line.strip()))


class EnvelopeScreen(Dialog[tuple[str, ...] | None]):
    """Gives the lines, None for none; ``state`` says what the server offers."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]
    AUTO_FOCUS = "#envelope-sender"

    def __init__(self, envelope: Envelope, state: State) -> None:
        super().__init__()
        self._envelope = envelope
        self._state = state
        known = list(parameters().values())
        self._parameters = sorted(known, key=lambda each: not self._offered(each))

    def compose(self) -> ComposeResult:
        envelope = self._envelope
        with Vertical(classes="dialog", id="envelope") as dialog:
            dialog.border_title = Content("Envelope")
            dialog.border_subtitle = Content("enter: into the queue, nothing is sent · escape")
            with VerticalScroll(can_focus=False), Horizontal(classes="form"):
                yield Static(self._labels(), classes="labels")
                with Vertical(classes="fields"):
                    yield Field(
                        envelope.sender, placeholder="nobody: <>, for reports", id="envelope-sender"
                    )
                    yield Recipients(
                        ", ".join(envelope.recipients),
                        placeholder="one or more, with commas",
                        id="envelope-recipients",
                    )
                    for parameter in self._parameters:
                        yield self._field(parameter)
            yield Static(id="envelope-preview")

    def on_mount(self) -> None:
        """Show what the form says from the beginning."""
        self._draw()

    @on(Input.Changed)
    @on(Toggle.Changed)
    def _edited(self, event: Input.Changed | Toggle.Changed) -> None:
        event.stop()
        self._draw()

    @on(Input.Submitted)
    def _enter(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(self.envelope().lines)

    def action_leave(self) -> None:
        """Write nothing."""
        self.dismiss(None)

    def envelope(self) -> Envelope:
        """What the form says."""
        return Envelope(
            self.query_one("#envelope-sender", Field).value.strip().strip("<>"),
            addresses(self.query_one("#envelope-recipients", Field).value),
            dict(self._values(b"MAIL")),
            dict(self._values(b"RCPT")),
        )

    def _values(self, verb: bytes) -> Iterator[tuple[str, str]]:
        for parameter in self._parameters:
            if parameter.verb != verb:
                continue
            widget = self.query_one(f"#{_id(parameter)}")
            if isinstance(widget, Toggle) and widget.value:
                yield parameter.name, ""
            elif isinstance(widget, Field) and widget.value.strip():
                yield parameter.name, widget.value.strip()

    def _offered(self, parameter: Parameter) -> bool:
        return parameter.extension in self._state.extensions

    def _labels(self) -> Content:
        rows = [Content("From"), Content("To")]
        for each in self._parameters:
            rows.append(Content.styled(each.name, "$foreground" if self._offered(each) else ""))
        return Content("\n").join(rows)

    def _field(self, parameter: Parameter) -> Field | Toggle:
        values = self._envelope.mail if parameter.verb == b"MAIL" else self._envelope.rcpt
        offered = "" if self._offered(parameter) else "not offered: "
        if not parameter.value:
            words = f"{offered}{parameter.meaning}"
            return Toggle(words, words, parameter.name in values, id=_id(parameter))
        ready = ", ".join(value for value in parameter.ready if value != "…")
        words = f"{offered}{parameter.meaning}{f': {ready}' if ready else ''}"
        return Field(values.get(parameter.name, ""), placeholder=words, id=_id(parameter))

    def _draw(self) -> None:
        envelope = self.envelope()
        lines = envelope.lines
        rows = [Content(visible(line)) for line in lines[:_SHOWN]]
        if len(lines) > _SHOWN:
            rows.append(Content.styled(f"… and {len(lines) - _SHOWN:,} lines more", "$quiet"))
        rows += [Content.styled(f"▲ {visible(fault)}", "$warning") for fault in envelope.faults[:2]]
        rows += [hints.doubt(each) for each in self._doubts(lines)]
        self.query_one("#envelope-preview", Static).update(Content("\n").join(rows))

    def _doubts(self, lines: tuple[str, ...]) -> list[Advice]:
        """What is doubtful about the first lines, apart from their order."""
        found = [each for line in lines[:2] for each in advise(line.encode(), self._state)]
        return [each for each in found if not each.rfc.endswith(("3.3", "4.1.4"))][:2]


def _id(parameter: Parameter) -> str:
    return f"envelope-{parameter.verb.decode().lower()}-{parameter.name.lower()}"
