"""The bottom line: the keys that matter now, as many as fit."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widget import Widget

from smtp_tui.workbench.actions import ACTIONS, UserAction
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.session import SessionView

_NARROW = 100
_MOST_WHEN_NARROW = 7
_GAP = 2
_LAST = "palette"


@dataclass(frozen=True, slots=True)
class Place:
    """One key in the bar: its action, what is written, and in which column it begins."""

    action: type[UserAction]
    key: str
    start: int

    @property
    def end(self) -> int:
        """The column after it."""
        return self.start + len(self.key) + 1 + len(self.action.footer)


class KeyBar(Widget):
    """Keys and their words; a click does what the key does."""

    ALLOW_SELECT = False

    def __init__(self, keys: Keys) -> None:
        super().__init__(id="keys")
        self._keys = keys
        self._view = SessionView()

    def show(self, view: SessionView) -> None:
        """Draw for this state of the session."""
        if available(view) != available(self._view):
            self.refresh()
        self._view = view

    def render(self) -> Content:
        """The keys that fit; what makes no sense now is dim."""
        parts: list[Content | str] = []
        column = 0
        for place in places(self._view, self._keys, self.size.width):
            parts.append(" " * (place.start - column))
            parts.append(_drawn(place, enabled=place.action.check(self._view)))
            column = place.end
        return Content.assemble(*parts)

    async def on_click(self, event: events.Click) -> None:
        """Do what is written where the click fell."""
        for place in places(self._view, self._keys, self.size.width):
            if place.start <= event.x < place.end:
                await self.run_action(f"app.do({place.action.id!r})")


def available(view: SessionView) -> tuple[str, ...]:
    """The ids of the actions that make sense now."""
    return tuple(id for id, action in ACTIONS.items() if action.check(view))


def places(view: SessionView, keys: Keys, width: int) -> list[Place]:
    """The most useful actions that fit, in the order of ``ACTIONS``, the palette at the right.

    Of the keys an action has the first is shown.
    """
    most = len(ACTIONS) if width >= _NARROW else _MOST_WHEN_NARROW
    wanted = sorted(_shown(view), key=lambda action: action.place(view))[:most]
    while wanted and (laid := _laid_out(wanted, keys, width)) is None:
        wanted.pop()
    return laid or [] if wanted else []


def _shown(view: SessionView) -> list[type[UserAction]]:
    actions = [action for action in ACTIONS.values() if action.footer]
    return [action for action in actions if action.check(view) or not action.only_when_useful]


def _laid_out(actions: list[type[UserAction]], keys: Keys, width: int) -> list[Place] | None:
    """Their places, None when they do not fit."""
    order = list(ACTIONS.values())
    laid: list[Place] = []
    column = 1
    for action in sorted(actions, key=order.index):
        place = Place(action, keys.short(action.id), column)
        if action.id == _LAST:
            place = Place(action, place.key, max(column, width - 1 - (place.end - place.start)))
        laid.append(place)
        column = place.end + _GAP
    return laid if column - _GAP < width else None


def _drawn(place: Place, *, enabled: bool) -> Content:
    return Content.assemble(
        (place.key, "bold $footer-key-foreground" if enabled else "$quiet"),
        (f" {place.action.footer}", "$footer-description-foreground" if enabled else "$quiet"),
    )
