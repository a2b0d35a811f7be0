"""`round new --stage` and `grade`, as scripts call them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from grading_work import LEAD, UNITS, fill, open_stage

from inspect_tui.cli.main import run
from inspect_tui.exchange.level_sheet import read_levels
from inspect_tui.exchange.source import read_source
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.terms import Stage
from inspect_tui.store.loading import load_scheme
from inspect_tui.store.shipped import shipped_dir
from inspect_tui.store.workspace import Workspace

DOC = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
FIVE = load_scheme(shipped_dir() / "schemes" / "five-levels.json")[0]


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    made = Workspace.init(tmp_path / "w")
    for stage, failed, who in ((Stage.SELF, (0, 1, 2), "支部书记"), (Stage.ACCEPT, (4, 6, 9), LEAD)):
        # In 2020, so that steps can be dated behind it whatever day the machine shows.
        fill(made, open_stage(made, stage, 2020), dict(zip(UNITS, failed, strict=True)), who)
    return made


def grade(space: Workspace, *args: str) -> int:
    return run(["--workspace", str(space.root), "grade", *args])


def told(capsys: Any, space: Workspace, *args: str) -> Any:
    assert grade(space, *args, "--json") == 0, capsys.readouterr().err
    said = json.loads(capsys.readouterr().out)
    assert {key for key in _keys(said) if f"`{key}`" not in DOC} == set()
    return said


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for part in value.values() for key in _keys(part)}
    if isinstance(value, list):
        return {key for part in value for key in _keys(part)}
    return set()


def refused(capsys: Any, space: Workspace, *args: str, code: int = 1) -> str:
    assert grade(space, *args) == code
    said: str = capsys.readouterr().err
    return said


def test_stages_are_opened_as_rounds_of_one_series(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = Workspace.init(tmp_path / "w")
    base = [
        "--workspace",
        str(space.root),
        "round",
        "new",
        "--checklist",
        "dbjj-zb",
        "--unit",
        "DG-B1",
        "--lead",
        LEAD,
    ]
    for stage in ("self", "accept"):
        more = ["--title", f"2026年度{stage}", "--stage", stage, "--start", "2026-09-01", "--json"]
        assert run([*base, *more]) == 0
        data = json.loads(capsys.readouterr().out)
        assert (data["id"], data["series"], data["stage"]) == (f"2026-dbjj-zb-{stage}", "2026-dbjj-zb", stage)
        assert data["kind"] == "assessment" and data["carried"] == []
    assert run([*base, "--title", "x", "--series", "a b", "--start", "2026-09-01"]) == 1
    said = capsys.readouterr().err
    assert "系列编号只能用" in said and "没有写是哪个阶段" in said
    assert run(["--workspace", str(space.root), "round", "show", "2026-dbjj-zb-self"]) == 0
    assert "达标晋级：支部自评申报（系列 2026-dbjj-zb）" in capsys.readouterr().out
    assert run([*base, "--title", "2026年11月回头看", "--start", "2026-11-01", "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert (plain["series"], plain["stage"], plain["kind"]) == ("", "", "lookback")


def test_one_number_in_text_csv_and_json(space: Workspace, capsys: Any, tmp_path: Path) -> None:
    data = told(capsys, space)
    assert data["series"] == "2020-dbjj-zb" and len(data["units"]) == 3
    assert grade(space, "show", "--csv") == 0
    raw = capsys.readouterr().out
    assert raw.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(raw.lstrip("\ufeff"))))
    assert grade(space) == 0
    text = capsys.readouterr().out
    for unit, row in zip(data["units"], rows, strict=True):
        scores = {s["stage"]: s["score"] for s in unit["stages"]}
        assert (float(row["自评分"]), float(row["验收分"])) == (scores["self"], scores["accept"])
        assert float(row["检查与自评之差"]) == pytest.approx(scores["accept"] - scores["self"])
        assert row["等级"] == unit["level_name"] and row["推荐分"] == ""
        assert f"{unit['name']}  {unit['level_name']}" in text
        assert f"公司党委验收：{scores['accept']}" in text
    counts = " ".join(f"{c['name']}{c['count']}" for c in data["counts"] if c["count"])
    assert data["counts_text"] == counts and counts in text
    target = tmp_path / "out" / "等级.csv"
    assert grade(space, "--csv", "-o", str(target)) == 0
    assert target.read_bytes().decode("utf-8") == raw
    assert "只能选一个" in refused(capsys, space, "--csv", "--json", code=2)


def test_files_alone_tell_the_same(space: Workspace, capsys: Any, tmp_path: Path, monkeypatch: Any) -> None:
    data = told(capsys, space)
    folders = [str(entry.path.parent) for entry in space.rounds()]
    monkeypatch.chdir(tmp_path)
    assert run(["grade", *folders, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["units"] == data["units"]
    assert run(["grade", folders[0], "--unit", "DG-B2", "--items"]) == 0
    assert "东沟二支部" in capsys.readouterr().out


def test_the_leads_steps_from_grant_to_delisting(space: Workspace, capsys: Any) -> None:
    levels = {u["unit"]: u["proposed"] for u in told(capsys, space)["units"]}
    lead = ("--as", LEAD)
    assert "只有组长" in refused(capsys, space, "grant", "DG-B2", "--as", "支部书记")
    assert "没有这个单位" in refused(capsys, space, "grant", "DG-B9", *lead)
    assert (
        told(capsys, space, "grant", "DG-B2", "--on", "2020-11-20", "--approver", "公司党委", *lead)["step"][
            "to"
        ]
        == "granted"
    )
    day = ("--on", "2020-12-01")
    assert "没有写明哪里不合格" in refused(
        capsys, space, "order", "DG-B2", "--due", "2020-12-20", *day, *lead
    )
    made = told(
        capsys, space, "order", "东沟二支部", "--due", "2020-12-20", "--basis", "台账不全", *day, *lead
    )
    assert made["step"]["due"] == "2020-12-20"
    unit = next(u for u in told(capsys, space)["units"] if u["unit"] == "DG-B2")
    assert (unit["state"], unit["due"], unit["overdue"]) == ("ordered", "2020-12-20", True)
    early = next(u for u in told(capsys, space, "--date", "2020-12-20")["units"] if u["unit"] == "DG-B2")
    assert early["overdue"] is False and early["level"] == levels["DG-B2"]
    assert "限期整改的单位不能“摘牌”" in refused(capsys, space, "delist", "DG-B2", "--basis", "x", *lead)
    told(
        capsys,
        space,
        "recheck",
        "DG-B2",
        "fail",
        "--who",
        "李",
        "--basis",
        "仍不全",
        "--on",
        "2020-12-21",
        *lead,
    )
    told(capsys, space, "delist", "DG-B2", "--basis", "整改不到位", "--on", "2020-12-22", *lead)
    data = told(capsys, space)
    unit = next(u for u in data["units"] if u["unit"] == "DG-B2")
    assert (unit["state"], unit["level"], unit["movement"]) == ("delisted", "", "已摘牌")
    assert data["movements"]["gone"] == ["DG-B2"]
    assert [s["kind"] for s in unit["steps"]] == ["grant", "order", "fail", "delist"]
    for path in (space.round_dir("2020-dbjj-zb-accept")).glob("????????????.json"):
        assert run(["verify", str(path)]) == 0
    # A step goes by every stage, so one that is marked 秘密 refuses it as much as the newest does.
    earlier = space.round_dir("2020-dbjj-zb-self") / "round.json"
    open_, secret = '"secrecy": "internal"', '"secrecy": "secret"'
    earlier.write_text(earlier.read_text(encoding="utf-8").replace(open_, secret), encoding="utf-8")
    assert "密级" in refused(capsys, space, "grant", "DG-B2", *lead) and "密级" in refused(capsys, space)


def test_a_recheck_is_recorded_in_its_own_round_and_goes_on_from_the_order(
    space: Workspace, capsys: Any
) -> None:
    lead = ("--as", LEAD)
    granted = ("grant", "DG-B2", "--on", "2020-11-20", "--approver", "公司党委", *lead)
    assert grade(space, *granted) == 0
    order = ("order", "DG-B2", "--due", "2020-12-20", "--basis", "不全", "--on", "2020-11-21", *lead)
    assert grade(space, *order) == 0
    recheck = open_stage(space, Stage.RECHECK, 2020, unit_ids=["DG-B2"])
    capsys.readouterr()
    assert "早于上一步" in refused(
        capsys,
        space,
        "recheck",
        "DG-B2",
        "pass",
        "--who",
        "李",
        "--basis",
        "已补齐",
        "--on",
        "2020-11-20",
        *lead,
    )
    done = ("recheck", "DG-B2", "pass", "--who", "李", "--basis", "已补齐", "--on", "2020-12-01", *lead)
    assert told(capsys, space, *done)["step"]["left"] == "ordered"
    unit = next(u for u in told(capsys, space)["units"] if u["unit"] == "DG-B2")
    assert (unit["state"], unit["due"]) == ("granted", "")
    assert [s["kind"] for s in unit["steps"]] == ["grant", "order", "pass"]
    held = read_source(space.round_dir(recheck.id)).state
    assert held.has("grade/DG-B2/2020-dbjj-zb")
    # Without the later round the order still stands: nothing is guessed.
    early = told(capsys, space, "2020-dbjj-zb-self", "2020-dbjj-zb-accept")["units"]
    assert next(u for u in early if u["unit"] == "DG-B2")["state"] == "ordered"


def test_last_years_levels_come_from_the_series_before(space: Workspace, capsys: Any) -> None:
    assert (
        grade(space, "grant", "DG-B1", "standard", "--basis", "研究", "--on", "2020-11-20", "--as", LEAD) == 0
    )
    fill(space, open_stage(space, Stage.ACCEPT, 2021), dict.fromkeys(UNITS, 0))
    capsys.readouterr()
    assert grade(space, "--json") == 0
    said = capsys.readouterr()
    data = json.loads(said.out)
    assert "上年等级取自系列 2020-dbjj-zb" in said.err and data["series"] == "2021-dbjj-zb"
    unit = next(u for u in data["units"] if u["unit"] == "DG-B1")
    assert (unit["previous"], unit["by_score"], unit["proposed"], unit["movement"]) == (
        "standard", "model", "red_flag", "升1级",
    )  # fmt: skip
    assert told(capsys, space, "--series", "2020-dbjj-zb")["series"] == "2020-dbjj-zb"
    assert "没有这个系列" in refused(capsys, space, "--series", "2019-dbjj-zb")
    both = ["2020-dbjj-zb-accept", "2021-dbjj-zb-accept"]
    assert "不是同一年" in refused(capsys, space, *both)


def test_other_schemes_and_wrong_ones(space: Workspace, capsys: Any, tmp_path: Path) -> None:
    assert told(capsys, space, "--scheme", "stars")["scheme"]["id"] == "stars"
    assert "是不是“stars”" in refused(capsys, space, "--scheme", "star")
    own = json.loads((shipped_dir() / "schemes" / "pass-fail.json").read_bytes())
    own["levels"][1]["low"] = 90
    path = tmp_path / "own.json"
    path.write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
    assert "空当" in refused(capsys, space, "--scheme", str(path))
    own["levels"][0]["high"] = 89.9
    path.write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
    assert {u["proposed"] for u in told(capsys, space, "--scheme", str(path))["units"]} <= {"pass", "fail"}


def test_files_of_one_round_count_together(space: Workspace, capsys: Any, tmp_path: Path) -> None:
    """Two inspectors' files of the acceptance give what the round's folder gives."""
    accept = open_stage(space, Stage.ACCEPT, 2022)
    fill(space, accept, {"DG-B1": 2}, "检查员甲")
    fill(space, accept, {"DG-B2": 3, "XP-B1": 0}, "检查员乙")
    whole = told(capsys, space, accept.id)
    files = sorted(space.round_dir(accept.id).glob("????????????.json"))
    assert len(files) == 2
    both = told(capsys, space, *map(str, files))
    assert both["units"] == whole["units"]
    assert told(capsys, space, str(files[0]))["units"] != whole["units"]


def test_hostile_words_are_only_words(space: Workspace, capsys: Any) -> None:
    basis = "[/] [@click=app.quit]x \x1b[31m\u202e=1+1"
    args = ("--due", "2020-12-20", "--basis", basis, "--on", "2020-12-01", "--as", LEAD)
    assert grade(space, "order", "DG-B2", *args) == 0
    step = next(u for u in told(capsys_clear(capsys), space)["units"] if u["unit"] == "DG-B2")["steps"][0]
    assert step["basis"] == "[/] [@click=app.quit]x [31m=1+1"
    assert grade(space) == 0 and grade(space, "--csv") == 0
    assert "\x1b" not in capsys.readouterr().out


def capsys_clear(capsys: Any) -> Any:
    capsys.readouterr()
    return capsys


# -------------------------------------------------------------------- last year's levels from a sheet


def test_levels_from_a_sheet_a_json_object_or_the_output_of_last_year(
    space: Workspace, tmp_path: Path, capsys: Any
) -> None:
    units = read_source(space.round_dir("2020-dbjj-zb-accept")).round.units
    wanted = {"DG-B1": "red_flag", "XP-B1": "standard"}
    sheet = tmp_path / "上年.csv"
    sheet.write_bytes(
        "2019年定级结果,,\n单位,上年等级（核定）,备注\n东沟一支部,红旗,\n西坪一支部,标准化,\n东沟二支部,无,\n".encode(
            "gb18030"
        )
    )
    assert read_levels(sheet, FIVE, units) == (wanted, [])
    from openpyxl import Workbook

    book = Workbook()
    for row in (["单位编号", "等级"], ["DG-B1", "红旗"], ["XP-B1", "standard"], ["ZZ", "红旗"]):
        book.active.append(row)
    book.save(tmp_path / "上年.xlsx")
    levels, strangers = read_levels(tmp_path / "上年.xlsx", FIVE, units)
    assert levels == wanted and len(strangers) == 1 and "ZZ" in strangers[0]
    plain = tmp_path / "上年.json"
    plain.write_text(json.dumps({"DG-B1": "红旗", "XP-B1": "标准化"}, ensure_ascii=False), encoding="utf-8")
    assert read_levels(plain, FIVE, units) == (wanted, [])
    data = told(capsys, space)
    plain.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    assert read_levels(plain, FIVE, units)[0] == {u["unit"]: u["level"] for u in data["units"] if u["level"]}
    assert grade(space, "--previous", str(sheet)) == 0
    assert "上年红旗" in capsys.readouterr().out


def test_all_bad_rows_of_last_years_sheet_are_told_at_once(space: Workspace, tmp_path: Path) -> None:
    units = read_source(space.round_dir("2020-dbjj-zb-accept")).round.units
    sheet = tmp_path / "上年.csv"
    sheet.write_text("单位编号,等级\nDG-B1,红旗\nDG-B1,示范\nXP-B1,红棋\nDG-B2,优秀\n", encoding="utf-8")
    with pytest.raises(InputFaults) as caught:
        read_levels(sheet, FIVE, units)
    assert [(f.code, f.path) for f in caught.value.faults] == [("E02", "B3"), ("E02", "B4"), ("E02", "B5")]
    assert "红旗" in caught.value.faults[1].remedy
    sheet.write_text("名字,分数\n甲,1\n", encoding="utf-8")
    with pytest.raises(InputFaults, match="没有找到栏目"):
        read_levels(sheet, FIVE, units)
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(InputFaults, match="损坏"):
        read_levels(tmp_path / "x.xlsx", FIVE, units)
    with pytest.raises(InputFaults, match="找不到文件"):
        read_levels(tmp_path / "none.csv", FIVE, units)
    assert not re.search("整改台账", str(caught.value))
