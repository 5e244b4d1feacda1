"""Plays a script in the window: a line, up to the cursor, all; again after the server hung up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from smtp_tui.smtp.events import Reply
from smtp_tui.smtp.state import GREETING, Phase
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.rehearsal import Rehearsal
from smtp_tui.transcript.replay import NothingSaid, of_session
from smtp_tui.transcript.script import ClientLine, Kind, Script, ScriptError
from smtp_tui.transcript.script_secrets import hidden
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import TargetError
from smtp_tui.workbench.opening import Opened, Opening
from smtp_tui.workbench.panes.log import LogPane
from smtp_tui.workbench.panes.script import ScriptPane
from smtp_tui.workbench.session import SessionView

if TYPE_CHECKING:
    from smtp_tui.workbench.keymap import Keys
    from smtp_tui.workbench.screens.main import MainScreen

_IDLE = -1


class Playing:
    """Drives the operator by a script; ``receive`` tells what the wire told."""

    def __init__(self, screen: MainScreen, keys: Keys) -> None:
        self._screen = screen
        self._keys = keys
        self.pane = ScriptPane(self.run_here, self.leave)
        self.opening = Opening(screen, keys, self._show)
        self.play: Rehearsal | None = None
        self.script: Script | None = None
        self._goal = _IDLE  # the last step to play now
        self._failed = 0  # failures when the run began
        self._asking = False  # a line was handed to the operator, who did not send it
        self._connecting = False  # a connection was asked for, to play on
        self._greeting: wire.Event | None = None
        self._told = False  # whether the end was told

    # Opening and closing

    def open(self, path: str | None) -> None:
        """Read a script and show it; a log file opens as one."""
        self.opening.open(path)

    def _show(self, opened: Opened, name: str) -> bool:
        if not opened.script.steps:
            self._screen.say(f"{name} is empty: there is nothing to play.")
            return False
        self._screen.say("")  # it may have told that there is none
        self.script = opened.script
        self.play = Rehearsal(opened.script)
        self._goal, self._asking, self._told = _IDLE, False, False
        if self._greeting is not None and self._view.live:
            self.play.take(self._greeting)
        if not self.pane.is_attached:
            self._screen.query_one("#talk").mount(self.pane, after=self._screen.query_one(LogPane))
        self.pane.open(self.play, name, opened.hidden)
        self._draw()
        return True

    def leave(self) -> None:
        """Pause what runs, else close the script."""
        if self._goal != _IDLE:
            self._stop("Paused.")
        elif self.play is not None:
            self.play = None
            self.pane.close()
            self._screen.composer.field.focus()

    # Playing

    def step(self) -> None:
        """Say the next line and wait for what is expected to it."""
        play = self._playable()
        if play is None:
            return
        if not self._view.live:
            self._connect(play.turn(play.place) if play.awaited is not None else play.place - 1)
        elif play.awaited is not None and self._goal != _IDLE:
            play.do_without()  # asked for again while it waits
            self._begin(play.turn(play.next_line()))
        else:
            self._begin(play.turn(play.next_line()))

    def run_all(self) -> None:
        """Play to the end, or to the first thing unexpected."""
        play = self._playable()
        if play is not None:
            self._run(play, len(play.steps) - 1)

    def run_here(self) -> None:
        """Play to the cursor; without a connection on a new one; without a script this session."""
        if self.play is None:
            self._replay_session()
        elif (play := self._playable()) is not None:
            place = self.pane.cursor
            if self._view.live and place < play.place:
                number, key = play.steps[place].number, self._keys.first("hang-up")
                again = self._keys.first("script-here")
                self._screen.say(
                    f"Line {number} was played: {key} hangs up, then {again} plays it anew."
                )
                return
            self._run(play, play.turn(place))

    def _run(self, play: Rehearsal, goal: int) -> None:
        if self._view.live:
            self._begin(goal)
        else:
            self._connect(goal)

    def _playable(self) -> Rehearsal | None:
        play = self.play
        if play is None:
            key = self._keys.first("script-open")
            self._screen.say(f"There is no script: {key} opens one.")
            return None
        if play.over and self._view.live:
            key = self._keys.first("hang-up")
            self._screen.say(
                f"The script is at its end: {key} hangs up, then it can be played anew."
            )
            return None
        return play

    def _connect(self, goal: int) -> None:
        """Begin anew on a new connection."""
        play = self.play
        try:
            self._screen.connection.target()
        except TargetError:
            self._screen.connect()  # says what is wrong with it
            return
        if play is not None:
            play.begin()
            self._connecting = True
            self._begin(goal)
            self._screen.connect()

    def _begin(self, goal: int) -> None:
        play = self.play
        if play is not None:
            self._goal, self._asking, self._told = goal, False, False
            self._failed = len(play.failures)
            self.pane.point(None)
            self._go_on()

    def _replay_session(self) -> None:
        """Make a script of the session that is over, and play it again."""
        if self._view.live:
            key = self._keys.first("script-open")
            self._screen.say(f"There is no script: {key} opens one.")
            return
        lines = self._screen.query_one(LogPane).transcript.kept()

        def work() -> Opened:
            script = of_session(lines[number] for number in range(lines.first, lines.end))
            return Opened(script, hidden(script))

        def done(result: Opened | Exception) -> None:
            if isinstance(result, Exception):
                self._screen.say(str(result))
            elif self._show(result, "this session") and self.play is not None:
                self._run(self.play, len(self.play.steps) - 1)

        _in_background(self._screen, work, done)

    # What the wire tells

    def receive(self, batch: Sequence[wire.Event]) -> None:
        """Take events in their order, and go on with what they allow."""
        for event in batch:
            self._take(event)
        if self.play is not None:
            self._go_on()

    def _take(self, event: wire.Event) -> None:
        play = self.play
        match event:
            case wire.Opening():
                self._greeting = None
                if not self._connecting:
                    self._goal = _IDLE
                self._connecting = False
                if play is not None:
                    play.begin()
            case wire.Told(event=Reply(command=command)) if command.verb == GREETING:
                self._greeting = event
        if play is None or event.connection != self._view.connection:
            return
        play.take(event)
        match event:
            case wire.Refused() if self._goal != _IDLE:
                self._stop("Stopped: nothing was sent.")
            case wire.Gone():
                self._ended(play)

    def _ended(self, play: Rehearsal) -> None:
        if self._goal != _IDLE and not play.over:
            number = play.steps[play.place].number
            self._stop(f"Stopped at line {number}: the connection is closed.")

    def _go_on(self) -> None:
        play = self.play
        if play is None:
            return
        while self._goal != _IDLE and not self._asking:
            if len(play.failures) > self._failed:
                failure = play.failures[self._failed]
                wanted, got = failure.expected, visible(failure.got)
                self._stop(f"Line {failure.number}: expected {wanted}, got {got}.")
            elif play.place > self._goal or play.over:
                self._goal = _IDLE
            elif self._connecting or play.on_the_way or not self._ready:
                break
            elif (line := play.line()) is not None:
                if not self._say(play, line):
                    break
            elif play.is_due:
                break
            else:
                play.do_without()
        if play.over and not (play.on_the_way and self._view.live):
            self._tell_end(play)
        self._draw()

    @property
    def _ready(self) -> bool:
        """Whether the session is where a line can be said, or a reply come."""
        view = self._view
        return view.takes_lines and view.greeting is not None

    def _say(self, play: Rehearsal, line: ClientLine) -> bool:
        """Say the line, and text behind it; whether there was a way to."""
        operator, place = self._screen.operator, play.place
        if line.kind is Kind.MESSAGE and self._view.state.phase is not Phase.BODY:
            if self._view.pending:
                return False  # the reply to DATA is still to come
            play.refuse_text(line)
            return True
        self._asking = True
        if line.kind is Kind.COMMAND:
            text = line.line.decode("utf-8", "surrogateescape")
            credentials = self._screen.credentials.credentials
            operator.send(text, credentials, lambda: self._sent(play, place, place + 1))
        else:
            data, after = play.text(self._goal)
            operator.send_text(data, lambda: self._sent(play, place, after))
        return True

    def _sent(self, play: Rehearsal, place: int, after: int) -> None:
        self._asking = False
        if play is self.play and play.place == place:
            play.posted(after)

    # What is shown

    def _stop(self, sentence: str) -> None:
        self._goal, self._asking = _IDLE, False
        self._screen.say(sentence)
        self._draw()

    def _tell_end(self, play: Rehearsal) -> None:
        if self._told:
            return
        self._told = True
        result = play.result
        sentence = f"Script: {result.met} of {result.expected} replies as expected."
        self._screen.call_later(self._screen.note, [sentence])

    def _draw(self) -> None:
        play = self.play
        if play is not None:
            self.pane.update(self._words(play))

    def _words(self, play: Rehearsal) -> str:
        result, keys = play.result, self._keys
        met = f"{result.met}/{result.expected} ✓"
        wrong = len(play.failures)
        met += f" {wrong} ✗" if wrong else ""
        close = keys.first("script-close")
        if self._goal != _IDLE:
            wanted = play.awaited
            what = f"waits for line {wanted.number}" if wanted is not None else "runs"
            if self._asking:  # the operator asked, or said why not
                what = f"stands at line {play.steps[play.place].number}"
            return f"{met} · {what} · {close} pauses"
        if not self._view.live:
            number = play.steps[self.pane.cursor].number
            again = "reconnects and replays" if self._view.connection else "connects and plays"
            return f"{met} · {keys.first('script-here')} {again} to line {number}"
        each = {"next": "script-next", "here": "script-here", "all": "script-all"}
        ways = " · ".join(f"{keys.first(id)} {word}" for word, id in each.items())
        return f"{met} · {ways} · {close} closes"

    @property
    def _view(self) -> SessionView:
        return self._screen.view


def _in_background(
    screen: MainScreen,
    work: Callable[[], Opened],
    done: Callable[[Opened | Exception], None],
) -> None:
    def run() -> None:
        result: Opened | Exception
        try:
            result = work()
        except (NothingSaid, ScriptError) as error:
            result = error
        screen.app.call_later(done, result)

    threading.Thread(target=run, name="replay", daemon=True).start()
