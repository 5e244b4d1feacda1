"""Typed lines as octets: placeholders filled in with the credentials of the form."""

from __future__ import annotations

from smtp_tui.sasl.credentials import Channel, Credentials
from smtp_tui.transcript.placeholders import PLACEHOLDERS, Filler, names_in
from smtp_tui.wire.binding import channel
from smtp_tui.wire.target import Target
from smtp_tui.workbench.session import SessionView


class Unsendable(Exception):
    """A line that cannot be sent: one sentence that says what to do."""


class Filling:
    """Fills in the placeholders of lines; follows the challenges they answer."""

    def __init__(self) -> None:
        self._filler = Filler()

    def update(self, before: SessionView, now: SessionView) -> None:
        """Let the placeholders know which challenge they are to answer."""
        over = before.exchange is not None and now.exchange is None
        if over or now.connection != before.connection:
            self._filler.reset()
        elif now.exchange is not None and now.exchange != before.exchange:
            self._filler.challenged(now.exchange.number, now.exchange.challenge)

    def fill(self, text: str, credentials: Credentials, view: SessionView) -> bytes:
        """The line's octets; raises ``Unsendable`` or ``CredentialsError``."""
        try:
            line = text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise Unsendable("The line holds half a character: type it again.") from None
        if "\0" in text and not view.takes_text:
            raise Unsendable("A line cannot hold NUL (RFC 5321 4.1.1): take it out.")
        names = [] if view.takes_text else list(names_in(line))
        if not names or any(name not in PLACEHOLDERS for name in names):
            return line
        if not credentials.user and any(PLACEHOLDERS[name].needs_user for name in names):
            raise Unsendable("Fill in the user name first: the placeholder stands for it.")
        if not credentials.password and any(PLACEHOLDERS[name].needs_password for name in names):
            raise Unsendable("Fill in the password first: the placeholder stands for it.")
        return self._filler.fill(line, credentials, _channel(view, names[0])).line


def _channel(view: SessionView, mechanism: str) -> Channel:
    """What a mechanism can know of the session that it is bound to."""
    facts = view.tls if view.encrypted else None
    offered = view.state.extensions.mechanisms
    return channel(view.target or Target(""), facts, offered, mechanism)
