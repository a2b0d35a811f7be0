"""The meeting's digest and the chart of progress: the ledger's figures, leader by leader, on one page."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ledger_work import a_round

from inspect_tui.model.problem import Duty
from inspect_tui.model.round import Rules
from inspect_tui.model.terms import RectState, Severity
from inspect_tui.report import digest as page
from inspect_tui.report.digest import digest_text
from inspect_tui.report.progress import bars_of, chart_lines, display_cells, total_bar
from inspect_tui.rules.digest import BadSpan, digest_of
from inspect_tui.rules.ledger import LedgerRow
from sweeps import times

S = RectState
TODAY, SINCE = "2026-11-20", "2026-11-06"
RULES = Rules()


def row(name: str, state: RectState = S.IN_PROGRESS, **said: Any) -> LedgerRow:
    """A row whose lights are reckoned from its due day as the ledger does."""
    due = said.pop("due", "")
    leader = said.pop("leader", "吴书记")
    given: dict[str, Any] = {
        "id": name, "record": f"rect/u1/{name}", "number": f"HTK26Q4-A1-U1-A-{name}", "unit": "u1",
        "unit_name": "第1党小组", "text": f"问题{name}", "severity": Severity.MINOR, "initial": S.OPEN,
        "moved": "2026-11-19T10:00:00+08:00",
        "duty": Duty(owner="周一", leader=leader, measure="补齐", due=due),
    }  # fmt: skip
    if due and state not in (S.CLOSED, S.WITHDRAWN):
        left = (dt.date.fromisoformat(due) - dt.date.fromisoformat(TODAY)).days
        given |= {"days_left": left, "overdue": left < 0 and state is not S.DEFERRED, "near": 0 <= left <= 3}
    return LedgerRow(state=state, **(given | said))


def ids(rows: tuple[LedgerRow, ...]) -> list[str]:
    return [r.id for r in rows]


def test_every_row_stands_where_the_meeting_looks_for_it() -> None:
    rows = [
        row("closed", S.CLOSED, closed_on="2026-11-06"),
        row("before", S.CLOSED, closed_on="2026-11-05"),
        row("late-new", due="2026-11-06"),
        row("late-first", due="2026-11-05"),
        row("late-old", due="2026-11-04"),
        row("today", due="2026-11-20"),
        row("near", due="2026-11-23"),
        row("far", due="2026-11-24"),
        row("idle", moved="2026-11-05T23:00:00+08:00"),
        row("moved", moved="2026-11-06T00:10:00+08:00"),
        row("never", moved="", noted="2026-10-01"),
        row("put-off", S.DEFERRED, moved="2026-01-01T00:00:00+08:00"),
        row("on-site", S.SUBMITTED, fixed_on_site=True, moved="2026-01-01"),
        row("waits", S.SUBMITTED, moved="2026-01-01"),
        row("back", S.RELAPSED),
        row("gone", S.WITHDRAWN),
        row("elsewhere", carried_to="四季度", moved="2026-01-01"),
        row("quarrel", S.CLOSED, contested=True, closed_on="2026-11-10"),
    ]
    told = digest_of(rows, RULES, SINCE, TODAY).all
    assert ids(told.closed) == ["closed"] and told.done == 2
    assert ids(told.overdue) == ["late-old", "late-first", "late-new"], "longest late first"
    assert ids(told.late) == ["late-first", "late-new"], "late since the day after the due day"
    assert ids(told.near) == ["today", "near"]
    assert ids(told.idle) == ["idle", "never", "waits"]
    assert ids(told.back) == ["back"] and ids(told.deferred) == ["put-off"]
    assert len(told.rows) == 16 and "quarrel" in ids(told.open) and "on-site" in ids(told.open)
    assert ids(told.pressing) == ["late-old", "late-first", "late-new", "back", "idle", "never", "waits"]


def test_leaders_come_by_what_they_owe_and_nobody_last() -> None:
    leaders = {"a": "", "b": "", "c": "钱", "d": "孙", "e": "李", "f": "李"}
    rows = [row(n, leader=leader, due="2026-11-01" if n == "d" else "") for n, leader in leaders.items()]
    found = digest_of(rows, RULES, SINCE, TODAY)
    assert [a.leader for a in found.leaders] == ["孙", "李", "钱", ""]
    for name in ("rows", "open", "closed", "overdue", "late", "idle", "near", "back"):
        whole = ids(getattr(found.all, name))
        assert sorted(whole) == sorted(i for a in found.leaders for i in ids(getattr(a, name)))


@pytest.mark.parametrize(("since", "today"), [("2026-11-21", TODAY), ("11月1日", TODAY), (SINCE, "")])
def test_a_span_that_is_none_is_refused(since: str, today: str) -> None:
    with pytest.raises(BadSpan):
        digest_of([], RULES, since, today)


def test_the_page_reads_as_it_should() -> None:
    duty = Duty(
        owner="周一",
        leader="吴书记",
        task="补齐三季度记录",
        team="党小组长和两名骨干",
        due="2026-11-10",
        progress="已开会",
    )
    rows = [
        msgspec.structs.replace(row("03", due="2026-11-10"), duty=duty, carried=True),
        row("04", S.CLOSED, closed_on="2026-11-08"),
        row("05", leader="", due="2026-11-22"),
    ]
    text = digest_text(digest_of(rows, RULES, SINCE, TODAY), a_round())
    assert text.split("\n") == [
        "2026年第四季度回头看整改例会情况（内部）",
        "（2026年11月6日至20日）",
        "",
        "一、总体情况",
        "台账共3条问题（其中上轮转入1条），已销号1条，未销号2条。本期销号1条，新逾期1条，逾期共1条，3天内到期1条。",
        "二、责任领导分管情况",
        "1. 吴书记：2条，未销号1条。本期销号1条，新逾期1条，逾期共1条。",
        "2. 未明确责任领导：1条，未销号1条。本期销号0条，3天内到期1条。",
        "三、提请会议研究的问题",
        "1. HTK26Q4-A1-U1-A-03 第1党小组：问题03（逾期10天）。任务：补齐三季度记录；责任领导：吴书记；"
        "团队：党小组长和两名骨干；时限：11月10日；进展：已开会。",
    ]


def test_an_empty_ledger_is_said_to_be_empty() -> None:
    text = digest_text(digest_of([], RULES, SINCE, TODAY), a_round())
    assert text.endswith("一、总体情况\n台账上没有问题。")


HOSTILE = "[/][@click=app.quit]x\x1b[31m红\u202e\ud800长" * 9


@given(st.integers(0, 300), st.integers(1, 40), st.booleans())
@settings(max_examples=times(40), deadline=None)
def test_it_is_one_page_however_much_there_is_and_no_figure_gives_way(count, leaders, hostile) -> None:
    word, more = (HOSTILE, "很长" * 40) if hostile else ("问题", "")
    states = (S.CLOSED, S.IN_PROGRESS, S.RELAPSED)
    rows = [
        row(
            f"{n:03d}",
            states[n % 3],
            due="2026-11-01",
            text=word,
            unit_name=word if hostile else "第1党小组",
            duty=Duty(
                leader=f"领导{n % leaders}{more}", task=more, team=more, progress=more, due="2026-11-01"
            ),
            closed_on="2026-11-10",
        )
        for n in range(count)
    ]
    found = digest_of(rows, RULES, SINCE, TODAY)
    text = digest_text(found, a_round())
    assert page._lines(text) <= page.PAGE_LINES
    assert all(c.isprintable() or c == "\n" for c in text)
    if count:
        late = len(found.all.overdue)
        assert f"台账共{count}条问题" in text and (not late or f"逾期共{late}条" in text)
        part = text.partition("二、")[2].partition("三、")[0]
        told = sum(line[:1].isdigit() and "：" in line for line in part.split("\n"))
        rest = len(found.leaders) - told
        assert (f"其余{rest}名责任领导" in text) == (rest > 0)
        shown = sum("HTK26Q4-A1-U1-A-" in line for line in text.split("\n"))
        left = len(found.all.pressing) - shown
        assert left == 0 or f"另有{left}条" in text or f"共{left}条，见台账" in text


# -------------------------------------------------------------------- the chart


def test_the_chart_counts_as_the_ledger_does() -> None:
    rows = [
        row("1", S.CLOSED), row("2", due="2026-11-01"), row("3", S.WITHDRAWN), row("4", carried_to="下一轮"),
        row("5", S.CLOSED, contested=True), row("6", unit="u2", unit_name="二组", leader=""),
    ]  # fmt: skip
    one, two = bars_of(rows, "unit")
    assert (one.name, one.done, one.all, one.overdue, one.rows) == ("第1党小组", 1, 3, 1, ("1", "2", "5"))
    assert (two.name, two.done, two.all, two.percent) == ("二组", 0, 1, 0)
    assert [b.name for b in bars_of(rows, "leader")] == ["吴书记", "未明确责任领导"]
    assert [b.name for b in bars_of(rows, "section")] == ["未归入检查项目"]
    assert {b.name: b.all for b in bars_of(rows, "state")} == {"已销号": 1, "整改中": 2, "待裁定": 1}
    assert total_bar(rows).all == 4 and total_bar([]).percent == 0


def test_sections_stand_in_the_checklists_order() -> None:
    rows = [row("1", checklist="small", section="TS", section_name="特色"),
            row("2", checklist="small", section="GW", section_name="岗位责任")]  # fmt: skip
    assert [b.name for b in bars_of(rows, "section", a_round())] == ["岗位责任", "特色"]
    assert [b.name for b in bars_of(rows, "section")] == ["特色", "岗位责任"]


def test_the_chart_as_it_is_drawn() -> None:
    rows = [row(f"a{n}", S.CLOSED if n < 3 else S.IN_PROGRESS, unit_name="东沟第1党小组") for n in range(12)]
    rows += [
        row("b", unit="u2", unit_name="西坪", due="2026-11-01"),
        row("c", S.CLOSED, unit="u3", unit_name="一组"),
    ]
    assert chart_lines(bars_of(rows, "unit"), 48, plain=True) == [
        "东沟第1党小组  ###...........  3/12   25%",
        "西坪           ..............   0/1    0%  逾期1",
        "一组           ##############   1/1  100%",
    ]
    assert chart_lines([]) == []


names = st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.just(HOSTILE)


@given(
    st.lists(st.tuples(names, st.integers(0, 40)), min_size=1, max_size=8),
    st.integers(30, 140),
    st.booleans(),
)
@settings(max_examples=times(200), deadline=None)
@example([("\xad", 0)], 30, False)
def test_bars_begin_and_end_in_one_column_and_fit(units, width, plain) -> None:
    rows = [
        row(f"{number}-{n}", S.CLOSED if n % 2 else S.IN_PROGRESS, unit=f"u{number}", unit_name=name)
        for number, (name, count) in enumerate(units)
        for n in range(count + 1)
    ]
    lines = chart_lines(bars_of(rows, "unit"), width, plain=plain)
    assert len(lines) == len(units)
    full, empty = ("#", ".") if plain else ("▮", "▯")
    starts, ends = set(), set()
    for line in lines:
        assert display_cells(line) <= width and line.isprintable()
        tail = line.rstrip().rsplit("  ", 1)[0] if "逾期" in line else line
        head = tail.rsplit("%", 1)[0]
        bar = head.rstrip("0123456789 /")
        ends.add(display_cells(bar))
        starts.add(display_cells(bar.rstrip(full + empty)) if not plain else 0)
    assert len(ends) == 1
    assert plain or len(starts) == 1


def test_no_sign_of_the_bar_is_of_doubtful_width() -> None:
    for sign in "▮▯#.":
        assert unicodedata.east_asian_width(sign) in ("N", "Na"), sign


def test_a_bar_is_full_only_when_all_is_done_and_never_empty_when_some_is() -> None:
    for done, count in ((0, 200), (1, 200), (199, 200), (200, 200)):
        rows = [row(str(n), S.CLOSED if n < done else S.IN_PROGRESS) for n in range(count)]
        (line,) = chart_lines([total_bar(rows)], 60, plain=True)
        assert ("#" in line) == (done > 0) and ("." in line) == (done < count)
        assert ("100%" in line) == (done == count)
