"""What each of the client's lines was to the server: a command, an answer, or message text."""

from __future__ import annotations

import re
from enum import Enum

from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.secrets import mechanism_of
from smtp_tui.transcript.placeholders import PLACEHOLDERS
from smtp_tui.transcript.record import Kind, Record

_BDAT = re.compile(rb"BDAT[ \t]+([0-9]{1,18})\b", re.IGNORECASE)
_CODE = re.compile(rb"([2-5][0-9]{2})(-?)")


class Role(Enum):
    """What a line of the client was."""

    COMMAND = "command"
    ANSWER = "answer to a challenge"
    MESSAGE = "message text, or the dot that ends it"
    CHUNK = "octets announced by BDAT"


class Roles:
    """Follows the records of a session in their order; ``of`` has to be asked for each."""

    __slots__ = ("_answering", "_chunk", "_data", "_last", "_message", "_step", "mechanism")

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.mechanism = ""
        """The mechanism that runs, in upper case; "" while none does."""
        self._step = 0  # responses given
        self._answering = False
        self._message = False
        self._data = -1  # the offset of a DATA that was not answered
        self._last = -1  # the offset of the last line of the exchange of AUTH
        self._chunk = 0

    def of(self, record: Record) -> Role | None:
        """The role of the client's line; None for what is no line of the client."""
        match record.kind:
            case Kind.OPENING:
                self._begin()
            case Kind.SERVER:
                self._reply(record)
            case Kind.CLIENT:
                return self._said(record)
        return None

    @property
    def placeholder(self) -> str:
        """The name that stands for the response in the line just looked at; "" for none."""
        name = self.mechanism
        if name == "LOGIN":
            name = "LOGIN.user" if self._step == 1 else "LOGIN.password"
        return name if name in PLACEHOLDERS else ""

    @property
    def chunk_left(self) -> int:
        """How many octets of a chunk are still to come; below 0: the line went on behind it."""
        return self._chunk

    def _said(self, record: Record) -> Role:
        line = record.content
        if self._chunk > 0:
            self._chunk -= len(record.raw)
            return Role.CHUNK
        if self._message:
            self._message = line != b"."
            return Role.MESSAGE
        if self._answering:
            self._answering = False
            self._step += 1
            self._last = record.offset
            return Role.ANSWER
        self._chunk = 0
        if verb_of(line) == b"AUTH":
            self.mechanism = mechanism_of(line)
            self._step = len(record.secrets[:1])
            self._last = record.offset
        elif verb_of(line) == b"DATA":
            self._data = record.offset
        elif (found := _BDAT.match(line)) is not None:
            self._chunk = int(found[1])
        return Role.COMMAND

    def _reply(self, record: Record) -> None:
        match = _CODE.match(record.raw)
        if match is None or match[2]:
            return
        if match[1] == b"334":
            self._answering = True
            return
        if record.offset >= 0 and record.offset == self._last:
            self.mechanism = ""
            self._answering = False
        if match[1] == b"354" and record.offset == self._data >= 0:
            self._message = True
        if record.offset == self._data:
            self._data = -1
