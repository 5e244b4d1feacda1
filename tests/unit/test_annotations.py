"""The few words behind a server's line in the log."""

from __future__ import annotations

import pytest

from smtp_tui.smtp.dialogue import Dialogue
from smtp_tui.smtp.events import ReplyLine
from smtp_tui.transcript.annotations import Annotator
from smtp_tui.wire.events import Protection


def annotated(*stages: tuple[Protection, tuple[bytes, ...]]) -> list[list[str]]:
    """The annotations of the capabilities of each EHLO reply in one session."""
    annotator = Annotator()
    dialogue = Dialogue(lmtp=False)
    dialogue.receive_data(b"220 mx\r\n")
    found: list[list[str]] = []
    for protection, lines in stages:
        dialogue.command(b"EHLO me")
        dialogue.receive_data(b"".join(b"250-" + line + b"\r\n" for line in (b"mx", *lines)))
        dialogue.receive_data(b"250 END\r\n")
        words = []
        while (event := dialogue.next_event()) is not None:
            if isinstance(event, ReplyLine):
                words.append(annotator.words(event, protection))
        found.append(words[-len(lines) - 1 : -1])
    return found


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"SIZE 35882577", "34.2 MiB a message"),
        (b"LIMITS RCPTMAX=20", "20 recipients a message"),
        (b"DELIVERBY 240", "4 minutes or longer"),
        (b"XCLIENT NAME ADDR", "as another client"),
        (b"STARTTLS", "encryption can begin: f6"),
        (b"AUTH PLAIN LOGIN", ""),
        (b"AUTH=LOGIN", "the old AUTH= form"),
        (b"X-OWN 1", ""),
        (b"", ""),
        (b"LIMITS " + b"X" * 8000, "the server's limits"),
    ],
)
def test_a_capability_is_told_in_a_few_words(line: bytes, words: str) -> None:
    assert annotated((Protection.CLEAR, (line,))) == [[words]]


def test_what_is_new_since_tls_is_said_with_what_its_arguments_mean() -> None:
    clear = (Protection.CLEAR, (b"SIZE 1024", b"STARTTLS"))
    inside = (Protection.VERIFIED, (b"SIZE 1024", b"AUTH PLAIN", b"DSN", b"LIMITS MAILMAX=5"))
    assert annotated(clear, inside)[1] == [
        "",
        "new since TLS",
        "new since TLS",
        "new since TLS · 5 messages a connection",
    ]
