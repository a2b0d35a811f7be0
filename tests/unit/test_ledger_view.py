"""Looking at the ledger: filters, orders, headings and totals, against a plain recount."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.model.problem import Duty
from inspect_tui.model.terms import RectState, Severity
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.ledger_view import (
    NARROWED,
    GroupBy,
    Head,
    Kept,
    Ledger,
    SortBy,
    View,
    group_of,
    waits_for_check,
)


def row(number: int, unit: str = "DG01", **more: Any) -> LedgerRow:
    duty = Duty(
        owner=more.pop("owner", "戚建林"),
        leader=more.pop("leader", "秦振邦"),
        measure=more.pop("measure", ""),
        due=more.pop("due", ""),
    )
    fields: dict[str, Any] = {
        "id": f"{number:016x}",
        "record": f"rect/{unit}/{number:016x}",
        "number": f"HTK26Q4-T1-{unit}-A-{number:02}",
        "unit": unit,
        "unit_name": f"东沟第{unit[-1]}党小组",
        "text": f"问题{number}",
        "severity": Severity.MINOR,
        "state": RectState.OPEN,
        "initial": RectState.OPEN,
        "duty": duty,
    }
    return LedgerRow(**(fields | more))


ROWS = [
    row(1, due="2026-12-01", section="GW", section_name="岗位责任制", checklist="c", item="GW-01"),
    row(2, state=RectState.IN_PROGRESS, due="2026-11-01", overdue=True, days_left=-19, leader="宋怀远"),
    row(
        3, state=RectState.CLOSED, severity=Severity.MAJOR, noted="2026-08-01", carried=True, must_verify=True
    ),
    row(4, "DG02", state=RectState.SUBMITTED, fixed_on_site=True, severity=Severity.VETO),
    row(5, "DG02", contested=True, state=RectState.OPEN, leader=""),
    row(6, "DG02", state=RectState.DEFERRED, until="2026-11-30", due="2026-10-01"),
    row(
        7,
        "DG03",
        near=True,
        days_left=2,
        due="2026-11-22",
        carried=True,
        must_verify=True,
        noted="2026-05-01",
    ),
    row(8, "DG03", carried_to="2027年第一季度回头看", overdue=True, due="2026-09-01"),
    row(9, "DG03", state=RectState.WITHDRAWN),
    row(10, "DG03", state=RectState.RELAPSED, text="公开栏内容没有更换", measure="每月更换"),
]


def ledger(rows: list[LedgerRow] = ROWS) -> Ledger:
    made = Ledger(["DG01", "DG02", "DG03"])
    for unit in ("DG01", "DG02", "DG03"):
        made.put(unit, [r for r in rows if r.unit == unit])
    return made


def places(rows: list[LedgerRow]) -> list[int]:
    return [int(r.id, 16) for r in rows]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (Kept.ALL, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (Kept.OPEN, [1, 2, 4, 5, 6, 7, 10]),
        (Kept.OVERDUE, [2]),
        (Kept.NEAR, [7]),
        (Kept.VERIFY, [3, 4, 7]),
        (Kept.CONTESTED, [5]),
        (Kept.CARRIED, [3, 7]),
        (Kept.CLOSED, [3]),
        (Kept.DEFERRED, [6]),
        (Kept.ON_SITE, [4]),
    ],
)
def test_each_filter_lists_what_it_says(kept: Kept, expected: list[int]) -> None:
    made = ledger()
    assert places(made.chosen(View(kept=kept))) == expected
    assert made.counts()[kept] == len(expected)


def test_what_went_on_into_a_newer_round_alarms_nobody_here() -> None:
    made = ledger()
    for kept in (Kept.OPEN, Kept.OVERDUE, Kept.VERIFY):
        assert 8 not in places(made.chosen(View(kept=kept)))


def test_totals_are_the_counts_of_the_filters() -> None:
    made = ledger()
    for unit in ("", "DG01", "DG02", "DG03", "nowhere"):
        rows = [r for r in ROWS if not unit or r.unit == unit]
        totals = made.totals(unit)
        assert totals.total == len(rows)
        assert totals.open == sum(not r.done for r in rows)
        assert totals.overdue == sum(r.overdue and not r.carried_to for r in rows)
        assert totals.verify == sum(waits_for_check(r) for r in rows)
        assert totals.contested == sum(r.contested for r in rows)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        # Done ones stand last; what is put off counts to its own day; no day comes after every day.
        (SortBy.DUE, [2, 7, 6, 1, 4, 5, 10, 8, 3, 9]),
        (SortBy.SEVERITY, [4, 3, 2, 7, 6, 1, 5, 10, 8, 9]),
        (SortBy.STATE, [5, 7, 1, 2, 4, 3, 10, 6, 9, 8]),
        (SortBy.AGE, [7, 3, 1, 2, 4, 5, 6, 8, 9, 10]),
        (SortBy.NUMBER, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (SortBy.UNIT, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ],
)
def test_each_order(sort: SortBy, expected: list[int]) -> None:
    assert places(ledger().chosen(View(sort=sort))) == expected


def test_the_hundredth_serial_stands_behind_the_ninety_ninth() -> None:
    rows = [row(100), row(99), row(7)]
    assert places(ledger(rows).chosen(View(sort=SortBy.NUMBER))) == [7, 99, 100]


def test_groups_hold_each_row_once_and_count_it() -> None:
    made = ledger()
    for by in NARROWED:
        lines = made.lines(View(group=by))
        heads = [line for line in lines if isinstance(line, Head)]
        rows = [line for line in lines if isinstance(line, LedgerRow)]
        assert sorted(places(rows)) == list(range(1, 11))
        assert len({head.key for head in heads}) == len(heads)
        for head in heads:
            inside = [r for r in ROWS if group_of(r, by)[0] == head.key]
            assert (head.count, head.open) == (len(inside), sum(not r.done for r in inside))
        assert made.groups(by) == heads


def test_states_stand_in_the_order_of_their_life() -> None:
    heads = [line.label for line in ledger().lines(View(group=GroupBy.STATE)) if isinstance(line, Head)]
    assert heads[0] == "待裁定" and heads[-1] == "已转入"
    assert heads[1:-1] == [s.label for s in RectState if s.label in heads]


def test_nobody_and_nothing_have_headings_of_their_own() -> None:
    made = ledger()
    assert "未写责任领导" in [h.label for h in made.groups(GroupBy.LEADER)]
    assert "不属于检查项" in [h.label for h in made.groups(GroupBy.SECTION)]


def test_a_folded_group_shows_its_heading_alone() -> None:
    lines = ledger().lines(View(group=GroupBy.UNIT), {"DG02"})
    assert [line.unit for line in lines if isinstance(line, LedgerRow)].count("DG02") == 0
    head = next(line for line in lines if isinstance(line, Head) and line.key == "DG02")
    assert head.folded and head.count == 3


def test_narrowed_to_one_value_each() -> None:
    made = ledger()
    assert places(made.chosen(View(only={GroupBy.UNIT: "DG02"}))) == [4, 5, 6]
    assert places(made.chosen(View(only={GroupBy.UNIT: "DG01", GroupBy.LEADER: "宋怀远"}))) == [2]
    assert places(made.chosen(View(only={GroupBy.SECTION: "c/GW"}))) == [1]
    assert places(made.chosen(View(only={GroupBy.STATE: "已转入"}))) == [8]
    assert places(made.chosen(View(), unit="DG03")) == [7, 8, 9, 10]


def test_searching_by_words_and_initials() -> None:
    made = ledger()
    assert places(made.chosen(View(query="公开栏"))) == [10]
    assert places(made.chosen(View(query="每月 更换"))) == [10]
    assert places(made.chosen(View(query="A-04"))) == [4]
    assert made.chosen(View(query="gkl")) == []
    made.initials = lambda sign: {"公": "g", "开": "k", "栏": "l"}.get(sign, "")
    assert places(made.chosen(View(query="gkl"))) == [10]
    assert places(made.chosen(View(query="gkl", kept=Kept.CLOSED))) == []


def test_a_change_of_one_unit_replaces_its_rows_only() -> None:
    made = ledger()
    made.chosen(View(query="问题1"))
    made.put("DG01", [row(1, text="换了文字", state=RectState.CLOSED)])
    assert places(made.rows()) == [1, 4, 5, 6, 7, 8, 9, 10]
    assert places(made.chosen(View(query="换了"))) == [1]
    assert 1 in places(made.chosen(View(kept=Kept.CLOSED)))
    found = made.row("DG01", f"{1:016x}")
    assert found is not None and found.text == "换了文字"
    assert made.row("DG01", "nothing") is None and made.row("nowhere", "x") is None


VIEWS = st.builds(
    View,
    kept=st.sampled_from(Kept),
    sort=st.sampled_from(SortBy),
    group=st.sampled_from(GroupBy),
    query=st.sampled_from(["", "问题", "DG02", "没有这个词"]),
)


@given(VIEWS, st.randoms(use_true_random=False))
def test_any_view_lists_a_part_of_the_rows_and_never_one_twice(view: View, dice: random.Random) -> None:
    rows = ROWS[:]
    dice.shuffle(rows)
    made = ledger(rows)
    chosen = made.chosen(view)
    assert len({r.id for r in chosen}) == len(chosen)
    lines = made.lines(view)
    assert sorted(r.id for r in lines if isinstance(r, LedgerRow)) == sorted(r.id for r in chosen)
    assert sum(line.count for line in lines if isinstance(line, Head)) in (0, len(chosen))
    if view.sort is not SortBy.UNIT:
        # Sorting by a key ends on the number, so that the order never hangs on how rows came in.
        assert places(chosen) == places(ledger().chosen(view))
