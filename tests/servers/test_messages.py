"""Whole messages sent by the window to a real Postfix, by DATA and by BDAT, to the octet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from smtp_tui.smtp.templates import templates
from smtp_tui.wire.events import Way
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.draft import Draft
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


async def _deliver(window: LiveWindow, name: str, draft: Draft, domain: str) -> None:
    """Send the draft to that name, with the parameters it wants in its envelope."""
    desk = window.app.desk
    desk.composer.field.focus()
    offered = desk.view.state.extensions
    wanted = [word for word in draft.mail.split() if "DSN" in offered or "=HDRS" not in word]
    mail = " ".join(["MAIL FROM:<me@example.org>", *wanted])
    rcpt = " ".join([f"RCPT TO:<{name}@{domain}>", *draft.rcpt.split()])
    desk.queueing.add(["RSET", mail, rcpt])
    await window.pilot.press("alt+q", "g")
    await window.until(lambda: not desk.queueing.running, "the end of the envelope")
    desk.drafting.draft = draft
    before = window.view.delivered
    desk.drafting.send()
    await window.until(lambda: window.view.delivered not in (None, before), f"the end of {name}")
    assert window.view.delivered is not None
    assert window.view.delivered.ok, window.text()


@asynccontextmanager
async def _signed_in(postfix: Postfix) -> AsyncIterator[LiveWindow]:
    """A window with a session that may send."""
    target = Target(
        postfix.host, postfix.tls_port, TlsMode.IMPLICIT, "laptop.example.org",
        ca_file=postfix.ca_file,
    )  # fmt: skip
    async with live_window(target) as window:
        await window.shows("ESMTP")
        await window.idle()
        await window.enter("EHLO laptop.example.org")
        await window.idle()
        window.app.desk.credentials.fill(postfix.user, postfix.password)
        await window.enter("AUTH PLAIN {PLAIN}")
        await window.shows("235 2.7.0")
        yield window


async def test_every_message_arrives_as_it_was_written_by_both_ways(postfix: Postfix) -> None:
    names = {
        f"{name}-{way.name.lower()}": (way, body) for way in Way for name, body in BODIES.items()
    }
    async with _signed_in(postfix) as window:
        for name, (way, body) in names.items():
            await _deliver(window, name, Draft(HEADER + body, way=way), postfix.domain)
    for name, (_, body) in names.items():
        recipient = f"{name}@{postfix.domain}"
        (delivered,) = await asyncio.to_thread(postfix.deliveries, recipient)
        whole = (HEADER + body).replace(b"\r\n", b"\n")
        expected = whole if whole.endswith(b"\n") else whole + b"\n"
        assert strip_trace(delivered) == expected, name


@pytest.mark.parametrize("way", [Way.DATA, Way.BDAT])
async def test_every_template_arrives_as_the_editor_shows_it(postfix: Postfix, way: Way) -> None:
    sent: dict[str, Draft] = {}
    async with _signed_in(postfix) as window:
        for id in templates():
            draft = window.app.desk.drafting.from_template(id)
            sent[f"template-{id}-{way.name.lower()}"] = replace(draft, way=way)
        for name, draft in sent.items():
            await _deliver(window, name, draft, postfix.domain)
    for name, draft in sent.items():
        delivered = await asyncio.to_thread(postfix.deliveries, f"{name}@{postfix.domain}")
        assert [strip_trace(each) for each in delivered] == [draft.octets], name


@pytest.mark.parametrize("key", ["o", "g", "w"])
async def test_two_hundred_lines_with_a_message_in_them_go_out_in_every_way(
    postfix: Postfix, key: str
) -> None:
    """The middle one is refused; each reply finds its line, and the text arrives."""
    to = f"queue-{key}@{postfix.domain}"
    text = ["Subject: queued", "", *(f".{number}" for number in range(180))]
    lines = [
        "MAIL FROM:<me@example.org>", f"RCPT TO:<{to}>", "RCPT TO:<>", "NOOP",
        "DATA", *text, ".", *["NOOP"] * 12,
    ]  # fmt: skip
    assert len(lines) == 200
    async with _signed_in(postfix) as window:
        desk = window.app.desk
        desk.composer.field.focus()
        desk.composer.field.paste("\n".join(lines) + "\n")
        assert len(desk.queueing.queue.waiting) == 199  # the first stands on the command line
        await window.pilot.press("alt+q", "r")
        await window.shows("RFC 2920 3.1")  # NOOP and DATA are not the last of one write
        await window.pilot.press(key)
        await window.until(
            lambda: not desk.queueing.running and not desk.queueing.queue.waiting, "the end"
        )
        items = desk.queueing.queue.items
        assert [item.codes for item in items[:5]] == [(250,), (250,), (501,), (250,), (354,)]
        assert [(n, i.codes) for n, i in enumerate(items) if i.codes and 5 <= n < 187] == []
        assert {item.codes for item in items[187:]} == {(250,)}
        assert "1 refused" in desk.queueing.queue.said
    (delivered,) = await asyncio.to_thread(postfix.deliveries, to)
    assert strip_trace(delivered).decode().splitlines() == [
        line.removeprefix(".") if line.startswith(".") else line for line in text
    ]
