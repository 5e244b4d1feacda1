"""``smtp-tui probe`` against servers that lie and overflow: shown, bounded, harmless."""

from __future__ import annotations

import json
import os
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smtp_tui.cli import main
from tests.wire.certificates import self_signed
from tests.wire.loopback import Script, dialogue, lines_of, over_tls, serve

GREETING = b"220 mail.example.org ESMTP ready\r\n"
CLEAR = b"250-mail.example.org\r\n250 STARTTLS\r\n"
BYE = (b"QUIT", b"221 bye\r\n")
ESCAPES = b"\x1b]0;title\x07\x9b2J\xe2\x80\xae[/oops][@click=app.quit]x[/]"
MOST_OUTPUT = 200_000

Probe = Callable[..., tuple[int, str]]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is set on this machine plays a part."""
    for name in [name for name in os.environ if name.startswith("SMTP_TUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SMTP_TUI_CONFIG", os.devnull)


@pytest.fixture(params=["--json", ""])
def probe(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Probe:
    """Probe with each kind of output; gives code and output, which no terminal obeys."""

    def call(*arguments: str) -> tuple[int, str]:
        code = main(["probe", *arguments, *([request.param] if request.param else [])])
        out, err = capsys.readouterr()
        assert len(out) < MOST_OUTPUT
        for text in (out, err, *strings(json.loads(out) if request.param else None)):
            assert all(piece.isprintable() for piece in text.split("\n"))
        return code, out

    return call


def strings(value: Any) -> list[str]:
    """Every text in a document."""
    match value:
        case str():
            return [value]
        case list():
            return [text for each in value for text in strings(each)]
        case dict():
            return [text for pair in value.items() for each in pair for text in strings(each)]
    return []


def starttls(context: ssl.SSLContext) -> Script:
    def script(client: socket.socket) -> None:
        client.sendall(GREETING)
        line = lines_of(client)
        line()
        client.sendall(CLEAR)
        line()
        client.sendall(b"220 go ahead\r\n")
        over_tls(context, dialogue((b"EHLO", CLEAR), BYE, greeting=b""))(client)

    return script


def serving(tmp_path: Path, key: bytes, *certificates: bytes) -> ssl.SSLContext:
    """A server's context with this key and chain."""
    file = tmp_path / "server.pem"
    file.write_bytes(key + b"".join(certificates))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def clear(port: int) -> str:
    return f"smtp://127.0.0.1:{port}"


def test_ten_thousand_keywords(probe: Probe) -> None:
    lines = b"".join(b"250-X%d argument\r\n" % n for n in range(10_000))
    reply = b"250-mail.example.org\r\n" + lines + b"250 HELP\r\n"
    with serve(dialogue((b"EHLO", reply), BYE)) as server:
        code, out = probe(clear(server.port))
    assert code == 0
    assert "X0" in out
    assert '"truncated": ["extensions.before_tls"]' in out or "9,941 more" in out


def test_duplicate_and_empty_keywords(probe: Probe) -> None:
    reply = b"250-mail\r\n250-SIZE 1\r\n250-SIZE 2\r\n250-\r\n250- \r\n250 AUTH=\r\n"
    with serve(dialogue((b"EHLO", reply), BYE)) as server:
        code, out = probe(clear(server.port))
    assert code == 0
    assert "Named more than once: SIZE" in out


def test_a_thousand_mechanisms(probe: Probe) -> None:
    names = b" ".join(b"X-%d" % n for n in range(1000))
    with serve(dialogue((b"EHLO", b"250-mail\r\n250 AUTH " + names + b"\r\n"), BYE)) as server:
        code, out = probe(clear(server.port))
    assert code == 0
    cut = '"truncated": ["extensions.before_tls", "auth", "auth_before_tls"]'
    assert cut in out or "980 more" in out


def test_lines_of_eight_kilobytes(probe: Probe) -> None:
    long = b"X" * 8000
    reply = b"250-" + long + b"\r\n250-" + long + b" " + long[:100] + b"\r\n250 HELP\r\n"
    with serve(dialogue((b"EHLO", reply), BYE, greeting=b"220 " + long + b"\r\n")) as server:
        code, out = probe(clear(server.port))
    assert code == 0
    assert "HELP" in out
    assert "X" * 1000 not in out


def test_escape_sequences_and_markup(probe: Probe) -> None:
    reply = b"250-mail\r\n250-" + ESCAPES + b" " + ESCAPES + b"\r\n250 AUTH " + ESCAPES + b"\r\n"
    greeting = b"220 " + ESCAPES + b"\r\n"
    with serve(dialogue((b"EHLO", reply), BYE, greeting=greeting)) as server:
        code, out = probe(clear(server.port))
    assert code == 0
    assert "ESC" in out
    assert "[/oops]" in out


def test_escape_sequences_in_a_refusal(probe: Probe) -> None:
    with serve(dialogue((b"EHLO", b"550 " + ESCAPES + b"\r\n"), BYE)) as server:
        code, _ = probe(clear(server.port))
    assert code == 1


def test_escape_sequences_behind_starttls(probe: Probe) -> None:
    injected = b"220 go ahead\r\n250 " + ESCAPES + b"\r\n"
    with serve(dialogue((b"EHLO", CLEAR), (b"STARTTLS", injected))) as server:
        code, out = probe(f"127.0.0.1:{server.port}")
    assert code == 5
    assert "ESC" in out


def test_an_endless_greeting_is_given_up(probe: Probe) -> None:
    def script(client: socket.socket) -> None:
        for _ in range(200_000):
            client.sendall(b"220-" + b"x" * 60 + b"\r\n")

    def until_told_off(client: socket.socket) -> None:
        try:
            script(client)
        except (BrokenPipeError, ConnectionResetError):
            return

    with serve(until_told_off) as server:
        code, _ = probe(clear(server.port))
    assert code == 5


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_with_ten_thousand_names(probe: Probe, tmp_path: Path, trusted: bool) -> None:
    names = (*(f"h{n}" for n in range(10_000)), "127.0.0.1")
    key, certificate = self_signed("\x1b]0;x\x07[/oops]", names)
    (tmp_path / "ca.pem").write_bytes(certificate)
    arguments = ("--ca-file", str(tmp_path / "ca.pem")) if trusted else ()
    with serve(starttls(serving(tmp_path, key, certificate))) as server:
        code, out = probe(f"127.0.0.1:{server.port}", *arguments)
    assert code == (0 if trusted else 4)
    assert "h7" in out
    assert "h5000" not in out
    assert '"more_names": 9901' in out or "9,993 more" in out


def test_a_certificate_too_large_for_tls(probe: Probe, tmp_path: Path) -> None:
    names = tuple(f"host{n}.example.org" for n in range(10_000))
    with serve(starttls(serving(tmp_path, *self_signed(names=names)))) as server:
        code, out = probe(f"127.0.0.1:{server.port}")
    assert code == 4
    assert "larger than OpenSSL takes" in " ".join(out.split())


def test_a_certificate_without_a_subject(probe: Probe, tmp_path: Path) -> None:
    key, certificate = self_signed("\0", ())
    with serve(starttls(serving(tmp_path, key, certificate))) as server:
        code, _ = probe(f"127.0.0.1:{server.port}")
    assert code == 4


def test_a_chain_of_fifty(probe: Probe, tmp_path: Path) -> None:
    key, leaf = self_signed()
    others = [self_signed(f"authority {n}", ())[1] for n in range(49)]
    with serve(starttls(serving(tmp_path, key, leaf, *others))) as server:
        code, out = probe(f"127.0.0.1:{server.port}", "--insecure")
    assert code == 0
    assert '"tls.chain"' in out or "40 more certificates" in out
