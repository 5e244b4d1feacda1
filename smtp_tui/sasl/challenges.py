"""What a server's challenge says, in a few words for a person."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable

from smtp_tui.sasl import ntlm
from smtp_tui.sasl.credentials import CredentialsError
from smtp_tui.sasl.digest_md5 import directives

_LONGEST = 200
_SCRAM_FIRST = re.compile(rb"r=(?P<nonce>[^,]+),s=(?P<salt>[^,]+),i=(?P<count>[0-9]{1,12})(?:,|$)")
_SCRAM_FINAL = re.compile(rb"v=(?P<signature>[A-Za-z0-9+/]+=*)(?:,|$)")
_SCRAM_ERROR = re.compile(rb"e=(?P<reason>[a-z-]{1,60})(?:,|$)")
_CRAM = re.compile(rb"<[^<>\s]+@[^<>\s]*>")


def words(challenge: bytes) -> str:
    """What a decoded challenge says; "" where nothing in it is known or readable.

    The text is the server's and raw: whoever shows it makes it visible.
    """
    for reading in _READINGS:
        if said := reading(challenge):
            return said[:_LONGEST]
    return ""


def _oauth(challenge: bytes) -> str:
    """The reason to refuse a token, as JSON (RFC 7628 3.2.2)."""
    if not challenge.startswith(b"{"):
        return ""
    try:
        told = json.loads(challenge)
    except (ValueError, RecursionError):
        return ""
    parts = (f"{name} {told[name]}" for name in ("status", "scope", "schemes") if told.get(name))
    return "the token is refused: " + " · ".join(parts)


def _scram(challenge: bytes) -> str:
    if match := _SCRAM_FIRST.match(challenge):
        salt = _size(match["salt"])
        count = f"{int(match['count']):,} iterations"
        return f"SCRAM: {salt} of salt · {count} · nonce {match['nonce'].decode('latin-1')}"
    if match := _SCRAM_FINAL.match(challenge):
        return f"SCRAM: the server's signature, {_size(match['signature'])}"
    if match := _SCRAM_ERROR.match(challenge):
        return f"SCRAM: the server refuses: {match['reason'].decode('ascii')}"
    return ""


def _digest(challenge: bytes) -> str:
    try:
        found = directives(challenge)
    except CredentialsError:
        return ""
    if "rspauth" in found:
        return "DIGEST-MD5: the server's digest in return"
    if "nonce" not in found:
        return ""
    known = [f"{name} {_text(found[name][0])}" for name in ("realm", "qop") if name in found]
    return " · ".join(("DIGEST-MD5", *known))


def _cram(challenge: bytes) -> str:
    if _CRAM.fullmatch(challenge):
        return f"CRAM-MD5: sign {_text(challenge)} with the password"
    return ""


def _ntlm(challenge: bytes) -> str:
    told = ntlm.challenge(challenge)
    if told is None:
        return ""
    return " · ".join(("NTLM", *(f"{name} {value}" for name, value in told.facts)))


def _plain_text(challenge: bytes) -> str:
    text = _text(challenge)
    return text if text.isprintable() and "\ufffd" not in text else ""


_READINGS: tuple[Callable[[bytes], str], ...] = (
    _oauth, _ntlm, _scram, _cram, _digest, _plain_text,
)  # fmt: skip


def _size(word: bytes) -> str:
    try:
        return f"{len(base64.b64decode(word, validate=True))} octets"
    except binascii.Error:
        return "no Base64"


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")
