"""A log file, read only: a part of it at a time, so that it may be of any size."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.expression import TooSlow
from smtp_tui.transcript.log_part import Growth, LogSearch, Part, growth, part
from smtp_tui.transcript.query import SYNTAX, QueryError, query
from smtp_tui.transcript.record import Record
from smtp_tui.workbench import clipboard
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.log_reader import LogReader
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.panes.detail import DetailPane
from smtp_tui.workbench.panes.log import LogPane
from smtp_tui.workbench.screens.dialog import Dialog

_LOOK = 1.0
"""Seconds between two looks whether the file changed."""
_KEYS = "< > earlier, later · ctrl+home ctrl+end first, last · f find in all · escape"


class LogFileScreen(Dialog[str]):
    """Shows the end of the file first; what is appended meanwhile comes along."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", show=False),
        Binding("less_than_sign", "part(-1)", show=False),
        Binding("greater_than_sign", "part(1)", show=False),
        Binding("ctrl+home", "end(False)", show=False),
        Binding("ctrl+end", "end(True)", show=False),
        Binding("f", "find", show=False),
    ]
    DEFAULT_CSS = """
    LogFileScreen {
        background: $background;
        layout: vertical;
        #log-file-title { height: 1; padding: 0 1; background: $panel; text-style: bold; }
        #log-file-trouble { height: auto; padding: 0 1; color: $warning; display: none; }
        #log-file-keys { height: 1; padding: 0 1; background: $footer-background; color: $quiet; }
        #log-file { height: 1fr; }
    }
    """

    def __init__(self, path: str, keys: Keys) -> None:
        super().__init__()
        self._path = path
        self._keys = keys
        self._name = visible(path.rpartition("/")[2])
        self._reader: LogReader | None = None
        self._part: Part | None = None
        self._from_top = False  # whether what was asked for is to be read downwards
        self._search = 0
        self._stopped = -1  # the number of the search that was given up
        self._sought = ""

    def compose(self) -> ComposeResult:
        """A title, the lines, and the keys."""
        yield Static(Content(f"{self._name} · opening …"), id="log-file-title")
        yield Static(id="log-file-trouble")
        yield Container(id="log-file")
        yield Static(Content(_KEYS), id="log-file-keys")

    def on_mount(self) -> None:
        """Read the end."""
        self._reader = LogReader(self.app, self._path, self._failed)
        self._reader.ask(part, self._show)
        self.set_interval(_LOOK, self._look)

    def on_unmount(self) -> None:
        """Give the file back."""
        self._stopped = self._search
        if self._reader is not None:
            self._reader.close()

    # What the keys do

    def action_back(self) -> None:
        """Close the card, stop a search, leave what it found, or close."""
        if any(pane.close_detail() for pane in self.query(LogPane)):
            return
        if self._searching:
            self._stopped = self._search
        elif self._part is not None and self._part.matches is not None:
            self.action_end(True)
        else:
            self.dismiss(None)

    def action_part(self, step: int) -> None:
        """The part before, or after."""
        shown = self._part
        if shown is not None and shown.matches is None:
            if step < 0 < shown.lines.start:
                self._ask(stop=shown.lines.start)
            elif step > 0 and shown.lines.stop < shown.total:
                self._ask(shown.lines.stop)
            else:
                self._say("That is where the file ends." if step > 0 else "The file begins here.")

    def action_end(self, last: bool) -> None:
        """The last part, or the first."""
        self._ask(None if last else 0)

    def action_find(self) -> None:
        """Ask what to look for in the whole file."""
        from smtp_tui.workbench.screens.prompt import PromptScreen

        prompt = PromptScreen("Find in the whole file", SYNTAX, self._sought)
        self.app.push_screen(prompt, self._find)

    def _find(self, source: str | None) -> None:
        if not source or self._reader is None:
            return
        self._sought = source
        try:
            wanted = query(source)
        except QueryError as error:
            self._say(f"{str(error)[:1].upper()}{str(error)[1:]}.")
            return
        if wanted is None:
            return
        self._search += 1
        self._read_on(LogSearch(wanted), self._search)

    def _read_on(self, search: LogSearch, number: int) -> None:
        if self._reader is not None:
            self._reader.ask(search.read, lambda lines: self._sift(search, number, lines))

    async def _sift(self, search: LogSearch, number: int, lines: list[Record]) -> None:
        """Look at what was read, and read on: until the end, or until escape."""
        if self._reader is None or number != self._search or not self.is_open:
            return
        percent = search.percent
        try:
            search.sift(lines)
        except TooSlow as error:
            self._stopped = number
            self._say(f"{str(error)[:1].upper()}{str(error)[1:]}.")
            self._title()
            return
        if lines and self._searching:
            if search.percent != percent:
                self._progress(search.percent)
            self._read_on(search, number)
        else:
            self._reader.ask(lambda _: search.result(), self._found)

    def _progress(self, percent: int) -> None:
        if self.is_open:
            self._entitle(f"looking through it: {percent} % · escape stops")

    def _entitle(self, words: str) -> None:
        self.query_one("#log-file-title", Static).update(Content(f"{self._name} · {words}"))

    @property
    def _searching(self) -> bool:
        return self._search > 0 and self._stopped != self._search

    async def _found(self, result: Part) -> None:
        self._stopped = self._search
        await self._show(result)

    def _ask(self, start: int | None = None, stop: int | None = None) -> None:
        """The part from a line on, to be read downwards, or the one up to a line."""
        self._from_top = start is not None
        if self._reader is not None:
            self._reader.ask(lambda file: part(file, start, stop), self._show)

    # What was read

    async def _show(self, shown: Part) -> None:
        if not self.is_open:
            return
        self._part = shown
        place = self.query_one("#log-file", Container)
        await place.remove_children()
        if not self.is_open:
            return
        pane = LogPane(shown.transcript, self._keys)
        await place.mount(pane)
        if not self.is_open:
            return
        pane.focus()
        if self._from_top or shown.matches is not None:
            pane.view.action_top()
        self._title()

    def _title(self) -> None:
        shown = self._part
        if shown is None:
            return
        if shown.matches is not None:
            most = f", the first {shown.kept:,} of them here" if shown.matches > shown.kept else ""
            whole = shown.lines.stop >= shown.total
            stopped = "" if whole else f" among the first {shown.lines.stop:,}"
            words = (
                f"{counted(shown.matches, 'line')} with “{visible(self._sought)}”{stopped}{most}"
            )
        elif len(shown.lines) == shown.total:
            words = counted(shown.total, "line")
        else:
            words = f"lines {shown.lines.start + 1:,} to {shown.lines.stop:,} of {shown.total:,}"
        words += " · / filters these" if len(shown.lines) < shown.total else ""
        self._entitle(words)
        warning = self.query_one("#log-file-trouble", Static)
        warning.display = bool(shown.trouble)
        warning.update(Content(shown.trouble))

    def _look(self) -> None:
        """Whether the file changed."""
        shown = self._part
        if self._reader is not None and shown is None:
            self._entitle(f"opening: {self._reader.percent} % · escape leaves")
        elif self._reader is not None and shown is not None and not self._searching:
            self._reader.ask(
                lambda file: growth(file, shown), lambda found: self._changed(shown, found)
            )

    def _changed(self, shown: Part, found: Growth | None) -> None:
        """What was appended to the end in sight is shown; a file cut short is read anew."""
        if found is None or shown is not self._part or not self.is_open:
            return
        if found.total < shown.total:
            self._say(found.trouble)
            self._ask()
            return
        for record in found.records:
            shown.transcript.keep(record)
        stop = shown.lines.stop + len(found.records)
        lines = range(stop - len(shown.transcript), stop)  # the oldest may have gone
        self._part = replace(shown, lines=lines, total=found.total, trouble=found.trouble)
        for pane in self.query(LogPane):
            pane.view.update(len(shown.lines))
        self._title()

    def _failed(self, sentence: str) -> None:
        if self.is_current:
            self.dismiss(sentence)
        else:
            self._say(sentence)

    def _say(self, sentence: str) -> None:
        self.notify(sentence, markup=False)

    @on(LogView.CopyRequested)
    def _copy(self, event: LogView.CopyRequested) -> None:
        event.stop()
        clipboard.copy(self.app, event.text, "from the log file")

    @on(DetailPane.Tried)
    def _try(self, event: DetailPane.Tried) -> None:
        event.stop()
        self._say("This is a file: what is suggested can be tried in a session.")
