"""Typed lines as one write: placeholders filled in where commands stand, text left as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.pipelining import Role, roles
from smtp_tui.smtp.state import State
from smtp_tui.workbench.seat_belt import BEGIN


@dataclass(frozen=True, slots=True)
class OneWrite:
    """The octets of all lines; ``said`` are those that are commands or answers.

    ``message`` is which of ``said`` asks to hand a message over, None when none does.
    """

    data: bytes = field(repr=False)
    said: tuple[bytes, ...] = field(repr=False)
    message: int | None


def join(texts: Sequence[str], state: State, fill: Callable[[str], bytes]) -> OneWrite:
    """Join lines that are sent from this state on; ``fill`` makes octets of a command.

    Half a character of message text goes out as a question mark.
    """
    typed = [text.encode("utf-8", "replace") for text in texts]
    lines: list[bytes] = []
    said: list[bytes] = []
    message: int | None = None
    for text, octets, role in zip(texts, typed, roles(typed, state), strict=True):
        if role not in (Role.COMMAND, Role.ANSWER):
            lines.append(octets)
            continue
        line = fill(text)
        if message is None and role is Role.COMMAND and verb_of(line) in BEGIN:
            message = len(said)
        lines.append(line)
        said.append(line)
    return OneWrite(b"".join(line + b"\r\n" for line in lines), tuple(said), message)
