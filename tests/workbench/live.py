"""Drives the window over a real connection: waits for what the screen or the session shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from smtp_tui.wire.target import Target
from smtp_tui.workbench.app import Workbench
from smtp_tui.workbench.session import SessionView

PATIENCE = 20.0
"""Seconds a condition has to come true."""


class LiveWindow:
    """A window with its real worker thread."""

    def __init__(self, app: Workbench, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def view(self) -> SessionView:
        return self.app.desk.view

    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until the condition holds; fails with the screen when it does not."""
        async with asyncio.timeout(PATIENCE):
            try:
                while not condition():
                    await self.pilot.pause(0.01)
            except asyncio.CancelledError:
                raise AssertionError(f"no {what} on\n{self.text()}") from None

    async def shows(self, text: str) -> None:
        """Wait until the text stands on the screen."""
        await self.until(lambda: text in self.text(), repr(text))

    async def idle(self) -> None:
        """Wait until nothing waits for a reply."""
        await self.until(lambda: self.view.takes_lines and not self.view.pending, "idle session")

    async def enter(self, line: str) -> None:
        """Type a line, press enter, and wait until it was answered."""
        field = self.app.desk.composer.field
        field.focus()
        field.set_line(line)
        await self.pilot.press("enter")
        await self.until(lambda: not field.value, "empty command line")
        await self.pilot.pause(0.01)


@asynccontextmanager
async def live_window(
    target: Target | None = None, *, practice: bool = False, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[LiveWindow]:
    """The window as the program opens it."""
    app = Workbench(target, practice=practice, connect_at_once=target is not None)
    async with app.run_test(size=size) as pilot:
        yield LiveWindow(app, pilot)
        app.leave()
