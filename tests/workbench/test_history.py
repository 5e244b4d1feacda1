"""The history: kept for each profile or server, found again by typing, and never a secret."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from smtp_tui.settings import Settings
from smtp_tui.wire.target import Target
from smtp_tui.workbench.history_file import (
    MOST_LINES,
    MOST_OCTETS,
    append_history,
    history_path,
    read_history,
)
from tests.workbench.scene import GMAIL
from tests.workbench.windows import Window, window

TOKEN = "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_TUI_STATE", str(tmp_path / "state"))


def settings(folder: Path, *, history: bool = True) -> Settings:
    return Settings(path=folder / "config.toml", history=history)


def kept(folder: Path, name: str) -> list[str]:
    return read_history(history_path(folder / "state", name), lambda line: True)


async def settled(at: Window, line: str) -> None:
    """Wait until what another thread reads has arrived."""
    for _ in range(500):
        if line in at.desk.composer.field.history:
            return
        await at.pilot.pause(0.01)
    raise AssertionError(at.desk.composer.field.history)


async def written(at: Window, folder: Path, name: str, lines: list[str]) -> None:
    """Wait until another thread has written these lines."""
    for _ in range(500):
        if kept(folder, name) == lines:
            return
        await at.pilot.pause(0.01)
    raise AssertionError(kept(folder, name))


async def test_what_was_sent_comes_back_in_the_next_session_with_that_server(
    tmp_path: Path,
) -> None:
    async with window(settings=settings(tmp_path)) as at:
        at.scene().open()
        await at.enter("NOOP first")
        await at.enter("NOOP second")
        await written(at, tmp_path, GMAIL.place, ["NOOP first", "NOOP second"])
    async with window(settings=settings(tmp_path)) as at:
        at.scene().open()
        await settled(at, "NOOP second")
        at.desk.composer.field.focus()
        await at.press("up", "up")
        assert at.desk.composer.text == "NOOP first"
        at.scene(Target("other.example.org"), 2).open()
        assert at.desk.composer.field.history == ()


async def test_nothing_secret_is_written(tmp_path: Path) -> None:
    async with window(settings=settings(tmp_path)) as at:
        scene = at.scene().secured()
        await at.enter(f"AUTH PLAIN {TOKEN}")
        scene.both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        await at.enter("c2VjcmV0")
        scene.both(b"c2VjcmV0", b"235 fine\r\n")
        await at.enter("NOOP")
        await written(at, tmp_path, GMAIL.place, ["NOOP"])


async def test_who_does_not_want_it_gets_no_file(tmp_path: Path) -> None:
    async with window(settings=settings(tmp_path, history=False)) as at:
        at.scene().open()
        await at.enter("NOOP")
        await at.press("up")
        assert at.desk.composer.text == "NOOP"
        assert not at.desk.recalling.wanted
    assert not (tmp_path / "state").exists()


async def test_the_list_is_narrowed_by_typing_and_gives_a_line_that_is_not_sent() -> None:
    async with window() as at:
        at.scene().open()
        for line in ("MAIL FROM:<a@example.org>", "NOOP", "RCPT TO:<b@example.org>"):
            await at.enter(line)
        sent = len(at.posted)
        await at.press("alt+h")
        assert "History" in at.text()
        await at.press("down", *"noo")
        await at.press("enter")
        assert at.desk.composer.text == "NOOP"
        assert len(at.posted) == sent


async def test_without_a_history_the_list_says_so() -> None:
    async with window() as at:
        await at.press("alt+h")
        assert "Nothing was sent yet" in at.text()


async def test_a_file_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    async with window(settings=settings(tmp_path)) as at:
        at.scene().open()
        await at.enter("NOOP 1")
        await at.enter("NOOP 2")
        for _ in range(500):
            if "The history is not kept" in at.text():
                break
            await at.pilot.pause(0.01)
        assert at.text().count("The history is not kept") == 1


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = history_path(tmp_path, "../../etc/passwd\0")
    append_history(path, "NOOP")
    assert path.parent == tmp_path / "history"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_hostile_content_is_passed_over(tmp_path: Path) -> None:
    path = history_path(tmp_path, "x")
    append_history(path, "NOOP")
    with path.open("ab") as file:
        file.write(b"\x1b[2J\n\xff\xfe\n" + b"x" * 5000 + b"\n\0\n\nAUTH PLAIN secret\nRSET")
    assert read_history(path, lambda line: "secret" not in line) == ["NOOP", "RSET"]


def test_control_characters_and_long_lines_are_not_written(tmp_path: Path) -> None:
    path = history_path(tmp_path, "x")
    for line in ("one\ntwo", "\x1b[2J", "x" * 5000, ""):
        append_history(path, line)
    assert not path.exists()


def test_a_file_that_grew_is_cut(tmp_path: Path) -> None:
    path = history_path(tmp_path, "x")
    append_history(path, "first")
    with path.open("ab") as file:
        file.writelines(f"NOOP {number}\n".encode() for number in range(60_000))
    lines = read_history(path, lambda line: True)
    assert lines == [f"NOOP {number}" for number in range(60_000 - MOST_LINES, 60_000)]
    assert path.stat().st_size < MOST_OCTETS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = history_path(tmp_path, "x")
    path.parent.mkdir()
    refused = "(?i)plain file|such device|symbolic links|is a directory"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "link":
            path.symlink_to(tmp_path)
        case _:
            path.mkdir()
    with pytest.raises(OSError, match=refused):
        read_history(path, lambda line: True)
    with pytest.raises(OSError, match=refused):
        append_history(path, "NOOP")
