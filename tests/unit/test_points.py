"""党员积分 sheets: counts in, persons never, bad rows by their cells."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from telling_work import make_round, make_space

from inspect_tui.cli.main import run
from inspect_tui.exchange.points_sheet import read_points_sheet
from inspect_tui.exchange.source import read_source
from inspect_tui.model.change import Body, Edit, points_key
from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.deciding import questions
from inspect_tui.rules.fold import State
from inspect_tui.rules.monthly import good_month
from inspect_tui.rules.points import PointsCount, points_of, read_count
from inspect_tui.rules.reading import is_started

DOC = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
NAMES = ("赵甲", "钱乙", "孙丙", "李丁")
GOOD = """东沟第1党小组11月党员积分
编号,姓名,加分,扣分,加扣分事由,是否用于评优
1,赵甲,2,,巡井发现隐患,是
2,钱乙,,1,迟到,否
,钱 乙,1.5,,帮带新员工,
3,孙丙,0,,,
合计,,3.5,1,,
"""


def write(folder: Path, text: str, name: str = "积分.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def test_a_sheet_comes_to_counts(tmp_path: Path) -> None:
    taken = read_points_sheet(write(tmp_path, GOOD), 5)
    count = taken.count
    assert (count.entered, count.members, count.rewards, count.penalties, count.used) == (2, 5, 2, 1, True)
    assert count.coverage == Decimal("0.4") and count.bad == () and taken.faults == ()
    assert not any(name in repr(taken) for name in NAMES)
    assert read_points_sheet(write(tmp_path, GOOD), 5).count == count
    gbk = tmp_path / "gbk.csv"
    gbk.write_bytes(GOOD.encode("gb18030"))
    assert read_points_sheet(gbk, 5).count.entered == 2
    without = read_points_sheet(write(tmp_path, "姓名,加分\n赵甲,1\n"), 0)
    assert without.count.used is None and without.count.coverage is None and "算不出" in without.messages[0]
    more = read_points_sheet(write(tmp_path, "姓名,加分\n赵甲,1\n钱乙,1\n"), 1)
    assert more.count.coverage == 1 and "多于名册" in more.messages[0]
    unused = read_points_sheet(write(tmp_path, "姓名,加分,用于评优\n赵甲,1,否\n"), 1)
    assert unused.count.used is False


def test_bad_rows_are_left_out_and_named_by_their_cells(tmp_path: Path) -> None:
    rows = ("赵甲,两分,,好,", "钱乙,-1,,好,", ",3,,好,", "孙丙,1,,,", "李丁,1,,好,也许", "周戊,1,2,好,是")
    text = "\n".join(("姓名,加分,扣分,事由,用于评优", *rows))
    taken = read_points_sheet(write(tmp_path, text), 9)
    assert (taken.count.entered, taken.count.rewards, taken.count.penalties) == (1, 1, 1)
    assert taken.count.bad == ("B2", "B3", "A4", "D5", "E6")
    said = "".join(fault.text() for fault in taken.faults)
    assert not any(name in said for name in NAMES) and {f.code for f in taken.faults} == {"E09"}


def test_formulas_in_a_sheet_are_bad_cells(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["姓名", "加分", "扣分"], ["赵甲", "=1+1", None], ["钱乙", 2, None]):
        book.active.append(row)
    book.save(tmp_path / "积分.xlsx")
    count = read_points_sheet(tmp_path / "积分.xlsx", 5).count
    assert (count.entered, count.bad) == (1, ("B2",))


@pytest.mark.parametrize("text", ["甲,乙\n1,2\n", "姓名,事由\n赵甲,好\n", "加分,扣分\n1,2\n", ""])
def test_a_sheet_without_its_headings_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputFaults, match="没有找到栏目"):
        read_points_sheet(write(tmp_path, text), 5)


# -------------------------------------------------------------------- recorded


def change(writer: str, value: Any) -> Any:
    edit = Edit(record=points_key("DG01", "2026-11"), field="counted", value=value)
    return make_change("", writer * 12, Body(at="2026-11-20T09:00:00+08:00", by=(writer,), edits=(edit,)))


def test_two_counts_of_one_month_are_a_question_and_nonsense_is_none(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    round_ = make_round(make_space(tmp_path / "w"))
    one = {"entered": 2, "members": 5, "rewards": 2, "penalties": 1}
    state = State([change("a", one), change("b", one | {"entered": 3})])
    assert [m.contested for m in points_of(state, "DG01")] == [True]
    asked = questions(state, round_)
    assert [(q.unit, q.matter, q.about) for q in asked] == [
        ("DG01", "党员积分表", "东沟第1党小组 2026-11党员积分")
    ]
    assert asked[0].sides[0].text in (
        "2人有记录，共5名党员；加分2次，扣分1次",
        "3人有记录，共5名党员；加分2次，扣分1次",
    )
    assert points_of(State([change("a", one | {"entered": -1})]), "DG01") == []
    assert read_count({"entered": "x"}) is None and read_count(one) == PointsCount(**one)
    assert good_month("2026-12") and not any(map(good_month, ("2026-13", "26-01", "2026-1", "")))
    assert not is_started(State([change("a", one)]), "DG01"), "a sheet is no visit"


def test_points_from_the_command_line(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "w")
    round_ = make_round(space)
    sheet = write(tmp_path, GOOD + "4,李丁,x,,好,\n")
    base = [
        "--workspace",
        str(space.root),
        "points",
        "import",
        str(sheet),
        "--unit",
        "东沟第1党小组",
        "--month",
    ]
    assert run([*base, "2026年11月", "--as", "检查员甲"]) == 2
    assert run([*base, "2026-11", "--preview", "--json"]) == 0
    capsys.readouterr()
    folder = space.round_dir(round_.id)
    assert list(folder.glob("????????????.json")) == []
    assert run([*base, "2026-11", "--as", "检查员甲", "--json"]) == 0
    said = capsys.readouterr()
    made = json.loads(said.out)
    members = round_.unit("DG01").members  # type: ignore[union-attr]
    assert (made["entered"], made["members"], made["recorded"]) == (2, members, True)
    assert made["bad"] == [{"where": "C8", "reason": "加分不是数字"}] and "C8" in said.err
    assert run([*base, "2026-11", "--as", "检查员甲"]) == 0
    assert "和原来一样，没有改动" in capsys.readouterr().out
    for path in folder.iterdir():
        if path.is_file() and path.name != "round.json":
            text = path.read_bytes().decode("utf-8", errors="replace")
            assert not any(word in text for word in (*NAMES, "巡井", "帮带"))
    source = read_source(folder)
    assert [m.month for m in points_of(source.state, "DG01")] == ["2026-11"]
    assert run(["points", "show", str(folder), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)["points"]
    assert [(p["unit"], p["month"], p["entered"], p["bad"]) for p in shown] == [
        ("DG01", "2026-11", 2, ["C8"])
    ]
    keys = set(shown[0]) | set(made) | {"points"}
    assert {key for key in keys if f"`{key}`" not in DOC} == set()
    assert run(["points", "show", str(folder), "--unit", "DG02"]) == 0
    assert "还没有收进积分表" in capsys.readouterr().out
    for path in folder.glob("????????????.json"):
        assert run(["verify", str(path)]) == 0
