"""NTLM challenges taken apart: they tell what a Windows server calls itself (MS-NLMP 2.2.1.2)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

_SIGNATURE = b"NTLMSSP\0\x02\0\0\0"
_HEADER = struct.Struct("<HHI")
_UNICODE = 0x1
_VERSION = 0x02000000
_LONGEST_NAME = 256

_END, _HOST, _DOMAIN, _DNS_HOST, _DNS_DOMAIN = range(5)


@dataclass(frozen=True, slots=True)
class Challenge:
    """The server's message; names are "" where it tells none."""

    target: str
    nonce: bytes
    host: str
    domain: str
    dns_host: str
    dns_domain: str
    version: str

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What it tells, each with what it is called; ``Windows`` is a version."""
        told = (
            ("target", self.target), ("domain", self.domain), ("host", self.host),
            ("DNS name", self.dns_host), ("Windows", self.version),
        )  # fmt: skip
        return tuple((name, value) for name, value in told if value)


def challenge(octets: bytes) -> Challenge | None:
    """The type 2 message in these octets; None when they hold none. Never raises."""
    if not octets.startswith(_SIGNATURE) or len(octets) < 32:
        return None
    flags = int.from_bytes(octets[20:24], "little")
    unicode = bool(flags & _UNICODE)
    told = _pairs(_field(octets, 40)) if len(octets) >= 48 else {}
    version = ""
    if flags & _VERSION and len(octets) >= 56:
        major, minor, build = struct.unpack_from("<BBH", octets, 48)
        version = f"{major}.{minor}.{build}"
    return Challenge(
        _text(_field(octets, 12), unicode),
        octets[24:32],
        told.get(_HOST, ""),
        told.get(_DOMAIN, ""),
        told.get(_DNS_HOST, ""),
        told.get(_DNS_DOMAIN, ""),
        version,
    )


def _field(octets: bytes, at: int) -> bytes:
    length, _, offset = _HEADER.unpack_from(octets, at)
    return octets[offset : offset + length]


def _pairs(octets: bytes) -> Mapping[int, str]:
    found: dict[int, str] = {}
    position = 0
    while position + 4 <= len(octets):
        kind, length = struct.unpack_from("<HH", octets, position)
        if kind == _END:
            break
        if kind <= _DNS_DOMAIN:
            found[kind] = _text(octets[position + 4 : position + 4 + length], unicode=True)
        position += 4 + length
    return found


def _text(octets: bytes, unicode: bool) -> str:
    return octets.decode("utf-16-le" if unicode else "latin-1", "replace")[:_LONGEST_NAME]
