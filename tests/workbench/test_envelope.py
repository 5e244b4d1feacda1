"""The form of the envelope: it shows the lines it makes and sends nothing."""

from __future__ import annotations

from textual.widgets import Input

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


async def test_what_is_not_offered_and_what_does_not_fit_is_said() -> None:
    async with window() as at:
        at.scene().open().both(b"EHLO me", EHLO)
        await at.press("shift+f9")
        at.app.screen.query_one("#envelope-mail-size", Input).value = "large"
        await at.pilot.pause()
        assert "not offered" in at.text()
        assert "▲ SIZE" in at.text()
        await at.press("escape")
        assert at.desk.composer.field.waiting == []
