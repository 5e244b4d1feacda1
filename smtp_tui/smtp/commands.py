"""The verb table: syntax, meaning, what is expected, and what usually comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from smtp_tui.smtp.state import Hello, Phase, Security, State, Transaction


@dataclass(frozen=True, slots=True)
class Verb:
    """What is known of one verb; ``expects`` is the code of success in words a hint can show.

    ``arguments`` is a regular expression for what may follow, "" for anything, ``wants`` says it
    in words. ``also`` are words that people type who mean this.
    """

    name: str
    syntax: str
    expects: str
    rfc: str
    meaning: str
    intermediate: frozenset[int] = frozenset()
    arguments: str = ""
    wants: str = ""
    also: tuple[str, ...] = ()

    @property
    def alone(self) -> bool:
        """Whether nothing may follow it."""
        return self.syntax == self.name


@cache
def verbs() -> Mapping[bytes, Verb]:
    """Every known verb by its upper-case octets, in the order of the table."""
    import tomllib
    from importlib import resources

    file = resources.files("smtp_tui.smtp") / "data" / "verbs.toml"
    return {
        name.encode("ascii"): Verb(
            name=name,
            syntax=row["syntax"],
            expects=row["expects"],
            rfc=row["rfc"],
            meaning=row["meaning"],
            intermediate=frozenset(row.get("intermediate", ())),
            arguments=row.get("arguments", ""),
            wants=row.get("wants", ""),
            also=tuple(row.get("also", ())),
        )
        for name, row in tomllib.loads(file.read_text("utf-8")).items()
    }


def verb_of(line: bytes) -> bytes:
    """The verb of a command line in upper case; b"" for a blank one (RFC 5321 2.4)."""
    words = line.split(None, 1)
    return words[0].upper() if words else b""


def lookup(line: bytes) -> Verb | None:
    """What is known of the verb of a line, finished or still being typed; None when nothing is."""
    return verbs().get(verb_of(line))


def usual_next(state: State, *, ehlo: str = "", user: str = "", lmtp: bool = False) -> str:
    """The line that usually comes next, to be offered and never sent unasked; "" when none does.

    ``ehlo`` is the name to greet with, ``user`` an address to suggest as sender.
    """
    name = ehlo or "localhost.localdomain"
    if state.phase is not Phase.COMMAND:
        return ""
    if state.hello is None:
        return f"{'LHLO' if lmtp else 'EHLO'} {name}"
    if "STARTTLS" in state.extensions and state.security is Security.PLAIN:
        return "STARTTLS"
    match state.transaction:
        case Transaction.NONE:
            if state.extensions.mechanisms and state.identity is None:
                return f"AUTH {_familiar(state.extensions.mechanisms)} "
            return f"MAIL FROM:<{user or f'me@{_domain(name)}'}>"
        case Transaction.MAIL:
            return "RCPT TO:<someone@example.org>"
        case Transaction.RCPT:
            return "DATA"
        case Transaction.BODY:
            return ""


def _familiar(mechanisms: tuple[str, ...]) -> str:
    return next((name for name in ("PLAIN", "LOGIN") if name in mechanisms), mechanisms[0])


def _domain(name: str) -> str:
    return "example.org" if name.startswith("[") or "." not in name else name


GREETING_COMMANDS: Mapping[bytes, Hello] = {hello.value.encode(): hello for hello in Hello}
"""The verbs that say who is calling."""
