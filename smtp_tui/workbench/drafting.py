"""What is done with the message being written: templates, files, an editor, sending."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from smtp_tui.smtp.completion import addresses_in
from smtp_tui.smtp.templates import fill, templates
from smtp_tui.smtp.visible import visible
from smtp_tui.wire import events as wire
from smtp_tui.workbench import files
from smtp_tui.workbench.attachments import attach
from smtp_tui.workbench.draft import Draft
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.notice import Holds, always
from smtp_tui.workbench.session import SessionView

if TYPE_CHECKING:
    from smtp_tui.workbench.screens.main import MainScreen
    from smtp_tui.workbench.screens.message import MessageScreen


class EditorError(Exception):
    """The person's own editor gave nothing back: one sentence that says why."""


class Drafting:
    """Keeps the draft while its screen is closed, whatever becomes of the connection."""

    def __init__(self, screen: MainScreen, keys: Keys) -> None:
        self._screen = screen
        self._keys = keys
        self._sending = False
        self._last: wire.DeliveryFinished | None = None
        """What became of the message before the one that is being sent."""
        self._open: MessageScreen | None = None
        self._sent = b""
        self._safe = b""
        """The message as it was when last there was no more to lose: begun, saved or accepted."""
        self._begin()

    def open(self) -> None:
        """Show the editor."""
        from smtp_tui.workbench.screens.message import MessageScreen

        if not self.touched:  # the session may know better addresses by now
            self._begin()
        self._open = MessageScreen(self, self._keys)
        self._screen.app.push_screen(self._open, self._closed)
        self._screen.call_after_refresh(lambda: self.show(self._screen.view))

    @property
    def touched(self) -> bool:
        """Whether the message is more than the one that was there at the beginning."""
        return self.draft is not self._untouched

    @property
    def unsent(self) -> bool:
        """Whether there is something that neither a server accepted nor a file keeps."""
        return bool(self.draft.octets.strip()) and self.draft.octets != self._safe

    def begin_with(self, draft: Draft) -> None:
        """Take a message in which nothing was written yet."""
        self.draft, self._safe = draft, draft.octets

    def _begin(self) -> None:
        self.begin_with(self.from_template("minimal"))
        self._untouched = self.draft

    def _closed(self, _: None) -> None:
        self._open = None
        self._screen.composer.field.focus()

    def show(self, view: SessionView) -> None:
        """Let the open editor draw this state of the session, and tell how sending ended."""
        screen = self._open
        if screen is not None and screen.is_attached:
            screen.show(view)
        if self._sending and view.delivery is None:
            ended = view.delivered is not None and view.delivered is not self._last
            if ended and view.delivered is not None:
                if view.delivered.ok:
                    self._safe = self._sent
                self._over(visible(view.delivered.text))
            elif not view.live:
                self._over(visible(view.text) or "The connection ended before the message went.")

    def say(self, sentence: str, holds: Holds = always) -> None:
        """Tell something in the open editor, which covers the command line."""
        if self._open is not None and self._open.is_attached:
            self._open.say(sentence, holds)

    def refused(self, sentence: str) -> None:
        """What was asked for was not done: the message, or a line, which is given back."""
        self.say(sentence)
        if self._sending and self._screen.view.delivery is None:
            self._over(sentence)
        else:
            self._screen.composer.refused(sentence)

    def _over(self, sentence: str) -> None:
        self._sending = False
        self._screen.say(sentence)

    def from_template(self, id: str) -> Draft:
        """A new draft of that template, for the addresses of this session."""
        screen = self._screen
        template = templates()[id]
        sender, recipient = "me@example.org", "someone@example.org"
        if screen.is_mounted:
            user = screen.credentials.credentials.user
            said = screen.composer.field.history
            sender = _first(said, "MAIL") or (user if "@" in user else sender)
            recipient = _first(said, "RCPT") or recipient
        now = datetime.now().astimezone()
        filled = fill(template, sender=sender, recipient=recipient, now=now)
        return Draft(filled.text.encode(), template.name, mail=filled.mail, rcpt=filled.rcpt)

    def send(self) -> None:
        """Ask for the message to go out; it stays here whatever becomes of it."""
        self._screen.operator.deliver(self.draft.octets, self.draft.way, self._on_its_way)

    def _on_its_way(self) -> None:
        self._sending, self._last = True, self._screen.view.delivered
        self._sent = self.draft.octets
        self.say("The message is on its way.")

    @property
    def rehearses(self) -> bool:
        """Whether this is a dry run."""
        return self._screen.operator.dry_run

    def address(self) -> None:
        """Ask for the envelope of the message."""
        from smtp_tui.workbench import enveloping

        enveloping.build(self._screen)

    def stop(self) -> None:
        """Stop the message on its way."""
        self._screen.operator.stop_delivery()
        self.show(self._screen.view)

    @property
    def stopping(self) -> bool:
        """Whether it is to end behind the chunk under way."""
        return self._screen.operator.stopping

    def read(self, path: str, told: Callable[[str], None]) -> None:
        """Take a file as the message."""

        def done(result: bytes | Exception) -> None:
            if isinstance(result, bytes):
                self.begin_with(Draft(result, Path(path).name, self.draft.way))
                told("")
            else:
                told(str(result))

        files.read(self._screen.app, path, done)

    def write(self, path: str, told: Callable[[str], None]) -> None:
        """Keep the message in a file."""

        def done(result: bytes | Exception) -> None:
            if isinstance(result, bytes):
                self._safe = result
                told(f"Saved {len(result):,} octets to {visible(path)}.")
            else:
                told(str(result))

        files.write(self._screen.app, path, self.draft.octets, done)

    def attach(self, path: str, told: Callable[[str], None]) -> None:
        """Put a file beside the text."""

        def done(result: bytes | Exception) -> None:
            if isinstance(result, bytes):
                self.draft = replace(self.draft, octets=result)
                told("")
            else:
                told(str(result))

        before, name = self.draft.octets, Path(path).name
        files.read(self._screen.app, path, done, lambda content: attach(before, name, content))

    def edit(self) -> str:
        """Let the person's own editor have the message; gives what to say about it."""
        try:
            octets = self._edited()
        except SuspendNotSupported:
            return "This terminal cannot be lent to another program."
        except EditorError as error:
            return str(error)
        self.draft = replace(self.draft, octets=octets)
        try:
            octets.decode("utf-8")
        except UnicodeDecodeError:
            return "Some octets are no UTF-8; they are kept and sent as they are."
        return ""

    def _edited(self) -> bytes:
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        handle, name = tempfile.mkstemp(prefix="smtp-tui-", suffix=".eml")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(self.draft.octets)
            with self._screen.app.suspend():  # which an exception must not leave
                trouble = _run(editor, name)
            if trouble:
                raise EditorError(f"Nothing is taken: {trouble}")
            return Path(name).read_bytes()
        except OSError as error:
            why = "the file is gone" if isinstance(error, FileNotFoundError) else error.strerror
            raise EditorError(f"Nothing is taken: {why}.") from None
        finally:
            Path(name).unlink(missing_ok=True)


def _run(editor: str, name: str) -> str:
    """Let a program of the person's have the terminal; why it did not go well, or ""."""
    try:
        ended = subprocess.run([*shlex.split(editor), name], check=False)
    except (OSError, ValueError):
        return f"{visible(editor)} cannot be run. EDITOR names another program."
    return f"{visible(editor)} ended with {ended.returncode}." if ended.returncode else ""


def _first(said: tuple[str, ...], verb: str) -> str:
    """The newest address of such a command."""
    lines = [line for line in said if line.lstrip()[:4].upper() == verb]
    return next(iter(addresses_in(lines)), "")
