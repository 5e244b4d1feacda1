"""A survey: what one polite session showed of a server."""

from __future__ import annotations

from dataclasses import dataclass, field

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.extensions import Extensions
from smtp_tui.transcript.course import Outcome
from smtp_tui.transcript.timings import Timings
from smtp_tui.wire.events import TlsFacts
from smtp_tui.wire.target import Target


@dataclass(frozen=True, slots=True)
class Warned:
    """One alarm: the sentence, and the octets that show it (b"" where none do)."""

    text: str
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was seen, all of it raw; whoever shows it makes it visible.

    ``address`` is where the connection led, "" where it came to none. ``hello`` is the command
    that was accepted last. ``before_tls`` and ``after_tls`` are the capabilities named in clear
    and inside TLS, None where the server was not asked. ``facts`` are those of the handshake,
    also of a refused one. ``error`` says in one sentence why the outcome is not as expected; else
    it is "".
    """

    target: Target
    address: str = ""
    greeting: smtp.Reply | None = None
    hello: str = ""
    before_tls: Extensions | None = None
    after_tls: Extensions | None = None
    facts: TlsFacts | None = None
    alarms: tuple[Warned, ...] = ()
    notes: tuple[str, ...] = ()
    timings: Timings = field(default_factory=Timings)
    outcome: Outcome = Outcome.AS_EXPECTED
    error: str = ""

    @property
    def offered(self) -> Extensions | None:
        """The capabilities that hold in the end: inside TLS where it was reached."""
        return self.before_tls if self.after_tls is None else self.after_tls

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The SASL mechanisms that hold in the end."""
        return self.offered.mechanisms if self.offered is not None else ()

    @property
    def tls_error(self) -> str:
        """Why TLS is not to be relied on, in one sentence; "" when it is or was not wanted."""
        if self.outcome is Outcome.TLS_FAILED:
            return self.error
        return self.facts.problem if self.facts is not None else ""
