"""The script pane: the lines of a script, and beside each what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from smtp_tui.smtp.events import Span
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.rehearsal import Rehearsal
from smtp_tui.transcript.script import ClientLine, ExpectedReply, Kind, Remark

_LONGEST = 512
"""Octets shown of one line."""
_NUMBER = 6
_LEAST_FOR_CAME = 24


class ScriptPane(ScrollView, can_focus=True):
    """Shows a rehearsal, and a cursor that follows it until the person moves it.

    ``run_here`` is what enter does, ``leave`` what escape does.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", show=False),
        Binding("down,j", "cursor(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "end(False)", show=False),
        Binding("end,G", "end(True)", show=False),
        Binding("enter", "run_here", show=False),
        Binding("escape", "leave", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "script--client", "script--quiet", "script--good", "script--bad", "script--next",
        "script--cursor",
    }  # fmt: skip
    DEFAULT_CSS = """
    ScriptPane {
        display: none;
        height: 7;
        border: round $border-blurred;
        border-title-color: $quiet;
        border-subtitle-color: $quiet;
        padding: 0 1;
        scrollbar-size: 1 1;
        overflow-x: hidden;
        &.-open { display: block; }
        &:focus { border: round $border; border-title-color: $accent; }
        & > .script--client { color: $primary; }
        & > .script--quiet { color: $quiet; }
        & > .script--good { color: $success; }
        & > .script--bad { color: $error; text-style: bold; }
        & > .script--next { color: $accent; text-style: bold; }
        & > .script--cursor { background: $input-selection-background; }
    }
    """

    def __init__(self, run_here: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__(id="script")
        self._run_here = run_here
        self._leave = leave
        self._play: Rehearsal | None = None
        self._hidden: Mapping[int, tuple[Span, ...]] = {}
        self._veil = Veil()
        self._moved_to: int | None = None

    @property
    def cursor(self) -> int:
        """The place of the step where the cursor is."""
        if self._play is None:
            return 0
        place = self._play.place if self._moved_to is None else self._moved_to
        return max(0, min(place, len(self._play.steps) - 1))

    def open(self, play: Rehearsal, name: str, hidden: Mapping[int, tuple[Span, ...]]) -> None:
        """Show a script; ``hidden`` are its own credentials."""
        self._play, self._hidden, self._moved_to = play, hidden, None
        self._veil = Veil()
        for place, spans in hidden.items():
            step = play.steps[place]
            if isinstance(step, ClientLine):
                for start, end in spans:
                    self._veil.learn(step.line[start:end], "secret")
        self.border_title = Content(f"Script ─ {name}")
        self.add_class("-open")
        self.screen.add_class("-script")
        self.virtual_size = Size(1, len(play.steps))
        self.update("")

    def close(self) -> None:
        """Show nothing any more."""
        self._play = None
        self.remove_class("-open")
        self.screen.remove_class("-script")

    def point(self, place: int | None) -> None:
        """Put the cursor on a step; None lets it follow what is next."""
        self._moved_to = place
        self._show_cursor()

    def update(self, words: str) -> None:
        """Draw how things stand, ``words`` in the frame."""
        self.border_subtitle = Content(words)
        self._show_cursor()

    # Moving

    def action_cursor(self, step: int) -> None:
        """One line up or down."""
        self.point(max(0, self.cursor + step))

    def action_page(self, step: int) -> None:
        """A screenful up or down."""
        self.action_cursor(step * max(1, self.scrollable_content_region.height - 1))

    def action_end(self, last: bool) -> None:
        """To the last line, or the first."""
        self.point(len(self._play.steps) - 1 if last and self._play is not None else 0)

    def action_run_here(self) -> None:
        """Play to the cursor."""
        self._run_here()

    def action_leave(self) -> None:
        """Pause, or close."""
        self._leave()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line."""
        offset = event.get_content_offset(self)
        if offset is not None and self._play is not None:
            place = self.scroll_offset.y + offset.y
            if place < len(self._play.steps):
                self.point(place)

    def _show_cursor(self) -> None:
        height = self.scrollable_content_region.height
        top, cursor = self.scroll_offset.y, self.cursor
        if height:
            least, most = cursor - height + 2, cursor - 1
            self.scroll_to(y=max(0, min(max(top, least), most)), animate=False, force=True)
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._show_cursor()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One step."""
        width, place = self.scrollable_content_region.width, self.scroll_offset.y + y
        if self._play is None or place >= len(self._play.steps):
            return Strip.blank(width, self.rich_style)
        base = self.rich_style
        if place == self.cursor and (self.has_focus or self._moved_to is not None):
            base += Style(bgcolor=self._style("cursor").bgcolor)
        strip = Strip(self._segments(self._play, place, width)).apply_style(base)
        return strip.adjust_cell_length(width, base)

    def _segments(self, play: Rehearsal, place: int, width: int) -> list[Segment]:
        step, came = play.steps[place], play.came.get(place)
        mark, style = self._mark(play, place)
        text, kind = self._text(play, place)
        words = ""
        if came is not None and not (came.met and width < _LEAST_FOR_CAME * 2):
            words = came.words
        room = width - _NUMBER - 5
        if words:
            room = max(_LEAST_FOR_CAME, room // 2)  # of all lines: what came stands in a column
        segments = [
            Segment(f"{'▶' if place == play.place else ' '}", self._style("next")),
            Segment(f"{mark} ", self._style(style)),
            Segment(f"{step.number:>{_NUMBER - 1}} ", self._style("quiet")),
            Segment(_fitted(text, room) if words else text, self._style(kind)),
        ]
        if words and came is not None:
            got = "" if came.met else "got "
            segments.append(Segment(f" {got}{words}", self._style("quiet" if came.met else "bad")))
        return segments

    def _mark(self, play: Rehearsal, place: int) -> tuple[str, str]:
        came = play.came.get(place)
        if came is not None:
            return ("✓", "good") if came.met else ("✗", "bad")
        if place in play.skipped:
            return "–", "bad"
        sent = place < play.place and isinstance(play.steps[place], ClientLine)
        return ("→", "quiet") if sent else (" ", "quiet")

    def _text(self, play: Rehearsal, place: int) -> tuple[str, str]:
        match play.steps[place]:
            case ClientLine(line=line, kind=kind):
                shown = self._veil.visible(line[:_LONGEST], self._spans(place))
                return f"C: {shown}", "client" if kind is Kind.COMMAND else "quiet"
            case ExpectedReply(pattern=pattern, texts=texts):
                more = f" (+{len(texts) - 1})" if len(texts) > 1 else ""
                first = self._veil.visible(texts[0][:_LONGEST])
                return f"S: {pattern} {first}".rstrip() + more, "good"
            case Remark(line=line):
                return self._veil.visible(line[:_LONGEST]), "quiet"

    def _spans(self, place: int) -> tuple[Span, ...]:
        return tuple((start, min(end, _LONGEST)) for start, end in self._hidden.get(place, ()))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"script--{name}", partial=True)


def _fitted(text: str, width: int) -> str:
    """The text in so many cells, with a mark where it is cut."""
    return set_cell_size(text, width - 1) + ("…" if cell_len(text) >= width else " ")
