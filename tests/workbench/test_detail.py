"""The detail of a log entry: what it means, its octets, and doing what is suggested."""

from __future__ import annotations

import base64

import pytest

from smtp_tui.settings import Settings
from smtp_tui.wire import events as wire
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.panes.detail import DetailPane
from smtp_tui.workbench.screens.tls import TlsScreen
from tests.workbench.scene import GMAIL, Scene
from tests.workbench.windows import Window, window

STARTTLS_FIRST = b"530 5.7.0 Must issue a STARTTLS command first. a1 - gsmtp\r\n"
TOKEN = base64.b64encode(b"\0user@gmail.com\0hunter2hunter2")


def session(at: Window) -> Scene:
    return at.scene(GMAIL).open()


async def on_the_log(at: Window) -> None:
    at.desk.query_one(LogView).focus()
    await at.pilot.pause()


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
@pytest.mark.parametrize("key", ["enter", "f1"])
async def test_a_refusal_is_explained_with_its_source_and_the_key(
    size: tuple[int, int], key: str
) -> None:
    async with window(size=size) as at:
        session(at).both(b"EHLO me", b"250-x\r\n250 STARTTLS\r\n").both(
            b"MAIL FROM:<a@example.org>", STARTTLS_FIRST
        )
        await on_the_log(at)
        assert "╰ why? Encrypt first. alt+w explains" in at.text()
        await at.press(key)
        detail = at.desk.query_one(DetailPane)
        assert detail.has_focus
        text = at.text()
        assert "530 5.7.0  refused" in text
        assert "S  530 5.7.0 Must issue" in text  # the log is still in sight
        await at.press(*["pagedown"] * 3)
        shown = str(detail.query_one("#detail-text").render())
        assert "Google, Gmail SMTP errors and codes" in shown
        assert "f6: STARTTLS" in shown
        assert "not encrypted" in shown
        assert "MAIL FROM:<a@example.org>" in shown
        assert "came in 1 read" in shown
        await at.press("escape")
        assert not at.desk.query(DetailPane)
        assert at.desk.query_one(LogView).has_focus


async def test_escape_closes_the_card_wherever_the_focus_is_before_it_means_anything_else() -> None:
    async with window() as at:
        session(at).both(b"EHLO me", b"250-x\r\n250 STARTTLS\r\n").both(
            b"MAIL FROM:<a@example.org>", STARTTLS_FIRST
        )
        await at.type("half a li")
        await at.press("alt+w", "ctrl+o", "c", "escape")
        assert not at.desk.query(DetailPane)
        assert at.app.focused is at.desk.composer.field
        assert at.desk.composer.text == "half a li"
        await at.press("escape")
        assert at.desk.composer.text == ""
        await at.press("alt+w", "ctrl+o", "l", "escape")
        assert not at.desk.query(DetailPane)
        assert at.desk.query_one(LogView).has_focus


async def test_enter_does_what_is_suggested() -> None:
    async with window() as at:
        session(at).both(b"EHLO me", b"250-x\r\n250 STARTTLS\r\n").both(
            b"MAIL FROM:<a@example.org>", STARTTLS_FIRST
        )
        await on_the_log(at)
        await at.press("enter", "enter")
        assert [type(action).__name__ for action in at.posted] == ["StartTls"]
        assert not at.desk.query(DetailPane)


async def test_alt_w_explains_the_newest_refusal_from_anywhere_and_comes_back() -> None:
    async with window() as at:
        scene = session(at).both(b"EHLO me", b"250-x\r\n250 STARTTLS\r\n")
        await at.press("alt+w")
        assert "Nothing was refused so far." in at.text()
        scene.both(b"MAIL FROM:<a@example.org>", b"530-5.7.0 Must\r\n" + STARTTLS_FIRST)
        scene.both(b"NOOP", b"250 fine\r\n")
        await at.type("half a li")
        await at.press("alt+w")
        assert "530 5.7.0  refused" in at.text()
        await at.press("alt+w", "escape")
        assert not at.desk.query(DetailPane)
        assert at.app.focused is at.desk.composer.field
        assert at.desk.composer.text == "half a li"
        assert at.desk.query_one(LogView).following


@pytest.mark.parametrize("steps", [1, 2, 3])
async def test_alt_w_explains_the_refusal_that_the_cursor_of_the_log_is_on(steps: int) -> None:
    async with window() as at:
        scene = session(at).both(b"EHLO me", b"250-x\r\n250 STARTTLS\r\n")
        scene.both(b"MAIL FROM:<a@example.org>", b"530-5.7.0 Must\r\n" + STARTTLS_FIRST)
        scene.both(b"NOOP", b"501 5.5.4 no\r\n")
        await on_the_log(at)
        await at.press(*["up"] * (2 + steps))  # from the reason of 501 to all lines of 530
        await at.press("alt+w")
        assert "530 5.7.0  refused" in at.text()
        await at.press("escape")
        at.desk.composer.field.focus()
        await at.press("alt+w")
        assert "501 5.5.4  refused" in at.text()


async def test_alt_w_explains_a_tls_that_failed_and_a_connection_that_did_not_come_about() -> None:
    async with window() as at:
        take = session(at).both(b"MAIL FROM:<a@example.org>", STARTTLS_FIRST).sink
        facts = wire.TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, (), False)
        take(wire.Failed(0, 1, wire.Failure.TLS, "The certificate expired.", None, facts))
        take(wire.Gone(0, 1, False, "Closed, because there is no TLS."))
        await at.press("alt+w")
        assert isinstance(at.app.screen, TlsScreen)
        await at.press("escape")
        at.scene(number=2).connecting()
        take(wire.Failed(0, 2, wire.Failure.CONNECT, "Nothing listens there."))
        await at.pilot.pause()
        before = at.text().count("Nothing listens there.")
        await at.press("alt+w")
        assert at.text().count("Nothing listens there.") > before


@pytest.mark.parametrize("key", ["slash", "Z"])
async def test_a_refusal_that_is_filtered_out_or_folded_is_brought_back(key: str) -> None:
    async with window() as at:
        scene = session(at).both(b"EHLO me", b"250 x\r\n")
        scene.both(b"MAIL FROM:<a@example.org>", STARTTLS_FIRST).both(b"NOOP", b"250 fine\r\n")
        await on_the_log(at)
        await at.press(key, *("NOOP" if key == "slash" else ""), "enter" if key == "slash" else "k")
        await at.press("alt+w")
        assert "530 5.7.0  refused" in at.text()


async def test_the_hint_names_the_key_the_person_chose() -> None:
    async with window(settings=Settings(keys={"explain": "alt+y"})) as at:
        session(at).both(b"MAIL FROM:<a@example.org>", STARTTLS_FIRST)
        await at.pilot.pause()
        assert "alt+y explains" in at.text()


async def test_a_suggested_command_is_put_down_and_not_sent() -> None:
    async with window() as at:
        session(at).both(b"EHLO me", b"250 x\r\n").both(b"DATA", b"503 5.5.1 RCPT first.\r\n")
        await on_the_log(at)
        await at.press("enter", "enter")
        assert at.desk.composer.text == "RCPT TO:<someone@example.org>"
        assert at.posted == []


async def test_what_cannot_be_done_now_is_said() -> None:
    async with window() as at:
        session(at).both(b"EHLO me", b"250 x\r\n").both(b"MAIL FROM:<a@b>", STARTTLS_FIRST).gone()
        await on_the_log(at)
        await at.press("up", "enter")
        assert "(not now)" in at.text()
        await at.press("enter")
        assert at.posted == []
        assert at.desk.query(DetailPane)


async def test_up_and_down_go_from_entry_to_entry() -> None:
    async with window() as at:
        session(at).both(b"EHLO me", b"250-one\r\n250-two\r\n250 three\r\n").both(
            b"NOOP", b"250 fine\r\n"
        )
        await on_the_log(at)
        await at.press("enter")
        assert "the server answered" in at.text()
        await at.press("up")
        assert "you sent" in at.text()
        await at.press("up")
        assert "3 lines" in at.text()
        await at.press("up")
        assert "you sent" in at.text()
        await at.press("down", "down", "down")
        assert "answers  NOOP" in at.text()


async def test_the_last_reply_to_a_message_answers_the_message_and_no_line_of_it() -> None:
    async with window() as at:
        scene = session(at).both(b"EHLO me", b"250 x\r\n").both(b"MAIL FROM:<a@b>", b"250 ok\r\n")
        scene.both(b"RCPT TO:<c@d>", b"250 ok\r\n").both(b"DATA", b"354 go ahead\r\n")
        scene.client(b"Subject: tea").client(b"").client(b".").server(b"250 queued\r\n")
        await on_the_log(at)
        await at.press("enter")
        assert "answers  the message" in at.text()


async def test_octets_show_line_ends_and_name_what_is_unusual() -> None:
    async with window() as at:
        session(at).both(b"NOOP", b"250 a\0b\xff\x1b]0;x\n")
        await on_the_log(at)
        await at.press("x")
        text = at.text()
        assert "250 a‹NUL›bÿ‹ESC›]0;x‹LF›" in text
        for phrase in ("ends with LF alone", "1 NUL", "1 control", "1 octet above 127, no UTF-8"):
            assert phrase in text
        assert "\x1b" not in text
        await at.press("right")
        assert "0000  32 35 30 20 61 00 62 ff" in at.text()


async def test_an_over_long_line_is_named_and_bounded() -> None:
    async with window() as at:
        session(at).both(b"NOOP", b"250 " + b"x" * 30_000 + b"\r\n")
        await on_the_log(at)
        await at.press("enter")
        shown = str(at.desk.query_one("#detail-text").render())
        assert "more than 512" in shown
        await at.press("right")
        assert len(str(at.desk.query_one("#detail-text").render())) < 40_000


async def test_secrets_stay_hidden_in_every_view_until_they_are_revealed() -> None:
    async with window() as at:
        scene = session(at)
        scene.both(b"AUTH PLAIN " + TOKEN, b"535 5.7.8 no " + TOKEN + b"\r\n")
        await on_the_log(at)
        dump = TOKEN[:8].hex(" ")
        for line in range(2):
            await at.press("enter", *["up"] * line)
            for _ in range(3):
                shown = str(at.desk.query_one("#detail-text").render())
                assert TOKEN.decode() not in shown
                assert dump not in shown
                await at.press("right")
            await at.press("escape")
        await at.press("x", "ctrl+r")
        assert TOKEN.decode() in str(at.desk.query_one("#detail-text").render())
        at.desk.revealing.end()
        assert TOKEN.decode() not in str(at.desk.query_one("#detail-text").render())


async def test_copying_gives_what_is_shown_without_secrets() -> None:
    async with window() as at:
        session(at).client(b"AUTH PLAIN " + TOKEN)
        await on_the_log(at)
        await at.press("x", "ctrl+r", "y")
        assert "octets hidden›‹CR›‹LF›" in at.app.clipboard
        assert TOKEN.decode() not in at.app.clipboard


async def test_a_note_says_that_it_was_not_on_the_wire() -> None:
    async with window() as at:
        at.desk.receive([wire.Note(0.0, 1, "a note of ours")])
        await on_the_log(at)
        await at.press("enter")
        assert "nothing of it was on the wire" in at.text()
        await at.press("right", "right", "right", "down", "up")
        assert at.desk.query(DetailPane)


async def test_an_empty_log_has_nothing_to_explain() -> None:
    async with window() as at:
        await on_the_log(at)
        await at.press("enter")
        assert not at.desk.query(DetailPane)


async def test_clearing_the_log_empties_the_detail() -> None:
    async with window() as at:
        session(at)
        await on_the_log(at)
        await at.press("enter")
        at.desk.query_one(LogView).action_clear()
        await at.pilot.pause()
        assert "There is no line here." in at.text()


async def test_a_command_says_what_it_asks_for_and_what_came_back() -> None:
    async with window() as at:
        session(at).both(b"VRFY someone", b"252 2.1.5 perhaps\r\n")
        await on_the_log(at)
        await at.press("up", "enter")
        shown = str(at.desk.query_one("#detail-text").render())
        assert "Asks whether a mailbox exists" in shown
        assert "252 2.1.5 perhaps" in shown
