"""A home that nobody has: the name is told as one of no file, wherever it is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from smtp_tui.wire import actions
from smtp_tui.workbench import comparing, files
from smtp_tui.workbench.panes.fields import Field
from smtp_tui.workbench.panes.log import LogPane
from smtp_tui.workbench.places import place
from tests.workbench.windows import Window, window

NOBODY = "~nobody-of-that-name/file"


def _opened(w: Window) -> None:
    w.desk.playing.open(NOBODY)


def _opened_log(w: Window) -> None:
    w.desk.playing.opening.open_log(NOBODY)


def _compared(w: Window) -> None:
    lines = w.desk.query_one(LogPane).transcript.kept()
    comparing._show(w.desk, lambda: comparing._sides(lines, (NOBODY, NOBODY)))


def _read(w: Window) -> None:
    def tell(result: bytes | Exception) -> None:
        w.app.notify(str(result), markup=False)

    files.read(w.app, NOBODY, tell)


@pytest.mark.parametrize("use", [_opened, _opened_log, _compared, _read])
async def test_a_file_in_it_cannot_be_read_and_that_is_said(use: Callable[[Window], None]) -> None:
    async with window() as w, asyncio.timeout(20):
        use(w)
        while not any("cannot be read" in each.message for each in w.app._notifications):
            await w.pilot.pause(0.01)


async def test_a_ca_file_in_it_is_asked_for_when_connecting() -> None:
    async with window() as w:
        w.desk.query_one("#ca-file", Field).value = NOBODY
        await w.press("f5")
        asked = [each for each in w.posted if isinstance(each, actions.Connect)]
        assert [each.target.ca_file for each in asked] == [place(NOBODY)]
