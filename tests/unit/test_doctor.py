"""The doctor: right strings are right, and every damage is named and mended."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.sasl.diagnosis import Diagnosis, Severity
from smtp_tui.sasl.doctor import LONGEST, diagnose
from smtp_tui.sasl.login import answers
from smtp_tui.sasl.plain import message
from smtp_tui.sasl.typed import Field, mended, remarks

WELL_KNOWN = "AHVzZXJAZ21haWwuY29tAHBhc3N3b3Jk"
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
WORDS = st.text(LETTERS, min_size=1, max_size=40)
NAMES = st.from_regex(r"[a-z][a-z.]{0,11}@example\.(org|com|net)", fullmatch=True)
SIMPLE = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ!#$&*+", min_size=1, max_size=24)
LONG = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ!#$&*+", min_size=60, max_size=200)


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def plain(user: str, password: str) -> bytes:
    return message(Credentials(user, password))


def faults(diagnosis: Diagnosis) -> str:
    """Every sentence of what is wrong."""
    return "\n".join(
        finding.sentence for finding in diagnosis.findings if finding.severity is Severity.WRONG
    )


def part(diagnosis: Diagnosis, kind: str) -> bytes:
    return next(part.octets for part in diagnosis.parts if part.kind == kind)


def mends(pasted: str, sentence: str, corrected: str, *, certain: bool = True) -> None:
    """The damage is named, and the corrected string is the right one."""
    diagnosis = diagnose(pasted)
    assert sentence in faults(diagnosis)
    assert diagnosis.corrected == corrected
    assert diagnosis.certain == certain


# The two strings of the well-known article


def test_the_right_one_is_right() -> None:
    diagnosis = diagnose(WELL_KNOWN)
    assert diagnosis.right
    assert (diagnosis.mechanism, diagnosis.findings, diagnosis.corrected) == ("PLAIN", (), None)
    assert [(part.kind, part.octets, part.secret) for part in diagnosis.parts] == [
        ("authorization identity", b"", False),
        ("user name", b"user@gmail.com", False),
        ("password", b"password", True),
    ]


def test_the_other_lacks_the_second_nul() -> None:
    mends(
        "AG5pY2UudHJ5QGdtYWlsLmNvbSBub2l0c25vdG15cGFzc3dvcmQ=",
        "The second NUL is missing: a space stands",
        b64(b"\0nice.try@gmail.com\0noitsnotmypassword"),
        certain=False,
    )


# What we make is right, whatever user and password are


@given(WORDS, WORDS)
@example("a", "b")  # whose PLAIN is UTF-16 of "ab" as well
@example("n,,n=u", "user=\\0auth=Bearer")
def test_every_plain_is_right(user: str, password: str) -> None:
    diagnosis = diagnose(f"AUTH PLAIN {b64(plain(user, password))}")
    assert faults(diagnosis) == ""
    assert part(diagnosis, "user name") == user.encode()
    assert part(diagnosis, "password") == password.encode()
    assert diagnosis.parts[-1].secret
    assert diagnose(b64(plain(user, password))).right


# A password that is itself Base64 of a credential cannot be told from one encoded twice.
NOT_BASE64 = SIMPLE.map(lambda text: f"{text}!")


@given(NAMES, NOT_BASE64)
@example("a@example.org", "ABAABBABAX")  # Base64 of octets with two NULs
@example("a@example.org", "XAABCgABXAkB")  # the same, with other control characters
@example("a@example.org", "password")  # Base64 of octets that are no text
@example("a@example.org", "abcdefghijklmnop")
def test_every_login_is_right(user: str, password: str) -> None:
    first, second = (b64(answer) for answer in answers(Credentials(user, password)))
    for pasted in (f"AUTH LOGIN\n{first}\n{second}", f"AUTH LOGIN {first}\nC: {second}"):
        diagnosis = diagnose(pasted)
        assert faults(diagnosis) == ""
        assert diagnosis.mechanism == "LOGIN"
        assert part(diagnosis, "user name") == user.encode()
        assert part(diagnosis, "password") == password.encode()


@given(NAMES, st.from_regex(r"[A-Za-z0-9._~+/-]{8,80}", fullmatch=True))
def test_every_oauth_message_is_right(user: str, token: str) -> None:
    ending = f"auth=Bearer {token}\x01\x01"
    for mechanism, text in (
        ("XOAUTH2", f"user={user}\x01{ending}"),
        ("OAUTHBEARER", f"n,a={user},\x01host=example.org\x01port=587\x01{ending}"),
    ):
        diagnosis = diagnose(f"AUTH {mechanism} {b64(text.encode())}")
        assert faults(diagnosis) == ""
        assert diagnosis.mechanism == mechanism
        assert part(diagnosis, "access token") == token.encode()


@given(WORDS, st.binary(max_size=20))
def test_every_cram_md5_answer_is_right(user: str, key: bytes) -> None:
    digest = hmac.new(key, b"<1@example.org>", hashlib.md5).hexdigest()
    assume(not user.endswith(" "))
    diagnosis = diagnose(f"AUTH CRAM-MD5 {b64(f'{user} {digest}'.encode())}")
    assert faults(diagnosis) == ""
    assert part(diagnosis, "user name") == user.encode()


# Damage done to PLAIN, each named and mended


@given(NAMES, SIMPLE, st.sampled_from(["\n", "\r\n"]))
def test_the_line_end_of_echo(user: str, password: str, end: str) -> None:
    right = plain(user, password)
    mends(b64(right + end.encode()), "line end was encoded along", b64(right))


@given(NAMES, SIMPLE, st.sampled_from(["\\0", "\\x00", "\\u0000", "%00", "^@"]))
def test_a_nul_left_as_it_is_written(user: str, password: str, sign: str) -> None:
    right = plain(user, password)
    written = right.replace(b"\0", sign.encode())
    mends(b64(written), f"The characters {sign} stand in it", b64(right))


@given(NAMES, SIMPLE)
def test_a_nul_left_as_three_octal_digits_is_mended_though_not_for_certain(
    user: str, password: str
) -> None:
    right = plain(user, password)
    mends(
        b64(right.replace(b"\0", b"\\000")),
        "The characters \\000 stand in it",
        b64(right),
        certain=False,
    )


@given(NAMES, st.from_regex(r"(1[0-7]|2[0-7]|3[0-7])", fullmatch=True), SIMPLE)
@example("alice@example.org", "12", "3")
def test_an_octal_escape_that_ate_digits(user: str, digits: str, rest: str) -> None:
    eaten = b"\0" + user.encode() + bytes([int(digits, 8)]) + rest.encode()
    diagnosis = diagnose(b64(eaten))
    assert "took the first digits of the password with it: 2 octal digits" in faults(diagnosis)
    assert diagnosis.corrected == b64(plain(user, digits + rest))
    assert not diagnosis.certain
    lost = diagnosis.parts[-1]
    assert (lost.kind, lost.octets, lost.secret) == (
        "digits the escape took",
        digits.encode(),
        True,
    )


def test_the_digits_that_were_lost_stand_in_no_sentence() -> None:
    diagnosis = diagnose(b64(b"\0alice\x1f7secret"))
    assert diagnosis.corrected == b64(b"\0alice\000377secret")
    assert "37" not in "".join(each.sentence + each.remedy for each in diagnosis.findings)


def test_digits_of_the_user_name_are_lost_the_same_way() -> None:
    mends(
        b64(b"\x0a3user\0word"), "digits of the user name", b64(b"\000123user\0word"), certain=False
    )


@given(NAMES, LONG, st.sampled_from([60, 64, 76]))
def test_a_string_wrapped_as_base64_wraps_it(user: str, password: str, columns: int) -> None:
    right = b64(plain(user, password))
    wrapped = "\n".join(right[at : at + columns] for at in range(0, len(right), columns))
    mends(wrapped, f"wrapped at {columns} columns", right)
    mends(f"C: AUTH PLAIN {wrapped}\n", "is wrapped", f"AUTH PLAIN {right}")


@given(NAMES, SIMPLE)
def test_the_user_in_the_place_of_the_authorization_identity(user: str, password: str) -> None:
    assume(user != password)
    right = b64(plain(user, password))
    mends(b64(f"{user}\0{password}".encode()), "The first NUL is missing", right)
    mends(b64(f"{user}\0\0{password}".encode()), "name is missing between", right, certain=False)
    mends(b64(f"{user}\0{password}\0".encode()), "one place too far", right, certain=False)


@given(NAMES, SIMPLE)
def test_a_user_name_that_stands_too_often(user: str, password: str) -> None:
    doubled = diagnose(b64(f"{user}\0{user}\0{password}".encode()))
    assert doubled.right  # RFC 4616 allows it
    assert "stands twice" in doubled.findings[0].sentence
    right = b64(plain(user, password))
    assert doubled.corrected == right
    thrice = b64(f"\0{user}\0{user}\0{password}".encode())
    mends(thrice, "The user name stands 2 times", right, certain=False)


@given(NAMES, SIMPLE)
def test_a_nul_behind_the_password(user: str, password: str) -> None:
    right = plain(user, password)
    mends(b64(right + b"\0"), "A NUL stands behind the password", b64(right))


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"\0\0password", "The user name is missing."),
        (b"\0user\0", "The password is missing."),
        (b"\0\0", "User name and password are missing."),
        (b"\0userpassword", "The second NUL is missing"),
        (b"userpassword\0", "The first NUL is missing"),
        (b"\0one\0two\0three\0four", "There are 4 NULs"),
    ],
)
def test_what_nobody_can_mend_is_only_named_and_all_of_it_is_secret(
    octets: bytes, sentence: str
) -> None:
    diagnosis = diagnose(f"AUTH PLAIN {b64(octets)}")
    assert sentence in faults(diagnosis)
    assert diagnosis.corrected is None
    assert all(part.secret for part in diagnosis.parts)


@given(NAMES, SIMPLE, st.sampled_from([" ", ":", ",", ";", "|"]))
def test_a_separator_of_another_kind(user: str, password: str, sign: str) -> None:
    right = b64(plain(user, password))
    one = b64(f"\0{user}{sign}{password}".encode())
    none = b64(f"{user}{sign}{password}".encode())
    mends(one, "The second NUL is missing", right, certain=False)
    mends(none, "There is no NUL in it", right, certain=False)


# Damage done to the Base64


@given(NAMES, SIMPLE)
def test_missing_padding(user: str, password: str) -> None:
    right = b64(plain(user, password))
    assume(right.endswith("="))
    mends(right.rstrip("="), "The padding is missing", right)


@given(NAMES, st.text("~?>ÿþ", min_size=6, max_size=30))
def test_the_url_safe_alphabet(user: str, password: str) -> None:
    right = b64(plain(user, password))
    safe = right.replace("+", "-").replace("/", "_")
    assume(safe != right)
    diagnosis = diagnose(safe)
    assert "URL-safe alphabet" in faults(diagnosis)
    assert diagnosis.corrected == right


@given(NAMES, SIMPLE, st.sampled_from(["utf-16-le", "utf-16-be", "utf-16"]))
def test_utf_16(user: str, password: str, encoding: str) -> None:
    right = plain(user, password)
    mends(b64(right.decode().encode(encoding)), "encoded as UTF-16", b64(right))


@given(NAMES, SIMPLE, st.sampled_from([b"", b"\n"]))
def test_base64_twice(user: str, password: str, end: bytes) -> None:
    right = plain(user, password)
    mends(b64(b64(right).encode() + end), "put into Base64 twice", b64(right))


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        (f"{WELL_KNOWN}%", "The % at the end"),
        (f"{WELL_KNOWN[:9]} {WELL_KNOWN[9:]}", "White space stands inside"),
        (f"{WELL_KNOWN[:9]}\u200b{WELL_KNOWN[9:]}", "Characters without width"),
        (f"{WELL_KNOWN}=", "too many ="),
        ("\\0user@gmail.com\\0password", "It is not in Base64 yet"),
    ],
)
def test_what_pasting_does(pasted: str, sentence: str) -> None:
    mends(pasted, sentence, WELL_KNOWN)


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        (WELL_KNOWN[:-3], "one is missing or one is too many"),
        ("AUTH PLAIN AHVz…", "at place 5"),
        ("", "no string"),
        (" \r\n", "no string"),
        ("hello", "one is missing"),
        ("password", "no known mechanism"),
        ("A" * (LONGEST + 1), "no credential has more"),
    ],
)
def test_what_cannot_be_read_is_told(pasted: str, sentence: str) -> None:
    diagnosis = diagnose(pasted)
    assert sentence in faults(diagnosis)
    assert diagnosis.corrected is None


@pytest.mark.parametrize(
    "pasted",
    [
        f"  {WELL_KNOWN}\n",
        f"AUTH PLAIN {WELL_KNOWN}",
        f"auth plain {WELL_KNOWN}\r\n",
        f"C: AUTH PLAIN {WELL_KNOWN}",
        f"   0.369 C  AUTH PLAIN {WELL_KNOWN}",
        f" ~> AUTH PLAIN {WELL_KNOWN}",
        f"C: AUTH PLAIN\nS: 334\nC: {WELL_KNOWN}",
        f"AUTH PLAIN\n334 \n{WELL_KNOWN}\n235 2.7.0 Accepted",
        f"'{WELL_KNOWN}'",
    ],
)
def test_a_right_string_is_found_in_whatever_it_was_copied_out_of(pasted: str) -> None:
    diagnosis = diagnose(pasted)
    assert diagnosis.right
    assert part(diagnosis, "password") == b"password"
    assert diagnosis.corrected is None


TRANSCRIPTS = [
    f"EHLO x\n250 AUTH LOGIN\nAUTH PLAIN {WELL_KNOWN}\n",
    f"S: 220 hi\nC: EHLO x\nS: 250 AUTH PLAIN\nC: AUTH PLAIN {WELL_KNOWN}\nS: 235 ok\nC: QUIT\n",
    f"=== Trying\n<-  220 hi\n -> EHLO x\n<-  250-x\n<-  250 AUTH PLAIN\n -> AUTH PLAIN\n"
    f"<-  334\n -> {WELL_KNOWN}\n<-  235 ok\n -> MAIL FROM:<a@example.org>\n<-  250 ok\n",
    f"# a script\nC: EHLO x\nS: 2xx\nC: AUTH PLAIN {WELL_KNOWN}\nS: 2xx\n*: closed\n",
    f"   0.100 *   connected\n   0.200 C   EHLO x\n   0.300 S ✓ 250 x\n"
    f"   0.400 C   AUTH PLAIN {WELL_KNOWN}\n   0.500 S ✓ 235 ok\n   0.600 C   QUIT\n",
    f"* Connected\n> EHLO x\n< 250 AUTH PLAIN\n> AUTH PLAIN\n< 334\n> {WELL_KNOWN}\n< 235 ok\n",
    f"EHLO x\nAUTH PLAIN {WELL_KNOWN}\nMAIL FROM:<a@example.org>\nDATA\n",
]


@pytest.mark.parametrize("pasted", TRANSCRIPTS)
def test_the_string_is_found_in_a_whole_transcript(pasted: str) -> None:
    diagnosis = diagnose(pasted)
    assert (diagnosis.mechanism, diagnosis.findings) == ("PLAIN", ())
    assert part(diagnosis, "user name") == b"user@gmail.com"


def test_both_answers_of_login_are_found_in_a_transcript() -> None:
    first, second = b64(b"user@example.org"), b64(b"secret")
    diagnosis = diagnose(
        f"EHLO x\n250 x\nAUTH LOGIN\n334 VXNlcm5hbWU6\n{first}\n334 UGFzc3dvcmQ6\n{second}\n235 ok"
    )
    assert (diagnosis.mechanism, diagnosis.findings) == ("LOGIN", ())
    assert part(diagnosis, "password") == b"secret"


def test_a_wrapped_string_is_told_from_the_next_command() -> None:
    mends(
        f"EHLO x\nAUTH PLAIN {WELL_KNOWN[:20]}\n{WELL_KNOWN[20:]}\nMAIL FROM:<a@example.org>",
        "is wrapped",
        f"AUTH PLAIN {WELL_KNOWN}",
    )


def test_of_several_exchanges_the_first_that_was_refused_is_taken_apart() -> None:
    other = b64(plain("other@example.org", "secret"))
    diagnosis = diagnose(
        f"C: AUTH PLAIN {WELL_KNOWN}\nS: 235 ok\nC: AUTH PLAIN {other}\nS: 535 no\n"
        f"C: AUTH PLAIN {WELL_KNOWN}\nS: 535 no\n"
    )
    assert part(diagnosis, "user name") == b"other@example.org"
    assert [finding.sentence for finding in diagnosis.findings] == [
        "There are 3 AUTH exchanges in it; this is the first that was refused."
    ]


def test_of_the_answers_in_a_scram_exchange_the_first_is_taken_apart() -> None:
    diagnosis = diagnose(
        f"C: AUTH SCRAM-SHA-256 {b64(b'n,,n=tim,r=abc')}\nS: 334 {b64(b'r=abcd,s=QQ==,i=4096')}\n"
        f"C: {b64(b'c=biws,r=abcd,p=QUJD')}\nS: 535 no\n"
    )
    assert diagnosis.right
    assert part(diagnosis, "user name") == b"tim"


@pytest.mark.parametrize(
    "pasted",
    [
        "=== 28 octets are hidden.\n ~> AUTH PLAIN ‹PLAIN: 28 octets hidden›\n<~* 535 no",
        "C: AUTH PLAIN {PLAIN}\nS: 535 no",
        "C: AUTH PLAIN\nS: 334\nC: {PLAIN}\nS: 535 no",
        "C: AUTH PLAIN ****************************",
        "AUTH PLAIN ••••••••",
    ],
)
def test_that_the_string_is_hidden_is_the_only_thing_said(pasted: str) -> None:
    diagnosis = diagnose(pasted)
    assert (diagnosis.mechanism, diagnosis.parts, diagnosis.right) == ("PLAIN", (), False)
    assert [finding.sentence.partition(":")[0] for finding in diagnosis.findings] == [
        "The string itself is not in it"
    ]


@pytest.mark.parametrize(
    "pasted",
    [
        "S: 220 hi\nC: EHLO x\nS: 250 x\nC: QUIT\nS: 221 bye",
        "EHLO x\nMAIL FROM:<a@example.org>\n",
        "CONNECTED(00000003)\ndepth=0 CN = x\n---\n250 SMTPUTF8\n535 5.7.8 no\n",
    ],
)
def test_a_transcript_in_which_nobody_signs_in_has_no_string(pasted: str) -> None:
    assert "no string" in faults(diagnose(pasted))


# The wrong mechanism

XOAUTH2 = b64(b"user=user@example.org\x01auth=Bearer ya29.abc\x01\x01")


@pytest.mark.parametrize(
    ("pasted", "of", "corrected"),
    [
        (f"AUTH LOGIN {WELL_KNOWN}", "PLAIN", f"AUTH PLAIN {WELL_KNOWN}"),
        (f"AUTH XOAUTH2 {WELL_KNOWN}", "PLAIN", f"AUTH PLAIN {WELL_KNOWN}"),
        (f"AUTH PLAIN {XOAUTH2}", "XOAUTH2", f"AUTH XOAUTH2 {XOAUTH2}"),
        (f"AUTH OAUTHBEARER {XOAUTH2}", "XOAUTH2", f"AUTH XOAUTH2 {XOAUTH2}"),
    ],
)
def test_a_string_of_another_mechanism(pasted: str, of: str, corrected: str) -> None:
    mends(pasted, f"The string is of {of}", corrected)


def test_an_answer_of_login_given_as_plain() -> None:
    diagnosis = diagnose("AUTH PLAIN dXNlcg==")
    assert "one of the two answers of LOGIN" in faults(diagnosis)
    assert not diagnosis.right


def test_the_name_of_the_mechanism_is_missing() -> None:
    mends(f"AUTH {WELL_KNOWN}", "The name of the mechanism is missing", f"AUTH PLAIN {WELL_KNOWN}")


def test_both_answers_of_login_in_one_line() -> None:
    mends("AUTH LOGIN dXNlcg== c2VjcmV0", "stand in one line", "AUTH LOGIN dXNlcg==\nc2VjcmV0")


# Other mechanisms


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"user=u@example.org^Aauth=Bearer abc^A^A", "characters of an escape"),
        (b"user=u@example.org\\x01auth=Bearer abc\\x01\\x01", "characters of an escape"),
        (b"user=u@example.org auth=Bearer abc", "The separators are missing"),
        (b"user=u@example.org\x01auth=Bearer abc", "must end with two"),
        (b"user=u@example.org\x01auth=Bearer abc\x01", "must end with two"),
        (b"user=u@example.org\x01auth=Bearer abc\x01\x01\n", "line end was encoded"),
        (b"user=u@example.org\x01auth=abc\x01\x01", "The word Bearer"),
        (b"user=u@example.org\x01auth=Bearerabc\x01\x01", "one space between Bearer"),
        (b"user=u@example.org\x01auth=Bearer a\nbc\x01\x01", "White space or a line end"),
    ],
)
def test_faults_of_xoauth2(octets: bytes, sentence: str) -> None:
    right = b64(b"user=u@example.org\x01auth=Bearer abc\x01\x01")
    mends(b64(octets), sentence, right)


def test_the_comma_behind_the_user_of_oauthbearer() -> None:
    mends(
        b64(b"n,a=u@example.org\x01auth=Bearer abc\x01\x01"),
        "The comma behind the user name",
        b64(b"n,a=u@example.org,\x01auth=Bearer abc\x01\x01"),
    )


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"user=\x01auth=Bearer abc\x01\x01", "The user name is missing"),
        (b"user=u\x01auth=Bearer \x01\x01", "The access token is missing"),
    ],
)
def test_xoauth2_that_lacks_what_it_is_about(octets: bytes, sentence: str) -> None:
    diagnosis = diagnose(b64(octets))
    assert sentence in faults(diagnosis)
    assert diagnosis.corrected is None


def jwt(claims: object) -> str:
    pieces = (json.dumps({"alg": "none"}), json.dumps(claims), "signature")
    return ".".join(
        base64.urlsafe_b64encode(piece.encode()).decode().rstrip("=") for piece in pieces
    )


def bearer(token: str) -> str:
    return b64(f"user=u@example.org\x01auth=Bearer {token}\x01\x01".encode())


CLAIMS = {"iss": "https://accounts.example.org", "exp": 1_000_000}


def test_a_token_tells_issuer_and_expiry() -> None:
    diagnosis = diagnose(bearer(jwt(CLAIMS)))
    assert diagnosis.right
    assert part(diagnosis, "issuer") == b"https://accounts.example.org"
    assert part(diagnosis, "expires") == b"1970-01-12 13:46:40 UTC"


@pytest.mark.parametrize(
    ("now", "right", "sentence"),
    [
        (999_999.0, True, "holds for 1 s more"),
        (1_000_000.0 - 7200, True, "holds for 2 hours more"),
        (1_000_000.0, False, "expired 0 s ago"),
        (1_000_000.0 + 3 * 86_400, False, "expired 3 days ago"),
    ],
)
def test_expiry_is_judged_against_the_clock_given(now: float, right: bool, sentence: str) -> None:
    diagnosis = diagnose(bearer(jwt(CLAIMS)), now)
    assert diagnosis.right is right
    assert sentence in diagnosis.findings[-1].sentence
    assert diagnosis.corrected is None


@pytest.mark.parametrize(
    "expiry", ["soon", True, None, -1, 1e300, float("nan"), 10**400, [[]], 253_402_300_800]
)
def test_an_expiry_that_makes_no_sense_is_no_expiry(expiry: object) -> None:
    diagnosis = diagnose(bearer(jwt({"exp": expiry})), 0.0)
    assert diagnosis.right
    assert "expires" not in [part.kind for part in diagnosis.parts]


def test_claims_that_are_no_object_and_claims_too_deep() -> None:
    for text in ("[1]", "[" * 30_000, "{", '{"a":' * 20_000):
        token = f"eyJh.{base64.urlsafe_b64encode(text.encode()).decode().rstrip('=')}.x"
        assert [part.kind for part in diagnose(bearer(token), 0.0).parts][-1] == "access token"


def test_a_bare_token_is_not_yet_a_credential() -> None:
    diagnosis = diagnose(jwt(CLAIMS), 0.0)
    assert "access token alone" in faults(diagnosis)
    assert part(diagnosis, "issuer") == b"https://accounts.example.org"


def test_the_error_of_a_server_is_read() -> None:
    error = b64(b'{"status":"401","schemes":"bearer","scope":"https://mail.example.org/"}')
    diagnosis = diagnose(f"S: 334 {error}")
    assert (diagnosis.right, diagnosis.from_server) == (True, True)
    assert part(diagnosis, "status") == b"401"


DIGEST = "b913a602c7eda7a495b4e6e7334d3890"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"tim {DIGEST.upper()}", "capital letters"),
        (f"tim (stdin)= {DIGEST}", "what the tool printed"),
        (f"tim MD5(stdin)= {DIGEST}", "what the tool printed"),
        (f"tim {DIGEST}  -", "what the tool printed"),
        (f"tim {DIGEST}\n", "line end was encoded"),
    ],
)
def test_faults_of_cram_md5(text: str, sentence: str) -> None:
    mends(b64(text.encode()), sentence, b64(f"tim {DIGEST}".encode()))


def test_cram_md5_without_a_user() -> None:
    diagnosis = diagnose(b64(DIGEST.encode()))
    assert "The user name and a space are missing" in faults(diagnosis)
    assert diagnosis.corrected is None


def test_the_messages_of_scram_by_the_example_of_rfc_7677() -> None:
    nonce = b"rOprNGfwEbeRWgbNEkqO"
    first = diagnose(b64(b"n,,n=user,r=" + nonce))
    assert (first.mechanism, first.right) == ("SCRAM", True)
    assert part(first, "user name") == b"user"
    challenge = diagnose(
        b64(
            b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        )
    )
    assert (challenge.from_server, part(challenge, "iterations")) == (True, b"4096")
    final = diagnose(
        b64(
            b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        )
    )
    assert (final.mechanism, final.right) == ("SCRAM-SHA-256", True)
    assert part(final, "channel binding") == b"n,,"
    assert [part.kind for part in final.parts if part.secret] == ["proof"]
    end = diagnose(b64(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="))
    assert (end.from_server, end.right) == (True, True)


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"n=user,r=abc", "GS2 header is missing"),
        (b"n,,n=,r=abc", "user name is empty"),
        (b"n,,n=a=b,r=abc", "=3D"),
        (b"n,,n=user,r=", "nonce is empty"),
        (b"c=biws,r=abc,p=AAAA", "length of no known hash"),
        (b"c=biws,r=abc", "proof is missing"),
        (b"e=invalid-proof", "server refuses"),
    ],
)
def test_faults_of_scram(octets: bytes, sentence: str) -> None:
    assert sentence in faults(diagnose(b64(octets)))


def test_few_iterations_are_doubtful() -> None:
    diagnosis = diagnose(b64(b"r=abc,s=QSXCR+Q6sek8bf92,i=1"))
    assert diagnosis.right
    assert "fewer than 4,096" in diagnosis.findings[0].sentence


def test_digest_md5_is_read_and_called_historic() -> None:
    answer = (
        b'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",'
        b'nc=00000001,cnonce="OA6MHXh6VqTrRk",digest-uri="imap/elwood.innosoft.com",'
        b"response=d388dad90d4bbd760a152321f2143af7,qop=auth"
    )  # RFC 2831 4
    diagnosis = diagnose(b64(answer))
    assert (diagnosis.mechanism, diagnosis.right) == ("DIGEST-MD5", True)
    assert part(diagnosis, "username") == b"chris"
    assert "historic" in diagnosis.findings[0].sentence


@pytest.mark.parametrize(
    ("pasted", "mechanism"),
    [("334 VXNlcm5hbWU6", "LOGIN"), ("334 PDFAZXhhbXBsZS5vcmc+", "CRAM-MD5")],
)
def test_challenges_are_told_from_answers(pasted: str, mechanism: str) -> None:
    diagnosis = diagnose(pasted)
    assert (diagnosis.mechanism, diagnosis.from_server, diagnosis.right) == (mechanism, True, True)


@pytest.mark.parametrize("pasted", ["AUTH PLAIN", "AUTH EXTERNAL =", "*", "AUTH GSSAPI YIIB"])
def test_what_carries_no_credential_is_not_wrong(pasted: str) -> None:
    assert diagnose(pasted).right


# Anything at all


@given(
    st.one_of(st.text(), st.binary().map(b64), st.binary().map(lambda x: f"AUTH PLAIN {b64(x)}"))
)
def test_garbage_is_never_an_error(text: str) -> None:
    diagnosis = diagnose(text, 0.0)
    assert diagnosis.right or faults(diagnosis)


@pytest.mark.parametrize(
    "octets",
    [
        b"\0",
        b"\1",
        b"\n",
        b"\\0",
        b" ",
        b"=",
        b"a",
        b"a=",
        b'a="',
        b"{",
        b"n,",
        b"user=\0auth",
        b"<",
    ],
)
def test_a_great_deal_of_anything_is_looked_at_once(octets: bytes) -> None:
    for pasted in (b64(octets * (180_000 // len(octets))), octets.decode() * 100_000):
        assert len(diagnose(pasted).parts) < 32
    assert len(diagnose(b64(b64(octets * (130_000 // len(octets))).encode())).parts) < 32


@given(NAMES, SIMPLE)
def test_no_secret_shows_in_a_repr_or_in_a_sentence(user: str, password: str) -> None:
    secret = f"{password}-marker-{password}"
    for octets in (
        plain(user, secret),
        f"\0{user} {secret}".encode(),
        f"{user}\0{secret}".encode(),
    ):
        diagnosis = diagnose(b64(octets))
        assert secret not in repr(diagnosis)
        assert b64(octets) not in repr(diagnosis)
        assert str(diagnosis.corrected) not in repr(diagnosis) or diagnosis.corrected is None


# Remarks on what is typed


@pytest.mark.parametrize(
    ("text", "sentence", "fix"),
    [
        ("word\n", "ends with a line end", "word"),
        ("word ", "ends with a space", "word"),
        ("word\u00a0", "ends with a space", "word"),
        (" word", "begins with a space", "word"),
        ("wo\u00a0rd", "no-break space", "wo rd"),
        ("wo\u200brd", "without width", "word"),
        ("\ufeffword", "without width", "word"),
        ("\u201cword\u201d", "curly quotes", '"word"'),
        ("it\u2019s", "curly quotes", "it's"),
        ("abcd efgh ijkl mnop", "Google app password", "abcdefghijklmnop"),
        ("abcd\u00a0efgh\u00a0ijkl\u00a0mnop", "Google app password", "abcdefghijklmnop"),
        ("wo\x07rd", "control character", None),
        ("wo\0rd", "NUL", None),
        ("pässwörd", "not ASCII", None),
        ("pa\u0308sswort", "composed", "pässwort"),
    ],
)
def test_remarks_on_a_password(text: str, sentence: str, fix: str | None) -> None:
    first = remarks("user@example.org", text)[0]
    assert first.about is Field.PASSWORD
    assert sentence in first.sentence
    assert first.fix == fix


def test_a_user_name_in_angle_brackets() -> None:
    (remark,) = remarks("<user@example.org>", "password")
    assert (remark.about, remark.fix) == (Field.USER, "user@example.org")


@pytest.mark.parametrize(
    ("user", "password"),
    [("", ""), ("user@gmail.com", "password"), ("me", "two words"), ("me", "abcdefghijklmnop")],
)
def test_nothing_is_remarked_on_what_is_usual(user: str, password: str) -> None:
    assert remarks(user, password) == ()


@given(st.text(), st.sampled_from(Field))
def test_what_is_mended_has_no_fix_left(text: str, field: Field) -> None:
    done = mended(field, text)
    user, password = (done, "") if field is Field.USER else ("", done)
    assert [remark.fix for remark in remarks(user, password) if remark.fix is not None] == []


def test_a_password_of_spaces_is_not_mended_into_none() -> None:
    assert all(remark.fix is None for remark in remarks("me", "  "))


def test_a_remark_does_not_show_the_fix_in_a_repr() -> None:
    assert "hunter2" not in repr(remarks("me", "hunter2 "))


@pytest.mark.parametrize(
    ("pasted", "sentence", "corrected"),
    [
        (f"{WELL_KNOWN}\\n", "escaped line end", WELL_KNOWN),
        (f"AUTH PLAIN {WELL_KNOWN}\\r\\n", "escaped line end", f"AUTH PLAIN {WELL_KNOWN}"),
        (f"AUTH=PLAIN {WELL_KNOWN}", "AUTH= is how", f"AUTH PLAIN {WELL_KNOWN}"),
    ],
)
def test_what_belongs_to_a_program_or_a_list_is_told_and_left_out(
    pasted: str, sentence: str, corrected: str
) -> None:
    diagnosis = diagnose(pasted)
    assert diagnosis.mechanism == "PLAIN"
    assert sentence in diagnosis.findings[0].sentence
    assert diagnosis.corrected == corrected


@pytest.mark.parametrize("lead", ["Bearer ", "Authorization: Bearer "])
def test_a_token_out_of_http_shows_when_it_ends(lead: str) -> None:
    claims = base64.urlsafe_b64encode(b'{"exp":1000}').decode().rstrip("=")
    diagnosis = diagnose(f"{lead}eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln", 500.0)
    assert "how HTTP sends it" in diagnosis.findings[0].sentence
    assert [part.kind for part in diagnosis.parts] == ["access token", "expires"]


def test_one_octet_is_one() -> None:
    assert diagnose(b64(b"\0u\0p")).parts[-1].size == "1 octet"


def test_a_challenge_of_ntlm_tells_what_the_server_calls_itself() -> None:
    challenge = bytes.fromhex(  # MS-NLMP 4.2.4.3
        "4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef00000000000000002400240044"
        "00000006007017 0000000f530065007200760065007200 02000c0044006f006d00610069006e00"
        "01000c00530065007200760065007200 00000000"
    )
    diagnosis = diagnose(b64(challenge))
    assert (diagnosis.mechanism, diagnosis.from_server, diagnosis.right) == ("NTLM", True, True)
    assert [(part.kind, part.octets) for part in diagnosis.parts] == [
        ("target", b"Server"),
        ("domain", b"Domain"),
        ("host", b"Server"),
        ("Windows", b"6.0.6000"),
        ("nonce", b"0123456789abcdef"),
    ]
