"""How many replies a command gets, about whom each is, and which codes make no sense to it."""

from __future__ import annotations

from collections.abc import Sequence

from smtp_tui.smtp.commands import verbs
from smtp_tui.smtp.state import AUTH_RESPONSE, GREETING
from smtp_tui.smtp.waiting import Waiting

_REFUSED_AS_COMMAND = (500, 501, 502, 503)


def expect(head: Waiting, code: int, *, lmtp: bool, recipients: int) -> None:
    """Set how many replies the head gets, when its first one has that code.

    After a message LMTP gives one for each accepted recipient (RFC 2033 4.2); PRDR announces
    that by 353 and adds a final one (draft-hall-prdr 4).
    """
    if head.answered or not head.ends_message:
        return
    if code == 353:
        head.expects, head.per_recipient = recipients + 2, True
    elif lmtp and recipients and not (head.last and code in _REFUSED_AS_COMMAND):
        head.expects, head.per_recipient = recipients, True


def recipient_of(head: Waiting, *, lmtp: bool, accepted: Sequence[bytes]) -> bytes | None:
    """About which recipient the next reply to the head is; None when it is about the whole."""
    if not head.per_recipient:
        return None
    index = head.answered if lmtp else head.answered - 1  # PRDR's 353 comes first
    return accepted[index] if 0 <= index < len(accepted) else None


def is_implausible(head: Waiting, code: int, *, prdr: bool) -> bool:
    """Whether a 3xx makes no sense as an answer: an early sign that replies are one off."""
    if code // 100 != 3:
        return False
    if head.verb == GREETING:
        return True
    if head.verb == AUTH_RESPONSE:
        return code != 334
    if head.ends_message:
        return code != 353 or not prdr
    known = verbs().get(head.verb)
    return known is not None and code not in known.intermediate
