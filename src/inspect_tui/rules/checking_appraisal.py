"""What an appraisal must hold to be usable: counts that fit the ballots, and nothing a rater is known by."""

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

#: Fewer ballots than this could be told apart whatever a file says.
LEAST_BALLOTS = 3
_DEFAULT_DIMENSIONS = ("德", "能", "勤", "绩", "廉", "学")
_DEFAULT_LEVELS = ("上级", "同级", "群众")
_DEFAULT_CHOICES = 4


def check_appraisal(raw: dict[str, Any], steps: Steps = ()) -> list[Issue]:
    """Everything wrong with an appraisal, given as raw JSON."""
    return list(itertools.islice(_appraisal(raw, steps), MAX_ISSUES))


def _appraisal(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    yield from check_id(raw, steps)
    yield from check_named(raw, steps, "title")
    least = whole(raw, "least")
    if least is not None and least < LEAST_BALLOTS:
        yield Issue(
            code="V11",
            steps=(*steps, "least"),
            message=f"少于{LEAST_BALLOTS}张票能看出是谁投的",
            value=least,
            remedy=f"请写{LEAST_BALLOTS}或更大的数",
        )
    dimensions = Seen("V08", "评价的方面", "请改成不同的名称")
    for at, word in texts(raw.get("dimensions"), (*steps, "dimensions")):
        yield from dimensions.add(word, at)
    levels = Seen("V08", "评价层级", "请改成不同的名称")
    choices = Seen("V08", "评价档次", "请改成不同的名称")
    for key, seen in (("choices", choices), ("levels", levels)):
        for at, row in rows(raw.get(key), (*steps, key)):
            yield from check_named(row, at, "name")
            yield from seen.add(text(row, "name"), (*at, "name"))
    for key in ("dimensions", "levels", "choices"):
        if raw.get(key) == []:
            yield Issue(code="V02", steps=(*steps, key), message="一项也没有", remedy="请补上，或删去这一项")
    yield from _shares(raw, steps)
    known = _Known(
        dimensions=tuple(dimensions.held) or _DEFAULT_DIMENSIONS,
        levels=tuple(levels.held) or _DEFAULT_LEVELS,
        choices=len(raw["choices"]) if isinstance(raw.get("choices"), list) else _DEFAULT_CHOICES,
        least=max(least or LEAST_BALLOTS, LEAST_BALLOTS),
    )
    ids = Seen("V08", "测评对象编号", "请改成没有用过的编号")
    for at, subject in rows(raw.get("subjects"), (*steps, "subjects")):
        yield from check_id(subject, at)
        yield from ids.add(text(subject, "id"), (*at, "id"))
        yield from check_named(subject, at, "name")
        yield from _subject(subject, at, known)


def _shares(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    """Shares of the levels together are the whole."""
    listed = list(rows(raw.get("levels"), (*steps, "levels")))
    shares = [plain_decimal(row.get("share")) for _, row in listed]
    for (at, row), share in zip(listed, shares, strict=True):
        if share is not None and not 0 < share <= 1:
            yield Issue(
                code="V09",
                steps=(*at, "share"),
                message="比例应大于0、不超过1",
                value=row["share"],
                remedy="如三成写0.3",
            )
    told = [share for share in shares if share is not None]
    if told and len(told) == len(shares) and sum(told) != 1:
        yield Issue(
            code="V09",
            steps=(*steps, "levels"),
            message="各层级的比例合计不是1",
            value=str(sum(told, Decimal(0))),
            remedy="请改成合计为1",
        )


class _Known:
    """The names that tallies may use."""

    def __init__(
        self, *, dimensions: tuple[str, ...], levels: tuple[str, ...], choices: int, least: int
    ) -> None:
        self.dimensions, self.levels, self.choices, self.least = dimensions, levels, choices, least


def _subject(subject: dict[str, Any], steps: Steps, known: _Known) -> Iterator[Issue]:
    found = subject.get("ballots")
    ballots: dict[str, Any] = found if isinstance(found, dict) else {}
    for level, count in ballots.items():
        at = (*steps, "ballots", level)
        if level not in known.levels:
            yield _unknown(at, "评价层级", level, known.levels, key=True)
        elif isinstance(count, int) and not isinstance(count, bool) and count < 0:
            yield Issue(code="V10", steps=at, message="票数不能小于0", value=count, remedy="请写实际收回几张")
    pairs: dict[tuple[str, str], Steps] = {}
    for at, tally in rows(subject.get("tallies"), (*steps, "tallies")):
        level, dimension = text(tally, "level"), text(tally, "dimension")
        if level and level not in known.levels:
            yield _unknown((*at, "level"), "评价层级", level, known.levels)
        if dimension and dimension not in known.dimensions:
            yield _unknown((*at, "dimension"), "方面", dimension, known.dimensions)
        if (level, dimension) in pairs:
            yield Issue(
                code="V08",
                steps=at,
                message="同一层级、同一方面写了两次",
                value=f"{level} {dimension}",
                remedy="请合成一条",
            )
        pairs[level, dimension] = at
        yield from _counts(tally, at, whole(ballots, level) or 0, known)


def _counts(tally: dict[str, Any], steps: Steps, ballots: int, known: _Known) -> Iterator[Issue]:
    counts = tally.get("counts")
    if not isinstance(counts, list):
        return
    at = (*steps, "counts")
    figures = [int(c) for c in counts if isinstance(c, int) and not isinstance(c, bool)]
    if len(counts) != known.choices:
        told = f"应有{known.choices}个票数，现有{len(counts)}个"
        yield Issue(code="V10", steps=at, message=told, remedy="请按评价档次的次序各写一个票数")
    if any(count < 0 for count in figures):
        yield Issue(code="V10", steps=at, message="票数不能小于0", value=counts, remedy="请改正票数")
    elif sum(figures) > ballots:
        told = f"票数合计{sum(figures)}，多于这一层级收回的{ballots}张"
        yield Issue(code="V10", steps=at, message=told, remedy="请核对票数，或在ballots里改收回的票数")
    elif 0 < ballots < known.least and sum(figures) > 0:
        told = f"这一层级只收回{ballots}张，写出票数能看出是谁投的"
        yield Issue(code="V12", steps=at, message=told, remedy="请删去这一条，只在ballots里写收回几张")


def _unknown(steps: Steps, what: str, value: str, known: tuple[str, ...], *, key: bool = False) -> Issue:
    return Issue(
        code="V10",
        steps=steps,
        at_key=key,
        message=f"没有这个{what}",
        value=value,
        allowed=known,
        remedy=did_you_mean(value, known, "请从可用的里选"),
    )
