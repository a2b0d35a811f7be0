"""Revision of 岗位责任 by month: what changed against the month before, and whether it came by its day.

Spacing and the width of signs are no change, and a date that was moved on is told as that and nothing more:
a list that only carries another month's dates was not revised by that month's tasks. One result serves the
walk, the page, the tables and the command line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec

from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Term
from inspect_tui.rules.duties import (
    PARTS,
    DutyMonth,
    HeldSlot,
    Slot,
    due_date,
    month_of,
    months_of,
    revision_day,
    slot_names,
)
from inspect_tui.rules.fold import State
from inspect_tui.rules.matter import zh_date

_ORDINALS = "[一二三四五六七八九十]{1,3}"
#: Dates as people write them. 号 names wells and stations too, 3日内 is a length of time, 3个月 a count.
_DATE = re.compile(
    r"(?<!\d)\d{4}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?"
    r"|(?<![\d.])\d{4}[-./]\d{1,2}(?:[-./]\d{1,2})?(?![\d.])"
    rf"|(?:\d{{1,2}}|{_ORDINALS})月(?:份|初|底|末|上旬|中旬|下旬)?(?:(?:\d{{1,2}}|{_ORDINALS})[日号])?"
    rf"|(?:\d{{1,2}}|(?<=月){_ORDINALS})日(?!内|间)"
    r"|\d{1,2}号(?=$|前|后|[,.;、~至到-])"
)
_BARE_DAY = re.compile(r"\d{1,2}[-./]\d{1,2}")
_WIDTHS = str.maketrans({"。": ".", "“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "〜": "~"})


class DutyChange(Term):
    """What became of a slot against the month before."""

    SAME = "same", "没有改动"
    ADDED = "added", "新增"
    REMOVED = "removed", "去掉"
    REWORDED = "reworded", "改写"
    DATE_ONLY = "date_only", "只改日期"


class Revision(Term):
    """How a unit revised its list in a month."""

    ON_TIME = "on_time", "按时修订"
    LATE = "late", "晚于节点"
    UNTIMED = "untimed", "已修订，是否按时不明"
    DATE_ONLY = "dates_only", "只改了日期"
    NONE = "none", "没有修订"
    UNKNOWN = "unknown", "无数据"


class SlotDiff(msgspec.Struct, frozen=True, kw_only=True):
    """One slot of a month beside the same slot before.

    `change` is None where there is nothing to compare with. `parts` are the words of what differs, such as
    责任岗位 and 时限.
    """

    number: int
    name: str
    change: DutyChange | None
    now: HeldSlot | None = None
    before: HeldSlot | None = None
    parts: tuple[str, ...] = ()

    @property
    def contested(self) -> bool:
        return any(held is not None and held.contested for held in (self.now, self.before))


class DutyRevision(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's list of one month: what it holds, against which month, and how it was revised.

    `before` is the month compared with, empty where no earlier one is known; `due` the node as a date, empty
    where none is set; `revised` the day the unit says, empty where nobody noted one.
    """

    unit: str
    month: str
    state: Revision
    before: str
    due: str
    revised: str
    diffs: tuple[SlotDiff, ...]
    by: tuple[str, ...] = ()
    contested: bool = False

    def count(self, change: DutyChange) -> int:
        """How many slots changed that way."""
        return sum(diff.change is change for diff in self.diffs)

    @property
    def filled(self) -> int:
        """How many slots say anything this month."""
        return sum(diff.now is not None for diff in self.diffs)


# -------------------------------------------------------------------- comparing


def plain_words(text: str) -> str:
    """A text without regard to spacing, width and case of its signs."""
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(_WIDTHS).casefold()


def dateless(text: str) -> str:
    """A plain text in which every date reads alike."""
    plain = plain_words(text)
    return "#" if _BARE_DAY.fullmatch(plain) else _DATE.sub("#", plain)


def compare(now: Slot | None, before: Slot | None) -> tuple[DutyChange, tuple[str, ...]]:
    """What became of a slot, and the words of the parts that differ."""
    if now is None or before is None:
        both = now is None and before is None
        return (DutyChange.SAME if both else DutyChange.REMOVED if now is None else DutyChange.ADDED), ()
    pairs = {part: (getattr(now, part), getattr(before, part)) for part in PARTS}
    differing = [part for part, (new, old) in pairs.items() if plain_words(new) != plain_words(old)]
    if not differing:
        return DutyChange.SAME, ()
    dates = all(dateless(pairs[part][0]) == dateless(pairs[part][1]) for part in differing)
    change = DutyChange.DATE_ONLY if dates else DutyChange.REWORDED
    return change, tuple(PARTS[part] for part in differing)


def differences(now: DutyMonth, before: DutyMonth | None, names: Sequence[str] = ()) -> tuple[SlotDiff, ...]:
    """Every slot that has a name or says anything, in order."""
    months = (now, before) if before is not None else (now,)
    most = max([len(names), *(held.number for month in months for held in month.slots)])
    found = []
    for number in range(1, most + 1):
        new, old = now.slot(number), before.slot(number) if before is not None else None
        held = new or old
        change: DutyChange | None = None
        parts: tuple[str, ...] = ()
        if before is not None and now.slots:
            change, parts = compare(new.slot if new else None, old.slot if old else None)
        found.append(
            SlotDiff(
                number=number,
                name=held.name if held is not None else names[number - 1] if number <= len(names) else "",
                change=change,
                now=new,
                before=old,
                parts=parts,
            )
        )
    return tuple(found)


def revision_of(state: State, round_: Round, unit: Unit, month: str, against: str = "") -> DutyRevision:
    """How a unit revised its list in a month, against the newest earlier one known, or a given one."""
    names = slot_names(round_, unit)
    here = month_of(state, unit.id, month, names)
    earlier = [m for m in months_of(state, unit.id) if m < month and month_of(state, unit.id, m).slots]
    before = against or (earlier[-1] if earlier else "")
    compared = month_of(state, unit.id, before, names) if before else None
    if compared is not None and not compared.slots:
        before, compared = "", None
    diffs = differences(here, compared, names)
    due = due_date(month, revision_day(round_, unit))
    return DutyRevision(
        unit=unit.id,
        month=month,
        state=_state(here, diffs if compared is not None else None, due),
        before=before,
        due=due,
        revised=here.revised,
        diffs=diffs,
        by=here.by,
        contested=here.contested or any(diff.contested for diff in diffs),
    )


def _state(here: DutyMonth, diffs: Sequence[SlotDiff] | None, due: str) -> Revision:
    if not here.slots:
        return Revision.UNKNOWN
    if diffs is not None:
        changes = {diff.change for diff in diffs} - {DutyChange.SAME}
        if not changes:
            return Revision.NONE
        if changes == {DutyChange.DATE_ONLY}:
            return Revision.DATE_ONLY
    if here.revised and due:
        return Revision.ON_TIME if here.revised <= due else Revision.LATE
    return Revision.UNKNOWN if diffs is None else Revision.UNTIMED


def latest_revision(state: State, round_: Round, unit: Unit) -> DutyRevision | None:
    """How the newest month of a unit was revised; None where nothing is recorded."""
    months = months_of(state, unit.id)
    return revision_of(state, round_, unit, months[-1]) if months else None


# -------------------------------------------------------------------- telling


def month_words(month: str, beside: str = "") -> str:
    """2026-11 as people say it: 2026年11月; the year only where it is not that of the month beside."""
    number = f"{int(month[5:])}月"
    return number if beside[:4] == month[:4] else f"{int(month[:4])}年{number}"


def _day_words(day: str, beside: str) -> str:
    return f"{int(day[5:7])}月{int(day[8:])}日" if day[:4] == beside[:4] else zh_date(day)


def change_words(revision: DutyRevision) -> str:
    """What changed against the month before: 比10月新增1项、改写2项、只改日期1项."""
    if not revision.before:
        return "没有更早的月份可比"
    told = [
        f"{change.label}{count}项"
        for change in (DutyChange.ADDED, DutyChange.REMOVED, DutyChange.REWORDED, DutyChange.DATE_ONLY)
        if (count := revision.count(change))
    ]
    return f"比{month_words(revision.before, revision.month)}" + ("、".join(told) if told else "没有改动")


def revision_words(revision: DutyRevision) -> str:
    """How a month was revised, in one sentence without a full stop."""
    month = revision.month
    day = f"{_day_words(revision.revised, month)}修订" if revision.revised else "没有写修订日期"
    node = f"节点{_day_words(revision.due, month)}" if revision.due else "没有定节点"
    match revision.state:
        case Revision.UNKNOWN if not revision.filled:
            said = "无数据" + (f"（只写了{day}）" if revision.revised else "")
        case Revision.UNKNOWN:
            said = f"无数据：{change_words(revision)}，{day}，{node}"
        case Revision.NONE:
            said = f"没有修订：和{month_words(revision.before, month)}一样"
            said += f"（写的是{day}）" if revision.revised else ""
        case Revision.DATE_ONLY:
            count = revision.count(DutyChange.DATE_ONLY)
            said = f"只改了日期（{count}项），别的和{month_words(revision.before, month)}一样"
        case _:
            said = f"{revision.state.label}（{day}，{node}），{change_words(revision)}"
    return said + ("；有两种记录，待组长裁定" if revision.contested else "")
