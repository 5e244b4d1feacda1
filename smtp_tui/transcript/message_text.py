"""How much of a message that goes out by itself stands in the transcript."""

from __future__ import annotations

MOST = 1024 * 1024
"""Octets of one message that become lines; of the others only the number is kept."""


class MessageText:
    """Counts a message's octets as they go out; ``left_out`` are those that became no line."""

    __slots__ = ("_most", "_shown", "left_out")

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._shown = 0
        self.left_out = 0

    def shown(self, data: bytes) -> bytes:
        """The part of the next piece that becomes lines: whole ones, while there is room."""
        if self.left_out:
            self.left_out += len(data)
            return b""
        room = self._most - self._shown
        part = data if len(data) <= room else data[: data.rfind(b"\n", 0, room) + 1]
        self._shown += len(part)
        self.left_out = len(data) - len(part)
        return part

    @property
    def words(self) -> str:
        """What the line says that stands for the octets left out."""
        return f"… and {self.left_out:,} octets more of the message, which only a log file keeps"
