"""The input of the command line: masks credentials, offers what comes next, keeps a history."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.suggester import Suggester

from smtp_tui.smtp import secrets
from smtp_tui.smtp.escapes import EscapeError, unescape
from smtp_tui.smtp.events import Span
from smtp_tui.transcript.given import Given
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.panes.fields import Field, editing_keys, lines_of, obeying_nothing
from smtp_tui.workbench.queue import MOST_CHARACTERS, Queue, QueueFull

if TYPE_CHECKING:
    from smtp_tui.smtp.completion import Completion

Complete = Callable[[str], "tuple[Completion, ...]"]
"""Gives the ways a line can go on."""

_PLACEHOLDER = re.compile(r"\{[A-Za-z0-9_.-]*\}?")
_WITHOUT_END = re.compile(r"(?:(?!\\r|\\n).)+", re.DOTALL)
_DOT = "•"
_LONGEST = 20_000
"""Characters of a line that is edited here; a longer one waits in the queue."""


def secret_spans(text: str, *, answering: bool, behind_auth: bool = False) -> tuple[Span, ...]:
    """Which characters of a typed line are credentials; placeholders and ``*`` are not.

    ``answering``: the line answers a challenge; ``behind_auth``: it was typed before AUTH was
    answered and may become an answer.
    """
    line = text.encode("utf-8", "replace")
    if answering:
        found = secrets.in_response(line)
    elif behind_auth:
        found = secrets.in_line_behind_auth(line)
    else:
        found = secrets.in_command(line)
    spans = ((_index(line, start), _index(line, end)) for start, end in found)
    return tuple(span for span in spans if not _PLACEHOLDER.fullmatch(text[slice(*span)].strip()))


def raw_secret_spans(text: str, *, answering: bool, behind_auth: bool = False) -> tuple[Span, ...]:
    """The same of octets typed with escapes; all of them where escapes hide where it stands."""
    found: list[Span] = []
    for line in _WITHOUT_END.finditer(text):
        spans = secret_spans(line[0], answering=answering, behind_auth=behind_auth)
        found += [(start + line.start(), end + line.start()) for start, end in spans]
    if not found and _holds_secret(text):
        found.append((0, len(text)))
    return tuple(found)


def _holds_secret(text: str) -> bool:
    try:
        lines = unescape(text).splitlines()
    except EscapeError:
        return False
    return any(secrets.in_command(line) for line in lines)


def _index(line: bytes, octet: int) -> int:
    return len(line[:octet].decode("utf-8", "ignore"))


class _Drawing(Highlighter):
    """Draws dots for credentials and stand-ins for control characters; the length stays."""

    def __init__(self, field: CommandInput) -> None:
        self._field = field

    def highlight(self, text: Text) -> None:
        plain = obeying_nothing(text.plain)
        for start, end in self._field.hidden:
            plain = plain[:start] + _DOT * (end - start) + plain[end:]
        text.plain = plain


class _Offer(Suggester):
    """Completes what is typed to the line on offer."""

    def __init__(self, field: CommandInput) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._field = field

    async def get_suggestion(self, value: str) -> str | None:
        """The whole line, with what was typed as it was typed."""
        return value + rest if (rest := self._field.rest_of_offer) else None


class CommandInput(Field):
    """One line to send. ``offer`` is what usually comes next, ``fix`` the line as it should be.

    ``complete`` knows how else a line that was begun can go on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", show=False),
        Binding("down", "newer", show=False),
        Binding("escape", "escape", show=False),
    ]
    EDITING: ClassVar[Mapping[str, str]] = {**Field.EDITING, **editing_keys(BINDINGS)}

    def __init__(
        self,
        send: Callable[[], None],
        escape: Callable[[], None],
        complete: Complete,
        keys: Keys,
        queue: Queue,
    ) -> None:
        super().__init__(id="composer-input", select_on_focus=False)
        self._send = send
        self._escape = escape
        self._ways = complete
        self._keys = keys
        self.highlighter = _Drawing(self)
        self.suggester = _Offer(self)
        self.offer = ""
        self.fix: str | None = None
        self.answering = False
        self.behind_auth = False
        self.in_body = False
        self.revealed = False
        self.queue = queue
        self.came_from_queue = False
        """Whether the line in the field is the first of pasted ones."""
        self.raw = False
        self.kept: Callable[[str], None] = lambda line: None
        """Told of every line that is kept for the history."""
        self.given = Given()
        """The password that no line of the history may hold."""
        self._lines: dict[bool, list[str]] = {False: [], True: []}
        self._place = 0
        self._draft = ""

    @property
    def spans(self) -> tuple[Span, ...]:
        """The characters that are credentials."""
        if self.in_body:
            return ()
        spans = raw_secret_spans if self.raw else secret_spans
        return spans(self.value, answering=self.answering, behind_auth=self.behind_auth)

    @property
    def hidden(self) -> tuple[Span, ...]:
        """The characters that are drawn as dots."""
        return () if self.revealed else self.spans

    @property
    def rest_of_offer(self) -> str:
        """What stands behind what is typed in the line on offer, or in another way to go on."""
        if self.raw or any(end == len(self.value) for _, end in self.spans):
            return ""
        typed = self.value.casefold()
        ways = [each.line for each in self._ways(self.value)] if typed else []
        for line in (self.offer, *ways):
            if line.casefold().startswith(typed) and len(line) > len(typed):
                return line[len(typed) :]
        return ""

    @property
    def history(self) -> tuple[str, ...]:
        """The lines kept, oldest first; without what was typed as raw octets."""
        return tuple(self._lines[False])

    @property
    def _history(self) -> list[str]:
        return self._lines[self.raw]

    @property
    def waiting(self) -> list[str]:
        """Pasted lines behind the one in the field."""
        return [item.text for item in self.queue.waiting]

    def remember(self, text: str) -> None:
        """Keep a line for the history, unless it holds credentials or is empty."""
        if not self.spans and not self.answering and not self.in_body:
            self.keep(text)
        self._place = len(self._history)
        self._draft = ""

    def keep(self, text: str) -> None:
        """Keep a line for the history that holds no credentials, unless it holds the password."""
        secret = self.given.in_line(text.encode("utf-8", "replace"))
        if text and not secret and self._history[-1:] != [text]:
            self._history.append(text)
            if not self.raw:
                self.kept(text)

    def recall(self, lines: Iterable[str]) -> None:
        """Put lines of earlier sessions before those of this one."""
        self._lines[False][:0] = lines
        self._place = len(self._history)

    def forget(self) -> None:
        """Begin the history anew."""
        self._lines[False].clear()
        self._place = len(self._history)

    def set_line(self, text: str) -> None:
        """Put a line into the field, the cursor behind it."""
        self.value = text
        self.cursor_position = len(text)

    def paste(self, text: str) -> None:
        """Put pasted text at the cursor; further lines wait their turn, nothing is sent."""
        if len(text) > MOST_CHARACTERS:
            self._refuse(f"{len(text):,} characters are too many for here")
            return
        lines = lines_of(text)
        if len(lines) == 1 and len(text) <= _LONGEST:
            super().paste(text)
            return
        start, end = sorted(self.selection)
        lines[0], lines[-1] = self.value[:start] + lines[0], lines[-1] + self.value[end:]
        short = len(lines[0]) <= _LONGEST
        try:
            self.queue.add(lines[1:] if short else lines, in_front=True)
        except QueueFull as error:
            self._refuse(str(error))
            return
        self.set_line(lines[0] if short else "")
        self.came_from_queue = short

    def next_line(self, sent: str) -> None:
        """Take out what was sent; bring the next pasted line in if nothing was typed behind it."""
        rest = self.value.removeprefix(sent)
        next = None if rest else self.queue.take_first()
        self.set_line(rest if next is None else next)
        self.came_from_queue = next is not None

    def action_cursor_right(self, select: bool = False) -> None:
        """At the end of the line: accept the offer, else the fix; elsewhere move the cursor."""
        if select or not self.cursor_at_end or not self.selection.is_empty:
            super().action_cursor_right(select)
        elif self.rest_of_offer:
            self.set_line(self.value + self.rest_of_offer)
        elif self.fix is not None:
            self.set_line(self.fix)

    def action_older(self) -> None:
        """The line sent before."""
        self._go(self._place - 1)

    def action_newer(self) -> None:
        """The line sent after, and at last the one that was being typed."""
        self._go(self._place + 1)

    async def on_key(self, event: events.Key) -> None:
        """Send at once, before the letters that were typed behind it."""
        if self._keys.has("send", event.key):
            event.prevent_default()
            event.stop()
            self._send()

    async def action_submit(self) -> None:
        """Send."""
        self._send()

    def action_escape(self) -> None:
        """Empty the line or give up."""
        self._escape()

    def action_copy(self) -> None:
        """Copy the selection, unless credentials are in it."""
        if not self.selected_text:
            raise SkipAction
        if self._selection_is_secret():
            self.app.notify("Credentials are not copied from here.", markup=False)
        else:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut the selection, unless credentials are in it."""
        if self._selection_is_secret():
            self.action_copy()
        else:
            super().action_cut()

    def _refuse(self, why: str) -> None:
        key = self._keys.first("message")
        self.app.notify(f"Not pasted: {why}. {key} opens files of any size.", markup=False)

    def _selection_is_secret(self) -> bool:
        start, end = sorted(self.selection)
        return any(first < end and start < last for first, last in self.spans)

    def _go(self, place: int) -> None:
        if not 0 <= place <= len(self._history):
            return
        if self._place == len(self._history):
            self._draft = self.value
        self._place = place
        at_end = place == len(self._history)
        self.set_line(self._draft if at_end else self._history[place])
