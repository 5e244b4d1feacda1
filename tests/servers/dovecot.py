"""A real Dovecot LMTP server, by port and by Unix socket, for as long as a test run needs it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.configuration import DOMAIN, HOST, UNKNOWN_RECIPIENT
from tests.servers.daemons import daemon, free_ports, until
from tests.servers.postfix import read_logs

_START_SECONDS = 10.0
_DELIVERY_SECONDS = 10.0
_ATTEMPTS = 5
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_MODULE = Path("/usr/lib/dovecot/lmtp")

_CONF = """\
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/dovecot.log
protocols = lmtp
listen = {host}
ssl = no
auth_mechanisms = plain
postmaster_address = postmaster@{domain}
mail_location = maildir:~/Maildir
lmtp_save_to_detail_mailbox = no
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/accounts
}}
userdb {{
  driver = passwd-file
  args = {home}/accounts
}}
service lmtp {{
  user = root
  unix_listener {home}/lmtp {{
    mode = 0600
  }}
  inet_listener lmtp {{
    address = {host}
    port = {port}
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


class DovecotFailedError(RuntimeError):
    """The server did not start; the text says what it logged."""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running LMTP server; ``users`` have mailboxes, ``unknown_recipient`` has none."""

    host: str
    port: int
    socket: Path
    home: Path = field(repr=False)
    users: tuple[str, ...]
    unknown_recipient: str = UNKNOWN_RECIPIENT

    def deliveries(self, user: str, count: int = 1) -> list[bytes]:
        """Every message a user got, oldest first; waits up to ten seconds for ``count``."""
        folder = self.home / "mail" / user / "Maildir" / "new"

        def found() -> list[Path]:
            files = folder.iterdir() if folder.is_dir() else ()
            return sorted(files, key=lambda file: (file.stat().st_mtime_ns, file.name))

        if not until(lambda: len(found()) >= count, _DELIVERY_SECONDS):
            raise AssertionError(f"{len(found())} of {count} messages\n{_logs(self.home)}")
        return [file.read_bytes() for file in found()]


def unavailable() -> str | None:
    """Why no LMTP server can run here; None if one can."""
    if shutil.which("dovecot", path=_PATH) is None or not _MODULE.exists():
        return "a real LMTP server needs the packages dovecot-core, dovecot-lmtpd"
    return "Dovecot needs root to start" if os.geteuid() != 0 else None


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """Start a server for the length of the block; it leaves no process and no file behind."""
    with tempfile.TemporaryDirectory(prefix="smtp-tui-dovecot-", dir="/tmp") as directory:
        home = Path(directory)
        home.chmod(0o755)
        users = tuple(f"{name}@{DOMAIN}" for name in ("alice", "bob"))
        (home / "run").mkdir()
        (home / "mail").mkdir()
        shutil.chown(home / "mail", "nobody", "nogroup")
        lines = [f"{user}:{{PLAIN}}x:65534:65534::{home}/mail/{user}::\n" for user in users]
        (home / "accounts").write_text("".join(lines))
        for _ in range(_ATTEMPTS):
            (port,) = free_ports(HOST, 1)
            conf = home / "dovecot.conf"
            conf.write_text(_CONF.format(home=home, host=HOST, port=port, domain=DOMAIN))
            command = [shutil.which("dovecot", path=_PATH) or "dovecot", "-F", "-c", str(conf)]
            with daemon(command, home / "dovecot.out") as process:
                server = Dovecot(HOST, port, home / "lmtp", home, users)
                if _starts(server, process):
                    yield server
                    return
        raise DovecotFailedError(_logs(home))


def _starts(server: Dovecot, process: subprocess.Popen[bytes]) -> bool:
    def decided() -> bool:
        return process.poll() is not None or _greets(server)

    return until(decided, _START_SECONDS) and process.poll() is None


def _greets(server: Dovecot) -> bool:
    try:
        with socket.create_connection((server.host, server.port), _START_SECONDS) as connection:
            return connection.recv(512).startswith(b"220 ") and server.socket.exists()
    except OSError:
        return False


def _logs(home: Path) -> str:
    return read_logs((home / "dovecot.out", home / "dovecot.log"))
