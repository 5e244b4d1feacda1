"""A fault of this program ends it with a report that shows where, and nothing that was typed."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from smtp_tui.workbench.app import Workbench
from smtp_tui.workbench.crash import report
from smtp_tui.workbench.screens.main import MainScreen
from tests.workbench.scene import GMAIL, factory
from tests.workbench.windows import window

SECRET = "hunter2-hunter2"
TOKEN = base64.b64encode(f"\0me@example.org\0{SECRET}".encode()).decode()


def fail(text: str) -> None:
    local = text  # what a report with variables would show
    try:
        int(local)
    except ValueError as error:
        raise LookupError(f"no {local!r}") from error


def raised(text: str) -> LookupError:
    with pytest.raises(LookupError) as caught:
        fail(text)
    return caught.value


def test_the_report_names_the_place_and_the_fault_and_what_it_came_from() -> None:
    shown = report(raised("x"), ())
    assert f"{__file__}:" in shown
    assert "in fail" in shown
    assert "ValueError: invalid literal for int() with base 10: 'x'\nFrom this came:\n" in shown
    assert shown.endswith("LookupError: no 'x'")


def test_secrets_are_covered_in_what_the_exceptions_say() -> None:
    shown = report(raised(SECRET), (SECRET,))
    assert SECRET not in shown
    assert "LookupError: no '‹secret: 15 octets hidden›'" in shown


def test_a_credential_is_covered_without_being_known() -> None:
    assert TOKEN not in report(raised(f"AUTH PLAIN {TOKEN}"), ())
    assert TOKEN not in report(raised(TOKEN), ())


def test_control_characters_and_half_characters_do_no_harm() -> None:
    shown = report(ValueError("a\x1b[2Jb\ud800"), ())
    assert "ValueError: a‹ESC›[2Jb" in shown


async def typed_and_mended() -> None:
    async with window() as at:
        at.desk.credentials.fill("me@example.org", SECRET)
        at.desk.composer.insert(f"AUTH PLAIN {TOKEN}")
        await at.press("f12")


async def test_the_window_ends_with_that_report(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def mend(screen: MainScreen) -> None:
        credentials = screen.credentials.credentials
        raise ValueError(f"cannot mend {credentials.password}")

    monkeypatch.setattr(MainScreen, "mend", mend)
    with pytest.raises(ValueError, match="cannot mend"):
        await typed_and_mended()
    shown = capfd.readouterr().err
    assert "in mend" in shown
    assert "ValueError: cannot mend ‹secret: 15 octets hidden›" in "".join(shown.splitlines())
    assert SECRET not in shown
    assert TOKEN not in shown
    assert "me@example.org" not in shown


async def test_a_fault_before_there_is_a_screen_is_reported_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Unstyled(Workbench):
        CSS_PATH = tmp_path / "missing.tcss"

    app = Unstyled(GMAIL, password=SECRET, worker=factory([]))
    await app.run_async(headless=True)
    shown = capsys.readouterr().err
    assert "unable to read CSS file" in shown
    assert "AttributeError" not in shown
    assert app.return_code == 1
