"""The top line: the connection in words, and the rail of the session."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript import wording
from smtp_tui.workbench.log_paint import duration
from smtp_tui.workbench.rail import Mark, Stage, rail
from smtp_tui.workbench.session import Link, SessionView

_DOTS = {
    Link.IDLE: ("○", "$quiet"),
    Link.RESOLVING: ("◌", "$warning"),
    Link.CONNECTING: ("◌", "$warning"),
    Link.HANDSHAKING: ("◌", "$warning"),
    Link.OPEN: ("●", "$success"),
    Link.CLOSED: ("○", "$quiet"),
    Link.BROKEN: ("✗", "$error"),
    Link.FAILED: ("✗", "$error"),
}
_MARKS = {
    Mark.DONE: "$success",
    Mark.NOW: "bold $background on $accent",
    Mark.BUSY: "bold $background on $primary",
    Mark.FAILED: "bold $background on $error",
    Mark.AHEAD: "$quiet",
}
_PATIENT = 2.0
"""Seconds of waiting that are not worth a word."""
_ROUND_TRIP = len("rtt 9999 ms")
_REACHED = (Mark.DONE, Mark.NOW, Mark.BUSY, Mark.FAILED)


class StatusBar(Widget):
    """One line that says where we are, as full as the width allows."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self._view = SessionView()
        self._ticking: Timer | None = None

    def on_mount(self) -> None:
        """Count the seconds while something is waited for."""
        self._ticking = self.set_interval(1.0, self.refresh, pause=True)

    def show(self, view: SessionView) -> None:
        """Draw this state of the session."""
        if view == self._view:
            return
        self._view = view
        self.refresh()
        if self._ticking is not None:
            (self._ticking.resume if view.timings.busy else self._ticking.pause)()

    def render(self) -> Content:
        """The fullest form that fits."""
        return status_line(self._view, self.size.width, time.monotonic())


def status_line(view: SessionView, width: int, now: float = 0.0) -> Content:
    """The line for a width: state, place, TLS, the rail and the last round trip, or less.

    A wait that lasts at ``now``, on the wire's clock, is told in seconds.
    """
    forms = list(_forms(view, now))
    for form in forms:
        if form.left.cell_length + form.room + form.right_room + form.gaps + 2 <= width:
            return _spread(form, width)
    return _spread(forms[-1], width).truncate(width, ellipsis=True)


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to write the line; what its rail and its right end may need as the session goes on
    is ``room`` and ``right_room``.
    """

    left: Content
    rail: Content
    room: int
    right: Content
    right_room: int = 0

    @property
    def gaps(self) -> int:
        """Cells between the parts, at least."""
        return 3 + (2 if self.right_room else 0)


def _forms(view: SessionView, now: float) -> Iterator[_Form]:
    """From full to short."""
    stages = rail(view)
    rtt, nothing = _round_trip(view), Content("")
    named = Content.assemble(("rtt ", "$quiet"), rtt) if rtt.cell_length else nothing
    waiting = _waiting(view, now)
    names = sum(len(stage.name.split(" ")[0]) for stage in stages) + len("  ×1 ✓ ") + len(waiting)
    wide, wide_room = _words(stages, waiting, wide=True), names + 3 * (len(stages) - 1)
    tight, tight_room = _words(stages, waiting, wide=False), names + len(stages) - 1
    squares, squares_room = _squares(stages, waiting), len(stages) + len(" RCPT ×1" + waiting)
    bare = _squares(stages, "", named=False)
    for words, room in ((wide, wide_room), (tight, tight_room)):
        yield _Form(_left(view), words, room, named, _ROUND_TRIP)
    yield _Form(_left(view, word=False), tight, tight_room, named, _ROUND_TRIP)
    yield _Form(_left(view, word=False), tight, tight_room, nothing)
    yield _Form(_left(view), squares, squares_room, rtt, rtt.cell_length)
    yield _Form(_left(view), squares, squares_room, nothing)
    yield _Form(_left(view, word=False), squares, squares_room, nothing)
    yield _Form(_left(view, word=False), bare, len(stages), nothing)
    yield _Form(_left(view, word=False, place=24), bare, len(stages), nothing)


def _spread(form: _Form, width: int) -> Content:
    parts = form.left.cell_length + form.rail.cell_length + form.right.cell_length
    room = max(0, width - 2 - parts - form.gaps)
    before, after = (3, room + 2) if form.right.cell_length else (3 + room, 0)
    return Content.assemble(" ", form.left, " " * before, form.rail, " " * after, form.right, " ")


def _left(view: SessionView, *, place: int = 60, word: bool = True) -> Content:
    dot, style = _DOTS[view.link]
    parts: list[Content | str | tuple[str, str]] = [(f"{dot} ", style)]
    if word or view.link is not Link.OPEN:
        parts.append((f"{_in_words(view)}  ", style))
    if view.target is not None:
        text = visible(view.target.place)
        if len(text) > place:
            text = text[: place - 1] + "…"
        parts.append((text, "bold"))
    if view.link is Link.OPEN:
        parts += ["  ", _security(view)]
    return Content.assemble(*parts)


def _in_words(view: SessionView) -> str:
    match view.link:
        case Link.FAILED if not view.greeting:
            return "could not connect"
        case Link.BROKEN:
            return view.ending.lower()
        case link:
            return str(link.value)


def _security(view: SessionView) -> Content:
    if not view.encrypted:
        return Content.styled("not encrypted", "$error")
    if view.tls is None:
        return Content.styled("TLS ✗ not verified", "$warning")
    version = visible(wording.version(view.tls.version))
    if view.verified and view.tls.outdated:
        return Content.styled(f"{version} ▲ too old to protect", "$warning")
    if view.verified:
        return Content.styled(f"{version} ✓ verified", "$success")
    return Content.styled(f"{version} ✗ not verified", "$warning")


def _words(stages: tuple[Stage, ...], waiting: str, *, wide: bool) -> Content:
    parts: list[tuple[str, str]] = []
    for index, stage in enumerate(stages):
        if index:
            reached = stage.mark in _REACHED
            line = "━" if reached else "─"
            parts.append((f" {line} " if wide else line, "$success" if reached else "$quiet"))
        name = stage.name
        if stage.mark is Mark.BUSY:
            name += f"…{waiting}"
        elif stage.mark is Mark.FAILED:
            name += " ✗"
        if stage.mark not in (Mark.DONE, Mark.AHEAD):
            name = f" {name} "
        parts.append((name, _MARKS[stage.mark]))
    return Content.assemble(*parts)


def _squares(stages: tuple[Stage, ...], waiting: str, *, named: bool = True) -> Content:
    """A square a stage, and the name of where we are."""
    parts: list[tuple[str, str]] = []
    here = ""
    for stage in stages:
        solid = stage.mark.value
        style = {Mark.NOW: "$accent", Mark.BUSY: "$primary", Mark.FAILED: "$error"}.get(
            stage.mark, _MARKS[stage.mark]
        )
        parts.append((solid, style))
        if stage.mark in (Mark.NOW, Mark.BUSY, Mark.FAILED):
            here = stage.name + (f"…{waiting}" if stage.mark is Mark.BUSY else "")
    if here and named:
        parts.append((f" {here}", "bold"))
    return Content.assemble(*parts)


def _waiting(view: SessionView, now: float) -> str:
    """How long the stage under way has been waited for, behind its name; "" for a short while."""
    waiting = view.timings.waiting(now) if view.live else 0.0
    return f" {waiting:.0f} s" if waiting >= _PATIENT else ""


def _round_trip(view: SessionView) -> Content:
    if view.rtt is None or not view.live:
        return Content("")
    return Content.styled(duration(view.rtt), "$quiet")
