"""What a terminal sends for alt and a letter becomes that key at once."""

from __future__ import annotations

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from smtp_tui.workbench.alt_keys import know_alt_keys


def keys(typed: str) -> list[str]:
    know_alt_keys()
    return [event.key for event in XTermParser().feed(typed) if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("\x1bn", ["alt+n"]),
        ("\x1bn\x1bn\x1bn", ["alt+n", "alt+n", "alt+n"]),
        ("\x1bp\x1b[15~", ["alt+p", "f5"]),
        ("\x1bOP\x1b[A\x1bx", ["f1", "up", "alt+x"]),
        ("\x1bf\x1bb", ["ctrl+right", "ctrl+left"]),
    ],
)
def test_alt_and_a_letter_is_a_key_however_fast_it_repeats(typed: str, expected: list[str]) -> None:
    assert keys(typed) == expected
