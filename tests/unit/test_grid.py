"""The three-level grid: every unit once, sums that add up, gaps that are said and none that is not there."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_tui.cli.main import run
from inspect_tui.model.roster import Crew, Unit
from inspect_tui.model.terms import UnitKind
from inspect_tui.report.grid_table import grid_csv, grid_text, grid_xlsx, report_words, total_words
from inspect_tui.rules.grid import GapKind, Grid, grid_of
from inspect_tui.store.loading import load_roster
from sweeps import times

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "checklists" / "roster.sample.json"


def group(id_: str, members: int, *crews: Crew, **more: Any) -> Unit:
    told = {"leader": "甲", "responsible_leader": "乙", "parent": "B"} | more
    return Unit(
        id=id_, code=id_, name=f"{id_}组", kind=UnitKind.PARTY_GROUP, members=members, crews=crews, **told
    )


def branch(members: int, **more: Any) -> Unit:
    return Unit(
        id="B", code="B", name="支部", kind=UnitKind.BRANCH, members=members, **({"leader": "甲"} | more)
    )


def kinds(grid: Grid) -> list[tuple[str, str]]:
    return [(gap.kind.value, gap.unit) for gap in grid.gaps]


CREW = Crew(name="一班", staff=9, members=4)
BLANK = Crew(name="空班", staff=5)


def test_a_sound_grid_has_no_gaps_and_the_sample_one_blank_crew_with_an_arrangement() -> None:
    assert grid_of([branch(4), group("G1", 4, CREW)], complete=True).gaps == ()
    roster, _ = load_roster(SAMPLE)
    grid = grid_of(roster.units, complete=True)
    assert grid.gaps == () and [(b.name, bool(b.arrangement)) for b in grid.blanks] == [("东沟卸油点", True)]
    assert total_words(grid) == (
        "党支部7个，党小组26个，班组39个，党员126名；党员空白班组1个（1个有培养或联系安排）；缺口0处"
    )
    leaders = {charge.leader: charge for charge in grid.charges}
    assert leaders["韩新竹"].units == ("东沟二支部",) and leaders["韩新竹"].blank == 1
    # Who answers for a whole committee's branches answers for each crew there once.
    assert leaders["李向东"].crews == 39


def test_every_gap_is_said_with_its_place_and_remedy() -> None:
    units = [
        branch(9, leader=""),
        group("G1", 4, CREW, BLANK),
        group("G2", 6, leader="", responsible_leader=""),
        group("G3", 0, CREW),
        group("G4", 5, CREW),
        Unit(id="W", code="W", name="夜巡班", kind=UnitKind.CREW, parent="B", staff=3),
        Unit(id="Y", code="Y", name="阵地", kind=UnitKind.VENUE, parent="B"),
    ]
    grid = grid_of(units, complete=True)
    assert kinds(grid) == [
        ("blank_crew", "G1"),
        ("blank_crew", "W"),
        ("no_leader", "B"),
        ("no_leader", "G2"),
        ("no_charge", "G2"),
        ("no_crew", "G2"),
        ("no_count", "G3"),
        ("too_many", "B"),
        ("unplaced", "G4"),
    ]
    assert all(gap.text and gap.remedy and gap.name for gap in grid.gaps)
    assert "各党小组党员合计15人，比本级9人多6人" in [gap.text for gap in grid.gaps]
    assert {gap.place for gap in grid.gaps if gap.unit != "B"} == {"支部"}
    (top,) = (node for node in grid.nodes if node.depth == 0)
    assert (top.gaps, top.tally.groups, top.tally.crews, top.tally.blank) == (2, 4, 5, 2)
    assert [line.count("。") for line in report_words(grid)] == [1] * 10


def test_what_may_stand_outside_of_a_round_is_no_gap() -> None:
    few = [branch(9), group("G1", 4, CREW)]
    assert kinds(grid_of(few, complete=True)) == [("too_few", "B")]
    assert kinds(grid_of(few, complete=False)) == []
    assert kinds(grid_of([branch(9)], complete=True)) == [("no_group", "B")]
    assert kinds(grid_of([branch(9)], complete=False)) == []
    assert kinds(grid_of([branch(3), group("G1", 4, CREW)], complete=False)) == [("too_many", "B")]
    # A group that nobody counted makes no sum too small.
    assert kinds(grid_of([*few, group("G2", 0, CREW)], complete=True)) == [("no_count", "G2")]


COUNTS = st.integers(min_value=0, max_value=6)


@st.composite
def rosters(draw: Any) -> list[Unit]:
    size = draw(st.integers(min_value=0, max_value=9))
    units = []
    for n in range(size):
        crews = draw(st.lists(st.builds(Crew, name=st.just("班"), members=COUNTS, staff=COUNTS), max_size=2))
        # Parents after children, strangers as parents and rings: a round may hold any of them.
        parent = draw(st.sampled_from(["", *(f"U{m}" for m in range(size + 1))]))
        kind = draw(st.sampled_from(list(UnitKind)))
        units.append(
            Unit(
                id=f"U{n}",
                code=f"U{n}",
                name=draw(st.sampled_from(["甲", "[/]", "\x1b[31m乙"])),
                kind=kind,
                parent=parent,
                members=draw(COUNTS),
                crews=tuple(crews),
            )
        )
    return units


@settings(max_examples=times(30), deadline=None)
@given(rosters(), st.booleans())
def test_every_unit_stands_in_the_tree_once_and_every_crew_is_counted_once(
    units: list[Unit], whole: bool
) -> None:
    grid = grid_of(units, complete=whole)
    assert sorted(node.unit.id for node in grid.nodes) == sorted(unit.id for unit in units)
    crews = sum(len(u.crews) + (u.kind is UnitKind.CREW) for u in units)
    assert grid.total.crews == crews and grid.total.blank == len(grid.blanks)
    assert grid.total.groups == sum(u.kind is UnitKind.PARTY_GROUP for u in units)
    depths = [node.depth for node in grid.nodes]
    assert all(later <= sooner + 1 for sooner, later in itertools.pairwise(depths))
    assert sum(node.gaps for node in grid.nodes) == len(grid.gaps)
    if not whole:
        assert not {GapKind.TOO_FEW, GapKind.NO_GROUP} & {gap.kind for gap in grid.gaps}
    text = grid_text(grid)
    assert "\x1b" not in text and len(text.splitlines()) >= len(units)
    rows = grid_csv(grid).decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + len(units) + sum(len(u.crews) for u in units)


def test_the_grid_from_the_command_line(tmp_path: Path, capsys: Any) -> None:
    raw = json.loads(SAMPLE.read_bytes())
    crew = next(c for u in raw["units"] for c in u.get("crews", ()) if not c["members"])
    del crew["arrangement"]
    path = tmp_path / "名册.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    assert run(["grid", "--roster", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [gap["kind"] for gap in told["gaps"]] == ["blank_crew"] and told["complete"] is True
    doc = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    keys = {*told, *told["total"], *told["units"][0], *told["gaps"][0], *told["blank_crews"][0]}
    assert {key for key in keys | set(told["charges"][0]) if f"`{key}`" not in doc} == set()
    assert run(["grid", "--roster", str(path)]) == 0
    assert "东沟卸油点”没有培养或联系安排" in capsys.readouterr().out
    out = tmp_path / "网格.xlsx"
    assert run(["grid", "--roster", str(path), "-o", str(out)]) == 0
    from openpyxl import load_workbook

    book = load_workbook(out)
    assert book.sheetnames == ["网格", "缺口", "空白班组", "分级承包"]
    assert book["缺口"].cell(3, 2).value == "空白班组没有安排"
    assert run(["grid", "--json", "--csv"]) == 2 and run(["grid", "--roster", "x", "--round", "y"]) == 2
    assert run(["grid", "--roster", str(path), "-o", str(tmp_path / "x.txt")]) == 2
    assert run(["grid", "--roster", str(tmp_path / "无.json")]) == 1


def test_equal_grids_give_equal_workbooks_and_nothing_becomes_a_formula() -> None:
    units = [
        msgspec.structs.replace(branch(4), name="=1+1"),
        group("G1", 4, msgspec.structs.replace(CREW, name="@班")),
    ]
    grid = grid_of(units, complete=False)
    assert grid_xlsx(grid, "[/]") == grid_xlsx(grid, "[/]")
    assert ",'=1+1," in grid_csv(grid).decode("utf-8-sig")
