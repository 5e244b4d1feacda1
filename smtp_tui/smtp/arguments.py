"""The arguments of EHLO keywords made human: in one line, and one by one for a card."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from smtp_tui.sasl.mechanisms import MECHANISMS, Mechanism, Secret
from smtp_tui.smtp.amounts import human_size, human_span, whole_number
from smtp_tui.smtp.keywords import keywords

Arguments = tuple[str, ...]

_MOST_ROWS = 40
_STRONG = 70
_LIMITS = {
    "MAILMAX": "messages a connection",
    "RCPTMAX": "recipients a message",
    "RCPTDOMAINMAX": "recipient domains",
}
_PROFILES = {
    "MIXER": "the levels of X.400 mail",
    "STANAG4406": "the levels of military mail",
    "NSEP": "the levels of national emergencies",
}
_ATTRIBUTES = {
    "NAME": "the client's host name",
    "ADDR": "its address",
    "PORT": "its port",
    "PROTO": "SMTP or ESMTP",
    "HELO": "the name it greeted with",
    "LOGIN": "who signed in",
    "DESTADDR": "the address it connected to",
    "DESTPORT": "the port it connected to",
    "IDENT": "the message's name in the log",
    "SOURCE": "LOCAL or REMOTE",
    "SESSION": "the session's name in the log",
    "TTL": "how often it may be handed on",
    "TIMEOUT": "how long it may take",
    "FORWARD": "data for the server behind",
    "CLIENT-TRANSPORT": "whether the client used TLS",
}


def in_words(keyword: str, arguments: Arguments) -> str:
    """What the arguments of a keyword say, in one line; "" where they say nothing more."""
    known = _IN_WORDS.get(keyword)
    return known(arguments) if known is not None else ""


def one_by_one(keyword: str, arguments: Arguments) -> Iterator[tuple[str, str]]:
    """Each argument and what it means, "" where nobody knows; at most 40 of them."""
    explain = _ONE_BY_ONE.get(keyword)
    whole = in_words(keyword, arguments)
    for argument in arguments[:_MOST_ROWS]:
        if explain is not None:
            yield argument, explain(argument)
        else:
            yield argument, whole if len(arguments) == 1 and whole != argument else ""


def strength(name: str) -> str:
    """What a SASL mechanism is worth, in a word or two; "" for one that is not known."""
    known = MECHANISMS.get(name.upper())
    if known is None:
        return "cannot be run here" if name.upper() in keywords()["AUTH"].mechanisms else ""
    if known.historic:
        return "historic"
    if known.binds:
        return "strong, bound to TLS"
    return "strong" if known.strength >= _STRONG else _kind(known)


def _kind(known: Mechanism) -> str:
    match known.secret:
        case Secret.TOKEN:
            return "access token"
        case Secret.NOTHING:
            return "no password"
        case _:
            return "only inside TLS" if known.readable else ""


def _size(arguments: Arguments) -> str:
    if not arguments:
        return "a limit, not told"
    size = whole_number(arguments[0])
    if size is None:
        return "no number that can be read"
    return f"{human_size(size)} a message" if size else "no fixed limit"


def _auth(arguments: Arguments) -> str:
    """The names as they came, those marked that are more or less than usual."""
    return " ".join(f"{name} ({mark})" if (mark := _mark(name)) else name for name in arguments)


def _mark(name: str) -> str:
    known = MECHANISMS.get(name.upper())
    if known is None:
        return ""
    return "historic" if known.historic else "strong" if known.strength >= _STRONG else ""


def _mechanism(name: str) -> str:
    known = MECHANISMS.get(name.upper())
    if known is None:
        return keywords()["AUTH"].mechanisms.get(name.upper(), "")
    return f"{worth}: {known.merit}" if (worth := strength(name)) else known.merit


def _limits(arguments: Arguments) -> str:
    return ", ".join(map(_limit_in_short, arguments))


def _limit_in_short(argument: str) -> str:
    name, _, value = argument.partition("=")
    words = _LIMITS.get(name.upper())
    return f"{value} {words}" if words is not None and whole_number(value) is not None else argument


def _limit(argument: str) -> str:
    words = _limit_in_short(argument)
    return f"at most {words}" if words != argument else ""


def _deliver_by(arguments: Arguments) -> str:
    if not arguments:
        return ""
    least = whole_number(arguments[0])
    return f"{human_span(least)} or longer" if least is not None else ""


def _future_release(arguments: Arguments) -> str:
    return ", ".join(words for argument in arguments if (words := _ahead(argument)))


def _ahead(argument: str) -> str:
    seconds = whole_number(argument)
    if seconds is not None:
        return f"at most {human_span(seconds)} ahead"
    try:
        return f"until {datetime.fromisoformat(argument):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return ""


def _tracking(arguments: Arguments) -> str:
    longest = whole_number(arguments[0]) if arguments else None
    return f"for at most {human_span(longest)}" if longest is not None else ""


def _soliciting(arguments: Arguments) -> str:
    return f"not wanted: {' '.join(arguments)}" if arguments else ""


def _burl(arguments: Arguments) -> str:
    return ", ".join(filter(None, map(_url, arguments)))


def _url(argument: str) -> str:
    if argument.lower() == "imap":
        return "any IMAP URL with permission"
    return f"from {argument[7:]}" if argument.lower().startswith("imap://") else ""


def _priorities(arguments: Arguments) -> str:
    return f"profile {arguments[0]}" if arguments else ""


def _as_they_came(arguments: Arguments) -> str:
    return " ".join(arguments)


def _from(table: Mapping[str, str]) -> Callable[[str], str]:
    return lambda argument: table.get(argument.upper(), "")


_IN_WORDS: Mapping[str, Callable[[Arguments], str]] = MappingProxyType(
    {
        "SIZE": _size,
        "AUTH": _auth,
        "X-EXPS": _as_they_came,
        "LIMITS": _limits,
        "DELIVERBY": _deliver_by,
        "FUTURERELEASE": _future_release,
        "MT-PRIORITY": _priorities,
        "MTRK": _tracking,
        "NO-SOLICITING": _soliciting,
        "BURL": _burl,
        "XCLIENT": _as_they_came,
        "XFORWARD": _as_they_came,
    }
)

_ONE_BY_ONE: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "AUTH": _mechanism,
        "X-EXPS": _mechanism,
        "LIMITS": _limit,
        "FUTURERELEASE": _ahead,
        "MT-PRIORITY": _from(_PROFILES),
        "NO-SOLICITING": lambda argument: "a class of messages that is not wanted",
        "BURL": _url,
        "XCLIENT": _from(_ATTRIBUTES),
        "XFORWARD": _from(_ATTRIBUTES),
    }
)


def ready(keyword: str, arguments: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The commands that follow from the arguments, and what each does: AUTH for each mechanism."""
    if keyword == "AUTH":
        for name in dict.fromkeys(map(str.upper, arguments)):
            if name in MECHANISMS:
                yield f"AUTH {name}", MECHANISMS[name].merit
