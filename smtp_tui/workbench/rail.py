"""The rail: the stages of a session, what is behind, where we are and what usually comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from smtp_tui.smtp.state import Phase, Security, Transaction
from smtp_tui.wire.events import Failure
from smtp_tui.wire.target import TlsMode
from smtp_tui.workbench.session import Link, SessionView


class Mark(Enum):
    """How a stage stands, with the square that shows it where there is no room for words."""

    DONE = "■"
    NOW = "▣"
    BUSY = "▤"
    FAILED = "✗"
    AHEAD = "□"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its name as the rail shows it and how it stands."""

    name: str
    mark: Mark


def rail(view: SessionView) -> tuple[Stage, ...]:
    """The stages in the order of this session; at most one is ``NOW``, ``BUSY`` or ``FAILED``."""
    stages = list(_stages(view))
    names = [name for name, _ in stages]
    reached = max((index for index, (_, done) in enumerate(stages) if done), default=-1)
    busy = _busy(view, names)
    failed = _failed(view, names)
    marks: list[Stage] = []
    for index, (name, done) in enumerate(stages):
        if index == failed:
            mark = Mark.FAILED
        elif index == busy:
            mark = Mark.BUSY
        elif done:
            here = index == reached and busy is None and failed is None and view.live
            mark = Mark.NOW if here else Mark.DONE
        else:
            mark = Mark.AHEAD
        marks.append(Stage(name, mark))
    return tuple(marks)


def _stages(view: SessionView) -> Iterator[tuple[str, bool]]:
    state = view.state
    mode = view.target.tls if view.target is not None else TlsMode.STARTTLS
    tls = state.security is Security.TLS or (mode is TlsMode.IMPLICIT and view.encrypted)
    hello = state.hello.value if state.hello is not None else "EHLO"
    yield "TCP", view.connected
    if mode is TlsMode.IMPLICIT:
        yield "TLS", tls
    yield str(view.greeting or 220), view.greeting is not None
    if mode is TlsMode.STARTTLS or (tls and mode is TlsMode.NONE):
        in_clear = state.hello is not None and not tls
        yield "EHLO", in_clear or view.stages.before_tls is not None
        yield "TLS", tls
        yield hello if tls else "EHLO", tls and state.hello is not None
    else:
        yield hello, state.hello is not None
    yield "AUTH", state.identity is not None
    begun = state.transaction is not Transaction.NONE
    recipients = view.envelope if begun or view.taken else 0
    yield "MAIL", begun or view.taken
    yield f"RCPT ×{recipients}" if recipients else "RCPT", recipients > 0
    yield "DATA ✓" if view.taken else "DATA", view.taken or state.transaction is Transaction.BODY
    yield "QUIT", view.farewell or state.phase is Phase.CLOSING


def _failed(view: SessionView, names: list[str]) -> int | None:
    if view.link is not Link.FAILED:
        return None
    return _position(names, "TLS") if view.failure is Failure.TLS and view.connected else 0


def _busy(view: SessionView, names: list[str]) -> int | None:
    """Which stage is under way: a step of connecting, or the first command that waits."""
    if not view.live:
        return None
    if view.link in (Link.RESOLVING, Link.CONNECTING):
        return 0
    if view.link is Link.HANDSHAKING:
        return names.index("TLS") if "TLS" in names else None
    if not view.pending:
        return None
    match view.pending[0].decode("latin-1"):
        case "(greeting)":
            return names.index("220") if "220" in names else None
        case "(auth)":
            return names.index("AUTH")
        case "(body)" | "BDAT":
            return _position(names, "DATA")
        case "STARTTLS":
            return _position(names, "TLS")
        case "EHLO" | "HELO" | "LHLO":
            places = [index for index, name in enumerate(names) if name in ("EHLO", "HELO", "LHLO")]
            after_tls = view.encrypted or len(places) == 1
            return places[-1] if after_tls else places[0]
        case verb:
            return _position(names, verb)


def _position(names: list[str], verb: str) -> int | None:
    return next((i for i, name in enumerate(names) if name.split(" ")[0] == verb), None)
