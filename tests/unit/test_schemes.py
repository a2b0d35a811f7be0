"""Schemes, contests and appraisals as files: shipped ones sound, faulty ones told with all their faults."""

from __future__ import annotations

import itertools
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.cli.main import run
from inspect_tui.exchange.schema import schema_of
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.scheme import Criterion, Span
from inspect_tui.rules.grading import level_of
from inspect_tui.store.loading import check_file, load_appraisal, load_contest, load_scheme
from inspect_tui.store.shipped import shipped_contests, shipped_dir, shipped_schemes
from inspect_tui.store.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
SCHEMES = {path.stem: load_scheme(path)[0] for path in shipped_schemes()}
CONTESTS = {path.stem: load_contest(path)[0] for path in shipped_contests()}
APPRAISAL: dict[str, Any] = {
    "format": "inspect-tui/appraisal",
    "version": "1.0",
    "id": "2026Q4",
    "title": "测评",
    "subjects": [
        {
            "id": "C01",
            "name": "甲",
            "ballots": {"上级": 3, "群众": 2},
            "tallies": [{"dimension": "德", "level": "上级", "counts": [2, 1, 0, 0]}],
        }
    ],
}


# -------------------------------------------------------------------- what is shipped


def test_every_shipped_file_is_a_sound_draft_under_its_own_name() -> None:
    for path in [*shipped_schemes(), *shipped_contests()]:
        assert check_file(path) == [], path.name
        raw = json.loads(path.read_bytes())
        assert raw["id"] == path.stem and raw["draft"] is True and "草案" in raw["remark"]
        assert not re.search("定边|吴起|辽河|长庆|大庆|华北|采油八厂|2499", path.read_text(encoding="utf-8"))
    assert set(SCHEMES) == {"five-levels", "stars", "abc", "pass-fail"}


def test_the_lines_are_those_of_the_field() -> None:
    """Domain 5.3: five levels by default, stars from a public source, A/B/C by stars."""
    assert [(lv.name, lv.low) for lv in SCHEMES["five-levels"].levels] == [
        ("未达标", 0), ("基本达标", 60), ("标准化", 80), ("红旗", 90), ("示范", 95),
    ]  # fmt: skip
    assert [lv.id for lv in SCHEMES["five-levels"].levels if lv.approval] == ["red_flag", "model"]
    assert [lv.low for lv in SCHEMES["stars"].levels] == [0, 60, 65, 75, 85, 95]
    for name in ("five-levels", "stars"):
        assert all(lv.tier in "ABC" and lv.tier for lv in SCHEMES[name].levels)


@given(st.decimals(0, 100, places=2))
def test_stars_and_classes_agree(score: Decimal) -> None:
    star, group = level_of(score, SCHEMES["stars"]), level_of(score, SCHEMES["abc"])
    assert star is not None and group is not None and group.name == f"{star.tier}类"


def test_contests_name_checklists_and_sections_that_are_shipped() -> None:
    for contest in CONTESTS.values():
        if not contest.checklist:
            assert contest.criterion is Criterion.SCORE and not contest.sections
            continue
        raw = json.loads((shipped_dir() / f"{contest.checklist}.json").read_bytes())
        assert set(contest.sections) <= {section["id"] for section in raw["sections"]}
        assert {kind.value for kind in contest.unit_kinds} <= set(raw["unit_kinds"])
    flags = [c for c in CONTESTS.values() if c.id.startswith("flag-")]
    assert {c.title for c in flags} == {"基础达标红旗", "安全生产红旗", "技术考核红旗", "班组建设红旗"}
    assert {c.span for c in flags} == {Span.MONTH}
    assert CONTESTS["yxdxz-pennant"].span is Span.QUARTER


def test_a_new_workspace_has_them_and_keeps_its_own(tmp_path: Path) -> None:
    space = Workspace.init(tmp_path / "w")
    assert [s.id for s in space.schemes()[0]] == sorted(SCHEMES) and space.schemes()[1] == []
    assert [c.id for c in space.contests()[0]] == sorted(CONTESTS)
    own = space.schemes_dir / "abc.json"
    own.write_text("{}", encoding="utf-8")
    for path in space.contests_dir.glob("flag-*.json"):
        path.unlink()
    Workspace.init(tmp_path / "w")
    known, faults = space.schemes()
    assert own.read_text(encoding="utf-8") == "{}" and "abc" not in [s.id for s in known] and faults
    assert len(space.contests()[0]) == len(CONTESTS)
    # A workspace of before has no such folder and works with the drafts.
    for folder in (space.schemes_dir, space.contests_dir):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    assert len(space.schemes()[0]) == len(SCHEMES) and len(space.contests()[0]) == len(CONTESTS)


# -------------------------------------------------------------------- what is wrong with a file


def five() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((shipped_dir() / "schemes" / "five-levels.json").read_bytes())
    return raw


def faults(raw: dict[str, Any], load: Any = load_scheme) -> list[tuple[str, str]]:
    try:
        load(json.dumps(raw, ensure_ascii=False).encode(), name="x.json")
    except InputFaults as error:
        return [(fault.code, fault.path) for fault in error.faults]
    return []


def test_all_faults_of_a_scheme_come_at_once_with_their_places(tmp_path: Path) -> None:
    raw = five()
    raw["levels"][1]["low"], raw["levels"][2]["low"] = 61, 79
    raw["levels"][3]["high"], raw["levels"][4]["id"] = 80, "basic"
    raw["veto_level"], raw["up"], raw["levels"][0]["quota"] = "bellow", 9, 2
    raw["levels"][4]["hihg"] = raw["levels"][4].pop("high")
    path = tmp_path / "x.json"
    path.write_text(json.dumps(raw, ensure_ascii=False, indent=1), encoding="utf-8")
    found = check_file(path)
    places = {(fault.code, fault.path) for fault in found}
    assert places >= {
        ("V03", "$.levels[1].low"), ("V04", "$.levels[2].low"), ("V03", "$.levels[3].low"),
        ("V01", "$.levels[4].id"), ("V06", "$.veto_level"), ("V05", "$.up"), ("V05", "$.levels[0].quota"),
        ("S02", "$.levels[4].hihg"),
    }  # fmt: skip
    lines = path.read_text(encoding="utf-8").splitlines()
    for fault in found:
        if fault.code.startswith("V") and fault.value:
            assert lines[fault.line - 1][fault.column - 1 :].lstrip('"').startswith(fault.value)
            assert fault.remedy
    assert next(f.remedy for f in found if f.code == "V06") == "是不是“below”？"


@given(st.lists(st.integers(1, 999), min_size=1, max_size=6, unique=True), st.data())
def test_a_hole_or_an_overlap_is_always_found_and_a_whole_scale_never_blamed(
    cuts: list[int], data: Any
) -> None:
    """Lines cut from 0 to 100 are sound; moving any one of them breaks the scale in exactly one place."""
    edges = [0, *sorted(cuts), 1001]
    levels = [
        {"id": f"l{n}", "name": f"级{n}", "low": str(Decimal(low) / 10), "high": str(Decimal(high - 1) / 10)}
        for n, (low, high) in enumerate(itertools.pairwise(edges))
    ]
    raw = {"format": "inspect-tui/scheme", "version": "1.0", "id": "x", "title": "x", "levels": levels}
    assert faults(raw) == []
    place = data.draw(st.integers(1, len(levels) - 1)) if len(levels) > 1 else 0
    moved = data.draw(st.sampled_from([1, -1]))
    low = Decimal(levels[place]["low"]) + Decimal(moved) / 10
    levels[place]["low"] = str(low)
    found = faults(raw)
    assert found and {p for _, p in found} == {f"$.levels[{place}].low"}
    if 0 <= low <= Decimal(levels[place]["high"]):
        assert [code for code, _ in found] == ["V03" if moved > 0 else "V04"]


def test_faults_of_a_contest() -> None:
    raw = json.loads((shipped_dir() / "contests" / "yxdxz-pennant.json").read_bytes())
    assert faults(raw, load_contest) == []
    raw |= {"winners": 0, "keep": 0, "sections": [], "span": "季度"}
    raw["eligible"]["coverage"] = 80
    assert {code for code, _ in faults(raw, load_contest)} == {"V05", "V07", "S04"}
    assert faults(five(), load_contest)[0][0] == "S06"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: r["subjects"].append(r["subjects"][0]), "V08"),
        (lambda r: r["subjects"][0]["tallies"].append(r["subjects"][0]["tallies"][0]), "V08"),
        (lambda r: r.update(levels=[{"name": "上级", "share": 0.5}, {"name": "群众", "share": 0.6}]), "V09"),
        (lambda r: r["subjects"][0]["tallies"][0].update(counts=[3, 1, 0, 0]), "V10"),
        (lambda r: r["subjects"][0]["tallies"][0].update(counts=[1, 1]), "V10"),
        (lambda r: r["subjects"][0]["tallies"][0].update(counts=[-1, 1, 0, 0]), "V10"),
        (lambda r: r["subjects"][0]["tallies"][0].update(dimension="美"), "V10"),
        (lambda r: r["subjects"][0]["ballots"].update(领导=3), "V10"),
        (lambda r: r.update(least=2), "V11"),
        (
            lambda r: r["subjects"][0]["tallies"].append(
                {"dimension": "德", "level": "群众", "counts": [1, 1, 0, 0]}
            ),
            "V12",
        ),
        (lambda r: r.update(dimensions=[]), "V02"),
        (lambda r: r["subjects"][0].update(rater="张"), "S02"),
    ],
)
def test_faults_of_an_appraisal(change: Any, code: str) -> None:
    raw = json.loads(json.dumps(APPRAISAL))
    assert faults(raw, load_appraisal) == []
    change(raw)
    assert code in [found for found, _ in faults(raw, load_appraisal)]


def test_every_new_field_has_a_word_and_unknown_ones_are_refused_by_the_schema() -> None:
    for name in ("scheme", "contest", "appraisal"):
        schema = schema_of(name)
        for definition in (schema, *schema["$defs"].values()):
            for field, part in definition.get("properties", {}).items():
                assert field == "$schema" or re.search("[\u4e00-\u9fff]", part["description"]), field
        assert schema["additionalProperties"] is False


# -------------------------------------------------------------------- the command line


def test_scheme_check_says_what_check_says_of_schemes_only(tmp_path: Path, capsys: Any) -> None:
    bad = tmp_path / "坏.json"
    raw = five()
    raw["levels"][2]["low"] = 85
    bad.write_text(json.dumps(raw, ensure_ascii=False, indent=1), encoding="utf-8")
    good = str(shipped_schemes()[0])
    assert run(["checklist", "scheme", "check", good]) == 0
    assert "没有发现问题" in capsys.readouterr().out
    assert run(["checklist", "scheme", "check", good, str(bad)]) == 1
    told = capsys.readouterr().err
    assert "空当：79.9到85分没有等级" in told and re.search(r"第\d+行第\d+列 \$\.levels\[2\]\.low", told)
    assert run(["checklist", "scheme", "check", "--json", str(bad)]) == 1
    data = json.loads(capsys.readouterr().out)
    assert [(f["ok"], [x["code"] for x in f["faults"]]) for f in data["files"]] == [(False, ["V03"])]
    assert run(["checklist", "check", str(bad)]) == 1
    assert "空当" in capsys.readouterr().err
    assert run(["checklist", "scheme", "check", str(shipped_dir() / "rules.json")]) == 1
    assert "这不是定级办法文件" in capsys.readouterr().err
    assert run(["checklist", "scheme", "check"]) == 2


def test_scheme_list(tmp_path: Path, capsys: Any) -> None:
    Workspace.init(tmp_path)
    assert run(["--workspace", str(tmp_path), "checklist", "scheme", "list"]) == 0
    told = capsys.readouterr().out
    assert "five-levels  达标晋级五级（草案）" in told and "红旗  90到94.9，须报上级批准" in told
    assert run(["--workspace", str(tmp_path), "checklist", "scheme", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["schemes"]
    assert [row["id"] for row in rows] == sorted(SCHEMES)


def test_every_code_of_schemes_is_told_with_a_true_example() -> None:
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (V\d\d) \| [^|]+ \| ([^|]+) \|", text, re.MULTILINE))
    assert sorted(told) == [f"V{n:02d}" for n in range(1, 13)]
    assert all(re.search(r"第\d+行第\d+列 \$", example) for example in told.values())
