"""A password that is recognised in whatever form it shows."""

from __future__ import annotations

import base64
import gc
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import smtp_tui

MARKER = "Xq7-MARKER-pässwörd-94"
USER = "user@gmail.com"
PLAIN = base64.b64encode(f"\0{USER}\0{MARKER}".encode()).decode()
LOGIN_USER = base64.b64encode(USER.encode()).decode()
LOGIN_PASSWORD = base64.b64encode(MARKER.encode()).decode()
XOAUTH2 = base64.b64encode(f"user={USER}\1auth=Bearer {MARKER}\1\1".encode()).decode()

_PACKAGE = smtp_tui.__name__


def forms(secret: str = MARKER) -> set[str]:
    """Everything the secret could be recognised by, in halves: a line may end within it."""
    octets = secret.encode()
    whole = {
        secret,
        octets.hex(),
        octets.hex().upper(),
        octets.decode("latin-1"),
        repr(octets)[2:-1],
    }
    for before, after in itertools.product(range(3), repeat=2):
        token = base64.b64encode(b"\0" * before + octets + b"\0" * after).decode()
        whole.add(token[4 if before else 0 : -4 if after else None].strip("="))
    whole |= {each[::-1] for each in whole}
    return {half for each in whole for half in (each[: len(each) // 2], each[len(each) // 2 :])}


def leaks(shown: Iterable[str]) -> list[str]:
    """Where in the texts the marker shows, in any form, with what stands around it."""
    known = forms()
    return [
        text[max(0, text.find(form) - 60) : text.find(form) + 60]
        for text in shown
        for form in known
        if form in text
    ]


def objects() -> Iterator[str]:
    """The ``repr`` of every object of the program that is alive."""
    for each in gc.get_objects():
        if type(each).__module__.partition(".")[0] == _PACKAGE:
            yield repr(each)


def files(under: Path) -> Iterator[str]:
    """What all files in a folder hold, and what they are called."""
    for path in sorted(under.rglob("*")):
        yield str(path.relative_to(under))
        if path.is_file():
            yield path.read_bytes().decode("utf-8", "replace")
