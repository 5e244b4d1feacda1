"""The command line: what is typed is what is sent; below it what the line means and risks."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from smtp_tui.sasl import challenges
from smtp_tui.smtp.advice import Advice, Severity, advise, line_limit
from smtp_tui.smtp.commands import lookup
from smtp_tui.smtp.state import Phase
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.panes.command_input import CommandInput
from smtp_tui.workbench.session import Link, SessionView

_MARKS = {Severity.NOTE: "·", Severity.WARNING: "▲", Severity.DANGER: "▲"}
_STYLES = {Severity.NOTE: "$quiet", Severity.WARNING: "$warning", Severity.DANGER: "$error"}


Send = Callable[[str, Callable[[], None]], None]
"""Sends a line, or says why not; calls back once it is on its way."""


class Composer(Vertical):
    """One line to send, a hint and advice.

    ``send`` is called at once rather than told by a message: what is typed next must find the
    line gone. ``give_up`` is what escape does when there is nothing to empty, ``measure`` tells
    how many octets a line has when it is sent.
    """

    def __init__(
        self, keys: Keys, send: Send, give_up: Callable[[], None], measure: Callable[[str], int]
    ) -> None:
        super().__init__(id="composer")
        self._send = send
        self._give_up = give_up
        self._measure = measure
        self._keys = keys
        self._view = SessionView()
        self._said = ""
        self._last = ""
        self._empty_once = False
        self.typed = 0
        """Lines of message text sent since the 354."""

    def compose(self) -> ComposeResult:
        yield CommandInput(self.submit, self._escape, self._keys)
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
        if view.state.phase is not self._view.state.phase:
            self.typed = 0
            self._said = ""
        self._view = view
        field = self.field
        field.offer = offer
        field.answering = view.takes_lines and view.state.phase is Phase.AUTH
        field.behind_auth = b"AUTH" in view.pending
        field.in_body = view.takes_lines and view.state.phase is Phase.BODY
        field.placeholder = visible(offer)
        self._draw()

    def say(self, sentence: str) -> None:
        """Show a sentence below the line until something is typed."""
        self._said = sentence
        self._draw()

    def refused(self, sentence: str) -> None:
        """The line could not be sent after all: give it back, unless another was begun."""
        if not self.field.value:
            with self.prevent(Input.Changed):
                self.field.set_line(self._last)
        self.say(sentence)

    def insert(self, text: str) -> None:
        """Put a line into the field and the cursor behind it."""
        self.field.set_line(text)
        self.field.focus()

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
            offered = "→ takes the suggestion. " if self.field.offer else ""
            self.say(f"Nothing typed. {offered}enter again sends an empty line.")
            return
        self._empty_once = False
        self._send(text, lambda: self._sent(text))

    def _sent(self, text: str) -> None:
        """The line is on its way: keep it in the history and make room for the next."""
        field = self.field
        self._last = text
        field.remember(text)
        if field.in_body:
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
        elif field.waiting:
            count = len(field.waiting)
            field.waiting.clear()
            self.say(f"{_lines(count)} dropped.")
        else:
            self._give_up()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        field = self.field
        octets = field.value.encode("utf-8", "replace")
        advice = advise(octets, self._view.state) if field.value and self._view.takes_lines else []
        fixes = (item.fix for item in advice if item.fix is not None)
        fix = next(fixes, None)
        field.fix = fix.decode("utf-8", "replace") if fix is not None else None
        field.password = field.answering and bool(field.hidden)
        field.refresh()
        limit = line_limit(self._view.state)
        sent = self._measure(field.value) + 2
        self.border_title = self._title()
        counted = f"{sent}/{limit} octets with CRLF" if octets else ""
        self.border_subtitle = Content.styled(counted, "$warning" if sent > limit else "")
        self.query_one("#composer-hint", Static).update(self._hint(octets))
        self.query_one("#composer-advice", Static).update(self._advice(advice))

    def _title(self) -> Content:
        if self.field.in_body:
            title = "Message text ─ a line with a single . ends it"
        elif self.field.answering:
            title = "Answer to the server ─ in Base64; * gives up"
        else:
            title = "Command"
        return Content(title)

    def _hint(self, line: bytes) -> Content:
        waiting = self.field.waiting
        if waiting:
            return Content.styled(
                f"{_lines(len(waiting))} wait: enter sends this one and brings the next,"
                " escape empties",
                "$accent",
            )
        view = self._view
        if not view.takes_lines:
            return Content.styled(_not_connected(view, self._keys.first("connect")), "$quiet")
        match view.state.phase:
            case Phase.BODY:
                return Content.styled("What you type goes out line by line, as it is.", "$quiet")
            case Phase.AUTH:
                return _challenge(view)
            case Phase.GREETING:
                return Content.styled("Waiting for the server's greeting.", "$quiet")
            case Phase.CLOSING:
                return Content.styled("The server is closing the connection.", "$quiet")
        if not line:
            offered = "→ takes the suggestion, " if self.field.offer else ""
            return Content.styled(f"Type a command: {offered}enter sends, ↑ history", "$quiet")
        return _verb(line, self.field.size.width)

    def _advice(self, advice: list[Advice]) -> Content:
        if self._said:
            return Content.styled(self._said, "$warning")
        if not advice:
            return Content("")
        severities = list(Severity)
        worst, *others = sorted(advice, key=lambda item: -severities.index(item.severity))
        roomy = self.query_one("#composer-advice").size.height > 1
        fix = ["→ fixes it", "enter sends as it is"] if self.field.fix is not None else []
        if roomy and others:
            more = [f"{len(others) - 1} more"] if len(others) > 1 else []
            return Content.assemble(
                _doubt(worst), _quiet([*fix[:1], worst.rfc]),
                "\n", _doubt(others[0]), _quiet([others[0].rfc, *more]),
            )  # fmt: skip
        more = [f"{len(others)} more"] if others else []
        rest = _quiet([*fix, worst.rfc, *more])
        return Content.assemble(_doubt(worst), "\n" if roomy else "", rest)


def _doubt(advice: Advice) -> Content:
    return Content.styled(
        f"{_MARKS[advice.severity]} {visible(advice.text)}", _STYLES[advice.severity]
    )


def _quiet(words: list[str]) -> Content:
    return Content.styled("  " + " · ".join(word for word in words if word), "$quiet")


def _not_connected(view: SessionView, key: str) -> str:
    match view.link:
        case Link.RESOLVING | Link.CONNECTING:
            return "Connecting; escape gives up."
        case Link.HANDSHAKING:
            return "TLS handshake; nothing can be sent now."
        case Link.IDLE:
            return f"Not connected: {key} connects. What you type here stays."
        case _:
            return f"Not connected any more: {key} connects again. What you type here stays."


def _challenge(view: SessionView) -> Content:
    exchange = view.exchange
    if exchange is None or exchange.challenge is None:
        return Content.styled("The server waits for an answer in Base64.", "$quiet")
    if not exchange.challenge:
        return Content.styled("The server waits for the answer.", "$quiet")
    asked = visible(challenges.words(exchange.challenge) or exchange.challenge)
    return Content.assemble(("The server asks ", "$quiet"), asked)


def _verb(line: bytes, width: int) -> Content:
    verb = lookup(line)
    if verb is None:
        return Content.styled("Not a command known here; it is sent as it stands.", "$quiet")
    expects = f"expects {verb.expects} · {verb.rfc}"
    syntax = Content(verb.syntax).truncate(max(20, width - len(expects) - 3), ellipsis=True)
    gap = max(3, width - syntax.cell_length - len(expects))
    return Content.assemble(syntax, " " * gap, (expects, "$quiet"))


def _lines(count: int) -> str:
    return "1 more pasted line" if count == 1 else f"{count} more pasted lines"
