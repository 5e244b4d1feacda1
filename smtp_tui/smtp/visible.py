"""The gate through which every foreign byte passes before any screen or export.

Terminals obey control characters wherever they come from, so a greeting could set the window
title, write the clipboard or reorder the text. Here each such character becomes its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMES = {
    0x00: "NUL", 0x01: "SOH", 0x02: "STX", 0x03: "ETX", 0x04: "EOT", 0x05: "ENQ", 0x06: "ACK",
    0x07: "BEL", 0x08: "BS", 0x09: "TAB", 0x0A: "LF", 0x0B: "VT", 0x0C: "FF", 0x0D: "CR",
    0x0E: "SO", 0x0F: "SI", 0x10: "DLE", 0x11: "DC1", 0x12: "DC2", 0x13: "DC3", 0x14: "DC4",
    0x15: "NAK", 0x16: "SYN", 0x17: "ETB", 0x18: "CAN", 0x19: "EM", 0x1A: "SUB", 0x1B: "ESC",
    0x1C: "FS", 0x1D: "GS", 0x1E: "RS", 0x1F: "US", 0x7F: "DEL", 0x84: "IND", 0x85: "NEL",
    0x90: "DCS", 0x9B: "CSI", 0x9C: "ST", 0x9D: "OSC", 0xA0: "NBSP", 0xAD: "SHY",
    0x061C: "ALM", 0x200B: "ZWSP", 0x200C: "ZWNJ", 0x200D: "ZWJ", 0x200E: "LRM", 0x200F: "RLM",
    0x2028: "LSEP", 0x2029: "PSEP", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO",
    0x202E: "RLO", 0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI",
    0xFEFF: "BOM",
}  # fmt: skip

_RUNS = re.compile("[ -~]+|.", re.DOTALL)
"""Plain ASCII as a whole, everything else one by one."""

_INVISIBLE_BUT_PRINTABLE = re.compile("[\u034f\u115f\u1160\u3164\uffa0\ufe00-\ufe0f]")


def decode(data: bytes) -> str:
    """Foreign bytes as text: UTF-8 where they are, else Latin-1 octet for octet; never an error."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def name(character: str) -> str:
    """The short name shown for one character that must not reach a terminal, as ``ESC``."""
    code = ord(character)
    return _NAMES.get(code) or (f"x{code:02X}" if code < 0x100 else f"U+{code:04X}")


def pieces(text: str | bytes) -> Iterator[tuple[str, bool]]:
    """Split text into ``(piece, hidden)``; ``hidden`` pieces are names of what was removed.

    For screens, which draw the names as small chips. Joining the pieces gives text that is safe
    in any terminal.
    """
    if isinstance(text, bytes):
        text = decode(text)
    if _is_safe(text):
        if text:
            yield text, False
        return
    safe: list[str] = []
    for run in _RUNS.findall(text):
        if len(run) > 1 or _is_safe(run):
            safe.append(run)
            continue
        if safe:
            yield "".join(safe), False
            safe.clear()
        yield name(run), True
    if safe:
        yield "".join(safe), False


def visible(text: str | bytes) -> str:
    """Text that no terminal obeys: controls and invisible characters as ``‹ESC›``, ``‹U+E0001›``.

    Takes foreign text or bytes (UTF-8, else Latin-1) and gives one line of printable characters;
    line ends and tabs are named too. Never raises.
    """
    if isinstance(text, bytes):
        text = decode(text)
    if _is_safe(text):
        return text
    return "".join(f"‹{piece}›" if hidden else piece for piece, hidden in pieces(text))


def _is_safe(text: str) -> bool:
    if text.isascii():
        return text.isprintable()
    return text.isprintable() and _INVISIBLE_BUT_PRINTABLE.search(text) is None
