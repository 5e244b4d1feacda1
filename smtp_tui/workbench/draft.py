"""The message being written: its text, or a file too large to be shown, and how it goes out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from smtp_tui.wire.delivery import Way

MOST_TEXT = 256 * 1024
"""Octets of a message that is shown and edited as a whole; of a larger one the beginning is."""


@dataclass(frozen=True, slots=True)
class Draft:
    """``octets`` are the message as it is kept, with any line ends.

    ``mail`` and ``rcpt`` are the parameters it wants in its envelope, ``name`` is the file or
    template it came from.
    """

    octets: bytes = field(default=b"", repr=False)
    name: str = ""
    way: Way = Way.DATA
    mail: str = ""
    rcpt: str = ""

    @property
    def editable(self) -> bool:
        """Whether it is small enough to be edited here."""
        return len(self.octets) <= MOST_TEXT

    @property
    def shown(self) -> bytes:
        """All of it, or the beginning of a large one."""
        return self.octets[:MOST_TEXT]

    @property
    def text(self) -> str:
        """``shown`` as text; octets that are no UTF-8 survive."""
        return self.shown.decode("utf-8", "surrogateescape").replace("\r\n", "\n")

    def with_text(self, text: str) -> Draft:
        """The same with another text."""
        return replace(self, octets=text.encode("utf-8", "surrogateescape"))

    def next_way(self) -> Draft:
        """The same, to go out in the next way there is."""
        ways = list(Way)
        return replace(self, way=ways[(ways.index(self.way) + 1) % len(ways)])
