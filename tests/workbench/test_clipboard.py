"""Copying: by the terminal, by the tmux around it, by the system; what is said of it is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.workbench import clipboard
from smtp_tui.workbench.clipboard import Copied
from tests.workbench.windows import Window, window

NEW = 'echo "$@" >> {folder}/asked; cat > {folder}/buffer'
OLD = 'case "$*" in *-w*) exit 1;; esac; cat > {folder}/buffer'


@pytest.fixture(autouse=True)
def no_system_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "_by_system", lambda text: "")


def tmux(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    """We are inside tmux, and the program of that name does this."""
    program = folder / "tmux"
    program.write_text("#!/bin/sh\n" + does.format(folder=folder))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("TMUX", "/tmp/tmux-1000/default,1,0")


async def copied(at: Window, text: str) -> str:
    """Copy, and give what the window says of it."""
    clipboard.copy(at.app, text, "it")
    while not at.app._notifications:
        await at.pilot.pause(0.01)
    (toast,) = at.app._notifications
    return toast.message


async def test_the_tmux_around_gets_the_text_and_passes_it_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux(tmp_path, monkeypatch, NEW)
    async with window() as at:
        assert await copied(at, "näme\n") == "Copied it, by the terminal (OSC 52) and tmux."
    assert (tmp_path / "buffer").read_text() == "näme\n"
    assert (tmp_path / "asked").read_text() == "load-buffer -w -\n"


async def test_a_tmux_that_cannot_pass_it_on_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux(tmp_path, monkeypatch, OLD)
    async with window() as at:
        assert "tmux" in await copied(at, "text")
    assert (tmp_path / "buffer").read_text() == "text"


@pytest.mark.parametrize("does", ["exit 1", "exec sleep 600"], ids=["refuses", "hangs"])
async def test_a_tmux_that_takes_nothing_is_not_said_to_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    monkeypatch.setattr(clipboard, "_PATIENCE", 0.2)
    tmux(tmp_path, monkeypatch, does)
    async with window() as at:
        said = await copied(at, "text")
        assert at.app.clipboard == "text"
    assert said.startswith("Copied it, by the terminal (OSC 52). If nothing arrives:")
    assert "set-clipboard on" in said


async def test_outside_tmux_nobody_calls_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux(tmp_path, monkeypatch, NEW)
    monkeypatch.delenv("TMUX")
    async with window() as at:
        said = await copied(at, "text")
    assert said.startswith("Copied it, by the terminal (OSC 52). If nothing arrives:")
    assert "tmux" not in said
    assert not (tmp_path / "asked").exists()


def test_all_ways_are_named() -> None:
    said = Copied("it", ("tmux", "xclip")).sentence
    assert said == "Copied it, by the terminal (OSC 52), tmux and xclip."
