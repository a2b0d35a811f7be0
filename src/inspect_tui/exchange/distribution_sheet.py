"""A month's sheet of 二次分配, from .xlsx or CSV, in memory only: what each line was measured by and paid.

Offices head these columns in their own words, often in two rows; they are told by meaning. Nothing of the
lines is written anywhere by this room.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from inspect_tui.exchange.ledger_grid import Grid, GridCell
from inspect_tui.exchange.plain_sheet import SheetRow, cell_line, open_grids, sheet_fault
from inspect_tui.model.distribution import Distribution, Measure
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.distribution import PayRow, yuan_text
from inspect_tui.rules.issue import plain_decimal
from inspect_tui.store.clean import clean_text

CODE = "E30"
_MOST_ABOVE = 10
#: What a heading means, by the words in it: the first line that fits holds, the first word is the surest.
#: A word behind `=` must be all of the heading.
_MEANINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "",
        (
            "备注",
            "签字",
            "签名",
            "确认",
            "序号",
            "卡号",
            "账号",
            "身份证",
            "电话",
            "差额",
            "排名",
            "奖励分",
            "扣减分",
        ),
    ),
    ("coefficient", ("岗位系数", "系数")),
    ("penalty", ("扣减", "扣奖", "扣款", "罚款", "扣发", "考核扣")),
    ("reward", ("单项奖", "奖励", "加奖", "专项奖")),
    ("points", ("考核得分", "得分", "考核分", "绩效分", "积分", "=工分", "分数")),
    ("days", ("出勤天数", "出勤", "考勤", "工天", "班数", "天数")),
    ("paid", ("实发", "实得", "发放", "分配金额", "分配额", "奖金", "金额", "应发")),
    ("post", ("岗位", "职务", "工种")),
    ("code", ("编号", "工号", "代码")),
    ("name", ("姓名", "人员", "职工", "员工", "党员")),
)
_LABELS = {
    "name": "姓名",
    "code": "编号",
    "post": "岗位",
    "paid": "实发金额",
    **{measure.value: measure.label for measure in Measure},
}
_NUMBERS = (*(measure.value for measure in Measure), "paid")
_SUMS = ("合计", "小计", "总计", "平均")
_NONE = ("", "-", "/", "无", "—", "——")
_UNITS = ("元", "分", "天", "个")


class PaySheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet as lines to recount, with what could not be read by cell and what is worth knowing.

    `columns` says which heading was taken for what.
    """

    rows: tuple[PayRow, ...]
    sha256: str
    columns: dict[str, str] = {}
    faults: tuple[Fault, ...] = ()
    messages: tuple[str, ...] = ()


class _Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Where the lines begin and which column is what."""

    below: int
    places: dict[str, int]
    words: dict[str, str]


def fitting_rules(path: Path, rules: Sequence[Distribution]) -> list[str]:
    """The ids of the rules all of whose columns a sheet has; none where it cannot be read."""
    try:
        grids, _ = open_grids(path, CODE)
    except InputFaults:
        return []
    return [rule.id for rule in rules if any(_holds_all(grid, _needed(rule)) for grid in grids)]


def _holds_all(grid: Grid, needed: Sequence[str]) -> bool:
    columns, lacking = _columns(grid, needed)
    return columns is not None and not lacking


def read_distribution_sheet(path: Path, rule: Distribution, other: str = "") -> PaySheet:
    """Read a sheet for a rule. Raises InputFaults when it cannot be read or lacks a column the rule needs.

    `other` says how another rule is chosen where the sheet lacks columns: often the rule is the wrong one.
    """
    name = clean_text(path.name, newlines=False)
    grids, data = open_grids(path, CODE)
    needed = _needed(rule)
    best: list[str] = [_LABELS[key] for key in needed if key != "name"]
    for grid in grids:
        columns, lacking = _columns(grid, needed)
        if columns is not None and not lacking:
            if grid.cut:
                raise InputFaults([sheet_fault(CODE, name, "", "表的行数过多", "请核对是不是选错了文件")])
            return _read(grid, columns, rule, name, hashlib.sha256(data).hexdigest())
        if columns is not None:
            best = lacking
    told = "、".join(best)
    remedy = "请补上这些栏目；栏目名另有叫法的，请改成这样的叫法" + (f"；{other}" if other else "")
    raise InputFaults([sheet_fault(CODE, name, "", f"表里没有找到栏目：{told}", remedy)])


def _needed(rule: Distribution) -> tuple[str, ...]:
    """The columns a rule needs: who, how much, and everything it measures by."""
    keys = ["name", "paid"]
    for measure in rule.measures():
        keys.append("post" if measure is Measure.COEFFICIENT and rule.coefficients else measure.value)
    return tuple(keys)


# ------------------------------------------------------------------------ headings


def _columns(grid: Grid, needed: Sequence[str]) -> tuple[_Columns | None, list[str]]:
    """The headings, in one row or two, that hold most of what is needed, and what they lack."""
    best: tuple[int, int, _Columns, list[str]] | None = None
    rows = grid.rows[:_MOST_ABOVE]
    for at, (_, cells) in enumerate(rows):
        single = [[cell_line(cell)] for cell in cells]
        tries = [(at + 1, single)]
        if at + 1 < len(rows):
            tries.append((at + 2, _joined(cells, rows[at + 1][1])))
        for below, words in tries:
            places, told = _placed(words)
            if "paid" not in places or not ({"name", "code"} & set(places)):
                continue
            lacking = [
                _LABELS[key]
                for key in needed
                if key not in places and not (key == "name" and "code" in places)
            ]
            found = (-len(lacking), len(places), _Columns(below=below, places=places, words=told), lacking)
            # Of two readings that tell as much, the one with fewer heading rows loses no line.
            if best is None or found[:2] > best[:2]:
                best = found
    return (best[2], best[3]) if best is not None else (None, [])


def _joined(upper: Sequence[GridCell], lower: Sequence[GridCell]) -> list[list[str]]:
    """Headings of two rows: what stands below, and what stands above it, which may span several columns."""
    told: list[list[str]] = []
    above = ""
    if any(isinstance(cell.value, int | float) and not isinstance(cell.value, bool) for cell in lower):
        return [[] for _ in upper]
    for column in range(max(len(upper), len(lower))):
        over = cell_line(upper[column]) if column < len(upper) else ""
        under = cell_line(lower[column]) if column < len(lower) else ""
        above = over or above
        told.append([word for word in (under, over if not under else above) if word])
    return told


def _placed(words: Sequence[Sequence[str]]) -> tuple[dict[str, int], dict[str, str]]:
    """Which column holds what; of two that mean the same the surer word wins, then the first."""
    held: dict[str, tuple[int, int]] = {}
    told: dict[str, str] = {}
    for column, spoken in enumerate(words):
        for word in spoken:
            meaning = _meaning(word)
            if meaning is None:
                continue
            key, sureness = meaning
            if key and (key not in held or sureness < held[key][0]):
                held[key] = (sureness, column)
                told[key] = word
            break
    return {key: column for key, (_, column) in held.items()}, told


def _meaning(word: str) -> tuple[str, int] | None:
    """What a heading means and how sure that is (0 is surest); None when it says nothing."""
    text = "".join(unicodedata.normalize("NFKC", word).split())
    text = text.partition("(")[0] or text
    if not text or len(text) > 20:
        return None
    for key, words in _MEANINGS:
        for place, each in enumerate(words):
            if text == each[1:] if each.startswith("=") else each in text:
                return key, 2 * place + (text != each)
    return None


# ------------------------------------------------------------------------ lines


def _read(grid: Grid, columns: _Columns, rule: Distribution, name: str, sha256: str) -> PaySheet:
    rows: list[PayRow] = []
    faults: list[Fault] = []
    messages: list[str] = []
    skipped: list[int] = []
    listed: list[tuple[SheetRow, Decimal | None]] = []
    used = [key for key in _NUMBERS if key in columns.places and (key == "paid" or _uses(rule, key))]
    for number, cells in grid.rows[columns.below :]:
        row = SheetRow(
            number=number, cells={key: cells[c] for key, c in columns.places.items() if c < len(cells)}
        )
        first = "".join(next((said for cell in cells if (said := cell_line(cell))), "").split())
        who = clean_text(row.text("name") or row.text("code"), newlines=False)
        if first.startswith(_SUMS) or "".join(who.split()).startswith(_SUMS):
            listed.append((row, _number(row, "paid")))
            continue
        if all(row.text(key) in _NONE and not row.bad(key) for key in used):
            skipped.append(number)
            continue
        wrong = [(key, said) for key in used if (said := _wrong(row, key))]
        faults += [sheet_fault(CODE, name, row.place(key), said, "请改成数字") for key, said in wrong]
        if not who:
            faults.append(sheet_fault(CODE, name, row.place("name"), "没有写姓名或编号", "请补上"))
        unread = [said for key, said in wrong if key != "paid"]
        rows.append(
            PayRow(
                row=number,
                key=_key(row) or f"第{number}行",
                who=who,
                post=row.text("post"),
                values={m: value for m in Measure if (value := _number(row, m.value)) is not None},
                paid=_number(row, "paid"),
                cell=row.place("paid"),
                bad=unread[0] if unread else "" if who else "没有写姓名或编号",
            )
        )
    if skipped:
        messages.append(f"没有数字的{len(skipped)}行没有算：第{'、'.join(map(str, skipped[:9]))}行")
    messages += _sums_told(rows, listed)
    return PaySheet(
        rows=tuple(rows),
        sha256=sha256,
        columns=columns.words,
        faults=tuple(faults),
        messages=tuple(messages),
    )


def _uses(rule: Distribution, key: str) -> bool:
    return any(measure.value == key for measure in rule.measures())


def _key(row: SheetRow) -> str:
    """A number or name in a form that tells people apart within the sheet and is kept nowhere."""
    said = row.text("code") or row.text("name")
    return "".join(unicodedata.normalize("NFKC", said).split()).casefold()


def _number(row: SheetRow, key: str) -> Decimal | None:
    number = row.decimal(key)
    if number is not None or row.bad(key):
        return number
    # People write the unit behind the number and a comma within it.
    said = unicodedata.normalize("NFKC", row.text(key)).replace(",", "").strip()
    for unit in _UNITS:
        said = said.removesuffix(unit).strip()
    return plain_decimal(said.lstrip("+¥"))


def _wrong(row: SheetRow, key: str) -> str:
    """Why a cell cannot be read as a number; empty when it can, or when it is empty."""
    if bad := row.bad(key):
        return f"{_LABELS[key]}{bad}"
    if row.text(key) not in _NONE and _number(row, key) is None:
        return f"{_LABELS[key]}不是数字"
    return ""


def _sums_told(rows: Sequence[PayRow], listed: Sequence[tuple[SheetRow, Decimal | None]]) -> list[str]:
    """Whether the sheet's own sum is the sum of its lines; only where there is one sum."""
    sums = [(row, value) for row, value in listed if value is not None]
    added = sum((row.paid for row in rows if row.paid is not None), Decimal(0))
    if len(sums) == 1 and sums[0][1] != added:
        row, value = sums[0]
        assert value is not None
        return [f"表里合计{row.place('paid')}是{yuan_text(value)}，各行相加是{yuan_text(added)}"]
    return []
