"""The seat belt: asks once before message text goes to a server where it may reach people."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.commands import verb_of
from smtp_tui.smtp.state import Phase
from smtp_tui.smtp.visible import visible
from smtp_tui.wire.target import Target
from smtp_tui.workbench.question import Question
from smtp_tui.workbench.session import SessionView

BEGIN = (b"DATA", b"BDAT", b"BURL")


def begins_message(line: bytes, view: SessionView) -> bool:
    """Whether this line asks to hand a message over."""
    return view.state.phase is Phase.COMMAND and verb_of(line) in BEGIN


def is_local(target: Target | None) -> bool:
    """Whether a message stays on this computer, as far as its server does."""
    if target is None or target.unix_path is not None:
        return True
    try:
        return ipaddress.ip_address(target.host).is_loopback
    except ValueError:
        return target.host.lower().rstrip(".") == "localhost"


def question(view: SessionView, before: Sequence[bytes] = ()) -> Question:
    """What to ask before the message goes out; ``before`` are the lines that go with it."""
    target = view.target
    place = visible(target.place) if target is not None else "the server"
    count = view.state.recipients + sum(verb_of(line) == b"RCPT" for line in before)
    who = counted(count, "recipient")
    return Question(
        title="Send a message for real?",
        warning=f"This is no practice server: it will deliver the message to {who}.",
        facts=(("Server", place), ("To", who)),
        keep="Do not send",
        go="Send (y)",
    )
