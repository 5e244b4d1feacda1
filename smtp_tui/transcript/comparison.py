"""Two dialogues side by side: their exchanges aligned, and where the replies differ.

A dialogue is a script here, so that files, log files and sessions are compared alike: what was
secret is its placeholder, and another password is no difference.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from smtp_tui.smtp.replies import enhanced_status
from smtp_tui.transcript.script import ClientLine, ExpectedReply, Kind, Script

GREETING = b"(greeting)"
UNASKED = b"(unasked)"

_MOST_MATCHED = 500
"""Exchanges in a stretch that is searched for what moved; longer ones are paired in order."""


class Verdict(Enum):
    """How two exchanges compare; ``differs`` is whether that counts as a difference."""

    SAME = "same"
    OTHER_TEXT = "the same code with another text"
    OTHER_REPLY = "another reply code or enhanced status code"
    ONLY_LEFT = "only in the first"
    ONLY_RIGHT = "only in the second"

    @property
    def differs(self) -> bool:
        """Whether the servers, or the clients, did something else; words alone are no deed."""
        return self not in (Verdict.SAME, Verdict.OTHER_TEXT)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the client said, in lines, and the replies to it; of a greeting and the like a name."""

    said: tuple[bytes, ...]
    replies: tuple[ExpectedReply, ...] = ()

    @property
    def texts(self) -> tuple[tuple[bytes, ...], ...]:
        """The lines of each reply."""
        return tuple(each.texts for each in self.replies)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two exchanges that stand beside each other; None where one has no counterpart."""

    left: Exchange | None
    right: Exchange | None
    verdict: Verdict


def exchanges(script: Script) -> tuple[Exchange, ...]:
    """The exchanges of a dialogue in the order in which the client spoke."""
    said: list[tuple[bytes, ...]] = []
    replies: list[list[ExpectedReply]] = []
    waiting: deque[int] = deque()
    message: list[bytes] = []

    def say(*lines: bytes) -> None:
        waiting.append(len(said))
        said.append(lines)
        replies.append([])

    if script.expects_greeting:
        say(GREETING)
    for step in script.steps:
        match step:
            case ClientLine(line=line, kind=Kind.COMMAND):
                say(line)
            case ClientLine(line=line, kind=Kind.MESSAGE):
                message.append(line)
                if line == b".":
                    say(*message)
                    message.clear()
            case ClientLine(line=line) if said:
                said[-1] = (*said[-1], line)
            case ExpectedReply() if waiting:
                replies[waiting.popleft()].append(step)
            case ExpectedReply() if said:
                replies[-1].append(step)  # as in LMTP, where a message has several
            case ExpectedReply():
                say(UNASKED)
                replies[waiting.popleft()].append(step)
    return tuple(map(Exchange, said, map(tuple, replies)))


def compare(left: Script, right: Script) -> tuple[Pair, ...]:
    """Align two dialogues by what the client said, and judge the replies."""
    one, other = exchanges(left), exchanges(right)
    head = _common(one, other)
    tail = _common(one[head:][::-1], other[head:][::-1])
    first, second = one[head : len(one) - tail], other[head : len(other) - tail]
    return (
        *_paired(one[:head], other[:head]),
        *_aligned(first, second),
        *_paired(one[len(one) - tail :], other[len(other) - tail :]),
    )


def _common(one: Sequence[Exchange], other: Sequence[Exchange]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left.said != right.said:
            break
        count += 1
    return count


def _paired(one: Sequence[Exchange], other: Sequence[Exchange]) -> Iterator[Pair]:
    for left, right in zip(one, other, strict=True):
        yield Pair(left, right, _verdict(left, right))


def _aligned(one: Sequence[Exchange], other: Sequence[Exchange]) -> Iterator[Pair]:
    if max(len(one), len(other)) > _MOST_MATCHED:
        blocks = [(index, index, 1) for index in range(min(len(one), len(other)))]
        blocks = [block for block in blocks if one[block[0]].said == other[block[1]].said]
    else:
        keys = [each.said for each in one], [each.said for each in other]
        blocks = list(SequenceMatcher(None, *keys, autojunk=False).get_matching_blocks())
    here = there = 0
    for first, second, size in (*blocks, (len(one), len(other), 0)):
        yield from (Pair(each, None, Verdict.ONLY_LEFT) for each in one[here:first])
        yield from (Pair(None, each, Verdict.ONLY_RIGHT) for each in other[there:second])
        here, there = first + size, second + size
        yield from _paired(one[first:here], other[second:there])


def _verdict(left: Exchange, right: Exchange) -> Verdict:
    if len(left.replies) != len(right.replies) or not all(map(_agree, left.replies, right.replies)):
        return Verdict.OTHER_REPLY
    same = all(map(_same_words, left.replies, right.replies))
    return Verdict.SAME if same else Verdict.OTHER_TEXT


def _same_words(one: ExpectedReply, other: ExpectedReply) -> bool:
    """Whether they have the same text; a reply written down without says nothing of it."""
    return one.texts == other.texts or not any(one.texts) or not any(other.texts)


def _agree(one: ExpectedReply, other: ExpectedReply) -> bool:
    """Whether the codes are the same; the enhanced ones too where both replies have text."""
    pairs = zip(one.pattern, other.pattern, strict=True)
    if not all(left == right or "x" in (left, right) for left, right in pairs):
        return False
    bare = not any(one.texts) or not any(other.texts)
    return bare or enhanced_status(one.texts[0]) == enhanced_status(other.texts[0])
