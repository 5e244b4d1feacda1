"""The practice server's folder: it goes with the server, or is swept up after one was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from smtp_tui.practice.folder import Folder

KILLED = """
import os, signal
from smtp_tui.practice.server import PracticeServer
server = PracticeServer()
print(server.start().ca_file.parent, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def aged(folder: Path) -> Path:
    os.utime(folder, (1_000_000_000, 1_000_000_000))
    return folder


def test_a_folder_goes_with_all_that_is_in_it() -> None:
    folder = Folder()
    (folder.path / "file").write_bytes(b"x")
    folder.remove()
    folder.remove()
    assert not folder.path.exists()


def test_what_a_killed_program_left_is_swept_up_by_the_next(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    left = Path(done.stdout.strip())
    assert left.parent == tmp_path
    assert (left / "ca.pem").exists()
    aged(left)
    Folder().remove()
    assert not left.exists()


def test_the_folder_of_a_running_server_stays() -> None:
    running = Folder()
    aged(running.path)
    Folder().remove()
    assert running.path.exists()
    running.remove()


def test_a_folder_that_is_being_made_stays(tmp_path: Path) -> None:
    young = tmp_path / "smtp-tui-practice-young"
    young.mkdir()
    (young / "running").touch()
    Folder().remove()
    assert young.exists()


def test_a_folder_without_a_lock_is_none_of_ours(tmp_path: Path) -> None:
    other = tmp_path / "smtp-tui-practice-other"
    other.mkdir()
    (other / "file").touch()
    Folder().remove()
    assert aged(other).exists()
    Folder().remove()
    assert other.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_program_asked_to_end_leaves_no_folder(tmp_path: Path, number: signal.Signals) -> None:
    script = tmp_path / "x.smtp"
    script.write_text("S: 220\n")
    arguments = ["run", str(script), "--practice", "--fault", "slow-banner"]
    with subprocess.Popen(
        [sys.executable, "-m", "smtp_tui", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as running:
        assert running.stdout is not None
        next(line for line in running.stdout if "connected" in line)
        assert list(tmp_path.glob("smtp-tui-practice-*"))
        running.send_signal(number)
        _, told = running.communicate()
    assert running.returncode == 128 + number
    assert told == ""
    assert not list(tmp_path.glob("smtp-tui-practice-*"))
