"""A small app that shows every building block once, for tests and for looking at them in a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from inspect_tui.tui.actions import bindings_for, footer_for
from inspect_tui.tui.base import BaseApp
from inspect_tui.tui.text import fit, plain
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuScreen
from inspect_tui.tui.widgets.prompt import ReasonPrompt, TextPrompt
from inspect_tui.tui.widgets.status import SaveLight, Saving

TITLES = [
    "九项岗位责任齐全，每项都有责任人、标准和时限",
    "按月动态修订：在规定节点前依据当月生产任务改过",
    "修订由党小组长牵头、组员参加讨论，有结论",
    "责任内容与当月生产任务对得上",
]
LABELS = ["缺1个月未修订", "修订无讨论记录", "责任人未签字", "与生产任务脱节"]
VERDICTS = {
    "pass": ("+", "符合"),
    "partial": ("~", "基本符合"),
    "fail": ("x", "缺项"),
    "na": ("/", "不适用"),
    "unverified": ("?", "未能核实"),
    "pending": (" ", "未查"),
}


class DemoScreen(Screen[None]):
    BINDINGS = bindings_for("walk")

    def __init__(self, count: int = 60, titles: list[str] | None = None, draft: Path | None = None) -> None:
        super().__init__()
        self.titles = titles or TITLES
        self.verdicts = ["pending"] * count
        self.list = LineList(self.draw, count, selectable=lambda index: index % 12 != 0, id="rows")
        self.light = SaveLight()
        self.line = KeyLine(footer_for("walk"))
        self.notes: list[str] = []
        self.draft = draft
        self.drafts: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static(plain("2026年第四季度回头看  东沟第2党小组"), id="head")
        yield self.light
        yield self.list
        yield self.line

    def draw(self, index: int, width: int, on_cursor: bool):
        if index % 12 == 0:
            return [(f" 第{index // 12 + 1}节", "head")]
        verdict = self.verdicts[index]
        sign, word = VERDICTS[verdict]
        pointer = ">" if on_cursor else " "
        title = fit(f"GW-{index:02} {self.titles[index % len(self.titles)]}", width - 14)
        return [(f"{pointer}{sign} ", verdict), (title, "text"), (fit(word, 10, "right"), verdict)]

    def set_verdict(self, verdict: str) -> None:
        index = self.list.cursor
        self.verdicts[index] = verdict
        self.list.refresh_row(index)
        self.light.show(Saving.BUSY)
        self.list.action_down()
        self.set_timer(0.05, lambda: self.light.show(Saving.SAVED))

    def action_verdict(self, verdict: str) -> None:
        if verdict in ("partial", "fail"):
            entries = [Entry(label, label, "-1分") for label in LABELS]
            self.app.push_screen(
                MenuScreen("扣分情形", entries), lambda label: self.set_verdict(verdict) if label else None
            )
        elif verdict in ("na", "unverified"):
            self.app.push_screen(
                ReasonPrompt(
                    "不适用的理由", ["本组没有该项业务", self.titles[0]], on_draft=self.drafts.append
                ),
                lambda reason: self.noted(reason, verdict),
            )
        else:
            self.set_verdict(verdict)

    def noted(self, text: str | None, verdict: str = "") -> None:
        if text is None:
            return
        self.notes.append(text)
        if verdict:
            self.set_verdict(verdict)
        self.app.say(f"已记下：{text}")

    def keep_draft(self, text: str) -> None:
        self.drafts.append(text)
        if self.draft is not None:
            self.draft.write_text(text, encoding="utf-8")

    def action_good_practice(self) -> None:
        self.app.push_screen(TextPrompt("好的做法", on_draft=self.keep_draft, required=True), self.noted)

    def action_note(self) -> None:
        self.app.push_screen(
            TextPrompt("说明", text="原来写的一句。", hint=self.titles[0], multiline=True), self.noted
        )

    @on(LineList.Chosen)
    def open_menu(self) -> None:
        entries = [Entry(str(n), f"第{n}个操作：{self.titles[n % len(self.titles)]}") for n in range(1, 21)]
        entries[2] = Entry("3", "不能选的一项", "已提交", enabled=False)
        self.app.push_screen(MenuScreen("本项操作", entries, intro=self.titles[0]), self.noted)

    def action_back(self) -> None:
        self.app.push_screen(ConfirmScreen("要离开吗？"), lambda yes: self.app.exit() if yes else None)

    def action_suggestion(self) -> None:
        raise ValueError("机密内容在异常里")


class DemoApp(BaseApp[None]):
    def __init__(
        self, count: int = 60, titles: list[str] | None = None, draft: Path | None = None, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        self.demo = DemoScreen(count, titles, draft)

    def get_default_screen(self) -> Screen[None]:
        return self.demo


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    sys.exit(DemoApp(draft=folder / "draft.txt" if folder else None, log_folder=folder).run_to_exit_code())
