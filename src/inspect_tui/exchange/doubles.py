"""Doubles: findings that likely tell the same, suggested with their similarity and never joined from here.

Only findings that stand close are compared: one unit, one kind, one item (good practices: one unit). Of
those a pair is looked at only when it shares enough pairs of signs, so that thousands of texts stay quick.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from inspect_tui.model.terms import FindingKind
from inspect_tui.model.view import Finding

#: Similarity in per cent from which a pair is suggested.
LIKELY = 70
#: From which the shorter text may stand inside the longer one, and how long it must be for that.
INSIDE, INSIDE_SIGNS = 92, 6
#: Most pairs suggested; past that something else is wrong, and nobody reads on.
MOST = 500
#: Texts are compared by their beginnings: enough for a sentence, bounded for what somebody pasted.
_LONGEST = 200
#: Share of its pairs of signs that the shorter of two likely doubles has in common with the longer.
_SHARED = 0.3
#: A pair of signs that stands in more texts than this tells them apart no more.
_COMMON = 400

_SIGNS = re.compile(r"[\W_]+")


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two findings that likely tell the same: their keys, texts and authors, and how alike (per cent)."""

    keys: tuple[str, str]
    texts: tuple[str, str]
    by: tuple[tuple[str, ...], tuple[str, ...]]
    unit: str
    kind: FindingKind
    similarity: int
    findings: tuple[Finding, Finding]


def suggest(findings: Iterable[Finding], most: int = MOST) -> list[Pair]:
    """Likely doubles among findings, the most alike first; the same whatever order they come in.

    Two findings that deductions make are never doubles: their labels say that they differ.
    """
    groups: dict[tuple[str, FindingKind], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.unit, finding.kind].append(finding)
    pairs: list[Pair] = []
    for _, group in sorted(groups.items(), key=lambda held: (held[0][0], held[0][1].value)):
        pairs += _within(sorted(group, key=lambda f: f.key))
    pairs.sort(key=lambda p: (-p.similarity, p.keys))
    return pairs[:most]


def _within(findings: list[Finding]) -> list[Pair]:
    from rapidfuzz import fuzz

    texts = [_folded(f.text) for f in findings]
    found: list[Pair] = []
    seen: dict[str, list[int]] = defaultdict(list)
    for here, text in enumerate(texts):
        # Equal texts need no search, and thousands of them would make every search long.
        for there in seen[text][-20:]:
            if text and _may(findings[there], findings[here]):
                found.append(_pair(findings[there], findings[here], 100))
        seen[text].append(here)
    firsts = [places[0] for text, places in seen.items() if text]
    grams = {place: {texts[place][i : i + 2] for i in range(len(texts[place]) - 1)} for place in firsts}
    for here, there in _candidates(firsts, grams):
        likeness = _likeness(fuzz, texts[here], texts[there])
        if likeness >= LIKELY:
            for one in seen[texts[here]][:20]:
                for two in seen[texts[there]][:20]:
                    if _may(findings[one], findings[two]):
                        found.append(_pair(findings[one], findings[two], likeness))
    return found


def _candidates(places: Sequence[int], grams: dict[int, set[str]]) -> Iterable[tuple[int, int]]:
    """Pairs of places that share enough pairs of signs to be worth comparing."""
    index: dict[str, list[int]] = defaultdict(list)
    for here in places:
        shared: dict[int, int] = defaultdict(int)
        for gram in grams[here]:
            for there in index[gram]:
                shared[there] += 1
            if len(index[gram]) < _COMMON:
                index[gram].append(here)
        for there, count in shared.items():
            if count >= _SHARED * min(len(grams[here]), len(grams[there])):
                yield there, here


def _likeness(fuzz: object, first: str, second: str) -> int:
    likeness = float(fuzz.ratio(first, second, score_cutoff=LIKELY))  # type: ignore[attr-defined]
    if likeness < LIKELY and min(len(first), len(second)) >= INSIDE_SIGNS:
        inside = float(fuzz.partial_ratio(first, second, score_cutoff=INSIDE))  # type: ignore[attr-defined]
        # Standing inside another text is less than being it, and is told as less.
        likeness = LIKELY + (inside - INSIDE) if inside else likeness
    return int(likeness)


def _may(first: Finding, second: Finding) -> bool:
    if first.label and second.label:
        return False
    if first.kind is FindingKind.GOOD_PRACTICE or not (first.item and second.item):
        return True
    return (first.checklist, first.item) == (second.checklist, second.item)


def _pair(first: Finding, second: Finding, likeness: int) -> Pair:
    # The one that a deduction makes stands first, because it is the one that stays.
    if second.label and not first.label:
        first, second = second, first
    return Pair(
        keys=(first.key, second.key),
        texts=(first.text, second.text),
        by=(first.by, second.by),
        unit=first.unit,
        kind=first.kind,
        similarity=likeness,
        findings=(first, second),
    )


def _folded(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text[:_LONGEST]).casefold())
