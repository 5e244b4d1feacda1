"""Where a password comes from: standard input, a command, the environment, or a question.

Never from the command line, which every user of the machine can read.
"""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from smtp_tui.smtp.visible import visible

VARIABLE = "SMTP_TUI_PASSWORD"


class PasswordError(Exception):
    """No password could be had: one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class PasswordSource:
    """Which source was asked for; without one, the environment and then the person are asked."""

    stdin: bool = False
    command: str = ""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    @property
    def chosen(self) -> bool:
        """Whether the person named a source."""
        return self.stdin or bool(self.command)

    def read(self, user: str) -> str:
        """The password of ``user``, without the one line end that tools put behind it.

        Raises ``PasswordError`` when the source fails or gives nothing.
        """
        if self.stdin:
            return _text(sys.stdin.buffer.read(), "standard input")
        if self.command:
            return _text(_output_of(self.command), "the password command")
        return self.environment.get(VARIABLE) or _asked(user)


def _output_of(command: str) -> bytes:
    try:
        done = subprocess.run(["/bin/sh", "-c", command], stdout=subprocess.PIPE, check=False)
    except (OSError, ValueError) as error:
        raise PasswordError(
            f"the password command could not be run: {visible(str(error))}"
        ) from None
    if done.returncode != 0:
        raise PasswordError(
            f"the password command failed with exit code {done.returncode}: run it alone to see why"
        )
    return done.stdout


def _text(data: bytes, source: str) -> str:
    data = data[:-2] if data.endswith(b"\r\n") else data.removesuffix(b"\n")
    if not data:
        raise PasswordError(f"{source} gave no password: it must give one line")
    return data.decode("utf-8", "surrogateescape")


def _asked(user: str) -> str:
    if not sys.stdin.isatty():
        raise PasswordError(
            f"a password is needed: use --password-stdin, --password-command or {VARIABLE}"
        )
    try:
        password = getpass.getpass(f"Password of {visible(user)}: ")
    except EOFError:
        password = ""
    if not password:
        raise PasswordError("no password was given")
    return password
