"""Typing and pasting words: nothing that was typed is lost, and nothing harmful gets in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import pytest
from helpers import HOSTILE, assert_sound, screen_text
from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.app import ComposeResult

from inspect_tui.store.clean import is_clean
from inspect_tui.tui import clipboard
from inspect_tui.tui.base import BaseApp
from inspect_tui.tui.widgets import prompt
from inspect_tui.tui.widgets.field import TextField
from inspect_tui.tui.widgets.prompt import ReasonPrompt, TextPrompt
from sweeps import first_of

WORDS = "近3个月缺1个月未修订，签字由他人代签；已当场指出。问：为什么？答：“忘了”……（组长在场）"
SIZES = [(80, 24), (120, 40), (40, 12)]


class Host(BaseApp[None]):
    """A field on its own, and what was accepted in it."""

    def __init__(self, field: TextField | None = None) -> None:
        super().__init__()
        self.field = field
        self.accepted: list[str] = []

    def compose(self) -> ComposeResult:
        if self.field is not None:
            yield self.field

    def on_text_field_accepted(self, event: TextField.Accepted) -> None:
        self.accepted.append(event.field.value)


async def until(test: Callable[[], object]) -> None:
    """Wait for something to become true; the suite's own time limit ends a wait in vain."""
    for _ in range(2_000):
        if test():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came true")


async def from_terminal(app: BaseApp[None], data: str) -> None:
    """Bytes as the terminal sends them, through Textual's own parser, all at once."""
    parser = XTermParser()
    for message in [*parser.feed(data), *parser.feed("")]:
        message.set_sender(app)
        app.post_message(message)
    await until(lambda: app._message_queue is not None and app._message_queue.empty())
    await until(lambda: not app._typed and not app._typing_since)


# ---------------------------------------------------------------- the field


async def test_enter_accepts_one_line() -> None:
    field = TextField()
    app = Host(field)
    async with app.run_test():
        field.focus()
        await from_terminal(app, "缺1，\r")
        assert app.accepted == ["缺1，"]
        assert field.text == "缺1，"


@pytest.mark.parametrize("key", ["ctrl+s", "f10"])
async def test_in_several_lines_enter_makes_a_new_one(key: str) -> None:
    field = TextField("甲", multiline=True)
    app = Host(field)
    async with app.run_test() as pilot:
        field.focus()
        await pilot.press("enter", "乙")
        assert app.accepted == []
        await pilot.press(key)
        assert app.accepted == ["甲\n乙"]


async def test_text_is_added_behind_what_is_there() -> None:
    field = TextField("原来的")
    app = Host(field)
    async with app.run_test() as pilot:
        field.focus()
        await pilot.press("字", "enter")
        field.set_value("换过的")
        await pilot.press("字", "enter")
        assert app.accepted == ["原来的字", "换过的字"]


@pytest.mark.parametrize(
    ("multiline", "expected"),
    [(False, "前第一行；第二行；第三行；第四行"), (True, "前第一行\n  第二行\n\n第三行\n第四行")],
    ids=["one-line", "several"],
)
async def test_a_paste_of_several_lines_keeps_them_all(multiline: bool, expected: str) -> None:
    field = TextField("前", multiline=multiline)
    app = Host(field)
    async with app.run_test() as pilot:
        field.focus()
        await from_terminal(app, "\x1b[200~第一行\r\n  第二行\r\r第三行\n第四行\x1b[201~")
        await pilot.pause()
        assert field.value == expected
        await pilot.press("尾")
        assert field.value == expected + "尾"


async def test_a_paste_is_cleaned() -> None:
    field = TextField(multiline=True)
    app = Host(field)
    async with app.run_test() as pilot:
        field.focus()
        app.post_message(events.Paste("红\x1b[31m字\u200b零\u202e反\ufeff\ud800尾\x07"))
        await pilot.pause()
        assert field.text == "红[31m字零反\ufffd尾"


async def test_an_emoji_keyboard_leaves_no_invisible_sign() -> None:
    field = TextField("❤️")
    app = Host(field)
    async with app.run_test():
        field.focus()
        await from_terminal(app, "⚠️好")
        assert field.text == "❤⚠好"


async def test_a_paste_takes_the_place_of_what_is_selected() -> None:
    field = TextField("整段重来")
    app = Host(field)
    async with app.run_test() as pilot:
        field.focus()
        field.select_all()
        app.post_message(events.Paste("新的"))
        await pilot.pause()
        assert field.text == "新的"
        await pilot.press("ctrl+z")
        assert field.text == "整段重来"


async def test_ctrl_v_pastes_from_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "paste", lambda: "系统里的\u200b")
    field = TextField()
    app = Host(field)
    async with app.run_test() as pilot:
        field.focus()
        await pilot.press("ctrl+v")
        assert field.text == "系统里的"
        monkeypatch.setattr(clipboard, "paste", lambda: "")
        app._clipboard = "；本程序的"
        await pilot.press("ctrl+v")
        assert field.text == "系统里的；本程序的"


@pytest.mark.parametrize("size", first_of(SIZES[::-1]), ids=str)
async def test_hostile_texts_in_a_field(size: tuple[int, int]) -> None:
    field = TextField(placeholder="[/][@click=app.quit]写在这里")
    app = Host(field)
    async with app.run_test(size=size) as pilot:
        field.focus()
        await pilot.pause()
        assert "[/][@click=app.quit]写在这里" in screen_text(app)
        for text in HOSTILE:
            field.set_value("")
            field.insert_text(text[:200])
            await pilot.pause()
            assert_sound(app)
            assert is_clean(field.value)
            assert "\n" not in field.text


# ---------------------------------------------------------------- input methods


def typed(data: str) -> Iterable[str]:
    parser = XTermParser()
    return [event.character or "" for event in parser.feed(data) if isinstance(event, events.Key)]


@pytest.mark.parametrize("length", range(1, 41))
def test_a_commit_of_any_length_is_read_whole(length: int) -> None:
    text = (WORDS * 2)[:length]
    assert "".join(typed(text)) == text


@pytest.mark.parametrize("length", [1, 5, 17, 40])
async def test_a_commit_arrives_in_the_field(length: int) -> None:
    text = (WORDS * 2)[:length]
    field = TextField()
    app = Host(field)
    async with app.run_test():
        field.focus()
        await from_terminal(app, text + "\r")
        assert app.accepted == [text]


@pytest.mark.parametrize("text", ["好", "责任清单", "责任清单不全面", "，。？！“”（）；：", WORDS[:40]])
async def test_a_commit_over_the_kitty_protocol_arrives(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Off by default; a terminal or a user may still ask for it."""
    monkeypatch.setattr(constants, "DISABLE_KITTY_KEY", False)
    field = TextField()
    app = Host(field)
    async with app.run_test():
        field.focus()
        await from_terminal(app, "\x1b[0;;" + ":".join(str(ord(sign)) for sign in text) + "u")
        assert field.text == text


async def test_full_width_punctuation_is_text_in_a_field() -> None:
    """The twins of bound keys act in lists only."""
    field = TextField()
    app = Host(field)
    async with app.run_test():
        field.focus()
        await from_terminal(app, "、。，；：？！（）【】“”……——１２３")
        assert field.text == "、。，；：？！（）【】“”……——１２３"


# ---------------------------------------------------------------- prompts


class Asked:
    """An app that asks one thing, the answers it got and the drafts it was handed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, delay: float = 3600) -> None:
        # Drafts by the clock only in the tests that want them.
        monkeypatch.setattr(prompt, "DRAFT_DELAY", delay)
        self.app = Host()
        self.answers: list[str | None] = []
        self.drafts: list[str] = []

    async def ask(self, pilot, screen) -> None:
        self.app.push_screen(screen, self.answers.append)
        await pilot.pause()

    def message(self) -> str:
        return str(self.app.screen.query_one("#prompt-message").render())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


async def test_a_prompt_answers_with_clean_words(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, TextPrompt("好的做法", hint="写清做法和效果"))
        assert "写清做法和效果" in screen_text(asked.app)
        await from_terminal(asked.app, "  组员都能复述 \x1b[200~\u200b！\x1b[201~\r")
        await pilot.pause()
    assert asked.answers == ["组员都能复述 ！"]


async def test_a_required_text_is_asked_for(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, TextPrompt("原因", required=True))
        await pilot.press("space", "enter")
        assert asked.answers == []
        assert asked.message() == "这里不能空着。"
        await pilot.press("有")
        assert asked.message() == ""
        await pilot.press("enter")
    assert asked.answers == ["有"]


async def test_a_check_may_refuse(asked: Asked) -> None:
    def check(text: str) -> str:
        return "" if text.endswith("。") else f"[/]“{text}”没有句号。"

    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, TextPrompt("说明", check=check))
        await pilot.press("短", "enter")
        assert asked.answers == []
        assert "[/]“短”没有句号。" in screen_text(asked.app)
        await from_terminal(asked.app, "。\r")
        await pilot.pause()
    assert asked.answers == ["短。"]


async def test_an_empty_text_may_be_accepted(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, TextPrompt("说明", text="原来的"))
        asked.app.screen.field.set_value("")
        await pilot.press("enter")
    assert asked.answers == [""]


def test_drafts_are_handed_out_within_the_second() -> None:
    assert 0 < prompt.DRAFT_DELAY <= 0.8


async def test_typing_is_handed_out_as_a_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(monkeypatch, delay=0.02)
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, TextPrompt("说明", on_draft=asked.drafts.append))
        await pilot.press("写")
        await until(lambda: asked.drafts[-1:] == ["写"])
        await pilot.press("到")
        await until(lambda: asked.drafts[-1:] == ["写到"])
        await pilot.press("enter")
        held = list(asked.drafts)
        asked.app.save_drafts()
    assert asked.answers == ["写到"]
    assert asked.drafts == held, "an accepted text must not come back as a draft"


async def test_typing_without_a_pause_is_handed_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock runs from the first key on; later keys do not put it off."""
    asked = Asked(monkeypatch)
    set_: list[float] = []
    async with asked.app.run_test() as pilot:
        screen = TextPrompt("说明", on_draft=asked.drafts.append)
        await asked.ask(pilot, screen)
        stock = screen.set_timer
        monkeypatch.setattr(
            screen, "set_timer", lambda delay, callback: set_.append(delay) or stock(delay, callback)
        )
        await pilot.press("一", "二", "三")
        assert set_ == [3600]
        screen.save_draft()
        assert asked.drafts == ["一二三"]
        await pilot.press("四")
        assert set_ == [3600, 3600]


@pytest.mark.parametrize("leave", ["blur", "signal", "escape"])
async def test_leaving_hands_the_draft_out(asked: Asked, leave: str) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, TextPrompt("说明", on_draft=asked.drafts.append))
        await pilot.press("写", "到", "一", "半")
        assert asked.drafts == []
        if leave == "blur":
            asked.app.post_message(events.AppBlur())
            await pilot.pause()
        elif leave == "signal":
            asked.app.save_everything()
        else:
            await pilot.press("escape")
        assert asked.drafts == ["写到一半"]
        assert asked.answers == ([None] if leave == "escape" else [])


async def test_a_draft_of_a_screen_below_is_kept_too(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, TextPrompt("下面", on_draft=asked.drafts.append))
        await pilot.press("下")
        await asked.ask(pilot, TextPrompt("上面", on_draft=asked.drafts.append))
        await pilot.press("上")
        asked.app.save_drafts()
    assert sorted(asked.drafts) == ["上", "下"]


async def test_without_a_draft_escape_asks_once_more(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, TextPrompt("说明", text="原来"))
        await pilot.press("改", "escape")
        assert asked.answers == []
        assert "再按一次 Esc 放弃" in asked.message()
        await pilot.press("了", "escape")
        assert asked.answers == [], "typing on takes the question back"
        await pilot.press("escape")
    assert asked.answers == [None]


async def test_unchanged_text_is_left_at_once(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, TextPrompt("说明", text="原来", on_draft=asked.drafts.append))
        await pilot.press("escape")
    assert (asked.answers, asked.drafts) == ([None], [])


async def test_the_keys_that_accept_are_said(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, TextPrompt("说明"))
        assert "回车 记下" in screen_text(asked.app)
        await asked.ask(pilot, TextPrompt("说明", multiline=True))
        assert "F10 记下" in screen_text(asked.app)


TITLES = [
    "长" * 10_000,
    "".join(text[:60] for text in HOSTILE),
    "[@click=app.quit]点我",
    "一行\n二\r\n\n\n\n三",
]


@pytest.mark.parametrize("size", first_of(SIZES[::-1]), ids=str)
async def test_hostile_prompts(asked: Asked, size: tuple[int, int]) -> None:
    """However long its title is, the field stays in sight."""
    async with asked.app.run_test(size=size) as pilot:
        for text in TITLES:
            screen = TextPrompt(
                text, text="写" + text[:50], hint=text if size[1] > 10 else "", check=lambda t: t
            )
            await asked.ask(pilot, screen)
            await pilot.press("enter")
            assert_sound(asked.app)
            region = screen.field.region
            assert region.y >= 0 and region.bottom < size[1], (text[:20], screen_text(asked.app))
            assert "写" in screen_text(asked.app), text[:20]
            asked.app.pop_screen()
            reasons = ReasonPrompt(text, [text], hint=text)
            await asked.ask(pilot, reasons)
            assert_sound(asked.app)
            asked.app.pop_screen()
            await pilot.pause()


# ---------------------------------------------------------------- reasons


REASONS = ["本组没有该项业务", "本月没有修订任务"]


async def test_a_ready_reason_by_digit(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        for key in ("2", "２"):
            await asked.ask(pilot, ReasonPrompt("不适用的理由", REASONS))
            await pilot.press(key)
    assert asked.answers == [REASONS[1]] * 2


async def test_a_reason_in_own_words(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, ReasonPrompt("不适用的理由", REASONS, on_draft=asked.drafts.append))
        await pilot.press("3", "enter")
        assert asked.answers == [], "a reason is required"
        await pilot.press("另", "有", "escape")
        assert asked.answers == []
        assert asked.drafts == ["另有"]
        assert REASONS[0] in screen_text(asked.app)
        await pilot.press("3", "因", "enter")
    assert asked.answers == ["另有因"]


async def test_a_reason_can_be_left(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, ReasonPrompt("不适用的理由", REASONS))
        await pilot.press("escape")
        await asked.ask(pilot, ReasonPrompt("原因"))
        await pilot.press("escape")
    assert asked.answers == [None, None]


async def test_without_ready_reasons_one_writes_at_once(asked: Asked) -> None:
    async with asked.app.run_test() as pilot:
        await asked.ask(pilot, ReasonPrompt("未能核实的原因", check=lambda t: "" if len(t) > 1 else "太短。"))
        await pilot.press("1", "enter")
        assert asked.message() == "太短。"
        await pilot.press("人", "enter")
    assert asked.answers == ["1人"]
