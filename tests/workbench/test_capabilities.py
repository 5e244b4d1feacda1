"""The server pane, the card of a capability and the comparison of all stages."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from smtp_tui.smtp.extensions import Extension, Extensions
from smtp_tui.smtp.keywords import keywords
from smtp_tui.wire import events as wire
from smtp_tui.workbench.panes.server import ServerPane
from smtp_tui.workbench.screens.card import CardScreen, card_lines
from smtp_tui.workbench.screens.compare import CompareScreen
from smtp_tui.workbench.stages import Stages
from tests.workbench.scene import GMAIL, Scene
from tests.workbench.test_hostile import OCTETS, assert_harmless
from tests.workbench.windows import Window, window

CLEAR = ("PIPELINING", "SIZE 35882577", "VRFY", "STARTTLS", "DSN")
INSIDE = ("PIPELINING", "SIZE 1048576", "AUTH PLAIN CRAM-MD5", "DSN", "X-OWN one two")


def ehlo(*lines: str) -> bytes:
    """The reply to EHLO that names these capabilities."""
    texts = ["mx.example.org", *lines]
    return b"".join(
        f"250{' ' if place == len(texts) - 1 else '-'}{text}\r\n".encode()
        for place, text in enumerate(texts)
    )


def told(at: Window, *lines: str) -> Scene:
    """A session in clear with these capabilities."""
    return at.scene().open().both(b"EHLO me", ehlo(*lines))


def secured(at: Window) -> Scene:
    """A session with other capabilities inside TLS than before."""
    scene = told(at, *CLEAR).both(b"STARTTLS", b"220 go\r\n").tls()
    return scene.both(b"EHLO me", ehlo(*INSIDE))


async def open_card(at: Window, place: int) -> None:
    """Open the card of a capability by its place in the pane, 1 being the first."""
    at.desk.query_one(ServerPane).focus()
    await at.press(*["down"] * place, "enter")


async def test_each_capability_has_its_meaning_and_its_rfc() -> None:
    async with window() as at:
        told(at, *CLEAR, "LIMITS RCPTMAX=20", "XCLIENT NAME ADDR", "X-OWN one two")
        await at.pilot.pause()
        text = " ".join(at.text().split())
        assert "8 capabilities in clear RFC" in text
        assert "SIZE 34.2 MiB a message 1870" in text
        assert "DSN delivery reports 3461" in text
        assert "LIMITS 20 recipients a 9422" in text
        assert "XCLIENT NAME ADDR" in text
        at.desk.query_one(ServerPane).scroll_end(animate=False)
        await at.pilot.pause()
        assert "X-OWN      one two" in at.text()


async def test_what_is_new_changed_or_gone_since_tls_has_its_mark() -> None:
    async with window() as at:
        secured(at)
        await at.pilot.pause()
        text = at.text()
        assert "5 capabilities inside TLS" in text
        assert "~ SIZE       1.0 MiB a message" in text
        assert "+ AUTH       PLAIN CRAM-MD5" in text
        assert "− STARTTLS   done" in text
        assert "− VRFY       no longer offered" in text


async def test_enter_opens_a_card_and_a_parameter_lands_on_the_command_line_unsent() -> None:
    async with window(user="user@example.org") as at:
        told(at, "SIZE 1000", "DSN")
        await open_card(at, 2)
        assert isinstance(at.app.screen, CardScreen)
        text = at.text()
        assert "RFC 3461" in text
        assert "RET=HDRS" in text
        assert "✓ before TLS" in text
        await at.press("enter")
        assert at.desk.composer.text == "MAIL FROM:<user@example.org> RET=HDRS"
        assert at.app.focused is at.desk.composer.field
        assert at.posted == []


async def test_a_parameter_goes_behind_the_line_that_is_being_typed() -> None:
    async with window() as at:
        told(at, "SIZE 1000", "DSN")
        await at.type("RCPT TO:<you@example.org>")
        await open_card(at, 2)
        await at.press(*["down"] * 3, "enter")
        assert at.desk.composer.text == "RCPT TO:<you@example.org> NOTIFY=SUCCESS,FAILURE"
        assert at.posted == []


async def test_escape_leaves_a_card_without_a_trace() -> None:
    async with window() as at:
        told(at, "SIZE 1000", "DSN")
        await at.type("NOOP")
        await open_card(at, 1)
        await at.press("escape")
        assert at.desk.composer.text == "NOOP"
        assert not isinstance(at.app.screen, CardScreen)


async def test_a_mechanism_becomes_an_auth_line_with_a_placeholder() -> None:
    async with window() as at:
        secured(at)
        await open_card(at, 3)
        text = at.text()
        assert "historic:" in text
        assert "✗ before TLS" in text
        await at.press("enter")
        assert at.desk.composer.text == "AUTH PLAIN {PLAIN}"
        assert at.posted == []


async def test_a_click_opens_the_card_too() -> None:
    async with window() as at:
        told(at, "SIZE 1000", "DSN")
        await at.pilot.pause()
        await at.pilot.click("#server-text", offset=(4, 3))
        await at.pilot.pause()
        assert isinstance(at.app.screen, CardScreen)
        assert "╭─ DSN ─" in at.text()


@pytest.mark.parametrize("name", ["AUTH", "DSN", "LIMITS", "XXXXXXXA"])
async def test_a_card_fits_a_small_window(name: str) -> None:
    async with window(size=(80, 24)) as at:
        entry = Extension(name, (), name.encode())
        at.app.push_screen(CardScreen(entry, at.desk.view.stages))
        await at.pilot.pause()
        text = at.text()
        assert "escape closes" in text
        assert f"╭─ {name} ─" in text
        assert all(insert.text in text for insert in keywords()[name].inserts[:3])


@pytest.mark.parametrize("width", [46, 78])
def test_no_line_of_any_card_is_wider_than_it_may_be(width: int) -> None:
    for name in (*keywords(), "X-OWN", ""):
        entry = Extension(name, ("1", "a" * 300), name.encode())
        for line in card_lines(entry, Stages(Extensions([entry.raw])), width):
            assert line.cell_length <= width, line.plain


async def test_an_unknown_keyword_is_shown_as_it_came() -> None:
    async with window() as at:
        secured(at)
        await open_card(at, 5)
        text = at.text()
        assert "Nothing is known" in text
        assert "one" in text
        assert "✓ after TLS" in text


async def test_the_comparison_shows_the_stages_in_words_with_remarks() -> None:
    async with window() as at:
        secured(at).both(b"AUTH PLAIN AGEAYg==", b"235 ok\r\n").both(
            b"EHLO me", ehlo("PIPELINING", "SIZE 1048576", "DSN", "BURL imap")
        )
        await at.press("shift+f3")
        assert isinstance(at.app.screen, CompareScreen)
        text = at.text()
        for title in ("before TLS", "after TLS", "after AUTH"):
            assert title in text
        assert "✓ AUTH is offered only after TLS" in text
        rows = {name: row for row in at.rows() for name in ("SIZE", "AUTH") if f"│  {name} " in row}
        assert "✓ yes" in rows["SIZE"]
        assert "~ changed" in rows["SIZE"]
        assert "✓ same" in rows["SIZE"]
        assert "+ new" in rows["AUTH"]
        assert "− gone" in rows["AUTH"]
        await at.press("escape")
        assert not isinstance(at.app.screen, CompareScreen)


async def test_the_comparison_has_a_key_that_every_terminal_can_send() -> None:
    async with window() as at:
        told(at, *CLEAR)
        await at.press("alt+c")
        assert isinstance(at.app.screen, CompareScreen)
        await at.press("alt+c")
        assert not isinstance(at.app.screen, CompareScreen)


async def test_the_headline_of_the_pane_opens_the_comparison() -> None:
    async with window() as at:
        told(at, *CLEAR)
        at.desk.query_one(ServerPane).focus()
        await at.press("enter")
        assert isinstance(at.app.screen, CompareScreen)
        assert "not asked" in at.text()


async def test_without_a_session_the_comparison_says_what_to_do() -> None:
    async with window() as at:
        await at.press("shift+f3")
        assert "send EHLO" in at.text()


async def test_thousands_of_keywords_are_counted_and_bounded() -> None:
    count = 10_000
    batch: list[wire.Event] = []
    lines = (f"X{number} {'a' * 60}" for number in range(count))
    Scene(batch.append, GMAIL).open().both(b"EHLO me", ehlo(*lines))
    async with window() as at:
        at.desk.receive(batch)
        await at.pilot.pause()
        assert f"{count:,} capabilities in clear" in at.text()
        pane = at.desk.query_one(ServerPane)
        assert pane.virtual_size.height < 1000
        pane.focus()
        await at.press("end")
        assert f"… and {count - 200:,} more" in at.text()
        await at.press("shift+f3", "end")
        assert f"… and {count - 200:,} more" in at.text()


async def test_duplicate_and_empty_keywords_are_shown() -> None:
    async with window() as at:
        told(at, "SIZE 10", "SIZE 20", "", "DSN")
        await at.pilot.pause()
        text = at.text()
        assert "once more: 20 octets" in text
        assert "(no keyword)" in text
        await open_card(at, 3)
        assert "does not allow" in at.text()
        await at.press("escape", "shift+f3")
        assert "▲ Named more than once: SIZE" in at.text()


async def test_hostile_keywords_are_harmless_on_cards_and_in_the_comparison() -> None:
    line = OCTETS.decode().replace("\r", "").replace("\n", "")
    lines = (
        line,
        f"X-{line}",
        f"AUTH {line}",
        f"SIZE {line}",
        f"LIMITS RCPTMAX={line}",
        "A" * 8000,
    )
    async with window() as at:
        told(at, *lines)
        await at.pilot.pause()
        assert_harmless(at)
        for place in range(1, len(lines) + 1):
            at.desk.query_one(ServerPane).focus()
            await at.press("down", "enter")
            assert isinstance(at.app.screen, CardScreen), place
            assert_harmless(at)
            await at.press("escape")
        await at.press("shift+f3")
        assert_harmless(at)


async def test_narrow_columns_hold_every_mechanism() -> None:
    async with window(size=(80, 24)) as at:
        at.scene().secured().both(
            b"EHLO me", b"250-x\r\n250 AUTH PLAIN LOGIN XOAUTH2 CRAM-MD5 SCRAM-SHA-256\r\n"
        )
        await at.press("alt+c")
        text = str(at.app.screen.query_one("#compare-text", Static).content)
        assert "SCRAM-SHA-256" in text
        assert "…" not in text
