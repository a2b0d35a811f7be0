"""岗位责任 of a unit on screen: one month's slots beside the month before, filled in, copied or read in."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import msgspec
from textual.binding import BindingType

from inspect_tui.model.change import Edit
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.roster import Unit
from inspect_tui.report.duty_table import duties_xlsx, sign, slot_title
from inspect_tui.rules.duties import (
    MOST_WORDS,
    PARTS,
    HeldSlot,
    Slot,
    copy_before,
    duty_units,
    month_beside,
    month_of,
    month_of_day,
    months_of,
    set_month,
    set_revised,
    set_slot,
    slot_names,
)
from inspect_tui.rules.duty_diff import (
    DutyChange,
    DutyRevision,
    Revision,
    SlotDiff,
    month_words,
    revision_of,
    revision_words,
)
from inspect_tui.tui import skin
from inspect_tui.tui.actions import DUTIES, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_files import FileRefused, where, write_export
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.visit_page import when
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, pair, wrapped

_INKS = {
    Revision.ON_TIME: "pass",
    Revision.LATE: "fail",
    Revision.UNTIMED: "warn",
    Revision.DATE_ONLY: "fail",
    Revision.NONE: "fail",
    Revision.UNKNOWN: "dim",
}
_CHANGE_INKS = {
    DutyChange.ADDED: "pass",
    DutyChange.REWORDED: "accent",
    DutyChange.REMOVED: "fail",
    DutyChange.DATE_ONLY: "warn",
}
_HINTS = {
    "name": "清单没有给这一项命名，写本单位的叫法。",
    "post": "写岗位，不写姓名。",
    "standard": "做到什么样算到位；可以空着。",
    "node": "完成的日期，或多久一次；可以空着。",
}
NO_SLOTS = "本轮的清单没有写岗位责任制各项名称（清单里的“duties”），这里没有可填的。"


class DutiesScreen(LeadPage, inherit_bindings=False):
    """A unit's slots of one month; above them how the month was revised, below the slot as it is and was.

    Whoever works here may fill them in, submitted or not: it is what the unit shows, not a verdict.
    """

    place = DUTIES
    title_word = "九大岗位责任制"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(DUTIES)]

    def __init__(self, desk: Desk, unit: str = "", month: str = "") -> None:
        super().__init__(desk)
        units = duty_units(desk.round)
        mine = {u.id for u in desk.units(mine=True)}
        kept = [u for u in units if months_of(desk.state, u.id)]
        first = next((u for u in (*kept, *(u for u in units if u.id in mine), *units)), None)
        self.about_unit: Unit | None = desk.round.unit(unit) if unit else first
        self.month = month or self._newest()
        self.revision: DutyRevision | None = None

    def _newest(self) -> str:
        """The newest month of the unit that holds anything, else this month."""
        held = months_of(self.desk.state, self.about_unit.id) if self.about_unit is not None else []
        return held[-1] if held else month_of_day(self.desk.session.date())

    def page_about(self) -> str:
        if self.about_unit is None:
            return ""
        return f"{self.about_unit.name}  {month_words(self.month)}"

    def writable(self) -> bool:
        """Whether anything can be written now; tells the user when not, before they type."""
        if self.about_unit is None:
            self.app.say(NO_SLOTS, "warning")
        elif self.desk.session.read_only:
            self.app.say(f"现在只能看：{self.desk.session.read_only}", "warning")
        else:
            return True
        return False

    # ---------------------------------------------------------------- showing

    def reread(self) -> None:
        unit = self.about_unit
        self.revision = (
            revision_of(self.desk.state, self.desk.round, unit, self.month) if unit is not None else None
        )

    def count(self) -> int:
        return 1 + (len(self.revision.diffs) if self.revision is not None else 0)

    def can_choose(self, index: int) -> bool:
        return index > 0

    def first(self) -> int:
        return 1

    def mark(self) -> object:
        return self.current.number if self.current is not None else None

    def place_of(self, mark: object) -> int | None:
        return mark if isinstance(mark, int) and mark < self.count() else None

    @property
    def current(self) -> SlotDiff | None:
        """The slot under the cursor."""
        index = self.list.cursor
        if self.revision is None or not 1 <= index <= len(self.revision.diffs):
            return None
        return self.revision.diffs[index - 1]

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if self.revision is None:
            return [(fit(f" {NO_SLOTS}", width), "warn")]
        if index == 0:
            ink = "warn" if self.revision.contested else _INKS[self.revision.state]
            return [(fit(f" {revision_words(self.revision)}", width), ink)]
        diff = self.revision.diffs[index - 1]
        held = diff.now or diff.before
        gone = diff.now is None
        word = diff.change.label if diff.change not in (None, DutyChange.SAME) else ""
        mark, ink = f"{sign(diff.change)} {word}", _CHANGE_INKS.get(diff.change or DutyChange.SAME, "dim")
        if diff.contested:
            mark, ink = "? 两种记录", "warn"
        name, post, node = (16, 12, 13) if width < 100 else (24, 18, 20)
        rest = max(4, width - name - post - node - 22)
        slot = held.slot if held is not None else Slot()
        shade = "dim" if gone else "text"
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(str(diff.number), 3, "right") + " ", "dim"),
            (fit(slot_title(diff), name), shade),
            (" " + fit(mark, 11) + " ", ink),
            (fit(slot.post if held is not None else "（未填）", post), shade if held is not None else "dim"),
            (" " + fit(slot.standard, rest), shade),
            (" " + fit(slot.node, node), shade),
        ]

    def about(self, width: int) -> list[Line]:
        diff = self.current
        if diff is None or self.revision is None:
            return []
        head = f"{diff.number}. {slot_title(diff)}"
        if diff.change is not None and diff.change is not DutyChange.SAME:
            parts = f"：{'、'.join(diff.parts)}" if diff.parts else ""
            head += f"  {diff.change.label}{parts}"
        lines = wrapped(head, width, "strong")
        if diff.contested:
            lines += wrapped("两人记的不一样，等组长在“裁定”里定；这里显示其中一种。", width, "warn")
        if diff.now is not None:
            lines += self._slot_lines(diff.now, width, "text")
        elif diff.before is None:
            lines += wrapped("这个月没有填。按回车填，按 3 从最近一个月抄过来。", width, "dim")
        if diff.before is not None and diff.change is not DutyChange.SAME:
            lines += wrapped(f"{month_words(self.revision.before, self.month)}：", width, "dim")
            lines += self._slot_lines(diff.before, width, "dim")
        return lines

    def _slot_lines(self, held: HeldSlot, width: int, ink: str) -> list[Line]:
        lines: list[Line] = []
        for part in ("post", "standard", "node"):
            if said := getattr(held.slot, part):
                lines += pair(PARTS[part], said, width, column=10, ink=ink)
        return [*lines, *pair("填写", f"{'、'.join(held.by)}  {when(held.at)}", width, column=10, ink="dim")]

    # ---------------------------------------------------------------- moving

    def action_earlier(self) -> None:
        """The month before."""
        self._go(month_beside(self.month, -1))

    def action_later(self) -> None:
        """The month after."""
        self._go(month_beside(self.month, 1))

    def _go(self, month: str) -> None:
        self.month = month
        self.refill()

    def action_unit(self) -> None:
        """Another unit."""
        entries = []
        for unit in duty_units(self.desk.round):
            months = months_of(self.desk.state, unit.id)
            told = f"到{month_words(months[-1])}，共{len(months)}个月" if months else "还没有记下"
            entries.append(Entry(unit.id, unit.name, told))

        def picked(unit: str | None) -> None:
            if unit is not None:
                self.about_unit = self.desk.round.unit(unit)
                self._go(self._newest())

        if entries:
            self.app.push_screen(MenuScreen("看哪个单位", entries), picked)
        else:
            self.app.say(NO_SLOTS, "warning")

    def action_months(self) -> None:
        """The months of the unit that hold anything, newest first."""
        unit = self.about_unit
        months = months_of(self.desk.state, unit.id) if unit is not None else []
        if unit is None or not months:
            self.app.say("这个单位还没有记下岗位责任。")
            return
        told = [revision_of(self.desk.state, self.desk.round, unit, month) for month in reversed(months)]
        entries = [Entry(r.month, month_words(r.month), r.state.label) for r in told]

        def picked(month: str | None) -> None:
            if month is not None:
                self._go(month)

        self.app.push_screen(MenuScreen(f"{unit.name}：各月", entries), picked)

    # ---------------------------------------------------------------- filling in

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_fill()

    def action_fill(self) -> None:
        """Fill in the slot under the cursor: who, by what standard, until when."""
        diff, unit = self.current, self.about_unit
        if diff is None or unit is None or not self.writable():
            return
        held = diff.now.slot if diff.now is not None else Slot()
        named = slot_names(self.desk.round, unit)
        asked = ["post", "standard", "node"]
        if diff.number > len(named) or not named[diff.number - 1]:
            asked.insert(0, "name")
        self._ask(unit, self.month, diff, held, asked)

    def _ask(self, unit: Unit, month: str, diff: SlotDiff, held: Slot, asked: list[str]) -> None:
        """Ask for one part after the other; write once all are known."""
        if not asked:
            edits = set_slot(self.desk.state, unit.id, month, diff.number, held)
            self._settle(unit, edits, f"{month} 岗位责任第{diff.number}项")
            return
        part, *rest = asked
        self.ask_words(
            f"{diff.number}. {slot_title(diff)}：{PARTS[part]}",
            f"duties/{unit.id}/{month}/{diff.number}/{part}",
            lambda words: self._ask(unit, month, diff, msgspec.structs.replace(held, **{part: words}), rest),
            text=getattr(held, part),
            hint=_HINTS[part],
            required=False,
            check=lambda words: f"最多{MOST_WORDS}字。" if len(words) > MOST_WORDS else "",
        )

    def _settle(self, unit: Unit, edits: list[Edit], what: str) -> None:
        if not edits:
            self.app.say("和原来一样，没有改动。")
        elif self.settle({unit.id: edits}, what):
            self.app.say("已记下。")

    def action_clear(self) -> None:
        """Clear the slot under the cursor for this month."""
        diff, unit = self.current, self.about_unit
        if diff is None or unit is None or not self.writable():
            return
        if diff.now is None:
            self.app.say("这一项本来就没有填。")
            return
        edits = set_slot(self.desk.state, unit.id, self.month, diff.number, None)
        if self.settle({unit.id: edits}, f"{self.month} 岗位责任清空第{diff.number}项"):
            self.app.say("已清空这一项，可按 Ctrl+Z 撤销。")

    def action_copy(self) -> None:
        """Fill the blank slots from the newest earlier month."""
        unit = self.about_unit
        if unit is None or not self.writable():
            return
        source, edits = copy_before(self.desk.state, unit.id, self.month)
        if not source:
            self.app.say("没有更早的月份可抄。", "warning")
        elif not edits:
            self.app.say(f"没有空着的项，{month_words(source, self.month)}的内容没有抄。")
        elif self.settle({unit.id: edits}, f"{self.month} 岗位责任抄自{source}"):
            self.app.say(f"已从{month_words(source, self.month)}抄来{len(edits)}项，请按这个月的实际改。")

    def action_revised(self) -> None:
        """The day the unit says it revised the list for this month."""
        unit = self.about_unit
        if unit is None or not self.writable():
            return
        month = self.month

        def told(words: str) -> None:
            from inspect_tui.exchange.typed_dates import typed_date

            edits = set_revised(self.desk.state, unit.id, month, typed_date(words) or "")
            if edits and self.settle({unit.id: edits}, f"{month} 岗位责任修订日期"):
                self.app.say("已记下修订日期。")

        self.ask_words(
            f"{unit.name}{month_words(month)}：修订日期",
            f"duties/{unit.id}/{month}/revised",
            told,
            text=month_of(self.desk.state, unit.id, month).revised,
            hint="写清单上写明的日期，如 2026.11.3；空着就是没有写。",
            required=False,
            check=_date_fault,
        )

    # ---------------------------------------------------------------- files

    def action_take(self) -> None:
        """Read a sheet in; it replaces what the month holds."""
        unit = self.about_unit
        if unit is None or not self.writable():
            return
        month = self.month
        self.ask_words(
            f"{unit.name}{month_words(month)}：岗位责任表的位置",
            f"duties/{unit.id}/sheet",
            lambda words: self._take(unit, month, words),
            hint="xlsx 或 CSV；可以把文件拖进窗口。收进来的表换下这个月原有的内容。",
        )

    def _take(self, unit: Unit, month: str, words: str) -> None:
        from inspect_tui.exchange.duties_sheet import read_duties_sheet
        from inspect_tui.tui.files_nearby import given_paths

        path = next(iter(given_paths(words)), Path(words))
        try:
            taken = read_duties_sheet(path, slot_names(self.desk.round, unit))
        except (InputFaults, OSError) as error:
            said = error.faults[0].text() if isinstance(error, InputFaults) else "文件读不出来。"
            self.app.say(one_line(said), "error")
            return
        if taken.faults:
            entries = [Entry(str(n), one_line(f.text())) for n, f in enumerate(taken.faults)]
            self.app.push_screen(MenuScreen(f"有{len(entries)}处要改，一项也没有收", entries))
            return
        edits = set_month(self.desk.state, unit.id, month, taken.slots)
        if not edits:
            self.app.say("和原来一样，没有改动。")
        elif self.settle({unit.id: edits}, f"收进{month}岗位责任"):
            self.app.say(" ".join([f"已收进{len(taken.slots)}项。", *taken.messages]), timeout=10)

    def action_write(self) -> None:
        """The month as a sheet to print or fill in."""
        if self.about_unit is None or self.revision is None:
            self.app.say(NO_SLOTS, "warning")
            return
        from inspect_tui.exchange.refusal import ExportRefused

        try:
            data = duties_xlsx(self.desk.round, self.about_unit, self.revision)
            path = write_export(self.desk, ["岗位责任", self.about_unit.name, self.month], "xlsx", data)
        except (FileRefused, ExportRefused) as refused:
            self.app.say(str(refused), "error")
        else:
            self.app.say(f"已存到 {where(path)}", timeout=10)


def _date_fault(words: str) -> str:
    """What is wrong with a day as it was typed; nothing when it is one, or blank."""
    from inspect_tui.exchange.typed_dates import typed_date

    return "" if typed_date(words) is not None else "看不懂这个日期，请写成 2026.11.3。"
