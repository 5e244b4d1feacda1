"""What a dialogue tells: frozen events, told apart with ``match``.

No octets of the wire appear in a ``repr``: a server may repeat a credential.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Span = tuple[int, int]
"""Start and end of octets in a byte string."""


@dataclass(frozen=True, slots=True)
class Command:
    """Octets we sent that want replies.

    ``verb`` is the upper-case command verb, or ``(greeting)``, ``(auth)``, ``(body)`` for what is
    no command line. ``raw`` is what was sent with its line end (of a message and of a chunk only
    the head, ``octets`` counts all). ``offset`` counts from the first octet ever sent on the
    connection.
    ``secrets`` are spans of ``raw`` that are credentials.
    """

    verb: bytes
    raw: bytes = field(repr=False)
    offset: int = 0
    octets: int = 0
    secrets: tuple[Span, ...] = ()

    @property
    def end(self) -> int:
        """The offset after the last octet."""
        return self.offset + self.octets

    @property
    def line(self) -> bytes:
        """The first line of ``raw`` without its line end."""
        return self.raw.partition(b"\n")[0].rstrip(b"\r")


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """One well-formed line of a reply, as soon as it is whole.

    ``text`` is what stands after the code; ``command`` is what it answers (None: nothing),
    ``recipient`` about whom it is, as of ``Reply``.
    """

    code: int
    text: bytes = field(repr=False)
    raw: bytes = field(repr=False)
    first: bool
    last: bool
    command: Command | None
    recipient: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply and the command it answers (RFC 5321 4.2).

    ``lines`` are the texts after the codes. ``enhanced`` is the enhanced status code as text
    (RFC 3463) or None. ``flags`` name what is unusual: ``bare-lf nul control non-ascii truncated
    mixed-codes implausible early``. ``recipient`` is the RCPT argument that this reply is about
    where one command gets a reply for each recipient (LMTP, PRDR).
    """

    code: int
    enhanced: str | None
    lines: tuple[bytes, ...] = field(repr=False)
    raw: bytes = field(repr=False)
    command: Command
    flags: frozenset[str] = frozenset()
    recipient: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Unsolicited:
    """A reply that answers nothing: it began when no command was waiting."""

    code: int
    enhanced: str | None
    lines: tuple[bytes, ...] = field(repr=False)
    raw: bytes = field(repr=False)
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Malformed:
    """Octets that are no reply, or a reply that contradicts itself, and why."""

    raw: bytes = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class BodyExpected:
    """354 to DATA: what is sent from now on is message text, until a line with a single dot."""

    command: Command


@dataclass(frozen=True, slots=True)
class Challenge:
    """334 to AUTH: the server waits for an answer (RFC 4954 4).

    ``token`` is the text after the code, ``decoded`` its Base64 meaning, None when it has none.
    """

    token: bytes = field(repr=False)
    decoded: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class UpgradeTLS:
    """220 to STARTTLS and nothing after it: the handshake may begin."""


@dataclass(frozen=True, slots=True)
class Desync:
    """From here on nobody can say which reply answers which command."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Servers differ in how many replies they give to what was sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The server closed.

    ``clean`` is False when the end may be forged (TLS without close_notify, reset). ``pending``
    never got an answer. ``partial`` is an unfinished line. ``goodbye`` is an unsolicited last
    reply, which explains the close rather than a fault.
    """

    clean: bool
    pending: tuple[Command, ...]
    partial: bytes = field(repr=False)
    goodbye: Unsolicited | None


Event = (
    ReplyLine
    | Reply
    | Unsolicited
    | Malformed
    | BodyExpected
    | Challenge
    | UpgradeTLS
    | Desync
    | Uncertain
    | Closed
)
