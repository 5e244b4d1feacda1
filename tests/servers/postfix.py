"""A real Postfix with Dovecot SASL on loopback, for as long as a test run needs it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.servers.configuration import (
    DOMAIN,
    HOST,
    HOST_NAME,
    MESSAGE_SIZE_LIMIT,
    UNKNOWN_RECIPIENT,
    Home,
    listen_on,
    prepare,
)
from tests.servers.daemons import daemon, free_ports, until

_START_SECONDS = 10.0
_DELIVERY_SECONDS = 10.0
_PORT_ATTEMPTS = 5
_SYSTEM_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_PACKAGES = {"postfix": "postfix", "dovecot": "dovecot-core"}
_TRACE = re.compile(
    rb"Return-Path: .*\n"
    rb"X-Original-To: (?P<recipient>.*)\n"
    rb"Delivered-To: .*\n"
    rb"Received: .*\n(?:[ \t].*\n)*"
)


class PostfixFailedError(RuntimeError):
    """The server did not start; the text says which part, and what it logged."""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running server. Every recipient of ``domain`` has a mailbox, save ``unknown_recipient``.

    The certificate is good for ``127.0.0.1``, ``localhost`` and the server's own name, and is
    signed by the authority in ``ca_file``. AUTH is offered under TLS only, mail is taken after
    AUTH only, and a message may have ``size_limit`` octets.
    """

    host: str
    starttls_port: int
    tls_port: int
    ca_file: Path
    user: str
    password: str = field(repr=False)
    mailbox: Path
    logs: tuple[Path, ...] = field(repr=False)
    domain: str = DOMAIN
    unknown_recipient: str = UNKNOWN_RECIPIENT
    size_limit: int = MESSAGE_SIZE_LIMIT

    def deliveries(self, recipient: str, count: int = 1) -> list[bytes]:
        """Every message ``recipient`` got, the oldest first, as the files are (lines end in LF).

        Waits up to ten seconds until there are ``count``; AssertionError with the log otherwise.
        All tests share the server: a recipient of its own keeps a test's messages apart.
        """
        wanted = recipient.encode()
        found: list[bytes] = []

        def arrived() -> bool:
            found[:] = [
                message for message in self._messages() if _trace(message)["recipient"] == wanted
            ]
            return len(found) >= count

        if not until(arrived, _DELIVERY_SECONDS):
            raise AssertionError(
                f"{len(found)} of {count} messages reached {recipient}\n{self.log()}"
            )
        return found

    def log(self) -> str:
        """What Postfix and Dovecot have logged so far."""
        return read_logs(self.logs)

    def _messages(self) -> list[bytes]:
        if not self.mailbox.is_dir():  # made by the first delivery
            return []
        files = sorted(self.mailbox.iterdir(), key=lambda file: (file.stat().st_mtime_ns, file))
        return [file.read_bytes() for file in files]


def read_logs(logs: tuple[Path, ...]) -> str:
    """The texts of those files that exist, one after the other."""
    return "".join(log.read_text(errors="replace") for log in logs if log.exists())


def strip_trace(delivered: bytes) -> bytes:
    """The message as it was handed to Postfix: without the four headers delivery put on top.

    Those are one each of Return-Path, X-Original-To, Delivered-To and Received, in this order; the
    same names further down are the message's own and stay. Lines end in LF, as they are stored; a
    message that did not begin with a header has an empty line before it, which Postfix put there.
    Raises ValueError for bytes that do not begin with the four.
    """
    return delivered[_trace(delivered).end() :]


def _trace(delivered: bytes) -> re.Match[bytes]:
    found = _TRACE.match(delivered)
    if found is None:
        raise ValueError(f"not a message Postfix delivered: {delivered[:80]!r}")
    return found


def unavailable(path: str = _SYSTEM_PATH) -> str | None:
    """Why no Postfix can run here: packages to install, or not being root; None if one can.

    ``path`` is where programs are looked for, as in ``$PATH``.
    """
    missing = [package for program, package in _PACKAGES.items() if not _which(program, path)]
    if missing:
        return f"a real Postfix needs the missing package(s) {', '.join(missing)}"
    if os.geteuid() != 0:
        return "Postfix needs root to start"
    return None


@contextmanager
def running_postfix() -> Iterator[Postfix]:
    """Start a server for the length of the block; it leaves no process and no file behind.

    Raises PostfixFailedError with the log when it does not greet on both ports in time.
    """
    # Not $TMPDIR: it may be too long for a Unix socket, or closed to the users of the daemons.
    with tempfile.TemporaryDirectory(prefix="smtp-tui-postfix-", dir="/tmp") as directory:
        home = Home(Path(directory))
        user, password = f"alice@{DOMAIN}", "wonder land=42"
        prepare(home, user, password)
        _issue_certificate(home)
        with _dovecot(home), _listening(home) as (starttls_port, tls_port):
            _expect_greetings(home, starttls_port, tls_port)
            yield Postfix(
                host=HOST,
                starttls_port=starttls_port,
                tls_port=tls_port,
                ca_file=home.ca_file,
                user=user,
                password=password,
                mailbox=home.mailbox,
                logs=home.logs,
            )


def _issue_certificate(home: Home) -> None:
    authority = trustme.CA(organization_name="smtp-tui tests")
    issued = authority.issue_cert(HOST, "localhost", HOST_NAME, common_name=HOST_NAME)
    issued.private_key_and_cert_chain_pem.write_to_path(str(home.certificate))
    home.certificate.chmod(0o600)
    authority.cert_pem.write_to_path(str(home.ca_file))


@contextmanager
def _dovecot(home: Home) -> Iterator[None]:
    """Dovecot as the judge of passwords; Postfix must not start before it answers."""
    command = [_which("dovecot") or "dovecot", "-F", "-c", str(home.path / "dovecot.conf")]
    with daemon(command, home.path / "dovecot.out") as process:

        def decided() -> bool:
            return process.poll() is not None or _judges(home)

        if not until(decided, _START_SECONDS) or process.poll() is not None:
            raise PostfixFailedError(f"Dovecot did not start\n{read_logs(home.logs)}")
        yield


def _judges(home: Home) -> bool:
    """Whether Dovecot speaks its authentication protocol on the socket Postfix will use."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_START_SECONDS)
        try:
            connection.connect(str(home.auth_socket))
            return connection.recv(512).startswith(b"VERSION\t")
        except OSError:
            return False


@contextmanager
def _listening(home: Home) -> Iterator[tuple[int, int]]:
    """Postfix on two free ports: the one that offers STARTTLS and the one under TLS at once."""
    for _ in range(_PORT_ATTEMPTS):
        starttls_port, tls_port = free_ports(HOST, 2)
        listen_on(home, starttls_port, tls_port)
        with daemon(_master_command(home), home.path / "postfix.out") as process:
            # Another server may have taken a port meanwhile, and would even greet as we expect.
            # Only a master that has bound both says that it started; one that could not ends.
            if _has_started(home, process):
                yield starttls_port, tls_port
                return
    raise PostfixFailedError(
        f"Postfix ended {_PORT_ATTEMPTS} times before it listened, last on ports {starttls_port} "
        f"and {tls_port}\n{read_logs(home.logs)}"
    )


def _master_command(home: Home) -> list[str]:
    """Postfix's master in the foreground, wherever the distribution keeps it."""
    configuration = str(home.path / "postfix")
    query = [_which("postconf") or "postconf", "-c", configuration, "-h", "daemon_directory"]
    directory = subprocess.run(query, check=True, capture_output=True, text=True).stdout.strip()
    return [f"{directory}/master", "-c", configuration, "-s"]


def _has_started(home: Home, process: subprocess.Popen[bytes]) -> bool:
    """Whether the master listens on its ports, or has ended; PostfixFailedError if it hangs."""

    def decided() -> bool:
        return process.poll() is not None or "daemon started" in read_logs(home.logs)

    if not until(decided, _START_SECONDS):
        raise PostfixFailedError(f"Postfix did not start\n{read_logs(home.logs)}")
    return process.poll() is None


def _expect_greetings(home: Home, starttls_port: int, tls_port: int) -> None:
    context = ssl.create_default_context(cafile=str(home.ca_file))
    try:
        greetings = _greeting(starttls_port, None), _greeting(tls_port, context)
    except OSError as error:
        raise PostfixFailedError(f"no greeting: {error}\n{read_logs(home.logs)}") from error
    if not all(greeting.startswith(b"220 ") for greeting in greetings):
        raise PostfixFailedError(f"wrong greeting: {greetings}\n{read_logs(home.logs)}")


def _greeting(port: int, context: ssl.SSLContext | None) -> bytes:
    """What the server says first, under TLS if there is a context; OSError within ten seconds."""
    with socket.create_connection((HOST, port), _START_SECONDS) as connection:
        if context is None:
            return connection.recv(512)
        with context.wrap_socket(connection, server_hostname=HOST) as tls:
            return tls.recv(512)


def _which(program: str, path: str = _SYSTEM_PATH) -> str | None:
    return shutil.which(program, path=path)
