"""Round: one inspection from plan to freeze, carrying the checklists and units it was opened with.

A round is self-contained so that old reports never change with the roster or a newer checklist.
"""

from decimal import Decimal

import msgspec

from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.problem import Carried, Held
from inspect_tui.model.roster import Unit
from inspect_tui.model.spread import Card, Pairing
from inspect_tui.model.terms import NaPolicy, RollUp, RoundKind, Secrecy, Stage

ROUND_FORMAT = "inspect-tui/round"
ROUND_VERSION = "1.0"
PACK_FORMAT = "inspect-tui/pack"
RULES_FORMAT = "inspect-tui/rules"


class Period(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Calendar dates (YYYY-MM-DD) of the visits and the name people give the period."""

    label: str
    start: str = ""
    end: str = ""


class Team(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An inspection team: names, and the ids of the units it visits."""

    id: str
    name: str
    lead: str = ""
    members: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


class SoftenerStep(msgspec.Struct, frozen=True, kw_only=True):
    """Up to this share of units (a decimal from 0 to 1) a text says this word."""

    share: Decimal
    word: str


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The figures offices set for themselves; every shipped value is a draft they may edit.

    `severity_points`: what a problem without a labelled deduction costs. `days`: days to rectify by
    severity. `common_units`/`common_share`: when one problem in several units is a common one.
    `softeners`: which word a text uses for which share of units (domain 3.1). `*_reasons`: ready reasons
    offered by digit; `evidence_references` likewise where evidence has no file, `__` being filled in.
    `near_days` before its day a problem is 将到期; `idle_days` without a step count as
    no movement; `lineage_rounds` is for how many rounds a closed problem is kept at hand, so that its return
    is known as one. `no_ranking` keeps every ranking out of every text and table; where ranking is allowed,
    units under `rank_coverage` are left out of it. `rounding` is how finely scores are told. An earlier
    problem found not put right takes `carry_open` off the rescaled score, one that came back
    `carry_relapsed`, together at most `carry_cap`; a lead's bonus adds at most `bonus_cap`. `rollup` makes
    one score of several rounds.
    """

    format: str = RULES_FORMAT
    version: str = "1.0"
    na_policy: NaPolicy = NaPolicy.EXCLUDE
    severity_points: dict[str, Decimal] = msgspec.field(
        default_factory=lambda: {
            "minor": Decimal("0.5"),
            "moderate": Decimal(1),
            "major": Decimal(2),
            "veto": Decimal(2),
        }
    )
    days: dict[str, int] = msgspec.field(
        default_factory=lambda: {"minor": 7, "moderate": 15, "major": 30, "veto": 30}
    )
    common_units: int = 3
    common_share: Decimal = Decimal("0.3")
    softeners: tuple[SoftenerStep, ...] = (
        SoftenerStep(share=Decimal("0.3333"), word="少数"),
        SoftenerStep(share=Decimal("0.6667"), word="部分"),
        SoftenerStep(share=Decimal(1), word="多数"),
    )
    single_word: str = "个别"
    coverage_warning: Decimal = Decimal("0.8")
    na_reasons: tuple[str, ...] = ("本单位没有这项工作", "本期没有发生")
    unverified_reasons: tuple[str, ...] = ("当事人不在岗", "资料不在现场", "现场条件不允许", "本单位未查")
    not_reached_reasons: tuple[str, ...] = ("道路不通", "单位集中作业，无人迎检", "天气原因")
    evidence_references: tuple[str, ...] = (
        "见党建平台",
        "会议记录本第__页",
        "岗位责任清单第__页",
        "工作台账第__页",
        "谈话记录",
    )
    message_bytes: int = 1900
    near_days: int = 3
    idle_days: int = 15
    lineage_rounds: int = 4
    no_ranking: bool = False
    rank_coverage: Decimal = Decimal("0.8")
    rounding: Decimal = Decimal("0.1")
    carry_open: Decimal = Decimal(1)
    carry_relapsed: Decimal = Decimal(2)
    carry_cap: Decimal = Decimal(10)
    bonus_cap: Decimal = Decimal(5)
    rollup: RollUp = RollUp.MEAN


class Round(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One inspection round, frozen when opened and raised by `pack_version` when amended.

    `practice` rounds never count. `issuer` opens and signs texts (区党总支); `basis` and `demands` are
    sentences of the plan used in the 通报. `origin` is a random id given when the round is opened: two rounds
    of one id but different origin are different rounds. `checklist_hashes` and `unit_hashes` are content
    hashes of what was frozen, by id. `carried` are the problems of earlier rounds that this one looks at
    again, frozen as they were; `held` those that were kept out, each with the reason. `series` ties the
    rounds of one grading year together, `stage` says which stage of it this round is. `cards` are earlier
    rounds' good practices that units are asked about, `pairs` the helping pairs that go on. `recovery_key` is
    the office's age recipient, which can open every encrypted hand-in of the round.
    """

    format: str
    version: str
    id: str
    title: str
    kind: RoundKind
    period: Period
    checklists: tuple[Checklist, ...]
    units: tuple[Unit, ...]
    teams: tuple[Team, ...] = ()
    rules: Rules = msgspec.field(default_factory=Rules)
    pack_version: int = 1
    practice: bool = False
    secrecy: Secrecy = Secrecy.INTERNAL
    issuer: str = ""
    basis: str = ""
    demands: tuple[str, ...] = ()
    created: str = ""
    origin: str = ""
    checklist_hashes: dict[str, str] = {}
    unit_hashes: dict[str, str] = {}
    carried: tuple[Carried, ...] = ()
    held: tuple[Held, ...] = ()
    series: str = ""
    stage: Stage | None = None
    cards: tuple[Card, ...] = ()
    pairs: tuple[Pairing, ...] = ()
    recovery_key: str = ""

    def unit(self, unit_id: str) -> Unit | None:
        """The frozen unit of that id, if the round has it."""
        return next((u for u in self.units if u.id == unit_id), None)

    def checklist(self, checklist_id: str) -> Checklist | None:
        """The frozen checklist of that id, if the round has it."""
        return next((c for c in self.checklists if c.id == checklist_id), None)

    def item(self, checklist_id: str, item_id: str) -> Item | None:
        """The frozen item, if the round has it."""
        checklist = self.checklist(checklist_id)
        return checklist.item(item_id) if checklist else None

    def team_of(self, unit_id: str) -> Team | None:
        """The team that visits a unit, if one is named."""
        return next((t for t in self.teams if unit_id in t.units), None)
