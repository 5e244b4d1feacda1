"""The practice account and the server's half of AUTH PLAIN and AUTH LOGIN (RFC 4616, RFC 4954)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


class Unreadable(Exception):
    """A response is not Base64, or not in the form its mechanism wants."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a client says it is: the identity to act as (empty: the user itself), user, password."""

    acting_as: bytes
    user: bytes
    password: bytes = field(repr=False)


Exchange = Generator[bytes, bytes, Claim]
"""Yields challenges, takes responses (neither in Base64), returns the claim; may raise."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user and the password that is right for it."""

    user: str
    password: str = field(repr=False)

    def accepts(self, claim: Claim) -> bool:
        """Whether the claim names this user, with its password, acting as nobody else."""
        user = self.user.encode()
        return (
            claim.user == user
            and claim.password == self.password.encode()
            and claim.acting_as in (b"", user)
        )


PRACTICE_ACCOUNT = Account("user@gmail.com", "password")


def decode(token: bytes) -> bytes:
    """The octets of a Base64 response; ``=`` alone is an empty one (RFC 4954 4).

    Raises ``Unreadable``.
    """
    if token == b"=":
        return b""
    try:
        return base64.b64decode(token, validate=True)
    except binascii.Error:
        raise Unreadable from None


def _plain(initial: bytes | None) -> Exchange:
    message = (yield b"") if initial is None else initial
    parts = message.split(b"\0")
    if len(parts) != 3:
        raise Unreadable
    return Claim(*parts)


def _login(initial: bytes | None) -> Exchange:
    user = (yield b"Username:") if initial is None else initial
    password = yield b"Password:"
    return Claim(b"", user, password)


MECHANISMS: Mapping[str, Callable[[bytes | None], Exchange]] = MappingProxyType(
    {"LOGIN": _login, "PLAIN": _plain}
)
"""The mechanisms on offer; each takes the initial response, None when there was none."""
