"""What a checklist asks of each kind and profile, and the made-up round on which it is tried."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from inspect_tui.cli import main as cli
from inspect_tui.model.checklist import Checklist
from inspect_tui.model.round import Rules
from inspect_tui.model.terms import Profile, UnitKind
from inspect_tui.rules.applicability import inspected_units, items_of
from inspect_tui.rules.effort import LEAST_SAMPLES, efforts
from inspect_tui.rules.fold import State
from inspect_tui.rules.gauge import Pace
from inspect_tui.rules.trying import trial_round
from inspect_tui.store.loading import load_checklist
from inspect_tui.store.shipped import shipped_dir


def checklist(*items: dict[str, Any], **head: Any) -> Checklist:
    rows = [{"points": 10, "text": f"第{n}条要有记录"} | item for n, item in enumerate(items, 1)]
    raw = {
        "format": "inspect-tui/checklist", "version": "1.0", "id": "x", "revision": "1", "title": "试",
        "sections": [{"id": "A", "name": "甲", "points": 10, "items": rows}],
    } | head  # fmt: skip
    import msgspec

    return msgspec.convert(raw, Checklist, strict=False)


def told(found: list[Any]) -> list[tuple[str, int, str, str, int, int]]:
    return [(e.label, e.items, str(e.points), str(e.minutes), e.conditional, e.measured) for e in found]


def test_one_line_where_all_are_asked_the_same() -> None:
    assert told(efforts(checklist({"id": "A-01"}, {"id": "A-02", "scoring": "none"}))) == [
        ("各单位相同", 2, "10", "2.0", 0, 0)
    ]


def test_profiles_kinds_and_conditions_are_counted_as_they_would_be_met() -> None:
    made = checklist(
        {"id": "A-01"},
        {"id": "A-02", "applies_to": ["safety"], "points": 4},
        {"id": "A-03", "unit_kinds": ["branch"], "when": [{"item": "A-01", "verdict": ["pass"]}]},
        {"id": "A-04", "tags": ["海上"], "points": 1},
        unit_kinds=["party_group", "branch"],
        profiles=["safety", "production"],
    )
    assert told(efforts(made)) == [
        ("党小组、上产型", 2, "11", "2.0", 1, 0),
        ("党小组、安全型", 3, "15", "3.0", 1, 0),
        ("党支部、上产型", 3, "21", "3.0", 2, 0),
        ("党支部、安全型", 4, "25", "4.0", 2, 0),
    ]


def test_a_pace_counts_once_it_was_seen_often_enough() -> None:
    made = checklist({"id": "A-01"}, {"id": "A-02"}, {"id": "A-03"})
    paces = {
        "x/A-01": Pace(key="x/A-01", samples=LEAST_SAMPLES, minutes=Decimal("2.5")),
        "x/A-02": Pace(key="x/A-02", samples=LEAST_SAMPLES - 1, minutes=Decimal(9)),
        "y/A-03": Pace(key="y/A-03", samples=50, minutes=Decimal(9)),
    }
    assert told(efforts(made, paces)) == [("各单位相同", 3, "30", "4.5", 0, 1)]


@pytest.mark.parametrize("name", ["lzrh-dxz", "dbjj-zb", "sywsyt", "zdc-5"])
def test_what_is_counted_is_what_a_trial_walks(name: str) -> None:
    made, _ = load_checklist(shipped_dir() / f"{name}.json")
    for effort in efforts(made):
        kind, profile = effort.kind or made.unit_kinds[0], effort.profile or Profile.GENERAL
        round_ = trial_round(made, kind, profile, Rules(), "2026-11-20")
        (unit,) = inspected_units(round_)
        assert round_.practice and unit.kind is kind
        met = items_of(State(), round_, unit, made)
        assert (len(met), effort.points) == (effort.items, made.full_score)


def run(capsysbinary: Any, *args: str) -> tuple[int, str, str]:
    code = cli.run(args)
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


def test_counts_at_the_command_line(capsysbinary: Any, tmp_path: Path) -> None:
    source = str(shipped_dir() / "lzrh-dxz.json")
    code, out, _ = run(capsysbinary, "checklist", "try", source, "--json")
    rows = json.loads(out)["profiles"]
    assert code == 0 and [r["profile"] for r in rows] == ["production", "safety", "harmony"]
    assert {(r["items"], r["points"], r["minutes"], r["kind"]) for r in rows} == {(34, 100, 34, "*")}
    code, out, _ = run(capsysbinary, "checklist", "try", source, "--counts")
    assert code == 0 and "安全型：34条，100分，约34分钟" in out
    code, _, err = run(capsysbinary, "checklist", "try", source, "--counts", "--profile", "飞行型")
    assert code == 2 and "飞行型" in err and "安全型" in err
    code, _, err = run(capsysbinary, "checklist", "try", str(tmp_path / "none.json"), "--counts")
    assert code == 1 and "找不到" in err
    # Without a terminal the screens are refused, and said so.
    code, _, err = run(capsysbinary, "checklist", "try", source, "--kind", UnitKind.PARTY_GROUP.label)
    assert code == 1 and "终端" in err
