"""Chooses what is wrong with the practice server: each fault with what the server then does."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from smtp_tui.practice.faults import FAULTS, Fault, FaultError, Faults, combined
from smtp_tui.workbench.screens.dialog import Dialog

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen

_HELP = "enter starts it · space marks several · escape closes"
_ORDER = tuple(FAULTS)
_NAME = max(len(fault.value) for fault in FAULTS)


class FaultsScreen(Dialog[Faults]):
    """Gives the faults that were chosen, None for none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("space", "mark", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._marked: set[Fault] = set()

    def compose(self) -> ComposeResult:
        with Vertical(id="faults") as frame:
            frame.border_title = Content("Practice server with a fault")
            frame.border_subtitle = Content(_HELP)
            yield OptionList(*(self._row(fault) for fault in _ORDER), compact=True)
            yield Static(id="faults-detail")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Start with the marked ones, or with the one under the cursor if none is marked."""
        event.stop()
        self.dismiss(combined(self._marked or {_ORDER[event.option_index]}))

    def action_mark(self) -> None:
        """Mark the fault under the cursor, or take its mark away."""
        index = self.query_one(OptionList).highlighted
        if index is None:
            return
        fault = _ORDER[index]
        wanted = self._marked ^ {fault}
        problem = ""
        try:
            combined(wanted)
            self._marked = wanted
        except FaultError as error:
            problem = f"{error}."
        self.query_one(OptionList).replace_option_prompt_at_index(index, self._row(fault))
        self._explain(fault, problem)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say it in full where the list has no room."""
        event.stop()
        self._explain(_ORDER[event.option_index])

    def action_leave(self) -> None:
        """Leave all as it is."""
        self.dismiss(None)

    def _explain(self, fault: Fault, problem: str = "") -> None:
        text = Content.styled(problem, "$warning") if problem else Content(FAULTS[fault].does)
        self.query_one("#faults-detail", Static).update(text)

    def _row(self, fault: Fault) -> Content:
        mark = "✓" if fault in self._marked else " "
        name = (f"{mark} {fault.value:<{_NAME}}  ", "bold")
        return Content.assemble(name, FAULTS[fault].does)


def choose(screen: MainScreen) -> None:
    """Ask for the faults, and start the practice server anew with them."""

    def chosen(faults: Faults | None) -> None:
        if faults is not None:
            screen.start_practice(faults)

    screen.app.push_screen(FaultsScreen(), chosen)
