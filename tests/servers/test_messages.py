"""Whole messages sent by the window to a real Postfix, by DATA and by BDAT, to the octet."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from smtp_tui.wire.delivery import Way
from smtp_tui.wire.target import Target, TlsMode
from tests.servers.postfix import Postfix, strip_trace
from tests.workbench.live import LiveWindow, live_window

HEADER = b"Subject: whole\r\n\r\n"
BODIES = {
    "a-dot-first": b".\r\nafter\r\n",
    "two-dots": b"..\r\n",
    "dots-in-lines": b".a\r\n..b\r\nc.\r\n...\r\n",
    "a-dot-alone-between": b"before\r\n.\r\nafter\r\n",
    "a-dot-last": b"before\r\n.\r\n",
    "no-end-of-line": b"no line end",
    "only-lf": b"one\n.two\n\nthree\n",
    "empty-lines": b"\r\n\r\n\r\n",
    "eight-bit": b"caf\xc3\xa9 \xff\r\n",
    "long": b"." * 900 + b"\r\n" + b"x" * 200_000 + b"\r\n",
}


async def _deliver(window: LiveWindow, name: str, body: bytes, way: Way, domain: str) -> None:
    desk = window.app.desk
    desk.composer.field.focus()
    desk.queueing.add(["RSET", "MAIL FROM:<me@example.org>", f"RCPT TO:<{name}@{domain}>"])
    await window.pilot.press("alt+q", "g")
    await window.until(lambda: not desk.queueing.running, "the end of the envelope")
    desk.drafting.draft = replace(desk.drafting.draft, octets=HEADER + body, way=way)
    before = window.view.delivered
    desk.drafting.send()
    await window.until(lambda: window.view.delivered not in (None, before), f"the end of {name}")
    assert window.view.delivered is not None
    assert window.view.delivered.ok, window.text()


async def test_every_message_arrives_as_it_was_written_by_both_ways(postfix: Postfix) -> None:
    target = Target(
        postfix.host, postfix.tls_port, TlsMode.IMPLICIT, "laptop.example.org",
        ca_file=postfix.ca_file,
    )  # fmt: skip
    names = {
        f"{name}-{way.name.lower()}": (way, body) for way in Way for name, body in BODIES.items()
    }
    async with live_window(target) as window:
        await window.shows("ESMTP")
        await window.idle()
        await window.enter("EHLO laptop.example.org")
        await window.idle()
        window.app.desk.credentials.fill(postfix.user, postfix.password)
        await window.enter("AUTH PLAIN {PLAIN}")
        await window.shows("235 2.7.0")
        for name, (way, body) in names.items():
            await _deliver(window, name, body, way, postfix.domain)
    for name, (_, body) in names.items():
        recipient = f"{name}@{postfix.domain}"
        (delivered,) = await asyncio.to_thread(postfix.deliveries, recipient)
        whole = (HEADER + body).replace(b"\r\n", b"\n")
        expected = whole if whole.endswith(b"\n") else whole + b"\n"
        assert strip_trace(delivered) == expected, name
