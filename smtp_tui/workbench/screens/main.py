"""The workbench itself: the panes, and what passes between them and the operator."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from smtp_tui.practice.faults import NO_FAULTS, Faults
from smtp_tui.smtp.visible import visible
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target, TargetError
from smtp_tui.workbench import clipboard, profiles, suggestions
from smtp_tui.workbench.capability_keys import open_capability
from smtp_tui.workbench.completing import Completing
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.notice import Holds, always
from smtp_tui.workbench.offers import offer
from smtp_tui.workbench.other_way import other_way
from smtp_tui.workbench.panes.composer import Composer
from smtp_tui.workbench.panes.connection import ConnectionPane
from smtp_tui.workbench.panes.credentials import CredentialsPane
from smtp_tui.workbench.panes.keybar import KeyBar
from smtp_tui.workbench.panes.log import LogPane
from smtp_tui.workbench.panes.queue import QueuePane
from smtp_tui.workbench.panes.server import ServerPane
from smtp_tui.workbench.panes.setup import Setup
from smtp_tui.workbench.panes.status import StatusBar
from smtp_tui.workbench.practice import Practice
from smtp_tui.workbench.queueing import Queueing
from smtp_tui.workbench.recalling import Recalling
from smtp_tui.workbench.revealing import Revealing
from smtp_tui.workbench.session import SessionView, advance
from smtp_tui.workbench.shelf import Shelf
from smtp_tui.workbench.token_keys import TokenKeys

if TYPE_CHECKING:
    from smtp_tui.practice.server import PracticeAddress
    from smtp_tui.workbench.drafting import Drafting
    from smtp_tui.workbench.operator import Operator
    from smtp_tui.workbench.panes.detail import DetailPane
    from smtp_tui.workbench.playing import Playing
    from smtp_tui.workbench.question import Question

LEAST = (60, 15)
"""Columns and rows below which there is no room for the panes."""


class MainScreen(Screen[None]):
    """Panes, keys and what they ask for."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close_card", show=False, priority=True)
    ]

    composer = getters.query_one(Composer)
    connection = getters.query_one(ConnectionPane)
    credentials = getters.query_one(CredentialsPane)

    def __init__(
        self,
        target: Target | None,
        user: str,
        mechanism: str,
        keys: Keys,
        shelf: Shelf,
        practice: Practice,
        profile: str = "",
    ) -> None:
        super().__init__()
        self.view = SessionView()
        self._target = target
        self._user = user
        self._mechanism = mechanism
        self._keys = keys
        self._shelf = shelf
        self._practice = practice
        self._profile = profile
        self.tokens = TokenKeys(self)
        self.revealing = Revealing(self, self.tokens.show_secrets)
        self.completing = Completing(self)
        self.queueing = Queueing(self)
        self.recalling = Recalling(self, shelf)

    def compose(self) -> ComposeResult:
        yield StatusBar()
        with Horizontal(id="body"):
            with Setup(id="setup"):
                yield ConnectionPane(self._target, self._shelf.names, self._profile)
                yield CredentialsPane(self._keys, self._user, self._mechanism)
                yield ServerPane()
            with Vertical(id="talk"):
                yield LogPane(keys=self._keys)
                yield QueuePane(self.queueing)
                ways, queue = self.completing.ways, self.queueing.queue
                yield Composer(self._keys, self._send, self._give_up, self._octets, ways, queue)
        yield KeyBar(self._keys)
        yield Static(id="too-small")

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """All was styled when it was mounted; to style it again takes as long once more."""
        event.refresh_styles = False

    def on_mount(self) -> None:
        """Begin in the form, unless there is nothing to fill in."""
        self._draw()
        target = self._target
        named = target is not None and (target.host or target.unix_path is not None)
        (self.composer.field if named else self.query_one("#host")).focus()

    def receive(self, batch: Sequence[wire.Event]) -> None:
        """Fold events of the wire into the view and draw it."""
        log, before = self.query_one(LogPane), self.view
        log.tell(batch)
        for event in batch:
            self.view = advance(self.view, event)
            match event:
                case wire.Refused(text=text):
                    self.drafting.refused(visible(text))
                case wire.Gone(clean=False) if event.connection == self.view.connection:
                    if not log.shows_the_end:  # which says the same
                        title = self.view.ending
                        self.notify(visible(self.view.text), title=title, markup=False)
        self.operator.update(self.view)
        if self.view is not before:  # a flood of lines says nothing new to the other panes
            self._draw()
            self.drafting.show(self.view)
        self.playing.receive(batch)
        self.queueing.receive(batch)
        self.recalling.receive(batch)

    def say(self, sentence: str, holds: Holds = always) -> None:
        """Tell the person something about what was just asked for, as long as it holds."""
        self.composer.say(sentence, holds)
        self.drafting.say(sentence, holds)

    @cached_property
    def operator(self) -> Operator:
        """What asks the worker; made after the first paint, as what follows."""
        from smtp_tui.workbench.operator import Operator

        return Operator(self._ask, self.say, self._keys)

    @cached_property
    def playing(self) -> Playing:
        """What plays scripts."""
        from smtp_tui.workbench.playing import Playing

        return Playing(self, self._keys)

    @cached_property
    def drafting(self) -> Drafting:
        """What keeps the message being written."""
        from smtp_tui.workbench.drafting import Drafting

        return Drafting(self, self._keys)

    # What the actions do

    def connect(self) -> None:
        """Connect to what the form says."""
        try:
            target = self.connection.target()
        except TargetError as error:
            self._wrong_target(str(error))
            return
        self.connection.problem("")
        if target.user and not self.credentials.credentials.user:
            self.credentials.fill(target.user)
        self.operator.connect(target)
        self.composer.field.focus()

    def start_practice(self, faults: Faults = NO_FAULTS) -> None:
        """Start the practice server and connect to it."""
        self.say("The practice server is starting.")
        self._practice.start(faults)

    def show_mails(self) -> None:
        """Show what the practice server accepted."""
        messages = self._practice.messages
        if messages is None:
            self.say(f"There is no practice server: {self._keys.first('practice')} starts one.")
            return
        from smtp_tui.workbench.screens.mails import MailsScreen

        self.app.push_screen(MailsScreen(messages))

    def practise(self, target: Target, at: PracticeAddress) -> None:
        """Fill in the practice server and connect to it."""
        self.operator.practise(at)
        self.connection.fill(target)
        self.credentials.practise(at)
        self.note(self.operator.faults_of(target).told)
        self.say("")  # it has started
        self.connect()

    def connect_other_way(self) -> None:
        """Connect as the last failure suggests."""
        target, remedy = self.view.target, self.view.remedy
        if target is None or remedy is None:
            self.say("There is no other way to suggest.")
            return
        target = other_way(target, remedy)
        self.connection.fill(target)
        self.operator.connect(target)

    def authenticate(self) -> None:
        """Run the chosen mechanism."""
        self.operator.authenticate(self.credentials.mechanism, self.credentials.credentials)

    def abort(self) -> None:
        """Copy a selection, else give up what runs, else say how to leave."""
        if selected := self.get_selected_text():
            clipboard.copy(self.app, selected, "the selection")
        else:
            self._give_up()

    def toggle_setup(self) -> None:
        """Go to the forms, or back to the command line."""
        setup = self.query_one(Setup)
        inside = self.focused is not None and setup in self.focused.ancestors
        if inside or setup.has_class("-open"):
            self.composer.field.focus()
        else:
            setup.go_to("host")

    def action_close_card(self) -> None:
        """Close the card over the log, wherever the focus is; without one escape goes on."""
        if not self.query_one(LogPane).close_detail():
            raise SkipAction

    def show_help(self) -> None:
        """Open help over whatever is there, or close it again."""
        from smtp_tui.workbench.screens.help import HelpScreen

        if isinstance(self.app.screen, HelpScreen):
            self.app.screen.dismiss()
        else:
            self.app.push_screen(HelpScreen(self._keys))

    def copy_token(self) -> None:
        """Copy the Base64 string."""
        self.tokens.copy(self.view)

    def copy_command(self) -> None:
        """Copy the whole AUTH line."""
        self.tokens.copy_command()

    def insert_token(self) -> None:
        """Put it, as a placeholder, on the command line."""
        self.tokens.insert(self.view)

    def reveal(self) -> None:
        """Show secrets for a moment."""
        self.revealing.begin()

    def mend(self) -> None:
        """Take away what came along by accident."""
        if not self.credentials.mend():
            self.say("There is nothing to take away from user and password.")

    def decode(self) -> None:
        """Open the decoder."""
        from smtp_tui.workbench.screens.decoder import DecoderScreen

        self.app.push_screen(DecoderScreen())

    def save_profile(self) -> None:
        """Ask for a name and keep the form under it."""
        try:
            target = self.connection.target()
        except TargetError as error:
            self._wrong_target(str(error))
            return
        profiles.ask_to_keep(self, target, self._shelf, self._keys)

    # What the panes say

    @on(LogView.CopyRequested)
    def _copy_from_log(self, event: LogView.CopyRequested) -> None:
        event.stop()
        clipboard.copy(self.app, event.text, "from the log")

    @on(ServerPane.Opened)
    def _open_capability(self, event: ServerPane.Opened) -> None:
        event.stop()
        open_capability(self, event.extension)

    def on_detail_pane_tried(self, event: DetailPane.Tried) -> None:
        """Do what an explanation suggests."""
        suggestions.follow(self, event.suggestion)

    @on(ConnectionPane.Submitted)
    def _connect_from_form(self, event: ConnectionPane.Submitted) -> None:
        event.stop()
        self.connect()

    @on(ConnectionPane.ProfileChosen)
    def _use_profile(self, event: ConnectionPane.ProfileChosen) -> None:
        event.stop()
        profile = self._shelf.profile(event.name)
        if profile is not None:
            self.connection.fill(profile.target())
            self.credentials.fill(profile.user or "", mechanism=profile.mechanism or "")

    @on(ConnectionPane.SaveAsked)
    def _save_profile(self, event: ConnectionPane.SaveAsked) -> None:
        event.stop()
        self.save_profile()

    @on(CredentialsPane.Changed)
    def _credentials_changed(self, event: CredentialsPane.Changed) -> None:
        event.stop()
        self.tokens.begin_again()
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Say what is needed when there is too little room."""
        columns, rows = event.size
        text = f"smtp-tui needs {LEAST[0]} columns × {LEAST[1]} rows; here are {columns} × {rows}."
        self.query_one("#too-small", Static).update(Content(text))

    def _send(self, text: str, sent: Callable[[], None]) -> None:
        def on_its_way() -> None:
            self.query_one(LogPane).follow()
            sent()
            self._draw()

        credentials = self.credentials.credentials
        if self.composer.raw:
            self.operator.send_raw(text, credentials.user, on_its_way, self.composer.held)
        else:
            self.operator.send(text, credentials, on_its_way, self.composer.held)

    def _octets(self, text: str) -> int:
        return self.operator.octets(text, self.credentials.credentials)

    def _give_up(self) -> None:
        self.operator.abort()

    def _ask(self, question: Question, agreed: Callable[[], None]) -> None:
        from smtp_tui.workbench.screens.question import put

        put(self.app, question, agreed, lambda: self.say("Nothing was sent."))

    def note(self, sentences: Sequence[str]) -> None:
        """Put sentences of our own into the log."""
        at = time.monotonic()
        self.receive([wire.Note(at, self.view.connection, sentence) for sentence in sentences])

    def _wrong_target(self, sentence: str) -> None:
        self.connection.problem(sentence)
        self.say(sentence)
        self.note([sentence])

    def _draw(self) -> None:
        view = self.view
        target = view.target
        self.query_one(StatusBar).show(view)
        self.query_one(ServerPane).show(view)
        if target is not None:
            self.connection.fault(self.operator.faults_of(target).names)
        self.query_one(KeyBar).show(view)
        self.credentials.show(view)
        offered = offer(
            view,
            ehlo=target.ehlo if target is not None else "",
            user=self.credentials.credentials.user,
            mechanism=self.credentials.mechanism,
            typed=self.composer.typed,
        )
        self.composer.show(view, offered)
