"""The row below the command line: the octets that enter sends, each of them in sight."""

from __future__ import annotations

from textual.content import Content

from smtp_tui.smtp.visible import name

_CHIP = "$background on $secondary"
_SPACE = "·"


def row(data: bytes, spans: tuple[tuple[int, int], ...], width: int) -> Content:
    """Octets in at most ``width`` cells: spaces as dots, the others by name or number.

    ``spans`` are those that are credentials. Of a long line the end is shown, where the line end
    stands.
    """
    shown: list[tuple[str, str]] = []
    for text, style, chip in _parts(data, spans):
        shown += [(f" {text} ", style)] if chip else [(text, style)]
    cells = sum(len(text) for text, _ in shown)
    head: list[tuple[str, str]] = []
    if cells > width:
        while shown and cells > width - 2:
            text, style = shown.pop(0)
            rest = text[max(1, cells - (width - 2)) :] if style != _CHIP else ""
            cells -= len(text) - len(rest)
            if rest:
                shown.insert(0, (rest, style))
        head = [("… ", "$quiet")]
    return Content.assemble(*head, *shown)


def is_plain(data: bytes) -> bool:
    """Whether nothing in a line with its end is worth a look."""
    text = data.removesuffix(b"\r\n")
    return text.isascii() and text.decode("ascii").isprintable() and text == text.strip()


def _parts(data: bytes, spans: tuple[tuple[int, int], ...]) -> list[tuple[str, str, bool]]:
    parts: list[tuple[str, str, bool]] = []
    position = 0
    for start, end in (*spans, (len(data), len(data))):
        parts += _plain(data[position:start])
        if end > start:
            parts.append(("•" * (end - start), "$quiet", False))
        position = end
    return parts


def _plain(data: bytes) -> list[tuple[str, str, bool]]:
    return [_octet(octet) for octet in data]


def _octet(octet: int) -> tuple[str, str, bool]:
    if octet == 0x20:
        return _SPACE, "$quiet", False
    if 0x20 < octet < 0x7F:
        return chr(octet), "$quiet", False
    return (name(chr(octet)) if octet < 0x80 else f"{octet:02X}"), _CHIP, True
