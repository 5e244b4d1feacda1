"""Slips of the fingers: whether a word is one keystroke away from another, and which is nearest."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 40
"""Characters of a word that are compared."""


def is_slip(typed: bytes, meant: bytes) -> bool:
    """Whether one octet is missing, too many or wrong, or two stand the other way round."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    same = 0
    while same < min(len(typed), len(meant)) and typed[same] == meant[same]:
        same += 1
    rest, right = typed[same:], meant[same:]
    if typed == meant[: len(typed)]:  # not finished yet
        return False
    return (
        rest[1:] == right[1:]
        or rest[1:] == right
        or rest == right[1:]
        or (rest[:2] == right[1::-1] and len(right) > 1 and rest[2:] == right[2:])
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question that names the known word nearest to another; "" where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word[:_LONGEST].lower(), list(known), n=1)
    return f"did you mean {near[0]}?" if near else ""
