"""Helping: what pages that help to judge an item share — which item they serve, and what they write into it.

No widget here. The item says by its field `helper` which page helps it; no id is built in.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from inspect_tui.model.change import Edit
from inspect_tui.model.checklist import Item
from inspect_tui.model.terms import FindingKind, Helper, Scoring, Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.rules import actions
from inspect_tui.rules.reading import free_findings, read_answer
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.files_nearby import sheets_nearby

#: Words in the names of sheets that are likelier meant than others.
_LIKELY = ("分配", "奖金", "薪酬", "绩效")
_MOST = 8
_YEAR_MONTH = re.compile(r"(20\d\d)[年.\-_]?(0?[1-9]|1[0-2])(?:月|\b)")
_MONTH = re.compile(r"(?<!\d)(0?[1-9]|1[0-2])月")


class Target(msgspec.Struct, frozen=True):
    """The item that a page helps to judge."""

    checklist: str
    item: Item

    @property
    def labels(self) -> tuple[str, ...]:
        """Its deductions that count something, of which a count can be recorded at once."""
        if self.item.scoring is Scoring.AWARD:
            return ()
        return tuple(d.label for d in self.item.deductions if d.counted)


def target_of(desk: Desk, unit: str, helper: Helper, wanted: tuple[str, str] | None = None) -> Target | None:
    """The item at a unit that asks for a helper: the wanted one, else the first."""
    found = [Target(row.checklist.id, row.item) for row in desk.sheet(unit).rows if row.item.helper is helper]
    return next((t for t in found if (t.checklist, t.item.id) == wanted), found[0] if found else None)


def note_edits(desk: Desk, unit: str, target: Target, sentence: str) -> list[Edit]:
    """Put a sentence behind one's own note of the item; nothing where it stands there already."""
    people = set(desk.session.identity.people)
    answer = read_answer(desk.state, unit, target.checklist, target.item)
    own = next((note.text for note in answer.notes if set(note.by) & people), "")
    if sentence in own:
        return []
    text = f"{own}\n{sentence}。" if own else f"{sentence}。"
    return [actions.write_note(desk.state, unit, target.checklist, target.item, text)]


def problem_edits(
    desk: Desk, unit: str, target: Target | None, label: str, count: int, sentence: str, new_id: str
) -> tuple[list[Edit], list[str]]:
    """Record a problem: the item's own counted deduction with the sentence as a note, or a free problem.

    Also the red lines it puts before the inspector. An earlier count of the same deduction is replaced; a
    free problem that stands there already is not written again.
    """
    if target is None or not label:
        if any(held.text == sentence for held in free_findings(desk.state, unit)):
            return [], []
        new = actions.new_finding(
            desk.state,
            unit,
            new_id,
            FindingKind.DEFICIENCY,
            sentence,
            checklist=target.checklist if target is not None else "",
            item=target.item.id if target is not None else "",
        )
        return new, []
    item = target.item
    held = read_answer(desk.state, unit, target.checklist, item).judgement
    kept = tuple(p for p in held.deductions if p.label != label)
    verdict = held.verdict if held.verdict in (Verdict.PARTIAL, Verdict.FAIL) else Verdict.FAIL
    before: Judgement = msgspec.structs.replace(held, deductions=kept)
    judgement = actions.with_deduction(item, before, verdict, label, count)
    edits = [actions.judge(desk.state, unit, target.checklist, item, judgement)]
    edits += note_edits(desk, unit, target, sentence)
    return edits, actions.triggered(item, judgement)


def likely_sheets(root: Path) -> list[Path]:
    """Sheets people may mean, likely names first, then the newest. Reads folders: run it on a thread."""
    found = {file.path: file for place in (root, root / "samples") for file in sheets_nearby(place)}
    likely = {path: any(word in path.name for word in _LIKELY) for path in found}
    return sorted(found, key=lambda path: (not likely[path], -found[path].written, str(path)))[:_MOST]


def month_in(name: str, today: str) -> str:
    """The month a file name speaks of, as YYYY-MM; else the month before today."""
    year, month = int(today[:4]), int(today[5:7])
    if told := _YEAR_MONTH.search(name):
        return f"{told[1]}-{int(told[2]):02d}"
    if told := _MONTH.search(name):
        said = int(told[1])
        return f"{year if said <= month else year - 1}-{said:02d}"
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"


def read_month(text: str) -> str:
    """A month as typed (2026-10, 2026年10月) as YYYY-MM; empty when it is none."""
    told = _YEAR_MONTH.fullmatch(text.strip())
    return f"{told[1]}-{int(told[2]):02d}" if told else ""
