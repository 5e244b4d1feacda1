"""A session copied as another tool's command is the same dialogue again, seen by the server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtp_tui.practice.conversation import Conversation
from smtp_tui.practice.server import PracticeServer
from smtp_tui.sasl.credentials import Credentials
from smtp_tui.transcript.course import Check
from smtp_tui.transcript.excerpt import Excerpt, excerpt
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.player import Player
from smtp_tui.transcript.records import Transcript
from smtp_tui.transcript.script import parse
from smtp_tui.transcript.tools.all import TOOLS, written
from smtp_tui.wire.events import Event
from smtp_tui.wire.target import Target, TlsMode

NEEDED = {
    "swaks": (
        ["perl", "-MNet::SSLeay", "-e", "exec 'swaks', '--version'"],
        "swaks and libnet-ssleay-perl",
    ),
    "curl": (["curl", "--version"], "curl"),
    "openssl": (["openssl", "version"], "openssl"),
    "smtplib": ([sys.executable, "--version"], "python3"),
}
"""What shows that a tool can be run, and the Debian packages it takes."""
SESSION = b"""\
C: EHLO me.example
S: 250
C: STARTTLS
S: 220
C: EHLO me.example
S: 250
C: AUTH PLAIN {PLAIN}
S: 235
C: MAIL FROM:<a@example.org>
S: 250
C: RCPT TO:<b@example.org>
S: 250
C: RCPT TO:<d@example.org>
S: 250
C: DATA
S: 354
C: Subject: $(touch pwned) `touch pwned`
C:
C: ..first
C: %FROM_ADDRESS% 'quoted' "twice" \\n \\0 $HOME !!
C: Quit
C: EOF
C: caf\xc3\xa9 \xff\ttab
C: .
S: 250
C: QUIT
S: 221
"""


class Recorded:
    """The practice server with the octets that its clients sent, after decryption."""

    def __init__(self, server: PracticeServer, octets: list[bytes]) -> None:
        self.server = server
        self._octets = octets

    def lines(self) -> list[bytes]:
        """What came since the last call, in lines."""
        lines = b"".join(self._octets).split(b"\r\n")
        self._octets.clear()
        return lines

    def target(self, tls: TlsMode = TlsMode.STARTTLS) -> Target:
        at = self.server.address
        port = at.tls_port if tls is TlsMode.IMPLICIT else at.starttls_port
        return Target(at.host, port, tls, ca_file=at.ca_file)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    octets: list[bytes] = []
    received = Conversation.data_received

    def record(conversation: Conversation, data: bytes) -> None:
        octets.append(bytes(data))
        received(conversation, data)

    monkeypatch.setattr(Conversation, "data_received", record)
    with PracticeServer() as server:
        yield Recorded(server, octets)


def played(recorded: Recorded, script: bytes, target: Target) -> tuple[Excerpt, list[bytes]]:
    """The session of a script, and the lines that the server saw."""
    transcript, at = Transcript(), recorded.server.address

    def watch(event: Event, check: Check | None) -> None:
        transcript.add(event)

    player = Player(
        parse(b"S: 220\n" + script),
        target,
        watch=watch,
        veil=Veil(),
        credentials=Credentials(at.user, at.password),
        patience=10,
    )
    assert not player.play().failures
    return excerpt(transcript[number] for number in range(transcript.end)), recorded.lines()


def run(name: str, text: str, recorded: Recorded, folder: Path) -> list[bytes]:
    """Run what was copied; gives the lines that the server saw."""
    printed(name, text, recorded, folder)
    return recorded.lines()


def printed(name: str, text: str, recorded: Recorded, folder: Path) -> bytes:
    """Run what was copied; gives what it printed."""
    _require(name)
    at = recorded.server.address
    secrets = {"SMTP_USER": at.user, "SMTP_PASSWORD": at.password}
    assert not {"AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk", "cGFzc3dvcmQ="} & set(text.split())
    interpreter = [sys.executable, "-c"] if name == "smtplib" else ["/bin/sh", "-c"]
    done = subprocess.run(
        [*interpreter, text],
        env={**os.environ, **secrets, "PAUSE": "0.1", "HOME": str(folder)},
        cwd=folder,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, (text, done.stdout, done.stderr)
    assert not list(folder.iterdir())
    return done.stdout


def _require(name: str) -> None:
    """Skip the test where the tool is missing, or fail where ``CI`` is true."""
    probe, packages = NEEDED[name]
    if shutil.which(probe[0]) and subprocess.run(probe, capture_output=True).returncode == 0:
        return
    reason = f"to run this test install the Debian packages {packages}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def alike(lines: list[bytes]) -> list[bytes]:
    """The lines with verbs in capitals, and paths without what curl puts behind them unasked."""
    found: list[bytes] = []
    for line in lines:
        verb, space, rest = line.partition(b" ")
        if verb.upper() in (b"MAIL", b"RCPT"):
            rest = rest.upper()[: rest.index(b":")] + rest[rest.index(b":") : rest.index(b">") + 1]
        found.append(verb.upper() + space + rest)
    return found


@pytest.mark.parametrize("name", list(TOOLS))
def test_a_refused_recipient_stops_no_tool_where_it_did_not_stop_the_session(
    name: str, recorded: Recorded, tmp_path: Path
) -> None:
    refused = b"C: RCPT TO:<550@example.org>\nS: 550\nC: RCPT TO:<"
    target = recorded.target()
    kept, original = played(recorded, SESSION.replace(b"C: RCPT TO:<", refused, 1), target)
    again = run(name, written(name, kept, target), recorded, tmp_path)
    assert alike(again) == alike(original)
    assert len(recorded.server.messages) == 2


@pytest.mark.parametrize("name", list(TOOLS))
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_mail_by_starttls_is_the_same_dialogue_again(
    name: str, mechanism: str, recorded: Recorded, tmp_path: Path
) -> None:
    script = SESSION
    if mechanism == "LOGIN":
        login = b"C: AUTH LOGIN\nS: 334\nC: {LOGIN.user}\nS: 334\nC: {LOGIN.password}\n"
        script = script.replace(b"C: AUTH PLAIN {PLAIN}\n", login)
    target = recorded.target()
    kept, original = played(recorded, script, target)
    again = run(name, written(name, kept, target), recorded, tmp_path)
    assert alike(again) == alike(original)
    first, second = recorded.server.messages
    assert first.content == second.content
    assert first.recipients == second.recipients


@pytest.mark.parametrize("name", list(TOOLS))
def test_a_mail_over_implicit_tls_is_the_same_dialogue_again(
    name: str, recorded: Recorded, tmp_path: Path
) -> None:
    target = recorded.target(TlsMode.IMPLICIT)
    script = SESSION.replace(b"C: STARTTLS\nS: 220\nC: EHLO me.example\nS: 250\n", b"")
    kept, original = played(recorded, script, target)
    again = run(name, written(name, kept, target), recorded, tmp_path)
    assert alike(again) == alike(original)


@pytest.mark.parametrize("name", list(TOOLS))
def test_a_session_that_only_looked_is_the_same_up_to_there(
    name: str, recorded: Recorded, tmp_path: Path
) -> None:
    target = recorded.target()
    script = SESSION[: SESSION.index(b"C: MAIL")] + b"C: QUIT\nS: 221\n"
    kept, original = played(recorded, script, target)
    again = run(name, written(name, kept, target), recorded, tmp_path)
    assert [line for line in alike(again) if line != b"NOOP"] == original


@pytest.mark.parametrize("name", ["openssl", "smtplib"])
def test_other_commands_are_said_too_where_the_tool_can(
    name: str, recorded: Recorded, tmp_path: Path
) -> None:
    target = recorded.target()
    other = b"C: NOOP 'a' $(b) \\\\ %s\nS: 250\nC: RSET\nS: 250\nC: Kurt\nS: 5xx\nC: QUIT\n"
    script = SESSION[: SESSION.index(b"C: MAIL")] + other
    kept, original = played(recorded, script, target)
    again = run(name, written(name, kept, target), recorded, tmp_path)
    assert alike(again) == alike(original)


@pytest.mark.parametrize("name", ["openssl", "smtplib"])
def test_a_session_without_quit_ends_too(name: str, recorded: Recorded, tmp_path: Path) -> None:
    target = recorded.target()
    script = SESSION[: SESSION.index(b"C: MAIL")] + b"C: Quark\nS: 5xx\nC: RSET\nS: 250\n"
    kept, original = played(recorded, script, target)
    spoken = [record.raw for record in kept.records]
    cut = excerpt(kept.records[: spoken.index(b"QUIT\r\n")])
    again = run(name, written(name, cut, target), recorded, tmp_path)
    assert alike(again) == [line for line in alike(original) if line != b"QUIT"]


@pytest.mark.parametrize("name", ["openssl", "smtplib"])
def test_what_became_of_the_message_is_shown(name: str, recorded: Recorded, tmp_path: Path) -> None:
    target = recorded.target()
    kept, _ = played(recorded, SESSION, target)
    output = printed(name, written(name, kept, target), recorded, tmp_path)
    assert b"2.0.0 OK" in output
