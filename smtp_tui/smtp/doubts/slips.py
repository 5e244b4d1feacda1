"""Slips of the fingers: whether a word is one keystroke away from another."""

from __future__ import annotations


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
