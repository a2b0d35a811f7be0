"""Distribution: what a month's sheet of 二次分配 should say by the unit's written rule, line by line.

Exact fractions until the rule rounds, so that the pot is split without loss and the order of lines plays no
part. What cannot be computed is told with its reason; nothing is guessed.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

import msgspec

from inspect_tui.model.distribution import Distribution, Measure, Part, RestTo

#: These are empty where nobody was rewarded or fined, which is no gap in the sheet.
_OFTEN_EMPTY = (Measure.REWARD, Measure.PENALTY)
_CENT = Decimal("0.01")


class PayRow(msgspec.Struct, frozen=True, kw_only=True):
    """One person's line of a sheet, in memory only: what was measured and what was paid.

    `key` tells people apart within the sheet. `bad` says why a line cannot be read; `cell` is where the
    amount stands.
    """

    row: int
    key: str
    who: str = ""
    post: str = ""
    values: dict[Measure, Decimal] = {}
    paid: Decimal | None = None
    cell: str = ""
    bad: str = ""


class RowResult(msgspec.Struct, frozen=True, kw_only=True):
    """One line recomputed: each step's figure, what was due, what was paid; or why it cannot be told.

    `diff` is paid less due: above zero too much was paid.
    """

    row: int
    who: str
    cell: str
    steps: tuple[Decimal, ...] = ()
    due: Decimal | None = None
    paid: Decimal | None = None
    wrong: bool = False
    reason: str = ""

    @property
    def diff(self) -> Decimal | None:
        """How much too much was paid; None where either side is not known."""
        return self.paid - self.due if self.paid is not None and self.due is not None else None


class Recount(msgspec.Struct, frozen=True, kw_only=True):
    """A whole sheet recomputed. `blocked` says why nothing could be split; `notes` what is worth knowing.

    `total_from` says where the pot came from: `given`, `rule` or `paid`.
    """

    rows: tuple[RowResult, ...]
    steps: tuple[str, ...]
    total: Decimal | None = None
    total_from: str = ""
    blocked: str = ""
    notes: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[RowResult, ...]:
        """The lines that differ by more than the rule tolerates."""
        return tuple(row for row in self.rows if row.wrong)

    @property
    def unread(self) -> tuple[RowResult, ...]:
        """The lines nothing can be said of."""
        return tuple(row for row in self.rows if row.diff is None)

    @property
    def over(self) -> Decimal:
        """What was paid too much, together."""
        return sum((row.diff for row in self.wrong if row.diff is not None and row.diff > 0), Decimal(0))

    @property
    def under(self) -> Decimal:
        """What was paid too little, together, as a positive figure."""
        return -sum((row.diff for row in self.wrong if row.diff is not None and row.diff < 0), Decimal(0))

    @property
    def largest(self) -> Decimal:
        """The largest difference, whichever way."""
        return max((abs(row.diff) for row in self.wrong if row.diff is not None), default=Decimal(0))

    @property
    def due_sum(self) -> Decimal:
        """All that was due."""
        return sum((row.due for row in self.rows if row.due is not None), Decimal(0))

    @property
    def paid_sum(self) -> Decimal:
        """All that was paid."""
        return sum((row.paid for row in self.rows if row.paid is not None), Decimal(0))


class _Stuck(Exception):
    """A pot cannot be split; the message says why."""


def recount(rule: Distribution, rows: Sequence[PayRow], total: Decimal | None = None) -> Recount:
    """What every line should have got; `total` is the month's pot as given by whoever recounts."""
    pot, source = _total(rule, rows, total)
    measured, reasons = _measured(rule, rows)
    names = tuple(part.name for part in rule.parts)
    lacking = {row.row: reasons[n] for n, row in enumerate(rows) if reasons[n]}
    blocked = "" if rows else "表里没有人员"
    if lacking and any(part.splits for part in rule.parts):
        blocked = f"有{len(lacking)}行数据不全，按比例分的部分要补齐后才能复算"
    shares: list[list[Fraction]] = []
    if not blocked:
        try:
            shares = _shares(rule, rows, measured, reasons, pot)
        except _Stuck as stuck:
            blocked = str(stuck)
    if blocked:
        told = tuple(_untold(row, reasons[n] or blocked) for n, row in enumerate(rows))
        return Recount(rows=told, steps=names, total=pot, total_from=source, blocked=blocked)
    due = _rounded(rule, rows, reasons, [sum(share, Fraction(0)) for share in shares])
    results = []
    for n, row in enumerate(rows):
        if reasons[n]:
            results.append(_untold(row, reasons[n]))
            continue
        off = row.paid is not None and abs(row.paid - due[n]) > rule.tolerance
        results.append(
            RowResult(
                row=row.row,
                who=row.who,
                cell=row.cell,
                steps=tuple(_as_decimal(share).quantize(_CENT, ROUND_HALF_UP) for share in shares[n]),
                due=due[n],
                paid=row.paid,
                wrong=off,
                reason="" if row.paid is not None else "没有写金额",
            )
        )
    made = Recount(rows=tuple(results), steps=names, total=pot, total_from=source)
    return msgspec.structs.replace(made, notes=tuple(_notes(made)))


def _untold(row: PayRow, reason: str) -> RowResult:
    return RowResult(row=row.row, who=row.who, cell=row.cell, paid=row.paid, reason=reason)


def _total(rule: Distribution, rows: Sequence[PayRow], given: Decimal | None) -> tuple[Decimal | None, str]:
    """The month's pot and where it came from."""
    if given is not None:
        return given, "given"
    if rule.total is not None:
        return rule.total, "rule"
    paid = [row.paid for row in rows]
    if paid and None not in paid:
        return sum((p for p in paid if p is not None), Decimal(0)), "paid"
    return None, ""


# ------------------------------------------------------------------------ measures


def _measured(rule: Distribution, rows: Sequence[PayRow]) -> tuple[list[dict[Measure, Fraction]], list[str]]:
    """Each line's measures as the rule reads them, and why a line cannot be measured."""
    coefficients = {plain_post(post): value for post, value in rule.coefficients.items()}
    split_by = {measure for part in rule.parts if part.splits for measure in part.by}
    doubled = {key for key, count in Counter(row.key for row in rows).items() if count > 1}
    measured: list[dict[Measure, Fraction]] = []
    reasons: list[str] = []
    for row in rows:
        found: dict[Measure, Fraction] = {}
        reason = row.bad or ("同一人出现两次" if row.key in doubled else "")
        for measure in rule.measures():
            value = row.values.get(measure)
            if measure is Measure.COEFFICIENT and coefficients:
                value = coefficients.get(plain_post(row.post), rule.default_coefficient)
                if value is None:
                    reason = reason or (f"岗位“{row.post}”没有系数" if row.post else "没有写岗位")
            if value is None and (rule.blank_is_zero or measure in _OFTEN_EMPTY):
                value = Decimal(0)
            if value is None:
                reason = reason or f"没有写{measure.label}"
            elif value < 0 and measure in split_by:
                reason = reason or f"{measure.label}小于0，分不出来"
            found[measure] = Fraction(value or 0)
        measured.append(found)
        reasons.append(reason)
    return measured, reasons


def plain_post(post: str) -> str:
    """A post without blanks and width, as people vary these."""
    return "".join(unicodedata.normalize("NFKC", post).split()).casefold()


def _product(part: Part, measured: Mapping[Measure, Fraction]) -> Fraction:
    product = Fraction(1)
    for measure in part.by:
        product *= measured[measure]
    return product


# ------------------------------------------------------------------------ splitting


def _shares(
    rule: Distribution,
    rows: Sequence[PayRow],
    measured: Sequence[Mapping[Measure, Fraction]],
    reasons: Sequence[str],
    total: Decimal | None,
) -> list[list[Fraction]]:
    """What each line gets in each step, steps taken in the rule's order. Raises _Stuck."""
    shares: list[list[Fraction]] = [[] for _ in rows]
    left = Fraction(total) if total is not None else None
    able = [n for n in range(len(rows)) if not reasons[n]]
    for part in rule.parts:
        weights = {n: _product(part, measured[n]) for n in able}
        if part.each is not None:
            amounts = {n: Fraction(part.each) * weight for n, weight in weights.items()}
            if rule.round_each:
                amounts = {n: Fraction(_half_up(rule, amount)) for n, amount in amounts.items()}
        else:
            pot = _pot(part, total, left)
            if rule.round_each:
                pot = Fraction(_half_up(rule, pot))
            amounts = _split(part, pot, weights)
            if rule.round_each:
                amounts = _to_units(rule, rows, amounts, pot)
        if left is not None:
            left -= sum(amounts.values(), Fraction(0))
        for n in range(len(rows)):
            shares[n].append(amounts.get(n, Fraction(0)))
    return shares


def _pot(part: Part, total: Decimal | None, left: Fraction | None) -> Fraction:
    """How much a step splits. Raises _Stuck where that cannot be told."""
    if part.amount is not None:
        return Fraction(part.amount)
    if total is None or left is None:
        raise _Stuck("不知道本月总额：细则没有写，表里的金额也不全")
    if part.share is not None:
        return Fraction(total) * Fraction(part.share)
    if left < 0:
        short = yuan_text(_as_decimal(-left).quantize(_CENT, ROUND_HALF_UP))
        raise _Stuck(f"到“{part.name}”这一步，前面几步已超过总额{short}，没有可分的")
    return left


def _split(part: Part, pot: Fraction, weights: Mapping[int, Fraction]) -> dict[int, Fraction]:
    whole = sum(weights.values(), Fraction(0))
    if whole == 0:
        if pot == 0:
            return dict.fromkeys(weights, Fraction(0))
        by = "、".join(measure.label for measure in part.by)
        raise _Stuck(f"“{part.name}”这一步，各人的{by}合计为0，分不出来")
    return {n: pot * weight / whole for n, weight in weights.items()}


# ------------------------------------------------------------------------ rounding


def _rounded(
    rule: Distribution, rows: Sequence[PayRow], reasons: Sequence[str], exact: Sequence[Fraction]
) -> list[Decimal]:
    """The amounts as they are paid."""
    able = {n: exact[n] for n in range(len(rows)) if not reasons[n]}
    if rule.round_each:
        amounts = able
    elif any(part.splits for part in rule.parts):
        amounts = _to_units(rule, rows, able, sum(able.values(), Fraction(0)))
    else:
        amounts = {n: Fraction(_half_up(rule, amount)) for n, amount in able.items()}
    return [_as_decimal(amounts.get(n, Fraction(0))).quantize(_CENT) for n in range(len(rows))]


def _to_units(
    rule: Distribution, rows: Sequence[PayRow], exact: Mapping[int, Fraction], pot: Fraction
) -> dict[int, Fraction]:
    """Amounts rounded so that they add up to the rounded pot, unless the rule keeps what is left over.

    Where two have the same claim to the last cent, the sheet's own choice holds: either is by the rule.
    """
    unit = Fraction(rule.round_to.unit)
    target = Fraction(_half_up(rule, pot))
    rounded = {n: Fraction(_half_up(rule, amount)) for n, amount in exact.items()}
    if rule.rest_to is RestTo.KEEP or not exact:
        return rounded
    if rule.rest_to is RestTo.HIGHEST:
        top = min(exact, key=lambda n: (-exact[n], -(rows[n].paid or 0), rows[n].key))
        rounded[top] += target - sum(rounded.values(), Fraction(0))
        return rounded
    # Whole units first, one more to each of those who lost most: the nearest amounts that add up.
    floors = {n: floor(amount / unit) * unit for n, amount in exact.items()}
    missing = int((target - sum(floors.values(), Fraction(0))) / unit)

    def claim(n: int) -> tuple[Fraction, bool, str]:
        paid = rows[n].paid
        return floors[n] - exact[n], paid is None or Fraction(paid) <= floors[n], rows[n].key

    for n in sorted(exact, key=claim)[:missing]:
        floors[n] += unit
    return floors


def _half_up(rule: Distribution, amount: Fraction) -> Decimal:
    """An amount to the smallest amount that is paid, half away from zero."""
    units = amount / Fraction(rule.round_to.unit)
    whole = floor(abs(units) + Fraction(1, 2))
    return rule.round_to.unit * (whole if units >= 0 else -whole)


def _as_decimal(amount: Fraction) -> Decimal:
    return Decimal(amount.numerator) / Decimal(amount.denominator)


# ------------------------------------------------------------------------ words


def _notes(made: Recount) -> list[str]:
    notes = []
    if made.total_from == "paid":
        notes.append("没有另给总额，按表里各人金额相加")
    if made.total is not None and (left := made.total - made.due_sum):
        words = "没有分完，剩" if left > 0 else "超过总额"
        notes.append(f"按细则分下来{words}{yuan_text(abs(left))}")
    if negative := sum(row.due is not None and row.due < 0 for row in made.rows):
        notes.append(f"有{negative}人按细则算出来小于0")
    return notes


def part_words(part: Part) -> str:
    """A step of a rule in words: 考核得分：余下的按得分分."""
    by = "、".join(measure.label for measure in part.by)
    if part.each is not None:
        way = "加" if part.each > 0 else "扣"
        per = f"每份{by}" if by else "每人"
        if part.by in ((Measure.REWARD,), (Measure.PENALTY,)) and abs(part.each) == 1:
            return f"{part.name}：按{by}金额{way}"
        return f"{part.name}：{per}{way}{yuan_text(abs(part.each))}"
    pot = "余下的"
    if part.amount is not None:
        pot = yuan_text(part.amount)
    elif part.share is not None:
        pot = f"总额的{(part.share * 100).normalize():f}%"
    if not by:
        return f"{part.name}：{pot}平均分配"
    return f"{part.name}：{pot}按{'×'.join(measure.label for measure in part.by)}分配"


def yuan_text(amount: Decimal) -> str:
    """An amount as people write it: 120元, 12.50元."""
    cents = amount.quantize(_CENT, ROUND_HALF_UP)
    plain = cents.to_integral_value() if cents == cents.to_integral_value() else cents
    return f"{plain:f}元"
