"""The row below the command line: the octets that enter sends, each of them in sight."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from smtp_tui.smtp.visible import name

_CHIP = "$background on $secondary"
_SPACE = "·"


def row(data: bytes, spans: tuple[tuple[int, int], ...], width: int) -> Content:
    """Octets in at most ``width`` cells: spaces as dots, the others by name or number.

    ``spans`` are those that are credentials. Of a long line the end is shown, where the line end
    stands.
    """
    reach = max(0, len(data) - max(width, 1))  # no octet takes less than a cell
    room, cut = max(0, width - 2), bool(reach)
    cells = 0
    shown: list[tuple[str, str]] = []
    for text, style in reversed(list(_parts(data, spans, reach))):
        if cells + len(text) > (room if cut or reach else width):
            cut = True
            break
        shown.insert(0, (text, style))
        cells += len(text)
    while cut and cells > room:
        cells -= len(shown.pop(0)[0])
    return Content.assemble(*([("… ", "$quiet")] if cut else []), *shown)


def is_plain(data: bytes) -> bool:
    """Whether nothing in a line with its end is worth a look."""
    text = data.removesuffix(b"\r\n")
    return text.isascii() and text.decode("ascii").isprintable() and text == text.strip()


def _parts(
    data: bytes, spans: tuple[tuple[int, int], ...], start: int
) -> Iterator[tuple[str, str]]:
    """Each octet from ``start`` on in its cells and style."""
    for place in range(start, len(data)):
        if any(first <= place < end for first, end in spans):
            yield "•", "$quiet"
        else:
            yield _octet(data[place])


def _octet(octet: int) -> tuple[str, str]:
    if octet == 0x20:
        return _SPACE, "$quiet"
    if 0x20 < octet < 0x7F:
        return chr(octet), "$quiet"
    return f" {name(chr(octet)) if octet < 0x80 else f'{octet:02X}'} ", _CHIP
