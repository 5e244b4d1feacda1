"""The practice server with faults: what it does otherwise than it should."""

from __future__ import annotations

import asyncio
import ssl

from smtp_tui.practice.connection import HOST_NAME, READY, Goodbye, Vanished
from smtp_tui.practice.conversation import Conversation, Transaction
from smtp_tui.practice.faults import Aspect, Fault, Faults
from smtp_tui.practice.mailbox import Mailbox
from smtp_tui.practice.recipients import Accept, Acquaintances, Greylist, Part
from smtp_tui.practice.replies import Refusal, Reply, say

_INJECTED = f"\r\n250-{HOST_NAME} at your service\r\n250 AUTH PLAIN LOGIN".encode()
_GARBAGE = b"\x1b]0;owned\x07\x1b[2J\xff\xfe\x00 this is no reply"
_IMAP_GREETING = b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] IMAP ready"
_HELLOS = (b"EHLO", b"HELO")


class Misbehaving(Conversation):
    """A conversation with ``faults``; in everything else it is the one it inherits from."""

    def __init__(
        self,
        context: ssl.SSLContext,
        mailbox: Mailbox,
        acquaintances: Acquaintances,
        serial: int,
        *,
        faults: Faults,
        crowded: bool = False,
    ) -> None:
        idle = faults.patience if Fault.IDLE_TIMEOUT in faults else None
        super().__init__(context, mailbox, acquaintances, serial, crowded=crowded, idle=idle)
        self._faults = faults
        if Fault.INJECT in faults:
            self.ready = READY + _INJECTED

    async def greet(self) -> None:
        """Say the first word, or what takes its place."""
        if Fault.SLOW_BANNER in self._faults:
            await asyncio.sleep(self._faults.pause)
        match self._faults.within(Aspect.GREETING):
            case Fault.BUSY:
                await self.say(Reply(421, "", (f"{HOST_NAME} Too many connections",)))
            case Fault.TURNED_AWAY:
                await self.say(Reply(554, "", (f"{HOST_NAME} No SMTP service for you",)))
            case Fault.CLOSE_AT_ONCE:
                raise Goodbye
            case Fault.IMAP:
                await self.push(_IMAP_GREETING)
            case _ if Fault.LMTP in self._faults:
                await self.say(Reply(220, "", (f"{HOST_NAME} LMTP",)))
            case _:
                await super().greet()

    async def answer(self, line: bytes) -> None:
        """Answer one command line, or do what takes the place of that."""
        verb = line.split(b" ", 1)[0].upper()
        if Fault.IMAP in self._faults:
            await self.push(b"%s BAD Unknown command" % verb[:40])
            return
        if Fault.TURNED_AWAY in self._faults and verb != b"QUIT":
            raise Refusal(503, "5.5.1", "There is no SMTP service for you: QUIT is all I take.")
        if verb in _HELLOS:
            await self._meet_hello()
        await super().answer(line)

    async def _meet_hello(self) -> None:
        if Fault.GARBAGE in self._faults:
            await self.push(_GARBAGE)
        if Fault.DROP_AT_EHLO in self._faults:
            raise Goodbye
        if Fault.LMTP in self._faults:
            raise Refusal(500, "5.5.1", "Unrecognized command.")

    # The commands

    async def smtp_LHLO(self, arg: str) -> None:
        """Greet a client that speaks LMTP (RFC 2033 4.1)."""
        if Fault.LMTP not in self._faults:
            raise Refusal(502, "5.5.1", "Unrecognized command.")
        await self.smtp_EHLO(arg)

    async def smtp_STARTTLS(self, arg: str) -> None:
        """Upgrade the connection, or refuse to."""
        if Fault.NO_STARTTLS in self._faults:
            raise Refusal(502, "5.5.1", "Unrecognized command.")
        if Fault.STARTTLS_REFUSED in self._faults:
            raise Refusal(454, "4.7.0", "TLS not available due to temporary reason.")
        await super().smtp_STARTTLS(arg)

    def _lets_sign_in(self) -> bool:
        return super()._lets_sign_in() or Fault.NO_STARTTLS in self._faults

    async def _may_sign_in(self, mechanism: str, initial: str) -> bool:
        accepted = await super()._may_sign_in(mechanism, initial)
        if Fault.AUTH_ALWAYS_FAILS in self._faults:
            raise Refusal(
                535, "5.7.8", "Username and Password not accepted. No others would be, either."
            )
        return accepted

    def _part_of(self, recipient: str) -> Part:
        part = super()._part_of(recipient)
        greylists = Fault.GREYLIST_ALL in self._faults and isinstance(part, Accept)
        return Greylist() if greylists else part

    async def smtp_DATA(self, arg: str) -> None:
        """Take the message text, or its first line alone."""
        if Fault.DROP_IN_DATA in self._faults:
            self._need_recipients()
            await self.say(say(354, "", "Go ahead"))
            await self.next_line()
            raise Vanished
        await super().smtp_DATA(arg)

    async def _accept(self, transaction: Transaction, content: bytes) -> None:
        if Fault.DROP_AFTER_DATA in self._faults:
            raise Vanished
        await super()._accept(transaction, content)
        if Fault.LMTP in self._faults:
            for _ in transaction.recipients[1:]:  # a reply for each recipient (RFC 2033 4.2)
                await self.say(say(250, "2.0.0", "OK"))
