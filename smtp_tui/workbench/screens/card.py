"""The card of a capability: what it is for, its arguments in words, and what to type for it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from smtp_tui.smtp.arguments import one_by_one, ready
from smtp_tui.smtp.extensions import Extension
from smtp_tui.smtp.keywords import Insert, Keyword, Place, keywords
from smtp_tui.smtp.visible import visible
from smtp_tui.workbench.screens.dialog import Dialog
from smtp_tui.workbench.scroll_bar import width_beside_bar
from smtp_tui.workbench.stages import TITLES, Stages

_LONGEST = 200
_UNKNOWN = (
    "Nothing is known of this keyword here. Names that begin with X are agreed on between"
    " particular programs; the server's manual may say more, and HELP sometimes does."
)
_NO_KEYWORD = "This line of the reply holds no keyword, which the standard does not allow."
_ASK_HELP = Insert("HELP", Place.COMMAND, "ask the server what it knows")
_PLACES = {Place.COMMAND: "", Place.MAIL: "MAIL", Place.RCPT: "RCPT"}


class CardScreen(Dialog[Insert]):
    """Gives what was chosen to be put on the command line, None for nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", show=False),
        Binding("pageup", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(1)", show=False),
    ]

    def __init__(self, extension: Extension, stages: Stages) -> None:
        super().__init__()
        self._extension = extension
        self._stages = stages
        self._inserts = inserts(extension)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="card") as dialog:
            dialog.border_title = Content(_shortened(self._extension.keyword) or "No keyword")
            dialog.border_subtitle = Content(
                "enter inserts, sends nothing · pgdn scrolls · escape closes"
                if self._inserts
                else "↑ ↓ scroll · escape closes"
            )
            with VerticalScroll(id="card-scroll", can_focus=not self._inserts):
                yield Static(id="card-text")
            if self._inserts:
                yield OptionList(*self._options(), id="card-inserts", compact=True)

    def on_mount(self) -> None:
        """Begin at the first thing to insert; without one let the arrows scroll."""
        self.query_one("#card-inserts" if self._inserts else "#card-scroll").focus()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap for the new width."""
        self.call_after_refresh(self._draw)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take it."""
        event.stop()
        self.dismiss(self._inserts[event.option_index])

    def action_scroll(self, by: int) -> None:
        """Scroll the text by a page."""
        scroll = self.query_one("#card-scroll")
        scroll.scroll_relative(y=by * max(1, scroll.size.height - 1), animate=False)

    def _options(self) -> Iterator[Content]:
        column = min(34, max(len(insert.text) for insert in self._inserts)) + 1
        for insert in self._inserts:
            place = _PLACES[insert.place]
            yield Content.assemble(
                f"{place:<5}",
                (f"{visible(insert.text):<{column}}", "bold"),
                f" {insert.what}",
            )

    def _draw(self) -> None:
        width = max(30, width_beside_bar(self.query_one("#card-scroll")))
        lines = card_lines(self._extension, self._stages, width)
        self.query_one("#card-text", Static).update(Content("\n").join(lines))


def inserts(extension: Extension) -> tuple[Insert, ...]:
    """What can be put on the command line for it."""
    known = keywords().get(extension.keyword)
    if known is None:
        return (_ASK_HELP,) if extension.keyword else ()
    following = ready(extension.keyword, extension.arguments)
    return (*(Insert(text, Place.COMMAND, what) for text, what in following), *known.inserts)


def card_lines(extension: Extension, stages: Stages, width: int) -> list[Content]:
    """The text of the card, wrapped for a width in cells."""
    known = keywords().get(extension.keyword)
    about = known.about if known is not None else _UNKNOWN if extension.keyword else _NO_KEYWORD
    lines = [Content(line) for line in textwrap.wrap(about, width)]
    lines += _arguments(extension, width)
    if known is not None:
        lines += _sources(known, width)
    lines += _offered(extension.keyword, stages, width)
    return lines


def _arguments(extension: Extension, width: int) -> Iterator[Content]:
    explained = [*one_by_one(extension.keyword, extension.arguments)]
    if not explained:
        return
    yield from _heading("As the server says it")
    if extension.legacy:
        text = f"In the old form {extension.keyword}=, which standard clients pass over:"
        yield from (Content(f"  {line}") for line in textwrap.wrap(text, width - 2))
    column = min(24, width // 2 - 4, max(len(_shortened(word)) for word, _ in explained)) + 2
    for word, words in explained:
        yield from _row(_shortened(word), words[:_LONGEST], column, width)
    if len(extension.arguments) > len(explained):
        yield Content.styled(
            f"  … and {len(extension.arguments) - len(explained):,} more", "$quiet"
        )


def _sources(known: Keyword, width: int) -> Iterator[Content]:
    if known.examples:
        yield from _heading("Example" if len(known.examples) == 1 else "Examples")
    for example in known.examples:
        for number, line in enumerate(textwrap.wrap(example, width - 6, break_on_hyphens=False)):
            yield Content.styled(f"  {'  ' if number else ''}{line}", "$primary")
    yield Content("")
    yield Content.assemble(("Defined in  ", "$quiet"), known.rfc)


def _offered(keyword: str, stages: Stages, width: int) -> Iterator[Content]:
    """At which stages it was offered; a stage that was not asked for is left out."""
    names = {title: offered.get(keyword) for title, offered in stages.heard}
    for number, title in enumerate(title for title in TITLES if title in names):
        found = names[title]
        label = "Offered" if number == 0 else ""
        mark = ("✓", "$success") if found is not None else ("✗", "$quiet")
        words = " ".join(found.arguments) if found is not None else "not offered"
        line = Content.assemble(
            (f"{label:<12}", "$quiet"), mark, f" {title:<14}", (visible(words[:_LONGEST]), "$quiet")
        )
        yield line.truncate(width, ellipsis=True)


def _heading(text: str) -> Iterator[Content]:
    yield Content("")
    yield Content.styled(text, "$quiet")


def _row(left: str, right: str, column: int, width: int) -> Iterator[Content]:
    """A word and what it means in two columns; a word too long for its column stands alone."""
    lines = textwrap.wrap(visible(right), max(10, width - column - 2)) or [""]
    if len(left) >= column:
        yield Content.styled(f"  {left}", "bold").truncate(width, ellipsis=True)
    else:
        yield Content.assemble((f"  {left:<{column}}", "bold"), lines.pop(0))
    for line in lines:
        if line:
            yield Content(f"  {' ' * column}{line}")


def _shortened(word: str) -> str:
    safe = visible(word[:_LONGEST])
    return f"{safe}…" if len(word) > _LONGEST else safe
