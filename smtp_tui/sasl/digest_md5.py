"""DIGEST-MD5: a digest of both sides' nonces, and the server's in return (RFC 2831; historic)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from hashlib import md5

from smtp_tui.sasl.credentials import (
    NO_INITIAL_RESPONSE,
    Channel,
    Credentials,
    CredentialsError,
    Exchange,
    octets,
    own_nonce,
)

_DIRECTIVE = re.compile(
    rb'[\s,]*(?P<name>[A-Za-z-]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s,"]+))\s*(?:,|$)',
    re.DOTALL,
)
_COUNT = b"00000001"
_QUALITY = b"auth"
_LONGEST = 2048
"""Octets of a challenge (RFC 2831 2.1.1)."""


def directives(challenge: bytes) -> Mapping[str, list[bytes]]:
    """The values of each directive, unescaped, by its name in lower case.

    Raises ``CredentialsError`` for what is no list of directives.
    """
    found: dict[str, list[bytes]] = {}
    position = 0
    while position < len(challenge) and len(challenge) <= _LONGEST:
        match = _DIRECTIVE.match(challenge, position)
        if match is None:
            break
        bare = match["bare"]
        value = re.sub(rb"\\(.)", rb"\1", match["quoted"]) if bare is None else bare
        found.setdefault(match["name"].decode("ascii").lower(), []).append(value)
        position = match.end()
    if position < len(challenge) or not found:
        raise CredentialsError(
            "The challenge is not the list of directives DIGEST-MD5 begins with."
        )
    return found


def digest_md5(credentials: Credentials, channel: Channel) -> Exchange:
    """Answers the challenge for the quality ``auth`` and checks the server's digest."""
    challenge = yield NO_INITIAL_RESPONSE
    asked = directives(challenge)
    nonce = _only(asked, "nonce")
    _require(asked)
    unicode = b"utf-8" in (each.lower() for each in asked.get("charset", []))
    realm = asked.get("realm", [b""])[0]
    user = _encoded("user name", credentials.user, unicode)
    authorization = octets("authorization identity", credentials.authorization)
    cnonce = own_nonce(channel)
    uri = f"{channel.service}/{channel.host or 'localhost'}".encode("ascii", "replace")

    identity = _narrow(user, unicode) + b":" + _narrow(realm, unicode) + b":"
    identity += _narrow(_encoded("password", credentials.password, unicode), unicode)
    a1 = md5(identity, usedforsecurity=False).digest() + b":" + nonce + b":" + cnonce
    a1 += b":" + authorization if authorization else b""

    def digest(method: bytes) -> bytes:
        parts = (_hex(a1), nonce, _COUNT, cnonce, _QUALITY, _hex(method + b":" + uri))
        return _hex(b":".join(parts))

    fields = [
        b"charset=utf-8" if unicode else b"",
        b"username=" + _quoted(user),
        b"realm=" + _quoted(realm) if "realm" in asked else b"",
        b"nonce=" + _quoted(nonce),
        b"nc=" + _COUNT,
        b"cnonce=" + _quoted(cnonce),
        b"digest-uri=" + _quoted(uri),
        b"response=" + digest(b"AUTHENTICATE"),
        b"qop=" + _QUALITY,
        b"authzid=" + _quoted(authorization) if authorization else b"",
    ]
    answer = yield b",".join(field for field in fields if field)
    shown = directives(answer).get("rspauth", [b""])[0]
    if not hmac.compare_digest(shown, digest(b"")):
        raise CredentialsError(
            "The server's digest is wrong: it is not the server that knows your password."
        )


def _require(asked: Mapping[str, list[bytes]]) -> None:
    algorithms = [each.lower() for each in asked.get("algorithm", [])]
    if algorithms != [b"md5-sess"]:
        raise CredentialsError("The server asks for another algorithm than md5-sess.")
    qualities = b",".join(asked.get("qop", [_QUALITY])).replace(b" ", b"").split(b",")
    if _QUALITY not in qualities:
        raise CredentialsError("The server does not accept sign-in without its own encryption.")


def _only(asked: Mapping[str, list[bytes]], name: str) -> bytes:
    values = asked.get(name, [])
    if len(values) != 1 or not values[0]:
        raise CredentialsError(f"The challenge has to hold one {name}.")
    return values[0]


def _encoded(what: str, text: str, unicode: bool) -> bytes:
    if unicode:
        return octets(what, text)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise CredentialsError(
            f"The {what} holds a letter the server cannot take: it does not say charset=utf-8."
        ) from None


def _narrow(value: bytes, unicode: bool) -> bytes:
    """As ISO 8859-1 where that can be, for what is hashed (RFC 2831 2.1.2.1)."""
    if not unicode:
        return value
    try:
        return value.decode("utf-8").encode("latin-1")
    except UnicodeError:
        return value


def _hex(data: bytes) -> bytes:
    return md5(data, usedforsecurity=False).hexdigest().encode("ascii")


def _quoted(value: bytes) -> bytes:
    return b'"' + re.sub(rb'(["\\])', rb"\\\1", value) + b'"'
