"""What ``smtp-tui run`` leaves: exports that run again, reports, a result for each server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from smtp_tui.cli import main
from tests.wire.loopback import Script, answering_once, lines_of, serve

SCRIPTS = Path(__file__).parent.parent / "scripts"
LOGIN = """\
S: 220
C: EHLO me
S: 250
C: STARTTLS
S: 220
C: EHLO me
S: 250
C: AUTH LOGIN
S: 334
C: {LOGIN.user}
S: 334
C: {LOGIN.password}
S: 235
C: MAIL FROM:<a@example.org>
C: RCPT TO:<b@example.org>
C: DATA
S: 250
S: 250
S: 354
C: Subject: dots
C:
C: ..
C: ..two
C: .
S: 250
C: MAIL FROM:<a@example.org>
S: 250
C: RCPT TO:<550@example.org>
S: 5xx
C: QUIT
S: 221
"""
SCRAM = """\
S: 220
C: EHLO me
S: 250
C: STARTTLS
S: 220
C: EHLO me
S: 250
C: AUTH SCRAM-SHA-256 {SCRAM-SHA-256}
S: 334
C: {SCRAM-SHA-256}
S: 334
C:
S: 235
C: QUIT
S: 221
"""


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is set on this machine plays a part."""
    for name in [name for name in os.environ if name.startswith("SMTP_TUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SMTP_TUI_CONFIG", os.devnull)


def answers(*turns: bytes) -> Script:
    """A server that greets with the first of these and answers each line with the next."""

    def script(client: socket.socket) -> None:
        line = lines_of(client)
        client.sendall(turns[0])
        for answer in turns[1:]:
            line()
            client.sendall(answer)

    return script


def sent_lines(script: Path) -> list[str]:
    return [line for line in script.read_text().splitlines() if line.startswith("C:")]


def codes(script: Path) -> list[str]:
    lines = script.read_text().splitlines()
    return [line[3:6] for line in lines if line.startswith("S: ") and line[6:7] != "-"]


@pytest.mark.parametrize(
    "text",
    [(SCRIPTS / "walkthrough.smtp").read_text(), LOGIN, SCRAM],
    ids=["walkthrough", "login", "scram"],
)
def test_an_exported_script_runs_again_and_is_exported_the_same(tmp_path: Path, text: str) -> None:
    first, second, third = (tmp_path / name for name in ("a.smtp", "b.smtp", "c.smtp"))
    first.write_text(text)
    assert main(["run", str(first), "--practice", "--export", str(second)]) == 0
    assert main(["run", str(second), "--practice", "--export", str(third)]) == 0
    assert sent_lines(second) == sent_lines(first)
    assert sent_lines(third) == sent_lines(first)
    assert codes(second) == codes(third)


def test_a_play_is_exported_in_every_format_without_its_secrets(tmp_path: Path) -> None:
    names = ["a.smtp", "a.txt", "a.jsonl", "a.html", "a.svg"]
    exports = [argument for name in names for argument in ("--export", str(tmp_path / name))]
    assert main(["run", str(SCRIPTS / "walkthrough.smtp"), "--practice", *exports]) == 0
    for name in names:
        file = (tmp_path / name).read_text()
        assert "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk" not in file
        assert "32 octets of secrets are hidden in this file." in file
        assert "smtp.practice.test ESMTP" in file


def test_a_password_that_the_server_repeats_in_plain_is_hidden_in_exports_and_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_TUI_PASSWORD", "tanstaaf")
    script, export, log = (tmp_path / name for name in ("s.smtp", "e.txt", "l.jsonl"))
    script.write_text("S: 220\nC: AUTH PLAIN {PLAIN}\nS: 535\n")
    with serve(answers(b"220 hi\r\n", b"535 tanstaaf is wrong\r\n", b"221 bye\r\n")) as server:
        target = f"smtp://tim@127.0.0.1:{server.port}"
        files = ["--export", str(export), "--log", str(log)]
        assert main(["run", str(script), target, *files]) == 0
    assert "tanstaaf" not in export.read_text() + log.read_text()
    assert "535 ‹PLAIN: 8 octets hidden› is wrong" in export.read_text()


def test_a_format_nobody_can_tell_is_refused_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "session.pdf")
    walkthrough = str(SCRIPTS / "walkthrough.smtp")
    assert main(["run", walkthrough, "--practice", "--export", path]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "does not say in which format" in captured.err
    assert main(["run", walkthrough, "--practice", "--export", path, "--format", "text"]) == 0
    assert (tmp_path / "session.pdf").read_text().startswith("=== A session")


def test_an_export_that_cannot_be_written_is_said_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    walkthrough = str(SCRIPTS / "walkthrough.smtp")
    more = ["--export", "/dev/full", "--format", "smtp", "--junit", "/dev/full"]
    assert main(["run", walkthrough, "--practice", *more]) == 2
    captured = capsys.readouterr()
    assert "✓ 10 of 10 replies as expected" in captured.out
    told = "smtp-tui: /dev/full cannot be written: No space left on device."
    assert captured.err.splitlines() == [told, told]


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--export", "/no/such/x.txt cannot be written: No such file or directory."),
        ("--junit", "/no/such/x.txt cannot be written: No such file or directory."),
        ("--log", "The log file /no/such/x.txt cannot be written: No such file or directory."),
        ("--key-log", "The key log /no/such/x.txt cannot be written: No such file or directory."),
        ("--ca-file", "The CA file /no/such/x.txt does not exist."),
        ("--client-cert", "The client certificate /no/such/x.txt does not exist."),
        ("--ciphers", "OpenSSL finds no cipher in “/no/such/x.txt”"),
    ],
)
def test_a_file_that_cannot_be_had_is_said_before_anything_is_connected(
    capsys: pytest.CaptureFixture[str], option: str, told: str
) -> None:
    walkthrough = str(SCRIPTS / "walkthrough.smtp")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        target = f"tim@127.0.0.1:{server.getsockname()[1]}"  # no password: nobody is asked either
        assert main(["run", walkthrough, target, option, "/no/such/x.txt"]) == 2
        if option not in ("--export", "--junit"):
            assert main(["probe", target, option, "/no/such/x.txt"]) == 2
        with pytest.raises(BlockingIOError):
            server.accept()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert all(line.startswith(f"smtp-tui: {told}") for line in captured.err.splitlines())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--log", "a.jsonl", "--export", "a.jsonl"), "a.jsonl is named twice"),
        (("--export", "a.txt", "--junit", "./a.txt"), "./a.txt is named twice"),
        (("--export", "a.txt", "--export", "a.txt"), "a.txt is named twice"),
        (("--log", "s.smtp"), "s.smtp is the script"),
    ],
)
def test_one_thing_is_not_written_over_another(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    older = b'{"an": "older log"}\n'
    Path("a.jsonl").write_bytes(older)
    Path("s.smtp").write_text("C: QUIT\n")
    assert main(["run", "s.smtp", "127.0.0.1:9", *options]) == 2
    assert words in capsys.readouterr().err
    assert Path("a.jsonl").read_bytes() == older
    assert Path("s.smtp").read_text() == "C: QUIT\n"


@pytest.mark.parametrize("option", ["--log", "--export", "--junit", "--ca-file"])
def test_a_folder_that_is_gone_is_one_clear_line(tmp_path: Path, option: str) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    script = str(SCRIPTS / "walkthrough.smtp")
    arguments = [script, "127.0.0.1:9", "--user", "me", "--password-command", "echo x"]
    program = (
        "import os, sys; os.rmdir(os.getcwd()); from smtp_tui.cli import main;"
        "sys.exit(main(sys.argv[1:]))"
    )
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program, "run", *arguments, option, "file.txt"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS.parent.parent)},
        check=False,
    )
    assert ended.returncode in (2, 3, 4)
    assert "Traceback" not in ended.stderr
    assert "file.txt" in ended.stderr


def test_devices_may_be_named_for_several_things(capfd: pytest.CaptureFixture[str]) -> None:
    script = str(SCRIPTS / "walkthrough.smtp")
    null = ("--log", "/dev/null", "--junit", "/dev/null", "--export", "/dev/null")
    assert main(["run", script, "--practice", *null, "--format", "text"]) == 0
    assert not capfd.readouterr().err


def test_an_older_export_is_as_it_was_where_nothing_could_be_done(tmp_path: Path) -> None:
    older = tmp_path / "older.txt"
    older.write_text("older")
    walkthrough = str(SCRIPTS / "walkthrough.smtp")
    more = ["--export", str(older), "--junit", "/no/such/x.xml"]
    assert main(["run", walkthrough, "--practice", *more]) == 2
    assert older.read_text() == "older"
    assert [each.name for each in tmp_path.iterdir()] == ["older.txt"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_written_at_the_end_is_written_too_when_a_signal_ends_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    script, export, report = (tmp_path / name for name in ("s.smtp", "e.smtp", "r.xml"))
    script.write_text("S: 220\nC: EHLO me\nS: 250\nC: NOOP\nS: 250\n")
    told: list[dict[str, object]] = []

    def never(client: socket.socket) -> None:
        raise AssertionError("the second server is not played on")

    with serve(answering_once()) as one, serve(never) as other:
        targets = [f"smtp://127.0.0.1:{each.port}" for each in (one, other)]
        files = ["--export", str(export), "--junit", str(report)]
        program = subprocess.Popen(
            [sys.executable, "-m", "smtp_tui", "run", str(script), *targets, "--json", *files],
            stdout=subprocess.PIPE,
        )
        assert program.stdout is not None
        for line in program.stdout:
            told.append(json.loads(line))
            if told[-1]["kind"] == "client" and told[-1]["line"] == "NOOP":
                program.send_signal(number)
        assert program.wait(60) == 128 + number
        program.stdout.close()
    closed, result = told[-2:]
    assert (closed["kind"], closed["clean"]) == ("closed", False)
    assert (result["kind"], result["exit"], result["ok"]) == ("result", 128 + number, False)
    assert (result["met"], result["skipped"]) == (2, 1)
    assert sent_lines(export) == ["C: EHLO me", "C: NOOP"]
    (suite,) = ElementTree.parse(report).getroot().findall("testsuite")
    assert [suite.get(name) for name in ("tests", "errors", "skipped")] == ["4", "1", "1"]


# Several servers


def test_every_server_gets_the_script_and_the_worst_end_is_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script, report = tmp_path / "noop.smtp", tmp_path / "report.xml"
    script.write_text("S: 220\nC: NOOP\nS: 250\nC: QUIT\nS: 221\n")
    good = answers(b"220 hi\r\n", b"250 ok\r\n", b"221 bye\r\n")
    bad = answers(b"220 hi\r\n", b'502 <b>&"no"\x1b[2J]]>\r\n', b"221 bye\r\n")
    closed = socket.create_server(("127.0.0.1", 0))
    with closed, serve(good) as one, serve(bad) as two:
        unreachable = closed.getsockname()[1]
        closed.close()
        ports = (one.port, two.port, unreachable)
        targets = [f"smtp://127.0.0.1:{port}" for port in ports]
        code = main(["run", str(script), *targets, "--junit", str(report)])
    captured = capsys.readouterr()
    assert code == 3
    assert captured.out.splitlines()[-3:] == [
        f"✓ 127.0.0.1:{ports[0]}  3 of 3 replies as expected",
        f"✗ 127.0.0.1:{ports[1]}  1 of 3 replies as expected, stopped at line 3",
        f"✗ 127.0.0.1:{ports[2]}  0 of 3 replies as expected, no connection",
    ]
    assert f"smtp-tui: 127.0.0.1:{ports[1]}: line 3: expected 250" in captured.err
    assert f"smtp-tui: 127.0.0.1:{ports[2]} could not be reached" in captured.err
    suites = ElementTree.parse(report).getroot().findall("testsuite")
    names = ("tests", "failures", "errors", "skipped")
    assert [[suite.get(name) for name in names] for suite in suites] == [
        ["3", "0", "0", "0"],
        ["3", "1", "0", "1"],
        ["4", "0", "1", "3"],
    ]
    failure = suites[1].find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == ('line 3: expected 250, but NOOP got 502 <b>&"no"‹ESC›[2J]]>')
    error = suites[2].find("testcase/error")
    assert error is not None
    assert "refused" in (error.text or "")


def test_objects_say_which_of_several_servers_they_are_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "quit.smtp"
    script.write_text("S: 220\nC: QUIT\nS: 221\n")
    says = answers(b"220 hi\r\n", b"221 bye\r\n")
    with serve(says) as one, serve(says) as two:
        places = [f"127.0.0.1:{server.port}" for server in (one, two)]
        code = main(["run", str(script), *(f"smtp://{place}" for place in places), "--json"])
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    assert [each["target"] for each in objects if each["kind"] == "result"] == places
    assert {each["target"] for each in objects} == set(places)


def test_one_target_that_makes_no_sense_stops_all_before_they_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "quit.smtp"
    script.write_text("S: 220\nC: QUIT\nS: 221\n")
    assert main(["run", str(script), "smtp://127.0.0.1:2525", "smtp://127.0.0.1:x"]) == 2
    assert capsys.readouterr().out == ""


# Differences


def test_differences_show_the_reply_as_it_was_and_as_it_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "ehlo.smtp"
    script.write_text(
        "S: 220 hi\nC: EHLO me\nS: 250-old name\nS: 250-SIZE\nS: 250 DSN\nC: QUIT\nS: 221\n"
    )
    ehlo = b"250-new name\r\n250-SIZE\r\n250 DSN\r\n"
    with serve(answers(b"220 hi\r\n", ehlo, b"221 bye\r\n")) as server:
        assert main(["run", str(script), f"smtp://127.0.0.1:{server.port}", "--diff"]) == 0
    assert capsys.readouterr().out.splitlines()[-6:] == [
        "  line 3 differs",
        "    - S: 250-old name",
        "    + S: 250-new name",
        "      S: 250-SIZE",
        "      S: 250 DSN",
        "✓ 3 of 3 replies as expected",
    ]


def test_a_code_that_differs_is_a_difference_also_where_no_text_was_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "noop.smtp"
    script.write_text("S: 220\nC: NOOP\nS: 2xx\n")
    with serve(answers(b"220 hi\r\n", b"502 no\r\n", b"221 bye\r\n")) as server:
        target = f"smtp://127.0.0.1:{server.port}"
        assert main(["run", str(script), target, "--diff", "--json"]) == 1
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (found,) = [each for each in objects if each["kind"] == "difference"]
    assert (found["line"], found["lines"]) == (3, ["- S: 2xx", "+ S: 502 no"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x7fELF\x02\x01\x01\0\0\0", "line 1: found a NUL inside the line"),
        (b"S: 220\nC: EHLO me\nS: 25", "line 3: found “S: 25”, expected S: and a reply code"),
        (b"\xff\xfeS\0:\0", "line 1: found UTF-16, expected a file saved as UTF-8"),
    ],
)
def test_a_binary_or_truncated_script_is_refused_with_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, words: str
) -> None:
    script = tmp_path / "odd.smtp"
    script.write_bytes(data)
    assert main(["run", str(script), "--practice"]) == 2
    assert words in capsys.readouterr().err
