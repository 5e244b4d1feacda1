"""A client for the practice server that knows nothing: a socket, lines, TLS when told."""

from __future__ import annotations

import base64
import socket
import ssl
from typing import Self

from smtp_tui.practice.server import PracticeAddress

TOKEN = "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"
PATIENCE = 20.0


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


class Client:
    """A socket that sends what it is given and takes replies apart at their last lines."""

    def __init__(self, address: PracticeAddress, *, tls: bool = False) -> None:
        self.context = ssl.create_default_context(cafile=str(address.ca_file))
        port = address.tls_port if tls else address.starttls_port
        self.socket = socket.create_connection((address.host, port), PATIENCE)
        self.rest = b""
        if tls:
            self.secure()
        self.greeting = self.reply()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def secure(self) -> None:
        self.socket = self.context.wrap_socket(self.socket, server_hostname="localhost")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self) -> str:
        """The next whole reply, its lines joined by LF; EOFError at the end of the stream."""
        lines: list[str] = []
        while not lines or lines[-1][3:4] == "-":
            while b"\r\n" not in self.rest:
                data = self.socket.recv(65_536)
                if not data:
                    raise EOFError(self.rest)
                self.rest += data
            line, _, self.rest = self.rest.partition(b"\r\n")
            lines.append(line.decode())
        return "\n".join(lines)

    def ask(self, line: str | bytes) -> str:
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return self.reply()

    def starttls(self) -> Self:
        self.ask("EHLO me")
        assert self.ask("STARTTLS") == "220 2.0.0 Ready to start TLS"
        self.secure()
        return self

    def sign_in(self) -> Self:
        self.ask("EHLO me")
        assert self.ask(f"AUTH PLAIN {TOKEN}") == "235 2.7.0 Accepted"
        return self

    def envelope(self) -> Self:
        assert self.ask("MAIL FROM:<a@example.org>").startswith("250 2.1.0 OK")
        assert self.ask("RCPT TO:<b@example.org>").startswith("250 2.1.5 OK")
        return self

    def is_over(self) -> bool:
        """Whether the server ends the stream here without another octet."""
        return self.rest == b"" and ends(self.socket)


def ends(stream: socket.socket) -> bool:
    """Whether the other side ends the stream here, in whichever way."""
    try:
        return stream.recv(1) == b""
    except (ConnectionError, ssl.SSLEOFError):
        return True
