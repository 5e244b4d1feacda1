"""The envelope in a form: sender, recipients and parameters become lines that wait in the queue."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from smtp_tui.smtp.advice import Advice, advise
from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.envelope import Envelope, addresses
from smtp_tui.smtp.parameters import Parameter, parameters
from smtp_tui.smtp.state import State
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.panes import hints
from smtp_tui.workbench.panes.fields import Field, Toggle, lines_of
from smtp_tui.workbench.screens.form import Form

_SHOWN = 4
"""Lines of the preview."""
_DOUBTS = 3


class Recipients(Field):
    """Several addresses in a row; pasted lines become one."""

    def paste(self, text: str) -> None:
        """Put all pasted lines at the cursor."""
        super().paste(", ".join(line.strip() for line in lines_of(text) if line.strip()))


class EnvelopeScreen(Form[tuple[str, ...] | None]):
    """Gives the lines, None for none; ``state`` says what the server offers."""

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
                    for parameter in filter(self._offered, self._parameters):
                        yield self._field(parameter)
                    yield Static(Content.styled(self._others, "italic $quiet"))
                    for parameter in self._not_offered:
                        yield self._field(parameter)
            yield Static(id="envelope-hint")
            yield Static(id="envelope-preview")

    def take(self) -> None:
        """Give the lines."""
        self.dismiss(self.envelope().lines)

    def on_descendant_focus(self) -> None:
        """Tell all of what the form has room for a part of only."""
        focused = self.focused
        found = (each for each in self._parameters if focused and focused.id == _id(each))
        self.query_one("#envelope-hint", Static).update(_hint(next(found, None)))

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

    @property
    def _not_offered(self) -> list[Parameter]:
        return [each for each in self._parameters if not self._offered(each)]

    @property
    def _others(self) -> str:
        if self._state.hello is None:
            return "Before EHLO nobody knows what the server takes:"
        return "The server does not offer these:"

    def _labels(self) -> Content:
        offered = [each.name for each in self._parameters if self._offered(each)]
        rows = [*map(Content, ("From", "To", *offered)), Content("")]
        rows += [Content.styled(each.name, "$quiet") for each in self._not_offered]
        return Content("\n").join(rows)

    def _field(self, parameter: Parameter) -> Field | Toggle:
        values = self._envelope.mail if parameter.verb == b"MAIL" else self._envelope.rcpt
        name, words = parameter.name, parameter.meaning
        if not parameter.value:
            return Toggle(words, words, name in values, doubtful=False, id=_id(parameter))
        return Field(values.get(name, ""), placeholder=words, id=_id(parameter))

    def draw(self) -> None:
        """Show the lines and what is doubtful about them."""
        envelope = self.envelope()
        lines = envelope.lines
        rows = [Content(visible(line)) for line in lines[:_SHOWN]]
        if not envelope.recipients:
            rows.append(Content.styled("RCPT TO:<…> for each recipient", "$quiet"))
        if len(lines) > _SHOWN:
            rows.append(Content.styled(f"… {counted(len(lines) - _SHOWN, 'more line')}", "$quiet"))
        rows += [hints.doubt(each) for each in self._doubts(lines)]
        self.query_one("#envelope-preview", Static).update(Content("\n").join(rows))

    def _doubts(self, lines: tuple[str, ...]) -> list[Advice]:
        """What is doubtful about the first lines, apart from their order."""
        found = [each for line in lines[:2] for each in advise(line.encode(), self._state)]
        return [each for each in found if not each.rfc.endswith(("3.3", "4.1.4"))][:_DOUBTS]


def _hint(parameter: Parameter | None) -> Content:
    """What a parameter is for, its ready values and where it is said."""
    if parameter is None:
        return Content("")
    ready = " or ".join(value for value in parameter.ready if value not in ("", "…"))
    words = f"{parameter.meaning}{f', as {ready}' if ready else ''}"
    return Content.assemble(
        (f"{parameter.name} ", "$accent"), words, (f"  {parameter.rfc}", "$quiet")
    )


def _id(parameter: Parameter) -> str:
    return f"envelope-{parameter.verb.decode().lower()}-{parameter.name.lower()}"
