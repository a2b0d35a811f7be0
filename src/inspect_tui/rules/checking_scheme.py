"""What a scheme of grades or a contest must hold to be usable: no gap, no overlap, nobody left out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from inspect_tui.rules.checking_items import check_id
from inspect_tui.rules.checking_units import check_named
from inspect_tui.rules.issue import (
    MAX_ISSUES,
    Issue,
    Seen,
    Steps,
    did_you_mean,
    plain_decimal,
    rows,
    text,
    texts,
    whole,
)
from inspect_tui.rules.scoring import points_text


def check_scheme(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with a scheme of grades, given as raw JSON."""
    return list(itertools.islice(_scheme(raw, steps), MAX_ISSUES))


def _scheme(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    yield from check_id(raw, steps)
    yield from check_named(raw, steps, "title")
    ids = Seen("V01", "等级编号", "请改成没有用过的编号")
    names = Seen("V01", "等级名称", "请改成没有用过的名称")
    listed = list(rows(raw.get("levels"), (*steps, "levels")))
    if raw.get("levels") == []:
        yield Issue(code="V02", steps=(*steps, "levels"), message="没有等级", remedy="请至少写两个等级")
    for at, level in listed:
        yield from check_id(level, at)
        yield from ids.add(text(level, "id"), (*at, "id"))
        yield from check_named(level, at, "name")
        yield from names.add(text(level, "name"), (*at, "name"))
        quota = plain_decimal(level.get("quota"))
        if quota is not None and not 0 < quota <= 1:
            yield Issue(
                code="V05",
                steps=(*at, "quota"),
                message="名额比例应大于0、不超过1",
                value=level["quota"],
                remedy="如一成写0.1",
            )
    full = plain_decimal(raw.get("full"))
    step = plain_decimal(raw.get("step"))
    if step is not None and step <= 0:
        yield Issue(
            code="V05", steps=(*steps, "step"), message="分数间隔应大于0", value=raw["step"], remedy="如0.1"
        )
        step = None
    yield from _lines(listed, full if full is not None else Decimal(100), step or Decimal("0.1"))
    wanted = text(raw, "veto_level")
    if wanted and wanted not in ids.held:
        yield Issue(
            code="V06",
            steps=(*steps, "veto_level"),
            message="没有这个等级",
            value=wanted,
            allowed=tuple(ids.held),
            remedy=did_you_mean(wanted, ids.held, "请从已有的等级编号里选"),
        )
    for key in ("up", "down"):
        moves = whole(raw, key)
        if moves is not None and not 0 <= moves <= len(listed):
            yield Issue(
                code="V05",
                steps=(*steps, key),
                message="一年升降的级数应在0和等级数之间",
                value=moves,
                remedy="不限制就不写这一项",
            )


def _lines(listed: list[tuple[Steps, dict[str, Any]]], full: Decimal, step: Decimal) -> Iterator[Issue]:
    """Score lines from the lowest level to the highest: each begins right behind the one before."""
    before: tuple[Decimal, str] | None = None
    for number, (at, level) in enumerate(listed):
        low, high = plain_decimal(level.get("low")), plain_decimal(level.get("high"))
        if low is None or high is None:
            before = None
            continue
        if low > high:
            yield _line("V03", (*at, "low"), level["low"], "下限高于上限", "请改正分数线")
        for key, value in (("low", low), ("high", high)):
            if not 0 <= value <= full:
                yield _line(
                    "V03", (*at, key), level[key], f"分数应在0和{points_text(full)}之间", "请改正分数线"
                )
        if number == 0 and low != 0:
            told = f"最低一级从{points_text(low)}分起，更低的分数没有等级"
            yield _line("V03", (*at, "low"), level["low"], told, "最低一级的下限请写0")
        if before is not None:
            ended, name = before
            if low > ended + step:
                told = f"和“{name}”之间有空当：{points_text(ended)}到{points_text(low)}分没有等级"
                yield _line("V03", (*at, "low"), level["low"], told, f"下限可写{points_text(ended + step)}")
            elif low <= ended:
                told = f"和“{name}”有重叠：{points_text(low)}到{points_text(ended)}分有两个等级"
                yield _line("V04", (*at, "low"), level["low"], told, f"下限可写{points_text(ended + step)}")
        before = (high, text(level, "name") or text(level, "id"))
    if before is not None and before[0] < full:
        at, level = listed[-1]
        told = f"最高一级到{points_text(before[0])}分为止，更高的分数没有等级"
        yield _line("V03", (*at, "high"), level["high"], told, f"上限请写{points_text(full)}")


def _line(code: str, steps: Steps, value: Any, message: str, remedy: str) -> Issue:
    return Issue(code=code, steps=steps, message=message, value=value, remedy=remedy)


def check_contest(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with a contest, given as raw JSON."""
    return list(itertools.islice(_contest(raw, steps), MAX_ISSUES))


def _contest(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    yield from check_id(raw, steps)
    yield from check_named(raw, steps, "title")
    yield from check_named(raw, steps, "prize")
    for key, least, most in (("winners", 1, 1000), ("keep", 1, 100)):
        number = whole(raw, key)
        if number is not None and not least <= number <= most:
            yield Issue(
                code="V05",
                steps=(*steps, key),
                message=f"应在{least}到{most}之间",
                value=number,
                remedy="请改正这个数字",
            )
    compared = list(texts(raw.get("sections"), (*steps, "sections")))
    ties = [tie for _, tie in texts(raw.get("ties"), (*steps, "ties"))]
    if not compared and (text(raw, "criterion") == "section" or "higher_section" in ties):
        yield Issue(
            code="V07",
            steps=(*steps, "sections"),
            message="要比较大项得分，却没有写哪个大项",
            remedy='请在sections里写大项编号，如["GW"]',
        )
    eligible = raw.get("eligible")
    if isinstance(eligible, dict):
        share = plain_decimal(eligible.get("coverage"))
        if share is not None and not 0 <= share <= 1:
            yield Issue(
                code="V05",
                steps=(*steps, "eligible", "coverage"),
                message="覆盖率应在0到1之间",
                value=eligible["coverage"],
                remedy="如八成写0.8",
            )
