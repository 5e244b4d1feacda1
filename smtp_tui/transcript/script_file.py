"""The octets of a script's file or pipe, within bounds: what is no script may have no end."""

from __future__ import annotations

from typing import BinaryIO

MOST = 256 * 1024 * 1024
"""Octets of a script at the most."""


def octets(stream: BinaryIO, most: int = MOST) -> bytes:
    """All that is left in the stream; raises ``OSError``, and ``ValueError`` where it is more."""
    data = stream.read(most + 1)
    if len(data) > most:
        raise ValueError(f"it is larger than {most // 1024 // 1024} MiB")
    return data
