"""A real LMTP server: over TCP and over a Unix socket, one reply for each recipient."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from smtp_tui.wire.target import Target, TlsMode
from tests.servers.dovecot import Dovecot
from tests.workbench.live import LiveWindow, live_window

MESSAGE = b"Subject: by LMTP\r\n\r\n.a dot\r\n..\r\ncaf\xc3\xa9\r\n\r\n"
STORED = MESSAGE.replace(b"\r\n", b"\n")


def target(server: Dovecot, over: str) -> Target:
    by_port = Target(server.host, server.port, TlsMode.NONE, "laptop.example.org", lmtp=True)
    return by_port if over == "tcp" else replace(by_port, host="", unix_path=server.socket)


async def greeted(window: LiveWindow) -> None:
    await window.shows("220 ")
    await window.idle()
    assert window.app.desk.composer.field.offer == "LHLO laptop.example.org"
    await window.pilot.press("right", "enter")
    await window.idle()
    await window.until(lambda: window.view.state.hello is not None, "LHLO accepted")


@pytest.mark.parametrize("over", ["tcp", "unix"])
async def test_a_message_is_answered_for_each_recipient_and_delivered_to_the_octet(
    dovecot: Dovecot, over: str
) -> None:
    counts = [len(dovecot.deliveries(user, 0)) for user in dovecot.users]
    async with live_window(target(dovecot, over)) as window:
        await greeted(window)
        await window.enter("MAIL FROM:<me@example.org>")
        for recipient in (*dovecot.users, dovecot.unknown_recipient):
            await window.enter(f"RCPT TO:<{recipient}>")
        await window.idle()
        await window.shows("550 5.1.1")
        desk = window.app.desk
        desk.drafting.draft = replace(desk.drafting.draft, octets=MESSAGE)
        desk.drafting.send()
        for user in dovecot.users:
            await window.shows(f"for <{user}>")
        await window.enter("QUIT")
        await window.shows("221 ")
    for user, count in zip(dovecot.users, counts, strict=True):
        delivered = await asyncio.to_thread(dovecot.deliveries, user, count + 1)
        assert delivered[-1].endswith(b"\n" + STORED)


async def test_the_queue_ties_each_reply_to_its_line(dovecot: Dovecot) -> None:
    lines = [
        "MAIL FROM:<me@example.org>",
        f"RCPT TO:<{dovecot.unknown_recipient}>",
        f"RCPT TO:<{dovecot.users[0]}>",
    ]
    async with live_window(target(dovecot, "tcp")) as window:
        await greeted(window)
        queueing = window.app.desk.queueing
        queueing.add(lines)
        await window.pilot.press("alt+q", "w")
        await window.until(lambda: not queueing.running and not queueing.queue.waiting, "end")
        assert [item.codes for item in queueing.queue.items] == [(250,), (550,), (250,)]
        await window.shows(f"answers RCPT TO:<{dovecot.unknown_recipient}>")
