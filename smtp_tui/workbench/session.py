"""The session as the panes draw it: one frozen view, folded from the wire's events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.commands import lookup
from smtp_tui.smtp.secrets import mechanism_of
from smtp_tui.smtp.state import (
    AUTH_RESPONSE,
    GREETING,
    MESSAGE_BODY,
    Phase,
    Security,
    State,
    Transaction,
)
from smtp_tui.transcript import timings
from smtp_tui.transcript.timings import Timings
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target
from smtp_tui.workbench.stages import Stages


class Link(Enum):
    """How far the connection is, in a word for the person."""

    IDLE = "not connected"
    RESOLVING = "looking up"
    CONNECTING = "connecting"
    HANDSHAKING = "TLS handshake"
    OPEN = "connected"
    CLOSED = "closed"
    BROKEN = "broken"
    """It ended as no session should: the view's ``ending`` says how."""
    FAILED = "failed"


CONNECTING = frozenset({Link.RESOLVING, Link.CONNECTING})
LIVE = CONNECTING | {Link.HANDSHAKING, Link.OPEN}


@dataclass(frozen=True, slots=True)
class Exchange:
    """An AUTH exchange that waits for an answer: the mechanism and which challenge this is."""

    mechanism: str
    number: int
    challenge: bytes | None = field(repr=False)
    """The decoded challenge, None when it was no Base64."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """What there is to see of a session; computed by ``advance`` alone.

    ``connected``: a socket was connected, whatever became of it. ``tls`` also holds the facts of
    a refused certificate. ``stages`` keep the capabilities named so far. ``envelope`` counts the
    recipients of the message under way or just taken, ``taken`` says whether the server took it.
    ``starttls_refused``: it was, when last tried. ``farewell``: QUIT was answered.
    ``truncated``: TLS was cut off, not ended.
    ``auth_refused``: the last known command was AUTH, in vain; answers to it may still be typed.
    ``delivery`` is how far a message is on its way, ``delivered`` what became of the last one.
    ``rtt`` is in seconds.
    """

    link: Link = Link.IDLE
    connection: int = 0
    target: Target | None = None
    state: State = field(default_factory=State)
    pending: tuple[bytes, ...] = ()
    connected: bool = False
    greeting: int | None = None
    stages: Stages = field(default_factory=Stages)
    tls: wire.TlsFacts | None = None
    exchange: Exchange | None = None
    auth_refused: bool = False
    delivery: wire.DeliveryProgress | None = None
    delivered: wire.DeliveryFinished | None = None
    envelope: int = 0
    taken: bool = False
    farewell: bool = False
    rtt: float | None = None
    timings: Timings = field(default_factory=Timings)
    starttls_refused: bool = False
    truncated: bool = False
    remedy: wire.Remedy | None = None
    failure: wire.Failure | None = None
    text: str = field(default="", repr=False)
    """The sentence that goes with a failed or closed connection."""

    @property
    def live(self) -> bool:
        """Whether a connection stands or is being made."""
        return self.link in LIVE

    @property
    def takes_lines(self) -> bool:
        """Whether a line that is sent now reaches the server."""
        return self.link is Link.OPEN and self.state.phase not in (Phase.UPGRADING, Phase.CLOSED)

    @property
    def busy(self) -> bool:
        """Whether a command that is sent now would have to wait for the server."""
        return self.takes_lines and (self.state.phase is not Phase.COMMAND or bool(self.pending))

    @property
    def lmtp(self) -> bool:
        """Whether the server is asked to speak LMTP."""
        return self.target is not None and self.target.lmtp

    @property
    def takes_text(self) -> bool:
        """Whether a line that is sent now is text of a message, by DATA or in a chunk."""
        return self.takes_lines and self.state.phase in (Phase.BODY, Phase.CHUNK)

    @property
    def lacks_starttls(self) -> bool:
        """Whether the server named what it can do, and STARTTLS was not among it."""
        return self.state.hello is not None and "STARTTLS" not in self.state.extensions

    @property
    def encrypted(self) -> bool:
        """Whether the octets are encrypted now."""
        return self.link is Link.OPEN and self.state.security is Security.TLS

    @property
    def verified(self) -> bool:
        """Whether the octets are encrypted to the server that was meant."""
        return self.encrypted and self.tls is not None and self.tls.verified

    @property
    def ending(self) -> str:
        """What happened to a connection that ended badly, in two words."""
        if not self.connected:
            return "Not connected"
        if self.failure is wire.Failure.TLS:
            return "No TLS"
        return "Protocol broken" if self.state.phase is Phase.BROKEN else "Connection lost"


def advance(view: SessionView, event: wire.Event) -> SessionView:
    """The view after one event; events of a connection that was replaced change nothing."""
    if isinstance(event, wire.Opening):
        return SessionView(
            link=Link.CONNECTING,
            connection=event.connection,
            target=event.target,
            timings=timings.advance(view.timings, event),
        )
    if event.connection != view.connection:
        return view
    timed = timings.advance(view.timings, event)
    if timed is not view.timings:
        view = replace(view, timings=timed)
    match event:
        case wire.Resolving():
            return replace(view, link=Link.RESOLVING)
        case wire.Resolved() | wire.Trying():
            return replace(view, link=Link.CONNECTING)
        case wire.Connected():
            return replace(view, link=Link.OPEN, connected=True, rtt=event.elapsed)
        case wire.TlsStarted():
            return replace(view, link=Link.HANDSHAKING)
        case wire.TlsEstablished(facts=facts):
            return replace(view, link=Link.OPEN, tls=facts)
        case wire.Failed():
            return _failed(view, event)
        case wire.StateChanged():
            return _state_changed(view, event)
        case wire.Told():
            return _told(view, event)
        case wire.DeliveryProgress():
            return replace(view, delivery=event, delivered=None)
        case wire.DeliveryFinished():
            return replace(view, delivery=None, delivered=event)
        case wire.Note(remedy=remedy) if remedy is not None:
            return replace(view, remedy=remedy)
        case wire.Gone(clean=clean, text=text, truncated=truncated):
            ended = Link.CLOSED if clean else Link.BROKEN
            link = view.link if view.link is Link.FAILED else ended
            view = replace(view, link=link, pending=(), exchange=None, truncated=truncated)
            return replace(view, text=view.text or text)
        case _:
            return view


def _failed(view: SessionView, event: wire.Failed) -> SessionView:
    return replace(
        view,
        link=Link.FAILED,
        failure=event.failure,
        text=event.text,
        remedy=event.remedy,
        tls=event.facts or view.tls,
        pending=(),
    )


def _state_changed(view: SessionView, event: wire.StateChanged) -> SessionView:
    state = event.state
    stages = view.stages.hear(view.state, state)
    view = replace(view, state=state, pending=event.pending, stages=stages)
    if state.phase is not Phase.AUTH and view.exchange is not None:
        view = replace(view, exchange=None)
    if state.transaction is Transaction.NONE:
        return view  # what was just taken stays in sight until the next message begins
    return replace(view, envelope=state.recipients, taken=False)


def _told(view: SessionView, event: wire.Told) -> SessionView:
    if event.elapsed is not None:
        view = replace(view, rtt=event.elapsed)
    if isinstance(event.event, smtp.Reply):
        if lookup(event.event.command.verb) is not None:
            view = replace(view, auth_refused=False)
        if event.event.enhanced is not None and not view.stages.coded:
            view = replace(view, stages=replace(view.stages, coded=True))
    match event.event:
        case smtp.ReplyLine(code=334, command=smtp.Command() as command):
            return replace(view, exchange=_next_challenge(view.exchange, command))
        case smtp.Challenge(decoded=decoded):
            exchange = view.exchange or Exchange("", 1, None)
            return replace(view, exchange=replace(exchange, challenge=decoded))
        case smtp.Reply(code=code, command=command) if command.verb == GREETING:
            return replace(view, greeting=code, remedy=None)
        case smtp.Reply(code=code, command=command) if command.verb == b"STARTTLS":
            return replace(view, starttls_refused=code != 220)
        case smtp.Reply(code=code, command=command) if command.verb in (b"AUTH", AUTH_RESPONSE):
            return replace(view, auth_refused=code >= 400)
        case smtp.Reply(command=command) if command.verb == b"QUIT":
            return replace(view, farewell=True)
        case smtp.Reply(code=220, command=command) if command.verb == b"XCLIENT":
            return replace(view, stages=replace(view.stages, elsewhere=True))
        case smtp.Reply(code=code, command=command) if 200 <= code < 300:
            return _accepted(view, command)
        case _:
            return view


def _next_challenge(exchange: Exchange | None, command: smtp.Command) -> Exchange:
    mechanism = mechanism_of(command.raw)
    if mechanism or exchange is None:
        return Exchange(mechanism, 1, None)
    return replace(exchange, number=exchange.number + 1, challenge=None)


def _accepted(view: SessionView, command: smtp.Command) -> SessionView:
    if command.verb in (MESSAGE_BODY, b"BDAT") and _is_last_chunk(command):
        return replace(view, taken=True)
    if command.verb in (b"RSET", b"EHLO", b"HELO", b"LHLO"):
        return replace(view, taken=False)
    return view


def _is_last_chunk(command: smtp.Command) -> bool:
    head = command.raw.split(b"\n", 1)[0].upper()
    return command.verb == MESSAGE_BODY or head.split()[-1:] == [b"LAST"]
