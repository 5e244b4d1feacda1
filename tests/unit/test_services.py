"""Services that are not SMTP, told by their first line."""

from __future__ import annotations

import pytest

from smtp_tui.smtp.services import service_of


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n", "an IMAP server"),
        (b"* PREAUTH hello\r\n", "an IMAP server"),
        (b"+OK Dovecot ready.\r\n", "a POP3 server"),
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "an SSH server"),
        (b"HTTP/1.1 400 Bad Request\r\n", "a web server"),
        (b"<html><body>\r\n", "a web server"),
        (b'"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n', "a ManageSieve server"),
        (b"220 (vsFTPd 3.0.3)\r\n", "an FTP server"),
        (b"200 news.example.org InterNetNews NNRP server ready\r\n", "a news server"),
        (b"RFB 003.008\n", "a VNC server"),
        (b"\xff\xfd\x18\xff\xfd\x20", "a Telnet server"),
    ],
)
def test_a_service_is_told_by_its_first_line(line: bytes, name: str) -> None:
    service = service_of(line)
    assert service is not None
    assert service.name == name
    assert service.sentence.startswith(f"This is {name}: ")


@pytest.mark.parametrize(
    "line",
    [
        b"220 mail.example.org ESMTP Postfix\r\n",
        b"220-first\r\n",
        b"554 no\r\n",
        b"2000 x\r\n",
        b"",
        b"\x16\x03\x01",
        b"x" * 100_000,
    ],
)
def test_smtp_and_the_unknown_are_no_such_service(line: bytes) -> None:
    assert service_of(line) is None
