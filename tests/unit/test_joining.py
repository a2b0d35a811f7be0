"""Joining doubles: shown once, every author and text kept, and undone without a trace."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import CHECKLIST, ROUND, UNITS, Desk, histories, play, reading_of_unit, union

from inspect_tui.model.terms import FindingKind, Severity, Verdict
from inspect_tui.rules import actions
from inspect_tui.rules.fold import State
from inspect_tui.rules.joining import CannotJoin, join, unjoin
from inspect_tui.rules.reading import findings_of_unit, separate_findings
from inspect_tui.rules.tables import state_tables
from sweeps import times


def typed(desk: Desk, name: str, text: str, kind: FindingKind = FindingKind.DEFICIENCY, **more: Any) -> None:
    desk.do(*actions.new_finding(desk.state, "u1", name, kind, text, **more))


def three_told() -> Desk:
    lead = Desk("c" * 12, "组长")
    for writer, person, text in (
        ("a", "甲", "责任牌褪色"),
        ("b", "乙", "责任牌已褪色"),
        ("d", "丙", "牌子看不清"),
    ):
        desk = Desk(writer * 12, person)
        typed(
            desk,
            writer,
            text,
            severity=Severity.MAJOR if person == "乙" else None,
            fixed_on_site=person == "甲",
        )
        lead.take(desk)
    return lead


def test_joined_findings_stand_once_with_every_author_and_text() -> None:
    lead = three_told()
    first, second, third = lead.findings()
    lead.do(*join(lead.state, first, second))
    shown = lead.findings()
    assert len(shown) == 2 and shown[0].key == first.key and shown[0].text == "责任牌褪色"
    assert shown[0].by == ("甲", "乙") and [f.text for f in shown[0].joined] == ["责任牌已褪色"]
    assert shown[0].severity is Severity.MAJOR, "the graver word stays"
    assert not shown[0].fixed_on_site, "one who saw it still open is enough"
    assert set(shown[0].changes) == {*first.changes, *second.changes}
    lead.do(*join(lead.state, third, shown[0]))
    (one,) = lead.findings()
    assert one.key == third.key and {f.text for f in one.joined} == {"责任牌褪色", "责任牌已褪色"}
    row = state_tables(lead.state, ROUND)["findings"]
    assert len(row) == 1 and len(row[0]["joined"]) == 2


def test_unjoining_restores_what_was() -> None:
    lead = three_told()
    before = lead.findings()
    lead.do(*join(lead.state, before[0], before[1]))
    lead.do(*join(lead.state, lead.findings()[0], before[2]))
    (one,) = lead.findings()
    lead.do(*unjoin(lead.state, one, before[0].key))
    pair, single = sorted(lead.findings(), key=lambda f: -len(f.joined))
    assert single == before[0] and {pair.key, *(f.key for f in pair.joined)} == {before[1].key, before[2].key}
    lead.do(*unjoin(lead.state, pair))
    assert lead.findings() == before
    with pytest.raises(KeyError):
        unjoin(lead.state, before[0], "finding/u1/~nowhere")


def test_a_finding_that_costs_points_stays_the_one_shown() -> None:
    lead = Desk("c" * 12, "组长")
    lead.judge(Verdict.FAIL, "无责任人")
    typed(lead, "x", "没写责任人", checklist=CHECKLIST.id, item="GW-01")
    made, free = lead.findings()
    lead.do(*join(lead.state, free, made))
    (one,) = lead.findings()
    assert one.key == made.key and one.joined[0].key == free.key
    lead.judge(Verdict.PASS)
    assert lead.findings() == [free], "when the deduction goes, the typed one is told by itself again"


def test_what_is_not_one_matter_is_not_joined() -> None:
    lead = three_told()
    first, second, _ = lead.findings()
    typed(lead, "g", "责任牌褪色", FindingKind.GOOD_PRACTICE)
    good = lead.findings()[-1]
    for other in (good, first):
        with pytest.raises(CannotJoin):
            join(lead.state, first, other)
    lead.do(*actions.new_finding(lead.state, "u2", "z", FindingKind.DEFICIENCY, "责任牌褪色"))
    with pytest.raises(CannotJoin):
        join(lead.state, first, lead.findings("u2")[0])
    assert second in lead.findings()


def test_two_leads_who_join_crosswise_make_one_finding() -> None:
    base = three_told()
    one, two = Desk("1" * 12, "组长"), Desk("2" * 12, "副组长")
    one.take(base)
    two.take(base)
    first, second, _ = base.findings()
    one.do(*join(one.state, first, second))
    two.do(*join(two.state, second, first))
    one.take(two)
    two.take(one)
    assert one.findings() == two.findings()
    assert [len(f.joined) for f in one.findings()] == [1, 0]


@settings(max_examples=times(80), deadline=None)
@given(histories, st.integers(0, 2**16))
def test_no_text_is_lost_and_taking_apart_restores(history: Any, seed: int) -> None:
    lead = Desk("f" * 12, "组长")
    desks = play(history)
    lead.take(*desks)
    dice = random.Random(seed)
    before = {unit: reading_of_unit(lead.state, unit) for unit in UNITS}
    for unit in UNITS:
        for _ in range(3):
            found = lead.findings(unit)
            if len(found) > 1:
                try:
                    lead.do(*join(lead.state, *dice.sample(found, 2)))
                except CannotJoin:
                    continue
        separate = separate_findings(lead.state, ROUND, unit, list(ROUND.checklists))
        shown = lead.findings(unit)
        flat = [f.text for g in shown for f in (g, *g.joined)]
        assert sorted(flat) == sorted(f.text for f in separate)
        assert {n for f in separate for n in f.by} == {n for f in shown for n in f.by}
    changes = union([*desks, lead])
    dice.shuffle(changes)
    state = State(changes)
    for unit in UNITS:
        assert findings_of_unit(state, ROUND, unit, list(ROUND.checklists)) == lead.findings(unit)
        for finding in lead.findings(unit):
            if finding.joined:
                lead.do(*unjoin(lead.state, finding))
        after = reading_of_unit(lead.state, unit)
        assert after["findings"] == before[unit]["findings"] and after["scores"] == before[unit]["scores"]
