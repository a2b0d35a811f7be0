"""Header of a visit: when, who, received by whom, whether it took place, under which profile."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from inspect_tui.model.roster import Unit
from inspect_tui.model.terms import Profile
from inspect_tui.model.view import Visit
from inspect_tui.rules import actions, visiting
from inspect_tui.rules.applicability import profile_of
from inspect_tui.tui import skin
from inspect_tui.tui.actions import HEADER, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.walking import OWN_WORDS, Option
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, pair, wrapped

_NAME_COLUMN = 14
_WEEKDAYS = "一二三四五六日"


class Field(NamedTuple):
    """A line of the header: what it is, what stands there, what it is for; `due` when submitting needs it."""

    id: str
    name: str
    value: str
    hint: str
    due: bool = False


def day_text(day: dt.date) -> str:
    """A day as it is offered: date and weekday."""
    return f"{day.isoformat()}（周{_WEEKDAYS[day.weekday()]}）"


def read_day(text: str) -> dt.date | None:
    """A typed day: 2026-11-20, also with slashes, dots, 年月日 or full-width digits; None when it is none."""
    import re
    import unicodedata

    plain = unicodedata.normalize("NFKC", text).strip()
    found = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", plain)
    if found is None:
        found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain)
    if found is None:
        return None
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def day_fault(text: str) -> str:
    """What is wrong with a typed day, in a sentence; empty when nothing is."""
    if read_day(text) is None:
        return f"“{text[:20]}”不是日期。请写成年-月-日，例如 2026-11-20。"
    return ""


class HeaderScreen(VisitPage, inherit_bindings=False):
    """The fields of the visit; a digit or Enter changes one."""

    place = HEADER
    title_word = "进点信息"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(HEADER)]

    def __init__(self, desk: Desk, unit: str, at: str = "") -> None:
        super().__init__(desk, unit)
        self._at = at
        self._fields: list[Field] = []

    # ---------------------------------------------------------------- showing

    @property
    def visit(self) -> Visit:
        return self.desk.visit(self.unit)

    @property
    def _unit(self) -> Unit:
        unit = self.desk.round.unit(self.unit)
        assert unit is not None
        return unit

    def reread(self) -> None:
        visit = self.visit
        missed = visit.not_reached
        own, others = visiting.visit_note(self.desk.state, self.unit, self.people)
        note = "；".join([own] * bool(own) + [f"{'、'.join(by)}：{text}" for by, text in others])
        now = profile_of(self.desk.state, self.desk.round, self.unit)
        profile = now.label
        if now is not self._unit.profile:
            profile += f"（名册上是{self._unit.profile.label}，已现场更正）"
        self._fields = [
            Field("date", "检查日期", visit.date, "第一次记录时自动写当天；补录时改成进点那天。", not missed),
            Field(
                "inspectors",
                "检查人员",
                "、".join(visit.inspectors),
                "两人共用一台电脑时两人都写；几个名字用顿号或空格隔开。",
            ),
            Field("present", "在场人员", "、".join(visit.present), "被检查单位在场的人；用顿号或空格隔开。"),
            Field("counterpart", "迎检人", visit.counterpart, "代表单位接受检查、确认问题的人。", not missed),
            Field("note", "地点、说明", note, "在哪里检查、当时的情况。各人写的都保留。"),
            Field(
                "result",
                "结果",
                visit.result.label + (f"：{visit.reason}" if visit.reason else ""),
                "没能进点也是结果：写明原因即可提交。",
                missed and not visit.reason,
            ),
            Field(
                "profile",
                "单位定位",
                profile,
                "定位与现场不符时在这里更正；只换适用的条目，已答的保留。",
            ),
        ]

    def count(self) -> int:
        return len(self._fields)

    def first(self) -> int:
        return next((i for i, field in enumerate(self._fields) if field.id == self._at), 0)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        field = self._fields[index]
        room = max(4, width - 5 - _NAME_COLUMN)
        empty = "（未填，提交前要写）" if field.due else "（未填）"
        value, ink = (field.value, "text") if field.value else (empty, "warn" if field.due else "dim")
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (f" {index + 1}  ", "key"),
            (fit(field.name, _NAME_COLUMN), "dim"),
            (fit(value, room), ink),
        ]

    def about(self, width: int) -> list[Line]:
        index = self.list.cursor
        lines: list[Line] = []
        if 0 <= index < len(self._fields):
            field = self._fields[index]
            if field.value:
                lines += wrapped(f"{field.name}：{field.value}", width, "strong")
            lines += wrapped(field.hint, width, "dim")
        unit, round_ = self._unit, self.desk.round
        lines.append([])
        if round_.practice:
            lines += wrapped("这是演练轮次：记录不计入正式结果。", width, "warn")
        period = round_.period
        days = f"（{period.start}至{period.end}）" if period.start and period.end else ""
        lines += pair("轮次", f"{round_.title}  {period.label}{days}", width)
        team = round_.team_of(self.unit)
        known = (
            ("检查组", team.name if team else ""),
            ("党小组长", unit.leader),
            ("责任领导", unit.responsible_leader),
            ("党员", f"{unit.members}人" if unit.members else ""),
            ("班组", "、".join(crew.name for crew in unit.crews)),
            ("重新打开", self.visit.reopened),
        )
        for name, value in known:
            if value:
                lines += pair(name, value, width)
        return lines

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    # ---------------------------------------------------------------- changing

    def action_open(self) -> None:
        """Change the field under the cursor."""
        self.action_field(str(self.list.cursor + 1))

    def action_field(self, digit: str) -> None:
        """Change the field with a digit in front."""
        index = int(digit) - 1
        if not 0 <= index < len(self._fields) or not self.writable():
            return
        self.list.move_to(index)
        name = self._fields[index].id
        getattr(self, f"_edit_{name}")()

    def _set(self, name: str, value: str, word: str) -> bool:
        return self.make(actions.visit_fields(self.desk.state, self.unit, {name: value}), word)

    def _edit_date(self) -> None:
        today = self.desk.session.date()
        days = [today - dt.timedelta(days=back) for back in range(3)]
        options = [
            Option(name, day_text(day), day.isoformat(), on=day.isoformat() == self.visit.date)
            for name, day in zip(("今天", "昨天", "前天"), days, strict=True)
        ]

        def picked(option: Option, _: int) -> None:
            if option.value != OWN_WORDS:
                self._set_day(option.value)
                return
            self.ask_words(
                "检查日期",
                f"visit/{self.unit}/date",
                lambda text: self._set_day(text),
                text=self.visit.date,
                hint="年-月-日，例如 2026-11-20",
                check=day_fault,
            )

        self.offer("检查日期：", [*options, Option("其他日期", "自己写", OWN_WORDS)], picked)

    def _set_day(self, text: str) -> None:
        day = read_day(text)
        if day is None or not self._set("date", day.isoformat(), f"检查日期 {day.isoformat()}"):
            return
        period = self.desk.round.period
        written = day.isoformat()
        if (period.start and written < period.start) or (period.end and written > period.end):
            self.app.say(
                f"{written} 不在本轮检查时间（{period.start}至{period.end}）之内，请核对。", "warning"
            )
        elif day > self.desk.session.date():
            self.app.say(f"{written} 还没有到，请核对。", "warning")

    def _edit_inspectors(self) -> None:
        self._edit_people("inspector", "检查人员", list(self.visit.inspectors), required=True)

    def _edit_present(self) -> None:
        self._edit_people("present", "在场人员", list(self.visit.present), required=False)

    def _edit_people(self, field: str, title: str, held: list[str], *, required: bool) -> None:
        self.ask_words(
            title,
            f"visit/{self.unit}/{field}",
            lambda text: self.make(
                actions.visit_people(self.desk.state, self.unit, field, visiting.names_in(text)), title
            ),
            text="、".join(held),
            hint="几个名字用顿号、逗号或空格隔开。",
            required=required,
        )

    def _edit_counterpart(self) -> None:
        self.app.ask_text(
            "迎检人",
            draft=f"visit/{self.unit}/counterpart",
            text=self.visit.counterpart or self._unit.leader,
            hint="" if self.visit.counterpart or not self._unit.leader else "已填名册上的党小组长，可改。",
            required=False,
            then=lambda text: self._set("counterpart", text, "迎检人"),
        )

    def _edit_note(self) -> None:
        own, _ = visiting.visit_note(self.desk.state, self.unit, self.people)
        self.app.ask_text(
            "地点、说明",
            draft=f"visit/{self.unit}/note",
            text=own,
            required=False,
            then=lambda text: self._set_note(text),
        )

    def _set_note(self, text: str) -> None:
        from inspect_tui.model.change import visit_key

        self.make([actions.set_field(self.desk.state, visit_key(self.unit), "note", text)], "地点、说明")

    def _edit_result(self) -> None:
        missed = self.visit.not_reached
        reasons = self.desk.round.rules.not_reached_reasons
        options = [
            Option("已进点", value="", on=not missed),
            *(Option(f"未能进点：{r}", value=r, on=missed and self.visit.reason == r) for r in reasons),
            Option("未能进点：自己写原因", value=OWN_WORDS),
        ]
        state, today = self.desk.state, self.desk.session.today

        def picked(option: Option, _: int) -> None:
            if not option.value:
                self.make(visiting.reached(state, self.unit), "已进点")
            elif option.value == OWN_WORDS:
                self.app.ask_text(
                    "未能进点的原因",
                    draft=f"visit/{self.unit}/reason",
                    text=self.visit.reason,
                    then=lambda text: self.make(
                        visiting.not_reached(state, self.unit, today, text), "未能进点"
                    ),
                )
            else:
                self.make(visiting.not_reached(state, self.unit, today, option.value), "未能进点")

        self.offer("结果：", options, picked)

    def _edit_profile(self) -> None:
        now = profile_of(self.desk.state, self.desk.round, self.unit)
        options = []
        for profile in Profile:
            remark = "现在的定位" if profile is now else self._change_text(now, profile)
            options.append(Option(profile.label, remark, profile.value, on=profile is now))

        def picked(option: Option, _: int) -> None:
            profile = Profile(option.value)
            if profile is now:
                return
            said = self._change_text(now, profile)
            edit = actions.correct_profile(self.desk.state, self.unit, profile)
            if self.make([edit], f"定位更正为{profile.label}"):
                self.app.say(f"定位已更正为{profile.label}：{said}。")

        self.offer("现场核对的定位（已答的都保留）：", options, picked)

    def _change_text(self, now: Profile, then: Profile) -> str:
        change = visiting.profile_change(self.desk.state, self.desk.round, self._unit, now, then)
        if not change.added and not change.dropped:
            return "条目不变"
        kept = f"，其中已答{change.answered}条保留备查" if change.answered else ""
        return f"增加{change.added}条，减少{change.dropped}条{kept}"
