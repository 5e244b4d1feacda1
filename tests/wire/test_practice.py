"""The practice server as a client on the wire meets it, octet for octet."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from smtp_tui.practice.server import PracticeMessage, PracticeServer
from tests.wire.practice_client import TOKEN, Client, b64

AS_ONESELF = b64("user@gmail.com\0user@gmail.com\0password")
AS_ANOTHER = b64("boss@gmail.com\0user@gmail.com\0password")
WRONG = b64("\0user@gmail.com\0wrong")


@pytest.fixture(scope="module")
def server() -> Iterator[PracticeServer]:
    with PracticeServer() as running:
        yield running


Open = Callable[..., Client]


@pytest.fixture
def dial(server: PracticeServer) -> Iterator[Open]:
    with ExitStack() as opened:
        yield lambda *, tls=False: opened.enter_context(Client(server.address, tls=tls))


@pytest.fixture
def clear(dial: Open) -> Client:
    """A client that was greeted in the clear."""
    return dial()


@pytest.fixture
def private(dial: Open) -> Client:
    """A client that was greeted under TLS."""
    return dial(tls=True)


@pytest.fixture
def user(private: Client) -> Client:
    """A client that signed in."""
    return private.sign_in()


def last(server: PracticeServer) -> PracticeMessage:
    return server.messages[-1]


# The walk-through


def test_the_walk_through_works_word_for_word(server: PracticeServer, clear: Client) -> None:
    assert clear.greeting.startswith("220 smtp.practice.test ESMTP ")
    assert clear.greeting.endswith(" - practice")
    clear.starttls()
    clear.ask("EHLO me")
    assert clear.ask(f"AUTH PLAIN {TOKEN}") == "235 2.7.0 Accepted"
    clear.envelope()
    assert clear.ask("DATA").startswith("354 Go ahead ")
    assert clear.ask("Subject: it works\r\n\r\nhello\r\n.").startswith("250 2.0.0 OK ")
    assert clear.ask("QUIT").startswith("221 2.0.0 closing connection ")
    assert clear.is_over()
    assert last(server).content == b"Subject: it works\r\n\r\nhello\r\n"
    assert last(server).recipients == ("b@example.org",)
    assert (last(server).sender, last(server).user) == ("a@example.org", "user@gmail.com")


def test_the_capabilities_change_with_tls(clear: Client) -> None:
    assert clear.ask("EHLO me").split("\n") == [
        "250-smtp.practice.test at your service, [127.0.0.1]",
        "250-SIZE 35882577",
        "250-8BITMIME",
        "250-STARTTLS",
        "250-ENHANCEDSTATUSCODES",
        "250-PIPELINING",
        "250-CHUNKING",
        "250 SMTPUTF8",
    ]
    assert (
        clear.starttls().ask("EHLO me").split("\n")[3]
        == "250-AUTH LOGIN PLAIN XOAUTH2 CRAM-MD5 SCRAM-SHA-256"
    )


def test_smtplib_gets_a_message_across(server: PracticeServer) -> None:
    address = server.address
    context = ssl.create_default_context(cafile=str(address.ca_file))
    with smtplib.SMTP_SSL("localhost", address.tls_port, context=context) as client:
        client.login(address.user, address.password)
        client.sendmail("ä@example.org", ["ö@example.org"], b".x\r\n..\r\n", ["SMTPUTF8"])
    assert last(server).content == b".x\r\n..\r\n"
    assert last(server).sender == "ä@example.org"


# The order of things


@pytest.mark.parametrize("command", ["MAIL FROM:<a@b.c>", "RCPT TO:<a@b.c>", "DATA", "STARTTLS"])
def test_hello_comes_first(clear: Client, command: str) -> None:
    assert clear.ask(command).startswith("503 5.5.1 EHLO/HELO first")


@pytest.mark.parametrize(
    "command", ["MAIL FROM:<a@b.c>", "DATA", "AUTH PLAIN", f"AUTH PLAIN {TOKEN}"]
)
def test_nothing_goes_before_tls(clear: Client, command: str) -> None:
    clear.ask("HELO me")
    assert clear.ask(command).startswith("530 5.7.0 Must issue a STARTTLS command first")


def test_mail_wants_a_user_and_says_so_in_two_lines(private: Client) -> None:
    private.ask("EHLO me")
    first, second = private.ask("MAIL FROM:<a@b.c>").split("\n")
    assert first.startswith("530-5.7.0 Authentication Required")
    assert second.startswith("530 5.7.0 ")


def test_mail_rcpt_and_data_come_in_this_order(user: Client) -> None:
    assert user.ask("RCPT TO:<a@b.c>").startswith("503 5.5.1 MAIL first")
    assert user.ask("DATA").startswith("503 5.5.1 MAIL first")
    user.ask("MAIL FROM:<>")
    assert user.ask("DATA").startswith("503 5.5.1 RCPT first")
    assert user.ask("MAIL FROM:<>").startswith("503 5.5.1 ")
    assert user.ask("RSET").startswith("250 2.1.5 Flushed")
    assert user.ask("RCPT TO:<a@b.c>").startswith("503 5.5.1 MAIL first")


def test_everything_is_forgotten_after_starttls(clear: Client) -> None:
    assert clear.starttls().ask(f"AUTH PLAIN {TOKEN}").startswith("503 5.5.1 EHLO/HELO first")


def test_starttls_inside_tls_is_refused(clear: Client, private: Client) -> None:
    clear.starttls().ask("EHLO me")
    private.ask("EHLO me")
    assert clear.ask("STARTTLS").startswith("503 5.5.1 ")
    assert private.ask("STARTTLS").startswith("503 5.5.1 ")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("NOOP", "250 2.0.0 OK"),
        ("noop", "250 2.0.0 OK"),
        ("HELP", "214-2.0.0 "),
        ("EXPN staff", "502 5.5.1 Unimplemented"),
        ("VRFY someone", "503 5.5.1 EHLO/HELO first"),
        ("HELO me", "250 smtp.practice.test at your service"),
        ("EHLO", "501 5.5.4 Empty HELO/EHLO argument"),
        ("GET / HTTP/1.1", "502 5.5.1 Unrecognized command"),
        ("", "502 5.5.1 Unrecognized command"),
        ("RSET now", "501 5.5.4 "),
        ("BDAT many", "501 5.5.4 "),
    ],
)
def test_the_other_commands(clear: Client, command: str, answer: str) -> None:
    assert clear.ask(command).startswith(answer)


def test_vrfy_neither_confirms_nor_denies(clear: Client) -> None:
    clear.ask("EHLO me")
    assert clear.ask("VRFY someone").startswith("252 2.1.5 ")


# Signing in


BEARER = "user=user@gmail.com\x01auth=Bearer ya29.practice-token\x01\x01"


@pytest.mark.parametrize(
    ("exchange", "answer"),
    [
        ([f"AUTH PLAIN {TOKEN}"], "235 2.7.0 Accepted"),
        ([f"auth plain {TOKEN}"], "235 2.7.0 Accepted"),
        (["AUTH PLAIN", TOKEN], "235 2.7.0 Accepted"),
        (["AUTH LOGIN", b64("user@gmail.com"), b64("password")], "235 2.7.0 Accepted"),
        ([f"AUTH LOGIN {b64('user@gmail.com')}", b64("password")], "235 2.7.0 Accepted"),
        ([f"AUTH PLAIN {AS_ONESELF}"], "235 2.7.0 Accepted"),
        ([f"AUTH PLAIN {AS_ANOTHER}"], "535-5.7.8 Username and Pass"),
        ([f"AUTH PLAIN {WRONG}"], "535-5.7.8 Username and Password not"),
        (["AUTH LOGIN", b64("user@gmail.com"), b64("password\n")], "535-5.7.8 Username and Pass"),
        (["AUTH PLAIN", "*"], "501 5.7.0 "),
        (["AUTH LOGIN", b64("user@gmail.com"), "*"], "501 5.7.0 "),
        (["AUTH PLAIN XDBhbGljZVww"], "501 5.5.2 Cannot Decode"),
        (["AUTH PLAIN ="], "501 5.5.2 Cannot Decode"),
        (["AUTH PLAIN not*base64"], "501 5.5.2 Cannot Decode"),
        (["AUTH PLAIN", "AHVzZXJAZ21haWwuY29tAHBhc3N3b3J"], "501 5.5.2 Cannot Decode"),
        (["AUTH NTLM"], "504 5.7.4 "),
        (["AUTH CRAM-MD5 dXNlcg=="], "501 5.5.2 Cannot Decode"),
        (["AUTH CRAM-MD5", b64("user@gmail.com 0123")], "535-5.7.8 Username and Pass"),
        (["AUTH CRAM-MD5", b64("nothing")], "501 5.5.2 Cannot Decode"),
        ([f"AUTH XOAUTH2 {b64(BEARER)}"], "235 2.7.0 Accepted"),
        (["AUTH XOAUTH2", b64(BEARER)], "235 2.7.0 Accepted"),
        ([f"AUTH XOAUTH2 {b64(BEARER.replace('ya29', 'ya30'))}", ""], "535-5.7.8 Username and"),
        ([f"AUTH XOAUTH2 {b64('user=x')}"], "501 5.5.2 Cannot Decode"),
        ([f"AUTH SCRAM-SHA-256 {b64('n,,r=x')}"], "501 5.5.2 Cannot Decode"),
        (
            [f"AUTH SCRAM-SHA-256 {b64('n,,n=user@gmail.com,r=x')}", b64("c=biws,r=x,p=x")],
            "501 5.5",
        ),
        (["AUTH"], "504 5.7.4 "),
    ],
)
def test_signing_in(private: Client, exchange: list[str], answer: str) -> None:
    private.ask("EHLO me")
    *responses, final = [private.ask(line) for line in exchange]
    assert all(response.startswith("334 ") for response in responses)
    assert final.startswith(answer)


def test_the_challenges(private: Client) -> None:
    private.ask("EHLO me")
    assert private.ask("AUTH PLAIN") == "334 "
    private.ask("*")
    assert private.ask("AUTH LOGIN") == "334 VXNlcm5hbWU6"
    assert private.ask(b64("user@gmail.com")) == "334 UGFzc3dvcmQ6"


def test_a_wrong_password_is_refused_in_two_lines_and_may_be_corrected(private: Client) -> None:
    private.ask("EHLO me")
    first, second = private.ask(f"AUTH PLAIN {WRONG}").split("\n")
    assert first.startswith("535-5.7.8 Username and Password not accepted.")
    assert second.startswith("535 5.7.8 ")
    assert private.ask(f"AUTH PLAIN {TOKEN}") == "235 2.7.0 Accepted"
    assert private.ask(f"AUTH PLAIN {TOKEN}").startswith("503 5.5.1 ")


def test_auth_lines_may_be_12288_octets_long(private: Client) -> None:
    private.ask("EHLO me")
    long = b64(b"\0user@gmail.com\0" + b"x" * 9_200)[:12_288]
    assert private.ask(f"AUTH PLAIN {long}").startswith("535-5.7.8 ")
    private.ask("AUTH PLAIN")
    assert private.ask(long).startswith("535-5.7.8 ")


# The envelope


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("MAIL FROM:<>", "250 2.1.0 OK"),
        ("mail from: <a@b.c>", "250 2.1.0 OK"),
        ("MAIL FROM:<a@b.c> SIZE=100 BODY=8BITMIME SMTPUTF8 AUTH=<>", "250 2.1.0 OK"),
        ('MAIL FROM:<"a b>"@b.c>', "250 2.1.0 OK"),
        ("MAIL FROM:<ä@b.c> SMTPUTF8", "250 2.1.0 OK"),
        ("MAIL FROM: a@b.c", "555 5.5.2 Syntax error"),
        ("MAIL a@b.c", "555 5.5.2 Syntax error"),
        ("MAIL", "555 5.5.2 Syntax error"),
        ("MAIL FROM:<a@b.c", "555 5.5.2 Syntax error"),
        ("MAIL FROM:<a@b.c>SIZE=1", "555 5.5.2 Syntax error"),
        ("MAIL FROM:<ä@b.c>", "553 5.6.7 "),
        (b"MAIL FROM:<\xff@b.c> SMTPUTF8", "553 5.1.7 "),
        (b"MAIL FROM:<a\0@b.c>", "553 5.1.7 "),
        ("MAIL FROM:<a>", "553 5.1.7 "),
        ("MAIL FROM:<a@b.c> SIZE=35882578", "552 5.3.4 "),
        ("MAIL FROM:<a@b.c> SIZE=big", "501 5.5.4 "),
        ("MAIL FROM:<a@b.c> RET=FULL", "555 5.5.4 "),
    ],
)
def test_mail(user: Client, command: str | bytes, answer: str) -> None:
    assert user.ask(command).startswith(answer)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT TO:<b@c.d>", "250 2.1.5 OK"),
        ("RCPT TO: <b@c.d>", "250 2.1.5 OK"),
        ("RCPT TO:<@x.y,@z.w:b@c.d>", "250 2.1.5 OK"),
        ("RCPT TO:<Postmaster>", "250 2.1.5 OK"),
        ("RCPT TO:b@c.d", "555 5.5.2 Syntax error"),
        ("RCPT TO:<>", "553 5.1.3 "),
        ("RCPT TO:<ö@c.d>", "553 5.6.7 "),
        ("RCPT TO:<b@c.d> NOTIFY=NEVER", "555 5.5.4 "),
        ("RCPT TO:<550@anywhere.example>", "550 5.1.1 "),
        ("RCPT TO:<452@c.d>", "452 4.2.2 "),
        ("RCPT TO:<599@c.d>", "599 5.0.0 "),
        ("RCPT TO:<600@c.d>", "250 2.1.5 OK"),
        ("RCPT TO:<slow1@c.d>", "250 2.1.5 OK"),
        ("RCPT TO:<slow601@c.d>", "250 2.1.5 OK"),
    ],
)
def test_rcpt(user: Client, command: str, answer: str) -> None:
    user.ask("MAIL FROM:<a@b.c>")
    assert user.ask(command).startswith(answer)


def test_a_421_recipient_ends_the_conversation(user: Client) -> None:
    user.ask("MAIL FROM:<>")
    assert user.ask("RCPT TO:<421@c.d>").startswith("421 4.3.2 ")
    assert user.is_over()


def test_a_greylisted_recipient_is_accepted_the_second_time(user: Client) -> None:
    user.ask("MAIL FROM:<once@b.c>")
    assert user.ask("RCPT TO:<greylist@c.d>").startswith("451 4.7.1 ")
    assert user.ask("RCPT TO:<greylist@other.d>").startswith("451 4.7.1 ")
    assert user.ask("RCPT TO:<greylist@c.d>").startswith("250 2.1.5 OK")


def test_a_dropping_recipient_breaks_the_connection_without_a_word(user: Client) -> None:
    user.ask("MAIL FROM:<>")
    user.send(b"RCPT TO:<drop@c.d>\r\n")
    assert user.is_over()


def test_a_slow_recipient_keeps_nobody_else_waiting(user: Client, dial: Open) -> None:
    user.ask("MAIL FROM:<>")
    user.send(b"RCPT TO:<slow600@c.d>\r\n")
    assert dial(tls=True).sign_in().envelope().ask("NOOP").startswith("250 2.0.0 OK")
    user.socket.setblocking(False)
    with pytest.raises(ssl.SSLWantReadError):
        user.socket.recv(1)


def test_a_hundred_recipients_are_enough(user: Client) -> None:
    user.ask("MAIL FROM:<>")
    replies = [user.ask(f"RCPT TO:<{number}@c.d>") for number in range(101)]
    assert all(reply.startswith("250 ") for reply in replies[:100])
    assert replies[100].startswith("452 4.5.3 ")
