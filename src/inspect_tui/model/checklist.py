"""Checklist: sections of items, how each is scored, and the red lines beside them.

Points are decimals (0.5 is common in the field); in files authors write plain numbers.
Labels identify deductions within an item, ids identify everything else.
"""

from decimal import Decimal

import msgspec

from inspect_tui.model.terms import (
    Figure,
    Helper,
    Method,
    Need,
    Scoring,
    Severity,
    TriggerEffect,
    UnitKind,
    Verdict,
)

CHECKLIST_FORMAT = "inspect-tui/checklist"

#: `applies_to` entry that means every profile.
ANY = "*"


class Deduction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One labelled way of losing points: picked by a digit, it records points and writes the finding.

    `label` is what the inspector picks (unique in the item); `sentence` is the finding text, in which
    `{n}` stands for the count. `points` per counted `unit`; `all` takes every point of the item.
    `cap` limits what this deduction may take. Deductions with the same `exclusive` name replace each
    other. `triggers` names the red line or veto to put before the inspector. Zero points with
    `suggestion` records a suggestion to the level above instead of a problem.
    """

    label: str
    sentence: str
    points: Decimal = Decimal(0)
    all: bool = False
    unit: str = ""
    cap: Decimal | None = None
    exclusive: str = ""
    missing: bool = False
    severity: Severity | None = None
    triggers: str = ""
    suggestion: bool = False

    @property
    def counted(self) -> bool:
        """Whether picking it again raises a count (it names what it counts: 次, 项, 人, 处)."""
        return bool(self.unit)


class Award(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One level of award scoring (2/1/0, 7/4/0): the points it gives and the verdict it means.

    `sentence` is the finding text for levels below 符合.
    """

    label: str
    points: Decimal
    verdict: Verdict
    sentence: str = ""
    missing: bool = False
    severity: Severity | None = None


class OwnAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer of a named set (有, 过期, 无), for items that 符合 and 缺项 do not fit.

    It gives a `share` of whatever points the item has, so that one set serves items of any size, or fixed
    `points`. The rest is as in `Award`, which each item of the set gets one of.
    """

    label: str
    verdict: Verdict
    share: Decimal | None = None
    points: Decimal | None = None
    sentence: str = ""
    missing: bool = False
    severity: Severity | None = None

    def award_of(self, points: Decimal) -> Award:
        """The award level this answer is on an item of so many points."""
        given = self.points if self.points is not None else points * (self.share or Decimal(0))
        return Award(
            label=self.label,
            points=given,
            verdict=self.verdict,
            sentence=self.sentence,
            missing=self.missing,
            severity=self.severity,
        )


class When(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A condition: another item of the checklist stands at one of these verdicts or own answers."""

    item: str
    verdict: tuple[Verdict, ...] = ()
    answer: tuple[str, ...] = ()


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to check.

    `applies_to` lists profiles (or `*`); `unit_kinds` and `tags` narrow it further to units of such a kind
    and to units with at least one such tag, and every `when` must hold (see `rules.applicability`).
    `answer_set` names the set whose answers are the item's `awards`. `require` says by verdict what it must
    come with. `helper` names a page that helps to judge it. `na_when` lists ready reasons for 不适用;
    `samples` lists what a spot check usually looks at (月份, 岗位, 井号), offered as one-key sample notes.
    """

    id: str
    text: str
    points: Decimal
    rubric: str = ""
    scoring: Scoring = Scoring.DEDUCT
    severity: Severity = Severity.MINOR
    methods: tuple[Method, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    awards: tuple[Award, ...] = ()
    applies_to: tuple[str, ...] = (ANY,)
    na_when: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    basis: str = ""
    unit_kinds: tuple[UnitKind, ...] = ()
    tags: tuple[str, ...] = ()
    when: tuple[When, ...] = ()
    answer_set: str = ""
    require: dict[str, tuple[Need, ...]] = {}
    helper: Helper | None = None

    def deduction(self, label: str) -> Deduction | None:
        """The deduction of that label, if the item has it."""
        return next((d for d in self.deductions if d.label == label), None)

    def award(self, label: str) -> Award | None:
        """The award level of that label, if the item has it."""
        return next((a for a in self.awards if a.label == label), None)


class Section(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A category of items with its points; `short` is the name used where room is scarce.

    `applies_to`, `unit_kinds`, `tags` and `when` hold for all its items, on top of what each says itself.
    `figures` says what is known of the unit that is shown beside its items.
    """

    id: str
    name: str
    points: Decimal
    items: tuple[Item, ...]
    short: str = ""
    applies_to: tuple[str, ...] = (ANY,)
    unit_kinds: tuple[UnitKind, ...] = ()
    tags: tuple[str, ...] = ()
    when: tuple[When, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def short_name(self) -> str:
        return self.short or self.name


class Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A red line, veto or alert: recorded on its own page after a confirm, referred, never scored."""

    id: str
    text: str
    effect: TriggerEffect = TriggerEffect.RED_LINE


class Checklist(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A checklist as an office writes it: one JSON file.

    `revision` is the author's own version of the content and `change_note` what it changed; `version` is
    that of the file format. `unit_kinds` are the kinds of unit it can be used on; `profiles` the profiles
    whose points must add up to `full_score`. `duties` names the nine 岗位责任制 slots, an empty string
    being an unnamed slot; `duty_day` is the day of the month until which units revise them. `answer_sets`
    are the sets of own answers that items name; reading a checklist
    gives each such item its `awards`, so that nobody who has an item needs the checklist to score it.
    """

    format: str
    version: str
    id: str
    revision: str
    title: str
    sections: tuple[Section, ...]
    full_score: Decimal = Decimal(100)
    unit_kinds: tuple[UnitKind, ...] = (UnitKind.PARTY_GROUP,)
    profiles: tuple[str, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    duties: tuple[str, ...] = ()
    duty_day: int = 0
    draft: bool = False
    remark: str = ""
    change_note: str = ""
    answer_sets: dict[str, tuple[OwnAnswer, ...]] = {}

    def __post_init__(self) -> None:
        if self.answer_sets:
            sections = tuple(_answered(section, self.answer_sets) for section in self.sections)
            msgspec.structs.force_setattr(self, "sections", sections)

    def items(self) -> list[Item]:
        """Every item in order."""
        return [item for section in self.sections for item in section.items]

    def item(self, item_id: str) -> Item | None:
        """The item of that id, if the checklist has it."""
        return next((i for s in self.sections for i in s.items if i.id == item_id), None)

    def trigger(self, trigger_id: str) -> Trigger | None:
        """The red line, veto or alert of that id, if the checklist has it."""
        return next((t for t in self.triggers if t.id == trigger_id), None)


def _answered(section: Section, sets: dict[str, tuple[OwnAnswer, ...]]) -> Section:
    """The section with the answers of every item that names a set."""
    items = tuple(
        msgspec.structs.replace(item, awards=tuple(a.award_of(item.points) for a in sets[item.answer_set]))
        if item.answer_set in sets
        else item
        for item in section.items
    )
    return msgspec.structs.replace(section, items=items)
