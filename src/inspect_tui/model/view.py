"""What the fold of changes reads as: judgements, answers, findings, visits."""

from decimal import Decimal
from typing import Annotated

import msgspec

from inspect_tui.model.terms import FindingKind, Profile, ReviewState, Severity, Verdict, VisitResult


class Picked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A labelled deduction chosen by an inspector, with how many times it was met: at least once.

    The bound is checked on every foreign change; a negative count would give points instead of taking them.
    """

    label: str
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


class Judgement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One inspector's verdict on one item, as a single value that is never merged piecewise.

    `item` is the hash of the item text it was given for; a different hash now means 需重看.
    """

    verdict: Verdict = Verdict.PENDING
    deductions: tuple[Picked, ...] = ()
    award: str = ""
    missing: bool = False
    reason: str = ""
    item: str = ""

    def count(self, label: str) -> int:
        """How many times a label was picked; 0 when it was not."""
        return next((p.count for p in self.deductions if p.label == label), 0)


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """A live judgement and whose it is; `decision` is the lead's reason when it settles a quarrel."""

    change: str
    writer: str
    by: tuple[str, ...]
    at: str
    judgement: Judgement
    decision: str = ""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A note and its author; notes of several authors all stay."""

    by: tuple[str, ...]
    at: str
    text: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An item at a unit as it now reads.

    `opinions` holds one entry per differing judgement; more than one means the lead must decide, and
    `judgement` is then pending. `stale` means the item was reworded after it was judged (需重看). `returned`
    is the lead's reason for having it looked at again (退回); it is blank once somebody judged anew.
    """

    unit: str
    checklist: str
    item: str
    judgement: Judgement
    opinions: tuple[Opinion, ...] = ()
    notes: tuple[Note, ...] = ()
    methods: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    stale: bool = False
    returned: str = ""

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    @property
    def disputed(self) -> bool:
        return len(self.opinions) > 1

    @property
    def answered(self) -> bool:
        """Whether the item is done with: judged, and not under two opinions."""
        return not self.disputed and self.verdict is not Verdict.PENDING


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A problem, good practice or suggestion as it now reads.

    `key` is its record key. `label` is set on findings that a labelled deduction makes, whose text follows
    the count until someone edits it (`edited`). `contested` means its item is under two opinions. `joined`
    holds the findings that the lead joined to this one as telling the same; their authors stand in `by` too.
    """

    key: str
    unit: str
    kind: FindingKind
    text: str
    checklist: str = ""
    item: str = ""
    label: str = ""
    severity: Severity = Severity.MINOR
    missing: bool = False
    fixed_on_site: bool = False
    referred: bool = False
    edited: bool = False
    contested: bool = False
    by: tuple[str, ...] = ()
    at: str = ""
    changes: tuple[str, ...] = ()
    joined: tuple["Finding", ...] = ()


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A red line, veto or alert recorded at a unit: the fact, who, when."""

    key: str
    unit: str
    checklist: str
    trigger: str
    fact: str
    by: tuple[str, ...] = ()
    at: str = ""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What the lead said about a unit's visit: accepted (认可), returned (退回), or neither any more.

    `change` is the lead's change that said so; blank when there never was one.
    """

    state: ReviewState = ReviewState.OPEN
    reason: str = ""
    by: tuple[str, ...] = ()
    at: str = ""
    change: str = ""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """The visit to a unit as it now reads.

    `submitted` makes it read-only until re-opened with a reason; what was submitted before the lead returned
    it no longer counts as submitted. `profile` is the one put right on site.
    """

    unit: str
    date: str = ""
    result: VisitResult = VisitResult.VISITED
    reason: str = ""
    counterpart: str = ""
    inspectors: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    profile: Profile | None = None
    submitted: bool = False
    submitted_at: str = ""
    submitted_by: tuple[str, ...] = ()
    confirmed_by: str = ""
    objection: str = ""
    reopened: str = ""
    started: bool = False
    review: Review = Review()

    @property
    def not_reached(self) -> bool:
        """Whether the inspectors could not get to the unit: 未能进点."""
        return self.result is VisitResult.NOT_REACHED

    @property
    def done(self) -> bool:
        """Whether nothing is left to do at the unit: handed over, or not reached."""
        return self.submitted or self.not_reached

    @property
    def accepted(self) -> bool:
        """Whether the lead accepted it: locked until the lead withdraws that."""
        return self.review.state is ReviewState.ACCEPTED

    @property
    def returned(self) -> bool:
        """Whether the lead returned it and it was not submitted again since."""
        return self.review.state is ReviewState.RETURNED and not self.submitted


class ItemScore(msgspec.Struct, frozen=True, kw_only=True):
    """Points of one item: what it could give, what it gave, and which deductions took what.

    `counted` is False where the item is in neither sum (不适用 under `exclude`, 未能核实, unanswered).
    """

    checklist: str
    item: str
    points: Decimal
    gained: Decimal
    counted: bool
    lost: tuple[tuple[str, Decimal], ...] = ()


class UnitScore(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's score under one checklist.

    `score` is raw ÷ applicable × 100 to one decimal, half up, and None when nothing is applicable (不计分).
    `coverage` is judged items ÷ items not 不适用, a share from 0 to 1.
    """

    unit: str
    checklist: str
    score: Decimal | None
    raw: Decimal
    applicable: Decimal
    coverage: Decimal
    items: int
    answered: int
    counted: int
    na: int
    unverified: int
    disputed: int
    vetoes: tuple[str, ...]
    derivation: tuple[ItemScore, ...]
