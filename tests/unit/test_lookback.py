"""上轮问题复查 in a text: counted from what inspectors found of the carried problems, quarrels left open."""

from __future__ import annotations

import datetime as dt

from ledger_work import a_round, carried, verify
from strategies import Desk

from inspect_tui.model.terms import NamingLevel, Outcome, RectState, Severity
from inspect_tui.report.lookback import lookback_of
from inspect_tui.report.telling import Held, Wanted, tell
from inspect_tui.rules import actions

TODAY = dt.date(2026, 11, 20)
ROUND = a_round(
    carried(1, text="由周一代签", rounds=3),
    carried(2),
    carried(3, unit="u2"),
    carried(4, unit="u2", severity=Severity.VETO),
    carried(5, state=RectState.CLOSED, verify=False),
    carried(6),
)


def desk() -> Desk:
    one = Desk("a" * 12, "甲")
    for unit in ("u1", "u2"):
        one.do(*actions.begin_visit(one.state, unit, "2026-11-20", one.people))
    verify(one, ROUND, Outcome.NOT_FIXED, "p1")
    verify(one, ROUND, Outcome.FIXED, "p2")
    verify(one, ROUND, Outcome.PARTLY, "p3")
    verify(one, ROUND, Outcome.NOT_FIXED, "p4")
    return one


def test_counts_lines_and_records():
    back = lookback_of(desk().state, ROUND, ["u1", "u2"])
    assert back is not None
    assert back.due == 5 and back.unchecked == 1, "what is only kept at hand is not due"
    assert back.counts == {Outcome.NOT_FIXED: 2, Outcome.FIXED: 1, Outcome.PARTLY: 1}
    assert [(line.unit.id, line.text, line.outcome) for line in back.lines] == [
        ("u1", "由周一代签", Outcome.NOT_FIXED),
        ("u2", "旧问题3", Outcome.PARTLY),
    ], "what is put right is counted, a red line is never told"
    assert len(back.records) == 5 and set(back.lines[0].records) <= set(back.records)
    every = lookback_of(desk().state, ROUND, ["u1"], every=True)
    assert every is not None and [line.outcome for line in every.lines] == [Outcome.NOT_FIXED, Outcome.FIXED]
    assert lookback_of(desk().state, a_round(), ["u1"]) is None


def test_a_quarrel_counts_as_not_looked_at():
    one, two = desk(), Desk("b" * 12, "乙")
    verify(two, ROUND, Outcome.FIXED, "p1")
    one.take(two)
    back = lookback_of(one.state, ROUND, ["u1"])
    assert back is not None and back.unchecked == 2 and back.counts == {Outcome.FIXED: 1}
    assert back.lines == ()


def test_the_text_of_a_round_and_of_a_unit():
    held = Held(round=ROUND, state=desk().state)
    text = tell([held], Wanted(), TODAY).text
    assert "上轮问题应复查5条，已整改1条，部分整改1条，未整改2条，还没有复查1条。" in text
    assert "1个党小组：由周一代签，未整改（已连续3轮）。" in text, "the program does not know this name"
    assert "1个党小组：旧问题3，部分整改，还差一页。" in text and "旧问题4" not in text
    unit = tell([held], Wanted(unit="u1"), TODAY)
    assert unit.level is NamingLevel.SECRETARY
    assert "旧问题2，已整改。" in unit.text and "旧问题3" not in unit.text
