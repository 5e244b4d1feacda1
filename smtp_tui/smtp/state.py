"""The axes of a session and the one table that moves along them.

Every transition of the protocol is in ``TABLE``; nothing else in the package changes an axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from smtp_tui.smtp.events import made
from smtp_tui.smtp.extensions import Extensions

_NONE_OFFERED = Extensions()


class Phase(Enum):
    """What the server does with our next octet."""

    GREETING = "greeting"
    COMMAND = "command"
    AUTH = "auth"
    BODY = "body"
    CHUNK = "chunk"
    UPGRADING = "upgrading"
    CLOSING = "closing"
    CLOSED = "closed"
    BROKEN = "broken"


class Transaction(Enum):
    """How far the mail transaction is (RFC 5321 3.3)."""

    NONE = "none"
    MAIL = "mail"
    RCPT = "rcpt"
    BODY = "body"


class Hello(Enum):
    """Which greeting command the server accepted."""

    HELO = "HELO"
    EHLO = "EHLO"
    LHLO = "LHLO"


class Security(Enum):
    """Whether the octets are encrypted."""

    PLAIN = "plain"
    TLS = "tls"


class Sync(Enum):
    """Whether replies can be told to which command they belong; ``LOST`` stays until reconnect."""

    OK = "ok"
    UNCERTAIN = "uncertain"
    LOST = "lost"


class ReplyClass(Enum):
    """Reply codes as far as the table tells them apart; narrow classes fall back to wide ones."""

    POSITIVE = "2xx"
    READY = "220"
    INTERMEDIATE = "3xx"
    CHALLENGE = "334"
    PER_RECIPIENT = "353"
    GO_AHEAD = "354"
    TEMPORARY = "4xx"
    GOING_AWAY = "421"
    PERMANENT = "5xx"
    UNKNOWN_COMMAND = "500/502"


_NARROW = {
    220: ReplyClass.READY,
    334: ReplyClass.CHALLENGE,
    353: ReplyClass.PER_RECIPIENT,
    354: ReplyClass.GO_AHEAD,
    421: ReplyClass.GOING_AWAY,
    500: ReplyClass.UNKNOWN_COMMAND,
    502: ReplyClass.UNKNOWN_COMMAND,
}

_BY_FIRST_DIGIT = {
    2: ReplyClass.POSITIVE,
    3: ReplyClass.INTERMEDIATE,
    4: ReplyClass.TEMPORARY,
    5: ReplyClass.PERMANENT,
}

WIDER: Mapping[ReplyClass, ReplyClass] = MappingProxyType(
    {narrow: _BY_FIRST_DIGIT[code // 100] for code, narrow in _NARROW.items()}
)


def classify(code: int) -> ReplyClass:
    """The narrowest class of a reply code from 200 to 599."""
    return _NARROW.get(code) or _BY_FIRST_DIGIT[code // 100]


class Effect(Enum):
    """One thing a reply does to the session."""

    LISTEN = "the server takes commands"
    HELLO = "the server accepted the greeting command: hello and extensions are set"
    TRANSACTION_ENDS = "no sender, no recipients"
    SENDER = "the sender was accepted"
    RECIPIENT = "one more recipient was accepted"
    MESSAGE = "part of the message was taken"
    BODY = "what follows is message text"
    CHALLENGED = "what follows is an answer to a challenge"
    AUTHENTICATED = "the identity is established"
    UPGRADE = "what follows is a TLS handshake"
    FORGET_HELLO = "the server forgot the greeting command"
    CLOSE = "the server is about to close"
    REREAD_CHUNK = "the server never knew BDAT: the chunk was read as command lines"
    CHUNK_IN_DOUBT = "servers differ in what they do with the octets of a refused chunk"


GREETING = b"(greeting)"
AUTH_RESPONSE = b"(auth)"
MESSAGE_BODY = b"(body)"
ANY_VERB = b"*"

_C = ReplyClass
_E = Effect

# (verb, reply class) -> effects. What is not here changes nothing.
TABLE: Mapping[tuple[bytes, ReplyClass], tuple[Effect, ...]] = MappingProxyType(
    {
        (ANY_VERB, _C.GOING_AWAY): (_E.CLOSE,),  # RFC 5321 3.8: at any time, to anything
        (GREETING, _C.POSITIVE): (_E.LISTEN,),
        (GREETING, _C.INTERMEDIATE): (_E.LISTEN,),
        (GREETING, _C.TEMPORARY): (_E.LISTEN,),
        (GREETING, _C.PERMANENT): (_E.LISTEN,),  # RFC 5321 3.1: 554, then it waits for QUIT
        (b"EHLO", _C.POSITIVE): (_E.HELLO, _E.TRANSACTION_ENDS),
        (b"HELO", _C.POSITIVE): (_E.HELLO, _E.TRANSACTION_ENDS),
        (b"LHLO", _C.POSITIVE): (_E.HELLO, _E.TRANSACTION_ENDS),
        (b"MAIL", _C.POSITIVE): (_E.SENDER,),
        (b"RCPT", _C.POSITIVE): (_E.RECIPIENT,),
        (b"RSET", _C.POSITIVE): (_E.TRANSACTION_ENDS,),
        (b"DATA", _C.GO_AHEAD): (_E.BODY,),
        (MESSAGE_BODY, _C.POSITIVE): (_E.LISTEN, _E.TRANSACTION_ENDS),
        (MESSAGE_BODY, _C.PER_RECIPIENT): (),  # more replies follow
        (MESSAGE_BODY, _C.INTERMEDIATE): (_E.LISTEN, _E.TRANSACTION_ENDS),
        (MESSAGE_BODY, _C.TEMPORARY): (_E.LISTEN, _E.TRANSACTION_ENDS),
        (MESSAGE_BODY, _C.GOING_AWAY): (_E.TRANSACTION_ENDS, _E.CLOSE),
        (MESSAGE_BODY, _C.PERMANENT): (_E.LISTEN, _E.TRANSACTION_ENDS),
        (b"BDAT", _C.POSITIVE): (_E.MESSAGE,),
        (b"BDAT", _C.TEMPORARY): (_E.CHUNK_IN_DOUBT,),
        (b"BDAT", _C.PERMANENT): (_E.CHUNK_IN_DOUBT,),
        (b"BDAT", _C.UNKNOWN_COMMAND): (_E.REREAD_CHUNK,),
        (b"BDAT LAST", _C.POSITIVE): (_E.TRANSACTION_ENDS,),
        (b"BDAT LAST", _C.TEMPORARY): (_E.CHUNK_IN_DOUBT,),
        (b"BDAT LAST", _C.PERMANENT): (_E.CHUNK_IN_DOUBT,),
        (b"BDAT LAST", _C.UNKNOWN_COMMAND): (_E.REREAD_CHUNK,),
        (b"AUTH", _C.CHALLENGE): (_E.CHALLENGED,),
        (b"AUTH", _C.POSITIVE): (_E.AUTHENTICATED,),
        (AUTH_RESPONSE, _C.CHALLENGE): (_E.CHALLENGED,),
        (AUTH_RESPONSE, _C.POSITIVE): (_E.LISTEN, _E.AUTHENTICATED),
        (AUTH_RESPONSE, _C.INTERMEDIATE): (_E.LISTEN,),
        (AUTH_RESPONSE, _C.TEMPORARY): (_E.LISTEN,),
        (AUTH_RESPONSE, _C.PERMANENT): (_E.LISTEN,),
        (b"STARTTLS", _C.READY): (_E.UPGRADE,),  # RFC 3207 4
        (b"XCLIENT", _C.READY): (_E.FORGET_HELLO, _E.TRANSACTION_ENDS),
        (b"QUIT", _C.POSITIVE): (_E.CLOSE,),
        (b"QUIT", _C.INTERMEDIATE): (_E.CLOSE,),
        (b"QUIT", _C.TEMPORARY): (_E.CLOSE,),
        (b"QUIT", _C.PERMANENT): (_E.CLOSE,),
    }
)


@lru_cache(maxsize=256)
def effects_of(verb: bytes, code: int) -> tuple[Effect, ...]:
    """What a final reply with that code to that verb does."""
    return effects(verb, classify(code))


def effects(verb: bytes, reply: ReplyClass) -> tuple[Effect, ...]:
    """What a final reply of that class to that verb does; the narrowest row that exists wins."""
    for row in (verb, ANY_VERB):
        for reply_class in (reply, WIDER.get(reply)):
            if reply_class is not None and (found := TABLE.get((row, reply_class))) is not None:
                if reply is ReplyClass.GOING_AWAY and Effect.CLOSE not in found:
                    continue
                return found
    return ()


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom the server knows us: by which mechanism the authentication succeeded."""

    mechanism: str


class State(NamedTuple):
    """The whole state of a session, frozen; what panes draw."""

    phase: Phase = Phase.GREETING
    transaction: Transaction = Transaction.NONE
    recipients: int = 0
    hello: Hello | None = None
    extensions: Extensions = _NONE_OFFERED
    security: Security = Security.PLAIN
    identity: Identity | None = None
    sync: Sync = Sync.OK
    reason: str = ""
    """Why ``sync`` is not OK or ``phase`` is BROKEN."""

    def within(self, phase: Phase) -> State:
        """The same in another phase: ``_replace`` for what changes most often, and quicker."""
        return made(State, (phase, *self[1:]))

    def greeted(self, hello: Hello, offered: Extensions) -> State:
        """The same after the server accepted a greeting command."""
        return made(State, (*self[:3], hello, offered, *self[5:]))


def apply(state: State, effect: Effect) -> State:
    """The state after one effect; of ``HELLO`` and ``AUTHENTICATED`` the caller sets the values."""
    match effect:
        case Effect.LISTEN:  # a server that is closing goes on closing
            phase = Phase.CLOSING if state.phase is Phase.CLOSING else Phase.COMMAND
            return state.within(phase)
        case Effect.CLOSE:
            return state.within(Phase.CLOSING)
        case Effect.HELLO | Effect.AUTHENTICATED:
            return state
        case Effect.TRANSACTION_ENDS if state.transaction is Transaction.NONE:
            return state
        case Effect.TRANSACTION_ENDS:
            return state._replace(transaction=Transaction.NONE, recipients=0)
        case Effect.SENDER:
            return state._replace(transaction=Transaction.MAIL, recipients=0)
        case Effect.RECIPIENT:
            return state._replace(transaction=Transaction.RCPT, recipients=state.recipients + 1)
        case Effect.MESSAGE:
            return state._replace(transaction=Transaction.BODY)
        case Effect.BODY:
            return state._replace(phase=Phase.BODY, transaction=Transaction.BODY)
        case Effect.CHALLENGED:
            return state.within(Phase.AUTH)
        case Effect.UPGRADE:
            return state.within(Phase.UPGRADING)
        case Effect.FORGET_HELLO:
            return state._replace(hello=None, extensions=_NONE_OFFERED)
        case _:
            return state


def after_tls(state: State) -> State:
    """The state once TLS is up: everything learnt in the clear is forgotten (RFC 3207 4.2)."""
    phase = Phase.GREETING if state.phase is Phase.GREETING else Phase.COMMAND
    return State(phase=phase, security=Security.TLS, sync=state.sync, reason=state.reason)
