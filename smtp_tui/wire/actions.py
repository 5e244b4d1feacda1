"""What can be asked of the worker: frozen actions."""

from __future__ import annotations

from dataclasses import dataclass, field

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.wire.events import Way
from smtp_tui.wire.target import Target


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a connection up to the greeting; one that is open is closed first."""

    target: Target


@dataclass(frozen=True, slots=True)
class Send:
    """Send one line as typed: a command, an AUTH response or a line of message text."""

    line: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendRaw:
    """Send octets exactly, line ends and all."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StartTls:
    """Send STARTTLS; the handshake follows a 220."""


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Run a SASL mechanism to its end."""

    mechanism: str
    credentials: Credentials


@dataclass(frozen=True, slots=True)
class Deliver:
    """Send a whole message after its recipients, piece by piece; BDAT in chunks of ``chunk``."""

    message: bytes = field(repr=False)
    way: Way = Way.DATA
    chunk: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StopDelivery:
    """Send no further chunk of the message; what was begun with DATA goes on.

    ``at_once``: close the connection instead. Of a message that is over by then nothing is done.
    """

    at_once: bool = False


@dataclass(frozen=True, slots=True)
class HangUp:
    """Say QUIT and close when the server answered."""


@dataclass(frozen=True, slots=True)
class Abort:
    """Close at once, in whatever phase."""


Action = (
    Connect | Send | SendRaw | StartTls | Authenticate | Deliver | StopDelivery | HangUp | Abort
)
