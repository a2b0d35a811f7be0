"""Two versions of a checklist: what came, went, was reworded, re-pointed or moved.

An item is known by its id; an item of another id with the very same words is the same one moved. White space
and the width of punctuation are no rewording.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from typing import Any

import msgspec

from inspect_tui.model.checklist import Award, Checklist, Deduction, Item, Section
from inspect_tui.model.terms import Scoring
from inspect_tui.rules.canonical import item_hash
from inspect_tui.rules.scoring import points_text

#: Fields of an item that are told under a heading of their own.
_TOLD = {"id", "text", "rubric", "points", "scoring", "deductions", "awards"}


class ItemChange(msgspec.Struct, frozen=True, kw_only=True):
    """One item that differs: its id and section now, its words, and what was and is now.

    `old_id` is set where the id changed. `parts` are sentences on single deductions, levels or fields.
    """

    id: str
    section: str
    text: str
    was: dict[str, str] = {}
    now: dict[str, str] = {}
    old_id: str = ""
    parts: tuple[str, ...] = ()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two versions. `other` are items with other fields changed, `head` sentences on
    the checklist itself: title, sums, sections, red lines."""

    added: tuple[ItemChange, ...] = ()
    removed: tuple[ItemChange, ...] = ()
    reworded: tuple[ItemChange, ...] = ()
    repointed: tuple[ItemChange, ...] = ()
    moved: tuple[ItemChange, ...] = ()
    other: tuple[ItemChange, ...] = ()
    head: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the two say the same."""
        return not any(getattr(self, name) for name in self.__struct_fields__)


# ------------------------------------------------------------------- the difference


def compare(old: Checklist, new: Checklist) -> Difference:
    """What a new version changed."""
    before, after = _by_id(old), _by_id(new)
    renumbered = _renumbered(before, after)
    pairs = [(i, i) for i in after if i in before] + [(o, n) for n, o in renumbered.items()]
    known_old = {o for o, _ in pairs}
    order = {item_id: place for place, item_id in enumerate(after)}
    reworded, repointed, other = [], [], []
    for old_id, new_id in sorted(pairs, key=lambda pair: order[pair[1]]):
        was, (section, now) = before[old_id][1], after[new_id]
        plain = ItemChange(id=new_id, section=section.name, text=now.text)
        if item_hash(was) != item_hash(now):
            words = [{"text": item.text, "rubric": item.rubric} for item in (was, now)]
            reworded.append(msgspec.structs.replace(plain, was=words[0], now=words[1]))
        if parts := _figures(was, now):
            points = [{"points": points_text(item.points)} for item in (was, now)]
            repointed.append(msgspec.structs.replace(plain, was=points[0], now=points[1], parts=parts))
        if fields := _other_fields(was, now):
            other.append(msgspec.structs.replace(plain, parts=fields))
    return Difference(
        added=tuple(_whole(*after[i]) for i in after if i not in before and i not in renumbered),
        removed=tuple(_whole(*before[i]) for i in before if i not in known_old),
        reworded=tuple(reworded),
        repointed=tuple(repointed),
        moved=_moved(before, after, pairs),
        other=tuple(other),
        head=_head(old, new),
    )


def _by_id(checklist: Checklist) -> dict[str, tuple[Section, Item]]:
    return {item.id: (section, item) for section in checklist.sections for item in section.items}


def _renumbered(
    before: dict[str, tuple[Section, Item]], after: dict[str, tuple[Section, Item]]
) -> dict[str, str]:
    """Old ids by new id of items whose words are the same under another id; only where it is no guess."""
    gone: dict[str, list[str]] = {}
    for old_id, (_, item) in before.items():
        if old_id not in after:
            gone.setdefault(item_hash(item), []).append(old_id)
    come: dict[str, list[str]] = {}
    for new_id, (_, item) in after.items():
        if new_id not in before:
            come.setdefault(item_hash(item), []).append(new_id)
    return {
        come[words][0]: ids[0]
        for words, ids in gone.items()
        if len(ids) == 1 and len(come.get(words, ())) == 1
    }


def _whole(section: Section, item: Item) -> ItemChange:
    return ItemChange(
        id=item.id, section=section.name, text=item.text, now={"points": points_text(item.points)}
    )


def _figures(was: Item, now: Item) -> tuple[str, ...]:
    """Sentences on everything that changes what an item may cost."""
    parts = []
    if was.points != now.points:
        parts.append(f"分值由{points_text(was.points)}分改为{points_text(now.points)}分")
    if was.scoring is not now.scoring:
        parts.append(f"计分办法由{was.scoring.label}改为{now.scoring.label}")
    old, new = _choices(was), _choices(now)
    what = "答案" if now.answer_set else "档次" if now.scoring is Scoring.AWARD else "扣分项"
    for label, row in new.items():
        if label not in old:
            parts.append(f"增加{what}“{label}”：{_cost(row)}")
        elif _cost(old[label]) != _cost(row):
            parts.append(f"“{label}”由{_cost(old[label])}改为{_cost(row)}")
    parts += [f"取消“{label}”（{_cost(row)}）" for label, row in old.items() if label not in new]
    return tuple(parts)


def _choices(item: Item) -> dict[str, Deduction | Award]:
    found: dict[str, Deduction | Award] = {d.label: d for d in item.deductions}
    return found | {a.label: a for a in item.awards}


def _cost(row: Deduction | Award) -> str:
    """What a deduction takes or a level gives, in words."""
    if isinstance(row, Award):
        return f"得{points_text(row.points)}分"
    said = "不得分" if row.all else f"{'每' + row.unit if row.unit else ''}扣{points_text(row.points)}分"
    said = "不扣分，提建议" if row.suggestion else said
    if row.cap is not None:
        said += f"、最多扣{points_text(row.cap)}分"
    return said + (f"、与同组只取其一（{row.exclusive}）" if row.exclusive else "")


_FIELD_WORDS = {
    "severity": "程度",
    "methods": "检查方式",
    "applies_to": "适用定位",
    "na_when": "不适用情形",
    "samples": "抽查内容",
    "basis": "依据",
    "unit_kinds": "适用的单位类别",
    "tags": "适用的标签",
    "when": "适用的条件",
    "answer_set": "答案组",
    "require": "必须附上的内容",
    "helper": "辅助页",
}
#: What a section says for all its items.
_SECTION_WORDS = {name: _FIELD_WORDS[name] for name in ("applies_to", "unit_kinds", "tags", "when")} | {
    "figures": "旁边显示的情况"
}
_ROW_WORDS = {"sentence": "问题描述", "severity": "程度", "missing": "是否缺项", "triggers": "对应红线"}


def _other_fields(was: Item, now: Item) -> tuple[str, ...]:
    parts = []
    for name in Item.__struct_fields__:
        if name not in _TOLD and _folded(getattr(was, name)) != _folded(getattr(now, name)):
            parts.append(_FIELD_WORDS.get(name, name))
    old = _choices(was)
    for label, row in _choices(now).items():
        if label in old and type(old[label]) is type(row):
            parts += [
                f"“{label}”的{word}"
                for name, word in _ROW_WORDS.items()
                if _folded(getattr(old[label], name, "")) != _folded(getattr(row, name, ""))
            ]
    return tuple(parts)


def _moved(
    before: dict[str, tuple[Section, Item]],
    after: dict[str, tuple[Section, Item]],
    pairs: list[tuple[str, str]],
) -> tuple[ItemChange, ...]:
    """Items in another section, under another id, or no longer in their old order within a section."""
    kept = dict((n, o) for o, n in pairs)
    stay: set[str] = set()
    places = {item_id: place for place, item_id in enumerate(before)}
    for section_id in dict.fromkeys(section.id for section, _ in after.values()):
        same = [
            n
            for n, (section, _) in after.items()
            if section.id == section_id and n in kept and before[kept[n]][0].id == section_id
        ]
        stay |= {same[i] for i in _longest_rising([places[kept[n]] for n in same])}
    found = []
    for new_id, (section, item) in after.items():
        old_id = kept.get(new_id)
        if old_id is None or (new_id == old_id and new_id in stay):
            continue
        was, now = before[old_id][0], section
        found.append(
            ItemChange(
                id=new_id,
                section=now.name,
                text=item.text,
                old_id=old_id if old_id != new_id else "",
                was={"section": was.name, "id": old_id, "place": str(_place(was, old_id))},
                now={"section": now.name, "id": new_id, "place": str(_place(now, new_id))},
            )
        )
    return tuple(found)


def _place(section: Section, item_id: str) -> int:
    return 1 + [item.id for item in section.items].index(item_id)


def _longest_rising(numbers: list[int]) -> set[int]:
    """Indexes of a longest rising run: what keeps its order when the fewest have moved."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else -1)
        tails[at:], ends[at:] = [number, *tails[at + 1 :]], [index, *ends[at + 1 :]]
    found: set[int] = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        found.add(index)
        index = before[index]
    return found


def _head(old: Checklist, new: Checklist) -> tuple[str, ...]:
    parts = []
    if old.id != new.id:
        parts.append(f"清单编号由“{old.id}”改为“{new.id}”，不是同一份清单")
    if _folded(old.title) != _folded(new.title):
        parts.append(f"标题由“{old.title}”改为“{new.title}”")
    if old.full_score != new.full_score:
        parts.append(f"总分由{points_text(old.full_score)}分改为{points_text(new.full_score)}分")
    was, now = ({s.id: s for s in c.sections} for c in (old, new))
    parts += [f"增加大项“{s.name}”" for i, s in now.items() if i not in was]
    parts += [f"取消大项“{s.name}”" for i, s in was.items() if i not in now]
    for i, section in now.items():
        if i in was and _folded(was[i].name) != _folded(section.name):
            parts.append(f"大项“{was[i].name}”改名为“{section.name}”")
        if i in was and was[i].points != section.points:
            points = f"由{points_text(was[i].points)}分改为{points_text(section.points)}分"
            parts.append(f"大项“{section.name}”{points}")
        if i in was and _folded(was[i].short) != _folded(section.short):
            parts.append(f"大项“{section.name}”的简称由“{was[i].short}”改为“{section.short}”")
        if i in was:
            parts += [
                f"大项“{section.name}”{word}变了"
                for name, word in _SECTION_WORDS.items()
                if _folded(getattr(was[i], name)) != _folded(getattr(section, name))
            ]
    sets = old.answer_sets, new.answer_sets
    parts += [f"增加答案组“{name}”" for name in sets[1] if name not in sets[0]]
    parts += [f"取消答案组“{name}”" for name in sets[0] if name not in sets[1]]
    parts += [
        f"答案组“{name}”变了"
        for name in sets[1]
        if name in sets[0] and _folded(sets[0][name]) != _folded(sets[1][name])
    ]
    if [i for i in was if i in now] != [i for i in now if i in was]:
        parts.append("大项的次序变了")
    lines_was, lines_now = ({t.id: t for t in c.triggers} for c in (old, new))
    parts += [f"增加{t.effect.label}{i}：{t.text}" for i, t in lines_now.items() if i not in lines_was]
    parts += [f"取消{t.effect.label}{i}：{t.text}" for i, t in lines_was.items() if i not in lines_now]
    parts += [
        f"{t.effect.label}{i}改为：{t.text}"
        for i, t in lines_now.items()
        if i in lines_was and _folded(lines_was[i]) != _folded(t)
    ]
    told = {"format", "version", "revision", "id", "title", "full_score", "sections", "triggers", "draft"}
    told |= {"change_note", "answer_sets"}
    words = {
        "unit_kinds": "单位类别",
        "profiles": "定位",
        "duties": "岗位责任制名称",
        "duty_day": "岗位责任制修订节点",
        "remark": "备注",
    }
    parts += [
        f"{words.get(name, name)}变了"
        for name in Checklist.__struct_fields__
        if name not in told and _folded(getattr(old, name)) != _folded(getattr(new, name))
    ]
    return tuple(parts)


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in spacing and width of signs at most."""
    return folded_words(one) == folded_words(other)


def folded_words(text: str) -> str:
    """A text without spacing and the width of its signs: equal ones are the same words."""
    return str(_folded(text))


def _folded(value: Any) -> Any:
    """A value without regard to spacing and width of its texts."""
    if isinstance(value, str):
        return "".join(unicodedata.normalize("NFKC", value).split())
    if isinstance(value, tuple | list):
        return [_folded(part) for part in value]
    if isinstance(value, msgspec.Struct):
        return {name: _folded(getattr(value, name)) for name in value.__struct_fields__}
    return value
