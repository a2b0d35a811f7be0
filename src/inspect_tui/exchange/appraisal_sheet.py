"""Appraisal sheets: counts by person, level and dimension out of .xlsx or CSV, and an empty sheet to fill in.

Only sums are taken. A sheet that says who voted is refused whole, and of a level with too few ballots only
their number is kept, because its counts would show who ticked what.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from inspect_tui.exchange.plain_sheet import PlainSheet, SheetRow, read_sheet, sheet_fault
from inspect_tui.model.appraisal import Appraisal, Subject
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.issue import did_you_mean
from inspect_tui.rules.tallying import with_counts
from inspect_tui.store.clean import clean_text

CODE = "E08"
#: Headings by which a rater could be known; a sheet that has one of them is not taken.
RATERS = ("评价人", "投票人", "打分人", "评议人", "填表人", "测评人", "评分人", "投票编号", "票号", "手机")
_COLUMNS = {
    "id": ("编号", "测评对象编号"),
    "name": ("姓名", "测评对象", "被测评人"),
    "level": ("评价层级", "层级"),
    "dimension": ("方面", "评价方面", "维度"),
    "ballots": ("收回票数", "票数", "收回"),
}


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """An appraisal with the counts of a sheet in it, and sentences about what was left out on purpose."""

    appraisal: Appraisal
    rows: int
    messages: tuple[str, ...] = ()


def headings(appraisal: Appraisal) -> list[str]:
    """The headings of a sheet to be filled in for this appraisal."""
    fixed = ["编号", "姓名", "评价层级", "方面", "收回票数"]
    return [*fixed, *(choice.name for choice in appraisal.choices)]


def blank_rows(appraisal: Appraisal) -> list[list[str | None]]:
    """One row to fill in for every person, level and dimension."""
    return [
        [subject.id, subject.name, level.name, dimension, None, *(None for _ in appraisal.choices)]
        for subject in appraisal.subjects
        for level in appraisal.levels
        for dimension in appraisal.dimensions
    ]


def enter_sheet(appraisal: Appraisal, path: Path) -> Entered:
    """The appraisal with the counts of a sheet in the place of its own, for everybody the sheet names.

    Raises InputFaults with every bad row.
    """
    choices: dict[str, tuple[str, ...]] = {
        f"choice{n}": (choice.name,) for n, choice in enumerate(appraisal.choices)
    }
    needed = [("id", "name"), ("level",), ("dimension",), ("ballots",), *((key,) for key in choices)]
    sheet = read_sheet(path, _COLUMNS | choices, needed, CODE)
    name = clean_text(path.name, newlines=False)
    if known := [word for word in sheet.strange if any(rater in word for rater in RATERS)]:
        remedy = "请删去这些栏目，只留各档次的票数"
        raise InputFaults(
            [sheet_fault(CODE, name, "", "表里有能看出是谁投票的栏目，不收", remedy, "、".join(known))]
        )
    return _Entering(appraisal, name, list(choices)).take(sheet)


class _Entering:
    """Collects the rows of a sheet and everything wrong with them."""

    def __init__(self, appraisal: Appraisal, name: str, choices: Sequence[str]) -> None:
        self.appraisal, self.name, self.choices = appraisal, name, choices
        self.faults: list[Fault] = []
        self.counts: dict[str, dict[tuple[str, str], tuple[int, ...]]] = {}
        self.ballots: dict[str, dict[str, tuple[int, str]]] = {}

    def take(self, sheet: PlainSheet) -> Entered:
        rows = [row for row in sheet.rows if any(row.text(key) for key in row.cells)]
        # Rows that were left unfilled say nothing; a sheet may come in for some persons only.
        filled = [row for row in rows if any(row.text(key) for key in ("ballots", *self.choices))]
        for row in filled:
            self._row(row)
        if not filled and not self.faults:
            self._fault("", "表里没有填票数", "请填好收回票数和各档次的票数")
        if self.faults:
            raise InputFaults(self.faults)
        messages: list[str] = []
        subjects = tuple(self._subject(subject, messages) for subject in self.appraisal.subjects)
        made = msgspec.structs.replace(self.appraisal, subjects=subjects)
        return Entered(appraisal=made, rows=len(filled), messages=tuple(messages))

    def _fault(self, place: str, message: str, remedy: str = "", value: str = "") -> None:
        self.faults.append(sheet_fault(CODE, self.name, place, message, remedy, value))

    def _row(self, row: SheetRow) -> None:
        before = len(self.faults)
        subject = self._known_subject(row)
        level = self._known(row, "level", "评价层级", [known.name for known in self.appraisal.levels])
        dimension = self._known(row, "dimension", "方面", list(self.appraisal.dimensions))
        ballots = self._count(row, "ballots", "收回票数")
        counts = [self._count(row, key, "票数", blank=0) for key in self.choices]
        if len(self.faults) > before or subject is None or ballots is None:
            return
        told = tuple(count for count in counts if count is not None)
        if sum(told) > ballots:
            said = f"各档次合计{sum(told)}票，多于收回的{ballots}张"
            self._fault(row.place("ballots"), said, "请核对票数")
            return
        held = self.ballots.setdefault(subject.id, {})
        if level in held and held[level][0] != ballots:
            said = f"同一人同一层级的收回票数前后不同：{held[level][1]}写的是{held[level][0]}"
            self._fault(row.place("ballots"), said, "请改成一样", str(ballots))
            return
        held[level] = ballots, row.place("ballots")
        tallies = self.counts.setdefault(subject.id, {})
        if (level, dimension) in tallies:
            self._fault(row.place("dimension"), f"{level}、{dimension}写了两行", "请合成一行", subject.name)
            return
        tallies[level, dimension] = told

    def _known_subject(self, row: SheetRow) -> Subject | None:
        subjects = self.appraisal.subjects
        # A number that is wrong is not made good by a name: one of the two would be somebody else.
        for key in ("id",) if row.text("id") else ("name",):
            word = row.text(key)
            found = [s for s in subjects if word and word == getattr(s, key)]
            if len(found) == 1:
                other = row.text("name")
                if key == "id" and other and other != found[0].name:
                    self._fault(row.place("name"), "姓名和编号对不上", f"编号{word}是{found[0].name}", other)
                    return None
                return found[0]
            if len(found) > 1:
                self._fault(row.place(key), "有几个人叫这个名字", "请写编号", word)
                return None
        word = row.text("id") or row.text("name")
        names = [w for s in subjects for w in (s.id, s.name)]
        self._fault(
            row.place("id" if row.text("id") else "name"),
            "没有这个测评对象" if word else "没有写测评对象",
            did_you_mean(word, names, "请核对编号或姓名"),
            word,
        )
        return None

    def _known(self, row: SheetRow, key: str, what: str, known: list[str]) -> str:
        word = row.text(key)
        if word not in known:
            said = f"没有这个{what}" if word else f"没有写{what}"
            self._fault(row.place(key), said, did_you_mean(word, known, f"可用：{'、'.join(known)}"), word)
        return word

    def _count(self, row: SheetRow, key: str, what: str, blank: int | None = None) -> int | None:
        if bad := row.bad(key):
            self._fault(row.place(key), f"{what}{bad}")
            return None
        if not row.text(key) and blank is not None:
            return blank
        count = row.whole(key)
        if count is None or count < 0:
            said = f"{what}应是0或更大的整数" if row.text(key) else f"没有写{what}"
            self._fault(row.place(key), said, "请改正", row.text(key))
            return None
        return count

    def _subject(self, subject: Subject, messages: list[str]) -> Subject:
        ballots = {level: count for level, (count, _) in self.ballots.get(subject.id, {}).items()}
        if not ballots:
            return subject
        made, hidden = with_counts(self.appraisal, subject, ballots, self.counts[subject.id])
        for level in hidden:
            told = f"{level}只收回{ballots[level]}张，不足{self.appraisal.least}张"
            messages.append(f"{subject.name}：{told}，各档次的票数没有保存。")
        return made
