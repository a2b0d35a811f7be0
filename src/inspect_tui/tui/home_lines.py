"""What the rows of the home screen show: rounds, branches, units with honest progress, and the totals."""

from __future__ import annotations

from collections.abc import Sequence

from inspect_tui.model.terms import UnitKind
from inspect_tui.rules.applicability import profile_of
from inspect_tui.rules.sheet import Progress
from inspect_tui.rules.withholding import told_problems
from inspect_tui.store.workspace import RoundEntry
from inspect_tui.tui import skin
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.home_rows import BranchRow, EmptyRow, GroupRow, RoundRow, Row, UnitRow
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.inks import Part


class Figures:
    """Figures of one unit as the totals line adds them up."""

    __slots__ = ("answered", "done", "items", "owed", "problems", "to_verify")

    def __init__(self, progress: Progress, problems: int) -> None:
        self.items, self.answered, self.problems = progress.items, progress.answered, problems
        self.owed, self.to_verify = progress.owed, progress.to_verify
        self.done = progress.done


def figures_of(desk: Desk, unit: str) -> Figures:
    """A unit's figures; problems are counted as the summary counts them, so that both show one number."""
    progress = desk.progress(unit)
    if not progress.started:
        return Figures(progress, 0)
    checklists = desk.sheet(unit).checklists if progress.answered else []
    return Figures(progress, len(told_problems(desk.state, desk.round, unit, checklists)))


def row_parts(row: Row, desk: Desk | None, width: int, here: bool, wide: bool) -> list[Part]:
    """A row of the list; `wide` says that the page has room for who answers for a unit."""
    cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
    if isinstance(row, GroupRow):
        return [(f" {row.text}", "head")]
    if isinstance(row, EmptyRow):
        return [("   ", "text"), (row.text, "dim")]
    if isinstance(row, BranchRow):
        mark = f"（收起{len(row.below)}个{_owed_below(desk, row)}，右键展开）" if row.folded else ""
        return [
            cursor,
            (" " * (1 + 2 * row.depth), "text"),
            (fit(row.unit.name + mark, width - 8), "dim"),
        ]
    if isinstance(row, RoundRow):
        return [cursor, *_round_parts(desk, row.entry, width - 1)]
    assert desk is not None
    return [cursor, *_unit_parts(desk, row, width - 1, wide)]


def _owed_below(desk: Desk | None, row: BranchRow) -> str:
    """What the units folded away still owe, so that folding hides no debt."""
    if desk is None or not desk.round.carried:
        return ""
    owed = sum(desk.progress(unit).owed for unit in row.below)
    return f"，上轮{owed}条待复查" if owed else ""


def _round_parts(desk: Desk | None, entry: RoundEntry, width: int) -> list[Part]:
    if entry.round is None:
        said = f"读不了，{len(entry.faults)}处问题，回车查看"
        return [
            (" ", "text"),
            (fit(entry.id, max(8, width - cells(said) - 3)), "text"),
            (" " + said, "warn"),
        ]
    round_ = entry.round
    current = desk is not None and desk.round.id == entry.id
    label = "当前" if current else ""
    practice = "［演练］" if round_.practice else ""
    period = round_.period.label
    if round_.period.start:
        period = f"{round_.period.start} 至 {round_.period.end}"
    room = width - 34
    return [
        (" ", "text"),
        (fit(practice + round_.title, room), "strong" if current else "text"),
        (" " + fit(period, 25), "dim"),
        (" " + fit(label, 6), "accent"),
    ]


def _unit_parts(desk: Desk, row: UnitRow, width: int, wide: bool) -> list[Part]:
    unit = row.unit
    progress = desk.progress(unit.id)
    # Where earlier problems take the room, who answers for the unit stands only beside the list.
    wide = wide and not desk.round.carried
    left = " " * (1 + 2 * row.depth)
    profile = (
        f"[{profile_of(desk.state, desk.round, unit.id).label}]"
        if unit.kind is UnitKind.PARTY_GROUP
        else unit.kind.label
    )
    tail: list[Part] = [(fit(profile, 11), "dim")]
    if wide:
        tail.append((fit(unit.responsible_leader, 9), "dim"))
    word, ink = state_word(progress)
    counts = f"{progress.answered}/{progress.items}"
    tail += [(fit(word, 9), ink), (fit(counts, 8, "right"), "text"), (" ", "text")]
    room = width - len(left) - 31 - (9 if wide else 0)
    if desk.round.carried:
        # Beside the name, so that the columns of all units stay in line.
        told, told_ink = owed_word(progress)
        tail.insert(0, (fit(told, 18), told_ink))
        room -= 18
    return [(left, "text"), (fit(unit.name, room), "text"), (" ", "text"), *tail]


def totals_parts(figures: Sequence[Figures]) -> list[Part]:
    """How far the round is, over the figures of all its units."""
    done = sum(f.done for f in figures)
    answered, items = sum(f.answered for f in figures), sum(f.items for f in figures)
    problems = sum(f.problems for f in figures)
    parts: list[Part] = [
        (" 全轮：", "dim"),
        (f"完成 {done}/{len(figures)} 个单位", "strong"),
        ("  ", "text"),
        (f"已查 {answered}/{items} 项", "strong"),
        ("  ", "text"),
        (f"问题 {problems} 条", "strong"),
    ]
    to_verify = sum(f.to_verify for f in figures)
    if to_verify:
        owed = sum(f.owed for f in figures)
        told = f"上轮 {owed}/{to_verify} 待复查" if owed else f"上轮 {to_verify} 条已复查"
        parts += [("  ", "text"), (told, "warn" if owed else "strong")]
    return parts


def owed_word(progress: Progress) -> tuple[str, str]:
    """How many earlier problems of a unit nobody looked at yet, of those that must be."""
    if progress.owed:
        return f"上轮 {progress.owed}/{progress.to_verify} 待复查", "warn"
    return ("上轮已复查", "dim") if progress.to_verify else ("", "dim")


def state_word(progress: Progress) -> tuple[str, str]:
    """How far the visit of a unit is, in a word and its ink."""
    if progress.disputed:
        return "两种意见", "warn"
    if progress.submitted:
        return "已提交", "pass"
    if progress.not_reached:
        return "未能进点", "unverified"
    if not progress.started:
        return "未开始", "dim"
    if progress.answered == progress.items:
        return ("待复查", "warn") if progress.owed else ("待提交", "partial")
    return "检查中", "partial"
