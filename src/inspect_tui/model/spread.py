"""What spreads from unit to unit: good practice as cards (经验) with its adopters, and helping pairs.

Both live longer than a round. What an earlier round knew of them is frozen into the next one, so that it
can be told from that round's files alone.
"""

from decimal import Decimal

import msgspec

from inspect_tui.model.problem import Source
from inspect_tui.model.terms import Profile, Term


class Uptake(Term):
    """Whether a unit took up another unit's good practice."""

    ADOPTED = "adopted", "已采用"
    PARTLY = "partly", "部分采用"
    NOT_ADOPTED = "not_adopted", "未采用"
    NOT_FITTING = "not_fitting", "不适合本组"

    @property
    def taken(self) -> bool:
        """Whether the unit does it, be it in part."""
        return self in (Uptake.ADOPTED, Uptake.PARTLY)

    @property
    def settled(self) -> bool:
        """Whether the next round need not ask again."""
        return self in (Uptake.ADOPTED, Uptake.NOT_FITTING)


class GoalKind(Term):
    """What a helping pair wants to reach."""

    SCORE = "score", "得分"
    PROBLEM = "problem", "问题销号"
    WORDS = "words", "其他"


class GoalState(Term):
    """How far a goal is, as a round's own results say."""

    MET = "met", "已达到"
    NOT_YET = "not_yet", "还没有达到"
    NO_DATA = "no_data", "无数据"


class Adoption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one unit said of a card in one round. `on` is a calendar date (YYYY-MM-DD)."""

    unit: str
    unit_name: str
    uptake: Uptake
    source: Source
    basis: str = ""
    on: str = ""


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A good practice written down so that others can copy it.

    `unit` is where it comes from, `finding` the record it was promoted from, `source` the round that was in,
    `on` the day. Without `profiles` it is for every unit. `rounds` counts the rounds that asked after it
    before this one, `adopted` is what their units said.
    """

    id: str
    unit: str
    unit_name: str
    title: str
    what: str
    source: Source
    effect: str = ""
    how: str = ""
    profiles: tuple[Profile, ...] = ()
    finding: str = ""
    on: str = ""
    rounds: int = 0
    adopted: tuple[Adoption, ...] = ()

    def fits(self, profile: Profile) -> bool:
        """Whether it is for units of this profile; one without a profile may copy anything."""
        return not self.profiles or profile in self.profiles or profile is Profile.GENERAL


class Goal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One goal of a pair: a score to reach, a problem to be closed by its day, or words.

    `id` is the problem's id for a problem, which `number` and `text` name for people.
    """

    id: str
    kind: GoalKind
    target: Decimal | None = None
    number: str = ""
    text: str = ""
    due: str = ""


class Pairing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit that is helped and who helps it: another unit (`helper`) or a department in words.

    It runs from `start` until `until` (YYYY-MM-DD); `met` are the ids of goals in words that the lead saw
    reached. `rounds` counts the rounds that had it before this one.
    """

    id: str
    unit: str
    unit_name: str
    helper_name: str
    start: str
    until: str
    source: Source
    helper: str = ""
    goals: tuple[Goal, ...] = ()
    met: tuple[str, ...] = ()
    rounds: int = 0
