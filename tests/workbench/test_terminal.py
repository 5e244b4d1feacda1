"""The program in a real terminal: started, typed at, and read from the screen, with tmux."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE = 30.0


class Terminal:
    """One tmux server of its own with one window."""

    def __init__(self, directory: Path, columns: int, rows: int) -> None:
        self._socket = str(directory / "tmux")
        self.editor = directory / "editor"
        self._size = ("-x", str(columns), "-y", str(rows))
        self._pause = threading.Event()

    def start(self, *arguments: str) -> None:
        """Run smtp-tui in it; when it ends, its exit code stays on the screen."""
        command = " ".join([sys.executable, "-m", "smtp_tui", *arguments])
        self._tmux("new-session", "-d", *self._size, f"{command}; echo left with $?; exec cat")

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def enter(self, line: str) -> None:
        """Type a line and press enter once it stands on the command line."""
        self.type(line)
        if line:
            self.shows(line, "octets with CRLF")
        self.press("Enter")

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def shows(self, *texts: str) -> str:
        """Wait until all texts stand on the screen."""
        screen = ""

        def there() -> bool:
            nonlocal screen
            screen = self.screen()
            return all(text in screen for text in texts)

        self.until(there, str(texts))
        return screen

    def until(self, reached: Callable[[], bool], what: str = "") -> None:
        """Wait until it is so."""
        deadline = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < deadline, f"no {what} on\n{self.screen()}"
            self._pause.wait(0.05)

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        shell = self._tmux("display-message", "-p", "#{pane_pid}").strip()
        children = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        os.kill(int(children[0]), number)

    def modes(self) -> str:
        """Whether it shows the other screen, and whether it tells of the mouse."""
        return self._tmux("display-message", "-p", "#{alternate_on}#{mouse_any_flag}").strip()

    def echoes(self) -> bool:
        """Whether it shows what is typed by itself, as for a shell."""
        tty = os.open(self._tmux("display-message", "-p", "#{pane_tty}").strip(), os.O_RDONLY)
        try:
            flags: int = termios.tcgetattr(tty)[3]
        finally:
            os.close(tty)
        return bool(flags & termios.ECHO)

    def stop(self) -> None:
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "SMTP_TUI_CONFIG": self._socket + ".toml",
            "EDITOR": str(self.editor),
        }
        # The size is the terminal's own, whatever these say of the one the tests are run in.
        environment.pop("COLUMNS", None)
        environment.pop("LINES", None)
        done = subprocess.run(
            ["tmux", "-f", os.devnull, "-S", self._socket, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        return done.stdout


@pytest.fixture
def terminal(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("tmux is not installed")
        pytest.skip("tmux is not installed")
    columns, rows = request.param
    opened = Terminal(tmp_path, columns, rows)
    yield opened
    opened.stop()


@pytest.mark.parametrize("terminal", [(120, 40), (80, 24)], indirect=True, ids=["wide", "narrow"])
def test_a_whole_mail_is_typed_and_the_screen_tells_all_of_it(terminal: Terminal) -> None:
    terminal.start("--practice")
    terminal.shows("220 smtp.practice.test", "not encrypted")
    terminal.enter("EHLO laptop.example.org")
    terminal.shows("250 SMTPUTF8")
    terminal.enter("STARTTLS")
    terminal.shows("✓ verified")
    terminal.enter("EHLO laptop.example.org")
    terminal.shows("AUTH LOGIN PLAIN")
    terminal.type("AUTH PLAIN AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk")
    terminal.shows("AUTH PLAIN ••••")
    terminal.press("Enter")
    screen = terminal.shows("235 2.7.0 Accepted", "‹PLAIN: 32 octets hidden›")
    assert "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk" not in screen
    terminal.enter("MAIL FROM:<user@gmail.com>")
    terminal.shows("250 2.1.0 OK")
    terminal.enter("RCPT TO:<someone@example.org>")
    terminal.shows("250 2.1.5 OK")
    terminal.enter("RCPT TO:<550@example.org>")
    terminal.shows("S  550")
    terminal.enter("DATA")
    terminal.shows("354 Go ahead", "a line with a single . ends it")
    terminal.enter("Subject: it works")
    terminal.enter("")
    terminal.enter("hello")
    terminal.press(".", "Enter")
    terminal.shows("250 2.0.0 OK")
    terminal.enter("QUIT")
    terminal.shows("221 2.0.0 closing connection", "closed")
    terminal.press("C-q")
    terminal.shows("left with 0")


@pytest.mark.parametrize("terminal", [(120, 40)], indirect=True)
def test_nothing_answers_and_the_form_stays_filled_in(terminal: Terminal) -> None:
    terminal.start("127.0.0.1:1")
    terminal.shows("refused", "Port      1 ")
    terminal.press("C-q")
    terminal.shows("left with 0")


def editor(terminal: Terminal, script: str) -> None:
    """What EDITOR names; $1 is the file it gets."""
    terminal.editor.write_text(f"#!/bin/sh\n{script}\n")
    terminal.editor.chmod(0o700)


@pytest.mark.parametrize("terminal", [(120, 40)], indirect=True)
def test_the_persons_own_editor_gets_the_message_and_gives_back_any_octets(
    terminal: Terminal,
) -> None:
    editor(terminal, r"""printf 'Subject: mine\n\nbad \377 \033[2J\n' > "$1" """)
    terminal.start()
    terminal.shows("Connection")
    terminal.press("F9")
    terminal.shows("Message ─ Minimal")
    terminal.press("F4")
    terminal.shows("Subject: mine", "bad ¿ ¿[2J", "Some octets are no UTF-8")


@pytest.mark.parametrize("terminal", [(120, 40)], indirect=True)
@pytest.mark.parametrize(
    ("script", "words"),
    [('rm "$1"', "the file is gone"), ("exit 3", "ended with 3"), (None, "Nothing is taken")],
    ids=["vanished", "failed", "missing"],
)
def test_an_editor_that_gives_nothing_back_leaves_the_message(
    terminal: Terminal, script: str | None, words: str
) -> None:
    if script is not None:
        editor(terminal, script)
    terminal.start()
    terminal.shows("Connection")
    terminal.press("F9")
    terminal.shows("Message ─ Minimal")
    terminal.press("F4")
    terminal.shows(words, "This message was written to see")


@pytest.mark.parametrize("terminal", [(120, 40)], indirect=True)
def test_alt_and_a_letter_is_a_key_and_types_nothing(terminal: Terminal) -> None:
    terminal.start("--practice")
    terminal.shows("220 smtp.practice.test")
    terminal.type("NOOP")
    terminal.shows("6/512 octets with CRLF")
    terminal.press("M-x")
    terminal.shows("4 octets, nothing is added")
    terminal.press("M-x")
    terminal.shows("6/512 octets with CRLF")
    terminal.press("M-d")
    assert "NOOPx" not in terminal.shows("ry run")


@pytest.mark.parametrize("terminal", [(120, 40)], indirect=True)
def test_a_locale_that_is_not_of_utf_8_draws_the_same_window(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    terminal.start("--practice")
    terminal.shows("220 smtp.practice.test", "╭─ Session", "● connected")


@pytest.mark.parametrize("terminal", [(120, 40)], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_leaves_the_terminal_as_it_was(terminal: Terminal, number: int) -> None:
    terminal.start("--practice")
    terminal.shows("220 smtp.practice.test")
    assert terminal.modes() == "11"
    terminal.signal(number)
    terminal.shows(f"left with {128 + number}")
    assert terminal.modes() == "00"


@pytest.mark.parametrize("terminal", [(120, 40)], indirect=True)
def test_a_program_that_was_stopped_and_goes_on_has_its_screen_again(terminal: Terminal) -> None:
    terminal.start("--practice")
    terminal.shows("220 smtp.practice.test")
    terminal.signal(signal.SIGTSTP)
    terminal.until(lambda: terminal.modes() == "00")
    terminal.signal(signal.SIGCONT)
    terminal.shows("220 smtp.practice.test", "Connection", "Command", "Quit")
    assert terminal.modes() == "11"


@pytest.mark.parametrize("terminal", [(120, 40)], indirect=True)
def test_a_program_that_was_stopped_by_force_can_be_left(terminal: Terminal) -> None:
    terminal.start("--practice")
    terminal.shows("220 smtp.practice.test")
    for line in ("one", "two"):
        terminal.signal(signal.SIGSTOP)
        terminal.signal(signal.SIGCONT)
        terminal.enter(line)
    assert not terminal.echoes()
    terminal.press("C-q")
    terminal.shows("left with 0")
    assert terminal.echoes()


def test_a_terminal_that_goes_without_a_word_ends_the_program(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (40, 120))
    with subprocess.Popen(
        [sys.executable, "-m", "smtp_tui"],
        env={**os.environ, "TERM": "xterm-256color", "SMTP_TUI_CONFIG": str(tmp_path / "none")},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,  # it does not own the terminal, so that no signal comes
    ) as process:
        os.close(theirs)
        seen = b""
        while b"Command" not in seen:
            seen += os.read(ours, 65536)
        os.close(ours)
        try:
            code = process.wait(PATIENCE)
        finally:
            process.kill()
    assert code in (128 + signal.SIGHUP, -signal.SIGHUP)
