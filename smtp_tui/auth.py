"""``smtp-tui auth``: prints what a mechanism sends, without a connection."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from smtp_tui.arguments import Parser, add_passwords, fail, passwords, port
from smtp_tui.passwords import PasswordError, PasswordSource
from smtp_tui.sasl.clinic import base64_word
from smtp_tui.sasl.credentials import Channel, Credentials, CredentialsError, Exchange
from smtp_tui.sasl.mechanisms import MECHANISMS, Secret, begin
from smtp_tui.sasl.typed import remarks

_LINE = 512
"""Octets of a command line with its end (RFC 5321 4.5.3.1.4)."""

_MOST_ROUNDS = 10


class AuthError(Exception):
    """The string cannot be made as asked: one sentence that says what to do."""


class ChallengeError(Exception):
    """The challenge does not go with the mechanism or the credentials; one sentence."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to make: ``challenges`` are the server's, in Base64, in the order they came.

    ``command`` puts AUTH in front.
    """

    mechanism: str
    user: str = field(default="", repr=False)
    authorization: str = field(default="", repr=False)
    challenges: tuple[str, ...] = ()
    host: str = ""
    port: int = 0
    nonce: str = ""
    command: bool = False
    json: bool = False
    password: PasswordSource = field(default_factory=PasswordSource)


def command(arguments: Sequence[str]) -> int:
    """Run the subcommand with these arguments, give the exit code."""
    parser = Parser("auth", "Print what a mechanism sends, without a connection.")
    parser.add_argument("mechanism", metavar="MECHANISM", help="PLAIN, LOGIN and so on")
    parser.add_argument("--user", metavar="U", default="", help="who signs in")
    parser.add_argument("--authzid", metavar="Z", default="", help="as whom to act, if not as U")
    parser.add_argument(
        "--host", metavar="H", default="", help="the server, for the keyring and some mechanisms"
    )
    parser.add_argument(
        "--port", metavar="P", type=port, default=0, help="its port, which OAUTHBEARER names"
    )
    parser.add_argument(
        "--nonce", metavar="N", default="", help="our nonce, with which the exchange began"
    )
    parser.add_argument("--command", action="store_true", help="put AUTH and its name in front")
    parser.add_argument(
        "--challenge",
        metavar="C",
        action="append",
        default=[],
        help="answer this Base64 of the server's; once for each that came",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_passwords(parser)
    options = parser.read(arguments)

    request = Request(
        mechanism=options.mechanism,
        user=options.user,
        authorization=options.authzid,
        challenges=tuple(options.challenge),
        host=options.host,
        port=options.port,
        nonce=options.nonce,
        command=options.command,
        json=options.json,
        password=passwords(options),
    )
    try:
        return auth(request)
    except ChallengeError as error:
        return fail(str(error), 1)
    except (AuthError, CredentialsError, PasswordError) as error:
        return fail(str(error))


def auth(request: Request) -> int:
    """Print the strings, a line each, in the order they are sent; gives 0.

    Raises ``AuthError``, ``ChallengeError``, ``CredentialsError`` and ``PasswordError``.
    """
    name = request.mechanism.upper()
    if name not in MECHANISMS:
        raise AuthError(f"there is no such mechanism here: choose {_choice()}")
    if request.command and request.challenges:
        raise AuthError("an answer to a challenge has no AUTH in front: leave out --command")
    if not request.user and MECHANISMS[name].needs_user:
        raise AuthError("say who signs in with --user")
    if request.challenges and MECHANISMS[name].binds:
        raise AuthError("an answer bound to a TLS session can be made inside it only")
    challenges = [_decoded(challenge) for challenge in request.challenges]
    if any(challenges) and name.startswith("SCRAM-") and not request.nonce:
        raise AuthError("the answer depends on the r= our side began with: give it with --nonce")
    channel = Channel(request.host, request.port, nonce=request.nonce)
    credentials = _credentials(name, request)
    exchange = begin(name, credentials, channel)
    if challenges:
        lines = [_encoded(_answer(name, exchange, challenges))]
    else:
        lines = _opening(name, exchange, request.command)
    for remark in remarks(credentials.user, credentials.password):
        fail(remark.sentence)  # advice: the string is made all the same
    if request.json:
        print(json.dumps({"mechanism": name, "lines": lines}))
    else:
        print("\n".join(lines))
    return 0


def _choice() -> str:
    *names, last = MECHANISMS
    return f"{', '.join(names)} or {last}"


def _credentials(name: str, request: Request) -> Credentials:
    password = ""
    if MECHANISMS[name].secret is not Secret.NOTHING:
        password = request.password.read(request.user, request.host)
    return Credentials(request.user, password, request.authorization)


def _opening(name: str, exchange: Exchange, command: bool) -> list[str]:
    """What the client sends without having seen anything of the server's."""
    first = next(exchange)
    if name == "LOGIN":  # its answers are the same whatever the server asks
        answers = [] if first is None else [first]
        answers += _rest(exchange)
        return [*(["AUTH LOGIN"] if command else []), *map(_encoded, answers)]
    if first is None:
        if command:
            return [f"AUTH {name}"]
        raise AuthError(f"{name} answers a challenge: give the one of the server with --challenge")
    if not command:
        return [_encoded(first)]
    line = f"AUTH {name} {_encoded(first) or '='}"
    if len(line) + len("\r\n") <= _LINE:
        return [line]
    return [f"AUTH {name}", _encoded(first)]


def _rest(exchange: Exchange) -> list[bytes]:
    answers: list[bytes] = []
    for _ in range(_MOST_ROUNDS):
        try:
            answer = exchange.send(b"")
        except StopIteration:
            break
        if answer is not None:
            answers.append(answer)
    return answers


def _answer(name: str, exchange: Exchange, challenges: list[bytes]) -> bytes:
    """The answer to the last of the challenges."""
    held = next(exchange)
    answer: bytes | None = None
    for challenge in challenges:
        if held is not None and not challenge:  # it asks for what might have stood behind AUTH
            answer, held = held, None
            continue
        held = None
        try:
            answer = exchange.send(challenge)
        except StopIteration:
            if MECHANISMS[name].mutual and answer:
                answer = b""
                continue
            raise ChallengeError(f"{name} has no answer to that many challenges") from None
        except CredentialsError as error:
            raise ChallengeError(str(error).rstrip(".")) from None
        if answer is None:
            raise ChallengeError(f"the challenge does not fit {name}: send * to leave it")
    return answer or b""


def _decoded(challenge: str) -> bytes:
    """The octets of a challenge, which may stand behind its 334."""
    word = challenge.strip().removeprefix("334").strip()
    octets = b"" if word in ("", "=") else base64_word.decode(word).octets
    if octets is None:
        raise AuthError("the challenge is no Base64: copy what stands behind 334")
    return octets


def _encoded(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
