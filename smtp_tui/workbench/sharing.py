"""Saves the session or a picture of the window, or copies it as another tool's command."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.excerpt import Excerpt, excerpt
from smtp_tui.transcript.exports.formats import FormatError, format_of
from smtp_tui.transcript.exports.saving import AlreadyThere, SaveError, save
from smtp_tui.transcript.tools.all import TOOLS, written
from smtp_tui.transcript.tools.plan import ToolError
from smtp_tui.wire.target import Target
from smtp_tui.workbench import clipboard, files
from smtp_tui.workbench.panes.log import LogPane

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen

_PALETTE_GONE = 0.1
"""Seconds after which the palette, where this was chosen, is not in the picture any more."""


def ask(screen: MainScreen, path: str = "", problem: str = "") -> None:
    """Ask where to save the session, and save it; again when there is a problem with a path."""
    from smtp_tui.workbench.screens.save import SaveScreen, Sharing

    if not len(screen.query_one(LogPane).transcript):
        screen.say("There is nothing to save yet.")
        return

    def chosen(answer: Sharing | None) -> None:
        if answer is not None and answer.tool:
            copy(screen, answer.tool)
        elif answer is not None:
            _save(screen, answer.path)

    screen.app.push_screen(SaveScreen(path or suggestion(screen.view.target), problem), chosen)


def copy(screen: MainScreen, tool: str) -> None:
    """Copy the session as the command of that tool."""
    target = screen.view.target

    def work(kept: Excerpt) -> Callable[[], None]:
        try:
            text = written(tool, kept, target or Target(""))
        except ToolError as error:
            sentence = str(error)
            return lambda: screen.say(sentence)
        what = f"the session as a {TOOLS[tool].what}"
        return lambda: clipboard.copy(screen.app, text, what)

    _in_background(screen, work)


def picture(screen: MainScreen) -> None:
    """Save the window as it is, without secrets, in the folder that the program runs in."""
    app, path = screen.app, f"smtp-tui-{time.strftime('%Y%m%d-%H%M%S')}.svg"

    def done(result: bytes | Exception) -> None:
        if isinstance(result, bytes):
            app.notify(f"Saved the window to {path}.", markup=False)
        else:
            app.notify(str(result), title="Not saved", severity="error", markup=False)

    def take() -> None:
        files.write(app, path, app.export_screenshot().encode(), done)

    screen.set_timer(_PALETTE_GONE, take)


def suggestion(target: Target | None) -> str:
    """A file name for a session with that server, as of now."""
    host = target.host if target is not None else ""
    word = "".join(each if each.isalnum() or each in ".-" else "-" for each in host).strip(".-")
    return f"{word or 'session'}-{time.strftime('%Y%m%d-%H%M%S')}.smtp"


def _in_background(screen: MainScreen, work: Callable[[Excerpt], Callable[[], None]]) -> None:
    """Let ``work`` make something of the session in a thread; what it gives runs on the UI loop."""
    transcript = screen.query_one(LogPane).transcript
    lines, app = transcript.kept(), screen.app

    def run() -> None:
        kept = excerpt((lines[number] for number in range(lines.first, lines.end)), lines.dropped)
        app.call_later(work(kept))

    threading.Thread(target=run, name="sharing", daemon=True).start()


def _save(screen: MainScreen, path: str, *, replace: bool = False) -> None:
    def work(kept: Excerpt) -> Callable[[], None]:
        try:
            save(path, format_of(path).write(kept), replace=replace)
        except AlreadyThere as error:
            sentence = str(error)
            return lambda: _ask_again(screen, path, sentence)
        except (SaveError, FormatError) as error:
            sentence = str(error)
            return lambda: ask(screen, path, sentence)
        hidden = f"; {counted(kept.hidden, 'octet')} of secrets are hidden" if kept.hidden else ""
        sentence = f"Saved {counted(len(kept.records), 'line')} to {visible(path)}{hidden}."
        return lambda: screen.app.notify(sentence, markup=False)

    _in_background(screen, work)


def _ask_again(screen: MainScreen, path: str, sentence: str) -> None:
    from smtp_tui.workbench.screens.question import put, replacing

    def agreed() -> None:
        _save(screen, path, replace=True)

    put(screen.app, replacing(sentence), agreed, lambda: ask(screen, path))
