"""The practice server's reading of a stream, wherever the stream is cut."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.practice.inbox import EndOfInput, Inbox, LineTooLong

Result = TypeVar("Result")

PIECES = [b"\r", b"\n", b"\r\n", b".", b"a", b"\0", b"\xff"]
octets = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)
cuts = st.lists(st.integers(1, 60), max_size=20)


async def rest(inbox: Inbox) -> bytes:
    left = bytearray()
    while True:
        try:
            left += await inbox.octets(1)
        except EndOfInput:
            return bytes(left)


def read(
    data: bytes, cuts: list[int], reading: Callable[[Inbox], Awaitable[Result]]
) -> tuple[Result, bytes]:
    """What a reading gives of a stream that comes cut at these places, and what it leaves."""
    places = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]

    async def trickle(stream: asyncio.StreamReader) -> None:
        for start, stop in itertools.pairwise(places):
            stream.feed_data(data[start:stop])
            await asyncio.sleep(0)
        stream.feed_eof()

    async def run() -> tuple[Result, bytes]:
        stream = asyncio.StreamReader()
        inbox = Inbox(stream)
        trickling = asyncio.create_task(trickle(stream))
        result = await reading(inbox)
        await trickling
        return result, await rest(inbox)

    return asyncio.run(run())


def on_the_wire(content: bytes) -> bytes:
    """Message text as a client sends it, whose lines are those that CRLF ends."""
    lines = content.split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b".\r\n"


@given(octets, octets, cuts)
def test_a_message_is_what_was_sent_and_the_rest_stays(
    text: bytes, behind: bytes, cuts: list[int]
) -> None:
    content = text + b"\r\n"
    sent = on_the_wire(content) + behind
    assert read(sent, cuts, lambda inbox: inbox.message(1000)) == (content, behind)


@given(octets, octets, cuts)
def test_a_message_over_the_limit_is_read_to_its_end(
    text: bytes, behind: bytes, cuts: list[int]
) -> None:
    content = b"....." + text + b"\r\n"
    sent = on_the_wire(content) + behind
    limit = len(content)
    assert read(sent, cuts, lambda inbox: inbox.message(limit)) == (content, behind)
    assert read(sent, cuts, lambda inbox: inbox.message(limit - 1)) == (None, behind)
    assert read(sent, cuts, lambda inbox: inbox.message(1)) == (None, behind)


@given(octets, cuts)
def test_an_empty_message_is_a_dot_alone(behind: bytes, cuts: list[int]) -> None:
    assert read(b".\r\n" + behind, cuts, lambda inbox: inbox.message(10)) == (b"", behind)


@given(octets.map(lambda text: text.replace(b"\n", b"")), octets, cuts)
def test_a_line_ends_with_lf_and_the_rest_stays(
    line: bytes, behind: bytes, cuts: list[int]
) -> None:
    sent = line + b"\n"
    limit = len(sent)
    assert read(sent + behind, cuts, lambda inbox: inbox.line(limit)) == (sent, behind)


@given(octets.map(lambda text: text.replace(b"\n", b"")), octets, cuts)
def test_a_line_over_the_limit_is_thrown_away_whole(
    line: bytes, behind: bytes, cuts: list[int]
) -> None:
    async def refused(inbox: Inbox) -> bool:
        with pytest.raises(LineTooLong):
            await inbox.line(2)
        return True

    assert read(b"xx" + line + b"\n" + behind, cuts, refused) == (True, behind)


@given(octets, octets, cuts)
def test_counted_octets_are_taken_whatever_they_are(
    chunk: bytes, behind: bytes, cuts: list[int]
) -> None:
    async def skip(inbox: Inbox) -> bytes:
        await inbox.skip(len(chunk))
        return b""

    sent = chunk + behind
    assert read(sent, cuts, lambda inbox: inbox.octets(len(chunk))) == (chunk, behind)
    assert read(sent, cuts, skip) == (b"", behind)
