"""Opens the window for a test: no network, no clipboard, no settings file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from smtp_tui.settings import Settings
from smtp_tui.wire import actions
from smtp_tui.wire.target import Target
from smtp_tui.workbench.app import Workbench
from smtp_tui.workbench.screens.main import MainScreen
from tests.workbench.scene import GMAIL, FakeWorker, Scene, factory


@dataclass
class Window:
    """A window under test."""

    app: Workbench
    pilot: Pilot[None]
    worker: FakeWorker

    @property
    def desk(self) -> MainScreen:
        return self.app.desk

    @property
    def posted(self) -> list[actions.Action]:
        return self.worker.posted

    @property
    def sent(self) -> list[bytes]:
        return [action.line for action in self.posted if isinstance(action, actions.Send)]

    def scene(self, target: Target = GMAIL, number: int = 1) -> Scene:
        """A session whose events reach the window at once."""
        return Scene(lambda event: self.desk.receive([event]), target, number)

    async def type(self, text: str) -> None:
        """Put a line on the command line, as if typed."""
        self.desk.composer.field.focus()
        self.desk.composer.field.set_line(text)
        await self.pilot.pause()

    async def enter(self, text: str) -> None:
        """Type a line and press enter."""
        await self.type(text)
        await self.press("enter")

    async def press(self, *keys: str) -> None:
        """Press keys and wait until they had their effect."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    def rows(self) -> list[str]:
        """What stands on the screen, row by row."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self.rows())


@asynccontextmanager
async def window(
    target: Target | None = GMAIL,
    *,
    size: tuple[int, int] = (120, 40),
    settings: Settings | None = None,
    user: str = "",
    connect_at_once: bool = False,
) -> AsyncIterator[Window]:
    """The window with a worker that only keeps what it is asked."""
    made: list[FakeWorker] = []
    app = Workbench(
        target,
        user=user,
        settings=settings,
        connect_at_once=connect_at_once,
        worker=factory(made),
    )
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Window(app, pilot, made[0])
