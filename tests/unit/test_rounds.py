"""Opening and amending a round: what is frozen, what is refused, what stays."""

from __future__ import annotations

import json

import msgspec
import pytest
from telling_work import NOW, make_round, make_space, record, work

from inspect_tui.exchange.planning import amend_round, round_id, units_under
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Period, Team
from inspect_tui.model.terms import RoundKind, UnitKind, Verdict
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.rules.canonical import checklist_hash, unit_hash
from inspect_tui.rules.reading import read_answer
from inspect_tui.store.loading import load_round


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return make_space(tmp_path / "w")


def codes(error: pytest.ExceptionInfo[InputFaults]) -> list[str]:
    return [fault.code for fault in error.value.faults]


def test_a_round_freezes_checklists_units_above_and_rules(space):
    (space.root / "rules.json").write_text(
        (space.root / "rules.json").read_text(encoding="utf-8").replace('"个别"', '"有个别"'),
        encoding="utf-8",
    )
    opened = make_round(space)
    held = space.round(opened.id).round
    assert held == opened
    assert [u.id for u in held.units] == ["QY", "DG", "DG-B1", "DG01", "DG02", "DG03"]
    assert [u.id for u in inspected_units(held)] == ["DG01", "DG02", "DG03"]
    assert held.checklist_hashes == {c.id: checklist_hash(c) for c in held.checklists}
    assert held.unit_hashes == {u.id: unit_hash(u) for u in held.units}
    assert held.rules.single_word == "有个别"
    assert held.teams[0].units == ("DG01", "DG02", "DG03"), "the only team visits all"


def test_the_frozen_round_does_not_follow_the_workspace(space):
    opened = make_round(space)
    path = space.root / "roster.json"
    path.write_text(path.read_text(encoding="utf-8").replace("东沟第1党小组", "改了名"), encoding="utf-8")
    assert space.round(opened.id).round.unit("DG01").name == "东沟第1党小组"


def test_unknown_fields_of_a_checklist_are_kept(space):
    path = space.checklists_dir / "lzrh-dxz.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["version"], raw["colour"] = "1.7", {"from": "newer"}
    path.write_text(json.dumps(raw), encoding="utf-8")
    opened = make_round(space)
    assert space.round(opened.id).raw["checklists"][0]["colour"] == {"from": "newer"}
    amended = amend_round(space, opened.id, title="改了标题")
    assert amended.pack_version == 2
    assert space.round(opened.id).raw["checklists"][0]["colour"] == {"from": "newer"}


def test_everything_wrong_is_told_at_once(space):
    with pytest.raises(InputFaults) as error:
        make_round(
            space,
            title=" ",
            period=Period(label="", start="2026-13-01", end="2026-11-01"),
            unit_ids=["DG01", "DG02", "DG1", "QY"],
            checklist_ids=["lzrh-dx"],
            teams=[
                Team(id="A1", name="一组", lead="甲", members=("乙", "乙"), units=("DG01",)),
                Team(id="A 2", name="一组", members=("甲",), units=("DG01", "XX")),
                Team(id="A3", name="三组"),
            ],
        )
    told = str(error.value)
    assert "没有写标题" in told and "没有写检查时段" in told and "开始日期写法不对" in told
    assert "“lzrh-dxz”" in told, "the likely checklist is named"
    assert "名册里没有这个单位" in told and "一个单位分给了两个检查组" in told
    assert "同一个人在两个检查组" in told and "重名" in told and "两个检查组名称相同" in told
    assert "三组没有分到单位" in told and "没有分给任何检查组" in told
    assert {"N01", "N02", "N03", "N05", "N06", "N07"} <= set(codes(error))
    assert not space.rounds(), "nothing was written"


def test_a_unit_no_checklist_fits_is_refused(space):
    with pytest.raises(InputFaults, match="所选清单都不适用于党总支“东沟作业区党总支”") as error:
        make_round(space, unit_ids=["DG01", "DG"])
    assert codes(error) == ["N04"]
    assert not space.rounds()


def test_a_checklist_without_units_is_refused(space):
    with pytest.raises(InputFaults, match="所选单位里没有") as error:
        make_round(space, checklist_ids=["lzrh-dxz", "dbjj-zb"])
    assert codes(error) == ["N04"]


def test_end_before_start_is_refused(space):
    with pytest.raises(InputFaults, match="结束日期早于开始日期"):
        make_round(space, period=Period(label="x", start="2026-11-20", end="2026-11-16"))


def test_a_broken_roster_is_told_with_its_own_faults(space):
    (space.root / "roster.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputFaults) as error:
        make_round(space)
    assert any(fault.file == "roster.json" for fault in error.value.faults)


@pytest.mark.parametrize(
    ("label", "start", "kind", "expected"),
    [
        ("2026年第四季度", "2026-11-16", RoundKind.LOOKBACK, "2026Q4-lookback"),
        ("2026年1季度", "", RoundKind.SPECIAL_CHECK, "2026Q1-special-check"),
        ("2026年11月", "", RoundKind.ASSESSMENT, "2026M11-assessment"),
        ("2026年十二月", "", RoundKind.ASSESSMENT, "2026M12-assessment"),
        ("上半年", "2026-06-01", RoundKind.SUPERVISION, "2026M06-supervision"),
        ("随时", "", RoundKind.GUIDANCE, "round-guidance"),
    ],
)
def test_ids_people_can_read(label, start, kind, expected):
    assert round_id(Period(label=label, start=start), kind) == expected


def test_a_second_round_of_the_same_period_gets_its_own_id(space):
    assert [make_round(space).id, make_round(space).id] == ["2026Q4-lookback", "2026Q4-lookback-2"]


def test_amending_keeps_answers_and_asks_for_a_fresh_look_at_reworded_items(space, tmp_path):
    opened = make_round(space)
    session = work(space, opened)
    record(
        session, tmp_path / "l", [{"unit": "DG01", "item": i, "verdict": "pass"} for i in ("GW-01", "GW-02")]
    )
    session.close()
    path = space.checklists_dir / "lzrh-dxz.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["sections"][0]["items"][0]["text"] += "，并上墙公布"
    raw["sections"][0]["items"][1]["text"] = " " + raw["sections"][0]["items"][1]["text"].replace("：", ": ")
    path.write_text(json.dumps(raw), encoding="utf-8")
    amended = amend_round(space, opened.id, refresh=True, demands=["请于11月27日前整改"])
    assert amended.pack_version == 2 and amended.origin == opened.origin
    session = work(space, amended)
    try:
        first = read_answer(session.state, "DG01", "lzrh-dxz", amended.item("lzrh-dxz", "GW-01"))
        second = read_answer(session.state, "DG01", "lzrh-dxz", amended.item("lzrh-dxz", "GW-02"))
        assert (first.verdict, first.stale) == (Verdict.PASS, True)
        assert (second.verdict, second.stale) == (Verdict.PASS, False), "spacing is no rewording"
        assert session.file.round_raw["pack_version"] == 2, "the findings file carries the amended round"
    finally:
        session.close()


def test_amending_units_takes_them_from_the_teams_too(space):
    opened = make_round(space)
    amended = amend_round(space, opened.id, unit_ids=["DG01", "DG02"])
    assert amended.teams[0].units == ("DG01", "DG02")
    assert amended.checklist_hashes == opened.checklist_hashes, "what was frozen is frozen still"
    assert not load_round(space.round_dir(opened.id) / "round.json")[2], "and its hashes are right"
    with pytest.raises(InputFaults, match="没有分给任何检查组"):
        amend_round(space, opened.id, unit_ids=["DG01", "DG02", "DG04"])


def test_units_under_a_unit(space):
    roster, _ = space.roster()
    found = units_under(roster, "DG-B1", lambda u: u.kind is UnitKind.PARTY_GROUP)
    assert found == ["DG01", "DG02", "DG03", "DG04"]


def test_only_units_of_a_team_are_inspected(space):
    """A branch that stands above a visited group is not visited, even if a checklist would fit it."""
    opened = make_round(space, unit_ids=["DG01", "DG-B2"], checklist_ids=["lzrh-dxz", "dbjj-zb"])
    assert [u.id for u in inspected_units(opened)] == ["DG01", "DG-B2"]
    without = msgspec.structs.replace(opened, teams=())
    assert "DG-B1" in [u.id for u in inspected_units(without)]


def test_created_is_the_clock_that_was_handed_in(space):
    assert make_round(space).created == NOW.isoformat(timespec="seconds")
