"""A rehearsal: what is next in a script, and what came, over a dialogue that is made here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp.dialogue import Dialogue
from smtp_tui.transcript.rehearsal import Rehearsal
from smtp_tui.transcript.replay import NothingSaid, of_session
from smtp_tui.transcript.script import ClientLine, parse
from smtp_tui.transcript.script_secrets import hidden, redacted
from smtp_tui.wire import events as wire
from tests.unit.written_session import Written

SCRIPT = b"S: 220\nC: EHLO me\nS: 250\nC: NOOP\nS: 250\n"


class Talk:
    """A connection whose events a rehearsal is told."""

    def __init__(self, play: Rehearsal) -> None:
        self.play = play
        self.dialogue = Dialogue()
        self._offset = 0

    def client(self, line: bytes) -> None:
        data = self.dialogue.command(line)
        self.play.take(wire.Sent(1.0, 1, data, self._offset, (), "", wire.Protection.CLEAR))
        self._offset += len(data)
        self._state()

    def server(self, data: bytes) -> None:
        self.dialogue.receive_data(data)
        while (event := self.dialogue.next_event()) is not None:
            self.play.take(wire.Told(1.0, 1, event, 0.04, wire.Protection.CLEAR))
        self._state()

    def say(self) -> None:
        """The line that is next."""
        line = self.play.line()
        assert line is not None
        self.play.posted(self.play.place + 1)
        self.client(line.line)

    def _state(self) -> None:
        pending = self.dialogue.pending_verbs
        self.play.take(wire.StateChanged(1.0, 1, self.dialogue.state, pending))


def test_lines_that_the_person_says_in_between_do_not_count() -> None:
    play = Rehearsal(parse(SCRIPT))
    talk = Talk(play)
    talk.server(b"220 hello\r\n")
    talk.client(b"VRFY x")
    talk.server(b"550 no\r\n")
    talk.say()
    talk.server(b"250 fine\r\n")
    talk.client(b"HELP")
    talk.say()
    talk.server(b"214 help\r\n250 fine\r\n")
    assert play.over
    assert play.result.met == 3
    assert not play.failures


def test_what_came_instead_is_kept_and_the_rest_goes_on() -> None:
    play = Rehearsal(parse(SCRIPT))
    talk = Talk(play)
    talk.server(b"220 hello\r\n")
    talk.say()
    talk.server(b"501-no\r\n501 never\r\n")
    assert play.came[2].words == "501 no (+1)"
    assert not play.came[2].met
    talk.say()
    talk.server(b"250 fine\r\n")
    assert play.over
    assert [failure.number for failure in play.failures] == [3]


def test_a_reply_that_nothing_asks_for_is_not_due() -> None:
    play = Rehearsal(parse(b"S: 220\nC: NOOP\nS: 250\nS: 250\nC: QUIT\nS: 221\n"))
    talk = Talk(play)
    talk.server(b"220 hello\r\n")
    talk.say()
    assert play.is_due
    talk.server(b"250 fine\r\n")
    assert not play.is_due
    play.do_without()
    talk.say()
    talk.server(b"221 bye\r\n")
    assert play.over
    assert play.result.met == 3


def test_another_connection_begins_from_the_first_line() -> None:
    play = Rehearsal(parse(SCRIPT))
    talk = Talk(play)
    talk.server(b"220 hello\r\n")
    talk.say()
    play.begin()
    assert play.place == 0
    assert not play.came
    Talk(play).server(b"220 again\r\n")
    assert play.place == 1


@given(st.lists(st.sampled_from([250, 450, 550]), min_size=1, max_size=8), st.data())
def test_every_reply_is_held_against_its_own_line_wherever_others_come_between(
    codes: list[int], data: st.DataObject
) -> None:
    play = Rehearsal(parse(b"S: 220\n" + b"C: NOOP\nS: 250\n" * len(codes)))
    talk = Talk(play)
    talk.server(b"220 hello\r\n")
    for code in codes:
        between = data.draw(st.integers(0, 2))
        for _ in range(between):
            talk.client(b"RSET")
        talk.say()
        talk.server(b"555 other\r\n" * between + b"%d mine\r\n" % code)
    assert play.over
    assert play.result.met == 1 + codes.count(250)
    assert [came.words for place, came in sorted(play.came.items()) if place] == [
        f"{code} mine" for code in codes
    ]


def test_the_session_so_far_is_a_script_without_its_farewell() -> None:
    session = (
        Written()
        .server(b"220 hello\r\n")
        .client(b"EHLO me\r\n")
        .server(b"250 fine\r\n")
        .client(b"QUIT\r\n")
        .server(b"221 bye\r\n")
    )
    script = of_session(session.records)
    assert [step.line for step in script.steps if isinstance(step, ClientLine)] == [b"EHLO me"]
    assert script.expected[-1].pattern == "250"


def test_where_nothing_was_said_there_is_nothing_to_say_again() -> None:
    with pytest.raises(NothingSaid, match="Nothing was said"):
        of_session([])


TOKEN = b"AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"


def test_credentials_written_into_a_script_become_placeholders() -> None:
    script = parse(
        b"S: 220\nC: AUTH PLAIN " + TOKEN + b"\nS: 535 not " + TOKEN + b"\n"
        b"C: AUTH LOGIN\nS: 334\nC: dXNlcg==\nS: 334\nC: c2VjcmV0\nS: 235\nC: NOOP\n"
    )
    lines = [step.line for step in redacted(script).steps if isinstance(step, ClientLine)]
    assert lines == [
        b"AUTH PLAIN {PLAIN}",
        b"AUTH LOGIN",
        b"{LOGIN.user}",
        b"{LOGIN.password}",
        b"NOOP",
    ]
    assert TOKEN not in b"".join(b"".join(reply.texts) for reply in redacted(script).expected)


@given(st.lists(st.sampled_from([b"C: AUTH PLAIN {PLAIN}", b"C: NOOP", b"S: 334", b"S: 250"])))
def test_a_script_without_credentials_stays_as_it_is(lines: list[bytes]) -> None:
    script = parse(b"S: 220\n" + b"\n".join(lines))
    assert all(
        not isinstance(step, ClientLine) or b"{" not in step.line
        for place in hidden(script)
        for step in (script.steps[place],)
    )
