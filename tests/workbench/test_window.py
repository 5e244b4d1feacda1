"""The window as a whole: keys, focus, sizes, help, leaving."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest
from textual import events
from textual.screen import ModalScreen
from textual.widgets import Input

from smtp_tui.sasl.credentials import Credentials
from smtp_tui.settings import Settings
from smtp_tui.wire import events as wire
from smtp_tui.wire.actions import Abort, Authenticate, Connect, HangUp, Send, StartTls
from smtp_tui.workbench import screens
from smtp_tui.workbench.actions import ACTIONS
from smtp_tui.workbench.keymap import checked_keymap
from smtp_tui.workbench.log_paint import TEXT_COLUMN
from smtp_tui.workbench.log_view import LogView
from smtp_tui.workbench.panes.choice import Choice
from smtp_tui.workbench.screens.dialog import Dialog
from smtp_tui.workbench.screens.help import HelpScreen
from smtp_tui.workbench.session import Link
from tests.workbench.scene import GMAIL, Scene
from tests.workbench.windows import window

IDS = (
    "status connection credentials server log composer composer-input"
    " host port tls-mode mechanism user password token"
)


async def test_everything_others_rely_on_has_its_id() -> None:
    async with window() as at:
        for id in IDS.split():
            assert len(at.app.query(f"#{id}")) == 1, id


async def test_with_a_target_the_window_connects_at_once() -> None:
    async with window(connect_at_once=True) as at:
        assert at.posted == [Connect(GMAIL)]
        assert at.app.focused is at.desk.composer.field


async def test_without_a_target_the_form_is_where_one_begins() -> None:
    async with window(None) as at:
        assert at.posted == []
        assert at.app.focused is at.desk.query_one("#host")


async def test_events_told_by_the_worker_reach_the_window() -> None:
    async with window() as at:
        Scene(at.worker.sink).greeted()
        while at.desk.view.state.hello is None:
            await at.pilot.pause(0.01)
        assert at.desk.view.link is Link.OPEN
        assert "34.2 MiB a message" in at.text()


async def test_hanging_up_is_polite_first_and_hard_the_second_time() -> None:
    async with window() as at:
        at.scene().open()
        await at.press("ctrl+g")
        await at.press("shift+f5")
        assert at.posted == [HangUp(), Abort()]


async def test_hanging_up_while_connecting_just_closes() -> None:
    async with window() as at:
        at.scene().connecting()
        await at.press("ctrl+g")
        assert at.posted == [Abort()]


async def test_a_new_connection_is_hung_up_politely_again() -> None:
    async with window() as at:
        at.scene().open()
        await at.press("ctrl+g")
        at.scene(number=2).open()
        await at.press("ctrl+g")
        assert at.posted == [HangUp(), HangUp()]


async def test_f6_starts_tls_once() -> None:
    async with window() as at:
        await at.press("f6")
        assert "Not connected: f5 connects" in at.text()
        scene = at.scene().greeted()
        await at.press("f6")
        assert at.posted == [StartTls()]
        scene.both(b"STARTTLS", b"220 go\r\n").tls()
        await at.press("f6")
        assert at.posted == [StartTls()]
        assert "encrypted already" in at.text()


async def test_f7_runs_the_chosen_mechanism() -> None:
    async with window(user="user") as at:
        at.scene().secured()
        at.desk.query_one("#password", Input).value = "secret"
        at.desk.query_one("#mechanism", Choice).value = "LOGIN"
        await at.press("f7")
        assert at.posted == [Authenticate("LOGIN", Credentials("user", "secret"))]


async def test_f7_without_a_user_says_where_to_fill_one_in() -> None:
    async with window() as at:
        at.scene().secured()
        await at.press("f7")
        assert at.posted == []
        assert "Fill in the user name first: f2 goes there." in at.text()


async def test_ctrl_c_gives_up_connecting() -> None:
    async with window() as at:
        at.scene().connecting()
        await at.press("ctrl+c")
        assert at.posted == [Abort()]


async def test_ctrl_c_closes_while_a_command_waits() -> None:
    async with window() as at:
        at.scene().open().client(b"EHLO me")
        await at.press("ctrl+c")
        assert at.posted == [Abort()]


async def test_ctrl_c_copies_what_is_selected_instead() -> None:
    async with window() as at:
        at.scene().connecting()
        await at.type("NOOP")
        at.desk.composer.field.select_all()
        await at.press("ctrl+c")
        assert at.app.clipboard == "NOOP"
        assert at.posted == []


async def test_ctrl_c_with_nothing_to_do_says_how_to_leave() -> None:
    async with window() as at:
        at.scene().open()
        await at.press("ctrl+c")
        assert at.posted == []
        assert "ctrl+q quits" in at.text()


async def test_ctrl_c_at_a_challenge_cancels_the_exchange() -> None:
    async with window() as at:
        at.scene().secured().both(b"AUTH LOGIN", b"334 VXNlcm5hbWU6\r\n")
        await at.press("ctrl+c")
        assert at.posted == [Send(b"*")]


async def test_ctrl_q_stops_the_worker_and_leaves() -> None:
    async with window() as at:
        at.scene().open()
        await at.press("ctrl+q")
        assert at.worker.stopped
        assert at.app._exit


async def test_ctrl_q_leaves_from_a_question_too() -> None:
    async with window() as at:
        await at.press("f1", "ctrl+q")
        assert at.app._exit


@pytest.mark.parametrize("keys", [("f1",), ("ctrl+o", "l", "home")], ids=["help", "log"])
async def test_a_lost_connection_that_is_out_of_sight_is_told_in_a_toast_and_a_clean_end_is_not(
    keys: tuple[str, ...],
) -> None:
    async with window(size=(120, 20)) as at:
        scene = at.scene().secured()
        await at.press(*keys)
        scene.gone()
        await at.pilot.pause()
        assert len(at.app._notifications) == 0
        at.scene(number=2).open().gone(clean=False, text="The network [broke] off.")
        await at.pilot.pause()
        (toast,) = at.app._notifications
        assert toast.message == "The network [broke] off."


async def test_a_lost_connection_that_the_log_shows_is_not_told_in_a_toast_over_it() -> None:
    async with window() as at:
        at.scene().open().gone(clean=False, text="The network [broke] off.")
        await at.pilot.pause()
        assert "The network [broke] off." in at.text()
        assert not at.app._notifications


async def test_help_holds_every_key_a_first_session_and_the_marks() -> None:
    async with window(size=(120, 200)) as at:
        await at.press("f1")
        text = at.text()
        for action in ACTIONS.values():
            assert action.keys.split(",")[0] in text
        for words in ("Your first session", "AUTH PLAIN {PLAIN}", "Marks and colours"):
            assert words in text
        await at.press("escape")
        assert "Your first session" not in at.text()


@pytest.mark.parametrize(
    "way",
    [("f2",), ("f9",), ("ctrl+s",)],
    ids=["form", "message", "dialog"],
)
async def test_f1_is_help_in_forms_and_dialogs_too_and_closes_it(
    way: tuple[str, ...],
) -> None:
    async with window() as at:
        at.scene().greeted()
        await at.press(*way)
        below = at.app.screen
        await at.press("f1")
        assert isinstance(at.app.screen, HelpScreen)
        await at.press("f1")
        assert at.app.screen is below


async def test_every_action_is_in_the_palette_when_it_makes_sense() -> None:
    async with window() as at:
        titles = {command.title for command in at.app.get_system_commands(at.desk)}
        assert {"Connect", "Help", "Quit", "Theme", "Reveal secrets"} <= titles
        assert not titles & {"Hang up", "STARTTLS", "Reconnect the other way"}
        at.scene().open()
        titles = {command.title for command in at.app.get_system_commands(at.desk)}
        assert {"Hang up", "STARTTLS"} <= titles


@pytest.mark.parametrize("key", ["ctrl+p", "ctrl+backslash"])
async def test_the_palette_opens(key: str) -> None:
    async with window() as at:
        await at.press(key)
        assert type(at.app.screen).__name__ == "CommandPalette"


async def test_an_action_taken_from_the_palette_runs() -> None:
    async with window() as at:
        await at.press("ctrl+p", *"connect")
        await at.pilot.pause(0.3)
        await at.press("enter")
        await at.pilot.pause()
        assert at.posted == [Connect(GMAIL)]


@pytest.mark.parametrize(
    ("letter", "id"),
    [
        ("c", "composer-input"),
        ("h", "host"),
        ("u", "user"),
        ("s", "server"),
        ("t", "tls-mode"),
        ("x", "tls-options"),
    ],
)
async def test_a_letter_jumps(letter: str, id: str) -> None:
    async with window() as at:
        await at.press("ctrl+o", letter)
        assert at.app.focused is at.desk.query_one(f"#{id}")


async def test_jumping_to_the_log_gives_its_lines_the_focus() -> None:
    async with window() as at:
        await at.press("ctrl+o", "l")
        assert at.app.focused is not None
        assert at.desk.query_one("#log") in at.app.focused.ancestors


async def test_keys_typed_fast_close_what_lies_above_once() -> None:
    async with window() as at:
        await at.press("ctrl+o")
        above = at.app.screen
        for key in ("down", "down", "h"):
            above.post_message(events.Key(key, None))
        await at.pilot.pause()
        assert at.app.screen is at.desk
        await at.press("f1")
        assert isinstance(at.app.screen, HelpScreen)


async def test_a_letter_typed_fast_behind_the_jump_key_is_not_for_the_command_line() -> None:
    async with window() as at:
        at.desk.composer.field.focus()
        await at.pilot.pause()
        for key in ("ctrl+o", "h"):
            at.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await at.pilot.pause(0.1)
        assert at.app.focused is at.desk.query_one("#host")
        assert at.desk.composer.text == ""


async def test_there_is_nothing_to_jump_to_below_a_dialog() -> None:
    async with window() as at:
        await at.press("f1", "ctrl+o")
        assert isinstance(at.app.screen, HelpScreen)


async def test_a_key_without_a_place_stays() -> None:
    async with window() as at:
        before = at.app.focused
        await at.press("ctrl+o", "z")
        assert at.app.screen is at.desk
        assert at.app.focused is before


async def test_f2_goes_to_the_form_and_back() -> None:
    async with window() as at:
        await at.press("f2")
        assert at.app.focused is at.desk.query_one("#host")
        await at.press("f2")
        assert at.app.focused is at.desk.composer.field


async def test_narrow_the_forms_are_a_drawer_over_a_log_of_fifteen_rows() -> None:
    async with window(size=(80, 24)) as at:
        assert not at.desk.query_one("#setup").display
        assert at.desk.query_one("LogView").size.height >= 15
        await at.press("f2")
        assert at.desk.query_one("#setup").display
        assert at.app.focused is at.desk.query_one("#host")
        assert at.desk.query_one("LogView").size.width >= 70
        await at.press("escape")
        assert not at.desk.query_one("#setup").display
        assert at.app.focused is at.desk.composer.field


async def test_connecting_closes_the_drawer() -> None:
    async with window(size=(80, 24)) as at:
        await at.press("f2", "enter")
        assert at.posted == [Connect(GMAIL)]
        assert not at.desk.query_one("#setup").display


async def test_jumping_into_the_drawer_opens_it() -> None:
    async with window(size=(80, 24)) as at:
        await at.press("ctrl+o", "p")
        assert at.desk.query_one("#setup").display
        assert at.app.focused is at.desk.query_one("#password")


async def test_a_drawer_closes_when_the_focus_leaves_it() -> None:
    async with window(size=(80, 24)) as at:
        await at.press("ctrl+o", "p", "ctrl+o", "c")
        assert at.app.focused is at.desk.composer.field
        assert not at.desk.query_one("#setup").display


async def test_a_drawer_stays_open_below_the_list_of_one_of_its_fields() -> None:
    async with window(size=(80, 24)) as at:
        await at.press("ctrl+o", "m")
        await at.press("ctrl+o", "m", "enter")
        assert at.app.screen is not at.desk
        assert at.desk.query_one("#setup").display
        await at.press("escape")
        assert at.app.focused is at.desk.query_one("#mechanism")
        assert at.desk.query_one("#setup").display


async def test_what_was_left_when_the_window_was_wide_covers_nothing_when_it_shrinks() -> None:
    async with window() as at:
        await at.press("ctrl+o", "p", "ctrl+o", "c")
        await at.pilot.resize_terminal(80, 24)
        await at.pilot.pause()
        assert not at.desk.query_one("#setup").display


async def test_a_narrow_bar_shows_six_keys_and_where_all_others_are_a_wide_one_more() -> None:
    def bar() -> str:
        return " ".join(at.rows()[-1].split())

    async with window(size=(80, 24)) as at:
        assert bar() == "f1 Help f2 Setup f5 Connect f8 Send f9 Message ^q Quit ^p Palette"
        scene = at.scene().greeted()
        await at.pilot.pause()
        assert bar() == "f1 Help f2 Setup ^g Hang up f6 STARTTLS f7 AUTH ^q Quit ^p Palette"
        scene.both(b"STARTTLS", b"220 go\r\n").tls()
        await at.pilot.pause()
        assert bar() == "f1 Help f2 Setup ^g Hang up f7 AUTH f9 Message ^q Quit ^p Palette"
        await at.pilot.resize_terminal(60, 15)
        await at.pilot.pause()
        assert bar() == "f1 Help f2 Setup ^g Hang up ^q Quit ^p Palette"
    async with window() as at:
        assert "^p Palette" in at.rows()[-1]
        assert "f8 Send" in at.rows()[-1]


async def test_a_click_on_the_bar_does_what_it_says() -> None:
    async with window() as at:
        column = at.rows()[-1].index("Connect")
        await at.pilot.click("#keys", offset=(column, 0))
        assert at.posted == [Connect(GMAIL)]


@pytest.mark.parametrize("size", [(59, 20), (80, 14), (20, 5)])
async def test_below_sixty_by_fifteen_one_line_says_what_is_needed(size: tuple[int, int]) -> None:
    async with window(size=size) as at:
        words = " ".join(at.text().split())
        assert "needs 60 columns × 15 rows" in words
        assert "Connection" not in words


@pytest.mark.parametrize("size", [(60, 15), (61, 16), (99, 24), (100, 15), (200, 60)])
async def test_every_row_is_as_wide_as_the_window(size: tuple[int, int]) -> None:
    async with window(size=size) as at:
        at.scene().secured()
        await at.pilot.pause()
        rows = at.rows()
        assert len(rows) == size[1]
        assert {len(row) for row in rows} == {size[0]}
        assert "smtp.example.org" in rows[0]


async def test_keys_can_be_changed_and_the_bar_shows_it() -> None:
    settings = Settings(keys={"connect": "ctrl+k,f11", "log-wrap": "x"})
    async with window(settings=settings) as at:
        await at.press("f5")
        assert at.posted == []
        await at.press("f11")
        assert at.posted == [Connect(GMAIL)]
        assert "^k Connect" in at.text()
        assert "ctrl+k connects" in at.text()


async def test_what_is_wrong_with_the_settings_is_told_in_the_log() -> None:
    settings = Settings(keys={"fly": "f9", "connect": "ctrl+q"}, theme="no-such-theme")
    async with window(settings=settings) as at:
        log = " ".join(" ".join(row[43:118] for row in at.rows()[:30]).split())
        assert "fly: there is no such action" in log
        assert "ctrl+q always quits" in log
        assert "no such theme" in log
        await at.press("ctrl+q")
        assert at.app._exit


@pytest.mark.parametrize(
    ("wanted", "good"),
    [
        ({"connect": "f11"}, {"connect": "f11"}),
        ({"connect": "ctrl+h"}, {}),
        ({"connect": "a"}, {}),
        ({"connect": "f6"}, {}),
        ({"message-open": "f1"}, {}),
        ({"message-open": "f10"}, {"message-open": "f10"}),
        ({"connect": "f6", "starttls": "f5"}, {"connect": "f6", "starttls": "f5"}),
        ({"connect": "f11", "starttls": "f11"}, {"connect": "f11"}),
        ({"quit": "ctrl+x"}, {"quit": "ctrl+x,ctrl+q"}),
        ({"help": "ctrl+q"}, {}),
        ({"log-copy": "c"}, {"log-copy": "c"}),
        ({"nothing": "f9"}, {}),
    ],
)
def test_a_keymap_is_taken_as_far_as_it_can_be_used(
    wanted: dict[str, str], good: dict[str, str]
) -> None:
    taken, problems = checked_keymap(wanted)
    assert taken == good
    assert len(problems) == len(wanted) - len(good)


def test_of_an_action_there_is_none_of_all_that_there_are_are_named() -> None:
    _, ((id, words),) = checked_keymap({"fly": "f9"})
    assert id == "fly"
    named = words.rpartition("there are ")[2].split(", ")
    assert {"connect", "log-copy", "message-open", "message-leave"} <= set(named)


async def test_quit_moved_elsewhere_still_answers_to_ctrl_q() -> None:
    async with window(settings=Settings(keys={"quit": "ctrl+x"})) as at:
        at.desk.query_one("#setup").focus()
        await at.press("ctrl+q")
        assert at.app._exit


async def test_a_handshake_that_failed_is_not_called_a_lost_connection() -> None:
    async with window() as at:
        take = at.scene().greeted().sink
        await at.press("f1")
        take(wire.Failed(0, 1, wire.Failure.TLS, "The certificate expired."))
        take(wire.Gone(0, 1, False, "Closed, because there is no TLS."))
        await at.pilot.pause()
        (toast,) = at.app._notifications
        assert (toast.title, toast.message) == ("No TLS", "The certificate expired.")


async def test_what_never_was_a_connection_is_not_called_lost() -> None:
    async with window() as at:
        take = at.scene().sink
        await at.press("f1")
        take(wire.Opening(0, 1, GMAIL, 0.0))
        take(wire.Failed(0, 1, wire.Failure.TLS, "The CA file /x does not exist."))
        take(wire.Gone(0, 1, False, "Not connected."))
        await at.pilot.pause()
        (toast,) = at.app._notifications
        assert (toast.title, toast.message) == ("Not connected", "The CA file /x does not exist.")
        await at.press("escape")
        assert "TLS ✗" not in at.text()


def test_no_two_actions_have_the_same_key() -> None:
    keys = [key for action in ACTIONS.values() for key in action.keys.split(",") if key]
    assert sorted(keys) == sorted(set(keys))


async def test_no_field_takes_the_letter_of_an_alt_key_for_typed() -> None:
    combined = [key for action in ACTIONS.values() for key in action.keys.split(",")]
    keys = [key for key in combined if key.startswith("alt+")]
    assert keys
    for key in keys:
        async with window() as at:
            at.scene().open()
            await at.type("NOOP")
            at.app.post_message(events.Key(key, key[-1]))
            await at.pilot.pause()
            assert at.desk.composer.field.value in ("NOOP", "")  # empty: it waits in the queue


def test_every_screen_above_the_workbench_is_closed_only_once() -> None:
    for module in pkgutil.iter_modules(screens.__path__):
        found = vars(import_module(f"{screens.__name__}.{module.name}")).values()
        modal = [each for each in found if isinstance(each, type) and issubclass(each, ModalScreen)]
        assert all(each is ModalScreen or issubclass(each, Dialog) for each in modal), module.name


async def test_what_the_mouse_selected_in_the_log_is_copied_by_ctrl_c() -> None:
    async with window() as w:
        w.desk.note(["first line", "second line"])
        await w.pilot.pause()
        await w.pilot.mouse_down(LogView, offset=(TEXT_COLUMN + 6, 0))
        await w.pilot.hover(LogView, offset=(TEXT_COLUMN + 5, 1))
        await w.pilot.mouse_up(LogView, offset=(TEXT_COLUMN + 5, 1))
        await w.press("ctrl+c")
        assert w.app.clipboard == "line\nsecond"
