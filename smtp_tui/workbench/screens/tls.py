"""TLS and certificates: everything the handshake showed, to read, copy and save."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from smtp_tui.smtp.amounts import counted
from smtp_tui.smtp.visible import visible
from smtp_tui.wire.certificate_files import pem
from smtp_tui.wire.events import TlsFacts
from smtp_tui.wire.target import Target
from smtp_tui.wire.verdicts import judge
from smtp_tui.workbench import clipboard
from smtp_tui.workbench.places import place
from smtp_tui.workbench.screens.dialog import Dialog
from smtp_tui.workbench.scroll_bar import width_beside_bar
from smtp_tui.workbench.tls_report import Link, chain_of, colons, report

_WIDE = 100
"""Columns from which on the keys are named one by one."""


class TlsScreen(Dialog[None]):
    """A snapshot of one session.

    ``look_on`` connects again without verification, if that helps; ``truncated``: the session is
    over, and TLS was cut off.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,f10", "close", show=False),
        Binding("tab,n,right", "choose(1)", show=False),
        Binding("shift+tab,b,left", "choose(-1)", show=False),
        Binding("f", "fingerprint", show=False),
        Binding("p", "pin", show=False),
        Binding("t", "tlsa", show=False),
        Binding("s", "save", show=False),
        Binding("w", "look_on", show=False),
    ]

    def __init__(
        self,
        facts: TlsFacts,
        target: Target,
        look_on: Callable[[], None] | None = None,
        *,
        truncated: bool = False,
    ) -> None:
        super().__init__()
        self._facts = facts
        self._target = target
        self._look_on = look_on
        self._truncated = truncated
        self._verdicts = judge(facts)
        self._links = chain_of(facts, self._verdicts)
        self._chosen = 0

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="tls") as scroll:
            scroll.border_title = Content(f"TLS · {visible(self._target.place)}")
            yield Static(id="tls-text")

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one("#tls").focus()

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self.call_after_refresh(self._draw)

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_choose(self, by: int) -> None:
        """Choose the next certificate or the one before, and bring it into sight."""
        if not self._links:
            return
        self._chosen = (self._chosen + by) % len(self._links)
        begins = self._draw()
        self.query_one("#tls", VerticalScroll).scroll_to(y=max(0, begins - 1), animate=False)

    def action_fingerprint(self) -> None:
        """Copy the fingerprint of the chosen certificate."""
        if (link := self._link()) is not None:
            self._copy(colons(link.facts.sha256), f"the SHA-256 fingerprint of {link.name}")

    def action_pin(self) -> None:
        """Copy the pin of its key."""
        if (link := self._link()) is not None:
            self._copy(link.facts.pin, f"the pin of the key of {link.name}")

    def action_tlsa(self) -> None:
        """Copy the DNS record for its key."""
        if (link := self._link()) is None:
            return
        if link.facts.spki_sha256 and not link.tlsa(self._target):
            self._tell("A TLSA record is of a name: connect by one, or set the name to verify.")
        else:
            self._copy(link.tlsa(self._target), f"the TLSA record for {link.name}")

    def action_save(self) -> None:
        """Ask for a file and write the chain as the server sent it."""
        from smtp_tui.workbench.screens.prompt import PromptScreen

        if not self._facts.chain:
            self._tell("There is no certificate to save.")
            return

        def named(path: str | None) -> None:
            if path:
                text = pem(self._facts.chain)
                threading.Thread(
                    target=self._write, args=(path, text), name="save-pem", daemon=True
                ).start()

        host = self._target.host.replace("/", "-") or "server"
        note = "enter writes the chain there as PEM, for a file that is not there yet."
        self.app.push_screen(PromptScreen("Save the chain", note, f"{host}.pem"), named)

    def action_look_on(self) -> None:
        """Connect again without verification."""
        if self._look_on is None:
            self._tell("Nothing was refused here that connecting again would get past.")
            return
        self.dismiss(None)
        self._look_on()

    def _write(self, name: str, text: str) -> None:
        """In a thread of its own: no disk may hold up the window."""
        path = place(name)
        try:
            with path.open("x", encoding="ascii") as file:
                file.write(text)
        except FileExistsError:
            sentence = f"{visible(str(path))} is there already: choose another name."
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is no name of a file"
            sentence = f"{visible(str(path))} cannot be written: {visible(why)}."
        else:
            number = text.count("-----BEGIN")
            sentence = f"Saved {counted(number, 'certificate')} in {visible(str(path.absolute()))}."
        with suppress(RuntimeError):  # nobody is there any more to be told
            self.app.call_from_thread(self._tell, sentence)

    def _link(self) -> Link | None:
        if self._links:
            return self._links[self._chosen]
        self._tell("There is no certificate to copy from.")
        return None

    def _copy(self, text: str, what: str) -> None:
        if text:
            clipboard.copy(self.app, text, what)
        else:
            self._tell("The key of this certificate could not be read.")

    def _tell(self, sentence: str) -> None:
        self.app.notify(sentence, markup=False)

    def _keys(self, width: int) -> str:
        words = ["w connect unverified"] if self._look_on is not None else []
        if len(self._links) > 1:
            words.append("tab next certificate" if width >= _WIDE else "tab next")
        if self._links and width >= _WIDE:
            words += ["f copy fingerprint", "p pin", "t TLSA", "s save PEM"]
        elif self._links:
            words += ["f p t copy", "s save"]
        return " · ".join([*words, "escape closes"])

    def _draw(self) -> int:
        """Draw everything; gives the line on which the chosen certificate begins."""
        scroll = self.query_one("#tls", VerticalScroll)
        width = width_beside_bar(scroll)
        scroll.border_subtitle = Content(self._keys(width))
        lines, begins = report(
            self._facts,
            self._target,
            self._verdicts,
            self._links,
            self._chosen,
            max(40, width),
            truncated=self._truncated,
        )
        self.query_one("#tls-text", Static).update(Content("\n").join(lines))
        return begins
