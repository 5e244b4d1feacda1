"""Asks for scripts and log files, and opens them; again where one cannot be opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smtp_tui.smtp.events import Span
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.script import Script, ScriptError, parse
from smtp_tui.transcript.script_secrets import hidden
from smtp_tui.workbench import files

if TYPE_CHECKING:
    from smtp_tui.workbench.keymap import Keys
    from smtp_tui.workbench.screens.main import MainScreen

Again = Callable[[str, str], None]
"""Asks anew for a file: gets the path that was given and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A script that was read, with its own credentials."""

    script: Script
    hidden: Mapping[int, tuple[Span, ...]]


class Opening:
    """``show`` gets a script that was read, and its name."""

    def __init__(
        self, screen: MainScreen, keys: Keys, show: Callable[[Opened, str], object]
    ) -> None:
        self._screen = screen
        self._keys = keys
        self._show = show

    def ask(self, path: str = "", problem: str = "") -> None:
        """Ask for a file, and open it; again when there is a problem with the last one."""
        from smtp_tui.workbench.screens.prompt import PromptScreen

        note = "An .smtp file: enter opens it, escape does not."
        prompt = PromptScreen("Open a script", note, path, problem)
        self._screen.app.push_screen(prompt, lambda path: self.open(path, self.ask))

    def ask_for_log(self, path: str = "", problem: str = "") -> None:
        """Ask for a log file, and show it; again when there is a problem with the last one."""
        from smtp_tui.workbench.screens.prompt import PromptScreen

        note = "A log file (--log, or saved as .jsonl): enter opens it, escape does not."
        prompt = PromptScreen("Open a log file", note, path, problem)
        self._screen.app.push_screen(prompt, lambda path: self.open_log(path, self.ask_for_log))

    def open_log(self, path: str | None, again: Again | None = None) -> None:
        """Show a log file; ``again`` asks for another where it cannot be opened."""
        from smtp_tui.workbench.screens.log_file import LogFileScreen

        if not path:
            return

        def left(problem: str | None) -> None:
            if problem:
                self._not_opened(path, problem, again)

        self._screen.app.push_screen(LogFileScreen(path, self._keys), left)

    def _not_opened(self, path: str, problem: str, again: Again | None) -> None:
        if again is not None:
            again(path, problem)
        else:
            self._screen.notify(
                problem, title="Not opened", severity="error", markup=False, timeout=10
            )

    def open(self, path: str | None, again: Again | None = None) -> None:
        """Read a script and show it; a log file opens as one. ``again`` as for ``open_log``."""
        if not path:
            return
        if path.endswith(".jsonl"):
            self.open_log(path, again)
            return

        name = visible(path.rpartition("/")[2])

        def done(result: Opened | Exception) -> None:
            if isinstance(result, _LogFile):
                self.open_log(path, again)
            elif isinstance(result, Exception):
                sentence = f"{name}, {result}." if isinstance(result, ScriptError) else str(result)
                self._not_opened(path, sentence, again)
            else:
                self._show(result, name)

        files.load(self._screen.app, path, _opened, done, _no_log)


class _LogFile(ValueError):
    """It is no script but a log file, by whatever name."""


def _no_log(beginning: bytes) -> None:
    if beginning == b"{":
        raise _LogFile


def _opened(data: bytes) -> Opened:
    script = parse(data)
    return Opened(script, hidden(script))
