"""党员积分 on screen: what each group's sheet of a month came to, and taking a sheet in after a look at it.

Only counts are kept; who got which points stays in the office's own sheet.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.exchange.points_sheet import PointsTaken, read_points_sheet
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.roster import Unit
from inspect_tui.report.zh_numbers import share_text
from inspect_tui.rules.monthly import good_month
from inspect_tui.rules.points import PointsCount, PointsMonth, points_of, set_points
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.tui import skin
from inspect_tui.tui.actions import POINTS, POINTS_LOOK, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.sheet_picking import pick_sheet
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped

_USED = {True: "用于评优", False: "没有用于评优", None: "没有标明是否用于评优"}
_HEADS = ("有记录", "覆盖", "加分次", "扣分次", "评优", "有误")
_SIZES = (9, 8, 8, 8, 7, 7)


def count_words(count: PointsCount) -> str:
    """A count in one sentence."""
    share = f"覆盖{share_text(count.coverage)}" if count.coverage is not None else "覆盖率算不出"
    said = f"{count.entered}/{count.members}人有记录，{share}，加分{count.rewards}次，扣分{count.penalties}次"
    return f"{said}，{_USED[count.used]}" + (f"，{len(count.bad)}处有误没有计入" if count.bad else "")


class _PointsPage(LeadPage, inherit_bindings=False):
    """What both pages share: whoever works here may take a sheet in, as on the command line."""

    def writable(self) -> bool:
        if self.desk.session.read_only:
            self.app.say(f"现在只能看：{self.desk.session.read_only}", "warning")
            return False
        return True


class PointsScreen(_PointsPage, inherit_bindings=False):
    """One unit a line for the month in the head; below, every month of the unit under the cursor."""

    place = POINTS
    title_word = "党员积分"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(POINTS)]

    DEFAULT_CSS = """
    PointsScreen #names { height: 1; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        known = [m.month for unit in desk.round.units for m in points_of(desk.state, unit.id)]
        self.month = max(known, default=desk.session.today[:7])
        self.units: list[Unit] = []
        self.months: dict[str, dict[str, PointsMonth]] = {}

    def above(self) -> list[Widget]:
        names = LinePane(lambda width: [self._cells(width, "单位", _HEADS, "dim")], id="names")
        names.can_focus = False
        return [names]

    def page_more(self) -> str:
        return self.month

    def reread(self) -> None:
        state = self.desk.state
        known = {unit.id for unit in self.desk.units()} | set(state.units())
        self.units = [unit for unit in self.desk.round.units if unit.id in known]
        self.months = {u.id: {m.month: m for m in points_of(state, u.id)} for u in self.units}

    def count(self) -> int:
        return len(self.units)

    @property
    def current(self) -> Unit | None:
        """The unit under the cursor."""
        return self.units[self.list.cursor] if 0 <= self.list.cursor < len(self.units) else None

    def mark(self) -> object:
        return self.current.id if self.current is not None else None

    def place_of(self, mark: object) -> int | None:
        return next((n for n, unit in enumerate(self.units) if unit.id == mark), None)

    def _cells(self, width: int, name: str, figures: tuple[str, ...], ink: str) -> list[Part]:
        parts: list[Part] = [(" ", "text"), (fit(name, max(8, width - sum(_SIZES) - 2)), ink)]
        return [
            *parts,
            *((fit(word, size, "right"), ink) for word, size in zip(figures, _SIZES, strict=True)),
        ]

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        unit = self.units[index]
        held = self.months[unit.id].get(self.month)
        dash = skin.current().glyphs.dash
        if held is None:
            figures, ink = (dash,) * len(_HEADS), "dim"
        else:
            count = held.count
            figures = (
                f"{count.entered}/{count.members}",
                share_text(count.coverage) if count.coverage is not None else dash,
                str(count.rewards),
                str(count.penalties),
                {True: "是", False: "否", None: dash}[count.used],
                str(len(count.bad)),
            )
            ink = "warn" if held.contested or count.bad else "text"
        _, *rest = self._cells(width, unit.name, figures, ink)
        return [(skin.current().glyphs.cursor if here else " ", "accent"), *rest]

    def about(self, width: int) -> list[Line]:
        unit = self.current
        if unit is None:
            return []
        lines = wrapped(f"{unit.name}各月", width, "strong")
        for month in reversed(self.months[unit.id].values()):
            said = f"{month.month}：{count_words(month.count)}（{'、'.join(month.by)}）"
            said += "；有两种数字，等组长裁定" if month.contested else ""
            lines += wrapped(said, width, "warn" if month.contested else "text")
        if len(lines) == 1:
            lines += wrapped("还没有收进积分表。按 1 收一张。", width, "dim")
        return lines

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_take()

    def action_earlier(self) -> None:
        """The month before."""
        self._show(dt.date.fromisoformat(f"{self.month}-01") - dt.timedelta(days=1))

    def action_later(self) -> None:
        """The month after."""
        self._show(dt.date.fromisoformat(f"{self.month}-01") + dt.timedelta(days=31))

    def _show(self, day: dt.date) -> None:
        self.month = day.isoformat()[:7]
        self.refill()

    def action_take(self) -> None:
        """Take a sheet in for the unit under the cursor: which month, which sheet, a look at it."""
        unit = self.current
        if unit is None or not self.writable():
            return
        self.ask_words(
            f"{unit.name}：哪个月的积分表",
            f"points/{unit.id}",
            lambda month: self._pick(unit, month.strip()),
            text=self.month,
            hint="写成 2026-11。",
            check=lambda month: "" if good_month(month.strip()) else "请写成 2026-11 这样的月份",
        )

    def _pick(self, unit: Unit, month: str) -> None:
        pick_sheet(self, f"{unit.name} {month}：哪张积分表", lambda path: self._look(unit, month, path))

    def _look(self, unit: Unit, month: str, path: Path) -> None:
        try:
            taken = read_points_sheet(path, unit.members or 0)
        except InputFaults as refused:
            told = "；".join(fault.text() for fault in refused.faults[:3])
            more = f"（共{len(refused.faults)}处）" if len(refused.faults) > 3 else ""
            self.app.say(f"这张表不收：{one_line(told)}{more}", "error", timeout=15)
        except (StoreError, OSError) as error:
            said = reason(error) if isinstance(error, OSError) else str(error)
            self.app.say(f"读不出来：{said}", "error")
        else:
            self.month = month
            self.app.push_screen(PointsLookScreen(self, unit, month, path, taken))

    def take_in(self, unit: Unit, month: str, count: PointsCount) -> None:
        """Record what a sheet came to; undone from this page."""
        edits = set_points(self.desk.state, unit.id, month, count)
        if not edits:
            self.app.say("和原来一样，没有改动。")
        elif self.settle({unit.id: edits}, f"收进{month}党员积分表"):
            self.app.say(f"已收进：{unit.name} {month}。")
            self.app.go_back()


class PointsLookScreen(_PointsPage, inherit_bindings=False):
    """What a sheet comes to, then every bad row; `1` takes what can be counted."""

    place = POINTS_LOOK
    title_word = "看积分表"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(POINTS_LOOK)]

    def __init__(self, owner: PointsScreen, unit: Unit, month: str, path: Path, taken: PointsTaken) -> None:
        super().__init__(owner.desk)
        self.owner = owner
        self.about_unit, self.month, self.path, self.taken = unit, month, path, taken
        self.rows: list[tuple[str, str, str]] = []

    def page_about(self) -> str:
        return f"{self.about_unit.name}  {self.month}  {one_line(self.path.name)}"

    def reread(self) -> None:
        count = self.taken.count
        held = next(
            (m for m in points_of(self.desk.state, self.about_unit.id) if m.month == self.month), None
        )
        self.rows = [("+ 收", "pass", count_words(count))]
        if held is not None and held.count == count:
            self.rows.append(("  提示", "dim", "和已经收进的一样，收了没有改动。"))
        elif held is not None:
            self.rows.append(("! 换", "warn", f"原来收进的是：{count_words(held.count)}"))
        self.rows += [("! 核对", "warn", text) for text in self.taken.messages]
        self.rows += [
            (
                "x 不计",
                "fail",
                f"{fault.path}：{fault.message}" + (f"，{fault.remedy}" if fault.remedy else ""),
            )
            for fault in self.taken.faults
        ]

    def count(self) -> int:
        return len(self.rows)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        word, ink, text = self.rows[index]
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(word, 8), ink),
            (fit(text, max(8, width - 10)), "text"),
        ]

    def about(self, width: int) -> list[Line]:
        index = self.list.cursor
        if not 0 <= index < len(self.rows):
            return []
        lines = wrapped(self.rows[index][2], width, "text")
        said = "只记数字，不记姓名、分数和事由。有误的行不计入；改好表再收一次，就换成新的。"
        return [*lines, *wrapped(said, width, "dim")]

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        """Enter reads a row and takes nothing: there is one key for that."""

    def action_make(self) -> None:
        """Take the sheet in."""
        if self.writable():
            self.owner.take_in(self.about_unit, self.month, self.taken.count)
