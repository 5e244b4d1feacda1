"""Soft wrap: where to break one line of text so that it fits a number of cells."""

from __future__ import annotations

import re
from itertools import accumulate

from rich.cells import cell_len, get_character_cell_size

LEAST = 12
"""Cells below which nothing is wrapped narrower; the widest chip still fits."""

# Names of characters, and marks with the word they belong to, are not torn.
_ATOM = re.compile("‹[!-~]{1,8}›|[✓✗·] [!-~]{1,9}|.", re.DOTALL)


def breaks(text: str, first: int, rest: int) -> list[int]:
    """Where the rows of a text begin, as positions in it, 0 the first.

    ``first`` and ``rest`` are the cells of the first row and of the others. Rows end behind a
    space where that leaves none half empty; names of characters, as ‹ESC›, stay whole.
    """
    first, rest = max(first, LEAST), max(rest, LEAST)
    if text.isascii():
        return _ascii_breaks(text, first, rest)
    if cell_len(text) <= first:
        return [0]
    return _breaks(text, first, rest)


def _ascii_breaks(text: str, first: int, rest: int) -> list[int]:
    starts, start, room = [0], 0, first
    while len(text) - start > room:
        # the space itself may stand just outside: nobody sees it there
        space = text.rfind(" ", start + room // 2, start + room + 1)
        start = space + 1 if space >= 0 else start + room
        if start == len(text):
            break
        starts.append(start)
        room = rest
    return starts


def _breaks(text: str, first: int, rest: int) -> list[int]:
    atoms = _ATOM.findall(text)
    ends = list(accumulate(map(len, atoms)))
    starts, used, room = [0], 0, first
    space, since = -1, 0  # the last place behind a space in this row, and the cells behind it
    for atom, end in zip(atoms, ends, strict=True):
        width = get_character_cell_size(atom) if len(atom) == 1 else len(atom)
        if used + width > room and atom != " ":
            start = end - len(atom)
            if space >= 0:
                start, used = space, since
            else:
                used = 0
            starts.append(start)
            room, space, since = rest, -1, 0
            if used + width > room:  # what was carried over fills the row already
                starts.append(end - len(atom))
                used = 0
        used += width
        since += width
        if atom == " " and used > room // 2:
            space, since = end, 0
    if starts[-1] == len(text):
        starts.pop()
    return starts
