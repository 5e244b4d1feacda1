"""Advice on the lines people really type: the sentence, and the one fix where it is certain."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from smtp_tui.smtp import extensions
from smtp_tui.smtp.advice import Advice, Severity, advise
from smtp_tui.smtp.completion import Known, completions
from smtp_tui.smtp.state import Hello, Phase, Security, State, Transaction

OFFERED = extensions.parse(
    (
        b"x", b"SIZE", b"AUTH PLAIN LOGIN CRAM-MD5 DIGEST-MD5", b"DSN", b"SMTPUTF8", b"8BITMIME",
        b"CHUNKING", b"BINARYMIME", b"ETRN",
    )
)  # fmt: skip


def state(line: str, *, begun: bool = False) -> State:
    """A session, encrypted and greeted, as far as this line needs it."""
    verb = line[:4].upper()
    fresh = verb in ("MAIL", "EHLO", "HELO", "AUTH") and not begun
    return State(
        phase=Phase.COMMAND,
        hello=Hello.EHLO,
        transaction=Transaction.NONE if fresh else Transaction.RCPT,
        security=Security.TLS,
        extensions=OFFERED,
    )


def advice(line: str) -> list[Advice]:
    return advise(line.encode(), state(line))


def fix(line: str) -> str | None:
    """The line as one key makes it; None where nothing is certain."""
    fixes = {each.fix for each in advice(line) if each.fix is not None}
    assert len(fixes) <= 1, "all certain fixes are done at once"
    return fixes.pop().decode() if fixes else None


MENDED = [
    ("RCPT TO: <a@b.org> ", "no space after TO", "RCPT TO:<a@b.org>"),
    ("rcpt to: a@b.org ", "stand in <>", "rcpt to:<a@b.org>"),
    ("MAIL FROM:<a@b.org>SIZE=10", "a space is missing behind", "MAIL FROM:<a@b.org> SIZE=10"),
    ("MAIL FROM:«a@b.org»", "look-alikes", "MAIL FROM:<a@b.org>"),
    ("MAIL FROM:‹a@b.org› SIZE=1", "look-alikes", "MAIL FROM:<a@b.org> SIZE=1"),
    ("MAIL FROM:“a@b.org”", "look-alikes", "MAIL FROM:<a@b.org>"),
    ("MAIL FROM:＜a@b.org＞", "look-alikes", "MAIL FROM:<a@b.org>"),
    ("MAIL FROM:&lt;a@b.org&gt;", "look-alikes", "MAIL FROM:<a@b.org>"),
    ("MAIL FROM:<a@b.org»", "look-alikes", "MAIL FROM:<a@b.org>"),
    ('MAIL FROM:"a@b.org"', "look-alikes", "MAIL FROM:<a@b.org>"),
    ("MAIL FROM:(a@b.org)", "look-alikes", "MAIL FROM:<a@b.org>"),
    ("MAIL FROM:<a@b.org\u200b>", "invisible", "MAIL FROM:<a@b.org>"),
    ("MAIL FROM:<mailto:a@b.org>", "for links", "MAIL FROM:<a@b.org>"),
    ("RCPT TO: mailto:a@b.org", "no space after TO", "RCPT TO:<a@b.org>"),
    ("RCPT TO:< a@b.org >", "no space belongs inside", "RCPT TO:<a@b.org>"),
    ("RCPT TO:<a@b.org", "the > is missing", "RCPT TO:<a@b.org>"),
    ("MAIL FROM:<a@b.org SIZE=10", "the > is missing", "MAIL FROM:<a@b.org> SIZE=10"),
    ("RCPT TO:<<a@b.org>>", "enough", "RCPT TO:<a@b.org>"),
    ("RCPT TO:<a@b.org>>", "enough", "RCPT TO:<a@b.org>"),
    ("RCPT TO:<a@b.org>,", "nothing but a space", "RCPT TO:<a@b.org>"),
    ("RCPT TO:a@b.org,", "stand in <>", "RCPT TO:<a@b.org>"),
    ("RCPT TO:John <a@b.org>", "belongs to the header", "RCPT TO:<a@b.org>"),
    ('RCPT TO:"John D." <a@b.org>', "belongs to the header", "RCPT TO:<a@b.org>"),
    ("RCPT TO:<John <a@b.org>>", "belongs to the header", "RCPT TO:<a@b.org>"),
    ('RCPT TO:<"John" <a@b.org>>', "belongs to the header", "RCPT TO:<a@b.org>"),
    ("RCPT TO:<a@b.org.>", "without a dot", "RCPT TO:<a@b.org>"),
    ("RCPT TO:<a@192.0.2.1>", "stands in [ ]", "RCPT TO:<a@[192.0.2.1]>"),
    ("RCPT TO:<a@2001:db8::1>", "stands in [ ]", "RCPT TO:<a@[IPv6:2001:db8::1]>"),
    ('RCPT TO:"a b"@c.org', "stand in <>", 'RCPT TO:<"a b"@c.org>'),
    ("RCPT TO:postmaster", "stand in <>", "RCPT TO:<postmaster>"),
    ("MAILFROM:<a@b.org>", "two words", "MAIL FROM:<a@b.org>"),
    ("RCPTTO:<a@b.org>", "two words", "RCPT TO:<a@b.org>"),
    ("MAIL FORM:<a@b.org>", "goes with FROM", "MAIL FROM:<a@b.org>"),
    ("MAIL TO:<a@b.org>", "goes with FROM", "MAIL FROM:<a@b.org>"),
    ("RCPT FROM:<a@b.org>", "goes with TO", "RCPT TO:<a@b.org>"),
    ("MAIL FROM :<a@b.org>", "no space before the colon", "MAIL FROM:<a@b.org>"),
    ("MAIL a@b.org", "FROM is missing", "MAIL FROM:<a@b.org>"),
    ("MAIL FROM;<a@b.org>", "colon belongs behind FROM", "MAIL FROM:<a@b.org>"),
    ("rcpt to; a@b.org", "colon belongs behind TO", "rcpt to:<a@b.org>"),
    ("C: MAIL FROM:<a@b.org>", "part of a log", "MAIL FROM:<a@b.org>"),
    ("-> EHLO mx.b.org", "part of a log", "EHLO mx.b.org"),
    ("> RCPT TO: a@b.org", "part of a log", "RCPT TO:<a@b.org>"),
    ("RCPT:<a@b.org>", "TO is missing", "RCPT TO:<a@b.org>"),
    ("MIAL FORM: a@b.org ", "is MAIL meant", "MAIL FROM:<a@b.org>"),
    ("AUTH=PLAIN", "followed by a space", "AUTH PLAIN"),
    ("EXIT", "is QUIT meant", "QUIT"),
    ("bye", "is QUIT meant", "QUIT"),
    ("LOGOUT", "is QUIT meant", "QUIT"),
    ("STLS", "is STARTTLS meant", "STARTTLS"),
    ("LHLO me.example.org", "LHLO is for LMTP", "EHLO me.example.org"),
    ("hello me.example.org", "EHLO <name> greets", "EHLO me.example.org"),
    ("DATA now", "nothing may follow DATA", "DATA"),
    ("RSET x", "nothing may follow RSET", "RSET"),
    ("STARTTLS now", "nothing may follow STARTTLS", "STARTTLS"),
    ("QUIT now", "nothing may follow QUIT", "QUIT"),
]


@pytest.mark.parametrize(("line", "words", "right"), MENDED)
def test_a_certain_slip_is_mended_by_one_key(line: str, words: str, right: str) -> None:
    assert words in " | ".join(each.text for each in advice(line))
    assert fix(line) == right
    assert fix(right) is None


ONLY_SAID = [
    ("RCPT TO:a@b.org, c@d.org", "one address a command"),
    ("RCPT TO:a@b.org c@d.org", "one address a command"),
    ("RCPT TO:<a@b.org>, <c@d.org>", "one address a command"),
    ("RCPT TO:<a@b.org,c@d.org>", "one address a command"),
    ("RCPT TO:<a@b;c@d>", "one address a command"),
    ("RCPT TO:<a>,<b>", "one address a command"),
    ("RCPT TO:John <a@b>, Mary <c@d>", "one address a command"),
    ("hello", "EHLO <name> greets"),
    ("Hello there", "EHLO <name> greets"),
    ("hi Mary, how are you?", "message text comes after DATA"),
    ("exit now", "is QUIT meant"),
    ("MAIL FROM:<a b@c.org>", "a space before the @ has to be quoted"),
    ("MAIL FROM:<a;b>", "; before the @ has to be quoted"),
    ("MAIL FROM:<a@b..org>", "two dots"),
    ("MAIL FROM:<a..b@c.org>", "two dots"),
    ("MAIL FROM:<.a@b>", "begin or end with a dot"),
    ("MAIL FROM:<a@b@c>", "more than one @"),
    ("MAIL FROM:<@b.org>", "before the @ is missing"),
    ("MAIL FROM:<a@>", "behind the @ is missing"),
    ("MAIL FROM:<a@[300.0.2.1]>", "not one"),
    (f"MAIL FROM:<{'a' * 65}@b>", "65 octets before the @"),
    ("RCPT TO:<>", "cannot be empty"),
    ("RCPT TO:<root>", "no domain"),
    ("MAIL", "the address is missing"),
    ("RCPT", "the address is missing"),
    ("MAIL FROM:", "the address is missing"),
    ("MAIL FROM: SIZE=10", "the address is missing"),
    ("mailto:a@b.org", "MAIL FROM: names the sender"),
    ("X-Mailer: mine", "looks like message text"),
    ("X-Mailer:mine", "looks like message text"),
    ("List-Unsubscribe: <mailto:a@b.org>", "looks like message text"),
    ("subject:hi", "looks like message text"),
    (".", "looks like message text"),
    ("This is the text.", "message text comes after DATA"),
    ("Quiet please", "message text comes after DATA"),
    ("MAIL FROM:<a@b> SIZE=1 SIZE=2", "SIZE is given more than once"),
    ("MAIL FROM:<a@b> SIZE=abc", "SIZE should look as in SIZE=1024"),
    ("MAIL FROM:<a@b> BODY=9BIT", "BODY should look as in BODY=8BITMIME"),
    ("MAIL FROM:<a@b> ENVID=a+b", "ENVID=QQ314159"),
    ("MAIL FROM:<a@b> NOTIFY=NEVER", "NOTIFY belongs to RCPT"),
    ("RCPT TO:<a@b> RET=ALL", "RET belongs to MAIL"),
    ("RCPT TO:<a@b> NOTIFY=NEVER,FAILURE", "NOTIFY should look"),
    ("RCPT TO:<a@b> ORCPT=x", "ORCPT=rfc822;user@example.org"),
    ("BDAT", "a number of octets"),
    ("BDAT x", "a number of octets"),
    ("BDAT -1", "a number of octets"),
    ("BDAT 10 FIRST", "a number of octets"),
    ("VRFY", "VRFY wants"),
    ("AUTH", "the mechanism is missing"),
    ("AUTH PLAIN not base64!", "the initial response is no Base64"),
    ("AUTH LOGIN user@gmail.com", "the initial response is no Base64"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "words"), ONLY_SAID)
def test_what_is_not_certain_is_only_said(line: str, words: str) -> None:
    assert words in " | ".join(each.text for each in advice(line))
    assert fix(line) is None


STANDARD = [
    # RFC 5321, appendix D and 4.1.1
    "EHLO bar.com",
    "HELO bar.com",
    "EHLO [192.0.2.1]",
    "MAIL FROM:<Smith@bar.com>",
    "RCPT TO:<Jones@foo.com>",
    "MAIL FROM:<>",
    "RCPT TO:<postmaster>",
    "RCPT TO:<Postmaster@example.org>",
    "RCPT TO:<@hosta.int,@jkl.org:userc@d.bar.org>",
    'MAIL FROM:<"a b"@c.org>',
    'RCPT TO:<"a>b"@x.org>',
    'RCPT TO:<"a@b, c"@x.org>',
    'RCPT TO:<"a\\"b"@x.org>',
    "RCPT TO:<a@[192.0.2.1]>",
    "RCPT TO:<a@[IPv6:2001:db8::1]>",
    "RCPT TO:<user+tag@example.org>",
    "RCPT TO:<o'brien!x#y$z%w@example.org>",
    "DATA",
    "RSET",
    "NOOP",
    "NOOP ping",
    "QUIT",
    "VRFY Crispin",
    "EXPN Example-People",
    "HELP MAIL",
    # RFC 3461 10
    "MAIL FROM:<Alice@Example.ORG> RET=HDRS ENVID=QQ314159",
    "RCPT TO:<Bob@Example.COM> NOTIFY=SUCCESS ORCPT=rfc822;Bob@Example.COM",
    "RCPT TO:<Carol@Ivory.EDU> NOTIFY=FAILURE ORCPT=rfc822;Carol@Ivory.EDU",
    "RCPT TO:<Eric@Bombs.AF.MIL> NOTIFY=NEVER",
    # RFC 3030 4
    "MAIL FROM:<ned@ymir.claremont.edu> BODY=BINARYMIME",
    "BDAT 86 LAST",
    "BDAT 100000",
    "BDAT 324",
    "BDAT 0 LAST",
    # RFC 6531, RFC 4954
    "MAIL FROM:<δοκιμή@παράδειγμα.example> SMTPUTF8",
    "AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=",
    "AUTH CRAM-MD5",
    "AUTH PLAIN {PLAIN}",
    "MAIL FROM:<e=mc2@example.com> AUTH=e+3Dmc2@example.com",
    "ETRN example.org",
]


@pytest.mark.parametrize("line", STANDARD)
def test_lines_of_the_standards_leave_no_doubt(line: str) -> None:
    assert [each.text for each in advice(line)] == []


def test_a_greeting_command_of_the_other_protocol() -> None:
    (found,) = advise(b"EHLO me.example.org", State(phase=Phase.COMMAND), lmtp=True)
    assert found.fix == b"LHLO me.example.org"
    assert advise(b"LHLO me.example.org", State(phase=Phase.COMMAND), lmtp=True) == []
    spoken = State(phase=Phase.COMMAND, hello=Hello.LHLO)
    assert advise(b"EHLO me.example.org", spoken)[0].fix == b"LHLO me.example.org"


def test_before_ehlo_nothing_is_said_of_what_the_server_offers() -> None:
    unknown = State(phase=Phase.COMMAND, security=Security.TLS)
    for line in ("MAIL FROM:<ü@example.org> SMTPUTF8", "BDAT 1", "AUTH PLAIN"):
        assert "offer" not in " ".join(each.text for each in advise(line.encode(), unknown))


def test_mechanisms_are_not_called_missing_before_ehlo() -> None:
    found = completions("AUTH ", State(phase=Phase.COMMAND), Known())
    assert found
    assert all(each.meaning.startswith("not known before EHLO") for each in found)


@pytest.mark.parametrize(
    "line", ["AUTH LOGIN hunter2 hunter2", "AUTH PLAIN hunter2!", "AUTH=PLAIN hunter2!"]
)
def test_what_may_be_a_password_is_repeated_in_no_advice(line: str) -> None:
    found = advice(line)
    assert found
    assert "hunter2" not in repr(found)
    assert "hunter2" not in " ".join(each.text for each in found)


def test_of_several_addresses_and_of_credentials_it_is_said_which_action_helps() -> None:
    assert advice("RCPT TO:a@b.org, c@d.org")[0].action == "envelope"
    assert advice("AUTH LOGIN user@gmail.com")[0].action == "insert-token"


def test_of_a_line_far_too_long_only_that_is_said() -> None:
    for begin in (b"MAIL FROM:", b"MAIL FROM:<", b'RCPT TO:"', b"RCPT TO:a@b ", b"AUTH PLAIN "):
        found = advise(begin + b"<a@" * 350_000, state("MAIL"))
        assert [each.text for each in found] == [
            f"{len(begin) + 1_050_002} octets: a server need not take more than 512"
        ]


# Whatever is typed

_HEADS = (
    "MAIL FROM:",
    "RCPT TO:",
    "MAIL FROM",
    "RCPT ",
    "rcpt to: ",
    "AUTH ",
    "EHLO ",
    "BDAT ",
    "",
)
_BITS = (
    "<", ">", "@", '"', "\\", ",", ";", " ", ".", "..", "a", "b.org", "a@b.org", "mailto:", "«",
    "»", "“", "”", "'", "(", ")", "[", "]", ":", "&lt;", "SIZE=1", "=", "John",
    "ü", "\u200b", "\u00a0", "TO:", "FROM", "192.0.2.1", "<a@b>", "\t",
)  # fmt: skip
_LINES = some.builds(
    lambda head, bits: head + "".join(bits),
    some.sampled_from(_HEADS),
    some.lists(some.sampled_from(_BITS), max_size=12),
)


@given(_LINES | some.text(max_size=40))
@settings(max_examples=1500)
def test_one_fix_mends_all_that_is_certain(line: str) -> None:
    typed = re.sub(r"[\r\n\0]", " ", line).encode("utf-8", "replace")
    at = state("MAIL", begun=True)
    found = advise(typed, at)
    mended = next((each.fix for each in found if each.fix is not None), None)
    if mended is None:
        return
    assert mended != typed
    still = advise(mended, at)
    assert [each.fix for each in still if each.fix is not None] == []
    certain = {each.text for each in found if each.fix is not None}
    assert not certain & {each.text for each in still}


@given(_LINES | some.text(max_size=60), some.sampled_from(Phase))
def test_advice_never_raises_and_is_a_sentence(line: str, phase: Phase) -> None:
    for each in advise(line.encode("utf-8", "replace"), State(phase=phase)):
        assert each.text.isprintable()
        assert each.severity in Severity
