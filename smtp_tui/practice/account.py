"""The practice account and the server's half of the mechanisms on offer (RFC 4954)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


class Unreadable(Exception):
    """A response is not Base64, or not in the form its mechanism wants."""


Exchange = Generator[bytes, bytes, bool]
"""Yields challenges, takes responses (neither in Base64), returns whether it may sign in.

May raise ``Unreadable``.
"""


@dataclass(frozen=True, slots=True)
class Account:
    """A user, the password that is right for it and the access token that is."""

    user: str
    password: str = field(repr=False)
    token: str = field(repr=False)

    def accepts(self, acting_as: bytes, user: bytes, password: bytes) -> bool:
        """Whether that is this user, with its password, acting as nobody else."""
        return password == self.password.encode() and self.is_named(user, acting_as)

    def is_named(self, user: bytes, acting_as: bytes = b"") -> bool:
        """Whether that is this user, acting as nobody else."""
        name = self.user.encode()
        return user == name and acting_as in (b"", name)


PRACTICE_ACCOUNT = Account("user@gmail.com", "password", "ya29.practice-token")

_ITERATIONS = 4096
_SALT = secrets.token_bytes(16)
_REFUSED_TOKEN = {"status": "400", "schemes": "Bearer", "scope": "https://mail.google.com/"}


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


def _plain(account: Account, initial: bytes | None) -> Exchange:
    message = (yield b"") if initial is None else initial
    parts = message.split(b"\0")
    if len(parts) != 3:
        raise Unreadable
    return account.accepts(*parts)


def _login(account: Account, initial: bytes | None) -> Exchange:
    user = (yield b"Username:") if initial is None else initial
    password = yield b"Password:"
    return account.accepts(b"", user, password)


def _xoauth2(account: Account, initial: bytes | None) -> Exchange:
    message = (yield b"") if initial is None else initial
    fields = message.split(b"\x01")
    if not message.endswith(b"\x01\x01") or not fields[0].startswith(b"user="):
        raise Unreadable
    bearer = b"auth=Bearer " + account.token.encode()
    if account.is_named(fields[0].removeprefix(b"user=")) and fields[1] == bearer:
        return True
    yield json.dumps(_REFUSED_TOKEN, separators=(",", ":")).encode("ascii")
    return False


def _cram_md5(account: Account, initial: bytes | None) -> Exchange:
    if initial is not None:
        raise Unreadable
    challenge = f"<{secrets.randbits(48)}.{secrets.randbits(32)}@smtp.practice.test>".encode()
    response = yield challenge
    user, space, digest = response.rpartition(b" ")
    if not space:
        raise Unreadable
    wanted = hmac.new(account.password.encode(), challenge, "md5").hexdigest().encode()
    return account.is_named(user) and hmac.compare_digest(digest, wanted)


def _scram_sha_256(account: Account, initial: bytes | None) -> Exchange:
    """The server of RFC 5802 for one account, without channel binding."""
    message = (yield b"") if initial is None else initial
    flag, acting_as, user, nonce = _client_first(message)
    bare = message[len(flag) + len(acting_as) + 2 :]
    whole = nonce + secrets.token_urlsafe(18).encode()
    first = b"r=%s,s=%s,i=%d" % (whole, base64.b64encode(_SALT), _ITERATIONS)
    final = yield first
    bound, _, proof = final.rpartition(b",p=")
    header = base64.b64encode(b"%s,%s," % (flag, acting_as))
    if bound != b"c=%s,r=%s" % (header, whole):
        raise Unreadable
    salted = hashlib.pbkdf2_hmac("sha256", account.password.encode(), _SALT, _ITERATIONS)
    signed = b",".join((bare, first, bound))
    client_key = _mac(salted, b"Client Key")
    signature = _mac(hashlib.sha256(client_key).digest(), signed)
    right = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
    named = account.is_named(user, acting_as.removeprefix(b"a="))
    if not (hmac.compare_digest(decode(proof), right) and named):
        return False
    yield b"v=" + base64.b64encode(_mac(_mac(salted, b"Server Key"), signed))
    return True


def _client_first(message: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    fields = message.split(b",")
    marks = [field[:2] for field in fields[2:4]]
    if len(fields) < 4 or fields[0] not in (b"n", b"y") or marks != [b"n=", b"r="]:
        raise Unreadable
    user = fields[2][2:].replace(b"=2C", b",").replace(b"=3D", b"=")
    return fields[0], fields[1], user, fields[3][2:]


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, "sha256").digest()


MECHANISMS: Mapping[str, Callable[[Account, bytes | None], Exchange]] = MappingProxyType(
    {
        "LOGIN": _login,
        "PLAIN": _plain,
        "XOAUTH2": _xoauth2,
        "CRAM-MD5": _cram_md5,
        "SCRAM-SHA-256": _scram_sha_256,
    }
)
"""The mechanisms on offer; each takes the account and the initial response, None for none."""
