"""TLS and certificates in the window: the summary, the whole, what is copied and saved."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from textual.widgets import Input, Static

from smtp_tui.wire import actions
from smtp_tui.wire import events as wire
from smtp_tui.wire.certificates import describe
from smtp_tui.wire.events import Verification
from smtp_tui.wire.target import Target, TlsMode
from smtp_tui.wire.verdicts import judge
from smtp_tui.workbench import clipboard
from smtp_tui.workbench.panes.server import ServerPane
from smtp_tui.workbench.screens.question import QuestionScreen
from smtp_tui.workbench.screens.tls import TlsScreen
from smtp_tui.workbench.tls_report import MOST_SHOWN, chain_of, colons, report
from tests.wire.certificates import NOW, der, self_signed
from tests.wire.loopback import SESSION, Authority, over_tls, serve, server_context
from tests.workbench.live import PATIENCE, live_window
from tests.workbench.scene import FACTS, GMAIL
from tests.workbench.test_hostile import NASTY, assert_harmless, unsafe
from tests.workbench.windows import Window, window

NAME = GMAIL.host
LEAF = der(self_signed(NAME, (NAME, "*.example.org"))[1])
ROOT = der(self_signed("Example Root", ())[1])
VERIFIED = replace(
    FACTS,
    chain=(LEAF,),
    elapsed=0.0123,
    verification=Verification(True, NAME, 0, "", (LEAF, ROOT)),
    group="x25519",
    signature="ecdsa_secp256r1_sha256",
    server_name=NAME,
)
OLD = der(self_signed("other.example", ("other.example",), not_after=NOW - timedelta(hours=1))[1])
REFUSED = replace(
    VERIFIED,
    chain=(OLD,),
    verified=False,
    problem="The certificate is signed by itself alone.",
    verification=Verification(True, NAME, 18, "self-signed", (OLD,)),
)
SIZES = pytest.mark.parametrize("size", [(120, 40), (80, 24)])


@pytest.fixture(autouse=True)
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would go to the system's clipboard, which is left alone."""
    texts: list[str] = []

    def way(text: str) -> str:
        texts.append(text)
        return ""

    monkeypatch.setattr(clipboard, "_by_system", way)
    return texts


def failed(at: Window, facts: wire.TlsFacts = REFUSED) -> None:
    """A connection whose certificate is refused."""
    scene = at.scene()
    scene.connecting()
    remedy = wire.Remedy.SKIP_VERIFICATION
    at.desk.receive(
        [
            wire.Connected(scene.now, 1, "192.0.2.10", 0.01),
            wire.TlsStarted(scene.now, 1),
            wire.Failed(scene.now, 1, wire.Failure.TLS, facts.problem, remedy, facts),
            wire.Gone(scene.now, 1, False, "Closed."),
        ]
    )


def whole(facts: wire.TlsFacts, target: Target = GMAIL, width: int = 100) -> str:
    """All the screen would say."""
    verdicts = judge(facts)
    lines, _ = report(facts, target, verdicts, chain_of(facts, verdicts), 0, width)
    assert all(line.cell_length <= width for line in lines)
    return "\n".join(line.plain for line in lines)


@SIZES
async def test_no_line_is_broken_beyond_its_column(size: tuple[int, int]) -> None:
    async with window(size=size) as at:
        at.scene().secured(VERIFIED)
        await at.press("f10")
        text = at.app.screen.query_one("#tls-text", Static)
        assert text.size.height == str(text.content).count("\n") + 1


@SIZES
@pytest.mark.parametrize("truncated", [True, False])
async def test_a_session_that_was_cut_off_says_so(size: tuple[int, int], truncated: bool) -> None:
    async with window(size=size) as at:
        take = at.scene().secured(VERIFIED).sink
        take(wire.Gone(9.0, 1, False, "The connection ended.", truncated))
        await at.press("f10")
        text = str(at.app.screen.query_one("#tls-text", Static).content)
        assert ("closed without close_notify" in text) is truncated


async def test_who_the_server_proved_to_be_stays_in_sight_beside_any_list() -> None:
    many = b"".join(b"250-X-OWN-%d\r\n" % number for number in range(30))
    async with window() as at:
        at.scene().secured(VERIFIED).both(b"EHLO me", many + b"250 X-LAST\r\n")
        await at.pilot.pause()
        assert "✓ trusted" in at.text()
        assert "X-LAST" not in "".join(row[:42] for row in at.rows())
        at.desk.query_one(ServerPane).scroll_end(animate=False)
        await at.pilot.pause()
        assert "✓ trusted" in at.text()
        assert "X-LAST" in "".join(row[:42] for row in at.rows())


@SIZES
async def test_f10_shows_session_checks_and_chain(size: tuple[int, int]) -> None:
    async with window(size=size) as at:
        at.scene().secured(VERIFIED)
        await at.press("f10")
        assert isinstance(at.app.screen, TlsScreen)
        text = at.text()
        for words in (f"Verified: this is {NAME}", "TLS 1.3", "x25519", "12.3 ms", "off: every"):
            assert words in text
        await at.press("end")
        assert "sha256//" in at.text()
        assert "2 1 1" in at.text()
        await at.press("escape")
        assert at.app.screen is at.desk


def test_the_chain_ends_at_the_root_that_was_not_sent() -> None:
    text = whole(VERIFIED)
    assert "Example Root, trusted here and not sent" in text
    assert "Example Root" not in whole(REFUSED)


def test_every_fact_of_a_certificate_is_there() -> None:
    text = whole(VERIFIED).replace("\n", "")
    facts = describe(LEAF)
    for words in (
        f"CN={NAME}", f"{NAME}, *.example.org", "itself", "29 days left", facts.serial,
        "EC P-256, signed with ecdsa-with-SHA256", facts.pin, f"_587._tcp.{NAME}. IN TLSA 3 1 1",
    ):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(("width", "rows"), [(60, 3), (76, 2), (116, 1)])
def test_a_fingerprint_stands_in_rows_of_whole_octets(width: int, rows: int) -> None:
    lines = whole(VERIFIED, width=width).splitlines()
    begins = next(number for number, line in enumerate(lines) if "SHA-256" in line)
    pieces = [line.split()[-1] for line in lines[begins : begins + rows]]
    assert "".join(pieces) == colons(describe(LEAF).sha256)
    assert all(piece.endswith(":") for piece in pieces[:-1])


def test_each_check_has_its_mark_and_reason() -> None:
    text = whole(REFUSED)
    assert "✗ The certificate is signed by itself alone." in text
    assert "✗ Trusted root" in text
    assert "✗ Name" in text
    assert "not for smtp.example.org" in text
    assert "✗ Dates" in text
    assert "expired on" in text
    assert "✓ Key and signature" in text
    assert "OpenSSL said  self-signed (error 18)" in text


def test_what_nobody_checked_is_called_so() -> None:
    text = whole(replace(VERIFIED, verified=False, verification=Verification(False, NAME)))
    assert "▲ Encrypted, but not verified" in text
    assert "· Trusted root       Not checked" in text


def test_an_old_version_is_called_so() -> None:
    assert "▲ TLS 1.0 protects nothing any more" in whole(replace(VERIFIED, version="TLSv1"))


async def test_the_summary_has_a_word_for_each_check() -> None:
    async with window() as at:
        at.scene().secured(VERIFIED)
        await at.pilot.pause()
        for words in ("✓ trusted", "✓ name", "✓ 29 days left"):
            assert words in at.text()


async def test_the_summary_of_a_refused_certificate_says_what_is_wrong() -> None:
    async with window() as at:
        failed(at)
        await at.pilot.pause()
        for words in ("✗ not trusted", "✗ other name", "✗ expired"):
            assert words in at.text()


async def test_enter_on_the_summary_shows_the_whole() -> None:
    async with window() as at:
        at.scene().secured(VERIFIED)
        at.desk.query_one("#tls-summary").focus()
        await at.press("enter")
        assert isinstance(at.app.screen, TlsScreen)


async def test_without_tls_f10_says_so() -> None:
    async with window() as at:
        at.scene().greeted()
        await at.press("f10")
        assert at.app.screen is at.desk
        assert "There is no TLS to show yet" in at.text()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("f", colons(describe(LEAF).sha256)),
        ("p", describe(LEAF).pin),
        ("t", f"_587._tcp.{NAME}. IN TLSA 3 1 1 {describe(LEAF).spki_sha256}"),
    ],
    ids=["fingerprint", "pin", "record"],
)
async def test_fingerprint_pin_and_record_are_copied(key: str, expected: str) -> None:
    async with window() as at:
        at.scene().secured(VERIFIED)
        await at.press("f10", key)
        assert at.app.clipboard == expected


async def test_tab_goes_to_the_next_certificate() -> None:
    async with window() as at:
        at.scene().secured(VERIFIED)
        await at.press("f10", "tab", "p")
        assert at.app.clipboard == describe(ROOT).pin
        assert "▸ ╰ Example Root" in at.text()
        await at.press("tab", "p")
        assert at.app.clipboard == describe(LEAF).pin


async def save(at: Window, path: str) -> str:
    """Save the chain under that name, and give what is said of it."""
    before = len(at.app._notifications)
    await at.press("f10", "s")
    at.app.screen.query_one("#prompt", Input).value = path
    await at.press("enter")
    async with asyncio.timeout(PATIENCE):
        while len(at.app._notifications) == before:
            await at.pilot.pause(0.01)
    await at.press("escape")
    return list(at.app._notifications)[-1].message


async def test_the_chain_is_saved_as_pem_and_no_file_is_overwritten(tmp_path: Path) -> None:
    async with window() as at:
        at.scene().secured(replace(VERIFIED, chain=(LEAF, ROOT)))
        path = tmp_path / "chain.pem"
        assert (await save(at, str(path))).startswith("Saved 2 certificates in ")
        assert path.read_text() == ssl.DER_cert_to_PEM_cert(LEAF) + ssl.DER_cert_to_PEM_cert(ROOT)
        path.write_text("mine")
        assert "is there already" in await save(at, str(path))
        assert path.read_text() == "mine"
        assert "cannot be written: No such file" in await save(at, str(tmp_path / "no" / "x"))


async def test_w_connects_again_without_verification_where_it_was_refused() -> None:
    async with window() as at:
        failed(at)
        await at.press("f10")
        assert "w connect unverified" in at.text()
        await at.press("w")
        assert at.app.screen is at.desk
        assert at.posted == [actions.Connect(replace(GMAIL, verify=False))]


async def test_credentials_ask_before_they_go_where_nobody_was_verified() -> None:
    async with window() as at:
        facts = replace(VERIFIED, verified=False, verification=Verification(False, NAME))
        at.scene(replace(GMAIL, verify=False)).secured(facts)
        at.desk.credentials.fill("user", "password")
        await at.press("f7")
        assert isinstance(at.app.screen, QuestionScreen)
        assert "not verified" in at.text()


async def test_w_does_nothing_where_nothing_was_refused() -> None:
    async with window() as at:
        at.scene().secured(VERIFIED)
        await at.press("f10", "w")
        assert isinstance(at.app.screen, TlsScreen)
        assert at.posted == []


async def test_a_failure_without_a_certificate_shows_what_there_is() -> None:
    problem = "The server and this side have no cipher in common."
    async with window() as at:
        failed(at, wire.TlsFacts("", "", 0, (), False, problem))
        await at.press("f10")
        text = at.text()
        assert problem in text
        assert "The server showed no certificate." in text
        await at.press("f", "p", "t", "s", "tab")
        assert isinstance(at.app.screen, TlsScreen)
        assert at.app.clipboard == ""


@SIZES
async def test_a_hostile_chain_is_shown_bounded_and_harmless(size: tuple[int, int]) -> None:
    nasty = tuple(f"h{number}.example" for number in range(5_000))
    names = NASTY[:40]
    chain = [der(self_signed(names, ("a\0b.example", "*." + "x" * 60 + ".example"))[1])]
    chain += [der(self_signed("", nasty)[1]), b"junk", b""]
    chain += [der(self_signed(f"number {number}")[1]) for number in range(50)]
    facts = replace(REFUSED, chain=tuple(chain), problem=NASTY)
    async with window(size=size) as at:
        failed(at, facts)
        await at.press("f10")
        assert f"The server sent {len(chain)} certificates; here are the first" in whole(facts)
        for _ in range(MOST_SHOWN + 1):
            assert_harmless(at)
            await at.press("tab")
        await at.press("f", "p", "t")
        assert_harmless(at)


def test_a_hostile_chain_makes_a_bounded_report() -> None:
    many = der(self_signed("x" * 64, tuple(f"{'n' * 60}{n}.example" for n in range(900)))[1])
    text = whole(replace(REFUSED, chain=(many,) * 50, problem=NASTY), width=60)
    assert unsafe(text) == []
    assert len(text) < 200_000
    assert "and 888 more" in " ".join(text.split())


async def test_a_real_refusal_is_looked_at_and_then_passed(
    tmp_path: Path, authority: Authority
) -> None:
    certificate = authority.ca.issue_cert("localhost", not_after=NOW - timedelta(days=3))
    with serve(over_tls(server_context(certificate), SESSION)) as server:
        target = authority.target(server.port, TlsMode.IMPLICIT, "localhost")
        async with live_window(target) as at:
            await at.shows("expired on")
            await at.pilot.press("f10")
            await at.shows("✗ Dates")
            assert "✓ Trusted root" in at.text()
            assert "✓ Name" in at.text()
            await at.pilot.press("w")
            await at.idle()
            assert not at.view.verified
            await at.pilot.press("f10")
            await at.shows("Encrypted, but not verified")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority for servers on loopback."""
    ca = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return Authority(ca, path)
