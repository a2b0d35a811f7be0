"""Deductions read from what an office wrote into its scoring column, such as 缺1次扣0.5分，最多扣2分.

Only what stands there is taken. A clause that leaves room for a guess is handed back unread with the reason,
and a clause read in a way its author may not have meant carries a doubt.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

import msgspec

#: What rubrics count by.
UNITS = (
    *("人次", "个月", "个环节", "井次", "车次", "次", "项", "人", "名", "处", "条", "件", "起", "份", "期"),
    *("个", "类", "种", "笔", "台", "天", "篇", "张", "例", "户", "点", "本", "具", "套", "只", "块", "辆"),
    *("瓶", "座", "批", "册", "题", "口"),
)
_LONGEST_LABEL = 12
#: Longer than any rubric; what is longer would keep the patterns busy for nothing.
_LONGEST_RUBRIC = 3000
_BLANKS = re.compile(r"[^\S\n]+")
_DIGITS = {sign: str(value) for value, sign in enumerate("零一二三四五六七八九")} | {
    "两": "2",
    "十": "10",
    "半": "0.5",
}
_N = r"(?:[0-9]+(?:\.[0-9]+)?|[一二两三四五六七八九十半])"
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_TAKES = re.compile(rf"(?:倒|各|再|均|一次性|直接)?(?:扣除?|减)\s*(?:掉|去)?\s*({_N})\s*分")
_PER_UNIT = re.compile(rf"^\s*[/／每]\s*(?:[1一])?\s*({_UNIT})")
_COUNTED = re.compile(rf"每?(?:发现|出现|发生|有|缺少?|少|漏|差)?\s*({_N})\s*({_UNIT})")
_EACH = re.compile(rf"每\s*(?:(?:缺少?|少|漏|差|有|发现|出现|发生)\s*)?(?:[1一]\s*)?({_UNIT})")
_CAP = re.compile(
    rf"(?:最多|最高|至多|累计最多|合计最多)\s*扣\s*(?:至|到)?\s*({_N})\s*分|(?:上限|封顶)\s*(?:为)?\s*({_N})\s*分"
    rf"|(?:累计|合计)?(?:不超过|不得超过)\s*({_N})\s*分|扣(?:至|到|满|完)?\s*({_N})\s*分\s*(?:为止|封顶)"
)
_ALL = re.compile(r"不得分|不给分|不计分|得0分|(?<!不)全扣|扣完(?!为止)|扣除全部|扣全分|扣全部")
_TO_THE_END = re.compile(r"(?:直至?|直到)?(?:本项|该项|此项)?扣完(?:本项|该项|此项|分值)?(?:分值|分)?为止")
_RANGE = re.compile(rf"{_N}\s*(?:分)?\s*[-—~～至到]\s*{_N}\s*分")
_VAGUE = re.compile(r"酌情|适当|视情|酌量|相应扣分|按比例|按程度")
_THRESHOLD = re.compile(
    rf"(?:{_N}\s*(?:{_UNIT}|[%％])?\s*(?:以上|以下|以内|及以上|及以下))|超过|低于|高于|不足|达不到|连续"
)
_GAINS = re.compile(rf"([^，,；;。\n]*?)\s*(?:得|计|给)?\s*({_N})\s*分")
_GIVES = re.compile(rf"(?<!不)得\s*{_N}\s*分")
#: A count by what is no known unit; 一定, 一般, 1年 and their like count nothing.
_ODD_UNIT = re.compile(
    r"(?:每\s*[1一]?|[1一])\s*(?![定般致直些切旦律经同体贯年月季周日天旬班半级分号类至到])([\u4e00-\u9fff])"
)
_TRAILING_COUNT = re.compile(rf"(?:的|[，,])*\s*(?:每|[，,])\s*[1一]?\s*(?:{_UNIT})$")
_EACH_FAR = re.compile(rf"每(?!{_UNIT}|个?[年月季周日天旬班半])(?=[^，,]{{0,8}}$)")
_LACKS = re.compile(
    r"^(?:每)?(?:缺(?![勤席考])|无|没有|未建|未制定|未召开|未开展|未设|未成立|未配|未公示|未公开|漏|少)"
)
_ORDINAL = re.compile(r"^\s*(?:[（(]?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[)）、．.]|[①-⑳])\s*(?!\d)")
_STOPS = re.compile(r"[；;。\n]+")
_COMMA = re.compile(r"[，,](?![^（(]*[)）])")
_TRIM = " ，,、：:的则按者，并且应由"


class ReadDeduction(msgspec.Struct, frozen=True, kw_only=True):
    """One deduction as read. `doubt` says in which way its author may have meant something else."""

    label: str
    sentence: str
    clause: str
    points: Decimal = Decimal(0)
    all: bool = False
    unit: str = ""
    cap: Decimal | None = None
    missing: bool = False
    doubt: str = ""


class ReadAward(msgspec.Struct, frozen=True, kw_only=True):
    """One level of award scoring as read."""

    label: str
    points: Decimal
    verdict: str


class Unread(msgspec.Struct, frozen=True):
    """A clause that was not read, and why."""

    clause: str
    why: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a rubric came to; of `deductions` and `awards` one is empty."""

    deductions: tuple[ReadDeduction, ...] = ()
    awards: tuple[ReadAward, ...] = ()
    unread: tuple[Unread, ...] = ()


def read_rubric(rubric: str, points: Decimal) -> Reading:
    """What a rubric says about an item of so many points."""
    said = _plain(rubric)
    if len(said) > _LONGEST_RUBRIC:
        return Reading(unread=(Unread(said[:60], "太长，没有读"),))
    if "扣" not in said and "减" not in said and (awards := _awards(said, points)):
        return Reading(awards=awards)
    found: list[ReadDeduction] = []
    unread: list[Unread] = []
    for clause in _clauses(said):
        made = _clause(clause, points, found)
        if isinstance(made, ReadDeduction):
            found.append(made)
        elif isinstance(made, Unread):
            unread.append(made)
    return Reading(deductions=_unique(found), unread=tuple(unread))


def figure(said: str) -> Decimal | None:
    """A figure as rubrics write it: 0.5, 2, 一, 半."""
    said = _DIGITS.get(said, said)
    try:
        value = Decimal(said)
    except ArithmeticError:
        return None
    return value if value.is_finite() else None


def _plain(text: str) -> str:
    """Figures and marks in one width; Chinese punctuation as it is."""
    kept = {"，": "，", "；": "；", "：": "：", "（": "（", "）": "）", "！": "！", "？": "？"}
    told = "".join(
        kept.get(c) or unicodedata.normalize("NFKC", c) if c not in "①②③④⑤⑥⑦⑧⑨⑩" else c for c in text
    )
    return _BLANKS.sub(" ", told)


def _clauses(said: str) -> list[str]:
    """Clauses that each say one thing: cut at stops, and at commas behind which another deduction begins."""
    found: list[str] = []
    for part in _STOPS.split(said):
        part = _ORDINAL.sub("", part).strip(" ，,")
        held = ""
        for piece in _COMMA.split(part):
            # A cap or an ending belongs to what stands before it; a condition to what stands behind it.
            done = bool(held) and (_costs(held) or bool(_RANGE.search(held)))
            if done and not _ends(piece):
                found.append(held)
                held = piece
            else:
                held = f"{held}，{piece}" if held else piece
        if held.strip():
            found.append(held.strip())
    return found


def _costs(piece: str) -> bool:
    return bool(_TAKES.search(_CAP.sub("", piece)) or _ALL.search(piece) or _VAGUE.search(piece))


def _ends(piece: str) -> bool:
    return bool(_CAP.search(piece) or _TO_THE_END.search(piece)) and not _TAKES.search(_CAP.sub("", piece))


def _clause(clause: str, points: Decimal, before: list[ReadDeduction]) -> ReadDeduction | Unread | None:
    bare = _TO_THE_END.sub("", clause).strip(" ，,")
    cap_match = _CAP.search(bare)
    cap = figure(next(g for g in cap_match.groups() if g)) if cap_match else None
    body = (bare[: cap_match.start()] + bare[cap_match.end() :] if cap_match else bare).strip(" ，,")
    if not body and cap is None:
        return None
    if _VAGUE.search(body):
        return Unread(clause, "没有定数，扣几分要人定")
    if _RANGE.search(body) and "扣" in body:
        return Unread(clause, "扣分是一个范围，扣几分要人定")
    if _GIVES.search(body):
        return Unread(clause, "一句里又有得分又有扣分，看不懂")
    takes = list(_TAKES.finditer(body))
    whole = _ALL.search(body)
    if len(takes) > 1 or (takes and whole):
        return Unread(clause, "一句里有几个扣分，分不清各指什么")
    if not takes and not whole:
        if cap is not None:
            return Unread(clause, "最多扣几分单独成句，分不清管哪几条")
        return Unread(clause, "没有写扣几分") if body else None
    if whole:
        return _made(clause, body[: whole.start()], points, whole=True, cap=None)
    (match,) = takes
    taken = figure(match[1])
    if taken is None or taken <= 0:
        return Unread(clause, "扣分的数字看不懂")
    if taken > points > 0:
        return Unread(clause, f"扣的分比本条分值{points.normalize():f}分还多")
    condition, behind = body[: match.start()], body[match.end() :]
    per = _PER_UNIT.match(behind)
    if behind[per.end() if per else 0 :].strip(" ，,）)（("):
        return Unread(clause, "扣分后面还有话，看不懂")
    if cap is not None and (cap < taken or cap > points > 0):
        return Unread(clause, "最多扣的分与扣分或分值对不上")
    return _made(clause, condition, points, taken=taken, cap=cap, unit=per[1] if per else "")


def _made(
    clause: str,
    condition: str,
    points: Decimal,
    *,
    taken: Decimal = Decimal(0),
    cap: Decimal | None,
    unit: str = "",
    whole: bool = False,
) -> ReadDeduction | Unread:
    condition = condition.strip(_TRIM)
    doubts = []
    sentence, per_unit, odd = _sentence(condition, unit)
    if odd:
        doubts.append(odd)
    if _THRESHOLD.search(condition):
        doubts.append("有“以上、超过、连续”之类的条件，按一次性扣分取" if not per_unit else "有限定条件")
        if not unit and not _EACH.search(condition):
            sentence, per_unit = condition, ""
    if whole:
        sentence, per_unit = condition, ""
    if not sentence.replace("{n}", "").strip(" ，,、"):
        sentence = "不符合要求"
        doubts.append("没有写什么情况，名称请补")
    if "{" in sentence.replace("{n}", "") or "}" in sentence.replace("{n}", ""):
        return Unread(clause, "有花括号，看不懂")
    if not per_unit:
        sentence = sentence.replace("{n}", "")
    if cap is not None and not per_unit:
        doubts.append("不计次数却写了最多扣几分，没有取最多扣")
        cap = None
    return ReadDeduction(
        label=_label(condition),
        sentence=sentence,
        clause=clause,
        points=Decimal(0) if whole else taken,
        all=whole,
        unit=per_unit,
        cap=cap,
        missing=bool(_LACKS.search(condition)),
        doubt="；".join(doubts),
    )


def _sentence(condition: str, unit: str) -> tuple[str, str, str]:
    """The finding's sentence with {n} for the count, what is counted, and a doubt about it."""
    found = list(_EACH.finditer(condition))
    each = found[-1] if found else None
    # 每项缺1次 counts the times, 每缺1次 as well.
    if each is not None and not _COUNTED.search(condition[each.end() :]):
        return _with_count(condition, each.start(), each.end(), each[0], each[1]), each[1], ""
    for match in _COUNTED.finditer(condition):
        number = figure(match[1])
        if number == 1:
            return (
                _with_count(condition, match.start(), match.end(), match[0], match[2]),
                match[2],
                "",
            )
        if match[0].startswith("每"):
            return condition, "", f"每{match[1]}{match[2]}扣一次，按一次性扣分取"
    if odd := _ODD_UNIT.search(condition):
        counted = _with_count(condition, odd.start(), odd.end(), odd[0], odd[1])
        return counted, odd[1], f"按“{odd[1]}”计数"
    if unit:
        return f"{condition}{{n}}{unit}" if condition else f"有{{n}}{unit}不符合要求", unit, ""
    return condition, "", ""


def _with_count(condition: str, start: int, end: int, said: str, unit: str) -> str:
    """The condition with its figure turned into {n}: 缺1次 → 缺{n}次, 记录不全的，每处 → 记录不全{n}处."""
    before, behind = condition[:start].strip(_TRIM), condition[end:].strip(_TRIM)
    before = _EACH_FAR.sub("", before)
    verb = re.sub(rf"[每0-9一，,\s]|{unit}$", "", said[: len(said) - len(unit)])
    counted = f"{verb}{{n}}{unit}"
    if not before and not behind and not verb:
        return f"有{counted}不符合要求"
    if behind and not before:
        return f"{counted}{behind}"
    return f"{before}{counted}{behind}"


def _label(condition: str) -> str:
    said = condition.strip(_TRIM)
    shorter = _TRAILING_COUNT.sub("", said).strip(_TRIM)
    said = (shorter if len(shorter) >= 2 else said) or "不符合要求"
    if len(said) <= _LONGEST_LABEL:
        return said
    first = re.split(r"[，,（(、]", said)[0].strip(_TRIM)
    if 2 <= len(first) <= _LONGEST_LABEL:
        return first
    return said[: _LONGEST_LABEL - 1] + "…"


def _unique(found: list[ReadDeduction]) -> tuple[ReadDeduction, ...]:
    """Labels within an item differ; a second one of the same words gets a number."""
    taken: set[str] = set()
    told = []
    for one in found:
        label, count = one.label, 2
        while label in taken:
            label, count = f"{one.label[: _LONGEST_LABEL - 2]}{count}", count + 1
        taken.add(label)
        told.append(msgspec.structs.replace(one, label=label) if label != one.label else one)
    return tuple(told)


def _awards(said: str, points: Decimal) -> tuple[ReadAward, ...]:
    """Levels such as 做到2分，部分做到1分，没有做到0分; nothing unless they run from the full points down."""
    levels: list[ReadAward] = []
    pieces = [p for part in _STOPS.split(said) for p in re.split("[，,、]", part) if p.strip()]
    for piece in pieces:
        match = _GAINS.fullmatch(piece.strip())
        gained = figure(match[2]) if match else None
        label = match[1].strip(_TRIM).removesuffix("得").strip(_TRIM) if match else ""
        if gained is None or not label:
            return ()
        verdict = "pass" if gained == points else "fail" if gained == 0 else "partial"
        levels.append(ReadAward(label=label, points=gained, verdict=verdict))
    labels = [level.label for level in levels]
    figures = [level.points for level in levels]
    if len(levels) < 2 or figures[0] != points or figures != sorted(figures, reverse=True):
        return ()
    return tuple(levels) if len(set(labels)) == len(labels) and len(set(figures)) == len(figures) else ()
