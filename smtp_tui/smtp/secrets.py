"""Which octets of a sent line are credentials."""

from __future__ import annotations

import base64
import binascii
import re

from smtp_tui.smtp.commands import verb_of, verbs
from smtp_tui.smtp.events import Span

_AUTH = re.compile(rb"\s*AUTH\s+(\S+)\s+", re.IGNORECASE)
_WORD = re.compile(rb"[A-Za-z0-9+/_-]{6,}={0,2}")
_MECHANISM = re.compile(rb"[A-Za-z0-9_-]{1,20}")  # RFC 4422 3.1
_NOT_SECRET = (b"", b"*", b"=")


def in_command(line: bytes) -> tuple[Span, ...]:
    """Spans of a command line that are credentials: an initial response, or one astray.

    ``line`` may carry its line end or be unfinished. A Base64 word that decodes to a PLAIN
    credential or an access token is one wherever it stands, because people paste it in the wrong
    place.
    """
    end = len(line.rstrip(b"\r\n"))
    match = _AUTH.match(line, 0, end)
    if match is not None:
        return _unless_empty(line, match.end(), end)
    return tuple(
        word.span() for word in _WORD.finditer(line, 0, end) if _is_credential(word.group())
    )


def in_response(line: bytes) -> tuple[Span, ...]:
    """The span of an answer to a challenge, all of it; none for ``*``, ``=`` and an empty line."""
    return _unless_empty(line, 0, len(line.rstrip(b"\r\n")))


def in_line_behind_auth(line: bytes) -> tuple[Span, ...]:
    """Spans of a line sent before AUTH was answered: it is a response unless it is a known verb."""
    return in_command(line) if verb_of(line) in verbs() else in_response(line)


def mechanism_of(line: bytes) -> str:
    """The mechanism an AUTH command line names, in upper case; "" for another line.

    What stands in its place and cannot be a name is not told: it may be a credential astray.
    """
    words = line.split(None, 2)
    if len(words) < 2 or words[0].upper() != b"AUTH":
        return ""
    if _MECHANISM.fullmatch(words[1]) is None or _is_credential(words[1]):
        return ""
    return words[1].decode("ascii").upper()


def _unless_empty(line: bytes, start: int, end: int) -> tuple[Span, ...]:
    return () if line[start:end].strip() in _NOT_SECRET else ((start, end),)


def _is_credential(word: bytes) -> bool:
    text = word.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
    try:
        decoded = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return False
    if b"auth=Bearer " in decoded:
        return True
    parts = decoded.split(b"\0")
    return len(parts) == 3 and bool(parts[1]) and bool(parts[2])
