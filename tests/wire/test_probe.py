"""``smtp-tui probe`` as a person calls it, against servers on loopback: one for each exit code."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from smtp_tui.cli import main
from smtp_tui.transcript.surveyor import Surveyor
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target, TlsMode
from tests.wire.certificates import self_signed
from tests.wire.loopback import (
    PATIENCE,
    Authority,
    Script,
    dialogue,
    free_port,
    lines_of,
    over_tls,
    serve,
    wait_for_close,
)

GREETING = b"220 mail.example.org ESMTP ready\r\n"
CLEAR = b"250-mail.example.org\r\n250-SIZE 35882577\r\n250 STARTTLS\r\n"
INSIDE = b"250-mail.example.org\r\n250-SIZE 35882577\r\n250 AUTH PLAIN LOGIN\r\n"
BYE = (b"QUIT", b"221 bye\r\n")
ONE_KEYWORD = (b"EHLO", b"250-mail.example.org\r\n250 8BITMIME\r\n")


@dataclass
class Probed:
    """What one call gave."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document."""
        loaded: dict[str, Any] = json.loads(self.out)
        assert loaded["outcome"] == self.code
        return loaded


Probe = Callable[..., Probed]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is set on this machine plays a part."""
    for name in [name for name in os.environ if name.startswith("SMTP_TUI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SMTP_TUI_CONFIG", os.devnull)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def probe(capsys: pytest.CaptureFixture[str]) -> Probe:
    """Probe with these arguments."""

    def call(*arguments: str) -> Probed:
        code = main(["probe", *arguments])
        captured = capsys.readouterr()
        return Probed(code, captured.out, captured.err)

    return call


def starttls(context: ssl.SSLContext, inside: bytes = INSIDE, clear: bytes = CLEAR) -> Script:
    """A server that goes from clear to TLS as asked, and notes every line of the client."""

    def script(client: socket.socket) -> None:
        client.sendall(GREETING)
        line = lines_of(client)
        assert line().startswith(b"EHLO ")
        client.sendall(clear)
        assert line() == b"STARTTLS\r\n"
        client.sendall(b"220 go ahead\r\n")
        over_tls(context, dialogue((b"EHLO", inside), BYE, greeting=b""))(client)

    return script


def clear(port: int) -> str:
    return f"smtp://127.0.0.1:{port}"


def place(port: int) -> str:
    return f"127.0.0.1:{port}"


# As expected: 0


def test_the_report_holds_what_was_seen(probe: Probe, authority: Authority) -> None:
    with serve(starttls(authority.server())) as server:
        probed = probe(place(server.port), "--ca-file", str(authority.ca_file))
    assert (probed.code, probed.err) == (0, "")
    for piece in (
        "220 mail.example.org ESMTP ready",
        "34.2 MiB a message",
        "PLAIN LOGIN",
        "✓ verified",
        "trusted root",
        "SHA-256",
        "AUTH is offered only after TLS",
        "after TLS only",
        "sends the password itself",
        "EHLO again",
    ):
        assert piece in probed.out, probed.out
    assert server.conversations == 1


def test_the_document_holds_what_was_seen(probe: Probe, authority: Authority) -> None:
    with serve(starttls(authority.server())) as server:
        probed = probe(place(server.port), "--ca-file", str(authority.ca_file), "--json")
    document = probed.document
    assert document["target"] == place(server.port)
    assert document["greeting"] == "220 mail.example.org ESMTP ready"
    assert document["hello"] == "EHLO"
    assert document["extensions"] == {
        "before_tls": {"SIZE": ["35882577"], "STARTTLS": []},
        "after_tls": {"SIZE": ["35882577"], "AUTH": ["PLAIN", "LOGIN"]},
    }
    assert document["auth"] == ["PLAIN", "LOGIN"]
    assert document["auth_before_tls"] == []
    assert document["tls"]["verified"] is True
    assert document["tls"]["error"] is None
    assert document["tls"]["version"] == "TLSv1.3"
    assert [check["passed"] for check in document["tls"]["checks"]] == [True] * 4
    assert document["alarms"] == []
    assert document["truncated"] == []
    times = document["timings_ms"]
    assert times["dns"] is None
    assert all(value >= 0 for name, value in times.items() if name != "dns")
    assert [each["outcome"] for each in document["addresses"]] == ["connected"]


KEYS = {
    "": "target address mode greeting hello extensions auth auth_before_tls tls alarms remarks"
    " notes timings_ms addresses truncated outcome error",
    "extensions": "before_tls after_tls",
    "tls": "version cipher bits group signature alpn verified error client_certificate_wanted"
    " checks chain",
    "timings_ms": "dns tcp greeting ehlo_before_tls starttls tls ehlo_after_tls quit total",
}
CERTIFICATE = (
    "subject issuer full_subject full_issuer names more_names not_before not_after serial key"
    " signature sha256 spki_sha256 problem"
)


def test_the_keys_of_the_document_are_the_same_whatever_happens(
    probe: Probe, authority: Authority
) -> None:
    with serve(starttls(authority.server())) as server:
        trusted = ("--ca-file", str(authority.ca_file), "--json")
        full = probe(place(server.port), *trusted).document
    for document in (full, probe(clear(free_port()), "--json").document):
        for where, keys in KEYS.items():
            assert list(document[where] if where else document) == keys.split()
    assert list(full["tls"]["chain"][0]) == CERTIFICATE.split()


def test_in_clear_there_is_no_tls_to_speak_of(probe: Probe) -> None:
    with serve(dialogue(ONE_KEYWORD, BYE)) as server:
        document = probe(clear(server.port), "--json").document
    assert document["extensions"] == {"before_tls": {"8BITMIME": []}, "after_tls": None}
    assert document["tls"]["verified"] is None
    assert document["tls"]["chain"] == []
    assert document["timings_ms"]["tls"] is None


def test_with_implicit_tls_nothing_is_asked_in_clear(probe: Probe, authority: Authority) -> None:
    script = over_tls(authority.server(), dialogue((b"EHLO", INSIDE), BYE))
    with serve(script) as server:
        document = probe(
            f"smtps://127.0.0.1:{server.port}", "--ca-file", str(authority.ca_file), "--json"
        ).document
    assert document["extensions"]["before_tls"] is None
    assert document["auth_before_tls"] is None
    assert document["auth"] == ["PLAIN", "LOGIN"]
    assert document["timings_ms"]["ehlo_before_tls"] is None
    assert document["timings_ms"]["ehlo_after_tls"] is not None


@pytest.mark.parametrize("code", [b"500", b"502"])
def test_a_server_without_ehlo_is_greeted_with_helo(probe: Probe, code: bytes) -> None:
    turns = ((b"EHLO", code + b" what?\r\n"), (b"HELO", b"250 mail.example.org\r\n"), BYE)
    with serve(dialogue(*turns)) as server:
        probed = probe(clear(server.port), "--json")
    assert probed.code == 0
    assert probed.document["hello"] == "HELO"
    assert probed.document["extensions"]["before_tls"] == {}
    assert "HELO instead" in probed.document["notes"][0]


def test_an_lmtp_server_is_greeted_with_lhlo(probe: Probe) -> None:
    with serve(dialogue((b"LHLO", b"250-mail\r\n250 PIPELINING\r\n"), BYE)) as server:
        document = probe(f"lmtp://127.0.0.1:{server.port}", "--tls", "none", "--json").document
    assert document["hello"] == "LHLO"


def test_it_says_the_name_it_is_told_to(probe: Probe) -> None:
    with serve(dialogue((b"EHLO laptop.example.org\r\n", b"250 mail\r\n"), BYE)) as server:
        assert probe(clear(server.port), "--ehlo", "laptop.example.org").code == 0


def test_the_practice_server_can_be_probed(probe: Probe) -> None:
    probed = probe("--practice", "--json")
    assert probed.code == 0
    assert "SCRAM-SHA-256" in probed.document["auth"]


def test_it_waits_for_the_greeting_and_says_one_thing_at_a_time(probe: Probe) -> None:
    said: list[bytes] = []

    def script(client: socket.socket) -> None:
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(PATIENCE)
        client.sendall(GREETING)
        for answer in (b"250 mail.example.org\r\n", b"221 bye\r\n"):
            said.append(client.recv(4096))
            client.sendall(answer)

    with serve(script) as server:
        assert probe(clear(server.port)).code == 0
    assert [line.split()[0] for line in said] == [b"EHLO", b"QUIT"]
    assert all(line.count(b"\n") == 1 for line in said)


# The server refuses or stops: 1


def test_a_server_that_is_not_ready(probe: Probe) -> None:
    with serve(dialogue(BYE, greeting=b"554 no service here\r\n")) as server:
        probed = probe(clear(server.port), "--json")
    assert probed.code == 1
    assert probed.err == "smtp-tui: The server is not ready: 554 no service here.\n"
    assert probed.document["greeting"] == "554 no service here"
    assert probed.document["extensions"]["before_tls"] is None


def test_a_server_that_refuses_ehlo(probe: Probe) -> None:
    with serve(dialogue((b"EHLO", b"550 5.7.1 not you\r\n"), BYE)) as server:
        probed = probe(clear(server.port))
    assert probed.code == 1
    assert "refuses EHLO: 550 5.7.1 not you" in probed.err


def test_a_server_that_hangs_up_in_between(probe: Probe) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(GREETING)
        lines_of(client)()

    with serve(script) as server:
        probed = probe(clear(server.port))
    assert probed.code == 1
    assert "closed the connection without answering EHLO" in probed.err
    assert "220 mail.example.org" in probed.out


@pytest.mark.parametrize(
    ("greeting", "missing"), [(b"", "no greeting"), (GREETING, "no reply to EHLO")]
)
def test_silence_is_not_waited_for_beyond_the_timeout(
    probe: Probe, greeting: bytes, missing: str
) -> None:
    def script(client: socket.socket) -> None:
        client.sendall(greeting)
        wait_for_close(client)

    with serve(script) as server:
        probed = probe(clear(server.port), "--timeout", "0.3")
    assert probed.code == 1
    assert f"{missing} within 0.3 s".casefold() in probed.err.casefold()
    assert ("--tls implicit" in probed.err) == (not greeting)


# Wrong usage: 2


@pytest.mark.parametrize(
    "arguments",
    [(), ("--practice", "localhost"), ("http://localhost",), ("localhost", "--jsonn")],
)
def test_wrong_usage_is_one_line_and_2(
    arguments: tuple[str, ...], probe: Probe, capsys: pytest.CaptureFixture[str]
) -> None:
    probed = probe(*arguments)
    assert probed.code == 2
    assert probed.err.count("\n") == 1
    assert probed.out == ""


# No connection: 3


def test_a_host_that_begins_a_sentence_keeps_its_letters(probe: Probe) -> None:
    probed = probe(f"smtp://localhost:{free_port()}")
    assert probed.err.startswith("smtp-tui: localhost:")


def test_a_refused_connection(probe: Probe) -> None:
    probed = probe(clear(free_port()), "--json")
    assert probed.code == 3
    assert "could not be reached" in probed.err
    (attempt,) = probed.document["addresses"]
    assert attempt["outcome"] == "failed"
    assert "refused" in attempt["text"]


def test_an_unknown_name(probe: Probe) -> None:
    probed = probe("no-such-host.invalid", "--json", "--timeout", "5")
    assert probed.code == 3
    assert probed.document["address"] is None


# No TLS: 4


def test_a_refused_certificate_is_shown_from_that_same_connection(probe: Probe) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    key, certificate = self_signed()
    load(context, key, certificate)
    with serve(starttls(context)) as server:
        probed = probe(place(server.port), "--json")
        assert server.conversations == 1
    document = probed.document
    assert probed.code == 4
    assert document["tls"]["verified"] is False
    assert document["tls"]["error"] == document["error"]
    assert "signed by itself" in document["error"]
    assert document["tls"]["chain"][0]["subject"] == "localhost"
    assert document["extensions"]["after_tls"] is None


def test_the_person_may_look_on_without_verification(probe: Probe) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    key, certificate = self_signed()
    load(context, key, certificate)
    with serve(starttls(context)) as server:
        probed = probe(place(server.port), "--insecure", "--json")
    assert probed.code == 0
    assert probed.document["tls"]["verified"] is False
    assert probed.document["auth"] == ["PLAIN", "LOGIN"]


def load(context: ssl.SSLContext, key: bytes, *certificates: bytes) -> None:
    """Serve with this key and chain."""
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        file.write(key + b"".join(certificates))
        file.flush()
        context.load_cert_chain(file.name)


def test_starttls_that_is_not_offered(probe: Probe) -> None:
    with serve(dialogue(ONE_KEYWORD, BYE)) as server:
        probed = probe(place(server.port), "--json")
    assert probed.code == 4
    assert "STARTTLS is not offered" in probed.err
    assert probed.document["extensions"]["before_tls"] == {"8BITMIME": []}
    assert probed.document["tls"]["verified"] is False


def test_starttls_that_is_refused(probe: Probe) -> None:
    turns = ((b"EHLO", CLEAR), (b"STARTTLS", b"454 4.7.0 TLS not available\r\n"), BYE)
    with serve(dialogue(*turns)) as server:
        probed = probe(place(server.port))
    assert probed.code == 4
    assert "STARTTLS is refused: 454 4.7.0 TLS not available" in probed.err
    assert "34.2 MiB a message" in probed.out


def test_a_port_that_wants_starttls_asked_with_implicit_tls(probe: Probe) -> None:
    with serve(dialogue()) as server:
        probed = probe(f"smtps://127.0.0.1:{server.port}")
    assert probed.code == 4
    assert "this port wants STARTTLS" in probed.err


# The server breaks the protocol: 5


def test_text_injected_behind_starttls_raises_the_alarm(probe: Probe) -> None:
    injected = b"220 go ahead\r\n250-evil\r\n250 AUTH PLAIN\r\n"
    with serve(dialogue((b"EHLO", CLEAR), (b"STARTTLS", injected))) as server:
        probed = probe(place(server.port), "--json")
    document = probed.document
    assert probed.code == 5
    assert document["alarms"]
    assert "evil" in json.dumps(document["alarms"])
    assert document["extensions"]["after_tls"] is None
    assert document["auth"] == []


def test_garbage_in_place_of_a_greeting(probe: Probe) -> None:
    with serve(dialogue(greeting=b"SSH-2.0-OpenSSH_9.6\r\n")) as server:
        probed = probe(clear(server.port))
    assert probed.code == 5
    assert "SSH-2.0-OpenSSH_9.6" in probed.out


def test_a_reply_that_answers_nothing(probe: Probe) -> None:
    with serve(dialogue((b"EHLO", b"250 mail\r\n250 once more\r\n"), BYE)) as server:
        probed = probe(place(server.port), "--json")
    assert probed.code == 5
    assert probed.document["alarms"]


# The end


def test_ctrl_c_leaves_at_once() -> None:
    with serve(wait_for_close_of) as server:
        running = subprocess.Popen(
            [sys.executable, "-m", "smtp_tui", "probe", clear(server.port)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            while not server.conversations:
                assert running.poll() is None
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()
    assert (running.returncode, out, err) == (130, "", "")


def wait_for_close_of(client: socket.socket) -> None:
    wait_for_close(client)


def test_a_terminal_is_told_what_is_waited_for() -> None:
    asked_for = threading.Event()

    def script(client: socket.socket) -> None:
        assert asked_for.wait(PATIENCE)
        dialogue(ONE_KEYWORD, BYE)(client)

    ours, theirs = pty.openpty()
    with serve(script) as server:
        running = subprocess.Popen(
            [sys.executable, "-m", "smtp_tui", "probe", clear(server.port), "--json"],
            stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"},
        )  # fmt: skip
        try:
            seen = b""
            while b"waiting for the greeting" not in seen:
                seen += os.read(ours, 4096)
            asked_for.set()
            out, _ = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()
            os.close(theirs)
            os.close(ours)
    assert running.returncode == 0
    assert json.loads(out)["extensions"]["before_tls"] == {"8BITMIME": []}


def test_the_watch_is_told_everything() -> None:
    seen: list[wire.Event] = []
    with serve(dialogue(ONE_KEYWORD, BYE)) as server:
        target = Target("127.0.0.1", server.port, TlsMode.NONE)
        Surveyor(target, patience=PATIENCE, watch=seen.append).survey()
    assert isinstance(seen[0], wire.Opening)
    assert isinstance(seen[-1], wire.Gone)
    assert seen[-1].text == "Closed after QUIT."


def test_help_loads_neither_the_wire_nor_the_tables() -> None:
    code = (
        "import sys; from smtp_tui.cli import main; main(['probe', '--help']);"
        "print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "exit codes" in ran.stdout
    loaded = set(ran.stderr.split())
    assert not loaded & {"rich", "ssl", "textual", "cryptography", "smtp_tui.wire"}
