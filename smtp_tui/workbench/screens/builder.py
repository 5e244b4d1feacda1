"""A command in a form: what is filled in becomes a line on the command line, and is not sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from smtp_tui.smtp.builders import Builder, builders
from smtp_tui.smtp.commands import lookup
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.panes.fields import Field
from smtp_tui.workbench.screens.form import Form
from smtp_tui.workbench.screens.menu import MenuScreen

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


class BuilderScreen(Form[str | None]):
    """Gives the line, None for none."""

    AUTO_FOCUS = "#blank-0"

    def __init__(self, builder: Builder) -> None:
        super().__init__()
        self._builder = builder

    def compose(self) -> ComposeResult:
        blanks = self._builder.blanks
        with Vertical(classes="dialog", id="builder") as dialog:
            dialog.border_title = Content(self._builder.verb)
            dialog.border_subtitle = Content("enter: to the command line, nothing is sent · escape")
            with Horizontal(classes="form"):
                labels = "\n".join(visible(blank.name[:9]) for blank in blanks)
                yield Static(Content(labels), classes="labels")
                with Vertical(classes="fields"):
                    for number, blank in enumerate(blanks):
                        yield Field(placeholder=blank.words, id=f"blank-{number}")
            yield Static(id="builder-line")

    def draw(self) -> None:
        """Show the line as it is."""
        self.query_one("#builder-line", Static).update(Content(visible(self._line())))

    def take(self) -> None:
        """Give the line."""
        self.dismiss(self._line())

    def _line(self) -> str:
        fields = self.query(Field).results(Field)
        blanks = self._builder.blanks
        return self._builder.write(
            {blank.name: field.value.strip() for blank, field in zip(blanks, fields, strict=True)}
        )


def build(screen: MainScreen) -> None:
    """Ask which command, then for what belongs into it; the line is put on the command line."""
    field = screen.composer.field
    found = {builder.verb: builder for builder in builders(screen.view.state)}

    def written(line: str | None) -> None:
        if line is not None:
            screen.composer.insert(line)

    def chosen(verb: str | None) -> None:
        if verb is not None:
            screen.app.push_screen(BuilderScreen(found[verb]), written)

    options = tuple((_label(verb), verb) for verb in found)
    screen.app.push_screen(MenuScreen(options, next(iter(found)), field.region), chosen)


def _label(verb: str) -> Content:
    known = lookup(verb.encode())
    meaning = known.meaning if known is not None else ""
    return Content.assemble((f"{verb:<10}", "bold"), (meaning, "$quiet"))
