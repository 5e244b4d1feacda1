"""The Base64 strings credentials make, each with the part that gives the password away."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from smtp_tui.sasl import login, oauth, plain, without_password
from smtp_tui.sasl.credentials import Channel, Credentials, octets

_NO_CHANNEL = Channel()

DOTS = "••••"
"""In place of a secret; always as many, so that its length stays a secret too."""


@dataclass(frozen=True, slots=True)
class Token:
    """One Base64 string: what it is, what is sent, and where in it the secret begins.

    ``placeholder`` stands for it on the command line; ``clear`` counts the characters of ``text``
    that hold nothing of the password, ``octets`` what is encoded.
    """

    name: str
    placeholder: str
    text: str = field(repr=False)
    clear: int
    octets: int

    @property
    def masked(self) -> str:
        """The string with everything that derives from the password as dots."""
        return self.text if self.clear >= len(self.text) else self.text[: self.clear] + DOTS


def tokens(
    mechanism: str, credentials: Credentials, channel: Channel = _NO_CHANNEL
) -> tuple[Token, ...]:
    """The strings a mechanism sends, in order, as far as they do not depend on a challenge.

    Raises ``CredentialsError``.
    """
    match mechanism:
        case "LOGIN":
            user, password = login.answers(credentials)
            return (
                _token("LOGIN user", "{LOGIN.user}", user, len(user)),
                _token("LOGIN password", "{LOGIN.password}", password, 0),
            )
        case "PLAIN":
            message = plain.message(credentials)
        case "XOAUTH2":
            message = oauth.xoauth2_message(credentials)
        case "OAUTHBEARER":
            message = oauth.oauthbearer_message(credentials, channel)
        case "EXTERNAL":
            message = without_password.external_message(credentials)
            return (_token(mechanism, "{EXTERNAL}", message, len(message)),)
        case "ANONYMOUS":
            message = without_password.anonymous_message(credentials)
            return (_token(mechanism, "{ANONYMOUS}", message, len(message)),)
        case _:
            return ()
    secret = message.rfind(octets("password", credentials.password))
    return (_token(mechanism, f"{{{mechanism}}}", message, secret),)


def clear_characters(octets: int) -> int:
    """How many Base64 characters hold bits of the first ``octets`` octets and of none after."""
    return octets * 8 // 6


def _token(name: str, placeholder: str, message: bytes, clear: int) -> Token:
    text = base64.b64encode(message).decode("ascii")
    all_clear = clear == len(message)
    visible = len(text) if all_clear else clear_characters(clear)
    return Token(name, placeholder, text, visible, len(message))
