"""How the practice server answers each command: the order it insists on, and its words."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime

from smtp_tui.practice.account import MECHANISMS, PRACTICE_ACCOUNT, Unreadable, decode
from smtp_tui.practice.connection import (
    HOST_NAME,
    Connection,
    Goodbye,
    Vanished,
)
from smtp_tui.practice.envelope import SIZE_LIMIT, parse_mail, parse_rcpt
from smtp_tui.practice.mailbox import Mailbox, PracticeMessage
from smtp_tui.practice.recipients import (
    Acquaintances,
    Greylist,
    Part,
    Refuse,
    Vanish,
    Wait,
    part_of,
)
from smtp_tui.practice.replies import Refusal, Reply, say

_MOST_RECIPIENTS = 100
_HINT = f'{PRACTICE_ACCOUNT.user}, password "{PRACTICE_ACCOUNT.password}".'
_CHUNK = re.compile(r"([0-9]{1,20})(?:[ \t]+(LAST))?", re.IGNORECASE)


@dataclass(slots=True)
class Transaction:
    """A message on its way: its envelope, and the octets of its chunks once BDAT began."""

    sender: str
    international: bool
    recipients: list[str] = field(default_factory=list)
    chunks: bytearray | None = None


@dataclass(slots=True)
class _Standing:
    """What the client has reached on this connection; TLS makes it start afresh."""

    hello: bool = False
    user: str | None = None
    transaction: Transaction | None = None


class Conversation(Connection):
    """The answers to one client; what it accepts goes to ``mailbox``."""

    def __init__(
        self,
        context: ssl.SSLContext,
        mailbox: Mailbox,
        acquaintances: Acquaintances,
        serial: int,
        *,
        crowded: bool = False,
        idle: float | None = None,
    ) -> None:
        super().__init__(context, serial, crowded=crowded, idle=idle)
        self._mailbox = mailbox
        self._acquaintances = acquaintances
        self._standing = _Standing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client is there; or, a second time, TLS is up and what was said before is void."""
        self._standing = _Standing()
        super().connection_made(transport)

    # What must come first

    def _need_hello(self) -> None:
        if not self._standing.hello:
            raise Refusal(503, "5.5.1", "EHLO/HELO first.")

    def _need_privacy(self) -> None:
        self._need_hello()
        if not self._lets_sign_in():
            raise Refusal(530, "5.7.0", "Must issue a STARTTLS command first.")

    def _need_user(self) -> str:
        self._need_privacy()
        if self._standing.user is None:
            raise Refusal(
                530,
                "5.7.0",
                "Authentication Required. Sign in with AUTH PLAIN or AUTH LOGIN:",
                _HINT,
            )
        return self._standing.user

    def _need_transaction(self) -> Transaction:
        self._need_user()
        if self._standing.transaction is None:
            raise Refusal(503, "5.5.1", "MAIL first.")
        return self._standing.transaction

    def _need_recipients(self) -> Transaction:
        transaction = self._need_transaction()
        if not transaction.recipients:
            raise Refusal(503, "5.5.1", "RCPT first.")
        return transaction

    # Greeting and TLS

    async def smtp_HELO(self, arg: str) -> None:
        """Greet the client (RFC 5321 4.1.1.1)."""
        self._greet(arg)
        await self.say(Reply(250, "", (f"{HOST_NAME} at your service",), signed=False))

    async def smtp_EHLO(self, arg: str) -> None:
        """Greet the client and say what is on offer now (RFC 5321 4.1.1.1)."""
        self._greet(arg)
        peer = self._writer.get_extra_info("peername")[0]
        offers = (
            f"{HOST_NAME} at your service, [{peer}]",
            f"SIZE {SIZE_LIMIT}",
            "8BITMIME",
            f"AUTH {' '.join(MECHANISMS)}" if self._lets_sign_in() else "STARTTLS",
            "ENHANCEDSTATUSCODES",
            "PIPELINING",
            "CHUNKING",
            "SMTPUTF8",
        )
        await self.say(Reply(250, "", offers, signed=False))

    def _lets_sign_in(self) -> bool:
        """Whether the connection is good enough for credentials."""
        return self.is_private()

    def _greet(self, name: str) -> None:
        if not name:
            raise Refusal(501, "5.5.4", "Empty HELO/EHLO argument not allowed.")
        self._standing.hello = True
        self._standing.transaction = None

    async def smtp_STARTTLS(self, arg: str) -> None:
        """Upgrade the connection; nothing sent in the clear lives on (RFC 3207 4.2)."""
        self._need_hello()
        _need_no_argument(arg)
        if self.is_private():
            raise Refusal(503, "5.5.1", "TLS is active already.")
        # Whoever sits on the line can add commands behind this one: they must not count as said
        # under TLS. What arrives after the answer reaches the TLS layer, which refuses it.
        self.inbox.clear()
        await super().smtp_STARTTLS("")

    # Signing in

    async def smtp_AUTH(self, arg: str) -> None:
        """Sign in (RFC 4954 4)."""
        self._need_privacy()
        if self._standing.user is not None:
            raise Refusal(503, "5.5.1", "You are signed in already.")
        mechanism, _, initial = arg.partition(" ")
        if mechanism.upper() not in MECHANISMS:
            raise Refusal(504, "5.7.4", "Unrecognized Authentication Type.")
        try:
            accepted = await self._may_sign_in(mechanism.upper(), initial.strip())
        except Unreadable:
            raise Refusal(501, "5.5.2", "Cannot Decode response.") from None
        if not accepted:
            token = f"The token of {PRACTICE_ACCOUNT.user} is {PRACTICE_ACCOUNT.token}."
            raise Refusal(
                535,
                "5.7.8",
                "Username and Password not accepted. Here only one account is known:",
                token if mechanism.upper() == "XOAUTH2" else _HINT,
            )
        self._standing.user = PRACTICE_ACCOUNT.user
        await self.say(Reply(235, "2.7.0", ("Accepted",), signed=False))

    async def _may_sign_in(self, mechanism: str, initial: str) -> bool:
        start = decode(initial.encode("utf-8", "surrogateescape")) if initial else None
        exchange = MECHANISMS[mechanism](PRACTICE_ACCOUNT, start)
        try:
            challenge = next(exchange)
            while True:
                challenge = exchange.send(await self._response(challenge))
        except StopIteration as end:
            return bool(end.value)

    async def _response(self, challenge: bytes) -> bytes:
        await self.push(b"334 " + base64.b64encode(challenge))
        line = await self.next_line()
        if line == b"*":
            raise Refusal(501, "5.7.0", "Authentication canceled.")
        return decode(line)

    # The envelope

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a message (RFC 5321 4.1.1.2)."""
        self._need_user()
        if self._standing.transaction is not None:
            raise Refusal(503, "5.5.1", "A message has begun already: RSET starts another.")
        self._standing.transaction = Transaction(*parse_mail(arg or ""))
        await self.say(say(250, "2.1.0", "OK"))

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Add a recipient, or let it play its part (RFC 5321 4.1.1.3)."""
        transaction = self._need_transaction()
        if transaction.chunks is not None:
            raise Refusal(503, "5.5.1", "The message text has begun already.")
        recipient = parse_rcpt(arg or "", transaction.international)
        if len(transaction.recipients) >= _MOST_RECIPIENTS:
            raise Refusal(452, "4.5.3", "Too many recipients.")
        match self._part_of(recipient):
            case Refuse(code) as refuse:
                raise Refusal(code, refuse.enhanced, f"This recipient asks for a {code}.")
            case Wait(seconds):
                await asyncio.sleep(seconds)
            case Vanish():
                raise Vanished
            case Greylist() if not self._acquaintances.known(transaction.sender, recipient):
                raise Refusal(451, "4.7.1", "Greylisted, try again: the second time will do.")
        transaction.recipients.append(recipient)
        await self.say(say(250, "2.1.5", "OK"))

    def _part_of(self, recipient: str) -> Part:
        return part_of(recipient)

    async def smtp_RSET(self, arg: str) -> None:
        """Forget the message (RFC 5321 4.1.1.5)."""
        _need_no_argument(arg)
        self._standing.transaction = None
        await self.say(say(250, "2.1.5", "Flushed"))

    # The message

    async def smtp_DATA(self, arg: str) -> None:
        """Take the message text up to the line with a single dot (RFC 5321 4.1.1.4)."""
        transaction = self._need_recipients()
        _need_no_argument(arg)
        if transaction.chunks is not None:
            raise Refusal(503, "5.5.1", "The message has begun with BDAT: end it with BDAT LAST.")
        await self.say(say(354, "", "Go ahead"))
        content = await self.inbox.message(SIZE_LIMIT)
        if content is None:
            self._refuse_size()
        else:
            await self._accept(transaction, content)

    async def smtp_BDAT(self, arg: str) -> None:
        """Take a chunk of counted octets (RFC 3030 2); a refused chunk is read and thrown away."""
        found = _CHUNK.fullmatch(arg)
        if found is None:
            raise Refusal(501, "5.5.4", "Say BDAT, the number of octets, and LAST for the last.")
        size = int(found[1])
        try:
            transaction = self._need_recipients()
            if transaction.chunks is None:
                transaction.chunks = bytearray()
            if len(transaction.chunks) + size > SIZE_LIMIT:
                self._refuse_size()
        except Refusal:
            await self.inbox.skip(size)
            raise
        transaction.chunks += await self.inbox.octets(size)
        if found[2]:
            await self._accept(transaction, bytes(transaction.chunks))
        else:
            await self.say(say(250, "2.0.0", f"OK {size} octets"))

    def _refuse_size(self) -> None:
        self._standing.transaction = None
        raise Refusal(552, "5.3.4", "Your message exceeds the size limit.")

    async def _accept(self, transaction: Transaction, content: bytes) -> None:
        self._standing.transaction = None
        self._mailbox.keep(
            PracticeMessage(
                transaction.sender,
                tuple(transaction.recipients),
                content,
                self._standing.user or "",
                datetime.now(UTC),
            )
        )
        await self.say(say(250, "2.0.0", "OK"))

    # The rest

    async def smtp_NOOP(self, arg: str) -> None:
        """Do nothing (RFC 5321 4.1.1.9)."""
        await self.say(say(250, "2.0.0", "OK"))

    async def smtp_HELP(self, arg: str) -> None:
        """Say what can be practised here (RFC 5321 4.1.1.8)."""
        await self.say(
            say(
                214,
                "2.0.0",
                "Commands: EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT",
                "Recipients answer to order, at any domain: 550@ or another code,",
                "greylist@ (refused once), slow5@ (after so many seconds), drop@ (hangs up)",
            )
        )

    async def smtp_VRFY(self, arg: str) -> None:
        """Neither confirm nor deny an address (RFC 5321 3.5.3)."""
        self._need_hello()
        await self.say(say(252, "2.1.5", "Send a message and see."))

    async def smtp_EXPN(self, arg: str) -> None:
        """Lists are not told (RFC 5321 3.5.2)."""
        raise Refusal(502, "5.5.1", "Unimplemented command.")

    async def smtp_QUIT(self, arg: str) -> None:
        """Say goodbye and close (RFC 5321 4.1.1.10)."""
        _need_no_argument(arg)
        await self.say(say(221, "2.0.0", "closing connection"))
        raise Goodbye


def _need_no_argument(argument: str) -> None:
    if argument:
        raise Refusal(501, "5.5.4", "This command takes no argument.")
