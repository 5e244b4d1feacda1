"""Cuts octets into lines, and the spans of their secrets with them."""

from __future__ import annotations

from collections.abc import Iterator

from smtp_tui.smtp.events import Span


def cut(data: bytes, spans: tuple[Span, ...]) -> Iterator[tuple[bytes, tuple[Span, ...]]]:
    """Octets cut behind each LF, every piece with its part of the spans."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        own: tuple[Span, ...] = ()
        if spans:
            own = tuple(
                (max(first, start) - start, min(last, end) - start)
                for first, last in spans
                if first < end and last > start
            )
        yield data[start:end], own
        start = end
