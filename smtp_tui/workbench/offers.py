"""What the command line offers to type next; offered and never sent unasked."""

from __future__ import annotations

from smtp_tui.sasl.mechanisms import MECHANISMS, Mechanism, Secret, strongest
from smtp_tui.smtp.commands import usual_next
from smtp_tui.smtp.state import Phase
from smtp_tui.workbench.session import SessionView

MESSAGE = ("Subject: it works", "", "hello", ".")
"""A first message, line by line; the empty line ends its headers (RFC 5322 2.1)."""


def offer(
    view: SessionView, *, ehlo: str = "", user: str = "", mechanism: str = "PLAIN", typed: int = 0
) -> str:
    """The line that usually comes next; "" for none, and while it depends on a reply to come.

    ``ehlo`` is the name to greet with, ``user`` and ``mechanism`` what the credentials say,
    ``typed`` how many lines of message text went out already.
    """
    if not view.takes_lines or view.pending:
        return ""
    match view.state.phase:
        case Phase.AUTH:
            return _answer(view)
        case Phase.BODY:
            return MESSAGE[min(typed, len(MESSAGE) - 1)]
        case Phase.COMMAND if view.taken:
            return "QUIT"
    sender = user if "@" in user else ""
    line = usual_next(view.state, ehlo=ehlo, user=sender, lmtp=view.lmtp)
    return auth_line(_chosen(view, mechanism)) if line.startswith("AUTH ") else line


def auth_line(mechanism: str) -> str:
    """The AUTH command with a placeholder where the mechanism has an initial response."""
    known = MECHANISMS.get(mechanism)
    begins = known is not None and known.initial
    return f"AUTH {mechanism} {{{mechanism}}}" if begins else f"AUTH {mechanism}"


def strongest_offered(view: SessionView, mechanism: str) -> Mechanism | None:
    """The best that this server offers to who has what ``mechanism`` needs; None for none."""
    token = MECHANISMS[mechanism].secret is Secret.TOKEN
    return strongest(
        view.state.extensions.mechanisms,
        secret=Secret.TOKEN if token else Secret.PASSWORD,
        encrypted=view.encrypted,
        bindable=view.encrypted,
    )


def _chosen(view: SessionView, mechanism: str) -> str:
    offered = view.state.extensions.mechanisms
    if mechanism in offered or not offered:
        return mechanism
    best = strongest_offered(view, mechanism)
    return best.name if best is not None else offered[0]


def _answer(view: SessionView) -> str:
    if view.exchange is None:
        return ""
    match view.exchange.mechanism, view.exchange.number:
        case "PLAIN", 1:
            return "{PLAIN}"
        case "LOGIN", 1:
            return "{LOGIN.user}"
        case "LOGIN", 2:
            return "{LOGIN.password}"
        case (("PLAIN" | "LOGIN"), _):
            return ""
        case name, _ if name in MECHANISMS:
            return f"{{{name}}}"
    return ""
