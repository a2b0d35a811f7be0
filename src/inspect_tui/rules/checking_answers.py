"""Own answers and requirements of a checklist: what an item can be answered, and what must come with it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from inspect_tui.model.terms import Verdict
from inspect_tui.rules.checking_items import FINEST, MAX_LABEL, check_line, too_long
from inspect_tui.rules.issue import Issue, Seen, Steps, did_you_mean, plain_decimal, rows, text
from inspect_tui.rules.scoring import points_text

#: Verdicts by value, with the label people know.
VERDICTS = {verdict.value: verdict.label for verdict in Verdict}
#: Verdicts that people give, so that a condition may ask for them and they may require something.
GIVEN = tuple(verdict.value for verdict in Verdict if verdict is not Verdict.PENDING)
_ANSWERS = ("pass", "partial", "fail")


def check_answer_sets(
    raw: dict[str, Any], items: list[tuple[Steps, dict[str, Any]]], steps: Steps
) -> Iterator[Issue]:
    """Everything wrong with the answer sets of a checklist and with the items that name one."""
    given = raw.get("answer_sets")
    sets: dict[str, Any] = given if isinstance(given, dict) else {}
    for name, answers in sets.items():
        at = (*steps, "answer_sets", name)
        if not name.strip() or "\n" in name:
            yield Issue(
                code="C12", steps=at, message="答案组的名称是空的或换了行", value=name, remedy="请写成一行"
            )
        if isinstance(answers, list):
            yield from _answer_set(answers, at)
    used = {text(item, "answer_set") for _, item in items}
    for name in sets:
        if name not in used:
            yield Issue(
                code="C40",
                steps=(*steps, "answer_sets", name),
                message="这个答案组没有条目用",
                value=name,
                remedy="请在用它的条目里写“answer_set”，或删去它",
                warning=True,
            )
    for at, item in items:
        if item.get("answer_set"):
            yield from _answered(item, at, sets)


def _answer_set(answers: list[Any], at: Steps) -> Iterator[Issue]:
    if len(answers) < 2:
        yield _bad_set(at, "答案组至少要有两个答案", None, "请补上")
    labels = Seen("C03", "答案组里的名称", "请改成不同的名称")
    for place, row in rows(answers, at):
        yield from check_line(row, place, "label")
        label = text(row, "label")
        yield from labels.add(label.strip(), (*place, "label"))
        if len(label) > MAX_LABEL:
            yield too_long(label, (*place, "label"))
        if text(row, "verdict") in VERDICTS and text(row, "verdict") not in _ANSWERS:
            yield _bad_set(
                (*place, "verdict"),
                "答案的结论只能是符合、基本符合、不符合",
                row["verdict"],
                "不适用和未能核实另有按键，不写进答案组",
                tuple(f"{value}（{VERDICTS[value]}）" for value in _ANSWERS),
            )
        share, points = (row.get(key) for key in ("share", "points"))
        if (share is None) == (points is None):
            yield _bad_set(
                place, "要写“share”（得几成）或“points”（得几分）之一", None, "请写一个，也只写一个"
            )
        number = plain_decimal(share)
        if number is not None and not 0 <= number <= 1:
            yield _bad_set((*place, "share"), "“share”应在0到1之间", share, "如全得写1，一半写0.5，不得分写0")
        sentence = row.get("sentence")
        if isinstance(sentence, str) and ("{" in sentence or "}" in sentence):
            yield Issue(
                code="C13",
                steps=(*place, "sentence"),
                message="答案不计次数，问题描述里不能有花括号",
                value=sentence,
                remedy="请去掉花括号",
            )


def _bad_set(at: Steps, message: str, value: Any, remedy: str, allowed: tuple[str, ...] = ()) -> Issue:
    return Issue(code="C40", steps=at, message=message, value=value, allowed=allowed, remedy=remedy)


def _answered(item: dict[str, Any], at: Steps, sets: dict[str, Any]) -> Iterator[Issue]:
    """An item that names an answer set: the set must be there and fit its points."""
    name, here = text(item, "answer_set"), (*at, "answer_set")
    if not name:
        return
    if name not in sets:
        yield Issue(
            code="C40",
            steps=here,
            message="清单里没有这个答案组",
            value=name,
            allowed=tuple(sets),
            remedy=did_you_mean(name, sets, "请核对名称，或在“answer_sets”里补上"),
        )
        return
    if item.get("scoring") != "award":
        yield Issue(
            code="C15",
            steps=here,
            message="用答案组的检查内容要按给分计",
            value=name,
            remedy='请把计分办法写成"scoring": "award"',
        )
    points = plain_decimal(item.get("points"))
    if points is None or points <= 0:
        return
    levels = []
    for _, row in rows(sets[name], ()):
        given = plain_decimal(row.get("points"))
        share = plain_decimal(row.get("share"))
        levels.append((row, given if given is not None else None if share is None else points * share))
    if "awards" in item and not _same_levels(item["awards"], levels):
        yield Issue(
            code="C15",
            steps=(*at, "awards"),
            message=f"给分档和答案组“{name}”不一样",
            remedy="用答案组就不再写“awards”",
            at_key=True,
        )
    for row, gained in levels:
        if gained is None:
            continue
        label, verdict, told = text(row, "label"), text(row, "verdict"), ""
        if not 0 <= gained <= points:
            told = f"“{label}”得{points_text(gained)}分，应在0到{points_text(points)}之间"
        elif verdict == "pass" and gained != points:
            told = f"“{label}”是符合，应得满分{points_text(points)}分，现为{points_text(gained)}分"
        elif verdict == "fail" and gained == points:
            told = f"“{label}”是不符合，不能得满分"
        elif gained % FINEST:
            told = f"“{label}”得{points_text(gained)}分，多于两位小数"
        if told:
            yield _bad_set(here, told, name, "请改答案组、本条分值，或换一个答案组")
    if levels and not any(gained == points for _, gained in levels):
        yield _bad_set(
            here, f"没有一个答案得满分{points_text(points)}分", name, "请补上满分的答案，结论写“pass”"
        )


def _same_levels(awards: Any, levels: list[tuple[dict[str, Any], Decimal | None]]) -> bool:
    """Whether levels written out, as the program writes a frozen checklist, are those of the set."""
    written = [row for _, row in rows(awards, ())]
    return len(written) == len(levels) and all(
        text(one, "label") == text(row, "label")
        and one.get("verdict") == row.get("verdict")
        and plain_decimal(one.get("points")) == gained
        for one, (row, gained) in zip(written, levels, strict=True)
    )


# -------------------------------------------------------------------- requirements


def check_required(item: dict[str, Any], at: Steps) -> Iterator[Issue]:
    """Everything wrong with what an item's verdicts must come with."""
    require = item.get("require")
    if not isinstance(require, dict):
        return
    for verdict, needs in require.items():
        here = (*at, "require", verdict)
        if verdict not in GIVEN:
            by_label = {VERDICTS[value]: value for value in GIVEN}
            guess = f"请写成“{by_label[verdict]}”" if verdict in by_label else ""
            yield Issue(
                code="C48",
                steps=here,
                at_key=True,
                message="没有这个结论",
                value=verdict,
                allowed=tuple(f"{value}（{VERDICTS[value]}）" for value in GIVEN),
                remedy=guess or did_you_mean(verdict, GIVEN, "请从可用的值里选"),
            )
        elif needs == []:
            yield Issue(
                code="C48",
                steps=here,
                message="没有写要附上什么",
                remedy='请写["note"]（说明）、["evidence"]（佐证）之类，或删去',
            )
