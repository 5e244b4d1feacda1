"""The TLS settings: from the form into the target and back, with what is doubtful said at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from smtp_tui.settings import Profile, Settings
from smtp_tui.wire.actions import Connect
from smtp_tui.wire.target import Target
from smtp_tui.wire.tls_options import BY_DEFAULT, TlsOptions, TlsVersion
from smtp_tui.workbench.panes.choice import Choice
from smtp_tui.workbench.panes.tls_row import in_short
from smtp_tui.workbench.screens.tls_settings import TlsSettingsScreen
from tests.workbench.scene import GMAIL
from tests.workbench.test_hostile import NASTY, assert_harmless
from tests.workbench.windows import Window, window

OPTIONS = TlsOptions(
    "mx.example.org",
    "mail.example.org",
    TlsVersion.TLS_1_2,
    TlsVersion.TLS_1_3,
    "ECDHE+AESGCM",
    Path("/etc/me.pem"),
    Path("/etc/me.key"),
    Path("/tmp/keys.log"),
    ("smtp", "esmtp"),
)
FIELDS = {
    "sni": "mx.example.org",
    "verify-name": "mail.example.org",
    "ciphers": "ECDHE+AESGCM",
    "client-cert": "/etc/me.pem",
    "client-key": "/etc/me.key",
    "key-log": "/tmp/keys.log",
    "alpn": "smtp esmtp",
}


def put(at: Window, id: str, text: str) -> None:
    """Fill in a field of the dialog."""
    at.app.screen.query_one(f"#{id}", Input).value = text


def choose(at: Window, id: str, version: str) -> None:
    """Choose a version in the dialog."""
    at.app.screen.query_one(f"#{id}", Choice).value = version


async def test_what_is_set_goes_into_the_next_connection() -> None:
    async with window() as at:
        await at.press("shift+f6")
        for id, text in FIELDS.items():
            put(at, id, text)
        choose(at, "tls-min", "1.2")
        choose(at, "tls-max", "1.3")
        await at.press("enter", "f5")
        assert at.posted == [Connect(replace(GMAIL, options=OPTIONS))]


async def test_the_dialog_shows_what_is_set_and_escape_changes_nothing() -> None:
    async with window(replace(GMAIL, options=OPTIONS)) as at:
        await at.press("shift+f6")
        shown = {id: at.app.screen.query_one(f"#{id}", Input).value for id in FIELDS}
        assert shown == FIELDS
        assert at.app.screen.query_one("#tls-max", Choice).value == "1.3"
        put(at, "sni", "none")
        await at.press("escape")
        assert at.desk.connection.options == OPTIONS


async def test_nothing_set_means_as_usual() -> None:
    async with window() as at:
        assert "as usual" in at.text()
        await at.press("shift+f6", "enter", "f5")
        assert at.posted == [Connect(GMAIL)]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_row_in_the_form_leads_there_and_says_what_is_set(size: tuple[int, int]) -> None:
    async with window(size=size) as at:
        await at.press("f2")
        at.desk.query_one("#tls-options").focus()
        await at.press("enter")
        assert isinstance(at.app.screen, TlsSettingsScreen)
        put(at, "sni", "none")
        await at.press("enter")
        assert "no SNI" in at.text()


def test_the_row_has_a_word_for_everything() -> None:
    assert list(in_short(BY_DEFAULT)) == []
    words = ", ".join(in_short(OPTIONS))
    for word in ("TLS 1.2 or 1.3", "for mail.example.org", "SNI mx.example.org", "own ciphers",
                 "client certificate", "key log", "ALPN smtp esmtp"):  # fmt: skip
        assert word in words


@pytest.mark.parametrize(
    ("id", "text", "words"),
    [
        ("sni", "192.0.2.1", "announces names, never addresses"),
        ("verify-name", "a b", "cannot stand in a host name"),
        ("client-key", "/etc/me.key", "without a client certificate"),
    ],
)
async def test_what_makes_no_sense_is_said_and_not_taken(id: str, text: str, words: str) -> None:
    async with window() as at:
        await at.press("shift+f6")
        put(at, id, text)
        await at.pilot.pause()
        assert words in " ".join(at.text().replace("│", " ").split())
        await at.press("enter")
        assert isinstance(at.app.screen, TlsSettingsScreen)
        put(at, id, "")
        await at.press("enter")
        assert at.app.screen is at.desk


async def test_a_list_that_openssl_refuses_is_not_taken() -> None:
    async with window() as at:
        await at.press("shift+f6")
        put(at, "ciphers", "BOGUS")
        await at.press("enter")
        assert isinstance(at.app.screen, TlsSettingsScreen)
        assert "OpenSSL finds no cipher in “BOGUS”" in at.text()


async def test_old_versions_and_the_key_log_are_doubted() -> None:
    async with window() as at:
        await at.press("shift+f6")
        choose(at, "tls-max", "1.1")
        put(at, "key-log", "/tmp/keys.log")
        await at.pilot.pause()
        text = " ".join(at.text().replace("│", " ").split())
        assert "▲ TLS 1.0 and 1.1 protect nothing any more" in text
        assert "▲ Whoever has the key log can read the sessions" in text
        await at.press("enter")
        assert at.desk.connection.options.lowest is TlsVersion.TLS_1_1


async def test_a_profile_brings_its_tls_settings() -> None:
    profile = Profile("work", host="mail.example.org", sni="none", tls_min=TlsVersion.TLS_1_3)
    async with window(settings=Settings(profiles={"work": profile})) as at:
        at.desk.query_one("#profile", Choice).value = "work"
        await at.pilot.pause()
        await at.press("f5")
        (posted,) = at.posted
        assert isinstance(posted, Connect)
        assert posted.target.options == TlsOptions(sni="none", minimum=TlsVersion.TLS_1_3)


async def test_hostile_text_in_every_field_is_harmless() -> None:
    async with window(Target("h")) as at:
        await at.press("shift+f6")
        for id in FIELDS:
            put(at, id, NASTY)
        await at.press("enter")
        assert_harmless(at)
        await at.press("escape")
        assert at.app.screen is at.desk
