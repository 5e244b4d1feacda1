"""What is said on an open connection: requests in, octets to write out, reactions to replies."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from smtp_tui.sasl.credentials import Channel, Credentials, CredentialsError
from smtp_tui.smtp.dialogue import Dialogue, LocalProtocolError
from smtp_tui.smtp.events import (
    BodyExpected,
    Challenge,
    Closed,
    Desync,
    Event,
    Malformed,
    Reply,
    ReplyLine,
    Uncertain,
    UpgradeTLS,
)
from smtp_tui.smtp.state import Phase, Security, Sync
from smtp_tui.smtp.visible import visible
from smtp_tui.wire import endings
from smtp_tui.wire.authentication import Authentication
from smtp_tui.wire.delivery import Delivery
from smtp_tui.wire.diagnosis import Diagnosis
from smtp_tui.wire.events import Way
from smtp_tui.wire.teller import Teller

_T = TypeVar("_T")


class Signal(Enum):
    """What the owner of the socket has to do now."""

    UPGRADE = "begin the TLS handshake"
    BROKEN = "stop: the dialogue is broken, its state says why"
    GOODBYE = "end TLS, give the server a moment to close, then close"
    PART = "close at once, for the reason in ``parting``"


class Conversation:
    """A dialogue, which writes by itself, with its requests and reactions.

    ``signal`` is None while nothing but talking is to be done. Requests that cannot be met are
    told as ``Refused``; nothing raises.
    """

    def __init__(
        self,
        dialogue: Dialogue,
        teller: Teller,
        diagnosis: Diagnosis,
        *,
        clock: Callable[[], float],
    ) -> None:
        self.dialogue = dialogue
        self.signal: Signal | None = None
        self.parting = ""
        self.leaving = False
        self.last_malformed = b""
        self._teller = teller
        self._diagnosis = diagnosis
        self._sent = 0
        self._message_from = 0
        self._clock = clock
        self._quit_answered = False
        self._closed: Closed | None = None
        self._authentication: Authentication | None = None
        self._delivery: Delivery | None = None

    @property
    def authenticating(self) -> bool:
        """Whether a mechanism is running."""
        return self._authentication is not None

    @property
    def has_message(self) -> bool:
        """Whether a message is on its way, or its reply is waited for."""
        return self._delivery is not None

    @property
    def delivering(self) -> bool:
        """Whether ``deliver_more`` has something to send."""
        return self._delivery is not None and self._delivery.ready

    @property
    def quitting(self) -> bool:
        """Whether QUIT has been said."""
        return self._quit_answered or b"QUIT" in self.dialogue.pending_verbs

    @property
    def message_octets(self) -> int:
        """How much of the last message has been sent."""
        return self._sent - self._message_from

    def tell_state(self) -> None:
        """Tell how it stands, if that has changed."""
        self._teller.state(self.dialogue.state, self.dialogue.pending_verbs)

    # Requests

    def send(self, line: bytes) -> None:
        """One line as typed."""
        if self._take_over():
            self._try(self.dialogue.command, line)

    def send_raw(self, data: bytes) -> None:
        """Octets as they are."""
        if self._take_over():
            self._try(self.dialogue.raw, data)

    def start_tls(self) -> None:
        """STARTTLS, if it can be relied on that the next reply is the one to it."""
        if self.dialogue.security is Security.TLS:
            self._teller.refused("The connection is encrypted already.")
        elif self._can_assist("STARTTLS"):
            self._try(self.dialogue.command, b"STARTTLS")

    def authenticate(self, mechanism: str, credentials: Credentials, channel: Channel) -> None:
        """Run a mechanism to its end, which is told as ``AuthFinished``."""
        if self._authentication is not None:
            self._teller.refused(f"{self._authentication.mechanism} is running already.")
        elif self._can_assist("AUTH"):
            try:
                authentication = Authentication(mechanism, credentials, channel)
            except CredentialsError as error:
                self._teller.refused(str(error))
                return
            if self._try(self.dialogue.command, authentication.first_line):
                self._authentication = authentication

    def deliver(self, message: bytes, way: Way, chunk: int) -> None:
        """Begin to send a whole message; ``DeliveryFinished`` tells what became of it."""
        if self._delivery is not None:
            self._teller.refused("Another message is on its way: wait for its end.")
        elif self._can_assist("The message"):
            delivery = Delivery(message, way, chunk)
            if delivery.command is None or self._try(self.dialogue.command, delivery.command):
                self._delivery = delivery
                self._teller.delivering(delivery)

    def deliver_more(self) -> None:
        """Write the next piece of the message."""
        delivery = self._delivery
        if delivery is None or (piece := delivery.take()) is None:
            return
        if self._try(self.dialogue.raw, piece.data, text=piece.text):
            self._teller.delivering(delivery)

    def stop_delivery(self) -> None:
        """Send no further chunk."""
        if self._delivery is not None and not self._delivery.stop():
            self._teller.refused(endings.CANNOT_STOP)

    def leave(self) -> None:
        """Say QUIT, as soon as the server listens; where it cannot, close without."""
        waiting = self.dialogue.pending_verbs
        self.leaving = True
        self._leave()
        if waiting and self.signal is None and not self.quitting:
            self._teller.note(endings.LATE_QUIT)

    # What came

    def receive(self, data: bytes) -> None:
        """Octets from the server."""
        at = self._teller.received(data)
        self.dialogue.receive_data(data)
        self._drain(at)

    def receive_eof(self, *, clean: bool) -> Closed | None:
        """The server's end."""
        self.dialogue.receive_eof(clean)
        self._drain(self._clock())
        return self._closed

    def close(self) -> None:
        """This side's end: what runs is over; the dialogue's view of it is not told."""
        self.end_authentication("The connection ended before the authentication did.")
        if self._delivery is not None:
            self._delivery.cut_off()
            self._finish_delivery()
        self.dialogue.give_up()
        self.tell_state()

    def end_authentication(self, text: str) -> None:
        """The mechanism that runs, if any, is over without success."""
        if self._authentication is not None:
            self._finish_authentication(False, text)

    def _drain(self, at: float) -> None:
        talk, teller = self.dialogue, self._teller
        next_event = talk.next_event
        while (event := next_event()) is not None:
            if isinstance(event, ReplyLine):
                teller.line(at, event)
            else:
                teller.told(at, event)
                self._react(event)
                finding = self._diagnosis.of(event, talk.state)
                if finding is not None:
                    teller.note(finding.text, finding.remedy)
        if self._delivery is not None and not talk.pending_verbs:
            self._delivery.all_answered()  # of several replies in one read the last counts, too
            self._finish_delivery()
        state = talk.state
        teller.state(state, talk.pending_verbs)
        if state.phase is Phase.BROKEN:
            self.signal = Signal.BROKEN
        elif self.leaving and self.signal is None:
            self._leave()

    def _react(self, event: Event) -> None:
        match event:
            case Reply():
                self._react_to_reply(event)
            case BodyExpected():
                self._message_from = self._sent
                if self._delivery is not None:
                    self._delivery.go_ahead()
            case Challenge():
                self._answer(event)
            case UpgradeTLS():
                self.signal = Signal.UPGRADE
            case Malformed():
                self.last_malformed = event.raw
            case Desync() | Uncertain():
                self._stop_authentication()
            case Closed():
                self._closed = event

    def _react_to_reply(self, reply: Reply) -> None:
        match reply.command.verb:
            case b"QUIT":
                self._quit_answered = True
                self.signal = Signal.GOODBYE
            case b"STARTTLS" if reply.code != 220:
                self._teller.note(endings.STARTTLS_REFUSED)
            case b"AUTH" | b"(auth)" if self._authentication is not None and reply.code != 334:
                self._finish_authentication(*self._authentication.outcome(reply))
            case b"DATA" | b"BDAT" | b"(body)" if self._delivery is not None:
                self._delivery.answered(reply)
                self._finish_delivery()

    def _answer(self, challenge: Challenge) -> None:
        running = self._authentication
        if running is None:
            return
        if self.dialogue.sync is not Sync.OK:
            self._stop_authentication()
        elif running.cancelled:
            self._finish_authentication(
                False, f"The server goes on asking although {running.mechanism} was cancelled."
            )
        else:
            if self.leaving:
                running.cancel("the connection is being closed")
            self._try(self.dialogue.auth_response, running.answer(challenge))

    def _stop_authentication(self) -> None:
        """Nothing secret goes out when a reply may not be what it seems."""
        self.end_authentication("Stopped: which reply answers which command is not certain.")

    def _finish_authentication(self, ok: bool, text: str) -> None:
        if self._authentication is not None:
            self._authentication.close()
            self._authentication = None
            self._teller.authenticated(ok, text)

    def _finish_delivery(self) -> None:
        if self._delivery is not None and self._delivery.outcome is not None:
            outcome, self._delivery = self._delivery.outcome, None
            self._teller.delivered(*outcome)

    def _take_over(self) -> bool:
        """Make way for what the person sends; it would be lost inside a message on its way."""
        if self._delivery is not None:
            self._teller.refused(endings.BUSY)
            return False
        if self._authentication is not None:
            self.end_authentication("Stopped: something else was sent meanwhile.")
        return True

    def _can_assist(self, what: str) -> bool:
        """Whether it is certain what the next reply will answer; if not, that is told."""
        talk = self.dialogue
        if talk.sync is not Sync.OK:
            doubt = talk.state.reason
            why = f"which reply answers which command is not certain ({doubt}): reconnect first"
        elif talk.phase is Phase.GREETING:
            why = "the greeting has not come yet"
        elif talk.phase is not Phase.COMMAND:
            why = "the server is not waiting for a command"
        elif talk.pending_verbs:
            why = f"{visible(talk.pending_verbs[0])} has not been answered yet"
        else:
            return True
        self._teller.refused(f"{what} was not sent: {why}.")
        return False

    def _leave(self) -> None:
        talk = self.dialogue
        waiting = talk.pending_verbs
        if talk.phase is Phase.CLOSING:
            self.signal = Signal.GOODBYE
        elif talk.phase in endings.WITHOUT_QUIT:
            self._part(endings.WITHOUT_QUIT[talk.phase])
        elif talk.unsent_line:
            self._part(endings.UNFINISHED_LINE)
        elif waiting:
            return
        elif talk.phase is Phase.AUTH:
            self._try(talk.auth_response, None)
        elif talk.phase is Phase.COMMAND:
            self._try(talk.command, b"QUIT")

    def _part(self, why: str) -> None:
        self.parting = why
        self.signal = Signal.PART

    def _try(self, ask: Callable[[_T], bytes], what: _T, *, text: int = 0) -> bool:
        """Let the dialogue write something and tell of it, or tell why it writes nothing.

        The first ``text`` of the octets are of a message.
        """
        try:
            ask(what)
        except LocalProtocolError as error:
            why = str(error)
            self._teller.refused(f"{why[:1].upper()}{why[1:]}.")
            return False
        sent = self.dialogue.last_sent
        if sent is not None:
            self._sent = sent.offset + len(sent.data)
            self._teller.sent(sent, text)
        self._drain(self._clock())
        return True
