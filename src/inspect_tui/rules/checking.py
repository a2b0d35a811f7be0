"""What a checklist must hold to be usable: sums, labels, caps, award levels, references.

All mistakes of a file are found in one go, so every check stands on its own and none relies on another.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from inspect_tui.model.checklist import ANY
from inspect_tui.rules.checking_items import (
    PROFILES,
    check_duty_day,
    check_id,
    check_item,
    check_line,
    counted_profiles,
    unknown_profile,
)
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
    yield from _full_score(raw, listed, steps)


def _profiles(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    for at, profile in texts(raw.get("profiles"), (*steps, "profiles")):
        if profile not in PROFILES:
            yield unknown_profile(profile, at, list(PROFILES))


# -------------------------------------------------------------------- sums


def _item_points(item: dict[str, Any], profile: str) -> Decimal | None:
    """What an item adds to a profile's sum; None when it cannot be told."""
    applies = item.get("applies_to", [ANY])
    if not isinstance(applies, list):
        return None
    if profile and ANY not in applies and profile not in applies:
        return Decimal(0)
    if item.get("scoring") == "none":
        return Decimal(0)
    return plain_decimal(item.get("points"))


def _sum(parts: list[Decimal | None]) -> Decimal | None:
    return None if any(p is None for p in parts) else sum((p for p in parts if p is not None), Decimal(0))


def _sums_by_profile(section: dict[str, Any], raw: dict[str, Any]) -> dict[str, Decimal]:
    """What a section's items add up to for each profile; empty when it cannot be told."""
    items = section.get("items")
    if not isinstance(items, list) or not items or not all(isinstance(i, dict) for i in items):
        return {}
    sums = {p: _sum([_item_points(i, p) for i in items]) for p in counted_profiles(raw) or [""]}
    return {p: total for p, total in sums.items() if total is not None}


def _section_sum(section: dict[str, Any], steps: Steps, raw: dict[str, Any]) -> Iterator[Issue]:
    said = plain_decimal(section.get("points"))
    sums = _sums_by_profile(section, raw)
    wrong = {p: total for p, total in sums.items() if total != said}
    if said is None or not wrong:
        return
    values = set(wrong.values())
    if len(values) == 1 and len(wrong) == len(sums):
        told = f"各条合计{points_text(values.pop())}分"
    else:
        told = "，".join(f"{PROFILES.get(p, p)}合计{points_text(v)}分" for p, v in wrong.items())
    yield Issue(
        code="C04",
        steps=(*steps, "points"),
        message=f"检查项目的分值与各条不符：{told}",
        value=section.get("points"),
        remedy="请改这里的分值，或改各条的分值",
    )


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
    made = _sum([next(iter(_sums_by_profile(section, raw).values()), None) for _, section in listed])
    if total is not None and said not in (total, made):
        yield Issue(
            code="C05",
            steps=(*steps, "full_score") if "full_score" in raw else (*steps, "sections"),
            message=f"各检查项目的分值合计{points_text(total)}分，与总分{points_text(said)}分不符",
            value=raw.get("full_score", ""),
            remedy="请改总分，或改各检查项目的分值",
        )
