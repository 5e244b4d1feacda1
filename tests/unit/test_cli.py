"""The command line: what it loads, what it says, what it refuses."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from smtp_tui import __version__
from smtp_tui.cli import main

ROOT = Path(__file__).parents[2]
LISTING = """
import sys
from smtp_tui.cli import main
code = main(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
raise SystemExit(code)
"""


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is set on this machine plays a part."""
    for name in [name for name in os.environ if name.startswith("SMTP_TUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SMTP_TUI_CONFIG", os.devnull)


def process(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    how = ["-c", code] if code else ["-m", "smtp_tui"]
    return subprocess.run(
        [sys.executable, *how, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def loaded(*arguments: str) -> set[str]:
    ran = process(*arguments, code=LISTING)
    return {name.partition(".")[0] for name in ran.stderr.split()}


# Quick to start


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("run", "--help"), ("auth", "--help"), ("decode", "AAAA")],
)
def test_help_loads_no_window_no_network_and_no_tls(arguments: tuple[str, ...]) -> None:
    slow = {"textual", "rich", "ssl", "socket", "asyncio", "cryptography", "aiosmtpd", "tomlkit"}
    assert not loaded(*arguments) & slow


def test_playing_a_script_loads_no_window(tmp_path: Path) -> None:
    file = tmp_path / "x.smtp"
    file.write_text("S: 220\n")
    assert not loaded("run", str(file), "127.0.0.1:1") & {"textual", "rich", "asyncio"}


# What it says


def test_the_version_is_told() -> None:
    ran = process("--version")
    assert (ran.returncode, ran.stdout) == (0, f"smtp-tui {__version__}\n")


def test_help_names_every_subcommand_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for word in ("run", "practice", "TARGET", "--practice", "--profile", "--tls", "--ca-file",
                 "--insecure", "--ehlo", "--user", "--timeout", "-4", "-6"):  # fmt: skip
        assert word in text


def test_help_of_run_names_its_options_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--help"]) == 0
    text = capsys.readouterr().out
    for word in ("FILE", "--json", "--password-stdin", "--password-command", "exit codes"):
        assert word in text


def test_help_of_practice_names_its_ports(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "--help"]) == 0
    text = capsys.readouterr().out
    for word in ("--host", "--starttls-port", "--tls-port"):
        assert word in text


# What it refuses, each in one line on standard error, with 2


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("smtp-tui: ")
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.fixture
def script(tmp_path: Path) -> str:
    file = tmp_path / "x.smtp"
    file.write_text("S: 220\nC: AUTH PLAIN {PLAIN}\nS: 235\n")
    return str(file)


@pytest.mark.parametrize("target", ["me:hunter2@example.org", "smtp://me:hunter2@example.org"])
@pytest.mark.parametrize("before", [(), ("run", "SCRIPT")])
def test_a_password_in_the_target_is_refused_and_not_repeated(
    capsys: pytest.CaptureFixture[str], script: str, target: str, before: tuple[str, ...]
) -> None:
    words = [script if word == "SCRIPT" else word for word in before]
    error = refused(capsys, *words, target)
    assert "A password cannot stand in the target" in error
    assert "hunter2" not in error


@pytest.mark.parametrize(
    "arguments",
    [
        ("--password", "hunter2"),
        ("--password=hunter2",),
        ("run", "x.smtp", "host", "--password", "hunter2"),
        ("run", "x.smtp", "host", "--passwd=hunter2"),
        ("run", "x.smtp", "host", "extra", "hunter2"),
    ],
)
def test_a_password_as_an_argument_is_refused_and_not_repeated(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert "hunter2" not in refused(capsys, *arguments)


def test_the_way_to_give_a_password_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    error = refused(capsys, "run", "x.smtp", "host", "--password", "hunter2")
    for way in ("--password-stdin", "--password-command", "SMTP_TUI_PASSWORD"):
        assert way in error


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("run",), "FILE"),
        (("run",), "required: FILE (see"),
        (("run", "/no/such/file", "host"), "No such file or directory"),
        (("run", "/", "host"), "Is a directory"),
        (("run", "SCRIPT"), "name a target or use --practice"),
        (("run", "SCRIPT", "host", "--practice"), "--practice brings its own server"),
        (("run", "SCRIPT", "host"), "--user"),
        (("run", "SCRIPT", "host", "--user", "me"), "a password is needed"),
        (("run", "SCRIPT", "h", "--user", "u", "--password-command", "exit 3"), "exit code 3"),
        (("run", "SCRIPT", "h", "--user", "u", "--password-command", ":"), "gave no password"),
        (("run", "-", "host", "--password-stdin"), "cannot give both"),
        (("run", "x", "h", "--password-stdin", "--password-command", "x"), "not allowed with"),
        (("run", "SCRIPT", "host:99999"), "port"),
        (("run", "SCRIPT", "host", "--profile", "none"), "no profile"),
        (("run", "x", "h", "--timeout", "0"), "seconds above 0"),
        (("run", "x", "h", "--timeout", "nan"), "seconds above 0"),
        (("run", "x", "h", "--timeout", "-1"), "seconds above 0"),
        (("practice", "--host", "0.0.0.0"), "this machine alone"),
        (("run", "x", "h", "--tls", "maybe"), "--tls"),
        (("run", "x", "h", "--tls-min", "2"), '--tls-min: "2" is not a version of TLS'),
        (("run", "SCRIPT", "h", "--tls-min", "1.3", "--tls-max", "1.2"), "above the highest"),
        (("run", "SCRIPT", "h", "--client-key", "k.pem"), "without a client certificate"),
        (("run", "SCRIPT", "h", "--sni", "192.0.2.1"), "never addresses"),
        (("run", "x", "h", "-4", "-6"), "not allowed with"),
        (("host", "--password-stdin"), "standard input is the keyboard"),
        (("me@host", "--password-command", "exit 3"), "exit code 3"),
        (("--practice", "--password-command", "exit 3"), "exit code 3"),
        (("run", "x", "h", "--frobnicate"), "--frobnicate"),
        (("--tls", "none", "run"), "write the subcommand first"),
        (("host", "--practice"), "--practice brings its own server"),
        (("practice", "--tls-port", "70000"), "port"),
        (("run", "x", "h", "--log", ""), "--log: the name of the file is empty"),
        (("run", "x", "h", "--junit="), "--junit: the name of the file is empty"),
        (("run", "x", "h", "--export", "-"), "--export: - is no file: standard output is /dev/st"),
    ],
)
def test_wrong_usage_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    arguments: tuple[str, ...],
    word: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    words = [script if argument == "SCRIPT" else argument for argument in arguments]
    assert word in refused(capsys, *words)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--tls", "none", "SCRIPT", "127.0.0.1:1"),
        ("SCRIPT", "--tls", "none", "127.0.0.1:1"),
        ("SCRIPT", "127.0.0.1:1", "--tls", "none"),
    ],
)
def test_options_may_stand_anywhere(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "x.smtp"
    file.write_text("S: 220\n")
    words = [str(file) if argument == "SCRIPT" else argument for argument in arguments]
    assert main(["run", *words]) == 3
    assert "127.0.0.1:1 · no TLS" in capsys.readouterr().out


def test_no_control_character_of_an_argument_reaches_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "\x1b" not in refused(capsys, "run", "/no/\x1b[2J", "host")


def test_a_window_needs_a_terminal() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "smtp_tui"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert "needs a terminal" in ran.stderr
    assert ran.stdout == ""


def test_a_misspelt_subcommand_is_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prob", "mail.example.org"]) == 2
    assert "did you mean probe?" in capsys.readouterr().err


# Where output goes nowhere


def ends(arguments: str, *, streams: str) -> tuple[int, str]:
    """The exit code and standard error of the program, its streams as the shell sets them."""
    program = f'"$0" -m smtp_tui {arguments}'
    line = (
        f"{program} | true; exit ${{PIPESTATUS[0]}}" if streams == "|" else f"{program} {streams}"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    ran = subprocess.run(
        ["bash", "-c", line, sys.executable],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stderr


WRITING = ["--help", "--version", "explain 550", "decode AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"]


@pytest.mark.parametrize("arguments", WRITING)
def test_a_reader_that_left_is_no_fault(arguments: str) -> None:
    assert ends(arguments, streams="|") == (141, "")


@pytest.mark.parametrize("arguments", WRITING)
def test_a_full_disk_is_told_in_one_line(arguments: str) -> None:
    told = "smtp-tui: the output cannot be written: No space left on device\n"
    assert ends(arguments, streams=">/dev/full") == (2, told)


@pytest.mark.parametrize("arguments", ["explain -", "decode -", "run - --practice", ""])
def test_standard_input_that_is_closed_gives_nothing(arguments: str) -> None:
    code, told = ends(arguments, streams="<&-")
    assert code in (0, 1, 2)
    assert "Traceback" not in told


@pytest.mark.parametrize("arguments", WRITING)
def test_standard_output_may_be_closed(arguments: str) -> None:
    code, told = ends(arguments, streams=">&-")
    assert code == 0
    assert "Traceback" not in told
