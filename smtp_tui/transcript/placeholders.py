"""Placeholders: the words in a line, as ``{PLAIN}``, that stand for what credentials produce."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from smtp_tui.sasl.credentials import Channel, Credentials, CredentialsError, Exchange
from smtp_tui.sasl.login import answers
from smtp_tui.sasl.mechanisms import MECHANISMS, Secret, begin
from smtp_tui.sasl.plain import message

_FORM = re.compile(rb"\{([A-Z][A-Z0-9_-]*(?:\.[A-Za-z0-9_-]+)?)\}")
_AUTH = re.compile(rb"\s*AUTH\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """``label`` names what is masked; ``produce`` gives the octets before Base64.

    Without ``produce`` it stands for what the mechanism of its name says at that point.
    """

    label: str
    secret: Secret
    needs_user: bool = True
    produce: Callable[[Credentials], bytes] | None = None

    @property
    def needs_password(self) -> bool:
        """Whether a password or token goes into it."""
        return self.secret is not Secret.NOTHING


@dataclass(frozen=True, slots=True)
class Filled:
    """A line with its placeholders replaced; ``secrets`` are the Base64 words that came in."""

    line: bytes = field(repr=False)
    secrets: tuple[tuple[bytes, str], ...] = field(repr=False)


PLACEHOLDERS: Mapping[str, Placeholder] = MappingProxyType(
    {
        "PLAIN": Placeholder("PLAIN", Secret.PASSWORD, produce=message),
        "LOGIN.user": Placeholder("LOGIN", Secret.NOTHING, produce=lambda who: answers(who)[0]),
        "LOGIN.password": Placeholder(
            "LOGIN", Secret.PASSWORD, produce=lambda who: answers(who)[1]
        ),
        **{
            each.name: Placeholder(each.name, each.secret, each.needs_user)
            for each in MECHANISMS.values()
            if each.name not in ("PLAIN", "LOGIN")
        },
    }
)


def names_in(line: bytes) -> Iterator[str]:
    """The names between braces in a line, known or not; other braces are not placeholders."""
    for match in _FORM.finditer(line):
        yield match[1].decode("ascii")


class Filler:
    """Fills lines for one connection, and follows the challenges that come on it.

    Filling the same line twice gives the same octets, as long as no challenge comes between.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The exchange is over, or the connection is another one."""
        self._exchange: Exchange | None = None
        self._whose: object = None
        self._complete = False
        self._challenge: bytes | None = b""
        self._step = 0
        self._asked: object = None
        self._said: bytes | CredentialsError = b""

    def challenged(self, number: int, challenge: bytes | None) -> None:
        """The challenge of that number came, decoded; None is one that is no Base64."""
        self._step = number
        self._challenge = challenge

    def fill(self, line: bytes, credentials: Credentials, channel: Channel) -> Filled:
        """Put the Base64 of what the credentials produce in place of each placeholder.

        The names must be known. Raises ``CredentialsError`` when the credentials do not fit the
        form, or the challenge does not.
        """
        words: list[tuple[bytes, str]] = []
        begins = _AUTH.match(line) is not None

        def word(match: re.Match[bytes]) -> bytes:
            name = match[1].decode("ascii")
            placeholder = PLACEHOLDERS[name]
            if placeholder.produce is not None:
                octets = placeholder.produce(credentials)
            else:
                octets = self._next(name, begins, credentials, channel)
            token = base64.b64encode(octets) or (b"=" if begins else b"")
            words.append((token, placeholder.label))
            return token

        filled = _FORM.sub(word, line)
        return Filled(filled, tuple(each for each in words if len(each[0]) > 1))

    def _next(self, name: str, begins: bool, credentials: Credentials, channel: Channel) -> bytes:
        whose = (name, credentials, channel)
        asked = (whose, begins, self._step, self._challenge)
        if asked != self._asked:
            self._asked = asked
            exchange = self._exchange
            try:
                if begins or exchange is None or whose != self._whose:
                    self._said = self._begin(name, begins, credentials, channel)
                    self._whose = whose
                else:
                    self._said = self._answer(exchange, name)
            except CredentialsError as error:
                self._said = error
        if isinstance(self._said, CredentialsError):
            raise self._said
        return self._said

    def _begin(self, name: str, begins: bool, credentials: Credentials, channel: Channel) -> bytes:
        self._complete = False
        self._exchange = exchange = begin(name, credentials, channel)
        first = next(exchange)
        if first is not None:
            return first
        if begins:
            raise CredentialsError(
                f"{name} begins with the server's challenge: send AUTH {name} without more."
            )
        return self._answer(exchange, name)

    def _answer(self, exchange: Exchange, name: str) -> bytes:
        if self._challenge is None:
            raise CredentialsError("The server's challenge is no Base64: * leaves the exchange.")
        try:
            response = exchange.send(self._challenge)
        except StopIteration:
            if MECHANISMS[name].mutual and not self._complete:
                self._complete = True
                return b""
            response = None
        except CredentialsError as error:
            raise CredentialsError(f"{error} * leaves the exchange.") from None
        if response is None:
            raise CredentialsError(f"{name} has nothing more to say: * leaves the exchange.")
        return response


def check(line: bytes, credentials: Credentials, channel: Channel) -> None:
    """Raise ``CredentialsError`` if the credentials cannot be put into a line's placeholders."""
    for name in names_in(line):
        produce = PLACEHOLDERS[name].produce
        if produce is not None:
            produce(credentials)
        elif not MECHANISMS[name].binds:
            next(begin(name, credentials, channel))
