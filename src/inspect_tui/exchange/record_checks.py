"""What may be wrong with a line of `record`, seen against the round and what stands recorded so far."""

from __future__ import annotations

import datetime as dt
import re

import msgspec

from inspect_tui.exchange.record_lines import Line, LineDeduction
from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.fault import Fault
from inspect_tui.model.problem import Carried
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Need, Scoring, StepKind, Verdict, VisitResult
from inspect_tui.model.view import Judgement, Note
from inspect_tui.rules.applicability import Reach, checklists_for, inspected_units
from inspect_tui.rules.fold import State
from inspect_tui.rules.issue import did_you_mean
from inspect_tui.rules.ledger import LedgerRow, unit_rows
from inspect_tui.rules.numbering import short_number
from inspect_tui.rules.problems import carried_of, names_of
from inspect_tui.rules.reading import read_answer, read_visit
from inspect_tui.rules.rectifying import planned
from inspect_tui.rules.requiring import owed_needs
from inspect_tui.rules.sheet import UnitSheet

_JUDGED = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL, Verdict.NA, Verdict.UNVERIFIED)
_BELOW = (Verdict.PARTIAL, Verdict.FAIL)
_WORDING = re.compile(r"[0-9a-f]{16}")
#: Where on a line what a verdict must come with is written, and how it can be given.
_PLACES = {
    Need.NOTE: "$.note",
    Need.REASON: "$.reason",
    Need.METHOD: "$.methods",
    Need.SAMPLE: "$.samples",
    Need.EVIDENCE: "$.item",
}
_HOW = {
    Need.NOTE: "请在“note”里写明情况",
    Need.REASON: "请在“reason”里写明原因",
    Need.METHOD: "请在“methods”里写检查方式",
    Need.SAMPLE: "请在“samples”里写抽查了什么",
    Need.EVIDENCE: "请先附上佐证，再记这个结论",
}
#: Where on a line what the guards object to stands.
_VERIFY_PATHS = {
    "state": "$.verify.outcome",
    "basis": "$.verify.basis",
    "remains": "$.verify.remains",
    "methods": "$.verify.methods",
}


def free_count(line: Line) -> int:
    return len(line.findings) + len(line.good_practices) + len(line.suggestions)


class LineChecker:
    """Checks a line against a state that grows line by line."""

    def __init__(self, state: State, round_: Round, people: tuple[str, ...], today: str) -> None:
        self.state, self.round, self.people, self.today = state, round_, people, today
        #: Whether what a verdict must come with may follow until the visit is submitted, as on a screen.
        self.owed_later = False
        self.inspected = {u.id for u in inspected_units(round_)}

    def check(self, line: Line) -> list[Fault]:
        """Everything wrong with a line as things stand after the lines before it."""
        line = self.resolved(line)
        unit = self.round.unit(line.unit)
        if unit is None or line.unit not in self.inspected:
            known = {u: u for u in self.inspected}
            said = "本轮没有这个单位" if unit is None else "本轮不检查这个单位"
            remedy = did_you_mean(line.unit, known, "用 round show 查看本轮的单位")
            return [_fault("L02", said, "$.unit", line.unit, remedy=remedy)]
        kinds = [
            name
            for name, there in (
                ("visit", line.visit is not None),
                ("submit", line.submit),
                ("trigger", line.trigger is not None),
                ("verify", line.verify is not None),
                ("item", bool(line.item)),
            )
            if there
        ]
        if len(kinds) > 1:
            remedy = "请分成几行"
            return [_fault("L03", "一行只能记一件事", "$", "、".join(kinds), remedy=remedy)]
        visit = read_visit(self.state, line.unit)
        if visit.accepted:
            remedy = "请组长先取消认可"
            return [_fault("L21", "组长已认可这个单位的检查，不能再记", "$.unit", line.unit, remedy=remedy)]
        if visit.submitted:
            remedy = "请先在程序里写明原因、重新打开"
            return [_fault("L04", "这个单位已经提交，不能再记", "$.unit", line.unit, remedy=remedy)]
        if line.visit is not None:
            return self._check_visit(line)
        if line.trigger is not None:
            return self._check_trigger(line, unit)
        if line.submit:
            return self._check_submit(line)
        if line.verify is not None:
            return self._check_verify(line, unit)
        return [*self._check_texts(line), *self._check_item(line, unit), *self._check_lineage(line)]

    def resolved(self, line: Line) -> Line:
        """A line with the verdict and award that its own answer stands for, where the item has it."""
        unit = self.round.unit(line.unit) if line.answer else None
        checklist = self.checklist(line.checklist, unit, "")[0] if unit is not None else None
        item = checklist.item(line.item) if checklist is not None else None
        award = item.award(line.answer) if item is not None else None
        if award is None:
            return line
        return msgspec.structs.replace(
            line, verdict=line.verdict or award.verdict, award=line.award or award.label
        )

    def _check_visit(self, line: Line) -> list[Fault]:
        visit, faults = line.visit, []
        assert visit is not None
        if visit.date is not None:
            try:
                good = len(visit.date) == 10 and bool(dt.date.fromisoformat(visit.date))
            except ValueError:
                good = False
            if not good:
                remedy = "请写成2026-11-20这样的日期"
                faults.append(_fault("L05", "日期写法不对", "$.visit.date", visit.date, remedy=remedy))
        reason = visit.reason or read_visit(self.state, line.unit).reason
        if visit.result is VisitResult.NOT_REACHED and not reason.strip():
            remedy = "请在“reason”里写明为什么没能进点"
            faults.append(_fault("L06", "未能进点没有写原因", "$.visit.reason", remedy=remedy))
        return faults

    def _check_trigger(self, line: Line, unit: Unit) -> list[Fault]:
        trigger = line.trigger
        assert trigger is not None
        wanted = trigger.checklist or line.checklist
        checklist, faults = self.checklist(wanted, unit, "$.trigger.checklist")
        if checklist is None:
            return faults
        if checklist.trigger(trigger.id) is None:
            known = [t.id for t in checklist.triggers]
            remedy = did_you_mean(trigger.id, known, "请核对编号")
            faults.append(
                _fault("L07", "清单里没有这条红线", "$.trigger.id", trigger.id, tuple(known), remedy)
            )
        if not trigger.fact.strip():
            faults.append(_fault("L08", "没有写事实", "$.trigger.fact", remedy="请写明看到的事实"))
        return faults

    def _check_submit(self, line: Line) -> list[Fault]:
        points = UnitSheet(self.state, self.round, line.unit).open_points()
        if not points:
            return []
        told = "；".join(p.text for p in points[:40])
        told += f"；等{len(points)}处" if len(points) > 40 else ""
        return [_fault("L09", f"还不能提交：{told}", "$.submit", remedy="请在提交之前补上这些内容")]

    def _check_verify(self, line: Line, unit: Unit) -> list[Fault]:
        told = line.verify
        assert told is not None
        carried, faults = self.earlier(line.unit, told.problem, "$.verify.problem")
        if carried is None:
            return faults
        _, guarded = planned(
            self.state,
            self.row_of(unit, carried.id),
            StepKind.VERIFY,
            self.today,
            outcome=told.outcome,
            who=self.who,
            basis=told.basis.strip(),
            methods=told.methods,
            remains=told.remains.strip(),
        )
        return [
            _fault("L23", f"{carried.number} {o.text}", _VERIFY_PATHS.get(o.field, "$.verify"))
            for o in guarded.refusals
        ]

    def _check_lineage(self, line: Line) -> list[Fault]:
        faults: list[Fault] = []
        if line.fixed_on_site and line.verdict not in _BELOW:
            remedy = "请写基本符合或不符合的结论，或删去这一处"
            faults.append(_fault("L25", "没有问题，不能写当场已整改", "$.fixed_on_site", remedy=remedy))
        if line.lineage:
            if line.verdict in _BELOW:
                faults += self.earlier(line.unit, line.lineage, "$.lineage")[1]
            else:
                remedy = "请写基本符合或不符合的结论，或把它写在“findings”的那一条里"
                said = "没有问题，不能写和上轮哪个问题是同一个"
                faults.append(_fault("L24", said, "$.lineage", line.lineage, remedy=remedy))
        for place, finding in enumerate(line.findings):
            if finding.lineage:
                path = f"$.findings[{place}].lineage"
                faults += self.earlier(line.unit, finding.lineage, path)[1]
        return faults

    @property
    def who(self) -> str:
        """Whoever verifies, as one name."""
        return "、".join(self.people)

    def row_of(self, unit: Unit, problem: str) -> LedgerRow:
        """The ledger's row of an earlier problem as things stand."""
        rows = unit_rows(self.state, self.round, unit, self.today)
        return next(row for row in rows if row.id == problem)

    def earlier(self, unit: str, word: str, path: str) -> tuple[Carried | None, list[Fault]]:
        """The earlier problem meant: by number, short number or id."""
        carried = carried_of(self.round, unit)
        named = [c for c in carried if word in (c.id, c.number)]
        called = names_of(self.round, unit)
        named = named or [c for c in carried if word in (short_number(c.number), called[c.id])]
        if len(named) == 1:
            return named[0], []
        numbers = tuple(c.number for c in (named or carried))
        if named:
            return None, [_fault("L22", "这个编号有几条问题", path, word, numbers, "请写完整的编号")]
        if not carried:
            return None, [_fault("L22", "这个单位没有上轮转入的问题", path, word)]
        remedy = did_you_mean(word, numbers, "请核对编号")
        return None, [_fault("L22", "上轮转入的问题里没有这个编号", path, word, numbers[:20], remedy)]

    def _check_texts(self, line: Line) -> list[Fault]:
        faults = []
        said = {
            "findings": [f.text for f in line.findings],
            "good_practices": [g.text for g in line.good_practices],
            "suggestions": [s.text for s in line.suggestions],
        }
        for name, texts in said.items():
            for place, text in enumerate(texts):
                if not text.strip():
                    path = f"$.{name}[{place}].text"
                    faults.append(_fault("L10", "内容是空的", path, remedy="请写上内容，或删去这一条"))
        if any(not sample.strip() for sample in line.samples):
            faults.append(_fault("L10", "抽查内容是空的", "$.samples", remedy="请写上内容，或删去这一条"))
        return faults

    def _check_item(self, line: Line, unit: Unit) -> list[Fault]:
        if not line.item:
            extra = line.verdict is not None or line.deductions or line.note is not None or line.wording
            extra = extra or line.award or line.answer
            if extra or line.methods or line.samples or line.missing or line.lineage:
                return [_fault("L11", "没有写检查内容的编号", "$.item", remedy="请补上“item”")]
            if not free_count(line):
                return [_fault("L03", "这一行没有要记的内容", "$", remedy="请补上结论、问题或好的做法")]
            return []
        checklist, faults = self.checklist(line.checklist, unit, "$.checklist")
        if checklist is None:
            return faults
        item = checklist.item(line.item)
        if item is None:
            known = [i.id for i in checklist.items()]
            remedy = did_you_mean(line.item, known, "请核对编号")
            return [_fault("L11", f"清单“{checklist.id}”里没有这一项", "$.item", line.item, remedy=remedy)]
        if why := Reach(self.state, self.round, unit, checklist).why_not(item.id):
            remedy = "请核对编号，或先改正定位和那一项的结论"
            return [_fault("L11", why, "$.item", line.item, remedy=remedy)]
        if line.wording and not _WORDING.fullmatch(line.wording):
            remedy = "请写检查内容的指纹，16位的0到9、a到f，或删去这一处"
            return [_fault("L26", "检查内容的指纹写法不对", "$.wording", line.wording, remedy=remedy)]
        if line.answer and (found := _check_answer(line, item)):
            return found
        if line.verdict is None:
            if line.deductions or line.award or line.missing or line.reason:
                return [
                    _fault("L12", "没有写结论", "$.verdict", allowed=_allowed(), remedy="请补上“verdict”")
                ]
            if not free_count(line) and line.note is None and not line.methods and not line.samples:
                return [_fault("L03", "这一行没有要记的内容", "$", remedy="请补上结论、问题或好的做法")]
            return []
        return verdict_faults(line, item) or self._check_owed(line, checklist, item)

    def _check_owed(self, line: Line, checklist: Checklist, item: Item) -> list[Fault]:
        """What the verdict must come with, neither on the line nor recorded before."""
        if not item.require or self.owed_later:
            return []
        held = read_answer(self.state, line.unit, checklist.id, item)
        notes = (Note(by=(), at="", text=line.note),) if line.note is not None else held.notes
        given = msgspec.structs.replace(
            held,
            judgement=Judgement(verdict=line.verdict or Verdict.PENDING, reason=line.reason),
            opinions=(),
            notes=notes,
            methods=(*held.methods, *(method.value for method in line.methods)),
            samples=(*held.samples, *line.samples),
        )
        return [
            _fault(
                "L28",
                f"{line.answer or given.verdict.label}还缺{need.label}",
                _PLACES[need],
                remedy=_HOW[need],
            )
            for need in owed_needs(self.state, item, given)
        ]

    def checklist(self, wanted: str, unit: Unit, path: str) -> tuple[Checklist | None, list[Fault]]:
        """The checklist meant; it may be left out where only one fits the unit."""
        fits = checklists_for(self.round, unit)
        if not wanted and len(fits) == 1:
            return fits[0], []
        found = next((c for c in fits if c.id == wanted), None)
        if found is not None:
            return found, []
        ids = tuple(c.id for c in fits)
        if not wanted:
            said = "没有写清单编号"
        else:
            said = "本轮没有这份清单" if self.round.checklist(wanted) is None else "这份清单不用于这个单位"
        return None, [_fault("L17", said, path, wanted, ids, did_you_mean(wanted, ids, "请核对清单编号"))]


def verdict_faults(line: Line, item: Item) -> list[Fault]:
    """Everything wrong with a verdict and what comes with it, seen against the item alone."""
    verdict = line.verdict
    if verdict not in _JUDGED:
        value = verdict.value if verdict else ""
        return [_fault("L12", "不能记这种结论", "$.verdict", value, _allowed(), "请从可用的值里选一个")]
    assert verdict is not None
    faults = []
    if verdict in (Verdict.NA, Verdict.UNVERIFIED) and not line.reason.strip():
        said = f"{verdict.label}没有写原因"
        faults.append(_fault("L13", said, "$.reason", allowed=item.na_when, remedy="请在“reason”里写明原因"))
    if line.missing and verdict is not Verdict.FAIL:
        said = f"{verdict.label}不能同时是缺项"
        faults.append(_fault("L14", said, "$.missing", remedy="缺项的结论应写“fail”"))
    if verdict not in _BELOW and line.deductions:
        said = f"{verdict.label}不能有扣分项"
        faults.append(_fault("L15", said, "$.deductions", remedy="请改结论，或删去扣分项"))
        return faults
    if item.scoring is Scoring.AWARD:
        return faults + _check_award(line, item, verdict)
    if line.award:
        said = "这一项按扣分计，没有给分档"
        faults.append(_fault("L16", said, "$.award", line.award, remedy="请改用“deductions”"))
    return faults + _check_deductions(line, item)


def _check_award(line: Line, item: Item, verdict: Verdict) -> list[Fault]:
    if line.deductions:
        remedy = "请改用“award”，或只写结论"
        return [_fault("L16", "这一项按档给分，没有扣分项", "$.deductions", remedy=remedy)]
    levels = tuple(a.label for a in item.awards if a.verdict is verdict)
    if line.award and line.award not in levels:
        said = f"结论“{verdict.label}”没有这个给分档"
        remedy = did_you_mean(line.award, [a.label for a in item.awards], "请核对给分档和结论")
        return [_fault("L16", said, "$.award", line.award, levels, remedy)]
    if not line.award and verdict in (Verdict.PASS, *_BELOW) and len(levels) != 1:
        said = "这个结论对应的给分档不止一个" if levels else "这一项没有这个结论的给分档"
        labels = tuple(f"{a.label}（{a.verdict.value}）" for a in item.awards)
        return [_fault("L16", said, "$.award", allowed=labels, remedy="请写明“award”")]
    return []


def _check_answer(line: Line, item: Item) -> list[Fault]:
    labels = tuple(award.label for award in item.awards)
    award = item.award(line.answer)
    if award is None:
        said = "这一项没有这个答案" if labels else "这一项按结论记，没有自定答案"
        remedy = did_you_mean(line.answer, labels, "请核对答案" if labels else "请改用“verdict”")
        return [_fault("L27", said, "$.answer", line.answer, labels, remedy)]
    if line.verdict is not award.verdict or line.award != award.label:
        said = f"答案“{line.answer}”和写的结论或给分档不一致"
        return [_fault("L27", said, "$.answer", line.answer, remedy="请只写“answer”")]
    return []


def label_of(deduction: LineDeduction, item: Item) -> str:
    if deduction.label:
        return deduction.label
    index = deduction.index
    return item.deductions[index].label if index is not None and 0 <= index < len(item.deductions) else ""


def _check_deductions(line: Line, item: Item) -> list[Fault]:
    faults: list[Fault] = []
    labels = tuple(d.label for d in item.deductions)
    taken: dict[str, str] = {}
    seen: set[str] = set()
    for place, picked in enumerate(line.deductions):
        path = f"$.deductions[{place}]"
        if bool(picked.label) == (picked.index is not None):
            faults.append(_fault("L18", "扣分项要写“label”或“index”之一", path, allowed=labels))
            continue
        label = label_of(picked, item)
        deduction = item.deduction(label)
        if deduction is None:
            if picked.index is not None:
                said, value = "没有这个序号的扣分项", str(picked.index)
                remedy = f"序号从0到{len(labels) - 1}" if labels else "这一项没有扣分项，请只写结论"
                faults.append(_fault("L18", said, f"{path}.index", value, labels, remedy))
            else:
                remedy = did_you_mean(label, labels, "请核对扣分项的名称")
                faults.append(_fault("L18", "没有这个扣分项", f"{path}.label", label, labels, remedy))
            continue
        if picked.count < 1:
            faults.append(
                _fault("L19", "次数应为1以上的整数", f"{path}.count", str(picked.count), remedy="请改正次数")
            )
        elif picked.count > 1 and not deduction.counted:
            said = f"“{label}”不计次数"
            faults.append(_fault("L19", said, f"{path}.count", str(picked.count), remedy="请写1或不写"))
        if label in seen:
            faults.append(
                _fault("L18", "同一扣分项写了两遍", path, label, remedy="请合成一条，用“count”计数")
            )
        seen.add(label)
        if deduction.exclusive and taken.setdefault(deduction.exclusive, label) != label:
            said = f"“{taken[deduction.exclusive]}”和“{label}”只能选一个"
            faults.append(_fault("L20", said, path, remedy="请只留一个"))
    return faults


def _allowed() -> tuple[str, ...]:
    return tuple(f"{v.value}（{v.label}）" for v in _JUDGED)


def _fault(
    code: str, message: str, path: str, value: str = "", allowed: tuple[str, ...] = (), remedy: str = ""
) -> Fault:
    return Fault(code=code, path=path, message=message, value=value[:60], allowed=allowed, remedy=remedy)
