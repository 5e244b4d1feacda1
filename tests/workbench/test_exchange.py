"""AUTH step by step in the window, against the practice server; and what of it could be seen."""

from __future__ import annotations

import base64
import itertools

import pytest

from tests.workbench.live import LiveWindow, live_window

MARKER = "Xq7-MARKER-pässwörd-94"


def forms(secret: str) -> set[str]:
    """Everything the secret could be recognised by."""
    octets = secret.encode()
    found = {secret, secret[::-1], octets.hex(), octets.hex().upper()}
    for before, after in itertools.product(range(3), repeat=2):
        token = base64.b64encode(b"\0" * before + octets + b"\0" * after).decode()
        found.add(token[4 if before else 0 : -4 if after else None].strip("="))
    return found


async def private(at: LiveWindow) -> None:
    """Up to EHLO inside TLS."""
    await at.shows("220 smtp.practice.test")
    await at.enter("EHLO me.example.org")
    await at.idle()
    await at.pilot.press("f6")
    await at.until(lambda: at.view.encrypted, "TLS")
    await at.enter("EHLO me.example.org")
    await at.idle()


async def accept_offer(at: LiveWindow) -> None:
    """Take what the command line offers and send it."""
    field = at.app.desk.composer.field
    field.focus()
    await at.until(lambda: bool(field.offer), "offer")
    await at.pilot.press("right", "enter")
    await at.until(lambda: not field.value, "empty command line")
    await at.until(lambda: not at.view.pending, "reply")


@pytest.mark.parametrize(
    ("mechanism", "steps"),
    [("PLAIN", 1), ("LOGIN", 3), ("CRAM-MD5", 2), ("SCRAM-SHA-256", 3)],
)
async def test_a_mechanism_is_walked_through_by_hand(mechanism: str, steps: int) -> None:
    async with live_window(practice=True) as at:
        await private(at)
        at.app.desk.credentials.fill("user@gmail.com", mechanism=mechanism)
        await at.pilot.pause()
        for _ in range(steps):
            await accept_offer(at)
        await at.shows("235 2.7.0 Accepted")


async def test_a_challenge_is_told_in_words_and_escape_leaves_it() -> None:
    async with live_window(practice=True) as at:
        await private(at)
        await at.enter("AUTH CRAM-MD5")
        await at.shows("CRAM-MD5: sign <")
        await at.pilot.press("escape")
        await at.shows("501 5.7.0")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2"])
async def test_a_wrong_password_is_seen_nowhere(mechanism: str) -> None:
    async with live_window(practice=True) as at:
        await private(at)
        desk = at.app.desk
        desk.credentials.fill("user@gmail.com", MARKER, mechanism)
        await at.pilot.pause()
        await at.pilot.press("f7")
        await at.shows("535-5.7.8")
        await at.idle()
        if mechanism in ("PLAIN", "LOGIN"):
            await accept_offer(at)
        shown = [
            at.text(),
            at.app.export_screenshot(),
            repr(desk.view),
            repr(desk.credentials.credentials),
            *(repr(each) for each in desk.query("*")),
            *(notification.message for notification in at.app._notifications),
            *desk.composer.field._history,
        ]
    for form in forms(MARKER):
        assert not [each for each in shown if form in each], form
