"""The App: themes, keys, the palette, what starts after the first paint, and leaving at once."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from smtp_tui.practice.faults import NO_FAULTS, Faults
from smtp_tui.settings import Settings
from smtp_tui.wire.target import Target
from smtp_tui.workbench import pausing
from smtp_tui.workbench.actions import ACTIONS
from smtp_tui.workbench.alt_keys import know_alt_keys
from smtp_tui.workbench.breakpoints import BY_COLUMNS, BY_ROWS, be_as_after_resize
from smtp_tui.workbench.bridge import Bridge
from smtp_tui.workbench.clipboard import Copied
from smtp_tui.workbench.keymap import Keys, bindings, checked_keymap
from smtp_tui.workbench.log_keeping import logged
from smtp_tui.workbench.practice import Practice, PracticeReady, placed
from smtp_tui.workbench.revealing import conceal
from smtp_tui.workbench.screens.main import MainScreen
from smtp_tui.workbench.shelf import Shelf
from smtp_tui.workbench.themes import THEMES, begin_with, readable
from smtp_tui.workbench.wire_thread import Sink, WorkerFactory, thread_worker

if TYPE_CHECKING:
    from smtp_tui.workbench.operator import Worker


class Told(Message):
    """A thread of ours has something to say."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class Workbench(App[None]):
    """The window.

    ``target`` fills the form; it is connected to only with ``connect_at_once``. With ``practice``
    the practice server is started, ``faults`` and all, and connected to, with the target's other
    settings, and with ``user`` and ``password`` where they are given. ``worker`` makes the worker
    from the sink it tells its events to. ``log`` is the path of a file that all events are written
    to, "" for none.
    ``file`` is a script or log file to show.
    """

    TITLE = "smtp-tui"
    CSS_PATH = Path("workbench.tcss")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings())
    HORIZONTAL_BREAKPOINTS = BY_COLUMNS
    VERTICAL_BREAKPOINTS = BY_ROWS

    def __init__(
        self,
        target: Target | None = None,
        *,
        user: str = "",
        connect_at_once: bool = False,
        practice: bool = False,
        faults: Faults = NO_FAULTS,
        settings: Settings | None = None,
        profile: str = "",
        mechanism: str = "",
        password: str = "",
        log: str = "",
        file: str = "",
        worker: WorkerFactory | None = None,
    ) -> None:
        super().__init__()
        know_alt_keys()
        self._target = target
        self._user = user or (target.user if target is not None else "")
        self._connect_at_once = connect_at_once
        self._practice = practice
        self._faults = faults
        self._make_worker = worker or thread_worker
        self._worker: Worker | None = None
        self.desk: MainScreen
        self._bridge: Bridge | None = None
        self._early: list[events.Key] = []  # keys pressed before the first paint
        self.practice = Practice(
            lambda address: self.post_message(PracticeReady(address)), self._tell_from_thread
        )
        self.shelf = Shelf(settings or Settings(), self._tell_from_thread)
        self._profile = profile
        self._mechanism = mechanism
        self._password = password
        self._log_path = log
        self._file = file
        self._problems = [str(problem) for problem in self.shelf.settings.problems]
        for theme in THEMES:
            self.register_theme(theme)
        self._take_theme()
        self._take_keys()

    def get_css_variables(self) -> dict[str, str]:
        """As the base class, with text that can be read in whatever theme is chosen."""
        variables = super().get_css_variables()
        variables.update(readable(self.current_theme, variables))
        return variables

    def get_default_screen(self) -> Screen[None]:
        """The workbench itself."""
        self.desk = MainScreen(
            self._target,
            self._user,
            self._mechanism,
            self.keys,
            self.shelf,
            self.practice,
            self._profile,
        )
        be_as_after_resize(self.desk, self.size)
        return self.desk

    async def on_event(self, event: events.Event) -> None:
        """As the base class, but a key goes before the log, and alt and a letter is never text.

        A terminal sends the letter along, which the field with the cursor would take for typed.
        What is pressed before the first paint waits for it.
        """
        if isinstance(event, events.Key):
            if self._bridge is None:  # no field is there to take it
                self._early.append(event)
                return
            self._bridge.give_way()
            if event.key.startswith("alt+"):
                event.character = None
        await super().on_event(event)

    def on_mount(self) -> None:
        """Paint; everything else comes after."""
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        desk = self.desk
        self._bridge = Bridge(desk.call_later, desk.receive)
        from smtp_tui.workbench.minding import mind

        given = mind(desk)
        log = self._log_path
        sink: Sink = logged(log, self._bridge, given) if log else self._bridge
        self._worker = self._make_worker(sink)
        self._bridge.throttle(self._worker.pause, self._worker.resume)
        desk.operator.work_with(self._worker)
        self.theme_changed_signal.subscribe(self, lambda theme: self.shelf.keep_theme(theme.name))
        pausing.watch(self)
        desk.note(self._problems)
        if self._password:
            desk.credentials.fill(self._user, self._password)
            self._password = ""
        if self._practice:
            desk.composer.field.focus()  # there is nothing to fill in
            desk.start_practice(self._faults)
        elif self._connect_at_once and self._target is not None:
            desk.connect()
        desk.playing.open(self._file)
        for key in self._early:
            await self.on_event(key)

    @on(PracticeReady)
    def _practice_ready(self, event: PracticeReady) -> None:
        wanted, address = Target(""), event.address
        if self._practice:
            wanted = self._target or wanted
            address = replace(address, user=self._user or address.user)
        self.desk.practise(placed(wanted, address), address)

    @on(Copied)
    @on(Told)
    def _toast(self, event: Copied | Told) -> None:
        self.notify(event.sentence, markup=False)

    def action_do(self, id: str) -> None:
        """Run the action of that id."""
        ACTIONS[id].run(self.desk)

    async def action_quit(self) -> None:
        """Leave at once, waiting for nothing."""
        self.leave()

    def leave(self, code: int = 0) -> None:
        """Leave at once, with that exit code; the connection is dropped and nothing waited for."""
        if self._bridge is not None:
            self._bridge.close()
        if self._worker is not None:
            self._worker.stop()
        self.exit(return_code=code)

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """The screen as SVG, all secrets masked: a picture outlasts the moment of revealing."""
        conceal(self.screen_stack)
        return super().export_screenshot(title=title, simplify=simplify)

    def _fatal_error(self) -> None:
        """Say where the fault is; the report of the base class shows what was typed."""
        from smtp_tui.workbench.crash import report

        error = sys.exc_info()[1] or self._exception
        if error is not None:
            secrets = [self._password]
            desk: MainScreen | None = vars(self).get("desk")  # the fault may come before it
            if desk is not None and desk.is_mounted:
                secrets += desk.tokens.secrets()
            self.panic(Text(report(error, filter(None, secrets))))

    def get_system_commands(self, screen: Screen[None]) -> Iterable[SystemCommand]:
        """Our actions that make sense now, and the choice of a theme."""
        for command in super().get_system_commands(screen):
            if command.title == "Theme":
                yield command
        view = self.desk.view
        for action in ACTIONS.values():
            if action.id != "palette" and action.check(view):
                yield SystemCommand(
                    action.title, action.help(), lambda id=action.id: self.action_do(id)
                )

    def _take_theme(self) -> None:
        wanted = self.shelf.settings.theme
        known = wanted is None or wanted in self.available_themes
        begin_with(self, wanted if wanted is not None and known else THEMES[0].name)
        if not known:
            text = f"there is no such theme; {THEMES[0].name} is used"
            self._problems.append(str(self.shelf.settings.problem(("theme",), text)))

    def _take_keys(self) -> None:
        good, problems = checked_keymap(self.shelf.settings.keys)
        self._problems += [
            str(self.shelf.settings.problem(("keys", id), text)) for id, text in problems
        ]
        self.keys = Keys(good)
        self.set_keymap(good)

    def _tell_from_thread(self, sentence: str) -> None:
        self.post_message(Told(sentence))
