"""A unit's sheet: its applicable items with answers, scores and running totals, kept up change by change.

The walk screen asks it after every key, so each change costs work for the items it touches only, however
long the checklist is. `rules.scoring.unit_score` over the same answers must always agree.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from inspect_tui.model.change import parse_key
from inspect_tui.model.checklist import Checklist, Item, Section
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Profile, Verdict
from inspect_tui.model.view import Answer, ItemScore, UnitScore
from inspect_tui.rules.applicability import Reach, checklists_for, items_of, profile_of
from inspect_tui.rules.fold import State
from inspect_tui.rules.own_answers import said_word
from inspect_tui.rules.problems import contested, looks, names_of, owed
from inspect_tui.rules.reading import read_answer, read_hits, read_visit, unjudged
from inspect_tui.rules.requiring import needs_words, owed_needs
from inspect_tui.rules.scoring import TENTH, ZERO, item_score, rescaled, unit_score


class Row(msgspec.Struct, frozen=True):
    """One applicable item with where it stands."""

    checklist: Checklist
    section: Section
    item: Item


class Tally(msgspec.Struct):
    """Running totals of a section or a whole sheet."""

    items: int = 0
    answered: int = 0
    disputed: int = 0
    raw: Decimal = ZERO
    applicable: Decimal = ZERO
    step: Decimal = TENTH

    @property
    def score(self) -> Decimal | None:
        """Rescaled score of what is counted so far; None when nothing is."""
        return rescaled(self.raw, self.applicable, self.step)


class UnitSheet:
    """All rows of a unit under the round's checklists, with tallies per section and checklist.

    A row on which nothing was recorded stands as nothing until somebody asks for it: a visit to thousands of
    items begins with none of them read.
    """

    def __init__(
        self, state: State, round_: Round, unit_id: str, checklists: list[Checklist] | None = None
    ) -> None:
        unit = round_.unit(unit_id)
        if unit is None:
            raise KeyError(unit_id)
        self.state, self.round, self.unit = state, round_, unit
        self.checklists = checklists if checklists is not None else checklists_for(round_, unit)
        #: Raised whenever the rows themselves change, as when the profile is put right on site.
        self.build = 0
        #: The rows that the last such change took away, and those it brought.
        self.gone: tuple[Row, ...] = ()
        self.came: tuple[Row, ...] = ()
        self.rows: list[Row] = []
        #: The rows that begin a section.
        self.starts: list[int] = []
        self._standing: list[tuple[Answer, ItemScore] | None] = []
        self._place: dict[tuple[str, str], int] = {}
        self._reach()

    def _reach(self) -> None:
        """Find out anew which items apply."""
        self.profile: Profile = profile_of(self.state, self.round, self.unit.id)
        self._reaches = {c.id: Reach(self.state, self.round, self.unit, c) for c in self.checklists}
        self._build()

    def _build(self) -> None:
        """Lay the rows out. What is known of an item already stays, so that only new rows are read."""
        before, was, known = self.rows, self._place, self._standing
        self.rows, self.starts = [], []
        self.total = self._tally()
        self.by_section: dict[tuple[str, str], Tally] = {}
        self.by_checklist: dict[str, Tally] = {}
        for checklist in self.checklists:
            for section, items in self._reaches[checklist.id].parts():
                self.starts.append(len(self.rows))
                self.rows += [Row(checklist, section, item) for item in items]
                for tally in self._tallies(checklist.id, section.id):
                    tally.items += len(items)
        self._place = {(r.checklist.id, r.item.id): i for i, r in enumerate(self.rows)}
        if self.build:
            self.gone = tuple(r for key, r in zip(was, before, strict=True) if key not in self._place)
            self.came = tuple(r for key, r in zip(self._place, self.rows, strict=True) if key not in was)
        self.build += 1
        self._standing = [None] * len(self.rows)
        self.verdicts: dict[Verdict, int] = dict.fromkeys(Verdict, 0)
        self.verdicts[Verdict.PENDING] = len(self.rows)
        for record in self.state.records(self.unit.id):
            address = parse_key(record)
            if address is None or address.kind != "answer":
                continue
            key = (address.checklist, address.item)
            index = self._place.get(key)
            if index is not None:
                standing = known[was[key]] if key in was else self._read(self.rows[index])
                self._standing[index] = standing
                if standing is not None and standing[0].opinions:
                    self.verdicts[Verdict.PENDING] -= 1
                    self._count(index, 1)

    @property
    def answers(self) -> list[Answer]:
        """How each row reads."""
        return [self._at(index)[0] for index in range(len(self.rows))]

    @property
    def scores(self) -> list[ItemScore]:
        """The points of each row."""
        return [self._at(index)[1] for index in range(len(self.rows))]

    def _at(self, index: int) -> tuple[Answer, ItemScore]:
        standing = self._standing[index]
        if standing is None:
            # Not read from the state, which may know more by now than the totals do.
            row = self.rows[index]
            answer = unjudged(self.unit.id, row.checklist.id, row.item)
            standing = self._standing[index] = (answer, item_score(row.item, answer, self.round.rules))
        return standing

    def _read(self, row: Row) -> tuple[Answer, ItemScore]:
        answer = read_answer(self.state, self.unit.id, row.checklist.id, row.item)
        return answer, item_score(row.item, answer, self.round.rules)

    def _tallies(self, checklist: str, section: str) -> tuple[Tally, Tally, Tally]:
        of_section = self.by_section.get((checklist, section))
        if of_section is None:
            of_section = self.by_section[checklist, section] = self._tally()
        of_checklist = self.by_checklist.get(checklist)
        if of_checklist is None:
            of_checklist = self.by_checklist[checklist] = self._tally()
        return self.total, of_section, of_checklist

    def _tally(self) -> Tally:
        return Tally(step=self.round.rules.rounding)

    def _count(self, index: int, sign: int) -> None:
        row, (answer, score) = self.rows[index], self._at(index)
        self.verdicts[answer.verdict] += sign
        for tally in self._tallies(row.checklist.id, row.section.id):
            tally.answered += sign * answer.answered
            tally.disputed += sign * answer.disputed
            if score.counted:
                tally.raw += sign * score.gained
                tally.applicable += sign * score.points

    def refresh(self, touched: set[str]) -> list[int] | None:
        """Re-read the rows whose records changed; returns their indexes, or None when the rows did.

        Rows come and go with the profile, and with an answer that is a condition for others.
        """
        moved = False
        changed: list[int] = []
        for record in touched:
            address = parse_key(record)
            if address is None or address.unit != self.unit.id or address.kind not in ("answer", "finding"):
                continue
            index = self._place.get((address.checklist, address.item))
            if index is not None and index not in changed:
                self._reread(index)
                changed.append(index)
            reach = self._reaches.get(address.checklist)
            if reach is not None and address.kind == "answer":
                moved = reach.changed(self.state, address.item) or moved
        if self.profile is not profile_of(self.state, self.round, self.unit.id):
            self._reach()
            return None
        if moved:
            self._build()
            return None
        return sorted(changed)

    def _reread(self, index: int) -> None:
        self._count(index, -1)
        self._standing[index] = self._read(self.rows[index])
        self._count(index, 1)

    def standing(self, row: Row) -> tuple[Answer, ItemScore]:
        """How a row stands, also one that no longer applies."""
        index = self._place.get((row.checklist.id, row.item.id))
        return self._read(row) if index is None else self._at(index)

    def index_of(self, checklist: str, item: str) -> int | None:
        """Row index of an item, or None when it does not apply here."""
        return self._place.get((checklist, item))

    def why_not(self, checklist: str, item: str) -> str:
        """Why an item does not apply here; empty when it does, or when the checklists do not have it."""
        reach = self._reaches.get(checklist)
        return reach.why_not(item) if reach is not None and reach.checklist.item(item) else ""

    def set_aside(self) -> list[Row]:
        """The items that no longer apply here although somebody judged them: kept, and in no sum."""
        return [
            Row(checklist, section, item)
            for checklist in self.checklists
            for section, item in self._reaches[checklist.id].others()
            if read_answer(self.state, self.unit.id, checklist.id, item).opinions
        ]

    def next_unanswered(self, after: int) -> int | None:
        """The first unanswered row behind `after`, going round to the top; None when all are answered."""
        if self.total.answered == self.total.items:
            return None
        count = len(self.rows)
        for step in range(1, count + 1):
            index = (after + step) % count
            if not self._at(index)[0].answered:
                return index
        return None

    def unit_scores(self) -> list[UnitScore]:
        """The full score object per checklist, as every output prints it."""
        hits = read_hits(self.state, self.unit.id)
        found = []
        for checklist in self.checklists:
            places = [place for place, row in enumerate(self.rows) if row.checklist is checklist]
            found.append(
                unit_score(
                    self.unit.id,
                    checklist.id,
                    [(self.rows[place].item, self._at(place)[0]) for place in places],
                    self.round.rules,
                    tuple(h.trigger for h in hits if h.checklist == checklist.id),
                    scores=[self._at(place)[1] for place in places],
                )
            )
        return found

    def progress(self) -> Progress:
        """Progress of the unit from the running totals: what `unit_progress` counts afresh."""
        visit = read_visit(self.state, self.unit.id)
        looked = looks(self.state, self.round, self.unit.id)
        return Progress(
            items=self.total.items,
            answered=self.total.answered,
            submitted=visit.submitted,
            not_reached=visit.not_reached,
            started=visit.started,
            disputed=self.total.disputed,
            owed=sum(not done for _, done in looked),
            to_verify=len(looked),
        )

    def open_points(self) -> list[OpenPoint]:
        """What stands in the way of submitting, in the order to mend it; empty when nothing does."""
        visit = read_visit(self.state, self.unit.id)
        points: list[OpenPoint] = []
        if visit.not_reached:
            if not visit.reason:
                points.append(OpenPoint("reason", -1, "未能进点还没有写明原因"))
            return points
        if not visit.date:
            points.append(OpenPoint("date", -1, "进点信息：没有检查日期"))
        if not visit.counterpart:
            points.append(OpenPoint("counterpart", -1, "进点信息：没有写迎检人"))
        called = names_of(self.round, self.unit.id)
        for carried in owed(self.state, self.round, self.unit.id):
            told = f"上轮问题 {called[carried.id]} 还没有复查：{carried.text}"
            points.append(OpenPoint("verify", -1, told, carried.id))
        for carried in contested(self.state, self.round, self.unit.id):
            told = f"上轮问题 {called[carried.id]} 复查结论有两种意见，待组长裁定"
            points.append(OpenPoint("verify", -1, told, carried.id))
        for index, (row, answer) in enumerate(zip(self.rows, self.answers, strict=True)):
            if answer.disputed:
                points.append(OpenPoint("disputed", index, f"{row.item.id} 两种意见，待组长裁定"))
            elif not answer.answered:
                points.append(OpenPoint("unanswered", index, f"{row.item.id} 未查"))
            elif answer.stale:
                points.append(OpenPoint("stale", index, f"{row.item.id} 条文已改，需重看"))
            if row.item.require and (owes := owed_needs(self.state, row.item, answer)):
                told = f"{row.item.id} {said_word(row.item, answer.judgement)}，还缺{needs_words(owes)}"
                points.append(OpenPoint("required", index, told))
        return points


class OpenPoint(msgspec.Struct, frozen=True):
    """One thing that stands in the way of submitting.

    `row` is -1 when it is no item: in the visit's header, or an earlier problem (`kind` verify), whose id is
    `problem`.
    """

    kind: str
    row: int
    text: str
    problem: str = ""


class Progress(msgspec.Struct, frozen=True):
    """Honest progress of a unit: answered of applicable items, whether submitted or not reached.

    `disputed` counts items under two opinions, which are not answered until the lead decides. `owed` counts
    the earlier problems that nobody looked at again yet, of the `to_verify` that must be.
    """

    items: int
    answered: int
    submitted: bool
    not_reached: bool
    started: bool
    disputed: int = 0
    owed: int = 0
    to_verify: int = 0

    @property
    def done(self) -> bool:
        """Whether nothing is left to do at the unit: handed over, or not reached."""
        return self.submitted or self.not_reached


def unit_progress(state: State, round_: Round, unit_id: str) -> Progress:
    """Progress of one unit over all its checklists."""
    unit = round_.unit(unit_id)
    if unit is None:
        raise KeyError(unit_id)
    items = answered = disputed = 0
    visit = read_visit(state, unit_id)
    for checklist in checklists_for(round_, unit):
        for _, item in items_of(state, round_, unit, checklist):
            items += 1
            if visit.started:
                answer = read_answer(state, unit_id, checklist.id, item)
                answered += answer.answered
                disputed += answer.disputed
    looked = looks(state, round_, unit_id)
    return Progress(
        items=items,
        answered=answered,
        submitted=visit.submitted,
        not_reached=visit.not_reached,
        started=visit.started,
        disputed=disputed,
        owed=sum(not done for _, done in looked),
        to_verify=len(looked),
    )
