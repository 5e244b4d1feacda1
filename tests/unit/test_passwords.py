"""Where passwords come from: each source, its precedence, and what is said when it fails."""

from __future__ import annotations

import io
import os
import sys

import pytest

from smtp_tui.passwords import PasswordError, PasswordSource

NOTHING: dict[str, str] = {}
SYSTEM = {"PATH": os.defpath}


def from_command(command: str) -> str:
    return PasswordSource(command=command, environment=SYSTEM).read("me")


@pytest.mark.parametrize(
    ("printed", "password"),
    [
        ("word", "word"),
        ("word\\n", "word"),
        ("word\\r\\n", "word"),
        ("word\\n\\n", "word"),
        ("word\\nlogin: me\\nurl: example.org\\n", "word"),
        (" two words \\n", " two words "),
        ("\\303\\251\\n", "é"),
    ],
)
def test_the_first_line_that_a_command_prints_is_the_password(printed: str, password: str) -> None:
    assert from_command(f"printf '{printed}'") == password


def test_a_command_may_use_the_shell() -> None:
    assert from_command("echo a b | cut -d' ' -f2") == "b"


@pytest.mark.parametrize(
    ("command", "reason"),
    [("exit 7", "exit code 7"), ("printf ''", "gave no password"), ("a\0b", "could not be run")],
)
def test_a_command_that_fails_is_told(command: str, reason: str) -> None:
    with pytest.raises(PasswordError, match=reason):
        from_command(command)


def test_a_command_does_not_inherit_the_password_of_the_environment() -> None:
    source = PasswordSource(
        command="echo had:$SMTP_TUI_PASSWORD", environment={**SYSTEM, "SMTP_TUI_PASSWORD": "e"}
    )
    assert source.read("me") == "had:"


def test_octets_that_are_no_utf_8_pass_unchanged() -> None:
    password = from_command("printf '\\351\\n'")
    assert password.encode("utf-8", "surrogateescape") == b"\xe9"


def test_what_a_failing_command_printed_is_not_repeated() -> None:
    with pytest.raises(PasswordError) as caught:
        from_command("echo hunter2; exit 1")
    assert "hunter2" not in str(caught.value)


def test_standard_input_outranks_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from-stdin\n")))
    source = PasswordSource(stdin=True, environment={"SMTP_TUI_PASSWORD": "from-environment"})
    assert source.read("me") == "from-stdin"


def test_a_command_outranks_the_environment() -> None:
    source = PasswordSource(command="echo c", environment={"SMTP_TUI_PASSWORD": "e"})
    assert source.read("me") == "c"


def test_the_environment_is_taken_as_it_is() -> None:
    assert PasswordSource(environment={"SMTP_TUI_PASSWORD": "e\n"}).read("me") == "e\n"


class Terminal(io.StringIO):
    """Standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def prompts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person at a terminal is asked, who answers ``typed``."""
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return "typed"

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", answer)
    return asked


@pytest.mark.parametrize("environment", [NOTHING, {"SMTP_TUI_PASSWORD": ""}])
def test_a_person_at_a_terminal_is_asked(prompts: list[str], environment: dict[str, str]) -> None:
    assert PasswordSource(environment=environment).read("me\x1b@example.org") == "typed"
    assert prompts == ["Password of me‹ESC›@example.org: "]


def test_a_prompt_that_is_ended_leaves_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def end(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", end)
    with pytest.raises(PasswordError, match="no password was given"):
        PasswordSource(environment=NOTHING).read("me")
    assert capsys.readouterr().err == "\n"


def test_without_a_terminal_the_ways_to_give_one_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(PasswordError, match="--password-stdin, --password-command or SMTP_TUI_"):
        PasswordSource(environment=NOTHING).read("me")


def test_the_environment_does_not_show_in_a_repr() -> None:
    assert "hunter2" not in repr(PasswordSource(environment={"SMTP_TUI_PASSWORD": "hunter2"}))
