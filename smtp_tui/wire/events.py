"""What the wire tells: frozen events, each with its monotonic time and its connection's number.

As in ``smtp.events`` they are named tuples, which are quick to make and to load.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.events import without
from smtp_tui.smtp.state import State
from smtp_tui.wire.target import Target


class Protection(Enum):
    """What an onlooker on the network sees of the octets."""

    CLEAR = "not encrypted"
    VERIFIED = "TLS, verified"
    UNVERIFIED = "TLS, not verified"
    OUTDATED = "TLS, too old"


class Remedy(Enum):
    """The other way to connect that would help."""

    USE_IMPLICIT_TLS = "implicit"
    USE_STARTTLS = "starttls"
    SKIP_VERIFICATION = "insecure"
    SPEAK_LMTP = "lmtp"
    SPEAK_SMTP = "smtp"


class Way(Enum):
    """How a message goes out; ``BINARY`` is BDAT with the octets exactly as they are."""

    DATA = "DATA"
    BDAT = "BDAT"
    BINARY = "BDAT, as it is"


class Failure(Enum):
    """Which step of connecting failed."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was asked of OpenSSL about a certificate, and what it said.

    ``name`` is whom the certificate must be for. ``code`` is the number of the first fault it met
    (X509_V_ERR, 0 for none), ``message`` its words. ``path`` is the chain it built, DER, leaf
    first, to a trusted root if it came to one.
    """

    asked: bool = False
    name: str = ""
    code: int = 0
    message: str = ""
    path: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What a handshake showed; ``chain`` is DER, leaf first, also of a refused certificate.

    ``verified`` is True only if verification was asked for and succeeded; ``problem`` says in
    words why it did not ("" when nothing is wrong or nothing was checked); each check by itself
    is what ``wire.verdicts`` makes of it. ``elapsed`` is seconds from the first octet of the
    handshake to its end. ``exporter_secret`` (TLS 1.3) and ``unique`` (below) are what the session
    itself can be bound by, see ``wire.binding``. ``group`` is the key exchange's and ``signature``
    the server's, by IANA's names; ``alpn`` the protocol that was agreed on; ``server_name`` what
    was announced as SNI; each "" where there was none. ``client_asked``: the server asked for a
    certificate of its client. ``resumed``: an earlier session went on, which is never asked for.
    """

    version: str
    cipher: str
    bits: int
    chain: tuple[bytes, ...] = field(repr=False)
    verified: bool
    problem: str = ""
    elapsed: float = 0.0
    exporter_secret: bytes = field(default=b"", repr=False)
    unique: bytes = field(default=b"", repr=False)
    verification: Verification = Verification()
    group: str = ""
    signature: str = ""
    alpn: str = ""
    server_name: str = ""
    client_asked: bool = False
    resumed: bool = False

    @property
    def outdated(self) -> bool:
        """Whether the version is one that protects nothing any more (RFC 8996)."""
        return self.version in _OUTDATED

    @property
    def protection(self) -> Protection:
        """What this session is worth against an onlooker."""
        if not self.verified:
            return Protection.UNVERIFIED
        return Protection.OUTDATED if self.outdated else Protection.VERIFIED


_OUTDATED = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")


class Opening(NamedTuple):
    """A connection begins; ``wall`` is seconds since the epoch at ``at``."""

    at: float
    connection: int
    target: Target
    wall: float


class Resolving(NamedTuple):
    """A name is being looked up."""

    at: float
    connection: int
    host: str


class Resolved(NamedTuple):
    """The addresses of the name, in the order they will be tried (RFC 8305 4)."""

    at: float
    connection: int
    host: str
    addresses: tuple[str, ...]


class Trying(NamedTuple):
    """A connection attempt to one address begins."""

    at: float
    connection: int
    address: str


class Unreachable(NamedTuple):
    """One address did not answer, and why in words."""

    at: float
    connection: int
    address: str
    reason: str


class Connected(NamedTuple):
    """The socket is connected; ``elapsed`` is seconds since ``Opening``."""

    at: float
    connection: int
    address: str
    elapsed: float


class TlsStarted(NamedTuple):
    """The TLS handshake begins."""

    at: float
    connection: int


class TlsEstablished(NamedTuple):
    """The handshake succeeded."""

    at: float
    connection: int
    facts: TlsFacts


class Failed(NamedTuple):
    """Connecting or the handshake failed: one sentence that says what to do.

    ``facts`` holds the chain a refused certificate came with; ``remedy`` the other way to connect.
    """

    at: float
    connection: int
    failure: Failure
    text: str
    remedy: Remedy | None = None
    facts: TlsFacts | None = None

    def __repr__(self) -> str:
        return without(self, "text")


class Sent(NamedTuple):
    """Octets handed to the socket in one piece; ``secrets`` are spans of ``data``.

    ``offset`` counts from the first octet ever sent on the connection. ``label`` names the kind
    of secret for the mask, as ``PLAIN``. ``message``: they are a piece of a message that goes out
    by itself, perhaps one of many.
    """

    at: float
    connection: int
    data: bytes
    offset: int
    secrets: tuple[smtp.Span, ...]
    label: str
    protection: Protection
    message: bool = False

    def __repr__(self) -> str:
        return without(self, "data")


class Received(NamedTuple):
    """Octets from the server as they came (after decryption)."""

    at: float
    connection: int
    data: bytes
    protection: Protection

    def __repr__(self) -> str:
        return without(self, "data")


class Told(NamedTuple):
    """What the dialogue made of the octets.

    ``elapsed``: seconds from sending the command to this, for the first ``ReplyLine`` and the
    ``Reply`` of an answered command (for the greeting: from the connection), else None.
    """

    at: float
    connection: int
    event: smtp.Event
    elapsed: float | None
    protection: Protection


class StateChanged(NamedTuple):
    """The state after something changed it; ``pending`` are the verbs that wait for a reply."""

    at: float
    connection: int
    state: State
    pending: tuple[bytes, ...]


class Partial(NamedTuple):
    """An unfinished line has been standing for a second."""

    at: float
    connection: int
    data: bytes

    def __repr__(self) -> str:
        return without(self, "data")


class Note(NamedTuple):
    """Something the person should know, in one sentence; ``remedy`` is what would help."""

    at: float
    connection: int
    text: str
    remedy: Remedy | None = None

    def __repr__(self) -> str:
        return without(self, "text")


class Alarm(NamedTuple):
    """Something is wrong with the server or the network, in one sentence; ``data`` shows it."""

    at: float
    connection: int
    text: str
    data: bytes = b""

    def __repr__(self) -> str:
        return without(self, "text", "data")


class Refused(NamedTuple):
    """What was asked for could not be sent, and why; nothing was written."""

    at: float
    connection: int
    text: str

    def __repr__(self) -> str:
        return without(self, "text")


class AuthFinished(NamedTuple):
    """An ``Authenticate`` came to its end; ``text`` is one sentence."""

    at: float
    connection: int
    ok: bool
    text: str

    def __repr__(self) -> str:
        return without(self, "text")


class DeliveryProgress(NamedTuple):
    """Of a message of ``total`` octets so many have been handed to the network."""

    at: float
    connection: int
    octets: int
    total: int
    way: Way

    @property
    def stoppable(self) -> bool:
        """Whether it can be stopped without closing the connection."""
        return self.way is not Way.DATA


class DeliveryFinished(NamedTuple):
    """A ``Deliver`` came to its end; ``ok``: the server took the message for all recipients."""

    at: float
    connection: int
    ok: bool
    text: str

    def __repr__(self) -> str:
        return without(self, "text")


class Gone(NamedTuple):
    """The connection is over; ``clean`` is False when the end may be forged or was an error.

    ``truncated``: it was encrypted, and closed without TLS being ended by a close_notify first.
    ``aborted``: this side closed it at once, without a goodbye.
    """

    at: float
    connection: int
    clean: bool
    text: str
    truncated: bool = False
    aborted: bool = False

    def __repr__(self) -> str:
        return without(self, "text")


Event = (
    Opening
    | Resolving
    | Resolved
    | Trying
    | Unreachable
    | Connected
    | TlsStarted
    | TlsEstablished
    | Failed
    | Sent
    | Received
    | Told
    | StateChanged
    | Partial
    | Note
    | Alarm
    | Refused
    | AuthFinished
    | DeliveryProgress
    | DeliveryFinished
    | Gone
)
