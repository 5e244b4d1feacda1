"""SCRAM: both sides prove that they know the password, neither sends it (RFC 5802, RFC 7677)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from smtp_tui.sasl.credentials import (
    Channel,
    ChannelBinding,
    Credentials,
    CredentialsError,
    Exchange,
    own_nonce,
)
from smtp_tui.sasl.saslprep import saslprep

FEWEST_ITERATIONS = 4096
"""Below, whoever gets the exchange guesses passwords quickly (RFC 7677 4)."""
MOST_ITERATIONS = 1_000_000
"""Above, the server would keep us computing: a million take some tenths of a second."""


@dataclass(frozen=True, slots=True)
class _Challenge:
    """The server's first message."""

    nonce: bytes
    salt: bytes
    iterations: int


def scram(algorithm: str, *, plus: bool = False) -> Callable[[Credentials, Channel], Exchange]:
    """The mechanism for a hash by its name in ``hashlib``; ``plus`` binds it to the TLS session."""

    def run(credentials: Credentials, channel: Channel) -> Exchange:
        flag, binding = _bound(channel) if plus else (_unbound(algorithm, channel), b"")
        authorization = credentials.authorization
        acting_as = b"a=" + _name("authorization identity", authorization) if authorization else b""
        header = flag + b"," + acting_as + b","
        nonce = own_nonce(channel)
        bare = b"n=" + _name("user name", credentials.user) + b",r=" + nonce
        password = saslprep("password", credentials.password).encode("utf-8")

        first = yield header + bare
        asked = _first(first, nonce)
        salted = hashlib.pbkdf2_hmac(algorithm, password, asked.salt, asked.iterations)
        bound = b"c=" + base64.b64encode(header + binding) + b",r=" + asked.nonce
        message = b",".join((bare, first, bound))
        client_key = _mac(algorithm, salted, b"Client Key")
        stored_key = hashlib.new(algorithm, client_key).digest()
        signature = _mac(algorithm, stored_key, message)
        proof = bytes(ours ^ its for ours, its in zip(client_key, signature, strict=True))
        final = yield bound + b",p=" + base64.b64encode(proof)
        _verify(final, _mac(algorithm, _mac(algorithm, salted, b"Server Key"), message))

    return run


def _bound(channel: Channel) -> tuple[bytes, bytes]:
    if not channel.bindings:
        raise CredentialsError(
            "Channel binding needs TLS: begin it first, or choose the mechanism without -PLUS."
        )
    best: ChannelBinding = channel.bindings[0]
    return b"p=" + best.name.encode("ascii"), best.data


def _unbound(algorithm: str, channel: Channel) -> bytes:
    """``y`` where we could bind and the server does not offer to: a trap for whoever hid it."""
    plus_offered = any(name.upper().endswith("-PLUS") for name in channel.offered)
    return b"y" if channel.bindings and channel.offered and not plus_offered else b"n"


def _name(what: str, text: str) -> bytes:
    prepared = saslprep(what, text)
    if what == "user name" and not prepared:
        raise CredentialsError("The user name is empty: SCRAM needs one.")
    return prepared.replace("=", "=3D").replace(",", "=2C").encode("utf-8")


def _first(message: bytes, nonce: bytes) -> _Challenge:
    fields = message.split(b",")
    names = [field[:2] for field in fields]
    if names[:1] == [b"e="]:
        raise CredentialsError(_refusal(fields[0]))
    if names[:1] == [b"m="]:
        raise CredentialsError("The server demands an extension of SCRAM that is not known here.")
    if names[:3] != [b"r=", b"s=", b"i="]:
        raise CredentialsError("The challenge has not the form of SCRAM: r=…,s=…,i=….")
    whole, salt, count = (field[2:] for field in fields[:3])
    if not whole.startswith(nonce) or len(whole) == len(nonce):
        raise CredentialsError(
            "The server's nonce does not extend ours: the challenge is not an answer to this"
            " exchange."
        )
    return _Challenge(whole, _salt(salt), _iterations(count))


def _salt(word: bytes) -> bytes:
    try:
        salt = base64.b64decode(word, validate=True)
    except binascii.Error:
        salt = b""
    if not salt:
        raise CredentialsError("The salt in the challenge is missing or no Base64.")
    return salt


def _iterations(word: bytes) -> int:
    if not word.isdigit() or word.startswith(b"0"):
        raise CredentialsError("The iteration count in the challenge is no number.")
    shown = f"{int(word):,}" if len(word) <= 12 else f"a number of {len(word)} digits"
    if len(word) > 12 or int(word) > MOST_ITERATIONS:
        raise CredentialsError(
            f"The server asks for {shown} iterations; more than {MOST_ITERATIONS:,} are not"
            " computed here."
        )
    if int(word) < FEWEST_ITERATIONS:
        raise CredentialsError(
            f"The server asks for {shown} iterations; with fewer than {FEWEST_ITERATIONS:,} the"
            " password could be guessed from the answer (RFC 7677 4)."
        )
    return int(word)


def _verify(final: bytes, signature: bytes) -> None:
    first = final.split(b",")[0]
    if first.startswith(b"e="):
        raise CredentialsError(_refusal(first))
    try:
        shown = base64.b64decode(first[2:], validate=True) if first.startswith(b"v=") else b""
    except binascii.Error:
        shown = b""
    if not hmac.compare_digest(shown, signature):
        raise CredentialsError(
            "The server's signature is wrong ✗: it is not the server that knows your password."
        )


def _refusal(field: bytes) -> str:
    reason = field[2:62].decode("utf-8", "replace")
    return f"The server ends the exchange: {reason}."


def _mac(algorithm: str, key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, algorithm).digest()
