"""The password a person gave is covered where it is sent astray, and no word by chance."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from smtp_tui.transcript.given import Given
from smtp_tui.transcript.log_writer import LogWriter
from smtp_tui.transcript.records import Transcript
from smtp_tui.wire import events as wire
from tests.unit.test_log_file import CLEAR, read_all, refuse, reply, sent

PASSWORD = "Tann-Staafl 7"
CODED = base64.b64encode(PASSWORD.encode())


def raw_of(*events: wire.Event) -> list[bytes]:
    """What of the wire shows, secrets as asterisks."""
    transcript = Transcript(given=Given(PASSWORD))
    for event in events:
        transcript.add(event)
    shown: list[bytes] = []
    for number in range(transcript.end):
        record = transcript[number]
        raw = record.raw
        for start, end in record.secrets:
            raw = raw[:start] + b"*" * (end - start) + raw[end:]
        shown.append(raw)
    return shown


@pytest.mark.parametrize("form", [PASSWORD.encode(), CODED.rstrip(b"=")])
def test_it_is_covered_in_whatever_line_and_where_the_server_repeats_it(form: bytes) -> None:
    covered = b"*" * len(form)
    assert raw_of(sent(b"HELP " + form + b"\r\n"), reply(b"502 " + form + b"?\r\n")) == [
        b"HELP " + covered + b"\r\n",
        b"502 " + covered + b"?\r\n",
    ]


def test_it_is_covered_in_a_line_that_goes_out_in_pieces() -> None:
    octets = PASSWORD.encode()
    assert raw_of(sent(octets[:5]), sent(octets[5:] + b"\r\n", offset=5)) == [
        b"*" * len(octets) + b"\r\n"
    ]


def test_the_text_of_a_message_is_shown_as_it_is() -> None:
    data = b"the key is " + PASSWORD.encode() + b"\r\n"
    assert raw_of(wire.Sent(1.0, 1, data, 0, (), "", CLEAR, message=True)) == [data]


def test_a_server_that_says_it_by_itself_is_shown() -> None:
    line = b"250 " + PASSWORD.encode() + b"\r\n"
    assert raw_of(reply(line)) == [line]


@pytest.mark.parametrize("password", ["", "a", "help", "password", "me"])
def test_a_plain_word_or_a_short_one_covers_no_line_by_chance(password: str) -> None:
    given = Given(password)
    assert not given.in_line(b"HELP password\r\n")
    assert not given.in_line(b"")


def test_the_newest_password_counts_and_none_is_told() -> None:
    given = Given()
    given.take("one-password")
    given.take(PASSWORD)
    assert not given.in_line(b"HELP one-password")
    assert given.in_line(b"HELP " + PASSWORD.encode())
    assert PASSWORD not in repr(given)


def test_it_is_not_in_the_log_file(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    writer = LogWriter(str(path), refuse, Given(PASSWORD))
    writer.take(sent(b"HELP " + PASSWORD.encode() + b"\r\n"))
    writer.close()
    assert read_all(path)[0].raw == b"HELP " + b"*" * len(PASSWORD) + b"\r\n"
