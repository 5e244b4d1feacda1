"""Opens the form of the envelope with what the session, its history and the draft know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.smtp.body import normalise
from smtp_tui.smtp.completion import addresses_in
from smtp_tui.smtp.envelope import Envelope, values_of

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen


def prefilled(screen: MainScreen) -> Envelope:
    """An envelope for the message being written, from and to whom the person wrote last."""
    draft, said = screen.drafting.draft, screen.composer.field.history
    user = screen.credentials.credentials.user
    mail = values_of("MAIL FROM", draft.mail)
    if "SIZE" in screen.view.state.extensions and screen.drafting.touched:
        whole = normalise(draft.octets) if draft.editable else draft.octets
        mail["SIZE"] = str(len(whole))
    return Envelope(
        sender=_newest(said, "MAIL") or (user if "@" in user else ""),
        recipients=tuple(filter(None, [_newest(said, "RCPT")])),
        mail=mail,
        rcpt=values_of("RCPT TO", draft.rcpt),
    )


def build(screen: MainScreen) -> None:
    """Ask for the envelope; its lines wait in the queue, and nothing is sent."""
    from smtp_tui.workbench.screens.envelope import EnvelopeScreen

    def taken(lines: tuple[str, ...] | None) -> None:
        if lines is not None:
            screen.queueing.add(lines)
            screen.queueing.put()

    screen.app.push_screen(EnvelopeScreen(prefilled(screen), screen.view.state), taken)


def _newest(said: tuple[str, ...], verb: str) -> str:
    lines = [line for line in said if line.lstrip()[:4].upper() == verb]
    return next(iter(addresses_in(lines)), "")
