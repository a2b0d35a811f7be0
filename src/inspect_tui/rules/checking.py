"""What a checklist must hold to be usable: sums, labels, caps, award levels, references.

All mistakes of a file are found in one go, so every check stands on its own and none relies on another.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from inspect_tui.model.checklist import ANY
from inspect_tui.model.terms import UnitKind
from inspect_tui.rules.checking_items import (
    PROFILES,
    check_duty_day,
    check_id,
    check_item,
    check_line,
    counted_profiles,
    unknown_profile,
)
from inspect_tui.rules.checking_reach import check_reach
from inspect_tui.rules.issue import MAX_ISSUES, Issue, Seen, Steps, plain_decimal, rows, text, texts
from inspect_tui.rules.scoring import points_text


def check_checklist(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with the content of a checklist, given as raw JSON."""
    return list(itertools.islice(_checklist(raw, steps), MAX_ISSUES))


def _checklist(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    yield from check_id(raw, steps)
    yield from check_line(raw, steps, "title")
    yield from check_line(raw, steps, "revision")
    yield from _profiles(raw, steps)
    if raw.get("unit_kinds") == []:
        yield Issue(
            code="C20",
            steps=(*steps, "unit_kinds"),
            message="没有写适用的单位类别",
            remedy="至少写一类，如“party_group”；用于党小组可以不写这一项",
        )
    yield from check_duty_day(raw, steps, "C39")
    triggers = Seen("C02", "编号", "请改成没有用过的编号")
    for at, trigger in rows(raw.get("triggers"), (*steps, "triggers")):
        yield from check_id(trigger, at)
        yield from triggers.add(text(trigger, "id"), (*at, "id"))
        yield from check_line(trigger, at, "text")
    sections = Seen("C02", "编号", "请改成没有用过的编号")
    items = Seen("C02", "编号", "请改成没有用过的编号")
    listed = list(rows(raw.get("sections"), (*steps, "sections")))
    if raw.get("sections") == []:
        yield Issue(
            code="C18",
            steps=(*steps, "sections"),
            message="清单里没有检查项目",
            remedy="请至少写一个检查项目",
        )
    for at, section in listed:
        yield from check_id(section, at)
        yield from sections.add(text(section, "id"), (*at, "id"))
        yield from check_line(section, at, "name")
        if section.get("items") == []:
            yield Issue(
                code="C18",
                steps=(*at, "items"),
                message="这个检查项目里没有内容",
                remedy="请至少写一条检查内容",
            )
        for place, item in rows(section.get("items"), (*at, "items")):
            yield from check_id(item, place)
            yield from items.add(text(item, "id"), (*place, "id"))
            yield from check_item(item, place, raw, triggers)
        yield from _section_sum(section, at, raw)
    yield from check_reach(raw, steps)
    yield from _full_score(raw, listed, steps)


def _profiles(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    for at, profile in texts(raw.get("profiles"), (*steps, "profiles")):
        if profile not in PROFILES:
            yield unknown_profile(profile, at, list(PROFILES))


# -------------------------------------------------------------------- sums


#: A profile and a unit kind whose points must add up; either may be blank for all.
_Whom = tuple[str, str]


def _is_for(part: dict[str, Any], whom: _Whom) -> bool | None:
    """Whether a section or item is for such units; None when it cannot be told."""
    profile, kind = whom
    profiles, kinds = part.get("applies_to", [ANY]), part.get("unit_kinds", [])
    if not isinstance(profiles, list) or not isinstance(kinds, list):
        return None
    return (not profile or ANY in profiles or profile in profiles) and (
        not kind or not kinds or kind in kinds
    )


def _item_points(item: dict[str, Any], whom: _Whom) -> Decimal | None:
    """What an item adds to a sum; None when it cannot be told.

    One that hangs on a tag or an answer is counted: the points it can give are part of the whole.
    """
    asked = _is_for(item, whom)
    if asked is None:
        return None
    if not asked or item.get("scoring") == "none":
        return Decimal(0)
    return plain_decimal(item.get("points"))


def _sum(parts: list[Decimal | None]) -> Decimal | None:
    return None if any(p is None for p in parts) else sum((p for p in parts if p is not None), Decimal(0))


def _sums(section: dict[str, Any], raw: dict[str, Any]) -> dict[_Whom, Decimal]:
    """What a section's items add up to for all it is for; empty when it cannot be told."""
    items = section.get("items")
    if not isinstance(items, list) or not items or not all(isinstance(i, dict) for i in items):
        return {}
    kinds = [kind for _, kind in texts(raw.get("unit_kinds"), ())]
    told_apart = len(kinds) > 1 and any("unit_kinds" in item for item in items)
    whoms = itertools.product(counted_profiles(raw) or [""], kinds if told_apart else [""])
    sums = {
        whom: _sum([_item_points(item, whom) for item in items]) for whom in whoms if _is_for(section, whom)
    }
    return {whom: total for whom, total in sums.items() if total is not None}


def _section_sum(section: dict[str, Any], steps: Steps, raw: dict[str, Any]) -> Iterator[Issue]:
    said = plain_decimal(section.get("points"))
    sums = _sums(section, raw)
    wrong = {p: total for p, total in sums.items() if total != said}
    if said is None or not wrong:
        return
    values = set(wrong.values())
    if len(values) == 1 and len(wrong) == len(sums):
        told = f"各条合计{points_text(values.pop())}分"
    else:
        told = "，".join(f"{_called(whom)}合计{points_text(v)}分" for whom, v in wrong.items())
    yield Issue(
        code="C04",
        steps=(*steps, "points"),
        message=f"检查项目的分值与各条不符：{told}",
        value=section.get("points"),
        remedy="请改这里的分值，或改各条的分值",
    )


def _called(whom: _Whom) -> str:
    profile, kind = whom
    kinds = {each.value: each.label for each in UnitKind}
    return PROFILES.get(profile, profile) + kinds.get(kind, kind)


def _full_score(
    raw: dict[str, Any], listed: list[tuple[Steps, dict[str, Any]]], steps: Steps
) -> Iterator[Issue]:
    """The sections must add up to the full score.

    A section whose own sum is wrong is reported there; here either of its two figures may be the right one.
    """
    said = plain_decimal(raw.get("full_score", 100))
    sections = raw.get("sections")
    if said is None or not isinstance(sections, list) or not listed or len(listed) != len(sections):
        return
    total = _sum([plain_decimal(section.get("points")) for _, section in listed])
    made = _sum([next(iter(_sums(section, raw).values()), None) for _, section in listed])
    if total is not None and said not in (total, made):
        yield Issue(
            code="C05",
            steps=(*steps, "full_score") if "full_score" in raw else (*steps, "sections"),
            message=f"各检查项目的分值合计{points_text(total)}分，与总分{points_text(said)}分不符",
            value=raw.get("full_score", ""),
            remedy="请改总分，或改各检查项目的分值",
        )
