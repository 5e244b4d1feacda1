"""``smtp-tui run`` speaks with a real Postfix."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.postfix import Postfix, strip_trace

SCRIPT = """\
S: 220
C: EHLO me.example.org
S: 250
C: STARTTLS
S: 220
C: EHLO me.example.org
S: 250
C: AUTH PLAIN {{PLAIN}}
S: 235
C: MAIL FROM:<a@example.org>
S: 250
C: RCPT TO:<{first}>
S: 250
C: RCPT TO:<{second}>
S: 250
C: DATA
S: 354
C: Subject: dots
C:
C: ..hello
C: ..
C: ..two
C: .
S: 250
C: QUIT
S: 221
"""
DELIVERED = b"Subject: dots\n\n.hello\n.\n.two\n"


def run(
    postfix: Postfix, script: Path, *arguments: str, password: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "smtp_tui",
            "run",
            str(script),
            *arguments,
            "--ca-file",
            str(postfix.ca_file),
            "--user",
            postfix.user,
        ],
        env={**os.environ, "SMTP_TUI_PASSWORD": password or postfix.password},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_whole_mail_is_delivered_to_the_octet(postfix: Postfix, tmp_path: Path) -> None:
    recipients = [f"run-a@{postfix.domain}", f"run-b@{postfix.domain}"]
    script = tmp_path / "mail.smtp"
    script.write_text(SCRIPT.format(first=recipients[0], second=recipients[1]))
    done = run(postfix, script, f"127.0.0.1:{postfix.starttls_port}", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert objects[-1]["kind"] == "result"
    assert objects[-1]["ok"] is True
    assert [one["verified"] for one in objects if one["kind"] == "tls"] == [True]
    assert not [one for one in objects if one["kind"] == "alarm"]
    assert postfix.password not in done.stdout
    for recipient in recipients:
        (delivered,) = postfix.deliveries(recipient)
        assert strip_trace(delivered) == DELIVERED


def test_a_wrong_password_is_not_as_expected(postfix: Postfix, tmp_path: Path) -> None:
    script = tmp_path / "mail.smtp"
    script.write_text(SCRIPT.format(first="x@example.test", second="y@example.test"))
    done = run(postfix, script, f"127.0.0.1:{postfix.starttls_port}", password="wrong")
    assert done.returncode == 1
    assert "535" in done.stdout


def test_the_wrong_authority_is_a_tls_failure(postfix: Postfix, tmp_path: Path) -> None:
    script = tmp_path / "ehlo.smtp"
    script.write_text("S: 220\nC: QUIT\nS: 221\n")
    done = subprocess.run(
        [sys.executable, "-m", "smtp_tui", "run", script, f"smtps://127.0.0.1:{postfix.tls_port}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4
    assert "not trusted" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("form", "words"),
    [("smtps://127.0.0.1:{starttls}", "plain text"), ("smtp://127.0.0.1:{tls}", "TLS")],
)
def test_the_wrong_mode_for_the_port_is_said_in_a_sentence(
    postfix: Postfix, tmp_path: Path, form: str, words: str
) -> None:
    script = tmp_path / "quit.smtp"
    script.write_text("S: 220\nC: QUIT\nS: 221\n")
    target = form.format(starttls=postfix.starttls_port, tls=postfix.tls_port)
    done = run(postfix, script, target, "--timeout", "8")
    assert done.returncode != 0
    assert words in done.stdout + done.stderr
