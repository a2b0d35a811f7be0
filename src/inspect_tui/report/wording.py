"""Words and phrases that every text shares: tidying what was typed, softeners, nouns, deadlines."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round, Rules
from inspect_tui.model.terms import RoundKind, Severity, UnitKind
from inspect_tui.model.view import Finding
from inspect_tui.report.zh_numbers import near_date_text
from inspect_tui.store.clean import clean_text

_HAN = "\u3400-\u9fff\u3001-\u301b\uff00-\uffef\u201c\u201d"
_WIDE = str.maketrans({",": "，", ";": "；", ":": "：", "?": "？", "!": "！"})
# Compiled when a text has such a sign: with a class of all 汉字 in it, each takes longer than most texts.
_MARKS = rf"(?:(?<=[{_HAN}])[ ]*[,;:?!]+[ ]*|[,;:?!]+[ ]*(?=[{_HAN}]))"
_GAPS = rf"(?<=[{_HAN}])[ \u3000]+(?=[{_HAN}])"
_STOP = rf"(?<=[{_HAN}])\.(?![0-9A-Za-z])"
_BRACKETS = rf"\(([^()\n]*[{_HAN}][^()\n]*)\)"
_QUOTES = re.compile(r'"([^"\n]*)"')
_MARKDOWN = re.compile(r"\*\*|__|~~|`+")
_LINE_MARK = re.compile(r"^[ \t]*(?:#{1,6}|>|[-*+])[ \t]+")
# In two: a class of more than two spans takes longer to compile than most texts to tidy.
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u2604\u2607-\u27bf]")
_EMOJI_MARKS = re.compile("[\ufe0e\ufe0f\u20e3]")
_ENDS = "。；，、;,. "


def tidy(text: str) -> str:
    """Words typed by hand as one clause of a Chinese text: no markup, no emoji, full-width marks, no stop.

    Chats print Markdown signs as they are, and several lines inside one numbered point read as several.
    """
    # Turning one mark wide can put another beside a wide one, so this goes on until nothing changes.
    told = _tidied(text)
    while (again := _tidied(told)) != told:
        told = again
    return told


def _tidied(text: str) -> str:
    lines = [_LINE_MARK.sub("", line) for line in clean_text(text).replace("\t", " ").split("\n")]
    joined = "；".join(line.strip().rstrip(_ENDS) for line in lines if line.strip().strip(_ENDS))
    joined = _EMOJI_MARKS.sub("", _EMOJI.sub("", _MARKDOWN.sub("", joined)))
    if " " in joined or "\u3000" in joined:
        joined = re.sub(_GAPS, "", joined)
    if any(mark in joined for mark in ",;:?!"):
        joined = re.sub(_MARKS, lambda m: m.group().strip().translate(_WIDE), joined)
    if "." in joined:
        joined = re.sub(_STOP, "。", joined)
    if "(" in joined:
        joined = re.sub(_BRACKETS, r"（\1）", joined)
    joined = _QUOTES.sub(r"“\1”", joined)
    return joined.strip().rstrip(_ENDS)


def sentence(text: str) -> str:
    """A tidied clause closed by a full stop, unless it already ends a sentence."""
    told = tidy(text)
    return told if not told or told[-1] in "！？…" else told + "。"


def softener(rules: Rules, count: int, peers: int) -> str:
    """个别, 少数, 部分 or 多数 for `count` of `peers` units (domain 3.1, steps from the rules)."""
    if count <= 1:
        return rules.single_word
    # Steps are written with four places (0.3333 for a third), so the share is compared with as many.
    share = (Decimal(count) / Decimal(max(peers, count))).quantize(Decimal("0.0001"))
    for step in rules.softeners:
        if share <= step.share:
            return step.word
    return rules.softeners[-1].word if rules.softeners else rules.single_word


def kind_noun(units: Iterable[Unit]) -> str:
    """What to call these units together: 党小组, or 单位 when they differ in kind."""
    kinds = {unit.kind for unit in units}
    return kinds.pop().label if len(kinds) == 1 else "单位"


def parent_noun(units: Iterable[Unit]) -> str:
    """To whom such units report."""
    above = {
        UnitKind.PARTY_GROUP: "党支部",
        UnitKind.STATION: "党支部",
        UnitKind.CREW: "党支部",
        UnitKind.VENUE: "党支部",
        UnitKind.BRANCH: "上级党组织",
        UnitKind.JOINT_BRANCH: "上级党组织",
    }
    nouns = {above.get(unit.kind, "上级党组织") for unit in units}
    return nouns.pop() if len(nouns) == 1 else "上级党组织"


def kind_word(round_: Round) -> str:
    """What the round did there: 回头看, 专项检查."""
    return round_.kind.label if round_.kind is not RoundKind.LOOKBACK else "回头看"


def due(rules: Rules, severity: Severity, today: dt.date) -> dt.date:
    """By when a problem of this severity is to be put right."""
    return today + dt.timedelta(days=rules.days.get(severity.value, 15))


def deadlines(rules: Rules, findings: Iterable[Finding], today: dt.date) -> str:
    """一般问题11月27日前完成，较重问题…, for the severities that are there; empty without any."""
    there = {f.severity for f in findings if not f.fixed_on_site}
    said = [
        f"{severity.label}问题{near_date_text(due(rules, severity, today), today)}前完成"
        for severity in (Severity.MINOR, Severity.MODERATE, Severity.MAJOR, Severity.VETO)
        if severity in there
    ]
    return "，".join(said)
