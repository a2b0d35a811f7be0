"""What a distribution rule or a list of basic flows must hold to be usable, all faults at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from inspect_tui.model.distribution import Measure
from inspect_tui.model.flows import FlowStage
from inspect_tui.rules.checking_items import check_id
from inspect_tui.rules.checking_units import check_named
from inspect_tui.rules.issue import MAX_ISSUES, Issue, Seen, Steps, plain_decimal, rows, text, texts

_POTS = ("each", "amount", "share")


def check_distribution(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with a distribution rule, given as raw JSON."""
    return list(itertools.islice(_distribution(raw, steps), MAX_ISSUES))


def check_flows(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with a list of basic flows, given as raw JSON."""
    return list(itertools.islice(_flows(raw, steps), MAX_ISSUES))


# -------------------------------------------------------------------- distribution


def _distribution(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    yield from check_id(raw, steps)
    yield from check_named(raw, steps, "title")
    names = Seen("F01", "步骤名称", "请改成没有用过的名称")
    if raw.get("parts") == []:
        yield Issue(code="F02", steps=(*steps, "parts"), message="没有步骤", remedy="请至少写一步怎样分")
    listed = list(rows(raw.get("parts"), (*steps, "parts")))
    rest: Steps = ()
    shared = Decimal(0)
    used: set[str] = set()
    for at, part in listed:
        yield from check_named(part, at, "name")
        yield from names.add(text(part, "name"), (*at, "name"))
        ways = [key for key in _POTS if part.get(key) is not None]
        if len(ways) > 1:
            yield Issue(
                code="F03",
                steps=(*at, ways[1]),
                message=f"一步里同时写了{'、'.join(ways)}",
                remedy="请只留一种：每份多少（each）、总共多少（amount）、占总额多少（share）",
            )
        elif not ways:
            if rest:
                yield Issue(
                    code="F03",
                    steps=at,
                    message="有两步都取剩下的钱，后一步没有可分的",
                    remedy="请给其中一步写amount或share",
                )
            rest = at
        yield from _figures(part, at)
        shared += plain_decimal(part.get("share")) or Decimal(0)
        measures = [word for _, word in texts(part.get("by"), (*at, "by"))]
        used |= set(measures)
        if len(set(measures)) < len(measures):
            yield Issue(
                code="F01", steps=(*at, "by"), message="同一项写了两次", remedy="请去掉重复的", value=measures
            )
    if shared > 1:
        yield Issue(
            code="F04",
            steps=(*steps, "parts"),
            message="各步占总额的比例合计超过1",
            value=f"{shared:f}",
            remedy="请改正比例",
        )
    yield from _whole_rule(raw, steps, listed, rest, used)


def _figures(part: dict[str, Any], at: Steps) -> Iterator[Issue]:
    share, amount = plain_decimal(part.get("share")), plain_decimal(part.get("amount"))
    if share is not None and not 0 < share <= 1:
        yield _range((*at, "share"), part["share"], "比例应大于0、不超过1", "如三成写0.3")
    if amount is not None and amount <= 0:
        yield _range((*at, "amount"), part["amount"], "金额应大于0", "扣减请用each写负数")
    if plain_decimal(part.get("each")) == 0:
        yield _range((*at, "each"), part["each"], "每份金额不能是0", "请写每份多少元，扣减写负数")


def _whole_rule(
    raw: dict[str, Any], steps: Steps, listed: list[tuple[Steps, dict[str, Any]]], rest: Steps, used: set[str]
) -> Iterator[Issue]:
    for key, least in (("total", Decimal("0.01")), ("default_coefficient", Decimal(0)), ("tolerance", 0)):
        number = plain_decimal(raw.get(key))
        if number is not None and number < least:
            yield _range((*steps, key), raw[key], "数字太小", "请改正这个数字")
    coefficients = raw.get("coefficients")
    if isinstance(coefficients, dict):
        for post, value in coefficients.items():
            number = plain_decimal(value)
            if number is not None and number < 0:
                yield _range((*steps, "coefficients", post), value, "系数小于0", "请改正这个系数")
        if coefficients and Measure.COEFFICIENT.value not in used:
            yield Issue(
                code="F05",
                steps=(*steps, "coefficients"),
                message="写了岗位系数，但没有一步用到",
                remedy='请在用系数的一步的by里写"coefficient"，或删去系数',
                warning=True,
            )
    splits = any(part.get("each") is None for _, part in listed)
    if listed and splits and not rest:
        yield Issue(
            code="F06",
            steps=(*steps, "parts"),
            message="没有一步取剩下的钱，总额可能分不完",
            remedy="如果细则是这样写的，可以不管",
            warning=True,
        )
    elif rest and rest != listed[-1][0]:
        yield Issue(
            code="F06",
            steps=rest,
            message="取剩下的钱不是最后一步，后面的步骤会超出总额",
            remedy="请把它移到最后；细则就是这样写的，可以不管",
            warning=True,
        )


def _range(steps: Steps, value: Any, message: str, remedy: str) -> Issue:
    return Issue(code="F04", steps=steps, message=message, value=value, remedy=remedy)


# -------------------------------------------------------------------- flows


def _flows(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    yield from check_id(raw, steps)
    yield from check_named(raw, steps, "title")
    groups = Seen("F01", "类别名称", "请改成没有用过的名称")
    ids = Seen("F01", "流程编号", "请改成没有用过的编号")
    names = Seen("F01", "流程名称", "请改成没有用过的名称")
    if raw.get("groups") == []:
        yield Issue(code="F02", steps=(*steps, "groups"), message="没有流程", remedy="请至少写一类流程")
    for at, group in rows(raw.get("groups"), (*steps, "groups")):
        yield from check_named(group, at, "name")
        yield from groups.add(text(group, "name"), (*at, "name"))
        if group.get("flows") == []:
            yield Issue(code="F02", steps=(*at, "flows"), message="这一类没有流程", remedy="请写上或删去")
        for place, flow in rows(group.get("flows"), (*at, "flows")):
            yield from check_id(flow, place)
            yield from check_named(flow, place, "name")
            yield from ids.add(text(flow, "id"), (*place, "id"))
            yield from names.add(text(flow, "name"), (*place, "name"))
            yield from _steps(flow, place)


def _steps(flow: dict[str, Any], at: Steps) -> Iterator[Issue]:
    if flow.get("steps") == []:
        yield Issue(code="F02", steps=(*at, "steps"), message="这个流程没有步骤", remedy="请写出各步")
        return
    held = list(rows(flow.get("steps"), (*at, "steps")))
    for place, step in held:
        yield from check_named(step, place, "text")
    have = {text(step, "stage") for _, step in held}
    missing = [stage.label for stage in FlowStage if stage.value not in have]
    if held and missing:
        yield Issue(
            code="F07",
            steps=(*at, "steps"),
            message=f"流程没有形成闭环，缺{'、'.join(missing)}",
            remedy="请补上；确实没有的可以不管",
            warning=True,
        )
