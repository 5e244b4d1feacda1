"""The form of the envelope: it shows the lines it makes and sends nothing."""

from __future__ import annotations

from textual.widgets import Input

from smtp_tui.workbench.draft import Draft
from tests.workbench.windows import window

EHLO = b"250-smtp.example.org\r\n250-PIPELINING\r\n250-DSN\r\n250 SIZE 35882577\r\n"


async def test_the_lines_are_shown_and_wait_in_the_queue() -> None:
    async with window(user="me@example.org") as at:
        at.scene().open().both(b"EHLO me", EHLO)
        await at.press("shift+f9")
        screen = at.app.screen
        screen.query_one("#envelope-recipients", Input).value = "a@example.org, b@example.org"
        screen.query_one("#envelope-mail-size", Input).value = "12"
        screen.query_one("#envelope-mail-envid", Input).value = "a+b"
        await at.pilot.pause()
        assert "MAIL FROM:<me@example.org> SIZE=12 ENVID=a+2Bb" in at.text()
        await at.press("enter")
        assert at.posted == []
        assert at.desk.composer.field.waiting == [
            "MAIL FROM:<me@example.org> SIZE=12 ENVID=a+2Bb",
            "RCPT TO:<a@example.org>",
            "RCPT TO:<b@example.org>",
        ]


async def test_the_size_is_that_of_a_message_that_was_written() -> None:
    async with window(user="me@example.org") as at:
        at.scene().open().both(b"EHLO me", EHLO)
        await at.press("shift+f9")
        assert at.app.screen.query_one("#envelope-mail-size", Input).value == ""
        await at.press("escape")
        at.desk.drafting.draft = Draft(b"Subject: x\n\nhello\n")
        await at.press("shift+f9")
        assert at.app.screen.query_one("#envelope-mail-size", Input).value == "21"


async def test_what_is_not_offered_and_what_does_not_fit_is_said() -> None:
    async with window() as at:
        at.scene().open().both(b"EHLO me", EHLO)
        await at.press("shift+f9")
        at.app.screen.query_one("#envelope-mail-size", Input).value = "large"
        await at.pilot.pause()
        assert "The server does not offer these:" in at.text()
        assert at.text().count("SIZE should look as in SIZE=1024") == 1
        await at.press("escape")
        assert at.desk.composer.field.waiting == []


async def test_all_of_a_parameter_is_told_where_its_row_is_too_narrow() -> None:
    async with window(size=(80, 24)) as at:
        at.scene().open().both(b"EHLO me", EHLO)
        await at.press("shift+f9")
        at.app.screen.query_one("#envelope-mail-ret", Input).focus()
        await at.pilot.pause()
        told = "whether a failure report holds the whole message or its headers, as HDRS or FULL"
        assert told in " ".join(row.split("│")[-2].strip() for row in at.rows()[1:-2] if "│" in row)
        assert "RFC 3461 4.3" in at.text()


async def test_what_was_not_asked_for_carries_no_warning_and_space_asks_for_it() -> None:
    async with window(user="me@example.org") as at:
        at.scene().open().both(b"EHLO me", b"250-smtp.example.org\r\n250 SMTPUTF8\r\n")
        await at.press("shift+f9")
        assert "□ addresses or headers hold characters beyond ASCII" in at.text()
        at.app.screen.query_one("#envelope-mail-smtputf8").focus()
        await at.press("space")
        assert "✓ addresses or headers hold characters beyond ASCII" in at.text()
        assert "MAIL FROM:<me@example.org> SMTPUTF8" in at.text()
