"""Taking a filled-in form: what each row would record, what stands recorded already, what differs.

A form is one inspector's word, so it is held against that inspector's own records alone. It goes through the
same door as `record`: everything is checked before anything is written. Taking a form twice changes nothing,
and a differing earlier word gives way only when the caller says that the difference was seen.
"""

from __future__ import annotations

import enum
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import msgspec

from inspect_tui.exchange.finding_ids import flat, form_id, typed_findings
from inspect_tui.exchange.form_reading import FormLine, FormReading
from inspect_tui.exchange.record import check_lines, judgement_of_line, problem_keys, record_lines
from inspect_tui.exchange.record_checks import verdict_faults
from inspect_tui.exchange.record_lines import Line, LineFinding, LineText, LineVisit, Numbered
from inspect_tui.model.change import answer_key, free_finding_key, parse_key, trigger_key, visit_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.terms import FindingKind, StepKind
from inspect_tui.model.view import Judgement
from inspect_tui.rules.canonical import item_hash
from inspect_tui.rules.fold import Entry, State, is_blank
from inspect_tui.rules.opinions import opinion_key
from inspect_tui.rules.problems import all_steps
from inspect_tui.rules.reading import judgement_of, read_hits, read_visit
from inspect_tui.store.session import Session

#: What `record` says to do in words of its own file, said again for a sheet.
_REMEDIES = {
    "L02": "请核对是不是选错了表",
    "L04": "请先在程序里写明原因、重新打开",
    "L06": "请写明为什么没能进点",
    "L07": "请核对是不是本轮的表",
    "L08": "请写明看到的事实",
    "L11": "请清空这一行，或先改正定位和有关那一项的结论",
    "L12": "请填上结论",
    "L13": "请在“原因”里写明",
    "L14": "缺项的结论请选“缺项”或“不符合”",
    "L15": "请改结论，或清空扣分项",
    "L16": "请从“结论”的下拉选项里选",
    "L17": "请核对是不是本轮的表",
    "L18": "请从下拉选项里选扣分项；条文改过的，按现在的扣分项填",
    "L19": "请改正次数；不计次数的空着",
    "L20": "请只留一个",
    "L21": "请组长先取消认可",
    "L22": "请核对是不是本轮的表",
    "L23": "请在这一行补上或改正",
    "L25": "请写上结论或问题，或清空“立行立改”",
    "L26": "请重新导出一张表，把内容抄过去",
}

_OWED = "L28"


class Status(enum.Enum):
    """How a row of a form stands to what its inspector has recorded."""

    NEW = "new"
    KNOWN = "known"
    DIFFERS = "differs"

    @property
    def label(self) -> str:
        return {"new": "要记", "known": "已有", "differs": "不同"}[self.value]


class FormRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the preview.

    `words` is what the row says, `was` what stands recorded where it differs. `stale` marks an item whose
    text was changed after the form was made. `beside` names who judged the item otherwise: both opinions
    then stand until the lead decides. `fresh` is what is new in the row, `whole` also what differs.
    """

    place: str
    unit: str
    about: str
    status: Status
    words: str
    was: str = ""
    stale: bool = False
    beside: str = ""
    fresh: Line | None = None
    whole: Line | None = None
    full: FormLine


class FormPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What taking a form would do. With faults nothing can be taken."""

    rows: tuple[FormRow, ...]
    faults: tuple[Fault, ...]
    messages: tuple[str, ...]

    def count(self, status: Status) -> int:
        """How many rows stand so."""
        return sum(row.status is status for row in self.rows)


class FormTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What was recorded: how many rows, as how many changes, over which units."""

    rows: int
    changes: int
    units: tuple[str, ...]


def weigh_form(session: Session, reading: FormReading, name: str = "") -> FormPreview:
    """Hold a form against what stands recorded; nothing is written."""
    weigher = _Weigher(session)
    rows = tuple(weigher.row(line) for line in reading.lines)
    open_rows = [row for row in rows if row.status is not Status.KNOWN]
    numbered = [Numbered(n, row.full.line) for n, row in enumerate(open_rows, 1)]
    ids = [_ids(session, row.full.line) for row in open_rows]
    found = check_lines(session, numbered, name, ids, owed_later=True)
    faults = [*reading.faults, *(_at_cell(fault, open_rows[fault.line - 1]) for fault in found)]
    remarks = weigher.remarks(rows)
    if not faults:
        # Evidence goes on no form: it is owed as after a key on a screen, and asked for before submitting.
        owed = [f for f in check_lines(session, numbered, name, ids) if f.code == _OWED]
        remarks += [f"{open_rows[f.line - 1].about}{f.message}，收下后在程序里补。" for f in owed]
    return FormPreview(rows=rows, faults=tuple(faults), messages=(*reading.messages, *remarks))


def take_form(
    session: Session, preview: FormPreview, *, replace: bool = False, name: str = "", wait: bool = True
) -> FormTaken:
    """Record what a form brings; with `replace` also what differs from the inspector's own earlier word.

    Raises InputFaults with every fault, and writes nothing then; ReadOnlySession or StoreError when it cannot
    be written.
    """
    if preview.faults:
        raise InputFaults(list(preview.faults))
    lines = [(row, line) for row in preview.rows if (line := row.whole if replace else row.fresh) is not None]
    ids = [i for _, line in lines for i in _ids(session, line)]
    numbered = [Numbered(number, line) for number, (_, line) in enumerate(lines, 1)]
    try:
        new_id = iter(ids).__next__
        done = record_lines(session, numbered, name, new_id=new_id, wait=wait, owed_later=True)
    except InputFaults as error:
        told = [_at_cell(f, lines[f.line - 1][0]) if 0 < f.line <= len(lines) else f for f in error.faults]
        raise InputFaults(told) from None
    return FormTaken(rows=len(lines), changes=done.changes, units=done.units)


def _at_cell(fault: Fault, row: FormRow) -> Fault:
    """A fault of a line at the cell it came from, with a remedy for a sheet."""
    where = row.full.cell_of(fault.path)
    guess = fault.remedy.startswith("是不是")
    remedy = fault.remedy if guess else _REMEDIES.get(fault.code, fault.remedy)
    allowed = fault.allowed if fault.code not in ("L12", "L16") else ()
    # What the guards say of an earlier problem names it already.
    message = fault.message if fault.code == "L23" else f"{row.about}：{fault.message}"
    return msgspec.structs.replace(
        fault, line=0, column=0, path=where, message=message, remedy=remedy, allowed=allowed
    )


def _ids(session: Session, line: Line) -> list[str]:
    """Ids of a line's findings, in the order `record` makes them."""
    return [form_id(session, line, kind, text) for kind, text in typed_findings(line)]


class _Weigher:
    """Rows against the state, as one inspector."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.state: State = session.state
        self.people = set(session.identity.people)
        self._held: dict[str, set[tuple[str, str, str, str]]] = {}

    def own(self, entry: Entry) -> bool:
        """Whether an edit is this inspector's own word."""
        return (bool(self.session.writer) and entry.writer == self.session.writer) or (
            bool(entry.by) and set(entry.by) <= self.people
        )

    def remarks(self, rows: Sequence[FormRow]) -> list[str]:
        """What whoever takes the form should know besides its rows."""
        named = [n for r in rows if (v := r.full.line.visit) is not None for n in v.inspectors or ()]
        told = list(dict.fromkeys(named))
        who = "、".join(self.session.identity.people)
        if told and not self.people & set(told):
            return [f"表上写的检查人员是{'、'.join(told)}，这里记在{who}名下。"]
        return []

    def row(self, told: FormLine) -> FormRow:
        """How one row stands."""
        line = told.line
        if line.visit is not None:
            return self._visit(told, line.visit)
        if line.trigger is not None:
            return self._trigger(told)
        if line.verify is not None:
            return self._verify(told)
        return self._item(told)

    # ---------------------------------------------------------------- an item

    def _item(self, told: FormLine) -> FormRow:
        line = told.line
        item = self.session.round.item(line.checklist, line.item) if line.item else None
        new, differs, words, was = False, False, [], []
        fresh = msgspec.structs.replace(
            line, verdict=None, award="", missing=False, deductions=(), reason="", wording="", note=None,
            findings=(), good_practices=(), suggestions=(), fixed_on_site=False,
        )  # fmt: skip
        whole = fresh
        verdict = {
            k: getattr(line, k)
            for k in ("verdict", "award", "missing", "deductions", "reason", "wording", "fixed_on_site")
        }
        beside = ""
        if line.verdict is not None or line.deductions or line.reason or line.fixed_on_site:
            sound = item is not None and not verdict_faults(line, item)
            judgement = judgement_of_line(line, item) if item is not None and sound else None
            words.append(self._judged(judgement, line))
            standing, beside = self._standing(line, item, judgement)
            if standing is None or judgement is None:
                fresh = msgspec.structs.replace(fresh, **verdict)
                whole = msgspec.structs.replace(whole, **verdict)
                new = True
            elif not self._same(standing, judgement, line, item):
                whole = msgspec.structs.replace(whole, **verdict)
                differs = True
                was.append(self._judged(standing, line))
        if line.note is not None:
            words.append(f"说明：{line.note}")
            held = self._own_value(answer_key(line.unit, line.checklist, line.item), "note")
            if held is None:
                fresh = msgspec.structs.replace(fresh, note=line.note)
                new = True
            elif flat(str(held)) != flat(line.note):
                differs = True
                was.append(f"说明：{held}")
            if held is None or flat(str(held)) != flat(line.note):
                whole = msgspec.structs.replace(whole, note=line.note)
        findings = tuple(f for f in line.findings if not self._known(line, FindingKind.DEFICIENCY, f.text))
        good = tuple(
            g for g in line.good_practices if not self._known(line, FindingKind.GOOD_PRACTICE, g.text)
        )
        advice = tuple(s for s in line.suggestions if not self._known(line, FindingKind.SUGGESTION, s.text))
        words += [f"{label}：{t.text}" for label, texts in _texts(line) for t in texts]
        if findings or good or advice:
            new = True
            more = {"findings": findings, "good_practices": good, "suggestions": advice}
            fresh = msgspec.structs.replace(fresh, **more)
            whole = msgspec.structs.replace(whole, **more)
        status = Status.DIFFERS if differs else Status.NEW if new else Status.KNOWN
        stale = item is not None and bool(line.wording) and line.wording != item_hash(item)
        return FormRow(
            place=told.place,
            unit=line.unit,
            about=told.about,
            status=status,
            words="；".join(words),
            was="；".join(was),
            stale=stale and line.verdict is not None,
            beside=beside if status is not Status.KNOWN else "",
            fresh=fresh if new else None,
            whole=whole if new or differs else None,
            full=told,
        )

    def _judged(self, judgement: Judgement | None, line: Line) -> str:
        if judgement is None or judgement.verdict.value == "pending":
            return "、".join(["没有结论", *(d.label for d in line.deductions)])
        said = judgement.award or ("缺项" if judgement.missing else judgement.verdict.label)
        picked = "、".join(f"{p.label}{f'×{p.count}' if p.count > 1 else ''}" for p in judgement.deductions)
        return (
            said + (f"，{picked}" if picked else "") + (f"（{judgement.reason}）" if judgement.reason else "")
        )

    def _standing(
        self, line: Line, item: Item | None, judgement: Judgement | None
    ) -> tuple[Judgement | None, str]:
        """This inspector's own standing judgement, and who judged otherwise."""
        key = answer_key(line.unit, line.checklist, line.item)
        own, others = None, []
        for entry in self.state.live(key, "judgement"):
            if is_blank(entry.value):
                continue
            if self.own(entry):
                own = judgement_of(entry.value)
            elif judgement is not None and opinion_key(entry.value) != _key(judgement):
                said = judgement_of(entry.value)
                others.append(f"{'、'.join(entry.by)}记的是{self._judged(said, line)}")
        return own, "；".join(others)

    def _same(self, held: Judgement, told: Judgement, line: Line, item: Item | None) -> bool:
        if _key(held) != _key(told) or (told.reason and flat(told.reason) != flat(held.reason)):
            return False
        if not line.fixed_on_site or item is None:
            return True
        keys = problem_keys(line, line.checklist, item, told)
        return all(bool(self.state.value(key, "fixed_on_site")) for key in keys)

    def _own_value(self, record: str, field: str) -> object | None:
        entries = [e for e in self.state.live(record, field) if self.own(e) and not is_blank(e.value)]
        return entries[-1].value if entries else None

    def _known(self, line: Line, kind: FindingKind, text: str) -> bool:
        """Whether this inspector recorded such a finding, even where it was changed or deleted since."""
        key = free_finding_key(line.unit, form_id(self.session, line, kind, text))
        told = (line.checklist if line.item else "", line.item, kind.value, flat(text))
        return self.state.has(key) or told in self._typed(line.unit)

    def _typed(self, unit: str) -> set[tuple[str, str, str, str]]:
        """What this inspector typed by hand at a unit: checklist, item, kind and text."""
        if unit in self._held:
            return self._held[unit]
        found = self._held[unit] = set()
        for key in self.state.records(unit):
            address = parse_key(key)
            if address is None or address.kind != "finding" or address.item or self.state.deleted(key):
                continue
            for entry in self.state.live(key, "text"):
                if self.own(entry) and not is_blank(entry.value):
                    place = [str(self.state.value(key, f, "") or "") for f in ("checklist", "item", "kind")]
                    found.add((place[0], place[1], place[2], flat(str(entry.value))))
        return found

    # ---------------------------------------------------------------- the rest

    def _plain(
        self, told: FormLine, status: Status, words: str, was: str = "", fresh: Line | None = None
    ) -> FormRow:
        line = told.line
        return FormRow(
            place=told.place,
            unit=line.unit,
            about=told.about,
            status=status,
            words=words,
            was=was,
            fresh=fresh if status is Status.DIFFERS else line if status is Status.NEW else None,
            whole=None if status is Status.KNOWN else line,
            full=told,
        )

    def _trigger(self, told: FormLine) -> FormRow:
        trigger = told.line.trigger
        assert trigger is not None
        key = trigger_key(told.line.unit, trigger.checklist, trigger.id)
        held = [h for h in read_hits(self.state, told.line.unit) if h.key == key]
        own = self._own_value(key, "hit")
        words = f"红线：{trigger.fact}"
        if isinstance(own, dict):
            if flat(str(own.get("fact", ""))) == flat(trigger.fact):
                return self._plain(told, Status.KNOWN, words)
            return self._plain(told, Status.DIFFERS, words, str(own.get("fact", "")))
        row = self._plain(told, Status.NEW, words)
        others = "；".join(f"{'、'.join(h.by)}记的是{h.fact}" for h in held)
        return msgspec.structs.replace(row, beside=others)

    def _verify(self, told: FormLine) -> FormRow:
        verify = told.line.verify
        assert verify is not None
        said = verify.outcome.label + (f"，{verify.basis}" if verify.basis else "")
        said += f"，还剩{verify.remains}" if verify.remains else ""
        steps = [
            t for t in all_steps(self.state, told.line.unit, verify.problem) if t.step.kind is StepKind.VERIFY
        ]
        own = [t for t in steps if bool(t.by) and set(t.by) <= self.people]
        if not own:
            beside = "；".join(
                f"{'、'.join(t.by)}的结论是{t.step.outcome.label}"
                for t in steps
                if t.step.outcome is not None and t.step.outcome is not verify.outcome
            )
            return msgspec.structs.replace(self._plain(told, Status.NEW, said), beside=beside)
        last = own[-1].step
        same = last.outcome is verify.outcome and flat(last.basis) == flat(verify.basis)
        same = same and flat(last.remains) == flat(verify.remains)
        same = same and (not verify.methods or set(verify.methods) == set(last.methods))
        if same:
            return self._plain(told, Status.KNOWN, said)
        was = (last.outcome.label if last.outcome else "") + (f"，{last.basis}" if last.basis else "")
        return self._plain(told, Status.DIFFERS, said, was)

    def _visit(self, told: FormLine, visit: LineVisit) -> FormRow:
        unit, held = told.line.unit, read_visit(self.state, told.line.unit)
        key = visit_key(unit)
        fresh: dict[str, Any] = {}
        whole: dict[str, Any] = {}
        words, was = [], []
        names = {"date": "检查日期", "counterpart": "迎检人", "reason": "未能进点原因", "result": "进点情况"}
        for field, name in names.items():
            value = getattr(visit, field)
            if value is None:
                continue
            plain = value if isinstance(value, str) else value.value
            words.append(f"{name}{plain if isinstance(value, str) else value.label}")
            now = str(self.state.value(key, field, "") or "")
            if now and flat(now) != flat(plain):
                whole[field] = value
                was.append(f"{name}{held.result.label if field == 'result' else now}")
            elif not now:
                fresh[field] = whole[field] = value
        for field, name in (("inspectors", "检查人员"), ("present", "在场人员")):
            people: Iterable[str] = getattr(visit, field) or ()
            there: tuple[str, ...] = getattr(held, field)
            missing = [p for p in people if p not in there]
            if people:
                words.append(f"{name}{'、'.join(people)}")
            if missing:
                # A form adds people; it was not there when the others came.
                fresh[field] = whole[field] = (*there, *missing)
        status = Status.DIFFERS if was else Status.NEW if fresh else Status.KNOWN
        return FormRow(
            place=told.place,
            unit=unit,
            about=told.about,
            status=status,
            words="；".join(words),
            was="；".join(was),
            fresh=Line(unit=unit, visit=LineVisit(**fresh)) if fresh else None,
            whole=Line(unit=unit, visit=LineVisit(**whole)) if whole else None,
            full=told,
        )


def _key(judgement: Judgement) -> Hashable:
    return opinion_key(msgspec.to_builtins(judgement, str_keys=True))


def _texts(line: Line) -> list[tuple[str, Sequence[LineFinding | LineText]]]:
    return [("问题", line.findings), ("好的做法", line.good_practices), ("建议", line.suggestions)]
