"""Filter and search in the log: what is shown, marked and counted, and how one gets out again."""

from __future__ import annotations

import pytest

from smtp_tui.transcript.query import query
from smtp_tui.transcript.records import Transcript
from smtp_tui.wire import events as wire
from smtp_tui.workbench.log_paint import TEXT_COLUMN
from smtp_tui.workbench.panes.find import FindBar
from smtp_tui.workbench.panes.log_frame import frame_words
from tests.workbench.test_log_view import Log, background, client, log, numbered, server

SESSION: list[wire.Event] = [
    client(b"EHLO me.example\r\n"),
    server(b"250 ok me.example"),
    client(b"MAIL FROM:<a@example.org>\r\n"),
    server(b"250 2.1.0 sender ok"),
    client(b"RCPT TO:<b@example.org>\r\n"),
    server(b"550 5.1.1 no such user"),
    wire.Note(1.0, 1, "a note"),
    client(b"RCPT TO:<c@example.org>\r\n"),
    server(b"451 4.7.1 greylisted, try later"),
    client(b"AUTH PLAIN AHVzZXIAcGFzcw==\r\n", (11, 27)),
    wire.Alarm(1.0, 1, "The server lies."),
]


async def look_for(at: Log, words: str, key: str = "slash") -> None:
    """Open the field, and type at once, as fast as can be."""
    await at.press(key, *words, "enter")


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ("RCPT", ["RCPT TO:<b@example.org>", "RCPT TO:<c@example.org>"]),
        ("rcpt C@", ["RCPT TO:<c@example.org>"]),
        ("5xx", ["550 5.1.1 no such user"]),
        ("5xx 4xx", ["550 5.1.1 no such user", "451 4.7.1 greylisted, try later"]),
        ("45x", ["451 4.7.1 greylisted, try later"]),
        ("C -RCPT -AUTH", ["EHLO me.example", "MAIL FROM:<a@example.org>"]),
        ("S -2xx", ["550 5.1.1 no such user", "451 4.7.1 greylisted, try later"]),
        ("*", ["a note"]),
        ("!", ["The server lies."]),
        ("* !", ["a note", "The server lies."]),
        ("/^mail|^ehlo/", ["EHLO me.example", "MAIL FROM:<a@example.org>"]),
        ("/^Mail/ EHLO", []),
        ("re:no such|greylisted, t", ["550 5.1.1 no such user", "451 4.7.1 greylisted, try later"]),
        ('"try later"', ["451 4.7.1 greylisted, try later"]),
        ("C -/EHLO|MAIL/ -AUTH -b@", ["RCPT TO:<c@example.org>"]),
    ],
)
async def test_a_filter_shows_the_lines_it_takes(words: str, texts: list[str]) -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await look_for(at, words)
        shown = at.texts if texts else []
        assert shown == texts
        assert at.frame.startswith(f"filter: {words[:23]}")
        assert f"{len(texts)} of 11 lines" in at.frame
        await at.press("escape")
        assert len(at.texts) == 11
        assert at.frame.startswith("find:")
        await at.press("escape")
        assert at.frame == "11 lines · following"


async def test_the_count_is_there_while_typing_and_escape_goes_back() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await at.press("slash", *"RCPT")
        assert len(at.texts) == 2
        assert "2 of 11 lines" in bar(at)
        await type_on(at, "escape")
        assert len(at.texts) == 11
        assert not at.app.query(FindBar)
        assert at.view.has_focus


async def test_a_wrong_expression_is_told_of_at_the_field() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await at.press("slash", *"/a(b/")
        assert "no regular expression: missing )" in bar(at)
        await type_on(at, "enter")
        assert at.app.query(FindBar)
        await type_on(at, *["backspace"] * 5, *"4xx", "enter")
        assert at.texts == ["451 4.7.1 greylisted, try later"]


async def test_an_expression_that_takes_years_is_given_up() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION, server(b"250 " + b"a" * 900 + b"b"), *SESSION)
        await at.press("slash", *"/(a+)+$/")
        assert at.view.lens.filter is None
        assert at.texts[-1] == "The server lies."
        await type_on(at, *["backspace"] * 20, *"4xx", "enter")
        assert len(at.texts) == 2


async def test_a_filter_cannot_guess_at_secrets() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        for guess in ("AHVzZXIA", "/AHV/", "re:^AUTH PLAIN A", "cGFzcw=="):
            await look_for(at, guess)
            assert at.view.shown == 0
            await at.press("escape", "escape")
        await look_for(at, "/16 octets hidden/")
        assert at.texts == ["AUTH PLAIN ‹PLAIN: 16 octets hidden›"]


async def test_new_lines_that_match_appear_and_the_others_do_not() -> None:
    async with log() as at:
        await at.tell(*SESSION)
        await look_for(at, "5xx")
        await at.tell(server(b"250 fine"), server(b"554 no"), server(b"250 fine"))
        assert at.texts == ["550 5.1.1 no such user", "554 no"]
        assert "2 of 14 lines" in at.frame
        await at.tell(*(server(b"550 no %d" % number) for number in range(50)))
        assert at.texts[-1] == "550 no 49"
        await at.press("home")
        assert at.texts[0] == "550 5.1.1 no such user"
        await at.tell(*numbered(10), *(server(b"550 later") for _ in range(7)))
        assert at.pill == f"+{59 - at.view.size.height} lines ▾ end"


async def test_clearing_leaves_the_filter_on() -> None:
    async with log() as at:
        await at.tell(*SESSION)
        await look_for(at, "5xx")
        await at.press("ctrl+l")
        await at.tell(*SESSION)
        assert at.texts == ["550 5.1.1 no such user"]
        assert "1 of 11 lines" in at.frame


async def test_the_cursor_goes_over_the_lines_that_are_shown() -> None:
    async with log() as at:
        await at.tell(*SESSION)
        await look_for(at, "C")
        await at.press("home", "y", "j", "y", "j", "y", "G", "y", "k", "y")
        assert at.app.copied == [
            "EHLO me.example",
            "MAIL FROM:<a@example.org>",
            "RCPT TO:<b@example.org>",
            "AUTH PLAIN ‹PLAIN: 16 octets hidden›",
            "RCPT TO:<c@example.org>",
        ]


async def test_nothing_found_says_so_in_the_log() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await look_for(at, "nowhere")
        assert any("No line is as the filter wants it." in row for row in at.rows)
        await at.press("y", "n", "e", "up", "z", "v", "shift+down", "home", "pageup", "end")
        assert at.app.copied == []


async def test_find_marks_and_goes_from_match_to_match() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await look_for(at, "RCPT", key="question_mark")
        assert len(at.texts) == 11
        assert at.view.cursor == 4
        await at.press("n")
        assert at.view.cursor == 7
        await at.press("n")
        assert at.view.cursor == 4
        await at.press("N")
        assert at.view.cursor == 7
        marked = at.strips[7].crop(TEXT_COLUMN, TEXT_COLUMN + 4)
        assert str(background(marked)) == str(background(at.strips[4].crop(13, 14)))
        assert background(marked) != background(at.strips[6])


async def test_matches_can_be_walked_after_the_filter_is_lifted() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await look_for(at, "RCPT")
        await at.press("N", "escape")
        assert len(at.texts) == 11
        assert at.view.cursor == 4
        await at.press("n")
        assert at.view.cursor == 7


async def test_errors_are_found_one_after_the_other() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await at.press("home", "e")
        assert at.view.cursor == 5
        await at.press("right_square_bracket")
        assert at.view.cursor == 8
        await at.press("e")
        assert at.view.cursor == 10
        await at.press("E", "left_square_bracket")
        assert at.view.cursor == 5


async def test_a_search_past_an_end_says_where_it_goes_on() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await at.press("home", "E")
        assert at.view.cursor == 10
        assert at.frame.startswith("Past the beginning: on from the end. · ")
        await at.press("e")
        assert at.view.cursor == 5
        assert at.frame.startswith("Past the end: on from the beginning. · ")
        await at.press("down")
        assert "Past" not in at.frame
        assert not at.app._notifications  # they would lie on what was found


async def test_a_filter_over_very_many_lines_works_in_slices_and_can_be_stopped() -> None:
    transcript = Transcript()
    for event in numbered(150_000):
        transcript.add(event)
    async with log(transcript=transcript) as at:
        at.view.look_for(query("149"), hiding=True)
        assert at.view.progress < 0.5
        words = " · ".join(frame_words(at.view))
        assert "▱" in words
        assert words.endswith("escape stops")  # in a narrow log that is all there is room for
        await at.press("escape")
        assert at.view.lens.filter is None
        assert at.texts[-1] == "250 line 149999"
        at.view.look_for(query("149"), hiding=True)
        while at.view.progress < 1:
            await at.pilot.pause(0.01)
        await at.pilot.pause()
        assert "1,499 of 150,000 lines" in at.frame
        assert at.texts[-1] == "250 line 149999"
        await at.press("home")
        assert at.texts[0] == "250 line 149"


async def type_on(at: Log, *keys: str) -> None:
    await at.pilot.press(*keys)
    await at.pilot.pause()


def bar(at: Log) -> str:
    return " ".join(str(each.render()) for each in at.app.query("#find-count"))
