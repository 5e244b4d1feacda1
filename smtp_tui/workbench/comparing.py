"""Compares two transcripts, or the session with the script it was played by, off the UI loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.comparison import Pair, compare
from smtp_tui.transcript.record import Kind
from smtp_tui.transcript.ring import Ring
from smtp_tui.transcript.script import ScriptError
from smtp_tui.transcript.side import NoDialogue, Side, of_file, of_records, of_script
from smtp_tui.workbench.panes.log import LogPane
from smtp_tui.workbench.places import place

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen

Sides = tuple[Side, Side]
Found = tuple[Side, Side, tuple[Pair, ...]]


class _Problem(Exception):
    """There is no comparison: one sentence that says why."""


def ask(screen: MainScreen) -> None:
    """Ask for two transcripts, and show them side by side."""
    from smtp_tui.workbench.screens.two_files import TwoFilesScreen

    def chosen(files: tuple[str, str] | None) -> None:
        if files is not None:
            lines = screen.query_one(LogPane).transcript.kept()
            _show(screen, lambda: _sides(lines, files))

    screen.app.push_screen(TwoFilesScreen(), chosen)


def with_script(screen: MainScreen) -> None:
    """Show the script beside what came of it."""
    script, play = screen.playing.script, screen.playing.play
    if script is None:
        screen.say("There is no script to compare with.")
        return
    lines = screen.query_one(LogPane).transcript.kept()
    words: tuple[str, ...] = ()
    if play is not None:
        result = play.result
        words = (f"{result.met} of {result.expected} replies as expected",)

    def sides() -> Sides:
        return of_script("the script", script), _session(lines)

    _show(screen, sides, words)


def _show(screen: MainScreen, sides: Callable[[], Sides], words: tuple[str, ...] = ()) -> None:
    def done(result: Found | _Problem) -> None:
        from smtp_tui.workbench.screens.side_by_side import SideBySideScreen

        if isinstance(result, _Problem):
            screen.notify(
                str(result), title="Not compared", severity="error", markup=False, timeout=10
            )
        else:
            screen.app.push_screen(SideBySideScreen(*result, words))

    def run() -> None:
        result: Found | _Problem
        try:
            left, right = sides()
            result = left, right, compare(left.script, right.script)
        except _Problem as problem:
            result = problem
        screen.app.call_later(done, result)

    threading.Thread(target=run, name="comparing", daemon=True).start()


def _sides(lines: Ring, files: tuple[str, str]) -> Sides:
    first, second = files
    if not first and not second:
        newest = _spoken(lines)
        if len(newest) < 2:
            raise _Problem("The session has no two connections on which anything was said.")
        return _session(lines, newest[-2]), _session(lines, newest[-1])
    return _side(lines, first), _side(lines, second)


def _side(lines: Ring, file: str) -> Side:
    if not file:
        return _session(lines)
    path = place(file)
    name = visible(path.name)
    try:
        if path.exists() and not path.is_file():
            raise _Problem(f"{name} is no plain file.")
        return of_file(path)
    except ScriptError as error:
        raise _Problem(f"{name}, {error}.") from None
    except NoDialogue as error:
        raise _Problem(f"{name}: {error}.") from None
    except (OSError, ValueError) as error:
        reason = visible(getattr(error, "strerror", None) or str(error))
        raise _Problem(f"{name} cannot be read: {reason}.") from None


def _session(lines: Ring, connection: int | None = None) -> Side:
    spoken = _spoken(lines)
    if not spoken:
        raise _Problem("Nothing was said in this session yet.")
    number = spoken[-1] if connection is None else connection
    name = "this session" if len(spoken) == 1 else f"this session, connection {number}"
    records = (lines[line] for line in range(lines.first, lines.end))
    try:
        return of_records(name, [each for each in records if each.connection == number])
    except ScriptError as error:
        raise _Problem(f"The session cannot be compared: {error}.") from None


def _spoken(lines: Ring) -> list[int]:
    """The connections on which the client said anything, in their order."""
    records = (lines[line] for line in range(lines.first, lines.end))
    return list(dict.fromkeys(each.connection for each in records if each.kind is Kind.CLIENT))
