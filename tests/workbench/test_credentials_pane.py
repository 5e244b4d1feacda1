"""Credentials: live Base64, masked where it holds the password, copied whole."""

from __future__ import annotations

import base64

import pytest
from textual.widgets import Input

from smtp_tui.sasl.mechanisms import MECHANISMS
from smtp_tui.workbench import clipboard
from smtp_tui.workbench.clipboard import Copied
from smtp_tui.workbench.panes.choice import Choice
from smtp_tui.workbench.screens.main import MainScreen
from tests.workbench.windows import Window, window

PLAIN = "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"


@pytest.fixture(autouse=True)
def no_system_clipboard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keeps what would go to the system's clipboard."""
    copied: list[str] = []

    def way(text: str) -> str:
        copied.append(text)
        return "xclip"

    monkeypatch.setattr(clipboard, "_by_system", way)
    return copied


async def fill(at: Window, user: str = "user@gmail.com", password: str = "password") -> None:
    """Fill in both, as typed."""
    at.desk.query_one("#user", Input).value = user
    at.desk.query_one("#password", Input).value = password
    await at.pilot.pause()


def choose(desk: MainScreen, mechanism: str) -> None:
    """Choose a mechanism."""
    desk.query_one("#mechanism", Choice).value = mechanism


async def test_the_string_grows_with_what_is_typed_and_hides_the_password() -> None:
    async with window() as at:
        assert "Base64 string that AUTH wants" in at.text()
        at.desk.query_one("#user").focus()
        await at.press(*"user", "@", *"gmail.com")
        assert "[user@gmail.com]" in at.text()
        assert "[none]" in at.text()
        await fill(at)
        assert "[authzid ∅] NUL [user@gmail.com] NUL" in at.text()
        assert "[•••••••• 8 octets]" in at.text()
        assert "AHVzZXJAZ21haWwuY29tA••••" in at.text()
        assert PLAIN not in at.text()
        assert "[password]" not in at.text()


async def test_login_shows_its_two_strings() -> None:
    async with window() as at:
        choose(at.desk, "LOGIN")
        await fill(at, "user", "secret")
        assert "user     dXNlcg==" in at.text()
        assert "password ••••" in at.text()
        assert "c2VjcmV0" not in at.text()


async def test_reveal_shows_everything_and_hides_it_again() -> None:
    async with window() as at:
        await fill(at)
        await at.press("ctrl+r")
        assert PLAIN in at.text()
        assert "[password]" in at.text()
        at.desk.revealing.end()
        await at.pilot.pause()
        assert PLAIN not in at.text()
        assert "[password]" not in at.text()
        assert at.desk.query_one("#password", Input).password


async def test_the_real_string_is_copied_and_the_toast_does_not_show_it(
    no_system_clipboard: list[str],
) -> None:
    async with window() as at:
        await fill(at)
        await at.press("ctrl+y")
        assert at.app.clipboard == PLAIN
        while not at.app._notifications:
            await at.pilot.pause(0.01)
        (toast,) = at.app._notifications
        assert no_system_clipboard == [PLAIN]
        assert toast.message == (
            "Copied PLAIN string, 24 octets in Base64, no newline,"
            " by the terminal (OSC 52) and xclip."
        )


async def test_of_logins_two_strings_the_wanted_one_is_copied() -> None:
    async with window() as at:
        choose(at.desk, "LOGIN")
        await fill(at, "user", "secret")
        await at.press("ctrl+y")
        assert at.app.clipboard == "dXNlcg=="
        await at.press("ctrl+y")
        assert at.app.clipboard == "c2VjcmV0"
        at.scene().secured().both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        await at.press("ctrl+y")
        assert at.app.clipboard == "dXNlcg=="


async def test_nothing_is_copied_of_empty_credentials() -> None:
    async with window() as at:
        await at.press("ctrl+y")
        assert at.app.clipboard == ""
        assert "Fill in user and password" in at.text()


async def test_a_machine_without_a_clipboard_is_no_fault() -> None:
    def broken(text: str) -> str:
        raise RuntimeError("no mechanism")

    async with window() as at:
        clipboard.copy(at.app, "text", "it", [broken])
        while not at.app._notifications:
            await at.pilot.pause(0.01)
        (toast,) = at.app._notifications
        assert toast.message.startswith("Copied it, by the terminal (OSC 52).")


def test_the_sentence_about_a_copy_names_only_what_it_was() -> None:
    assert "token" not in Copied("PLAIN string").sentence


async def test_a_password_is_neither_copied_nor_cut() -> None:
    async with window() as at:
        await fill(at)
        field = at.desk.query_one("#password", Input)
        field.focus()
        field.select_all()
        await at.press("ctrl+c", "ctrl+x")
        assert at.app.clipboard == ""
        assert field.value == "password"


async def test_a_revealed_password_is_not_copied_either() -> None:
    async with window() as at:
        await fill(at)
        await at.press("ctrl+r")
        field = at.desk.query_one("#password", Input)
        field.focus()
        field.select_all()
        await at.press("ctrl+c")
        assert at.app.clipboard == ""


async def test_inserting_puts_the_placeholder_on_the_command_line_never_the_string() -> None:
    async with window() as at:
        at.scene().secured()
        await fill(at)
        await at.press("ctrl+f")
        assert at.desk.composer.text == "AUTH PLAIN {PLAIN}"
        assert at.app.focused is at.desk.composer.field
        assert at.posted == []


async def test_inserting_at_a_challenge_puts_the_answer_there() -> None:
    async with window() as at:
        choose(at.desk, "LOGIN")
        await fill(at)
        scene = at.scene().secured().both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        await at.press("ctrl+f")
        assert at.desk.composer.text == "{LOGIN.user}"
        scene.both(b"dXNlcg==", b"334 UGFzc3dvcmQ6\r\n")
        await at.press("ctrl+f", "enter")
        assert at.sent == [b"cGFzc3dvcmQ="]


@pytest.mark.parametrize(("user", "password"), [("a\0b", "c"), ("a", "b\0c")])
async def test_nul_is_refused_in_one_sentence(user: str, password: str) -> None:
    async with window() as at:
        await fill(at, user, password)
        assert "holds a NUL" in " ".join(at.text().replace("│", " ").split())
        await at.press("ctrl+y")
        assert at.app.clipboard == ""


async def test_control_characters_in_the_user_name_are_drawn_by_name() -> None:
    async with window() as at:
        await fill(at, "a\x1b]0;x\x07b\u202e")
        assert "[aESC]0;xBELbRLO]" in at.text()
        assert "\x1b" not in at.text()


async def test_a_space_at_the_end_is_told_and_taken_away() -> None:
    async with window() as at:
        await fill(at, "user@gmail.com", "password ")
        assert "The password ends with a space." in at.text()
        assert "f12 takes it away" in at.text()
        await at.press("f12")
        assert at.desk.credentials.credentials.password == "password"
        assert "takes it away" not in at.text()


async def test_the_spaces_of_an_app_password_can_be_taken_away() -> None:
    async with window() as at:
        await fill(at, "user@gmail.com", "abcd efgh ijkl mnop")
        assert "looks like a Google app" in at.text()
        await at.press("f12")
        assert at.desk.credentials.credentials.password == "abcdefghijklmnop"


async def test_an_identity_to_act_as_stands_before_the_user() -> None:
    async with window() as at:
        await fill(at, "Kurt", "xipj3plmq")
        at.desk.query_one("#authzid", Input).value = "Ursel"
        await at.pilot.pause()
        assert "[authzid Ursel] NUL [Kurt] NUL" in at.text()
        (token,) = at.desk.credentials.tokens()
        assert token.text == base64.b64encode(b"Ursel\0Kurt\0xipj3plmq").decode()


async def test_the_strongest_mechanism_is_suggested_with_the_reason() -> None:
    async with window() as at:
        await fill(at)
        scene = at.scene().open().both(b"EHLO me", b"250-x\r\n250 STARTTLS\r\n")
        scene.both(b"STARTTLS", b"220 go\r\n").tls()
        scene.both(b"EHLO me", b"250-x\r\n250 AUTH LOGIN PLAIN SCRAM-SHA-256\r\n")
        await at.pilot.pause()
        assert "Strongest offered: SCRAM-SHA-256" in at.text()
        choose(at.desk, "SCRAM-SHA-256")
        await at.pilot.pause()
        assert "Strongest offered" not in at.text()
        choose(at.desk, "CRAM-MD5")
        await at.pilot.pause()
        assert "does not offer CRAM-MD5" in at.text()
        await at.press("f7")
        assert at.posted == []
        assert "f7 again tries it" in at.text()
        await at.press("f7")
        assert len(at.posted) == 1


@pytest.mark.parametrize(
    ("expiry", "words"), [(1000, "The token expired"), (32_000_000_000, "The token holds for")]
)
async def test_a_token_that_tells_when_it_ends_is_judged(expiry: int, words: str) -> None:
    claims = base64.urlsafe_b64encode(b'{"exp":%d}' % expiry).decode().rstrip("=")
    async with window() as at:
        choose(at.desk, "XOAUTH2")
        await fill(at, "user", f"eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln")
        assert words in at.text()
        choose(at.desk, "PLAIN")
        await at.pilot.pause()
        assert words not in at.text()


async def test_a_long_token_is_not_spread_over_the_pane() -> None:
    async with window() as at:
        choose(at.desk, "XOAUTH2")
        await fill(at, "user", "t" * 100_000)
        assert "Token" in at.text()
        await at.press("ctrl+r")
        assert "t" * 40 not in at.text().replace("\n", "").replace("│", "")
        assert max(each.size.height for each in at.desk.query("#token")) < 8, at.text()


@pytest.mark.parametrize("mechanism", sorted(MECHANISMS))
async def test_every_mechanism_shows_its_anatomy(mechanism: str) -> None:
    async with window() as at:
        choose(at.desk, mechanism)
        await fill(at, "user@gmail.com", "hunter2hunter2")
        assert "hunter2" not in at.text()
        await at.press("ctrl+f")
        assert at.desk.composer.text.startswith(f"AUTH {mechanism}")


@pytest.mark.parametrize(
    ("mechanism", "line"),
    [
        ("PLAIN", f"AUTH PLAIN {PLAIN}"),
        ("LOGIN", "AUTH LOGIN"),
        ("CRAM-MD5", "AUTH CRAM-MD5"),
        ("EXTERNAL", "AUTH EXTERNAL ="),
        ("SCRAM-SHA-256", ""),
    ],
)
async def test_the_whole_auth_line_is_copied(mechanism: str, line: str) -> None:
    async with window() as at:
        choose(at.desk, mechanism)
        await fill(at)
        await at.press("shift+f8")
        assert at.app.clipboard == line
