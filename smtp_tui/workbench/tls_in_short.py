"""What the handshake showed and who the server proved to be, in a few lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from textual.content import Content

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.wording import cipher, version
from smtp_tui.wire.certificates import CertificateFacts, today
from smtp_tui.wire.events import TlsFacts
from smtp_tui.wire.verdicts import Check, Outcome, Verdict
from smtp_tui.workbench.tls_report import STYLES

_MOST_LINES = 3
"""Of foreign text; the screen of TLS shows all of it."""
_SHORT = {
    Check.ROOT: ("trusted", "not trusted"),
    Check.NAME: ("name", "other name"),
    Check.DATES: ("dates", "dates"),
    Check.STRENGTH: ("", "too weak"),
}


def tls_summary(
    facts: TlsFacts, leaf: CertificateFacts | None, verdicts: Sequence[Verdict], width: int
) -> Iterator[Content]:
    """What the handshake showed: version, cipher, the certificate's name, what was checked."""
    if facts.version:
        good = facts.verified and not facts.outdated
        style = "$success" if good else "$warning"
        suite = visible(cipher(facts.cipher))
        yield Content.assemble(
            (visible(version(facts.version)), f"bold {style}"), (f"  {suite}", "$quiet")
        )
    if leaf is not None:
        name = visible(leaf.subject) or "no name"
        mark = "✓ " if facts.verified else "  "
        yield Content.assemble((mark, "$success"), name).truncate(width, ellipsis=True)
        issuer = visible(leaf.issuer) or "someone without a name"
        for number, line in enumerate(_wrapped(issuer, width - 4)):
            yield Content.styled(f"  {' ' if number else '╰'} {line}", "$quiet")
        yield from _checks(verdicts, leaf, width - 2)
    if facts.problem:
        for number, line in enumerate(_wrapped(visible(facts.problem), width - 2)):
            yield Content.styled(f"{' ' if number else '✗'} {line}", "$warning")
    elif not facts.verified:
        yield Content.styled("✗ not verified: nothing was checked", "$warning")


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, max_lines=_MOST_LINES, placeholder=" …")


def _checks(verdicts: Sequence[Verdict], leaf: CertificateFacts, width: int) -> Iterator[Content]:
    """The verdicts in a word each, as many on a line as fit."""
    line = Content("")
    for verdict in verdicts:
        words = _in_short(verdict, leaf)
        if not words:
            continue
        part = Content.styled(f"{verdict.outcome.value} {words}", STYLES[verdict.outcome])
        if line.cell_length and line.cell_length + 2 + part.cell_length > width:
            yield Content.assemble("  ", line)
            line = part
        else:
            line = Content.assemble(line, "  ", part) if line.cell_length else part
    if line.cell_length:
        yield Content.assemble("  ", line)


def _in_short(verdict: Verdict, leaf: CertificateFacts) -> str:
    passed, failed = _SHORT[verdict.check]
    if verdict.outcome is Outcome.UNCHECKED:
        return f"{verdict.check.value} not checked" if verdict.check is Check.ROOT else ""
    if verdict.check is not Check.DATES:
        return passed if verdict.outcome is Outcome.PASSED else failed
    now = today()
    days = leaf.days_left(now)
    if verdict.outcome is Outcome.PASSED:
        return f"{days:,} day{'' if days == 1 else 's'} left" if days is not None else passed
    early = leaf.not_before is not None and leaf.not_before > now
    return "not valid yet" if early else "expired"
