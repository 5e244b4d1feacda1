"""Reasons: a few words of ours behind a refusal, where something useful is known about it."""

from __future__ import annotations

from smtp_tui.smtp.events import Reply, Unsolicited
from smtp_tui.smtp.secrets import mechanism_of
from smtp_tui.smtp.state import State


class Reasons:
    """Remembers, for one connection, what was said last, so that it is not said again and again.

    ``state`` is the session as it stood when the reply came; keep it up to date. ``way`` says
    how to learn more, "" where nothing tells more.
    """

    __slots__ = ("_mechanism", "_said", "_way", "state")

    def __init__(self, way: str = "") -> None:
        self._mechanism = ""  # of the last AUTH: an answer in its exchange does not name it
        self._said = ""
        self._way = way
        self.state = State()

    def words(self, reply: Reply | Unsolicited) -> str:
        """Why a reply refuses; "" for one that does not, and where the same was said last."""
        verb = reply.command.verb if isinstance(reply, Reply) else b""
        if isinstance(reply, Reply) and verb == b"AUTH":
            self._mechanism = mechanism_of(reply.command.raw)
        if reply.code < 400:
            return ""
        from smtp_tui.smtp.explain import explain

        hint = explain(
            reply.code, reply.enhanced, reply.lines, verb, self.state, self._mechanism
        ).hint
        if not hint or hint == self._said:
            return ""
        self._said = hint
        return f"why? {hint} {self._way}".rstrip()
