"""The practice server: a Gmail-mannered SMTP server on loopback, in a thread of its own."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from smtp_tui.practice.account import PRACTICE_ACCOUNT
from smtp_tui.practice.certificate import Identity, issue
from smtp_tui.practice.connection import HOST_NAME
from smtp_tui.practice.faults import NO_FAULTS, Faults
from smtp_tui.practice.folder import Folder
from smtp_tui.practice.listening import CannotListenError, listen
from smtp_tui.practice.mailbox import Mailbox, PracticeMessage
from smtp_tui.practice.service import Service

__all__ = ["CannotListenError", "PracticeAddress", "PracticeMessage", "PracticeServer"]


@dataclass(frozen=True, slots=True)
class PracticeAddress:
    """Where the practice server listens, what to trust it by (PEM), and who may sign in.

    ``faults`` are what is wrong with it.
    """

    host: str
    starttls_port: int
    tls_port: int
    ca_file: Path
    user: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    faults: Faults = NO_FAULTS


class PracticeServer:
    """A practice server on two ports: one for STARTTLS, one for TLS from the first octet.

    ``host`` is a loopback address; port 0 stands for any free port. With ``faults`` it misbehaves.
    ``on_message`` is called in the server's thread with each message it accepts, and must neither
    raise nor block. The thread is a daemon: a program may end without ``stop()``.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        starttls_port: int = 0,
        tls_port: int = 0,
        *,
        faults: Faults = NO_FAULTS,
        on_message: Callable[[PracticeMessage], None] | None = None,
    ) -> None:
        self._host = host
        self._ports = (starttls_port, tls_port)
        self._faults = faults
        self._mailbox = Mailbox(on_message)
        self._address: PracticeAddress | None = None
        self._service: Service | None = None
        self._forget_ca: Callable[[], object] = lambda: None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def messages(self) -> tuple[PracticeMessage, ...]:
        """The messages accepted, oldest first; of very many, the newest."""
        return self._mailbox.messages

    @property
    def address(self) -> PracticeAddress:
        """Where it listens; RuntimeError while it does not."""
        if self._address is None:
            raise RuntimeError("the practice server is not running")
        return self._address

    def start(self) -> PracticeAddress:
        """Listen, and give the address. Raises ``CannotListenError``; RuntimeError if running."""
        if self._service is not None:
            raise RuntimeError("the practice server is running already")
        with ExitStack() as undo:
            starttls = undo.enter_context(listen(self._host, self._ports[0]))
            tls = undo.enter_context(listen(self._host, self._ports[1]))
            identity = self._identity()
            self._address = PracticeAddress(
                self._host,
                starttls.getsockname()[1],
                tls.getsockname()[1],
                self._save_ca(identity.ca_pem),
                PRACTICE_ACCOUNT.user,
                PRACTICE_ACCOUNT.password,
                PRACTICE_ACCOUNT.token,
                self._faults,
            )
            self._service = Service(starttls, tls, identity.context, self._mailbox, self._faults)
            undo.pop_all()
        return self._address

    def stop(self) -> None:
        """Close both ports and every connection, at once; nothing to do when it does not run."""
        service, self._service = self._service, None
        if service is not None:
            service.stop()
            self._forget_ca()
            self._address = None

    def _identity(self) -> Identity:
        names = (HOST_NAME, "localhost", "127.0.0.1", "::1")
        if not self._faults:
            return issue(*names)
        from smtp_tui.practice.flawed import issue_with  # more to load, and seldom wanted

        return issue_with(self._faults, *names)

    def _save_ca(self, pem: bytes) -> Path:
        """The file with the CA certificate; it goes with ``stop()``, or when the program ends."""
        folder = Folder()
        self._forget_ca = weakref.finalize(self, folder.remove)
        file = folder.path / "ca.pem"
        file.write_bytes(pem)
        return file
