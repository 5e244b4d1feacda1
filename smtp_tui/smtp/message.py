"""What is worth knowing about a message before it is sent: its size, its lines, its headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from smtp_tui.smtp.amounts import human_size
from smtp_tui.smtp.extensions import Extensions

LINE_LIMIT = 998
"""Octets of a line of text without its end (RFC 5321 4.5.3.1.6, RFC 5322 2.1.1)."""

_WANTED = ("date", "from")
_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:", re.IGNORECASE)
_BARE_CR = re.compile(rb"\r(?!\n)")
_BARE_LF = re.compile(rb"(?<!\r)\n")
_MOST = 3


@dataclass(frozen=True, slots=True)
class Survey:
    """What a message holds. Line numbers count from 1; of many only the first are kept.

    ``octets`` is its size on the wire without dot-stuffing, with CRLF line ends.
    """

    octets: int
    lines: int
    long_lines: tuple[int, ...]
    dotted_lines: tuple[int, ...]
    eight_bit_lines: tuple[int, ...]
    eight_bit_header: bool
    bare_cr: bool
    bare_lf: bool
    nul: bool
    missing: tuple[str, ...]
    begins_with_header: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a message, in a few words; ``grave`` if a server is likely to refuse it."""

    text: str
    grave: bool = False
    rfc: str = ""


def survey(message: bytes) -> Survey:
    """Look a message over, whatever its line ends."""
    long: list[int] = []
    dotted: list[int] = []
    eight_bit: list[int] = []
    lines = message.splitlines()
    headers: dict[str, None] = {}
    in_headers, eight_bit_header, octets = True, False, 0
    for number, line in enumerate(lines, 1):
        octets += len(line) + 2
        if len(line) > LINE_LIMIT and len(long) < _MOST:
            long.append(number)
        if line[:1] == b"." and len(dotted) < _MOST:
            dotted.append(number)
        if not line.isascii() and len(eight_bit) < _MOST:
            eight_bit.append(number)
            eight_bit_header = eight_bit_header or in_headers
        if in_headers:
            in_headers = bool(line)
            if (name := _HEADER.match(line)) is not None:
                headers[name[1].decode("ascii").lower()] = None
    return Survey(
        octets,
        len(lines),
        tuple(long),
        tuple(dotted),
        tuple(eight_bit),
        eight_bit_header,
        _BARE_CR.search(message) is not None,
        _BARE_LF.search(message) is not None,
        b"\0" in message,
        tuple(name.title() for name in _WANTED if name not in headers),
        bool(headers) and _HEADER.match(message) is not None,
    )


def findings(
    found: Survey, offered: Extensions | None, *, binary: bool = False
) -> Iterator[Finding]:
    """What of it matters to a server that offers this; None: that is not known before EHLO.

    ``binary``: it goes out as it is.
    """
    if offered is not None and offered.size is not None and found.octets > offered.size:
        limit = human_size(offered.size)
        yield Finding(f"larger than the {limit} the server takes: expect 552", True, "RFC 1870 6")
    if found.long_lines and not binary:
        yield Finding(
            f"{_where(found.long_lines)} longer than {LINE_LIMIT} octets",
            True,
            "RFC 5321 4.5.3.1.6",
        )
    if found.eight_bit_lines:
        yield _eight_bit(found, offered)
    if found.nul and not binary:
        yield Finding("a NUL, which servers refuse or drop", True, "RFC 5321 2.3.8")
    if binary and (found.bare_lf or found.bare_cr):
        yield Finding(
            "line ends that are not CRLF go out as they are: servers may refuse them",
            True,
            "RFC 5321 2.3.8",
        )
    if found.bare_cr and not binary:
        yield Finding("a bare CR, which goes out as a line end", False, "RFC 5321 2.3.8")
    if not found.octets:
        return
    if not found.begins_with_header:
        yield Finding(
            "it begins with no header: servers add theirs above it", False, "RFC 5322 2.1"
        )
    elif found.missing:
        yield Finding(f"no {' and no '.join(found.missing)} header", False, "RFC 5322 3.6")


def _eight_bit(found: Survey, offered: Extensions | None) -> Finding:
    """What octets beyond ASCII need; in headers more than in the text."""
    where = f"{_where(found.eight_bit_lines)} beyond ASCII"
    wanted = "SMTPUTF8" if found.eight_bit_header else "8BITMIME"
    rfc = "RFC 6532" if found.eight_bit_header else "RFC 6152 3"
    if offered is None:
        return Finding(f"{where}: EHLO will tell whether the server offers {wanted}", rfc=rfc)
    if found.eight_bit_header and wanted not in offered:
        return Finding("headers beyond ASCII, and the server does not offer SMTPUTF8", True, rfc)
    if "8BITMIME" not in offered:
        return Finding(f"{where}, and the server does not offer 8BITMIME", True, "RFC 6152 3")
    return Finding(f"{where}: BODY=8BITMIME says so", rfc="RFC 6152 3")


def stuffing(found: Survey) -> str:
    """Where a dot is put in front when it goes out by DATA; "" where none is."""
    if not found.dotted_lines:
        return ""
    return (
        f"{_where(found.dotted_lines, 'begins', 'begin')} with a dot: a second one goes out with it"
    )


def _where(numbers: tuple[int, ...], one: str = "is", many: str = "are") -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]} {one}"
    listed = ", ".join(str(number) for number in numbers[:_MOST])
    return f"lines {listed}{' …' if len(numbers) == _MOST else ''} {many}"
