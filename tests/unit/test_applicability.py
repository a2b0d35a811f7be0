"""Which items apply: conditions against a slow recount, own answers, what goes and comes with an answer."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import ROUND, Desk

from inspect_tui.exchange.folded import Folded
from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.evidence import Piece
from inspect_tui.model.terms import EvidenceKind, FindingKind, Need, Profile, Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.report.notice import compile_notice
from inspect_tui.report.outline import compile_visit
from inspect_tui.report.scores import derivation_lines, scores_data
from inspect_tui.report.summary import summary_csv, summary_data
from inspect_tui.rules import actions
from inspect_tui.rules.applicability import Reach, items_of, said_of
from inspect_tui.rules.canonical import canonical
from inspect_tui.rules.evidence import attach
from inspect_tui.rules.own_answers import answer_judgement, own_answers, said_word
from inspect_tui.rules.reading import findings_of_unit, read_answer
from inspect_tui.rules.requiring import needs_words, owed_needs
from inspect_tui.rules.result import result_of
from inspect_tui.rules.sheet import UnitSheet, unit_progress
from inspect_tui.rules.tables import state_tables
from inspect_tui.rules.unit_totals import unit_total
from inspect_tui.store.loading import load_checklist
from sweeps import times

ANSWERS = [
    {"label": "有", "share": 1, "verdict": "pass"},
    {"label": "过期", "share": 0.5, "verdict": "partial", "sentence": "方案已过期"},
    {"label": "无", "share": 0, "verdict": "fail", "missing": True},
]
RAW: dict[str, Any] = {
    "format": "inspect-tui/checklist",
    "version": "1.0",
    "id": "when",
    "revision": "1",
    "title": "带条件的清单",
    "full_score": 20,
    "answer_sets": {"有过期无": ANSWERS},
    "sections": [
        {
            "id": "A",
            "name": "方案",
            "points": 14,
            "items": [
                {"id": "A-1", "text": "有方案", "points": 4, "scoring": "award", "answer_set": "有过期无",
                 "require": {"partial": ["note"], "fail": ["note", "sample", "evidence"]}},
                {"id": "A-2", "text": "按方案演练", "points": 4,
                 "when": [{"item": "A-1", "answer": ["有", "过期"]}]},
                {"id": "A-3", "text": "演练有讲评", "points": 3,
                 "when": [{"item": "A-2", "verdict": ["pass", "partial"]}]},
                {"id": "A-4", "text": "没有方案的有替代措施", "points": 3, "tags": ["一线"],
                 "when": [{"item": "A-1", "verdict": ["fail"]}]},
            ],
        },
        {
            "id": "B",
            "name": "演练以后",
            "points": 6,
            "when": [{"item": "A-3", "verdict": ["pass", "na"]}],
            "items": [
                {"id": "B-1", "text": "问题有整改", "points": 4},
                {"id": "B-2", "text": "整改有复查", "points": 2, "applies_to": ["production"],
                 "when": [{"item": "B-1", "verdict": ["fail"]}, {"item": "A-1", "verdict": ["pass"]}]},
            ],
        },
    ],
}  # fmt: skip


def checklist_of(raw: dict[str, Any]) -> Checklist:
    loaded, _ = load_checklist(json.dumps(raw).encode())
    return loaded


LIST = checklist_of(RAW)
WHEN = replace(
    ROUND,
    checklists=(LIST,),
    units=(replace(ROUND.units[0], tags=("一线", "试点")), ROUND.units[1]),
)
ITEMS = LIST.items()
CHOICES = [
    *(Judgement(verdict=v) for v in (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)),
    *(Judgement(verdict=v, reason="没有") for v in (Verdict.NA, Verdict.UNVERIFIED)),
    Judgement(),
]


def give(desk: Desk, item: Item, choice: int, unit: str = "u1") -> None:
    """Answer an item: in its own words where it has any and the choice is one of the first three."""
    own = own_answers(item)
    judgement = answer_judgement(own[choice]) if own and choice < len(own) else CHOICES[choice]
    desk.do(actions.judge(desk.state, unit, LIST.id, item, judgement))


def slow(desk: Desk, unit: str) -> list[str]:
    """The items that apply, asked one by one straight from the file's words, with nothing kept."""
    raw = {i["id"]: (s, i) for s in RAW["sections"] for i in s["items"]}
    here = WHEN.unit(unit)
    assert here is not None

    def applies(item: str) -> bool:
        section, own = raw[item]
        if "applies_to" in own and here.profile.value not in own["applies_to"]:
            return False
        if "tags" in own and not set(own["tags"]) & set(here.tags):
            return False
        return all(holds(when) for when in [*section.get("when", []), *own.get("when", [])])

    def holds(when: dict[str, Any]) -> bool:
        if not applies(when["item"]):
            return "na" in when.get("verdict", ())
        subject = LIST.item(when["item"])
        assert subject is not None
        answer = read_answer(desk.state, unit, LIST.id, subject)
        if not answer.answered or answer.verdict is Verdict.UNVERIFIED:
            return True
        return answer.verdict.value in when.get("verdict", ()) or answer.judgement.award in when.get(
            "answer", ()
        )

    return [item for item in raw if applies(item)]


MOVES = st.lists(
    st.tuples(st.sampled_from("甲甲甲乙"), st.integers(0, len(ITEMS) - 1), st.integers(0, 6)), max_size=14
)


@settings(max_examples=times(30), deadline=None)
@given(moves=MOVES)
def test_items_come_and_go_as_a_slow_recount_says_and_every_count_agrees(moves: Any) -> None:
    first, second = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    sheets = {unit: UnitSheet(first.state, WHEN, unit) for unit in ("u1", "u2")}
    for who, place, choice in moves:
        if who == "乙":
            give(second, ITEMS[place], choice % 6)
            first.take(second)
        elif choice == 6:
            first.undo()
        else:
            give(first, ITEMS[place], choice)
        for unit, sheet in sheets.items():
            sheet.refresh(set(first.state.records("u1")))
            assert [row.item.id for row in sheet.rows] == slow(first, unit)
    for unit, sheet in sheets.items():
        fresh = UnitSheet(first.state, WHEN, unit)
        assert (sheet.rows, sheet.answers, sheet.scores) == (fresh.rows, fresh.answers, fresh.scores)
        assert (sheet.total, sheet.by_section, sheet.verdicts) == (
            fresh.total, fresh.by_section, fresh.verdicts,
        )  # fmt: skip
        assert sheet.progress() == unit_progress(first.state, WHEN, unit)
        open_ids = {row.item.id for row in sheet.rows}
        aside = {row.item.id for row in sheet.set_aside()}
        for item in ITEMS:
            judged = bool(read_answer(first.state, unit, LIST.id, item).opinions)
            assert (item.id in aside) == (judged and item.id not in open_ids)
        assert {f.item for f in findings_of_unit(first.state, WHEN, unit, [LIST])} <= open_ids
        assert_told_alike(first, unit, sheet)
    quick = Folded({change.id: change for change in first.held}, WHEN).tables()
    for name, rows in state_tables(first.state, WHEN).items():
        assert list(json.loads(bytes(quick[name])).values()) == json.loads(canonical(rows)), name


def assert_told_alike(desk: Desk, unit: str, sheet: UnitSheet) -> None:
    """Screen, result, score and summary as JSON, CSV, totals and 通报 count the same items."""
    result = result_of(desk.state, WHEN, unit)
    outline = compile_visit(desk.state, WHEN, unit)
    (scored,) = scores_data(outline)["units"]
    (summed,) = summary_data(outline)["units"]
    whole = unit_total(desk.state, WHEN, unit)
    counts = {result.items, scored["items"], summed["items"], len(sheet.rows)}
    assert counts == {sheet.total.items}
    assert {result.raw, scored["raw"], summed["raw"], whole.raw} == {sheet.total.raw}
    assert [line["item"] for line in scored["derivation"]] == [row.item.id for row in sheet.rows]
    assert [a["item"] for a in scored["aside"]] == [a["item"] for a in summed["aside"]]
    assert [a["item"] for a in scored["aside"]] == [row.item.id for row in sheet.set_aside()]
    told = next(csv.DictReader(io.StringIO(summary_csv(outline).removeprefix("\ufeff"))))
    assert (told["检查项"], told["已查"]) == (str(sheet.total.items), str(sheet.total.answered))
    if sheet.total.answered and result.told:
        (checked,) = re.findall(r"共查(\d+)项", notice_text(desk, unit))
        judged = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)
        assert int(checked) == sum(sheet.verdicts[verdict] for verdict in judged)


def notice_text(desk: Desk, unit: str = "u1") -> str:
    """The 通报 of a unit."""
    notice = compile_notice(compile_visit(desk.state, WHEN, unit), today=dt.date(2026, 11, 21))
    return "".join(part.text for part in notice.parts).replace("\n", "")


def test_only_a_known_conclusion_takes_an_item_away() -> None:
    desk, other = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    u1 = WHEN.units[0]

    def open_ids() -> list[str]:
        return [item.id for _, item in items_of(desk.state, WHEN, u1, LIST)]

    everything = [item.id for item in ITEMS]
    assert open_ids() == everything
    give(desk, ITEMS[0], 4)
    assert said_of(desk.state, "u1", LIST.id, "A-1") == (Verdict.UNVERIFIED, "")
    assert open_ids() == everything, "未能核实 is not known"
    give(desk, ITEMS[0], 2)
    # A-2 is out, so A-3 and what hangs on 不适用 of it follow: B stays, B-2 waits for A-1 to be 有.
    assert open_ids() == ["A-1", "A-4", "B-1"]
    give(other, ITEMS[0], 0)
    desk.take(other)
    assert open_ids() == everything, "two opinions are no conclusion"


def test_an_answer_is_kept_aside_and_comes_back() -> None:
    desk = Desk("a" * 12, "甲")
    give(desk, ITEMS[0], 0)
    give(desk, ITEMS[1], 2)
    sheet = UnitSheet(desk.state, WHEN, "u1")
    assert (sheet.total.items, sheet.total.raw, sheet.total.applicable) == (4, Decimal("7.5"), Decimal(8))
    assert len(findings_of_unit(desk.state, WHEN, "u1", [LIST])) == 1
    give(desk, ITEMS[0], 2)
    assert sheet.refresh({"answer/u1/when/A-1"}) is None
    assert [row.item.id for row in sheet.gone] == ["A-2", "B-2"]
    assert [row.item.id for row in sheet.came] == ["A-4"]
    (kept,) = result_of(desk.state, WHEN, "u1").aside
    assert (kept.item, kept.said) == ("A-2", "不符合")
    assert kept.why == "A-1为“有”或“过期”才检查这一项"
    (found,) = findings_of_unit(desk.state, WHEN, "u1", [LIST])
    assert found.item == "A-1" and found.missing, "the problem of what no longer applies goes with it"
    lines = derivation_lines(WHEN, result_of(desk.state, WHEN, "u1"))
    assert "A-2 不符合：A-1为“有”或“过期”才检查这一项" in lines
    assert any(line.startswith("A-1 无 0/4") for line in lines)
    key = "finding/u1/~1"
    desk.do(*actions.new_finding(desk.state, "u1", "1", FindingKind.DEFICIENCY, "手写", checklist=LIST.id,
                                 item="A-2"))  # fmt: skip
    assert key in {f.key for f in findings_of_unit(desk.state, WHEN, "u1", [LIST])}, "what was typed stays"
    desk.undo()
    desk.undo()
    sheet.refresh(set(desk.state.records("u1")))
    assert [row.item.id for row in sheet.rows] == ["A-1", "A-2", "B-1", "B-2"] and not sheet.set_aside()


def test_why_an_item_does_not_apply_is_said() -> None:
    desk = Desk("a" * 12, "甲")
    reach = Reach(desk.state, WHEN, WHEN.units[1], LIST)
    assert reach.why_not("B-2") == "这一项不用于安全型的单位"
    assert reach.why_not("A-4") == "这一项只用于有标签“一线”的单位"
    assert reach.why_not("A-1") == "" and reach.profile is Profile.SAFETY


def test_own_answers_are_award_levels_in_their_own_words() -> None:
    item = ITEMS[0]
    assert [(a.label, a.points) for a in item.awards] == [("有", 4), ("过期", 2), ("无", 0)]
    late = answer_judgement(own_answers(item)[1])
    assert (
        said_word(item, late) == "过期" and said_word(ITEMS[1], Judgement(verdict=Verdict.FAIL)) == "不符合"
    )
    desk = Desk("a" * 12, "甲")
    give(desk, item, 1)
    (finding,) = findings_of_unit(desk.state, WHEN, "u1", [LIST])
    assert finding.text == "方案已过期"
    assert "方案已过期" in notice_text(desk)


@pytest.mark.parametrize("by", ["note", "everything"])
def test_a_verdict_owes_what_its_item_asks_for(by: str) -> None:
    desk = Desk("a" * 12, "甲")
    item = ITEMS[0]
    give(desk, item, 2)
    answer = read_answer(desk.state, "u1", LIST.id, item)
    assert owed_needs(desk.state, item, answer) == (Need.NOTE, Need.SAMPLE, Need.EVIDENCE)
    sheet = UnitSheet(desk.state, WHEN, "u1")
    owed = [point.text for point in sheet.open_points() if point.kind == "required"]
    assert owed == ["A-1 无，还缺说明、抽查内容、佐证"]
    desk.do(actions.write_note(desk.state, "u1", LIST.id, item, "柜子里没有"))
    if by == "everything":
        desk.do(actions.set_sample(desk.state, "u1", LIST.id, item, "值班室"))
        piece = Piece(kind=EvidenceKind.REFERENCE, reference="登记本第3页")
        desk.do(*attach(desk.state, "answer/u1/when/A-1", piece))
    left = owed_needs(desk.state, item, read_answer(desk.state, "u1", LIST.id, item))
    assert needs_words(left) == ("抽查内容、佐证" if by == "note" else "")
