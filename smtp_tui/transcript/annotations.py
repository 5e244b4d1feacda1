"""Annotations: a few dim words after a server's line that say what it means."""

from __future__ import annotations

import base64
import binascii

from smtp_tui.sasl import challenges
from smtp_tui.smtp import extensions
from smtp_tui.smtp.events import ReplyLine
from smtp_tui.smtp.state import AUTH_RESPONSE, GREETING
from smtp_tui.transcript.timings import DELAYED, GREET_DELAY
from smtp_tui.wire.events import Protection

_HELLO = (b"EHLO", b"LHLO")
_SIGN_IN = (b"AUTH", AUTH_RESPONSE)
_MOST_CAPABILITIES = 1000


class Annotator:
    """Remembers, for one connection, which capabilities were named before."""

    __slots__ = ("_in_clear", "_told")

    def __init__(self) -> None:
        self._in_clear: set[str] | None = None  # None: the server was not asked before TLS
        self._told: set[bytes] = set()

    def words(self, line: ReplyLine, protection: Protection, elapsed: float | None = None) -> str:
        """The annotation of one reply line; "" for most. ``elapsed``: how long it took."""
        if line.command is None:
            return ""
        verb = line.command.verb
        match line.code:
            case 220 if verb == GREETING and (elapsed or 0.0) > GREET_DELAY:
                return DELAYED
            case 250 if verb in _HELLO and not line.first:
                return self._capability(line.text, protection)
            case 235 if verb in _SIGN_IN and line.last:
                return "signed in"
            case 334 if verb in _SIGN_IN:
                return _challenge(line.text)
            case 354 if verb == b"DATA" and line.last:
                return "type the message; a lone dot ends it"
        return ""

    def _capability(self, text: bytes, protection: Protection) -> str:
        entry = extensions.parse((b"", text)).entries[0]
        if not entry.keyword:
            return ""
        if protection is Protection.CLEAR:
            if self._in_clear is None:
                self._in_clear = set()
            self._in_clear.add(entry.keyword)
        elif self._in_clear is not None and entry.keyword not in self._in_clear:
            return "new since TLS"
        if text in self._told or len(self._told) >= _MOST_CAPABILITIES:
            return ""
        self._told.add(text)
        if entry.keyword == "STARTTLS":
            return "encryption can begin: f6" if protection is Protection.CLEAR else ""
        meaning = extensions.meaning(entry)
        # of AUTH the meaning is its arguments, which stand there already
        return meaning.text if meaning is not None and entry.keyword != "AUTH" else ""


def _challenge(token: bytes) -> str:
    """What a challenge says (RFC 4954 4)."""
    try:
        return challenges.words(base64.b64decode(token.strip(), validate=True))
    except binascii.Error:
        return "no Base64: * leaves the exchange"
