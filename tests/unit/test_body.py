"""Message text on the wire."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp.body import EndOfData, normalise, pieces, stuff, stuffed, unstuff

TEXT = st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"\0"])).map(b"".join)


@given(TEXT)
def test_what_is_stuffed_comes_out_as_it_was_but_for_line_ends(message: bytes) -> None:
    assert unstuff(stuff(message)) == normalise(message)


def stuffed_at_once(message: bytes) -> bytes:
    """RFC 5321 4.5.2 as its words have it, line by line."""
    lines = normalise(message).split(b"\r\n")[:-1]
    return (
        b"".join((b"." + line if line[:1] == b"." else line) + b"\r\n" for line in lines) + b".\r\n"
    )


@given(TEXT, st.integers(1, 5))
def test_a_message_stuffed_in_pieces_is_the_message_stuffed_line_by_line(
    message: bytes, size: int
) -> None:
    assert b"".join(stuffed(message, size=size)) == stuffed_at_once(message)


@given(TEXT, st.integers(1, 5))
def test_pieces_are_the_message_bounded_and_never_part_a_cr_from_its_lf(
    message: bytes, size: int
) -> None:
    cut = list(pieces(message, size))
    assert b"".join(cut) == message
    assert all(0 < len(piece) <= 4 * size for piece in cut)
    assert not any(
        first.endswith(b"\r") and then.startswith(b"\n") for first, then in pairwise(cut)
    )


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (b"", b".\r\n"),
        (b".", b"..\r\n.\r\n"),
        (b"..", b"...\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a\r.\r\n", b"a\r\n..\r\n.\r\n"),
        (b"a\n.\nb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"\r\n.\r\n", b"\r\n..\r\n.\r\n"),
    ],
)
def test_the_cases_that_others_get_wrong(message: bytes, wire: bytes) -> None:
    assert stuff(message) == wire


@given(TEXT)
def test_stuffed_text_ends_exactly_once(message: bytes) -> None:
    wire = stuff(message)
    assert EndOfData().find(wire) == len(wire)
    assert EndOfData().find(wire[:-1]) is None


@given(TEXT, st.integers(1, 5))
def test_the_end_is_found_in_pieces_of_any_size(message: bytes, size: int) -> None:
    wire = stuff(message) + b"QUIT\r\n"
    scanner, position = EndOfData(), 0
    while True:
        found = scanner.find(wire[position : position + size])
        if found is not None:
            assert wire[position + found :] == b"QUIT\r\n"
            return
        position += size


@pytest.mark.parametrize(
    "text", [b"\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r\n.\n", b"\r\n.\rx", b"\r\n\0.\r\n", b"\r.\rx"]
)
def test_forms_that_only_some_servers_take_for_the_end_are_noticed(text: bytes) -> None:
    scanner = EndOfData()
    assert scanner.find(b"a" + text) is None
    assert scanner.loose


@given(TEXT)
def test_stuffed_text_never_holds_such_a_form(message: bytes) -> None:
    scanner = EndOfData()
    scanner.find(stuff(message.replace(b"\0", b"")))
    assert not scanner.loose
