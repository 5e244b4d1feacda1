"""What a line that is being typed can go on to be, what makes sense now before the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from smtp_tui.smtp import paths
from smtp_tui.smtp.commands import usual_next, verbs
from smtp_tui.smtp.doubts import envelope
from smtp_tui.smtp.parameters import given, of_verb
from smtp_tui.smtp.state import Phase, Security, State, Transaction

_PATH = re.compile(r"(\s*(?:MAIL\s+FROM|RCPT\s+TO)\s*:)(<?)([^<>\s]*)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to go on: the whole ``line``, the ``word`` that is new in it, and what it means."""

    line: str = field(repr=False)
    word: str
    meaning: str
    rfc: str = ""
    timely: bool = True
    """Whether it makes sense now and the server offers it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the session: names and addresses to offer, newest first."""

    ehlo: str = ""
    user: str = ""
    lmtp: bool = False
    addresses: tuple[str, ...] = ()


def completions(line: str, state: State, known: Known) -> tuple[Completion, ...]:
    """How a command line can go on; of the same kind those that make sense now come first.

    Nothing for message text and answers to a challenge.
    """
    if state.phase is not Phase.COMMAND:
        return ()
    found = list(_ways(line, state, known))
    return tuple(sorted(found, key=lambda each: not each.timely))


def addresses_in(lines: Iterable[str]) -> tuple[str, ...]:
    """The addresses of envelope commands among lines sent before, the newest first."""
    newest_first = (line.encode("utf-8", "replace") for line in reversed(list(lines)))
    texts = ((paths.address(line) or b"").decode("utf-8", "replace") for line in newest_first)
    return tuple(dict.fromkeys(text for text in texts if "@" in text.strip("@")))


def _ways(line: str, state: State, known: Known) -> Iterator[Completion]:
    words = line.split()
    behind = line[-1:].isspace()
    path = _PATH.fullmatch(line)
    if path is not None:
        yield from _addresses(path, known, state)
    elif not words or (len(words) == 1 and not behind):
        yield from _verbs(line.strip(), state, known)
    elif given(line.encode("utf-8", "replace")) is not None:
        if (behind or len(words) > 2) and not envelope.is_slip(line.encode("utf-8", "replace")):
            yield from _parameters(line, state)
    else:
        yield from _arguments(line, words[0].upper(), state, known)


def _verbs(typed: str, state: State, known: Known) -> Iterator[Completion]:
    usual = usual_next(state, ehlo=known.ehlo, user=known.user, lmtp=known.lmtp)
    first = usual.partition(" ")[0]
    names = [verb.name for verb in verbs().values()]
    for name in sorted(names, key=lambda name: name != first):
        if not name.startswith(typed.upper()):
            continue
        verb = verbs()[name.encode()]
        whole = usual if name == first else _begun(name, known)
        yield Completion(whole, name, verb.meaning, verb.rfc, is_timely(name, state))


def is_timely(name: str, state: State) -> bool:
    """Whether a verb makes sense in this state and the server offers what it needs."""
    begun, offered = state.transaction, state.extensions
    match name:
        case "EHLO" | "HELO" | "LHLO":
            return state.hello is None
        case "STARTTLS":
            return name in offered and state.security is Security.PLAIN
        case "AUTH":
            return bool(offered.mechanisms) and state.identity is None and begun is _NONE
        case "MAIL":
            return state.hello is not None and begun is _NONE
        case "RCPT":
            return begun in (Transaction.MAIL, Transaction.RCPT)
        case "DATA":
            return begun is Transaction.RCPT
        case "BDAT":
            return "CHUNKING" in offered and begun in (Transaction.RCPT, Transaction.BODY)
        case "RSET":
            return begun is not _NONE
        case "NOOP" | "QUIT":
            return True
    return name in offered


_NONE = Transaction.NONE


def _begun(name: str, known: Known) -> str:
    """The verb with what always follows it."""
    match name:
        case "EHLO" | "HELO" | "LHLO":
            return f"{name} {known.ehlo or 'localhost.localdomain'}"
        case "MAIL":
            return "MAIL FROM:<"
        case "RCPT":
            return "RCPT TO:<"
        case "STARTTLS" | "DATA" | "RSET" | "NOOP" | "QUIT" | "HELP":
            return name
    return f"{name} "


def _addresses(path: re.Match[str], known: Known, state: State) -> Iterator[Completion]:
    head, begun = path[1], path[3].casefold()
    sender = head.strip().upper().startswith("MAIL")
    own = [known.user] if "@" in known.user else []
    choices = [*own, *known.addresses] if sender else [*known.addresses, *own]
    for address in dict.fromkeys(choices):
        if address.casefold().startswith(begun):
            meaning = "your user name" if address == known.user else "used before"
            yield Completion(f"{head}<{address}>", address, meaning)
    if sender and not begun:
        yield Completion(f"{head}<>", "<>", "nobody: for reports, which get no reports")


def _parameters(line: str, state: State) -> Iterator[Completion]:
    found = given(line.encode("utf-8", "replace"))
    if found is None:
        return
    verb, words = found
    typed = _typed(line)
    taken = {word.name for word in words if not typed or word.name != typed.upper()}
    head = line[: len(line) - len(typed)]
    for parameter in of_verb(verb):
        if parameter.name in taken and "=" not in typed:
            continue
        for written in parameter.written:
            shown = written.partition("…")[0]
            if shown.upper().startswith(typed.upper()):
                offered = parameter.needs(written.partition("=")[2]) in state.extensions
                meaning = parameter.meaning if offered else f"{_absent(state)}: {parameter.meaning}"
                yield Completion(head + shown, written, meaning, parameter.rfc, offered)


def _arguments(line: str, verb: str, state: State, known: Known) -> Iterator[Completion]:
    typed = _typed(line)
    head = line[: len(line) - len(typed)]
    for word, meaning, timely in _choices(verb, line, state, known):
        if word.upper().startswith(typed.upper()):
            yield Completion(head + word.partition("…")[0], word, meaning, "", timely)


def _choices(verb: str, line: str, state: State, known: Known) -> Iterator[tuple[str, str, bool]]:
    """What can stand in the place of the word being typed: it, what it means, whether it fits."""
    first = len(line.split()) - (not line[-1:].isspace()) == 1
    match verb:
        case "EHLO" | "HELO" | "LHLO" if first:
            yield known.ehlo or "localhost.localdomain", "the name of this computer", True
        case "AUTH" if first:
            yield from _mechanisms(state)
        case "MAIL" if first:
            yield "FROM:<", "the sender", True
        case "RCPT" if first:
            yield "TO:<", "a recipient", True
        case "VRFY" | "EXPN" if first:
            for address in known.addresses:
                yield address, "used before", True
        case "HELP" if first:
            for name in verbs():
                yield name.decode(), "the server's help on it", True
        case "BDAT" if not first:
            yield "LAST", "no chunk follows this one", True
        case "XCLIENT" | "XFORWARD":
            entry = state.extensions.get(verb)
            for attribute in entry.arguments if entry is not None else ():
                yield f"{attribute.upper()}=…", "an attribute the server takes", True


def _mechanisms(state: State) -> Iterator[tuple[str, str, bool]]:
    from smtp_tui.sasl.mechanisms import MECHANISMS

    offered: Sequence[str] = state.extensions.mechanisms
    absent = _absent(state)
    for name in dict.fromkeys((*offered, *MECHANISMS)):
        known = MECHANISMS.get(name)
        meaning = known.merit if known is not None else "not known here"
        yield name, meaning if name in offered else f"{absent}: {meaning}", name in offered


def _absent(state: State) -> str:
    """Why something of an extension is quiet in a list."""
    return "not offered" if state.hello is not None else "not known before EHLO"


def _typed(line: str) -> str:
    """The word that is being written at the end of the line; "" behind a space."""
    return "" if not line or line[-1].isspace() else line.rsplit(None, 1)[-1]
