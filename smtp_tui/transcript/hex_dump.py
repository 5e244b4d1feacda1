"""A hex dump: offset, octets and ASCII, with dots in the place of secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smtp_tui.smtp.events import Span

HIDDEN = "••"


def rows(raw: bytes, secrets: Iterable[Span] = (), width: int = 16) -> Iterator[tuple[str, ...]]:
    """Each row as offset, octets in hex, and ASCII, where a dot stands for what is none."""
    hidden = bytearray(len(raw))
    for start, end in secrets:
        hidden[start:end] = b"\1" * (min(end, len(raw)) - start)
    for start in range(0, len(raw), width):
        octets = list(zip(raw[start : start + width], hidden[start : start + width], strict=True))
        words = [HIDDEN if secret else f"{octet:02x}" for octet, secret in octets]
        half = width // 2
        groups = [" ".join(words[:half]), " ".join(words[half:])]
        written = "".join(
            "•" if secret else chr(octet) if 32 <= octet < 127 else "." for octet, secret in octets
        )
        yield f"{start:04x}", "  ".join(groups).ljust(width * 3), written
