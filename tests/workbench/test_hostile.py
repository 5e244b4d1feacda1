"""A hostile server, certificate or paste neither crashes the window nor reaches the terminal."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest
from textual import events
from textual.widgets import Input

from smtp_tui.wire import certificates
from smtp_tui.wire import events as wire
from smtp_tui.wire.certificates import CertificateFacts, today
from smtp_tui.wire.target import Target, TlsMode
from tests.wire.loopback import dialogue, serve
from tests.workbench.live import live_window
from tests.workbench.scene import FACTS, GMAIL
from tests.workbench.windows import Window, window

NASTY = (
    "\x1b]0;PWNED\x07\x1b[2J\x9b31m\x90q\x85\x7f\u202eevil\u2066\u200b\ufeff\u2028"
    " [/oops] [@click=app.quit]x[/] [bold $nothing] {PLAIN}\t\x00\x08"
)
OCTETS = NASTY.replace("\x00", "").encode()


async def test_injected_plain_text_is_no_lost_connection() -> None:
    injected = b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n"
    script = dialogue((b"EHLO", b"250-x\r\n250 STARTTLS\r\n"), (b"STARTTLS", injected))
    with serve(script) as server:
        target = Target("127.0.0.1", server.port, TlsMode.STARTTLS)
        async with live_window(target) as at:
            await at.shows("220 ready")
            for line in ("EHLO me", "STARTTLS"):
                await at.enter(line)
            await at.shows("✗ protocol broken")
            await at.shows("injecting")
            await at.shows("250 AUTH PLAIN")
            assert "AUTH" not in at.view.state.extensions


def unsafe(text: str) -> list[str]:
    """Characters that a terminal obeys or hides."""
    return [
        character
        for character in text
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    ]


def assert_harmless(at: Window) -> None:
    """Nothing on the screen or in its titles can be obeyed."""
    assert unsafe(at.text()) == []
    assert not at.app._exit


async def test_everything_a_server_can_say() -> None:
    async with window() as at:
        scene = at.scene().open(b"220 " + OCTETS + b"\r\n")
        ehlo = b"".join(b"250-" + line + b"\r\n" for line in (b"x", OCTETS, b"X-" + OCTETS))
        scene.both(b"EHLO me", ehlo + b"250 AUTH " + OCTETS + b"\r\n")
        await at.pilot.pause()
        assert_harmless(at)
        scene.both(b"AUTH LOGIN", b"334 G11dMDtQV05FRAcbWzJKIOKAriBbL29vcHNd\r\n")
        await at.pilot.pause()
        assert_harmless(at)
        scene.both(b"*", b"501 " + OCTETS + b"\r\n")
        scene.server(b"421 " + OCTETS + b"\r\n")
        scene.gone(clean=False, text=NASTY)
        await at.pilot.pause()
        assert_harmless(at)


async def test_everything_a_handshake_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    now = today()
    leaf = CertificateFacts(
        NASTY, NASTY, (NASTY,), 0, now, now + timedelta(days=1), False, "00", NASTY
    )
    monkeypatch.setattr(certificates, "describe", lambda der: leaf)
    facts = replace(FACTS, version=NASTY, cipher=NASTY, chain=(b"x",), problem=NASTY)
    for verified in (True, False):
        async with window() as at:
            at.scene().secured(replace(facts, verified=verified))
            at.desk.credentials.fill("user", "password")
            await at.press("f7")
            assert_harmless(at)


async def test_every_sentence_that_may_quote_something_foreign() -> None:
    async with window() as at:
        at.scene().connecting()
        for event in (
            wire.Resolved(0, 1, NASTY, (NASTY,)),
            wire.Unreachable(0, 1, NASTY, NASTY),
            wire.Note(0, 1, NASTY),
            wire.Alarm(0, 1, NASTY, OCTETS),
            wire.Refused(0, 1, NASTY),
            wire.AuthFinished(0, 1, False, NASTY),
            wire.Failed(0, 1, wire.Failure.TLS, NASTY, wire.Remedy.USE_STARTTLS, FACTS),
            wire.Gone(0, 1, False, NASTY),
        ):
            at.desk.receive([event])
            await at.pilot.pause()
            assert_harmless(at)


async def test_a_hostile_place_on_the_top_line() -> None:
    async with window() as at:
        at.scene(replace(GMAIL, host=NASTY)).open()
        await at.pilot.pause()
        assert_harmless(at)


@pytest.mark.parametrize("id", ["composer-input", "host", "user", "password", "ehlo", "ca-file"])
async def test_what_is_pasted_into_a_field_is_kept_but_not_obeyed(id: str) -> None:
    async with window(None) as at:
        at.scene().secured()
        field = at.desk.query_one(f"#{id}", Input)
        field.focus()
        field.value = ""
        at.app.post_message(events.Paste(NASTY))
        await at.pilot.pause()
        await at.pilot.pause()
        assert field.value == NASTY
        await at.press("ctrl+r")
        assert_harmless(at)


async def test_a_form_full_of_control_characters_is_refused_in_words() -> None:
    async with window(None) as at:
        for id in ("host", "port", "ehlo", "ca-file", "timeout"):
            at.desk.query_one(f"#{id}", Input).value = NASTY
        await at.press("f5")
        assert at.posted == []
        assert_harmless(at)


async def test_an_endless_capability_list_can_be_scrolled() -> None:
    async with window() as at:
        lines = b"".join(b"250-X%d " % n + b"a" * 300 + b"\r\n" for n in range(60))
        at.scene().open().both(b"EHLO me", b"250-x\r\n" + lines + b"250 LAST\r\n")
        await at.pilot.pause()
        pane = at.desk.query_one("#server")
        assert pane.max_scroll_y > 0
        assert_harmless(at)
