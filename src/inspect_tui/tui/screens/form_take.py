"""A filled-in form read back: what each row would record, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from inspect_tui.exchange.form_reading import FormReading
from inspect_tui.exchange.form_taking import FormPreview, FormRow, Status, take_form, weigh_form
from inspect_tui.model.fault import InputFaults
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui import skin
from inspect_tui.tui.actions import FORM_TAKE, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, wrapped


class Row(NamedTuple):
    """A line of the preview: what happens, to what, in which cell, in words."""

    mark: str
    ink: str
    about: str
    cell: str
    words: str
    full: str


_MARKS = {
    Status.NEW: ("+ 要记", "pass"),
    Status.DIFFERS: ("! 不同", "warn"),
    Status.KNOWN: ("  已有", "dim"),
}


class FormTakeScreen(VisitPage, inherit_bindings=False):
    """Faults first, then what differs, what is new, what is there already; `1` takes what is new."""

    place = FORM_TAKE
    title_word = "收回检查表"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(FORM_TAKE)]

    def __init__(self, desk: Desk, path: Path, reading: FormReading) -> None:
        super().__init__(desk, reading.marks[0].unit)
        self.path, self.reading = path, reading
        self.preview: FormPreview | None = None
        self.rows: list[Row] = []

    def page_about(self) -> str:
        units = list(dict.fromkeys(mark.unit for mark in self.reading.marks))
        unit = self.desk.round.unit(units[0])
        name = unit.name if unit is not None else units[0]
        more = f"等{len(units)}个单位" if len(units) > 1 else ""
        return f"{one_line(name)}{more}  {self._counts()}  {one_line(self.path.name)}"

    def _counts(self) -> str:
        preview = self.preview
        if preview is None:
            return ""
        if preview.faults:
            return f"有{len(preview.faults)}处不对，不能收"
        return "，".join(f"{s.label}{preview.count(s)}" for s in (Status.NEW, Status.DIFFERS, Status.KNOWN))

    def reread(self) -> None:
        name = one_line(self.path.name)
        preview = self.preview = weigh_form(self.desk.session, self.reading, name)
        rows = [
            Row(
                "x 不对",
                "fail",
                "",
                f.path,
                f"{f.message}{f'（现为“{f.value}”）' if f.value else ''}",
                f.remedy,
            )
            for f in preview.faults
        ]
        rows += [Row("  提示", "warn", "", "", message, "") for message in preview.messages]
        order = {Status.DIFFERS: 0, Status.NEW: 1, Status.KNOWN: 2}
        several = len({row.unit for row in preview.rows}) > 1
        for row in sorted(preview.rows, key=lambda each: order[each.status]):
            mark, ink = _MARKS[row.status]
            about = f"{row.unit} {row.about}" if several else row.about
            rows.append(Row(mark, ink, about, row.place, row.words, _more(row)))
        if not rows:
            rows.append(Row("  提示", "dim", "", "", "表里什么也没有填。", ""))
        self.rows = rows

    def count(self) -> int:
        return len(self.rows)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self.rows[index]
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(row.mark, 7), row.ink),
            (fit(row.about, 10) + " ", "text"),
            (fit(row.cell, 12) + " ", "dim"),
            (fit(row.words, max(8, width - 33)), "fail" if row.ink == "fail" else "text"),
        ]

    def about(self, width: int) -> list[Line]:
        index = self.list.cursor
        if not 0 <= index < len(self.rows):
            return []
        row = self.rows[index]
        where = "  ".join(part for part in (row.about, row.cell) if part)
        lines = wrapped(where, width, "dim") if where else []
        lines += wrapped(row.words, width, row.ink if row.ink in ("fail", "warn") else "text")
        return [*lines, *(wrapped(row.full, width, "warn") if row.full else [])]

    def action_make(self, replace: bool) -> None:
        """Take the form: what is new, or also what differs."""
        session = self.desk.session
        if session.read_only:
            self.app.say(f"现在只能看：{session.read_only}", "warning")
            return
        self.reread()
        preview = self.preview
        assert preview is not None
        if preview.faults:
            self.refill()
            self.app.say("表里有不对的地方，什么也没有记。请按列出的改好，再收一次。", "warning")
            return
        try:
            done = take_form(session, preview, replace=replace, name=one_line(self.path.name), wait=False)
        except InputFaults as error:
            self.app.say(str(error), "error", timeout=12)
            return
        except ReadOnlySession as held:
            self.app.say(f"现在只能看：{held}", "warning")
            return
        if not done.rows:
            left = preview.count(Status.DIFFERS)
            told = f"没有要记的；{left}行和已有记录不同，按 2 换成表上的。" if left else "表里的都已记过。"
            self.app.say(told, "warning" if left else "information")
            return
        self.desk.came_in({record for unit in done.units for record in self.desk.state.records(unit)})
        who = "、".join(session.identity.people)
        self.app.say(f"已记{done.rows}行，记在{who}名下。要撤销，到检查页按 Ctrl+Z。", timeout=8)
        self.app.go_back()


def _more(row: FormRow) -> str:
    told = []
    if row.was:
        told.append(f"现在记的是：{row.was}。按 2 换成表上的。")
    if row.stale:
        told.append("表印出来以后条文改过，收下后标为“需重看”。")
    if row.beside:
        told.append(f"{row.beside}，收下后有两种意见，等组长裁定。")
    return "".join(told)
