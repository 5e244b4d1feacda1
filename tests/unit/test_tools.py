"""A session as another tool's command: safe to paste, honest about what is left out."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp_tui.transcript.excerpt import excerpt
from smtp_tui.transcript.tools import shell
from smtp_tui.transcript.tools.all import TOOLS, written
from smtp_tui.transcript.tools.plan import ToolError
from smtp_tui.wire.target import Target, TlsMode
from tests.unit.written_session import PLAIN, Written, signed_in

TARGET = Target("smtp.example.org", 587)
VARIABLES = {"SMTP_USER": "tim", "SMTP_PASSWORD": "tanstaaf"}
STUBS = "".join(f"{name}() {{ printf '%s\\0' \"$@\"; }}\n" for name in ("swaks", "curl", "openssl"))
HOSTILE = "$(id);`id`'\"\\\n|&<>{}~#! *"


def copied(name: str, session: Written, target: Target = TARGET) -> str:
    return written(name, excerpt(session.records), target)


def run(text: str) -> bytes:
    """Run it in a shell where swaks and curl print their arguments, each with a NUL behind it."""
    done = subprocess.run(
        ["/bin/sh", "-c", STUBS + text], capture_output=True, check=True, env=VARIABLES
    )
    assert done.stderr == b""
    return done.stdout


def mail(*message: bytes, sender: bytes = b"a@example.org") -> Written:
    session = signed_in().client(b"MAIL FROM:<" + sender + b">\r\n").server(b"250 ok\r\n")
    session.client(b"RCPT TO:<b@example.org>\r\n").server(b"250 ok\r\n")
    session.client(b"DATA\r\n").server(b"354 go\r\n").text(*message).ends()
    return session.server(b"250 kept\r\n").client(b"QUIT\r\n").server(b"221 bye\r\n")


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=5))
@settings(max_examples=60, deadline=None)
def test_printed_lines_are_printed_to_the_octet(lines: list[bytes]) -> None:
    assert run(shell.printed(lines)) == b"".join(line + b"\n" for line in lines)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
@settings(max_examples=60, deadline=None)
def test_a_word_is_one_word_whatever_is_in_it(text: str) -> None:
    assert run(f"printf %s {shell.word(text)}").decode() == text


def test_a_command_is_never_wrapped_between_an_option_and_its_value() -> None:
    options = [f"--option-{number:030}" for number in range(5)]
    words = [word for option in options for word in (option, "-")]
    text = shell.command(["command", *words])
    assert len(text.splitlines()) > 1
    assert all(f"{option} -" in text for option in options)


@pytest.mark.parametrize("name", list(TOOLS))
def test_no_secret_is_copied(name: str) -> None:
    text = copied(name, mail(b"hello tanstaaf\r\n"))
    assert PLAIN.decode() not in text
    assert "tanstaaf" not in text
    assert "SMTP_PASSWORD" in text


@pytest.mark.parametrize("name", list(TOOLS))
@pytest.mark.parametrize("missing", list(VARIABLES))
def test_without_user_or_password_nothing_is_done(name: str, missing: str) -> None:
    text = copied(name, mail(b"hello\r\n"))
    words = [sys.executable, "-c", text] if name == "smtplib" else ["/bin/sh", "-c", STUBS + text]
    done = subprocess.run(
        words,
        capture_output=True,
        check=False,
        env={"PATH": os.defpath, "PAUSE": "0", **VARIABLES, missing: ""},
    )
    assert done.returncode != 0
    assert done.stdout == b""
    assert missing in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("name", ["swaks", "curl", "openssl"])
def test_a_shell_it_is_pasted_into_does_nothing_without_a_user(name: str) -> None:
    done = subprocess.run(
        ["bash", "--norc", "-i"],
        input=(STUBS + copied(name, mail(b"hello\r\n"))).encode(),
        capture_output=True,
        check=False,
        env={"PATH": os.defpath, "PAUSE": "0", "SMTP_PASSWORD": "tanstaaf"},
        start_new_session=True,
    )
    assert done.stdout == b""
    assert b"SMTP_USER" in done.stderr


@pytest.mark.parametrize("name", ["swaks", "openssl"])
def test_the_password_is_no_argument_that_ps_would_show(name: str) -> None:
    arguments = run(copied(name, mail(b"hello\r\n")))
    assert VARIABLES["SMTP_PASSWORD"].encode() not in arguments


@pytest.mark.parametrize("name", ["swaks", "curl"])
def test_hostile_names_stay_arguments(name: str) -> None:
    target = Target(HOSTILE, 587, ca_file=Path(HOSTILE))
    sender = HOSTILE.replace(">", "").replace("\n", "").encode()
    arguments = run(copied(name, mail(b"hello\r\n", sender=sender), target)).split(b"\0")
    named = [each for each in arguments if b"$(id)" in each]
    assert any(each.endswith(HOSTILE.encode()) for each in named)
    assert any(each.endswith(sender) for each in named)


@pytest.mark.parametrize("name", ["swaks", "curl", "openssl"])
def test_lines_a_tool_cannot_say_are_comments_that_stay_comments(name: str) -> None:
    session = signed_in().client(b"NOOP \n$(touch pwned)\x1b[2J\r\n").server(b"250 ok\r\n")
    text = copied(name, session)
    assert "\x1b" not in text
    outside = [line for line in text.splitlines() if not line.startswith("#")]
    if name != "openssl":
        assert "# " in text
        assert not [line for line in outside if "pwned" in line]


@pytest.mark.parametrize("name", ["swaks", "curl"])
def test_an_address_may_hold_the_sign_that_ends_it_in_quotes(name: str) -> None:
    sender = b'"a>b"@example.org'
    arguments = run(copied(name, mail(b"hello\r\n", sender=sender))).split(b"\0")
    assert any(each.endswith(sender) for each in arguments)


def test_what_swaks_cannot_say_is_named() -> None:
    session = signed_in().client(b"NOOP\r\n").server(b"250 ok\r\n")
    session.client(b"MAIL FROM:<a@example.org> SIZE=10\r\n").server(b"250 ok\r\n")
    lines = copied("swaks", session).splitlines()
    assert lines[:3] == [
        "# SMTP_USER and SMTP_PASSWORD have to be set in the environment",
        "# swaks cannot say: NOOP",
        "# swaks cannot say: SIZE=10",
    ]
    assert lines[-1].endswith("--quit-after=MAIL")


@pytest.mark.parametrize(
    "line", [" MAIL FROM:<a@x.test>", "MAIL FROM :<a@x.test>", "MAIL <a@x.test>"]
)
def test_an_envelope_command_that_swaks_writes_otherwise_is_named(line: str) -> None:
    session = signed_in().client(f"{line}\r\n".encode()).server(b"501 no\r\n")
    lines = copied("swaks", session).splitlines()
    assert f"# swaks cannot say: {line}" in lines


def test_a_program_is_valid_python_with_hostile_lines_in_strings() -> None:
    session = signed_in().client(b'NOOP \'"""\\ \xff);import os\r\n').server(b"250 ok\r\n")
    tree = ast.parse(copied("smtplib", session))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert 'NOOP \'"""\\ \xff);import os' in strings


@pytest.mark.parametrize(
    ("name", "mechanism", "reason"),
    [
        ("swaks", "SCRAM-SHA-256", "swaks cannot sign in by SCRAM-SHA-256."),
        ("curl", "SCRAM-SHA-256", "curl cannot be relied on to sign in by SCRAM-SHA-256."),
        ("openssl", "CRAM-MD5", "openssl s_client cannot compute the answers of CRAM-MD5."),
        ("smtplib", "SCRAM-SHA-256", "smtplib cannot sign in by SCRAM-SHA-256."),
    ],
)
def test_a_mechanism_a_tool_has_not_is_said(name: str, mechanism: str, reason: str) -> None:
    session = Written().server(b"220 hi\r\n").secure()
    secret = b"biwsbj1h"
    session.client(b"AUTH " + mechanism.encode() + b"\r\n", b"").server(b"334 eA==\r\n")
    session.client(secret + b"\r\n", secret, mechanism).server(b"235 ok\r\n")
    with pytest.raises(ToolError) as said:
        copied(name, session)
    assert str(said.value) == reason


@pytest.mark.parametrize("name", list(TOOLS))
def test_a_session_without_a_word_cannot_be_copied(name: str) -> None:
    with pytest.raises(ToolError, match="Nothing was sent yet"):
        copied(name, Written().server(b"220 hi\r\n"))


def test_what_was_never_encrypted_is_nothing_for_openssl() -> None:
    with pytest.raises(ToolError, match="speaks TLS only"):
        copied("openssl", Written().server(b"220 hi\r\n").client(b"QUIT\r\n"))


def test_an_ipv6_address_and_a_socket_are_written_as_each_tool_has_them() -> None:
    v6 = Target("2001:db8::1", 465, TlsMode.IMPLICIT)
    assert "smtps://[2001:db8::1]:465/me" in copied("curl", mail(), v6)
    assert "'[2001:db8::1]:465'" in copied("openssl", mail(), v6)
    path = Target("", 0, TlsMode.NONE, lmtp=True, unix_path=Path("/run/lmtp"))
    assert "--socket=/run/lmtp" in copied("swaks", mail(), path)
    assert "smtplib.LMTP('/run/lmtp'" in copied("smtplib", mail(), path)
