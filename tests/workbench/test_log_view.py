"""The session log: what is drawn is safe and masked, follows the end, wraps, selects and copies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection
from textual.strip import Strip

from smtp_tui.smtp import events as smtp
from smtp_tui.transcript.records import Transcript
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target
from smtp_tui.workbench.log_paint import TEXT_COLUMN
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.panes.log import LogPane, Pill
from tests.workbench.scene import Scene

CLEAR, VERIFIED, UNVERIFIED, *_ = wire.Protection

HOSTILE = [
    b"\x1b]0;owned\x07",
    b"\x1b]52;c;b3duZWQ=\x1b\\",
    b"\x1b[2J\x1b[H",
    b"\x9b2J \x9d0;owned\x9c \x90q\x9c",
    "\x9b2J\u202eevil\u2066\u200b\u2028".encode(),
    b"[/oops]",
    b"[@click=app.quit]x[/]",
    b"\x00\x08\x7f\r\x0b\x85\xa0",
    b"\xff\xfe\xed\xa0\x80",
    "日本語 é 😀 👨‍👩‍👧 ﷽".encode(),
    b"",
    b" " * 500,
]


class LogApp(App[None]):
    """A log and nothing else."""

    AUTO_FOCUS = None

    def __init__(self, transcript: Transcript) -> None:
        super().__init__()
        self.transcript = transcript
        self.copied: list[str] = []

    def compose(self) -> ComposeResult:
        yield LogPane(self.transcript)

    @on(LogView.CopyRequested)
    def _copy(self, event: LogView.CopyRequested) -> None:
        self.copied.append(event.text)


class Log:
    """A log under test."""

    def __init__(self, app: LogApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.pane = app.query_one(LogPane)
        self.view = app.query_one(LogView)

    async def tell(self, *events: wire.Event) -> None:
        self.pane.tell(events)
        await self.pilot.pause()

    async def until(self, text: str, row: int = -1) -> None:
        """Wait for a row of a flood, which is drawn a moment after it was told."""
        for _ in range(200):
            await self.pilot.pause(0.01)
            if self.texts[row:][:1] == [text]:
                break
        assert self.texts[row:][:1] == [text]

    async def press(self, *keys: str) -> None:
        self.pane.focus()
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def strips(self) -> list[Strip]:
        return self.view.render_lines(self.view.size.region)

    @property
    def rows(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.strips]

    @property
    def texts(self) -> list[str]:
        """The text of each row in sight, without time, letter and round trip."""
        return [row[TEXT_COLUMN:] for row in self.rows if row]

    @property
    def frame(self) -> str:
        return str(self.pane.border_subtitle)

    @property
    def pill(self) -> str | None:
        pill = self.app.query_one(Pill)
        return str(pill.content) if pill.display else None

    def colour(self, row: int, column: int) -> str:
        """The colour of a cell, as a hexadecimal triplet."""
        style = next(iter(self.strips[row].crop(column, column + 1))).style
        assert style is not None
        assert style.color is not None
        return style.color.get_truecolor().hex

    def theme(self, name: str) -> str:
        return self.app.get_css_variables()[name].lower()


@asynccontextmanager
async def log(
    size: tuple[int, int] = (80, 12), transcript: Transcript | None = None
) -> AsyncIterator[Log]:
    app = LogApp(transcript if transcript is not None else Transcript())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Log(app, pilot)


def server(
    raw: bytes,
    *,
    elapsed: float | None = None,
    protection: wire.Protection = CLEAR,
    at: float = 1.0,
) -> wire.Told:
    line = smtp.ReplyLine(int(raw[:3]), raw[4:], raw + b"\r\n", True, True, None)
    return wire.Told(at, 1, line, elapsed, protection)


def client(data: bytes, *secrets: smtp.Span) -> wire.Sent:
    return wire.Sent(1.0, 1, data, 0, secrets, "PLAIN", CLEAR)


def numbered(count: int, start: int = 0) -> list[wire.Event]:
    return [server(b"250 line %d" % number) for number in range(start, start + count)]


# What is drawn


async def test_a_line_shows_time_letter_text_and_round_trip() -> None:
    async with log() as at:
        await at.tell(wire.Opening(1.0, 1, Target("a.example"), 0.0))
        await at.tell(client(b"NOOP\r\n"), server(b"250 ok", elapsed=0.0381, at=1.041))
        assert at.rows[1] == "▌   0.000 C  NOOP"
        assert at.rows[2].split() == ["▌", "0.041", "S", "250", "ok", "38", "ms"]
        assert at.strips[2].text.endswith("38 ms  ")


async def test_a_narrow_log_leaves_the_round_trip_out() -> None:
    async with log(size=(50, 12)) as at:
        await at.tell(server(b"250 ok", elapsed=0.0381))
        assert at.rows[0] == "▌   0.000 S  250 ok"


async def test_the_gutter_tells_what_an_onlooker_sees() -> None:
    async with log() as at:
        await at.tell(*(server(b"250 ok", protection=each) for each in wire.Protection))
        assert [at.colour(row, 0) for row in range(4)] == [
            at.theme("error"),
            at.theme("success"),
            at.theme("warning"),
            at.theme("warning"),
        ]


async def test_the_gutter_goes_on_beside_why_a_reply_refused() -> None:
    async with log() as at:
        scene = Scene(lambda event: at.pane.tell([event]))
        scene.secured().both(b"RCPT TO:<a@b>", b"503 5.5.1 MAIL first.\r\n")
        await at.pilot.pause()
        row = next(row for row, text in enumerate(at.rows) if "why?" in text)
        assert at.colour(row, 0) == at.colour(row - 1, 0) == at.theme("success")


async def test_replies_have_the_colour_of_their_class() -> None:
    async with log() as at:
        await at.tell(*(server(code + b" x") for code in (b"250", b"354", b"451", b"550")))
        assert [at.colour(row, TEXT_COLUMN) for row in range(4)] == [
            at.theme(name) for name in ("success", "secondary", "warning", "error")
        ]


async def test_every_row_fills_the_width_exactly() -> None:
    async with log(size=(61, 40)) as at:
        await at.tell(*(server(b"250 " + text, elapsed=0.1) for text in HOSTILE))
        assert {strip.cell_length for strip in at.strips} == {at.view.size.width}
        assert {sum(cell_len(part.text) for part in strip) for strip in at.strips} == {
            at.view.size.width
        }


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("wrap", [True, False])
async def test_foreign_text_is_never_obeyed(text: bytes, wrap: bool) -> None:
    async with log() as at:
        if not wrap:
            await at.press("w")
        failed = wire.Failed(1.0, 1, wire.Failure.TLS, text.decode("latin-1"))
        alarm = wire.Alarm(1.0, 1, text.decode("latin-1"), text)
        await at.tell(server(b"250 " + text), client(text + b"\r\n"), failed, alarm)
        await at.press("up", "y")
        drawn = "".join(part.text for strip in at.strips for part in strip)
        assert drawn.isprintable()
        assert "".join(at.app.copied).isprintable()
        assert "@click" not in {key for strip in at.strips for part in strip for key in meta(part)}
        await at.pilot.click(LogView, offset=(TEXT_COLUMN + 5, 0))
        assert at.app.is_running


def meta(part: object) -> dict[str, object]:
    style = getattr(part, "style", None)
    return dict(style.meta) if style is not None else {}


async def test_control_characters_are_drawn_as_chips() -> None:
    async with log() as at:
        await at.tell(server(b"250 a\x1b\x07b"))
        assert at.texts == ["250 a▐ESC▌▐BEL▌b"]


async def test_a_secret_is_neither_drawn_nor_copied() -> None:
    async with log() as at:
        await at.tell(client(b"AUTH PLAIN AHVzZXIAcGFzcw==\r\n", (11, 27)))
        assert at.texts == ["AUTH PLAIN ‹PLAIN: 16 octets hidden›"]
        await at.press("y")
        at.view.text_select_all()
        await at.press("y")
        assert at.app.copied == ["AUTH PLAIN ‹PLAIN: 16 octets hidden›"] * 2


async def test_a_new_connection_begins_with_a_heading() -> None:
    async with log() as at:
        await at.tell(wire.Opening(1.0, 1, Target("a.example"), 0.0))
        await at.tell(wire.Opening(2.0, 2, Target("b.example"), 0.0))
        assert [text.partition(" · ")[0] for text in at.texts] == ["a.example:587", "b.example:587"]
        assert at.rows[1].startswith("▌───────────")
        assert at.rows[1].endswith("────")


async def test_an_empty_log_says_what_to_do() -> None:
    async with log() as at:
        assert any("f5" in row and "connects" in row for row in at.rows)
        await at.tell(server(b"220 hi"))
        assert at.texts == ["220 hi"]


async def test_the_colours_follow_the_theme() -> None:
    async with log() as at:
        await at.tell(server(b"550 no"))
        assert at.colour(0, TEXT_COLUMN) == at.theme("error")
        at.app.theme = "textual-light" if at.app.theme != "textual-light" else "nord"
        await at.pilot.pause()
        assert at.colour(0, TEXT_COLUMN) == at.theme("error")


# Wrapping


async def test_long_lines_wrap_under_their_text_and_again_after_a_resize() -> None:
    async with log(size=(50, 12)) as at:
        await at.tell(server(b"250 " + b"word " * 16 + b"end"))
        words = "250 " + "word " * 16 + "end"
        assert len(at.texts) == 3
        assert " ".join(at.texts) == words
        assert {row[1:TEXT_COLUMN] for row in at.rows[1:3]} == {" " * (TEXT_COLUMN - 1)}
        await at.pilot.resize_terminal(120, 12)
        await at.pilot.pause()
        assert at.texts == [words]


async def test_without_wrap_a_long_line_runs_out_to_the_right() -> None:
    async with log(size=(50, 12)) as at:
        await at.tell(server(b"250 " + b"0123456789" * 10))
        await at.press("w")
        assert at.texts[0].startswith("250 0123")
        assert len(at.texts) == 1
        assert "no wrap" in at.frame
        at.view.scroll_to(x=54, animate=False)
        await at.pilot.pause()
        assert at.rows[0].startswith("▌   0.000 S  0123456789")
        await at.press("w")
        assert len(at.texts) == 4


async def test_our_words_are_not_torn_from_each_other() -> None:
    async with log(size=(60, 12)) as at:
        command = smtp.Command(b"AUTH", b"AUTH LOGIN\r\n")
        line = smtp.ReplyLine(334, b"x" * 30, b"334 " + b"x" * 30 + b"\r\n", True, True, command)
        await at.tell(wire.Partial(1.0, 1, b"334 " + b"x" * 30))
        assert at.texts == ["334 " + "x" * 30, "no line end yet"]
        await at.tell(wire.Told(1.0, 1, line, None, CLEAR))
        assert at.texts == ["334 " + "x" * 30, "no Base64: * leaves the exchange"]


# Following


async def test_the_log_follows_its_end() -> None:
    async with log() as at:
        await at.tell(*numbered(100))
        assert at.texts[-1] == "250 line 99"
        assert at.frame == "100 lines · following"
        assert at.pill is None


async def test_a_flood_is_drawn_less_often_than_it_comes_and_to_its_end() -> None:
    async with log() as at:
        pictures: list[int] = []
        at.app.watch(at.view, "virtual_size", lambda size: pictures.append(size.height), init=False)
        for start in range(0, 8000, 50):
            at.pane.tell(numbered(50, start=start))
        assert len(pictures) < 80, "160 batches"
        await at.until("250 line 7999")
        assert at.frame == "8,000 lines · following"


@pytest.mark.parametrize("key", ["up", "k", "pageup", "home", "g"])
async def test_going_up_stops_following_and_end_goes_back(key: str) -> None:
    async with log() as at:
        await at.tell(*numbered(100))
        await at.press(key)
        seen = at.texts[0]
        await at.tell(*numbered(24, start=100))
        assert at.texts[0] == seen
        assert at.frame == "124 lines · paused"
        assert at.pill is not None
        await at.press("end")
        assert at.texts[-1] == "250 line 123"
        assert at.frame == "124 lines · following"
        assert at.pill is None


async def test_the_wheel_stops_following_and_goes_back() -> None:
    async with log() as at:
        await at.tell(*numbered(100))
        for _ in range(3):
            at.view._scroll_up_for_pointer(animate=False)
        await at.pilot.pause()
        assert at.frame == "100 lines · paused"
        for _ in range(9):
            at.view._scroll_down_for_pointer(animate=False)
        await at.pilot.pause()
        assert at.frame == "100 lines · following"


async def test_the_pill_counts_what_is_below_and_goes_there() -> None:
    async with log() as at:
        await at.tell(*numbered(50))
        await at.press("home")
        await at.tell(*numbered(100, start=50))
        assert at.pill == f"+{150 - at.view.size.height} lines ▾ end"
        await at.pilot.click(Pill)
        await at.pilot.pause()
        assert at.texts[-1] == "250 line 149"
        assert at.pill is None


async def test_lines_that_are_replaced_while_paused_leave_the_place() -> None:
    async with log() as at:
        await at.tell(*numbered(100))
        await at.press("home")
        await at.tell(wire.Resolving(2.0, 1, "a.example"))
        await at.tell(wire.Resolved(2.1, 1, "a.example", ("192.0.2.1",)))
        assert at.texts[0] == "250 line 0"
        await at.press("end")
        assert at.texts[-1].startswith("a.example is 192.0.2.1")


async def test_a_resize_leaves_the_first_line_in_sight_there() -> None:
    async with log(size=(100, 12)) as at:
        await at.tell(*(server(b"250 line %d " % n + b"word " * 10) for n in range(200)))
        await at.press("home", "pagedown", "pagedown", "pagedown")
        seen = at.texts[0].split()[:3]
        await at.pilot.resize_terminal(50, 12)
        await at.pilot.pause()
        assert at.texts[0].split()[:3] == seen
        assert at.frame.endswith("paused")


async def test_down_to_the_newest_line_follows_again() -> None:
    async with log() as at:
        await at.tell(*numbered(5))
        await at.press("up", "up")
        assert at.frame.endswith("paused")
        await at.press("j", "down")
        assert at.frame.endswith("following")


async def test_leaving_the_log_with_its_end_in_sight_follows_again() -> None:
    async with log() as at:
        await at.tell(*numbered(5))
        await at.press("up")
        at.app.set_focus(None)
        await at.pilot.pause()
        assert at.frame.endswith("following")
        await at.tell(*numbered(50))
        await at.press("home")
        at.app.set_focus(None)
        await at.pilot.pause()
        assert at.frame.endswith("paused")


# The cursor, copying, selecting


async def test_y_copies_the_line_of_the_cursor_without_our_words() -> None:
    async with log() as at:
        await at.tell(*numbered(3))
        await at.tell(wire.Note(1.0, 1, "a note"), wire.Partial(1.0, 1, b"250 o\x1b"))
        await at.press("y", "up", "y", "k", "y")
        assert at.app.copied == ["250 o‹ESC›", "a note", "250 line 2"]


async def test_a_click_puts_the_cursor_on_a_line() -> None:
    async with log() as at:
        await at.tell(*numbered(5))
        await at.pilot.click(LogView, offset=(20, 1))
        await at.press("y")
        assert at.app.copied == ["250 line 1"]
        assert at.frame.endswith("following")


async def test_the_cursor_is_seen_only_with_the_focus() -> None:
    async with log() as at:
        await at.tell(*numbered(2))
        plain = background(at.strips[1])
        at.pane.focus()
        await at.pilot.pause()
        assert background(at.strips[1]) != plain
        assert background(at.strips[0]) == plain


async def test_the_cursor_needs_no_colours() -> None:
    async with log() as at:
        at.app.theme = "ansi-dark"
        await at.tell(*numbered(2))
        await at.press("up")
        underlined = [[part.style.underline for part in strip if part.style] for strip in at.strips]
        assert all(underlined[0])
        assert not any(underlined[1])


def background(strip: Strip) -> object:
    style = [*strip][-1].style
    return style.bgcolor if style is not None else None


async def test_the_mouse_selects_text_across_lines() -> None:
    async with log() as at:
        await at.tell(server(b"250 first"), server(b"250 \x1bsecond"), server(b"250 third"))
        await at.pilot.mouse_down(LogView, offset=(TEXT_COLUMN + 4, 0))
        await at.pilot.hover(LogView, offset=(TEXT_COLUMN + 6, 2))
        await at.pilot.mouse_up(LogView, offset=(TEXT_COLUMN + 6, 2))
        assert at.app.screen.get_selected_text() == "first\n250 ‹ESC›second\n250 thi"


async def test_selecting_left_of_the_text_takes_the_text_from_its_beginning() -> None:
    async with log() as at:
        await at.tell(server(b"250 first"), server(b"250 second"))
        await at.pilot.mouse_down(LogView, offset=(3, 0))
        await at.pilot.hover(LogView, offset=(TEXT_COLUMN + 2, 1))
        await at.pilot.mouse_up(LogView, offset=(TEXT_COLUMN + 2, 1))
        assert at.app.screen.get_selected_text() == "250 first\n250"


async def test_rows_that_were_only_wrapped_are_joined_in_a_selection() -> None:
    async with log(size=(50, 12)) as at:
        words = "250 " + "word " * 20 + "end"
        await at.tell(server(words.encode()))
        assert len(at.texts) > 1
        at.view.text_select_all()
        assert at.app.screen.get_selected_text() == words


async def test_wide_characters_are_selected_whole() -> None:
    async with log() as at:
        await at.tell(server("250 日本語".encode()))
        span = Offset(TEXT_COLUMN + 4, 0), Offset(TEXT_COLUMN + 6, 0)
        at.app.screen.selections = {at.view: Selection(*span)}
        await at.pilot.pause()
        assert at.app.screen.get_selected_text() == "日本"
        drawn = at.strips[0]
        assert drawn.cell_length == at.view.size.width
        chosen = [part.text for part in drawn if background(Strip([part])) == selected(at)]
        assert chosen == ["日本"]


def selected(at: Log) -> object:
    return at.app.screen.get_component_rich_style("screen--selection").bgcolor


async def test_a_selection_stays_on_its_text_while_lines_come() -> None:
    async with log() as at:
        await at.tell(*numbered(30))
        await at.press("home")
        await at.pilot.mouse_down(LogView, offset=(TEXT_COLUMN, 1))
        await at.pilot.hover(LogView, offset=(TEXT_COLUMN + 10, 1))
        await at.pilot.mouse_up(LogView, offset=(TEXT_COLUMN + 10, 1))
        await at.tell(*numbered(30, start=30))
        await at.press("end", "y")
        assert at.app.copied == ["250 line 1"]


async def test_clearing_leaves_an_empty_log_that_goes_on() -> None:
    async with log() as at:
        await at.tell(*numbered(50))
        await at.press("home", "ctrl+l")
        assert any("cleared" in row for row in at.rows)
        await at.tell(server(b"250 next"))
        assert at.texts == ["250 next"]
        assert at.frame == "1 line · following"


@pytest.mark.parametrize(
    "keys", [["up"], ["pageup"], ["home"], ["end"], ["y"], ["w"], ["ctrl+l"], ["pagedown"], ["j"]]
)
async def test_keys_do_no_harm_in_an_empty_log(keys: list[str]) -> None:
    async with log() as at:
        await at.press(*keys)
        assert at.app.copied == []
        await at.tell(server(b"250 ok"))
        assert at.texts == ["250 ok"]


# Many lines


async def test_a_flood_is_bounded_and_the_newest_lines_are_seen() -> None:
    async with log(transcript=Transcript(most_records=10_000)) as at:
        for start in range(0, 100_000, 1000):
            at.pane.tell(numbered(1000, start=start))
        await at.until("250 line 99999")
        assert len(at.app.transcript) <= 10_000
        assert at.view.virtual_size.height == len(at.app.transcript)
        assert at.frame.endswith("older dropped · following")


async def test_what_is_in_sight_stays_while_older_lines_are_dropped() -> None:
    async with log(transcript=Transcript(most_records=640)) as at:
        await at.tell(*numbered(640))
        await at.press("pageup", "pageup")
        seen = at.texts[0]
        await at.tell(*numbered(300, start=640))
        assert at.texts[0] == seen
        await at.tell(*numbered(2000, start=940))
        await at.until(f"250 line {at.app.transcript.first}", row=0)


async def test_a_log_that_was_filled_before_it_is_shown_is_shown_whole() -> None:
    transcript = Transcript()
    for event in numbered(5000):
        transcript.add(event)
    async with log(transcript=transcript) as at:
        assert at.texts[-1] == "250 line 4999"
        await at.press("home")
        assert at.texts[0] == "250 line 0"


async def test_a_line_of_a_million_octets_is_drawn_in_part() -> None:
    async with log() as at:
        await at.tell(client(b"x" * 1_000_000 + b"\r\n"), server(b"500 too long"))
        assert at.texts[-1] == "500 too long"
        assert at.view.virtual_size.height < 30
        await at.press("up", "y")
        assert at.app.copied == ["x" * 1_000_000]


async def test_a_log_that_is_asked_for_its_place_before_it_has_one_is_drawn_all_the_same() -> None:
    async with log() as at:
        await at.tell(server(b"250 ok"))
        late = LogPane(at.pane.transcript, id="late")
        await at.pane.remove()
        await at.app.mount(late)
        vars(at.app.screen._compositor)["_full_map_invalidated"] = True  # as after scrolling
        assert late.view.region.width  # from now on nothing of it is new, or of another size
        at.view = late.view
        await at.until("250 ok", row=0)
