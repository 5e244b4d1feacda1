"""The faults the practice server can be given: their names, what it then does, what one sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Fault(Enum):
    """One thing wrong with a server; the value is its name on the command line."""

    EXPIRED_CERT = "expired-cert"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_HOST = "wrong-host"
    SELF_SIGNED = "self-signed"
    UNKNOWN_ROOT = "unknown-root"
    MISSING_INTERMEDIATE = "missing-intermediate"
    WEAK_KEY = "weak-key"
    TLS10 = "tls10"
    CLIENT_CERT_WANTED = "client-cert-wanted"
    NO_STARTTLS = "no-starttls"
    STARTTLS_REFUSED = "starttls-refused"
    INJECT = "inject"
    TLS_AT_ONCE = "tls-at-once"
    PLAIN_AT_TLS_PORT = "plain-at-tls-port"
    SLOW_BANNER = "slow-banner"
    BUSY = "busy"
    TURNED_AWAY = "turned-away"
    CLOSE_AT_ONCE = "close-at-once"
    IMAP = "imap"
    LMTP = "lmtp"
    DROP_AT_EHLO = "drop-at-ehlo"
    GARBAGE = "garbage"
    IDLE_TIMEOUT = "idle-timeout"
    AUTH_ALWAYS_FAILS = "auth-always-fails"
    GREYLIST_ALL = "greylist-all"
    DROP_IN_DATA = "drop-in-data"
    DROP_AFTER_DATA = "drop-after-data"


class Aspect(Enum):
    """What of the server a fault changes; of two faults that change the same only one can be."""

    CERTIFICATE = "the certificate"
    VERSION = "the TLS version"
    CLIENT = "the client's certificate"
    STARTTLS = "STARTTLS"
    TLS_PORT = "the port for implicit TLS"
    PAUSE = "when it greets"
    GREETING = "the greeting"
    HELLO = "the answer to EHLO"
    REPLIES = "the replies"
    IDLE = "the idle time"
    AUTH = "signing in"
    RECIPIENTS = "the recipients"
    DATA = "the end of a message"


@dataclass(frozen=True, slots=True)
class FaultFacts:
    """``does``: what the server does. ``seen``: the heart of the sentence that a client shows.

    ``implicit``: it shows on the port for implicit TLS alone.
    """

    aspect: Aspect
    does: str
    seen: str
    implicit: bool = False


FAULTS: Mapping[Fault, FaultFacts] = MappingProxyType(
    {
        Fault.EXPIRED_CERT: FaultFacts(
            Aspect.CERTIFICATE,
            "Its certificate expired three days ago.",
            "expired on",
        ),
        Fault.NOT_YET_VALID: FaultFacts(
            Aspect.CERTIFICATE,
            "Its certificate is valid only from the day after tomorrow.",
            "is valid only from",
        ),
        Fault.WRONG_HOST: FaultFacts(
            Aspect.CERTIFICATE,
            "Its certificate is for mail.example.org.",
            "The certificate is for mail.example.org, not for 127.0.0.1",
        ),
        Fault.SELF_SIGNED: FaultFacts(
            Aspect.CERTIFICATE,
            "Its certificate is signed by itself alone.",
            "signed by itself alone",
        ),
        Fault.UNKNOWN_ROOT: FaultFacts(
            Aspect.CERTIFICATE,
            "It has an authority of its own that nobody trusts, and sends it along.",
            "which is not trusted here: give that authority's certificate",
        ),
        Fault.MISSING_INTERMEDIATE: FaultFacts(
            Aspect.CERTIFICATE,
            "It keeps the intermediate certificate to itself.",
            "it lacks an intermediate certificate",
        ),
        Fault.WEAK_KEY: FaultFacts(
            Aspect.CERTIFICATE,
            "Its key is RSA of 1024 bits.",
            "too weak to be safe",
        ),
        Fault.TLS10: FaultFacts(
            Aspect.VERSION,
            "It speaks TLS 1.0 and nothing newer.",
            "The server speaks no TLS 1.2 or 1.3",
        ),
        Fault.CLIENT_CERT_WANTED: FaultFacts(
            Aspect.CLIENT,
            "It wants a certificate from its clients.",
            "wants a certificate from its clients",
        ),
        Fault.NO_STARTTLS: FaultFacts(
            Aspect.STARTTLS,
            "It offers no STARTTLS, and AUTH in the clear, as behind somebody who strips it.",
            "does not offer STARTTLS",
        ),
        Fault.STARTTLS_REFUSED: FaultFacts(
            Aspect.STARTTLS,
            "It offers STARTTLS and then refuses it with 454.",
            "STARTTLS was refused",
        ),
        Fault.INJECT: FaultFacts(
            Aspect.STARTTLS,
            "Plain text follows its 220 to STARTTLS, as from an attacker on the way.",
            "injecting replies",
        ),
        Fault.TLS_AT_ONCE: FaultFacts(
            Aspect.STARTTLS,
            "Its port for STARTTLS wants implicit TLS, from the first octet.",
            "expect implicit TLS, from the first octet",
        ),
        Fault.PLAIN_AT_TLS_PORT: FaultFacts(
            Aspect.TLS_PORT,
            "Its port for implicit TLS greets in plain text.",
            "this port wants STARTTLS, or no TLS at all",
            implicit=True,
        ),
        Fault.SLOW_BANNER: FaultFacts(
            Aspect.PAUSE,
            "Its greeting comes after eight seconds.",
            "not a fault",
        ),
        Fault.BUSY: FaultFacts(
            Aspect.GREETING,
            "It greets with 421 and closes.",
            "takes no more clients just now",
        ),
        Fault.TURNED_AWAY: FaultFacts(
            Aspect.GREETING,
            "It greets with 554 and takes no mail.",
            "takes no mail from this address",
        ),
        Fault.CLOSE_AT_ONCE: FaultFacts(
            Aspect.GREETING,
            "It closes the connection without a greeting.",
            "Not even a greeting",
        ),
        Fault.IMAP: FaultFacts(
            Aspect.GREETING,
            "It greets like an IMAP server.",
            "This is an IMAP server",
        ),
        Fault.LMTP: FaultFacts(
            Aspect.HELLO,
            "It speaks LMTP and does not know EHLO.",
            "speaks LMTP",
        ),
        Fault.DROP_AT_EHLO: FaultFacts(
            Aspect.HELLO,
            "It closes the connection at EHLO.",
            "without answering EHLO",
        ),
        Fault.GARBAGE: FaultFacts(
            Aspect.REPLIES,
            "It puts a line with an escape sequence, which is no reply, before that to EHLO.",
            "which reply answers which command",
        ),
        Fault.IDLE_TIMEOUT: FaultFacts(
            Aspect.IDLE,
            "It closes the connection after fifteen idle seconds.",
            "waits only so long for the next command",
        ),
        Fault.AUTH_ALWAYS_FAILS: FaultFacts(
            Aspect.AUTH,
            "It refuses every user and password with 535.",
            "535 5.7.8",
        ),
        Fault.GREYLIST_ALL: FaultFacts(
            Aspect.RECIPIENTS,
            "It refuses every recipient with 451 the first time.",
            "451 4.7.1",
        ),
        Fault.DROP_IN_DATA: FaultFacts(
            Aspect.DATA,
            "It closes the connection in the middle of a message.",
            "in the middle of the message",
        ),
        Fault.DROP_AFTER_DATA: FaultFacts(
            Aspect.DATA,
            "It takes a whole message and closes the connection without a word.",
            "without saying what became of the message",
        ),
    }
)
"""What each fault is, in the order in which lists show them."""


class FaultError(ValueError):
    """There is no such fault, or it does not go with another: one sentence."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with a server, if anything.

    ``pause`` is how many seconds a slow greeting takes, ``patience`` how long an idle client is
    borne.
    """

    kinds: frozenset[Fault] = frozenset()
    pause: float = 8.0
    patience: float = 15.0

    def __contains__(self, fault: Fault) -> bool:
        return fault in self.kinds

    def __bool__(self) -> bool:
        return bool(self.kinds)

    @property
    def names(self) -> str:
        """Their names in the order of the list."""
        return ", ".join(fault.value for fault in FAULTS if fault in self.kinds)

    @property
    def told(self) -> tuple[str, ...]:
        """What the server does, a sentence for each."""
        return tuple(
            f"Practice server with the fault {fault.value}: {facts.does}"
            for fault, facts in FAULTS.items()
            if fault in self.kinds
        )

    @property
    def implicit(self) -> bool:
        """Whether they show on the port for implicit TLS alone."""
        return any(FAULTS[fault].implicit for fault in self.kinds)

    def within(self, aspect: Aspect) -> Fault | None:
        """The fault that changes that of the server, if one does."""
        return next((fault for fault in self.kinds if FAULTS[fault].aspect is aspect), None)


NO_FAULTS = Faults()


def named(name: str) -> Fault:
    """The fault of that name. Raises ``FaultError``, which names the nearest or all."""
    try:
        return Fault(name)
    except ValueError:
        names = [fault.value for fault in FAULTS]
        from smtp_tui.smtp.doubts.slips import did_you_mean

        words = did_you_mean(name, names) or f"these are known: {', '.join(names)}"
        raise FaultError(f"there is no fault {name}; {words}") from None


def combined(faults: Iterable[Fault]) -> Faults:
    """These faults together. Raises ``FaultError`` for two that exclude each other."""
    taken: dict[Aspect, Fault] = {}
    for fault in faults:
        aspect = FAULTS[fault].aspect
        other = taken.setdefault(aspect, fault)
        if other is not fault:
            raise FaultError(
                f"{other.value} and {fault.value} exclude each other: both change {aspect.value}"
            )
    return Faults(frozenset(taken.values()))
