"""Amounts for a person: octets and seconds."""

from __future__ import annotations

_MOST_DIGITS = 20
_SPANS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def counted(number: int, what: str) -> str:
    """``1 octet``, ``2,000 octets``."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def human_size(octets: int) -> str:
    """A number of octets for a person, in binary units: ``34.2 MiB``."""
    size = float(octets)
    for unit in ("octets", "KiB", "MiB", "GiB", "TiB"):
        if size < 1024 or unit == "TiB":
            if unit == "octets":
                return "1 octet" if octets == 1 else f"{octets} octets"
            return f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError("the last unit takes any size")


def human_span(seconds: int) -> str:
    """A span of time for a person: ``7 days``, ``1 hour 30 minutes``; at most two units."""
    words: list[str] = []
    for length, unit in _SPANS:
        count, seconds = divmod(seconds, length)
        if count:
            words.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(words[:2]) or "0 seconds"


def whole_number(word: str) -> int | None:
    """A decimal number of at most 20 digits (RFC 1870 4); None for anything else."""
    fine = word.isascii() and word.isdecimal() and len(word) <= _MOST_DIGITS
    return int(word) if fine else None
