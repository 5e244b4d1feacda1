"""XOAUTH2 and OAUTHBEARER taken apart: fields between Control-A octets (RFC 7628 3.1)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from smtp_tui.sasl.clinic import jwt
from smtp_tui.sasl.diagnosis import Finding, Part, Reading, note, wrong

_SEPARATOR = b"\x01"
_WRITTEN = re.compile(rb"\\x01|\\u0001|\\001|\\1|\^A|%01", re.IGNORECASE)
_MAIN = re.compile(rb"(?:user=|[nyp],|auth=)", re.IGNORECASE)
_AUTH = re.compile(rb"auth=(?P<scheme>Bearer(?P<space>[ \t]*))?(?P<token>.*)", re.I | re.DOTALL)
_UNDIVIDED = re.compile(rb"(user=[^\s\0]*?|n,[^\s\0]*?)[ \t\r\n\0]*(auth=.*)", re.I | re.DOTALL)
_LONGEST_ERROR = 65_536

_XOAUTH2 = "XOAUTH2"
_OAUTHBEARER = "OAUTHBEARER"
_MAKE = "Make it with smtp-tui auth XOAUTH2 or smtp-tui auth OAUTHBEARER."


@dataclass(slots=True)
class _Message:
    """What was found of a message; ``findings`` grow while it is read."""

    mechanism: str = _XOAUTH2
    user: bytes | None = field(default=None, repr=False)
    gs2: bytes = field(default=b"", repr=False)
    pairs: list[tuple[bytes, bytes]] = field(default_factory=list, repr=False)
    token: bytes = field(default=b"", repr=False)
    findings: list[Finding] = field(default_factory=list)

    def blame(self, sentence: str, remedy: str = _MAKE) -> None:
        """Add what is wrong."""
        self.findings.append(wrong(sentence, remedy))


def is_message(octets: bytes) -> bool:
    """Whether octets are an OAuth message, be it a faulty one."""
    return _MAIN.match(octets) is not None and re.search(rb"auth=", octets, re.I) is not None


def read(octets: bytes, now: float | None) -> Reading | None:
    """Read octets as XOAUTH2 or OAUTHBEARER; None where nothing speaks for them."""
    if octets == _SEPARATOR:
        return Reading(
            _OAUTHBEARER,
            (Part("answer to the server's error", octets),),
            (note("This answers an error, after which the server tells its refusal."),),
            (octets,),
        )
    if not is_message(octets):
        return None
    message = _Message()
    fields = _fields(octets, message)
    _end(fields, message)
    for each in fields:
        _take(each, message)
    return _reading(message, now)


def _fields(octets: bytes, message: _Message) -> list[bytes]:
    """The fields between the separators, whatever was written for them."""
    if _SEPARATOR in octets:
        return octets.split(_SEPARATOR)
    replaced = _WRITTEN.sub(_SEPARATOR, octets)
    if replaced != octets:
        message.blame(
            "The separators are the characters of an escape, and should be the one octet Control-A."
        )
        return replaced.split(_SEPARATOR)
    message.blame("The separators are missing: Control-A (octet 1) ends each field.")
    undivided = _UNDIVIDED.fullmatch(octets)
    fields = [undivided[1], undivided[2]] if undivided is not None else [octets]
    return [*fields, b"", b""]


def _end(fields: list[bytes], message: _Message) -> None:
    """Take the two empty fields off the end: a message ends with two separators."""
    empty = 0
    while fields and not fields[-1]:
        fields.pop()
        empty += 1
    if empty < 2:
        message.blame("It must end with two Control-A (octet 1), and does not.")
    elif empty > 2:
        message.blame("It ends with more than two Control-A (octet 1).")


def _take(part: bytes, message: _Message) -> None:
    """Put one field where it belongs."""
    name, equals, value = part.partition(b"=")
    if part[:2].lower() in (b"n,", b"y,", b"p="):
        _take_gs2(part, message)
    elif not equals:
        message.blame("A field without a name stands in it.")
    elif name.lower() == b"user":
        message.user = value
    elif name.lower() == b"auth":
        _take_token(part, message)
    else:
        message.pairs.append((name, value))


def _take_gs2(part: bytes, message: _Message) -> None:
    message.mechanism = _OAUTHBEARER
    if not part.endswith(b","):
        message.blame("The comma behind the user name is missing: it begins with n,a=user,")
        part += b","
    message.gs2 = part
    identity = part.partition(b",")[2].removesuffix(b",")
    if identity.startswith(b"a="):
        message.user = identity[2:].replace(b"=2C", b",").replace(b"=3D", b"=")


def _take_token(part: bytes, message: _Message) -> None:
    match = _AUTH.fullmatch(part)
    if match is None:
        return
    token = match["token"]
    if match["scheme"] is None:
        message.blame("The word Bearer and a space are missing in front of the token.")
    elif match["space"] != b" ":
        message.blame("There must be one space between Bearer and the token.")
    bare = b"".join(token.split())
    if bare != token:
        message.blame("White space or a line end stands in the token or around it.")
    message.token = bare


def _reading(message: _Message, now: float | None) -> Reading:
    parts: list[Part] = []
    if message.mechanism == _OAUTHBEARER:
        parts.append(Part("GS2 header", message.gs2))
    if message.user is not None:
        parts.append(Part("user name", message.user))
    parts += (Part(_visible_name(name), value) for name, value in message.pairs)
    if message.mechanism == _XOAUTH2 and not message.user:
        message.blame("The user name is missing: it begins with user= and the mail address.")
    if not message.token:
        message.blame("The access token is missing behind auth=Bearer.")
    more, judged = jwt.read(message.token, now) if message.token else ((), ())
    return Reading(
        message.mechanism,
        (*parts, *more),
        (*message.findings, *judged),
        _healed(message),
    )


def _visible_name(name: bytes) -> str:
    text = name.decode("ascii", "replace").lower()
    return text if text in ("host", "port", "mthd", "path", "post", "qs") else "further field"


def _healed(message: _Message) -> tuple[bytes, ...] | None:
    if not message.token:
        return None
    first = message.gs2 if message.mechanism == _OAUTHBEARER else b"user=" + (message.user or b"")
    if message.mechanism == _XOAUTH2 and not message.user:
        return None
    pairs = [name + b"=" + value for name, value in message.pairs]
    fields = [first, *pairs, b"auth=Bearer " + message.token, b"", b""]
    return (_SEPARATOR.join(fields),)


def read_error(octets: bytes) -> Reading | None:
    """Read octets as the JSON in which a server tells why it refuses a token (RFC 7628 3.2.2)."""
    if not octets.startswith(b"{") or len(octets) > _LONGEST_ERROR:
        return None
    try:
        told = json.loads(octets)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or "status" not in told:
        return None
    parts = tuple(
        Part(kind, str(told[kind]).encode("utf-8", "replace"))
        for kind in ("status", "schemes", "scope", "openid-configuration")
        if isinstance(told.get(kind), str | int)
    )
    return Reading(
        _XOAUTH2,
        parts,
        (
            note(
                "The server refuses the token and tells why.",
                "Answer XOAUTH2 with an empty line, OAUTHBEARER with AQ==; then its reply follows.",
            ),
        ),
        from_server=True,
    )
