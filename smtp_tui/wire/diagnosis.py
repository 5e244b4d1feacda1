"""What the first replies say about the server: wrong service, wrong protocol, no mail, no TLS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.services import service_of
from smtp_tui.smtp.state import GREETING, Phase, Security, State
from smtp_tui.wire.events import Remedy
from smtp_tui.wire.target import Target, TlsMode


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence for the person, and the other way to connect that would help."""

    text: str
    remedy: Remedy | None = None


_GREETINGS: Mapping[int, str] = MappingProxyType(
    {
        421: "The server takes no more clients just now: try again in a while.",
        521: "This host takes no mail at all (RFC 7504): look for another one.",
        554: (
            "The server takes no mail from this address (RFC 5321 3.1): to send mail as a user of"
            " it, connect to port 587 or 465."
        ),
    }
)
_LATER = "The server is not ready to talk: try again in a while."
_NEVER = "The server does not want to talk to this address."
_SPEAKS_LMTP = "The server speaks LMTP, in which LHLO takes the place of EHLO: connect to lmtp://…"
_SPEAKS_SMTP = "The server does not know LHLO: it speaks SMTP, so connect without lmtp://."
_KNOWS_NO_EHLO = (
    "The server does not know EHLO: a very old one takes HELO instead, and one that speaks LMTP"
    " takes LHLO."
)
_NO_STARTTLS = (
    "The server does not offer STARTTLS, so nothing is encrypted: it has none at this port, or"
    " somebody on the way took the offer out of its reply (RFC 3207 6). Hang up and try port 465,"
    " or go on in the clear and send nothing secret."
)
_UNKNOWN_COMMAND = (500, 502)
_HELLOS = (b"EHLO", b"LHLO")


class Diagnosis:
    """Looks at what the server of ``target`` says first; says each thing once."""

    __slots__ = ("_lmtp", "_said", "_target")

    def __init__(self, target: Target) -> None:
        self._target = target
        self._lmtp = False
        self._said: set[str] = set()

    def of(self, event: smtp.Event, state: State) -> Finding | None:
        """What an event tells, ``state`` being the one after it; None where all is as usual."""
        match event:
            case smtp.Reply(command=command) if command.verb == GREETING:
                finding = self._greeting(event)
            case smtp.Reply(command=command) if command.verb in _HELLOS:
                finding = self._hello(command.verb, event, state)
            case smtp.Malformed(raw=raw) if state.phase is Phase.GREETING:
                finding = _service(raw)
            case _:
                return None
        if finding is None or finding.text in self._said:
            return None
        self._said.add(finding.text)
        return finding

    def _greeting(self, reply: smtp.Reply) -> Finding | None:
        self._lmtp = b"LMTP" in reply.raw.upper()
        match reply.code // 100:
            case 4:
                return Finding(_GREETINGS.get(reply.code, _LATER))
            case 5:
                return Finding(_GREETINGS.get(reply.code, _NEVER))
        return _service(reply.raw)

    def _hello(self, verb: bytes, reply: smtp.Reply, state: State) -> Finding | None:
        if reply.code in _UNKNOWN_COMMAND:
            if verb == b"LHLO":
                return Finding(_SPEAKS_SMTP, Remedy.SPEAK_SMTP)
            if self._lmtp:
                return Finding(_SPEAKS_LMTP, Remedy.SPEAK_LMTP)
            return Finding(_KNOWS_NO_EHLO)
        wanted = self._target.tls is TlsMode.STARTTLS and state.security is Security.PLAIN
        if reply.code // 100 == 2 and wanted and "STARTTLS" not in state.extensions:
            return Finding(_NO_STARTTLS)
        return None


def _service(line: bytes) -> Finding | None:
    service = service_of(line)
    return None if service is None else Finding(service.sentence)
