"""The shipped checklists, rules and roster: sound, complete, and in step with their own rubrics."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.roster import Roster, Unit
from inspect_tui.model.round import Rules
from inspect_tui.model.terms import Figure, Profile, Scoring, Severity, TriggerEffect, UnitKind, Verdict
from inspect_tui.rules.applicability import items_for
from inspect_tui.store.loading import check_file, load_checklist, load_roster, load_rules
from inspect_tui.store.shipped import (
    shipped_contests,
    shipped_dir,
    shipped_distributions,
    shipped_files,
    shipped_flows,
    shipped_schemes,
)

SHAPES = {
    "lzrh-dxz": ({"GW": 20, "RC": 16, "PX": 12, "QZ": 16, "JJ": 14, "JF": 12, "TS": 10}, 42),
    "dbjj-zb": ({"SJ": 15, "BZ": 17, "DW": 20, "ZD": 16, "JZ": 14, "YJ": 18}, 22),
    "zdc-5": ({"GB": 20, "AQ": 25, "ZL": 20, "GG": 20, "LJ": 15}, 25),
    "sywsyt": ({"SY": 70, "WS": 25, "GL": 5}, 16),
}
COUNTERS = {"次", "项", "人", "处", "个月", "件", "条", "起", "类", "笔", "期", "个环节", "种", "人次", "个"}


def checklist(name: str) -> Checklist:
    loaded, warnings = load_checklist(shipped_dir() / f"{name}.json")
    assert warnings == []
    return loaded


def every_item() -> list[tuple[str, Item]]:
    return [(f"{name}/{item.id}", item) for name in SHAPES for item in checklist(name).items()]


@pytest.fixture(scope="module")
def roster() -> Roster:
    loaded, warnings = load_roster(shipped_dir() / "roster.sample.json")
    assert warnings == []
    return loaded


def test_all_shipped_files_load_without_a_word() -> None:
    names = [path.name for path in shipped_files()]
    assert names == sorted([*(f"{name}.json" for name in SHAPES), "roster.sample.json", "rules.json"])
    assert {path.name: check_file(path) for path in shipped_files()} == {name: [] for name in names}


@pytest.mark.parametrize("name", SHAPES)
def test_sections_points_and_items(name: str) -> None:
    loaded = checklist(name)
    sections, count = SHAPES[name]
    assert loaded.id == name and loaded.draft and loaded.full_score == 100
    assert {s.id: s.points for s in loaded.sections} == sections
    assert len(loaded.items()) == count
    for profile in loaded.profiles or ("general",):
        listed = items_for(loaded, Profile(profile))
        assert sum(item.points for _, item in listed) == 100
        for section in loaded.sections:
            assert sum(i.points for s, i in listed if s.id == section.id) == section.points
    assert all(1 <= len(s.short_name) <= 4 for s in loaded.sections)


def test_a_group_without_profile_has_thirty_items_and_ninety_two_points() -> None:
    listed = items_for(checklist("lzrh-dxz"), Profile.GENERAL)
    assert (len(listed), sum(item.points for _, item in listed)) == (30, 92)
    assert len(items_for(checklist("lzrh-dxz"), Profile.PRODUCTION)) == 34


@pytest.mark.parametrize(("where", "item"), every_item())
def test_every_rubric_figure_stands_among_the_deductions(where: str, item: Item) -> None:
    figures = {Decimal(f) for f in re.findall(r"(?<!最多)扣(\d+(?:\.\d+)?)分", item.rubric)}
    caps = {Decimal(f) for f in re.findall(r"最多扣(\d+(?:\.\d+)?)分", item.rubric)}
    if item.scoring is Scoring.AWARD:
        given = [Decimal(f) for f in re.findall(r"(\d+(?:\.\d+)?)分", item.rubric)]
        assert [a.points for a in item.awards] == given
        assert [a.verdict for a in item.awards] == [Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL]
        assert item.awards[0].points == item.points
        assert all(a.sentence for a in item.awards[1:])
        return
    taken = {d.points for d in item.deductions if d.points}
    assert taken == figures
    assert caps <= {d.cap for d in item.deductions}
    assert any(d.all for d in item.deductions) == ("不得分" in item.rubric)
    named = set(re.findall(r"(?:启动|触发)([A-Z]+-?\d+)", item.rubric))
    assert {d.triggers for d in item.deductions if d.triggers} == named
    assert any(d.suggestion for d in item.deductions) == ("建议" in item.rubric)
    # Each clause of the rubric has a label of its own, so that none can be missed on site.
    assert len(item.deductions) == item.rubric.count("；") + 1, where


@pytest.mark.parametrize(("where", "item"), every_item())
def test_labels_and_sentences_are_fit_for_use(where: str, item: Item) -> None:
    for choice in (*item.deductions, *item.awards):
        assert 1 <= len(choice.label) <= 10, where
        assert not re.search(r"[,;:?!\"'()]", choice.sentence), where
        assert not choice.sentence.endswith(("。", "；", "，"))
        assert not re.search("态度|责任心|不负责任|懒|差劲", choice.sentence), where
    for deduction in item.deductions:
        assert ("{n}" in deduction.sentence) == deduction.counted
        assert not deduction.unit or deduction.unit in COUNTERS, where
        assert deduction.severity is not Severity.VETO or deduction.triggers
    assert not re.search(r"[,;:?!\"']", item.text + item.rubric), where
    assert item.methods and item.rubric


def test_either_or_rubrics_exclude_each_other() -> None:
    pairs = {
        where: [d.label for d in item.deductions if d.exclusive]
        for where, item in every_item()
        if any(d.exclusive for d in item.deductions)
    }
    assert {w.split("/")[1] for w in pairs} == {"GW-03", "GW-04", "GW-06", "PX-02", "JJ-01", "JF-04", "YJ-03"}
    assert pairs["lzrh-dxz/GW-04"] == ["1人讲不清", "2人都讲不清"]


def test_sections_say_which_figures_stand_beside_their_items() -> None:
    shown = {f"{name}/{s.id}": s.figures for name in SHAPES for s in checklist(name).sections if s.figures}
    assert shown == {"lzrh-dxz/GW": (Figure.DUTIES,), "lzrh-dxz/JF": (Figure.POINTS,)}


def test_triggers_have_their_effects() -> None:
    effects = {name: {t.effect for t in checklist(name).triggers} for name in SHAPES}
    assert effects["lzrh-dxz"] == {TriggerEffect.RED_LINE}
    assert effects["dbjj-zb"] == {TriggerEffect.VETO}
    assert effects["zdc-5"] == {TriggerEffect.ALERT, TriggerEffect.CHECK}
    assert effects["sywsyt"] == set()


def test_nine_duties_with_one_left_to_name() -> None:
    duties = checklist("lzrh-dxz").duties
    assert len(duties) == 9 and duties[-1] == "" and all(duties[:-1])


def test_shipped_rules_are_the_defaults() -> None:
    rules, warnings = load_rules(shipped_dir() / "rules.json")
    assert warnings == [] and rules == Rules()
    fields = json.loads((shipped_dir() / "rules.json").read_bytes())
    assert set(fields) == set(Rules.__struct_fields__)


def groups(roster: Roster) -> list[Unit]:
    return [u for u in roster.units if u.kind is UnitKind.PARTY_GROUP]


def test_roster_has_a_whole_plant(roster: Roster) -> None:
    kinds = [u.kind for u in roster.units]
    assert kinds.count(UnitKind.COMMITTEE) == 1 and kinds.count(UnitKind.GENERAL_BRANCH) >= 2
    assert kinds.count(UnitKind.BRANCH) >= 4 and len(groups(roster)) >= 24
    assert {u.profile for u in groups(roster)} == set(Profile)
    for name in SHAPES:
        assert any(u.kind in checklist(name).unit_kinds for u in roster.units), name


def test_roster_counts_add_up(roster: Roster) -> None:
    counted = {UnitKind.COMMITTEE, UnitKind.GENERAL_BRANCH, UnitKind.BRANCH, UnitKind.JOINT_BRANCH}
    for unit in roster.units:
        below = [
            u for u in roster.units if u.parent == unit.id and u.kind in counted | {UnitKind.PARTY_GROUP}
        ]
        if unit.kind in counted:
            assert below
            assert unit.members == sum(u.members for u in below)
            assert unit.probationary == sum(u.probationary for u in below)
            assert unit.staff == sum(u.staff for u in below)
        if unit.kind is UnitKind.PARTY_GROUP:
            assert unit.members == sum(c.members for c in unit.crews) and 3 <= unit.members <= 10
            assert unit.staff == sum(c.staff for c in unit.crews)
            assert unit.leader and unit.responsible_leader
            assert bool(unit.feature) == (unit.profile is not Profile.GENERAL)


def test_one_crew_without_members_has_its_arrangement(roster: Roster) -> None:
    blank = [crew for u in roster.units for crew in u.crews if crew.members == 0]
    assert len(blank) == 1 and blank[0].arrangement


def test_no_real_names_of_the_field() -> None:
    for path in shipped_files():
        text = path.read_text(encoding="utf-8")
        assert not re.search("定边|吴起|辽河|长庆|大庆|华北|南梁|采油八厂|2499", text), path.name


@pytest.mark.slow
def test_the_wheel_carries_the_shipped_files(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    built = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--no-deps",
            "--no-build-isolation",
            "-q",
            "-w",
            str(tmp_path),
            str(root),
        ],
        capture_output=True,
    )
    if built.returncode and b"hatchling" in built.stderr:
        pytest.skip("the build backend is not installed here")
    assert built.returncode == 0, built.stderr.decode()
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    shipped = [*shipped_files(), *shipped_schemes(), *shipped_contests()]
    shipped += [*shipped_distributions(), *shipped_flows()]
    inside = {f"inspect_tui/data/checklists/{p.relative_to(shipped_dir()).as_posix()}" for p in shipped}
    assert len(inside) > 15 and inside <= set(names)
