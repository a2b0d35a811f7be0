"""What a roster, the rules and a round must hold to be usable."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from inspect_tui.model.terms import Severity, UnitKind
from inspect_tui.rules.checking import check_checklist, check_id
from inspect_tui.rules.issue import (
    MAX_ISSUES,
    Issue,
    Seen,
    Steps,
    did_you_mean,
    good_id,
    plain_decimal,
    rows,
    text,
    texts,
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
_UNIT = Decimal(1)


def check_roster(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with the content of a roster, given as raw JSON."""
    issues = list(_named(raw, steps, "name"))
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
        yield from _named(unit, at, "name")
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
        yield from _crews(unit, at)


def _named(row: dict[str, Any], steps: Steps, key: str) -> Iterator[Issue]:
    value = row.get(key)
    if isinstance(value, str) and (not value.strip() or "\n" in value):
        told = "里不能换行" if value.strip() else "是空的"
        yield Issue(
            code="R10", steps=(*steps, key), message=f"“{key}”{told}", value=value, remedy="请写成一行文字"
        )


def _counts(row: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    for key, word in _COUNTS.items():
        if not 0 <= whole(row, key) <= _MOST_PEOPLE:
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
        yield from _named(crew, at, "name")
        yield from _counts(crew, at)
        if whole(crew, "members") > whole(crew, "staff") >= 0 and "staff" in crew:
            yield _too_many(crew, (*at, "members"), "班组的党员数多于员工数")
        elif "members" in crew and crew["members"] == 0 and not text(crew, "arrangement").strip():
            yield Issue(
                code="R08",
                steps=at,
                message="党员空白班组没有写培养或联系安排",
                value=text(crew, "name"),
                remedy="请在“arrangement”里写明由谁联系或培养",
                warning=True,
            )
    members, staff = whole(unit, "members"), whole(unit, "staff")
    crew_members = sum(max(0, whole(crew, "members")) for _, crew in crews)
    crew_staff = sum(max(0, whole(crew, "staff")) for _, crew in crews)
    if "members" in unit and crew_members > members >= 0:
        yield _too_many(unit, (*steps, "members"), f"各班组党员合计{crew_members}人，多于本单位的党员数")
    elif "members" in unit and whole(unit, "probationary") > members >= 0:
        yield _too_many(unit, (*steps, "probationary"), "预备党员数多于党员数")
    if "staff" in unit and crew_staff > staff >= 0:
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
            below[parent] = below.get(parent, 0) + max(0, whole(unit, "members"))
    for at, unit in listed:
        total = below.get(text(unit, "id"), 0)
        if "members" in unit and total > whole(unit, "members") >= 0:
            yield Issue(
                code="R12",
                steps=(*at, "members"),
                message=f"下级单位的党员合计{total}人，多于本单位的党员数",
                value=unit["members"],
                remedy="请核对人数",
                warning=True,
            )


# -------------------------------------------------------------------- rules


def check_rules(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with the figures an office sets for itself, given as raw JSON."""
    return list(itertools.islice(_rules(raw, steps), MAX_ISSUES))


def _rules(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    severities = [severity.value for severity in Severity]
    labels = tuple(f"{severity.value}（{severity.label}）" for severity in Severity)
    for key, least in (("severity_points", Decimal(0)), ("days", Decimal(1))):
        figures = raw.get(key)
        if not isinstance(figures, dict):
            continue
        for name, value in figures.items():
            at = (*steps, key, name)
            if name not in severities:
                yield Issue(
                    code="G01",
                    steps=at,
                    at_key=True,
                    message="没有这一种程度",
                    value=name,
                    allowed=labels,
                    remedy=did_you_mean(name, severities, "请从可用的值里选"),
                )
            elif (number := plain_decimal(value)) is not None and number < least:
                yield Issue(
                    code="G02", steps=at, message=f"应不小于{least}", value=value, remedy="请改正这个数字"
                )
        for name, label in zip(severities, labels, strict=True):
            if name not in figures and not set(figures) - set(severities):
                yield Issue(
                    code="G01", steps=(*steps, key), message=f"缺少“{label}”的数字", remedy="请补上这一项"
                )
    for key in ("common_share", "coverage_warning"):
        share = plain_decimal(raw.get(key))
        if share is not None and not 0 <= share <= 1:
            yield _range((*steps, key), raw[key], "0到1之间，如0.3表示三成")
    for key, low, high in (("common_units", 1, 10_000), ("message_bytes", 300, 100_000)):
        if isinstance(raw.get(key), int) and not low <= whole(raw, key) <= high:
            yield _range((*steps, key), raw[key], f"{low}到{high}之间")
    yield from _softeners(raw, steps)


def _range(steps: Steps, value: Any, allowed: str) -> Issue:
    return Issue(code="G02", steps=steps, message=f"应在{allowed}", value=value, remedy="请改正这个数字")


def _softeners(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    if raw.get("softeners") == []:
        yield Issue(
            code="G03", steps=(*steps, "softeners"), message="没有程度词", remedy="请至少写一档，比例到1"
        )
    listed = list(rows(raw.get("softeners"), (*steps, "softeners")))
    before = Decimal(0)
    shares: list[Decimal | None] = []
    for at, row in listed:
        share = plain_decimal(row.get("share"))
        shares.append(share)
        yield from _named(row, at, "word")
        if share is None:
            continue
        if not before < share <= _UNIT:
            yield Issue(
                code="G03",
                steps=(*at, "share"),
                message="单位比例应从小到大，都在0到1之间",
                value=row["share"],
                remedy="请按比例从小到大写，最后一档写1",
            )
        before = max(before, share)
    if shares and None not in shares and max(s for s in shares if s is not None) < _UNIT:
        at = listed[-1][0]
        yield Issue(
            code="G03",
            steps=(*at, "share"),
            message="最后一档的比例应为1",
            value=listed[-1][1]["share"],
            remedy="请改成1",
        )


# -------------------------------------------------------------------- round


def check_round(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with a round, given as raw JSON.

    What it froze is taken as it was: faults of its checklists, units and rules are warnings here, because
    answers already hang on them.
    """
    return list(itertools.islice(_round(raw, steps), MAX_ISSUES))


def _round(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    yield from check_id(raw, steps)
    yield from _named(raw, steps, "title")
    unit_ids = Seen("P02", "单位编号", "请重新取得检查任务包")
    for at, unit in rows(raw.get("units"), (*steps, "units")):
        yield from unit_ids.add(text(unit, "id"), (*at, "id"))
        if not good_id(text(unit, "id")) and isinstance(unit.get("id"), str):
            yield from check_id(unit, at)
    checklist_ids = Seen("P02", "清单编号", "请重新取得检查任务包")
    frozen: list[Issue] = []
    for at, checklist in rows(raw.get("checklists"), (*steps, "checklists")):
        yield from checklist_ids.add(text(checklist, "id"), (*at, "id"))
        frozen += check_checklist(checklist, at)
    frozen += [
        i
        for i in check_units(raw.get("units"), (*steps, "units"), closed=False)
        if i.code not in ("C01", "R02")
    ]
    if isinstance(rules := raw.get("rules"), dict):
        frozen += check_rules(rules, (*steps, "rules"))
    # Ids are parts of record keys and file names, so a bad or doubled one is never harmless.
    for issue in frozen:
        if issue.code in ("C01", "C02", "C03"):
            yield issue
        elif not issue.warning:
            yield Issue(
                code=issue.code,
                steps=issue.steps,
                message=issue.message,
                value=issue.value,
                allowed=issue.allowed,
                remedy="这是建立轮次时就有的，可以继续检查",
                warning=True,
            )
    yield from _teams(raw, steps, unit_ids)
    yield from _period(raw, steps)


def _teams(raw: dict[str, Any], steps: Steps, unit_ids: Seen) -> Iterator[Issue]:
    teams = Seen("P02", "检查组编号", "请改成没有用过的编号")
    for at, team in rows(raw.get("teams"), (*steps, "teams")):
        yield from check_id(team, at)
        yield from teams.add(text(team, "id"), (*at, "id"))
        for place, unit in texts(team.get("units"), (*at, "units")):
            if unit not in unit_ids.held:
                yield Issue(
                    code="P03",
                    steps=place,
                    message="轮次里没有这个单位",
                    value=unit,
                    remedy=did_you_mean(unit, unit_ids.held, "请核对单位编号"),
                )


def _period(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    period = raw.get("period")
    if not isinstance(period, dict):
        return
    dates: dict[str, dt.date] = {}
    for key in ("start", "end"):
        value = text(period, key)
        if not value:
            continue
        try:
            if len(value) != 10:
                raise ValueError
            dates[key] = dt.date.fromisoformat(value)
        except ValueError:
            yield Issue(
                code="P04",
                steps=(*steps, "period", key),
                message="日期写法不对",
                value=value,
                remedy="请写成2026-11-20这样的日期",
            )
    if len(dates) == 2 and dates["end"] < dates["start"]:
        yield Issue(
            code="P04",
            steps=(*steps, "period", "end"),
            message="结束日期早于开始日期",
            value=text(period, "end"),
            remedy="请改正日期",
        )
