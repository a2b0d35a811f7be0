"""Distribution rule: how a unit's written rule splits one month's pot of 二次分配, as data.

The rule is the unit's own; inspection only computes by it what the sheet should have said.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from inspect_tui.model.terms import Term

DISTRIBUTION_FORMAT = "inspect-tui/distribution"


class Measure(Term):
    """What a part of the money is shared by: a column of the sheet, or the coefficient of the post."""

    POINTS = "points", "得分"
    DAYS = "days", "出勤"
    COEFFICIENT = "coefficient", "系数"
    REWARD = "reward", "奖励"
    PENALTY = "penalty", "扣减"


class RoundTo(Term):
    """The smallest amount that is paid."""

    CENT = "cent", "到分"
    DIME = "dime", "到角"
    YUAN = "yuan", "到元"

    @property
    def unit(self) -> Decimal:
        """That amount in yuan."""
        return {"cent": Decimal("0.01"), "dime": Decimal("0.1"), "yuan": Decimal(1)}[self.value]


class RestTo(Term):
    """Where the few cents go that rounding leaves over."""

    NEAREST = "nearest", "依次给舍去最多的人"
    HIGHEST = "highest", "给金额最高的人"
    KEEP = "keep", "不补，留存"


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of the rule, taken from what the steps before left.

    With `each`, everybody gets that many yuan per unit of the measures in `by` (per head without any);
    negative takes away. Otherwise a pot of `amount` yuan, of a `share` of the total, or of all that is left
    is split in proportion to the product of the measures (equally without any).
    """

    name: str
    by: tuple[Measure, ...] = ()
    each: Decimal | None = None
    amount: Decimal | None = None
    share: Decimal | None = None

    @property
    def splits(self) -> bool:
        """Whether a pot is split, rather than a rate paid."""
        return self.each is None


class Distribution(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit's written rule: the month's total, its parts in order, coefficients of posts, rounding.

    `total` is the month's pot; without it whoever recounts gives it, or the sum of what was paid stands for
    it. `default_coefficient` is for posts that are not listed. `blank_is_zero` reads an empty cell as 0.
    Differences up to `tolerance` yuan do not count.
    """

    format: str
    version: str
    id: str
    title: str
    parts: tuple[Part, ...]
    total: Decimal | None = None
    coefficients: dict[str, Decimal] = {}
    default_coefficient: Decimal | None = None
    round_to: RoundTo = RoundTo.CENT
    round_each: bool = False
    rest_to: RestTo = RestTo.NEAREST
    tolerance: Decimal = Decimal(0)
    blank_is_zero: bool = False
    basis: str = ""
    draft: bool = False
    remark: str = ""

    def measures(self) -> tuple[Measure, ...]:
        """Every measure the rule needs, in a fixed order."""
        used = {measure for part in self.parts for measure in part.by}
        return tuple(measure for measure in Measure if measure in used)
