"""The TLS part of the server pane: in a few lines, what the handshake showed and who it was."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from textual.content import Content
from textual.widgets import Static

from smtp_tui.smtp.visible import visible
from smtp_tui.wire.certificates import CertificateFacts, describe, today
from smtp_tui.wire.events import TlsFacts


class TlsSummary(Static):
    """Empty, and without a row of its own, while there is no TLS."""

    def __init__(self) -> None:
        super().__init__(id="tls-summary")
        self._facts: TlsFacts | None = None
        self._leaf: CertificateFacts | None = None
        self.display = False

    def show(self, facts: TlsFacts | None) -> None:
        """Draw these facts, when they are others than before."""
        if facts == self._facts:
            return
        self._facts = facts
        self._leaf = describe(facts.chain[0]) if facts is not None and facts.chain else None
        self.display = facts is not None
        self._draw()

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._draw()

    def _draw(self) -> None:
        if self._facts is not None:
            width = max(20, self.size.width)
            self.update(Content("\n").join(tls_summary(self._facts, self._leaf, width)))


def tls_summary(facts: TlsFacts, leaf: CertificateFacts | None, width: int) -> Iterator[Content]:
    """What the handshake showed: version, cipher, the certificate's name, what was checked."""
    version = visible(facts.version).replace("TLSv", "TLS ")
    if version:
        style = "$success" if facts.verified else "$warning"
        cipher = visible(facts.cipher).removeprefix("TLS_")
        yield Content.assemble((version, f"bold {style}"), (f"  {cipher}", "$quiet"))
    if leaf is not None:
        yield Content.assemble(
            ("✓ " if facts.verified else "  ", "$success"), visible(leaf.subject) or "no name"
        )
        issuer = f"issued by {visible(leaf.issuer) or 'someone without a name'}"
        for number, line in enumerate(textwrap.wrap(issuer, width - 4)):
            yield Content.styled(f"  {' ' if number else '╰'} {line}", "$quiet")
        yield _checks(facts, leaf)
    if facts.problem:
        for line in textwrap.wrap(visible(facts.problem), width - 2):
            yield Content.styled(f"✗ {line}", "$warning")
    elif not facts.verified:
        yield Content.styled("✗ not verified: nothing was checked", "$warning")


def _checks(facts: TlsFacts, leaf: CertificateFacts) -> Content:
    days = leaf.days_left(today())
    lasts = "no dates" if days is None else f"{days} days left" if days >= 0 else "expired"
    good = days is not None and days >= 0
    parts = [(f"{'✓' if good else '✗'} {lasts}", "$success" if good else "$warning")]
    if facts.verified:
        parts = [("✓ name  ✓ trusted  ", "$success"), *parts]
    return Content.assemble("  ", *parts)
