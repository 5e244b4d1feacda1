"""Saving a session: a path, a format by its end, nothing lost and nothing secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from smtp_tui.settings import Settings
from smtp_tui.wire.target import Target
from smtp_tui.workbench.panes.fields import Field
from smtp_tui.workbench.sharing import suggestion
from tests.workbench.windows import Window, window

TOKEN = b"AHRpbQB0YW5zdGFhZnRhbnN0YWFm"


async def until_said(opened: Window, words: str) -> None:
    """Wait for a toast."""
    for _ in range(500):
        if any(words in notice.message for notice in opened.app._notifications):
            return
        await opened.pilot.pause(0.01)
    raise AssertionError([notice.message for notice in opened.app._notifications])


async def save_as(opened: Window, path: str) -> None:
    """Open the dialog and answer it."""
    await opened.press("ctrl+s")
    field = opened.app.screen.query_one("#save-path", Field)
    opened.app.screen.set_focus(field)
    field.value = path
    await opened.press("enter")


async def test_a_session_is_saved_without_its_secrets(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    async with window() as opened:
        opened.scene().secured().both(b"AUTH PLAIN " + TOKEN, b"235 2.7.0 Accepted\r\n")
        await save_as(opened, str(path))
        await until_said(opened, f"to {path}; 28 octets of secrets are hidden.")
    assert " ~> AUTH PLAIN ‹PLAIN: 28 octets hidden›\n<~  235 2.7.0 Accepted\n" in path.read_text()


async def test_the_dialog_suggests_a_name_and_shows_which_format_it_means() -> None:
    async with window() as opened:
        opened.scene().greeted()
        await opened.press("ctrl+s")
        assert "smtp.example.org-" in opened.text()
        assert "▸ .smtp" in opened.text()
        await opened.press("up")
        assert "▸ .svg" in opened.text()
        await opened.press("down", "down")
        assert "▸ .txt" in opened.text()
        await opened.press("ctrl+u", *"s.svg")
        assert "▸ .svg" in opened.text()
        await opened.press("x")
        assert "▸" not in opened.text()
        assert "Let the name end in one of these." in opened.text()
        await opened.press("ctrl+u", *"mine", "down")
        assert "mine.smtp" in opened.text()
        await opened.press("escape")
        assert "Save the session" not in opened.text()


async def test_a_file_that_is_there_is_replaced_only_when_the_person_says_so(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mine.smtp"
    path.write_text("precious")
    async with window() as opened:
        opened.scene().greeted()
        await save_as(opened, str(path))
        await _until_shown(opened, "Replace the file?")
        await opened.press("enter")
        assert path.read_text() == "precious"
        await opened.press("enter")
        await _until_shown(opened, "Replace the file?")
        await opened.press("y")
        await until_said(opened, "Saved ")
    assert "C: EHLO laptop.example.org" in path.read_text()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/no/such/folder/a.svg", "No such file or directory"),
        ("/dev/full/a.svg", "Not a directory"),
    ],
)
async def test_a_path_that_cannot_be_written_is_said_and_asked_for_again(
    path: str, reason: str
) -> None:
    async with window() as opened:
        opened.scene().greeted()
        await save_as(opened, path)
        await _until_shown(opened, f"✗ {path} cannot be written:")
        problem = opened.app.screen.query_one("#save-problem", Static).render()
        assert str(problem) == f"✗ {path} cannot be written: {reason}."
        assert opened.app.screen.query_one("#save-path", Field).value == path
        assert not opened.app._notifications


async def test_there_has_to_be_a_session() -> None:
    async with window() as opened:
        await opened.press("ctrl+s")
        assert "There is nothing to save yet." in opened.text()


@pytest.mark.parametrize(
    ("host", "begins"),
    [("../../etc/passwd", "etc-passwd-"), ("", "session-"), ("2001:db8::1", "2001-db8--1-")],
)
def test_a_suggested_name_stays_in_the_folder(host: str, begins: str) -> None:
    assert suggestion(Target(host)).startswith(begins)
    assert "/" not in suggestion(Target(host))


async def _until_shown(opened: Window, words: str) -> None:
    for _ in range(500):
        if words in opened.text():
            return
        await opened.pilot.pause(0.01)
    raise AssertionError(opened.text())


@pytest.mark.parametrize(
    ("action", "begins"),
    [
        ("copy-swaks", "swaks --server=smtp.example.org"),
        ("copy-curl", "# curl says NOOP"),
        ("copy-openssl", "say() {"),
        ("copy-python", "import os"),
    ],
)
async def test_the_session_is_copied_as_another_tools_command(action: str, begins: str) -> None:
    async with window() as opened:
        opened.scene().secured()
        opened.app.action_do(action)
        await until_said(opened, "Copied the session as ")
        assert opened.app.clipboard.startswith(begins)


async def test_the_dialog_copies_too() -> None:
    async with window() as opened:
        opened.scene().secured()
        await opened.press("ctrl+s", "tab", "down", "enter")
        await until_said(opened, "Copied the session as ")
        assert opened.app.clipboard.startswith("say() {")


async def test_in_the_smallest_window_all_of_the_dialog_can_be_reached() -> None:
    async with window(size=(60, 15)) as opened:
        opened.scene().secured()
        await opened.press("ctrl+s")
        assert "▸ .smtp" in opened.text()
        await opened.press("tab", "end")
        assert "a Python program with smtplib" in opened.text()
        assert "a swaks command" in opened.text()


async def test_a_session_that_a_tool_cannot_repeat_is_said() -> None:
    async with window() as opened:
        opened.scene().greeted()
        opened.app.action_do("copy-openssl")
        await _until_shown(opened, "openssl s_client speaks TLS only")


async def test_an_action_without_a_key_is_in_the_palette_and_can_be_given_one() -> None:
    settings = Settings(keys={"copy-swaks": "f11"})
    async with window(settings=settings) as opened:
        titles = [each.title for each in opened.app.get_system_commands(opened.desk)]
        assert "Copy as swaks command" in titles
        opened.scene().secured()
        await opened.press("f11")
        await until_said(opened, "Copied the session as a swaks command")


async def test_a_picture_of_the_window_is_saved_where_the_program_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with window() as opened:
        opened.scene().secured().both(b"AUTH PLAIN " + TOKEN, b"235 2.7.0 Accepted\r\n")
        opened.app.action_do("screenshot")
        await until_said(opened, "Saved the window to smtp-tui-")
    (picture,) = tmp_path.iterdir()
    text = picture.read_text()
    assert text.startswith("<svg")
    assert "235" in text
    assert TOKEN.decode() not in text
