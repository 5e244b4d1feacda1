"""As whom a client signs in: the user name in what it says, never what proves it."""

from __future__ import annotations

import re

from smtp_tui.smtp.events import Command
from smtp_tui.smtp.secrets import mechanism_of
from smtp_tui.smtp.state import AUTH_RESPONSE
from smtp_tui.smtp.tokens import decoded
from smtp_tui.smtp.visible import visible

_FORMS = {
    "PLAIN": re.compile(rb"[^\0]*\0([^\0]+)\0([^\0]+)"),
    "CRAM-MD5": re.compile(rb"(.+) ([0-9a-f]{32})"),
    "DIGEST-MD5": re.compile(rb'(?:.*,)?username="([^"\\]+)".*', re.DOTALL),
    "SCRAM": re.compile(rb"[^,]*,[^,]*,n=([^,]+),r=.*"),
    "XOAUTH2": re.compile(rb"user=([^\x01]+)\x01(.*)", re.DOTALL),
    "OAUTHBEARER": re.compile(rb"n,a=([^,\x01]+),(.*)", re.DOTALL),
}
"""The name, and where it stands in the same words, the secret (RFC 4616, 2195, 5802, 7628)."""
_LONGEST = 254
_SHOWN = 60


class SigningIn:
    """Follows the exchange of one connection; ``user`` is the name as it may be shown, "" if none.

    A name that holds the password is kept to itself.
    """

    __slots__ = ("_mechanism", "_user")

    def __init__(self) -> None:
        self._mechanism = ""
        self._user = b""

    @property
    def user(self) -> str:
        """As whom, harmless for a terminal."""
        return visible(self._user[:_SHOWN])

    def follow(self, command: Command) -> None:
        """An AUTH command, or an answer in its exchange, was answered in turn."""
        if command.verb == AUTH_RESPONSE:
            self._take(command.raw)
            return
        self._mechanism, self._user = mechanism_of(command.raw), b""
        words = command.raw.split()
        if len(words) > 2:
            self._take(words[2])

    def _take(self, token: bytes) -> None:
        octets = decoded(token)
        if octets is None:
            return
        if self._mechanism == "LOGIN" and self._user:  # the password, then
            self._user = b"" if octets in self._user else self._user
        elif not self._user:
            self._user = _name_in(self._mechanism, octets)


def _name_in(mechanism: str, octets: bytes) -> bytes:
    if mechanism == "LOGIN":
        return octets[:_LONGEST]
    form = _FORMS.get("SCRAM" if mechanism.startswith("SCRAM-") else mechanism)
    found = form.fullmatch(octets) if form is not None else None
    if found is None or any(secret in found[1] for secret in found.groups()[1:]):
        return b""
    return found[1][:_LONGEST]
