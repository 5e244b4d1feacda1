"""The session log with its keys: cursor, following, selection, folds, filter and search."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection
from textual.widget import Widget

from smtp_tui.transcript.expression import TooSlow
from smtp_tui.transcript.records import Transcript
from smtp_tui.transcript.runs import said
from smtp_tui.transcript.trouble import begins_trouble, newest_refusal, refusal_of
from smtp_tui.workbench.log_canvas import LogCanvas
from smtp_tui.workbench.log_search import Search
from smtp_tui.workbench.log_strips import selected_text

if TYPE_CHECKING:
    from smtp_tui.transcript.query import Query

_FAR = 1 << 30
"""A column behind the end of every row."""
_PAUSE = 0.005
"""Seconds between two slices of a search."""


class LogView(LogCanvas):
    """The log as the person moves through it.

    ``ask`` opens the field for what is looked for, with or without ``hiding`` all other lines.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", "Line up", show=False, id="log-up"),
        Binding("down,j", "cursor(1)", "Line down", show=False, id="log-down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="log-page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="log-page-down"),
        Binding("home,g", "top", "First line", show=False, id="log-top"),
        Binding("end,G", "follow", "Follow", show=False, id="log-follow"),
        Binding("w", "wrap", "Wrap", show=False, id="log-wrap"),
        Binding(
            "enter,f1", "detail(0)", "Explain the line: what it means, what to do", id="log-detail"
        ),
        Binding("x", "detail(1)", "Show the octets of the line", id="log-octets"),
        Binding("slash", "field(True)", "Filter: show only the lines with …", id="log-filter"),
        Binding("question_mark", "field(False)", "Find: mark …, hide nothing", id="log-find"),
        Binding("n", "match(1)", "Next match", id="log-next"),
        Binding("N", "match(-1)", "Match before", id="log-before"),
        Binding("e,]", "trouble(1)", "Next refusal, alarm or fault", id="log-error"),
        Binding("E,[", "trouble(-1)", "Refusal, alarm or fault before", id="log-error-before"),
        Binding("z", "fold", "Fold or unfold a command with its reply", id="log-fold"),
        Binding("Z", "fold_all", "Fold or unfold all of them", id="log-fold-all"),
        Binding("v", "mark", "Select lines: begin or end; then move", id="log-select"),
        Binding("shift+up", "extend(-1)", "Select upwards", id="log-select-up"),
        Binding("shift+down", "extend(1)", "Select downwards", id="log-select-down"),
        Binding("y", "copy", "Copy what is selected, else the line", id="log-copy"),
        Binding("ctrl+l", "clear", "Clear", show=False, id="log-clear"),
        Binding("escape", "back", "End selection, search or filter", id="log-back"),
    ]

    class CopyRequested(Message):
        """The person wants this text, secrets masked, on the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class DetailRequested(Message):
        """The person wants to know all of the line of the cursor, or see its octets."""

        def __init__(self, octets: bool) -> None:
            super().__init__()
            self.octets = octets

    def __init__(
        self, transcript: Transcript, ask: Callable[[bool], Widget], moved: Callable[[], None]
    ) -> None:
        super().__init__(transcript, moved)
        self._ask = ask
        self._heir: Widget | None = None  # who gets the keys until it has the focus
        self._anchor: int | None = None  # the line where selecting by keys began
        self._marking = False  # whether moving selects
        self._search: Search | None = None
        self.said = ""
        """What became of the last key, for the frame: a toast would lie on the lines."""

    # Filtering and finding

    def look_for(self, query: Query | None, *, hiding: bool) -> None:
        """Mark what a query finds; hide all other lines or not."""
        cursor, wanted = self.cursor, query if hiding else None
        changed = self.lens.filter is not wanted
        self.lens.filter, self.lens.sought = wanted, query
        self._search = None
        if changed:
            self._lay_out(cursor)
        else:
            self._strips.forget()
            self.refresh()
            self.moved()

    def action_field(self, hiding: bool) -> None:
        """Ask what is looked for."""
        self._heir = self._ask(hiding)

    def action_match(self, step: int) -> None:
        """To the next line with what is sought, down or up."""
        query = self.lens.sought
        if query is None:
            self._say("Nothing is sought: / filters, ? finds.")
            return
        self._look(step, lambda line: query.takes(self.transcript[line]), "No line is like that.")

    def action_trouble(self, step: int) -> None:
        """To the next line that tells of something wrong."""
        lines = self.transcript

        def wanted(line: int) -> bool:
            before = lines[line - 1] if line > lines.first else None
            return begins_trouble(lines[line], before)

        self._look(step, wanted, "No line here tells of anything wrong.")

    def _look(self, step: int, wanted: Callable[[int], bool], nothing: str) -> None:
        if self.cursor < 0:
            return
        hidden = self.lens.hides if self.lens.filter is not None else None
        search = self._search = Search(
            self.transcript,
            self.cursor,
            step,
            wanted if hidden is None else lambda line: wanted(line) and not hidden(line),
        )
        self._go_on_looking(search, nothing)

    def _go_on_looking(self, search: Search, nothing: str) -> None:
        if search is not self._search:
            return  # another began, or it was given up
        try:
            if not search.go_on():
                self.set_timer(_PAUSE, lambda: self._go_on_looking(search, nothing))
                return
        except TooSlow as error:
            nothing = f"{error}."
        self._search = None
        if search.found is None:
            self._say(nothing)
            return
        if search.around:
            self._say(search.around)
        self._show(search.found)

    def _show(self, line: int) -> None:
        """Go to a line, out of its fold."""
        if self.lens.hides(line):
            self.lens.fold(line, folded=False)
            self._lay_out(self.cursor)
        self._go_to(line, follow=False)

    def _say(self, sentence: str) -> None:
        self.said = sentence
        self.moved()

    # Folding

    def action_fold(self) -> None:
        """Fold the exchange of the cursor, or unfold it."""
        if self._may_fold() and (line := self.cursor) >= 0:
            self.lens.fold(line)
            if not self.following:
                self._cursor = line = self.transcript.exchange(line).start
            self._lay_out(line)

    def action_fold_all(self) -> None:
        """Fold every exchange, or unfold them all."""
        if self._may_fold():
            line = self.cursor
            self.lens.fold_all()
            self._lay_out(line)

    def _may_fold(self) -> bool:
        if self.lens.filter is not None:
            self._say("A filter shows single lines: escape lifts it, then z folds.")
        return self.lens.filter is None

    # Selecting and copying

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it is written; rows that were only wrapped are joined."""
        text = selected_text(self.lens, self._rows, self._layout.painter, selection)
        return None if text is None else (text, "\n")

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw what is selected."""
        super().selection_updated(selection)
        if selection is None:
            self._anchor, self._marking = None, False

    def action_mark(self) -> None:
        """Begin to select lines, or end it."""
        if self._marking:
            self._unmark()
        elif self.cursor >= 0:
            self._marking, self._anchor = True, self.cursor
            self._mark()

    def action_extend(self, step: int) -> None:
        """One line more, or less, is selected."""
        if self.cursor >= 0:
            if self._anchor is None:
                self._anchor = self.cursor
            marking, self._marking = self._marking, True
            self.action_cursor(step)
            self._marking = marking

    def action_copy(self) -> None:
        """Ask for the selection, else the line of the cursor, to be copied."""
        selection = self.text_selection
        selected = self.get_selection(selection) if selection is not None else None
        if selected is not None:
            self.post_message(self.CopyRequested(selected[0]))
            self._unmark()
        elif (line := self.cursor) >= 0:
            lines = self.transcript.exchange(line) if self.lens.folds(line) else [line]
            text = "\n".join(said(self.transcript[number]) for number in lines)
            self.post_message(self.CopyRequested(text))

    def _mark(self) -> None:
        """Select from the line where it began to the cursor, or nothing after a plain move."""
        if self._anchor is None:
            return
        if not self._marking:
            self._unmark()
            return
        first, last = sorted((self._anchor, self.cursor))
        start, end = Offset(0, self._rows.row(first)), Offset(_FAR, self._rows.row(last + 1) - 1)
        self.screen.selections = {self: Selection(start, end)}

    def _unmark(self) -> None:
        if self._anchor is not None:
            self.screen.clear_selection()
            self._anchor, self._marking = None, False

    def action_back(self) -> None:
        """End what was begun last: a selection, a search, the filter, what is marked."""
        if self.text_selection is not None:
            self.screen.clear_selection()
        elif self._search is not None:
            self._search = None
        elif self.lens.sought is not None:
            self.look_for(None if self.lens.filter is None else self.lens.sought, hiding=False)
        else:
            raise SkipAction  # it is for the screen around it

    # Moving

    async def on_key(self, event: events.Key) -> None:
        """Act at once: what is typed fast behind ``/`` is for the field that it opens."""
        if self.said:
            self._say("")
        known = self.screen.active_bindings.get(event.key)
        if self._heir is not None:
            self._heir.post_message(event)
        elif known is not None and known.node is self:
            if not await self.app.run_action(known.binding.action, self):
                return
        else:
            return
        event.prevent_default()
        event.stop()

    def on_focus(self) -> None:
        """Show the cursor."""
        self._heir = None
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor; who leaves the end in sight wants to see what comes."""
        if self.scroll_offset.y >= self.max_scroll_y and not self._pointing:
            self.following = True
            self.moved()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line."""
        row = self._place + event.y
        if row < self._rows.bottom:
            self._cursor = self._rows.at(row)[0]
            self.refresh()
            self.moved()

    def leave(self, lines: range, step: int) -> None:
        """Put the cursor on the shown line before or after these, if there is one."""
        line = self._rows.step(lines.stop - 1 if step > 0 else lines.start, step)
        if line >= 0:
            self._go_to(line, follow=False)

    def show_cursor(self) -> None:
        """Bring the cursor into sight and stay there."""
        if (line := self.cursor) >= 0:
            self._go_to(line, follow=False)

    def action_detail(self, octets: int) -> None:
        """Ask for the detail of the line of the cursor."""
        if self.cursor >= 0:
            self.point(True)
            self.show_cursor()
            self.post_message(self.DetailRequested(bool(octets)))

    @property
    def refusal(self) -> int:
        """Where the refusal begins that the person is on; -1 where the cursor is on none."""
        line = self.cursor if self.has_focus else -1
        return -1 if line < 0 else refusal_of(self.transcript, line)

    def point_at_refusal(self) -> bool:
        """Go to the refusal of the cursor, else the newest, ask for its detail; False: for none."""
        if (line := self.refusal) < 0 and (line := newest_refusal(self.transcript)) < 0:
            return False
        if self.lens.filter is not None and self.lens.hides(line):
            self.look_for(None, hiding=True)
        self._show(line)
        self.action_detail(0)
        return True

    def action_cursor(self, step: int) -> None:
        """One line up or down; down from the newest follows the end."""
        if (line := self.cursor) >= 0:
            after = self._rows.step(line, step)
            self._go_to(line if after < 0 else after, follow=step > 0)

    def action_page(self, step: int) -> None:
        """A screenful up or down, and the cursor with it."""
        if self.cursor < 0:
            return
        rows, rest = self._rows, self.max_scroll_y
        by = step * max(1, self._height - 1)
        place = min(max(0, self.scroll_offset.y + by), rest)
        if step > 0 and place == rest:
            self.action_follow()
            return
        row = min(max(rows.top, rows.row(self.cursor) + by), rows.bottom - 1)
        self._cursor = rows.at(row)[0]
        self._leave_end(self._top + place)

    def action_top(self) -> None:
        """To the oldest line."""
        if self.cursor >= 0:
            self._fill(self.transcript.first)
            self._go_to(self.transcript.first, follow=False)
        elif not self._layout.painter.width:  # the first layout will go there
            self._cursor, self.following = self.transcript.first, False
            self._sought = self.transcript.first, 0

    def action_follow(self) -> None:
        """To the end, and stay there."""
        self._cursor = self._sought = None
        self.following = True
        self._settle(0)

    def action_wrap(self) -> None:
        """Wrap long lines, or let them run out to the right."""
        self.wrap = not self.wrap
        self.scroll_to(x=0, animate=False, force=True)
        self._lay_out()

    def action_clear(self) -> None:
        """Forget all lines."""
        self.transcript.clear()
        self.lens.forget()
        self._layout.begin(self._layout.painter)
        self._strips.forget()
        self.action_follow()

    def _go_to(self, line: int, *, follow: bool) -> None:
        """Put the cursor on a line, and the line in sight; the newest may mean to follow."""
        rows = self._rows
        if follow and line >= rows.nearest(rows.end - 1):
            self.action_follow()
        elif line < rows.first:  # it is not laid out yet
            self._cursor, self.following = line, False
            self._sought = line, self._height // 3
            self._fill(line)
        else:
            self._cursor = line = rows.nearest(line)
            first, last = rows.row(line), rows.row(line + 1)
            self._leave_end(min(max(self._place, last - self._height), first))
        self._mark()

    def _leave_end(self, place: int) -> None:
        self._sought = None
        self.following = False
        self._settle(place)
