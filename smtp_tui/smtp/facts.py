"""What can be read off a dialogue at any time."""

from __future__ import annotations

from smtp_tui.smtp.events import Command
from smtp_tui.smtp.extensions import Extensions
from smtp_tui.smtp.outgoing import Outgoing
from smtp_tui.smtp.replies import Limits, LineSplitter
from smtp_tui.smtp.session import Session
from smtp_tui.smtp.state import Hello, Identity, Phase, Security, State, Sync, Transaction


class Facts:
    """The read-only side of ``Dialogue``; it changes nothing."""

    def __init__(self, lmtp: bool, limits: Limits) -> None:
        self.lmtp = lmtp
        self.limits = limits
        self._session = Session(lmtp)
        self._out = Outgoing()
        self._lines = LineSplitter(limits)

    @property
    def state(self) -> State:
        """All axes at once, frozen."""
        return self._session.state

    @property
    def phase(self) -> Phase:
        """What the server does with our next octet."""
        return self._session.state.phase

    @property
    def transaction(self) -> Transaction:
        """How far the mail transaction is."""
        return self.state.transaction

    @property
    def recipients(self) -> int:
        """How many recipients the server accepted."""
        return self.state.recipients

    @property
    def hello(self) -> Hello | None:
        """Which greeting command was accepted; None before."""
        return self.state.hello

    @property
    def extensions(self) -> Extensions:
        """What the server offered after EHLO or LHLO."""
        return self.state.extensions

    @property
    def security(self) -> Security:
        """Whether the octets are encrypted."""
        return self.state.security

    @property
    def identity(self) -> Identity | None:
        """As whom the server knows us; None before AUTH succeeded."""
        return self.state.identity

    @property
    def sync(self) -> Sync:
        """Whether replies can be told to which command they belong."""
        return self.state.sync

    @property
    def pending(self) -> tuple[Command, ...]:
        """What waits for a reply, in order."""
        return tuple(item.command() for item in self._out.queue)

    @property
    def pending_verbs(self) -> tuple[bytes, ...]:
        """The verbs of what waits for a reply, in order."""
        return self._out.verbs

    @property
    def partial(self) -> bytes:
        """What has come of an unfinished line."""
        return self._lines.partial

    @property
    def unfinished(self) -> bool:
        """Whether a line has begun to come and not ended."""
        return self._lines.unfinished

    @property
    def unsent_line(self) -> bytes:
        """Octets that were sent raw without a line end."""
        return self._out.fragment
