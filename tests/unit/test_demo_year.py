"""The demo of a year: made through the real doors, recounted by hand, the same numbers everywhere."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
from decimal import ROUND_HALF_UP, Decimal

import pytest

from inspect_tui.cli import main as cli
from inspect_tui.demo_stages import BRANCHES, COMPANY_LEAD, PLANT_LEAD, SECRETARIES
from inspect_tui.demo_year import CONTEST, GROUPS, LEAD, MISSING, YEAR, is_year, make_year
from inspect_tui.exchange.source import read_source
from inspect_tui.exchange.verifying import verify_all
from inspect_tui.model.terms import Outcome, Stage
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.rules.points import points_of
from inspect_tui.rules.result import unit_result
from inspect_tui.rules.sheet import UnitSheet
from inspect_tui.store.loading import load_appraisal
from inspect_tui.store.workspace import Workspace

MONTHS = [month for month in range(1, 13) if month != MISSING]
QUARTERS = {"第一": (1, 2, 3), "第二": (4, 5, 6), "第三": (7, 8, 9), "第四": (10, 11, 12)}
NAMES = {unit: f"东沟第{n}党小组" for n, unit in enumerate(GROUPS, 1)}


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    yield make_year(tmp_path_factory.mktemp("y") / "全年")
    patch.undo()


@pytest.fixture(scope="module")
def months(year):
    """Every monthly round as it was read, by month."""
    return {month: read_source(year.round_dir(f"{YEAR}M{month:02d}-assessment")) for month in MONTHS}


@pytest.fixture(scope="module")
def scores(months):
    """Each group's score in each month, straight from its answers."""
    found = {}
    for month, source in months.items():
        for unit_id in GROUPS:
            score = unit_result(UnitSheet(source.state, source.round, unit_id)).score
            assert score is not None
            found[unit_id, month] = score
    return found


def mean(values) -> Decimal | None:
    """A plain mean to one decimal, half up; None of nothing."""
    held = list(values)
    total = sum(held, Decimal(0))
    return (total / len(held)).quantize(Decimal("0.1"), ROUND_HALF_UP) if held else None


def of_months(scores, unit_id: str, wanted) -> Decimal | None:
    return mean(scores[unit_id, month] for month in wanted if month != MISSING)


def exported(year: Workspace, name: str) -> str:
    return (year.exports_dir / f"{YEAR}年考评" / name).read_text(encoding="utf-8-sig")


def exported_json(year: Workspace, name: str):
    return json.loads(exported(year, name), parse_float=Decimal)


def test_it_is_a_sound_workspace_and_every_file_verifies(year):
    assert is_year(year.root) and year.identity().name == LEAD
    entries = year.rounds()
    assert len(entries) == len(MONTHS) + 5 and not any(e.faults for e in entries)
    files = [year.findings_path(e.id, w) for e in entries for w in year.writers(e.id)]
    assert len(files) >= 2 * len(MONTHS) + 7
    assert {str(path): faults for path in files if (faults := verify_all(path).doubts)} == {}


def test_every_round_is_whole_and_submitted(months):
    for month, source in months.items():
        assert source.messages == ()
        for unit_id in GROUPS:
            result = unit_result(UnitSheet(source.state, source.round, unit_id))
            assert result.coverage == 1, (month, unit_id)


def test_problems_go_on_from_month_to_month(months):
    rows = {m: ledger_rows(s.state, s.round, f"{YEAR}-12-31") for m, s in months.items()}
    carried = {m: [row for row in held if row.carried] for m, held in rows.items()}
    assert not carried[1] and all(carried[m] for m in MONTHS[1:])
    outcomes = {t.step.outcome for held in rows.values() for row in held for t in row.outcomes}
    assert {Outcome.FIXED, Outcome.NOT_FIXED, Outcome.RELAPSED} <= outcomes
    assert any(row.again for row in carried[2]), "a problem that was not put right costs points again"
    for before, month in itertools.pairwise(MONTHS):
        left = {row.id for row in rows[before] if row.carried_to}
        assert left == {row.id for row in carried[month]}, "what one month leaves is what the next looks at"


def test_scores_rise_and_fall(scores):
    for unit_id in GROUPS:
        told = [scores[unit_id, month] for month in MONTHS]
        steps = {(a < b) - (a > b) for a, b in itertools.pairwise(told)}
        assert {1, -1} <= steps, (unit_id, told)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_quarter_is_what_a_plain_recount_says(year, scores, quarter):
    months = QUARTERS[quarter]
    before = tuple(m - 3 for m in months)
    data = exported_json(year, f"{YEAR}年{quarter}季度得分.json")
    assert [line["id"] for line in data["units"]] == list(GROUPS)
    for line in data["units"]:
        expected = [scores.get((line["id"], month)) for month in months]
        assert line["parts"] == expected
        assert line["score"] == of_months(scores, line["id"], months)
        assert line["counted"] == len([s for s in expected if s is not None])
        earlier = of_months(scores, line["id"], before) if before[0] > 0 else None
        assert line["before"] == earlier
        assert line["change"] == (None if earlier is None else line["score"] - earlier)


def test_the_year_is_what_a_plain_recount_says_and_august_is_missing(year, scores):
    data = exported_json(year, f"{YEAR}年得分.json")
    for line in data["units"]:
        assert line["parts"] == [scores.get((line["id"], month)) for month in range(1, 13)]
        assert line["score"] == of_months(scores, line["id"], range(1, 13))
        assert line["missing"] == [f"{YEAR}年{MISSING}月"]
        assert (line["counted"], line["expected"]) == (11, 12)
    assert not any(dt.date.fromisoformat(r["day"]).month == MISSING for r in data["rounds"])
    third = exported_json(year, f"{YEAR}年第三季度得分.json")
    assert all(line["missing"] == [f"{YEAR}年{MISSING}月"] for line in third["units"])


def test_text_csv_and_json_hold_equal_numbers_and_rank_nobody(year):
    names = [f"{YEAR}年{quarter}季度得分" for quarter in QUARTERS] + [f"{YEAR}年得分"]
    for name in names:
        data = exported_json(year, f"{name}.json")
        assert "ranking" not in data and "名次" not in exported(year, f"{name}.txt")
        rows = {row["单位"]: row for row in csv.DictReader(io.StringIO(exported(year, f"{name}.csv")))}
        text = exported(year, f"{name}.txt")
        assert set(rows) == set(NAMES.values())
        for line in data["units"]:
            row = list(rows[line["name"]].values())
            told = [*line["parts"], line["score"], line["before"]]
            assert row[1 : len(told) + 1] == ["" if value is None else str(value) for value in told]
            # A wide table goes on below: its lines of one unit together are the whole row.
            words = [
                w
                for words in map(str.split, text.splitlines())
                if words[:1] == [line["name"]]
                for w in words[1:]
            ]
            assert words[: len(told)] == ["-" if value is None else str(value) for value in told]


def test_pennants_are_given_with_their_reasons(year, scores):
    held = exported_json(year, "优秀党小组流动红旗_历次获得者.json")["awards"]
    assert [a["period"] for a in held] == [f"{YEAR}年{quarter}季度" for quarter in QUARTERS]
    assert all(a["contest"] == CONTEST and a["signed_by"] == [LEAD] and len(a["winners"]) == 1 for a in held)
    winners = [a["winners"][0] for a in held]
    best = []
    for months in QUARTERS.values():
        told = {unit_id: of_months(scores, unit_id, months) for unit_id in GROUPS}
        best.append({unit_id for unit_id in GROUPS if told[unit_id] == max(told.values())})
    assert [w in b for w, b in zip(winners, best, strict=True)] == [True, False, True, True]
    assert best[1] == {"DG02"}, "the best of the second quarter had something grave open"
    assert len(best[2]) == 2 and held[2]["reason"], "a tie is settled by the lead, who says why"
    told = exported(year, "优秀党小组流动红旗_评选理由_只供组长.txt")
    _, first, second, third, fourth = told.split("优秀党小组流动红旗（草案）")
    refused = second.partition("不符合条件")[2]
    assert "东沟第2党小组" in refused and "1个严重问题没有销号" in refused
    assert "各项都相同，超过名额，请组长选定" in third and held[2]["reason"] in third
    assert f"建议：{NAMES[winners[0]]}" in first and f"建议：{NAMES[winners[3]]}" in fourth


def test_the_pennant_is_handed_on(year):
    text = exported(year, "优秀党小组流动红旗_交接单.csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    takers = [row["接收单位"] for row in rows]
    assert [row["交出单位"] for row in rows] == ["（首次）", *takers[:-1]]
    assert len(set(takers)) == len(GROUPS)


def test_the_command_tells_the_same_holders(year, capsysbinary):
    assert cli.run(["contest", "history", "--workspace", str(year.root), "--json"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert told == json.loads(exported(year, "优秀党小组流动红旗_历次获得者.json"))


def test_a_branch_goes_through_the_stages(year, capsysbinary):
    assert cli.run(["grade", "show", "--workspace", str(year.root), "--date", f"{YEAR}-12-31", "--json"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert told == json.loads(exported(year, "达标晋级升降.json"))
    units = {unit["unit"]: unit for unit in told["units"]}
    assert set(units) == set(BRANCHES)
    for unit_id, unit in units.items():
        stages = {stage["stage"]: stage for stage in unit["stages"]}
        assert list(stages)[:3] == [Stage.SELF.value, Stage.RECOMMEND.value, Stage.ACCEPT.value]
        assert stages["self"]["signers"] == [SECRETARIES[unit_id]]
        assert stages["recommend"]["signers"] == [PLANT_LEAD]
        assert stages["accept"]["signers"] == [COMPANY_LEAD]
        marks = [stages[name]["score"] for name in ("self", "recommend", "accept")]
        assert marks[0] > marks[1] > marks[2], "each stage looked more closely"
        assert stages["accept"]["change"] == pytest.approx(marks[2] - marks[1])
        assert unit["differences"] and all(stage["submitted"] for stage in stages.values())
    assert [units[u]["moved"] for u in BRANCHES] == [1, -1, 0]
    assert told["counts_text"] == "红旗1 标准化2"


def test_one_branch_puts_things_right_in_time(year):
    units = {u["unit"]: u for u in json.loads(exported(year, "达标晋级升降.json"))["units"]}
    unit = units["DG-B3"]
    order, passed = unit["steps"]
    assert (order["kind"], order["to"], passed["kind"], passed["to"]) == (
        "order",
        "ordered",
        "pass",
        "granted",
    )
    assert order["on"] < passed["on"] <= order["due"] and passed["who"] == COMPANY_LEAD
    scored = {stage["stage"]: stage["score"] for stage in unit["stages"]}
    assert scored["accept"] < 80 <= scored["recheck"] and unit["decided_by"] == "recheck"
    assert unit["previous"] == unit["level"] == "standard"


def test_movements_are_the_same_in_csv(year):
    data = {u["name"]: u for u in json.loads(exported(year, "达标晋级升降.json"))["units"]}
    for row in csv.DictReader(io.StringIO(exported(year, "达标晋级升降.csv"))):
        unit = data[row["单位"]]
        assert (row["等级"], row["变动"]) == (unit["level_name"], unit["movement"])
        assert Decimal(row["验收分"]) == Decimal(
            str({s["stage"]: s["score"] for s in unit["stages"]}["accept"])
        )


def test_the_appraisal_keeps_sums_only(year):
    (path,) = (year.root / "测评").iterdir()
    appraisal, _ = load_appraisal(path)
    small = {
        (s.name, level) for s in appraisal.subjects for level, n in s.ballots.items() if n < appraisal.least
    }
    assert len(small) == 1
    assert not [t for s in appraisal.subjects for t in s.tallies if (s.name, t.level) in small]
    group = exported(year, f"{appraisal.title}_群内版.txt")
    assert "平均" in group and not any(s.name in group for s in appraisal.subjects)


def test_one_month_of_points_came_in(months):
    state = months[12].state
    told = {unit_id: points_of(state, unit_id) for unit_id in GROUPS}
    assert all([p.month for p in found] == [f"{YEAR}-12"] for found in told.values())
    assert [len(found[0].count.bad) for found in told.values()] == [0, 1, 0, 0]
    assert told["DG01"][0].count.rewards == 3 and told["DG01"][0].count.penalties == 1


@pytest.mark.sweep
def test_two_demos_hold_the_same_records(year, tmp_path):
    other = make_year(tmp_path / "again")
    for entry in year.rounds():
        one, two = read_source(year.round_dir(entry.id)), read_source(other.round_dir(entry.id))
        assert one.raw == two.raw and one.state.ids() == two.state.ids()
    for path in year.exports_dir.rglob("*.*"):
        assert path.read_bytes() == (other.root / path.relative_to(year.root)).read_bytes(), path.name


def test_the_command_goes_on_with_it(year, capsysbinary):
    assert cli.run(["demo", "--year", "--dir", str(year.root), "--no-open"]) == 0
    assert "接着上次的演示" in capsysbinary.readouterr().err.decode("utf-8")


def test_it_opens_at_a_round_the_user_leads(year):
    newest = year.rounds()[0].round
    assert newest is not None and newest.teams[0].lead == year.identity().name
