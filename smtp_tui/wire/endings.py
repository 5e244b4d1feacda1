"""How a connection's end is put into words."""

from __future__ import annotations

from smtp_tui.smtp.events import Closed
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
    "Not even a greeting: perhaps this port expects TLS from the first octet,"
    " or the server does not talk to this address."
)
STARTTLS_REFUSED = "STARTTLS was refused: the connection is still not encrypted."
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


def of_server(end: End, closed: Closed | None, *, quitting: bool) -> str:
    """The server, or the network, ended it."""
    if quitting:
        return QUIT_ANSWERED
    if end.reset:
        return f"The connection broke ({end.reset})."
    if not end.clean:
        return "The connection ended without TLS being ended first: somebody may have cut it."
    if closed is not None and closed.goodbye is not None:
        goodbye = closed.goodbye
        said = visible(goodbye.lines[0][:200])
        return f"The server closed the connection, saying {goodbye.code} {said}".rstrip()
    if closed is not None and (waiting := _waiting(closed)):
        return f"The server closed the connection without {waiting}."
    return "The server closed the connection."


def of_tls(failure: TLSFailure, target: Target) -> tuple[str, Remedy | None]:
    """The sentence and the remedy for a handshake that failed."""
    if failure.kind.is_verification:
        return failure.sentence, Remedy.SKIP_VERIFICATION
    if failure.kind is TlsProblem.PLAINTEXT and target.tls is TlsMode.IMPLICIT:
        sentence = f"{failure.sentence.rstrip('.')}: this port wants STARTTLS, or no TLS at all."
        return sentence, Remedy.USE_STARTTLS
    return failure.sentence, None


def old_tls(options: TlsOptions) -> str:
    """Versions are allowed that nobody should use (RFC 8996)."""
    return (
        f"{options.words} may come of this handshake, because that was asked for:"
        " TLS 1.0 and 1.1 protect nothing any more, so send no password over them."
    )


def speaks_tls(target: Target) -> str:
    """A plain connection met TLS."""
    place = visible(target.place)
    return f"{place} speaks implicit TLS, that is from the first octet: connect that way."


def no_greeting(seconds: float, target: Target) -> str:
    """Nothing has come since the connection."""
    silence = f"No greeting for {seconds:g} s"
    if target.tls is TlsMode.IMPLICIT:
        return f"{silence}: some servers let their clients wait on purpose."
    if target.port in _PLAIN_PORTS or target.unix_path is not None:
        return (
            f"{silence}: some servers let their clients wait on purpose;"
            " if nothing comes, this port may expect TLS from the first octet."
        )
    return f"{silence}: this port may expect TLS from the first octet."


_PLAIN_PORTS = (24, 25, 587, 2525)


def _waiting(closed: Closed) -> str:
    if not closed.pending:
        return ""
    verb = closed.pending[0].verb
    match verb:
        case b"(greeting)":
            return "a greeting"
        case b"(auth)":
            return "ending the authentication"
        case b"(body)":
            return "saying what became of the message"
    return f"answering {visible(verb[:20])}" if verb else "answering"
