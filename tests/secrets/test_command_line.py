"""A marker password goes through every subcommand; what is printed or written may not show it.

A new subcommand, option or export is one more line in ``CALLS``. What a call is there to print,
as the string of ``auth``, is no leak: of such a call only the errors and files are searched.
"""

from __future__ import annotations

import base64
import io
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtp_tui.cli import main
from smtp_tui.sasl.credentials import Channel, Credentials, CredentialsError
from smtp_tui.sasl.mechanisms import MECHANISMS, begin
from smtp_tui.workbench.app import Workbench
from tests.secrets.marker import (
    LOGIN_PASSWORD,
    LOGIN_USER,
    MARKER,
    PLAIN,
    USER,
    XOAUTH2,
    files,
    leaks,
    objects,
)

ME = ("--user", USER)
SCRIPT = "C: EHLO me.example.org\nC: STARTTLS\nC: EHLO me.example.org\n"


def script(*lines: str) -> str:
    """Up to where AUTH is accepted, then these lines."""
    return SCRIPT + "".join(f"C: {line}\n" for line in lines) + "C: QUIT\n"


SCRIPTS = {
    **{name: script(f"AUTH {name} {{{name}}}") for name in ("PLAIN", "XOAUTH2", "SCRAM-SHA-256")},
    "LOGIN": script("AUTH LOGIN", "{LOGIN.user}", "{LOGIN.password}"),
    "CRAM-MD5": script("AUTH CRAM-MD5", "{CRAM-MD5}"),
    "PLAIN as it is": script(f"AUTH PLAIN {PLAIN}"),
    "LOGIN as it is": script("AUTH LOGIN", LOGIN_USER, LOGIN_PASSWORD),
    "XOAUTH2 as it is": script(f"AUTH XOAUTH2 {XOAUTH2}"),
    "refused, and going on": script("AUTH LOGIN", "*", LOGIN_USER, LOGIN_PASSWORD),
    "astray": script(PLAIN, f"HELP {PLAIN}", f"AUTH {LOGIN_PASSWORD}"),
    "expected otherwise": script(f"AUTH PLAIN {PLAIN}\nS: 235"),
    "unknown placeholder": script(f"AUTH PLAIN {{{'MISSPELT'}}} {PLAIN}"),
    "no script": f"C: EHLO me\n?: AUTH PLAIN {PLAIN}\n",
}


WRITTEN = (
    *("--log", "session.log", "--junit", "session.xml"),
    *("--export", "session.smtp", "--export", "session.txt", "--export", "session.jsonl"),
    *("--export", "session.html", "--export", "session.svg"),
)
"""Every file a run can write."""


def damaged() -> Iterator[str]:
    """The string as people damage it."""
    octets = base64.b64decode(PLAIN)
    yield from (PLAIN, f"AUTH PLAIN {PLAIN}", f"AUTH LOGIN {PLAIN}", XOAUTH2, f"334 {PLAIN}")
    yield from (f"AUTH LOGIN\n{LOGIN_USER}\n{LOGIN_PASSWORD}", LOGIN_PASSWORD, MARKER)
    yield from (PLAIN[:-2], PLAIN[:20] + "\n" + PLAIN[20:], PLAIN.replace("+", "-"))
    for faulty in (
        octets.replace(b"\0", b"\\0"),
        octets + b"\n",
        octets[1:],
        octets.replace(USER.encode(), b""),
        octets.replace(b"\0", b" "),
        octets.replace(USER.encode(), USER.encode() * 2),
        base64.b64encode(octets),
    ):
        yield base64.b64encode(faulty).decode()


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The password comes from the environment, and files go into a folder of the test."""
    monkeypatch.setenv("SMTP_TUI_PASSWORD", MARKER)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_running_a_script_shows_nothing(
    name: str, more: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    typed(monkeypatch, SCRIPTS[name])
    main(["run", "-", "--practice", *ME, *more, *WRITTEN])
    shown = capfd.readouterr()
    assert shown.out or shown.err
    assert not shown.out or len(list(tmp_path.glob("session.*"))) == len(WRITTEN) // 2
    assert not leaks([*shown, *files(tmp_path), *objects()])


def test_the_password_itself_where_it_does_not_belong_shows_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, script(MARKER, f"VRFY {LOGIN_PASSWORD}", "AUTH PLAIN {PLAIN}"))
    asking = ("--password-command", 'printf %s "$SECRET"')
    monkeypatch.setenv("SECRET", MARKER)
    main(["run", "-", "--practice", *ME, *asking, *WRITTEN])
    shown = capfd.readouterr()
    assert "AUTH PLAIN ‹PLAIN" in shown.out
    assert not leaks([*shown, *files(tmp_path), *objects()])


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["text", "json"])
def test_taking_a_string_apart_shows_nothing(
    more: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for text in damaged():
        typed(monkeypatch, text)
        main(["decode", "-", *more])
        shown = capfd.readouterr()
        assert shown.out
        assert not leaks([*shown, *files(tmp_path), *objects()]), text


CALLS: list[tuple[str, ...]] = [
    *(("auth", name, *ME) for name in MECHANISMS),
    *(("auth", name, *ME, "--challenge", "eA==", "--nonce", "n") for name in MECHANISMS),
    ("auth", "PLAIN", *ME, "--password-command", f"echo '{MARKER} '; exit 3"),
    ("auth", "PLAIN", *ME, "--password-command", f"printf '{MARKER}\\0'"),
    ("auth", "PLAIN", *ME, "--password", MARKER),
    ("auth", "PLAIN", *ME, f"--password={MARKER}"),
    ("auth", "PLAIN", *ME, f"--passwd={MARKER}"),
    ("auth", "PLAIN", *ME, f"-p{MARKER}"),
    ("auth", "PLAIN", *ME, "--port", MARKER),
    ("auth", "PLAIN", *ME, MARKER),
    ("auth", MARKER, *ME),
    ("auth", "PLAIN", *ME, "--challenge", MARKER),
    ("run", "missing.smtp", f"{USER}:{MARKER}@127.0.0.1"),
    ("run", "missing.smtp", f"smtp://me:{MARKER}@127.0.0.1"),
    ("run", "missing.smtp", "127.0.0.1", "--timeout", MARKER),
    (f"smtp://me:{MARKER}@127.0.0.1",),
    (f"me:{MARKER}@127.0.0.1:587",),
    (f"-p{MARKER}",),
    ("127.0.0.1", MARKER),
    ("practice", "--starttls-port", MARKER),
]


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_what_goes_wrong_is_told_without_the_password(
    arguments: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments)
    shown = capfd.readouterr()
    assert code == 0 or shown.err
    assert not leaks([shown.err, *files(tmp_path), *([shown.out] if code else [])])


def refused(name: str, credentials: Credentials) -> BaseException:
    """What a mechanism raises at these credentials, at the latest at an empty challenge."""
    try:
        exchange = begin(name, credentials, Channel())
        next(exchange)
        exchange.send(b"")
    except (CredentialsError, StopIteration) as error:
        return error
    return StopIteration()


@pytest.mark.parametrize("name", MECHANISMS)
@pytest.mark.parametrize("spoilt", [MARKER + "\0", MARKER + "\x01", MARKER + "\ud800"])
def test_no_exception_of_a_mechanism_says_what_it_could_not_use(name: str, spoilt: str) -> None:
    error = refused(name, Credentials(spoilt, spoilt, spoilt))
    told = "".join(traceback.format_exception(error))
    assert not leaks([told, repr(error), *map(repr, error.args)])
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__


class Terminal(io.StringIO):
    """Standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_what_the_window_starts_inherits_no_password_and_no_key_is_logged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: dict[str, str] = {}
    filled: list[Workbench] = []

    def run(workbench: Workbench) -> None:
        seen.update(os.environ)
        filled.append(workbench)

    monkeypatch.setattr(Workbench, "run", run)
    monkeypatch.setattr(sys, "stdin", Terminal())
    for name in ("TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_DEBUG"):
        monkeypatch.setenv(name, "x")
    assert main(["127.0.0.1", *ME]) == 0
    assert filled
    assert not leaks(seen.values())
    assert not {"TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_DEBUG"} & set(seen)
