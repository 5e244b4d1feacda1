"""The bridge: events cross from the worker's thread to the loop, in order, in batches, bounded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from textual.app import App

from smtp_tui.wire.events import Event, Note, Protection, Sent
from smtp_tui.workbench.bridge import (
    BREATH,
    COURTESY,
    INTERVAL,
    PATIENCE,
    PAUSE_ABOVE,
    RESUME_BELOW,
    SLICE,
    Bridge,
)


class Loop:
    """A loop that runs when a test says so, with a clock that stands still meanwhile."""

    def __init__(self) -> None:
        self.now = 100.0
        self.posted: list[Callable[[], None]] = []
        self.later: list[tuple[float, Callable[[], None]]] = []
        self.batches: list[list[Event]] = []
        self.cost = 0.0
        self.open = True
        self.bridge = Bridge(self.post, self.deliver, clock=lambda: self.now, later=self.call_later)

    def post(self, callback: Callable[[], None]) -> bool:
        if self.open:
            self.posted.append(callback)
        return self.open

    def call_later(self, delay: float, callback: Callable[[], None]) -> None:
        self.later.append((delay, callback))

    def deliver(self, events: Sequence[Event]) -> None:
        self.batches.append([*events])
        self.now += self.cost * len(events)

    def run(self) -> None:
        """Run what was posted, not what that posts in its turn."""
        posted, self.posted = self.posted, []
        for callback in posted:
            callback()

    def wait(self) -> None:
        """Let the time pass for which something waits."""
        later, self.later = self.later, []
        for delay, callback in later:
            self.now += delay
            callback()
        self.run()

    @property
    def told(self) -> list[str]:
        return [event.text for batch in self.batches for event in batch if isinstance(event, Note)]


def note(number: int) -> Note:
    return Note(1.0, 1, str(number))


def test_the_first_event_after_a_silence_is_delivered_at_once() -> None:
    loop = Loop()
    loop.bridge(note(1))
    loop.run()
    assert loop.told == ["1"]
    assert loop.later == []


def test_events_that_come_together_need_one_wake_up() -> None:
    loop = Loop()
    for number in range(50):
        loop.bridge(note(number))
    assert len(loop.posted) == 1
    loop.run()
    assert loop.told == [str(number) for number in range(50)]
    assert loop.posted == []


def flooded() -> Loop:
    """A loop that has drained a part of what waits, and is to drain more in a moment."""
    loop = Loop()
    loop.cost = SLICE / 100
    for number in range(10_000):
        loop.bridge(note(number))
    loop.run()
    loop.run()
    assert len(loop.later) == 1
    return loop


def test_in_a_flood_a_key_goes_before_the_next_drain() -> None:
    loop = flooded()
    loop.now += BREATH / 2
    pressed, before = loop.now, len(loop.told)
    loop.bridge.give_way()
    loop.wait()
    assert len(loop.told) == before
    loop.wait()
    assert len(loop.told) > before
    assert loop.now >= pressed + COURTESY


def test_keys_do_not_keep_the_flood_from_being_shown() -> None:
    loop = flooded()
    drained, before = loop.now, len(loop.told)
    while len(loop.told) == before:
        loop.bridge.give_way()
        loop.wait()
    assert loop.now <= drained + PATIENCE + SLICE * 2


def test_what_a_key_brought_about_is_shown_at_once() -> None:
    loop = Loop()
    loop.bridge.give_way()
    loop.bridge(note(1))
    loop.run()
    assert loop.told == ["1"]


def test_the_next_drain_waits_for_its_turn() -> None:
    loop = Loop()
    loop.bridge(note(1))
    loop.run()
    loop.bridge(note(2))
    loop.run()
    assert loop.told == ["1"]
    assert [delay for delay, _ in loop.later] == [pytest.approx(INTERVAL)]
    loop.wait()
    assert loop.told == ["1", "2"]


def test_a_drain_leaves_the_rest_when_it_has_held_the_loop_long_enough() -> None:
    loop = Loop()
    loop.cost = SLICE / 399
    for number in range(2000):
        loop.bridge(note(number))
    loop.run()
    assert len(loop.told) == 400
    loop.run()
    assert [delay for delay, _ in loop.later] == [pytest.approx(BREATH)]
    while loop.posted or loop.later:
        loop.run()
        loop.wait()
    assert loop.told == [str(number) for number in range(2000)]


def test_a_few_large_events_are_a_batch() -> None:
    loop = Loop()
    pieces = [bytes([number]) * 65536 for number in range(50)]
    for piece in pieces:
        loop.bridge(Sent(1.0, 1, piece, 0, (), "", Protection.CLEAR, message=True))
    loop.run()
    assert all(len(batch) <= 4 for batch in loop.batches)
    sent = [event.data for batch in loop.batches for event in batch if isinstance(event, Sent)]
    assert sent == pieces


def test_an_event_larger_than_a_batch_is_delivered_alone() -> None:
    loop = Loop()
    for _ in range(2):
        loop.bridge(Sent(1.0, 1, b"x" * 1_000_000, 0, (), "", Protection.CLEAR))
    loop.run()
    assert [len(batch) for batch in loop.batches] == [1, 1]


def test_the_worker_is_asked_to_pause_and_to_resume() -> None:
    loop = Loop()
    asked: list[str] = []
    loop.bridge.throttle(lambda: asked.append("pause"), lambda: asked.append("resume"))
    for number in range(PAUSE_ABOVE + 500):
        loop.bridge(note(number))
    assert asked == ["pause"]
    loop.cost = SLICE / 1000
    while len(loop.bridge) >= RESUME_BELOW:
        assert asked == ["pause"]
        loop.run()
        loop.wait()
    assert asked == ["pause", "resume"]


def test_an_event_told_while_pausing_is_kept() -> None:
    loop = Loop()
    loop.bridge.throttle(lambda: loop.bridge(note(-1)), lambda: None)
    for number in range(PAUSE_ABOVE + 1):
        loop.bridge(note(number))
    assert len(loop.bridge) == PAUSE_ABOVE + 2


def test_after_closing_nothing_is_kept_and_the_worker_goes_on() -> None:
    loop = Loop()
    asked: list[str] = []
    loop.bridge.throttle(lambda: asked.append("pause"), lambda: asked.append("resume"))
    for number in range(PAUSE_ABOVE + 1):
        loop.bridge(note(number))
    loop.bridge.close()
    loop.bridge(note(1))
    loop.run()
    assert (len(loop.bridge), loop.told, asked) == (0, [], ["pause", "resume"])


def test_a_loop_that_takes_nothing_yet_is_asked_again() -> None:
    loop = Loop()
    loop.open = False
    loop.bridge(note(1))
    loop.open = True
    loop.bridge(note(2))
    loop.run()
    assert loop.told == ["1", "2"]


def test_a_loop_that_is_gone_is_no_error() -> None:
    def gone(callback: Callable[[], None]) -> None:
        raise RuntimeError("Event loop is closed")

    bridge = Bridge(gone, lambda events: None)
    bridge(note(1))
    bridge(note(2))
    assert len(bridge) == 0


async def test_a_thread_tells_a_running_app() -> None:
    told: list[Event] = []
    done = threading.Event()
    app: App[None] = App()
    async with app.run_test() as pilot:
        bridge = Bridge(app.call_later, told.extend)

        def work() -> None:
            for number in range(5000):
                bridge(note(number))
            done.set()

        threading.Thread(target=work, daemon=True).start()
        while not done.is_set() or len(bridge):
            await pilot.pause(0.01)
        await pilot.pause()
    bridge(note(5000))
    assert [event.text for event in told if isinstance(event, Note)] == [
        str(number) for number in range(5000)
    ]
