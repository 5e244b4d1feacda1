"""The detail of one log entry, at the bottom of the log: it follows the log's cursor."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from smtp_tui.smtp.explain import Suggestion
from smtp_tui.transcript.entry import Entry, entry_at
from smtp_tui.workbench import detail_text
from smtp_tui.workbench.actions import ACTIONS
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.scroll_bar import width_beside_bar
from smtp_tui.workbench.session import SessionView


class View(Enum):
    """What of an entry is shown."""

    MEANING = "Meaning"
    OCTETS = "Octets"
    HEX = "Hex"


class DetailPane(VerticalScroll, can_focus=True):
    """Shows the entry where the cursor of ``log`` is; up and down move that."""

    DEFAULT_CSS = """
    DetailPane {
        dock: bottom;
        height: 60%;
        min-height: 8;
        max-height: 24;
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        background: $background;
        padding: 0 0 0 1;
        scrollbar-size: 1 1;
        &:focus { border: round $border; }
        #detail-text { height: auto; width: 1fr; padding: 0 1 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("left,h", "view(-1)", show=False),
        Binding("right,l,x", "view(1)", show=False),
        Binding("enter", "do", show=False),
        Binding("y", "copy", show=False),
        Binding("escape,f1,q", "close", show=False),
    ]

    class Tried(Message):
        """The person wants what is suggested done."""

        def __init__(self, suggestion: Suggestion) -> None:
            super().__init__()
            self.suggestion = suggestion

    class Closed(Message):
        """The person has seen enough."""

    def __init__(self, log: LogView, keys: Keys, view: View) -> None:
        super().__init__(id="detail")
        self._log = log
        self._keys = keys
        self._view = view
        self._entry: Entry | None = None
        self._revealed = False
        self._text = Static(id="detail-text")

    def compose(self) -> ComposeResult:
        """One text."""
        yield self._text

    def on_mount(self) -> None:
        """Point at the entry."""
        self._log.point(True)
        self.follow()

    def on_unmount(self) -> None:
        """Point at nothing any more."""
        self._log.point(False)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap for the new width; the log, whose room changed too, goes on showing its cursor."""
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        self._log.show_cursor()
        self._draw()

    def follow(self) -> None:
        """Show the entry of the log's cursor."""
        line, lines = self._log.cursor, self._log.transcript
        if line < 0 or not lines.first <= line < lines.end:
            self._entry = None
        else:
            before, self._entry = self._entry, entry_at(lines, line)
            if before is not None and before.lines != self._entry.lines:
                self.scroll_home(animate=False)
        self._draw()

    def reveal(self, revealed: bool) -> None:
        """Show secrets, or mask them again."""
        self._revealed = revealed
        self._draw()

    def show(self, view: View) -> None:
        """Show another side of the entry."""
        self._view = view
        self.scroll_home(animate=False)
        self._draw()

    # Keys

    def action_move(self, step: int) -> None:
        """To the entry before or after."""
        if self._entry is not None:
            self._log.leave(self._entry.lines, step)
            self.follow()

    def action_view(self, step: int) -> None:
        """To the view at the side."""
        views = list(View)
        self.show(views[(views.index(self._view) + step) % len(views)])

    def action_do(self) -> None:
        """Do what is suggested."""
        suggestion = self._suggestion
        if suggestion is not None and (suggestion.line or suggestion.action):
            self.post_message(self.Tried(suggestion))

    def action_copy(self) -> None:
        """Copy what is shown, secrets masked."""
        if self._entry is not None:
            text = self._content(self._entry, revealed=False).plain
            self.post_message(LogView.CopyRequested(text))

    def action_close(self) -> None:
        """Close."""
        self.post_message(self.Closed())

    # Drawing

    @property
    def _suggestion(self) -> Suggestion | None:
        found = self._entry.explanation if self._entry is not None else None
        return found.suggestion if found is not None else None

    def _draw(self) -> None:
        names = [(f" {view.value} ", "reverse" if view is self._view else "") for view in View]
        title = f"{self._entry.title} " if self._entry is not None else ""
        self.border_title = Content.assemble((title, "$quiet"), *names)
        self.border_subtitle = Content("↑ ↓ entry · ← → view · y copy · escape closes")
        if self._entry is None:
            self._text.update(Content.styled("There is no line here.", "$quiet"))
        else:
            self._text.update(self._content(self._entry, revealed=self._revealed))

    def _content(self, entry: Entry, *, revealed: bool) -> Content:
        width = width_beside_bar(self) if self.size else 60
        match self._view:
            case View.MEANING:
                return detail_text.meaning(entry, width, self._way())
            case View.OCTETS:
                return detail_text.octets(entry, revealed)
            case View.HEX:
                return detail_text.dump(entry, width, revealed)

    def _way(self) -> str:
        suggestion = self._suggestion
        action = ACTIONS.get(suggestion.action) if suggestion is not None else None
        if action is None:
            return detail_text.way(suggestion, "", "", possible=False)
        session = getattr(self.screen, "view", None)
        possible = not isinstance(session, SessionView) or action.check(session)
        return detail_text.way(suggestion, self._keys.first(action.id), action.title, possible)
