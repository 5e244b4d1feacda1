"""Recipients that script their own answer: ``550@…``, ``greylist@…``, ``slow5@…``, ``drop@…``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smtp_tui.practice.envelope import local_part

LONGEST_WAIT = 600
"""The most seconds a ``slow…`` recipient may ask for."""

_CODE = re.compile(r"[45][0-9][0-9]")
_SLOW = re.compile(r"slow([0-9]{1,3})", re.IGNORECASE)
_REMEMBERED = 1000

_ENHANCED = {
    421: "4.3.2", 450: "4.2.1", 451: "4.3.0", 452: "4.2.2", 454: "4.7.0",
    550: "5.1.1", 551: "5.1.6", 552: "5.2.2", 553: "5.1.3", 554: "5.7.1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accept:
    """An ordinary recipient."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The recipient asks for this reply code."""

    code: int

    @property
    def enhanced(self) -> str:
        """The enhanced status code that usually goes with the code (RFC 3463)."""
        return _ENHANCED.get(self.code, f"{self.code // 100}.0.0")


@dataclass(frozen=True, slots=True)
class Wait:
    """The recipient is accepted after so many seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Vanish:
    """The connection closes without a reply."""


@dataclass(frozen=True, slots=True)
class Greylist:
    """The recipient is refused the first time each sender tries."""


Part = Accept | Refuse | Wait | Vanish | Greylist


def part_of(recipient: str) -> Part:
    """The part that a recipient plays, told by its local part."""
    name = local_part(recipient)
    if _CODE.fullmatch(name):
        return Refuse(int(name))
    slow = _SLOW.fullmatch(name)
    if slow is not None and int(slow[1]) <= LONGEST_WAIT:
        return Wait(int(slow[1]))
    match name.lower():
        case "drop":
            return Vanish()
        case "greylist":
            return Greylist()
        case _:
            return Accept()


class Acquaintances:
    """The pairs of sender and recipient that have been seen before; the oldest are forgotten."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], None] = {}

    def known(self, sender: str, recipient: str) -> bool:
        """Whether the pair was seen before; it is from now on."""
        pair = (sender, recipient)
        if pair in self._pairs:
            return True
        self._pairs[pair] = None
        if len(self._pairs) > _REMEMBERED:
            del self._pairs[next(iter(self._pairs))]
        return False
