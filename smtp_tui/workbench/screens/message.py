"""The message editor: headers and text, what a server will make of them, and sending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.timer import Timer
from textual.widgets import Static, TextArea

from smtp_tui.smtp import message
from smtp_tui.smtp.amounts import counted, human_size
from smtp_tui.smtp.templates import templates
from smtp_tui.smtp.visible import visible
from smtp_tui.wire.events import Way
from smtp_tui.workbench.draft import Draft
from smtp_tui.workbench.drafting import Drafting
from smtp_tui.workbench.keymap import Keys
from smtp_tui.workbench.message_keys import MESSAGE_KEYS, SHARED_KEYS
from smtp_tui.workbench.notice import Holds, always
from smtp_tui.workbench.panes.message_text import MessageText
from smtp_tui.workbench.screens.dialog import Dialog
from smtp_tui.workbench.session import SessionView

Job = Callable[[str, Callable[[str], None]], None]
"""Does something with a path and tells in a sentence what went wrong, "" for nothing."""

_PAUSE = 0.15
"""Seconds without a key after which the message is looked over."""
_BAR = 24
_MOST_FACTS = 5
_WORDS = tuple((id, binding.description) for id, binding in MESSAGE_KEYS.items())


class MessageScreen(Dialog[None]):
    """Edits the draft of ``drafting``; leaving keeps it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *SHARED_KEYS.values(),
        *MESSAGE_KEYS.values(),
    ]

    def __init__(self, drafting: Drafting, keys: Keys) -> None:
        super().__init__()
        self._drafting = drafting
        self._keys = keys
        self._view = SessionView()
        self._looking: Timer | None = None
        self._survey = message.survey(b"")
        self._said = ""
        self._holds: Holds = always

    @property
    def draft(self) -> Draft:
        """The message as it is kept."""
        return self._drafting.draft

    @property
    def area(self) -> MessageText:
        """The text."""
        return self.query_one(MessageText)

    def compose(self) -> ComposeResult:
        with Vertical(id="message"):
            yield MessageText()
            yield Static(id="message-facts")
            yield Static(id="message-said")
            yield Static(id="message-keys")

    def on_mount(self) -> None:
        """Show the draft."""
        self.load()
        self.area.focus()

    def on_resize(self) -> None:
        """Name the keys in rows of the new width."""
        self._draw_keys()

    def show(self, view: SessionView) -> None:
        """Draw for this state of the session; what was said goes when it is true no more."""
        before, self._view = self._view, view
        if view.state.recipients > before.state.recipients or not self._holds(view):
            self._said = ""
        self._draw()
        if (view.delivery is None) is not (before.delivery is None) and self.is_mounted:
            self._draw_keys()

    def say(self, sentence: str, holds: Holds = always) -> None:
        """Show a sentence until the next one, as long as it holds."""
        self._said, self._holds = sentence, holds
        self._draw()

    def load(self) -> None:
        """Show the draft from its beginning."""
        area = self.area
        with self.prevent(TextArea.Changed):
            area.load_text(self.draft.text)
        area.read_only = not self.draft.editable
        self._look()

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._drafting.draft = self.draft.with_text(self.area.text)
        if self._looking is not None:
            self._looking.stop()
        self._looking = self.set_timer(_PAUSE, self._look)

    @on(MessageText.TooLarge)
    def _too_large(self, event: MessageText.TooLarge) -> None:
        event.stop()
        self._drafting.draft = self.draft.with_text(event.text)
        self.load()
        self.say(f"Too large to be edited here: {self._keys.first('message-editor')} edits it.")

    def _look(self) -> None:
        self._looking = None
        # of a large file the beginning is looked over, which is what is shown
        draft = self.draft
        self._survey = (
            message.survey(draft.octets)
            if draft.editable
            else replace(message.survey(draft.shown), octets=len(draft.octets))
        )
        self._draw()

    # Drawing

    def _draw(self) -> None:
        if not (self.is_mounted and self.is_open):
            return
        box = self.query_one("#message")
        name = visible(self.draft.name)
        box.border_title = Content(f"Message ─ {name}" if name else "Message")
        box.border_subtitle = Content(self._measures())
        self.query_one("#message-facts", Static).update(self._facts())
        self.query_one("#message-said", Static).update(self._status())

    def _draw_keys(self) -> None:
        """The keys with their words; leaving means something else while a message goes out."""
        leaving = {"message-leave": "Stop"} if self._view.delivery is not None else {}
        words = (("send", "Send"), ("envelope", "Envelope"), *_WORDS, ("help", "Help"))
        keys = [
            Content.assemble((self._keys.short(id), "bold $accent"), f" {leaving.get(id, word)}  ")
            for id, word in words
        ]
        self.query_one("#message-keys", Static).update(_in_rows(keys, self.size.width - 4))

    def _measures(self) -> str:
        draft, limit = self.draft, self._view.state.extensions.size
        octets = self._survey.octets
        of = f" of {human_size(limit)}" if limit else ""
        lines = f" · {self._survey.lines:,} lines" if draft.editable else ""
        return f"{octets:,} octets{of}{lines} · by {draft.way.value}"

    def _facts(self) -> Content:
        draft, survey = self.draft, self._survey
        rows = [_fact(self._standing(), "$quiet")]
        if not draft.editable:
            size = human_size(len(draft.octets))
            rows.append(_fact(f"{size}: the beginning is shown, all of it is sent", "$accent"))
        state = self._view.state
        offered = state.extensions if state.hello is not None else None
        for each in message.findings(survey, offered, binary=draft.way is Way.BINARY):
            rows.append(_finding(each))
        if draft.way is Way.DATA and (words := message.stuffing(survey)):
            rows.append(_finding(message.Finding(words, rfc="RFC 5321 4.5.2")))
        wanted = (("MAIL", draft.mail), ("RCPT", draft.rcpt))
        if envelope := " · ".join(f"{verb} … {words}" for verb, words in wanted if words):
            rows.append(_fact(f"belongs into the envelope: {envelope}", "$accent"))
        return Content("\n").join(rows[:_MOST_FACTS])

    def _standing(self) -> str:
        """Where it goes, or would go if it were sent now."""
        count, keys = self._view.state.recipients, self._keys
        if self._view.delivery is not None:
            return f"it is on its way, and goes on when {keys.first('message')} goes back"
        if not self._view.takes_lines:
            return f"not connected: what is written here stays; {keys.first('message')} goes back"
        if self._drafting.rehearses:
            return f"dry run: RSET goes out in its place, {keys.first('dry-run')} ends that"
        if self._view.busy:
            return "it has to wait: the server does not take commands now"
        if not count and self._view.taken:
            return f"another message needs its own recipients: {keys.first('envelope')} names them"
        if not count:
            return f"no recipient was accepted yet: {keys.first('envelope')} builds MAIL and RCPT"
        return f"{keys.first('send')} sends it to {counted(count, 'recipient')}"

    def _status(self) -> Content:
        way = self._view.delivery
        if way is None:
            return Content.styled(self._said, "$warning" if self._said else "")
        share = way.octets / way.total if way.total else 1.0
        full = round(share * _BAR)
        leave = self._keys.first("message-leave")
        gently = way.stoppable and not self._drafting.stopping
        how = "stops behind this chunk" if gently else "closes the connection"
        return Content.assemble(
            ("█" * full, "$success"), ("░" * (_BAR - full), "$quiet"),
            f" {share:4.0%} of {human_size(way.total)}", (f"  {leave} {how}", "$quiet"),
        )  # fmt: skip

    # Keys

    def action_send(self) -> None:
        """Send the message; it stays here whatever becomes of it."""
        self._said = ""
        self._drafting.send()

    def action_envelope(self) -> None:
        """Leave it for its envelope."""
        self.dismiss(None)
        self._drafting.address()

    def action_way(self) -> None:
        """Take the next way to send it."""
        self._drafting.draft = self.draft.next_way()
        state, offered = self._view.state, self._view.state.extensions
        if self.draft.way is not Way.DATA and state.hello is None:
            self.say("Whether the server offers CHUNKING, which BDAT belongs to, EHLO will tell.")
        elif self.draft.way is not Way.DATA and "CHUNKING" not in offered:
            self.say("The server does not offer CHUNKING, which BDAT belongs to (RFC 3030 2).")
        elif self.draft.way is Way.BINARY and "BINARYMIME" not in offered:
            self.say("The server does not offer BINARYMIME: send text with CRLF line ends only.")
        else:
            self.say("")

    def action_template(self) -> None:
        """Begin anew with a template."""
        from smtp_tui.workbench.screens.menu import MenuScreen

        column = max(len(each.name) for each in templates().values()) + 2
        options = [
            (Content.assemble((f"{each.name:<{column}}", "bold"), (each.about, "$quiet")), id)
            for id, each in templates().items()
        ]

        def taken(id: str | None) -> None:
            if id:
                draft = self._drafting.from_template(id)
                self._begin_with(replace(draft, way=self.draft.way))

        self.app.push_screen(MenuScreen(options, "minimal", _below(self.area.region)), taken)

    def _begin_with(self, draft: Draft) -> None:
        before = self.draft
        self._drafting.begin_with(draft)
        self._said = ""
        if not before.editable:
            self.load()
            return
        self.area.replace(draft.text, (0, 0), self.area.document.end)
        self.area.move_cursor((0, 0))
        if before.octets:
            self.say("ctrl+z brings back what was here.")

    def action_open(self) -> None:
        """Take a file as the message."""
        self._ask(
            "Open a message", "enter takes the file as the message, as it is", self._drafting.read
        )

    def action_attach(self) -> None:
        """Put a file beside the text."""
        self._ask(
            "Attach a file",
            "enter puts the file into the message, beside its text",
            self._drafting.attach,
        )

    def action_save(self) -> None:
        """Keep the message in a file."""
        self._ask(
            "Save the message",
            "enter writes it as it stands here",
            self._drafting.write,
            "message.eml",
        )

    def action_editor(self) -> None:
        """Let the person's own editor have it."""
        said = self._drafting.edit()
        self.load()
        self.say(said)

    def action_leave(self) -> None:
        """Back to the session; while a message is on its way, stop that."""
        if self._view.delivery is not None:
            self._drafting.stop()
        else:
            self.dismiss(None)

    def action_back(self) -> None:
        """Back to the session; what is on its way goes on."""
        self.dismiss(None)

    def _ask(self, title: str, note: str, job: Job, value: str = "") -> None:
        from smtp_tui.workbench.screens.prompt import PromptScreen

        def named(path: str | None) -> None:
            if path:
                job(path, self._told)

        self.app.push_screen(PromptScreen(title, note, value), named)

    def _told(self, sentence: str) -> None:
        if not sentence:
            self.load()
        self.say(sentence)


def _below(region: Region) -> Region:
    """Where a menu's field would stand, so that it opens at the top of the text."""
    return Region(region.x + 1, region.y, max(20, region.width - 2), 0)


def _in_rows(parts: list[Content], width: int) -> Content:
    """The parts one after another, in as many rows as that takes; none is broken."""
    rows = [Content("")]
    for part in parts:
        if rows[-1].cell_length + part.cell_length > width + 2:  # its end is two spaces
            rows.append(Content(""))
        rows[-1] += part
    return Content("\n").join(rows)


def _fact(text: str, style: str) -> Content:
    return Content.styled(f"· {text}", style)


def _finding(found: message.Finding) -> Content:
    mark, style = ("▲", "$warning") if found.grave else ("·", "$quiet")
    return Content.assemble((f"{mark} {found.text}", style), (f"  {found.rfc}", "$quiet"))
