"""What lies around a credential inside the Base64: UTF-16, a second Base64, a line end."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from smtp_tui.sasl.clinic.base64_word import decode
from smtp_tui.sasl.diagnosis import Finding, wrong

_MOST = 4
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{6,}={0,2}")
_SHORTEST_UNPADDED = 12
_CONTROL = re.compile(rb"[\x02-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Peeled:
    """The octets without what lay around them."""

    octets: bytes = field(repr=False)
    findings: tuple[Finding, ...] = ()
    certain: bool = True


def peel(octets: bytes, is_credential: Callable[[bytes], bool]) -> Peeled:
    """Take layer after layer off; ``is_credential`` tells octets that have a mechanism's form."""
    findings: list[Finding] = []
    certain = True
    for _ in range(_MOST):
        if is_credential(octets) and not octets.endswith(b"\n"):
            break
        if (text := _utf_16(octets)) is not None:
            octets = text
            findings.append(
                wrong(
                    "The text was encoded as UTF-16, two octets a character, before Base64.",
                    "Encode UTF-8; in PowerShell that is [Text.Encoding]::UTF8.",
                )
            )
        elif (inner := _second_base64(octets, is_credential)) is not None:
            certain = certain and is_credential(inner)
            octets = inner
            findings.append(
                wrong("The string was put into Base64 twice.", "Encode the credential once.")
            )
        elif octets.endswith(b"\n") and octets.strip(b"\r\n"):
            octets = octets.rstrip(b"\r\n")
            findings.append(
                wrong(
                    "A line end was encoded along at the end, as echo adds it.",
                    "Use printf, or echo -n.",
                )
            )
            break
        else:
            break
    return Peeled(octets, tuple(findings), certain)


def _utf_16(octets: bytes) -> bytes | None:
    """The text as UTF-8 if it is UTF-16: every second octet NUL, or a byte order mark in front."""
    if len(octets) < 4 or len(octets) % 2:
        return None
    if octets[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif _mostly_nul(octets[1::2]) and not _mostly_nul(octets[0::2]):
        encoding = "utf-16-le"
    elif _mostly_nul(octets[0::2]) and not _mostly_nul(octets[1::2]):
        encoding = "utf-16-be"
    else:
        return None
    try:
        return octets.decode(encoding).encode("utf-8")
    except UnicodeError:
        return None


def _mostly_nul(octets: bytes) -> bool:
    return octets.count(0) * 4 >= len(octets) * 3


def _second_base64(octets: bytes, is_credential: Callable[[bytes], bool]) -> bytes | None:
    word = b"".join(octets.split())
    if _BASE64.fullmatch(word) is None:
        return None
    inner = decode(word.decode("ascii")).octets
    if not inner or base64.b64encode(inner) != word or _is_odd(inner):
        return None
    if is_credential(inner):
        return inner
    telling = word.endswith(b"=") or (len(word) >= _SHORTEST_UNPADDED and b"@" in inner)
    return inner if telling and inner.isascii() and b"\0" not in inner else None


def _is_odd(octets: bytes) -> bool:
    """Whether no credential of text looks so: a password that happens to be Base64 decodes so."""
    if b"\0" in octets and b"\x01" in octets:
        return True
    return _CONTROL.search(octets.rstrip(b"\r\n")) is not None
