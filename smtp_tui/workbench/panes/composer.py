"""The command line: what is typed is what is sent; below it what the line means and risks."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.escapes import EscapeError, unescape
from smtp_tui.smtp.state import Phase
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.notice import Holds, always
from smtp_tui.workbench.panes import hints
from smtp_tui.workbench.panes.command_input import CommandInput, Complete
from smtp_tui.workbench.panes.octets import is_plain, row
from smtp_tui.workbench.queue import Queue
from smtp_tui.workbench.session import Link, SessionView

_ACTIONS = {
    "insert-token": "puts the right one here",
    "envelope": "has a form for it",
}
"""What the actions that advice names do about it."""

Send = Callable[[str, Callable[[], None]], None]
"""Sends a line, or says why not; calls back once it is on its way."""


class Composer(Vertical):
    """One line to send, a hint and advice.

    ``send`` is called at once rather than told by a message: what is typed next must find the
    line gone. ``give_up`` is what escape does when there is nothing to empty, ``measure`` tells
    how many octets a line has when it is sent, ``complete`` how it can go on.
    """

    def __init__(
        self,
        keys: Keys,
        send: Send,
        give_up: Callable[[], None],
        measure: Callable[[str], int],
        complete: Complete,
        queue: Queue,
    ) -> None:
        super().__init__(id="composer")
        self._send = send
        self._give_up = give_up
        self._measure = measure
        self._complete = complete
        self._queue = queue
        self._keys = keys
        self._view = SessionView()
        self._said = ""
        self._holds: Holds = always
        self._mark = ""
        self._last = ""
        self._empty_once = False
        self.raw = False
        """Whether what is typed is octets with escapes, to be sent as they are."""
        self.typed = 0
        """Lines of message text sent since the 354."""

    def compose(self) -> ComposeResult:
        yield CommandInput(self.submit, self._escape, self._complete, self._keys, self._queue)
        yield Static(id="composer-octets")
        yield Static(id="composer-hint")
        yield Static(id="composer-advice")

    @property
    def field(self) -> CommandInput:
        """The input."""
        return self.query_one(CommandInput)

    @property
    def text(self) -> str:
        """The line as it stands."""
        return self.field.value

    def on_mount(self) -> None:
        """Draw the empty composer."""
        self._draw()

    def on_resize(self) -> None:
        """Fit the hint to the new width."""
        self.call_after_refresh(self._draw)

    def show(self, view: SessionView, offer: str) -> None:
        """Draw for this state of the session, offering ``offer`` as the next line."""
        before, self._view = self._view, view
        if view.state.phase is not before.state.phase:
            self.typed = 0
        if _standing(view) != _standing(before) or not self._holds(view):
            self._said = ""
        elif view.state.recipients > before.state.recipients:
            self._said = ""  # it may have told that there is none
        field = self.field
        field.offer = offer
        field.answering = view.takes_lines and view.state.phase is Phase.AUTH
        field.behind_auth = b"AUTH" in view.pending or view.auth_refused
        field.in_body = view.takes_text
        self._draw()

    def say(self, sentence: str, holds: Holds = always) -> None:
        """Show a sentence below the line until something is typed, as long as it holds."""
        if sentence or self._said:
            self._said, self._holds = sentence, holds
            self._draw()

    def refused(self, sentence: str) -> None:
        """The line could not be sent after all: give it back, unless another was begun."""
        if not self.field.value:
            with self.prevent(Input.Changed):
                self.field.set_line(self._last)
        self.say(sentence)

    def held(self) -> None:
        """A dry run said something else instead: the line goes, what waits behind it stays."""
        self.field.remember(self.field.value)
        with self.prevent(Input.Changed):  # which would take away what is said of it
            self.field.set_line("")
        self.field.came_from_queue = False

    def insert(self, text: str) -> None:
        """Put a line into the field and the cursor behind it."""
        self.field.set_line(text)
        self.field.focus()

    def mark(self, words: str) -> None:
        """Show words in the frame as long as what they say holds; "" for none."""
        self._mark = words
        self._draw()

    def toggle_raw(self) -> None:
        """Type octets with escapes, or lines again."""
        self.raw = not self.raw
        self.field.raw = self.raw
        self.field.focus()
        self._draw()

    def reveal(self, revealed: bool) -> None:
        """Show or mask credentials in the field."""
        self.field.revealed = revealed
        self._draw()

    def submit(self) -> None:
        """Ask for the line to be sent; an empty command is asked for twice."""
        text = self.field.value
        commanding = self._view.takes_lines and self._view.state.phase is Phase.COMMAND
        if not text and commanding and not self._empty_once:
            self._empty_once = True
            offered = "→ takes the suggestion. " if self.field.placeholder else ""
            self.say(f"Nothing typed. {offered}enter again sends an empty line.")
            return
        self._empty_once = False
        self._send(text, lambda: self._sent(text))

    def _sent(self, text: str) -> None:
        """The line is on its way: keep it in the history and make room for the next."""
        field = self.field
        self._last = text
        field.remember(text)
        if field.in_body and not self.raw:
            self.typed += 1
        field.next_line(text)
        self._said = ""
        self._draw()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._said = ""
        self._empty_once = False
        self._draw()

    def _escape(self) -> None:
        field = self.field
        if self._view.link in (Link.RESOLVING, Link.CONNECTING, Link.HANDSHAKING):
            self._give_up()
        elif field.value:
            field.set_line("")
            field.came_from_queue = False
        elif self._queue.items:
            from smtp_tui.workbench import losing

            losing.drop(self.app, len(self._queue.waiting), self._drop_queue)
        else:
            self._give_up()

    def _drop_queue(self) -> None:
        count = self._queue.drop()
        self.say(f"{hints.lines(count)} dropped." if count else "")

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        field = self.field
        octets = self._octets(field.value)
        advice = self._doubts(octets)
        fixes = (item.fix for item in advice if item.fix is not None)
        fix = next(fixes, None)
        field.fix = fix.decode("utf-8", "replace") if fix is not None else None
        field.placeholder = "" if self.raw else visible(field.offer)
        field.password = field.answering and bool(field.hidden)
        field.refresh()
        self.border_title = self._title()
        self.border_subtitle = self._count(octets)
        self._write("#composer-hint", self._hint(octets))
        self._write("#composer-advice", self._advice(advice))
        self._draw_octets(octets)

    def _octets(self, text: str) -> bytes:
        """What is typed as octets; in the raw mode its escapes carried out, as far as they go."""
        try:
            return unescape(text) if self.raw else text.encode("utf-8", "replace")
        except EscapeError:
            return text.encode("utf-8", "replace")

    def _doubts(self, octets: bytes) -> list[Advice]:
        if not octets or not self._view.takes_lines:
            return []
        if self.raw:
            return self._doubts_of_raw()
        from smtp_tui.smtp.advice import advise

        found = advise(octets, self._view.state, lmtp=self._view.lmtp)
        if self.field.rest_of_offer:  # what is doubtful about its end is going to change
            found = [each for each in found if each.fix != octets.strip()]
        return found

    def _doubts_of_raw(self) -> list[Advice]:
        from smtp_tui.smtp.doubts import raw

        try:
            return list(raw.doubts(unescape(self.field.value), self._view.state))
        except EscapeError as error:
            return [Advice(Severity.WARNING, str(error))]

    def _count(self, octets: bytes) -> Content:
        if not octets:
            return Content("")
        if self.raw:
            return Content(f"{counted(len(octets), 'octet')}, nothing is added")
        from smtp_tui.smtp.advice import line_limit

        limit = line_limit(self._view.state)
        sent = self._measure(self.field.value) + 2
        return Content.styled(
            f"{sent}/{limit} octets with CRLF", "$warning" if sent > limit else ""
        )

    def _draw_octets(self, octets: bytes) -> None:
        """Where there is little room, only octets worth a look, in place of the hint."""
        shown = self.query_one("#composer-octets", Static)
        whole = octets if self.raw else octets + b"\r\n"
        text = self.field.value
        worth = bool(octets) and (self.screen.has_class("-tall") or not is_plain(whole))
        shown.display = worth or self.screen.has_class("-tall")
        self.query_one("#composer-hint").display = not worth or self.screen.has_class("-tall")
        spans = tuple((_octet(text, start), _octet(text, end)) for start, end in self.field.hidden)
        if self.raw and spans:
            spans = ((0, len(octets)),)
        width = shown.size.width or 60
        self._write("#composer-octets", row(whole, spans, width) if worth else Content(""))

    def _write(self, id: str, words: Content) -> None:
        """Change words whose place has its size from the stylesheet: nothing is laid out anew."""
        self.query_one(id, Static).update(words, layout=False)

    def _title(self) -> Content:
        if self.raw:
            title = "Raw octets ─ \\r \\n \\t \\0 \\xHH are escapes, nothing is added"
        elif self._view.state.phase is Phase.CHUNK:
            title = "Octets of a chunk ─ BDAT said how many, line ends count"
        elif self.field.in_body:
            title = "Message text ─ a line with a single . ends it"
        elif self.field.answering:
            title = "Answer to the server ─ in Base64; * gives up"
        else:
            title = "Command"
        return Content(f"{title} ─ {self._mark}" if self._mark else title)

    def _hint(self, line: bytes) -> Content:
        waiting = self.field.waiting
        if waiting:
            return Content.styled(
                f"{hints.lines(len(waiting))}: enter sends this one,"
                f" {self._keys.first('queue')} shows all, escape empties",
                "$accent",
            )
        view = self._view
        if view.delivery is not None:
            return hints.delivery(view.delivery, self._keys.first("message"))
        if not view.takes_lines:
            keys = self._keys.first("connect"), self._keys.first("script-here")
            return Content.styled(hints.not_connected(view, *keys), "$quiet")
        phase = view.state.phase
        if phase is Phase.GREETING or (view.pending and not line and not view.takes_text):
            return hints.waiting(view)
        match phase:
            case Phase.BODY:
                return Content.styled("What you type goes out line by line, as it is.", "$quiet")
            case Phase.CHUNK:
                words = f"Each line goes out with CRLF; {self._keys.first('raw')} adds nothing."
                return Content.styled(words, "$quiet")
            case Phase.AUTH:
                return hints.challenge(view)
            case Phase.CLOSING:
                return Content.styled("The server is closing the connection.", "$quiet")
        if not line and self.raw:
            words = "What you type goes out as it is: \\r\\n at the end ends a line."
            return Content.styled(words, "$quiet")
        if not line:
            offered = "→ takes the suggestion, " if self.field.offer else ""
            listed = f"{self._keys.first('complete')} lists what can be said"
            return Content.styled(f"Type a command: {offered}{listed}", "$quiet")
        return hints.verb(line, self.field.size.width)

    def _advice(self, advice: list[Advice]) -> Content:
        if self._said:
            return Content.styled(self._said, "$warning")
        if not advice:
            return Content("")
        severities = list(Severity)
        worst, *others = sorted(advice, key=lambda item: -severities.index(item.severity))
        size = self.query_one("#composer-advice").size
        roomy, doubt = size.height > 1, hints.doubt(worst)
        fixed = self.field.fix is not None and not self.field.rest_of_offer
        fix = ["→ fixes it", "enter sends as it is"] if fixed else []
        todo = self._todo(worst)
        short = hints.quiet([*fix[:1], todo, worst.rfc])
        must = hints.quiet(fix[:1]) if fix else Content("")
        whole = doubt.cell_length + hints.quiet([*fix[:1], todo]).cell_length
        if roomy and others and whole <= size.width:
            more = [f"{len(others) - 1} more"] if len(others) > 1 else []
            behind = hints.quiet([others[0].rfc, *more])
            return Content.assemble(doubt, short, "\n", hints.doubt(others[0]), behind)
        more = [f"{len(others)} more"] if others else []
        rest = hints.quiet([*fix, todo, worst.rfc, *more])
        if roomy and doubt.cell_length > size.width:
            return Content("\n").join(Content.assemble(doubt, rest).wrap(size.width))
        if roomy:
            return Content.assemble(doubt, "\n", rest)
        return Content.assemble(
            doubt.truncate(max(20, size.width - must.cell_length), ellipsis=True), rest
        )

    def _todo(self, advice: Advice) -> str:
        """What can be pressed about a doubt that is not mended in the line."""
        words = _ACTIONS.get(advice.action)
        return f"{self._keys.first(advice.action)} {words}" if words is not None else ""


def _standing(view: SessionView) -> tuple[Link, Phase]:
    """What most sentences speak of: they are over when it changes."""
    return view.link, view.state.phase


def _octet(text: str, index: int) -> int:
    """Where the character stands in the octets."""
    return len(text[:index].encode("utf-8", "replace"))
