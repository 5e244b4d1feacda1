"""Inserts: what the command line becomes when something ready is chosen; nothing is sent."""

from __future__ import annotations

import re

from smtp_tui.smtp.keywords import Insert, Place
from smtp_tui.workbench.offers import auth_line

_ENVELOPE = {
    Place.MAIL: (re.compile(r"MAIL\s+FROM:\s*\S", re.IGNORECASE), "MAIL FROM:<{}>"),
    Place.RCPT: (re.compile(r"RCPT\s+TO:\s*\S", re.IGNORECASE), "RCPT TO:<{}>"),
}
_RECIPIENT = "someone@example.org"
_SENDER = "me@example.org"


def inserted(typed: str, insert: Insert, *, user: str = "") -> str:
    """The line with ``insert`` in it.

    A parameter goes behind the MAIL or RCPT line that is ``typed``, in place of one of the same
    name; without one a whole line is made, whose sender is ``user`` where that is an address.
    """
    if insert.place is Place.COMMAND:
        verb, _, mechanism = insert.text.partition(" ")
        return auth_line(mechanism) if verb == "AUTH" and mechanism else insert.text
    pattern, whole = _ENVELOPE[insert.place]
    if pattern.match(typed) is None:
        mailbox = _RECIPIENT if insert.place is Place.RCPT else user if "@" in user else _SENDER
        return f"{whole.format(mailbox)} {insert.text}"
    names = {_name(word) for word in insert.text.split()}
    head, *parameters = typed.split(" ")
    kept = [word for word in parameters if word and _name(word) not in names]
    return " ".join([head, *kept, insert.text])


def _name(parameter: str) -> str:
    return parameter.partition("=")[0].upper()
