"""One AUTH exchange from its first line to its outcome (RFC 4954 4)."""

from __future__ import annotations

import base64
import binascii

from smtp_tui.sasl import mechanisms
from smtp_tui.sasl.credentials import Channel, Credentials, CredentialsError, Exchange
from smtp_tui.smtp.events import Challenge, Reply
from smtp_tui.smtp.visible import visible

MOST_ROUNDS = 10
"""How many challenges are answered; a server that asks on has something else in mind."""

_LINE = 512
_NO_CHANNEL = Channel()


class Authentication:
    """What to say next in a SASL exchange, and how it ended.

    The constructor raises ``CredentialsError`` when the mechanism is unknown or the credentials
    do not fit it; nothing has been sent then. ``first_line`` is the AUTH command without its
    line end; it holds the initial response if the mechanism has one and it fits into the 512
    octets of a command line (RFC 5321 4.5.3.1.4). ``cancelled`` is True once ``answer`` gave None.
    """

    def __init__(
        self, mechanism: str, credentials: Credentials, channel: Channel = _NO_CHANNEL
    ) -> None:
        self.mechanism = mechanism.upper()
        self.cancelled = False
        self._exchange: Exchange = mechanisms.begin(mechanism, credentials, channel)
        self._mutual = mechanisms.MECHANISMS[self.mechanism].mutual
        self._proved = False
        self._held: bytes | None = None
        self._rounds = 0
        self._why = ""
        command = b"AUTH " + self.mechanism.encode("ascii")
        self.first_line = command
        response = next(self._exchange)
        if response is not None:
            line = command + b" " + (base64.b64encode(response) or b"=")
            if len(line) + len(b"\r\n") <= _LINE:
                self.first_line = line
            else:
                self._held = response

    def answer(self, challenge: Challenge) -> bytes | None:
        """The octets that answer a challenge, before Base64; None cancels."""
        self._rounds += 1
        response = None if self._why else self._respond(challenge)
        self.cancelled = response is None
        return response

    def cancel(self, why: str) -> None:
        """Answer the next challenge with a refusal; ``why`` is for the outcome."""
        self._why = self._why or why

    def outcome(self, reply: Reply) -> tuple[bool, str]:
        """Whether the last reply of the exchange is a success, and one sentence on it."""
        said = f"{reply.code} {visible(reply.lines[0][:200])}".rstrip()
        if reply.code // 100 == 2:
            if self._mutual and not self._proved_by(reply):
                return False, (
                    f"The server accepted {self.mechanism} without proving that it knows the"
                    f" password ✗: do not trust it with a mail. It said {said}"
                )
            proved = " and the server proved that it knows the password ✓" if self._mutual else ""
            return True, f"Signed in with {self.mechanism}{proved}: {said}"
        if self._why:
            return False, f"{self.mechanism} was cancelled: {self._why}."
        return False, f"The server refused {self.mechanism}: {said}"

    def close(self) -> None:
        """Forget the credentials."""
        self._exchange.close()

    def _proved_by(self, reply: Reply) -> bool:
        """Whether the server has proved itself, perhaps with its last word (RFC 4954 4)."""
        if self._proved or self._why:
            return self._proved
        try:
            word = base64.b64decode(reply.lines[-1].split()[-1], validate=True)
            self._exchange.send(word)
        except StopIteration:
            self._proved = True
        except (IndexError, binascii.Error, CredentialsError):
            return False
        return self._proved

    def _respond(self, challenge: Challenge) -> bytes | None:
        if self._rounds > MOST_ROUNDS:
            self._why = f"the server asked more than {MOST_ROUNDS} times"
        elif challenge.decoded is None:
            self._why = "the server's challenge is no Base64"
        elif self._held is not None:
            held, self._held = self._held, None
            return held
        else:
            try:
                response = self._exchange.send(challenge.decoded)
            except StopIteration:
                if self._mutual and not self._proved:
                    self._proved = True
                    return b""
                self._why = f"the server asked on after {self.mechanism} was complete"
            except CredentialsError as error:
                self._why = str(error).rstrip(".")
            else:
                if response is None:
                    self._why = f"the challenge does not fit {self.mechanism}"
                return response
        return None
