"""How a connection's end is put into words."""

from __future__ import annotations

import re

from smtp_tui.smtp.events import Closed, Reply, Unsolicited
from smtp_tui.smtp.services import service_of
from smtp_tui.smtp.state import Phase
from smtp_tui.smtp.visible import visible
from smtp_tui.wire.events import Remedy
from smtp_tui.wire.stream import End
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.wire.tls_failures import TLSFailure, TlsProblem
from smtp_tui.wire.tls_options import TlsOptions

NOT_CONNECTED = "Not connected: connect first."
STILL_RESOLVING = "Not connected yet: the name is still being looked up."
STILL_CONNECTING = "Not connected yet: the server has not answered."
STILL_HANDSHAKING = "The TLS handshake is going on: wait until it is done."
CLOSING = "The connection is closing: connect again."
QUIT_ANSWERED = "Closed after QUIT."
LEFT_OPEN = "Closed after QUIT; the server had left its side open."
LATE_QUIT = "QUIT follows when the server has answered; hang up once more to close without waiting."
NO_CLOSE_NOTIFY = "The server closed without ending TLS first; after QUIT that does no harm."
CUT = "Closed at once."
GIVEN_UP = "Given up."
NOT_MADE = "Not connected."
TLS_FAILED = "Closed, because there is no TLS."
INJECTED = (
    "Plain text came behind the server's 220 to STARTTLS, where TLS should begin: somebody may be"
    " injecting replies. Nothing of it was taken for the server's word."
)
UNGREETED = (
    "Not even a greeting: perhaps this port expects implicit TLS, from the first octet,"
    " or the server does not talk to this address."
)
STARTTLS_REFUSED = (
    "STARTTLS was refused, so nothing is encrypted: try it again, hang up, or go on in the clear"
    " and send nothing secret."
)
UNFINISHED_LINE = "Closed without QUIT, which would have continued an unfinished line."
BUSY = "A message is on its way: wait for its end, or abort."
CANNOT_STOP = (
    "A message that was begun with DATA ends only with its last line or with the connection:"
    " abort closes at once, and the server discards what it has."
)

WITHOUT_QUIT = {
    Phase.GREETING: "Closed before the greeting.",
    Phase.BODY: (
        "Closed in the middle of the message, which the server discards:"
        " QUIT would have become a part of its text."
    ),
    Phase.CHUNK: "Closed in the middle of a chunk, which the server discards.",
}
"""What to say where hanging up cannot say QUIT."""


def of_server(
    end: End, closed: Closed | None, *, phase: Phase, message: int, quitting: bool
) -> str:
    """The server, or the network, ended it in this phase, so many octets into a message."""
    if quitting:
        return QUIT_ANSWERED
    where, after = _where(closed, phase, message)
    if end.reset:
        return f"The connection broke ({end.reset}) {where}{after}"
    if not end.clean:
        return f"The connection ended {where}{after} {_NO_END_OF_TLS}"
    if closed is not None and closed.goodbye is not None:
        return _farewell(closed.goodbye)
    return f"The server closed the connection {where}{after}"


_NO_END_OF_TLS = "TLS was not ended first, so somebody on the way may have cut it."


def _where(closed: Closed | None, phase: Phase, message: int) -> tuple[str, str]:
    """Where in the session that is, and how the sentence ends: with what became of a message."""
    match phase:
        case Phase.BODY:
            return (
                f"in the middle of the message, after {message:,} octets of it",
                ": nothing of it was taken, so it can be sent again.",
            )
        case Phase.CLOSING:
            return "as it had announced", "."
        case Phase.CHUNK:
            return "in the middle of a chunk", ": the message was not taken."
    verb = closed.pending[0].verb if closed is not None and closed.pending else None
    match verb:
        case None:
            return "while it was not asked anything", "."
        case b"(greeting)":
            return "without a greeting", "."
        case b"(auth)":
            return "without ending the authentication", "."
        case b"(body)":
            return (
                "without saying what became of the message",
                f", of which {message:,} octets had gone out: it may have been taken or not,"
                " so sent again it may arrive twice.",
            )
        case b"EHLO" | b"HELO" | b"LHLO":
            return (
                f"without answering {visible(verb)}",
                ": perhaps it does not like this name or this address.",
            )
        case b"":
            return "without answering", "."
    return f"without answering {visible(verb[:20])}", "."


def _farewell(goodbye: Reply | Unsolicited) -> str:
    said = visible(goodbye.lines[0][:200])
    text = f"The server closed the connection, saying {goodbye.code} {said}".rstrip()
    idle = goodbye.code == 421 and _IDLE.search(goodbye.raw) is not None
    return f"{text}{_IDLE_MEANS}" if idle else text


_IDLE_MEANS = ": it waits only so long for the next command, so connect again."


_IDLE = re.compile(rb"\b4\.4\.2\b|time-?out|timed out|\bidle", re.IGNORECASE)
"""What a 421 says to a client that was silent for too long (RFC 3463 3.5, X.4.2)."""


def of_tls(failure: TLSFailure, target: Target) -> tuple[str, Remedy | None]:
    """The sentence and the remedy for a handshake that failed."""
    if failure.kind.is_verification:
        return failure.sentence, Remedy.SKIP_VERIFICATION
    if target.tls is not TlsMode.IMPLICIT:
        return failure.sentence, None
    if failure.kind is TlsProblem.PLAINTEXT:
        head = failure.sentence.rstrip(".")
        service = service_of(failure.first_bytes)
        if service is not None:
            return f"{head}. {service.sentence}", None
        return f"{head}: this port wants STARTTLS, or no TLS at all.", Remedy.USE_STARTTLS
    return failure.sentence, Remedy.USE_STARTTLS if failure.kind in _NO_TLS_HERE else None


_NO_TLS_HERE = (TlsProblem.CLOSED, TlsProblem.RESET, TlsProblem.TIMEOUT)
"""How a server that speaks no TLS may end a handshake."""


def old_tls(options: TlsOptions) -> str:
    """Versions are allowed that nobody should use (RFC 8996)."""
    return (
        f"{options.words} may come of this handshake, because that was asked for:"
        " TLS 1.0 and 1.1 protect nothing any more, so send no password over them."
    )


def speaks_tls(target: Target) -> str:
    """A plain connection met TLS."""
    place = visible(target.place)
    return f"{place} speaks implicit TLS, from the first octet: connect that way."


def silence(seconds: float, target: Target, *, handshaking: bool) -> tuple[str, Remedy | None]:
    """What to say of a server that has not said a word for so long, and what would help."""
    if handshaking:
        return no_tls_answer(seconds), Remedy.USE_STARTTLS
    plain = target.tls is not TlsMode.IMPLICIT
    return no_greeting(seconds, target), Remedy.USE_IMPLICIT_TLS if plain else None


def no_greeting(seconds: float, target: Target) -> str:
    """Nothing has come since the connection."""
    silence = f"No greeting for {seconds:g} s"
    delay = "some servers let their clients wait on purpose (greet delay, not a fault)"
    if target.tls is TlsMode.IMPLICIT:
        return f"{silence}: {delay}."
    if target.port == _IMPLICIT_PORT:
        return f"{silence}: {_IMPLICIT}."
    return f"{silence}: {delay}; if nothing comes, {_IMPLICIT}."


_IMPLICIT = "this port may expect implicit TLS, from the first octet"
_IMPLICIT_PORT = 465


def no_tls_answer(seconds: float) -> str:
    """The server has not said anything that belongs to a handshake."""
    return (
        f"The TLS handshake is not done after {seconds:g} s: this port may greet in plain text"
        " first, and take TLS by STARTTLS."
    )
