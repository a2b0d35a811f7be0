"""The summary and the scores: one set of figures in every dress, columns that line up with 汉字."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console
from strategies import ROUND, Desk
from telling_work import check_golden, make_round, make_space, record, work

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.checklist import Trigger
from inspect_tui.model.roster import Unit
from inspect_tui.model.terms import FindingKind, Secrecy, TriggerEffect, UnitKind, Verdict
from inspect_tui.report.outline import compile_round, compile_visit, unit_path
from inspect_tui.report.scores import score_renderables, scores_data
from inspect_tui.report.summary import (
    CSV_HEADS,
    print_summary,
    safe_cell,
    summary_csv,
    summary_data,
    summary_renderables,
    totals_lines,
)
from inspect_tui.rules import actions
from inspect_tui.rules.reading import findings_of_unit
from inspect_tui.rules.withholding import red_lined

ENCODER = msgspec.json.Encoder(decimal_format="number")


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "w")
    round_ = make_round(space)
    session = work(space, round_)
    lines = [
        {"unit": "DG01", "visit": {"date": "2026-11-17", "counterpart": "戚建林"}},
        {"unit": "DG01", "item": "GW-01", "verdict": "fail", "deductions": [{"index": 1, "count": 3}]},
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"index": 0}]},
        {"unit": "DG01", "item": "GW-03", "verdict": "na", "reason": "没有"},
        {"unit": "DG01", "item": "GW-04", "verdict": "unverified", "reason": "当事人不在岗"},
        {"unit": "DG01", "item": "RC-01", "verdict": "pass", "good_practices": [{"text": "会议有回应"}]},
        {"unit": "DG01", "item": "RC-05", "verdict": "partial", "deductions": [{"index": 1}]},
        {"unit": "DG01", "trigger": {"id": "RL-01", "fact": "[/]代签\x1b[2J"}},
        {"unit": "DG02", "item": "GW-01", "verdict": "pass"},
        {"unit": "DG03", "visit": {"result": "not_reached", "reason": "道路不通"}},
    ]
    record(session, tmp_path / "l", lines)
    yield session.state, round_
    session.close()


def shown(outline, width=80) -> str:
    out = io.StringIO()
    print_summary(outline, out, width=width)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "unit", "width"),
    [
        ("summary_round.txt", None, 80),
        ("summary_unit.txt", "DG01", 80),
        ("summary_round_wide.txt", None, 120),
    ],
)
def test_goldens(world, update_goldens, name, unit, width):
    state, round_ = world
    outline = compile_visit(state, round_, unit) if unit else compile_round(state, round_)
    check_golden(name, shown(outline, width).encode(), update_goldens)


def test_no_line_is_wider_than_the_terminal_and_nothing_hostile_is_printed(world):
    state, round_ = world
    for width in (60, 80, 120):
        for unit in (None, "DG01", "DG03"):
            outline = compile_visit(state, round_, unit) if unit else compile_round(state, round_)
            text = shown(outline, width)
            assert max(cell_len(line) for line in text.split("\n")) <= width
            assert ("\x1b" not in text and "[/]代签" in text) or unit == "DG03"


def test_columns_line_up(world):
    state, round_ = world
    text = shown(compile_round(state, round_))
    rows = [line for line in text.split("\n") if re.match(r"东沟第[123]党小组 {2}(检查中|未能进点)", line)]
    assert len(rows) == 3
    heads = next(line for line in text.split("\n") if line.startswith("单位 "))
    column = cell_len(heads[: heads.index("进度")])
    for row in rows:
        state_word = "检查中" if "检查中" in row else "未能进点"
        assert cell_len(row[: row.index(state_word)]) == column


def test_the_figures_are_the_same_everywhere(world):
    state, round_ = world
    outline = compile_round(state, round_)
    data = summary_data(outline)
    rows = list(csv.DictReader(io.StringIO(summary_csv(outline))))
    scores = scores_data(outline)["units"]
    text = shown(outline, 200)
    for digest, unit, row, score in zip(outline.units, data["units"], rows, scores, strict=True):
        assert unit["unit"] == row["单位编号"] == score["unit"]
        assert unit["raw"] == score["raw"] == Decimal(row["得分合计"])
        assert unit["applicable"] == score["applicable"] == Decimal(row["适用分合计"])
        assert unit["score"] == score["score"] == digest.total.score
        assert unit["coverage"] == score["coverage"] == Decimal(row["覆盖率"])
        assert len(unit["problems"]) == int(row["问题"])
        if digest.told:
            assert row["得分"] == str(digest.total.score) and row["得分"] in text
    totals = outline.totals
    assert (
        totals.problems == sum(int(r["问题"]) for r in rows) == sum(len(u["problems"]) for u in data["units"])
    )
    assert sum(line.problems for d in outline.visited for line in d.sections) == totals.problems
    assert totals.items == sum(int(r["检查项"]) for r, d in zip(rows, outline.units, strict=True) if d.told)


def test_the_derivation_adds_up_to_the_score(world):
    state, round_ = world
    for unit in scores_data(compile_round(state, round_))["units"]:
        counted = [row for row in unit["derivation"] if row["counted"]]
        assert sum(row["gained"] for row in counted) == unit["raw"]
        assert sum(row["points"] for row in counted) == unit["applicable"]
        for row in counted:
            lost = sum((part["points"] for part in row["lost"]), Decimal(0))
            assert row["gained"] == max(Decimal(0), row["points"] - lost)


def test_decimals_are_plain_json_numbers(world):
    state, round_ = world
    data = ENCODER.encode(scores_data(compile_round(state, round_)))
    unit = msgspec.json.decode(data)["units"][0]
    assert unit["raw"] == 12 and b'"raw":12,' in data and b'"gained":2.5' in data
    assert unit["vetoes"] == [{"checklist": "lzrh-dxz", "id": "RL-01", "effect": "red_line"}]
    assert msgspec.json.decode(data)["units"][2]["score"] is None, "不计分"


def test_a_unit_with_two_checklists_has_a_score_for_each_and_one_over_both():
    desk = Desk("a" * 12, "检查员甲")
    desk.judge(Verdict.FAIL, ("责任缺项", 2))
    second = ROUND.checklists[1]
    item = second.items()[0]
    desk.do(actions.judge(desk.state, "u1", second.id, item, actions.plain_verdict(item, Verdict.PASS)))
    unit = scores_data(compile_round(desk.state, ROUND))["units"][0]
    assert [(c["checklist"], c["raw"], c["applicable"]) for c in unit["checklists"]] == [
        ("small", 3, 4),
        ("second", 5, 5),
    ]
    assert (unit["raw"], unit["applicable"], unit["score"]) == (8, 9, Decimal("88.9"))
    out = io.StringIO()
    for renderable in score_renderables(compile_round(desk.state, ROUND)):
        Console(file=out, width=100).print(renderable)
    assert "小清单" in out.getvalue() and "又一清单" in out.getvalue()


def test_long_tables_come_in_pages_of_one_width():
    units = tuple(
        Unit(id=f"u{n}", code=f"U{n}", name=f"第{n}党小组", kind=UnitKind.PARTY_GROUP) for n in range(450)
    )
    big = msgspec.structs.replace(ROUND, units=units)
    pages = [
        r for r in summary_renderables(compile_round(Desk("a" * 12, "甲").state, big)) if hasattr(r, "rows")
    ]
    assert [len(page.rows) for page in pages] == [200, 200, 50]
    assert len({tuple(c.width for c in page.columns) for page in pages}) == 1
    assert [page.show_header for page in pages] == [True, False, False]


def test_what_is_kept_out_of_notices_is_counted_apart():
    desk, other = Desk("a" * 12, "检查员甲"), Desk("b" * 12, "检查员乙")
    desk.judge(Verdict.FAIL, "全无")
    desk.do(*actions.new_finding(desk.state, "u1", "r1", FindingKind.DEFICIENCY, "移交的"))
    desk.set("finding/u1/~r1", "referred", True)
    other.judge(Verdict.FAIL, "无责任人", unit="u2")
    desk.judge(Verdict.PASS, unit="u2")
    desk.take(other)
    outline = compile_round(desk.state, ROUND)
    totals = outline.totals
    assert (totals.problems, totals.referred, totals.red_lined, totals.contested) == (0, 1, 1, 1)
    assert "两种意见待裁定1项" in totals_lines(outline)[-1]
    assert "移交的" in shown(outline), "the team sees it in its own summary"


def test_an_alert_is_no_red_line():
    checklist = msgspec.structs.replace(
        ROUND.checklists[0], triggers=(Trigger(id="RL-1", text="即时上报", effect=TriggerEffect.ALERT),)
    )
    round_ = msgspec.structs.replace(ROUND, checklists=(checklist,))
    desk = Desk("a" * 12, "检查员甲")
    desk.judge(Verdict.FAIL, "全无")
    (finding,) = findings_of_unit(desk.state, round_, "u1", [checklist])
    assert red_lined(ROUND, finding) and not red_lined(round_, finding)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1"])
def test_csv_cells_never_become_formulas(text):
    assert safe_cell(text).startswith("'")


def test_csv_names_with_quotes_commas_and_lines_survive():
    unit = msgspec.structs.replace(ROUND.units[0], name='=第"1",组\n二')
    round_ = msgspec.structs.replace(ROUND, units=(unit, ROUND.units[1]))
    rows = list(csv.reader(io.StringIO(summary_csv(compile_round(Desk("a" * 12, "甲").state, round_)))))
    assert rows[0] == list(CSV_HEADS)
    assert rows[1][1] == '\'=第"1",组\n二' and len(rows[1]) == len(CSV_HEADS)


@pytest.mark.parametrize(
    "make", [summary_data, summary_csv, scores_data, lambda o: list(summary_renderables(o))]
)
def test_a_secret_round_tells_nothing(make):
    secret = msgspec.structs.replace(ROUND, secrecy=Secrecy.SECRET)
    with pytest.raises(ExportRefused):
        make(compile_round(Desk("a" * 12, "甲").state, secret))


def test_paths_stop_below_the_committee_and_survive_a_circle():
    def unit(id_: str, parent: str, kind: UnitKind) -> Unit:
        return Unit(id=id_, code=id_, name=id_, kind=kind, parent=parent)

    units = (
        unit("P", "", UnitKind.COMMITTEE),
        unit("Z", "P", UnitKind.GENERAL_BRANCH),
        unit("B", "Z", UnitKind.BRANCH),
        unit("G", "B", UnitKind.PARTY_GROUP),
        unit("X", "Y", UnitKind.PARTY_GROUP),
        unit("Y", "X", UnitKind.BRANCH),
    )
    round_ = msgspec.structs.replace(ROUND, units=units)
    assert unit_path(round_, units[3]) == "Z/B/G"
    assert unit_path(round_, units[4]) == "Y/X"
