"""The transcript: what a session showed, line by line, safe, masked and within bounds."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.dialogue import Dialogue
from smtp_tui.transcript.records import Kind, Record, Transcript
from smtp_tui.transcript.runs import SHOWN, Role, runs, said, text
from smtp_tui.transcript.ways import Ways
from smtp_tui.wire import events as wire
from smtp_tui.wire.events import Way
from smtp_tui.wire.target import Target, TlsMode

CLEAR, VERIFIED = wire.Protection.CLEAR, wire.Protection.VERIFIED
TOKEN = base64.b64encode(b"\0user@example.org\0hunter2")
TARGET = Target("smtp.example.org")


class Session:
    """A dialogue whose events go to a transcript; time stands unless a test moves it."""

    def __init__(self, transcript: Transcript | None = None) -> None:
        self.transcript = transcript if transcript is not None else Transcript()
        self.dialogue = Dialogue()
        self.protection = CLEAR
        self.now = 100.0

    def open(self) -> Session:
        self.transcript.add(wire.Opening(self.now, 1, TARGET, 1_700_000_000.0))
        return self

    def greeted(self) -> Session:
        return self.open().receive(b"220 smtp.example.org ready\r\n")

    def tls(self) -> Session:
        self.dialogue.tls_started()
        self.protection = VERIFIED
        return self

    def send(self, line: bytes) -> Session:
        self.dialogue.command(line)
        return self._sent()

    def send_raw(self, data: bytes) -> Session:
        self.dialogue.raw(data)
        return self._sent()

    def receive(self, data: bytes) -> Session:
        self.dialogue.receive_data(data)
        return self.drain()

    def drain(self) -> Session:
        while (event := self.dialogue.next_event()) is not None:
            self.tell(event, 0.04)
        return self

    def tell(self, event: smtp.Event, elapsed: float | None = None) -> range:
        told = wire.Told(self.now, 1, event, elapsed, self.protection)
        return self.transcript.add(told)

    def _sent(self) -> Session:
        sent = self.dialogue.last_sent
        assert sent is not None
        self.transcript.add(
            wire.Sent(
                self.now, 1, sent.data, sent.offset, sent.secrets, sent.label, self.protection
            )
        )
        return self


def records(transcript: Transcript) -> list[Record]:
    return [transcript[number] for number in range(transcript.first, transcript.end)]


def lines(transcript: Transcript) -> list[tuple[str, str]]:
    """The letter and the text of every line, without the heading of the connection."""
    return [
        (record.kind.letter, text(record))
        for record in records(transcript)
        if record.kind is not Kind.OPENING
    ]


def sent(data: bytes, *secrets: smtp.Span, label: str = "PLAIN") -> wire.Sent:
    return wire.Sent(1.0, 1, data, 0, secrets, label, CLEAR)


def folded(events: Iterable[wire.Event]) -> Transcript:
    transcript = Transcript()
    for event in events:
        transcript.add(event)
    return transcript


# Lines


def test_client_and_server_lines_stand_in_their_order_without_line_ends() -> None:
    session = Session().greeted().send(b"NOOP").receive(b"250-two\r\n250 lines\r\n")
    assert lines(session.transcript) == [
        ("S", "220 smtp.example.org ready"),
        ("C", "NOOP"),
        ("S", "250-two"),
        ("S", "250 lines"),
    ]


def test_only_the_first_line_of_a_reply_tells_how_long_it_took() -> None:
    session = Session().greeted().send(b"NOOP").receive(b"250-two\r\n250 lines\r\n")
    assert [record.elapsed for record in records(session.transcript)[2:]] == [None, 0.04, None]


def test_time_counts_from_the_opening_of_the_connection() -> None:
    session = Session().open()
    session.now = 102.5
    session.receive(b"220 hello\r\n")
    newest = session.transcript[session.transcript.end - 1]
    assert session.transcript.seconds(newest) == 2.5


def test_adding_gives_the_numbers_of_new_lines() -> None:
    transcript = Transcript()
    assert transcript.add(sent(b"A\r\nB\r\n")) == range(2)
    assert transcript.add(wire.StateChanged(1.0, 1, Dialogue().state, ())) == range(2, 2)
    assert transcript.add(sent(b"C\r\n")) == range(2, 3)


def test_many_lines_sent_at_once_are_cut_apart() -> None:
    transcript = folded([sent(b"Subject: it works\r\n\r\nhello\r\n.\r\n")])
    assert [line for _, line in lines(transcript)] == ["Subject: it works", "", "hello", "."]


def test_a_bare_line_end_is_shown_and_crlf_is_not() -> None:
    transcript = folded([sent(b"a\rb\nc\r\r\nd\r\n")])
    assert [line for _, line in lines(transcript)] == ["a‹CR›b‹LF›", "c‹CR›", "d"]


def test_a_line_sent_in_pieces_grows_until_it_ends() -> None:
    transcript = Transcript()
    transcript.add(sent(b"NO"))
    assert lines(transcript) == [("C", "NO  no line end yet")]
    assert transcript.add(sent(b"OP\r")) == range(1)
    transcript.add(sent(b"\nQUIT\r\n"))
    assert lines(transcript) == [("C", "NOOP"), ("C", "QUIT")]


def test_a_reply_in_between_ends_the_piece() -> None:
    session = Session().greeted()
    session.transcript.add(sent(b"NO"))
    session.receive(b"421 too slow\r\n")
    session.transcript.add(sent(b"OP\r\n"))
    assert [letter for letter, _ in lines(session.transcript)] == ["S", "C", "S", "*", "*", "C"]


def test_an_over_long_reply_line_says_that_it_was_cut() -> None:
    session = Session().greeted().send(b"NOOP").receive(b"250 " + b"x" * 9000 + b"\r\n")
    assert lines(session.transcript)[-1][1].endswith("only the first 8,192 octets are kept")


def test_a_long_line_is_shown_in_part_and_copied_whole() -> None:
    transcript = folded([sent("ü".encode() * 1_000_000 + b"\r\n")])
    shown, whole = text(transcript[0]), said(transcript[0])
    assert shown.startswith("üüü")
    assert len(shown) < SHOWN
    assert shown.endswith(f"{2_000_000 - SHOWN:,} octets more")
    assert whole == "ü" * 1_000_000


# Secrets


def test_a_secret_is_shown_by_its_kind_and_its_length() -> None:
    session = Session().greeted().send(b"AUTH PLAIN " + TOKEN)
    assert lines(session.transcript)[-1] == ("C", f"AUTH PLAIN ‹PLAIN: {len(TOKEN)} octets hidden›")


def test_secrets_are_masked_where_they_stand_in_many_lines() -> None:
    transcript = folded([sent(b"AUTH LOGIN\r\nc2VjcmV0\r\naHVudGVy\r\n", (12, 20), (22, 30))])
    assert [line for _, line in lines(transcript)] == [
        "AUTH LOGIN",
        "‹PLAIN: 8 octets hidden›",
        "‹PLAIN: 8 octets hidden›",
    ]


def test_a_secret_sent_in_pieces_is_masked_in_each() -> None:
    transcript = folded([sent(b"AUTH PLAIN AHV", (11, 14))])
    assert lines(transcript)[0][1] == "AUTH PLAIN ‹PLAIN: 3 octets hidden›  no line end yet"
    transcript.add(sent(b"zZXI=\r\n", (0, 5)))
    assert lines(transcript) == [("C", "AUTH PLAIN ‹PLAIN: 8 octets hidden›")]


def test_a_secret_that_the_server_repeats_is_masked_too() -> None:
    session = Session().greeted().tls().send(b"AUTH PLAIN " + TOKEN)
    session.receive(b"500 unknown: AUTH PLAIN " + TOKEN + b"\r\n")
    assert lines(session.transcript)[-2][1] == (
        f"500 unknown: AUTH PLAIN ‹PLAIN: {len(TOKEN)} octets hidden›"
    )


def test_a_secret_in_a_sentence_of_ours_is_masked_too() -> None:
    session = Session().greeted().tls().send(b"AUTH PLAIN " + TOKEN)
    word = TOKEN.decode()
    session.transcript.add(wire.Alarm(1.0, 1, f"A fault in this program: {word}"))
    session.transcript.add(wire.AuthFinished(1.0, 1, False, f"The server refused: {word}"))
    assert [record.note for record in records(session.transcript)[-2:]] == [
        f"A fault in this program: ‹PLAIN: {len(TOKEN)} octets hidden›",
        f"The server refused: ‹PLAIN: {len(TOKEN)} octets hidden›",
    ]


def test_no_secret_is_in_any_text_or_repr() -> None:
    session = Session().greeted().send(b"AUTH PLAIN " + TOKEN)
    record = session.transcript[session.transcript.end - 1]
    shown = [
        repr(session.transcript),
        repr(record),
        text(record),
        said(record),
        str([*runs(record)]),
    ]
    assert not [one for one in shown if TOKEN.decode() in one]
    assert TOKEN in record.raw


# Foreign text


@given(st.binary(max_size=300))
def test_whatever_the_server_sends_is_printable_on_screen(data: bytes) -> None:
    event = smtp.ReplyLine(250, data, b"250 " + data + b"\r\n", True, True, None)
    transcript = folded([wire.Told(1.0, 1, event, None, CLEAR)])
    assert text(transcript[0]).isprintable()
    assert "".join(piece for piece, _ in runs(transcript[0])) == text(transcript[0])


def test_control_characters_are_chips_of_their_own() -> None:
    event = smtp.ReplyLine(250, b"a\x1b[2J", b"250 a\x1b[2J\r\n", True, True, None)
    transcript = folded([wire.Told(1.0, 1, event, None, CLEAR)])
    assert [*runs(transcript[0])] == [
        ("250 a", Role.WIRE),
        ("‹ESC›", Role.CHIP),
        ("[2J", Role.WIRE),
    ]


def test_foreign_text_in_our_sentences_is_made_visible() -> None:
    transcript = folded(
        [wire.Gone(1.0, 1, False, "it said \x1b]0;x\x07"), wire.Note(1.0, 1, "\x9b")]
    )
    assert [line for _, line in lines(transcript)] == ["it said ‹ESC›]0;x‹BEL›", "‹CSI›"]


# Annotations


def test_a_slow_greeting_is_called_a_delay_and_no_fault() -> None:
    def greeted(elapsed: float) -> str:
        command = smtp.Command(b"(greeting)", b"")
        line = smtp.ReplyLine(220, b"hi", b"220 hi\r\n", True, True, command)
        transcript = folded([wire.Told(9.0, 1, line, elapsed, wire.Protection.CLEAR)])
        return lines(transcript)[-1][1]

    assert greeted(5.5) == "220 hi  greet delay, not a fault"
    assert greeted(4.5) == "220 hi"


EHLO = b"250-smtp.example.org\r\n250-SIZE 35882577\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"


def test_capabilities_are_explained_once() -> None:
    session = Session().greeted()
    session.send(b"EHLO me").receive(EHLO).send(b"EHLO me").receive(EHLO)
    shown = [line for letter, line in lines(session.transcript) if letter == "S"]
    assert shown[1:5] == [
        "250-smtp.example.org",
        "250-SIZE 35882577  34.2 MiB a message",
        "250-STARTTLS  encryption can begin: f6",
        "250 AUTH PLAIN",
    ]
    assert shown[5:] == [
        "250-smtp.example.org",
        "250-SIZE 35882577",
        "250-STARTTLS",
        "250 AUTH PLAIN",
    ]


def test_what_is_offered_only_under_tls_is_new() -> None:
    session = Session().greeted().send(b"EHLO me").receive(b"250-a\r\n250 STARTTLS\r\n").tls()
    session.send(b"EHLO me").receive(b"250-a\r\n250 AUTH PLAIN\r\n")
    assert lines(session.transcript)[-1][1] == "250 AUTH PLAIN  new since TLS"


def test_nothing_is_new_where_tls_came_first() -> None:
    session = Session().open().tls().receive(b"220 hi\r\n").send(b"EHLO me")
    session.receive(b"250-a\r\n250 SIZE 0\r\n")
    assert lines(session.transcript)[-1][1] == "250 SIZE 0  no fixed limit"


def test_signing_in_is_followed_in_words() -> None:
    session = Session().greeted().tls().send(b"AUTH LOGIN").receive(b"334 VXNlcm5hbWU6\r\n")
    session.send(b"dXNlcg==").receive(b"334 \xff\r\n").send(b"cHc=").receive(b"235 2.7.0 ok\r\n")
    shown = [line for letter, line in lines(session.transcript) if letter == "S"]
    assert shown[1:] == [
        "334 VXNlcm5hbWU6  Username:",
        "334 ÿ  no Base64: * leaves the exchange",
        "235 2.7.0 ok  signed in as user",
    ]


def test_354_says_how_a_message_ends() -> None:
    session = Session().greeted().send(b"EHLO me").receive(b"250 a\r\n")
    session.send(b"MAIL FROM:<a@b.c>").receive(b"250 ok\r\n")
    session.send(b"RCPT TO:<a@b.c>").receive(b"250 ok\r\n").send(b"DATA").receive(b"354 go\r\n")
    assert lines(session.transcript)[-1][1] == "354 go  type the message; a lone dot ends it"


# Connecting


def certificate(days: int, name: str = "smtp.example.org") -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example CA")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def facts(*, verified: bool = True, problem: str = "", days: int = 61) -> wire.TlsFacts:
    chain = (certificate(days),)
    return wire.TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, chain, verified, problem, 0.055)


def test_a_step_that_ended_takes_the_place_of_the_step_under_way() -> None:
    transcript = folded([wire.Opening(1.0, 1, TARGET, 0.0)])
    transcript.add(wire.Resolving(1.0, 1, "smtp.example.org"))
    assert lines(transcript) == [("*", "looking up smtp.example.org …")]
    resolved = wire.Resolved(1.012, 1, "smtp.example.org", ("192.0.2.1", "2001:db8::1"))
    assert transcript.add(resolved) == range(1, 2)
    transcript.add(wire.Trying(1.012, 1, "192.0.2.1"))
    assert lines(transcript)[-1] == ("*", "connecting to 192.0.2.1 …")
    transcript.add(wire.Connected(1.041, 1, "192.0.2.1", 0.041))
    assert lines(transcript) == [
        ("*", "smtp.example.org is 192.0.2.1, 2001:db8::1"),
        ("*", "connected to 192.0.2.1"),
    ]
    assert transcript[2].elapsed == pytest.approx(0.029)


def test_an_address_that_fails_does_not_hide_the_one_still_tried() -> None:
    transcript = folded(
        [
            wire.Trying(1.0, 1, "2001:db8::1"),
            wire.Trying(1.25, 1, "192.0.2.1"),
            wire.Unreachable(1.5, 1, "2001:db8::1", "no answer"),
        ]
    )
    assert lines(transcript) == [
        ("*", "2001:db8::1: no answer"),
        ("*", "connecting to 192.0.2.1 …"),
    ]


def test_many_addresses_are_counted() -> None:
    addresses = tuple(f"192.0.2.{number}" for number in range(9))
    transcript = folded([wire.Resolved(1.0, 1, "a.example", addresses)])
    assert lines(transcript)[0][1] == "a.example is 192.0.2.0, 192.0.2.1, 192.0.2.2 and 6 more"


def test_verified_tls_says_by_what_for_whom_and_how_long() -> None:
    transcript = folded([wire.TlsStarted(1.0, 1), wire.TlsEstablished(1.1, 1, facts())])
    assert lines(transcript) == [
        ("*", "TLS 1.3 · AES_256_GCM · CN=smtp.example.org ✓ verified, 61 days left")
    ]
    assert transcript[0].protection is VERIFIED


def test_tls_that_was_not_verified_says_why() -> None:
    bad = facts(verified=False, problem="it expired yesterday")
    transcript = folded([wire.TlsEstablished(1.1, 1, bad)])
    assert lines(transcript)[0][1].endswith("✗ not verified: it expired yesterday")
    assert transcript[0].protection is wire.Protection.UNVERIFIED


def test_a_certificate_that_cannot_be_read_is_no_obstacle() -> None:
    odd = wire.TlsFacts("TLSv1.2", "ECDHE-RSA-AES128-SHA", 128, (b"junk",), True)
    transcript = folded([wire.TlsEstablished(1.1, 1, odd)])
    assert lines(transcript)[0][1] == (
        "TLS 1.2 · ECDHE-RSA-AES128-SHA · a certificate without a name ✓ verified"
    )


def test_a_refused_certificate_is_described_and_the_way_round_named() -> None:
    failed = wire.Failed(
        1.0,
        1,
        wire.Failure.TLS,
        "The certificate expired.",
        wire.Remedy.SKIP_VERIFICATION,
        facts(verified=False, days=-4),
    )
    transcript = folded([wire.Connected(0.9, 1, "192.0.2.1", 0.1), failed])
    transcript.add(wire.Gone(1.0, 1, False, "Closed, because there is no TLS."))
    assert lines(transcript)[1:] == [
        ("!", "The certificate expired."),
        ("*", "the server showed CN=smtp.example.org · issued by Example CA · expired 3 days ago"),
        ("*", "ctrl+t reconnects without checking the certificate"),
        ("*", "Closed, because there is no TLS."),
    ]


@pytest.mark.parametrize(
    ("remedy", "words"),
    [
        (wire.Remedy.USE_IMPLICIT_TLS, "ctrl+t reconnects with implicit TLS"),
        (wire.Remedy.USE_STARTTLS, "ctrl+t reconnects with STARTTLS"),
    ],
)
def test_a_note_with_a_remedy_names_the_key(remedy: wire.Remedy, words: str) -> None:
    transcript = folded([wire.Note(1.0, 1, "No greeting for 5 s.", remedy)])
    assert lines(transcript) == [("*", "No greeting for 5 s."), ("*", words)]
    assert transcript[1].kind is Kind.HINT


def test_lines_name_the_keys_as_the_person_has_them() -> None:
    ways = Ways(explain="f9", connect="ctrl+r", starttls="ctrl+s", other_way="f12")
    session = Session(Transcript(ways=ways)).greeted().send(b"EHLO me").receive(EHLO)
    session.send(b"MAIL FROM:<a@example.org>").receive(b"530 5.7.0 Authentication required\r\n")
    session.receive(b"250 surprise\r\n")
    session.transcript.add(wire.Note(1.0, 1, "Slow.", wire.Remedy.USE_STARTTLS))
    shown = "\n".join(line for _, line in lines(session.transcript))
    assert "encryption can begin: ctrl+s" in shown
    assert "f9 explains" in shown
    assert "ctrl+r reconnects" in shown
    assert "f12 reconnects with STARTTLS" in shown


def test_a_connection_that_was_never_made_has_no_end() -> None:
    failed = wire.Failed(1.0, 1, wire.Failure.CONNECT, "Refused.")
    transcript = folded([failed, wire.Gone(1.0, 1, False, "Not connected.")])
    assert lines(transcript) == [("!", "Refused.")]


def test_a_new_connection_has_a_heading_and_the_old_lines_stay() -> None:
    transcript = folded(
        [
            wire.Opening(1.0, 1, TARGET, 0.0),
            wire.Gone(2.0, 1, True, "Closed after QUIT."),
            wire.Opening(5.0, 2, Target("b.example", 465, TlsMode.IMPLICIT, verify=False), 0.0),
        ]
    )
    kinds = [record.kind for record in records(transcript)]
    assert kinds == [Kind.OPENING, Kind.NOTE, Kind.OPENING]
    assert text(transcript[2]).startswith(
        "b.example:465 · implicit TLS · certificate not checked ·"
    )
    assert transcript.seconds(transcript[2]) == 0.0


def test_a_connection_that_breaks_is_an_alarm_and_one_that_ends_a_note() -> None:
    transcript = folded([wire.Gone(1.0, 1, False, "Cut."), wire.Gone(2.0, 2, True, "")])
    assert lines(transcript) == [("!", "Cut."), ("*", "The connection is closed.")]


def test_what_was_not_sent_is_said() -> None:
    transcript = folded([wire.Refused(1.0, 1, "connect first")])
    assert lines(transcript) == [("*", "nothing was sent · connect first")]


# What servers do wrong


def test_a_reply_to_nothing_is_called_unsolicited() -> None:
    session = Session().greeted().receive(b"250 surprise\r\n")
    assert lines(session.transcript)[1:3] == [
        ("S", "250 surprise"),
        ("*", "unsolicited reply: it answers none of your commands"),
    ]
    letter, words = lines(session.transcript)[3]
    assert letter == "!"
    assert words.startswith("Nobody can say any more which reply answers which command:")
    assert lines(session.transcript)[4:] == [("*", "f5 reconnects")]  # for the window only


def test_what_is_no_reply_is_shown_with_the_reason() -> None:
    session = Session().greeted().send(b"NOOP").receive(b"hello?\r\n")
    assert [record.kind for record in records(session.transcript)[3:5]] == [Kind.FAULT, Kind.ALARM]
    assert text(session.transcript[3]) == "hello?"
    assert "does not begin with a reply code" in text(session.transcript[4])


def test_injected_octets_raise_one_alarm_and_are_shown_once() -> None:
    session = Session().greeted().send(b"EHLO me").receive(b"250-a\r\n250 STARTTLS\r\n")
    session.send(b"STARTTLS").receive(b"220 go\r\n250 injected\r\n")
    reason = session.dialogue.state.reason
    sentence = f"{reason[:1].upper()}{reason[1:]}."
    session.transcript.add(wire.Alarm(1.0, 1, sentence, b"250 injected\r\n"))
    session.transcript.add(wire.Gone(1.0, 1, False, sentence))
    assert lines(session.transcript)[-4:] == [
        ("S", "220 go"),
        ("S", "250 injected"),
        ("!", sentence),
        ("*", "The connection is closed."),
    ]


def test_the_same_nonsense_twice_is_shown_twice() -> None:
    session = Session().greeted().send(b"NOOP").receive(b"hm\r\nhm\r\n")
    assert [line for _, line in lines(session.transcript)].count("hm") == 2


def test_an_unfinished_line_is_shown_until_it_ends() -> None:
    session = Session().greeted().send(b"NOOP")
    session.transcript.add(wire.Partial(2.0, 1, b"250 o"))
    assert lines(session.transcript)[-1] == ("S", "250 o  no line end yet")
    session.receive(b"250 ok\r\n")
    assert lines(session.transcript)[1:] == [("C", "NOOP"), ("S", "250 ok")]


_SERVER_LINES = st.lists(
    st.tuples(
        st.sampled_from([b"250 ok", b"250-a", b"250-b", b"550 no", b"junk", b"", b"421 bye", b"9"]),
        st.sampled_from([b"\r\n", b"\n", b"\r\r\n"]),
    ),
    max_size=12,
)


@given(_SERVER_LINES, st.booleans(), st.integers(min_value=0, max_value=5))
def test_every_octet_of_the_server_is_in_exactly_one_line(
    script: list[tuple[bytes, bytes]], ends: bool, commands: int
) -> None:
    data = b"220 hi\r\n" + b"".join(line + end for line, end in script)
    session = Session().open()
    for _ in range(commands):
        session.send(b"NOOP")
    session.receive(data)
    if ends:
        session.dialogue.receive_eof()
        session.drain()
    shown = [r.raw for r in records(session.transcript) if r.kind in (Kind.SERVER, Kind.FAULT)]
    assert b"".join(shown) == data


def test_many_octets_of_an_alarm_are_counted() -> None:
    transcript = folded([wire.Alarm(1.0, 1, "Bad.", b"x\r\n" * 100)])
    assert len(transcript) == 42
    assert text(transcript[41]) == "… and 180 octets more"


def test_the_outcome_of_auth_is_not_said_twice() -> None:
    session = Session().greeted().tls().send(b"AUTH PLAIN " + TOKEN).receive(b"535 5.7.8 no\r\n")
    before = len(session.transcript)
    session.transcript.add(
        wire.AuthFinished(1.0, 1, False, "The server refused PLAIN: 535 5.7.8 no")
    )
    assert len(session.transcript) == before
    session.transcript.add(wire.AuthFinished(1.0, 1, False, "PLAIN was cancelled: it is odd."))
    assert lines(session.transcript)[-1] == ("*", "PLAIN was cancelled: it is odd.")


# Bounds


def test_the_oldest_lines_go_when_there_are_too_many() -> None:
    transcript = Transcript(most_records=100)
    for number in range(1000):
        transcript.add(sent(b"%d\r\n" % number))
    assert len(transcript) <= 100
    assert transcript.end == 1000
    assert transcript.first == transcript.dropped == 1000 - len(transcript)
    assert text(transcript[transcript.first]) == str(transcript.first)
    with pytest.raises(IndexError):
        transcript[transcript.first - 1]


def test_the_oldest_lines_go_when_they_are_too_long() -> None:
    transcript = Transcript(most_octets=10_000)
    for _ in range(105):
        transcript.add(sent(b"x" * 998 + b"\r\n"))
    assert 9 <= len(transcript) <= 10
    assert len(folded([sent(b"x" * 20_000)])) == 1


def test_changed_lines_that_are_gone_already_are_not_named() -> None:
    transcript = Transcript(most_records=10)
    changed = transcript.add(sent(b"x\r\n" * 100))
    assert changed == range(transcript.first, 100)


def test_clearing_forgets_lines_and_goes_on_counting() -> None:
    session = Session().greeted()
    session.transcript.add(wire.Partial(1.0, 1, b"25"))
    count = session.transcript.end
    session.transcript.clear()
    assert len(session.transcript) == 0
    session.send(b"NOOP").receive(b"junk\r\n")
    assert session.transcript.first == count
    assert [letter for letter, _ in lines(session.transcript)] == ["C", "S", "!", "!", "*"]
    assert session.transcript.dropped == 0


def test_of_a_long_message_the_first_part_is_lines_and_the_rest_a_count() -> None:
    lines = Transcript()
    lines.add(wire.DeliveryProgress(1.0, 1, 0, 2_560_000, Way.DATA))
    piece = b"x" * 62 + b"\r\n"
    for number in range(40):
        lines.add(wire.Sent(1.0, 1, piece * 1000, number * 64_000, (), "", CLEAR, message=True))
    lines.add(wire.Sent(1.0, 1, b".\r\n", 2_560_000, (), "", CLEAR))
    *text, count, dot = (lines[number] for number in range(lines.first, lines.end))
    left_out = 40 * 64_000 - sum(len(record.raw) for record in text)
    assert sum(len(record.raw) for record in text) == 1024 * 1024
    assert count.note.startswith(f"… and {left_out:,} octets more of the message")
    assert dot.raw == b".\r\n"


def test_a_message_in_many_chunks_is_cut_as_one_and_the_next_begins_anew() -> None:
    lines = Transcript()
    piece = b"x" * 62 + b"\r\n"
    shown = []
    for _ in range(2):
        lines.add(wire.DeliveryProgress(1.0, 1, 0, 2_560_000, Way.BDAT))
        for _ in range(40):
            lines.add(wire.Sent(1.0, 1, b"BDAT 64000\r\n", 0, (), "", CLEAR))
            lines.add(wire.Sent(1.0, 1, piece * 1000, 0, (), "", CLEAR, message=True))
        kept = [lines[number] for number in range(lines.first, lines.end)]
        shown.append(sum(len(record.raw) for record in kept if record.raw == piece))
    assert shown == [1024 * 1024, 2 * 1024 * 1024]
