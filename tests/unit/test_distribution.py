"""Recounting 二次分配: by rule and by a slow recount, sheets of several shapes, nobody's line ever kept."""

from __future__ import annotations

import io
import json
import random
import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telling_work import make_round, make_space, work

from inspect_tui.cli.main import run
from inspect_tui.exchange.distribution_sheet import read_distribution_sheet
from inspect_tui.exchange.verifying import change_faults
from inspect_tui.model.change import Body, Edit, recount_key
from inspect_tui.model.distribution import Distribution, Measure, Part, RestTo, RoundTo
from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.deciding import questions
from inspect_tui.rules.distribution import PayRow, Recount, part_words, recount
from inspect_tui.rules.fold import State
from inspect_tui.rules.recounts import RecountTold, read_told, recounts_of, sentence, set_recount, told_of
from inspect_tui.store.loading import check_file, load_distribution
from inspect_tui.store.shipped import shipped_distributions
from sweeps import times

D = Decimal
NAMES = ("赵甲乙", "钱丙丁", "孙戊己", "李庚辛")
AMOUNTS = ("1207.13", "1093.77", "911.41", "700.19")
SHEET = """东沟采油一班10月奖金分配表
序号,姓名,岗位,考核得分,单项奖励,考核扣减,实发金额,签字
1,赵甲乙,班长,98,,,1207.13,
2,钱丙丁,巡井工,90,100,,1093.77,
3,孙戊己,资料员,85,,50,911.41,
4,李庚辛,巡井工,80,,,700.19,
合计,,,,,,3912.50,
制表：某人
"""


def rule(*parts: Part, **more: Any) -> Distribution:
    made: dict[str, Any] = {
        "format": "inspect-tui/distribution",
        "version": "1.0",
        "id": "r",
        "title": "细则",
    }
    return Distribution(**made, parts=parts, **more)


def line(row: int, paid: str | None = None, post: str = "", bad: str = "", **values: str | int) -> PayRow:
    held = {Measure(key): D(value) for key, value in values.items()}
    return PayRow(
        row=row, key=f"p{row}", who=f"人{row}", post=post, values=held,
        paid=None if paid is None else D(paid), cell=f"E{row}", bad=bad,
    )  # fmt: skip


def dues(made: Recount) -> list[Decimal | None]:
    return [row.due for row in made.rows]


POINTS = Part(name="得分", by=(Measure.POINTS,))


# -------------------------------------------------------------------- the rule


def slow(
    rule_: Distribution, rows: list[PayRow], total: Decimal
) -> tuple[dict[int, Decimal], dict[int, Fraction]]:
    """The same by whole cents: floors first, then one unit after the other to whoever lost most.

    Gives each line's amount and what part of a unit it lost.
    """
    unit = Fraction(rule_.round_to.unit)
    exact = {row.row: Fraction(0) for row in rows}
    left = Fraction(total)
    for part in rule_.parts:
        weight = {}
        for row in rows:
            weight[row.row] = Fraction(1)
            for measure in part.by:
                value = row.values.get(measure, D(0))
                if measure is Measure.COEFFICIENT:
                    value = rule_.coefficients[row.post]
                weight[row.row] *= Fraction(value)
        whole = sum(weight.values())
        for number, each in weight.items():
            if part.each is not None:
                gets = Fraction(part.each) * each
            else:
                pot = left if part.amount is None and part.share is None else Fraction(part.amount or 0)
                pot = Fraction(total) * Fraction(part.share) if part.share is not None else pot
                gets = pot * each / whole
            exact[number] += gets
        left = Fraction(total) - sum(exact.values())
    units = {number: amount / unit for number, amount in exact.items()}
    floors = {number: amount.numerator // amount.denominator for number, amount in units.items()}
    lost = {number: units[number] - floors[number] for number in units}
    whole_units = sum(units.values())
    target = (2 * whole_units.numerator + whole_units.denominator) // (2 * whole_units.denominator)
    while sum(floors.values()) < target:
        worst = max(floors, key=lambda number: (units[number] - floors[number], number))
        floors[worst] += 1
        units[worst] = Fraction(floors[worst])
    return {number: rule_.round_to.unit * count for number, count in floors.items()}, lost


lines = st.lists(
    st.tuples(
        st.integers(1, 120), st.integers(1, 31), st.integers(0, 300), st.integers(0, 50), st.booleans()
    ),
    min_size=1,
    max_size=12,
)
POSTS = {"班长": D("1.3"), "巡井工": D("1.1")}


@settings(max_examples=times(60), deadline=None)
@given(lines, st.integers(0, 3_000_000), st.sampled_from(RoundTo), st.randoms(use_true_random=False))
def test_a_recount_agrees_with_a_slow_one_and_keeps_the_sum_in_any_order(
    drawn: list[tuple[int, int, int, int, bool]], cents: int, to: RoundTo, chance: random.Random
) -> None:
    rows = [
        line(
            n,
            paid=str(D(reward)),
            post="班长" if head else "巡井工",
            points=points,
            days=days,
            reward=reward,
            penalty=penalty,
        )
        for n, (points, days, reward, penalty, head) in enumerate(drawn, 1)
    ]
    given_rule = rule(
        Part(name="固定", each=D(20)),
        Part(name="奖励", each=D(1), by=(Measure.REWARD,)),
        Part(name="扣减", each=D(-1), by=(Measure.PENALTY,)),
        Part(name="系数", share=D("0.3"), by=(Measure.COEFFICIENT,)),
        Part(name="余下", by=(Measure.DAYS, Measure.POINTS)),
        coefficients=POSTS,
        round_to=to,
    )
    total = D(cents) / 100 + 10_000
    made = recount(given_rule, rows, total)
    assert not made.blocked and [row.row for row in made.rows] == [row.row for row in rows]
    # Both give the last cents to those who lost most; who that is of equals may differ by one unit.
    expected, lost = slow(given_rule, rows, total)
    assert sum(dues(made)) == sum(expected.values())  # type: ignore[arg-type]
    assert abs(made.due_sum - total) <= to.unit / 2
    shared = Counter(lost.values())
    for row in made.rows:
        assert row.due is not None
        slack = to.unit if shared[lost[row.row]] > 1 else 0
        assert abs(row.due - expected[row.row]) <= slack
        assert abs(sum(row.steps) - row.due) <= to.unit + D("0.05")
    mixed = list(rows)
    chance.shuffle(mixed)
    again = {row.row: row for row in recount(given_rule, mixed, total).rows}
    assert [again[row.row] for row in made.rows] == list(made.rows)


def test_rounding_and_where_the_rest_goes() -> None:
    three = [line(1, points=1), line(2, points=1), line(3, points=1)]
    assert dues(recount(rule(POINTS), three, D("100"))) == [D("33.34"), D("33.33"), D("33.33")]
    # The sheet's own choice of who gets the last cent is no mistake.
    paid = [line(n, paid, points=1) for n, paid in ((1, "33.33"), (2, "33.33"), (3, "33.34"))]
    assert not recount(rule(POINTS), paid).wrong
    keep = recount(rule(POINTS, rest_to=RestTo.KEEP), three, D("100"))
    assert dues(keep) == [D("33.33")] * 3 and "没有分完，剩0.01元" in keep.notes[0]
    two = [line(1, points=1), line(2, points=2), line(3, points=3)]
    assert dues(recount(rule(POINTS, round_to=RoundTo.YUAN), two, D("100"))) == [D(17), D(33), D(50)]
    six = [line(n, points=1) for n in range(1, 7)] + [line(7, points=2)]
    top = recount(rule(POINTS, round_to=RoundTo.YUAN, rest_to=RestTo.HIGHEST), six, D("100"))
    assert dues(top) == [D(13)] * 6 + [D(22)]
    # Half a unit goes up, and away from zero below it.
    half = rule(Part(name="每分", each=D("0.5"), by=(Measure.POINTS,)), round_to=RoundTo.YUAN)
    assert dues(recount(half, [line(1, points=1), line(2, points=-1)])) == [D(1), D(-1)]
    steps = rule(Part(name="半", share=D("0.5")), POINTS, round_each=True, round_to=RoundTo.YUAN)
    assert [row.steps for row in recount(steps, three[:2], D("7")).rows] == [(D(2), D(2)), (D(2), D(1))]


def test_a_post_s_coefficient_comes_from_the_rule_or_from_the_sheet() -> None:
    by = Part(name="系数", by=(Measure.COEFFICIENT,))
    rows = [line(1, post="班 长"), line(2, post="巡井工")]
    assert dues(recount(rule(by, coefficients=POSTS), rows, D(240))) == [D(130), D(110)]
    assert dues(recount(rule(by), [line(1, coefficient=1), line(2, coefficient=3)], D(80))) == [D(20), D(60)]
    strange = recount(rule(by, coefficients=POSTS), [*rows, line(3, post="厨师"), line(4)], D(240))
    assert [row.reason for row in strange.rows[2:]] == ["岗位“厨师”没有系数", "没有写岗位"]
    other = rule(by, coefficients=POSTS, default_coefficient=D("1.6"))
    assert dues(recount(other, [*rows, line(3, post="厨师")], D(400))) == [D(130), D(110), D(160)]


def test_what_cannot_be_computed_is_told_and_nothing_is_guessed() -> None:
    rows = [line(1, "50", points=1), line(2, "50"), line(3, "x" and "0", points=1, bad="得分是公式")]
    made = recount(rule(POINTS), rows)
    assert dues(made) == [None] * 3 and "有2行数据不全" in made.blocked
    assert [row.reason for row in made.rows[1:]] == ["没有写得分", "得分是公式"] and not made.wrong
    zero = rule(POINTS, blank_is_zero=True)
    assert dues(recount(zero, rows[:2])) == [D(100), D(0)]
    # A rate needs no other line, so the good ones are computed.
    rate = rule(Part(name="每分", each=D(10), by=(Measure.POINTS,)))
    assert dues(recount(rate, rows)) == [D(10), None, None]
    twice = [line(1, "1", points=1), line(1, "1", points=1)]
    assert "同一人出现两次" in recount(rule(POINTS), twice).rows[0].reason
    assert "小于0" in recount(rule(POINTS), [line(1, points=-1)], D(1)).rows[0].reason
    assert "合计为0" in recount(rule(POINTS), [line(1, points=0)], D(1)).blocked
    assert "不知道本月总额" in recount(rule(POINTS), [line(1, points=1)]).blocked
    dear = rule(Part(name="固定", each=D(90)), POINTS)
    assert "已超过总额80元" in recount(dear, [line(1, points=1), line(2, points=1)], D(100)).blocked
    assert recount(rule(POINTS), []).blocked == "表里没有人员"
    unpaid = recount(rule(POINTS), [line(1, points=1), line(2, "5", points=1)], D(10))
    assert unpaid.rows[0].reason == "没有写金额" and len(unpaid.unread) == 1 and not unpaid.wrong
    below = recount(rule(Part(name="扣", each=D(-5)), total=D(0)), [line(1, "0")])
    assert "1人按细则算出来小于0" in "".join(below.notes) and below.wrong


def test_tolerance_sums_and_the_sentence() -> None:
    rows = [line(1, "60", points=1), line(2, "35", points=1), line(3, "50", points=1)]
    made = recount(rule(POINTS), rows, D(150))
    told = told_of(made, rule(POINTS), "0" * 64, ["B9"])
    assert (told.people, told.wrong, told.over, told.under, told.largest) == (3, 2, D(10), D(15), D(15))
    assert told.cells == ("E1", "E2") and told.gap == D(25) and told.bad == ("B9",)
    said = "复算2026年10月分配表3人，2人次与细则不一致，多发10元、少发15元，差额最大15元"
    assert sentence("2026-10", told) == said
    close = recount(rule(POINTS, tolerance=D(10)), rows, D(150))
    assert [row.row for row in close.wrong] == [2]
    fine = told_of(recount(rule(POINTS), rows[2:], D(50)), rule(POINTS), "")
    assert sentence("2026-10", fine) == "复算2026年10月分配表1人，与细则一致"
    none = told_of(recount(rule(POINTS), [line(1)], D(50)), rule(POINTS), "")
    assert sentence("2026-10", none) == "复算2026年10月分配表1人，数据不全，不能复算"


def test_a_rule_in_words() -> None:
    words = [
        part_words(part) for path in shipped_distributions() for part in load_distribution(path)[0].parts
    ]
    assert words[:2] == ["出勤：总额的50%按出勤分配", "出勤和得分：余下的按出勤×得分分配"]
    assert words[2:5] == ["每人固定：每人加200元", "单项奖励：按奖励金额加", "考核扣减：按扣减金额扣"]
    assert part_words(Part(name="奖", amount=D(300))) == "奖：300元平均分配"
    assert part_words(Part(name="罚", each=D("-2.5"), by=(Measure.DAYS,))) == "罚：每份出勤扣2.50元"


def test_the_example_in_the_documents_is_sound_and_computes() -> None:
    text = (Path(__file__).parents[2] / "docs" / "helpers.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    made, warnings = load_distribution(block.encode())
    rows = [line(1, post="班长", points=98, reward=50), line(2, post="巡井工", points=90, penalty=20)]
    assert warnings == [] and sum(d for d in dues(recount(made, rows, D(3000))) if d is not None) == 3000


def test_every_mistake_of_a_rule_is_told_at_once(tmp_path: Path) -> None:
    raw = {
        "format": "inspect-tui/distribution", "version": "1.0", "id": "坏", "title": "",
        "total": -1, "coefficients": {"班长": -1}, "round_to": "penny",
        "parts": [
            {"name": "甲", "each": 1, "share": 0.5}, {"name": "甲", "share": 1.5}, {"name": "乙"},
            {"name": "丙"}, {"name": "丁", "each": 0, "by": ["points", "points"]},
            {"name": "戊", "amount": -3},
        ],
    }  # fmt: skip
    path = tmp_path / "细则.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(InputFaults) as caught:
        load_distribution(path)
    codes = sorted(fault.code for fault in caught.value.faults)
    assert codes == ["C01", "F01", "F01", "F03", "F03", *["F04"] * 6, "F05", "F06", "R10", "S04"]
    assert check_file(path) == caught.value.faults
    for shipped in shipped_distributions():
        assert load_distribution(shipped)[1] == []


# -------------------------------------------------------------------- sheets


def write(folder: Path, text: str = SHEET, name: str = "分配表.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode("gb18030"))
    return path


def shipped(name: str) -> Distribution:
    return next(load_distribution(p)[0] for p in shipped_distributions() if p.stem == name)


def test_a_sheet_with_titles_sums_and_footers(tmp_path: Path) -> None:
    taken = read_distribution_sheet(write(tmp_path), shipped("points-share"))
    assert [row.who for row in taken.rows] == list(NAMES) and not taken.faults
    assert [row.cell for row in taken.rows] == ["G3", "G4", "G5", "G6"]
    assert taken.rows[1].values == {Measure.POINTS: D(90), Measure.REWARD: D(100)}
    assert taken.messages == ("没有数字的1行没有算：第8行",)
    wrong = read_distribution_sheet(
        write(tmp_path, SHEET.replace("3912.50", "4000")), shipped("points-share")
    )
    assert "表里合计G7是4000元，各行相加是3912.50元" in wrong.messages


def test_a_sheet_with_headings_in_two_rows_and_merged_cells(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for cells in (
        ["10月二次分配"],
        ["职工姓名", "考核情况", None, "奖金（元）", None, "备注"],
        [None, "考勤(天)", "得 分：", "应发", "实发"],
        ["赵甲乙", 22, 98, 500, "¥510元"],
        ["钱丙丁", "20天", 90, 450, 440.5],
        ["孙戊己", "=1+1", 88, 1, 0],
        [None, 3, 88, 1, "多少"],
    ):
        sheet.append(cells)
    for area in ("A2:A3", "B2:C2", "D2:E2"):
        sheet.merge_cells(area)
    book.save(tmp_path / "表.xlsx")
    taken = read_distribution_sheet(tmp_path / "表.xlsx", shipped("attendance"))
    assert [(row.row, row.paid) for row in taken.rows] == [(4, D(510)), (5, D("440.5")), (6, D(0)), (7, None)]
    assert taken.rows[1].values[Measure.DAYS] == 20 and taken.rows[2].bad.startswith("出勤是公式")
    assert [(f.path, f.code) for f in taken.faults] == [("B6", "E30"), ("E7", "E30"), ("A7", "E30")]
    said = "".join(fault.text() for fault in taken.faults) + "".join(taken.messages)
    assert not any(name in said for name in NAMES)
    # The same without merged cells, as CSV: the group heading stands over its first column only.
    text = "姓名,考核,,奖金,\n,出勤,得分,应发,实发\n赵甲乙,22,98,500,510\n钱丙丁,20,90,450,440\n"
    plain = read_distribution_sheet(write(tmp_path, text, "两行.csv"), shipped("attendance"))
    assert [row.paid for row in plain.rows] == [D(510), D(440)] and len(plain.rows[0].values) == 2


def test_headings_are_told_by_meaning(tmp_path: Path) -> None:
    heads = "员工分配金额,工号,岗位系数,扣分,奖励分,出勤班数,月度考核得分,排名"
    taken = read_distribution_sheet(
        write(tmp_path, f"{heads}\n500,007,1.2,3,4,20,95,1\n", "a.csv"), shipped("attendance")
    )
    row = taken.rows[0]
    assert (row.paid, row.key, row.values[Measure.DAYS], row.values[Measure.POINTS]) == (
        500, "007", 20, 95,
    )  # fmt: skip
    assert Measure.PENALTY not in row.values and Measure.REWARD not in row.values
    with pytest.raises(InputFaults) as caught:
        read_distribution_sheet(write(tmp_path, "姓名,实发\n甲,1\n", "b.csv"), shipped("attendance"))
    assert "没有找到栏目：得分、出勤" in caught.value.faults[0].message
    with pytest.raises(InputFaults, match="找不到文件"):
        read_distribution_sheet(tmp_path / "无.csv", shipped("attendance"))
    with pytest.raises(InputFaults, match="实发金额"):
        read_distribution_sheet(write(tmp_path, "一,二\n1,2\n", "c.csv"), shipped("attendance"))


# -------------------------------------------------------------------- the record


def test_two_recounts_of_one_month_are_a_question(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    round_ = make_round(space)
    state = State()
    told = [RecountTold(people=3, wrong=n, unread=0, over=D(n)) for n in (1, 2)]
    for n, each in enumerate(told):
        edits = tuple(set_recount(State(), "DG01", "2026-10", each))
        state.apply(
            make_change("", f"{n:012x}", Body(at="2026-11-18T09:00:00+08:00", by=(f"甲{n}",), edits=edits))
        )
    held = recounts_of(state, "DG01")[0]
    assert held.contested and held.month == "2026-10"
    asked = questions(state, round_)
    assert (
        len(asked) == 1 and "分配复算" in asked[0].matter and "10月" in asked[0].about
    ) or "2026-10" in asked[0].about
    assert "3人，1人次不一致；多发1元，少发0元" in {side.text for side in asked[0].sides}
    assert set_recount(state, "DG01", "2026-09", told[0]) and not recounts_of(state, "DG02")


@pytest.mark.parametrize(
    "value",
    [
        {"people": 1, "wrong": 2, "unread": 0}, {"people": -1, "wrong": 0, "unread": 0}, "[/]", 3, [],
        {"people": 1, "wrong": 0, "unread": 0, "over": "NaN"},
        {"people": 1, "wrong": 0, "unread": 0, "over": "-1"},
        {"people": 1, "wrong": 0, "unread": 0, "over": "1e99"}, {"people": "1", "wrong": 0, "unread": 0},
    ],
)  # fmt: skip
def test_a_foreign_record_nobody_can_read_is_refused(tmp_path: Path, value: Any) -> None:
    assert read_told(value) is None
    edit = Edit(record=recount_key("DG01", "2026-10"), field="recounted", value=value)
    change = make_change("", "a" * 12, Body(at="2026-11-18T09:00:00+08:00", by=("甲",), edits=(edit,)))
    round_ = make_round(make_space(tmp_path))
    assert list(change_faults(change, round_)) == ["分配复算或基本流程抽查的记录写法不对"]


# -------------------------------------------------------------------- the command


def everything_in(folder: Path) -> str:
    return "\n".join(
        path.read_bytes().decode("utf-8", errors="replace") for path in folder.rglob("*") if path.is_file()
    )


def test_the_command_tells_differences_and_keeps_nobody_s_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "space")
    round_ = make_round(space)
    sheet = str(write(tmp_path))
    where = ["--workspace", str(space.root)]
    args = [*where, "recount", sheet, "--rule", "points-share", "--total", "3912.5"]
    record = ["--unit", "DG01", "--month", "2026-10", "--as", "检查员甲"]
    assert run([*args, *record]) == 0
    told = capsys.readouterr()
    assert "第3行  应得" in told.out and "4人次与细则不一致" in told.out and "已记录，只记了人次" in told.out
    assert not any(name in told.out + told.err for name in NAMES)
    assert run([*args, *record, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["recorded"] and data["people"] == 4 and data["wrong"] == 4 and len(data["rows"]) == 4
    assert data["cells"] == ["G3", "G4", "G5", "G6"] and data["total_from"] == "given"
    assert not any(name in json.dumps(data, ensure_ascii=False) for name in NAMES)
    kept = everything_in(tmp_path / "space") + everything_in(tmp_path / "home")
    assert data["sha256"] in kept and data["rule_hash"] in kept
    assert not [part for part in (*NAMES, *AMOUNTS, "制表") if part in kept]
    due = {str(row["due"]) for row in data["rows"]}
    assert not [amount for amount in due if amount in kept]
    assert run([*where, "recount", "show", str(space.round_dir(round_.id))]) == 0
    assert "复算2026年10月分配表4人，4人次与细则不一致" in capsys.readouterr().out
    assert run([*where, "recount", "show", str(space.round_dir(round_.id)), "--json", "--unit", "DG01"]) == 0
    shown = json.loads(capsys.readouterr().out)["recounts"]
    assert [(r["unit"], r["month"], r["by"], r["contested"]) for r in shown] == [
        ("DG01", "2026-10", ["检查员甲"], False)
    ]


def test_names_stand_on_a_terminal_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = str(write(tmp_path))
    rule_ = str(next(p for p in shipped_distributions() if p.stem == "points-share"))

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for more, seen in (([], True), (["--no-names"], False)):
        with monkeypatch.context() as patch:
            screen = Terminal()
            patch.setattr("sys.stdout", screen)
            assert run(["recount", sheet, "--rule", rule_, *more]) == 0
        assert (f"第3行  {NAMES[0]}  应得" in screen.getvalue()) is seen
    capsys.readouterr()
    assert run(["recount", sheet, "--rule", rule_, "--month", "2026-10"]) == 2
    assert "--unit" in capsys.readouterr().err
    assert run(["recount", sheet, "--rule", rule_, "--total", "很多"]) == 2
    assert run(["recount", sheet, "--rule", "ponits-share"]) == 1
    assert "是不是“points-share”？" in capsys.readouterr().err
    assert (
        run(["recount", "check", rule_]) == 0 and run(["--workspace", str(tmp_path), "recount", "list"]) == 1
    )
    make_space(tmp_path / "s")
    capsys.readouterr()
    assert run(["--workspace", str(tmp_path / "s"), "recount", "list", "--json"]) == 0
    assert [r["id"] for r in json.loads(capsys.readouterr().out)["rules"]] == ["attendance", "points-share"]


def test_a_recount_of_a_practised_hand_leaves_no_visit_begun(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    session = work(space, make_round(space))
    session.commit(
        set_recount(session.state, "DG01", "2026-10", RecountTold(people=1, wrong=0, unread=0)), "复算"
    )
    assert session.state.value("visit/DG01", "date") is None
    session.close()
