"""Submitting a visit: what is missing, then the problem list for confirmation on the spot, then the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType

from inspect_tui.model.terms import FindingKind, VisitResult
from inspect_tui.model.view import Finding, UnitScore, Visit
from inspect_tui.rules import actions, visiting
from inspect_tui.rules.reading import findings_of_unit
from inspect_tui.rules.result import result_text, unit_result
from inspect_tui.rules.scoring import points_text
from inspect_tui.rules.sheet import OpenPoint
from inspect_tui.tui import skin
from inspect_tui.tui.actions import SUBMIT, bindings_for, footer_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.visit_page import VisitPage, when
from inspect_tui.tui.screens.walk import WalkScreen
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.track import UnitTrack
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen
from inspect_tui.tui.widgets.page import wrapped


class _Line(NamedTuple):
    """A line of the page; `point` is the open point that Enter jumps to."""

    parts: list[Part]
    point: OpenPoint | None = None


class SubmitScreen(VisitPage, inherit_bindings=False):
    """The last page of a visit."""

    place = SUBMIT
    title_word = "提交"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(SUBMIT)]

    def __init__(self, desk: Desk, unit: str) -> None:
        super().__init__(desk, unit)
        self.add_class("-whole")
        self.points: list[OpenPoint] = []
        self._lines: list[_Line] = []
        self._width = 78

    # ---------------------------------------------------------------- showing

    @property
    def visit(self) -> Visit:
        return self.desk.visit(self.unit)

    def reread(self) -> None:
        visit = self.visit
        self.points = [] if visit.submitted else self.desk.sheet(self.unit).open_points()
        if self.points:
            self._lines = self._missing()
        else:
            self._lines = [_Line(list(parts)) for parts in self._confirmation(visit, self._width)]
        self._offer_keys(visit)

    def _offer_keys(self, visit: Visit) -> None:
        """Offer at the foot what can be done now."""
        useful = {"reopen"} if visit.submitted else {"jump"} if self.points else {"submit"}
        if not self.points and visit.result is VisitResult.VISITED and not visit.submitted:
            useful |= {"objection", "confirmer"}
        useful |= {"summary", "back", "help"}
        for line in self.query("#keys").results(KeyLine):
            line.show(action for action in footer_for(SUBMIT) if action.id in useful)

    def ready(self) -> None:
        super().ready()
        self._width = self.size.width - 2
        self.refill()

    def count(self) -> int:
        return len(self._lines)

    def can_choose(self, index: int) -> bool:
        # The problem list is read line by line; among open points only these can be chosen.
        return not self.points or self._lines[index].point is not None

    def mark(self) -> object:
        index = self.list.cursor
        if self.points and 0 <= index < len(self._lines):
            return self._lines[index].point
        return index

    def place_of(self, mark: object) -> int | None:
        if isinstance(mark, int):
            return mark
        return next((i for i, line in enumerate(self._lines) if line.point and line.point == mark), None)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        line = self._lines[index]
        if line.point is None:
            return line.parts
        cursor = skin.current().glyphs.cursor if here else " "
        if line.point.row < 0:
            return [
                (f" {cursor} ", "accent"),
                (fit(_shortened(line.point), width - 4), "text"),
            ]
        item = self.desk.sheet(self.unit).rows[line.point.row].item
        id_ = f"{item.id}  "
        return [
            (f" {cursor} ", "accent"),
            (id_, "dim"),
            (fit(item.text, width - 4 - cells(id_)), "text"),
        ]

    def on_resize(self, event: events.Resize) -> None:
        width = event.size.width - 2
        if width != self._width and self.is_mounted and self.query("#list"):
            self._width = width
            self.refill()

    # ---------------------------------------------------------------- what is missing

    def _missing(self) -> list[_Line]:
        lines = [
            _Line([(f" 还有 {len(self.points)} 处没有完成，按回车跳到该处；都完成后再提交。", "warn")]),
            _Line([]),
        ]
        for name, points in visiting.grouped(self.points).items():
            lines.append(_Line([(f" {name}（{len(points)}）", "head")]))
            lines += [_Line([], point) for point in points]
        return lines

    def action_jump(self) -> None:
        """Go to the open point under the cursor."""
        index = self.list.cursor
        point = self._lines[index].point if 0 <= index < len(self._lines) else None
        if point is None:
            return
        if point.problem:
            self.app.open_lookback(self.unit, point.problem)
            return
        if point.row < 0:
            from inspect_tui.tui.screens.header import HeaderScreen

            field = "result" if point.kind == "reason" else point.kind
            self.app.push_screen(HeaderScreen(self.desk, self.unit, at=field))
            return
        row = self.desk.sheet(self.unit).rows[point.row]
        go_to_item(self, self.unit, row.checklist.id, row.item.id)

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_jump()

    # ---------------------------------------------------------------- the problem list

    def _confirmation(self, visit: Visit, width: int) -> list[list[Part]]:
        lines: list[list[Part]] = []

        def say(text: str, ink: str = "text", indent: str = " ", hang: str | None = None) -> None:
            lines.extend([list(line) for line in wrapped(text, width, ink, indent=indent, hang=hang)])

        if visit.submitted:
            say(f"已提交：{'、'.join(visit.submitted_by)}  {when(visit.submitted_at)}", "strong")
            say("本次检查只能看。要改请按 4 重新打开，写明原因；按 F6 看汇总和通报。", "dim")
        elif visit.not_reached:
            say("没有遗漏，按 1 提交。", "strong")
        else:
            say("没有遗漏。请迎检人看过下面的问题清单，确认后按 1 提交。", "strong")
        if visit.reopened and not visit.submitted:
            say(f"重新打开的原因：{visit.reopened}", "dim")
        lines.append([])
        if visit.not_reached:
            say(f"未能进点：{visit.reason}", "warn")
            return lines
        self._findings(say, lines)
        say("现场确认", "head")
        say(f"检查日期：{visit.date}  检查人员：{'、'.join(visit.inspectors)}", indent="   ")
        if visit.present:
            say(f"在场人员：{'、'.join(visit.present)}", indent="   ")
        change, record = ("", "") if visit.submitted else ("（按 3 改）", "（按 2 记录）")
        say(f"确认人：{visit.confirmed_by or visit.counterpart}{change}", indent="   ")
        say(f"单位异议：{visit.objection or f'无{record}'}", indent="   ")
        return lines

    def _findings(self, say: Callable[..., None], lines: list[list[Part]]) -> None:
        sheet = self.desk.sheet(self.unit)
        found = findings_of_unit(self.desk.state, self.desk.round, self.unit, sheet.checklists)
        kinds = visiting.confirmable(found)
        for score in sheet.unit_scores():
            checklist = self.desk.round.checklist(score.checklist)
            say(f"{checklist.title if checklist else score.checklist}：{score_text(score)}", "strong")
        if why := result_text(unit_result(sheet)):
            say(why, "strong")
        lines.append([])
        titles = (
            (FindingKind.DEFICIENCY, "问题", "fail"),
            (FindingKind.GOOD_PRACTICE, "好的做法", "pass"),
            (FindingKind.SUGGESTION, "建议", "accent"),
        )
        for kind, title, ink in titles:
            held = kinds[kind]
            if not held and kind is not FindingKind.DEFICIENCY:
                continue
            say(f"{title}（{len(held)}）" if held else "没有发现问题", ink)
            for number, finding in enumerate(held, 1):
                head = f"   {number}. "
                say(finding_text(finding), indent=head, hang=" " * cells(head))
            lines.append([])

    # ---------------------------------------------------------------- doing

    def action_submit(self) -> None:
        """Submit, after a confirm."""
        visit = self.visit
        if visit.submitted:
            self.app.say("已经提交过了。要改请按 4 重新打开。")
            return
        if not self.writable():
            return
        if self.points:
            self.app.say(f"还有 {len(self.points)} 处没有完成，按回车跳到该处。", "warning")
            return
        missed = visit.not_reached
        confirmed_by = "" if missed else visit.confirmed_by or visit.counterpart
        said = f"未能进点：{visit.reason}。" if missed else f"现场确认人：{confirmed_by}。"

        def answered(yes: bool | None) -> None:
            if yes and self.make(visiting.submit(self.desk.state, self.unit, confirmed_by), "提交"):
                self.app.say("已提交，本次检查转为只读。按 F6 看汇总和通报，按 Esc 返回。")

        self.app.push_screen(
            ConfirmScreen(
                "提交本单位的检查？",
                intro=f"{said}提交后只能看；要改须写明原因重新打开。",
                yes="提交",
                no="再看看",
            ),
            answered,
        )

    def action_objection(self) -> None:
        """Record what the unit objects to."""
        if self.writable():
            self.app.ask_text(
                "被检查单位的异议",
                draft=f"visit/{self.unit}/objection",
                text=self.visit.objection,
                hint="写对哪一条有什么不同意见；没有异议就留空。",
                required=False,
                then=lambda text: self._set("objection", text, "记录异议"),
            )

    def action_confirmer(self) -> None:
        """Write who confirms the problem list."""
        if self.writable():
            self.app.ask_text(
                "现场确认问题清单的人",
                draft=f"visit/{self.unit}/confirmed_by",
                text=self.visit.confirmed_by or self.visit.counterpart,
                then=lambda text: self._set("confirmed_by", text, "确认人"),
            )

    def _set(self, field: str, value: str, word: str) -> bool:
        return self.make(actions.visit_fields(self.desk.state, self.unit, {field: value}), word)

    def action_reopen(self) -> None:
        """Open a submitted visit again, with a reason."""
        if not self.visit.submitted:
            self.app.say("本次检查还没有提交，可以直接修改。")
        elif self.desk.session.read_only:
            self.writable()
        else:
            self.app.reopen(self.unit)

    def action_summary(self) -> None:
        """Summary and text of this unit."""
        self.app.open_summary(self.unit)


def _shortened(point: OpenPoint) -> str:
    """What an open point says under the heading that names its kind."""
    for heading in ("进点信息：", "上轮问题 "):
        point_text = point.text.removeprefix(heading)
        if point_text != point.text:
            return point_text
    return point.text


def go_to_item(page: VisitPage, unit: str, checklist: str, item: str) -> None:
    """Leave a page for the walk over a unit, at an item: the one it was opened from, or a new one."""
    page.app.go_back()
    below = page.app.screen
    if (
        isinstance(below, WalkScreen)
        and isinstance(below.track, UnitTrack)
        and below.track.sheet.unit.id == unit
    ):
        below.jump(checklist, item)
    else:
        page.app.open_unit(unit, at=(checklist, item))


def finding_text(finding: Finding) -> str:
    """A finding as the unit is shown it: the sentence, and for a problem how grave and whether mended."""
    if finding.kind is not FindingKind.DEFICIENCY:
        return finding.text
    words = [finding.severity.label]
    words += ["缺项"] * finding.missing + ["已立行立改"] * finding.fixed_on_site
    item = f"{finding.item} " if finding.item else ""
    return f"{item}{finding.text}（{'，'.join(words)}）"


def score_text(score: UnitScore) -> str:
    """A score in words: rescaled, raw of applicable, and how much was judged."""
    if score.score is None:
        return "不计分"
    share = format((score.coverage * 100).normalize(), "f")
    return (
        f"得分 {score.score}（实得 {points_text(score.raw)}，"
        f"应得 {points_text(score.applicable)}），已评 {share}%"
    )
