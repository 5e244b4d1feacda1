"""What replies mean: every code of the registry, the replies people despair of, hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.sasl.mechanisms import Secret
from smtp_tui.smtp import provider_notes, status_codes
from smtp_tui.smtp.commands import verbs
from smtp_tui.smtp.explain import Explanation, explain
from smtp_tui.smtp.quoted import find
from smtp_tui.smtp.replies import enhanced_status
from smtp_tui.smtp.state import Identity, Security, State

# The IANA registry "SMTP Enhanced Status Codes", enumerated status codes: how many details each
# subject has, counted from 0 without a gap.
REGISTERED = {0: 1, 1: 11, 2: 5, 3: 7, 4: 8, 5: 7, 6: 11, 7: 31}
REPLY_CODES = (
    211, 214, 220, 221, 235, 250, 251, 252, 334, 354,
    421, 432, 450, 451, 452, 454, 455,
    500, 501, 502, 503, 504, 521, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556,
)  # fmt: skip
"""Those of RFC 5321 4.2.3, RFC 4954 6, RFC 7504 and RFC 3207."""

CLEAR = State()
TLS = State(security=Security.TLS)
SIGNED_IN = State(security=Security.TLS, identity=Identity("PLAIN"))


def of(reply: str, verb: bytes = b"", state: State | None = None) -> Explanation:
    """The explanation of a reply as it stands on the wire."""
    quoted = find(reply)
    assert quoted is not None
    return explain(quoted.code, quoted.enhanced, quoted.lines, verb or quoted.verb, state)


# The tables


def test_every_registered_enhanced_status_code_is_known() -> None:
    wanted = {f"{subject}.{n}" for subject, count in REGISTERED.items() for n in range(count)}
    assert set(status_codes.enhanced_details()) == wanted
    for detail in wanted:
        for digit in "245":
            found = status_codes.enhanced(f"{digit}.{detail}")
            assert found is not None
            assert found.text.endswith(".")
            assert found.name
            assert found.rfc
            assert found.subject


def test_every_reply_code_of_the_standards_is_known() -> None:
    assert set(REPLY_CODES) <= set(status_codes.basic_codes())
    for code in status_codes.basic_codes():
        found = status_codes.basic(code)
        assert found is not None
        assert found.text.endswith(".")
        assert found.rfc
        assert found.outcome
        assert all(text.endswith(".") for _, text in found.by_verb)


def test_every_note_says_what_to_do_and_where_it_is_from() -> None:
    for note in provider_notes.notes():
        assert note.codes or note.enhanced, note
        assert note.meaning.endswith("."), note
        assert note.todo.endswith("."), note
        assert note.hint.endswith("."), note
        assert len(note.hint) <= 60, note
        assert note.source, note
        assert not (note.action and note.line), note
        assert note.url.startswith("https://") or not note.url, note
        assert all(text == text.lower() for text in note.text), note


def test_no_note_is_hidden_behind_another() -> None:
    for note in provider_notes.notes():
        code = note.codes[0] if note.codes else 550
        status = note.enhanced[0] if note.enhanced else None
        text = note.text[0].replace("*", " … ").encode() if note.text else b"anything"
        verb = note.verbs[0] if note.verbs else "NOOP"
        states = [state for state in (CLEAR, TLS, SIGNED_IN) if _fits(note, state)]
        name = "XOAUTH2" if note.secret is Secret.TOKEN else "PLAIN"
        found = [
            provider_notes.fitting(code, status, [text], verb, state, name) for state in states
        ]
        assert any(note in each for each in found), note


def _fits(note: provider_notes.Note, state: State) -> bool:
    return note.when is None or provider_notes.holds(note.when, state)


# Replies people meet


@pytest.mark.parametrize(
    ("reply", "verb", "provider", "words", "action"),
    [
        ("535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8"
         "  https://support.google.com/mail/?p=BadCredentials a1 - gsmtp", b"AUTH",
         "Gmail", "app password", "setup"),
        ("534-5.7.9 Application-specific password required. For more information, go to\n"
         "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor a1 - gsmtp", b"AUTH",
         "Gmail", "app password", "setup"),
        ("530 5.7.0 Must issue a STARTTLS command first. a1 - gsmtp", b"MAIL",
         "Gmail", "STARTTLS", "starttls"),
        ("530-5.7.0 Authentication Required. For more information, go to\n"
         "530 5.7.0  https://support.google.com/mail/?p=WantAuthError a1 - gsmtp", b"MAIL",
         "Gmail", "AUTH", "auth"),
        ("421-4.7.0 Our system has detected an unusual rate of unsolicited mail", b"(greeting)",
         "Gmail", "IP address", ""),
        ("550-5.7.26 Your email has been blocked because the sender is unauthenticated. - gsmtp",
         b"(body)", "Gmail", "SPF", ""),
        ("555 5.5.2 Syntax error, goodbye. a1 - gsmtp", b"MAIL", "Gmail", "MAIL FROM:<", ""),
        ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the"
         " Tenant.", b"AUTH", "Microsoft 365", "Authenticated SMTP", ""),
        ("535 5.7.139 Authentication unsuccessful, user is locked by your organization's security"
         " defaults policy.", b"AUTH", "Microsoft 365", "security defaults", ""),
        ("530 5.7.57 Client not authenticated to send mail.", b"MAIL", "Microsoft 365", "AUTH",
         "auth"),
        ("535 5.7.3 Authentication unsuccessful", b"(auth)", "Microsoft 365", "user", "setup"),
        ("504 5.7.4 Unrecognized authentication type", b"AUTH", "Microsoft 365", "EHLO", "setup"),
        ("535 5.7.0 (#AUTH005) Too many bad auth attempts. (#MAIL) authentication unacceptable",
         b"AUTH", "Yahoo", "app password", "setup"),
        ("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume",
         b"MAIL", "Yahoo", "IP address", ""),
        ("554 Message not allowed - [PH01] Email not accepted for policy reasons.", b"(body)",
         "Yahoo", "SPF or DKIM", ""),
        ("535 Authentication Credentials Invalid", b"AUTH", "Amazon SES", "SMTP credentials",
         "setup"),
        ("554 Message rejected: Email address is not verified.", b"(body)", "Amazon SES",
         "SES console", ""),
        ("454 Throttling failure: Maximum sending rate exceeded.", b"(body)", "Amazon SES",
         "slower", ""),
        ("554 5.7.1 <a@example.org>: Relay access denied", b"RCPT", "", "AUTH", "auth"),
        ("550 relay not permitted", b"RCPT", "", "AUTH", "auth"),
        ("451 4.7.1 Greylisted, please try again in 300 seconds", b"RCPT", "", "same mail", ""),
        ("450 4.2.0 <a@example.org>: Recipient address rejected: Greylisted", b"RCPT", "",
         "same mail", ""),
        ("452 4.2.2 Mailbox full", b"RCPT", "", "room", ""),
        ("452 4.5.3 Error: too many recipients", b"RCPT", "", "the rest", ""),
        ("552 5.3.4 Message size exceeds fixed limit", b"MAIL", "", "smaller", ""),
        ("501 5.5.4 Invalid domain name", b"EHLO", "", "host name", ""),
        ("501 Syntactically invalid HELO argument(s)", b"EHLO", "Exim", "underscore", ""),
        ("503 5.5.1 Error: send HELO/EHLO first", b"MAIL", "", "EHLO", ""),
        ("503 5.5.1 RCPT first.", b"DATA", "", "RCPT TO", ""),
        ("538 5.7.11 Encryption required", b"AUTH", "", "STARTTLS", "starttls"),
        ("454 4.7.0 TLS not available due to local problem", b"STARTTLS", "", "465", ""),
        ("421 4.4.2 mx.example.org Error: timeout exceeded", b"NOOP", "", "Connect again",
         "connect"),
        ("554 SMTP synchronization error", b"(greeting)", "Exim", "PIPELINING", "connect"),
        ("521 5.2.1 this host takes no mail", b"(greeting)", "", "MX", "setup"),
        ("556 5.1.10 Recipient address has null MX", b"RCPT", "", "domain", ""),
        ("550 5.1.1 <x@example.org>: Recipient address rejected: User unknown", b"RCPT", "",
         "spelling", ""),
        ("550 5.7.1 SPF check failed", b"MAIL", "", "SPF", ""),
        ("550 5.7.1 rejected by DMARC policy", b"(body)", "", "DKIM", ""),
        ("454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
         b"AUTH", "Postfix with Dovecot", "half a minute", "auth"),
        ("521 5.5.1 Protocol error", b"(greeting)", "Postfix", "wait for the greeting", "connect"),
        ("501 5.5.2 Cannot Decode response", b"AUTH", "", "decoder", "decode"),
        ("500 5.5.2 Line too long", b"AUTH", "", "334", ""),
        ("550 5.5.2 bare <LF> received", b"(body)", "", "CR LF", ""),
        ("421 Error: You talk too soon", b"(greeting)", "nodemailer smtp-server", "220", "connect"),
    ],
)  # fmt: skip
def test_what_is_known_of_a_reply_comes_first(
    reply: str, verb: bytes, provider: str, words: str, action: str
) -> None:
    found = of(reply, verb)
    assert found.notes
    assert (found.notes[0].provider or provider) == provider
    assert words in f"{found.notes[0].meaning} {found.notes[0].todo}"
    assert found.hint == found.notes[0].hint
    assert found.suggestion is not None
    assert found.suggestion.action == action


def test_the_meaning_of_a_code_depends_on_what_it_answers() -> None:
    assert "exists" in of("250 <a@example.org>", b"VRFY").rows[0][1]
    assert "responsible" in of("250 OK", b"(body)").rows[0][1]
    assert "nothing away" in of("252 send some mail", b"VRFY").rows[0][1]
    assert "takes no mail from you" in of("554 no", b"(greeting)").rows[0][1]


def test_the_session_decides_between_encrypting_and_signing_in() -> None:
    for state, action in ((CLEAR, "starttls"), (TLS, "auth")):
        suggestion = of("530 5.7.0 first things first", b"MAIL", state).suggestion
        assert suggestion is not None
        assert suggestion.action == action


@pytest.mark.parametrize(
    "text",
    [b"5.7.8 Username and Password not accepted. - gsmtp", b"5.7.3 Authentication unsuccessful",
     b"authentication failed"],
)  # fmt: skip
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_refused_token_is_not_told_to_become_a_password(text: bytes, mechanism: str) -> None:
    found = explain(535, enhanced_status(text), [text], b"(auth)", TLS, mechanism)
    assert [note.hint for note in found.notes] == [found.hint]
    assert "token" in found.hint
    assert "password field" not in found.notes[0].todo


def test_that_an_app_password_is_wanted_is_a_guess_unless_the_server_says_so() -> None:
    refused = "535-5.7.8 Username and Password not accepted. For more information, go to"
    assert of(refused, b"AUTH").hint.startswith("Perhaps")
    certain = of("534-5.7.9 Application-specific password required.", b"AUTH").hint
    assert "perhaps" not in certain.lower()


def test_relaying_refused_to_who_is_signed_in_does_not_ask_to_sign_in() -> None:
    reply = "554 5.7.1 <a@example.org>: Relay access denied"
    assert of(reply, b"RCPT", SIGNED_IN).notes[0].action == ""
    assert of(reply, b"RCPT", TLS).notes[0].action == "auth"


def test_a_text_decides_against_notes_of_other_providers() -> None:
    assert {note.provider for note in of("535 5.7.8 Error: authentication failed").notes} == {""}
    assert {note.provider for note in of("535 5.7.8").notes} == {"", "Gmail"}
    (note,) = of("5.7.8").notes
    assert note.provider == ""
    assert "Check user and password" in note.todo


def test_no_two_notes_say_the_same() -> None:
    found = of("530 5.7.0 Must issue a STARTTLS command first. a1 - gsmtp", b"MAIL", CLEAR)
    assert [note.provider for note in found.notes] == ["Gmail"]


def test_a_reply_that_accepts_has_no_notes_and_no_hint() -> None:
    found = of("250 2.1.5 Relay access denied is what I would say", b"RCPT")
    assert (found.notes, found.hint, found.suggestion) == ((), "", None)


def test_a_code_of_a_provider_s_own_is_said_to_be_unregistered() -> None:
    assert "Not a registered code" in of("550 5.7.999 no").rows[1][1]
    assert "security" in of("550 5.7.999 no").rows[1][1]
    assert "No document" in of("599 no").rows[0][1]


@pytest.mark.parametrize(
    ("reply", "verb", "words"),
    [
        ("535 4.7.8 Authentication failed", b"AUTH", "contradict"),
        ("250 5.1.1 User unknown", b"RCPT", "contradict"),
        ("450 5.2.2 full", b"RCPT", "contradict"),
        ("354 2.0.0 go", b"DATA", "RFC 2034"),
        ("354 go", b"NOOP", "another"),
        ("334 VXNlcm5hbWU6", b"MAIL", "another"),
        ("235 ok", b"RCPT", "another"),
        ("221 bye", b"EHLO", "another"),
        ("354 go", b"(greeting)", "a greeting"),
    ],
)
def test_what_does_not_go_together_is_pointed_out(reply: str, verb: bytes, words: str) -> None:
    assert any(words in sentence for sentence in of(reply, verb).contradictions)


@pytest.mark.parametrize(
    ("reply", "verb"),
    [
        ("354 go", b"DATA"), ("334 ", b"(auth)"), ("220 ready", b"STARTTLS"), ("221 bye", b"QUIT"),
        ("353 wait", b"(body)"), ("220 hello", b"(greeting)"), ("252 try", b"VRFY"),
        ("535 5.7.8 no", b"AUTH"), ("550 no", b"X-UNKNOWN"), ("250 2.0.0 ok", b"BDAT"),
    ],
)  # fmt: skip
def test_what_goes_together_is_left_alone(reply: str, verb: bytes) -> None:
    assert of(reply, verb).contradictions == ()


# Replies as they are pasted


@pytest.mark.parametrize(
    ("text", "code", "enhanced", "verb"),
    [
        ("550", 550, None, b""),
        ("5.7.8", None, "5.7.8", b""),
        ("535-5.7.8 …", 535, "5.7.8", b""),
        ("550-one\n550-two\n550 5.1.1 three", 550, None, b""),
        (" <** 535 5.7.8 Error\n", 535, "5.7.8", b""),
        ("<~* 454 4.7.0 no", 454, "4.7.0", b""),
        ("S: 250 x\nC: RCPT TO:<a@b>\nS: 550 5.1.1 no", 550, "5.1.1", b"RCPT"),
        (" -> MAIL FROM:<a@example.org>\n<** 530 5.7.0 Must issue", 530, "5.7.0", b"MAIL"),
        ("(535, b'5.7.8 Username and Password not accepted')", 535, "5.7.8", b""),
        ("host mx.example.org said: 550 5.1.1 <x@example.org> unknown (in reply to RCPT)", 550,
         "5.1.1", b""),
        ("status=bounced, dsn=5.4.1", None, "5.4.1", b""),
        ("535 5.7.8\r\n", 535, "5.7.8", b""),
        ("250 fine", 250, None, b""),
    ],
)  # fmt: skip
def test_a_reply_is_found_in_what_was_pasted(
    text: str, code: int | None, enhanced: str | None, verb: bytes
) -> None:
    quoted = find(text)
    assert quoted is not None
    assert (quoted.code, quoted.enhanced, quoted.verb) == (code, enhanced, verb)


@pytest.mark.parametrize(
    "text", ["", "hello", "12", "5500", "192.0.2.1", "699 no", "5.7", "8.5.7.1"]
)
def test_what_holds_no_reply_code_is_told_apart(text: str) -> None:
    assert find(text) is None


# Hostile replies


@given(
    st.none() | st.integers(-1, 10_000),
    st.none() | st.text(max_size=20) | st.from_regex(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}"),
    st.lists(st.binary(max_size=300), max_size=5),
    st.sampled_from([b"", b"(greeting)", b"(auth)", b"(body)", *verbs()]) | st.binary(max_size=20),
    st.sampled_from([None, CLEAR, TLS, SIGNED_IN]),
)
def test_nothing_a_server_says_raises(
    code: int | None, enhanced: str | None, lines: list[bytes], verb: bytes, state: State | None
) -> None:
    found = explain(code, enhanced, lines, verb, state)
    assert len(found.notes) <= 3
    assert found.title == found.title.strip()


@given(st.text(max_size=400))
def test_nothing_that_is_pasted_raises(text: str) -> None:
    quoted = find(text)
    if quoted is not None:
        explain(quoted.code, quoted.enhanced, quoted.lines, quoted.verb)


def test_ten_thousand_lines_of_8_kb_are_read_as_far_as_their_head() -> None:
    lines = [b"spam " * 1600] * 10_000
    far = [*lines, b"greylisted"]
    assert explain(450, "4.7.1", far, b"RCPT") == explain(450, "4.7.1", lines, b"RCPT")
    quoted = find("\n".join(["550-" + "9" * 8192] * 10_000) + "\n550 5.7.1 no")
    assert quoted is not None
    assert len(quoted.lines) <= 10_000
    assert max(map(len, quoted.lines)) <= 2048


def test_a_line_full_of_almost_codes_is_read_once() -> None:
    assert find("5.7. 55 - " * 1_000_000) is None
    assert find("<" * 1_000_000) is None
    assert find(" " * 1_000_000) is None
