"""A session that is over as a script that says it again, as far as it went."""

from __future__ import annotations

from collections.abc import Iterable

from smtp_tui.smtp.commands import verb_of
from smtp_tui.transcript.excerpt import excerpt
from smtp_tui.transcript.exports.script import as_script
from smtp_tui.transcript.record import Record
from smtp_tui.transcript.script import ClientLine, ExpectedReply, Remark, Script, parse, serialise


class NothingSaid(Exception):
    """There is nothing to say again."""


def of_session(records: Iterable[Record]) -> Script:
    """The newest connection on which anything was said, without its end.

    The farewell is left out: who plays it again wants to go on from there. Secrets are
    placeholders. Raises ``NothingSaid``, and ``ScriptError`` for what no script can hold.
    """
    whole = as_script(excerpt(records))
    steps = [step for step in whole.steps if not isinstance(step, Remark)]
    while steps and _is_farewell(steps):
        steps.pop()
    if not any(isinstance(step, ClientLine) for step in steps):
        raise NothingSaid("Nothing was said that could be said again.")
    return parse(serialise(steps))


def _is_farewell(steps: list[ClientLine | ExpectedReply]) -> bool:
    """Whether the last step belongs to the end: QUIT, the reply to it, or a 421."""
    match steps[-1]:
        case ClientLine(line=line):
            return verb_of(line) == b"QUIT"
        case ExpectedReply(pattern="421" | "221"):
            return True
        case _:
            return False
