"""How long each step of a session took: spans of waiting, folded from the wire's events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.commands import GREETING_COMMANDS, verbs
from smtp_tui.smtp.state import AUTH_RESPONSE, GREETING, MESSAGE_BODY
from smtp_tui.transcript import wording
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import TlsMode

GREET_DELAY = 5.0
"""Seconds after which a greeting is called delayed."""

MOST_SPANS = 100
"""How many steps of one connection are kept."""

DELAYED = "greet delay, not a fault"
"""What a slow greeting is; servers make unknown clients wait to drive away impatient ones."""

_MOST_TEXT = 200
_MOST_ADDRESSES = 3


class Step(Enum):
    """What kind of thing is waited for."""

    LOOKUP = "DNS"
    CONNECT = "TCP"
    HANDSHAKE = "TLS"
    GREETING = "greeting"
    COMMAND = "command"


class Outcome(Enum):
    """How a step ended, if it did."""

    BUSY = "under way"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    DROPPED = "given up"


@dataclass(frozen=True, slots=True)
class Span:
    """One step: what was waited for, from when to when on the wire's clock, and how it ended.

    ``name`` is short and ours. ``subject`` is what it was about (a host, an address) and ``text``
    what came of it; both may be foreign and are raw. ``in_tls``: it was said inside TLS.
    """

    step: Step
    name: str
    begun: float
    ended: float | None = None
    outcome: Outcome = Outcome.BUSY
    subject: str = ""
    text: str = ""
    in_tls: bool = False

    def seconds(self, now: float) -> float:
        """How long it took, or has been taking until ``now``."""
        return max(0.0, (now if self.ended is None else self.ended) - self.begun)

    def remark(self, now: float) -> str:
        """What has to be said so that a long wait is not misread; else ""."""
        if self.step is not Step.GREETING or self.seconds(now) <= GREET_DELAY:
            return ""
        if self.outcome is Outcome.BUSY:
            return "no greeting yet: some servers wait on purpose"
        return DELAYED if self.outcome is Outcome.DONE else ""


@dataclass(frozen=True, slots=True)
class Timings:
    """All steps of one connection in the order they began; computed by ``advance`` alone.

    ``began`` and ``ended`` are moments on the wire's clock. ``more`` counts the steps after the
    first hundred, which are not kept.
    """

    connection: int = 0
    began: float = 0.0
    ended: float | None = None
    spans: tuple[Span, ...] = ()
    more: int = 0
    implicit: bool = False

    @property
    def busy(self) -> bool:
        """Whether something is being waited for."""
        return any(span.ended is None for span in self.spans)

    def waiting(self, now: float) -> float:
        """For how many seconds the longest step under way has been waited for; 0 if none is."""
        return max((span.seconds(now) for span in self.spans if span.ended is None), default=0.0)

    def find(self, step: Step, name: str = "", *, in_tls: bool | None = None) -> Span | None:
        """The last step of a kind, of this name and inside TLS or not where that is asked for."""
        for span in reversed(self.spans):
            if (
                span.step is step
                and name in ("", span.name)
                and in_tls in (None, span.in_tls)
                and span.outcome is not Outcome.DROPPED
            ):
                return span
        return None


def advance(timings: Timings, event: wire.Event) -> Timings:
    """The timings after one event; events of another connection change nothing."""
    if isinstance(event, wire.Opening):
        implicit = event.target.tls is TlsMode.IMPLICIT
        return Timings(event.connection, event.at, implicit=implicit)
    if event.connection != timings.connection or timings.ended is not None:
        return timings
    at = event.at
    match event:
        case wire.Resolving(host=host):
            return _begin(timings, Span(Step.LOOKUP, "DNS", at, subject=host))
        case wire.Resolved(addresses=addresses):
            return _end(timings, Step.LOOKUP, at, Outcome.DONE, _listed(addresses))
        case wire.Trying(address=address):
            return _begin(timings, Span(Step.CONNECT, "TCP", at, subject=address))
        case wire.Unreachable(address=address, reason=reason):
            return _end(timings, Step.CONNECT, at, Outcome.FAILED, reason, subject=address)
        case wire.Connected(address=address):
            return _connected(timings, at, address)
        case wire.TlsStarted():
            return _begin(timings, Span(Step.HANDSHAKE, "TLS", at, in_tls=True))
        case wire.TlsEstablished(facts=facts):
            return _secured(timings, at, facts)
        case wire.StateChanged(pending=pending) if pending:
            return _waiting(timings, at, pending[0], in_tls=_in_tls(timings))
        case wire.Told(event=smtp.Reply() as reply):
            return _answered(timings, event, reply)
        case wire.Failed(text=text):
            return _end_all(timings, at, Outcome.FAILED, text)
        case wire.Gone():
            return replace(_end_all(timings, at, Outcome.DROPPED, "no answer"), ended=at)
    return timings


def _connected(timings: Timings, at: float, address: str) -> Timings:
    timings = _end(timings, Step.CONNECT, at, Outcome.DONE, "connected", subject=address)
    timings = _end_all(timings, at, Outcome.DROPPED, "another address answered first")
    return timings if timings.implicit else _begin(timings, Span(Step.GREETING, "greeting", at))


def _secured(timings: Timings, at: float, facts: wire.TlsFacts) -> Timings:
    worth = "verified" if facts.verified else "not verified"
    words = f"{wording.version(facts.version)}, {worth}"
    timings = _end(timings, Step.HANDSHAKE, at, Outcome.DONE, words)
    if not timings.implicit:
        return timings
    return _begin(timings, Span(Step.GREETING, "greeting", at, in_tls=True))


def _waiting(timings: Timings, at: float, verb: bytes, *, in_tls: bool) -> Timings:
    if verb == GREETING or timings.busy or len(timings.spans) >= MOST_SPANS:
        return timings
    return _begin(timings, Span(Step.COMMAND, _name(timings, verb), at, in_tls=in_tls))


def _answered(timings: Timings, told: wire.Told, reply: smtp.Reply) -> Timings:
    at, verb = told.at, reply.command.verb
    outcome = Outcome.DONE if reply.code < 400 else Outcome.REFUSED
    text = str(reply.code)
    if verb == GREETING:
        return _end(timings, Step.GREETING, at, outcome, text)
    known = next((span for span in reversed(timings.spans) if span.ended is None), None)
    begun = at if told.elapsed is None else at - told.elapsed
    if known is None or known.step is not Step.COMMAND:
        if len(timings.spans) >= MOST_SPANS:
            return replace(timings, more=timings.more + 1)
        in_tls = told.protection is not wire.Protection.CLEAR
        known = Span(Step.COMMAND, _name(timings, verb), begun, in_tls=in_tls)
        timings = _begin(timings, known)
    ended = replace(
        known,
        begun=known.begun if told.elapsed is None else begun,
        ended=at,
        outcome=outcome,
        text=text,
    )
    return _put(timings, known, ended)


def _begin(timings: Timings, span: Span) -> Timings:
    if len(timings.spans) >= MOST_SPANS:
        return replace(timings, more=timings.more + 1)
    return replace(timings, spans=(*timings.spans, span))


def _end(
    timings: Timings, step: Step, at: float, outcome: Outcome, text: str, subject: str | None = None
) -> Timings:
    for span in timings.spans:
        if span.step is step and span.ended is None and subject in (None, span.subject):
            ended = replace(span, ended=at, outcome=outcome, text=text[:_MOST_TEXT])
            return _put(timings, span, ended)
    return timings


def _end_all(timings: Timings, at: float, outcome: Outcome, text: str) -> Timings:
    if not timings.busy:
        return timings
    spans = tuple(
        replace(span, ended=at, outcome=outcome, text=text[:_MOST_TEXT])
        if span.ended is None
        else span
        for span in timings.spans
    )
    return replace(timings, spans=spans)


def _put(timings: Timings, before: Span, after: Span) -> Timings:
    spans = tuple(after if span is before else span for span in timings.spans)
    return replace(timings, spans=spans)


def _in_tls(timings: Timings) -> bool:
    return any(
        span.step is Step.HANDSHAKE and span.outcome is Outcome.DONE for span in timings.spans
    )


def _name(timings: Timings, verb: bytes) -> str:
    """The name of what a command asks for; a word that is no verb may be a secret gone astray."""
    if verb == AUTH_RESPONSE:
        return "AUTH answer"
    if verb == MESSAGE_BODY:
        return "message"
    if verb not in verbs():
        return "other"
    name = verb.decode("ascii")
    said = verb in GREETING_COMMANDS and any(span.name == name for span in timings.spans)
    return f"{name} again" if said else name


def _listed(addresses: tuple[str, ...]) -> str:
    more = len(addresses) - _MOST_ADDRESSES
    listed = ", ".join(addresses[:_MOST_ADDRESSES])
    return f"{listed} and {more} more" if more > 0 else listed
