"""What a roster must hold to be usable: ids, parents, counts of people."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from inspect_tui.model.terms import UnitKind
from inspect_tui.rules.checking_items import check_duty_day, check_id
from inspect_tui.rules.issue import (
    MAX_ISSUES,
    Issue,
    Seen,
    Steps,
    did_you_mean,
    good_id,
    rows,
    text,
    whole,
)

#: From the top of the Party ladder down; places and crews hang anywhere under a branch or above.
_RANK = {
    "company": 0,
    "committee": 1,
    "general_branch": 2,
    "branch": 3,
    "joint_branch": 3,
    "party_group": 4,
    "station": 5,
    "crew": 5,
    "venue": 5,
}
_COUNTS = {"members": "党员数", "probationary": "预备党员数", "staff": "员工数"}
#: Organisations whose members add up into the one above; stations, crews and venues hold the same people.
_COUNTED_KINDS = {kind.value for kind in UnitKind} - {"station", "crew", "venue"}
_MOST_PEOPLE = 1_000_000


def check_roster(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with the content of a roster, given as raw JSON."""
    issues = list(check_named(raw, steps, "name"))
    if raw.get("units") == []:
        issues.append(
            Issue(code="R10", steps=(*steps, "units"), message="名册里没有单位", remedy="请至少写一个单位")
        )
    issues += check_units(raw.get("units"), (*steps, "units"), closed=True)
    return issues


def check_units(units: Any, steps: Steps, *, closed: bool) -> list[Issue]:
    """Everything wrong with a list of units; `closed` means that every parent must be in it too."""
    listed = list(rows(units, steps))
    found = itertools.chain(_each_unit(listed), _tree(listed, closed), _totals(listed))
    return list(itertools.islice(found, MAX_ISSUES))


def _each_unit(listed: list[tuple[Steps, dict[str, Any]]]) -> Iterator[Issue]:
    ids = Seen("R02", "单位编号", "请改成没有用过的编号")
    codes = Seen("R03", "短代码", "问题编号要用它，请改成没有用过的代码")
    names: dict[tuple[str, str], Steps] = {}
    for at, unit in listed:
        yield from check_id(unit, at)
        yield from ids.add(text(unit, "id"), (*at, "id"))
        code = text(unit, "code")
        if isinstance(unit.get("code"), str) and not good_id(code):
            yield Issue(
                code="R01",
                steps=(*at, "code"),
                message="短代码只能用英文字母、数字、连字符和下划线",
                value=code,
                remedy="请改成DG02这样的代码",
            )
        yield from codes.add(code, (*at, "code"))
        yield from check_named(unit, at, "name")
        name = (text(unit, "parent"), text(unit, "name"))
        if name[1] and name in names:
            yield Issue(
                code="R11",
                steps=(*at, "name"),
                message="同一上级下有两个同名的单位",
                value=name[1],
                remedy="请改一个名称，免得通报里分不清",
                warning=True,
            )
        names.setdefault(name, at)
        yield from _counts(unit, at)
        yield from check_duty_day(unit, at, "R13")
        yield from _crews(unit, at)


def check_named(row: dict[str, Any], steps: Steps, key: str) -> Iterator[Issue]:
    """A name must be one line of text."""
    value = row.get(key)
    if isinstance(value, str) and (not value.strip() or "\n" in value):
        told = "里不能换行" if value.strip() else "是空的"
        yield Issue(
            code="R10", steps=(*steps, key), message=f"“{key}”{told}", value=value, remedy="请写成一行文字"
        )


def _counts(row: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    for key, word in _COUNTS.items():
        if not 0 <= (whole(row, key) or 0) <= _MOST_PEOPLE:
            yield Issue(
                code="R07",
                steps=(*steps, key),
                message=f"{word}不合理",
                value=row[key],
                remedy="请写实际人数",
            )


def _crews(unit: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    crews = list(rows(unit.get("crews"), (*steps, "crews")))
    for at, crew in crews:
        yield from check_named(crew, at, "name")
        yield from _counts(crew, at)
        members, staff = whole(crew, "members"), whole(crew, "staff")
        if members is not None and staff is not None and members > staff >= 0:
            yield _too_many(crew, (*at, "members"), "班组的党员数多于员工数")
        elif members == 0 and not text(crew, "arrangement").strip():
            yield Issue(
                code="R08",
                steps=at,
                message="党员空白班组没有写培养或联系安排",
                value=text(crew, "name"),
                remedy="请在“arrangement”里写明由谁联系或培养",
                warning=True,
            )
    members, staff = whole(unit, "members"), whole(unit, "staff")
    crew_members = sum(max(0, whole(crew, "members") or 0) for _, crew in crews)
    crew_staff = sum(max(0, whole(crew, "staff") or 0) for _, crew in crews)
    if members is not None and crew_members > members >= 0:
        yield _too_many(unit, (*steps, "members"), f"各班组党员合计{crew_members}人，多于本单位的党员数")
    elif members is not None and (whole(unit, "probationary") or 0) > members >= 0:
        yield _too_many(unit, (*steps, "probationary"), "预备党员数多于党员数")
    if staff is not None and crew_staff > staff >= 0:
        yield _too_many(unit, (*steps, "staff"), f"各班组员工合计{crew_staff}人，多于本单位的员工数")


def _too_many(row: dict[str, Any], steps: Steps, message: str) -> Issue:
    return Issue(code="R06", steps=steps, message=message, value=row.get(str(steps[-1])), remedy="请核对人数")


def _tree(listed: list[tuple[Steps, dict[str, Any]]], closed: bool) -> Iterator[Issue]:
    by_id = {text(unit, "id"): (at, unit) for at, unit in reversed(listed) if text(unit, "id")}
    for at, unit in listed:
        parent = text(unit, "parent")
        if not parent:
            continue
        if parent not in by_id:
            if closed:
                yield Issue(
                    code="R04",
                    steps=(*at, "parent"),
                    message="名册里没有这个上级单位",
                    value=parent,
                    remedy=did_you_mean(parent, by_id, "请核对编号，最上级的单位不写“parent”"),
                )
            continue
        above = _RANK.get(text(by_id[parent][1], "kind"))
        own = _RANK.get(text(unit, "kind"))
        if above is not None and own is not None and own <= above and not _same_top(unit, by_id[parent][1]):
            yield Issue(
                code="R09",
                steps=(*at, "parent"),
                message="上级单位的级别不高于本单位",
                value=parent,
                remedy="请核对上级单位和单位类别",
                warning=True,
            )
    yield from _cycles(by_id)


def _same_top(unit: dict[str, Any], parent: dict[str, Any]) -> bool:
    """A committee may stand under a committee (公司党委、厂党委 are both 党委)."""
    return text(unit, "kind") == text(parent, "kind") == "committee"


def _cycles(by_id: dict[str, tuple[Steps, dict[str, Any]]]) -> Iterator[Issue]:
    settled: set[str] = set()
    for start in by_id:
        path: list[str] = []
        on_path: set[str] = set()
        current = start
        while current in by_id and current not in settled and current not in on_path:
            path.append(current)
            on_path.add(current)
            current = text(by_id[current][1], "parent")
        if current in on_path:
            loop = path[path.index(current) :]
            at = min((by_id[name][0] for name in loop), key=lambda at: str(at[-1]).zfill(9))
            yield Issue(
                code="R05",
                steps=(*at, "parent"),
                message="上级单位绕成了圈",
                value=" → ".join([*loop[:6], *(["…"] if len(loop) > 6 else []), current]),
                remedy="请改其中一个单位的上级",
            )
        settled |= on_path


def _totals(listed: list[tuple[Steps, dict[str, Any]]]) -> Iterator[Issue]:
    below: dict[str, int] = {}
    for _, unit in listed:
        if text(unit, "kind") in _COUNTED_KINDS:
            parent = text(unit, "parent")
            below[parent] = below.get(parent, 0) + max(0, whole(unit, "members") or 0)
    for at, unit in listed:
        total = below.get(text(unit, "id"), 0)
        members = whole(unit, "members")
        if members is not None and total > members >= 0:
            yield Issue(
                code="R12",
                steps=(*at, "members"),
                message=f"下级单位的党员合计{total}人，多于本单位的党员数",
                value=members,
                remedy="请核对人数",
                warning=True,
            )
