"""Lists, menus, the key line and the save light, driven as a person drives them, with hostile texts too."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from helpers import HOSTILE, assert_sound, screen_lines, screen_text
from msgspec.structs import asdict
from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.widget import Widget

from inspect_tui.tui import actions, skin
from inspect_tui.tui.base import BaseApp
from inspect_tui.tui.text import cells
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuPanel, MenuScreen
from inspect_tui.tui.widgets.status import SaveLight, Saving
from sweeps import first_of, in_full

SIZES = [(80, 24), (120, 40), (20, 5)]


class Host(BaseApp[None]):
    """One widget on an empty screen, and what it reported."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.reports: list[tuple[str, int]] = []

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        self.reports.append(("moved", event.index))

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        self.reports.append(("chosen", event.index))


class Rows:
    """Rows that know how often each was drawn."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = list(texts)
        self.drawn: list[int] = []

    def __call__(self, index: int, width: int, on_cursor: bool) -> list[Part]:
        self.drawn.append(index)
        return [(">" if on_cursor else " ", "text"), (self.texts[index], "fail")]


def rows_of(count: int) -> Rows:
    return Rows([f"第{index}行" for index in range(count)])


# ---------------------------------------------------------------- the list


async def test_a_long_list_draws_only_what_is_seen() -> None:
    draw = rows_of(10_000)
    list_ = LineList(draw, 10_000)
    async with Host(list_).run_test(size=(80, 24)) as pilot:
        list_.focus()
        await pilot.pause()
        assert set(draw.drawn) == set(range(24))
        draw.drawn.clear()
        await pilot.press("down")
        assert sorted(draw.drawn) == [0, 1]
        draw.drawn.clear()
        await pilot.press("end")
        assert list_.cursor == 9_999
        assert set(draw.drawn) <= {0, *range(10_000 - 24, 10_000)}
        assert ">第9999行" in screen_lines(pilot.app)[-1]


async def test_one_changed_row_repaints_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = rows_of(100)
    list_ = LineList(draw, 100)
    async with Host(list_).run_test(size=(40, 10)) as pilot:
        list_.focus()
        list_.move_to(50, center=True)
        await pilot.pause()
        top = list_.scroll_offset.y
        painted: list[Region] = []
        stock = list_.refresh

        def refresh(*regions: Region, **options: bool) -> Widget:
            assert regions, "the whole list was repainted"
            painted.extend(regions)
            return stock(*regions, **options)

        monkeypatch.setattr(list_, "refresh", refresh)
        draw.drawn.clear()
        draw.texts[52] = "改过的一行"
        list_.refresh_row(52)
        await pilot.pause()
        assert painted == [Region(0, 52 - top, list_.size.width, 1)]
        assert draw.drawn == [52]
        assert " 改过的一行" in screen_lines(pilot.app)[52 - top]
        painted.clear()
        list_.refresh_row(3)
        list_.refresh_row(1_000)
        assert painted == []
        await pilot.press("down")
        assert painted == [Region(0, y - top, list_.size.width, 1) for y in (50, 51)]
        monkeypatch.undo()


async def test_the_cursor_passes_over_headings() -> None:
    list_ = LineList(rows_of(10), 10, selectable=lambda index: index not in (0, 4, 5, 9))
    app = Host(list_)
    async with app.run_test(size=(40, 12)) as pilot:
        list_.focus()
        assert list_.cursor == 1
        await pilot.press("down", "down", "down")
        assert list_.cursor == 6
        await pilot.press("up")
        assert list_.cursor == 3
        await pilot.press("end")
        assert list_.cursor == 8
        await pilot.press("down", "down")
        assert list_.cursor == 8, "a heading at the end threw the cursor back"
        await pilot.press("home", "up")
        assert list_.cursor == 1
        assert app.reports == [("moved", at) for at in (2, 3, 6, 3, 8, 1)]


async def test_the_first_heading_comes_back_into_sight() -> None:
    list_ = LineList(rows_of(60), 60, selectable=lambda index: index > 2, margin=0)
    async with Host(list_).run_test(size=(40, 6)) as pilot:
        list_.focus()
        await pilot.press("end", "home", "up")
        assert list_.cursor == 3
        assert "第0行" in screen_lines(pilot.app)[0]


async def test_pages_and_ends() -> None:
    list_ = LineList(rows_of(100), 100)
    async with Host(list_).run_test(size=(40, 11)) as pilot:
        list_.focus()
        await pilot.press("pagedown", "pagedown")
        assert list_.cursor == 20
        await pilot.press("pageup")
        assert list_.cursor == 10
        await pilot.press("pageup", "pageup", "up")
        assert list_.cursor == 0
        await pilot.press("end", "pagedown", "down")
        assert list_.cursor == 99


async def test_a_click_selects_and_a_second_one_chooses() -> None:
    list_ = LineList(rows_of(100), 100, selectable=lambda index: index != 12)
    app = Host(list_)
    async with app.run_test(size=(40, 10)) as pilot:
        list_.move_to(14, center=True)
        await pilot.pause()
        top = list_.scroll_offset.y
        await pilot.click(list_, offset=(3, 12 - top))
        assert list_.cursor == 14
        await pilot.click(list_, offset=(3, 15 - top))
        assert list_.cursor == 15
        assert ("chosen", 15) not in app.reports
        await pilot.click(list_, offset=(3, 15 - top), times=2)
        assert app.reports[-1] == ("chosen", 15)


async def test_rows_come_and_go() -> None:
    draw = rows_of(50)
    list_ = LineList(draw, 50, cursor=40)
    app = Host(list_)
    async with app.run_test(size=(40, 10)) as pilot:
        list_.focus()
        await pilot.press("enter")
        assert app.reports == [("chosen", 40)]
        list_.set_rows(5)
        await pilot.pause()
        assert list_.cursor == 4
        assert ">第4行" in screen_text(app)
        list_.set_rows(0)
        await pilot.pause()
        assert list_.cursor == -1
        await pilot.press("enter", "down", "up", "home", "end", "pagedown")
        assert app.reports == [("chosen", 40)]
        assert screen_text(app).strip() == ""
        list_.set_rows(3)
        await pilot.press("down")
        assert list_.cursor == 1


async def test_where_the_list_is_not_in_use_its_cursor_is_dimmed() -> None:
    list_, other = LineList(rows_of(3), 3), LineList(rows_of(3), 3)
    async with Host(list_, other).run_test(size=(40, 10)) as pilot:
        list_.focus()
        await pilot.pause()
        used = list_.render_line(0)
        other.focus()
        await pilot.pause()
        left = list_.render_line(0)
        assert used.text == left.text
        assert next(iter(used)).style != next(iter(left)).style


@pytest.mark.parametrize("size", first_of(SIZES[::-1]), ids=str)
async def test_hostile_rows_do_no_harm(size: tuple[int, int]) -> None:
    list_ = LineList(Rows(HOSTILE), len(HOSTILE))
    app = Host(list_)
    async with app.run_test(size=size) as pilot:
        list_.focus()
        for index in range(len(HOSTILE)):
            list_.move_to(index)
            await pilot.pause()
            assert_sound(app)
        list_.move_to(HOSTILE.index("[@click=app.quit]点我"))
        await pilot.pause()
        assert "[@click=app.quit]" in screen_text(app)
        await pilot.click(list_, offset=(3, list_.cursor - list_.scroll_offset.y))
        assert app.is_running
        assert app._exit is False


# ---------------------------------------------------------------- menus


ENTRIES = [Entry(f"id{n}", f"第{n}种情形") for n in range(1, 21)]
NOTHING = "nothing yet"


async def ask(screen: MenuScreen | ConfirmScreen, *keys: str, size: tuple[int, int] = (80, 24)) -> object:
    """What a menu answers to some keys; NOTHING while it stays open."""
    answers: list[object] = []
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.push_screen(screen, answers.append)
        await pilot.pause()
        await pilot.press(*keys)
        assert_sound(app)
        assert len(app.screen_stack) == (1 if answers else 2)
    assert len(answers) <= 1
    return answers[0] if answers else NOTHING


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["1"], "id1"),
        (["９"], "id9"),
        (["３"], "id3"),
        (["0", "2"], "id11"),
        (["０", "２"], "id11"),
        (["0", "0", "2"], "id20"),
        (["0", "0", "3"], NOTHING),
        (["0", "0", "0", "1"], "id1"),
        (["pageup", "1"], "id19"),
        (["pagedown", "1"], "id10"),
        (["down", "down", "enter"], "id3"),
        (["up", "enter"], "id20"),
        (["end", "enter"], "id20"),
        (["end", "home", "enter"], "id1"),
        (["escape"], None),
        (["x", "左"], NOTHING),
    ],
    ids=str,
)
async def test_a_menu_is_answered_by_digits_and_arrows(keys: list[str], answer: object) -> None:
    assert await ask(MenuScreen("扣分情形", ENTRIES), *keys) == answer


async def test_two_picks_under_way_answer_once() -> None:
    menu = MenuScreen("扣分情形", ENTRIES)
    answers: list[str | None] = []
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(menu, answers.append)
        await pilot.pause()
        menu.action_digit(1)
        menu.action_digit(2)
        menu.action_cancel()
        await pilot.pause()
        assert answers == ["id1"]
        assert len(app.screen_stack) == 1


async def test_a_disabled_entry_stays_and_says_why() -> None:
    entries = [Entry("a", "可以选"), Entry("b", "不能选", "已提交", enabled=False)]
    assert await ask(MenuScreen("操作", entries), "2") == NOTHING
    assert await ask(MenuScreen("操作", entries), "down", "enter") == NOTHING
    assert await ask(MenuScreen("操作", entries), "2", "1") == "a"
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(MenuScreen("操作", entries))
        await pilot.pause()
        assert "已提交" in screen_text(app)


async def test_the_page_and_the_way_on_are_said() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(MenuScreen("操作", ENTRIES))
        await pilot.pause()
        assert "0 翻页（1/3）" in screen_text(app)
        await pilot.press("0")
        text = screen_text(app)
        assert "0 翻页（2/3）" in text
        assert "第10种" in text
        assert "第9种" not in text
        app.pop_screen()
        app.push_screen(MenuScreen("操作", ENTRIES[:9]))
        await pilot.pause()
        assert "翻页" not in screen_text(app)


async def test_a_click_picks() -> None:
    menu = MenuScreen("操作", ENTRIES[:5])
    answers: list[str | None] = []
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(menu, answers.append)
        await pilot.pause()
        y = next(y for y, row in enumerate(screen_lines(app)) if "第4种" in row)
        await pilot.click(offset=(10, y))
        assert answers == ["id4"]


async def test_a_menu_without_entries_can_be_left() -> None:
    assert await ask(MenuScreen("没有可选的", []), "1", "0", "down", "enter", "end") == NOTHING
    assert await ask(MenuScreen("没有可选的", []), "escape") is None


@pytest.mark.parametrize("size", first_of(SIZES[::-1]), ids=str)
async def test_a_menu_of_hostile_texts(size: tuple[int, int]) -> None:
    """Whatever the texts are, the entry under the cursor is in sight and picks what it says."""
    entries = [Entry(str(n), text, text) for n, text in enumerate(HOSTILE)]
    menu = MenuScreen("[/]\x1b[31m", entries, intro="[@click=app.quit]\u202e说明")
    answers: list[str | None] = []
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.push_screen(menu, answers.append)
        await pilot.pause()
        for index in range(len(entries)):
            assert menu.panel.cursor == index
            assert_sound(app)
            rows = [row for row in screen_lines(app) if row.startswith((" > ", "> "))]
            assert len(rows) == 1, (index, screen_text(app))
            assert rows[0].strip("> ").startswith(str(index % 9 + 1))
            menu.action_step(1)
            await pilot.pause()
        await pilot.press("0", "5")
        assert answers == ["13"]


@pytest.mark.parametrize(
    ("keys", "answer"),
    [(["enter"], False), (["1"], True), (["１"], True), (["2"], False), (["escape"], False)],
    ids=str,
)
async def test_a_question_starts_on_the_safe_answer(keys: list[str], answer: bool) -> None:
    assert await ask(ConfirmScreen("要删除吗？", yes="删除", no="不删除"), *keys) is answer


async def test_a_harmless_question_may_start_on_yes() -> None:
    assert await ask(ConfirmScreen("继续吗？", safe_yes=True), "enter") is True
    assert await ask(ConfirmScreen("继续吗？"), "up", "enter") is True
    assert await ask(ConfirmScreen("继续吗？"), "3", "x", "space") == NOTHING


async def test_a_panel_inside_a_screen_takes_new_entries() -> None:
    panel = MenuPanel(ENTRIES, title="旧", cursor=15)
    app = Host(panel)
    async with app.run_test() as pilot:
        panel.focus()
        panel.set_entries(ENTRIES[:2], title="新的标题")
        await pilot.pause()
        assert panel.cursor == 0
        assert "新的标题" in screen_text(app)
        assert "第3种" not in screen_text(app)


# ---------------------------------------------------------------- the key line


def width_of(parts: Sequence[Part]) -> int:
    return sum(cells(text) for text, _ in parts)


@pytest.mark.parametrize("place", actions.SCREENS)
def test_the_key_line_keeps_the_most_important_and_help(place: str) -> None:
    offered = actions.footer_for(place)
    line = KeyLine(offered)
    help_ = [action for action in offered if action.id == "help"]
    others = [action for action in offered if action.id != "help"]
    shown = 0
    for width in [*range(16, 239, 1 if in_full() else random.randint(5, 9)), 239]:
        parts, spots = line.layout_line(width)
        assert width_of(parts) <= width
        keys = [key for _, _, key in spots]
        due = [action.keys[0] for action in [*others[: len(keys) - len(help_)], *help_]]
        assert sorted(keys) == sorted(due)
        assert [key.isdigit() for key in keys] == [key.isdigit() for key in due]
        assert [key for key in keys if not key.isdigit()] == [key for key in due if not key.isdigit()]
        digits = [key for key in keys if key.isdigit()]
        assert digits == sorted(digits, key="1234567890".index)
        assert len(keys) >= shown, "more room showed fewer keys"
        shown = len(keys)
    assert shown == len(offered)


async def test_the_key_line_is_drawn_and_clicked() -> None:
    class Walk(Host):
        BINDINGS = actions.bindings_for("walk")

        def action_verdict(self, verdict: str) -> None:
            self.reports.append((verdict, 0))

        def action_good_practice(self) -> None:
            self.reports.append(("good", 0))

    app = Walk(KeyLine(actions.footer_for("walk")))
    async with app.run_test(size=(80, 24)) as pilot:
        row = screen_lines(app)[-1]
        assert row.startswith(" 1符合 2基本 3缺项 4不适用")
        assert "F3好做法" in row
        assert row.endswith("F1帮助")
        for word in ("符合", "好做法"):
            await pilot.click(offset=(cells(row[: row.index(word)]), 23))
        assert app.reports == [("pass", 0), ("good", 0)]
        await pilot.click(offset=(cells(row) + 3, 23))
        assert len(app.reports) == 2


def test_function_keys_are_named() -> None:
    found = {action.keys[0]: action.key_label for action in actions.ACTIONS}
    assert found["f2"] == "F2"
    assert found["f6"] == "F6"
    assert found["enter"] == "回车"
    assert found["ctrl+z"] == "Ctrl+Z"


# ---------------------------------------------------------------- the save light


async def test_the_save_light_says_its_state_in_words() -> None:
    light = SaveLight()
    app = Host(light)
    async with app.run_test(size=(60, 3)) as pilot:
        assert screen_text(app).strip() == "已保存"
        seen = set()
        for state, detail in [
            (Saving.BUSY, ""),
            (Saving.FAILED, "磁盘已满[/]\x1b[31m"),
            (Saving.READ_ONLY, "检查员乙正在使用"),
            (Saving.SAVED, ""),
        ]:
            light.show(state, detail)
            await pilot.pause()
            assert_sound(app)
            assert screen_text(app).strip().startswith(state.word)
            assert [css for css in (s.css for s in Saving) if light.has_class(css)] == [state.css]
            seen.add(screen_text(app))
        assert len(seen) == 4
        assert "未保存（磁盘已满[/][31m）" in "".join(seen)


def test_the_plain_skin_uses_ascii_only() -> None:
    for sign in asdict(skin.PLAIN.glyphs).values():
        assert sign.isascii(), sign
    normal = asdict(skin.NORMAL.glyphs)
    for name in ("passed", "partial", "failed", "na", "unverified", "pending", "cursor", "mark"):
        assert normal[name].isascii(), "a verdict's sign must survive any font"


async def test_the_list_takes_only_its_own_keys() -> None:
    """Digits and Esc belong to the screen; arrows and Enter to the list."""

    class Listening(Host):
        BINDINGS = [Binding("1,space,escape,down,enter", "hear")]  # noqa: RUF012

        def action_hear(self) -> None:
            self.reports.append(("heard", 0))

    list_ = LineList(rows_of(3), 3)
    app = Listening(list_)
    async with app.run_test() as pilot:
        list_.focus()
        await pilot.press("1", "space", "escape")
        assert app.reports == [("heard", 0)] * 3
        await pilot.press("down", "enter")
        assert app.reports[3:] == [("moved", 1), ("chosen", 1)]
