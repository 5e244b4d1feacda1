"""The window and its practice server: started, spoken with, and what it kept looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from smtp_tui.practice.mailbox import PracticeMessage
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.app import Workbench
from smtp_tui.workbench.screens.mails import mails_text
from tests.workbench.live import LiveWindow, live_window
from tests.workbench.windows import window

MAIL = PracticeMessage(
    sender="a@example.org",
    recipients=("b@example.org", "c@example.org"),
    content=b"Subject: \x1b]0;x\x07\r\n\r\n[/oops] [@click=app.quit]x[/]\r\n",
    user="user@gmail.com",
    received=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
)


async def test_a_mail_is_sent_and_then_looked_at() -> None:
    async with live_window(practice=True) as at:
        await at.shows("220 smtp.practice.test")
        await at.enter("EHLO laptop.example.org")
        await at.idle()
        await at.pilot.press("f6")
        await at.until(lambda: at.view.encrypted, "TLS")
        await at.enter("EHLO laptop.example.org")
        await at.idle()
        await at.pilot.press("f7")
        await at.shows("235 2.7.0")
        for line in ("MAIL FROM:<user@gmail.com>", "RCPT TO:<someone@example.org>", "DATA"):
            await at.enter(line)
            await at.idle()
        for line in ("Subject: kept", "", "..dot", "."):
            await at.enter(line)
        await at.shows("250 2.0.0 OK")
        await at.pilot.press("f3")
        await at.shows("Mails the practice server kept")
        await at.shows("user@gmail.com → someone@example.org")
        await at.shows(".dot")
        await at.pilot.press("escape")


async def test_it_can_be_started_from_the_window() -> None:
    app = Workbench()
    async with app.run_test(size=(120, 40)) as pilot:
        at = LiveWindow(app, pilot)
        await pilot.press("f3")
        await at.shows("There is no practice server")
        await pilot.press("f4")
        await at.shows("220 smtp.practice.test")
        app.leave()


async def test_options_given_beside_it_hold() -> None:
    wanted = Target("", tls=TlsMode.IMPLICIT, ehlo="me.example.org", timeout=7.0)
    app = Workbench(wanted, practice=True)
    async with app.run_test(size=(120, 40)) as pilot:
        at = LiveWindow(app, pilot)
        await at.shows("220 smtp.practice.test")
        assert at.view.encrypted
        assert at.view.target is not None
        known = replace(at.view.target, host="", port=wanted.port, ca_file=None)
        assert known == wanted
        app.leave()


async def test_a_form_without_a_host_is_filled_in_and_waits_for_one() -> None:
    async with window(Target("", 2525, TlsMode.NONE, "me.example.org")) as at:
        assert at.app.focused is at.desk.query_one("#host")
        assert "2525" in at.text()
        assert "me.example.org" in at.text()
        assert at.posted == []


def test_the_mails_are_shown_newest_first_and_obey_nothing() -> None:
    shown = mails_text([replace(MAIL, sender=""), MAIL]).plain
    assert shown.index("a@example.org → b@example.org, c@example.org") < shown.index("<>, the null")
    assert "Subject: ESC]0;xBEL" in shown
    assert "[@click=app.quit]x[/]" in shown


def test_of_very_many_or_very_long_mails_the_rest_is_said() -> None:
    long = replace(MAIL, content=b"x\r\n" * 500)
    shown = mails_text([MAIL] * 30 + [long]).plain
    assert "… 300 more lines" in shown
    assert "… 11 older ones" in shown
    assert mails_text([]).plain.startswith("None yet")
