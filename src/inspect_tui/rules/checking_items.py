"""What one checklist item must hold: points, labels, caps, sentences, award levels, references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from inspect_tui.model.checklist import ANY
from inspect_tui.model.terms import Profile
from inspect_tui.rules.issue import (
    Issue,
    Seen,
    Steps,
    did_you_mean,
    flag,
    good_id,
    plain_decimal,
    rows,
    text,
    texts,
    whole,
)
from inspect_tui.rules.scoring import points_text

#: Deductions and levels are picked by one digit.
MAX_CHOICES = 9
#: Longest label, in characters, that an 80-column screen shows whole.
MAX_LABEL = 12

_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
#: Profiles by value, with the label people know.
PROFILES = {profile.value: profile.label for profile in Profile}
#: Points have two decimals at most.
FINEST = Decimal("0.01")


def check_duty_day(row: dict[str, Any], steps: Steps, code: str) -> Iterator[Issue]:
    """The day of the month until which 岗位责任 is revised must be one; 0 stands for none."""
    day = whole(row, "duty_day")
    if day is not None and not 0 <= day <= 31:
        yield Issue(
            code=code,
            steps=(*steps, "duty_day"),
            message="岗位责任制的修订节点不是一个月里的日子",
            value=day,
            remedy="请写1到31，没有定的写0或不写",
        )


def check_id(row: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    """An id must be safe in keys and file names."""
    value = row.get("id")
    if isinstance(value, str) and not good_id(value):
        yield Issue(
            code="C01",
            steps=(*steps, "id"),
            message="编号只能用英文字母、数字、连字符和下划线，1到64个字符",
            value=value,
            remedy="请改成GW-01这样的编号",
        )


def check_line(row: dict[str, Any], steps: Steps, key: str) -> Iterator[Issue]:
    """A title, name or label must be one line of text."""
    value = row.get(key)
    if not isinstance(value, str):
        return
    if not value.strip():
        yield Issue(code="C12", steps=(*steps, key), message=f"“{key}”是空的", remedy="请写上内容")
    elif "\n" in value:
        yield Issue(
            code="C19", steps=(*steps, key), message=f"“{key}”里不能换行", value=value, remedy="请写成一行"
        )


def unknown_profile(value: str, steps: Steps, known: list[str]) -> Issue:
    """A profile that does not exist, with what was likely meant."""
    by_label = {label: name for name, label in PROFILES.items()}
    guess = f"请写成“{by_label[value]}”" if value in by_label else ""
    return Issue(
        code="C06",
        steps=steps,
        message="没有这一类定位",
        value=value,
        allowed=tuple(f"{name}（{PROFILES[name]}）" if name in PROFILES else name for name in known),
        remedy=guess or did_you_mean(value, known, "请从可用的值里选，全部适用写“*”"),
    )


def counted_profiles(raw: dict[str, Any]) -> list[str]:
    """The profiles whose points must add up, as the checklist names them."""
    found = [p for _, p in texts(raw.get("profiles"), ()) if p in PROFILES]
    return list(dict.fromkeys(found))


def check_item(item: dict[str, Any], steps: Steps, raw: dict[str, Any], triggers: Seen) -> Iterator[Issue]:
    """Everything wrong with one item; `raw` is its checklist, `triggers` the ids it may name."""
    yield from check_line(item, steps, "text")
    known = [*(counted_profiles(raw) or list(PROFILES)), ANY]
    for at, profile in texts(item.get("applies_to"), (*steps, "applies_to")):
        if profile not in known:
            yield unknown_profile(profile, at, known)
    if item.get("applies_to") == []:
        yield Issue(
            code="C06",
            steps=(*steps, "applies_to"),
            message="没有写适用的定位",
            remedy="全部适用就删去这一项",
        )
    scoring = item.get("scoring", "deduct")
    points = plain_decimal(item.get("points"))
    if points is not None and scoring in ("deduct", "award"):
        yield from _points(points, steps, item.get("points"))
    deductions = list(rows(item.get("deductions"), (*steps, "deductions")))
    awards = list(rows(item.get("awards"), (*steps, "awards")))
    if scoring != "award" and awards:
        yield _mismatch(
            (*steps, "awards"), "给分档只用于给分的检查内容", "请把计分办法写成“award”，或改用扣分项"
        )
    if scoring == "award" and deductions:
        yield _mismatch(
            (*steps, "deductions"), "给分的检查内容不用扣分项", "请改用给分档，或把计分办法写成“deduct”"
        )
    if scoring == "none" and deductions:
        yield _mismatch((*steps, "deductions"), "不计分的检查内容不用扣分项", "请删去扣分项，或改计分办法")
    yield from _choices(deductions, awards, steps)
    if scoring == "deduct":
        for at, deduction in deductions:
            yield from _deduction(deduction, at, points, triggers)
        yield from _lonely(deductions)
    if scoring == "award" and not item.get("answer_set"):
        yield from _awards(awards, item, points, steps)


def _points(points: Decimal, steps: Steps, value: Any) -> Iterator[Issue]:
    if points <= 0:
        yield Issue(
            code="C16",
            steps=(*steps, "points"),
            message="计分的检查内容分值应大于0",
            value=value,
            remedy="请改分值，不计分就把计分办法写成“none”",
        )
    elif points % FINEST:
        yield _too_fine((*steps, "points"), value)


def too_long(label: str, steps: Steps) -> Issue:
    """A label that a narrow screen would cut."""
    return Issue(
        code="C17",
        steps=steps,
        message=f"名称超过{MAX_LABEL}个字，屏幕上可能显示不全",
        value=label,
        remedy="请写短一些，详细的写在问题描述里",
        warning=True,
    )


def _too_fine(steps: Steps, value: Any) -> Issue:
    return Issue(
        code="C22", steps=steps, message="分值最多两位小数", value=value, remedy="请改成0.5这样的分值"
    )


def _mismatch(steps: Steps, message: str, remedy: str) -> Issue:
    return Issue(code="C15", steps=steps, message=message, remedy=remedy, at_key=True)


def _choices(
    deductions: list[tuple[Steps, dict[str, Any]]], awards: list[tuple[Steps, dict[str, Any]]], steps: Steps
) -> Iterator[Issue]:
    for found, key in ((deductions, "deductions"), (awards, "awards")):
        labels = Seen("C03", "本条里的名称", "请改成不同的名称")
        for at, row in found:
            label = row.get("label")
            if not isinstance(label, str):
                continue
            yield from check_line(row, at, "label")
            yield from labels.add(label.strip(), (*at, "label"))
            if len(label) > MAX_LABEL:
                yield too_long(label, (*at, "label"))
        if len(found) > MAX_CHOICES:
            yield Issue(
                code="C21",
                steps=(*steps, key),
                message=f"超过{MAX_CHOICES}项，后面的不能用数字键点选",
                remedy="请合并一些",
                warning=True,
            )


def _deduction(row: dict[str, Any], steps: Steps, points: Decimal | None, triggers: Seen) -> Iterator[Issue]:
    taken = plain_decimal(row.get("points", 0))
    cap = plain_decimal(row["cap"]) if row.get("cap") is not None else None
    counted = bool(text(row, "unit").strip())
    whole_item, suggestion = flag(row, "all"), flag(row, "suggestion")
    if taken is not None:
        if taken < 0 or (
            taken == 0 and not (whole_item or suggestion or text(row, "triggers")) and "points" in row
        ):
            yield Issue(
                code="C16",
                steps=(*steps, "points"),
                message="扣的分应大于0",
                value=row.get("points"),
                remedy='请写正数；不扣分只提建议的加上"suggestion": true',
            )
        elif taken == 0 and "points" not in row and not (whole_item or suggestion or text(row, "triggers")):
            yield Issue(
                code="C16",
                steps=steps,
                message="没有写扣几分",
                remedy='请补上“points”；不得分的写"all": true',
            )
        elif taken and (whole_item or suggestion):
            yield Issue(
                code="C15",
                steps=(*steps, "points"),
                message="不得分或只提建议的扣分项不再写扣几分",
                value=row.get("points"),
                remedy="请删去“points”",
            )
        elif points is not None and 0 < points < taken:
            yield Issue(
                code="C08",
                steps=(*steps, "points"),
                message=f"扣的分超过本条分值{points_text(points)}分",
                value=row.get("points"),
                remedy='请改小，或写"all": true表示不得分',
            )
        elif taken % FINEST:
            yield _too_fine((*steps, "points"), row.get("points"))
    if cap is not None:
        yield from _cap(cap, row, steps, points, taken, whole_item)
    yield from _sentence(row, steps, counted)
    target = text(row, "triggers")
    if target and target not in triggers.held:
        yield Issue(
            code="C10",
            steps=(*steps, "triggers"),
            message="清单里没有这个红线或一票否决编号",
            value=target,
            allowed=tuple(triggers.held),
            remedy=did_you_mean(target, triggers.held, "请核对编号，或在“triggers”里补上"),
        )


def _cap(
    cap: Decimal, row: dict[str, Any], steps: Steps, points: Decimal | None, taken: Decimal | None, all_: bool
) -> Iterator[Issue]:
    told = remedy = ""
    if points is not None and cap > points > 0:
        told, remedy = f"最多扣的分超过本条分值{points_text(points)}分", "请改小，或删去“cap”"
    elif cap <= 0:
        told, remedy = "最多扣的分应大于0", "请改成正数，或删去“cap”"
    elif all_:
        told, remedy = "不得分的扣分项不再写最多扣几分", "请删去“cap”"
    elif taken is not None and cap < taken:
        told, remedy = "最多扣的分比扣一次的分还小", "请改大，或改小“points”"
    if told:
        yield Issue(code="C07", steps=(*steps, "cap"), message=told, value=row.get("cap"), remedy=remedy)


def _sentence(row: dict[str, Any], steps: Steps, counted: bool) -> Iterator[Issue]:
    sentence = row.get("sentence")
    if not isinstance(sentence, str):
        return
    if not sentence.strip():
        yield Issue(
            code="C12",
            steps=(*steps, "sentence"),
            message="问题描述是空的",
            remedy="请写一句事实，如“近3个月缺{n}次”",
        )
        return
    marks = _BRACES.findall(sentence)
    odd = [mark for mark in marks if mark != "{n}"]
    if odd:
        yield Issue(
            code="C13",
            steps=(*steps, "sentence"),
            message="问题描述里只认识{n}这一个填空",
            value=odd[0],
            remedy="请改成{n}，或去掉花括号",
        )
    elif marks and not counted and isinstance(row.get("unit", ""), str):
        yield Issue(
            code="C13",
            steps=(*steps, "sentence"),
            message="问题描述里有{n}，但没有写计数单位",
            value=sentence,
            remedy="请补上“unit”，如“次”；不计数就去掉{n}",
        )
    elif counted and not marks:
        yield Issue(
            code="C14",
            steps=(*steps, "sentence"),
            message="扣分项按次数计，但问题描述里没有{n}",
            value=sentence,
            remedy="请在数字的位置写{n}",
            warning=True,
        )


def _lonely(deductions: list[tuple[Steps, dict[str, Any]]]) -> Iterator[Issue]:
    groups: dict[str, list[Steps]] = {}
    for at, row in deductions:
        if name := text(row, "exclusive"):
            groups.setdefault(name, []).append(at)
    for name, places in groups.items():
        if len(places) == 1:
            yield Issue(
                code="C11",
                steps=(*places[0], "exclusive"),
                message="只取其一的扣分项只有一个",
                value=name,
                remedy=did_you_mean(name, set(groups) - {name}, "请给另一项写同样的“exclusive”，或删去它"),
            )


def _awards(
    awards: list[tuple[Steps, dict[str, Any]]], item: dict[str, Any], points: Decimal | None, steps: Steps
) -> Iterator[Issue]:
    given = item.get("awards", [])
    if not isinstance(given, list) or len(given) != len(awards) or points is None:
        return
    levels = [(at, row, plain_decimal(row.get("points"))) for at, row in awards]
    for at, row, gained in levels:
        if gained is None:
            continue
        verdict = row.get("verdict")
        told = ""
        if gained < 0 or gained > points:
            told = f"得分应在0到{points_text(points)}之间"
        elif verdict == "pass" and gained != points:
            told = "“符合”一档应得满分"
        elif verdict == "fail" and gained == points:
            told = "“不符合”一档不能得满分"
        if told:
            yield Issue(
                code="C09",
                steps=(*at, "points"),
                message=told,
                value=row.get("points"),
                remedy="请改得分或结论",
            )
        if verdict in ("pending", "na", "unverified"):
            yield Issue(
                code="C09",
                steps=(*at, "verdict"),
                message="给分档的结论只能是符合、基本符合、不符合",
                value=verdict,
                allowed=("pass（符合）", "partial（基本符合）", "fail（不符合）"),
                remedy="请从可用的值里选一个",
            )
        if isinstance(row.get("sentence"), str) and _BRACES.search(row["sentence"]):
            yield Issue(
                code="C13",
                steps=(*at, "sentence"),
                message="给分档不计次数，问题描述里不能有花括号",
                value=row["sentence"],
                remedy="请去掉花括号",
            )
    known = [gained for _, _, gained in levels]
    if None not in known and points not in known:
        yield Issue(
            code="C09",
            steps=(*steps, "awards") if "awards" in item else steps,
            message=f"给分档里没有满分{points_text(points)}分的一档",
            remedy="请补上满分的一档，结论写“pass”",
        )
