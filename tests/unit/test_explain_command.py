"""``smtp-tui explain``: what it shows, how it ends, and that no terminal obeys what was pasted."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from smtp_tui.cli import main

GMAIL = "535-5.7.8 Username and Password not accepted. For more information\n535 5.7.8 go - gsmtp"


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explain", *arguments]) == 0
    return capsys.readouterr().out


def test_a_reply_is_explained_with_its_source_and_the_key(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = explained(capsys, "530 5.7.0 Must issue a STARTTLS command first")
    assert text.startswith("530 5.7.0: refused")
    assert "\n  530    You have to sign in, or to encrypt with STARTTLS, before this." in text
    assert "(RFC 3463)" in text
    assert "→ Send STARTTLS, then EHLO again" in text
    assert "source: Google, Gmail SMTP errors and codes; RFC 3207 4" in text
    assert text.endswith("In the window: f6 (STARTTLS)\n")


def test_a_reply_of_several_lines_comes_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GMAIL.encode())))
    text = explained(capsys, "-")
    assert "  │ 5.7.8 go - gsmtp\n" in text
    assert "app password" in text


def test_words_need_no_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert "null MX" in explained(capsys, "556", "5.1.10", "no")


def test_a_bare_code_says_what_it_means_to_each_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = explained(capsys, "252")
    assert "· as the answer to VRFY: The server will not say whether the user exists" in text


def test_the_verb_decides(capsys: pytest.CaptureFixture[str]) -> None:
    assert "TLS is not available" in explained(capsys, "454", "--verb", "starttls")
    assert "makes no sense as the answer to a message" in explained(
        capsys, "354 go", "--verb", "body"
    )


def test_lines_with_different_codes_are_pointed_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert "different codes: 250, 550" in explained(capsys, "250-fine\n550 not")


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(capsys, "--json", "535 4.7.8 no")
    told = json.loads(text)
    assert text.count("\n") == 1
    assert (told["code"], told["enhanced"], told["verb"]) == (535, "4.7.8", None)
    assert told["status"]["name"] == "Authentication credentials invalid"
    assert "contradict" in told["contradictions"][0]
    assert told["notes"][0]["source"] == "RFC 4954 6"
    assert told["suggestion"]["action"] == "mend"


def test_what_holds_no_code_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "hello"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_no_terminal_obeys_what_was_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(capsys, "550 \x1b]0;PWNED\x07 \x1b[2J\u202e no", "--verb", "\x1b[2J")
    assert "‹ESC›]0;PWNED‹BEL›" in text
    assert text.replace("\n", "").isprintable()


def test_it_starts_without_the_window() -> None:
    script = "import sys; from smtp_tui.cli import main; main(sys.argv[1:]); print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", script, "explain", "530 5.7.0 STARTTLS first"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "f6 (STARTTLS)" in ran.stdout
    assert not {name.partition(".")[0] for name in ran.stdout.split()} & {
        "textual", "rich", "asyncio", "cryptography"
    }  # fmt: skip


def test_a_bare_enhanced_status_code_is_nobodys_in_particular(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "5.7.8"]) == 0
    assert "Gmail" not in capsys.readouterr().out


def test_what_a_code_answers_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "550"]) == 0
    told = capsys.readouterr().out
    assert "as the answer to a message" in told
    assert "(body)" not in told
