"""How the command line can go on: what is known of the session, and the list of all ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from smtp_tui.smtp.visible import visible

if TYPE_CHECKING:
    from smtp_tui.smtp.completion import Completion, Known
    from smtp_tui.smtp.state import State
    from smtp_tui.workbench.screens.main import MainScreen

_COLUMN = 24
"""Cells for the words at the most."""


class Completing:
    """Completes the command line of a screen; nothing is sent by it."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._history: tuple[str, ...] = ()
        self._addresses: tuple[str, ...] = ()
        self._asked: tuple[str, State, Known] | None = None
        self._ways: tuple[Completion, ...] = ()

    def ways(self, text: str) -> tuple[Completion, ...]:
        """The ways this text can go on in the session as it is."""
        screen = self._screen
        if not screen.view.takes_lines:
            return ()
        from smtp_tui.smtp.completion import Known, completions

        target = screen.view.target
        known = Known(
            ehlo=target.ehlo if target is not None else "",
            user=screen.credentials.credentials.user,
            lmtp=screen.view.lmtp,
            addresses=self._used_before(),
        )
        asked = (text, screen.view.state, known)
        if asked != self._asked:  # several parts of the window ask the same at each key
            self._asked, self._ways = asked, completions(*asked)
        return self._ways

    def _used_before(self) -> tuple[str, ...]:
        history = self._screen.composer.field.history
        if history != self._history:
            from smtp_tui.smtp.completion import addresses_in

            self._history, self._addresses = history, addresses_in(history)
        return self._addresses

    def list(self) -> None:
        """Open the list of all ways; the one taken is put on the command line."""
        from smtp_tui.workbench.screens.menu import MenuScreen

        screen, field = self._screen, self._screen.composer.field
        field.focus()
        begun, behind = field.value[: field.cursor_position], field.value[field.cursor_position :]
        ways = self.ways(begun)
        if not ways:
            screen.say("There is nothing to list here: what you type is sent as it stands.")
            return

        def taken(line: str | None) -> None:
            if line is not None:
                screen.composer.insert(line + behind)
                field.cursor_position = len(line)

        column = min(_COLUMN, max(len(visible(each.word)) for each in ways)) + 2
        room = field.region.width - 2  # of which one is the scroll bar's
        options = tuple((_label(each, column, room), each.line) for each in ways)
        screen.app.push_screen(MenuScreen(options, ways[0].line, field.region), taken)


def _label(way: Completion, column: int, width: int) -> Content:
    """The word and what it means; what makes no sense now is quiet."""
    word = visible(way.word)
    said = f"{word}{' ' * max(2, column - len(word))}{way.meaning}"
    rfc = f" · {way.rfc}" if way.rfc else ""
    whole = said + rfc if len(said + rfc) <= width else said
    style = "bold" if way.timely else "$quiet"
    return (
        Content.styled(whole, "$quiet").stylize(style, 0, len(word)).truncate(width, ellipsis=True)
    )
