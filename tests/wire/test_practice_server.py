"""The life of the practice server: its ports, its certificate, its end, and its command."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smtp_tui.practice import mailbox
from smtp_tui.practice.mailbox import Mailbox, PracticeMessage
from smtp_tui.practice.server import CannotListenError, PracticeAddress, PracticeServer
from tests.wire.practice_client import PATIENCE, Client, ends


def message(content: bytes, sender: str = "a@b.c") -> PracticeMessage:
    return PracticeMessage(sender, ("d@e.f",), content, "user@gmail.com", datetime.now(UTC))


def test_it_tells_where_it_listens_and_who_may_sign_in() -> None:
    with PracticeServer() as server:
        address = server.address
        assert address.host == "127.0.0.1"
        assert 0 < address.starttls_port != address.tls_port > 0
        assert (address.user, address.password) == ("user@gmail.com", "password")
        assert "password" not in repr(address)
        with pytest.raises(RuntimeError):
            server.start()
    with pytest.raises(RuntimeError):
        _ = server.address


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "smtp.practice.test"])
def test_the_certificate_is_good_for_every_name_of_the_server(name: str) -> None:
    with PracticeServer() as server:
        address = server.address
        context = ssl.create_default_context(cafile=str(address.ca_file))
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        with (
            socket.create_connection((address.host, address.tls_port), PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=name) as private,
        ):
            assert private.recv(4) == b"220 "


def test_nobody_else_trusts_the_certificate() -> None:
    with PracticeServer() as server, PracticeServer() as other:
        context = ssl.create_default_context(cafile=str(other.address.ca_file))
        address = (server.address.host, server.address.tls_port)
        with (
            socket.create_connection(address, PATIENCE) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            context.wrap_socket(plain, server_hostname="localhost")


def test_the_ca_file_is_private_and_goes_with_the_server() -> None:
    with PracticeServer() as server:
        file = server.address.ca_file
        assert file.parent.stat().st_mode & 0o077 == 0
        assert b"PRIVATE KEY" not in file.read_bytes()
    assert not file.parent.exists()


@pytest.mark.parametrize("which", ["starttls_port", "tls_port"])
def test_a_taken_port_is_told_in_one_sentence(which: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = PracticeServer(**{which: port})
        with pytest.raises(CannotListenError, match=rf"port {port} on 127\.0\.0\.1 is taken: "):
            server.start()


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [("0.0.0.0", 0, "this machine alone"), ("::1", 70_000, "not a port"), ("me", 0, "127.0.0.1")],
)
def test_it_listens_on_loopback_and_on_ports_only(host: str, port: int, words: str) -> None:
    with pytest.raises(CannotListenError, match=words):
        PracticeServer(host, port).start()


def test_stopping_breaks_every_conversation_and_ends_the_thread() -> None:
    before = set(threading.enumerate())
    with PracticeServer() as server:
        greeted = Client(server.address)
        waiting = Client(server.address, tls=True).sign_in()
        waiting.ask("MAIL FROM:<>")
        waiting.send(b"RCPT TO:<slow600@b.c>\r\n")
        shaking = socket.create_connection((server.address.host, server.address.tls_port), PATIENCE)
        address = server.address
    with greeted, waiting, shaking:
        assert greeted.is_over()
        assert waiting.is_over()
        assert ends(shaking)
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.host, address.starttls_port), PATIENCE)
    server.stop()


def test_it_starts_again_on_the_same_port_and_keeps_its_messages() -> None:
    server = PracticeServer()
    with server, Client(server.address, tls=True).sign_in().envelope() as client:
        port = server.address.starttls_port
        client.ask("DATA")
        client.ask("kept\r\n.")
    again = PracticeServer(starttls_port=port)
    with again, Client(again.address) as client:
        assert client.ask("NOOP").startswith("250 ")
    with server:
        assert [kept.content for kept in server.messages] == [b"kept\r\n"]


def test_whoever_asked_is_told_of_each_message() -> None:
    told: list[PracticeMessage] = []
    with PracticeServer(on_message=told.append) as server:
        with Client(server.address, tls=True).sign_in().envelope() as client:
            client.ask("DATA")
            client.ask("news\r\n.")
        assert tuple(told) == server.messages
        assert told[0].received.tzinfo is UTC


def test_only_the_newest_messages_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "MOST_OCTETS", 10)
    monkeypatch.setattr(mailbox, "MOST_MESSAGES", 3)
    kept = Mailbox()
    for content in (b"1", b"22", b"333", b"4444"):
        kept.keep(message(content))
    assert [each.content for each in kept.messages] == [b"22", b"333", b"4444"]
    kept.keep(message(b"55555"))
    assert [each.content for each in kept.messages] == [b"4444", b"55555"]
    kept.keep(message(b"x" * 100))
    assert [each.content for each in kept.messages] == [b"x" * 100]


def run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-c", code], capture_output=True, text=True, timeout=60
    )


def test_a_program_may_end_without_stopping_it() -> None:
    ended = run(
        "import socket\n"
        "from smtp_tui.practice.server import PracticeServer\n"
        "address = PracticeServer().start()\n"
        "client = socket.create_connection((address.host, address.tls_port))\n"
        "print(address.ca_file)\n"
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert not Path(ended.stdout.strip()).parent.exists()


def test_naming_the_package_or_its_ports_loads_no_server() -> None:
    ended = run(
        "import sys\n"
        "import smtp_tui.practice\n"
        "from smtp_tui.practice.command import DEFAULT_STARTTLS_PORT, DEFAULT_TLS_PORT\n"
        "print({'asyncio', 'ssl', 'trustme', 'aiosmtpd', 'cryptography'} & set(sys.modules))\n"
    )
    assert ended.stdout == "set()\n"


def told_address(welcome: str) -> PracticeAddress:
    """The address as the command prints it."""
    found = dict(re.findall(r"^  (\S.*?)  +(\S+)$", welcome, re.MULTILINE))
    host, starttls_port = found["STARTTLS"].split(":")
    _, tls_port = found["implicit TLS"].split(":")
    return PracticeAddress(
        host,
        int(starttls_port),
        int(tls_port),
        Path(found["CA file"]),
        found["user"],
        found["password"],
        found["access token"],
    )


SERVE = "import sys; from smtp_tui.practice.command import serve; sys.exit(serve('127.0.0.1', {}))"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_command_tells_all_lists_messages_and_ends_with_zero(how: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE.format("0, 0")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process, ExitStack() as undo:
        undo.callback(process.kill)
        welcome = ""
        while "Ctrl+C" not in welcome:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            welcome += line
        address = told_address(welcome)
        with Client(address, tls=True) as client:
            client.sign_in()
            client.ask("MAIL FROM:<a@example.org>")
            for name in "bcdef":
                client.ask(f"RCPT TO:<{name}@example.org>")
            client.ask("DATA")
            client.ask("it works\r\n.")
        process.stdout.readline()
        told = process.stdout.readline()
        os.kill(process.pid, how)
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == ""
    assert "openssl s_client -quiet -crlf" in welcome
    assert "user@gmail.com" in welcome
    assert re.match(
        r"\d\d:\d\d:\d\d  <a@example\.org> to b@\S+, c@\S+, d@\S+ and 2 more, 10 ", told
    )
    assert not address.ca_file.exists()


def test_the_command_fails_with_three_and_one_line_when_a_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(SERVE.format(f"{port}, 0"))
    assert (ended.returncode, ended.stdout) == (3, "")
    assert re.fullmatch(rf"smtp-tui: port {port} on 127\.0\.0\.1 is taken: .*\n", ended.stderr)
