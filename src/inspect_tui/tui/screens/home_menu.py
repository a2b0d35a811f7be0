"""The menu of the home screen: where each of its lines leads, and what must be picked on the way there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inspect_tui.model.checklist import Checklist
from inspect_tui.tui.files_nearby import given_path, packs_nearby
from inspect_tui.tui.screens.doors import CHECKLISTS, DOSSIER, open_doors
from inspect_tui.tui.screens.page import ask
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.menu import Entry, MenuScreen

if TYPE_CHECKING:
    from inspect_tui.tui.app import InspectApp


def open_home_menu(app: InspectApp) -> None:
    """Everything that can be done from home, by digit."""
    has = app.desk is not None
    none = "" if has else "没有打开的轮次"
    entries = [
        Entry("round", "新建检查轮次"),
        Entry("practice", "新建演练轮", "不计入正式结果"),
        Entry("packing", "发包", none or "给各组电脑准备一个文件", enabled=has),
        Entry("take", "打开轮次包", "别人发来的文件"),
        Entry("handin", "交卷", none, enabled=has),
        Entry("across", "一题到底", none or "一条检查项走遍各单位", enabled=has),
        Entry("search", "查找", none or "汉字或拼音首字母", enabled=has),
        Entry("identity", "换人（我是谁）", "、".join(app.identity.people) if app.identity else ""),
        Entry("checklists", "清单和名册", "常用语、检查表、口令和加密"),
        Entry("merge", "合并、裁定、审阅、封存", none or "也可按 F8", enabled=has),
        Entry("returned", "退回清单", none or "组长退回重查的", enabled=has),
        Entry("scores", "得分和评比", none or "得分、期间、走势、评比、定级", enabled=has),
        Entry("dossier", "单位档案", none or "经验、帮扶、岗位责任、网格", enabled=has),
    ]
    app.push_screen(MenuScreen("主页菜单", entries), lambda picked: _go(app, picked))


def _go(app: InspectApp, picked: str | None) -> None:
    match picked:
        case "round" | "practice":
            app.open_round_new(practice=picked == "practice")
        case "packing":
            app.open_packing()
        case "take":
            _choose_pack(app)
        case "handin":
            app.open_handin()
        case "across":
            choose_item(app)
        case "search":
            app.open_search()
        case "identity":
            app.change_identity()
        case "checklists" | "dossier":
            title, doors = ("清单和名册", CHECKLISTS) if picked == "checklists" else ("单位档案", DOSSIER)
            open_doors(app, title, doors)
        case "merge":
            app.open_merge()
        case "returned":
            app.open_returned()
        case "scores":
            app.open_scores()


def _choose_pack(app: InspectApp) -> None:
    found = [file.path for file in packs_nearby(app.space.root)]
    if not found:
        _type_pack(app)
        return
    entries = [Entry(str(path), path.name, one_line(path.parent.name)) for path in found]
    entries.append(Entry("", "输入文件位置"))

    def picked(where: str | None) -> None:
        if where:
            app.open_pack(Path(where))
        elif where == "":
            _type_pack(app)

    app.push_screen(MenuScreen("打开哪个轮次包", entries), picked)


def _type_pack(app: InspectApp) -> None:
    ask(
        app.screen,
        "轮次包文件的位置",
        "",
        lambda text: app.open_pack(given_path(text)),
        hint="可以把文件拖到窗口里，或粘贴完整路径。",
        required=True,
    )


def choose_item(app: InspectApp) -> None:
    """Choose the section, then the item that is walked at every unit of mine."""
    desk = app.desk
    assert desk is not None
    round_ = desk.round
    many = len(round_.checklists) > 1
    entries = [
        Entry(
            f"{c}/{s}",
            section.name,
            f"{len(section.items)}条" + (f"  {fit(checklist.title, 20).rstrip()}" if many else ""),
        )
        for c, checklist in enumerate(round_.checklists)
        for s, section in enumerate(checklist.sections)
    ]

    def picked(where: str | None) -> None:
        if where is None:
            return
        c, s = (int(part) for part in where.split("/"))
        _choose_in(app, round_.checklists[c], s)

    app.push_screen(MenuScreen("一题到底：先选大项", entries), picked)


def _choose_in(app: InspectApp, checklist: Checklist, s: int) -> None:
    section = checklist.sections[s]
    entries = [Entry(item.id, f"{item.id} {item.text}") for item in section.items]

    def picked(item: str | None) -> None:
        if item is None:
            choose_item(app)
        else:
            app.open_across(checklist.id, item)

    app.push_screen(MenuScreen(f"{section.name}：选一条", entries), picked)
