"""Keeping the ledger by file: one step or one entry per line, checked as a whole, then one change per line.

Every line goes through `rules.rectifying`, so that nothing gets past the one table of transitions. As with
`record`, a line may build on the ones before it, and one fault anywhere means that nothing is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.record_lines import read_lines_of
from inspect_tui.model.change import Body, Edit
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.problem import Duty
from inspect_tui.model.terms import StepKind
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.fold import State
from inspect_tui.rules.issue import did_you_mean
from inspect_tui.rules.ledger import LedgerRow, ledger_rows, unit_rows
from inspect_tui.rules.lifecycle import VERIFYING
from inspect_tui.rules.numbering import told_apart
from inspect_tui.rules.rectifying import DUTY_WORDS, NotAllowed, planned, set_duty, take_step
from inspect_tui.store.clean import clean_text
from inspect_tui.store.session import ReadOnlySession, Session


class RectifyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One entry in the ledger: a step with what it says, fields of the duty, or both.

    `number` is a number, a short number, or an id; without `step` only the duty is filled in. `on` is the
    day of the step, today when left out.
    """

    number: str
    step: StepKind | None = None
    on: str = ""
    basis: str = ""
    who: str = ""
    approver: str = ""
    until: str = ""
    owner_unit: str | None = None
    owner: str | None = None
    leader: str | None = None
    supervisor: str | None = None
    measure: str | None = None
    task: str | None = None
    team: str | None = None
    progress: str | None = None
    due: str | None = None
    result: str | None = None
    done_on: str | None = None

    @property
    def duty(self) -> dict[str, str]:
        """The duty's fields that the line sets; an empty text empties one."""
        told = {field: getattr(self, field) for field in Duty.__struct_fields__}
        return {field: clean_text(value).strip() for field, value in told.items() if value is not None}

    @property
    def said(self) -> dict[str, str]:
        """What the line says of the step."""
        told = {name: getattr(self, name) for name in ("on", "basis", "who", "approver", "until")}
        return {name: clean_text(value).strip() for name, value in told.items() if value.strip()}


class NumberedEntry(msgspec.Struct, frozen=True):
    """A line with its number in the file, counted from 1; 0 when it came from the command line."""

    number: int
    line: RectifyLine


class Rectified(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered: each problem as its row now reads, and what to be warned of."""

    rows: tuple[LedgerRow, ...]
    changes: int
    warnings: tuple[str, ...] = ()


def rectify_file(session: Session, path: Path) -> Rectified:
    """Check every line of a JSON Lines file, then make one change per line and wait for the disk.

    Raises InputFaults with every fault of every line and writes nothing then; ReadOnlySession or StoreError
    when it cannot be written.
    """
    read, faults = read_lines_of(path, RectifyLine)
    return rectify_lines(session, [NumberedEntry(n, line) for n, line in read], path.name, faults)


def rectify_lines(
    session: Session, entries: list[NumberedEntry], name: str = "", faults: list[Fault] | None = None
) -> Rectified:
    """Like `rectify_file`, for lines already read and the faults found while reading them."""
    if session.file is None or session.read_only:
        raise ReadOnlySession(session.read_only or "没有自己的检查记录")
    found = list(faults or ())
    warnings: list[str] = []
    writer = _Writer(session.state.copy(), session)
    head = session.file.head
    for entry in entries:
        edits, told, said = writer.edits(entry.line)
        found += [_placed(fault, name, entry.number) for fault in told]
        warnings += said
        if edits and not told:
            change = make_change(
                head, session.writer, Body(at="", by=session.identity.people, edits=tuple(edits))
            )
            head = change.id
            writer.state.apply(change)
    if found:
        raise InputFaults(sorted(found, key=lambda fault: (fault.line, fault.column)))
    writer = _Writer(session.state, session)
    changes, rows = 0, {}
    for entry in entries:
        edits, _, _ = writer.edits(entry.line)
        if edits:
            session.commit(edits, entry.line.step.label if entry.line.step else "填写整改台账")
            changes += 1
        row = writer.row(entry.line.number)
        assert isinstance(row, LedgerRow)
        rows[row.id] = row
    session.flush()
    now = [writer.again(row) for row in rows.values()]
    return Rectified(rows=tuple(now), changes=changes, warnings=tuple(dict.fromkeys(warnings)))


def _placed(fault: Fault, name: str, number: int) -> Fault:
    if not number:
        return msgspec.structs.replace(fault, path="")
    return msgspec.structs.replace(fault, file=name, line=number, column=1)


class _Writer:
    """Says what a line writes, against a state that grows line by line."""

    def __init__(self, state: State, session: Session) -> None:
        self.state, self._round, self._today = state, session.round, session.today
        # Numbers never change while lines are entered; where a problem stands is read anew each time.
        self._units: dict[str, tuple[str, str]] = {}
        self._short: dict[str, list[tuple[str, str, str]]] = {}
        rows = ledger_rows(state, session.round, session.today)
        numbers: dict[str, list[str]] = {}
        for row in rows:
            numbers.setdefault(row.unit, []).append(row.number)
        apart = {unit: told_apart(own) for unit, own in numbers.items()}
        for row in rows:
            for word in (row.id, row.number, *row.numbers):
                self._units[word] = row.unit, row.id
            said = apart[row.unit][row.number]
            if said not in (row.short_number, row.number):
                self._short.setdefault(said, []).append((row.unit, row.id, row.number))
            self._short.setdefault(row.short_number, []).append((row.unit, row.id, row.number))

    def row(self, word: str) -> LedgerRow | Fault:
        """The row of the problem meant, as it stands now."""
        word = clean_text(word, newlines=False).strip()
        if word in self._units:
            return self._now(*self._units[word])
        named = self._short.get(word, [])
        if len(named) == 1:
            return self._now(*named[0][:2])
        if named:
            numbers = tuple(number for _, _, number in named)
            return _fault("这个清单号有几条问题", "$.number", word, numbers, "请写完整的编号")
        remedy = did_you_mean(word, list(self._units), "请核对编号，用 inspect-tui ledger 查看")
        return _fault("台账里没有这个编号", "$.number", word, (), remedy)

    def again(self, row: LedgerRow) -> LedgerRow:
        """A row read anew."""
        return self._now(row.unit, row.id)

    def _now(self, unit_id: str, problem: str) -> LedgerRow:
        unit = self._round.unit(unit_id)
        assert unit is not None
        rows = unit_rows(self.state, self._round, unit, self._today)
        return next(row for row in rows if row.id == problem)

    def edits(self, line: RectifyLine) -> tuple[list[Edit], list[Fault], list[str]]:
        """What a line writes, what is wrong with it, and what to be warned of."""
        row = self.row(line.number)
        if isinstance(row, Fault):
            return [], [row], []
        duty = line.duty
        if line.step is None:
            if not duty:
                return [], [_fault("没有写要办什么", "$.step", row.number, (), "请写步骤，或要填的栏目")], []
            if line.said:
                names = "、".join(line.said)
                return [], [_fault("没有写步骤，这几项没有用处", "$", names, (), "请补上“step”")], []
            return self._tried(row, lambda: set_duty(self.state, row, duty, self._today), [])
        if line.step in VERIFYING:
            return [], [_fault("复查和抽查复核不在这里记", "$.step", line.step.value, (), _ELSEWHERE)], []
        step: StepKind = line.step
        said: dict[str, Any] = line.said
        _, guarded = planned(self.state, row, step, self._today, duty=duty, **said)
        warnings = [f"{row.number}：{objection.text}" for objection in guarded.warnings]
        return self._tried(
            row, lambda: take_step(self.state, row, step, self._today, duty=duty, **said), warnings
        )

    def _tried(
        self, row: LedgerRow, make: Any, warnings: list[str]
    ) -> tuple[list[Edit], list[Fault], list[str]]:
        try:
            return make(), [], warnings
        except NotAllowed as error:
            faults = []
            for objection in error.guarded.refusals:
                field = "step" if objection.field == "state" else objection.field
                faults.append(_fault(f"{row.number} {objection.text}", f"$.{field}"))
            return [], faults, []


_ELSEWHERE = "复查请用 record 的“verify”或在程序里按F7，抽查复核请用 recheck"


def words_of_fields() -> dict[str, str]:
    """Every field of a line that can be written as 字段=值, by its name and by its Chinese word."""
    named = {field: field for field in (*DUTY_WORDS, "on", "basis", "who", "approver", "until")}
    named |= {word: field for field, word in DUTY_WORDS.items()}
    return named | {
        "日期": "on", "依据": "basis", "复查意见": "basis", "理由": "basis", "复查人": "who",
        "批准人": "approver", "挂账到期": "until",
    }  # fmt: skip


def step_of(word: str) -> StepKind | None:
    """The step a word means, by value or by its Chinese label."""
    return next((kind for kind in StepKind if word in (kind.value, kind.label)), None)


def _fault(
    message: str, path: str, value: str = "", allowed: tuple[str, ...] = (), remedy: str = ""
) -> Fault:
    return Fault(code="T02", path=path, message=message, value=value[:60], allowed=allowed, remedy=remedy)


__all__ = [
    "NumberedEntry",
    "Rectified",
    "RectifyLine",
    "rectify_file",
    "rectify_lines",
    "step_of",
    "words_of_fields",
]
