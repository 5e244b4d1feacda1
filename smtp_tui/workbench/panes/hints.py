"""The words below the command line: doubts, what a verb means, what the session waits for."""

from __future__ import annotations

from textual.content import Content

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.commands import lookup
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.state import Phase
from smtp_tui.smtp.visible import visible
from smtp_tui.wire.events import DeliveryProgress
from smtp_tui.workbench.session import Link, SessionView

_MARKS = {Severity.NOTE: "· note:", Severity.WARNING: "▲ doubtful:", Severity.DANGER: "▲ danger:"}
_STYLES = {Severity.NOTE: "$quiet", Severity.WARNING: "$warning", Severity.DANGER: "$error"}
_ANSWERED = {"(auth)": "your answer", "(body)": "the message"}
"""In words what is no command and waits for a reply."""


def doubt(advice: Advice) -> Content:
    """A doubt, how grave it is in a word and a colour."""
    return Content.styled(
        f"{_MARKS[advice.severity]} {visible(advice.text)}", _STYLES[advice.severity]
    )


def quiet(words: list[str]) -> Content:
    """What stands behind a doubt."""
    return Content.styled("  " + " · ".join(word for word in words if word), "$quiet")


def not_connected(view: SessionView, key: str, replay: str) -> str:
    """Why nothing can be sent now; ``key`` connects, ``replay`` also says again what was said."""
    match view.link:
        case Link.RESOLVING | Link.CONNECTING:
            return "Connecting; escape gives up."
        case Link.HANDSHAKING:
            return "TLS handshake; nothing can be sent now."
        case Link.IDLE:
            return f"Not connected: {key} connects. What you type here stays."
        case Link.CLOSED | Link.BROKEN if view.greeting is not None and not view.farewell:
            return (
                f"Not connected any more: {key} connects again, {replay} also replays the session."
            )
        case _:
            more = " any more" if view.connected else ""
            return f"Not connected{more}: {key} connects again. What you type here stays."


def waiting(view: SessionView) -> Content:
    """Which reply is waited for, and what escape does on an empty line."""
    verb = view.pending[0].decode("latin-1") if view.pending else ""
    if view.state.phase is Phase.GREETING:
        words = "Waiting for the server's greeting"
    elif what := _ANSWERED.get(verb, visible(verb)):
        words = f"Waiting for the reply to {what}"
    else:
        words = "Waiting for a reply"
    return Content.styled(f"{words}; escape closes the connection.", "$quiet")


def challenge(view: SessionView) -> Content:
    """What the server asks in an AUTH exchange."""
    exchange = view.exchange
    if exchange is None or exchange.challenge is None:
        return Content.styled("The server waits for an answer in Base64.", "$quiet")
    if not exchange.challenge:
        return Content.styled("The server waits for the answer.", "$quiet")
    from smtp_tui.sasl import challenges

    asked = visible(challenges.words(exchange.challenge) or exchange.challenge)
    return Content.assemble(("The server asks ", "$quiet"), asked)


def verb(line: bytes, width: int) -> Content:
    """Syntax of the verb, what it expects and where that is said, in ``width`` cells."""
    known = lookup(line)
    if known is None:
        return Content.styled("Not a command known here; it is sent as it stands.", "$quiet")
    expects = f"expects {known.expects} · {known.rfc}"
    syntax = Content(known.syntax).truncate(max(20, width - len(expects) - 3), ellipsis=True)
    gap = max(3, width - syntax.cell_length - len(expects))
    return Content.assemble(syntax, " " * gap, (expects, "$quiet"))


def delivery(way: DeliveryProgress, key: str) -> Content:
    """How far a message is on its way; ``key`` opens it."""
    share = way.octets / way.total if way.total else 1.0
    return Content.styled(
        f"A message is on its way: {share:.0%}; {key} shows it, escape stops it", "$accent"
    )


def lines(count: int) -> str:
    """How many lines wait."""
    return counted(count, "more queued line")
