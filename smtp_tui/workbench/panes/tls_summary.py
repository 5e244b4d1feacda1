"""The TLS part of the server pane: in a few lines, what the handshake showed and who it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from smtp_tui.wire.events import TlsFacts

if TYPE_CHECKING:
    from smtp_tui.wire.certificates import CertificateFacts
    from smtp_tui.wire.verdicts import Verdict


class TlsSummary(Static, can_focus=True):
    """Without a row of its own while there is no TLS; enter or a click shows everything."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "app.do('tls')", show=False)]

    def __init__(self) -> None:
        super().__init__(id="tls-summary")
        self._facts: TlsFacts | None = None
        self._leaf: CertificateFacts | None = None
        self._verdicts: tuple[Verdict, ...] = ()
        self.display = False

    def show(self, facts: TlsFacts | None) -> None:
        """Draw these facts, when they are others than before."""
        if facts == self._facts:
            return
        self._facts = facts
        self._leaf, self._verdicts = None, ()
        if facts is not None:
            from smtp_tui.wire.certificates import describe
            from smtp_tui.wire.verdicts import judge

            self._leaf = describe(facts.chain[0]) if facts.chain else None
            self._verdicts = judge(facts)
        self.display = facts is not None
        self._draw()

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._draw()

    async def on_click(self) -> None:
        """Show everything."""
        await self.run_action("app.do('tls')")

    def _draw(self) -> None:
        if self._facts is not None:
            from smtp_tui.workbench.tls_in_short import tls_summary

            width = max(20, self.size.width)
            lines = tls_summary(self._facts, self._leaf, self._verdicts, width)
            self.update(Content("\n").join(lines))
