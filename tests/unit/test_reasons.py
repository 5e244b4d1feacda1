"""A refusal gets one line that says why; every line knows what it answers and how it came."""

from __future__ import annotations

from smtp_tui.smtp.dialogue import Dialogue
from smtp_tui.smtp.events import Unsolicited
from smtp_tui.transcript.entry import entry_at
from smtp_tui.transcript.reasons import Reasons
from smtp_tui.transcript.record import Kind, Record
from smtp_tui.transcript.records import Transcript
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target

REFUSED = Unsolicited(530, "5.7.0", (b"5.7.0 Authentication required",), b"530 5.7.0 x\r\n")


class Session:
    """A dialogue whose events go to a transcript, a read or a write at a time."""

    def __init__(self) -> None:
        self.transcript = Transcript()
        self.dialogue = Dialogue()
        self.transcript.add(wire.Opening(0.0, 1, Target("mx.example.org"), 0.0))

    def read(self, *pieces: bytes) -> Session:
        for data in pieces:
            self.transcript.add(wire.Received(0.0, 1, data, wire.Protection.CLEAR))
            self.dialogue.receive_data(data)
            while (event := self.dialogue.next_event()) is not None:
                self.transcript.add(wire.Told(0.0, 1, event, None, wire.Protection.CLEAR))
            state = self.dialogue.state
            self.transcript.add(wire.StateChanged(0.0, 1, state, self.dialogue.pending_verbs))
        return self

    def write(self, *pieces: bytes) -> Session:
        for data in pieces:
            self.dialogue.raw(data)
            sent = self.dialogue.last_sent
            assert sent is not None
            clear = wire.Protection.CLEAR
            self.transcript.add(
                wire.Sent(0.0, 1, sent.data, sent.offset, sent.secrets, sent.label, clear)
            )
        return self

    def greeted(self) -> Session:
        return self.read(b"220 hi\r\n").write(b"EHLO me\r\n").read(b"250 mx.example.org\r\n")

    @property
    def records(self) -> list[Record]:
        return [self.transcript[n] for n in range(self.transcript.first, self.transcript.end)]

    @property
    def hints(self) -> list[str]:
        return [record.note for record in self.records if record.kind is Kind.HINT]

    @property
    def came(self) -> list[tuple[int, bool]]:
        return [(each.pieces, each.joined) for each in self.records if each.raw]


def test_a_refusal_is_followed_by_one_line_that_says_why() -> None:
    session = Session().greeted().write(b"MAIL FROM:<a@example.org>\r\n")
    session.read(b"530-5.7.0 Authentication Required. For more\r\n530 5.7.0 go - gsmtp\r\n")
    assert session.hints == ["why? Sign in first."]
    assert session.records[-1].kind is Kind.HINT


def test_it_ends_with_the_way_to_learn_more_where_there_is_one() -> None:
    assert Reasons("f3 explains").words(REFUSED) == "why? Sign in first. f3 explains"
    assert Reasons().words(REFUSED) == "why? Sign in first."


def test_the_session_is_known_to_what_says_why() -> None:
    session = Session().greeted().write(b"MAIL FROM:<a@example.org>\r\n")
    assert session.read(b"530 5.7.0 no\r\n").hints == ["why? Encrypt first, then sign in."]


def test_a_token_refused_in_its_exchange_is_not_taken_for_a_password() -> None:
    session = Session().greeted().write(b"AUTH XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIHgBAQ==\r\n")
    session.read(b"334 e30=\r\n").write(b"\r\n").read(b"535 5.7.8 no\r\n")
    session.write(b"AUTH PLAIN AGEAYg==\r\n").read(b"535 5.7.8 no\r\n")
    assert ["token" in hint for hint in session.hints] == [True, False]
    lines = (n for n in range(session.transcript.end) if session.transcript[n].raw[:3] == b"535")
    explanations = [entry_at(session.transcript, line).explanation for line in lines]
    assert [f"why? {each.hint}" for each in explanations if each] == session.hints


def test_the_same_refusal_again_is_not_explained_again() -> None:
    session = Session().greeted()
    for _ in range(3):
        session.write(b"RCPT TO:<x@example.org>\r\n").read(b"503 5.5.1 MAIL first.\r\n")
    session.write(b"NOSUCH\r\n").read(b"502 5.5.1 Unrecognized command.\r\n")
    session.write(b"RCPT TO:<x@example.org>\r\n").read(b"503 5.5.1 MAIL first.\r\n")
    assert [hint.split()[1] for hint in session.hints] == ["MAIL", "The", "MAIL"]


def test_what_accepts_gets_no_line_of_ours() -> None:
    assert Session().greeted().write(b"NOOP\r\n").read(b"250 2.0.0 OK\r\n").hints == []


def test_a_reply_nobody_asked_for_is_explained_too() -> None:
    assert Session().greeted().read(b"421 4.4.2 timeout\r\n").hints == [
        "why? The server waited too long for you and closes."
    ]


def test_a_reply_knows_what_it_answers() -> None:
    session = Session().greeted().write(b"nosuchcommandofalength x\r\n").read(b"500 what\r\n")
    assert [each.verb for each in session.records if each.kind is Kind.SERVER] == [
        "(greeting)", "EHLO", "NOSUCHCOMMANDOFA",
    ]  # fmt: skip


def test_reads_are_counted_for_each_line() -> None:
    session = Session().read(b"22", b"0 h", b"i\r\n")
    session.write(b"EHLO me\r\n").read(b"250-one\r\n250-tw", b"o\r\n250 three\r\n")
    came = [(each.pieces, each.joined) for each in session.records if each.kind is Kind.SERVER]
    assert came == [(3, False), (1, False), (2, True), (1, True)]


def test_octets_that_are_no_reply_are_counted_too() -> None:
    session = Session().read(b"220 hi\r\nwh", b"at\r\n250 x\r\n")
    assert session.came == [(1, False), (2, True), (1, True)]


def test_writes_are_counted_for_each_line() -> None:
    session = Session().greeted().write(b"NO", b"OP\r\n", b"NOOP\r\nRSET\r\n")
    client = [(each.pieces, each.joined) for each in session.records if each.kind is Kind.CLIENT]
    assert client[1:] == [(2, False), (1, False), (1, True)]
