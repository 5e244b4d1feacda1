"""``--log``: what was said is in the file, also when the program is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from smtp_tui.cli import main
from smtp_tui.transcript.log_file import LogFile
from tests.wire.loopback import answering_once, serve

WALKTHROUGH = Path(__file__).parent.parent / "scripts" / "walkthrough.smtp"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is set on this machine plays a part."""
    for name in [name for name in os.environ if name.startswith("SMTP_TUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SMTP_TUI_CONFIG", os.devnull)


def raw_lines(path: Path) -> list[bytes]:
    file = LogFile(path)
    while file.index():
        pass
    lines = [record.raw for record in file.records(0, len(file)) if record.raw]
    file.close()
    return lines


def test_a_play_is_logged_without_its_secrets(tmp_path: Path) -> None:
    log = tmp_path / "play.jsonl"
    assert main(["run", str(WALKTHROUGH), "--practice", "--log", str(log)]) == 0
    lines = raw_lines(log)
    assert lines[-1].startswith(b"221 2.0.0 closing connection")
    assert b"AUTH PLAIN " + b"*" * 32 + b"\r\n" in lines
    assert b"password" not in log.read_bytes()


def test_two_plays_stand_behind_each_other(tmp_path: Path) -> None:
    log = tmp_path / "play.jsonl"
    for _ in range(2):
        assert main(["run", str(WALKTHROUGH), "--practice", "--log", str(log)]) == 0
    assert [line for line in raw_lines(log) if line == b"QUIT\r\n"] == [b"QUIT\r\n"] * 2


def test_a_full_disk_is_said_and_the_play_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(WALKTHROUGH), "--practice", "--log", "/dev/full"]) == 0
    assert capsys.readouterr().err == (
        "smtp-tui: The log file /dev/full cannot be written: No space left on device."
        " The session goes on without it until there is room.\n"
    )


def test_a_program_that_is_killed_leaves_all_up_to_the_last_reply(tmp_path: Path) -> None:
    log, script = tmp_path / "play.jsonl", tmp_path / "wait.smtp"
    script.write_text("S: 220\nC: EHLO me\nS: 250\nC: NOOP\nS: 250\n")

    with serve(answering_once(lambda: os.kill(program.pid, signal.SIGKILL))) as server:
        command = ["run", str(script), f"smtp://127.0.0.1:{server.port}", "--log", str(log)]
        program = subprocess.Popen(
            [sys.executable, "-m", "smtp_tui", *command], stdout=subprocess.DEVNULL
        )
        assert program.wait(60) == -signal.SIGKILL
    assert raw_lines(log)[:3] == [b"220 ready\r\n", b"EHLO me\r\n", b"250 hello\r\n"]
    assert log.read_bytes().endswith(b"}\n")


def test_a_probe_is_logged_too(tmp_path: Path) -> None:
    log = tmp_path / "probe.jsonl"
    assert main(["probe", "--practice", "--log", str(log)]) == 0
    lines = raw_lines(log)
    assert b"STARTTLS\r\n" in lines
    assert lines[-1].startswith(b"221 ")
