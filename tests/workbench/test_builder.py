"""Commands from a form: the line is shown, goes to the command line and is not sent."""

from __future__ import annotations

from textual.widgets import Input

from tests.workbench.windows import window


async def test_a_command_is_filled_in_and_put_on_the_command_line() -> None:
    async with window() as at:
        at.scene().open().both(b"EHLO me", b"250-x\r\n250 XCLIENT NAME ADDR\r\n")
        at.app.action_do("build")
        await at.pilot.pause()
        assert "ETRN" in at.text()
        await at.press("enter")
        at.app.screen.query_one("#blank-0", Input).value = "spam host"
        await at.pilot.pause()
        assert "XCLIENT NAME=spam+20host" in at.text()
        await at.press("enter")
        assert at.desk.composer.text == "XCLIENT NAME=spam+20host"
        assert at.posted == []
