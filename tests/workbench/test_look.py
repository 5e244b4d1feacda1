"""What can be read: contrast, words beside colours, every theme, the top line at every width."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES
from textual.widgets import OptionList

from smtp_tui.settings import Settings
from smtp_tui.wire import events as wire
from smtp_tui.wire.target import Target
from smtp_tui.workbench.panes.status import status_line
from smtp_tui.workbench.session import SessionView, advance
from smtp_tui.workbench.themes import THEMES
from tests.workbench.scene import FACTS, GMAIL, Scene
from tests.workbench.windows import Window, window

TEXT = "foreground primary secondary success warning error accent quiet text-muted text-disabled"
SURFACES = "background surface panel"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.1."""

    def luminance(name: str) -> float:
        parts = [part / 255 for part in Color.parse(name).rgb]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("surface", SURFACES.split())
@pytest.mark.parametrize("text", TEXT.split())
async def test_text_in_our_themes_has_contrast_enough(
    theme: object, surface: str, text: str
) -> None:
    async with window() as at:
        at.app.theme = getattr(theme, "name", "")
        variables = at.app.get_css_variables()
        assert contrast(variables[text], variables[surface]) >= 4.5


@pytest.mark.parametrize(
    "theme", [name for name, theme in BUILTIN_THEMES.items() if not theme.ansi]
)
async def test_text_in_themes_of_others_can_be_read(theme: str) -> None:
    async with window() as at:
        at.app.theme = theme
        await at.pilot.pause()
        variables = at.app.get_css_variables()
        for text in (*TEXT.split()[:8], "footer-key-foreground"):
            for surface in SURFACES.split():
                assert contrast(variables[text], variables[surface]) >= 4.5, (text, surface)
        style = at.desk.query_one("LogView").get_component_rich_style("log--accepted")
        assert style.color is not None
        assert style.color.get_truecolor().hex == variables["success"].lower()


@pytest.mark.parametrize("theme", ["smtp-dark", "smtp-light"])
async def test_what_is_chosen_in_a_card_can_be_read(theme: str) -> None:
    async with window() as at:
        at.app.theme = theme
        at.scene().greeted()
        at.desk.query_one("#server").focus()
        await at.press("down", "down", "enter")
        chosen = at.app.screen.query_one("#card-inserts", OptionList).render_line(0)
        for segment in chosen:
            if segment.text.strip() and segment.style is not None:
                assert segment.style.color is not None
                assert segment.style.bgcolor is not None
                text = Color.from_rich_color(segment.style.color).hex
                ground = Color.from_rich_color(segment.style.bgcolor).hex
                assert contrast(text, ground) >= 4.5, segment


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "ansi-light", "dracula"])
async def test_the_window_can_be_drawn_in_themes_of_others(theme: str) -> None:
    async with window() as at:
        at.app.theme = theme
        at.scene().secured()
        await at.press("f1")
        assert "Your first session" in at.text()


async def picture(at: Window) -> str:
    """The window without a cursor, which blinks, and without the number of the picture."""
    at.app.screen.set_focus(None)
    await at.pilot.pause()
    return re.sub(r"terminal-[0-9]+", "", at.app.export_screenshot())


@pytest.mark.parametrize("theme", ["smtp-light", "textual-light", "ansi-dark", "ansi-light"])
async def test_a_theme_of_the_settings_looks_as_one_chosen_in_the_window(theme: str) -> None:
    async with window(settings=Settings(theme=theme)) as at:
        begun = await picture(at)
    async with window() as at:
        at.app.theme = theme
        assert await picture(at) == begun


async def test_what_changed_behind_a_dialog_is_there_when_it_closes() -> None:
    async with window(size=(80, 24), settings=Settings(theme="smtp-light")) as at:
        begun = await picture(at)
    async with window() as at:
        await at.press("f1")
        at.app.theme = "smtp-light"
        await at.pilot.resize_terminal(80, 24)
        await at.press("escape")
        assert await picture(at) == begun


async def test_without_colour_the_words_still_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with window() as at:
        at.scene().greeted()
        await at.pilot.pause()
        assert "not encrypted" in at.rows()[0]
        at.scene(number=2).secured()
        await at.pilot.pause()
        assert "✓ verified" in at.rows()[0]
        assert "+ AUTH" in at.text()
        assert "− STARTTLS" in at.text()


def view_of(play: str, target: Target = GMAIL, facts: wire.TlsFacts = FACTS) -> SessionView:
    """The view after a scene."""
    view = SessionView()

    def take(event: wire.Event) -> None:
        nonlocal view
        view = advance(view, event)

    scene = Scene(take, target)
    match play:
        case "connecting":
            scene.connecting()
        case "greeted":
            scene.greeted()
        case "waiting":
            scene.open().client(b"EHLO laptop.example.org")
        case "secured":
            scene.secured(facts)
        case "failed":
            scene.connecting()
            take(wire.Failed(0, 1, wire.Failure.CONNECT, "Refused."))
    return view


@pytest.mark.parametrize(
    ("play", "words"),
    [
        ("", "not connected"),
        ("connecting", "connecting"),
        ("failed", "could not connect"),
        ("greeted", "not encrypted"),
        ("secured", "TLS 1.3 ✓ verified"),
    ],
)
@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_the_top_line_says_in_words_where_we_are(play: str, words: str, width: int) -> None:
    line = status_line(view_of(play), width)
    assert words in line.plain
    assert line.cell_length <= width


def test_the_top_line_says_so_when_nobody_vouches_for_the_server() -> None:
    facts = replace(FACTS, verified=False)
    assert "TLS 1.3 ✗ not verified" in status_line(view_of("secured", facts=facts), 120).plain


def test_the_top_line_says_so_when_tls_is_too_old() -> None:
    facts = replace(FACTS, version="TLSv1")
    line = status_line(view_of("secured", facts=facts), 120)
    assert "TLS 1.0 ▲ too old to protect" in line.plain
    assert "verified" not in line.plain


def test_the_rail_is_spelt_out_when_there_is_room_and_squares_when_not() -> None:
    view = view_of("secured")
    assert "TCP ━ 220 ━ EHLO ━ TLS ━  EHLO  ─ AUTH ─ MAIL" in status_line(view, 160).plain
    assert "TCP━220━EHLO━TLS━ EHLO ─AUTH" in status_line(view, 100).plain
    assert "■■■■▣□□□□□ EHLO" in status_line(view, 80).plain


@pytest.mark.parametrize("width", [120, 160])
def test_a_wide_top_line_tells_the_last_round_trip(width: int) -> None:
    for play in ("greeted", "secured"):
        assert status_line(view_of(play), width).plain.endswith("  rtt 40 ms ")


def test_a_quick_round_trip_is_not_none_at_all() -> None:
    quick = replace(view_of("greeted"), rtt=0.0004)
    assert status_line(quick, 120).plain.endswith("  rtt 0.4 ms ")


def test_the_form_of_the_top_line_stays_while_the_session_advances() -> None:
    for width in (80, 100, 120):
        spelt = {"━" in status_line(view_of(play), width).plain for play in ("greeted", "secured")}
        assert len(spelt) == 1


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_a_wait_that_lasts_is_told_in_seconds_where_it_is(width: int) -> None:
    view = view_of("waiting")
    assert " s" not in status_line(view, width, 101.0).plain.partition("EHLO")[2]
    line = status_line(view, width, 112.0)
    assert "EHLO… 12 s" in line.plain
    assert line.cell_length <= width


def test_a_very_long_host_leaves_room_for_what_matters() -> None:
    view = view_of("secured", replace(GMAIL, host="a" * 200 + ".example"))
    line = status_line(view, 80)
    assert line.cell_length <= 80
    assert "✓ verified" in line.plain


@pytest.mark.parametrize(
    ("keys", "scrolls"),
    [
        (("ctrl+o", "s"), "#server"),
        (("alt+w", "x", "x"), "#detail"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_between_a_text_and_its_scroll_bar_is_room(
    keys: tuple[str, ...], scrolls: str
) -> None:
    many = b"".join(b"250-X-A-VERY-LONG-KEYWORD-%d\r\n" % number for number in range(30))
    async with window() as at:
        scene = at.scene().secured().both(b"EHLO me", many + b"250 X-LAST\r\n")
        scene.both(b"RCPT TO:<a@b>", b"503 5.5.1 MAIL" + b" first" * 150 + b"\r\n")
        await at.press(*keys)
        bar = at.app.screen.query_one(scrolls).vertical_scrollbar.region
        assert bar.width == 1
        assert bar.height > 5
        beside = [row[bar.x - 1] for row in at.rows()[bar.y : bar.bottom]]
        assert set(beside) == {" "}
