"""Dialog: a screen above the others, which is closed once however often that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A modal screen that gives an answer when it is closed.

    Keys that are held or typed fast ask it to close again while they wait in its queue; what
    Textual closes then is whatever lies below.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "app.do('help')", show=False, id="help"),
    ]
    CSS_PATH = Path(__file__).with_name("dialogs.tcss")

    @property
    def is_open(self) -> bool:
        """Whether it was not closed yet; what comes later finds nothing of it."""
        return self in self.app.screen_stack

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Close and give the answer, unless that was done."""
        on_top = self.app.screen is self
        return super().dismiss(result) if on_top else AwaitComplete()
