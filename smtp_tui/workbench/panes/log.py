"""The session pane: the log in its frame, and the way back to its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from smtp_tui.smtp.amounts import counted
from smtp_tui.transcript.records import Transcript
from smtp_tui.transcript.ways import Ways
from smtp_tui.wire.events import Event
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.panes.log_frame import frame_words

if TYPE_CHECKING:
    from smtp_tui.workbench.panes.detail import DetailPane
    from smtp_tui.workbench.panes.find import FindBar


class Pill(Static):
    """How much there is below; a click goes there."""

    class Pressed(Message):
        """The person wants to see the end."""

    def on_click(self, event: events.Click) -> None:
        """Say so."""
        event.stop()
        self.post_message(self.Pressed())


class LogPane(Container):
    """Shows a session; ``tell`` folds events into its transcript and shows them."""

    DEFAULT_CSS = """
    LogPane {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        layers: lines pill;
        align: right bottom;
        height: 1fr;
        &:focus-within { border: round $border; border-title-color: $accent; }
        Pill {
            layer: pill;
            display: none;
            width: auto;
            height: 1;
            margin: 0 2 0 0;
            padding: 0 1;
            background: $accent;
            color: $background;
            text-style: bold;
            pointer: pointer;
            &.-shown { display: block; }
        }
    }
    """

    view = getters.query_one(LogView)
    pill = getters.query_one(Pill)

    def __init__(
        self,
        transcript: Transcript | None = None,
        keys: Keys | None = None,
        *,
        id: str = "log",
    ) -> None:
        super().__init__(id=id)
        self._keys = keys if keys is not None else Keys()
        self.transcript = transcript if transcript is not None else Transcript(ways=self._ways())
        self._words = ""  # in the frame
        self._bar: FindBar | None = None
        self._detail: DetailPane | None = None
        self._back: Widget | None = None  # who gets the focus when the detail closes
        self.border_title = Content("Session")

    def _ways(self) -> Ways:
        first = self._keys.first
        return Ways(first("explain"), first("connect"), first("starttls"), first("other-way"))

    def compose(self) -> ComposeResult:
        """The lines, and the pill above them."""
        yield LogView(self.transcript, self._ask, self._report)
        yield Pill()

    def on_mount(self) -> None:
        """Say how things stand."""
        self._report()

    def focus(self, scroll_visible: bool = True) -> LogPane:
        """Give the focus to the lines."""
        self.view.focus(scroll_visible)
        return self

    def tell(self, batch: Iterable[Event]) -> None:
        """Show what the wire told."""
        start = end = self.transcript.end
        for event in batch:
            changed = self.transcript.add(event)
            start, end = min(start, changed.start), max(end, changed.stop)
        if start < end and self.is_mounted:
            self.view.update(start)

    @property
    def shows_the_end(self) -> bool:
        """Whether the person has the newest line in sight."""
        on_top = self.app.screen is self.screen
        return on_top and self.view.following and self._detail is None

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.view.action_follow()

    def _ask(self, hiding: bool) -> Widget:
        """Open the field for what is looked for."""
        from smtp_tui.workbench.panes.find import FindBar

        if self._bar is not None:
            self._bar.remove()
        self._bar = FindBar(self.view, hiding=hiding)
        self.mount(self._bar)
        return self._bar.field

    @on(Pill.Pressed)
    def _pressed(self, event: Pill.Pressed) -> None:
        event.stop()
        self.follow()

    @on(LogView.DetailRequested)
    def _open_detail(self, event: LogView.DetailRequested) -> None:
        event.stop()
        from smtp_tui.workbench.panes.detail import DetailPane, View

        view = View.OCTETS if event.octets else View.MEANING
        if self._detail is None:
            self._detail = DetailPane(self.view, self._keys, view)
            self.mount(self._detail)
        else:
            self._detail.show(view)
        self._detail.focus()

    def explain_refusal(self, back: Widget | None) -> bool:
        """Open the detail of the refusal that the person is on, else of the newest.

        ``back`` has the focus, and gets it afterwards. False: there is none among the lines.
        """
        inside = back is None or self in back.ancestors
        if not self.view.point_at_refusal():
            return False
        self._back = self._back if inside else back
        return True

    def on_detail_pane_closed(self) -> None:
        """Close the detail."""
        self.close_detail()

    def close_detail(self) -> bool:
        """Close the detail; who is in it goes back to where he came from. False: none is open."""
        detail, self._detail = self._detail, None
        if detail is None:
            return False
        back, self._back = self._back or self.view, None
        if detail.has_focus:
            back.focus()
        if back is not self.view:
            self.view.action_follow()
        detail.remove()
        return True

    def on_find_bar_done(self, event: FindBar.Done) -> None:
        """Close the field for what is looked for."""
        event.stop()
        event.bar.remove()
        if self._bar is event.bar:
            self._bar = None
        self.view.focus()
        self._report()

    def _report(self) -> None:
        """Write the frame's words and the pill anew, where they changed."""
        view = self.view
        words = " · ".join(frame_words(view))
        if words != self._words:
            self._words, self.border_subtitle = words, Content(words)
        below = 0 if view.following else view.below
        self.pill.set_class(below > 0, "-shown")
        if below:
            self.pill.update(Content(f"+{counted(below, 'line')} ▾ end"))
        if self._bar is not None:
            self._bar.report()
        if self._detail is not None:
            self._detail.follow()
