"""The form as a workbook to fill in: drop-downs, locked text, headings that stay, pages that print.

What may be written is offered and bounded in the sheet itself; whatever comes back all the same is for the
reader to check. Nothing is protected by a password: it only keeps a slip of the hand from the printed text.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from inspect_tui.exchange.form_content import FormContent
from inspect_tui.exchange.form_layout import (
    COLUMNS,
    EXTRA_ROWS,
    HEADER,
    ITEM,
    KINDS,
    LINE,
    METHODS,
    MORE,
    OLD,
    OUTCOMES,
    PAIRS,
    RESULTS,
    SEVERITIES,
    SHEET_NAMES,
    YES,
    FormColumn,
    form_mark,
    item_code,
    line_code,
    more_code,
    old_code,
    rule_lines,
    verdict_words,
)
from inspect_tui.exchange.ledger_columns import short_date
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.report.papers.measure import lines_needed
from inspect_tui.report.papers.sheets import MADE, cell_text, one_line
from inspect_tui.rules.scoring import points_text

_LISTS = "选项"
_SIZE, _SMALL = 10.5, 9.0
_INCH = 25.4
#: Stands for whole numbers among the lists of words.
_COUNTS = ("1",)
_COUNT_RULE = {"validate": "integer", "criteria": ">=", "value": 1}
_FIXED = re.compile(rb' customHeight="1"')
_SECRET = "内部资料，填好后交回检查组"
_HOW = (
    "绿色的格填写，有下拉选项的请从中选；没有查的行空着。一行写不下的问题、好的做法、建议写在“补充”表。"
    "要排序、删行，先撤销工作表保护（没有密码）；不要改“识别码”。"
)


def form_workbook(content: FormContent) -> bytes:
    """The workbook of a unit's form; equal content gives equal bytes.

    Raises ExportRefused for a round marked 秘密 or above.
    """
    refuse_secret(content.round)
    import xlsxwriter

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": "宋体", "font_size": _SIZE},
    }
    book = xlsxwriter.Workbook(out, options)
    title = f"{content.round.title}检查表 {content.unit.name}"
    book.set_properties({"title": one_line(title)[:200], "author": "", "created": MADE})
    _Form(book, content).write()
    book.close()
    return _rows_grow(out.getvalue())


def _rows_grow(data: bytes) -> bytes:
    """Let rows grow with what is written into them: their heights are reckoned, not fixed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename.startswith("xl/worksheets/"):
                content = _FIXED.sub(b"", content)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, content)
    return out.getvalue()


class _Form:
    """The workbook while its sheets are written."""

    def __init__(self, book: Any, content: FormContent) -> None:
        self.book, self.content = book, content
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._lists: dict[tuple[str, ...], str] = {}
        self._offers: dict[tuple[tuple[str, ...], bool], list[tuple[int, int]]] = {}
        self._list_rows: list[tuple[str, ...]] = []

    def write(self) -> None:
        """Every sheet, the earlier problems behind the items, the lists hidden."""
        self._items()
        if self.content.old:
            self._old()
        if self.content.triggers:
            self._lines()
        self._more()
        page = self.book.add_worksheet(_LISTS)
        for column, words in enumerate(self._list_rows):
            for row, word in enumerate(words):
                page.write_string(row, column, cell_text(word))
        page.hide()
        page.protect()

    # ---------------------------------------------------------------- styles and lists

    def style(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._styles:
            self._styles[key] = self.book.add_format(dict(properties))
        return self._styles[key]

    def cell(self, column: FormColumn) -> Any:
        look: dict[str, Any] = {
            "font_name": "宋体",
            "font_size": _SMALL if column.key in ("text", "no") else _SIZE,
            "align": column.align,
            "valign": "vcenter",
            "text_wrap": True,
            "border": 1,
        }
        if column.fill:
            look |= {"locked": False, "bg_color": "#F4FAF0", "num_format": "@"}
        return self.style(**look)

    def source(self, words: Sequence[str]) -> str:
        """Where a list of words stands; long lists and words with commas fit no cell's own list."""
        key = tuple(words)
        if key not in self._lists:
            letter = _letters(len(self._list_rows))
            self._lists[key] = f"={_LISTS}!${letter}$1:${letter}${len(key)}"
            self._list_rows.append(key)
        return self._lists[key]

    def offer(self, row: int, column: int, words: Sequence[str], *, strict: bool = True) -> None:
        """Offer words in a cell of the present sheet; a strict cell takes no others."""
        if words:
            self._offers.setdefault((tuple(words), strict), []).append((row, column))

    def _set_offers(self, page: Any) -> None:
        """Put what is offered on the sheet, each list once, however many cells it is offered in."""
        told = {"error_title": "请改正", "error_message": "这一格请从下拉选项里选；次数请填1、2、3。"}
        for (words, strict), cells in self._offers.items():
            listed = {"validate": "list", "source": self.source(words)} if words != _COUNTS else _COUNT_RULE
            more: dict[str, Any] = told if strict else {"show_error": False}
            first, *others = cells
            spread = {"other_cells": [[*cell, *cell] for cell in others]} if others else {}
            page.data_validation(*first, *first, {**listed, **more, **spread, "ignore_blank": True})
        self._offers.clear()

    # ---------------------------------------------------------------- pages

    def page(self, kind: str, above: Sequence[str]) -> tuple[Any, int]:
        """A sheet with its title, its mark and lines above; returns it and the row of its headings."""
        page, columns = self.book.add_worksheet(SHEET_NAMES[kind]), COLUMNS[kind]
        last = len(columns) - 2
        for index, column in enumerate(columns):
            page.set_column(index, index, column.width + 0.7, None, {"hidden": index > last})
        head = {"valign": "vcenter", "text_wrap": True}
        name = "" if kind == ITEM else f"  {SHEET_NAMES[kind]}"
        title = f"{self.content.round.title}检查表  {self.content.unit.name}{name}"
        look = self.style(font_name="方正小标宋简体", font_size=16, align="center", **head)
        _across(page, 0, 0, last, cell_text(one_line(title)), look)
        page.set_row(0, 28)
        page.write_string(0, last + 1, form_mark(self.content.round, self.content.unit.id))
        for number, line in enumerate(above, 1):
            _across(page, number, 0, last, cell_text(line), self.style(font_name="宋体", font_size=9, **head))
            room = sum(c.width for c in columns[:-1]) * _SIZE / 9
            page.set_row(number, 13.0 * lines_needed(line, room) + 3)
        return page, len(above) + 1

    def head(self, page: Any, kind: str, row: int, last: int) -> None:
        """The headings, and how the sheet prints and is protected."""
        for index, column in enumerate(COLUMNS[kind]):
            shade = {"bg_color": "#E2EFDA"} if column.fill else {}
            look = self.style(
                font_name="黑体",
                font_size=_SIZE,
                align="center",
                valign="vcenter",
                text_wrap=True,
                border=1,
                **shade,
            )
            page.write_string(row, index, column.heading, look)
        self._set_offers(page)
        page.set_row(row, 32)
        page.repeat_rows(row)
        page.freeze_panes(row + 1, 2 if kind in (ITEM, OLD) else 0)
        page.set_paper(9)
        page.set_landscape()
        page.set_margins(left=10 / _INCH, right=10 / _INCH, top=12 / _INCH, bottom=15 / _INCH)
        page.center_horizontally()
        page.fit_to_pages(1, 0)
        page.print_area(0, 0, max(last, row), len(COLUMNS[kind]) - 2)
        unit = one_line(self.content.unit.name).replace("&", "&&")[:60]
        foot = f'&L&"宋体,Regular"&9{unit}　{_SECRET}&R&"宋体,Regular"&9第&P页 共&N页'
        page.set_footer(foot, {"margin": 8 / _INCH, "scale_with_doc": False})
        allowed = ("format_cells", "format_columns", "format_rows")
        page.protect("", dict.fromkeys(allowed, True))

    def row(self, page: Any, kind: str, row: int, values: dict[str, str]) -> None:
        """One row: what is printed, blank cells to fill in, and its code."""
        lines = 1
        for index, column in enumerate(COLUMNS[kind]):
            text = cell_text(values.get(column.key, ""))
            if text:
                page.write_string(row, index, text, self.cell(column))
                size = _SMALL if column.key in ("text", "no") else _SIZE
                if column.key != "code":
                    lines = max(lines, lines_needed(text, column.width * _SIZE / size - 1))
            else:
                page.write_blank(row, index, None, self.cell(column))
        page.set_row(row, min(409.0, max(26.0, lines * 12.6 + 4)))

    # ---------------------------------------------------------------- the four sheets

    def _items(self) -> None:
        content = self.content
        place = f"{content.place}/" if content.place else ""
        kind = f"［{content.profile.label}］" if content.unit.kind.value == "party_group" else ""
        who = f"单位：{place}{content.unit.name}{kind}　　{content.round.period.label}"
        page, row = self.page(ITEM, (who, _HOW))
        row = self._header(page, row)
        heads = row
        keys = {column.key: index for index, column in enumerate(COLUMNS[ITEM])}
        section = None
        for checklist, part, item in content.items:
            if part is not section:
                row += 1
                look = self.style(font_name="黑体", font_size=_SIZE, valign="vcenter")
                page.write_string(row, 0, cell_text(one_line(part.name)), look)
                page.set_row(row, 20)
                section = part
            row += 1
            told = {
                "no": item.id,
                "text": "\n".join((one_line(item.text), *map(one_line, rule_lines(checklist, item)))),
                "points": points_text(item.points),
                "code": item_code(content.unit.id, checklist.id, item),
            }
            self.row(page, ITEM, row, told)
            self.offer(row, keys["verdict"], list(verdict_words(item)))
            for number in range(min(PAIRS, len(item.deductions))):
                self.offer(row, keys[f"label{number}"], [d.label for d in item.deductions], strict=False)
                self.offer(row, keys[f"count{number}"], _COUNTS)
            reasons = item.na_when or content.round.rules.na_reasons
            self.offer(row, keys["reason"], reasons, strict=False)
            self.offer(row, keys["severity"], SEVERITIES)
            self.offer(row, keys["fixed"], (YES,))
        self.head(page, ITEM, heads, row)

    def _header(self, page: Any, row: int) -> int:
        """Who, when and with whom: label and cell to write in, three pairs on a line."""
        spans = ((0, 0, 1, 1), (2, 3, 4, 8), (9, 10, 11, 16))
        label = {"font_name": "黑体", "font_size": _SIZE, "align": "center", "valign": "vcenter", "border": 1}
        blank = {"font_name": "宋体", "font_size": _SIZE, "valign": "vcenter", "border": 1, "locked": False}
        for number, (field, name) in enumerate(HEADER):
            at, (left, right, first, last) = row + number // 3, spans[number % 3]
            _across(page, at, left, right, name, self.style(**label))
            look = self.style(**blank, bg_color="#F4FAF0", num_format="@", text_wrap=True)
            _across(page, at, first, last, "", look)
            if field == "result":
                self.offer(at, first, RESULTS)
            elif field == "reason":
                self.offer(at, first, self.content.round.rules.not_reached_reasons, strict=False)
            page.set_row(at, 22)
        return row + (len(HEADER) + 2) // 3

    def _old(self) -> None:
        told = (
            "每条都要复查：写明结论、检查方式和依据；部分整改、未整改的写还剩什么。几种检查方式用“、”隔开。"
        )
        page, heads = self.page(OLD, (told,))
        keys = {column.key: index for index, column in enumerate(COLUMNS[OLD])}
        for row, old in enumerate(self.content.old, heads + 1):
            carried = old.carried
            measure = f"整改措施：{one_line(carried.duty.measure)}" if carried.duty.measure else ""
            text = "\n".join(part for part in (one_line(carried.text), measure) if part)
            values = {
                "no": carried.number,
                "text": text,
                "noted": short_date(carried.noted),
                "grade": carried.severity.label,
                "state": carried.state.label,
                "code": old_code(carried.unit, carried.id),
            }
            self.row(page, OLD, row, values)
            self.offer(row, keys["outcome"], OUTCOMES)
            self.offer(row, keys["methods"], METHODS, strict=False)
        self.head(page, OLD, heads, heads + len(self.content.old))

    def _lines(self) -> None:
        page, heads = self.page(LINE, ("有才写，写明看到的事实；没有就空着。",))
        for row, (checklist, trigger) in enumerate(self.content.triggers, heads + 1):
            code = line_code(self.content.unit.id, checklist.id, trigger.id)
            told = {"text": one_line(trigger.text), "effect": trigger.effect.label, "code": code}
            self.row(page, LINE, row, told)
        self.head(page, LINE, heads, heads + len(self.content.triggers))

    def _more(self) -> None:
        told = "检查表里写不下的问题、好的做法、建议。属于某一项的写上它的编号，不属于的空着。"
        page, heads = self.page(MORE, (told,))
        keys = {column.key: index for index, column in enumerate(COLUMNS[MORE])}
        for number in range(1, EXTRA_ROWS + 1):
            row = heads + number
            self.row(page, MORE, row, {"code": more_code(self.content.unit.id, number)})
            self.offer(row, keys["kind"], KINDS)
            self.offer(row, keys["severity"], SEVERITIES)
            self.offer(row, keys["fixed"], (YES,))
        self.head(page, MORE, heads, heads + EXTRA_ROWS)


def _across(page: Any, row: int, left: int, right: int, text: str, style: Any) -> None:
    """A text over some columns, never taken for anything but text."""
    if left != right:
        page.merge_range(row, left, row, right, "", style)
    if text:
        page.write_string(row, left, text, style)
    else:
        page.write_blank(row, left, None, style)


def _letters(column: int) -> str:
    """A column's letters, counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
