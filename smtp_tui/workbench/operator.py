"""The operator: turns what the person asks for into actions for the worker.

Asks first where credentials would be disclosed, and answers in a sentence where nothing can be
done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from smtp_tui.practice.faults import NO_FAULTS, Faults
from smtp_tui.sasl.credentials import Credentials, CredentialsError
from smtp_tui.sasl.mechanisms import MECHANISMS
from smtp_tui.smtp.escapes import EscapeError, unescape
from smtp_tui.smtp.state import Phase
from smtp_tui.wire import actions
from smtp_tui.wire.events import Way
from smtp_tui.wire.target import Target
from smtp_tui.workbench import disclosure, one_write, seat_belt
from smtp_tui.workbench.consent import Ask, Consent
from smtp_tui.workbench.disclosure import Disclosure
from smtp_tui.workbench.filling import Filling, Unsendable
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.notice import Tell, busy
from smtp_tui.workbench.session import CONNECTING, Link, SessionView

if TYPE_CHECKING:
    from smtp_tui.practice.server import PracticeAddress


_MESSAGE, _STARTTLS = "(message)", "STARTTLS"
_MOST_BEGUN = 512


class Worker(Protocol):
    """What the operator needs of the worker."""

    def post(self, action: actions.Action) -> None:
        """Ask for an action."""

    def pause(self) -> None:
        """Stop reading from the server for now."""

    def resume(self) -> None:
        """Read again."""

    def stop(self) -> None:
        """End, without being waited for."""


class Operator:
    """``tell`` shows one sentence; ``ask`` confirms. ``view`` is kept up to date by the screen."""

    def __init__(self, ask: Ask, tell: Tell, keys: Keys) -> None:
        self.view = SessionView()
        self.practice: frozenset[tuple[str, int]] = frozenset()
        """Hosts and ports of the practice server, whose account is no secret."""
        self._faults = NO_FAULTS
        self.dry_run = False
        """Whether every message ends with RSET instead of being sent."""
        self._begun = b""
        """Raw octets that went out and ended no line yet: what comes next goes on from there."""
        self._worker: Worker | None = None
        self._asked: list[actions.Action] = []
        self._tell = tell
        self._keys = keys
        self._consent = Consent(ask)
        self._filling = Filling()
        self._insisted = ""
        """What was asked for in vain and would be done if asked for again."""
        self._quitting = 0
        self.stopping = False
        """Whether the message on its way is to end behind the chunk under way."""

    def work_with(self, worker: Worker) -> None:
        """Begin: what was asked for until now goes to this worker, and everything after."""
        self._worker = worker
        for action in self._asked:
            worker.post(action)
        self._asked.clear()

    def update(self, view: SessionView) -> None:
        """Take note of the session's new state."""
        self._filling.update(self.view, view)
        self._consent.update(self.view, view)
        if view.connection != self.view.connection:
            self._quitting = 0
            self._begun = b""
        if (view.connection, view.state.hello) != (self.view.connection, self.view.state.hello):
            self._insisted = ""
        if view.delivery is None:
            self.stopping = False
        self.view = view

    def connect(self, target: Target) -> None:
        """Open a connection up to the greeting."""
        self._post(actions.Connect(target))

    def hang_up(self) -> None:
        """Say QUIT; the second time, or where no command can be sent, close at once."""
        if not self.view.live:
            self._tell("There is no connection to close.")
            return
        polite = self.view.takes_lines and self.view.state.phase is Phase.COMMAND
        if polite and self._quitting == 0:
            self._quitting = 1
            self._post(actions.HangUp())
        else:
            self._post(actions.Abort())

    def abort(self) -> None:
        """Give up what connects or waits; where nothing does, say how to leave."""
        view = self.view
        if view.delivery is not None:
            self.stop_delivery()
        elif view.link in CONNECTING or view.link is Link.HANDSHAKING or view.pending:
            self._post(actions.Abort())
        elif view.takes_lines and view.state.phase is Phase.AUTH:
            self._post(actions.Send(b"*"))
        else:
            hang_up = f"{self._keys.first('hang-up')} hangs up, " if view.live else ""
            self._tell(f"Nothing runs. {hang_up}{self._keys.first('quit')} quits.")

    def start_tls(self) -> None:
        """Send STARTTLS."""
        if not self.view.takes_lines:
            self._tell(self._not_connected())
        elif self.view.encrypted:
            self._tell("The connection is encrypted already.")
        elif self._is_ungreeted(_STARTTLS):
            self._greet_first(_STARTTLS, "starttls")
        elif self.view.lacks_starttls and self._insisted != _STARTTLS:
            self._insisted = _STARTTLS
            again = self._keys.first("starttls")
            self._tell(f"The server does not offer STARTTLS: {again} again tries it.")
        else:
            self._post(actions.StartTls())

    def authenticate(self, mechanism: str, credentials: Credentials) -> None:
        """Run a mechanism to its end."""
        view = self.view
        if not view.takes_lines:
            self._tell(self._not_connected())
        elif view.state.phase is not Phase.COMMAND:
            self._tell("AUTH has to wait: the server does not take commands now.")
        elif not credentials.user and MECHANISMS[mechanism].needs_user:
            self._tell(f"Fill in the user name first: {self._keys.first('setup')} goes there.")
        elif self._is_ungreeted(mechanism):
            self._greet_first(mechanism, "auth")
        elif self._is_unheard_of(mechanism):
            self._insisted = mechanism
            again = self._keys.first("auth")
            self._tell(f"The server does not offer {mechanism}: {again} again tries it.")
        else:
            action = actions.Authenticate(mechanism, credentials)
            found = disclosure.of_mechanism(mechanism, view, credentials.user)
            self._when_agreed(found, lambda: self._post(action))

    def _is_ungreeted(self, what: str) -> bool:
        """Whether the server would refuse that, as it was not greeted yet (RFC 5321 4.1.1.1)."""
        return self._insisted != what and self.view.state.hello is None

    def _greet_first(self, what: str, action: str) -> None:
        self._insisted = what
        hello, again = "LHLO" if self.view.lmtp else "EHLO", self._keys.first(action)
        self._tell(f"{hello} first: nothing was sent. {again} again tries it all the same.")

    def _is_unheard_of(self, mechanism: str) -> bool:
        offered = self.view.state.extensions.mechanisms
        return self._insisted != mechanism and bool(offered) and mechanism not in offered

    def send(
        self,
        text: str,
        credentials: Credentials,
        sent: Callable[[], None],
        held: Callable[[], None] = lambda: None,
    ) -> None:
        """Send a typed line, its placeholders filled in.

        Calls ``sent`` when it is on its way, ``held`` when a dry run said RSET in its place.
        """
        if not self.view.takes_lines:
            self._tell(self._not_connected())
            return
        try:
            line = self._filled(text, credentials)
        except (CredentialsError, Unsendable) as error:
            self._tell(str(error))
            return

        def go() -> None:
            self._post(actions.Send(line))
            self._begun = b""
            sent()

        if seat_belt.begins_message(self._begun + line, self.view):
            self._when_meant(go, held=held)
        else:
            self._when_agreed(disclosure.of_line(line, self.view, credentials.user), go)

    def send_raw(
        self,
        text: str,
        user: str,
        sent: Callable[[], None],
        held: Callable[[], None] = lambda: None,
    ) -> None:
        """Send typed octets, their escapes carried out; ``sent`` and ``held`` as for ``send``."""
        if not self.view.takes_lines:
            self._tell(self._not_connected())
            return
        try:
            data = unescape(text)
        except EscapeError as error:
            self._tell(str(error))
            return

        whole = self._begun + data

        def go() -> None:
            self._post(actions.SendRaw(data))
            self._begun = whole.rpartition(b"\n")[2][:_MOST_BEGUN]
            sent()

        lines = whole.splitlines()
        found = (disclosure.of_line(line, self.view, user) for line in lines)
        unsafe = next((each for each in found if each is not None), None)
        begins = [seat_belt.begins_message(line, self.view) for line in lines]
        if any(begins):
            before = whole.splitlines(keepends=True)[: begins.index(True)]
            self._when_meant(lambda: self._when_agreed(unsafe, go), before, held)
        else:
            self._when_agreed(unsafe, go)

    def send_text(self, data: bytes, sent: Callable[[], None]) -> None:
        """Send message text whose beginning was agreed to; calls ``sent`` when it is on its way."""
        if self.view.takes_lines:
            self._post(actions.SendRaw(data))
            sent()
        else:
            self._tell(self._not_connected())

    def send_lines(
        self, texts: Sequence[str], credentials: Credentials, sent: Callable[[], None]
    ) -> None:
        """Send several typed lines in one write, placeholders filled in where commands stand."""
        if not self.view.takes_lines:
            self._tell(self._not_connected())
            return
        try:
            whole = one_write.join(
                texts, self.view.state, lambda text: self._filled(text, credentials)
            )
        except (CredentialsError, Unsendable) as error:
            self._tell(str(error))
            return

        def go() -> None:
            self._post(actions.SendRaw(whole.data))
            sent()

        found = (disclosure.of_line(line, self.view, credentials.user) for line in whole.said)
        unsafe = next((each for each in found if each is not None), None)
        if whole.message is None:
            self._when_agreed(unsafe, go)
        else:
            self._when_meant(lambda: self._when_agreed(unsafe, go), whole.said[: whole.message])

    def deliver(self, message: bytes, way: Way, sent: Callable[[], None]) -> None:
        """Send a whole message after its recipients; calls ``sent`` when it is on its way."""
        view = self.view
        if not view.takes_lines:
            self._tell(self._not_connected())
        elif view.busy:
            self._tell("The message has to wait: the server does not take commands now.", busy)
        elif not view.state.recipients and self._insisted != _MESSAGE:
            self._insisted = _MESSAGE
            build, again = self._keys.first("envelope"), self._keys.first("send")
            self._tell(
                f"No recipient was accepted yet: {build} builds MAIL and RCPT. {again} again sends"
                " it all the same."
            )
        else:

            def go() -> None:
                self._post(actions.Deliver(message, way))
                sent()

            self._when_meant(go)

    def stop_delivery(self) -> None:
        """Stop a message on its way: behind the chunk under way, the second time by closing."""
        way = self.view.delivery
        if way is not None and way.stoppable and not self.stopping:
            self.stopping = True
            self._post(actions.StopDelivery())
        else:
            self._post(actions.StopDelivery(at_once=True))

    def octets(self, text: str, credentials: Credentials) -> int:
        """How many octets that line is when it is sent, without its line end."""
        try:
            return len(self._filled(text, credentials))
        except (CredentialsError, Unsendable):
            return len(text.encode("utf-8", "replace"))

    def _post(self, action: actions.Action) -> None:
        self._tell("")  # what was said of the last thing asked for is over
        if self._worker is None:
            self._asked.append(action)
        else:
            self._worker.post(action)

    def _filled(self, text: str, credentials: Credentials) -> bytes:
        return self._filling.fill(text, credentials, self.view)

    def _when_agreed(self, found: Disclosure | None, go: Callable[[], None]) -> None:
        if found is None or self._only_practises():
            go()
        else:
            self._consent.to_disclose(found, go)

    def _only_practises(self) -> bool:
        """Whether nobody need be asked; what a faulty server provokes is to be seen."""
        target = self.view.target
        return self.is_practice(target) and not self.faults_of(target)

    def practise(self, at: PracticeAddress) -> None:
        """The practice server is there."""
        self.practice = frozenset((at.host, port) for port in (at.starttls_port, at.tls_port))
        self._faults = at.faults

    def faults_of(self, target: Target | None) -> Faults:
        """What is wrong on purpose with that server."""
        return self._faults if self.is_practice(target) else NO_FAULTS

    def _when_meant(
        self,
        go: Callable[[], None],
        before: Sequence[bytes] = (),
        held: Callable[[], None] = lambda: None,
    ) -> None:
        """A message goes out: not in a dry run, and to people only when that was agreed to.

        ``before`` are lines of the same write, raw ones with their ends; a dry run sends them too.
        """
        view = self.view
        if self.dry_run:
            for line in (*before, b"RSET"):
                raw = line.endswith((b"\r", b"\n"))
                self._post(actions.SendRaw(line) if raw else actions.Send(line))
            held()
            key = self._keys.first("dry-run")
            self._tell(f"Dry run: RSET went out in place of the message. {key} ends the dry run.")
        else:
            self._consent.to_send(view, before, go)

    def is_practice(self, target: Target | None) -> bool:
        """Whether that is the practice server."""
        return target is not None and (target.host, target.port) in self.practice

    def _not_connected(self) -> str:
        if self.view.link is Link.HANDSHAKING:
            return "Nothing can be sent during the TLS handshake."
        if self.view.live:
            return "Still connecting: wait for the greeting, or escape to give up."
        return f"Not connected: {self._keys.first('connect')} connects."
