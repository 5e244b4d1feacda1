"""Asks where to save the session, or as which tool's command to copy it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from smtp_tui.transcript.exports.formats import FORMATS, FormatError, format_of
from smtp_tui.transcript.tools.all import TOOLS
from smtp_tui.workbench.panes.fields import Field
from smtp_tui.workbench.screens.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Sharing:
    """What the person chose: a path to save to, or the name of a tool."""

    path: str = ""
    tool: str = ""


class SaveScreen(Dialog[Sharing]):
    """Gives what was chosen, None when the person leaves.

    ``problem`` is why ``path`` could not be written.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("up", "format(-1)", show=False),
        Binding("down", "format(1)", show=False),
    ]

    def __init__(self, path: str, problem: str = "") -> None:
        super().__init__()
        self._path = path
        self._problem = problem

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="save") as dialog:
            dialog.border_title = Content("Save the session")
            dialog.border_subtitle = Content(
                "↑ ↓ format · enter saves · tab to copy · escape leaves"
            )
            yield Field(self._path, id="save-path")
            if self._problem:
                yield Static(Content.styled(f"✗ {self._problem}", "$error"), id="save-problem")
            yield Static(_formats(""), id="save-formats")
            yield Static(Content.styled("\nOr copy it as", "$quiet"))
            yield OptionList(*(Content(f"a {tool.what}") for tool in TOOLS.values()), compact=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show which format is meant."""
        event.stop()
        self.query_one("#save-formats", Static).update(_formats(event.value.strip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: that is it, if it says a format."""
        event.stop()
        path = event.value.strip()
        if _meant(path):
            self.dismiss(Sharing(path))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A tool was chosen."""
        event.stop()
        self.dismiss(Sharing(tool=list(TOOLS)[event.option_index]))

    def action_format(self, step: int) -> None:
        """Let the name end as the next format wants it, or the one before."""
        field, names = self.query_one("#save-path", Field), list(FORMATS)
        path = field.value.strip()
        meant = _meant(path)
        number = (names.index(meant) + step) % len(names) if meant else 0
        stem = path.rpartition(".")[0] if meant else path
        field.value = stem + FORMATS[names[number]].suffixes[0]
        field.cursor_position = len(field.value)

    def action_leave(self) -> None:
        """Escape: nothing."""
        self.dismiss(None)


def _meant(path: str) -> str:
    try:
        return format_of(path).name
    except FormatError:
        return ""


def _formats(path: str) -> Content:
    """All formats by the ends of names, the one that the path means marked."""
    meant = _meant(path)
    lines = [Content("")]
    for each in FORMATS.values():
        chosen = each.name == meant
        style = "bold $success" if chosen else "$quiet"
        lines.append(
            Content.assemble(
                ("▸ " if chosen else "  ", style),
                (f"{each.suffixes[0]:<8}", style),
                (each.words, style if chosen else "$foreground"),
            )
        )
    last = "" if meant or not path else "Let the name end in one of these."
    lines += [Content(""), Content.styled(last or "No secret is written.", "$quiet")]
    return Content("\n").join(lines)
