"""The form of a target: what it posts, what it suggests, what it says when it cannot be dialled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from smtp_tui.settings import Profile, Settings
from smtp_tui.wire import events as wire
from smtp_tui.wire.actions import Connect
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.panes.choice import Choice
from smtp_tui.workbench.panes.fields import Toggle
from tests.workbench.scene import GMAIL
from tests.workbench.windows import Window, window


def put(at: Window, id: str, text: str) -> None:
    """Fill in a field."""
    at.desk.query_one(f"#{id}", Input).value = text


def mode(at: Window) -> object:
    """The TLS mode in the form."""
    return at.desk.query_one("#tls-mode", Choice).value


async def test_f5_posts_the_target_the_form_was_filled_with() -> None:
    async with window() as at:
        await at.press("f5")
        assert at.posted == [Connect(GMAIL)]


async def test_every_field_goes_into_the_target() -> None:
    async with window(None) as at:
        put(at, "host", "mail.example.net")
        put(at, "port", "2525")
        put(at, "ehlo", "me.example.net")
        put(at, "ca-file", "/etc/ca.pem")
        put(at, "timeout", "7.5")
        at.desk.query_one("#tls-mode", Choice).value = "none"
        at.desk.query_one("#verify", Toggle).value = False
        await at.press("ctrl+n")
        assert at.posted == [
            Connect(
                Target(
                    "mail.example.net",
                    2525,
                    TlsMode.NONE,
                    "me.example.net",
                    False,
                    Path("/etc/ca.pem"),
                    7.5,
                )
            )
        ]


async def test_enter_in_a_field_connects_and_goes_to_the_command_line() -> None:
    async with window(None) as at:
        at.desk.query_one("#host").focus()
        await at.press(*"a.example", "enter")
        assert at.posted == [Connect(Target("a.example"))]
        assert at.app.focused is at.desk.composer.field


async def test_port_465_suggests_tls_from_the_first_octet_and_587_takes_it_back() -> None:
    async with window(None) as at:
        put(at, "port", "465")
        await at.pilot.pause()
        assert mode(at) == "implicit"
        put(at, "port", "587")
        await at.pilot.pause()
        assert mode(at) == "starttls"


async def test_a_mode_the_person_chose_is_not_changed_by_the_port() -> None:
    async with window(None) as at:
        at.desk.query_one("#tls-mode", Choice).value = "none"
        await at.pilot.pause()
        put(at, "port", "465")
        await at.pilot.pause()
        assert mode(at) == "none"


async def test_a_target_with_an_unusual_mode_keeps_it_when_the_port_changes() -> None:
    async with window(Target("a.example", 25, TlsMode.NONE)) as at:
        put(at, "port", "465")
        await at.pilot.pause()
        assert mode(at) == "none"


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("host", "", "The host is missing"),
        ("host", "a..b", "empty part"),
        ("port", "", "The port is missing"),
        ("port", "70000", "from 1 to 65535"),
        ("timeout", "soon", "number of seconds"),
        ("timeout", "nan", "number of seconds"),
    ],
)
async def test_what_cannot_be_dialled_is_said_in_the_pane_and_in_the_log(
    field: str, text: str, sentence: str
) -> None:
    async with window() as at:
        put(at, "ehlo", "stays.example")
        put(at, field, text)
        await at.press("f5")
        assert at.posted == []
        pane = " ".join("".join(row[1:41] for row in at.rows()).split())
        log = " ".join(row[43:118] for row in at.rows()[:30])
        assert sentence in " ".join(pane.replace("│", " ").split())
        assert sentence in " ".join(log.replace("│", " ").split())
        assert at.desk.query_one("#ehlo", Input).value == "stays.example"


async def test_editing_takes_the_problem_away() -> None:
    async with window() as at:
        put(at, "port", "0")
        await at.press("f5")
        assert at.desk.query_one("#connection-problem").display
        put(at, "port", "25")
        await at.pilot.pause()
        assert not at.desk.query_one("#connection-problem").display


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("smtps://b.example", Target("b.example", 465, TlsMode.IMPLICIT)),
        ("b.example:26", Target("b.example", 26)),
        ("[::1]:26", Target("::1", 26)),
        ("::1", Target("::1", 587)),
        ("unix:/run/lmtp", Target("", 587, TlsMode.NONE, unix_path=Path("/run/lmtp"))),
    ],
)
async def test_a_url_in_the_host_field_is_understood(text: str, target: Target) -> None:
    async with window(None) as at:
        put(at, "host", text)
        await at.press("f5")
        assert at.posted == [Connect(target)]


async def test_a_user_in_the_url_fills_in_the_credentials() -> None:
    async with window(None) as at:
        put(at, "host", "smtp://me@b.example")
        await at.press("f5")
        assert at.desk.credentials.credentials.user == "me"


async def test_a_unix_socket_stands_in_the_form_as_one_writes_it() -> None:
    target = Target("", tls=TlsMode.NONE, lmtp=True, unix_path=Path("/run/lmtp"))
    async with window(target) as at:
        await at.press("f5")
        assert at.posted == [Connect(replace(target))]


@pytest.mark.parametrize(
    ("remedy", "wanted"),
    [
        (wire.Remedy.USE_IMPLICIT_TLS, replace(GMAIL, tls=TlsMode.IMPLICIT)),
        (wire.Remedy.USE_STARTTLS, GMAIL),
        (wire.Remedy.SKIP_VERIFICATION, replace(GMAIL, verify=False)),
    ],
)
async def test_ctrl_t_reconnects_the_other_way_once_a_failure_suggests_it(
    remedy: wire.Remedy, wanted: Target
) -> None:
    async with window() as at:
        await at.press("ctrl+t")
        assert at.posted == []
        assert "Other way" not in at.text()
        at.scene().connecting().sink(
            wire.Failed(0, 1, wire.Failure.TLS, "No TLS there.", remedy, None)
        )
        await at.pilot.pause()
        assert "^t Other way" in at.text()
        await at.press("ctrl+t")
        assert at.posted == [Connect(wanted)]
        assert at.desk.connection.target() == wanted


async def test_a_profile_fills_the_form() -> None:
    work = Profile("work", host="mail.example.net", port=465, user="me", mechanism="LOGIN")
    async with window(None, settings=Settings(profiles={"work": work})) as at:
        at.desk.query_one("#profile", Choice).value = "work"
        await at.pilot.pause()
        assert at.desk.connection.target() == work.target()
        assert at.desk.credentials.credentials.user == "me"
        assert at.desk.credentials.mechanism == "LOGIN"
        assert at.posted == []


async def test_the_practice_server_makes_no_profile() -> None:
    async with window() as at:
        at.desk.operator.practice = frozenset({("smtp.example.org", 587)})
        at.desk.save_profile()
        await at.pilot.pause()
        assert not at.app.screen.query("#prompt")
        assert "other ports each time: f4" in at.text()


async def test_the_form_is_saved_under_a_name_without_the_password(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    async with window(settings=Settings(path=file)) as at:
        at.desk.credentials.fill("me@example.org", "hunter2")
        at.desk.save_profile()
        await at.pilot.pause()
        at.app.screen.query_one("#prompt", Input).value = "home"
        await at.press("enter")
        while not file.exists():
            await at.pilot.pause(0.01)
        saved = file.read_text("utf-8")
        assert "[profiles.home]" in saved
        assert 'host = "smtp.example.org"' in saved
        assert "me@example.org" in saved
        assert "hunter2" not in saved
        assert at.desk.query_one("#profile", Choice).value == "home"


async def test_choosing_to_save_asks_for_a_name_and_escape_saves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    async with window(settings=Settings(path=file)) as at:
        select = at.desk.query_one("#profile", Choice)
        select.focus()
        await at.press("enter", "down", "enter")
        assert at.app.screen.query("#prompt")
        await at.press("escape")
        assert not at.app.screen.query("#prompt")
        assert not file.exists()
