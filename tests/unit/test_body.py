"""Message text on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp.body import EndOfData, normalise, stuff, unstuff

TEXT = st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"\0"])).map(b"".join)


@given(TEXT)
def test_what_is_stuffed_comes_out_as_it_was_but_for_line_ends(message: bytes) -> None:
    assert unstuff(stuff(message)) == normalise(message)


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
