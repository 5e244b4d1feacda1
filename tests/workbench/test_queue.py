"""The queue in the window: lines wait in sight, go out when asked for, and show their fate."""

from __future__ import annotations

import pytest
from textual import events

from smtp_tui.wire.actions import SendRaw
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.queue import Fate
from tests.workbench.live import LiveWindow, live_window
from tests.workbench.scene import Scene
from tests.workbench.windows import Window, window

TOKEN = "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"
EHLO = b"250-smtp.example.org\r\n250-PIPELINING\r\n250 SIZE 35882577\r\n"
LOCAL = Target("127.0.0.1", tls=TlsMode.NONE, ehlo="laptop.example.org")


async def paste(at: Window | LiveWindow, text: str) -> None:
    at.app.desk.composer.field.focus()
    at.app.post_message(events.Paste(text))
    await at.pilot.pause()
    await at.pilot.pause()


def greeted(at: Window) -> Scene:
    return at.scene(LOCAL).open().both(b"EHLO laptop.example.org", EHLO)


def fates(at: Window | LiveWindow) -> list[Fate]:
    return [item.fate for item in at.app.desk.queueing.queue.items]


async def test_alt_q_lets_the_typed_line_wait_and_then_goes_to_the_lines() -> None:
    async with window() as at:
        greeted(at)
        await at.type("NOOP 1")
        await at.press("alt+q")
        await at.type("NOOP 2")
        await at.press("alt+q")
        assert at.posted == []
        assert at.desk.composer.text == ""
        assert "Queue ─ 2 lines wait" in at.text()
        assert at.app.focused is at.desk.query_one("#queue")


async def test_pasted_lines_wait_in_sight_and_nothing_is_sent_by_moving_among_them() -> None:
    async with window() as at:
        greeted(at)
        await paste(at, "NOOP 1\nNOOP 2\nNOOP 3\n")
        assert "Queue ─ 2 lines wait" in at.text()
        await at.press("alt+q", "down", "up", "end", "home", "J", "K", "r", "r", "escape")
        assert at.posted == []
        assert at.desk.composer.field.waiting == ["NOOP 1", "NOOP 2", "NOOP 3"]


async def test_lines_can_be_moved_removed_and_edited() -> None:
    async with window() as at:
        greeted(at)
        await paste(at, "one\ntwo\nthree\n")
        await at.press("alt+q", "J", "d")
        assert at.desk.composer.field.waiting == ["two", "three"]
        await at.press("home", "e")
        assert at.desk.composer.text == "two"
        assert at.desk.composer.field.waiting == ["three"]
        assert at.posted == []


async def test_one_by_one_each_line_waits_for_the_reply_to_the_one_before() -> None:
    async with window() as at:
        scene = greeted(at)
        await paste(at, "NOOP 1\nNOOP 2\n")
        await at.press("alt+q", "o")
        assert at.sent == [b"NOOP 1"]
        scene.client(b"NOOP 1")
        await at.pilot.pause()
        assert at.sent == [b"NOOP 1"]
        scene.server(b"250 OK\r\n")
        assert at.sent == [b"NOOP 1", b"NOOP 2"]
        scene.both(b"NOOP 2", b"250 OK\r\n")
        await at.pilot.pause()
        assert fates(at) == [Fate.ACCEPTED, Fate.ACCEPTED]
        assert "All sent." in at.text()


@pytest.mark.parametrize("keys", [("alt+q", "escape"), ("escape",)], ids=["from it", "beside it"])
async def test_a_queue_that_is_done_says_how_it_is_closed(keys: tuple[str, ...]) -> None:
    async with window() as at:
        scene = greeted(at)
        at.desk.queueing.add(["NOOP 1"])
        at.app.action_do("queue-lines")
        scene.both(b"NOOP 1", b"250 ok\r\n")
        await at.pilot.pause()
        assert "Queue ─ All sent." in at.text()
        assert "escape closes" in at.text()
        await at.press(*keys)
        assert "Queue" not in at.text()
        assert at.app.focused is at.desk.composer.field


async def test_a_refusal_stops_visibly_and_the_rest_can_be_sent_after_all() -> None:
    async with window() as at:
        scene = greeted(at)
        await paste(at, "NOOP 1\nNOOP 2\nNOOP 3\n")
        await at.press("alt+q", "o")
        scene.both(b"NOOP 1", b"450 not now\r\n")
        await at.pilot.pause()
        assert at.sent == [b"NOOP 1"]
        assert "Stopped: NOOP 1 was refused with 450" in at.text()
        assert fates(at) == [Fate.REFUSED, Fate.WAITING, Fate.WAITING]
        await at.press("r", "o")
        scene.both(b"NOOP 2", b"550 no\r\n")
        assert at.sent[-1] == b"NOOP 3"


@pytest.mark.parametrize("pace", ["o", "g"])
async def test_a_command_goes_out_as_the_answer_to_a_challenge_only_if_asked_for_again(
    pace: str,
) -> None:
    async with window() as at:
        scene = at.scene().secured()
        await paste(at, "AUTH LOGIN\nMAIL FROM:<a@example.org>\n")
        await at.press("alt+q", pace)
        scene.both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        await at.pilot.pause()
        assert at.sent == [b"AUTH LOGIN"]
        assert fates(at) == [Fate.MORE, Fate.WAITING]
        assert "Stopped: this is no answer; again sends it. 1 line waits." in at.text()
        await at.press(pace)
        assert at.sent == [b"AUTH LOGIN", b"MAIL FROM:<a@example.org>"]


async def test_what_became_of_the_last_lines_is_not_said_of_pasted_ones() -> None:
    async with window(LOCAL) as at:
        scene = greeted(at)
        await paste(at, "NOOP 1\nNOOP 2\n")
        await at.press("alt+q", "w")
        scene.raw(b"NOOP 1\r\nNOOP 2\r\n").server(b"250 OK\r\n250 OK\r\n")
        await at.pilot.pause()
        assert "Queue ─ All sent." in at.text()
        await paste(at, "NOOP 3\nNOOP 4\n")
        assert "Queue ─ 1 line waits" in at.text()


async def test_answers_in_base64_go_out_behind_auth_without_a_stop() -> None:
    async with window() as at:
        scene = at.scene().secured()
        await paste(at, "AUTH LOGIN\ndXNlckBnbWFpbC5jb20=\nNOOP\n")
        await at.press("alt+q", "o")
        scene.both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        assert at.sent == [b"AUTH LOGIN", b"dXNlckBnbWFpbC5jb20="]


async def test_refused_data_stops_even_who_goes_on_so_that_no_text_is_sent_as_commands() -> None:
    async with window(LOCAL) as at:
        scene = greeted(at)
        await paste(at, "DATA\nSubject: x\n")
        await at.press("alt+q", "r", "o")
        scene.both(b"DATA", b"503 no\r\n")
        assert at.sent == [b"DATA"]


async def test_one_write_sends_all_and_each_reply_finds_its_line() -> None:
    async with window(LOCAL) as at:
        scene = greeted(at)
        lines = ["MAIL FROM:<a@b>", "RCPT TO:<c@d>", "RCPT TO:<e@f>", "DATA"]
        await paste(at, "\n".join(lines) + "\n")
        await at.press("alt+q", "w")
        whole = "".join(f"{line}\r\n" for line in lines).encode()
        assert at.posted == [SendRaw(whole)]
        scene.raw(whole).server(b"250 OK\r\n550 5.1.1 nobody\r\n250 OK\r\n354 go\r\n")
        await at.pilot.pause()
        assert fates(at) == [Fate.ACCEPTED, Fate.REFUSED, Fate.ACCEPTED, Fate.MORE]
        await at.pilot.pause()
        assert "All sent, 1 refused" in at.text()
        assert "550 5.1.1 nobody  answers RCPT TO:<c@d>" in at.text()
        assert "answers DATA" in at.text()


async def test_what_breaks_a_group_is_said_before_it_is_sent() -> None:
    async with window() as at:
        greeted(at)
        await paste(at, "STARTTLS\nEHLO me\n")
        await at.press("alt+q")
        assert "danger" in at.text()
        assert "RFC 3207 4" in at.text()
        assert at.posted == []


async def test_groups_are_cut_as_pipelining_allows() -> None:
    async with window(LOCAL) as at:
        scene = greeted(at)
        await paste(at, "RSET\nNOOP\nMAIL FROM:<a@b>\nRCPT TO:<c@d>\n")
        await at.press("alt+q", "g")
        assert at.posted == [SendRaw(b"RSET\r\nNOOP\r\n")]
        scene.raw(b"RSET\r\nNOOP\r\n").server(b"250 OK\r\n250 OK\r\n")
        assert at.posted[1:] == [SendRaw(b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n")]


async def test_message_text_in_the_queue_goes_out_whole_up_to_its_end() -> None:
    async with window(LOCAL) as at:
        scene = greeted(at)
        scene.both(b"MAIL FROM:<a@b>", b"250 OK\r\n").both(b"RCPT TO:<a@b>", b"250 OK\r\n")
        await paste(at, "DATA\nSubject: {PLAIN}\n\nhello\n.\nQUIT\n")
        await at.press("alt+q", "o")
        scene.both(b"DATA", b"354 go\r\n")
        text = b"Subject: {PLAIN}\r\n\r\nhello\r\n.\r\n"
        assert at.posted[-1] == SendRaw(text)
        scene.raw(text)
        assert at.posted[-1] == SendRaw(text)
        scene.server(b"250 taken\r\n")
        assert at.sent == [b"DATA", b"QUIT"]


async def test_credentials_that_wait_are_dots_and_never_kept() -> None:
    async with window(LOCAL) as at:
        scene = at.scene(LOCAL).secured()
        await paste(at, f"AUTH PLAIN {TOKEN}\nAUTH LOGIN\n{TOKEN}\nNOOP\n")
        await at.press("alt+q")
        assert TOKEN not in at.text()
        assert "••••" in at.text()
        await at.press("w")
        (action,) = at.posted
        assert isinstance(action, SendRaw)
        assert TOKEN.encode() in action.data
        scene.raw(action.data)
        await at.pilot.pause()
        assert TOKEN not in at.text()
        assert not [line for line in at.desk.composer.field.history if TOKEN in line]


async def test_a_message_in_a_queue_asks_first_and_counts_its_recipients() -> None:
    async with window() as at:
        at.scene(Target("mail.example.org", tls=TlsMode.NONE)).open().both(b"EHLO me", EHLO)
        await paste(at, "RCPT TO:<a@b>\nRCPT TO:<c@d>\nDATA\n")
        await at.press("alt+q", "w")
        assert at.posted == []
        assert "2 recipients" in at.text()


async def test_a_dry_run_sends_what_is_before_the_message_and_rset() -> None:
    async with window(LOCAL) as at:
        greeted(at)
        await at.press("alt+d")
        await paste(at, "MAIL FROM:<a@b>\nRCPT TO:<c@d>\nDATA\nSubject: x\n.\n")
        await at.press("alt+q", "w")
        assert at.sent == [b"MAIL FROM:<a@b>", b"RCPT TO:<c@d>", b"RSET"]
        assert not [action for action in at.posted if isinstance(action, SendRaw)]


async def test_the_end_of_the_connection_marks_what_was_not_answered() -> None:
    async with window() as at:
        scene = greeted(at)
        await paste(at, "NOOP 1\nNOOP 2\n")
        await at.press("alt+q", "o")
        scene.client(b"NOOP 1").gone()
        await at.pilot.pause()
        assert fates(at) == [Fate.UNANSWERED, Fate.WAITING]
        assert "The connection ended. 1 line waits." in at.text()


@pytest.mark.parametrize(
    ("pasted", "said"),
    [("x" * 10_000_000, "10,000,000 characters"), ("NOOP\n" * 20_000, "10,000 with")],
)
async def test_a_paste_that_is_too_much_is_refused_and_said(pasted: str, said: str) -> None:
    async with window() as at:
        greeted(at)
        await paste(at, pasted)
        assert at.desk.composer.field.waiting == []
        assert at.desk.composer.text == ""
        assert said in " ".join(str(each.message) for each in at.app._notifications)


async def test_a_line_of_a_megabyte_waits_in_short() -> None:
    async with window() as at:
        greeted(at)
        await paste(at, "x" * 1_000_000)
        assert at.desk.composer.text == ""
        assert "1,000,000 characters" in at.text()
        await at.press("alt+q", "o")
        assert at.sent == [b"x" * 1_000_000]


async def test_control_characters_that_wait_reach_no_terminal() -> None:
    async with window() as at:
        greeted(at)
        await paste(at, "one\ntwo\x1b[2J[red]\n")
        assert "\x1b" not in at.text()
        assert "two‹ESC›[2J[red]" in at.text()


async def test_a_whole_session_pasted_reaches_the_practice_server() -> None:
    lines = [
        "MAIL FROM:<user@gmail.com>", "RCPT TO:<550@example.org>", "RCPT TO:<b@example.org>",
        "DATA", "Subject: queued", "", "..hello", ".", "NOOP",
    ]  # fmt: skip
    async with live_window(practice=True) as at:
        await at.idle()
        await at.enter("EHLO localhost")
        await at.idle()
        await at.enter("STARTTLS")
        await at.until(lambda: at.view.encrypted, "TLS")
        await at.enter("EHLO localhost")
        await at.idle()
        at.app.desk.credentials.fill("user@gmail.com", "password")
        await paste(at, "\n".join(["AUTH PLAIN {PLAIN}", *lines, ""]))
        at.app.desk.queueing.going_on = True
        await at.pilot.press("alt+q", "g")
        await at.until(lambda: "All sent, 1 refused" in at.text(), "end of the queue")
        found = fates(at)
        assert found[:5] == [
            Fate.ACCEPTED, Fate.ACCEPTED, Fate.REFUSED, Fate.ACCEPTED, Fate.MORE,
        ]  # fmt: skip
        assert found[-1] is Fate.ACCEPTED
        messages = at.app.practice.messages
        assert messages is not None
        assert b"\r\n.hello\r\n" in messages[-1].content
