"""A session played without a network: the real dialogue between a hand and an imagined server."""

from __future__ import annotations

from collections.abc import Callable

from smtp_tui.smtp.dialogue import Dialogue
from smtp_tui.wire import actions
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.operator import Worker

GMAIL = Target("smtp.example.org", ehlo="laptop.example.org")
FACTS = wire.TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, (), True)
EHLO_CLEAR = b"250-smtp.example.org\r\n250-SIZE 35882577\r\n250-STARTTLS\r\n250 8BITMIME\r\n"
EHLO_TLS = b"250-smtp.example.org\r\n250-SIZE 35882577\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n"


class FakeWorker:
    """Keeps what was asked of it; ``sink`` is where a test tells events."""

    def __init__(self, sink: Callable[[wire.Event], None]) -> None:
        self.sink = sink
        self.posted: list[actions.Action] = []
        self.stopped = False

    def post(self, action: actions.Action) -> None:
        self.posted.append(action)

    def pause(self) -> None:
        pass

    def resume(self) -> None:
        pass

    def stop(self) -> None:
        self.stopped = True


def factory(made: list[FakeWorker]) -> Callable[[Callable[[wire.Event], None]], Worker]:
    """A worker factory that leaves the worker it makes in ``made``."""

    def make(sink: Callable[[wire.Event], None]) -> Worker:
        made.append(FakeWorker(sink))
        return made[-1]

    return make


class Scene:
    """Tells ``sink`` the events of a session; every step takes 40 ms."""

    def __init__(
        self, sink: Callable[[wire.Event], None], target: Target = GMAIL, number: int = 1
    ) -> None:
        self.sink = sink
        self.target = target
        self.number = number
        self.now = 100.0
        self.dialogue = Dialogue(lmtp=target.lmtp)
        self.protection = wire.Protection.CLEAR
        self._offset = 0
        self._state: object = None

    def connecting(self) -> Scene:
        """Up to the first attempt."""
        at, number, host = self.now, self.number, self.target.host
        self.sink(wire.Opening(at, number, self.target, 1_700_000_000.0))
        self.sink(wire.Resolving(at, number, host))
        self.sink(wire.Resolved(at, number, host, ("192.0.2.10",)))
        self.sink(wire.Trying(at, number, "192.0.2.10"))
        return self

    def open(self, greeting: bytes = b"220 smtp.example.org ESMTP ready\r\n") -> Scene:
        """Up to the greeting; b"" leaves it out."""
        self.connecting()
        self.tick()
        self.sink(wire.Connected(self.now, self.number, "192.0.2.10", 0.012))
        if self.target.tls is TlsMode.IMPLICIT:
            self.tls()
        self._changed()
        return self.server(greeting) if greeting else self

    def tls(self, facts: wire.TlsFacts = FACTS) -> Scene:
        """A handshake that succeeds."""
        self.sink(wire.TlsStarted(self.now, self.number))
        self.tick()
        self.dialogue.tls_started()
        self.protection = wire.Protection.VERIFIED if facts.verified else wire.Protection.UNVERIFIED
        self.sink(wire.TlsEstablished(self.now, self.number, facts))
        self._changed()
        return self

    def client(self, line: bytes, label: str = "PLAIN") -> Scene:
        """A line goes out."""
        data = self.dialogue.command(line)
        waiting = self.dialogue.pending
        secrets = waiting[-1].secrets if waiting else ()
        self.sink(
            wire.Sent(self.now, self.number, data, self._offset, secrets, label, self.protection)
        )
        self._offset += len(data)
        self._changed()
        return self

    def raw(self, data: bytes) -> Scene:
        """Octets go out in one write."""
        self.dialogue.raw(data)
        sent = self.dialogue.last_sent
        assert sent is not None
        self.sink(
            wire.Sent(
                self.now, self.number, data, sent.offset, sent.secrets, sent.label, self.protection
            )
        )
        self._offset = sent.offset + len(data)
        self._changed()
        return self

    def server(self, data: bytes) -> Scene:
        """Octets come in."""
        self.tick()
        self.sink(wire.Received(self.now, self.number, data, self.protection))
        self.dialogue.receive_data(data)
        while (event := self.dialogue.next_event()) is not None:
            self.sink(wire.Told(self.now, self.number, event, 0.04, self.protection))
        self._changed()
        return self

    def both(self, line: bytes, answer: bytes) -> Scene:
        """A line and its answer."""
        return self.client(line).server(answer)

    def greeted(self) -> Scene:
        """Open, and EHLO in the clear."""
        return self.open().both(b"EHLO laptop.example.org", EHLO_CLEAR)

    def secured(self, facts: wire.TlsFacts = FACTS) -> Scene:
        """Open, EHLO, STARTTLS, and EHLO again."""
        self.greeted().both(b"STARTTLS", b"220 2.0.0 Ready to start TLS\r\n")
        return self.tls(facts).both(b"EHLO laptop.example.org", EHLO_TLS)

    def gone(self, *, clean: bool = True, text: str = "The server closed.") -> Scene:
        """The end."""
        self.sink(wire.Gone(self.now, self.number, clean, text))
        return self

    def tick(self) -> None:
        """40 ms pass."""
        self.now += 0.04

    def _changed(self) -> None:
        state, pending = self.dialogue.state, self.dialogue.pending_verbs
        if (state, pending) != self._state:
            self._state = (state, pending)
            self.sink(wire.StateChanged(self.now, self.number, state, pending))
