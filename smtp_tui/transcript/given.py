"""The password that a person gave, to be found where it is sent astray."""

from __future__ import annotations

import base64
from collections.abc import Iterator

_SHORTEST = 6
_SHORTEST_CODED = 4


class Given:
    """``secrets`` are the forms in which it may stand in a line; any thread may read them.

    A word of small letters alone is looked for only in Base64: it stands in lines by chance.
    """

    __slots__ = ("secrets",)

    def __init__(self, *passwords: str) -> None:
        self.take(*passwords)

    def __repr__(self) -> str:
        return f"Given({len(self.secrets)} secrets)"

    def take(self, *passwords: str) -> None:
        """This is the password now, or one for each server."""
        self.secrets = tuple(form for each in passwords for form in _forms(each))

    def in_line(self, line: bytes) -> list[bytes]:
        """The forms of it that stand in a line."""
        return [each for each in self.secrets if each in line]


def _forms(password: str) -> Iterator[bytes]:
    octets = password.encode("utf-8", "surrogateescape")
    a_word = password.isascii() and password.isalpha() and password.islower()
    if len(octets) >= _SHORTEST and not a_word:
        yield octets
    if len(octets) >= _SHORTEST_CODED:
        yield base64.b64encode(octets).rstrip(b"=")
