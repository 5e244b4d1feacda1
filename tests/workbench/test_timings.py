"""The waterfall of the session in the window."""

from __future__ import annotations

import re

import pytest

from smtp_tui.wire import events as wire
from tests.workbench.live import live_window
from tests.workbench.windows import Window, window


def row(at: Window, name: str) -> str:
    """The row of a step in the waterfall."""
    below = "\n".join(at.rows()[1:])
    (found,) = re.findall(rf"[■✗▤□] {name}  .*", below)
    return str(found)


async def test_each_step_has_a_row_with_its_bar_and_its_time() -> None:
    async with window() as at:
        at.scene().secured()
        await at.press("shift+f1")
        assert "Timings · smtp.example.org:587" in at.text()
        for name in ("greeting", "EHLO", "STARTTLS", "TLS", "EHLO again"):
            assert "40.0 ms" in row(at, name)
            assert set("█▌▐") & set(row(at, name))
        assert "TLS 1.3, verified" in row(at, "TLS")
        await at.press("shift+f1")
        assert "Timings · " not in at.text()


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 15)])
async def test_bars_follow_each_other_at_every_size(size: tuple[int, int]) -> None:
    async with window(size=size) as at:
        at.scene().greeted()
        await at.press("shift+f1")
        starts = [re.search("[█▌▐]", row(at, name)) for name in ("TCP", "greeting", "EHLO")]
        places = [start.start() for start in starts if start]
        assert places == sorted(set(places))
        assert len(places) == 3


async def test_a_failed_connection_shows_each_address_and_why() -> None:
    async with window(size=(80, 24)) as at:
        scene = at.scene().connecting()
        reason = "refused, nothing listens on this port"
        at.desk.receive(
            [
                wire.Unreachable(100.1, 1, "192.0.2.10", reason),
                wire.Failed(100.1, 1, wire.Failure.CONNECT, "It could not be reached."),
            ]
        )
        scene.gone(clean=False)
        await at.press("shift+f1")
        assert "✗ TCP" in row(at, "TCP")
        assert "192.0.2.10" in row(at, "TCP")
        assert reason in at.text()


async def test_before_any_connection_it_says_what_it_is_for() -> None:
    async with window() as at:
        await at.press("shift+f1")
        assert "Nothing has been waited for yet" in at.text()


async def test_it_grows_while_the_server_is_waited_for() -> None:
    async with live_window(practice=True) as at:
        await at.shows("220 smtp.practice.test")
        await at.enter("EHLO laptop.example.org")
        await at.idle()
        await at.pilot.press("shift+f1")
        await at.shows("■ EHLO")
        at.app.desk.operator.send("NOOP", at.app.desk.credentials.credentials, lambda: None)
        await at.shows("■ NOOP")


async def test_hostile_names_are_made_visible() -> None:
    async with window() as at:
        at.scene()
        at.desk.receive(
            [
                wire.Opening(1.0, 1, at.scene().target, 0.0),
                wire.Trying(1.0, 1, "\x1b]0;x\x07[/oops]"),
                wire.Unreachable(2.0, 1, "\x1b]0;x\x07[/oops]", "[@click=app.quit]no\x1b[2J[/]"),
            ]
        )
        await at.press("shift+f1")
        assert "\x1b" not in at.text()
        assert "‹ESC›]0;x‹BEL›[/oops]" in at.text()
