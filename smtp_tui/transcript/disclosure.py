"""Disclosure: which line of a script would show credentials, and where nobody could look on."""

from __future__ import annotations

import ipaddress

from smtp_tui.smtp import secrets
from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.state import AUTH_RESPONSE, Phase
from smtp_tui.transcript.burst import Burst
from smtp_tui.transcript.placeholders import names_in
from smtp_tui.transcript.script import ClientLine, Kind


def first_credential(burst: Burst, phase: Phase, pending: tuple[bytes, ...]) -> ClientLine | None:
    """The first line with a placeholder or what the server may read as credentials; None: none.

    ``phase`` and the verbs that wait for a reply are those at the moment of sending.
    """
    answers = phase is Phase.AUTH
    behind_auth = any(verb in (b"AUTH", AUTH_RESPONSE) for verb in pending)
    for step in burst.lines:
        if step.kind is not Kind.COMMAND:
            continue
        if answers:
            spans = secrets.in_response(step.line)
        elif behind_auth:
            spans = secrets.in_line_behind_auth(step.line)
        else:
            spans = secrets.in_command(step.line)
        if spans or next(names_in(step.line), None) is not None:
            return step
        behind_auth = behind_auth or answers or verb_of(step.line) == b"AUTH"
        answers = False
    return None


def is_loopback(address: str) -> bool:
    """Whether an address as a connection shows it, with its port, is on this machine."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
