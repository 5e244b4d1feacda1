"""Which octets of a sent line are credentials."""

from __future__ import annotations

import base64
import binascii
import re

from smtp_tui.smtp.commands import lookup
from smtp_tui.smtp.events import Span

_AUTH = re.compile(rb"\s*AUTH(?:\s+|=)(\S+)(\s+)?", re.IGNORECASE)
_WORD = re.compile(rb"[A-Za-z0-9+/_-]{6,}={0,2}")
_MECHANISM = re.compile(rb"[A-Za-z0-9_-]{1,20}")  # RFC 4422 3.1
_SIGNED = re.compile(rb"[^\0-\x1f]+ [0-9a-f]{32}")  # CRAM-MD5: the password can be guessed from it
_MAY_HOLD_NUL = re.compile(rb"A|[Qgw][A-D]")
"""How eight zeros in a row show in Base64, wherever they begin."""
_SHORTEST_WITHOUT_NUL = 16
"""Characters that ``auth=Bearer `` has in Base64; what is signed has more."""
_SHORTEST = 8
"""Characters of a faulty credential; shorter, other words may decode to one by chance."""
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
        if match[2] is not None:
            return _unless_empty(line, match.end(), end)
        if not _may_be_mechanism(match[1]):
            return (match.span(1),)
    return tuple(
        [word.span() for word in _WORD.finditer(line, 0, end) if _is_credential(word.group())]
    )


def in_response(line: bytes) -> tuple[Span, ...]:
    """The span of an answer to a challenge, all of it; none for ``*``, ``=`` and an empty line."""
    return _unless_empty(line, 0, len(line.rstrip(b"\r\n")))


def in_line_behind_auth(line: bytes) -> tuple[Span, ...]:
    """Spans of a line behind AUTH or its refusal: it is a response unless it has a known verb.

    Whoever has the answers ready sends them also to a server that does not ask for them.
    """
    return in_response(line) if lookup(line) is None else in_command(line)


def mechanism_of(line: bytes) -> str:
    """The mechanism an AUTH command line names, in upper case; "" for another line.

    What stands in its place and cannot be a name is not told: it may be a credential astray.
    """
    words = line.split(None, 2)
    if len(words) < 2 or words[0].upper() != b"AUTH":
        return ""
    if not _may_be_mechanism(words[1]):
        return ""
    return words[1].decode("ascii").upper()


def _unless_empty(line: bytes, start: int, end: int) -> tuple[Span, ...]:
    return () if line[start:end].strip() in _NOT_SECRET else ((start, end),)


def _may_be_mechanism(word: bytes) -> bool:
    """Whether a word behind AUTH can be a name, which nobody types in mixed case as Base64 is."""
    like_a_name = b"-" in word or word in (word.upper(), word.lower(), word.title())
    return like_a_name and _MECHANISM.fullmatch(word) is not None and not _is_credential(word)


def _is_credential(word: bytes) -> bool:
    if len(word) < _SHORTEST_WITHOUT_NUL and _MAY_HOLD_NUL.search(word) is None:
        return False
    text = word.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
    try:
        decoded = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return False
    if b"auth=Bearer " in decoded:
        return True
    parts = decoded.split(b"\0")
    if len(parts) == 3:
        return bool(parts[1]) and bool(parts[2])
    return _SIGNED.fullmatch(decoded) is not None or _is_faulty_plain(decoded)


def _is_faulty_plain(decoded: bytes) -> bool:
    """Whether it is a PLAIN credential with one NUL lost, but readable otherwise."""
    try:
        text = decoded.decode("utf-8")
    except UnicodeDecodeError:
        return False
    parts = text.split("\0")
    return len(parts) == 2 and len(text) >= _SHORTEST and "".join(parts).isprintable()
