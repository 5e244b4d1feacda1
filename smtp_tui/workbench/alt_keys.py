"""Alt and a letter as one key at once, however fast it repeats.

Textual does not know what a terminal sends for it, ESC and the letter, and waits a tenth of a
second for more; when another escape sequence comes meanwhile, it takes the first for typed
characters.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import NamedTuple, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS


class _AltKey(NamedTuple):
    """What the table of sequences holds of a key: its name is looked up as ``value``."""

    value: str


def know_alt_keys() -> None:
    """Let Textual's table have them; a letter that stands there for another key stays that."""
    table = cast(dict[str, tuple[_AltKey, ...]], ANSI_SEQUENCES_KEYS)
    for letter in ascii_lowercase:
        table.setdefault(f"\x1b{letter}", (_AltKey(f"alt+{letter}"),))
