"""``smtp-tui run`` as a person calls it, against servers on loopback."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from smtp_tui.cli import main
from smtp_tui.smtp.body import stuff
from tests.wire.loopback import (
    PATIENCE,
    Authority,
    Script,
    lines_of,
    over_tls,
    serve,
    wait_for_close,
)

WALKTHROUGH = (Path(__file__).parent.parent / "scripts" / "walkthrough.smtp").read_text()
USER = "tim@example.org"
PASSWORD = "tanstaaf-tänstaaf"
SECRETS = (
    PASSWORD,
    base64.b64encode(PASSWORD.encode()).decode(),
    base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode(),
)
BYE = (b"QUIT", b"221 bye\r\n")


@dataclass
class Ran:
    """What one call gave."""

    code: int
    out: str
    err: str

    def objects(self, kind: str) -> list[dict[str, object]]:
        """The objects of one kind in a JSON report."""
        every = [json.loads(line) for line in self.out.splitlines()]
        return [each for each in every if each["kind"] == kind]

    @property
    def result(self) -> dict[str, object]:
        """The last object of a JSON report."""
        (result,) = self.objects("result")
        assert json.loads(self.out.splitlines()[-1]) == result
        return result


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is set on this machine plays a part."""
    for name in [name for name in os.environ if name.startswith("SMTP_TUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SMTP_TUI_CONFIG", os.devnull)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Play a script's text, with further arguments."""

    def call(script: str, *arguments: str) -> Ran:
        file = tmp_path / "script.smtp"
        file.write_bytes(script.encode())
        code = main(["run", str(file), *arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


def plain(port: int) -> str:
    return f"smtp://127.0.0.1:{port}"


def says(data: bytes) -> Script:
    """A server that says this and waits for the end."""

    def script(client: socket.socket) -> None:
        client.sendall(data)
        wait_for_close(client)

    return script


def says_and_closes(data: bytes) -> Script:
    """A server that says this and leaves."""
    return lambda client: client.sendall(data)


def converse(*turns: tuple[bytes, bytes]) -> Script:
    """A server that greets, answers each line that begins as it should, and leaves."""

    def script(client: socket.socket) -> None:
        client.sendall(b"220 ready\r\n")
        line = lines_of(client)
        for verb, answer in turns:
            got = line()
            assert got.startswith(verb), (verb, got)
            client.sendall(answer)

    return script


# As expected


def test_the_walkthrough_runs_against_the_practice_server(run: Run) -> None:
    ran = run(WALKTHROUGH, "--practice")
    assert ran.code == 0, ran
    assert "C   AUTH PLAIN ‹PLAIN: 32 octets hidden›\n" in ran.out
    assert "S ✓ 235 2.7.0 Accepted\n" in ran.out
    assert ran.out.splitlines()[-1] == "✓ 10 of 10 replies as expected"
    assert ran.err == ""


def test_the_walkthrough_runs_over_implicit_tls_without_its_starttls(run: Run) -> None:
    text = WALKTHROUGH.replace("C: STARTTLS\nS: 220\nC: EHLO me.example\nS: 250\n", "")
    assert run(text, "--practice", "--tls", "implicit").code == 0


def test_a_login_dialogue_takes_its_placeholders(run: Run) -> None:
    text = WALKTHROUGH.replace(
        "C: AUTH PLAIN {PLAIN}\n",
        "C: AUTH LOGIN\nS: 334\nC: {LOGIN.user}\nS: 334\nC: {LOGIN.password}\n",
    )
    ran = run(text, "--practice")
    assert ran.code == 0, ran
    assert "C   ‹LOGIN: 12 octets hidden›\n" in ran.out


def test_lines_in_a_row_go_out_without_waiting(run: Run) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        line = lines_of(client)
        assert [line(), line(), line()] == [b"NOOP\r\n", b"RSET\r\n", b"VRFY a\r\n"]
        client.sendall(b"250 a\r\n250-b\r\n250 c\r\n252 d\r\n")
        assert line() == b"QUIT\r\n"
        client.sendall(b"221 bye\r\n")

    with serve(script) as server:
        ran = run(
            "S: 220\nC: NOOP\nC: RSET\nC: VRFY a\nS: 250 a\nS: 250-b\nS: 250 c\nS: 25x\n"
            "C: QUIT\nS: 221\n",
            plain(server.port),
        )
    assert ran.code == 0, ran


def test_every_recipient_has_a_reply_of_its_own_in_lmtp(run: Run) -> None:
    replies = (
        (b"LHLO", b"250 hi\r\n"),
        (b"RCPT", b"250 ok\r\n"),
        (b"RCPT", b"250 ok\r\n"),
        (b"DATA", b"354 go\r\n"),
        (b".", b"250 one\r\n552 two\r\n"),
        BYE,
    )
    with serve(converse(*replies)) as server:
        ran = run(
            "S: 220\nC: LHLO me\nS: 250\nC: RCPT TO:<a@b>\nC: RCPT TO:<c@d>\nS: 250\nS: 250\n"
            "C: DATA\nS: 354\nC: .\nS: 250\nS: 552\nC: QUIT\nS: 221\n",
            f"lmtp://127.0.0.1:{server.port}",
        )
    assert ran.code == 0, ran


def test_a_large_message_arrives_octet_for_octet(run: Run) -> None:
    message = stuff(b"".join(b"{PLAIN} line %d\r\n.\r\n" % number for number in range(8000)))
    received: list[bytes] = []

    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        line = lines_of(client)
        assert line() == b"DATA\r\n"
        client.sendall(b"354 go\r\n")
        while received[-1:] != [b".\r\n"]:
            received.append(line())
        client.sendall(b"250 ok\r\n")
        assert line() == b"QUIT\r\n"
        client.sendall(b"221 bye\r\n")

    text = "".join(f"C: {line}\n" for line in message.decode().splitlines())
    with serve(script) as server:
        ran = run(f"S: 220\nC: DATA\nS: 354\n{text}S: 250\n", plain(server.port))
    assert ran.code == 0, ran.err
    assert b"".join(received) == message


def test_a_goodbye_that_nobody_asked_for_can_be_expected(run: Run) -> None:
    with serve(says_and_closes(b"220 hi\r\n421 4.4.2 idle\r\n")) as server:
        assert run("S: 220\nS: 421\n", plain(server.port)).code == 0


def test_the_script_may_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.TextIOWrapper(io.BytesIO(b"S: 220\nC: QUIT\nS: 221\n"))
    monkeypatch.setattr(sys, "stdin", text)
    with serve(converse(BYE)) as server:
        assert main(["run", "-", plain(server.port)]) == 0


# Not as expected


def test_a_wrong_password_is_not_as_expected(run: Run) -> None:
    ran = run(WALKTHROUGH, "--practice", "--password-command", "echo wrong-one")
    assert ran.code == 1
    assert ran.err.startswith("smtp-tui: line 10: expected 235, but AUTH got 535 5.7.8 ")
    assert "line 10 expected 235" in ran.out
    assert "MAIL FROM" not in ran.out
    assert "C   QUIT\n" in ran.out
    assert ran.out.splitlines()[-1] == "✗ 4 of 10 replies as expected, stopped at line 10"


def test_all_replies_to_what_was_sent_are_looked_at_before_it_stops(run: Run) -> None:
    replies = ((b"RCPT", b"550 no\r\n"), (b"RCPT", b"250 ok\r\n"), (b"NOOP", b"450 no\r\n"), BYE)
    with serve(converse(*replies)) as server:
        ran = run(
            "S: 220\nC: RCPT TO:<a@b>\nC: RCPT TO:<c@d>\nC: NOOP\nS: 250\nS: 250\nS: 250\n"
            "C: RSET\nS: 250\n",
            plain(server.port),
            "--json",
        )
    assert ran.code == 1
    assert ran.result["met"] == 2
    assert ran.result["skipped"] == 1
    assert ran.result["failures"] == [
        {"line": 5, "expected": "250", "got": "550"},
        {"line": 7, "expected": "250", "got": "450"},
    ]
    assert ran.err == "smtp-tui: line 5: expected 250, but RCPT got 550 no (and 1 more)\n"


@pytest.mark.parametrize("expectation", ["S: 354\n", "S: xxx\n", ""])
def test_message_text_is_not_sent_where_data_was_refused(run: Run, expectation: str) -> None:
    with serve(converse((b"DATA", b"554 no\r\n"), BYE)) as server:
        ran = run(f"S: 220\nC: DATA\n{expectation}C: the text\nC: .\n", plain(server.port))
    assert ran.code == 1
    assert "the text" not in ran.out


def test_a_message_that_shall_not_be_sent_is_cut_off_rather_than_ended(run: Run) -> None:
    received: list[bytes] = []

    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        line = lines_of(client)
        line()
        line()
        client.sendall(b"550 no\r\n354 go\r\n")
        received.append(wait_for_close(client))

    with serve(script) as server:
        ran = run(
            "S: 220\nC: RCPT TO:<a@b>\nC: DATA\nS: 250\nS: 354\nC: text\nC: .\nS: 250\n",
            plain(server.port),
        )
    assert ran.code == 1
    assert received == [b""]


@pytest.mark.parametrize(
    ("script", "server", "sentence"),
    [
        ("S: 220\n", b"", "line 1: expected 220, the connection is closed"),
        ("S: 220\nC: NOOP\nS: 250\n", b"220 hi\r\n", "line 3: expected 250, the connection is"),
        ("S: 220\n", b"554 go away\r\n", "line 1: expected 220, but the greeting is 554 go away"),
        ("S: 220\n", b"554-go\r\n554 away\r\n", "expected 220, but the greeting is 554 go…"),
        (
            "S: 220\nS: 250\n",
            b"220 hi\r\n421 bye\r\n",
            "line 2: expected 250, but without being asked the server said 421 bye",
        ),
    ],
)
def test_a_server_that_leaves_early_is_not_as_expected(
    run: Run, script: str, server: bytes, sentence: str
) -> None:
    with serve(says_and_closes(server)) as listening:
        ran = run(script, plain(listening.port), "--json")
    assert ran.code == 1, ran
    assert sentence in ran.err
    counted = sum(int(str(ran.result[each])) for each in ("met", "failed", "skipped"))
    assert counted == script.count("S: ")


def test_a_reply_that_nothing_asks_for_is_not_waited_for(run: Run) -> None:
    with serve(converse(BYE)) as server:
        ran = run("S: 220\nS: 250\n", plain(server.port))
    assert ran.code == 1
    assert "line 2: expected 250, nothing was sent that wants another reply" in ran.err


def test_a_reply_that_does_not_come_is_given_up_after_the_timeout(run: Run) -> None:
    with serve(says(b"220 hi\r\n")) as server:
        ran = run("S: 220\nC: NOOP\nS: 250\n", plain(server.port), "--timeout", "0.2")
    assert ran.code == 1
    assert "line 3: expected 250, no reply in 0.2 s\n" in ran.err


def test_a_server_that_never_speaks_may_be_waiting_for_tls(run: Run) -> None:
    with serve(says(b"")) as server:
        ran = run("S: 220\n", plain(server.port), "--timeout", "0.2")
    assert ran.code == 1
    assert "expected 220, no reply in 0.2 s: the port may expect implicit TLS" in ran.err


# Where it cannot be played


def test_a_refused_port_exits_3(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    ran = run("S: 220\n", plain(port))
    assert ran.code == 3
    assert ran.err.startswith(f"smtp-tui: 127.0.0.1:{port} could not be reached")
    assert len(ran.err.splitlines()) == 1


def test_a_certificate_of_an_unknown_authority_exits_4(run: Run, authority: Authority) -> None:
    with serve(over_tls(authority.server(), converse(BYE))) as server:
        address = f"smtps://127.0.0.1:{server.port}"
        ran = run("S: 220\n", address, "--json")
        assert ran.code == 4
        (tls,) = ran.objects("tls")
        assert tls["verified"] is False
        assert tls["error"]
        assert ran.err.startswith("smtp-tui: ")
        assert run("S: 220\n", address, "--insecure").code == 0
        assert run("S: 220\n", address, "--ca-file", str(authority.ca_file)).code == 0


def test_a_starttls_that_leads_nowhere_exits_4(run: Run) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        client.sendall(b"220 go\r\n")

    with serve(script) as server:
        ran = run("S: 220\nC: STARTTLS\nS: 220\nC: EHLO me\nS: 250\n", plain(server.port))
    assert ran.code == 4, ran
    assert "EHLO" not in ran.out


def test_another_service_is_called_by_its_name(run: Run) -> None:
    with serve(says(b"* OK IMAP4rev1 ready\r\n")) as server:
        ran = run("S: 220\nC: EHLO me\nS: 250\n", plain(server.port))
    assert ran.code == 5, ran
    assert "This is an IMAP server" in ran.err


@pytest.mark.parametrize(
    "answer",
    [
        b"hello\r\n250 ok\r\n",
        b"2500 ok\r\n",
        b"250-a\r\n550 b\r\n",
        b"250 ok\r\n250 INJECTED\r\n",
        b"250 o",
    ],
    ids=["garbage", "four digits", "two codes", "one too many", "cut off"],
)
def test_a_server_that_breaks_the_protocol_exits_5(run: Run, answer: bytes) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        lines_of(client)()
        client.sendall(answer)
        client.shutdown(socket.SHUT_WR)
        wait_for_close(client)

    with serve(script) as server:
        ran = run("S: 220\nC: NOOP\nS: 250\nC: RSET\nS: 250\n", plain(server.port), "--json")
    assert ran.code == 5, ran
    assert ran.objects("alarm")
    assert ran.result["ok"] is False


@pytest.mark.parametrize("json", [(), ("--json",)])
def test_a_server_that_repeats_a_password_written_in_the_script_shows_it_to_nobody(
    run: Run, json: tuple[str, ...]
) -> None:
    exchange = converse(
        (b"AUTH", b"334 VXNlcm5hbWU6\r\n"),
        (b"bWU=", b"334 UGFzc3dvcmQ6\r\n"),
        (b"aHVudGVyMiE=", b"535 hunter2! is aHVudGVyMiE\r\n"),
        (b"AUTH", b"535 hunter3! is aHVudGVyMyE, from AG1lAGh1bnRlcjMh\r\n"),
    )
    script = (
        "S: 220\nC: AUTH LOGIN\nS: 334\nC: bWU=\nS: 334\nC: aHVudGVyMiE=\nS: 535\n"
        "C: AUTH PLAIN AG1lAGh1bnRlcjMh\nS: 535\n"
    )
    with serve(exchange) as server:
        ran = run(script, plain(server.port), *json)
    assert ran.code == 0, ran
    for secret in ("hunter", "aHVudGVy", "AG1lAGh1bnRlcjMh"):
        assert secret not in ran.out + ran.err


def test_replies_injected_behind_starttls_exit_5(run: Run) -> None:
    with serve(converse((b"STARTTLS", b"220 go\r\n250 INJECTED\r\n"))) as server:
        script = "S: 220\nC: STARTTLS\nS: 220\nC: EHLO me\nS: 250\n"
        ran = run(script, plain(server.port), "--json")
    assert ran.code == 5
    assert "EHLO" not in ran.out
    (alarm,) = ran.objects("alarm")
    assert alarm["data"] == "250 INJECTED\r\n"


def test_a_bad_file_exits_2_with_its_line(run: Run) -> None:
    ran = run("S: 220\nEHLO me\n", "127.0.0.1:1")
    assert ran.code == 2
    assert "script.smtp, line 2: found “EHLO me”, expected a line that begins with C:" in ran.err
    assert ran.out == ""


# Secrets


def login(port: int) -> tuple[str, ...]:
    return (plain(port), "--user", USER)


@pytest.mark.parametrize("report", [(), ("--json",)])
@pytest.mark.parametrize("source", ["environment", "command", "stdin"])
def test_no_secret_is_ever_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch, report: tuple[str, ...], source: str
) -> None:
    sources: tuple[str, ...] = ()
    match source:
        case "environment":
            monkeypatch.setenv("SMTP_TUI_PASSWORD", PASSWORD)
        case "command":
            sources = ("--password-command", f"echo '{PASSWORD}'")
        case "stdin":
            data = io.TextIOWrapper(io.BytesIO(PASSWORD.encode() + b"\n"))
            monkeypatch.setattr(sys, "stdin", data)
            sources = ("--password-stdin",)
    heard: list[bytes] = []

    def script(client: socket.socket) -> None:
        client.sendall(b"220 hi\r\n")
        line = lines_of(client)
        heard.append(line())
        client.sendall(b"334 \r\n")
        heard.append(line())
        echoed = b" ".join([*heard, PASSWORD.encode()]).replace(b"\r\n", b"")
        client.sendall(b"535-you said " + echoed + b"\r\n535 no\r\n")

    with serve(script) as server:
        ran = run(
            "S: 220\nC: AUTH PLAIN {PLAIN}\nS: 334\nC: {LOGIN.password}\nS: 235\n",
            *login(server.port),
            *sources,
            *report,
        )
    assert ran.code == 1, ran
    assert heard == [f"AUTH PLAIN {SECRETS[2]}\r\n".encode(), f"{SECRETS[1]}\r\n".encode()]
    for secret in SECRETS:
        assert secret not in ran.out + ran.err
        assert json.dumps(secret)[1:-1] not in ran.out + ran.err
    assert "octets hidden" in ran.out.encode().decode("unicode_escape", "replace")


def test_a_credential_written_in_the_script_is_masked_too(run: Run) -> None:
    with serve(converse((b"AUTH", b"235 ok\r\n"), BYE)) as server:
        ran = run(f"S: 220\nC: AUTH PLAIN {SECRETS[2]}\nS: 235\n", plain(server.port))
    assert ran.code == 0
    assert SECRETS[2] not in ran.out


@pytest.mark.parametrize("line", ["AUTH PLAIN {PLAIN}", f"AUTH PLAIN {SECRETS[2]}"])
def test_credentials_do_not_leave_this_machine_in_the_clear(
    run: Run, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setenv("SMTP_TUI_PASSWORD", PASSWORD)
    monkeypatch.setattr("smtp_tui.transcript.player.is_loopback", lambda address: False)
    script = f"S: 220\nC: EHLO me\nS: 250\nC: {line}\nS: 235\n"
    replies = ((b"EHLO", b"250 hi\r\n"), BYE)
    with serve(converse(*replies)) as server:
        ran = run(script, *login(server.port))
    assert ran.code == 4
    assert "AUTH" not in ran.out
    assert "line 4 would send credentials unencrypted" in ran.err
    with serve(converse(replies[0], (b"AUTH", b"235 ok\r\n"), BYE)) as server:
        assert run(script, *login(server.port), "--insecure").code == 0


def test_over_verified_tls_credentials_go_out(
    run: Run, monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    monkeypatch.setenv("SMTP_TUI_PASSWORD", PASSWORD)
    monkeypatch.setattr("smtp_tui.transcript.player.is_loopback", lambda address: False)
    script = over_tls(authority.server(), converse((b"AUTH", b"235 ok\r\n"), BYE))
    with serve(script) as server:
        ran = run(
            "S: 220\nC: AUTH PLAIN {PLAIN}\nS: 235\n",
            f"smtps://127.0.0.1:{server.port}",
            *("--user", USER, "--ca-file", str(authority.ca_file)),
        )
    assert ran.code == 0, ran


# The reports


HOSTILE = b"\x1b]0;PWNED\x07\x1b[2J\x9b31m \x00 caf\xc3\xa9 \xe2\x80\xae rev"


def test_nothing_a_server_says_controls_the_terminal(run: Run) -> None:
    with serve(converse((b"NOOP", b"550 " + HOSTILE + b"\r\n"), BYE)) as server:
        ran = run("S: 220\nC: NOOP\nS: 250\n", plain(server.port))
    assert ran.code == 1
    shown = (ran.out + ran.err).replace("\n", "")
    assert shown.isprintable()
    assert "‹ESC›]0;PWNED‹BEL›" in ran.out


@pytest.mark.parametrize("text", [HOSTILE, b"caf\xe9 \xff", bytes(range(32, 256)), b"\xed\xa0\x80"])
def test_json_stays_ascii_whatever_the_server_says(run: Run, text: bytes) -> None:
    with serve(converse((b"NOOP", b"250 " + text + b"\r\n"), BYE)) as server:
        ran = run("S: 220\nC: NOOP\nS: 250\n", plain(server.port), "--json")
    assert ran.out.isascii()
    assert ran.out.replace("\n", "").isprintable()
    assert len(ran.objects("server")) == 3


def test_the_json_report_tells_the_whole_course(run: Run) -> None:
    ran = run(WALKTHROUGH, "--practice", "--json")
    assert ran.code == 0, ran
    greeting = ran.objects("server")[0]
    assert {key: greeting[key] for key in ("code", "enhanced", "command", "line", "ok")} == {
        "code": 220,
        "enhanced": None,
        "command": "(greeting)",
        "line": 2,
        "ok": True,
    }
    signed_in = next(each for each in ran.objects("server") if each["code"] == 235)
    assert signed_in["enhanced"] == "2.7.0"
    assert signed_in["command"] == "AUTH"
    assert signed_in["lines"] == ["2.7.0 Accepted"]
    assert isinstance(signed_in["ms"], float)
    lines = [each["line"] for each in ran.objects("client")]
    assert lines[:4] == [
        "EHLO me.example",
        "STARTTLS",
        "EHLO me.example",
        "AUTH PLAIN ‹PLAIN: 32 octets hidden›",
    ]
    (tls,) = ran.objects("tls")
    assert tls["version"] == "TLSv1.3"
    assert tls["cipher"]
    assert tls["verified"] is True
    assert tls["error"] is None
    assert len(ran.objects("closed")) == 1
    assert ran.objects("note")
    result = dict(ran.result)
    result.pop("time")
    assert result == {
        "kind": "result",
        "ok": True,
        "exit": 0,
        "met": 10,
        "failed": 0,
        "skipped": 0,
        "failures": [],
        "text": "",
    }


def test_a_secret_sent_as_a_command_is_no_verb_in_a_report(run: Run) -> None:
    token = SECRETS[2]
    with serve(converse((token[:5].encode(), b"500 what\r\n"), BYE)) as server:
        ran = run(f"S: 220\nC: {token}\nS: 250\n", plain(server.port), "--json")
    assert ran.code == 1
    assert token.upper() not in (ran.out + ran.err).upper()
    assert ran.objects("server")[1]["command"] == "(secret)"


# As a process


def start(script: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "smtp_tui", "run", str(script), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_ctrl_c_ends_it_quietly_with_130(tmp_path: Path) -> None:
    file = tmp_path / "script.smtp"
    file.write_text("S: 220\nC: NOOP\nS: 250\n")
    with serve(says(b"220 hi\r\n")) as server, start(file, plain(server.port)) as process:
        assert process.stdout is not None
        while b"NOOP" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert complaints == b""


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "script.smtp"
    file.write_text("S: 220\n" + "C: NOOP\nS: 250\n" * 3)
    gate: list[socket.socket] = []

    def script(client: socket.socket) -> None:
        line = lines_of(client)
        gate.append(client)
        client.sendall(b"220 hi\r\n")
        while line():
            pass

    with serve(script) as server, start(file, plain(server.port)) as process:
        assert process.stdout is not None
        while b"NOOP" not in process.stdout.readline():
            pass
        process.stdout.close()
        gate[0].sendall(b"250 ok\r\n")
        assert process.stderr is not None
        complaints = process.stderr.read()
        process.wait(PATIENCE)
    assert process.returncode == 141
    assert complaints == b""
