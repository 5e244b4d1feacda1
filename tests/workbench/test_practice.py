"""The window and its practice server: started, spoken with, and what it kept looked at."""

from __future__ import annotations

import errno
import socket
from dataclasses import replace
from datetime import UTC, datetime

from smtp_tui.practice.account import PRACTICE_ACCOUNT
from smtp_tui.practice.faults import FAULTS, Fault, Faults, combined
from smtp_tui.practice.mailbox import PracticeMessage
from smtp_tui.sasl.credentials import Credentials
from smtp_tui.wire.events import Remedy
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.app import Workbench
from smtp_tui.workbench.screens.faults import FaultsScreen
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


async def test_what_has_started_is_not_said_to_be_starting() -> None:
    async with live_window(practice=True) as at:
        await at.shows("220 smtp.practice.test")
        assert "is starting" not in at.text()


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


async def test_a_user_and_a_password_given_beside_it_hold() -> None:
    app = Workbench(practice=True, user="me@example.org", password="other")
    async with app.run_test(size=(120, 40)) as pilot:
        await LiveWindow(app, pilot).shows("220 smtp.practice.test")
        assert app.desk.credentials.credentials == Credentials("me@example.org", "other")
        app.leave()


async def test_what_was_typed_for_its_user_stays_when_it_is_started_again() -> None:
    async with live_window(practice=True) as at:
        await at.shows("220 smtp.practice.test")
        pane = at.app.desk.credentials
        assert pane.credentials == Credentials("user@gmail.com", "password")
        pane.fill("user@gmail.com", "ya29.typed", "XOAUTH2")
        await at.pilot.press("f4")
        await at.until(lambda: at.view.connection == 2 and at.view.greeting == 220, "the next")
        assert pane.credentials == Credentials("user@gmail.com", "ya29.typed")


async def test_the_secret_that_is_filled_in_fits_the_mechanism() -> None:
    async with live_window() as at:
        pane = at.app.desk.credentials
        pane.fill("me@example.org", "other", "XOAUTH2")
        await at.pilot.press("f4")
        await at.shows("220 smtp.practice.test")
        assert pane.credentials == Credentials("user@gmail.com", PRACTICE_ACCOUNT.token)


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


async def test_a_fault_is_chosen_and_the_server_starts_anew_with_it() -> None:
    async with live_window(practice=True) as at:
        await at.shows("220 smtp.practice.test")
        before = at.view.target
        await at.pilot.press("shift+f4")
        await at.shows("Practice server with a fault")
        await at.shows(FAULTS[Fault.EXPIRED_CERT].does)
        await at.pilot.press("enter")
        await at.shows("fault: expired-cert")
        await at.until(lambda: at.view.target != before and at.view.greeting == 220, "a new one")
        assert before is not None
        with socket.socket() as closed:
            assert closed.connect_ex((before.host, before.port)) == errno.ECONNREFUSED
        await at.enter("EHLO me")
        await at.idle()
        await at.pilot.press("f6")
        await at.shows("expired on")
        await at.pilot.press("f4")
        await at.until(lambda: "fault: expired-cert" not in at.text(), "server without fault")


async def test_several_faults_are_marked_unless_they_exclude_each_other() -> None:
    async with window() as at:
        chosen: list[Faults | None] = []
        at.app.push_screen(FaultsScreen(), chosen.append)
        await at.press("space", "down", "space")
        assert "exclude each other" in at.text()
        names = [fault.value for fault in FAULTS]
        await at.press(*["down"] * (names.index("inject") - 1), "space", "enter")
        assert [faults.names for faults in chosen if faults is not None] == ["expired-cert, inject"]


async def test_the_chooser_closes_without_a_choice() -> None:
    async with window(size=(80, 24)) as at:
        chosen: list[Faults | None] = []
        at.app.push_screen(FaultsScreen(), chosen.append)
        await at.press("down", "space", "space", "escape")
        assert chosen == [None]


async def test_a_fault_that_shows_on_the_tls_port_is_met_there() -> None:
    app = Workbench(practice=True, faults=combined([Fault.PLAIN_AT_TLS_PORT]))
    async with app.run_test(size=(120, 40)) as pilot:
        at = LiveWindow(app, pilot)
        await at.until(lambda: at.view.remedy is Remedy.USE_STARTTLS, "the other way")
        await at.pilot.press("ctrl+t")
        await at.until(lambda: at.view.greeting == 220, "a greeting")
        app.leave()
