"""Schemes of grades and contests: what offices write into files to say how scores are used.

Shipped ones are drafts: the real lines, quotas and names are not public and belong to whoever awards them.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from inspect_tui.model.terms import RollUp, Severity, Term, UnitKind

SCHEME_FORMAT = "inspect-tui/scheme"
CONTEST_FORMAT = "inspect-tui/contest"


class Level(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One grade: its scores from `low` to `high`, both included.

    `approval` means the level above must approve it; `quota` is the largest share of units that may have it.
    `tier` is the class it counts as in a coarser scheme (A, B, C), `short` the word used in counts.
    """

    id: str
    name: str
    low: Decimal
    high: Decimal
    short: str = ""
    approval: bool = False
    quota: Decimal | None = None
    tier: str = ""


class Scheme(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A scheme of grades, lowest first: five levels, stars, tiers, pass or fail.

    `step` is how finely scores are told apart, so that 79.9 and 80 leave no gap. `veto_level` is the highest
    grade a unit with a veto may have; empty means the lowest. `up` and `down` say how many grades a unit may
    move in a year; None means any number.
    """

    format: str
    version: str
    id: str
    title: str
    levels: tuple[Level, ...]
    full: Decimal = Decimal(100)
    step: Decimal = Decimal("0.1")
    veto_level: str = ""
    up: int | None = None
    down: int | None = None
    unit_kinds: tuple[UnitKind, ...] = ()
    draft: bool = False
    remark: str = ""

    def level(self, level_id: str) -> Level | None:
        """The level of that id, if the scheme has it."""
        return next((level for level in self.levels if level.id == level_id), None)

    def place(self, level_id: str) -> int:
        """How high a level stands, from 0; -1 when the scheme does not have it."""
        return next((n for n, level in enumerate(self.levels) if level.id == level_id), -1)


class Span(Term):
    """How long a period is."""

    WEEK = "week", "周"
    MONTH = "month", "月"
    QUARTER = "quarter", "季度"
    HALF = "half", "半年"
    YEAR = "year", "年"


class TieRule(Term):
    """What decides between equal scores, one after the other; what is still equal shares the place."""

    FEWER_MAJOR = "fewer_major", "严重问题少的在前"
    FEWER_PROBLEMS = "fewer_problems", "问题少的在前"
    HIGHER_SECTION = "higher_section", "指定大项得分高的在前"
    MORE_FIXED = "more_fixed", "上轮问题整改率高的在前"
    HIGHER_COVERAGE = "higher_coverage", "检查覆盖率高的在前"


class Criterion(Term):
    """What a contest compares."""

    SCORE = "score", "得分"
    SECTION = "section", "指定大项得分率"
    PROGRESS = "progress", "比上期提高的分数"


class Eligibility(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may win: enough of the checklist was looked at, no veto, nothing grave left open, a least score."""

    coverage: Decimal = Decimal("0.8")
    no_veto: bool = True
    none_open: tuple[Severity, ...] = (Severity.MAJOR, Severity.VETO)
    least: Decimal | None = None
    rounds: int = 1
    submitted: bool = True


class Contest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A contest over the same rounds: who may win, what is compared, who wins a tie, how many win.

    `sections` are the sections compared or asked in a tie, as section ids. `keep` is how often in a row one
    unit may hold it; None means without end. `prize` is what is handed on, as a pennant.
    """

    format: str
    version: str
    id: str
    title: str
    prize: str
    span: Span = Span.QUARTER
    unit_kinds: tuple[UnitKind, ...] = (UnitKind.PARTY_GROUP,)
    checklist: str = ""
    criterion: Criterion = Criterion.SCORE
    sections: tuple[str, ...] = ()
    ties: tuple[TieRule, ...] = (TieRule.FEWER_MAJOR, TieRule.HIGHER_SECTION)
    winners: int = 1
    rollup: RollUp = RollUp.MEAN
    eligible: Eligibility = Eligibility()
    keep: int | None = None
    draft: bool = False
    remark: str = ""
