"""Whose a reply is, in words, where several commands wait or one is answered for each recipient."""

from __future__ import annotations

import pytest

from smtp_tui.smtp.dialogue import Dialogue, ReplyLine
from smtp_tui.transcript.answers import Answers


def words(sent: list[bytes], came: bytes, *, lmtp: bool = False) -> list[str]:
    """What is said of each reply line to lines sent in one write."""
    talk, answers = Dialogue(lmtp=lmtp), Answers()
    talk.receive_data(b"220 hi\r\n")
    while talk.next_event() is not None:
        pass
    talk.raw(b"".join(line + b"\r\n" for line in sent))
    answers.waiting(talk.pending_verbs)
    talk.receive_data(came)
    found: list[str] = []
    while (event := talk.next_event()) is not None:
        if isinstance(event, ReplyLine):
            found.append(answers.words(event))
    return found


def test_one_command_needs_no_words() -> None:
    assert words([b"NOOP"], b"250 OK\r\n") == [""]


def test_of_several_each_reply_is_told_and_of_a_reply_only_its_first_line() -> None:
    sent = [b"EHLO me", b"MAIL FROM:<a@b> SIZE=1", b"rcpt to: <c@d>", b"NOOP"]
    came = b"250-x\r\n250 y\r\n250 OK\r\n550 no\r\n250 OK\r\n"
    assert words(sent, came) == [
        "answers EHLO", "", "answers MAIL FROM:<a@b>", "answers rcpt to: <c@d>", "answers NOOP",
    ]  # fmt: skip


def test_a_quoted_local_part_is_told_whole() -> None:
    sent = [b'MAIL FROM:<"a, b"@c.org> SIZE=1', b'RCPT TO:<"d > e"@f.org> NOTIFY=NEVER']
    assert words(sent, b"250 OK\r\n250 OK\r\n") == [
        'answers MAIL FROM:<"a, b"@c.org>', 'answers RCPT TO:<"d > e"@f.org>',
    ]  # fmt: skip


@pytest.mark.parametrize("line", [b"hunter2", b"", b"MAIL", b"RCPT"])
def test_a_line_that_may_be_anything_is_not_repeated(line: bytes) -> None:
    assert "hunter2" not in " ".join(words([b"NOOP", line], b"250 OK\r\n500 what\r\n"))


def test_a_message_to_lmtp_is_answered_for_each_recipient() -> None:
    sent = [
        b"LHLO me",
        b"MAIL FROM:<a@b>",
        b"RCPT TO:<c@d> NOTIFY=NEVER",
        b'RCPT TO:<"e f"@g>',
        b"DATA",
    ]
    came = b"250 x\r\n" + b"250 OK\r\n" * 3 + b"354 go\r\n250-c\r\n250 c\r\n552 full\r\n"
    assert words([*sent, b"text", b"."], came, lmtp=True)[-3:] == ["for <c@d>", "", 'for <"e f"@g>']
