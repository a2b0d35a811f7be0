"""The headless writer: a file of actions, checked as a whole, then recorded one change per line.

Every line is first tried out on a copy of the state, in order, so that a line may build on earlier ones and
a submit sees what they recorded. One fault anywhere and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from inspect_tui.exchange.finding_ids import KNOWN, file_ids
from inspect_tui.exchange.record_checks import LineChecker, free_count, label_of
from inspect_tui.exchange.record_lines import Line, Numbered, read_lines
from inspect_tui.model.change import (
    GENESIS,
    Body,
    Edit,
    answer_key,
    free_finding_key,
    labelled_finding_key,
)
from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.round import Round
from inspect_tui.model.terms import FindingKind, Scoring, Verdict
from inspect_tui.model.view import Judgement, Picked
from inspect_tui.rules import actions
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.numbering import labels_of
from inspect_tui.rules.reading import read_visit
from inspect_tui.rules.rectifying import link, verify
from inspect_tui.rules.reviewing import handled
from inspect_tui.store.session import ReadOnlySession, Session


class RecordResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a file of lines recorded."""

    lines: int
    changes: int
    units: tuple[str, ...]
    #: Findings typed by hand that an earlier run of the same lines recorded; they are left as they are now.
    known: int = 0


def record_file(session: Session, path: Path, new_id: Callable[[], str] | None = None) -> RecordResult:
    """Check every line of a JSON Lines file, then make one change per line and wait for the disk.

    Raises InputFaults with every fault of every line and writes nothing then; ReadOnlySession or StoreError
    when it cannot be written. `new_id` gives the ids of findings typed by hand; without it a file that was
    recorded before, or in part, brings none of them again.
    """
    lines, faults = read_lines(path)
    return record_lines(session, lines, path.name, faults, new_id)


def record_lines(
    session: Session,
    lines: list[Numbered],
    name: str = "",
    faults: list[Fault] | None = None,
    new_id: Callable[[], str] | None = None,
    *,
    wait: bool = True,
    owed_later: bool = False,
) -> RecordResult:
    """Like `record_file`, for lines already read and the faults found while reading them.

    Without `wait` the disk may still be behind when it returns, as after any key on a screen. With
    `owed_later` what a verdict must come with may follow until the visit is submitted.
    """
    if session.file is None or session.read_only:
        raise ReadOnlySession(session.read_only or "没有自己的检查记录")
    if new_id is None:
        ids = file_ids(session, [n.line for n in lines])
    else:
        ids = [[new_id() for _ in range(free_count(n.line))] for n in lines]
    known = sum(of_line.count(KNOWN) for of_line in ids)
    found = [*(faults or ()), *check_lines(session, lines, name, ids, owed_later=owed_later)]
    if found:
        raise InputFaults(sorted(found, key=lambda f: (f.line, f.column)))
    recorder = _Recorder(session.state, session.round, session.identity.people, session.today)
    changes = 0
    for numbered, free_ids in zip(lines, ids, strict=True):
        edits = recorder.edits(numbered.line, free_ids)
        if edits:
            session.commit(edits, _what(session.round, numbered.line))
            changes += 1
    if wait:
        session.flush()
    units = tuple(dict.fromkeys(n.line.unit for n in lines))
    return RecordResult(lines=len(lines), changes=changes, units=units, known=known)


def check_lines(
    session: Session,
    lines: list[Numbered],
    name: str = "",
    ids: list[list[str]] | None = None,
    *,
    owed_later: bool = False,
) -> list[Fault]:
    """Everything wrong with lines, each tried out after those before it; nothing is written.

    `ids` are the ids of the findings typed by hand, by line; those that `record_lines` makes where none are
    given. A session that only looks will do.
    """
    ids = file_ids(session, [n.line for n in lines]) if ids is None else ids
    head = session.file.head if session.file is not None else GENESIS
    writer = session.writer or "trial"
    trial = _Recorder(session.state.copy(), session.round, session.identity.people, session.today)
    trial.owed_later = owed_later
    found: list[Fault] = []
    for numbered, free_ids in zip(lines, ids, strict=True):
        told = trial.check(numbered.line)
        found += [msgspec.structs.replace(f, file=name, line=numbered.number, column=1) for f in told]
        if told:
            continue
        edits = trial.edits(numbered.line, free_ids)
        if edits:
            body = Body(at="", by=session.identity.people, edits=tuple(edits))
            change = make_change(head, writer, body)
            head = change.id
            trial.state.apply(change)
    return found


def _what(round_: Round, line: Line) -> str:
    if line.submit:
        return "提交"
    if line.visit is not None:
        return "进点信息"
    if line.trigger is not None:
        return f"记红线 {line.trigger.id}"
    if line.verify is not None:
        return f"复查上轮问题 {line.verify.outcome.label}"
    if line.answer or line.verdict is not None:
        return f"{line.item} {line.answer or (line.verdict.label if line.verdict else '')}"
    return f"{line.item} 记录".strip()


class _Recorder(LineChecker):
    """Says what a checked line writes."""

    def edits(self, line: Line, free_ids: list[str]) -> list[Edit]:
        """What a checked line writes, as the edits of one change."""
        line = self.resolved(line)
        if line.visit is not None:
            return self._visit_edits(line)
        begun = actions.begin_visit(self.state, line.unit, self.today, self.people)
        if line.trigger is not None:
            return [*begun, self._trigger_edit(line)]
        if line.submit:
            return [actions.submit(self.state, line.unit)]
        if line.verify is not None:
            return [*begun, *self._verify_edits(line)]
        edits = list(begun)
        checklist = item = None
        if line.item:
            unit = self.round.unit(line.unit)
            assert unit is not None
            checklist, _ = self.checklist(line.checklist, unit, "")
            assert checklist is not None
            item = checklist.item(line.item)
            assert item is not None
            edits += self._item_edits(line, checklist, item)
            edits += handled(self.state, edits)
        edits += self._finding_edits(line, checklist, item, iter(free_ids).__next__)
        return edits

    def _item_edits(self, line: Line, checklist: Checklist, item: Item) -> list[Edit]:
        edits = []
        if line.verdict is not None:
            judgement = judgement_of_line(line, item)
            edits.append(actions.judge(self.state, line.unit, checklist.id, item, judgement, line.wording))
            if line.lineage:
                edits += self._links(line, checklist, item, judgement)
            if line.fixed_on_site:
                edits += [
                    actions.set_field(self.state, key, "fixed_on_site", True)
                    for key in problem_keys(line, checklist.id, item, judgement)
                ]
        if line.note is not None:
            edits.append(actions.write_note(self.state, line.unit, checklist.id, item, line.note))
        for method in dict.fromkeys(line.methods):
            key = answer_key(line.unit, checklist.id, item.id)
            edits.append(actions.set_element(self.state, key, "method", method.value, True))
        for sample in dict.fromkeys(line.samples):
            edits.append(actions.set_sample(self.state, line.unit, checklist.id, item, sample))
        return edits

    def _links(self, line: Line, checklist: Checklist, item: Item, judgement: Judgement) -> list[Edit]:
        """Link every problem that a judgement makes to the earlier one."""
        carried, _ = self.earlier(line.unit, line.lineage, "")
        assert carried is not None
        return [
            link(self.state, key, carried.id) for key in problem_keys(line, checklist.id, item, judgement)
        ]

    def _verify_edits(self, line: Line) -> list[Edit]:
        told, unit = line.verify, self.round.unit(line.unit)
        assert told is not None and unit is not None
        carried, _ = self.earlier(line.unit, told.problem, "")
        assert carried is not None
        return verify(
            self.state,
            self.row_of(unit, carried.id),
            told.outcome,
            self.today,
            who=self.who,
            basis=told.basis,
            methods=told.methods,
            remains=told.remains,
        )

    def _finding_edits(
        self, line: Line, checklist: Checklist | None, item: Item | None, next_id: Callable[[], str]
    ) -> list[Edit]:
        of = checklist.id if checklist and item else ""
        on = item.id if checklist and item else ""
        edits = []
        for finding in line.findings:
            new_id = next_id()
            if new_id == KNOWN:
                continue
            edits += actions.new_finding(
                self.state,
                line.unit,
                new_id,
                FindingKind.DEFICIENCY,
                finding.text,
                severity=finding.severity or (item.severity if item else None),
                missing=finding.missing,
                fixed_on_site=finding.fixed_on_site,
                checklist=of,
                item=on,
            )
            if finding.lineage:
                carried, _ = self.earlier(line.unit, finding.lineage, "")
                assert carried is not None
                edits.append(link(self.state, free_finding_key(line.unit, new_id), carried.id))
        for kind, texts in (
            (FindingKind.GOOD_PRACTICE, line.good_practices),
            (FindingKind.SUGGESTION, line.suggestions),
        ):
            for told in texts:
                new_id = next_id()
                if new_id == KNOWN:
                    continue
                edits += actions.new_finding(
                    self.state, line.unit, new_id, kind, told.text, checklist=of, item=on
                )
        return edits

    def _visit_edits(self, line: Line) -> list[Edit]:
        visit = line.visit
        assert visit is not None
        state, unit = self.state, line.unit
        values = {
            name: value
            for name in ("date", "counterpart", "reason", "objection", "confirmed_by")
            if (value := getattr(visit, name)) is not None
        }
        if visit.result is not None:
            values["result"] = visit.result.value
        if not values.get("date") and not read_visit(state, unit).date:
            values["date"] = self.today
        edits = actions.visit_fields(state, unit, values)
        people = visit.inspectors
        if people is None and not read_visit(state, unit).inspectors:
            people = self.people
        for name, names in (("inspector", people), ("present", visit.present)):
            if names is not None:
                edits += actions.visit_people(
                    state, unit, name, [n for n in dict.fromkeys(names) if n.strip()]
                )
        if visit.profile is not None:
            edits.append(actions.correct_profile(state, unit, visit.profile))
        return edits

    def _trigger_edit(self, line: Line) -> Edit:
        trigger, unit = line.trigger, self.round.unit(line.unit)
        assert trigger is not None and unit is not None
        checklist, _ = self.checklist(trigger.checklist or line.checklist, unit, "")
        assert checklist is not None
        return actions.hit_trigger(self.state, line.unit, checklist.id, trigger.id, trigger.fact)


def problem_keys(line: Line, checklist: str, item: Item, judgement: Judgement) -> list[str]:
    """Record keys of the problems that a line's judgement makes."""
    return [
        labelled_finding_key(line.unit, checklist, item.id, label) for label in labels_of(judgement, item)
    ]


def judgement_of_line(line: Line, item: Item) -> Judgement:
    """The judgement a sound line gives on an item."""
    verdict = line.verdict or Verdict.PENDING
    if item.scoring is Scoring.AWARD:
        if not line.award:
            return actions.plain_verdict(item, verdict, line.reason)
        award = item.award(line.award)
        missing = line.missing or bool(award and award.missing)
        return Judgement(verdict=verdict, award=line.award, missing=missing, reason=line.reason)
    judgement = Judgement(verdict=verdict, reason=line.reason)
    picked = {label: d.count for d in line.deductions if (label := label_of(d, item))}
    places = {d.label: place for place, d in enumerate(item.deductions)}
    labels = sorted(picked, key=lambda label: places[label])
    missing = line.missing or any((d := item.deduction(label)) and d.missing for label in labels)
    deductions = tuple(Picked(label, picked[label]) for label in labels)
    return msgspec.structs.replace(judgement, deductions=deductions, missing=missing)
