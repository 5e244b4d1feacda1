"""What the replies so far have made of the session: its axes, and what they are made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from smtp_tui.smtp import extensions
from smtp_tui.smtp.commands import GREETING_COMMANDS
from smtp_tui.smtp.events import Command
from smtp_tui.smtp.state import Effect, Hello, Identity, Phase, State, Sync, after_tls, apply
from smtp_tui.smtp.waiting import Waiting

_FRESH = State()
_SAYING_MORE = (
    Effect.HELLO,
    Effect.SENDER,
    Effect.RECIPIENT,
    Effect.TRANSACTION_ENDS,
    Effect.CHALLENGED,
    Effect.AUTHENTICATED,
)


@dataclass(slots=True)
class Session:
    """``accepted`` are the recipients of the transaction, ``prdr`` whether it asked for PRDR.

    ``mechanism`` is the one whose challenge was last seen.
    """

    lmtp: bool
    state: State = _FRESH
    accepted: list[bytes] = field(default_factory=list)
    mechanism: str = ""
    prdr: bool = False

    @property
    def replies_per_recipient(self) -> bool:
        """Whether a message gets a reply for each recipient: a server that takes LHLO does so."""
        return self.lmtp or self.state.hello is Hello.LHLO

    def take(
        self, effect: Effect, head: Waiting, command: Command, lines: tuple[bytes, ...]
    ) -> None:
        """Let one effect of the final reply to ``head`` happen; ``lines`` are the reply's texts."""
        if effect in _SAYING_MORE:
            self._learn(effect, head, command, lines)
        self.state = apply(self.state, effect)

    def _learn(
        self, effect: Effect, head: Waiting, command: Command, lines: tuple[bytes, ...]
    ) -> None:
        """What an effect says beyond how the axes move."""
        match effect:
            case Effect.HELLO:
                hello = GREETING_COMMANDS[head.verb]
                offered = lines if hello is not Hello.HELO else ()
                self.state = self.state.greeted(hello, extensions.parse(offered))
            case Effect.SENDER:
                self.accepted.clear()
                self.prdr = b"PRDR" in command.raw.upper().split()
            case Effect.RECIPIENT:
                self.accepted.append(_path(command.line))
            case Effect.TRANSACTION_ENDS:
                self.accepted.clear()
            case Effect.CHALLENGED:
                self.mechanism = head.mechanism or self.mechanism
            case Effect.AUTHENTICATED:
                mechanism = head.mechanism or self.mechanism
                self.state = self.state._replace(identity=Identity(mechanism))

    def close(self) -> None:
        """The server is about to close."""
        self.state = apply(self.state, Effect.CLOSE)

    def end_message(self) -> None:
        """The message is over, whatever became of it."""
        self.accepted.clear()
        self.state = apply(apply(self.state, Effect.LISTEN), Effect.TRANSACTION_ENDS)

    def forget(self) -> None:
        """TLS is up: everything learnt in the clear is forgotten (RFC 3207 4.2)."""
        self.accepted.clear()
        self.mechanism = ""
        self.state = after_tls(self.state)

    def enter(self, phase: Phase, reason: str | None = None) -> None:
        """The phase changed by what we did or by the connection's end."""
        state = self.state.within(phase)
        self.state = state if reason is None else state._replace(reason=reason)

    def doubt(self, reason: str) -> None:
        """It is not certain how many replies come."""
        if self.state.sync is Sync.OK:
            self.state = self.state._replace(sync=Sync.UNCERTAIN, reason=reason)

    def lose(self, reason: str) -> bool:
        """Nobody can say any more which reply answers what; False when that was so before."""
        if self.state.sync is Sync.LOST:
            return False
        self.state = self.state._replace(sync=Sync.LOST, reason=reason)
        return True


def _path(line: bytes) -> bytes:
    """The argument of RCPT TO, as it was sent."""
    return line.partition(b":")[2].strip()
