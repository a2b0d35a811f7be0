"""What the rules and a round must hold to be usable."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from inspect_tui.model.terms import Severity
from inspect_tui.rules.checking import check_checklist
from inspect_tui.rules.checking_items import check_id
from inspect_tui.rules.checking_reach import check_tags
from inspect_tui.rules.checking_units import check_named, check_units
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

_UNIT = Decimal(1)
#: An age recipient.
_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")


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
    for key in ("common_share", "coverage_warning", "rank_coverage"):
        share = plain_decimal(raw.get(key))
        if share is not None and not 0 <= share <= 1:
            yield _range((*steps, key), raw[key], "0到1之间，如0.3表示三成")
    for key in ("carry_open", "carry_relapsed", "carry_cap", "bonus_cap"):
        points = plain_decimal(raw.get(key))
        if points is not None and not 0 <= points <= 100:
            yield _range((*steps, key), raw[key], "0到100之间，0表示不用")
    fineness = plain_decimal(raw.get("rounding"))
    if fineness is not None and not Decimal("0.001") <= fineness <= 1:
        yield _range((*steps, "rounding"), raw["rounding"], "0.001到1之间，0.1表示一位小数")
    for key, low, high in (("common_units", 1, 10_000), ("message_bytes", 300, 100_000)):
        figure = whole(raw, key)
        if figure is not None and not low <= figure <= high:
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
        yield from check_named(row, at, "word")
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


def check_round(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with a round, given as raw JSON.

    What it froze is taken as it was: faults of its checklists, units and rules are warnings here, because
    answers already hang on them.
    """
    return list(itertools.islice(_round(raw, steps), MAX_ISSUES))


def _round(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    yield from check_id(raw, steps)
    yield from check_named(raw, steps, "title")
    unit_ids = Seen("P02", "单位编号", "请向组长重新要发包文件")
    for at, unit in rows(raw.get("units"), (*steps, "units")):
        yield from unit_ids.add(text(unit, "id"), (*at, "id"))
        if not good_id(text(unit, "id")) and isinstance(unit.get("id"), str):
            yield from check_id(unit, at)
    checklist_ids = Seen("P02", "清单编号", "请向组长重新要发包文件")
    frozen: list[Issue] = []
    tags = {tag for _, unit in rows(raw.get("units"), ()) for _, tag in texts(unit.get("tags"), ())}
    for at, checklist in rows(raw.get("checklists"), (*steps, "checklists")):
        yield from checklist_ids.add(text(checklist, "id"), (*at, "id"))
        frozen += check_checklist(checklist, at)
        yield from check_tags(checklist, at, tags, "本轮")
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
    yield from _carried(raw, steps, unit_ids)
    yield from _going_on(raw, steps)
    if (series := text(raw, "series")) and not good_id(series):
        yield Issue(
            code="C01",
            steps=(*steps, "series"),
            message="编号只能用英文字母、数字、连字符和下划线，1到64个字符",
            value=series,
            remedy="请改成2026-dbjj这样的编号",
        )
    if (office := text(raw, "recovery_key")) and not _RECIPIENT.fullmatch(office):
        yield Issue(
            code="P06",
            steps=(*steps, "recovery_key"),
            message="办公室备用公钥写法不对，交卷不会加密给它",
            value=office,
            remedy="请照抄key show给出的age1…",
            warning=True,
        )


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


def _carried(raw: dict[str, Any], steps: Steps, unit_ids: Seen) -> Iterator[Issue]:
    """Problems carried over must belong to units of the round, else nobody would ever look at them."""
    ids = Seen("P02", "上轮问题", "请向组长重新要发包文件")
    for at, problem in rows(raw.get("carried"), (*steps, "carried")):
        yield from ids.add(text(problem, "id"), (*at, "id"))
        # Kept as it was found, be it of several lines; only nothing at all is no problem.
        if not text(problem, "text").strip():
            yield from check_named(problem, at, "text")
        if not good_id(text(problem, "id")):
            yield from check_id(problem, at)
        if text(problem, "unit") not in unit_ids.held:
            yield Issue(
                code="P03",
                steps=(*at, "unit"),
                message="轮次里没有这个单位",
                value=problem.get("unit"),
                remedy="请向组长重新要发包文件",
            )


def _going_on(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    """Cards and pairs of earlier rounds need ids safe in keys, each once; their units may be others."""
    for name, told in (("cards", "经验"), ("pairs", "结对")):
        ids = Seen("P02", told, "请向组长重新要发包文件")
        for at, one in rows(raw.get(name), (*steps, name)):
            yield from ids.add(text(one, "id"), (*at, "id"))
            for key in ("id", "unit"):
                if not good_id(text(one, key)):
                    yield Issue(
                        code="C01",
                        steps=(*at, key),
                        message="编号只能用英文字母、数字、连字符和下划线，1到64个字符",
                        value=one.get(key),
                        remedy="请向组长重新要发包文件",
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
