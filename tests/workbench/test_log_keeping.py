"""The window's log file."""

from __future__ import annotations

from pathlib import Path

from smtp_tui.transcript.log_file import LogFile
from smtp_tui.wire import events as wire
from smtp_tui.workbench.app import Workbench
from smtp_tui.workbench.log_keeping import logged
from tests.workbench.live import LiveWindow
from tests.workbench.scene import Scene


def test_every_event_is_passed_on_and_the_session_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    told: list[wire.Event] = []
    Scene(logged(str(path), told.append)).greeted()
    alone: list[wire.Event] = []
    Scene(alone.append).greeted()
    assert told == alone
    file = LogFile(path)
    file.index()
    assert file[len(file) - 1].raw == b"250 8BITMIME\r\n"


def test_a_full_disk_is_a_note_among_the_events() -> None:
    told: list[wire.Event] = []
    Scene(logged("/dev/full", told.append)).greeted()
    notes = [event.text for event in told if isinstance(event, wire.Note)]
    assert notes == [
        "The log file /dev/full cannot be written: No space left on device."
        " The session goes on without it until there is room."
    ]


def test_a_log_file_that_cannot_be_opened_is_told_once_and_the_session_goes_on() -> None:
    told: list[wire.Event] = []
    Scene(logged("/no/such/folder/log", told.append)).greeted()
    notes = [event.text for event in told if isinstance(event, wire.Note)]
    assert notes == [
        "The log file /no/such/folder/log cannot be written: No such file or directory."
        " The session goes on without it."
    ]


async def test_the_window_writes_what_its_worker_tells(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    app = Workbench(practice=True, log=str(path))
    async with app.run_test(size=(120, 40)) as pilot:
        window = LiveWindow(app, pilot)
        await window.shows("ESMTP")
        assert "220 smtp.practice.test ESMTP" in path.read_text()
        app.leave()
