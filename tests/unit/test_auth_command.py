"""``smtp-tui auth``: the strings it prints, where the password comes from, what it refuses."""

from __future__ import annotations

import base64
import io
import json
import os
import sys
from types import ModuleType

import pytest

from smtp_tui.cli import main
from smtp_tui.passwords import PasswordError, PasswordSource
from smtp_tui.sasl.doctor import diagnose

PLAIN = "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"
ME = ("--user", "user@gmail.com")
DIGEST = base64.b64encode(b'nonce="n",qop="auth",algorithm=md5-sess').decode("ascii")


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SMTP_TUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SMTP_TUI_PASSWORD", "password")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["auth", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (("PLAIN", *ME), [PLAIN]),
        (("plain", *ME), [PLAIN]),
        (("PLAIN", *ME, "--command"), [f"AUTH PLAIN {PLAIN}"]),
        (("LOGIN", *ME), ["dXNlckBnbWFpbC5jb20=", "cGFzc3dvcmQ="]),
        (("LOGIN", *ME, "--command"), ["AUTH LOGIN", "dXNlckBnbWFpbC5jb20=", "cGFzc3dvcmQ="]),
        (("PLAIN", "--user", "test", "--authzid", "test"), ["dGVzdAB0ZXN0AHBhc3N3b3Jk"]),
        (("LOGIN", *ME, "--challenge", "VXNlcm5hbWU6"), ["dXNlckBnbWFpbC5jb20="]),
        (
            ("LOGIN", *ME, "--challenge", "334 VXNlcm5hbWU6", "--challenge", "334 UGFzc3dvcmQ6"),
            ["cGFzc3dvcmQ="],
        ),
    ],
)
def test_what_is_printed(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], lines: list[str]
) -> None:
    assert printed(capsys, *arguments) == lines


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_what_is_printed_is_right_for_the_doctor(
    capsys: pytest.CaptureFixture[str], mechanism: str
) -> None:
    diagnosis = diagnose("\n".join(printed(capsys, mechanism, *ME, "--command")))
    assert (diagnosis.mechanism, diagnosis.right) == (mechanism, True)
    assert [part.octets for part in diagnosis.parts if part.secret] == [b"password"]


def test_an_auth_line_above_512_octets_becomes_two(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # AUTH PLAIN and a space are 11 octets, the line end 2: 499 are left, in fours 496
    monkeypatch.setenv("SMTP_TUI_PASSWORD", "p" * (372 - 3))
    assert len(printed(capsys, "PLAIN", "--user", "u", "--command")) == 1
    monkeypatch.setenv("SMTP_TUI_PASSWORD", "p" * (372 - 2))
    first, second = printed(capsys, "PLAIN", "--user", "u", "--command")
    assert first == "AUTH PLAIN"
    assert base64.b64decode(second) == b"\0u\0" + b"p" * 370


@pytest.mark.parametrize("mechanism", ["PLAIN", "XOAUTH2", "SCRAM-SHA-256"])
def test_an_empty_challenge_asks_for_what_might_have_stood_behind_auth(
    capsys: pytest.CaptureFixture[str], mechanism: str
) -> None:
    initial = printed(capsys, mechanism, *ME, "--nonce", "n")
    assert printed(capsys, mechanism, *ME, "--nonce", "n", "--challenge", "334 ") == initial


def test_what_is_doubtful_about_the_password_is_told_beside_the_string(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["auth", "PLAIN", *ME, "--password-command", "echo 'hunter2 '"]) == 0
    captured = capsys.readouterr()
    assert base64.b64decode(captured.out) == b"\0user@gmail.com\0hunter2 "
    assert captured.err == "smtp-tui: The password ends with a space.\n"


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = printed(capsys, "PLAIN", *ME, "--json")
    assert json.loads(line) == {"mechanism": "PLAIN", "lines": [PLAIN]}


def test_the_password_may_come_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_TUI_PASSWORD", "another")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"password\n")))
    assert printed(capsys, "PLAIN", *ME, "--password-stdin") == [PLAIN]


def test_the_password_may_come_from_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "PLAIN", *ME, "--password-command", "echo password") == [PLAIN]


@pytest.mark.parametrize(
    ("arguments", "sentence", "code"),
    [
        ((), "MECHANISM", 2),
        (("PLAIN",), "--user", 2),
        (("X-UNHEARD-OF", *ME), "choose PLAIN", 2),
        (("PLAIN", *ME, "--password", "hunter2"), "--password-stdin", 2),
        (("PLAIN", *ME, "--challenge", "hunter2\x1b"), "no Base64", 2),
        (("PLAIN", *ME, "--command", "--challenge", "AAAA"), "leave out --command", 2),
        (("PLAIN", *ME, "--password-stdin", "--keyring"), "not allowed with", 2),
        (("PLAIN", *ME, "-phunter2"), "no option -p ", 2),
        (("PLAIN", *ME, "--port", "hunter2"), "a port from 0 to 65535", 2),
        (("OAUTHBEARER", *ME, "--port", "65536"), "a port from 0 to 65535", 2),
        (("SCRAM-SHA-256", *ME, "--nonce", "é"), "printable ASCII", 2),
        (("SCRAM-SHA-256", *ME, "--nonce", "a,b"), "neither space nor comma", 2),
        (("DIGEST-MD5", *ME, "--nonce", "é", "--challenge", DIGEST), "printable ASCII", 1),
        (("PLAIN", *ME, "--challenge", "AAAA"), "no answer to that many", 1),
        (("LOGIN", *ME, *("--challenge", "AAAA") * 3), "no answer to that many", 1),
    ],
)
def test_what_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str, code: int
) -> None:
    assert main(["auth", *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
    assert "hunter2" not in captured.err


def test_a_nul_in_the_password_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["auth", "PLAIN", *ME, "--password-command", "printf 'hunter2\\0'"]) == 2
    error = capsys.readouterr().err
    assert error.count("holds a NUL") == 1
    assert "hunter2" not in error


# The system keyring


class Keyring(ModuleType):
    """A keyring in memory, in the place of the real package."""

    def __init__(self, entries: dict[tuple[str, str], str], broken: bool = False) -> None:
        super().__init__("keyring")
        self.entries = entries
        self.broken = broken
        self.errors = ModuleType("keyring.errors")
        self.error = type("KeyringError", (Exception,), {})
        vars(self.errors)["KeyringError"] = self.error

    def get_password(self, service: str, user: str) -> str | None:
        if self.broken:
            raise self.error("locked\x1b[2J")
        return self.entries.get((service, user))

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "keyring", self)
        monkeypatch.setitem(sys.modules, "keyring.errors", self.errors)


def test_the_keyring_is_asked_for_the_user_at_the_host(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = {
        ("smtp-tui:smtp.example.org", "user@gmail.com"): "password",
        ("smtp-tui", "user@gmail.com"): "another",
    }
    Keyring(entries).install(monkeypatch)
    arguments = ("PLAIN", *ME, "--keyring", "--host", "SMTP.example.org")
    assert printed(capsys, *arguments) == [PLAIN]


def test_the_keyring_outranks_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    Keyring({("smtp-tui", "me"): "kept"}).install(monkeypatch)
    source = PasswordSource(keyring=True, environment={"SMTP_TUI_PASSWORD": "e"})
    assert source.chosen
    assert source.read("me") == "kept"


def test_the_keyring_is_not_touched_unless_it_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    Keyring({}, broken=True).install(monkeypatch)
    assert PasswordSource(environment={"SMTP_TUI_PASSWORD": "e"}).read("me") == "e"


def test_a_keyring_without_the_password_says_how_to_put_it_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Keyring({}).install(monkeypatch)
    with pytest.raises(PasswordError, match=r"-m keyring set smtp-tui:smtp\.example\.org me puts"):
        PasswordSource(keyring=True).read("me", "smtp.example.org")


def test_a_keyring_that_fails_is_told_without_its_control_characters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Keyring({}, broken=True).install(monkeypatch)
    with pytest.raises(PasswordError, match="locked‹ESC›"):
        PasswordSource(keyring=True).read("me")


def test_a_keyring_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(PasswordError, match=f"{sys.executable} -m pip install keyring adds it"):
        PasswordSource(keyring=True).read("me")
