"""Annotations: a few dim words after a server's line that say what it means."""

from __future__ import annotations

from smtp_tui.smtp import extensions
from smtp_tui.smtp.arguments import in_words
from smtp_tui.smtp.events import ReplyLine
from smtp_tui.smtp.extensions import Extension
from smtp_tui.smtp.keywords import keywords
from smtp_tui.smtp.state import AUTH_RESPONSE, GREETING
from smtp_tui.smtp.tokens import decoded
from smtp_tui.transcript.signing_in import SigningIn
from smtp_tui.transcript.timings import DELAYED, GREET_DELAY
from smtp_tui.transcript.ways import BY_DEFAULT, Ways
from smtp_tui.wire.events import Protection

_HELLO = (b"EHLO", b"LHLO")
_SIGN_IN = (b"AUTH", AUTH_RESPONSE)
_MOST_CAPABILITIES = 1000
_LONGEST = 60


class Annotator:
    """Remembers, for one connection, which capabilities were named before."""

    __slots__ = ("_in_clear", "_signing_in", "_told", "_ways")

    def __init__(self, ways: Ways = BY_DEFAULT) -> None:
        self._ways = ways
        self._in_clear: set[str] | None = None  # None: the server was not asked before TLS
        self._told: set[bytes] = set()
        self._signing_in = SigningIn()

    def words(self, line: ReplyLine, protection: Protection, elapsed: float | None = None) -> str:
        """The annotation of one reply line; "" for most. ``elapsed``: how long it took."""
        if line.command is None:
            return ""
        verb = line.command.verb
        if verb in _SIGN_IN and line.last:
            self._signing_in.follow(line.command)
        match line.code:
            case 220 if verb == GREETING and (elapsed or 0.0) > GREET_DELAY:
                return DELAYED
            case 250 if verb in _HELLO and not line.first:
                return self._capability(line.text, protection)
            case 235 if verb in _SIGN_IN and line.last:
                user = self._signing_in.user
                return f"signed in as {user}" if user else "signed in"
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
            words = _arguments(entry)
            return f"new since TLS · {words}" if words else "new since TLS"
        if text in self._told or len(self._told) >= _MOST_CAPABILITIES:
            return ""
        self._told.add(text)
        if entry.keyword == "STARTTLS":
            if protection is not Protection.CLEAR:
                return ""
            key = self._ways.starttls
            return f"encryption can begin: {key}" if key else "encryption can begin"
        known = keywords().get(entry.keyword)
        # of AUTH the meaning is its arguments, which stand there already
        return _arguments(entry) or (known.text if known and entry.keyword != "AUTH" else "")


def _arguments(entry: Extension) -> str:
    """What the arguments say beyond what stands there; "" for nothing."""
    if entry.keyword == "AUTH":
        return f"the old {entry.keyword}= form" if entry.legacy else ""
    words = in_words(entry.keyword, entry.arguments)
    as_it_came = " ".join(entry.arguments)
    return "" if words == as_it_came or len(words) > _LONGEST else words


def _challenge(token: bytes) -> str:
    """What a challenge says (RFC 4954 4)."""
    from smtp_tui.sasl import challenges

    octets = decoded(token)
    return challenges.words(octets) if octets is not None else "no Base64: * leaves the exchange"
