"""Recalls what was sent to a profile or server in earlier sessions, off the UI loop."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from smtp_tui.smtp.visible import visible
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target
from smtp_tui.workbench.history_file import (
    append_history,
    history_path,
    read_history,
    state_folder,
)
from smtp_tui.workbench.panes.choice import Choice
from smtp_tui.workbench.panes.command_input import CommandInput, secret_spans
from smtp_tui.workbench.shelf import Shelf

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen

Job = Callable[[], None]


class Recalling:
    """Keeps the history of a screen's command line; ``shelf`` says whether the person wants it."""

    def __init__(self, screen: MainScreen, shelf: Shelf) -> None:
        self._screen = screen
        self._shelf = shelf
        self._name = ""
        self._turn = 0
        self._told = False
        self._jobs: queue.SimpleQueue[Job] | None = None

    @property
    def wanted(self) -> bool:
        """Whether histories are kept in files: not without settings, and not against them."""
        settings = self._shelf.settings
        return settings.path is not None and settings.history

    def receive(self, batch: Sequence[wire.Event]) -> None:
        """Change to the history of what is being connected to."""
        for event in batch:
            if isinstance(event, wire.Opening) and self.wanted:
                self._change_to(self._name_of(event.target))

    def show(self) -> None:
        """List what was sent; a line that is taken is put on the command line, never sent."""
        from smtp_tui.workbench.screens.history import HistoryScreen

        screen = self._screen
        lines = list(dict.fromkeys(reversed(screen.composer.field.history)))
        if not lines:
            screen.say("Nothing was sent yet that could be listed.")
            return

        def taken(line: str | None) -> None:
            if line is not None:
                screen.composer.insert(line)

        screen.app.push_screen(HistoryScreen(lines, visible(self._name)), taken)

    def _name_of(self, target: Target) -> str:
        if self._screen.operator.is_practice(target):
            return "practice server"
        name = self._screen.query_one("#profile", Choice).value
        profile = self._shelf.profile(name)
        same = profile is not None and profile.target().place == target.place
        return name if same else target.place

    def _change_to(self, name: str) -> None:
        if name == self._name:
            return
        self._name = name
        self._turn += 1
        turn = self._turn
        field = self._screen.composer.field
        field.forget()
        field.kept = lambda line: self._keep(name, line)

        def read() -> None:
            lines = read_history(history_path(state_folder(os.environ), name), _harmless)
            self._screen.app.call_later(self._recall, turn, lines)

        self._do(read)

    def _recall(self, turn: int, lines: list[str]) -> None:
        if turn == self._turn:  # else another server is being talked to by now
            for field in self._fields():
                field.recall(lines)

    def _fields(self) -> list[CommandInput]:
        """The command line, if the window still stands."""
        return list(self._screen.query(CommandInput))

    def _keep(self, name: str, line: str) -> None:
        if self.wanted and _harmless(line):
            self._do(lambda: append_history(history_path(state_folder(os.environ), name), line))

    def _do(self, job: Job) -> None:
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            threading.Thread(
                target=self._work, args=(self._jobs,), name="history", daemon=True
            ).start()
        self._jobs.put(job)

    def _work(self, jobs: queue.SimpleQueue[Job]) -> None:
        while True:
            job = jobs.get()
            try:
                job()
            except (OSError, ValueError) as error:
                self._screen.app.call_later(self._tell, visible(str(error)))

    def _tell(self, why: str) -> None:
        """Once: the history is not worth more words."""
        if not self._told and self._fields():
            self._told = True
            self._screen.note([f"The history is not kept: {why}."])


def _harmless(line: str) -> bool:
    return not secret_spans(line, answering=False)
