"""The window speaks with a real Postfix: a whole mail typed by hand, delivered to the octet."""

from __future__ import annotations

import asyncio

import pytest

from smtp_tui.wire.target import Target, TlsMode
from tests.servers.postfix import Postfix, strip_trace
from tests.workbench.live import LiveWindow, live_window

MESSAGE = [
    "Subject: typed by hand",
    "From: <typist@example.org>",
    "",
    "a line",
    "..a line that begins with a dot",
    "",
]
DELIVERED = (
    b"Subject: typed by hand\nFrom: <typist@example.org>\n\na line\n"
    b".a line that begins with a dot\n\n"
)


async def _mail(window: LiveWindow, recipients: list[str]) -> None:
    await window.enter("MAIL FROM:<typist@example.org>")
    for recipient in recipients:
        await window.enter(f"RCPT TO:<{recipient}>")
    await window.idle()
    await window.enter("DATA")
    await window.shows("Message text")
    for line in MESSAGE:
        await window.enter(line)
    await window.enter(".")
    await window.shows("queued as")
    await window.enter("QUIT")
    await window.shows("221 2.0.0 Bye")


@pytest.mark.parametrize("mode", [TlsMode.STARTTLS, TlsMode.IMPLICIT])
async def test_a_mail_typed_in_the_window_is_delivered_to_the_octet(
    postfix: Postfix, mode: TlsMode
) -> None:
    recipients = [f"{name}-{mode.value}@{postfix.domain}" for name in ("window-a", "window-b")]
    port = postfix.starttls_port if mode is TlsMode.STARTTLS else postfix.tls_port
    target = Target(postfix.host, port, mode, "laptop.example.org", ca_file=postfix.ca_file)
    async with live_window(target) as window:
        await window.shows("ESMTP")
        if mode is TlsMode.STARTTLS:
            await window.enter("EHLO laptop.example.org")
            await window.idle()
            await window.pilot.press("f6")
            await window.until(lambda: window.view.encrypted, "TLS")
        await window.enter("EHLO laptop.example.org")
        await window.idle()
        assert window.view.verified
        window.app.desk.credentials.fill(postfix.user, postfix.password)
        await window.enter("AUTH PLAIN {PLAIN}")
        await window.shows("235 2.7.0")
        assert postfix.password not in window.text()
        await _mail(window, recipients)
    for recipient in recipients:
        (delivered,) = await asyncio.to_thread(postfix.deliveries, recipient)
        assert strip_trace(delivered) == DELIVERED


async def test_a_refused_password_is_shown_with_the_server_s_words(postfix: Postfix) -> None:
    target = Target(
        postfix.host, postfix.tls_port, TlsMode.IMPLICIT, "laptop.example.org",
        ca_file=postfix.ca_file,
    )  # fmt: skip
    async with live_window(target) as window:
        await window.shows("ESMTP")
        await window.enter("EHLO laptop.example.org")
        await window.idle()
        window.app.desk.credentials.fill(postfix.user, "not the password")
        await window.pilot.press("f7")
        await window.shows("535 5.7.8")
        await window.idle()
