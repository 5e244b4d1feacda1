"""Which command a reply answers, in a few words, where that cannot be seen from where it stands."""

from __future__ import annotations

from smtp_tui.smtp.commands import lookup
from smtp_tui.smtp.events import Command, ReplyLine
from smtp_tui.smtp.state import AUTH_RESPONSE, GREETING, MESSAGE_BODY

_LONGEST = 60
_OTHERS = {
    GREETING: "",
    AUTH_RESPONSE: "answers the credentials",
    MESSAGE_BODY: "answers the message",
}


class Answers:
    """Knows whether several commands wait for replies."""

    __slots__ = ("_several",)

    def __init__(self) -> None:
        self._several = False

    def waiting(self, verbs: tuple[bytes, ...]) -> None:
        """So many wait now; once several did, each reply is told until none waits."""
        self._several = len(verbs) > 1 or (self._several and bool(verbs))

    def words(self, line: ReplyLine) -> str:
        """What the first line of a reply is about; "" where that is plain.

        Of a message that each recipient gets a reply for (RFC 2033 4.2) it is the recipient.
        """
        if not line.first or line.command is None:
            return ""
        if line.recipient is None and not self._several:
            return ""
        return _named(line.command) if line.recipient is None else _for(line.recipient)


def _for(recipient: bytes) -> str:
    from smtp_tui.smtp.paths import path_end

    return f"for {_text(recipient[: path_end(recipient)])}"


def _named(command: Command) -> str:
    if command.verb in _OTHERS:
        return _OTHERS[command.verb]
    if lookup(command.verb) is None:
        return "answers a command not known here"  # it may be anything, a password too
    from smtp_tui.smtp.paths import head, path_end

    begun = head(command.line)
    end = path_end(command.line, begun.end) if begun is not None else None
    return f"answers {_text(command.line[:end].strip() if end is not None else command.verb)}"


def _text(octets: bytes) -> str:
    shown = octets.decode("utf-8", "replace")
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
