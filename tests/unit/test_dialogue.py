"""The dialogue: which reply answers which command, whatever the server does."""

from __future__ import annotations

import base64
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.smtp.dialogue import (
    BodyExpected,
    Challenge,
    Closed,
    Desync,
    Dialogue,
    Event,
    Limits,
    LocalProtocolError,
    Malformed,
    Reply,
    ReplyLine,
    Uncertain,
    Unsolicited,
    UpgradeTLS,
)
from smtp_tui.smtp.replies import Line, LineSplitter
from smtp_tui.smtp.state import Hello, Phase, Security, Sync, Transaction


def events(dialogue: Dialogue) -> list[Event]:
    taken: list[Event] = []
    while (event := dialogue.next_event()) is not None:
        taken.append(event)
    return taken


def told(dialogue: Dialogue, data: bytes) -> list[Event]:
    """The events of some octets, without the single lines."""
    dialogue.receive_data(data)
    return [event for event in events(dialogue) if not isinstance(event, ReplyLine)]


def answers(found: list[Event]) -> list[tuple[bytes, int]]:
    return [(event.command.verb, event.code) for event in found if isinstance(event, Reply)]


def greeted(*, lmtp: bool = False) -> Dialogue:
    dialogue = Dialogue(lmtp=lmtp)
    told(dialogue, b"220 mx.example.org ready\r\n")
    return dialogue


def after_ehlo(*, lmtp: bool = False) -> Dialogue:
    dialogue = greeted(lmtp=lmtp)
    dialogue.command(b"LHLO me" if lmtp else b"EHLO me")
    told(dialogue, b"250-mx.example.org\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n")
    return dialogue


def in_body(*recipients: bytes, lmtp: bool = False) -> Dialogue:
    dialogue = after_ehlo(lmtp=lmtp)
    dialogue.command(b"MAIL FROM:<a@example.org>")
    for recipient in recipients or (b"<b@example.org>",):
        dialogue.command(b"RCPT TO:" + recipient)
    dialogue.command(b"DATA")
    told(dialogue, b"250 ok\r\n" * (1 + max(1, len(recipients))) + b"354 go\r\n")
    return dialogue


def without_nul(octets: bytes) -> bytes:
    return octets.replace(b"\0", b"\1")


class TestGreeting:
    def test_it_answers_the_greeting_verb(self) -> None:
        dialogue = Dialogue()
        assert dialogue.phase is Phase.GREETING
        assert answers(told(dialogue, b"220 hello\r\n")) == [(b"(greeting)", 220)]
        assert dialogue.phase is Phase.COMMAND

    def test_554_leaves_room_for_quit(self) -> None:
        dialogue = Dialogue()
        told(dialogue, b"554 no service\r\n")
        assert dialogue.command(b"QUIT") == b"QUIT\r\n"

    def test_421_means_the_server_is_closing(self) -> None:
        dialogue = Dialogue()
        told(dialogue, b"421 4.3.2 not now\r\n")
        assert dialogue.phase is Phase.CLOSING

    def test_a_command_sent_before_it_is_answered_after_it(self) -> None:
        dialogue = Dialogue()
        dialogue.command(b"EHLO early")
        assert answers(told(dialogue, b"220 a\r\n250 b\r\n")) == [
            (b"(greeting)", 220),
            (b"EHLO", 250),
        ]

    def test_a_proxy_header_before_it_gets_no_reply(self) -> None:
        dialogue = Dialogue()
        dialogue.raw(b"PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\n")
        assert answers(told(dialogue, b"220 a\r\n")) == [(b"(greeting)", 220)]
        assert dialogue.pending == ()

    def test_octets_of_tls_say_that_the_port_speaks_tls(self) -> None:
        dialogue = Dialogue()
        found = told(dialogue, b"\x15\x03\x01\x00\x02\x02\x46")
        assert [type(event) for event in found] == [Malformed]
        assert "implicit TLS, from the first octet" in str(found[0])
        assert dialogue.phase is Phase.BROKEN


class TestCommands:
    def test_what_is_typed_is_what_is_sent(self) -> None:
        assert greeted().command(b"rcpt to: <x>  ") == b"rcpt to: <x>  \r\n"
        assert greeted().command("EHLO bücher") == "EHLO bücher\r\n".encode()

    @pytest.mark.parametrize(
        ("line", "name"), [(b"NO\rOP", "CR"), (b"NOOP\n", "LF"), (b"NO\0OP", "NUL")]
    )
    def test_cr_lf_and_nul_are_refused_by_name_and_nothing_is_recorded(
        self, line: bytes, name: str
    ) -> None:
        dialogue = greeted()
        with pytest.raises(LocalProtocolError, match=name):
            dialogue.command(line)
        assert dialogue.pending == ()

    def test_it_is_written_before_it_is_read_and_what_is_refused_is_not(self) -> None:
        written: list[tuple[bytes, int]] = []
        dialogue = Dialogue(write=lambda data: written.append((data, len(dialogue.pending))))
        sent = dialogue.command(b"EHLO me.example")
        with pytest.raises(LocalProtocolError):
            dialogue.command(b"NOOP\r\nQUIT")
        assert written == [(sent, 1)]  # only the greeting is waited for yet
        assert len(dialogue.pending) == 2

    def test_raw_is_the_way_round(self) -> None:
        dialogue = greeted()
        assert dialogue.raw(b"NO\0OP\r\n") == b"NO\0OP\r\n"
        assert len(dialogue.pending) == 1

    def test_pending_shows_what_waits(self) -> None:
        dialogue = greeted()
        dialogue.command(b"noop")
        dialogue.command(b"QUIT")
        assert [command.verb for command in dialogue.pending] == [b"NOOP", b"QUIT"]
        assert dialogue.pending[0].raw == b"noop\r\n"

    def test_a_fragment_waits_for_its_line_end(self) -> None:
        dialogue = greeted()
        dialogue.raw(b"NO")
        assert not dialogue.pending_verbs
        assert dialogue.unsent_line == b"NO"
        dialogue.raw(b"OP\r\n")
        assert [command.raw for command in dialogue.pending] == [b"NOOP\r\n"]

    def test_a_bare_lf_ends_a_line_but_raises_a_doubt(self) -> None:
        dialogue = greeted()
        dialogue.raw(b"NOOP\nNOOP\r\n")
        assert len(dialogue.pending) == 2
        assert dialogue.sync is Sync.UNCERTAIN

    def test_a_pipelined_empty_line_raises_a_doubt(self) -> None:
        dialogue = greeted()
        dialogue.command(b"")
        assert dialogue.sync is Sync.OK
        dialogue.command(b"NOOP")
        assert any(isinstance(event, Uncertain) for event in events(dialogue))

    def test_the_whole_reply_is_kept(self) -> None:
        dialogue = greeted()
        dialogue.command(b"HELP")
        (reply,) = told(dialogue, b"214-2.0.0 one\r\n214-\r\n214 three\r\n")
        assert isinstance(reply, Reply)
        assert reply.lines == (b"2.0.0 one", b"", b"three")
        assert reply.raw == b"214-2.0.0 one\r\n214-\r\n214 three\r\n"
        assert reply.enhanced == "2.0.0"

    def test_a_usual_line_is_taken_apart_like_any_other(self) -> None:
        for whole in (b"250 ok\r\n", b"250-ok\r\n", b"250\r\n"):
            at_once, in_pieces = LineSplitter(Limits()), LineSplitter(Limits())
            line, end = at_once.take(whole, 0)
            assert in_pieces.take(whole[:2], 0) == (None, 2)
            assert in_pieces.take(whole, 2) == (line, end)
            assert line is not None
            assert Line(*line) == line

    def test_a_code_alone_is_legal(self) -> None:
        dialogue = greeted()
        dialogue.command(b"NOOP")
        (reply,) = told(dialogue, b"250\r\n")
        assert isinstance(reply, Reply)
        assert (reply.lines, reply.enhanced, reply.flags) == ((b"",), None, frozenset())


class TestHello:
    def test_ehlo_gives_the_extensions(self) -> None:
        dialogue = after_ehlo()
        assert dialogue.hello is Hello.EHLO
        assert "starttls" in dialogue.extensions
        assert dialogue.extensions.mechanisms == ("PLAIN", "LOGIN")

    def test_helo_clears_them(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"HELO me")
        told(dialogue, b"250 hi\r\n")
        assert dialogue.hello is Hello.HELO
        assert len(dialogue.extensions) == 0

    def test_a_refused_ehlo_changes_nothing(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"EHLO")
        told(dialogue, b"501 syntax\r\n")
        assert "STARTTLS" in dialogue.extensions

    def test_xclient_220_goes_back_to_before_ehlo(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"XCLIENT ADDR=192.0.2.1")
        told(dialogue, b"220 hello again\r\n")
        assert dialogue.hello is None
        assert dialogue.phase is Phase.COMMAND


class TestTransaction:
    def test_it_goes_from_mail_to_rcpt_to_body_to_none(self) -> None:
        dialogue = after_ehlo()
        steps = []
        for line, reply in (
            (b"MAIL FROM:<a>", b"250 ok\r\n"),
            (b"RCPT TO:<b>", b"250 ok\r\n"),
            (b"RCPT TO:<c>", b"550 no\r\n"),
            (b"DATA", b"354 go\r\n"),
        ):
            dialogue.command(line)
            told(dialogue, reply)
            steps.append((dialogue.transaction, dialogue.recipients))
        assert steps == [
            (Transaction.MAIL, 0),
            (Transaction.RCPT, 1),
            (Transaction.RCPT, 1),
            (Transaction.BODY, 1),
        ]
        dialogue.body(b"hello")
        told(dialogue, b"554 no\r\n")
        assert dialogue.transaction is Transaction.NONE
        assert dialogue.phase is Phase.COMMAND

    def test_rset_ends_it(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"MAIL FROM:<a>")
        dialogue.command(b"RSET")
        told(dialogue, b"250 ok\r\n250 ok\r\n")
        assert dialogue.transaction is Transaction.NONE


class TestMessageText:
    def test_354_opens_the_body(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"DATA")
        found = told(dialogue, b"354 go\r\n")
        assert isinstance(found[-1], BodyExpected)
        assert dialogue.phase is Phase.BODY

    @pytest.mark.parametrize(
        ("message", "wire"),
        [
            (b"", b".\r\n"),
            (b".", b"..\r\n.\r\n"),
            (b".first\nlast", b"..first\r\nlast\r\n.\r\n"),
            (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n.\r\n"),
            (b"a\n..b\r.c", b"a\r\n...b\r\n..c\r\n.\r\n"),
            (b"a\r\n", b"a\r\n.\r\n"),
            (b"\n.\n", b"\r\n..\r\n.\r\n"),
        ],
    )
    def test_body_normalises_stuffs_and_ends(self, message: bytes, wire: bytes) -> None:
        dialogue = in_body()
        assert dialogue.body(message) == wire
        assert answers(told(dialogue, b"250 ok\r\n")) == [(b"(body)", 250)]

    def test_body_is_refused_before_354(self) -> None:
        with pytest.raises(LocalProtocolError, match="354"):
            after_ehlo().body(b"hello")

    def test_typed_lines_are_sent_as_typed_and_a_dot_ends_them(self) -> None:
        dialogue = in_body()
        assert dialogue.command(b"Subject: x") == b"Subject: x\r\n"
        assert dialogue.command(b".leading") == b".leading\r\n"
        assert not dialogue.pending_verbs
        assert dialogue.command(b".") == b".\r\n"
        assert dialogue.phase is Phase.COMMAND
        assert [command.verb for command in dialogue.pending] == [b"(body)"]

    def test_a_dot_at_once_is_an_empty_message(self) -> None:
        dialogue = in_body()
        dialogue.command(b".")
        assert answers(told(dialogue, b"250 ok\r\n")) == [(b"(body)", 250)]

    @given(st.lists(st.binary(max_size=6), max_size=6))
    def test_the_end_is_found_however_the_octets_are_cut(self, pieces: list[bytes]) -> None:
        text = b"".join(pieces).replace(b"\r\n.\r\n", b"")
        whole, cut = in_body(), in_body()
        for dialogue, writes in ((whole, [text]), (cut, pieces)):
            for piece in writes if b"".join(writes) == text else [text]:
                dialogue.raw(piece)
            dialogue.raw(b"\r\n.\r\n")
        assert whole.phase is cut.phase is Phase.COMMAND
        assert whole.pending_verbs[0] == cut.pending_verbs[0] == b"(body)"

    def test_a_reply_before_the_end_belongs_to_the_message_and_raises_a_doubt(self) -> None:
        dialogue = in_body()
        dialogue.command(b"a line")
        found = told(dialogue, b"552 too much\r\n")
        assert answers(found) == [(b"(body)", 552)]
        assert dialogue.sync is Sync.UNCERTAIN
        assert dialogue.phase is Phase.BODY

    def test_a_reply_too_many_to_a_message_that_ends_meanwhile_costs_no_command_its_own(
        self,
    ) -> None:
        dialogue = in_body()
        dialogue.raw(b"text\r\n")
        dialogue.receive_data(b"451 wait\r\n250-and\r\n")
        dialogue.raw(b"a\n.\nb\r\n.\r\nNOOP\r\nRS")
        assert answers(told(dialogue, b"250 on\r\n")) == [(b"(body)", 451), (b"(body)", 250)]
        assert answers(told(dialogue, b"250 noop\r\n")) == [(b"NOOP", 250)]
        assert dialogue.unsent_line == b"RS"

    def test_a_smuggled_end_that_is_answered_ends_the_message(self) -> None:
        dialogue = in_body()
        dialogue.raw(b"text\n.\n")
        told(dialogue, b"250 queued\r\n")
        assert dialogue.phase is Phase.COMMAND
        assert dialogue.sync is Sync.UNCERTAIN

    def test_refused_data_leaves_the_lines_behind_it_commands(self) -> None:
        dialogue = after_ehlo()
        dialogue.raw(b"DATA\r\nNOOP\r\n")
        assert answers(told(dialogue, b"503 no\r\n250 ok\r\n")) == [(b"DATA", 503), (b"NOOP", 250)]


class TestPipelining:
    def test_a_whole_session_in_one_write_is_read_as_the_server_reads_it(self) -> None:
        dialogue = greeted()
        dialogue.raw(
            b"EHLO me\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nMAIL FROM:<text>\r\n.\r\nQUIT\r\n"
        )
        found = told(dialogue, b"250 hi\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n221 bye\r\n")
        assert answers(found) == [
            (b"EHLO", 250),
            (b"MAIL", 250),
            (b"RCPT", 250),
            (b"DATA", 354),
            (b"(body)", 250),
            (b"QUIT", 221),
        ]
        assert dialogue.sync is Sync.OK

    def test_a_late_reply_still_finds_its_command(self) -> None:
        dialogue = greeted()
        dialogue.command(b"VRFY slow")
        dialogue.command(b"NOOP")
        assert answers(told(dialogue, b"252 maybe\r\n250 ok\r\n")) == [
            (b"VRFY", 252),
            (b"NOOP", 250),
        ]


class TestBdat:
    def test_the_octets_are_no_commands(self) -> None:
        dialogue = after_ehlo()
        assert dialogue.chunk(b"NOOP\r\n") == b"BDAT 6 LAST\r\nNOOP\r\n"
        assert dialogue.chunk(b"", last=False) == b"BDAT 0\r\n"
        assert [command.verb for command in dialogue.pending] == [b"BDAT", b"BDAT"]

    def test_typed_by_hand_the_phase_counts_the_octets(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"BDAT 10")
        assert dialogue.phase is Phase.CHUNK
        dialogue.raw(b"1234567")
        assert dialogue.phase is Phase.CHUNK
        dialogue.raw(b"890")
        assert dialogue.phase is Phase.COMMAND

    def test_500_means_that_the_chunk_was_read_as_commands(self) -> None:
        dialogue = after_ehlo()
        dialogue.chunk(b"NOOP\r\nHELP\r\n")
        dialogue.command(b"RSET")
        found = told(dialogue, b"500 what\r\n250 a\r\n214 b\r\n250 c\r\n")
        assert answers(found) == [
            (b"BDAT", 500),
            (b"NOOP", 250),
            (b"HELP", 214),
            (b"RSET", 250),
        ]
        assert dialogue.sync is Sync.OK

    def test_500_while_the_chunk_is_still_going_out(self) -> None:
        dialogue = after_ehlo()
        dialogue.raw(b"BDAT 100\r\nNOOP\r\n")
        told(dialogue, b"502 no\r\n")
        assert dialogue.phase is Phase.COMMAND
        assert answers(told(dialogue, b"250 ok\r\n")) == [(b"NOOP", 250)]

    def test_another_refusal_leaves_a_doubt(self) -> None:
        dialogue = after_ehlo()
        dialogue.chunk(b"text")
        told(dialogue, b"503 no\r\n")
        assert dialogue.sync is Sync.UNCERTAIN

    def test_last_ends_the_transaction(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"MAIL FROM:<a>")
        dialogue.chunk(b"x", last=False)
        told(dialogue, b"250 ok\r\n250 ok\r\n")
        assert dialogue.transaction is Transaction.BODY
        dialogue.chunk(b"y")
        told(dialogue, b"250 ok\r\n")
        assert dialogue.transaction is Transaction.NONE


class TestAuth:
    def test_one_step(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH PLAIN AHUAcA==")
        told(dialogue, b"235 ok\r\n")
        assert dialogue.identity is not None
        assert dialogue.identity.mechanism == "PLAIN"

    def test_step_by_step(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH LOGIN")
        found = told(dialogue, b"334 VXNlcm5hbWU6\r\n")
        assert found[-1] == Challenge(b"VXNlcm5hbWU6", b"Username:")
        assert dialogue.phase is Phase.AUTH
        assert dialogue.auth_response(b"u") == b"dQ==\r\n"
        told(dialogue, b"334 UGFzc3dvcmQ6\r\n")
        dialogue.command(b"cA==")
        assert answers(told(dialogue, b"235 ok\r\n")) == [(b"(auth)", 235)]
        assert dialogue.phase is Phase.COMMAND
        assert dialogue.identity is not None
        assert dialogue.identity.mechanism == "LOGIN"

    def test_a_refusal_goes_back_to_commands(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH LOGIN")
        told(dialogue, b"334 x\r\n")
        assert dialogue.auth_response(None) == b"*\r\n"
        told(dialogue, b"501 cancelled\r\n")
        assert (dialogue.phase, dialogue.identity) == (Phase.COMMAND, None)

    def test_an_empty_answer_is_an_empty_line(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH X")
        told(dialogue, b"334 \r\n")
        assert dialogue.auth_response(b"") == b"\r\n"

    def test_a_challenge_that_is_no_base64_is_shown_undecoded(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH X")
        assert told(dialogue, b"334 Rubbish!\r\n")[-1] == Challenge(b"Rubbish!", None)

    def test_pipelined_answers_are_read_as_answers(self) -> None:
        dialogue = after_ehlo()
        dialogue.raw(b"AUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\nNOOP\r\n")
        found = told(dialogue, b"334 a\r\n334 b\r\n235 ok\r\n250 ok\r\n")
        assert answers(found) == [
            (b"AUTH", 334),
            (b"(auth)", 334),
            (b"(auth)", 235),
            (b"NOOP", 250),
        ]

    def test_an_answer_without_a_challenge_is_refused(self) -> None:
        with pytest.raises(LocalProtocolError, match="AUTH first"):
            after_ehlo().auth_response(b"x")


class TestSecrets:
    def hidden(self, dialogue: Dialogue) -> list[bytes]:
        assert dialogue.last_sent is not None
        sent = dialogue.last_sent
        return [sent.data[start:end] for start, end in sent.secrets]

    def test_an_initial_response_is_one(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"auth plain AHUAcA== ")
        assert self.hidden(dialogue) == [b"AHUAcA== "]
        assert dialogue.last_sent is not None
        assert dialogue.last_sent.label == "PLAIN"

    def test_an_answer_is_one_but_cancelling_is_not(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH LOGIN")
        told(dialogue, b"334 x\r\n")
        dialogue.command(b"dXNlcg==")
        assert self.hidden(dialogue) == [b"dXNlcg=="]
        told(dialogue, b"334 x\r\n")
        dialogue.command(b"*")
        assert self.hidden(dialogue) == []

    def test_answers_that_come_after_a_refusal_are_hidden_until_a_known_command(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH LOGIN")
        told(dialogue, b"504 5.7.4 no\r\n")
        for answer in (b"dXNlcg==", b"hunter2"):
            dialogue.command(answer)
            assert self.hidden(dialogue) == [answer]
            told(dialogue, b"500 what?\r\n")
        dialogue.command(b"NOOP")
        assert self.hidden(dialogue) == []
        told(dialogue, b"250 ok\r\n")
        dialogue.command(b"XTRA word")
        assert self.hidden(dialogue) == []

    def test_after_signing_in_a_command_nobody_knows_is_not_hidden(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH PLAIN AHUAcA==")
        told(dialogue, b"235 ok\r\n")
        dialogue.command(b"XTRA word")
        assert self.hidden(dialogue) == []

    @pytest.mark.parametrize("word", [b"cGFzc3dvcmQ=", b"aHVudGVyMmh1bnRlcg"])
    def test_what_stands_in_place_of_the_mechanism_is_hidden(self, word: bytes) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH " + word)
        assert self.hidden(dialogue) == [word]

    @pytest.mark.parametrize("name", [b"LOGIN", b"login", b"Login", b"cram-MD5", b"X-Odd_1"])
    def test_the_mechanism_is_not(self, name: bytes) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH " + name)
        assert self.hidden(dialogue) == []

    @pytest.mark.parametrize(
        "credential",
        [b"user@example.org\0hunter2", b"\0user@example.org hunter2", b"tim " + b"0f" * 16],
    )
    def test_a_faulty_credential_and_a_signed_challenge_are_hidden_too(
        self, credential: bytes
    ) -> None:
        token = base64.b64encode(credential)
        dialogue = after_ehlo()
        dialogue.command(b"HELP " + token)
        assert self.hidden(dialogue) == [token]

    @pytest.mark.parametrize("line", [b"EHLO AAAAAAAA", b"VRFY mailbox", b"HELO smtp.example.org"])
    def test_words_of_other_commands_are_not(self, line: bytes) -> None:
        dialogue = after_ehlo()
        dialogue.command(line)
        assert self.hidden(dialogue) == []

    def test_lines_behind_an_unanswered_auth_are_hidden_unless_they_are_verbs(self) -> None:
        dialogue = after_ehlo()
        dialogue.raw(b"AUTH LOGIN\r\ndXNlcg==\r\nQUIT\r\n")
        assert self.hidden(dialogue) == [b"dXNlcg=="]

    def test_a_plain_credential_typed_in_the_wrong_place_is_hidden(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"NOOP " + base64.b64encode(b"\0user\0password"))
        assert self.hidden(dialogue) == [base64.b64encode(b"\0user\0password")]

    @given(
        *[st.binary(min_size=least, max_size=5).map(without_nul) for least in (0, 1, 1)],
        st.booleans(),
    )
    def test_so_is_the_shortest_one(
        self, authzid: bytes, user: bytes, password: bytes, padded: bool
    ) -> None:
        dialogue = after_ehlo()
        token = base64.b64encode(b"\0".join((authzid, user, password)))
        dialogue.command(b"NOOP " + (token if padded else token.rstrip(b"=")))
        assert dialogue.last_sent is not None
        assert dialogue.last_sent.secrets == ((5, len(dialogue.last_sent.data) - 2),)

    def test_a_fragment_of_an_auth_line_is_hidden(self) -> None:
        dialogue = after_ehlo()
        dialogue.raw(b"AUTH PLAIN AHUA")
        assert self.hidden(dialogue) == [b"AHUA"]
        dialogue.raw(b"cA==\r\n")
        assert self.hidden(dialogue) == [b"cA=="]

    def test_no_repr_shows_one(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"AUTH PLAIN AHUAcA==")
        assert "AHUA" not in repr(dialogue.pending) + repr(dialogue.last_sent)
        assert "AHUA" not in repr(told(dialogue, b"535 no\r\n"))


class TestStarttls:
    def test_220_asks_for_the_handshake_and_then_everything_is_forgotten(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"STARTTLS")
        assert isinstance(told(dialogue, b"220 go\r\n")[-1], UpgradeTLS)
        assert dialogue.phase is Phase.UPGRADING
        with pytest.raises(LocalProtocolError, match="handshake"):
            dialogue.command(b"EHLO me")
        dialogue.tls_started()
        assert dialogue.phase is Phase.COMMAND
        assert dialogue.security is Security.TLS
        assert dialogue.hello is None
        assert len(dialogue.extensions) == 0

    @pytest.mark.parametrize("cut", [False, True])
    def test_plain_text_behind_the_220_is_shown_and_never_parsed(self, cut: bool) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"STARTTLS")
        found = told(dialogue, b"220 go\r\n") if cut else []
        found = told(dialogue, (b"" if cut else b"220 go\r\n") + b"250-INJECTED\r\n250 AUTH X\r\n")
        (alarm,) = [event for event in found if isinstance(event, Malformed)]
        assert alarm.raw == b"250-INJECTED\r\n250 AUTH X\r\n"
        assert not any(isinstance(event, UpgradeTLS) for event in found)
        assert dialogue.phase is Phase.BROKEN
        with pytest.raises(LocalProtocolError, match="connect again"):
            dialogue.command(b"EHLO me")

    def test_an_injected_fragment_without_line_end_is_found(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"STARTTLS")
        assert not any(isinstance(e, UpgradeTLS) for e in told(dialogue, b"220 go\r\n2"))
        assert dialogue.phase is Phase.BROKEN

    def test_a_command_sent_behind_it_breaks_the_connection(self) -> None:
        dialogue = after_ehlo()
        dialogue.raw(b"STARTTLS\r\nEHLO me\r\n")
        found = told(dialogue, b"220 go\r\n")
        assert isinstance(found[-1], Malformed)
        assert dialogue.phase is Phase.BROKEN

    def test_refused_it_changes_nothing(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"STARTTLS")
        told(dialogue, b"454 no certificate\r\n")
        assert dialogue.phase is Phase.COMMAND
        assert "STARTTLS" in dialogue.extensions

    def test_a_failed_handshake_ends_all_sending(self) -> None:
        dialogue = after_ehlo()
        dialogue.command(b"STARTTLS")
        told(dialogue, b"220 go\r\n")
        dialogue.tls_failed("the certificate has expired")
        with pytest.raises(LocalProtocolError, match="expired"):
            dialogue.command(b"QUIT")

    def test_implicit_tls_still_waits_for_the_greeting(self) -> None:
        dialogue = Dialogue()
        dialogue.tls_started()
        assert (dialogue.phase, dialogue.security) == (Phase.GREETING, Security.TLS)
        assert answers(told(dialogue, b"220 hi\r\n")) == [(b"(greeting)", 220)]


class TestRepliesPerRecipient:
    def test_lmtp_gives_one_for_each_accepted_recipient(self) -> None:
        dialogue = in_body(b"<a@x>", b"<b@x>", lmtp=True)
        dialogue.body(b"hello")
        dialogue.command(b"QUIT")
        found = told(dialogue, b"250 a\r\n552 b\r\n221 bye\r\n")
        assert answers(found) == [(b"(body)", 250), (b"(body)", 552), (b"QUIT", 221)]
        assert [e.recipient for e in found if isinstance(e, Reply)] == [b"<a@x>", b"<b@x>", None]

    def test_lmtp_does_so_for_the_last_chunk(self) -> None:
        dialogue = after_ehlo(lmtp=True)
        for line in (b"MAIL FROM:<s>", b"RCPT TO:<a>", b"RCPT TO:<b>"):
            dialogue.command(line)
        dialogue.chunk(b"x")
        found = told(dialogue, b"250 ok\r\n250 ok\r\n250 ok\r\n250 a\r\n450 b\r\n")
        assert answers(found)[-2:] == [(b"BDAT", 250), (b"BDAT", 450)]
        assert dialogue.pending == ()

    def test_prdr_353_announces_one_each_and_a_final_one(self) -> None:
        dialogue = after_ehlo()
        for line in (b"MAIL FROM:<s> PRDR", b"RCPT TO:<a>", b"RCPT TO:<b>", b"DATA"):
            dialogue.command(line)
        told(dialogue, b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n")
        dialogue.body(b"hello")
        found = told(dialogue, b"353 each\r\n250 a\r\n550 b\r\n250 done\r\n")
        replies = [event for event in found if isinstance(event, Reply)]
        assert [(reply.code, reply.recipient) for reply in replies] == [
            (353, None),
            (250, b"<a>"),
            (550, b"<b>"),
            (250, None),
        ]
        assert all(not reply.flags for reply in replies)
        assert dialogue.transaction is Transaction.NONE
        assert dialogue.pending == ()


class TestFaults:
    def test_an_extra_reply_in_the_same_segment_is_unsolicited(self) -> None:
        dialogue = greeted()
        dialogue.command(b"NOOP")
        found = told(dialogue, b"250 a\r\n250 INJECTED\r\n")
        assert [type(event) for event in found] == [Reply, Unsolicited, Desync]
        dialogue.command(b"NOOP")
        assert answers(told(dialogue, b"250 b\r\n")) == [(b"NOOP", 250)]
        assert dialogue.sync is Sync.LOST

    def test_a_reply_that_began_before_the_command_does_not_answer_it(self) -> None:
        dialogue = greeted()
        told(dialogue, b"250 INJ")
        dialogue.command(b"NOOP")
        found = told(dialogue, b"ECTED\r\n250 real\r\n")
        (reply,) = [event for event in found if isinstance(event, Reply)]
        assert reply.lines == (b"real",)
        assert any(isinstance(event, Unsolicited) for event in found)

    def test_421_while_idle_is_unsolicited_and_closes(self) -> None:
        dialogue = greeted()
        found = told(dialogue, b"421 4.4.2 timeout\r\n")
        assert [type(event) for event in found] == [Unsolicited]
        assert dialogue.phase is Phase.CLOSING

    @pytest.mark.parametrize("verb", [b"NOOP", b"MAIL FROM:<a>", b"DATA", b"AUTH PLAIN", b"BDAT 0"])
    def test_421_to_anything_closes(self, verb: bytes) -> None:
        dialogue = after_ehlo()
        dialogue.command(verb)
        told(dialogue, b"421 bye\r\n")
        assert dialogue.phase is Phase.CLOSING

    def test_421_instead_of_the_reply_to_a_message_closes(self) -> None:
        dialogue = in_body()
        dialogue.body(b"x")
        told(dialogue, b"421 bye\r\n")
        assert dialogue.phase is Phase.CLOSING

    def test_mixed_codes_are_told_and_the_last_one_counts(self) -> None:
        dialogue = greeted()
        dialogue.command(b"NOOP")
        malformed, reply = told(dialogue, b"250-foo\r\n550 bar\r\n")
        assert isinstance(malformed, Malformed)
        assert malformed.reason == "the reply began with 250, continues with 550"
        assert isinstance(reply, Reply)
        assert (reply.code, reply.lines, reply.flags) == (
            550,
            (b"foo", b"bar"),
            frozenset({"mixed-codes"}),
        )

    @pytest.mark.parametrize(
        "line", [b"hello", b"2500 foo", b"+25 foo", b"150 x", b"650 x", b"25", b"250x", b""]
    )
    def test_garbage_is_told_and_the_next_reply_still_answers(self, line: bytes) -> None:
        dialogue = greeted()
        dialogue.command(b"NOOP")
        found = told(dialogue, line + b"\r\n250 ok\r\n")
        assert [type(event) for event in found] == [Malformed, Desync, Reply]

    def test_garbage_inside_a_reply_does_not_lose_the_place(self) -> None:
        dialogue = greeted()
        dialogue.command(b"HELP")
        found = told(dialogue, b"214-a\r\nrubbish\r\n214 b\r\n")
        assert [type(event) for event in found] == [Malformed, Reply]
        assert dialogue.sync is Sync.OK

    @pytest.mark.parametrize(
        ("line", "flag"),
        [
            (b"250 ok\n", "bare-lf"),
            (b"250 a\0b\r\n", "nul"),
            (b"250 gr\xfc\xdfe\r\n", "non-ascii"),
            (b"250 \x1b]0;x\x07\r\n", "control"),
            (b"250 a\rb\r\n", "control"),
            (b"250 " + b"x" * 1_000_000 + b"\r\n", "truncated"),
        ],
    )
    def test_unusual_octets_are_flagged_and_nothing_is_lost(self, line: bytes, flag: str) -> None:
        dialogue = greeted()
        dialogue.command(b"NOOP")
        dialogue.command(b"NOOP")
        first, second = told(dialogue, line + b"250 ok\r\n")
        assert isinstance(first, Reply)
        assert isinstance(second, Reply)
        assert flag in first.flags
        assert second.flags == frozenset()

    @pytest.mark.parametrize(("command", "code"), [(b"NOOP", 354), (b"MAIL FROM:<a>", 334)])
    def test_an_intermediate_reply_where_none_makes_sense_is_flagged(
        self, command: bytes, code: int
    ) -> None:
        dialogue = greeted()
        dialogue.command(command)
        (reply,) = told(dialogue, b"%d x\r\n" % code)
        assert isinstance(reply, Reply)
        assert reply.flags == {"implausible"}
        assert dialogue.phase is Phase.COMMAND

    def test_an_endless_line_is_bounded(self) -> None:
        dialogue = greeted()
        tracemalloc.start()
        for _ in range(80):
            dialogue.receive_data(b"2" * 65536)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert dialogue.phase is Phase.BROKEN
        assert peak < 1_000_000

    def test_endless_continuation_lines_are_bounded(self) -> None:
        dialogue = greeted()
        dialogue.command(b"HELP")
        tracemalloc.start()
        for _ in range(200):
            dialogue.receive_data(b"214-\r\n" * 1000)
            events(dialogue)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert dialogue.phase is Phase.BROKEN
        assert peak < 16_000_000

    def test_a_reply_of_too_many_short_lines_says_how_they_count(self) -> None:
        dialogue = Dialogue(limits=Limits(reply=1000))
        dialogue.receive_data(b"220-\r\n" * 14)
        assert dialogue.phase is Phase.GREETING
        dialogue.receive_data(b"220-\r\n")
        malformed = events(dialogue)[-1]
        assert isinstance(malformed, Malformed)
        assert "15 lines" in malformed.reason
        assert "1,000 octets" in malformed.reason
        assert "64 more" in malformed.reason

    def test_close_in_the_middle_of_a_line_says_what_was_open(self) -> None:
        dialogue = greeted()
        dialogue.command(b"NOOP")
        told(dialogue, b"25")
        dialogue.receive_eof(clean=False)
        malformed, closed = events(dialogue)
        assert isinstance(malformed, Malformed)
        assert isinstance(closed, Closed)
        assert (closed.clean, closed.partial) == (False, b"25")
        assert [command.verb for command in closed.pending] == [b"NOOP"]
        with pytest.raises(LocalProtocolError, match="closed"):
            dialogue.command(b"NOOP")

    def test_close_in_the_middle_of_a_reply_shows_its_lines(self) -> None:
        dialogue = greeted()
        dialogue.command(b"HELP")
        told(dialogue, b"214-one\r\n")
        dialogue.receive_eof()
        malformed, _ = events(dialogue)
        assert isinstance(malformed, Malformed)
        assert malformed.raw == b"214-one\r\n"

    def test_a_goodbye_before_the_close_explains_it(self) -> None:
        dialogue = greeted()
        dialogue.command(b"WHAT")
        told(dialogue, b"500 what\r\n502 too many unrecognised commands\r\n")
        dialogue.receive_eof()
        (closed,) = events(dialogue)
        assert isinstance(closed, Closed)
        assert closed.goodbye is not None
        assert closed.goodbye.code == 502

    def test_closing_twice_tells_once(self) -> None:
        dialogue = greeted()
        dialogue.receive_eof()
        dialogue.receive_eof()
        dialogue.receive_data(b"250 late\r\n")
        assert [type(event) for event in events(dialogue)] == [Closed]


REPLIES = st.sampled_from(
    [
        b"250 ok\r\n",
        b"250-a\r\n",
        b"250\n",
        b"354 go\r\n",
        b"334 dXNlcg==\r\n",
        b"421 bye\r\n",
        b"500 no\r\n",
        b"550-5.1.1 x\r\n",
        b"220 go\r\n",
        b"rubbish\r\n",
        b"\r\n",
        b"\x1b[2J\r\n",
        b"2",
        b"250 \xff\0\r\n",
        b"353 each\r\n",
    ]
)
COMMANDS = st.lists(
    st.sampled_from(
        [
            b"EHLO me\r\n",
            b"AUTH LOGIN\r\n",
            b"dXNlcg==\r\n",
            b"MAIL FROM:<a>\r\n",
            b"RCPT TO:<b>\r\n",
            b"DATA\r\n",
            b"BDAT 9 LAST\r\nNOOP\r\n123",
            b"text\r\n.\r\n",
            b"\r\n",
            b"QUIT\r\n",
            b"half",
        ]
    ),
    max_size=8,
)


@given(COMMANDS, st.lists(REPLIES, max_size=12).map(b"".join), st.data())
def test_replies_split_anywhere_give_the_same_events(
    commands: list[bytes], stream: bytes, data: st.DataObject
) -> None:
    whole, cut, single = Dialogue(), Dialogue(), Dialogue()
    for dialogue in (whole, cut, single):
        dialogue.raw(b"".join(commands))
    whole.receive_data(stream)
    position = 0
    while position < len(stream):
        step = data.draw(st.integers(1, len(stream) - position))
        cut.receive_data(stream[position : position + step])
        position += step
    for octet in stream:
        single.receive_data(bytes([octet]))
    for dialogue in (whole, cut, single):
        dialogue.receive_eof()
    assert events(whole) == events(cut) == events(single)
    assert whole.state == cut.state == single.state


@given(st.lists(st.tuples(st.sampled_from("swrbc"), st.binary(max_size=40)), max_size=20))
def test_no_octets_from_anywhere_raise_anything_but_a_local_error(
    steps: list[tuple[str, bytes]],
) -> None:
    dialogue = Dialogue()
    for kind, octets in steps:
        try:
            match kind:
                case "s":
                    dialogue.receive_data(octets)
                case "w":
                    dialogue.command(octets)
                case "r":
                    dialogue.raw(octets)
                case "b":
                    dialogue.body(octets)
                case "c":
                    dialogue.chunk(octets)
        except LocalProtocolError:
            continue
    dialogue.receive_eof()
    assert isinstance(events(dialogue)[-1], Closed)
