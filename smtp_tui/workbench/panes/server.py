"""Server: what it can do, in words, and who it proved to be."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from smtp_tui.smtp.extensions import Extension, Extensions, meaning
from smtp_tui.smtp.state import Security
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.panes.tls_summary import TlsSummary
from smtp_tui.workbench.session import Link, SessionView

_COLUMN = 10
_EMPTY = "What the server can do appears here, in words, after EHLO."
_FORGOTTEN = "TLS made both sides forget what was said in the clear: send EHLO again."


class ServerPane(VerticalScroll):
    """Capabilities and the TLS summary."""

    def __init__(self) -> None:
        super().__init__(id="server")
        self._view = SessionView()
        self.border_title = Content("Server")

    def compose(self) -> ComposeResult:
        yield Static(id="server-text")
        yield TlsSummary()

    def on_mount(self) -> None:
        """Say what will be here."""
        self._draw()

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._draw()

    def show(self, view: SessionView) -> None:
        """Draw this state of the session, when what is shown here changed."""
        before, self._view = self._view, view
        if _shown(before) != _shown(view):
            self._draw()
        self.query_one(TlsSummary).show(view.tls)

    def _draw(self) -> None:
        width = max(20, self.scrollable_content_region.width)
        lines = [*capabilities(self._view, width)]
        self.query_one("#server-text", Static).update(Content("\n").join(lines))


def _shown(view: SessionView) -> tuple[object, ...]:
    return (view.state.extensions, view.state.hello, view.in_clear, view.link)


def capabilities(view: SessionView, width: int) -> Iterator[Content]:
    """The capabilities: ``+`` new since TLS, ``~`` changed with it, ``−`` gone with it."""
    state = view.state
    if state.hello is None:
        told = state.security is Security.TLS and view.link is Link.OPEN and view.in_clear
        yield from _wrapped(_FORGOTTEN if told else _EMPTY, width)
        return
    if not state.extensions:
        yield from _wrapped("The server named no extensions.", width)
    before = view.in_clear if state.security is Security.TLS else None
    for extension in state.extensions.values():
        mark = _difference(extension, before)
        yield from _row(mark, extension, width, "" if mark == " " else "$success")
    if before is not None:
        for extension in before.values():
            if extension.keyword not in state.extensions:
                yield from _gone(extension, width)


def _row(mark: str, extension: Extension, width: int, style: str) -> Iterator[Content]:
    known = meaning(extension)
    text = known.text if known is not None else " ".join(extension.arguments)
    keyword = visible(extension.keyword)
    room = max(10, width - _COLUMN - 3)
    lines = textwrap.wrap(visible(text), room, break_on_hyphens=False) or [""]
    head = Content.assemble((f"{mark} ", style), (keyword, f"bold {style}"))
    if len(keyword) > _COLUMN:
        yield head.truncate(width, ellipsis=True)
    else:
        gap = " " * (_COLUMN - len(keyword) + 1)
        yield Content.assemble(head, gap, (lines.pop(0), style or "$quiet"))
    for line in lines:
        yield Content.assemble(" " * (_COLUMN + 3), (line, style or "$quiet"))


def _difference(extension: Extension, before: Extensions | None) -> str:
    """``+`` for a capability that came with TLS, ``~`` for one with other arguments."""
    if before is None:
        return " "
    old = before.get(extension.keyword)
    if old is None:
        return "+"
    return " " if old.arguments == extension.arguments else "~"


def _gone(extension: Extension, width: int) -> Iterator[Content]:
    keyword = visible(extension.keyword)
    why = "done" if extension.keyword == "STARTTLS" else "gone inside TLS"
    yield Content.assemble(
        (f"− {keyword}", "$quiet"), " " * max(1, _COLUMN - len(keyword) + 1), (why, "$quiet")
    ).truncate(width, ellipsis=True)


def _wrapped(text: str, width: int) -> Iterator[Content]:
    for line in textwrap.wrap(text, width):
        yield Content.styled(line, "$quiet")
