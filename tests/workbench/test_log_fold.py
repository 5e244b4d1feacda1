"""Folding in the log: a command with its reply on one row, and selecting lines by keys."""

from __future__ import annotations

from smtp_tui.smtp import events as smtp
from smtp_tui.transcript.records import Transcript
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target
from tests.workbench.test_log_view import CLEAR, Log, client, log, numbered, server


def long_reply(code: bytes, *lines: bytes, elapsed: float) -> list[wire.Event]:
    """A reply of many lines; its time stands with the first."""
    return [
        wire.Told(
            1.0,
            1,
            smtp.ReplyLine(
                int(code),
                text,
                code + (b" " if number == len(lines) - 1 else b"-") + text + b"\r\n",
                number == 0,
                number == len(lines) - 1,
                None,
            ),
            elapsed if number == 0 else None,
            CLEAR,
        )
        for number, text in enumerate(lines)
    ]


SESSION: list[wire.Event] = [
    wire.Opening(1.0, 1, Target("a.example"), 0.0),
    server(b"220 a.example ready", elapsed=0.05),
    client(b"EHLO me.example\r\n"),
    *long_reply(b"250", b"a.example", b"PIPELINING", b"SIZE 1", elapsed=0.041),
    client(b"MAIL FROM:<a@example.org>\r\n"),
    client(b"RCPT TO:<b@example.org>\r\n"),
    server(b"250 ok", elapsed=0.02),
    server(b"550 5.1.1 no such user", elapsed=0.03),
    wire.Note(1.0, 1, "a note"),
    client(b"NOOP\r\n"),
    server(b"250 fine", elapsed=0.001),
]


def summaries(at: Log) -> list[str]:
    return [" ".join(text.split()) for text in at.texts]


async def test_the_time_of_a_long_reply_stands_at_its_first_line() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        assert [row.endswith("41 ms") for row in at.rows[3:6]] == [True, False, False]


async def test_an_exchange_folds_to_its_command_code_and_time() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await at.press("home", "j", "j", "j", "j", "z")
        assert summaries(at)[2] == "EHLO me.example ▸ 250 … 3 lines 41 ms"
        assert len(at.texts) == 10
        assert at.view.cursor == 2
        await at.press("z")
        assert len(at.texts) == 13


async def test_all_exchanges_fold_and_those_to_come() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await at.press("Z")
        folded = [
            "MAIL FROM:<a@example.org> ▸ 250 ✗ 550 … 4 lines 20 ms",
            "NOOP ▸ 250 … 1 line 1.0 ms",
        ]
        assert summaries(at)[1:] == ["EHLO me.example ▸ 250 … 3 lines 41 ms", *folded]
        assert summaries(at)[0].startswith("a.example:587")
        assert "▸ 220 … 1 line" in summaries(at)[0]
        assert "folded" in at.frame
        await at.tell(client(b"QUIT\r\n"))
        assert summaries(at)[-1] == "QUIT"
        await at.tell(server(b"221 bye", elapsed=0.005))
        assert summaries(at)[-1] == "QUIT ▸ 221 … 1 line 5.0 ms"
        await at.press("Z")
        assert len(at.texts) == 15


async def test_a_folded_exchange_is_copied_whole() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await at.press("Z", "up", "y")
        assert at.app.copied == [
            "MAIL FROM:<a@example.org>\nRCPT TO:<b@example.org>\n250 ok\n"
            "550 5.1.1 no such user\na note"
        ]


async def test_a_folded_secret_stays_hidden_and_a_long_command_is_cut() -> None:
    async with log(size=(78, 20)) as at:
        await at.tell(client(b"AUTH PLAIN AHVzZXIAcGFzcw==\r\n", (11, 27)), server(b"235 ok"))
        await at.tell(client(b"NOOP " + b"x" * 300 + b"\r\n"), server(b"250 ok"))
        await at.press("Z")
        assert summaries(at)[0] == "AUTH PLAIN ‹PLAIN: 16 octets hidden› ▸ 235 … 1 line"
        assert summaries(at)[1].startswith("NOOP xxxx")
        assert summaries(at)[1].endswith("x… ▸ 250 … 1 line")
        assert len(at.texts) == 2


async def test_an_error_in_a_folded_exchange_unfolds_it() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await at.press("Z", "home", "e")
        assert at.view.cursor == 9
        assert "550 5.1.1 no such user" in summaries(at)[5]
        assert len(at.texts) == 8


async def test_a_filter_sees_into_folded_exchanges() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*SESSION)
        await at.press("Z", "slash", *"5xx", "enter")
        assert summaries(at) == ["550 5.1.1 no such user 30 ms"]
        await at.press("z", "Z", "escape")
        assert len(at.texts) == 4


async def test_what_is_left_of_a_dropped_exchange_is_seen() -> None:
    async with log(size=(80, 20), transcript=Transcript(most_records=64)) as at:
        await at.tell(client(b"EHLO me.example\r\n"), *numbered(40))
        await at.tell(client(b"HELP\r\n"))
        await at.press("Z")
        assert len(at.texts) == 2
        await at.tell(*numbered(30, start=100))
        first = at.app.transcript.first
        assert first > 0
        await at.press("home")
        assert at.texts[0] == f"250 line {first - 1}"
        assert at.texts[-1].startswith("HELP") == (at.view.shown < at.view.size.height)


async def test_lines_are_selected_by_keys_and_copied() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*numbered(9))
        await at.press("up", "up", "shift+up", "shift+up", "y")
        assert at.app.copied == ["250 line 4\n250 line 5\n250 line 6"]
        assert at.app.screen.get_selected_text() is None
        await at.press("home", "v", "down", "down", "y")
        assert at.app.copied[1:] == ["250 line 0\n250 line 1\n250 line 2"]


async def test_a_plain_move_or_escape_ends_what_keys_selected() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*numbered(9))
        await at.press("home", "shift+down", "down")
        assert at.app.screen.get_selected_text() is None
        await at.press("v", "down", "escape", "y")
        assert at.app.copied == ["250 line 3"]


async def test_selecting_down_to_the_newest_line_takes_it_too() -> None:
    async with log(size=(80, 20)) as at:
        await at.tell(*numbered(4))
        await at.press("up", "up", "shift+down", "shift+down", "shift+down", "y")
        assert at.app.copied == ["250 line 1\n250 line 2\n250 line 3"]
