"""The decoder in the window."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from tests.workbench.windows import Window, window

ARTICLE = "AG5pY2UudHJ5QGdtYWlsLmNvbSBub2l0c25vdG15cGFzc3dvcmQ="


async def paste(at: Window, text: str) -> None:
    """Open the decoder and paste into it."""
    await at.press("shift+f7")
    at.app.screen.query_one("#pasted", Input).post_message(events.Paste(text))
    await at.pilot.pause()
    await at.pilot.pause()


async def test_a_right_string_is_taken_apart_and_its_password_stays_hidden() -> None:
    async with window() as at:
        await paste(at, "AUTH PLAIN AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk")
        assert "PLAIN: right" in at.text()
        assert "user@gmail.com" in at.text()
        assert "•••••••• 8 octets" in at.text()
        assert "AHVzZXJAZ21h" not in at.text()
        await at.press("ctrl+r")
        assert "AHVzZXJAZ21h" in at.text()


async def test_the_string_of_the_article_lacks_its_second_nul_and_can_be_copied_corrected() -> None:
    async with window() as at:
        await paste(at, ARTICLE)
        assert "NUL" in at.text()
        assert "noitsnotmypassword" not in at.text()
        await at.press("ctrl+y")
        assert at.app.clipboard == "AG5pY2UudHJ5QGdtYWlsLmNvbQBub2l0c25vdG15cGFzc3dvcmQ="


async def test_lines_wrapped_by_base64_are_taken_as_pasted() -> None:
    async with window() as at:
        await paste(at, "AHVzZXJAZ21haWwuY29t\nAHBhc3N3b3Jk\n")
        assert "user@gmail.com" in at.text()
        assert "wrapped" in at.text() or "line" in at.text()


async def test_hostile_text_is_named_not_obeyed_and_escape_closes() -> None:
    async with window() as at:
        await paste(at, "\x1b]0;x\x07[@click=app.quit]x[/]")
        assert "\x1b" not in at.text()
        await at.press("escape")
        assert at.app.screen is at.desk
        assert at.posted == []
