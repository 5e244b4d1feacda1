"""The message being written: its text, or a file too large to be shown, and how it goes out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from smtp_tui.wire.events import Way

MOST_TEXT = 256 * 1024
"""Octets of a message that is shown and edited as a whole; of a larger one the beginning is."""


_STAND_INS = {
    **{ord(each): chr(0xDC00 + ord(each)) for each in "\r\x0b\x0c\x1c\x1d\x1e"},
    **{ord(each): each.encode().decode("ascii", "surrogateescape") for each in "\x85\u2028\u2029"},
}
"""Lone surrogates for characters at which a text area would break the line."""
_BACK = {ord(shown): kept for kept, shown in _STAND_INS.items() if len(shown) == 1}


def editable(text: str) -> str:
    """Text for a text area, which ends lines at LF and nothing else."""
    return text.translate(_STAND_INS)


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
        """``shown`` as text in LF lines; octets that are no UTF-8 survive."""
        shown = self.shown.replace(b"\r\n", b"\n") if self._in_crlf else self.shown
        return editable(shown.decode("utf-8", "surrogateescape"))

    def with_text(self, text: str) -> Draft:
        """The same with another text, its lines ended as they were."""
        octets = text.translate(_BACK).encode("utf-8", "surrogateescape")
        return replace(self, octets=octets.replace(b"\n", b"\r\n") if self._in_crlf else octets)

    @property
    def _in_crlf(self) -> bool:
        shown = self.shown
        ends = shown.count(b"\r\n")
        return ends > 0 and ends == shown.count(b"\n") == shown.count(b"\r")

    def next_way(self) -> Draft:
        """The same, to go out in the next way there is."""
        ways = list(Way)
        return replace(self, way=ways[(ways.index(self.way) + 1) % len(ways)])
