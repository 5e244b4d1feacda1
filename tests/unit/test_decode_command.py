"""``smtp-tui decode``: what it shows, what it hides, how it ends."""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path

import pytest

from smtp_tui.cli import main
from smtp_tui.transcript.excerpt import excerpt
from smtp_tui.transcript.exports.formats import FORMATS
from tests.unit.written_session import Written

RIGHT = "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"
BROKEN = "AG5pY2UudHJ5QGdtYWlsLmNvbSBub2l0c25vdG15cGFzc3dvcmQ="
MENDED = "AG5pY2UudHJ5QGdtYWlsLmNvbQBub2l0c25vdG15cGFzc3dvcmQ="


class Typed(io.StringIO):
    """Standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_right_string_is_taken_apart_with_its_secret_masked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["decode", RIGHT]) == 0
    assert capsys.readouterr().out == (
        "PLAIN: right\n"
        "\n"
        "  authorization identity  ∅\n"
        "  user name               user@gmail.com\n"
        "  password                •••••••• 8 octets\n"
    )


def test_a_wrong_string_ends_with_1_and_says_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["decode", BROKEN]) == 1
    text = capsys.readouterr().out
    assert text.startswith("PLAIN: 1 thing is wrong\n")
    assert "✗ The second NUL is missing" in text
    assert "52 characters; --reveal shows them" in text
    for secret in ("noits", MENDED, BROKEN):
        assert secret not in text


def test_reveal_shows_the_secret_and_the_corrected_string(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["decode", "--reveal", "AUTH", "PLAIN", BROKEN]) == 1
    text = capsys.readouterr().out
    assert "noitsnotmypassword" in text
    assert f"  AUTH PLAIN {MENDED}\n" in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_standard_input_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    piped(monkeypatch, f"C: AUTH PLAIN {RIGHT}\r\n".encode(encoding))
    assert main(["decode", "-"]) == 0
    assert "user@gmail.com" in capsys.readouterr().out


def test_of_a_log_file_it_is_said_that_the_string_is_not_in_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Written().client(b"EHLO me\r\n").server(b"220 hi\r\n").server(b"250 AUTH\r\n")
    session.client(b"AUTH PLAIN " + RIGHT.encode() + b"\r\n", RIGHT.encode())
    piped(monkeypatch, FORMATS["json"].write(excerpt(session.records)))
    assert main(["decode", "-"]) == 1
    text = capsys.readouterr().out
    assert text.startswith("PLAIN: 1 thing is wrong")
    assert "The string itself is not in it" in text


def test_a_person_at_a_terminal_is_asked_without_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts: list[str] = []

    def answer(prompt: str) -> str:
        prompts.append(prompt)
        return RIGHT

    monkeypatch.setattr(sys, "stdin", Typed())
    monkeypatch.setattr("getpass.getpass", answer)
    assert main(["decode", "-"]) == 0
    assert len(prompts) == 1


def test_a_line_that_a_terminal_would_cut_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed())
    monkeypatch.setattr("getpass.getpass", lambda prompt: "A" * 4095)
    assert main(["decode", "-"]) == 2
    assert "give it from a file" in capsys.readouterr().err


def test_what_endless_input_holds_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/zero").open() as endless:
        monkeypatch.setattr(sys, "stdin", endless)
        assert main(["decode", "-"]) == 1
    assert "no credential has more" in capsys.readouterr().out


def test_json_is_one_object_without_the_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--json", BROKEN]) == 1
    text = capsys.readouterr().out
    told = json.loads(text)
    assert text.count("\n") == 1
    assert (told["mechanism"], told["right"], told["certain"]) == ("PLAIN", False, False)
    assert told["parts"][2] == {"kind": "password", "octets": 18, "secret": True, "text": None}
    assert (told["correctable"], told["corrected"]) == (True, None)
    assert told["findings"][0]["severity"] == "wrong"
    assert "noits" not in text


def test_json_with_reveal_has_the_corrected_string(capsys: pytest.CaptureFixture[str]) -> None:
    main(["decode", "--json", "--reveal", BROKEN])
    assert json.loads(capsys.readouterr().out)["corrected"] == MENDED


@pytest.mark.parametrize("more", [(), ("--json",), ("--reveal",)])
def test_foreign_octets_never_reach_the_terminal_as_they_are(
    capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    hostile = base64.b64encode(b"\0\x1b]0;me\x07\0\x1b[2J").decode()
    main(["decode", *more, hostile])
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "‹ESC›" in text


def test_nothing_to_take_apart_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode"]) == 2
    assert "TOKEN" in capsys.readouterr().err


def test_help_recommends_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--help"]) == 0
    assert "prefer -" in capsys.readouterr().out
