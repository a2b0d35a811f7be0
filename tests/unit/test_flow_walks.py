"""Basic flows: drawn by seed the same for everybody, each step's finding kept, told and merged."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flow_samples import FLOWS, flow_list
from hypothesis import given, settings
from hypothesis import strategies as st
from telling_work import make_round, make_space

from inspect_tui.cli.main import run
from inspect_tui.exchange.verifying import change_faults
from inspect_tui.model.change import Body, Edit, flow_key
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.flows import FlowGroup, FlowList, FlowStage, StepFound
from inspect_tui.report.flow_table import flows_csv
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.deciding import questions
from inspect_tui.rules.flow_walks import (
    FlowDraw,
    draw_flows,
    flow_draws,
    flow_sentence,
    mark_step,
    newest_walk,
    record_flows,
    seed_for,
    walk_of,
)
from inspect_tui.rules.fold import State
from inspect_tui.rules.sampling import CannotDraw
from inspect_tui.store.loading import check_file, load_flows
from inspect_tui.store.shipped import shipped_flows
from sweeps import times

DAY = "2026-11-20"


def say(state: State, edits: list[Edit], who: str = "甲", writer: str = "a" * 12) -> None:
    at = f"2026-11-20T09:00:{len(state.changes):02d}+08:00"
    state.apply(make_change("", writer, Body(at=at, by=(who,), edits=tuple(edits))))


def walked(*found: tuple[int, int, StepFound, str], k: int = 3) -> tuple[State, FlowDraw]:
    """A drawing with some steps looked at: flow by its place, step, finding, note."""
    state, drawn = State(), draw_flows(flow_list(), "DG01", k, "种子", DAY)
    say(state, record_flows(state, drawn))
    for flow, step, mark, note in found:
        say(state, [mark_step(state, drawn, drawn.picked[flow].id, step, mark, note)])
    return state, drawn


@settings(max_examples=times(25), deadline=None)
@given(
    st.text(min_size=1, max_size=8).filter(str.strip), st.integers(1, 6), st.randoms(use_true_random=False)
)
def test_the_same_seed_and_list_draw_the_same_flows_in_whatever_order(seed: str, k: int, chance: Any) -> None:
    listed = flow_list()
    drawn = draw_flows(listed, "DG01", k, seed, DAY)
    groups = list(listed.groups)
    chance.shuffle(groups)
    mixed = [msgspec.structs.replace(g, flows=tuple(chance.sample(g.flows, len(g.flows)))) for g in groups]
    again = draw_flows(msgspec.structs.replace(listed, groups=tuple(mixed)), "DG01", k, seed, "2027-01-01")
    assert (again.picked, again.id, again.frame) == (drawn.picked, drawn.id, drawn.frame)
    ids = [pick.id for pick in drawn.picked]
    assert len(set(ids)) == k <= drawn.size == len(FLOWS)
    # Who drew one more drew these too.
    assert k == len(FLOWS) or [p.id for p in draw_flows(listed, "DG01", k + 1, seed, DAY).picked][:k] == ids


def test_each_unit_and_seed_gets_its_own_and_every_flow_its_turn() -> None:
    listed = load_flows(shipped_flows()[0])[0]
    drawn = {(u, s): draw_flows(listed, u, 3, s, DAY) for u in ("B1", "B2") for s in map(str, range(60))}
    assert len({d.id for d in drawn.values()}) == 120
    counts: dict[str, int] = {}
    for each in drawn.values():
        for pick in each.picked:
            counts[pick.id] = counts.get(pick.id, 0) + 1
    assert len(counts) == 36 and max(counts.values()) < 30
    for k, seed, said in ((0, "x", "1到36"), (37, "x", "1到36"), (3, " ", "没有写种子")):
        with pytest.raises(CannotDraw, match=said):
            draw_flows(listed, "B1", k, seed, DAY)


def test_what_was_found_of_each_step_and_in_one_sentence() -> None:
    none = StepFound.NONE
    state, drawn = walked()
    assert newest_walk(state, "DG01") == walk_of(state, drawn) and newest_walk(state, "DG02") is None
    assert (walk_of(state, drawn).looked, walk_of(state, drawn).steps) == (0, 6)
    done = [(flow, step, StepFound.DONE, "") for flow in range(3) for step in (1, 2)]
    state, drawn = walked(*done)
    names = [pick.name for pick in drawn.picked]
    assert [f.word for f in walk_of(state, drawn).flows] == ["走通"] * 3 and not walk_of(state, drawn).broken
    state, drawn = walked(
        *done, (0, 2, none, "没有签到"), (1, 1, StepFound.PARTLY, ""), (2, 2, StepFound.DONE, "")
    )
    walk = walk_of(state, drawn)
    assert [f.word for f in walk.flows] == ["走不通", "不完整", "走通"] and walk.broken == 1
    step = drawn.picked[0].steps[1].text
    assert flow_sentence(walk) == (
        f"按种子“种子”从6项基本流程中抽3项走查：“{names[0]}”走不通（{step}没做，没有签到）；"
        f"“{names[1]}”不完整（{drawn.picked[1].steps[0].text}做了部分）；“{names[2]}”走通"
    )
    say(state, [mark_step(state, drawn, drawn.picked[2].id, 1, None)])
    assert walk_of(state, drawn).flows[2].word == "未看完"
    rows = flows_csv([walk], {"DG01": "=甲组"}).decode("utf-8-sig").split("\r\n")
    assert len(rows) == 8 and rows[1].startswith("'=甲组,种子,2026-11-20,") and "没有签到" in "".join(rows)


def test_drawing_twice_changes_nothing_and_another_seed_is_offered() -> None:
    state, drawn = walked()
    assert record_flows(state, drawn) == [] and seed_for(state, "DG01", DAY) == "20261120"
    other = draw_flows(flow_list(), "DG01", 2, "20261120", "2026-11-21")
    say(state, record_flows(state, other))
    assert seed_for(state, "DG01", DAY) == "20261120-2"
    assert [d.id for d in flow_draws(state, "DG01")] == [drawn.id, other.id]
    # Rewording the list later leaves what was drawn as it read.
    assert flow_draws(state, "DG01")[0].picked == drawn.picked


def test_two_who_find_differently_ask_the_lead(tmp_path: Path) -> None:
    round_ = make_round(make_space(tmp_path))
    state, drawn = walked((0, 1, StepFound.DONE, ""))
    blind, _ = walked()
    say(state, [mark_step(blind, drawn, drawn.picked[0].id, 1, StepFound.NONE, "没有通知")], "乙", "b" * 12)
    mark = walk_of(state, drawn).flows[0].marks[0]
    assert mark.contested
    asked = questions(state, round_)
    assert len(asked) == 1 and "基本流程抽查" in asked[0].about and "第1步" in asked[0].matter
    assert {side.text for side in asked[0].sides} == {"做了", "没做；没有通知"}


@pytest.mark.parametrize("field", ["drawn", "found.X-01.1", "else"])
def test_a_foreign_record_nobody_can_read_is_refused(tmp_path: Path, field: str) -> None:
    edit = Edit(record=flow_key("DG01", "x"), field=field, value={"found": "maybe", "picked": []})
    change = make_change("", "a" * 12, Body(at="2026-11-18T09:00:00+08:00", by=("甲",), edits=(edit,)))
    assert "写法不对" in next(iter(change_faults(change, make_round(make_space(tmp_path)))))
    state = State([change])
    assert flow_draws(state, "DG01") == []


def test_the_shipped_list_has_36_flows_that_close_the_circle_and_says_it_is_a_draft() -> None:
    listed, warnings = load_flows(shipped_flows()[0])
    assert warnings == [] and len(listed.flows()) == 36 and listed.draft and "草案" in listed.remark
    assert all([step.stage for step in flow.steps] == list(FlowStage) for _, flow in listed.flows())


def test_every_mistake_of_a_list_is_told_at_once(tmp_path: Path) -> None:
    step, twice = {"stage": "plan", "text": "x"}, {"id": "1", "name": "一", "steps": []}
    raw = {
        "format": "inspect-tui/flows", "version": "1.0", "id": "a", "title": "目录",
        "groups": [
            {"name": "甲", "flows": [{"id": "1", "name": "一", "steps": [step]}, twice]},
            {"name": "甲", "flows": []},
        ],
    }  # fmt: skip
    path = tmp_path / "流程.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(InputFaults) as caught:
        load_flows(path)
    assert [f.code for f in caught.value.faults] == ["F07", "F01", "F01", "F02", "F01", "F02"]
    assert check_file(path) == caught.value.faults
    empty = FlowList(format="f", version="1.0", id="a", title="t", groups=(FlowGroup(name="g", flows=()),))
    with pytest.raises(CannotDraw):
        draw_flows(empty, "B1", 1, "s", DAY)


def test_the_command_draws_records_and_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "s")
    folder = str(space.round_dir(make_round(space).id))
    where = ["--workspace", str(space.root), "flows"]
    at = ["--unit", "DG01", "--as", "检查员甲"]
    assert run([*where, "draw", "--seed", "20261120", "--date", DAY, "--preview", "--json", *at]) == 0
    looked = json.loads(capsys.readouterr().out)
    assert not looked["recorded"] and run([*where, "show", folder]) == 0
    assert "还没有抽过流程" in capsys.readouterr().out
    assert run([*where, "draw", "--seed", "20261120", "--date", DAY, *at]) == 0
    first, second, _ = looked["flows"]
    assert f"  {first['id']} {first['name']}（{first['group']}）：未看完" in capsys.readouterr().out
    assert run([*where, "record", first["id"], "3", "none", "--note", "[/]没有\x1b[31m记录", *at]) == 0
    assert run([*where, "record", second["name"], "1", "部分", *at]) == 0
    capsys.readouterr()
    for args, said in (
        (["record", first["id"], "9", "done", *at], "没有这一步"),
        (["record", "XX-99", "1", "done", *at], "没有抽到这项流程"),
        (["record", first["id"], "1", "done", "--unit", "DG02", "--as", "检查员甲"], "还没有抽过流程"),
        (["draw", "--seed", "s", "-k", "99", *at], "只能抽1到36项"),
        (["draw", "--seed", "s", "--list", "basic", *at], "没有这个流程目录"),
    ):
        assert run([*where, *args]) == 1
        assert said in capsys.readouterr().err
    assert run([*where, "show", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["draws"]
    assert len(told) == 1 and (told[0]["looked"], told[0]["steps"], told[0]["broken"]) == (2, 12, 1)
    step = told[0]["flows"][0]["steps"][2]
    assert (step["found"], step["note"], step["by"]) == ("none", "[/]没有[31m记录", ["检查员甲"])
    assert [flow["id"] for flow in told[0]["flows"]] == [flow["id"] for flow in looked["flows"]]
    assert run([*where, "show", folder, "--csv", "--unit", "DG01"]) == 0
    assert len(re.findall(r"^东沟第1党小组,", capsys.readouterr().out, re.MULTILINE)) == 12
    assert run([*where, "list", "--json"]) == 0
    lists = json.loads(capsys.readouterr().out)["lists"]
    assert len(lists[0]["flows"]) == 36
    assert run([*where, "check", str(shipped_flows()[0])]) == 0
