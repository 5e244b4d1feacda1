"""The queue against a naive model: two lists, one of what was sent and one of what waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from smtp_tui.workbench.queue import MOST_LINES, Fate, Item, Queue, QueueFull

STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("add"), some.lists(some.text(max_size=3), min_size=1, max_size=3)),
        some.tuples(some.just("front"), some.lists(some.text(max_size=3), min_size=1, max_size=3)),
        some.tuples(some.just("take"), some.integers(-1, 8)),
        some.tuples(some.just("up"), some.integers(-1, 8)),
        some.tuples(some.just("down"), some.integers(-1, 8)),
        some.tuples(some.just("sent"), some.just(0)),
        some.tuples(some.just("drop"), some.just(0)),
    ),
    max_size=30,
)


@given(STEPS)
def test_what_waits_is_what_a_list_would_hold(steps: list[tuple[str, object]]) -> None:
    queue, sent, waiting = Queue(), list[str](), list[str]()
    for what, value in steps:
        match what, value:
            case (("add" | "front"), list(given_texts)):
                texts = [str(text) for text in given_texts]
                queue.add(texts, in_front=what == "front")
                sent = sent if waiting else []
                waiting = [*texts, *waiting] if what == "front" else [*waiting, *texts]
            case "take", int(index):
                place = index - len(sent)
                expected = waiting.pop(place) if 0 <= place < len(waiting) else None
                assert queue.take(index) == expected
            case (("up" | "down"), int(index)):
                by = -1 if what == "up" else 1
                one, other = sorted((index - len(sent), index - len(sent) + by))
                if moved := one >= 0 and other < len(waiting):
                    waiting[one], waiting[other] = waiting[other], waiting[one]
                assert queue.move(index, by) == moved
            case "sent", _ if waiting:
                queue.waiting[0].fate = Fate.ACCEPTED
                sent.append(waiting.pop(0))
            case "drop", _:
                assert queue.drop() == len(waiting)
                sent, waiting = [], []
        assert [item.text for item in queue.items] == sent + waiting
        assert [item.text for item in queue.waiting] == waiting


def test_more_than_the_queue_takes_is_refused_as_a_whole() -> None:
    queue = Queue()
    queue.add(["one"])
    with pytest.raises(QueueFull, match="10,001 lines"):
        queue.add(["NOOP"] * MOST_LINES)
    with pytest.raises(QueueFull, match="characters"):
        queue.add(["x" * 3_000_000])
    assert [item.text for item in queue.items] == ["one"]


def test_of_several_replies_the_worst_decides() -> None:
    item = Item(".")
    item.answered(550)
    item.answered(250)
    assert (item.fate, item.codes) == (Fate.REFUSED, (550, 250))


def test_a_line_does_not_show_in_its_repr() -> None:
    assert "c2VjcmV0" not in repr(Item("AUTH PLAIN c2VjcmV0"))
