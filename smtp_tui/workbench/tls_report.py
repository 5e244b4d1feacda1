"""TLS and certificates as text: each check, the session, and the chain as a tree."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual.content import Content

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.wording import names, validity, version
from smtp_tui.wire.certificate_files import tlsa
from smtp_tui.wire.certificates import CertificateFacts, describe, today
from smtp_tui.wire.events import TlsFacts
from smtp_tui.wire.target import Target, is_literal
from smtp_tui.wire.verdicts import Check, Outcome, Verdict

STYLES = {
    Outcome.PASSED: "$success",
    Outcome.FAILED: "$error",
    Outcome.UNCHECKED: "$quiet",
}
MOST_SHOWN = 20
"""Certificates of a chain; a server that sends more has none of use behind them."""

_MOST_NAMES = 12
_CUT_OFF = (
    "closed without close_notify: after QUIT that does no harm, before it somebody on the way may"
    " have cut the connection"
)
_LABEL = 14
_DEEPEST = 5
_SOON = 14
"""Days in which a certificate had better be renewed."""


@dataclass(frozen=True, slots=True)
class Link:
    """One certificate of the chain; ``sent`` is False for a root that this side had itself."""

    facts: CertificateFacts
    place: int
    sent: bool = True

    @property
    def name(self) -> str:
        """What to call it, made visible."""
        facts = self.facts
        return visible(facts.subject or next(iter(facts.names), "")) or "a certificate without name"

    def tlsa(self, target: Target) -> str:
        """The TLSA record that pins its key for the target."""
        host = target.options.verify_name or target.host
        if not host or is_literal(host):  # records are of names
            return ""
        return tlsa(self.facts, host, target.port, end_entity=self.place == 0)


def chain_of(facts: TlsFacts, verdicts: Sequence[Verdict]) -> tuple[Link, ...]:
    """The certificates to show, the server's own first, at last the root it was trusted by."""
    links = [Link(describe(der), place) for place, der in enumerate(facts.chain[:MOST_SHOWN])]
    trusted = any(
        verdict.check is Check.ROOT and verdict.outcome is Outcome.PASSED for verdict in verdicts
    )
    path = facts.verification.path
    if trusted and path and path[-1] not in facts.chain:
        links.append(Link(describe(path[-1]), len(links), sent=False))
    return tuple(links)


def report(
    facts: TlsFacts,
    target: Target,
    verdicts: Sequence[Verdict],
    links: Sequence[Link],
    chosen: int,
    width: int,
    *,
    truncated: bool = False,
) -> tuple[list[Content], int]:
    """All lines for a width in cells, and on which the chosen certificate begins.

    ``truncated``: the session is over, and TLS was cut off.
    """
    lines = [*_headline(facts, width)]
    if verdicts:
        lines += [Content(""), _heading("Checks")]
        for verdict in verdicts:
            lines += _verdict(verdict, width)
    lines += [Content(""), _heading("Session"), *_session(facts, target, width)]
    if truncated:
        lines += _row("End", _CUT_OFF, width, style="$warning")
    lines += [Content(""), _heading("Chain"), *_about_chain(facts, width)]
    begins = 0
    for link in links:
        if link.place == chosen:
            begins = len(lines)
        lines += _certificate(link, target, width, chosen=link.place == chosen)
    return lines, begins


def _headline(facts: TlsFacts, width: int) -> Iterator[Content]:
    if facts.problem:
        yield from _wrapped(f"✗ {visible(facts.problem)}", width, "bold $error")
    elif facts.verified:
        name = visible(facts.verification.name) or "the server that was meant"
        yield from _wrapped(f"✓ Verified: this is {name}.", width, "bold $success")
    else:
        text = "▲ Encrypted, but not verified: nobody vouches for who this is."
        yield from _wrapped(text, width, "bold $warning")
    if facts.outdated:
        text = f"▲ {version(facts.version)} protects nothing any more: send no password over it."
        yield from _wrapped(text, width, "bold $warning")


def _session(facts: TlsFacts, target: Target, width: int) -> Iterator[Content]:
    bits = f", {facts.bits} bits" if facts.bits else ""
    said = facts.verification
    rows = (
        ("Version", version(facts.version) or "none was agreed on"),
        ("Cipher", f"{facts.cipher}{bits}" if facts.cipher else "none was agreed on"),
        ("Key exchange", facts.group or "by no named group"),
        ("Signed with", facts.signature),
        ("ALPN", facts.alpn or _no_protocol(target)),
        ("Announced", f"{facts.server_name} (SNI)" if facts.server_name else "no name (no SNI)"),
        ("Verify name", said.name),
        ("OpenSSL said", f"{said.message} (error {said.code})" if said.code else ""),
        ("Handshake", f"{facts.elapsed * 1000:.1f} ms" if facts.elapsed else ""),
        ("Resumption", "resumed" if facts.resumed else "off: every session begins anew"),
        ("Client", _client(facts, target)),
    )
    for label, value in rows:
        if value:
            yield from _row(label, visible(value), width)


def _no_protocol(target: Target) -> str:
    if target.options.alpn:
        return f"none, though {', '.join(target.options.alpn)} was offered"
    return "none was offered"


def _client(facts: TlsFacts, target: Target) -> str:
    own = target.options.client_cert
    if not facts.client_asked:
        return "the server asked for no certificate"
    return f"showed {own.name}, as the server asked" if own else "asked for a certificate, had none"


def _verdict(verdict: Verdict, width: int) -> Iterator[Content]:
    style = STYLES[verdict.outcome]
    label = verdict.check.value[:1].upper() + verdict.check.value[1:]
    column = max(len(check.value) for check in Check) + 2
    words = textwrap.wrap(verdict.reason, max(20, width - column - 4)) or [""]
    yield Content.assemble(
        (f"  {verdict.outcome.value} ", f"bold {style}"),
        label.ljust(column),
        (words[0], "" if verdict.outcome is Outcome.PASSED else style),
    )
    for line in words[1:]:
        yield Content.styled(
            f"{' ' * (column + 4)}{line}", "" if verdict.outcome is Outcome.PASSED else style
        )


def _about_chain(facts: TlsFacts, width: int) -> Iterator[Content]:
    number = len(facts.chain)
    if not number:
        text = "The server showed no certificate."
    elif number > MOST_SHOWN:
        text = f"The server sent {number:,} certificates; here are the first {MOST_SHOWN}."
    else:
        text = f"The server sent {number} certificate{'' if number == 1 else 's'}."
    yield from _wrapped(f"  {text}", width, "$quiet")


def _certificate(link: Link, target: Target, width: int, *, chosen: bool) -> Iterator[Content]:
    facts = link.facts
    mark = "▸" if chosen else " "
    branch = "" if not link.place else "  " * min(link.place - 1, _DEEPEST) + "╰ "
    name = link.name if link.sent else f"{link.name}, trusted here and not sent"
    room = max(10, width - 4 - len(branch))
    title = Content.styled(name, "bold").truncate(room, ellipsis=True)
    yield Content.assemble((f"{mark} ", "bold $accent"), (f"{branch}", "$quiet"), title)
    indent = 4 + len(branch)
    for label, value, style in _lines_of(link, target):
        if value:
            yield from _row(label, value, width, indent, style)
    if facts.problem:
        yield from _row("Unreadable", f"{facts.problem}.", width, indent, "$warning")


def _lines_of(link: Link, target: Target) -> Iterator[tuple[str, str, str]]:
    """Label, text and style of each line about a certificate."""
    facts = link.facts
    yield "Subject", visible(facts.full_subject) or "(empty)", ""
    yield "Names", names(facts, _MOST_NAMES), ""
    yield "Issuer", "itself" if facts.self_issued else visible(facts.full_issuer), ""
    yield "Valid", *_validity(facts)
    yield "Serial", facts.serial, ""
    signed = f", signed with {visible(facts.signature)}" if facts.signature else ""
    yield "Key", f"{visible(facts.key)}{signed}" if facts.key else signed.removeprefix(", "), ""
    yield "SHA-256", colons(facts.sha256), ""
    yield "SPKI pin", facts.pin, ""
    yield "TLSA", visible(link.tlsa(target)), ""


def _validity(facts: CertificateFacts) -> tuple[str, str]:
    if facts.not_before is None or facts.not_after is None:
        return "", ""
    now = today()
    span = f"{facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}"
    days = facts.days_left(now) or 0
    wrong = facts.not_before > now or days < 0
    style = "$error" if wrong else "$warning" if days < _SOON else ""
    return f"{span}, {validity(facts, now)}", style


def colons(digest: str) -> str:
    """A digest in hexadecimal as certificates' fingerprints are written: ``AB:CD:…``."""
    return ":".join(textwrap.wrap(digest.upper(), 2))


def _heading(title: str) -> Content:
    return Content.styled(title, "bold $accent")


def _row(label: str, value: str, width: int, indent: int = 2, style: str = "") -> Iterator[Content]:
    lines = _folded(value, max(10, width - indent - _LABEL))
    yield Content.assemble(" " * indent, (label.ljust(_LABEL), "$quiet"), (lines[0], style))
    for line in lines[1:]:
        yield Content.assemble(" " * (indent + _LABEL), (line, style))


def _folded(value: str, room: int) -> list[str]:
    """Lines of a value; of a fingerprint each holds as many whole octets as the others."""
    octets = value.split(":")
    if len(value) <= room or len(octets) * 3 - 1 != len(value):
        return textwrap.wrap(value, room, break_on_hyphens=False) or [""]
    each = room // 3
    each = -(-len(octets) // -(-len(octets) // each))
    lines = [":".join(octets[start : start + each]) for start in range(0, len(octets), each)]
    return [f"{line}:" for line in lines[:-1]] + lines[-1:]


def _wrapped(text: str, width: int, style: str) -> Iterator[Content]:
    for line in textwrap.wrap(text, width, initial_indent="", subsequent_indent="  "):
        yield Content.styled(line, style)
