"""How a checklist reads: wording that misleads on site or in a 通报, and items nobody would ever reach.

These checks are for the author's own file. A round that froze a checklist is not troubled with them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from inspect_tui.model.checklist import ANY, Checklist
from inspect_tui.model.terms import UnitKind
from inspect_tui.rules.checking_items import PROFILES
from inspect_tui.rules.issue import MAX_ISSUES, Issue, Steps, rows, text, texts

#: Characters in one line of a formal 通报 (GB/T 9704).
LONGEST_SENTENCE = 28

_HALF_WIDTH = re.compile(
    r"(?<=[\u4e00-\u9fff”》）])[,;:?!()](?!\d)|(?<![A-Za-z0-9])[,;:?!()](?=[\u4e00-\u9fff“《（])"
)
_STRAIGHT_QUOTES = re.compile(r"[\"'](?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[\"']")
_FIGURE = re.compile(r"[0-9０-９一二两三四五六七八九十半]+(?:[.．][0-9０-９]+)?\s*分|不得分|全扣|不给分|满分")
_VAGUE = re.compile(r"酌情|适当|视情|视情况|酌量|斟酌")
_TRACES = re.compile(
    r"照片|拍照|相片|图片|截图|影像|视频|张数|页数|篇数|字数|条数统计|留痕|痕迹资料|学习笔记|心得体会|打卡"
)
_NOT_BY = re.compile(r"不按|不以|不看|不得以|不得按|不因|不凭|不搞|不要求|不考核|不检查|严禁|禁止|无需|杜绝")
_CLAUSE_END = re.compile(r"[；;。！!\n（(]")
_PARTS_OF_ITEM = ("text", "rubric", "basis")


def check_words(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Warnings about wording, and errors about items nobody reaches, in a checklist given as raw JSON."""
    return list(itertools.islice(_words(raw, steps), MAX_ISSUES))


def check_papers(checklist: Checklist) -> list[Issue]:
    """A warning for each paper that several items ask for."""
    from inspect_tui.rules.gauge import same_papers

    places = {
        item.id: ("sections", s, "items", i, "text")
        for s, section in enumerate(checklist.sections)
        for i, item in enumerate(section.items)
    }
    return [
        Issue(
            code="C27",
            steps=places[same.items[-1]],
            message=f"同一份材料要查{len(same.items)}次：{'、'.join(same.items[:6])}",
            value=same.paper,
            remedy="请合成一条，或写明各看什么",
            warning=True,
        )
        for same in same_papers(checklist)
        # 记录 or 台账 alone names no paper; a title between 《》 does.
        if len(same.paper) >= 4 or any(f"《{same.paper}》" in item.text for item in checklist.items())
    ]


def _words(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    for key in ("title", "remark"):
        yield from _punctuation(raw, steps, key)
    for at, trigger in rows(raw.get("triggers"), (*steps, "triggers")):
        yield from _punctuation(trigger, at, "text")
    for at, section in rows(raw.get("sections"), (*steps, "sections")):
        yield from _punctuation(section, at, "name")
        for place, item in rows(section.get("items"), (*at, "items")):
            yield from _item(item, place)
            yield from _reach(item, place, raw)


# ------------------------------------------------------------------------ words


def _item(item: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    for key in _PARTS_OF_ITEM:
        yield from _punctuation(item, steps, key)
    for key in ("na_when", "samples"):
        for at, said in texts(item.get(key), (*steps, key)):
            yield from _half_width(said, at)
    scored = item.get("scoring", "deduct") != "none"
    if scored:
        for key in ("text", "rubric"):
            yield from _traces(text(item, key), (*steps, key))
    yield from _rubric(item, steps)
    for key in ("deductions", "awards"):
        for at, row in rows(item.get(key), (*steps, key)):
            for part in ("label", "sentence"):
                yield from _punctuation(row, at, part)
            yield from _length(text(row, "sentence"), (*at, "sentence"))
            if scored:
                yield from _traces(text(row, "sentence"), (*at, "sentence"))
            if key == "deductions" and row.get("severity") == "veto" and not text(row, "triggers"):
                yield Issue(
                    code="C29",
                    steps=(*at, "severity"),
                    message="程度是红线，却没有写是哪一条红线",
                    value="veto",
                    remedy="请在“triggers”里写红线或一票否决的编号，或改程度",
                )


def _punctuation(row: dict[str, Any], steps: Steps, key: str) -> Iterator[Issue]:
    yield from _half_width(text(row, key), (*steps, key))


def _half_width(said: str, steps: Steps) -> Iterator[Issue]:
    if said.isascii():
        return
    found = _HALF_WIDTH.findall(said) + _STRAIGHT_QUOTES.findall(said)
    if found:
        yield Issue(
            code="C23",
            steps=steps,
            message=f"中文里用了半角标点（{' '.join(dict.fromkeys(found))}）",
            value=said,
            remedy="请改成全角的，引号用“”",
            warning=True,
        )


def _rubric(item: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    rubric = text(item, "rubric")
    if item.get("scoring", "deduct") != "deduct":
        return
    vague = _VAGUE.search(rubric)
    bare = not rubric.strip()
    if vague:
        told, value = "评分标准没有定数，各人扣的分会不一样", vague[0]
    elif not bare and not _FIGURE.search(rubric):
        told, value = "评分标准里没有扣几分", rubric
    elif bare and not item.get("deductions") and "rubric" in item:
        told, value = "评分标准是空的，也没有扣分项", ""
    else:
        return
    yield Issue(
        code="C24",
        steps=(*steps, "rubric"),
        message=told,
        value=value,
        remedy="请写明什么情况扣几分，如“缺1次扣0.5分”",
        warning=True,
    )


def _traces(said: str, steps: Steps) -> Iterator[Issue]:
    for match in _TRACES.finditer(said):
        clause = _CLAUSE_END.split(said[: match.start()])[-1]
        if _NOT_BY.search(clause):
            continue
        yield Issue(
            code="C25",
            steps=steps,
            message="按照片、页数、笔记之类的痕迹计分",
            value=match[0],
            remedy="请改成看做没做、有没有效果；确实不看这些的写明“不按……计分”",
            warning=True,
        )
        return


def _length(sentence: str, steps: Steps) -> Iterator[Issue]:
    signs = len(sentence.replace("{n}", "1"))
    if signs > LONGEST_SENTENCE:
        yield Issue(
            code="C26",
            steps=steps,
            message=f"问题描述有{signs}个字，通报里一行（{LONGEST_SENTENCE}个字）放不下",
            value=sentence,
            remedy="请写短一些",
            warning=True,
        )


# ------------------------------------------------------------------------ reach


def _reach(item: dict[str, Any], steps: Steps, raw: dict[str, Any]) -> Iterator[Issue]:
    """Items that no unit would be asked: only groups have a profile, and only one each."""
    listed = item.get("applies_to")
    if not isinstance(listed, list) or not all(isinstance(part, str) for part in listed) or not listed:
        return
    at = (*steps, "applies_to")
    doubled = sorted({part for part in listed if listed.count(part) > 1})
    if doubled:
        yield _applies(at, "适用的定位写了两次", "、".join(doubled), "请只留一个")
    if ANY in listed and len(set(listed)) > 1:
        rest = _labels([part for part in listed if part != ANY])
        yield _applies(at, "已写全部适用，又写了某一类", rest, "只对某一类适用就去掉“*”，否则只留“*”")
    kinds = raw.get("unit_kinds", [UnitKind.PARTY_GROUP.value])
    if ANY not in listed and isinstance(kinds, list) and kinds and UnitKind.PARTY_GROUP.value not in kinds:
        yield Issue(
            code="C28",
            steps=at,
            message="这一条没有单位会查到：清单不用于党小组，只有党小组才分定位",
            value=_labels(listed),
            remedy="请删去“applies_to”，或在“unit_kinds”里加上“party_group”",
        )


def _labels(profiles: list[str]) -> str:
    return "、".join(PROFILES.get(profile, profile) for profile in profiles)


def _applies(steps: Steps, message: str, value: str, remedy: str) -> Issue:
    return Issue(code="C30", steps=steps, message=message, value=value, remedy=remedy)
