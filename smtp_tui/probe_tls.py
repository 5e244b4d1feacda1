"""The part of a probe's report about TLS: the session, each check, and the chain as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from smtp_tui.smtp.visible import visible
from smtp_tui.transcript import wording
from smtp_tui.transcript.survey import Survey
from smtp_tui.wire.certificates import CertificateFacts, describe, today
from smtp_tui.wire.events import TlsFacts
from smtp_tui.wire.verdicts import Outcome, judge

_MOST_CERTIFICATES = 10
_MOST_NAMES = 8
_QUIET = "dim"
_CHECKS = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.UNCHECKED: _QUIET}


def tls_section(survey: Survey) -> Iterator[RenderableType]:
    """What there is to tell of TLS: also why there is none."""
    facts = survey.facts
    if survey.tls_error:
        yield Text.assemble(("✗ ", "red"), (visible(survey.tls_error), "red"))
    elif facts is not None:
        yield _verified() if facts.verified else _unverified()
        if facts.outdated:
            text = f"▲ {wording.version(facts.version)} protects nothing any more (RFC 8996)"
            yield Text(text, "yellow")
    if facts is None:
        return
    session = _session(facts)
    if session:
        yield Text(session)
    checks = Table.grid(padding=(0, 2, 0, 0))
    for verdict in judge(facts):
        style = _CHECKS[verdict.outcome]
        checks.add_row(
            Text(verdict.outcome.value, style),
            Text(verdict.check.value),
            Text(verdict.reason, _QUIET),
        )
    if checks.row_count:
        yield checks
    for place, der in enumerate(facts.chain[:_MOST_CERTIFICATES]):
        yield Padding(_certificate(describe(der), place, today()), (0 if place else 1, 0, 0, 0))
    if len(facts.chain) > _MOST_CERTIFICATES:
        yield Text(f"… {len(facts.chain) - _MOST_CERTIFICATES:,} more certificates", _QUIET)


def _verified() -> Text:
    return Text("✓ verified", "green")


def _unverified() -> Text:
    return Text("✗ not verified: the certificate was not checked", "yellow")


def _session(facts: TlsFacts) -> str:
    words = [wording.version(facts.version), facts.cipher, facts.group, facts.signature]
    if facts.alpn:
        words.append(f"ALPN {facts.alpn}")
    if facts.client_asked:
        words.append("asks for a client certificate")
    return " · ".join(visible(word) for word in words if word)


def _certificate(facts: CertificateFacts, place: int, now: datetime) -> RenderableType:
    """One certificate, hung below the one it signed."""
    title = visible(facts.full_subject or facts.subject) or "a certificate without a name"
    lines = [("issued by", "itself" if facts.self_issued else visible(facts.full_issuer))]
    if facts.names:
        lines.append(("names", wording.names(facts, _MOST_NAMES)))
    lines += [
        ("valid", _validity(facts, now)),
        ("key", " · ".join(visible(word) for word in (facts.key, facts.signature) if word)),
        ("SHA-256", facts.sha256),
        ("SPKI", facts.spki_sha256),
        ("problem", visible(facts.problem)),
    ]
    body = Table.grid(padding=(0, 2, 0, 0))
    body.add_column(no_wrap=True, style=_QUIET)
    body.add_column(overflow="fold")
    for name, text in lines:
        if text:
            body.add_row(name, Text(text))
    whole = Table.grid()
    whole.add_column(no_wrap=True)
    whole.add_column(overflow="fold")
    if not place:
        return Group(Text(title, "bold"), body)
    whole.add_row(Text(f"{'  ' * (place - 1)}╰ "), Text(title, "bold"))
    whole.add_row(Text("  " * place), body)
    return whole


def _validity(facts: CertificateFacts, now: datetime) -> str:
    if facts.not_before is None or facts.not_after is None:
        return ""
    dates = f"{facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}"
    return f"{dates}, {wording.validity(facts, now)}"
