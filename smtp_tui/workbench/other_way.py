"""The other way to connect: a target as a remedy changes it."""

from __future__ import annotations

from dataclasses import replace

from smtp_tui.wire.events import Remedy
from smtp_tui.wire.target import Target, TlsMode


def other_way(target: Target, remedy: Remedy) -> Target:
    """The same server, connected to as the remedy says."""
    match remedy:
        case Remedy.USE_IMPLICIT_TLS:
            return replace(target, tls=TlsMode.IMPLICIT)
        case Remedy.USE_STARTTLS:
            return replace(target, tls=TlsMode.STARTTLS)
        case Remedy.SKIP_VERIFICATION:
            return replace(target, verify=False)
        case Remedy.SPEAK_LMTP:
            return replace(target, lmtp=True)
        case Remedy.SPEAK_SMTP:
            return replace(target, lmtp=False)
