"""The history of one profile or server in a file of its own: bounded, private, never a secret."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from smtp_tui.smtp.visible import visible

VARIABLE = "SMTP_TUI_STATE"
MOST_LINES = 500
MOST_OCTETS = 256 * 1024
LONGEST = 1000
"""Characters of a line that is kept."""


def state_folder(environ: Mapping[str, str]) -> Path:
    """Where what the program remembers is, or will be; nothing is created."""
    if named := environ.get(VARIABLE):
        return Path(os.path.expanduser(named))
    from platformdirs import user_state_path

    return user_state_path("smtp-tui")


def history_path(folder: Path, name: str) -> Path:
    """The file for a profile or a server, whatever its name holds."""
    return folder / "history" / f"{quote(name, safe='')[:120]}.txt"


def read_history(path: Path, harmless: Callable[[str], bool]) -> list[str]:
    """The newest lines of the file, oldest first; what cannot be such a line is passed over.

    Raises ``OSError`` for a file that is there and cannot be read. A file that grew too large is
    cut to the lines given.
    """
    try:
        handle = _open(path, os.O_RDONLY)
    except FileNotFoundError:
        return []
    with open(handle, "rb") as file:
        size = os.fstat(handle).st_size
        file.seek(max(0, size - MOST_OCTETS))
        data = file.read(MOST_OCTETS)
    lines = data.decode("utf-8", "replace").split("\n")
    if size > MOST_OCTETS:
        del lines[0]  # it lost its beginning
    good = [line for line in lines if _fits(line) and "\ufffd" not in line and harmless(line)]
    kept = good[-MOST_LINES:]
    if size > MOST_OCTETS:
        _replace(path, kept)
    return kept


def append_history(path: Path, line: str) -> None:
    """Add a line, if it is one that fits; raises ``OSError``."""
    if not _fits(line):
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = _open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with open(handle, "ab") as file:
        file.write(f"{line}\n".encode())


def _fits(line: str) -> bool:
    return 0 < len(line) <= LONGEST and visible(line) == line


def _open(path: Path, flags: int) -> int:
    """Open without waiting, and only an ordinary file: no pipe, no device, no link."""
    handle = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("it is no plain file")
    return handle


def _replace(path: Path, lines: list[str]) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(handle, "wb") as file:
        file.write("".join(f"{line}\n" for line in lines).encode())
    os.replace(fresh, path)
