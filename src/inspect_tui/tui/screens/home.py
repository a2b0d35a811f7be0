"""Home: the rounds, the open round's units with honest progress, and the way to everything else.

Progress is read for rows in sight only; the totals over the round are counted a few units at a time after
the first paint, so that a large round opens as fast as a small one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from inspect_tui.model.terms import FindingKind, UnitKind, VisitResult
from inspect_tui.model.view import Visit
from inspect_tui.rules.reading import findings_of_unit
from inspect_tui.rules.result import result_text, unit_result
from inspect_tui.rules.sheet import Progress
from inspect_tui.store import files
from inspect_tui.store.workspace import RoundEntry
from inspect_tui.tui import skin
from inspect_tui.tui.actions import HOME, bindings_for
from inspect_tui.tui.home_rows import BranchRow, EmptyRow, GroupRow, RoundRow, Row, UnitRow, build, selectable
from inspect_tui.tui.screens.page import PageScreen, ask
from inspect_tui.tui.text import cells, fit, one_line
from inspect_tui.tui.widgets.inks import Inked, Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, LinePane, pair, wrapped

_AT_A_TIME = 6
_LEFT_AT = "home/unit"


class Counted:
    """Figures of one unit as the totals line adds them up."""

    __slots__ = ("answered", "done", "items", "owed", "problems", "to_verify")

    def __init__(self, progress: Progress, problems: int) -> None:
        self.items, self.answered, self.problems = progress.items, progress.answered, problems
        self.owed, self.to_verify = progress.owed, progress.to_verify
        self.done = progress.submitted or progress.not_reached


class TotalsLine(Inked):
    """One line: how far the open round is."""

    DEFAULT_CSS = """
    TotalsLine { height: 1; }
    """

    def __init__(self, parts: Callable[[int], list[Part]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts = parts

    def render_line(self, y: int) -> Strip:
        return self.strip(self._parts(self.size.width), self.size.width)


class HomeScreen(PageScreen[None], inherit_bindings=False):
    """Rounds and units; Enter opens or walks."""

    place = HOME
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(HOME)]

    DEFAULT_CSS = """
    HomeScreen #body { layout: vertical; }
    HomeScreen #side { display: none; }
    HomeScreen.-wide #body { layout: horizontal; }
    HomeScreen.-wide #list { width: 3fr; }
    HomeScreen.-wide #side { display: block; width: 2fr; min-width: 44; }
    HomeScreen PageHead { height: 1; }
    """

    def __init__(self, entries: list[RoundEntry]) -> None:
        super().__init__()
        self.entries = entries
        self.folded: set[str] = set()
        self.rows: list[Row] = []
        self._counted: dict[str, Counted] = {}
        self._waiting: list[str] = []
        self._counting: Timer | None = None
        self._stop_listening: Callable[[], None] = lambda: None

    # ---------------------------------------------------------------- showing

    def page_title(self) -> str:
        return "党建回头看检查"

    def page_about(self) -> str:
        desk = self.app.desk
        if desk is None:
            return one_line(str(self.app.root))
        practice = "［演练］" if desk.round.practice else ""
        return practice + desk.round.title

    def page_who(self) -> str:
        identity = self.app.identity
        if identity is None:
            return ""
        teams = self.app.desk.round.teams if self.app.desk is not None else ()
        team = next((t.name for t in teams if t.id == identity.team), identity.team)
        people = "、".join(identity.people)
        return f"{team} {people}（{identity.role.label}）".strip()

    def body(self) -> Sequence[Widget]:
        self.rows = build(self.entries, self.app.desk, self.folded)
        return [
            LineList(
                self._row,
                len(self.rows),
                cursor=self._first(),
                selectable=lambda i: selectable(self.rows[i]),
                id="list",
            ),
            LinePane(self._side, id="side"),
        ]

    def above(self) -> Sequence[Widget]:
        return [TotalsLine(self._totals, id="totals")]

    @property
    def line_list(self) -> LineList:
        return self.query_one("#list", LineList)

    def ready(self) -> None:
        self.query_one("#side", LinePane).can_focus = False
        self.line_list.focus()
        self._listen()
        self._count_all()
        self.call_after_refresh(self.line_list.move_to, self.line_list.cursor, center=True)
        self._follow()

    def on_unmount(self) -> None:
        self._stop_listening()
        if self._counting is not None:
            self._counting.stop()

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted and self.query("#list"):
            self.line_list.refresh_rows()
            self._follow()
            self._go_on_counting()

    def _listen(self) -> None:
        self._stop_listening()
        desk = self.app.desk
        self._stop_listening = desk.listen(self._heard) if desk is not None else lambda: None

    def _heard(self, touched: set[str]) -> None:
        desk = self.app.desk
        for unit in {record.split("/")[1] for record in touched if record.count("/")}:
            self._counted.pop(unit, None)
            # What concerns the round as a whole (`notice/-/…`) changes no unit's figures.
            known = desk is not None and desk.round.unit(unit) is not None
            if known and unit not in self._waiting:
                self._waiting.insert(0, unit)
        self._go_on_counting()

    def _first(self) -> int:
        """The unit left last, else my first unit that is not done, else the open round."""
        desk = self.app.desk
        if desk is None:
            return 0
        left = self.app.recall(_LEFT_AT)
        open_at = -1
        for index, row in enumerate(self.rows):
            if isinstance(row, UnitRow):
                if row.unit.id == left:
                    return index
                if open_at < 0 and row.mine and not _closed(desk.visit(row.unit.id)):
                    open_at = index
                    if not left:
                        break
        if open_at >= 0:
            return open_at
        return next((i for i, row in enumerate(self.rows) if isinstance(row, UnitRow)), 0)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        index = self.line_list.cursor
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def _rebuild(self, at: Callable[[Row], bool] | None = None) -> None:
        self.rows = build(self.entries, self.app.desk, self.folded)
        place = next((i for i, row in enumerate(self.rows) if at is not None and at(row)), None)
        self.line_list.set_rows(len(self.rows), place)
        self._follow()

    def _follow(self) -> None:
        if self.has_class("-wide"):
            self.query_one("#side", LinePane).show()

    def on_resize(self, _: events.Resize) -> None:
        self.call_after_refresh(self._follow)

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self._follow()

    # ---------------------------------------------------------------- rows

    def _row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self.rows[index]
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        if isinstance(row, GroupRow):
            return [(f" {row.text}", "head")]
        if isinstance(row, EmptyRow):
            return [("   ", "text"), (row.text, "dim")]
        if isinstance(row, BranchRow):
            mark = f"（收起{len(row.below)}个{self._owed_below(row)}，右键展开）" if row.folded else ""
            return [
                cursor,
                (" " * (1 + 2 * row.depth), "text"),
                (fit(row.unit.name + mark, width - 8), "dim"),
            ]
        if isinstance(row, RoundRow):
            return [cursor, *self._round_parts(row.entry, width - 1)]
        return [cursor, *self._unit_parts(row, width - 1)]

    def _owed_below(self, row: BranchRow) -> str:
        """What the units folded away still owe, so that folding hides no debt."""
        desk = self.app.desk
        if desk is None or not desk.round.carried:
            return ""
        owed = sum(desk.progress(unit).owed for unit in row.below)
        return f"，上轮{owed}条待复查" if owed else ""

    def _round_parts(self, entry: RoundEntry, width: int) -> list[Part]:
        if entry.round is None:
            said = f"读不了，{len(entry.faults)}处问题，回车查看"
            return [
                (" ", "text"),
                (fit(entry.id, max(8, width - cells(said) - 3)), "text"),
                (" " + said, "warn"),
            ]
        round_, desk = entry.round, self.app.desk
        current = desk is not None and desk.round.id == entry.id
        label = "当前" if current else ""
        practice = "［演练］" if round_.practice else ""
        period = round_.period.label
        if round_.period.start:
            period = f"{round_.period.start} 至 {round_.period.end}"
        room = width - 34
        return [
            (" ", "text"),
            (fit(practice + round_.title, room), "strong" if current else "text"),
            (" " + fit(period, 25), "dim"),
            (" " + fit(label, 6), "accent"),
        ]

    def _unit_parts(self, row: UnitRow, width: int) -> list[Part]:
        desk = self.app.desk
        assert desk is not None
        unit = row.unit
        progress = desk.progress(unit.id)
        # Where earlier problems take the room, who answers for the unit stands only beside the list.
        wide = self.app.size.width >= 110 and not desk.round.carried
        left = " " * (1 + 2 * row.depth)
        profile = f"[{desk_profile(desk, unit.id)}]" if unit.kind is UnitKind.PARTY_GROUP else unit.kind.label
        tail: list[Part] = [(fit(profile, 11), "dim")]
        if wide:
            tail.append((fit(unit.responsible_leader, 9), "dim"))
        word, ink = _state_word(progress)
        counts = f"{progress.answered}/{progress.items}"
        tail += [(fit(word, 9), ink), (fit(counts, 8, "right"), "text"), (" ", "text")]
        room = width - len(left) - 31 - (9 if wide else 0)
        if desk.round.carried:
            # Beside the name, so that the columns of all units stay in line.
            told, told_ink = _owed_word(progress)
            tail.insert(0, (fit(told, 18), told_ink))
            room -= 18
        return [(left, "text"), (fit(unit.name, room), "text"), (" ", "text"), *tail]

    # ---------------------------------------------------------------- totals

    def _count_all(self) -> None:
        desk = self.app.desk
        self._counted.clear()
        self._waiting = [unit.id for unit in desk.units()] if desk is not None else []
        self._go_on_counting()

    def _go_on_counting(self) -> None:
        # Behind another screen nothing is counted: Textual repaints all of the front one for it.
        if self._waiting and self._counting is None and self.app.screen is self:
            self._counting = self.set_interval(0.01, self._count_some)

    def _count_some(self) -> None:
        # The same problems as the summary counts, so that both show one number.
        from inspect_tui.report.outline import red_lined

        desk = self.app.desk
        if desk is None:
            self._waiting = []
        for unit in self._waiting[:_AT_A_TIME]:
            assert desk is not None
            progress = desk.progress(unit)
            problems = 0
            if progress.started:
                checklists = desk.sheet(unit).checklists if progress.answered else []
                found = findings_of_unit(desk.state, desk.round, unit, checklists)
                problems = sum(
                    f.kind is FindingKind.DEFICIENCY
                    and not (f.contested or f.referred or red_lined(desk.round, f))
                    for f in found
                )
            self._counted[unit] = Counted(progress, problems)
        del self._waiting[:_AT_A_TIME]
        if self._counting is not None and (not self._waiting or self.app.screen is not self):
            self._counting.stop()
            self._counting = None
        if self.app.screen is self and self.query("#totals"):
            self.query_one("#totals", TotalsLine).refresh()

    def _totals(self, width: int) -> list[Part]:
        desk = self.app.desk
        if desk is None:
            return [(skin.current().glyphs.rule * width, "dim")]
        units = desk.units()
        if len(self._counted) < len(units):
            return [(f" 共{len(units)}个单位，正在统计", "dim")]
        figures = [self._counted[unit.id] for unit in units]
        done = sum(f.done for f in figures)
        answered, items = sum(f.answered for f in figures), sum(f.items for f in figures)
        problems = sum(f.problems for f in figures)
        parts: list[Part] = [
            (" 全轮：", "dim"),
            (f"完成 {done}/{len(units)} 个单位", "strong"),
            ("  ", "text"),
            (f"已查 {answered}/{items} 项", "strong"),
            ("  ", "text"),
            (f"问题 {problems} 条", "strong"),
        ]
        to_verify = sum(f.to_verify for f in figures)
        if to_verify:
            owed = sum(f.owed for f in figures)
            told = f"上轮 {owed}/{to_verify} 待复查" if owed else f"上轮 {to_verify} 条已复查"
            parts += [("  ", "text"), (told, "warn" if owed else "strong")]
        return parts

    # ---------------------------------------------------------------- beside the list

    def _side(self, width: int) -> list[Line]:
        row, desk = self.row, self.app.desk
        bar = skin.current().glyphs.bar
        if isinstance(row, UnitRow) and desk is not None:
            lines = self._unit_side(row, width - 2)
        elif isinstance(row, RoundRow):
            lines = self._round_side(row.entry, width - 2)
        else:
            lines = []
        height = max(len(lines), self.query_one("#side", LinePane).size.height)
        lines += [[] for _ in range(height - len(lines))]
        return [[(bar, "dim"), *line] for line in lines]

    def _unit_side(self, row: UnitRow, width: int) -> list[Line]:
        desk = self.app.desk
        assert desk is not None
        unit, visit = row.unit, desk.visit(row.unit.id)
        progress = desk.progress(unit.id)
        lines: list[Line] = [*wrapped(unit.long_name, width, "head")]
        path = desk.path_of(unit)
        team = desk.round.team_of(unit.id)
        lines += pair("所属", path, width) if path else []
        lines += pair("分级承包", unit.responsible_leader, width) if unit.responsible_leader else []
        lines += pair("负责人", unit.leader, width) if unit.leader else []
        lines += pair("特色", unit.feature, width) if unit.feature else []
        lines += pair("检查组", team.name, width) if team else []
        if progress.to_verify:
            owed, owed_ink = _owed_word(progress)
            lines += pair("上轮问题", owed.removeprefix("上轮").strip(), width, ink=owed_ink)
        lines.append([])
        if not visit.started:
            lines += wrapped("还没有检查记录。按回车开始。", width, "dim")
            return lines
        word, ink = _state_word(progress)
        lines += pair("进度", f"{word}，已查 {progress.answered}/{progress.items} 项", width, ink=ink)
        lines += pair("日期", visit.date, width)
        lines += pair("检查人员", "、".join(visit.inspectors), width) if visit.inspectors else []
        lines += pair("迎检人", visit.counterpart, width) if visit.counterpart else []
        if visit.result is VisitResult.NOT_REACHED:
            lines += pair("原因", visit.reason, width, ink="warn")
            return lines
        sheet = desk.sheet(unit.id)
        result = unit_result(sheet)
        if result.score is not None:
            lines += pair("得分", f"{result.score}（{result.raw}/{result.applicable}，按 ? 看由来）", width)
        if why := result_text(result):
            lines += pair("", why, width)
        lines.append([])
        found = findings_of_unit(desk.state, desk.round, unit.id, sheet.checklists)
        for kind, ink in (
            (FindingKind.DEFICIENCY, "fail"),
            (FindingKind.GOOD_PRACTICE, "pass"),
            (FindingKind.SUGGESTION, "text"),
        ):
            told = [f for f in found if f.kind is kind]
            if told:
                lines.append([(f" {kind.label} {len(told)}条", "dim")])
                for number, finding in enumerate(told[:12], 1):
                    lines += wrapped(finding.text[:200], width, ink, indent=f" {number}. ", hang="    ")
        return lines

    def _round_side(self, entry: RoundEntry, width: int) -> list[Line]:
        if entry.round is None:
            lines = [*wrapped(entry.id, width, "head"), *wrapped("这一轮的文件读不了：", width, "warn")]
            for fault in entry.faults[:5]:
                lines += wrapped(fault.text(), width, "text")
            return lines
        round_ = entry.round
        lines = [*wrapped(round_.title, width, "head")]
        lines += pair("类型", round_.kind.label, width)
        lines += pair("期次", round_.period.label, width)
        lines += (
            pair("起止", f"{round_.period.start} 至 {round_.period.end}", width)
            if round_.period.start
            else []
        )
        lines += pair("密级", round_.secrecy.label, width)
        if round_.practice:
            lines += pair("演练", "是，不计入正式结果", width, ink="warn")
        lines += pair("签发", round_.issuer, width) if round_.issuer else []
        for checklist in round_.checklists:
            lines += pair("清单", f"{checklist.title}（{len(checklist.items())}条）", width)
        for team in round_.teams:
            lines += pair("检查组", f"{team.name}：{team.lead}，{len(team.units)}个单位", width)
        if round_.carried or round_.held:
            held = f"，另有{len(round_.held)}条没有转入" if round_.held else ""
            lines += pair("上轮问题", f"转入{len(round_.carried)}条{held}", width)
        lines += pair("发包版本", f"第{round_.pack_version}版", width)
        return lines

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the round, walk the unit, or unfold the branch under the cursor."""
        row = self.row
        if isinstance(row, UnitRow):
            self.app.remember(_LEFT_AT, row.unit.id)
            self.app.enter_unit(row.unit.id)
        elif isinstance(row, BranchRow):
            self.action_expand()
        elif isinstance(row, RoundRow):
            self._open_round(row.entry)

    def _open_round(self, entry: RoundEntry) -> None:
        if entry.round is None:
            self.app.open_faults()
        elif self.app.desk is not None and self.app.desk.round.id == entry.id:
            self.line_list.move_to(self._first())
        elif self.app.open_round(entry.id):
            self.folded.clear()
            self._listen()
            self._count_all()
            self.tell_head(about=self.page_about())
            self._rebuild()
            self.line_list.move_to(self._first(), center=True)
            self.app.show_status()

    def action_collapse(self) -> None:
        """Fold the branch the cursor is in."""
        row = self.row
        if isinstance(row, UnitRow) and row.branch:
            key = row.branch
            self.folded.add(key)
            self._rebuild(lambda r: isinstance(r, BranchRow) and r.key == key)

    def action_expand(self) -> None:
        """Unfold the branch under the cursor."""
        row = self.row
        if isinstance(row, BranchRow) and row.folded:
            self.folded.discard(row.key)
            index = self.line_list.cursor
            self._rebuild()
            self.line_list.move_to(index + 1)

    # ---------------------------------------------------------------- the menu

    def action_home_menu(self) -> None:
        """Everything that can be done from here."""
        from inspect_tui.tui.widgets.menu import Entry, MenuScreen

        has = self.app.desk is not None
        none = "" if has else "没有打开的轮次"
        entries = [
            Entry("round", "新建检查轮次"),
            Entry("practice", "新建演练轮", "不计入正式结果"),
            Entry("packing", "发包", none or "给各组电脑准备一个文件", enabled=has),
            Entry("take", "打开轮次包", "别人发来的文件"),
            Entry("handin", "交卷", none, enabled=has),
            Entry("across", "一题到底", none or "一条检查项走遍各单位", enabled=has),
            Entry("search", "查找", none or "汉字或拼音首字母", enabled=has),
            Entry(
                "identity", "换人（我是谁）", "、".join(self.app.identity.people) if self.app.identity else ""
            ),
            Entry("checklists", "清单和名册", "常用语、检查表、口令和加密"),
            Entry("merge", "合并、裁定、审阅、封存", none or "也可按 F8", enabled=has),
            Entry("returned", "退回清单", none or "组长退回重查的", enabled=has),
            Entry("scores", "得分和评比", none or "得分、期间、走势、评比、定级", enabled=has),
            Entry("dossier", "单位档案", none or "经验、帮扶、岗位责任、网格", enabled=has),
        ]
        self.app.push_screen(MenuScreen("主页菜单", entries), self._menu_picked)

    def _menu_picked(self, picked: str | None) -> None:
        match picked:
            case "round" | "practice":
                self.app.open_round_new(practice=picked == "practice")
            case "packing":
                self.app.open_packing()
            case "take":
                self._ask_pack()
            case "handin":
                self.action_handin()
            case "across":
                self.action_across()
            case "search":
                self.action_search()
            case "identity":
                self.app.change_identity()
            case "checklists" | "dossier":
                from inspect_tui.tui.screens.doors import CHECKLISTS, DOSSIER, open_doors

                title, doors = ("清单和名册", CHECKLISTS) if picked == "checklists" else ("单位档案", DOSSIER)
                open_doors(self.app, title, doors)
            case "merge":
                self.app.open_merge()
            case "returned":
                self.app.open_returned()
            case "scores":
                self.app.open_scores()

    def _ask_pack(self) -> None:
        found = _packs_nearby(self.app.space.root)
        if not found:
            self._type_pack()
            return
        from inspect_tui.tui.widgets.menu import Entry, MenuScreen

        entries = [Entry(str(path), path.name, one_line(path.parent.name)) for path in found]
        entries.append(Entry("", "输入文件位置"))

        def picked(where: str | None) -> None:
            if where:
                self.app.open_pack(Path(where))
            elif where == "":
                self._type_pack()

        self.app.push_screen(MenuScreen("打开哪个轮次包", entries), picked)

    def _type_pack(self) -> None:
        ask(
            self,
            "轮次包文件的位置",
            "",
            lambda text: self.app.open_pack(typed_path(text)),
            hint="可以把文件拖到窗口里，或粘贴完整路径。",
            required=True,
        )

    def action_across(self) -> None:
        """One item at every unit of mine: choose the section, then the item."""
        from inspect_tui.tui.widgets.menu import Entry, MenuScreen

        desk = self.app.desk
        if desk is None:
            self.app.say("先打开一个轮次。", "warning")
            return
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
            self._across_item(c, s)

        self.app.push_screen(MenuScreen("一题到底：先选大项", entries), picked)

    def _across_item(self, c: int, s: int) -> None:
        from inspect_tui.tui.widgets.menu import Entry, MenuScreen

        desk = self.app.desk
        assert desk is not None
        checklist = desk.round.checklists[c]
        section = checklist.sections[s]
        entries = [Entry(item.id, f"{item.id} {item.text}") for item in section.items]

        def picked(item: str | None) -> None:
            if item is None:
                self.action_across()
            else:
                self.app.open_across(checklist.id, item)

        self.app.push_screen(MenuScreen(f"{section.name}：选一条", entries), picked)

    def action_handin(self) -> None:
        """Hand the work in."""
        if self.app.desk is None:
            self.app.say("先打开一个轮次。", "warning")
        else:
            self.app.open_handin()

    def action_merge(self) -> None:
        """Take in what others recorded, and settle what follows from it."""
        if self.app.desk is None:
            self.app.say("先打开一个轮次。", "warning")
        else:
            self.app.open_merge()

    def action_lookback(self) -> None:
        """The problems of earlier rounds at the unit under the cursor."""
        row = self.row
        if isinstance(row, UnitRow):
            self.app.open_lookback(row.unit.id)
        else:
            self.app.say("先把光标移到一个单位上。")

    def action_why(self) -> None:
        """How the score of the unit under the cursor came about; elsewhere, the keys of this screen."""
        row = self.row
        if isinstance(row, UnitRow):
            self.app.open_derivation(row.unit.id)
        else:
            self.action_help()

    def action_ledger(self) -> None:
        """The ledger of the round."""
        if self.app.desk is None:
            self.app.say("先打开一个轮次。", "warning")
        else:
            self.app.open_ledger()

    def action_summary(self) -> None:
        """Summary and text of the round."""
        if self.app.desk is None:
            self.app.say("先打开一个轮次。", "warning")
        else:
            self.app.open_summary()

    def action_search(self) -> None:
        """Search items, findings and units."""
        if self.app.desk is None:
            self.app.say("先打开一个轮次。", "warning")
        else:
            self.app.open_search()


def _closed(visit: Visit) -> bool:
    return visit.submitted or visit.result is VisitResult.NOT_REACHED


def _owed_word(progress: Progress) -> tuple[str, str]:
    """How many earlier problems of a unit nobody looked at yet, of those that must be."""
    if progress.owed:
        return f"上轮 {progress.owed}/{progress.to_verify} 待复查", "warn"
    return ("上轮已复查", "dim") if progress.to_verify else ("", "dim")


def _state_word(progress: Progress) -> tuple[str, str]:
    if progress.disputed:
        return "两种意见", "warn"
    if progress.submitted:
        return "已提交", "pass"
    if progress.not_reached:
        return "未能进点", "unverified"
    if not progress.started:
        return "未开始", "dim"
    if progress.answered == progress.items:
        return ("待复查", "warn") if progress.owed else ("待提交", "partial")
    return "检查中", "partial"


def desk_profile(desk: object, unit_id: str) -> str:
    """The profile a unit is judged under, as a word."""
    from inspect_tui.rules.applicability import profile_of
    from inspect_tui.tui.desk import Desk

    assert isinstance(desk, Desk)
    return profile_of(desk.state, desk.round, unit_id).label


def typed_path(text: str) -> Path:
    """A path as people paste it: terminals put quotes around a dragged file, or escape its blanks."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"“”":
        text = text[1:-1]
    elif "\\ " in text:
        text = text.replace("\\ ", " ")
    return Path(text.removeprefix("file://")).expanduser()


def _packs_nearby(root: Path) -> list[Path]:
    """Packs in the folder, its exports and where downloads land, newest first."""
    home = Path.home()
    folders = [root, root / "exports", home / "Downloads", home / "下载", home / "Desktop", home / "桌面"]
    found: dict[Path, float] = {}
    for folder in folders:
        try:
            for path in files.listed(folder):
                if path.name.startswith("发包-") and path.suffix == ".json":
                    found[path] = files.fs.at(path).stat().st_mtime
        except OSError:
            continue
    return sorted(found, key=lambda path: found[path], reverse=True)[:9]
