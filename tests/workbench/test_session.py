"""The view of a session, folded from events, and the rail drawn from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smtp_tui.smtp.state import Phase, Transaction
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.workbench.panes.status import status_line
from smtp_tui.workbench.rail import Mark, rail
from smtp_tui.workbench.session import Link, SessionView, advance
from tests.workbench.scene import FACTS, GMAIL, Scene

IMPLICIT = replace(GMAIL, port=465, tls=TlsMode.IMPLICIT)
PLAIN = replace(GMAIL, port=25, tls=TlsMode.NONE)


class Folded:
    """A scene whose events are folded as they come."""

    def __init__(self, target: Target = GMAIL) -> None:
        self.view = SessionView()
        self.scene = Scene(self._take, target)

    def _take(self, event: wire.Event) -> None:
        self.view = advance(self.view, event)

    @property
    def marks(self) -> dict[str, Mark]:
        """The rail, the first EHLO under ``EHLO`` and one behind TLS under ``EHLO'``."""
        found: dict[str, Mark] = {}
        for stage in rail(self.view):
            found[f"{stage.name}'" if stage.name in found else stage.name] = stage.mark
        return found


def test_connecting_goes_from_nothing_to_an_open_link() -> None:
    folded = Folded()
    assert folded.view.link is Link.IDLE
    folded.scene.connecting()
    assert folded.view.link is Link.CONNECTING
    assert folded.view.target == GMAIL
    folded = Folded()
    folded.scene.open()
    assert folded.view.link is Link.OPEN
    assert folded.view.greeting == 220
    assert folded.view.takes_lines


def test_looking_up_a_name_has_a_word_of_its_own() -> None:
    folded = Folded()
    folded.scene.sink(wire.Opening(0, 1, GMAIL, 0))
    folded.scene.sink(wire.Resolving(0, 1, "smtp.example.org"))
    assert folded.view.link is Link.RESOLVING


def test_events_of_a_connection_that_was_replaced_change_nothing() -> None:
    folded = Folded()
    folded.scene.open()
    before = folded.view
    assert advance(before, wire.Gone(1.0, 7, True, "old")) is before


def test_a_new_connection_forgets_everything_of_the_last() -> None:
    folded = Folded()
    folded.scene.secured()
    opening = wire.Opening(0, 2, GMAIL, 0)
    assert advance(folded.view, opening) == advance(SessionView(), opening)
    assert advance(folded.view, opening).link is Link.CONNECTING


def test_a_failure_keeps_its_sentence_and_what_would_help() -> None:
    folded = Folded()
    folded.scene.connecting()
    folded.scene.sink(
        wire.Failed(0, 1, wire.Failure.CONNECT, "Nobody listens there.", wire.Remedy.USE_STARTTLS)
    )
    folded.scene.gone()
    assert folded.view.link is Link.FAILED
    assert folded.view.text == "Nobody listens there."
    assert folded.view.remedy is wire.Remedy.USE_STARTTLS
    assert not folded.view.live


def test_a_note_may_bring_a_remedy_and_one_without_takes_none_away() -> None:
    folded = Folded()
    folded.scene.open(b"")
    folded.scene.sink(wire.Note(0, 1, "Silent.", wire.Remedy.USE_IMPLICIT_TLS))
    folded.scene.sink(wire.Note(0, 1, "Still silent."))
    assert folded.view.remedy is wire.Remedy.USE_IMPLICIT_TLS


def test_a_refused_certificate_is_kept_to_be_looked_at() -> None:
    facts = replace(FACTS, verified=False, problem="expired")
    folded = Folded()
    folded.scene.greeted().both(b"STARTTLS", b"220 go\r\n")
    folded.scene.sink(wire.Failed(0, 1, wire.Failure.TLS, "Expired.", None, facts))
    assert folded.view.tls == facts
    assert not folded.view.encrypted
    assert folded.marks["TLS"] is Mark.FAILED


@pytest.mark.parametrize(
    ("answer", "words"),
    [(b"", "connection lost"), (b"220 go\r\n250 AUTH PLAIN\r\n", "protocol broken")],
)
def test_a_session_that_ended_badly_looks_grave_in_the_top_line(answer: bytes, words: str) -> None:
    folded = Folded()
    folded.scene.greeted().client(b"STARTTLS")
    if answer:
        folded.scene.server(answer)
    folded.scene.gone(clean=False, text="It ended.")
    for width in (120, 80):
        line = status_line(folded.view, width)
        assert line.plain.startswith(f" ✗ {words}  smtp.example.org")
        assert all(str(span.style) == "$error" for span in line.spans[:2])


def test_a_session_that_ended_well_looks_calm_in_the_top_line() -> None:
    folded = Folded()
    folded.scene.greeted().gone()
    assert status_line(folded.view, 120).plain.startswith(" ○ closed  smtp.example.org")


def test_a_refused_certificate_breaks_no_protocol() -> None:
    folded = Folded()
    folded.scene.greeted().client(b"STARTTLS").server(b"220 go\r\n")
    folded.scene.sink(wire.Failed(0, 1, wire.Failure.TLS, "The certificate expired."))
    folded.scene.dialogue.tls_failed("The certificate expired.")
    state = folded.scene.dialogue.state
    assert state.phase is Phase.BROKEN
    folded.scene.sink(wire.StateChanged(0, 1, state, ()))
    folded.scene.gone(clean=False)
    assert folded.view.ending == "No TLS"


def test_the_last_round_trip_is_known() -> None:
    folded = Folded()
    folded.scene.greeted()
    assert folded.view.rtt == 0.04


def test_capabilities_are_kept_for_each_stage_of_the_session() -> None:
    folded = Folded()
    folded.scene.secured()
    stages = folded.view.stages
    assert stages.before_tls is not None
    assert "STARTTLS" in stages.before_tls
    assert stages.after_tls == folded.view.state.extensions
    assert "STARTTLS" not in folded.view.state.extensions
    assert folded.view.verified
    assert stages.after_auth is None


def test_helo_asks_for_no_capabilities_but_stands_on_the_rail() -> None:
    folded = Folded()
    folded.scene.open().both(b"HELO me", b"250 mx\r\n")
    assert folded.view.stages.heard == ()
    assert folded.marks["EHLO"] is Mark.NOW


def test_only_an_ehlo_after_auth_tells_what_is_offered_then() -> None:
    folded = Folded()
    folded.scene.secured().both(b"AUTH PLAIN AGEAYg==", b"235 2.7.0 Accepted\r\n")
    assert folded.view.stages.after_auth is None
    folded.scene.both(b"EHLO me", b"250-mx\r\n250 BURL imap\r\n")
    stages = folded.view.stages
    assert stages.after_auth is not None
    assert list(stages.after_auth) == ["BURL"]
    assert [title for title, _ in stages.heard] == ["before TLS", "after TLS", "after AUTH"]


def test_what_is_offered_after_xclient_stands_apart_until_the_session_changes_again() -> None:
    folded = Folded(PLAIN)
    folded.scene.greeted().both(b"XCLIENT ADDR=192.0.2.1", b"220 mx ESMTP\r\n")
    folded.scene.both(b"EHLO me", b"250-mx\r\n250 DSN\r\n")
    stages = folded.view.stages
    assert stages.before_tls is not None
    assert "STARTTLS" in stages.before_tls
    assert stages.after_xclient is not None
    assert list(stages.after_xclient) == ["DSN"]
    folded.scene.both(b"STARTTLS", b"220 go\r\n").tls().both(b"EHLO me", b"250-mx\r\n250 ETRN\r\n")
    assert folded.view.stages.after_tls is not None
    assert list(folded.view.stages.after_xclient or ()) == ["DSN"]


def test_a_challenge_is_decoded_and_counted_until_it_is_answered() -> None:
    folded = Folded()
    folded.scene.secured().both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
    exchange = folded.view.exchange
    assert exchange is not None
    assert (exchange.mechanism, exchange.number, exchange.challenge) == ("LOGIN", 1, b"Username:")
    folded.scene.both(b"dXNlcg==", b"334 UGFzc3dvcmQ6\r\n")
    exchange = folded.view.exchange
    assert exchange is not None
    assert (exchange.number, exchange.challenge) == (2, b"Password:")
    folded.scene.both(b"cGFzcw==", b"235 ok\r\n")
    assert folded.view.exchange is None
    assert folded.view.state.phase is Phase.COMMAND


def test_the_rail_lights_one_stage_and_dims_what_lies_ahead() -> None:
    folded = Folded()
    assert set(folded.marks.values()) == {Mark.AHEAD}
    folded.scene.connecting()
    assert folded.marks["TCP"] is Mark.BUSY
    folded = Folded()
    folded.scene.open()
    assert folded.marks["TCP"] is Mark.DONE
    assert folded.marks["220"] is Mark.NOW
    assert folded.marks["EHLO"] is Mark.AHEAD


def test_the_rail_shows_what_waits_for_a_reply_as_busy() -> None:
    folded = Folded()
    folded.scene.open().client(b"EHLO me")
    assert folded.marks["EHLO"] is Mark.BUSY
    assert folded.marks["220"] is Mark.DONE


def test_the_rail_tells_the_ehlo_behind_tls_from_the_one_before() -> None:
    folded = Folded()
    folded.scene.greeted().both(b"STARTTLS", b"220 go\r\n").tls()
    assert folded.marks["EHLO"] is Mark.DONE
    assert folded.marks["TLS"] is Mark.NOW
    assert folded.marks["EHLO'"] is Mark.AHEAD
    folded.scene.client(b"EHLO me")
    assert folded.marks["EHLO'"] is Mark.BUSY


def test_implicit_tls_stands_before_the_greeting() -> None:
    folded = Folded(IMPLICIT)
    folded.scene.open()
    names = [stage.name for stage in rail(folded.view)]
    assert names[:4] == ["TCP", "TLS", "220", "EHLO"]
    assert folded.marks["TLS"] is Mark.DONE


def test_a_session_in_the_clear_has_no_tls_on_its_rail() -> None:
    folded = Folded(PLAIN)
    folded.scene.open()
    assert "TLS" not in [stage.name for stage in rail(folded.view)]


def test_the_rail_counts_recipients_and_keeps_a_taken_message_in_sight() -> None:
    folded = Folded()
    folded.scene.secured().both(b"MAIL FROM:<a@example.org>", b"250 ok\r\n")
    folded.scene.both(b"RCPT TO:<b@example.org>", b"250 ok\r\n")
    folded.scene.both(b"RCPT TO:<c@example.org>", b"250 ok\r\n")
    assert folded.marks["RCPT ×2"] is Mark.NOW
    folded.scene.both(b"DATA", b"354 go\r\n")
    assert folded.marks["DATA"] is Mark.NOW
    folded.scene.both(b".", b"250 queued\r\n")
    assert folded.view.state.transaction is Transaction.NONE
    assert folded.marks["DATA ✓"] is Mark.NOW
    assert folded.marks["RCPT ×2"] is Mark.DONE
    folded.scene.both(b"MAIL FROM:<a@example.org>", b"250 ok\r\n")
    assert folded.marks["MAIL"] is Mark.NOW
    assert folded.marks["DATA"] is Mark.AHEAD


def test_a_greeting_that_refuses_stands_on_the_rail_with_its_code() -> None:
    folded = Folded()
    folded.scene.open(b"554 no service\r\n")
    assert "554" in folded.marks


def test_the_rail_of_a_closed_connection_shows_how_far_it_came() -> None:
    folded = Folded()
    folded.scene.greeted().gone()
    assert folded.marks["EHLO"] is Mark.DONE
    assert Mark.NOW not in folded.marks.values()
