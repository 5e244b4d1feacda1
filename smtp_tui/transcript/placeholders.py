"""Placeholders: the words in a script, as ``{PLAIN}``, that stand for what credentials produce."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.sasl.login import answers
from smtp_tui.sasl.plain import message

_FORM = re.compile(rb"\{([A-Z][A-Z0-9_-]*(?:\.[A-Za-z0-9_-]+)?)\}")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """``produce`` gives the octets before Base64; ``label`` names them where they are masked."""

    label: str
    produce: Callable[[Credentials], bytes]
    needs_password: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """A line with its placeholders replaced; ``secrets`` are the Base64 words that came in."""

    line: bytes
    secrets: tuple[tuple[bytes, str], ...]


PLACEHOLDERS: Mapping[str, Placeholder] = MappingProxyType(
    {
        "PLAIN": Placeholder("PLAIN", message),
        "LOGIN.user": Placeholder("LOGIN", lambda who: answers(who)[0], needs_password=False),
        "LOGIN.password": Placeholder("LOGIN", lambda who: answers(who)[1]),
    }
)


def names_in(line: bytes) -> Iterator[str]:
    """The names between braces in a line, known or not; other braces are not placeholders."""
    for match in _FORM.finditer(line):
        yield match[1].decode("ascii")


def fill(line: bytes, credentials: Credentials) -> Filled:
    """Put the Base64 of what the credentials produce in place of each placeholder.

    The names must be known. Raises ``CredentialsError`` when the credentials do not fit the form.
    """
    secrets: list[tuple[bytes, str]] = []

    def word(match: re.Match[bytes]) -> bytes:
        placeholder = PLACEHOLDERS[match[1].decode("ascii")]
        token = base64.b64encode(placeholder.produce(credentials))
        secrets.append((token, placeholder.label))
        return token

    return Filled(_FORM.sub(word, line), tuple(secrets))
