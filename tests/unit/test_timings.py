"""How long each step took: folded from events whose times are known, and drawn."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp import events as smtp
from smtp_tui.transcript.timings import (
    MOST_SPANS,
    Outcome,
    Span,
    Step,
    Timings,
    advance,
)
from smtp_tui.transcript.waterfall import draw, duration
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target, TlsMode

HOST = Target("mail.example.org")
IMPLICIT = Target("mail.example.org", 465, TlsMode.IMPLICIT)
FACTS = wire.TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, (), True)
FIRST, SECOND = "192.0.2.1:587", "[2001:db8::1]:587"


def fold(*events: wire.Event) -> Timings:
    timings = Timings()
    for event in events:
        timings = advance(timings, event)
    return timings


def opened(target: Target = HOST) -> tuple[wire.Event, ...]:
    """A second for the name, a second for the address; ``began`` is at 10."""
    return (
        wire.Opening(10.0, 1, target, 0.0),
        wire.Resolving(10.0, 1, target.host),
        wire.Resolved(11.0, 1, target.host, (FIRST,)),
        wire.Trying(11.0, 1, FIRST),
        wire.Connected(12.0, 1, FIRST, 2.0),
    )


def reply(
    at: float, verb: bytes, code: int = 250, took: float | None = 1.0, *, tls: bool = False
) -> wire.Told:
    command = smtp.Command(verb, verb + b"\r\n")
    protection = wire.Protection.VERIFIED if tls else wire.Protection.CLEAR
    said = smtp.Reply(code, None, (b"said",), b"", command)
    return wire.Told(at, 1, said, took, protection)


def told(timings: Timings) -> list[tuple[str, float, float, Outcome]]:
    """Name, when, how long and how it ended, of each span."""
    return [
        (span.name, span.begun - timings.began, span.seconds(99.0), span.outcome)
        for span in timings.spans
    ]


DONE = Outcome.DONE


def test_each_step_of_a_session_has_its_time() -> None:
    timings = fold(
        *opened(),
        reply(13.0, b"(greeting)", 220),
        reply(15.0, b"EHLO", took=0.5),
        reply(16.0, b"STARTTLS", 220, took=0.25),
        wire.TlsStarted(16.0, 1),
        wire.TlsEstablished(18.0, 1, FACTS),
        reply(20.0, b"EHLO", took=0.125, tls=True),
        reply(21.0, b"AUTH", 235),
    )
    assert told(timings) == [
        ("DNS", 0.0, 1.0, DONE),
        ("TCP", 1.0, 1.0, DONE),
        ("greeting", 2.0, 1.0, DONE),
        ("EHLO", 4.5, 0.5, DONE),
        ("STARTTLS", 5.75, 0.25, DONE),
        ("TLS", 6.0, 2.0, DONE),
        ("EHLO again", 9.875, 0.125, DONE),
        ("AUTH", 10.0, 1.0, DONE),
    ]
    assert [span.in_tls for span in timings.spans] == [False] * 5 + [True] * 2 + [False]
    assert not timings.busy


def test_with_implicit_tls_the_greeting_is_waited_for_after_the_handshake() -> None:
    timings = fold(
        *opened(IMPLICIT),
        wire.TlsStarted(12.0, 1),
        wire.TlsEstablished(13.0, 1, FACTS),
        reply(15.0, b"(greeting)", 220, took=3.0, tls=True),
    )
    assert told(timings)[2:] == [("TLS", 2.0, 1.0, DONE), ("greeting", 3.0, 2.0, DONE)]


def test_every_address_that_was_tried_has_its_own_bar_and_result() -> None:
    timings = fold(
        wire.Opening(10.0, 1, HOST, 0.0),
        wire.Trying(10.0, 1, FIRST),
        wire.Trying(10.25, 1, SECOND),
        wire.Trying(10.5, 1, "192.0.2.3:587"),
        wire.Unreachable(10.75, 1, SECOND, "no route to that host"),
        wire.Connected(11.0, 1, FIRST, 1.0),
    )
    assert [(s.subject, s.seconds(0), s.outcome, s.text) for s in timings.spans[:3]] == [
        (FIRST, 1.0, DONE, "connected"),
        (SECOND, 0.5, Outcome.FAILED, "no route to that host"),
        ("192.0.2.3:587", 0.5, Outcome.DROPPED, "another address answered first"),
    ]


def test_what_is_under_way_grows_until_it_is_answered() -> None:
    waiting = fold(*opened())
    (greeting,) = [span for span in waiting.spans if span.ended is None]
    assert (greeting.step, greeting.seconds(14.5)) == (Step.GREETING, 2.5)
    assert waiting.busy


def test_a_failed_lookup_ends_in_the_lookup() -> None:
    timings = fold(
        wire.Opening(10.0, 1, HOST, 0.0),
        wire.Resolving(10.0, 1, HOST.host),
        wire.Failed(12.0, 1, wire.Failure.RESOLVE, "There is no such name."),
        wire.Gone(12.0, 1, False, "Not connected."),
    )
    assert told(timings) == [("DNS", 0.0, 2.0, Outcome.FAILED)]
    assert timings.spans[0].text == "There is no such name."


def test_a_failed_handshake_ends_in_the_handshake() -> None:
    timings = fold(
        *opened(IMPLICIT),
        wire.TlsStarted(12.0, 1),
        wire.Failed(12.5, 1, wire.Failure.TLS, "The certificate has expired."),
        wire.Gone(12.5, 1, False, "Closed."),
    )
    assert told(timings)[-1] == ("TLS", 2.0, 0.5, Outcome.FAILED)


def test_what_the_end_of_the_connection_leaves_unanswered_is_given_up() -> None:
    timings = fold(*opened(), wire.Gone(14.0, 1, False, "Cut."))
    assert told(timings)[-1] == ("greeting", 2.0, 2.0, Outcome.DROPPED)
    assert advance(timings, reply(15.0, b"EHLO")) is timings


def test_a_refusal_is_told_from_an_acceptance() -> None:
    timings = fold(*opened(), reply(13.0, b"(greeting)", 220), reply(15.0, b"MAIL", 550))
    assert (timings.spans[-1].outcome, timings.spans[-1].text) == (Outcome.REFUSED, "550")


def test_a_greeting_after_five_seconds_is_a_delay_and_no_fault() -> None:
    slow = fold(*opened(), reply(17.5, b"(greeting)", 220)).spans[-1]
    assert slow.remark(99.0) == "greet delay, not a fault"
    quick = fold(*opened(), reply(16.5, b"(greeting)", 220)).spans[-1]
    assert quick.remark(99.0) == ""
    refused = fold(*opened(), reply(18.0, b"(greeting)", 554)).spans[-1]
    assert refused.remark(99.0) == ""
    waiting = fold(*opened()).spans[-1]
    assert waiting.remark(16.0) == ""
    assert "wait on purpose" in waiting.remark(18.0)


def test_the_longest_wait_under_way_is_told() -> None:
    assert fold(*opened()).waiting(15.0) == 3.0
    assert fold(*opened(), reply(13.0, b"(greeting)", 220)).waiting(15.0) == 0.0


def test_a_word_that_is_no_verb_is_not_named() -> None:
    assert fold(*opened(), reply(14.0, b"AHVZZXIAC2VJCMV0", 500)).spans[-1].name == "other"


def test_events_of_another_connection_change_nothing() -> None:
    timings = fold(*opened())
    assert advance(timings, wire.TlsStarted(13.0, 2)) is timings


def test_a_new_connection_begins_anew() -> None:
    timings = fold(*opened(), wire.Opening(50.0, 2, HOST, 0.0))
    assert (timings.connection, timings.began, timings.spans) == (2, 50.0, ())


def test_ten_thousand_commands_keep_a_hundred_spans_and_the_count() -> None:
    timings = fold(*opened(), *(reply(20.0 + n, b"NOOP") for n in range(10_000)))
    assert len(timings.spans) == MOST_SPANS
    assert timings.more == 10_000 + 3 - MOST_SPANS


# Drawn


def spans(*ends: tuple[float, float]) -> Timings:
    made = (Span(Step.COMMAND, "NOOP", a, b, DONE) for a, b in ends)
    return Timings(1, 0.0, spans=tuple(made))


def shape(timings: Timings, width: int, now: float = 0.0) -> list[str]:
    return [" " * bar.indent + bar.blocks for bar in draw(timings, now, width).bars]


def test_bars_stand_where_their_time_was() -> None:
    assert shape(spans((0, 2), (2, 3), (3, 4)), 8) == ["████", "    ██", "      ██"]


def test_halves_of_a_cell_are_told_apart() -> None:
    assert shape(spans((0, 3), (3, 8)), 4) == ["█▌", " ▐██"]


def test_time_in_which_nobody_waited_is_left_out() -> None:
    fall = draw(spans((0, 2), (62, 64)), 0.0, 8)
    assert [(bar.indent, bar.blocks) for bar in fall.bars] == [(0, "████"), (4, "████")]
    assert (fall.waited, fall.idle) == (4.0, 60.0)


def test_steps_side_by_side_overlap() -> None:
    assert shape(spans((0, 4), (1, 2)), 8) == ["████████", "  ██"]


def test_the_axis_has_round_moments() -> None:
    assert draw(spans((0, 0.2)), 0.0, 40).axis == "0                   100 ms"
    assert "1 s" in draw(spans((0, 4.2)), 0.0, 60).axis


def test_a_step_without_any_duration_is_seen_all_the_same() -> None:
    assert shape(spans((1, 1), (1, 3)), 8) == ["▌", "████████"]
    assert shape(spans((0, 0)), 8) == ["▌"]


def test_durations_are_written_for_a_person() -> None:
    written = [duration(seconds) for seconds in (0.000_414, 0.0414, 0.414, 2.3, 300.0)]
    assert written == ["0.41 ms", "41.4 ms", "414 ms", "2.30 s", "300 s"]


moments = st.floats(0, 1e6)


@given(st.lists(st.tuples(moments, moments), max_size=20), st.integers(1, 200))
def test_no_bar_leaves_the_axis(ends: Iterable[tuple[float, float]], width: int) -> None:
    fall = draw(spans(*((min(two), max(two)) for two in ends)), 0.0, width)
    for bar in fall.bars:
        assert bar.blocks
        assert bar.indent + len(bar.blocks) <= width
    assert len(fall.axis) <= width
