"""Periods, trends and places: what they tell of rounds, and that one switch clears every ranking."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from ledger_work import a_round, carried, verify
from rich.cells import cell_len
from strategies import GW1, GW2, TS1, Desk

from inspect_tui.cli.main import run
from inspect_tui.model.round import Period as When
from inspect_tui.model.round import Round, Rules
from inspect_tui.model.scheme import Span
from inspect_tui.model.terms import Outcome, RollUp, UnitKind, Verdict
from inspect_tui.report.outline import compile_round
from inspect_tui.report.period_table import table_data, table_rows
from inspect_tui.report.periods import NotAPeriod, asked_period, mixed_checklists, table_of
from inspect_tui.report.places import places_data, places_lines, places_of, record_lists
from inspect_tui.report.ranking import progress_of, ranking_of
from inspect_tui.report.refusing import NoticeRefused
from inspect_tui.report.settled import all_issued
from inspect_tui.report.trends import SIGNS, NoSection, trend_csv, trend_data, trend_lines, trend_of
from inspect_tui.rules import actions
from inspect_tui.rules.ranking import allowed, why_not
from inspect_tui.rules.reviewing import NoReason


def month(number: int, lost: dict[str, int], *, practice: bool = False, **said: Any) -> tuple[Round, Desk]:
    """A monthly round in which each unit loses so many places of GW-02 (0.3 each of 3), the rest conforming.

    Only the small checklist is used: GW-02 alone is judged, so a loss of n makes (3 - 0.3n) / 3.
    """
    day = f"2026-{number:02d}-10"
    round_ = a_round(
        id=f"2026-{number:02d}",
        origin=f"{number:016d}",
        title=f"{number}月三基考核",
        period=When(label=f"2026年{number}月", start=day, end=day),
        practice=practice,
        **said,
    )
    desk = Desk(f"{number:012x}", "甲")
    for unit, times in lost.items():
        desk.do(*actions.begin_visit(desk.state, unit, day, desk.people))
        if times:
            desk.judge(Verdict.PARTIAL, ("记录不全", times), item=GW2, unit=unit)
        else:
            desk.judge(Verdict.PASS, item=GW2, unit=unit)
    return round_, desk


def pairs(*made: tuple[Round, Desk]) -> list[tuple[Round, Any]]:
    return [(round_, desk.state) for round_, desk in made]


YEAR = pairs(
    month(9, {"u1": 5, "u2": 0}),
    month(10, {"u1": 1, "u2": 2}),
    month(12, {"u1": 3}),
    month(11, {"u1": 10, "u2": 10}, practice=True),
)


def unit(table: Any, key: str) -> Any:
    return next(line.rolled for line in table.units if line.key == key)


def test_a_missing_month_is_neither_zero_nor_full() -> None:
    table = table_of(YEAR, Span.QUARTER)
    assert table.period.label == "2026年第四季度"
    assert [part.label for part in table.parts] == ["2026年10月", "2026年11月", "2026年12月"]
    assert unit(table, "u1").parts == (Decimal("90.0"), None, Decimal("70.0"))
    assert (unit(table, "u1").score, unit(table, "u1").missing) == (Decimal("80.0"), 1)
    assert (unit(table, "u2").score, unit(table, "u2").missing) == (Decimal("80.0"), 2)
    assert (unit(table, "u1").before, unit(table, "u1").change) == (50, 30)
    assert unit(table, "u2").change == -20
    assert table.left_out == (("11月三基考核", "是演练，不计入"),)
    data = {row["id"]: row for row in table_data(table)["units"]}
    assert data["u2"]["missing"] == ["2026年11月", "2026年12月"]
    assert data["u1"]["parts"] == [Decimal("90.0"), None, Decimal("70.0")]


@pytest.mark.parametrize(
    ("how", "score"),
    [(RollUp.MEAN, "80.0"), (RollUp.WEIGHTED, "80.0"), (RollUp.LATEST, "70.0"), (RollUp.WORST, "70.0")],
)
def test_how_months_become_one_is_data(how: RollUp, score: str) -> None:
    assert unit(table_of(YEAR, Span.QUARTER, rollup=how), "u1").score == Decimal(score)
    ruled = [(msgspec.structs.replace(round_, rules=Rules(rollup=how)), state) for round_, state in YEAR]
    table = table_of(ruled, Span.QUARTER)
    assert (table.rollup, unit(table, "u1").score) == (how, Decimal(score))


def test_weights_are_the_points_that_applied() -> None:
    first, second = month(10, {"u1": 0}), month(11, {"u1": 5})
    first[1].judge(Verdict.PASS, unit="u1")
    first[1].judge(Verdict.PASS, item=TS1, unit="u1", award="有且见效")
    table = table_of(pairs(first, second), Span.QUARTER, rollup=RollUp.WEIGHTED)
    assert unit(table, "u1").score == Decimal("91.2"), "(100×14 + 50×3) ÷ 17"


def test_the_year_by_quarters_and_what_was_wanted() -> None:
    table = table_of(YEAR, Span.YEAR, parts=Span.QUARTER)
    assert unit(table, "u1").parts == (None, None, Decimal("50.0"), Decimal("80.0"))
    assert unit(table, "u1").score == 65
    third = table_of(YEAR, Span.QUARTER, wanted=asked_period("2026Q3", Span.QUARTER))
    assert unit(third, "u1").score == 50
    assert ("12月三基考核", "不在2026年第三季度") in third.left_out
    with pytest.raises(NotAPeriod):
        table_of(YEAR, Span.QUARTER, wanted=asked_period("2025Q3", Span.QUARTER))
    with pytest.raises(NotAPeriod):
        table_of(YEAR[-1:], Span.YEAR)


@pytest.mark.parametrize(
    ("text", "span", "label"),
    [
        ("2026Q4", Span.QUARTER, "2026年第四季度"),
        ("2026-11", Span.MONTH, "2026年11月"),
        ("2026-11", Span.QUARTER, "2026年第四季度"),
        ("2026h2", Span.HALF, "2026年下半年"),
        ("2026W47", Span.WEEK, "2026年第47周"),
        ("2026-11-20", Span.WEEK, "2026年第47周"),
        ("2026", Span.YEAR, "2026年"),
    ],
)
def test_periods_people_write(text: str, span: Span, label: str) -> None:
    assert asked_period(text, span).label == label


@pytest.mark.parametrize("text", ["2026Q5", "去年", "2026-13", "2026W60", "", "2026-02-30", "２０２６Q4x"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(NotAPeriod):
        asked_period(text, Span.QUARTER)


def test_a_year_names_no_quarter() -> None:
    with pytest.raises(NotAPeriod, match="哪一季度"):
        asked_period("2026", Span.QUARTER)


def test_the_items_failed_most_are_counted_over_the_period() -> None:
    table = table_of(YEAR, Span.QUARTER)
    (item,) = table.failed
    assert (item.item, item.failed, item.judged, item.units) == ("GW-02", 3, 3, ("第1党小组", "第2党小组"))
    (mine,) = table_of(YEAR, Span.QUARTER, unit="u1").failed
    assert (mine.failed, mine.judged) == (2, 2)


def test_sections_are_over_all_units_together() -> None:
    table = table_of(YEAR, Span.QUARTER)
    gw = next(line.rolled for line in table.sections if line.key == "small/GW")
    assert gw.parts == (Decimal("85.0"), None, Decimal("70.0"))
    heads, rows = table_rows(table, table.sections)
    assert heads == ["大项", "10月", "11月", "12月", "得分", "上期", "增减", "缺"]
    assert ["岗位责任", "85.0", "-", "70.0", "77.5", "75.0", "+2.5", "1/3"] in rows


def test_rounds_of_other_checklists_are_told() -> None:
    assert not mixed_checklists(round_ for round_, _ in YEAR)
    when = When(label="十月", start="2026-10-20")
    other = a_round(checklists=YEAR[0][0].checklists[:1], period=when)
    assert mixed_checklists([YEAR[0][0], other])
    table = table_of([*YEAR, (other, Desk("f" * 12, "甲").state)], Span.QUARTER, checklist="second")
    assert ("2026年第四季度回头看", "没有用清单second") in table.left_out


def test_a_period_is_ranked_only_when_asked_and_allowed() -> None:
    plain = json.dumps(table_data(table_of(YEAR, Span.QUARTER)), default=str, ensure_ascii=False)
    assert "ranking" not in plain and "place" not in plain
    low = [(msgspec.structs.replace(r, rules=Rules(rank_coverage=Decimal(0))), s) for r, s in YEAR]
    data = table_data(table_of(low, Span.QUARTER, ranking=True))
    assert [(p["place"], p["unit"], p["tied"]) for p in data["ranking"]] == [(1, "u1", True), (1, "u2", True)]
    assert [p["unit"] for p in data["progress"]] == ["u1"]
    strict = table_data(table_of(YEAR, Span.QUARTER, ranking=True))
    assert strict["ranking"] == [] and all("覆盖率" in row["why"] for row in strict["not_ranked"])
    off = [(msgspec.structs.replace(r, rules=Rules(no_ranking=True)), s) for r, s in YEAR]
    with pytest.raises(NotAPeriod, match="不排名"):
        table_of(off, Span.QUARTER, ranking=True)


# -------------------------------------------------------------------- places


def finished(lost: dict[str, int], **said: Any) -> tuple[Round, Desk]:
    round_, desk = month(10, lost, rules=Rules(**({"rank_coverage": Decimal("0.1")} | said)))
    for name in lost:
        desk.do(*actions.visit_fields(desk.state, name, {"counterpart": "周一"}))
        desk.do(actions.submit(desk.state, name))
    return round_, desk


def test_one_question_answers_whether_to_rank() -> None:
    round_, desk = finished({"u1": 1, "u2": 2})
    assert allowed(round_) and not why_not(round_)
    outline = compile_round(desk.state, round_)
    assert [p.digest.unit.id for p in ranking_of(outline).lists[0].places] == ["u1", "u2"]
    off = msgspec.structs.replace(round_, rules=Rules(no_ranking=True))
    practice = msgspec.structs.replace(round_, practice=True)
    for closed in (off, practice):
        assert not allowed(closed)
        with pytest.raises(NoticeRefused, match=re.escape(why_not(closed))):
            ranking_of(compile_round(desk.state, closed))


def test_units_hardly_looked_at_are_left_out_with_the_reason() -> None:
    round_, desk = finished({"u1": 1, "u2": 2}, rank_coverage=Decimal("0.8"))
    with pytest.raises(NoticeRefused):
        ranking_of(compile_round(desk.state, round_))


def test_progress_stands_beside_and_lists_who_did_not_progress() -> None:
    round_, desk = finished({"u1": 1, "u2": 2})
    outline = compile_round(desk.state, round_)
    (board,) = progress_of(outline, {"u1": Decimal(80), "u2": Decimal("80.0")})
    assert [(p.place, p.unit, p.change) for p in board.places] == [(1, "u1", 10)]
    assert board.left_out == (("第2党小组", "没有提高"),)
    (none,) = progress_of(outline, {})
    assert none.places == () and {why for _, why in none.left_out} == {"没有上期得分"}


def test_red_and_black_lists_need_a_named_approver_and_are_recorded() -> None:
    round_, desk = finished({"u1": 1, "u2": 2})
    outline = compile_round(desk.state, round_)
    with pytest.raises(NoReason):
        places_of(outline, red=1)
    with pytest.raises(NoReason):
        places_of(outline, black=1, approved_by=" \u200b ")
    places = places_of(outline, red=1, black=1, approved_by="王书记")
    assert (places.listed[0].red, places.listed[0].black) == (("u1",), ("u2",))
    told = places_lines(places)
    assert "红榜：第1党小组" in told and "黑榜：第2党小组" in told and "审定：王书记" in told
    assert places_data(places)["approved_by"] == "王书记"
    desk.do(*record_lists(desk.state, places, dt.date(2026, 11, 20)))
    (sent,) = all_issued(desk.state)
    assert (sent.kind, sent.approved_by, sent.by) == ("red_black", "王书记", ("甲",))
    assert {key: told.role for key, told in sent.sentences.items()} == {"u1": "red", "u2": "black"}


def test_equals_across_the_line_of_a_list_stay_off_it() -> None:
    round_, desk = finished({"u1": 2, "u2": 2})
    places = places_of(compile_round(desk.state, round_), red=1, black=1, approved_by="王书记")
    assert (places.listed[0].red, places.listed[0].black) == ((), ())
    assert [line for line in places_lines(places) if line.startswith("第1名（并列）")]


# -------------------------------------------------------------------- trends


def test_a_trend_is_one_point_a_round_by_day() -> None:
    trend = trend_of(YEAR, unit="u1")
    assert [(p.label, p.score) for p in trend.points] == [
        ("2026年9月", Decimal("50.0")),
        ("2026年10月", Decimal("90.0")),
        ("2026年12月", Decimal("70.0")),
    ]
    assert trend.left_out == (("11月三基考核", "是演练，不计入"),)
    assert [p.score for p in trend_of(YEAR).points] == [Decimal("75.0"), Decimal("85.0"), Decimal("70.0")]
    assert trend_of(YEAR, section="GW").points == trend_of(YEAR, section="岗位责任").points
    with pytest.raises(NoSection):
        trend_of(YEAR, section="没有")


def test_charts_are_aligned_and_need_no_colour() -> None:
    assert len(set(SIGNS.values())) == len(SIGNS) and all(s.isascii() for s in SIGNS.values())
    for width in (60, 80, 120):
        lines = trend_lines(trend_of(YEAR), width)
        bars = [line for line in lines if " |" in line]
        assert len(bars) == 6 and len({cell_len(line.partition(" |")[0]) for line in bars}) == 1
        assert all(cell_len(line) <= width for line in lines)
    scores = [line for line in lines if "#" in line]
    lengths = [line.count("#") for line in scores]
    assert lengths[1] > lengths[0] > lengths[2] and "+10.0" in scores[1] and "-15.0" in scores[2]


def test_a_round_without_a_score_is_said_and_problems_stand_by_state() -> None:
    round_ = a_round(carried(1), carried(2), period=When(label="2026年12月", start="2026-12-20"))
    desk = Desk("d" * 12, "甲")
    verify(desk, round_, Outcome.FIXED)
    trend = trend_of([*YEAR, (round_, desk.state)])
    last = trend.points[-1]
    assert (last.score, last.problems, last.states["closed"], last.states["open"]) == (None, 2, 1, 1)
    lines = trend_lines(trend)
    assert any(line.endswith("没有得分") for line in lines) and any("xo 2个" in line for line in lines)
    rows = list(csv.DictReader(io.StringIO(trend_csv(trend))))
    data = trend_data(trend)["points"]
    for row, point in zip(rows, data, strict=True):
        assert row["得分"] == ("" if point["score"] is None else str(point["score"]))
        assert int(row["问题"]) == point["problems"] == sum(int(row[s.label]) for s in SIGNS)
    assert trend_lines(trend_of([]))[-1] == "没有可以计入的轮次。"


def test_hostile_names_are_printed_as_they_are() -> None:
    round_, desk = month(10, {"u1": 1})
    evil = msgspec.structs.replace(round_, period=When(label="=1+1[/]\x1b[31m", start="2026-10-10"))
    lines = trend_lines(trend_of([(evil, desk.state)]))
    assert any("=1+1[/][31m" in line for line in lines) and not any("\x1b" in line for line in lines)
    assert (
        next(csv.reader(io.StringIO(trend_csv(trend_of([(evil, desk.state)])).splitlines()[1])))[0][0] == "'"
    )


# -------------------------------------------------------------------- command line


@pytest.fixture(scope="module")
def demo(tmp_path_factory, demo_at):
    patch = pytest.MonkeyPatch()
    patch.setenv("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    yield demo_at(tmp_path_factory.mktemp("d") / "demo").root
    patch.undo()


ROUNDS = ("2026Q2-lookback", "2026Q3-lookback", "2026Q4-lookback")


def told(capsysbinary, *words: object) -> tuple[int, str]:
    code = run([str(word) for word in words])
    out = capsysbinary.readouterr()
    return code, (out.out + out.err).decode("utf-8", "replace")


def test_period_and_trend_on_the_command_line(demo, capsysbinary) -> None:
    where = ["--workspace", demo]
    code, text = told(capsysbinary, "period", *ROUNDS, "--span", "year", *where, "--json")
    data = json.loads(text)
    assert code == 0 and data["period"]["label"] == "2026年" and len(data["parts"]) == 12
    code, plain = told(capsysbinary, "period", *ROUNDS, "--span", "year", *where)
    assert code == 0 and "失分最多的检查内容" in plain and "不算零分也不算满分" in plain
    code, table = told(capsysbinary, "period", *ROUNDS, "--span", "year", *where, "--csv")
    rows = {row["单位"]: row for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff")))}
    for row in data["units"]:
        wanted = "" if row["score"] is None else str(row["score"])
        assert rows[row["name"]]["得分"] == wanted and (not wanted or wanted in plain)
    code, text = told(capsysbinary, "trend", *ROUNDS, *where, "--unit", "DG02", "--json")
    points = json.loads(text)["points"]
    assert code == 0 and [p["label"] for p in points] == [
        "2026年第二季度",
        "2026年第三季度",
        "2026年第四季度",
    ]
    code, text = told(capsysbinary, "score", demo / "rounds" / ROUNDS[2], "--unit", "DG02", "--json")
    assert json.loads(text)["units"][0]["score"] == points[2]["score"]
    assert told(capsysbinary, "period", *ROUNDS, "--span", "month", "--of", "2031-01", *where)[0] == 1
    assert told(capsysbinary, "trend", *ROUNDS, "--section", "没有", *where)[0] == 1


def test_bonus_and_places_on_the_command_line(demo, capsysbinary) -> None:
    where = ["--workspace", demo, "--round", ROUNDS[2]]
    lead = ["--as", "检查员乙"]
    folder = demo / "rounds" / ROUNDS[2]
    before = json.loads(told(capsysbinary, "score", folder, "--unit", "DG01", "--json")[1])["units"][0]
    given = ["bonus", "give", "DG01", "1.5", "--reason", "现场会", "--basis", "党委通知", *where]
    assert told(capsysbinary, *given, "--as", "检查员甲")[0] == 1, "only a lead gives"
    assert told(capsysbinary, *given[:6], *where, *lead)[0] == 1, "not without a basis"
    assert told(capsysbinary, "bonus", "give", "DG01", "1e3", *where, *lead)[0] == 2
    code, text = told(capsysbinary, *given, *lead, "--json")
    record = json.loads(text)["record"]
    after = json.loads(told(capsysbinary, "score", folder, "--unit", "DG01", "--json")[1])["units"][0]
    assert code == 0 and after["score"] == pytest.approx(before["score"] + 1.5)
    assert after["bonuses"][0]["by"] == ["检查员乙"]
    assert record in told(capsysbinary, "bonus", "list", *where)[1]
    assert told(capsysbinary, "bonus", "remove", record, *where, *lead)[0] == 0
    assert told(capsysbinary, "bonus", "remove", record, *where, *lead)[0] == 1
    past = demo / "rounds" / ROUNDS[1]
    assert told(capsysbinary, "score", past, "--rank", "--red", "1")[0] == 1
    asked = ["score", past, "--rank", "--before", demo / "rounds" / ROUNDS[0], "--red", "1"]
    code, text = told(capsysbinary, *asked, "--approved-by", "王书记", *lead, "--json")
    ranking = json.loads(text)["ranking"]
    assert code == 0 and ranking["approved_by"] == "王书记" and ranking["progress"][0]["places"]
    assert "derivation" not in told(capsysbinary, "score", past, "--derivation")[1]
    assert "检查员甲 2026-08-18" in told(capsysbinary, "score", past, "--unit", "DG02", "--derivation")[1]


RANKED = re.compile(r"名次|第[0-9一二三四五六七八九十]+名|排名|进步榜|红榜|\"place\"")


def test_the_switch_clears_ranking_from_every_export(demo, capsysbinary, tmp_path) -> None:
    import shutil

    root = tmp_path / "off"
    shutil.copytree(demo, root)
    for path in (root / "rounds").glob("*/round.json"):
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["rules"]["no_ranking"] = True
        path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    folder, where = root / "rounds" / ROUNDS[1], ["--workspace", root]
    allowed_: list[tuple[object, ...]] = [
        ("summary", folder), ("summary", folder, "--json"), ("summary", folder, "--csv"),
        ("score", folder), ("score", folder, "--json"), ("score", folder, "--derivation"),
        ("ledger", folder), ("delta", folder), ("report", folder),
        ("digest", folder, "--since", "2026-09-01"),
        ("period", *ROUNDS, "--span", "year", *where), ("trend", *ROUNDS, *where),
        ("period", *ROUNDS, "--span", "year", *where, "--csv"),
        ("contest", "judge", "yxdxz-pennant", ROUNDS[1], *where, "--as", "检查员乙"),
        *(("notice", folder, "--kind", kind) for kind in ("situation", "praise", "bulletin")),
    ]  # fmt: skip
    for words in allowed_:
        code, text = told(capsysbinary, *words)
        assert code == 0 and len(text) > 50, words
        text = text.replace("写明不排名，不比较名次", "")
        assert not RANKED.search(text), (words, RANKED.search(text))
    refused: list[tuple[object, ...]] = [
        ("score", folder, "--rank"), ("score", folder, "--rank", "--json"),
        ("notice", folder, "--kind", "ranking"),
        ("report", folder, "--kind", "ranking", "--to", "xlsx", "-o", tmp_path / "r.xlsx"),
        ("period", *ROUNDS, "--span", "year", "--rank", *where),
    ]  # fmt: skip
    for words in refused:
        code, text = told(capsysbinary, *words)
        assert code == 1 and "不排名" in text and "第1名" not in text, words
    assert not (tmp_path / "r.xlsx").exists()
    assert RANKED.search(told(capsysbinary, "score", demo / "rounds" / ROUNDS[1], "--rank")[1])
    for to in ("xlsx", "csv", "docx"):
        path = tmp_path / f"out.{to}"
        assert told(capsysbinary, "report", folder, "--to", to, "-o", path)[0] == 0
        assert not RANKED.search(words_of(path)), to


def words_of(path: Any) -> str:
    """All words in a file, unpacked where it is a package."""
    import zipfile

    if path.suffix == ".csv":
        return path.read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(path) as package:
        return "".join(
            re.sub(r"<[^>]+>", "", package.read(name).decode("utf-8"))
            for name in package.namelist()
            if name.endswith("document.xml") or "sharedStrings" in name or "worksheets/sheet" in name
        )


def test_the_small_round_has_units_of_one_kind() -> None:
    assert {u.kind for u in YEAR[0][0].units if u.id in ("u1", "u2")} == {UnitKind.PARTY_GROUP}
    assert GW1.id == "GW-01"
