"""A revised sheet held against the checklist it revises, so that items keep their ids and their history.

An item is the old one where its words are equal, apart from white space and the width of signs; where they
are alike beyond a stated line it is taken for the old one too, and that is listed as a doubt to look at.
Labels of deductions are kept by the same rule. What a sheet has no column for comes from the old checklist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.exchange.office_sheet import Doubt
from inspect_tui.model.checklist import ANY, Checklist, Item
from inspect_tui.rules.checklist_diff import folded_words
from inspect_tui.rules.checklist_versions import next_revision
from inspect_tui.rules.issue import Steps

#: Texts, and labels, at least this alike (of 100) are taken for the same; always listed as a doubt.
ALIKE = 80.0
#: Comparisons beyond which alike texts are no longer looked for: a sheet of thousands of rows.
_MOST = 1_000_000
#: Fields of an item with the column they stand in; the others no sheet of an office has a column for.
_COLUMNS = {"methods": "methods", "severity": "severity", "applies_to": "applies", "na_when": "na_when"}
_COLUMNS |= {"basis": "basis", "rubric": "rubric"}
_FROM_RUBRIC = ("scoring", "deductions", "awards", "answer_set")
_NUMBER = re.compile(r"(\d+)$")

_Row = dict[str, Any]


def revise(
    raw: _Row, places: dict[Steps, str], doubts: list[Doubt], old: Checklist, roles: Iterable[str], said: _Row
) -> None:
    """Bring the raw checklist read from a sheet in step with the one it revises; doubts are added to.

    `roles` are the meanings of the sheet's columns, `said` what the author stated of the head (id, revision,
    unit_kinds), which stands.
    """
    _Revising(raw, places, doubts, old, set(roles)).run(said)


class _Revising:
    def __init__(
        self, raw: _Row, places: dict[Steps, str], doubts: list[Doubt], old: Checklist, roles: set[str]
    ) -> None:
        self.raw, self.places, self.doubts, self.old, self.roles = raw, places, doubts, old, roles
        self.rows: list[tuple[Steps, _Row]] = [
            (("sections", s, "items", i), row)
            for s, section in enumerate(raw["sections"])
            for i, row in enumerate(section["items"])
        ]
        self.olds = old.items()
        self.of: dict[str, Item] = {}
        self.taken: dict[int, Item] = {}

    def run(self, said: _Row) -> None:
        self._pair_by_id()
        self._pair_equal()
        self._pair_alike()
        if self.rows and not self.taken:
            told = "没有一条和旧版对得上，请核对是不是选错了旧版"
            self.doubts.insert(0, Doubt(cell="", value=self.old.title[:60], taken=told))
        self._number_sections()
        self._number()
        self._fill()
        self._head(said)

    def _doubt(self, steps: Steps, value: str, taken: str) -> None:
        cell = next(
            (self.places[steps[:n]] for n in range(len(steps), 0, -1) if steps[:n] in self.places), ""
        )
        self.doubts.append(Doubt(cell=cell, value=value[:60], taken=taken))

    # ---------------------------------------------------------------- which is which

    def _free(self) -> tuple[list[int], list[Item]]:
        held = {item.id for item in self.taken.values()}
        return (
            [n for n in range(len(self.rows)) if n not in self.taken],
            [item for item in self.olds if item.id not in held],
        )

    def _pair_by_id(self) -> None:
        """Ids that the sheet itself states are what the author says they are."""
        if "id" not in self.roles:
            return
        known = {item.id: item for item in self.olds}
        for n, (_, row) in enumerate(self.rows):
            if row["id"] in known:
                self.taken[n] = known[row["id"]]

    def _pair_equal(self) -> None:
        rows, olds = self._free()
        by_words: dict[str, list[Item]] = {}
        for item in olds:
            by_words.setdefault(folded_words(item.text), []).append(item)
        for n in rows:
            steps, row = self.rows[n]
            same = by_words.get(folded_words(row["text"]))
            if same:
                if len(same) > 1:
                    told = f"旧版有{len(same)}条同样的文字，按次序沿用编号{same[0].id}"
                    self._doubt(steps, row["text"], told)
                self.taken[n] = same.pop(0)

    def _pair_alike(self) -> None:
        from rapidfuzz import fuzz

        rows, olds = self._free()
        if len(rows) * len(olds) > _MOST:
            self.doubts.append(Doubt(cell="", value="", taken="条目太多，只按文字相同的沿用编号"))
            return
        words = [(item, folded_words(item.text)) for item in olds]
        found = []
        for n in rows:
            text = folded_words(self.rows[n][1]["text"])
            for place, (item, told) in enumerate(words):
                score = fuzz.ratio(text, told, score_cutoff=ALIKE)
                if score:
                    found.append((-score, n, place, item))
        gone: set[str] = set()
        for score, n, _, item in sorted(found, key=lambda f: f[:3]):
            if n not in self.taken and item.id not in gone:
                gone.add(item.id)
                self.taken[n] = item
                steps, row = self.rows[n]
                told = f"和旧版{item.id}相近（{-score:.0f}%），沿用编号{item.id}；不是同一条请改编号"
                self._doubt(steps, row["text"], told)

    # ---------------------------------------------------------------- ids

    def _number_sections(self) -> None:
        of_item = {item.id: section for section in self.old.sections for item in section.items}
        by_name = {folded_words(section.name): section.id for section in self.old.sections}
        used: set[str] = set()
        sections: list[_Row] = self.raw["sections"]
        wanted: list[str] = []
        for s, section in enumerate(sections):
            same = by_name.get(folded_words(section["name"]), "")
            if not same:
                came = [of_item[i.id].id for n, i in self.taken.items() if self.rows[n][0][1] == s]
                same = max(set(came), key=lambda i: (came.count(i), i)) if came else ""
                if same and same not in used:
                    told = f"大项改了名，里面是旧版“{same}”的条目，沿用编号{same}"
                    self._doubt(("sections", s), section["name"], told)
            wanted.append("" if same in used else same)
            used |= {same}
        held = used | {section.id for section in self.old.sections}
        for section, same in zip(sections, wanted, strict=True):
            section["id"] = same or _free_id(section["id"], held)
            held.add(section["id"])

    def _number(self) -> None:
        held = {item.id for item in self.olds} | {
            row["id"] for n, (_, row) in enumerate(self.rows) if n not in self.taken and "id" in self.roles
        }
        for n, item in self.taken.items():
            self.rows[n][1]["id"] = item.id
        made = {item.id for item in self.taken.values()}
        for n, (steps, row) in enumerate(self.rows):
            if n in self.taken or ("id" in self.roles and row["id"] not in made):
                continue
            row["id"] = self._next_id(int(steps[1]), held)
            held.add(row["id"])
            self._doubt(steps, row["text"], f"旧版没有这一条，编为{row['id']}")
        _, gone = self._free()
        for item in gone:
            self.doubts.append(
                Doubt(cell="", value=item.text[:60], taken=f"旧版的{item.id}没有了；删了的编号不再用")
            )

    def _next_id(self, section: int, held: set[str]) -> str:
        """The next number in the section's own series, above every number it ever had."""
        own = [item.id for n, item in self.taken.items() if self.rows[n][0][1] == section]
        stems = [_NUMBER.sub("", i) for i in own if _NUMBER.search(i)]
        stem = max(set(stems), key=lambda s: (stems.count(s), s)) if stems else ""
        stem = stem or f"{self.raw['sections'][section]['id']}-"
        last = max((int(_NUMBER.search(i)[1]) for i in held if _fits(i, stem)), default=0)  # type: ignore[index]
        return f"{stem}{last + 1:02d}"

    # ---------------------------------------------------------------- what the sheet does not say

    def _fill(self) -> None:
        kept: dict[str, int] = {}
        for n, item in self.taken.items():
            steps, row = self.rows[n]
            was = _plain(item)
            for name, value in was.items():
                column = _COLUMNS.get(name, "")
                if name in ("id", "text", "points", *_FROM_RUBRIC) or column in self.roles:
                    continue
                if row.get(name) != value:
                    row[name] = value
                    kept[name] = kept.get(name, 0) + 1
            unchanged = folded_words(row.get("rubric", "")) == folded_words(item.rubric)
            if unchanged and Decimal(str(row["points"])) == item.points:
                self._take_choices(steps, row, was)
            else:
                self._keep_labels(steps, row, item)
        if kept:
            told = "、".join(f"{_WORDS.get(name, name)}{count}条" for name, count in kept.items())
            self.doubts.append(Doubt(cell="", value="", taken=f"表里没有这些栏，照旧版取：{told}"))

    def _take_choices(self, steps: Steps, row: _Row, was: _Row) -> None:
        """The same rubric for the same points: what its author made of it stands, however it reads today."""
        # The answers of a set are the set's; an item only names it.
        stands = ("answer_set",) if was.get("answer_set") else _FROM_RUBRIC
        for name in _FROM_RUBRIC:
            row.pop(name, None)
            if name in was and name in stands:
                row[name] = was[name]
        cell = self.places.get((*steps, "rubric"), "")
        # What could not be read there no longer matters.
        self.doubts[:] = [d for d in self.doubts if not cell or d.cell != cell or "沿用" in d.taken]

    def _keep_labels(self, steps: Steps, row: _Row, item: Item) -> None:
        for name, olds in (
            ("deductions", [d.label for d in item.deductions]),
            ("awards", [a.label for a in item.awards]),
        ):
            self._label((*steps, name), row.get(name, []), olds)

    def _label(self, steps: Steps, rows: list[_Row], olds: Sequence[str]) -> None:
        from rapidfuzz import fuzz

        left = {folded_words(label): label for label in olds}
        fresh = []
        for row in rows:
            held = left.pop(folded_words(row["label"]), None)
            if held is None:
                fresh.append(row)
            else:
                row["label"] = held
        pairs = sorted(
            (-fuzz.ratio(folded_words(row["label"]), words), n, words)
            for n, row in enumerate(fresh)
            for words in left
        )
        done: set[int] = set()
        for score, n, words in pairs:
            if -score >= ALIKE and n not in done and words in left:
                done.add(n)
                label = left.pop(words)
                told = f"和旧版扣分项“{label}”相近（{-score:.0f}%），沿用这个名称"
                self._doubt(steps, fresh[n]["label"], told)
                fresh[n]["label"] = label

    def _head(self, said: _Row) -> None:
        raw, old = self.raw, self.old
        was = _plain(old)
        raw["id"] = said.get("id") or old.id
        raw["revision"] = said.get("revision") or next_revision(old.revision)
        if not said.get("revision"):
            told = f"版本号由旧版的{old.revision}改为{raw['revision']}"
            self.doubts.append(Doubt(cell="", value=old.revision, taken=told))
        raw["unit_kinds"] = said.get("unit_kinds") or was.get("unit_kinds", raw["unit_kinds"])
        own = {"format", "version", "id", "revision", "title", "sections", "full_score", "unit_kinds"}
        own |= {"change_note", "draft"}
        for name, value in was.items():
            if name not in own and not raw.get(name):
                raw[name] = value
        raw["draft"] = old.draft
        shorts = {section["id"]: section for section in was["sections"]}
        for section in raw["sections"]:
            held = shorts.get(section["id"], {})
            for name, value in held.items():
                if name not in ("id", "name", "points", "items"):
                    section[name] = value
        self._sums()

    def _sums(self) -> None:
        """Where profiles are asked different items, a section's points are those of one profile."""
        first = self.old.profiles[0] if self.old.profiles else ""
        if not first:
            return
        total = Decimal(0)
        for section in self.raw["sections"]:
            rows = [
                row
                for row in section["items"]
                if ANY in row.get("applies_to", [ANY]) or first in row.get("applies_to", [])
            ]
            points = sum((Decimal(str(row["points"])) for row in rows), Decimal(0))
            section["points"] = _number(points)
            total += points
        self.raw["full_score"] = _number(total)


_WORDS = {
    "methods": "检查方式",
    "severity": "程度",
    "applies_to": "适用定位",
    "na_when": "不适用情形",
    "samples": "抽查内容",
    "basis": "依据",
    "rubric": "评分标准",
    "tags": "适用标签",
    "unit_kinds": "适用单位",
    "when": "条件",
    "require": "必填要求",
    "helper": "辅助页",
}


def _plain(record: msgspec.Struct) -> _Row:
    """A record as an author would write it: plain numbers, no defaults."""
    made: _Row = msgspec.json.decode(msgspec.json.Encoder(decimal_format="number").encode(record))
    return made


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _fits(id_: str, stem: str) -> bool:
    return id_.startswith(stem) and id_[len(stem) :].isascii() and id_[len(stem) :].isdigit()


def _free_id(wanted: str, held: set[str]) -> str:
    letters = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
    more = (f"S{n}" for n in range(1, 10_000))
    return next(i for i in (wanted, *letters, *more) if i not in held)
