"""Credentials, the channel they go over, and the shape of a mechanism."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass, field

_NONCE = re.compile(r"[!-+\--~]+")  # RFC 5802 7, printable


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who wants to sign in; neither user nor password appears in a ``repr``.

    ``password`` is the access token for the mechanisms that want one; ``authorization`` is whom
    to act as, "" for the user itself.
    """

    user: str = field(repr=False)
    password: str = field(repr=False)
    authorization: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ChannelBinding:
    """What ties an exchange to one TLS session: its registered name and octets (RFC 5056)."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Channel:
    """Where an exchange takes place.

    ``bindings`` are what the TLS session offers, the best first; ``offered`` are the mechanisms
    the server names; ``nonce`` is the client's, "" for a new random one.
    """

    host: str = ""
    port: int = 0
    bindings: tuple[ChannelBinding, ...] = ()
    offered: tuple[str, ...] = ()
    nonce: str = ""
    service: str = "smtp"


class CredentialsError(ValueError):
    """The exchange cannot go on with these credentials or this challenge; the text says why."""


Exchange = Generator[bytes | None, bytes, None]
"""Yields responses (decoded; None cancels) and is sent challenges (decoded).

The first thing yielded is the initial response, or ``NO_INITIAL_RESPONSE``. A mechanism by which
the server proves itself returns when the last challenge did; the answer to that is empty.
"""

NO_INITIAL_RESPONSE = None


def own_nonce(channel: Channel) -> bytes:
    """The client's nonce: the channel's, else 144 random bits.

    Raises ``CredentialsError`` for one that holds what a nonce may not (RFC 5802 7).
    """
    import secrets  # only here, for it loads cryptography

    nonce = channel.nonce or secrets.token_urlsafe(18)
    if _NONCE.fullmatch(nonce) is None:
        raise CredentialsError(
            "A nonce holds printable ASCII only, and neither space nor comma: copy the one that"
            " the exchange began with."
        )
    return nonce.encode("ascii")


def octets(what: str, text: str) -> bytes:
    """UTF-8; octets the terminal could not decode go out as they came in.

    Raises ``CredentialsError`` naming ``what`` for text that stands for no octets.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # without its cause, which quotes the secret
        raise CredentialsError(f"The {what} holds half a character: type it again.") from None


def without(forbidden: str, name: str, what: str, text: str, mechanism: str) -> bytes:
    """The octets of a text in which the character ``forbidden``, called ``name``, may not stand.

    Raises ``CredentialsError``.
    """
    if forbidden in text:
        raise CredentialsError(f"The {what} holds a {name}, which {mechanism} cannot carry.")
    return octets(what, text)
