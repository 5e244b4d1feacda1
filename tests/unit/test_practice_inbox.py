"""The practice server's reading of a stream, however the stream is cut."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.practice.inbox import EndOfInput, Inbox, LineTooLong


async def feed(data: bytes, cuts: list[int]) -> Inbox:
    """An inbox on a stream that gives ``data`` in pieces cut at these places."""
    reader = asyncio.StreamReader()
    inbox = Inbox(reader)
    places = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    pieces = [data[start:stop] for start, stop in zip(places, places[1:], strict=False)]

    async def trickle() -> None:
        for piece in pieces:
            reader.feed_data(piece)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        reader.feed_eof()

    inbox_feeds.append(asyncio.create_task(trickle()))
    return inbox


inbox_feeds: list[asyncio.Task[None]] = []

cuts = st.lists(st.integers(0, 80), max_size=20)
text = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a", b"\0", b"\xff"]), max_size=30)
