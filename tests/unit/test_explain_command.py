"""``smtp-tui explain``: what it shows, how it ends, and that no terminal obeys what was pasted."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from smtp_tui.cli import main
from smtp_tui.transcript.excerpt import excerpt
from smtp_tui.transcript.exports.formats import FORMATS
from tests.unit.written_session import Written

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


def saved_session(how: str) -> bytes:
    """A session in which the client's 588 secret octets are refused, in that format."""
    secret = b"QUJD" * 147
    session = Written().server(b"220 hi\r\n").client(b"EHLO me\r\n").server(b"250 AUTH\r\n")
    session.client(b"AUTH PLAIN " + secret + b"\r\n", secret).server(b"535 5.7.8 not so\r\n")
    session.client(b"QUIT\r\n").server(b"221 bye\r\n")
    return FORMATS[how].write(excerpt(session.records))


@pytest.mark.parametrize("how", ["smtp", "text", "json"])
def test_the_first_refusal_in_a_saved_session_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    saved = saved_session(how)
    assert b"588 octets of secrets" in saved
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(saved)))
    told = json.loads(explained(capsys, "--json", "-"))
    assert (told["code"], told["enhanced"], told["verb"]) == (535, "5.7.8", "AUTH")


@pytest.mark.parametrize(
    "reported",
    [
        '{"kind": "note", "time": 0.0, "text": "550 octets"}\n'
        '{"kind": "client", "time": 0.1, "line": "RCPT TO:<a@example.org>"}\n'
        '{"kind": "server", "time": 0.1, "code": 550, "enhanced": "5.1.1", "lines": ["5.1.1 no",'
        ' "5.1.1 such user"]}\n{"kind": "serv',
        "     0.001 *   connected to 192.0.2.1:587\n     0.040 C   RCPT TO:<a@example.org>\n"
        "     0.080 S   550-5.1.1 no\n     0.080 S ✓ 550 5.1.1 such user\n",
    ],
    ids=["json", "text"],
)
def test_the_first_refusal_in_the_report_of_a_run_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reported: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(reported.encode())))
    text = explained(capsys, "-")
    assert text.startswith("550 5.1.1: refused")
    assert "  │ 5.1.1 such user\n" in text


def test_the_first_refusal_is_explained_whatever_stands_before_the_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = b"reply: b'250 hi\\r\\n'\nreply: b'535-5.7.8 not so\\r\\n'\nreply: b'550 no\\r\\n'\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(log)))
    assert explained(capsys, "-").startswith("535 5.7.8: refused")


def test_a_reply_behind_asterisks_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert explained(capsys, "*** 550 5.1.1 no such user").startswith("550 5.1.1")
