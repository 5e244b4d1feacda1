"""Where a password comes from: standard input, a command, a keyring, the environment, a question.

Never from the command line, which every user of the machine can read.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from smtp_tui.smtp.visible import visible

VARIABLE = "SMTP_TUI_PASSWORD"
SERVICE = "smtp-tui"
"""Under which name the keyring has passwords, with a colon and the host behind it."""


class PasswordError(Exception):
    """No password could be had: one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class PasswordSource:
    """Which source was asked for; without one, the environment and then the person are asked."""

    stdin: bool = False
    command: str = field(default="", repr=False)
    keyring: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    @property
    def chosen(self) -> bool:
        """Whether the person named a source."""
        return self.stdin or bool(self.command) or self.keyring

    @property
    def in_environment(self) -> bool:
        """Whether the environment has a password."""
        return bool(self.environment.get(VARIABLE))

    def read(self, user: str, host: str = "") -> str:
        """The password of ``user``; of standard input and of a command's output the first line.

        ``host`` is for the keyring, which keeps a password for each server.
        Raises ``PasswordError`` when the source fails or gives nothing.
        """
        if self.stdin:
            return _text(sys.stdin.buffer.read(), "standard input")
        if self.command:
            return _text(_output_of(self.command, self.environment), "the password command")
        if self.keyring:
            return _kept(user, host)
        return self.environment.get(VARIABLE) or _asked(user)


def _output_of(command: str, environment: Mapping[str, str]) -> bytes:
    others = {name: value for name, value in environment.items() if name != VARIABLE}
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", command], stdout=subprocess.PIPE, check=False, env=others
        )
    except (OSError, ValueError) as error:
        raise PasswordError(
            f"the password command could not be run: {visible(str(error))}"
        ) from None
    if done.returncode != 0:
        raise PasswordError(
            f"the password command failed with exit code {done.returncode}: run it alone to see why"
        )
    return done.stdout


def _kept(user: str, host: str) -> str:
    """What the system keyring keeps for the user at the host."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise PasswordError(
            f"Python's keyring is not installed here: {_python('pip install keyring')} adds it"
        ) from None
    service = f"{SERVICE}:{host.lower()}" if host else SERVICE
    try:
        password = keyring.get_password(service, user)
    except KeyringError as error:
        raise PasswordError(
            f"the system keyring cannot be read: {visible(str(error))}; use another source"
        ) from None
    if not password:
        raise PasswordError(
            f"the system keyring has no password of {visible(user)} for {visible(service)}:"
            f" {_python('keyring set')} {visible(service)} {visible(user)} puts one in"
        )
    return str(password)


def _python(words: str) -> str:
    """A module with its arguments, run by the Python that runs this."""
    return f"{visible(shlex.quote(sys.executable))} -m {words}"


def _text(data: bytes, source: str) -> str:
    """The first line: behind it, ``pass`` and its kind keep the user name and other things."""
    data = data.partition(b"\n")[0].removesuffix(b"\r")
    if not data:
        raise PasswordError(f"{source} gave no password: its first line must be the password")
    return data.decode("utf-8", "surrogateescape")


def _asked(user: str) -> str:
    if not sys.stdin.isatty():
        raise PasswordError(
            f"a password is needed: use --password-stdin, --password-command or {VARIABLE}"
        )
    import getpass

    try:
        password = getpass.getpass(f"Password of {visible(user)}: ")
    except EOFError:
        print(file=sys.stderr)  # the prompt's line goes on
        password = ""
    if not password:
        raise PasswordError("no password was given")
    return password
