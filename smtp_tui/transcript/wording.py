"""What happens to a connection, in words a newcomer understands."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.visible import visible
from smtp_tui.wire.events import Opening, Remedy, Resolved, TlsFacts
from smtp_tui.wire.target import TlsMode

if TYPE_CHECKING:
    from smtp_tui.wire.certificates import CertificateFacts

REMEDIES: Mapping[Remedy, str] = MappingProxyType(
    {
        Remedy.USE_IMPLICIT_TLS: "reconnects with implicit TLS",
        Remedy.USE_STARTTLS: "reconnects with STARTTLS",
        Remedy.SKIP_VERIFICATION: "reconnects without checking the certificate",
        Remedy.SPEAK_LMTP: "reconnects and speaks LMTP",
        Remedy.SPEAK_SMTP: "reconnects and speaks SMTP",
    }
)

MODES: Mapping[TlsMode, str] = MappingProxyType(
    {
        TlsMode.NONE: "no TLS",
        TlsMode.STARTTLS: "STARTTLS",
        TlsMode.IMPLICIT: "implicit TLS",
    }
)
"""How encryption begins, in words."""

MUTE = "the port may expect implicit TLS, from the first octet, which --tls implicit tries"
"""What to think, at the command line, of a server that is spoken to in clear and never speaks."""

_SHOWN_ADDRESSES = 3


def opening(event: Opening) -> str:
    """The heading of a connection: where to, how, and the time of day."""
    target = event.target
    words = [target.place, MODES[target.tls]]
    if not target.verify and target.tls is not TlsMode.NONE:
        words.append("certificate not checked")
    words.append(time.strftime("%H:%M:%S", time.localtime(event.wall)))
    return " · ".join(words)


def resolved(event: Resolved) -> str:
    """Which addresses a name has; beyond three the rest is counted."""
    shown = ", ".join(event.addresses[:_SHOWN_ADDRESSES])
    more = len(event.addresses) - _SHOWN_ADDRESSES
    return f"{event.host} is {shown}" + (f" and {more} more" if more > 0 else "")


def established(facts: TlsFacts, now: datetime) -> str:
    """A handshake that succeeded: version, cipher, whose certificate and what it is worth."""
    leaf = _leaf(facts)
    words = [version(facts.version), cipher(facts.cipher)]
    name = _name(leaf)
    if facts.verified:
        left = validity(leaf, now) if leaf is not None else ""
        words.append(f"{name} ✓ verified" + (f", {left}" if left else ""))
    else:
        words.append(f"{name} ✗ not verified: {facts.problem or 'the certificate was not checked'}")
    return " · ".join(words)


def certificate(facts: TlsFacts, now: datetime) -> str:
    """The certificate that came with a refused handshake; "" when none came."""
    leaf = _leaf(facts)
    if leaf is None:
        return ""
    words = [f"the server showed {_name(leaf)}"]
    if leaf.issuer:
        words.append("issued by itself" if leaf.self_issued else f"issued by {leaf.issuer}")
    words.append(validity(leaf, now))
    return " · ".join(word for word in words if word)


def version(name: str) -> str:
    """``TLSv1.3`` as ``TLS 1.3``, ``TLSv1`` as ``TLS 1.0``."""
    return "TLS 1.0" if name == "TLSv1" else name.replace("TLSv", "TLS ", 1)


def cipher(name: str) -> str:
    """A TLS 1.3 suite without what all of them share: ``AES_256_GCM``; others as they are."""
    if not name.startswith("TLS_"):
        return name
    return name.removeprefix("TLS_").removesuffix("_SHA256").removesuffix("_SHA384")


def _leaf(facts: TlsFacts) -> CertificateFacts | None:
    from smtp_tui.wire.certificates import describe

    return describe(facts.chain[0]) if facts.chain else None


def _name(leaf: CertificateFacts | None) -> str:
    if leaf is None:
        return "no certificate"
    if leaf.subject:
        return leaf.subject if "=" in leaf.subject else f"CN={leaf.subject}"
    return leaf.names[0] if leaf.names else "a certificate without a name"


def validity(leaf: CertificateFacts, now: datetime) -> str:
    """What its dates come to: ``89 days left``; "" when they are not readable."""
    if leaf.not_before is not None and leaf.not_before > now:
        return "not valid yet"
    days = leaf.days_left(now)
    if days is None:
        return ""
    if days < -1:
        return f"expired {counted(-days - 1, 'day')} ago"
    if days < 0:
        return "expired today"
    return f"{counted(days, 'day')} left" if days else "expires today"


def names(facts: CertificateFacts, most: int) -> str:
    """The first names of a certificate, made visible; the others are counted."""
    shown = [visible(name) for name in facts.names[:most]]
    more = len(facts.names) + facts.more_names - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if shown and more else "")
