"""What the practice server says: replies with their enhanced status codes, in one manner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: the code, the enhanced status code (RFC 3463) and the text of each line.

    ``enhanced`` is empty for the replies that carry none; ``signed`` says whether the last line
    ends with the identifier of the exchange.
    """

    code: int
    enhanced: str
    lines: tuple[str, ...]
    signed: bool = True

    def render(self, identifier: str) -> bytes:
        """The reply as it goes on the wire, without its last CRLF."""
        lines = list(self.lines)
        if self.signed:
            lines[-1] += f" {identifier} - practice"
        prefix = f"{self.enhanced} " if self.enhanced else ""
        last = len(lines) - 1
        return "\r\n".join(
            f"{self.code}{' ' if number == last else '-'}{prefix}{line}"
            for number, line in enumerate(lines)
        ).encode()


class Refusal(Exception):
    """A command is refused with ``reply``; the conversation goes on unless the code is 421."""

    def __init__(self, code: int, enhanced: str, *lines: str) -> None:
        super().__init__(f"{code} {enhanced}")
        self.reply = Reply(code, enhanced, lines)


def say(code: int, enhanced: str, *lines: str) -> Reply:
    """A reply of one line or more that ends with the identifier of the exchange."""
    return Reply(code, enhanced, lines)
