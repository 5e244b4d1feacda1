"""The command line: what is typed is what is sent, nothing is sent unasked, secrets stay dots."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events

from smtp_tui.smtp.state import Phase
from smtp_tui.wire.actions import Abort, Send, SendRaw
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.panes import hints
from smtp_tui.workbench.panes.command_input import secret_spans
from smtp_tui.workbench.screens.question import QuestionScreen
from tests.workbench.scene import GMAIL
from tests.workbench.windows import Window, window

TOKEN = "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"


async def paste(at: Window, text: str) -> None:
    """Paste as a terminal with bracketed paste does."""
    at.desk.composer.field.focus()
    at.app.post_message(events.Paste(text))
    await at.pilot.pause()
    await at.pilot.pause()


@pytest.mark.parametrize(
    "line", ["EHLO me", "  RCPT TO: <a@b>  ", "rcpt to:<ü@example.org>", "xyzzy \t 1"]
)
async def test_enter_sends_exactly_what_was_typed(line: str) -> None:
    async with window() as at:
        at.scene().open()
        await at.enter(line)
        assert at.sent == [line.encode()]
        assert at.desk.composer.text == ""


async def test_typing_by_hand_sends_what_the_keys_said() -> None:
    async with window() as at:
        at.scene().open()
        at.desk.composer.field.focus()
        await at.press("N", "O", "O", "P", "space", "enter")
        assert at.sent == [b"NOOP "]


async def test_f8_sends_from_anywhere() -> None:
    async with window() as at:
        at.scene().open()
        await at.type("NOOP")
        at.desk.query_one("#user").focus()
        await at.press("f8")
        assert at.sent == [b"NOOP"]


async def test_an_empty_command_is_sent_only_when_asked_for_twice() -> None:
    async with window() as at:
        at.scene().open()
        at.desk.composer.field.focus()
        await at.press("enter")
        assert at.sent == []
        assert "enter again sends an empty line" in at.text()
        await at.press("enter")
        assert at.sent == [b""]


async def test_without_a_connection_the_line_stays_and_the_way_is_told() -> None:
    async with window() as at:
        await at.enter("EHLO me")
        assert at.posted == []
        assert at.desk.composer.text == "EHLO me"
        assert "f5 connects" in at.text()


async def test_a_line_with_nul_is_not_sent() -> None:
    async with window() as at:
        at.scene().open()
        await at.enter("NOOP \0")
        assert at.sent == []
        assert "NUL" in at.text()


async def test_a_refused_line_comes_back() -> None:
    from smtp_tui.wire.events import Refused

    async with window() as at:
        at.scene().open()
        await at.enter("NOOP")
        at.desk.receive([Refused(0, 1, "Not during the upgrade.")])
        await at.pilot.pause()
        assert at.desk.composer.text == "NOOP"
        assert "Not during the upgrade." in at.text()


async def test_pasting_one_line_with_its_end_does_not_send_it() -> None:
    async with window() as at:
        at.scene().open()
        await paste(at, "EHLO me\r\n")
        assert at.sent == []
        assert at.desk.composer.text == "EHLO me"


async def test_further_pasted_lines_wait_in_sight_until_they_are_asked_for() -> None:
    async with window() as at:
        at.scene().open()
        await paste(at, "EHLO me\nMAIL FROM:<a@b>\rRCPT TO:<c@d>\r\n")
        assert at.sent == []
        assert at.desk.composer.text == "EHLO me"
        assert "2 more queued lines:" in at.text()
        await at.press("enter")
        assert at.desk.composer.text == "MAIL FROM:<a@b>"
        assert "1 more queued line:" in at.text()
        await at.press("enter")
        await at.press("enter")
        assert at.sent == [b"EHLO me", b"MAIL FROM:<a@b>", b"RCPT TO:<c@d>"]
        assert at.desk.composer.text == ""


async def test_a_paste_into_the_middle_keeps_what_stood_around_it() -> None:
    async with window() as at:
        await at.type("ab")
        at.desk.composer.field.cursor_position = 1
        await paste(at, "1\n2")
        assert at.desk.composer.text == "a1"
        assert at.desk.composer.field.waiting == ["2b"]


async def test_pasted_characters_that_end_no_line_do_not_cut_it() -> None:
    async with window() as at:
        await paste(at, "NOOP \x0b\x1c\x85\u2028 x")
        assert at.desk.composer.text == "NOOP \x0b\x1c\x85\u2028 x"


async def test_the_clipboard_of_the_program_is_pasted_by_the_same_rule() -> None:
    async with window() as at:
        at.scene().open()
        at.app.copy_to_clipboard("one\ntwo")
        at.desk.composer.field.focus()
        await at.press("ctrl+v")
        assert at.desk.composer.text == "one"
        assert at.desk.composer.field.waiting == ["two"]


async def test_escape_empties_the_line_then_the_lines_that_wait() -> None:
    async with window() as at:
        at.scene().open()
        await paste(at, "one\ntwo\nthree")
        await at.press("escape")
        assert at.desk.composer.text == ""
        await at.press("escape")
        assert at.desk.composer.field.waiting == []
        assert "2 more queued lines dropped" in at.text()
        assert at.posted == []


async def test_up_and_down_walk_through_what_was_sent() -> None:
    async with window() as at:
        at.scene().open()
        await at.enter("NOOP 1")
        await at.enter("NOOP 2")
        await at.type("draft")
        await at.press("up")
        assert at.desk.composer.text == "NOOP 2"
        await at.press("up", "up")
        assert at.desk.composer.text == "NOOP 1"
        await at.press("down", "down")
        assert at.desk.composer.text == "draft"


async def test_the_history_holds_no_credentials_and_no_answers() -> None:
    async with window() as at:
        scene = at.scene().secured()
        await at.enter("NOOP")
        await at.enter(f"AUTH PLAIN {TOKEN}")
        scene.both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        await at.enter("c2VjcmV0")
        assert at.sent[-1] == b"c2VjcmV0"
        await at.press("up")
        assert at.desk.composer.text == "NOOP"


async def test_a_line_with_a_placeholder_may_be_kept_and_goes_out_filled_in() -> None:
    async with window() as at:
        at.scene().secured()
        at.desk.credentials.fill("user@gmail.com", "password")
        await at.enter("AUTH PLAIN {PLAIN}")
        assert at.sent == [f"AUTH PLAIN {TOKEN}".encode()]
        await at.press("up")
        assert at.desk.composer.text == "AUTH PLAIN {PLAIN}"


async def test_a_placeholder_without_credentials_is_not_sent() -> None:
    async with window() as at:
        at.scene().secured()
        await at.enter("AUTH PLAIN {PLAIN}")
        assert at.posted == []
        assert "Fill in the user name" in at.text()
        at.desk.credentials.fill("user")
        await at.press("enter")
        assert at.posted == []
        assert "Fill in the password" in at.text()


async def test_braces_that_are_no_placeholder_are_sent_as_they_stand() -> None:
    async with window() as at:
        at.scene().secured()
        at.desk.credentials.fill("user", "password")
        await at.enter("NOOP {NOTHING} {}")
        assert at.sent == [b"NOOP {NOTHING} {}"]


async def test_message_text_is_never_filled_in() -> None:
    async with window() as at:
        scene = at.scene().secured().both(b"MAIL FROM:<a@b>", b"250 ok\r\n")
        scene.both(b"RCPT TO:<c@d>", b"250 ok\r\n").both(b"DATA", b"354 go\r\n")
        at.desk.credentials.fill("user", "password")
        await at.enter("write {PLAIN} there")
        assert at.sent == [b"write {PLAIN} there"]


async def test_a_typed_credential_is_drawn_as_dots_until_it_is_revealed() -> None:
    async with window() as at:
        at.scene().secured()
        await at.type(f"AUTH PLAIN {TOKEN}")
        assert TOKEN not in at.text()
        assert "AUTH PLAIN •••" in at.text()
        await at.press("ctrl+r")
        assert TOKEN in at.text()


async def test_a_typed_credential_is_neither_copied_nor_cut() -> None:
    async with window() as at:
        at.scene().secured()
        await at.type(f"AUTH PLAIN {TOKEN}")
        at.desk.composer.field.select_all()
        await at.press("ctrl+c", "ctrl+x")
        assert at.app.clipboard == ""
        assert at.desk.composer.text == f"AUTH PLAIN {TOKEN}"


async def test_an_answer_to_a_challenge_is_masked_and_the_question_is_shown() -> None:
    async with window() as at:
        at.scene().secured().both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        await at.type("c2VjcmV0")
        assert "Username:" in at.text()
        assert "c2VjcmV0" not in at.text()
        assert at.desk.composer.field.password
        await at.type("{LOGIN.user}")
        assert "{LOGIN.user}" in at.text()


async def test_an_answer_typed_behind_auth_is_masked_before_the_challenge_comes() -> None:
    async with window() as at:
        at.scene().secured().client(b"AUTH LOGIN")
        await at.type("c2VjcmV0")
        assert "c2VjcmV0" not in at.text()


async def test_escape_at_a_challenge_cancels_with_a_star() -> None:
    async with window() as at:
        at.scene().secured().both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        at.desk.composer.field.focus()
        await at.press("escape")
        assert at.posted == [Send(b"*")]


async def test_escape_gives_up_connecting_and_keeps_the_line() -> None:
    async with window() as at:
        at.scene().connecting()
        await at.type("EHLO me")
        await at.press("escape")
        assert at.posted == [Abort()]
        assert at.desk.composer.text == "EHLO me"


async def test_after_354_the_composer_says_it_takes_message_text() -> None:
    async with window() as at:
        scene = at.scene().secured().both(b"MAIL FROM:<a@b>", b"250 ok\r\n")
        scene.both(b"RCPT TO:<c@d>", b"250 ok\r\n").both(b"DATA", b"354 go\r\n")
        await at.pilot.pause()
        assert "Message text" in at.text()
        assert "a line with a single . ends it" in at.text()
        await at.enter("")
        await at.enter("..")
        await at.enter(".")
        assert at.sent == [b"", b"..", b"."]


async def test_a_leading_dot_in_message_text_is_explained_unless_it_ends_it() -> None:
    async with window() as at:
        scene = at.scene().secured().both(b"MAIL FROM:<a@b>", b"250 ok\r\n")
        scene.both(b"RCPT TO:<c@d>", b"250 ok\r\n").both(b"DATA", b"354 go\r\n")
        await at.type(".hidden")
        assert "takes the first dot away" in at.text()
        for harmless in (".", "..hidden"):
            await at.type(harmless)
            assert "takes the first dot away" not in at.text()


async def test_octets_are_counted_as_they_are_sent_with_placeholders_filled() -> None:
    async with window() as at:
        at.scene().secured()
        at.desk.credentials.fill("user@gmail.com", "password")
        await at.type("AUTH PLAIN {PLAIN}")
        assert f"{len('AUTH PLAIN AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk') + 2}/512 octets" in at.text()


async def test_a_second_doubt_is_shown_below_the_first() -> None:
    async with window() as at:
        at.scene().open()
        await at.type("MAIL FROM: <a@example.org>")
        assert "no space after FROM" in at.text()
        assert "EHLO comes first" in at.text()


async def test_the_hint_tells_syntax_code_and_rfc_of_what_is_typed() -> None:
    async with window() as at:
        at.scene().open()
        await at.type("mail from:<a@b>")
        assert "MAIL FROM:<sender>" in at.text()
        assert "expects 250" in at.text()
        assert "RFC 5321 4.1.1.2" in at.text()


async def test_octets_are_counted_with_the_line_end() -> None:
    async with window() as at:
        at.scene().open()
        await at.type("RCPT TO:<ü@b>")
        assert f"{len('RCPT TO:<ü@b>'.encode()) + 2}/512 octets with CRLF" in at.text()


async def test_advice_is_shown_with_its_fix_and_the_right_arrow_takes_it() -> None:
    async with window() as at:
        at.scene().greeted()
        await at.type("RCPT TO: <a@b>")
        assert "▲ doubtful: no space after TO" in at.text()
        await at.press("right")
        assert at.desk.composer.text == "RCPT TO:<a@b>"


async def test_what_is_doubtful_can_be_sent_all_the_same() -> None:
    async with window() as at:
        at.scene().greeted()
        await at.enter("RCPT TO: a@b")
        assert at.sent == [b"RCPT TO: a@b"]


async def test_the_right_arrow_takes_the_offered_line_whole_or_what_is_missing_of_it() -> None:
    async with window() as at:
        at.scene().open()
        at.desk.composer.field.focus()
        await at.press("right")
        assert at.desk.composer.text == "EHLO laptop.example.org"
        await at.type("ehlo l")
        await at.press("right")
        assert at.desk.composer.text == "ehlo laptop.example.org"
        assert at.sent == []


async def test_the_offer_follows_the_session_to_its_end() -> None:
    async with window(user="user@gmail.com") as at:
        scene = at.scene().greeted()
        offers = [at.desk.composer.field.offer]
        scene.both(b"STARTTLS", b"220 go\r\n").tls()
        offers.append(at.desk.composer.field.offer)
        scene.both(b"EHLO me", b"250-x\r\n250 AUTH PLAIN\r\n")
        offers.append(at.desk.composer.field.offer)
        scene.both(b"AUTH PLAIN AGEAYg==", b"235 ok\r\n")
        offers.append(at.desk.composer.field.offer)
        assert offers == [
            "STARTTLS",
            "EHLO laptop.example.org",
            "AUTH PLAIN {PLAIN}",
            "MAIL FROM:<user@gmail.com>",
        ]


async def test_the_first_message_is_offered_line_by_line() -> None:
    async with window() as at:
        scene = at.scene().secured().both(b"MAIL FROM:<a@b>", b"250 ok\r\n")
        scene.both(b"RCPT TO:<c@d>", b"250 ok\r\n").both(b"DATA", b"354 go\r\n")
        at.desk.composer.field.focus()
        for _ in range(4):
            await at.press("right", "enter")
        assert at.sent == [b"Subject: it works", b"", b"hello", b"."]
        scene.both(b".", b"250 queued\r\n")
        assert at.desk.view.state.phase is Phase.COMMAND
        assert at.desk.composer.field.offer == "QUIT"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("AUTH PLAIN abcd", "abcd"),
        ("AUTH PLAIN {PLAIN}", ""),
        ("AUTH LOGIN", ""),
        ("AUTH PLAIN =", ""),
        (f"NOOP {TOKEN}", TOKEN),
        ("EHLO example.org", ""),
    ],
)
def test_which_characters_of_a_command_are_secret(text: str, hidden: str) -> None:
    spans = secret_spans(text, answering=False)
    assert "".join(text[start:end] for start, end in spans) == hidden


async def test_an_answer_is_masked_although_the_server_left_the_exchange() -> None:
    async with window() as at:
        scene = at.scene().secured().both(b"AUTH LOGIN", b"504 5.7.4 no\r\n")
        await at.type("aHVudGVyMg")
        assert "aHVudGVyMg" not in at.text()
        await at.press("enter", "up")
        assert at.sent == [b"aHVudGVyMg"]
        assert at.desk.composer.text == ""
        scene.both(b"aHVudGVyMg", b"500 what?\r\n").both(b"NOOP", b"250 ok\r\n")
        await at.type("XTRA word")
        assert "XTRA word" in at.text()


@pytest.mark.parametrize(("text", "hidden"), [("c2Vj", "c2Vj"), ("*", ""), ("{LOGIN.user}", "")])
def test_which_characters_of_an_answer_are_secret(text: str, hidden: str) -> None:
    spans = secret_spans(text, answering=True)
    assert "".join(text[start:end] for start, end in spans) == hidden


async def test_keys_that_come_in_one_burst_act_in_their_order() -> None:
    async with window() as at:
        at.scene().open()
        field = at.desk.composer.field
        field.focus()
        keys = ["a", "backspace", "N", "1", "enter", "N", "2", "left", "x", "enter", "up", "ctrl+j"]
        for key in keys:
            at.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await at.pilot.pause()
        await at.pilot.pause()
        assert at.sent == [b"N1", b"Nx2", b"Nx2"]


async def test_what_is_typed_behind_a_question_is_kept_apart_from_the_line_asked_about() -> None:
    async with window() as at:
        at.scene().greeted()
        await at.enter("AUTH LOGIN")
        at.desk.composer.field.insert_text_at_cursor("NOOP")
        await at.press("y")
        assert at.sent == [b"AUTH LOGIN"]
        assert at.desk.composer.text == "NOOP"


async def test_the_list_of_completions_puts_a_line_into_the_field_and_sends_nothing() -> None:
    async with window() as at:
        at.scene().greeted()
        await at.type("")
        await at.press("ctrl+@")
        assert "Asks to begin encryption" in at.text()
        await at.press("down", "enter")
        assert at.desk.composer.text == "MAIL FROM:<"
        assert at.sent == []


async def test_the_right_arrow_walks_through_a_whole_mail() -> None:
    clear = replace(GMAIL, tls=TlsMode.NONE)
    async with window(clear) as at:
        scene = at.scene(clear).open()
        at.desk.composer.field.focus()
        answers = (b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")
        for answer in answers:
            await at.press("right", "enter")
            if at.desk.view.state.recipients:
                await at.press("y")
            scene.both(at.sent[-1], answer)
            await at.pilot.pause()
        assert [line.split()[0] for line in at.sent] == [b"EHLO", b"MAIL", b"RCPT", b"DATA"]
        for _ in range(4):
            await at.press("right", "enter")
        assert at.sent[-4:] == [b"Subject: it works", b"", b"hello", b"."]


async def test_an_address_used_before_is_offered_behind_what_is_typed() -> None:
    async with window() as at:
        at.scene().secured()
        await at.enter("RCPT TO:<someone@example.org>")
        await at.type("RCPT TO:<so")
        await at.press("right")
        assert at.desk.composer.text == "RCPT TO:<someone@example.org>"


async def test_the_octets_that_enter_sends_stand_below_the_line() -> None:
    async with window() as at:
        at.scene().open()
        await at.type("NOOP é ")
        assert "NOOP· C3  A9 · CR  LF" in at.text()


async def test_credentials_are_dots_among_the_octets_too() -> None:
    async with window() as at:
        at.scene().open()
        await at.type(f"AUTH PLAIN {TOKEN}")
        assert TOKEN not in at.text()
        assert "AUTH·PLAIN·•••" in at.text()


async def test_the_raw_mode_sends_escapes_exactly_and_adds_nothing() -> None:
    async with window() as at:
        at.scene().open()
        await at.press("alt+x")
        await at.enter(r"NOOP\nRSET\r\n\0\xff")
        assert at.posted[-1] == SendRaw(b"NOOP\nRSET\r\n\0\xff")
        await at.press("alt+x")
        await at.enter(r"NOOP \r")
        assert at.sent == [rb"NOOP \r"]


async def test_the_raw_mode_names_what_servers_read_differently() -> None:
    async with window() as at:
        at.scene().open()
        await at.press("alt+x")
        await at.type(r"NOOP\n")
        assert "a bare LF" in at.text()
        assert "5 octets, nothing is added" in at.text()
        await at.enter(r"NOOP\q")
        assert "begins no escape" in at.text()
        assert at.posted == []


async def test_the_raw_mode_offers_no_line_and_says_of_an_escape_at_once_that_it_is_none() -> None:
    async with window() as at:
        at.scene().greeted()
        assert at.desk.composer.field.placeholder == "STARTTLS"
        await at.press("alt+x")
        assert at.desk.composer.field.placeholder == ""
        assert "takes the suggestion" not in at.text()
        await at.type(r"NOOP\q")
        assert "begins no escape" in at.text()
        await at.press("escape", "alt+x")
        assert at.desk.composer.field.placeholder == "STARTTLS"


async def test_a_doubt_that_is_longer_than_a_row_goes_on_in_the_next() -> None:
    async with window() as at:
        at.scene().greeted()
        await at.type("MAIL FROM:<a@example.org> SIZE=99999999")
        assert "552 is to be" in at.text()
        assert "expected  RFC 1870 6" in at.text()


async def test_raw_credentials_are_asked_about_as_typed_ones_are() -> None:
    async with window() as at:
        at.scene().greeted()
        await at.press("alt+x")
        await at.enter(rf"AUTH PLAIN {TOKEN}\r\n")
        assert at.posted == []
        assert TOKEN not in at.text()


async def up_to_data(at: Window) -> None:
    """Two recipients accepted by a server that is not on this computer."""
    scene = at.scene().secured()
    scene.both(b"MAIL FROM:<a@example.org>", b"250 ok\r\n")
    scene.both(b"RCPT TO:<b@example.org>", b"250 ok\r\n")
    scene.both(b"RCPT TO:<c@example.org>", b"250 ok\r\n")
    await at.pilot.pause()


async def test_a_message_to_people_is_asked_about_once_with_their_number() -> None:
    async with window() as at:
        await up_to_data(at)
        await at.enter("DATA")
        assert "2 recipients" in at.text()
        await at.press("escape")
        assert at.sent == []
        await at.press("enter")
        await at.press("y")
        assert at.sent == [b"DATA"]
        await at.enter("BDAT 0 LAST")
        assert at.sent == [b"DATA", b"BDAT 0 LAST"]


async def test_a_message_to_this_computer_is_not_asked_about() -> None:
    async with window() as at:
        scene = at.scene(Target("127.0.0.1", 2525, ehlo="me.example.org"))
        scene.secured().both(b"MAIL FROM:<a@b>", b"250 ok\r\n").both(b"RCPT TO:<b>", b"250 ok\r\n")
        await at.enter("DATA")
        assert at.sent == [b"DATA"]


async def test_raw_octets_that_begin_a_message_are_asked_about_too() -> None:
    async with window() as at:
        await up_to_data(at)
        await at.press("alt+x")
        await at.enter(r"NOOP\r\nDATA\r\n")
        assert at.posted == []
        await at.press("y")
        assert at.posted == [SendRaw(b"NOOP\r\nDATA\r\n")]


async def test_a_dry_run_ends_with_rset_before_the_message() -> None:
    async with window() as at:
        await up_to_data(at)
        await at.press("alt+d")
        assert "dry run" in at.text()
        await at.enter("DATA")
        assert at.sent == [b"RSET"]
        assert at.desk.composer.text == ""
        assert "RSET went out in place of the message" in at.text()
        await at.press("up")
        assert at.desk.composer.text == "DATA"
        await at.press("escape", "alt+d")
        await at.enter("NOOP")
        assert at.sent == [b"RSET", b"NOOP"]


async def test_in_the_middle_of_a_line_the_list_completes_what_stands_before_the_cursor() -> None:
    async with window() as at:
        at.scene().open()
        await at.type("RC TO:<a@example.org>")
        at.desk.composer.field.cursor_position = 2
        await at.press("ctrl+@")
        assert at.app.screen is not at.desk
        await at.press("escape")
        await at.type("MAIL  SIZE=1")
        at.desk.composer.field.cursor_position = 5
        await at.press("ctrl+@", "enter")
        assert at.desk.composer.text == "MAIL FROM:< SIZE=1"
        assert at.desk.composer.field.cursor_position == len("MAIL FROM:<")
        assert at.sent == []


@pytest.mark.parametrize(
    "text",
    [
        f"EHLO me\\r\\nAUTH PLAIN {TOKEN}\\r\\n",
        f"AUTH\\x20PLAIN\\x20{TOKEN}\\r\\n",
        f"NOOP\\n{TOKEN}",
    ],
)
async def test_raw_credentials_are_dots_and_are_not_kept(text: str) -> None:
    async with window() as at:
        at.scene().secured()
        at.desk.composer.toggle_raw()
        await at.type(text)
        assert TOKEN not in at.text()
        await at.press("enter")
        assert at.desk.composer.text == ""
        await at.press("up")
        assert at.desk.composer.text == ""


async def test_nothing_is_offered_behind_what_may_be_a_credential() -> None:
    async with window() as at:
        scene = at.scene().secured()
        scene.client(b"AUTH LOGIN")
        await at.type("M")
        assert at.desk.composer.field.rest_of_offer == ""
        await at.type("MAIL")
        assert at.desk.composer.field.rest_of_offer != ""


async def test_a_message_begun_in_two_raw_pieces_is_asked_about_too() -> None:
    async with window() as at:
        await up_to_data(at)
        at.desk.composer.toggle_raw()
        await at.enter("DA")
        await at.enter("TA\\r\\n")
        assert isinstance(at.app.screen, QuestionScreen)
        await at.press("escape")
        at.desk.composer.toggle_raw()
        await at.enter("TA")
        assert isinstance(at.app.screen, QuestionScreen)


async def test_the_question_counts_the_recipients_of_a_raw_group() -> None:
    async with window() as at:
        at.scene().secured()
        at.desk.composer.toggle_raw()
        await at.enter("MAIL FROM:<a@b>\\r\\nRCPT TO:<c@d>\\r\\nRCPT TO:<e@f>\\r\\nDATA\\r\\n")
        assert isinstance(at.app.screen, QuestionScreen)
        assert "2 recipients" in at.text()


async def test_a_dry_run_sends_what_stands_before_a_raw_message() -> None:
    async with window() as at:
        at.scene().secured()
        at.desk.operator.dry_run = True
        at.desk.composer.toggle_raw()
        await at.enter("MAIL FROM:<a@b>\\nRCPT TO:<c@d>\\r\\nBDAT 3 LAST\\r\\nabc")
        assert [each for each in at.posted if isinstance(each, SendRaw | Send)] == [
            SendRaw(b"MAIL FROM:<a@b>\n"),
            SendRaw(b"RCPT TO:<c@d>\r\n"),
            Send(b"RSET"),
        ]


async def test_the_octets_of_a_chunk_are_message_text_and_no_commands() -> None:
    async with window(GMAIL) as at:
        scene = at.scene().open().both(b"EHLO me", b"250-hi\r\n250 CHUNKING\r\n")
        scene.both(b"MAIL FROM:<a@b>", b"250 ok\r\n").both(b"RCPT TO:<c@d>", b"250 ok\r\n")
        scene.client(b"BDAT 30 LAST")
        await at.pilot.pause()
        assert "Octets of a chunk" in at.text()
        await at.enter("a private line with {PLAIN}")
        assert at.sent == [b"a private line with {PLAIN}"]
        assert at.desk.composer.field.history == ()


async def test_one_key_mends_all_that_is_certain_and_enter_still_sends() -> None:
    async with window() as at:
        at.scene().open()
        await at.type("RCPT TO: a@b.org ")
        assert "fixes it" in at.text()
        at.desk.composer.field.set_line("RCPT TO: <a@b.org")
        await at.press("right")
        assert at.desk.composer.text == "RCPT TO:<a@b.org>"
        await at.enter("RCPT TO:a@b.org, c@d.org")
        assert at.sent == [b"RCPT TO:a@b.org, c@d.org"]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_key_that_mends_stays_in_sight_behind_a_long_sentence(
    size: tuple[int, int],
) -> None:
    async with window(size=size) as at:
        at.scene().open()
        await at.type("MAIL FROM:«someone.with.a.long.name@example.org»")
        assert "→ fixes it" in at.text()


async def test_advice_names_the_key_that_helps() -> None:
    async with window() as at:
        at.scene().open()
        await at.type("AUTH LOGIN someone@example.org")
        assert "someone@example.org" not in at.text()
        await at.type("RCPT TO:<a@b.org>,<c@d.org>")
        assert "shift+f9 has a form for it" in at.text()


def test_many_queued_lines_are_counted_as_everywhere() -> None:
    assert hints.lines(5204) == "5,204 more queued lines"
