"""The bridge: brings events from the worker's thread to the UI loop, in batches it can bear."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from smtp_tui.wire.events import Event, Received, Sent

INTERVAL = 1 / 30
"""Seconds between two drains at least; the first after a silence comes at once."""
SLICE = 0.002
"""Seconds after which a drain leaves the rest to the next, so that keys are heard in between."""
BREATH = 0.004
"""Seconds until that next one."""
COURTESY = 0.015
"""Seconds for a key to come to the screen before the next drain."""
PATIENCE = 0.1
"""Seconds between two drains at most, however many keys are pressed."""
PAUSE_ABOVE = 20_000
RESUME_BELOW = 2_000

_BATCH = 100
_OCTETS = 64 * 1024
"""Octets of the wire after which a batch is full: a piece of a message may be many lines."""
_MOST_OCTETS = 256 * 1024
"""The same where batches turn out to be delivered in no time."""

Callback = Callable[[], None]


class Bridge:
    """The worker's sink; ``deliver`` gets the events in their order, on the UI loop.

    ``post`` runs a callback on the UI loop and may be called from any thread; ``call_later`` of a
    Textual screen or app does. Above 20,000 waiting events the worker is asked to pause, below
    2,000 to resume. After ``close``, or once the loop is gone, events are dropped in silence.
    """

    def __init__(
        self,
        post: Callable[[Callback], object],
        deliver: Callable[[Sequence[Event]], object],
        *,
        clock: Callable[[], float] = time.monotonic,
        later: Callable[[float, Callback], object] | None = None,
    ) -> None:
        self._post = post
        self._deliver = deliver
        self._clock = clock
        self._later = later or _on_this_loop
        self._queue: deque[Event] = deque()
        self._octets = _OCTETS  # after which the next batch is full
        self._awake = False  # whether a drain is on its way
        self._drained = self._due = float("-inf")  # when the last drain was, the next one may be
        self._pause: Callback | None = None
        self._resume: Callback | None = None
        self._paused = False
        self._balance = threading.RLock()  # pause and resume must not overtake each other
        self._closed = False

    def __call__(self, event: Event) -> None:
        """Take one event; from any thread, never blocks, never raises."""
        if self._closed:
            return
        self._queue.append(event)
        if len(self._queue) > PAUSE_ABOVE:
            self._hold_back()
        self._wake()

    def __len__(self) -> int:
        """How many events wait."""
        return len(self._queue)

    def throttle(self, pause: Callback, resume: Callback) -> None:
        """Whom to ask to stop reading, and to go on; both must be callable from any thread."""
        self._pause = pause
        self._resume = resume

    def give_way(self) -> None:
        """Somebody pressed a key and wants to see it: in a flood, leave the loop to that."""
        if len(self._queue) > _BATCH:
            until = min(self._clock() + COURTESY, self._drained + PATIENCE)
            self._due = max(self._due, until)

    def close(self) -> None:
        """Drop what waits and whatever still comes; a worker that pauses goes on."""
        self._closed = True
        self._queue.clear()
        self._let_go()

    def _wake(self) -> None:
        if not self._awake:
            self._awake = True
            self._on_loop(self._begin)

    def _on_loop(self, callback: Callback) -> None:
        try:
            accepted = self._post(callback)
        except RuntimeError:  # the loop is closed: nobody is there to be told
            self.close()
            return
        if accepted is False:  # not running yet, or closing; the next event tries again
            self._awake = False

    def _begin(self) -> None:
        wait = self._due - self._clock()
        if wait > 0:
            self._later(wait, lambda: self._on_loop(self._begin))
        else:
            self._drain()

    def _drain(self) -> None:
        begun = now = self._clock()
        queue = self._queue
        while queue and not self._closed and now < begun + SLICE:
            before = now
            self._deliver(self._batch())
            now = self._clock()
            quick = now < before + SLICE
            self._octets = min(self._octets * 2, _MOST_OCTETS) if quick else _OCTETS
        self._drained = self._clock()
        self._due = self._drained + (BREATH if queue else INTERVAL)
        self._let_go()
        self._awake = False
        if queue:  # left over, or come while it was being looked at
            self._wake()

    def _batch(self) -> list[Event]:
        """The next events, as many as can be delivered in a moment; one at least."""
        queue, batch, octets = self._queue, list[Event](), 0
        while queue and len(batch) < _BATCH and octets < self._octets:
            event = queue.popleft()
            batch.append(event)
            if isinstance(event, Sent | Received):
                octets += len(event.data)
        return batch

    def _hold_back(self) -> None:
        with self._balance:
            if not self._paused and self._pause is not None and len(self._queue) > PAUSE_ABOVE:
                self._paused = True
                self._pause()

    def _let_go(self) -> None:
        with self._balance:
            if self._paused and self._resume is not None and len(self._queue) < RESUME_BELOW:
                self._paused = False
                self._resume()


def _on_this_loop(delay: float, callback: Callback) -> None:
    asyncio.get_running_loop().call_later(delay, callback)
