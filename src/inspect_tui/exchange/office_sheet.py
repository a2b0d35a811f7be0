"""An office's own 考核细则 sheet turned into a checklist, with everything doubtful told by its cell.

Rows are taken as they stand: merged categories, bands over the whole width, subtotals, rubrics over several
rows. What does not fit is listed with its reason, and nothing is filled in that the sheet does not say.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.exchange.ledger_grid import Grid, GridCell
from inspect_tui.exchange.office_words import (
    ALL_UNITS,
    BONUS,
    CHINESE_ORDINAL,
    IN_BRACKETS,
    IN_TEXT,
    METHODS,
    NOTE,
    ORDINAL,
    SEVERITIES,
    SIGNED,
    TOTAL,
    VETO,
    cell_line,
    cell_text,
    one_line,
    row_of,
    term_of,
)
from inspect_tui.exchange.sheet_headings import Heading, Mapping, column_letter
from inspect_tui.model.checklist import ANY, CHECKLIST_FORMAT
from inspect_tui.model.terms import Profile
from inspect_tui.rules.issue import Steps, good_id, plain_decimal
from inspect_tui.rules.rubric import figure, read_rubric
from inspect_tui.rules.scoring import points_text


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """A reading that its author should look at: the cell, what stands there, how it was taken."""

    cell: str
    value: str
    taken: str


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is not in the checklist: its cell and why. `lost` says that it looked like content."""

    cell: str
    value: str
    reason: str
    lost: bool = False


class Office(msgspec.Struct, kw_only=True):
    """What a sheet came to: raw checklist, the cell of each part, doubts, and rows left out."""

    raw: dict[str, Any]
    places: dict[Steps, str]
    doubts: list[Doubt]
    rejected: list[Rejected]


def read_office(grid: Grid, mapping: Mapping, headings: list[Heading]) -> Office:
    """The checklist in a sheet whose columns are known."""
    return _Office(grid, mapping, headings).read()


class _Section:
    """A category as it grows: its name, what it says its points are, and its items."""

    def __init__(self, name: str, cell: str, key: str, said: Decimal | None, kind: str = "") -> None:
        self.name, self.cell, self.key, self.said, self.kind = name, cell, key, said, kind
        self.said_at = cell
        self.items: list[_Item] = []


class _Item:
    """An item as it grows over its rows."""

    def __init__(self, text: str, cell: GridCell, points: Decimal | None) -> None:
        self.text, self.cell, self.points = text, cell, points
        self.text_head, self.points_head, self.rubric_head = cell.head, "", ""
        self.rubrics: list[tuple[str, str]] = []
        self.fields: dict[str, tuple[Any, str]] = {}


class _Office:
    def __init__(self, grid: Grid, mapping: Mapping, headings: list[Heading]) -> None:
        self.grid, self.mapping = grid, mapping
        self.columns = {role: letter for letter, role in mapping.columns.items() if role != "ignore"}
        self.words = {h.column: h.heading for h in headings}
        self.doubts: list[Doubt] = []
        self.rejected: list[Rejected] = []
        self.sections: list[_Section] = []
        self.triggers: list[tuple[str, str]] = []
        self.total: tuple[Decimal, str] | None = None
        self.ids: dict[str, str] = {}

    # ---------------------------------------------------------------- rows

    def read(self) -> Office:
        title = ""
        for number, cells in self.grid.rows:
            if number < self.mapping.headings[0]:
                title = title or next((cell_line(c) for c in cells if cell_line(c)), "")
            elif number > self.mapping.headings[1]:
                self._row(number, {column_letter(n): cell for n, cell in enumerate(cells, 1)})
        return self._made(title)

    def _row(self, number: int, row: dict[str, GridCell]) -> None:
        filled = {letter: cell for letter, cell in row.items() if cell_line(cell) or cell.bad == "formula"}
        said = [cell_line(cell) for cell in filled.values() if cell_line(cell)]
        if not said:
            return
        first = next(cell for cell in filled.values() if cell_line(cell))
        known = [letter for letter in filled if self.words.get(letter)]
        if len(known) > 1 and all(
            cell_line(filled[c]) in self.words[c] for c in known if cell_line(filled[c])
        ):
            return self._out(first, "重复的表头")
        total = next((c for c in filled.values() if TOTAL.match("".join(cell_line(c).split()))), None)
        if total is not None:
            return self._totals(total, row)
        if NOTE.match(said[0]):
            return self._out(first, "表下的说明，没有取；要留的请写进备注")
        one_cell = len({cell.head or cell.address for cell in filled.values()}) == 1
        if SIGNED.search(said[0]) and (one_cell or all(SIGNED.search(word) for word in said)):
            return self._out(first, "填写栏")
        if one_cell and self._is_band(first, filled):
            return self._band(first)
        self._in_columns(number, row, first)

    def _is_band(self, first: GridCell, filled: dict[str, GridCell]) -> bool:
        """Whether a row is one heading over the whole width, or stands alone before the items."""
        text, rubric = self.columns.get("text"), self.columns.get("rubric")
        if first.bad == "across" and len(filled) > 1:
            return True
        column = next(iter(filled))
        if column == self.columns.get("section") or column in (rubric,):
            return False
        if column == text:
            return bool(CHINESE_ORDINAL.match(cell_line(first)))
        return column == self.columns.get("serial") and not cell_line(first).isdecimal()

    def _band(self, cell: GridCell) -> None:
        if cell.bad != "across":
            self._doubt(cell, "单独一行，认作大项的名称")
        self._section(cell)

    def _section(self, cell: GridCell, said: Decimal | None = None, said_at: str = "") -> None:
        whole = one_line(cell)
        match = IN_BRACKETS.search(whole)
        name = whole[: match.start()] if match else whole
        name = ORDINAL.sub("", name).strip() or whole
        kind = "veto" if VETO.search(name) else "bonus" if BONUS.match(name) else ""
        figures = figure(unicodedata.normalize("NFKC", match[1])) if match else said
        if kind == "veto" and figures is None:
            self._doubt(cell, "认作红线、一票否决，下面各行取为红线，不计分")
        made = _Section(
            name,
            cell.address,
            cell.head or whole,
            figures,
            kind if figures is None or kind == "bonus" else "",
        )
        made.said_at = cell.address if match else said_at or cell.address
        self.sections.append(made)

    def _in_columns(self, number: int, row: dict[str, GridCell], first: GridCell) -> None:
        section, text = self._cell(row, "section"), self._cell(row, "text")
        if section is not None and (section.head or cell_line(section)) != (
            self.sections[-1].key if self.sections else None
        ):
            said = self._number(self._cell(row, "section_points"))
            points_cell = self._cell(row, "section_points")
            self._section(section, said, points_cell.address if points_cell is not None else "")
        rubric = self._cell(row, "rubric")
        item = self._last()
        if text is None:
            topic = self._cell(row, "topic")
            if topic is not None and (self._cell(row, "points") or rubric):
                text = topic
            elif rubric is not None and item is not None:
                return self._more(item, rubric)
            else:
                return self._out(first, "没有检查内容", lost=self._cell(row, "points") is not None)
        elif item is not None and text.head and text.head == item.text_head:
            return self._same_text(item, row, rubric)
        if self.sections and self.sections[-1].kind == "bonus":
            return self._out(text, "加分项不进清单，加分由组长另行登记", lost=True)
        if self.sections and self.sections[-1].kind == "veto":
            self.triggers.append((ORDINAL.sub("", one_line(text)).strip(), text.address))
            return None
        self._item(row, text, rubric)

    def _item(self, row: dict[str, GridCell], text: GridCell, rubric: GridCell | None) -> None:
        said = one_line(text)
        points_cell = self._cell(row, "points")
        item = self._last()
        if (
            item is not None
            and points_cell is not None
            and points_cell.head
            and points_cell.head == item.points_head
        ):
            item.text += "；" + ORDINAL.sub("", said).strip()
            self._doubt(text, f"分值与{item.cell.address}合用一格，并入那一条")
            if rubric is not None:
                self._more(item, rubric)
            return
        if points_cell is not None and points_cell.bad in ("formula", "error"):
            return self._out(points_cell, "分值是公式或错误值，没有取到数，请改成数值", lost=True)
        points = self._number(points_cell)
        if points is None and points_cell is not None and cell_line(points_cell):
            return self._out(points_cell, "分值看不懂", lost=True)
        if points is None:
            match = IN_BRACKETS.search(said) if "points" in self.columns else IN_TEXT.search(said)
            if match:
                points, said = figure(unicodedata.normalize("NFKC", match[1])), said[: match.start()]
                self._doubt(text, f"分值取自文字：{points_text(points or Decimal(0))}分")
        if points is None and "points" in self.columns:
            return self._out(text, "没有分值", lost=True)
        if points is not None and points < 0:
            return self._out(points_cell or text, "分值小于0", lost=True)
        if not self.sections:
            name = (
                self.grid.name
                if self.grid.name and not self.grid.name.lower().startswith("sheet")
                else "检查内容"
            )
            self.sections.append(_Section(name, text.address, "", None))
            self._doubt(text, f"没有大项，都放在“{name}”之下")
        said = (ORDINAL.sub("", said).strip() or said.strip()).rstrip("。；;")
        topic = self._cell(row, "topic")
        if topic is not None and topic is not text and cell_line(topic) not in said:
            said = f"{ORDINAL.sub('', one_line(topic)).strip()}：{said}"
        made = _Item(said, text, points)
        made.points_head = points_cell.head if points_cell is not None else ""
        if rubric is not None and rubric.address != text.address:
            self._more(made, rubric)
        for role in ("id", "methods", "severity", "applies", "na_when", "basis"):
            cell = self._cell(row, role)
            if cell is not None:
                made.fields[role] = (cell_text(cell), cell.address)
        self.sections[-1].items.append(made)

    def _same_text(self, item: _Item, row: dict[str, GridCell], rubric: GridCell | None) -> None:
        """A further row of an item whose text is merged downwards: more of its rubric, or more points."""
        points_cell = self._cell(row, "points")
        own = points_cell is not None and (not points_cell.head or points_cell.head != item.points_head)
        points = self._number(points_cell) if own else None
        if own and points is not None and points_cell is not None:
            item.points = (item.points or Decimal(0)) + points
            self._doubt(points_cell, f"内容与{item.cell.address}合用一格，分值相加")
        if rubric is not None:
            self._more(item, rubric)

    def _more(self, item: _Item, rubric: GridCell) -> None:
        if rubric.head and rubric.head == item.rubric_head:
            return
        item.rubric_head = rubric.head
        item.rubrics.append((cell_text(rubric), rubric.address))

    def _totals(self, cell: GridCell, row: dict[str, GridCell]) -> None:
        word = "".join(cell_line(cell).split())
        figures = [self._number(self._cell(row, role)) for role in ("points", "section_points")]
        said = next((f for f in figures if f is not None), None)
        if said is None and (match := re.search(r"(\d+(?:\.\d+)?)\s*分", word)):
            said = figure(match[1])
        if word.startswith(("小计", "本项", "本页")):
            if said is not None and self.sections and word.startswith(("小计", "本项")):
                section = self.sections[-1]
                if section.said is not None and section.said != said:
                    self._doubt(cell, f"小计{points_text(said)}分，大项写的是{points_text(section.said)}分")
                section.said, section.said_at = said, cell.address
            return self._out(cell, "小计，只用来核对")
        if said is not None:
            self.total = said, cell.address
        self._out(cell, "合计，只用来核对")

    # ---------------------------------------------------------------- cells

    def _cell(self, row: dict[str, GridCell], role: str) -> GridCell | None:
        """The cell of a role with something in it; one merged over two roles belongs to the first."""
        letter = self.columns.get(role)
        cell = row.get(letter) if letter else None
        if cell is None or (not cell_line(cell) and not cell.bad):
            return None
        if cell.bad == "across" and cell.head:
            owner = next(
                (r for r, c in self.columns.items() if c in row and row[c].head == cell.head and r != role),
                None,
            )
            if owner is not None and list(self.columns).index(owner) < list(self.columns).index(role):
                return None
        return cell

    def _number(self, cell: GridCell | None) -> Decimal | None:
        if cell is None or isinstance(cell.value, bool):
            return None
        if isinstance(cell.value, int | float):
            return plain_decimal(cell.value)
        said = unicodedata.normalize("NFKC", cell_line(cell)).strip("()[]满共 ").removesuffix("分").strip()
        return plain_decimal(said)

    def _last(self) -> _Item | None:
        return self.sections[-1].items[-1] if self.sections and self.sections[-1].items else None

    def _doubt(self, cell: GridCell, taken: str) -> None:
        self.doubts.append(Doubt(cell=cell.address, value=cell_line(cell)[:60], taken=taken))

    def _out(self, cell: GridCell, reason: str, *, lost: bool = False) -> None:
        self.rejected.append(
            Rejected(cell=cell.address, value=cell_line(cell)[:60], reason=reason, lost=lost)
        )

    # ---------------------------------------------------------------- the checklist

    def _made(self, title: str) -> Office:
        places: dict[Steps, str] = {}
        sections: list[dict[str, Any]] = []
        scored = any(item.points for section in self.sections for item in section.items)
        for section in self.sections if scored else ():
            for item in section.items:
                if item.points is None:
                    self._out(item.cell, "没有分值", lost=True)
            section.items = [item for item in section.items if item.points is not None]
        for section in self.sections:
            if not section.items:
                if section.kind == "":
                    self._lone(section)
                continue
            letter = column_letter(len(sections) + 1)
            at: Steps = ("sections", len(sections))
            places[at] = section.cell
            rows = [
                self._item_raw(item, f"{letter}-{n:02d}", (*at, "items", n - 1), places)
                for n, item in enumerate(section.items, 1)
            ]
            total = sum((item.points or Decimal(0) for item in section.items), Decimal(0))
            if section.said is not None and section.said != total:
                told = f"大项写{points_text(section.said)}分，各条合计{points_text(total)}分，按各条取"
                self.doubts.append(Doubt(cell=section.said_at, value=section.name[:60], taken=told))
            sections.append({"id": letter, "name": section.name, "points": _plain(total), "items": rows})
        full = sum((Decimal(str(s["points"])) for s in sections), Decimal(0))
        if self.total is not None and self.total[0] != full:
            told = f"合计写{points_text(self.total[0])}分，各条合计{points_text(full)}分，按各条取"
            self.doubts.append(Doubt(cell=self.total[1], value="合计", taken=told))
        if not scored and sections:
            self.doubts.append(Doubt(cell="", value="", taken="表里没有分值，各条都取为不计分"))
        raw: dict[str, Any] = {
            "format": CHECKLIST_FORMAT,
            "version": "1.0",
            "id": self.mapping.id,
            "revision": self.mapping.revision or "1",
            "title": self.mapping.title or title,
            "draft": True,
            "full_score": _plain(full),
            "unit_kinds": list(self.mapping.unit_kinds) or ["party_group"],
            "sections": sections,
        }
        if self.triggers:
            raw["triggers"] = []
            for n, (said, cell) in enumerate(self.triggers, 1):
                places["triggers", n - 1] = cell
                raw["triggers"].append({"id": f"V{n}", "text": said, "effect": "veto"})
        self.doubts.sort(key=lambda doubt: row_of(doubt.cell))
        self.rejected.sort(key=lambda rejected: row_of(rejected.cell))
        return Office(raw=raw, places=places, doubts=self.doubts, rejected=self.rejected)

    def _lone(self, section: _Section) -> None:
        self.rejected.append(
            Rejected(cell=section.cell, value=section.name[:60], reason="这个大项之下没有检查内容", lost=True)
        )

    def _item_raw(self, item: _Item, made_id: str, steps: Steps, places: dict[Steps, str]) -> dict[str, Any]:
        places[steps] = item.cell.address
        rubric_cell = item.rubrics[0][1] if item.rubrics else item.cell.address
        rubric = "；".join(said.strip("；;。 ") for said, _ in item.rubrics) if len(item.rubrics) > 1 else ""
        rubric = rubric or (item.rubrics[0][0].strip() if item.rubrics else "")
        points = item.points or Decimal(0)
        raw: dict[str, Any] = {"id": self._id(item, made_id), "text": item.text, "points": _plain(points)}
        if rubric:
            raw["rubric"] = rubric
            places[(*steps, "rubric")] = rubric_cell
            places[(*steps, "deductions")] = places[(*steps, "awards")] = rubric_cell
        if points == 0:
            raw["scoring"] = "none"
            if "points" in self.columns:
                self._doubt(item.cell, "分值是0，取为不计分")
        elif rubric:
            self._scored(raw, item, points)
        else:
            self._doubt(item.cell, "没有评分标准，扣分项请补")
        self._fields(raw, item)
        return raw

    def _scored(self, raw: dict[str, Any], item: _Item, points: Decimal) -> None:
        """Deductions or award levels from the rubric, each cell read for itself."""
        readings = [(read_rubric(said, points), said, cell) for said, cell in item.rubrics]
        if len(readings) == 1 and readings[0][0].awards:
            raw["scoring"] = "award"
            raw["awards"] = [
                {"label": a.label[:12], "points": _plain(a.points), "verdict": a.verdict}
                | ({} if a.verdict == "pass" else {"sentence": a.label})
                for a in readings[0][0].awards
            ]
            return
        found: list[dict[str, Any]] = []
        taken: set[str] = set()
        for reading, said, cell in readings:
            for unread in reading.unread:
                self.doubts.append(
                    Doubt(cell=cell, value=unread.clause[:60], taken=f"没有读成扣分项：{unread.why}")
                )
            if reading.awards:
                self.doubts.append(Doubt(cell=cell, value=said[:60], taken="给分与扣分混写，没有读成扣分项"))
            for one in reading.deductions:
                if one.doubt:
                    self.doubts.append(Doubt(cell=cell, value=one.clause[:60], taken=one.doubt))
                label, count = one.label, 2
                while label in taken:
                    label, count = f"{one.label[:10]}{count}", count + 1
                taken.add(label)
                row: dict[str, Any] = {"label": label, "sentence": one.sentence}
                row |= {"all": True} if one.all else {"points": _plain(one.points)}
                row |= {"unit": one.unit} if one.unit else {}
                row |= {"cap": _plain(one.cap)} if one.cap is not None else {}
                row |= {"missing": True} if one.missing else {}
                found.append(row)
        if found:
            raw["deductions"] = found

    def _id(self, item: _Item, made: str) -> str:
        said, cell = item.fields.get("id", ("", ""))
        said = unicodedata.normalize("NFKC", said).strip()
        if said and good_id(said) and said not in self.ids:
            self.ids[said] = cell
            return said
        if said:
            why = "与前面的重复" if said in self.ids else "不能用作编号"
            self.doubts.append(Doubt(cell=cell, value=said[:60], taken=f"{why}，编为{made}"))
        while made in self.ids:
            made += "x"
        self.ids[made] = item.cell.address
        return made

    def _fields(self, raw: dict[str, Any], item: _Item) -> None:
        for role, (said, cell) in item.fields.items():
            words = [w for w in re.split(r"[、，,；;/\s]+|和|及|与|或", said) if w]
            if role == "methods":
                found = [term_of(word, METHODS) for word in words]
                raw["methods"] = list(dict.fromkeys(m.value for m in found if m is not None))
                odd = [word for word, method in zip(words, found, strict=True) if method is None]
                if odd:
                    self._odd(cell, "、".join(odd), "不认识的检查方式，没有取")
            elif role == "severity":
                severity = term_of(said, SEVERITIES)
                if severity is None:
                    self._odd(cell, said, "不认识的程度，取为一般")
                else:
                    raw["severity"] = severity.value
            elif role == "applies":
                labels = {profile.label: profile.value for profile in Profile}
                labels |= {profile.label.removesuffix("型"): profile.value for profile in Profile}
                listed = [labels[word] for word in words if word in labels]
                if said not in ALL_UNITS and len(listed) == len(words):
                    raw["applies_to"] = list(dict.fromkeys(listed))
                elif said not in ALL_UNITS:
                    self._odd(cell, said, "不认识的定位，取为全部适用")
                    raw["applies_to"] = [ANY]
            elif role == "na_when":
                raw["na_when"] = [line.strip() for line in re.split(r"[\n；;]", said) if line.strip()]
            elif role == "basis":
                raw["basis"] = said

    def _odd(self, cell: str, value: str, taken: str) -> None:
        self.doubts.append(Doubt(cell=cell, value=value[:60], taken=taken))


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
