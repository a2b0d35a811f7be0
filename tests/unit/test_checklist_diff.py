"""Two versions of a checklist compared, and what a new version asks to look at anew."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading_samples import CHECKLIST, as_bytes, copy_of
from strategies import CHECKLIST as SMALL
from strategies import UNITS, new_desks

from inspect_tui.cli import main as cli
from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.terms import Helper, Verdict
from inspect_tui.model.view import Judgement, Picked
from inspect_tui.rules import actions
from inspect_tui.rules.checklist_diff import Difference, compare
from inspect_tui.rules.checklist_versions import fresh_looks
from inspect_tui.store.loading import load_checklist
from inspect_tui.store.shipped import shipped_dir

replace = msgspec.structs.replace


@pytest.fixture(scope="module")
def shipped() -> Checklist:
    return load_checklist(shipped_dir() / "lzrh-dxz.json")[0]


def changed(checklist: Checklist, item_id: str, **fields: Any) -> Checklist:
    """The checklist with an item changed; without fields, with it left out."""
    sections = []
    for section in checklist.sections:
        items = [
            replace(i, **fields) if i.id == item_id else i for i in section.items if i.id != item_id or fields
        ]
        sections.append(replace(section, items=tuple(items)))
    return replace(checklist, sections=tuple(sections))


def kinds(found: Difference) -> dict[str, list[str]]:
    names = ("added", "removed", "reworded", "repointed", "moved", "other")
    return {n: [c.id for c in getattr(found, n)] for n in names if getattr(found, n)}


def test_the_same_checklist_has_no_difference(shipped: Checklist) -> None:
    assert compare(shipped, shipped).empty
    again = msgspec.json.decode(msgspec.json.encode(shipped), type=Checklist)
    assert compare(shipped, replace(again, revision="2027")).empty


def test_spacing_and_width_are_no_rewording(shipped: Checklist) -> None:
    item = shipped.item("GW-03")
    assert item is not None
    spaced = item.text.replace("，", ", ").replace("党小组", "党 小组\n")
    assert compare(shipped, changed(shipped, "GW-03", text=spaced)).empty
    found = compare(shipped, changed(shipped, "GW-03", text=item.text + "，有签字"))
    assert kinds(found) == {"reworded": ["GW-03"]}
    (change,) = found.reworded
    assert change.was["text"] == item.text and change.now["text"].endswith("有签字")
    assert kinds(compare(shipped, changed(shipped, "GW-03", rubric="未讨论扣3分"))) == {"reworded": ["GW-03"]}


def test_added_removed_and_repointed(shipped: Checklist) -> None:
    without = changed(shipped, "RC-02")
    assert kinds(compare(shipped, without)) == {"removed": ["RC-02"]}
    (added,) = compare(without, shipped).added
    assert (added.id, added.section, added.now) == ("RC-02", "日常工作记录", {"points": "3"})
    item = shipped.item("RC-02")
    assert item is not None
    dearer = changed(shipped, "RC-02", points=Decimal(4))
    (change,) = compare(shipped, dearer).repointed
    assert (change.was, change.now) == ({"points": "3"}, {"points": "4"})
    deduction = replace(item.deductions[0], points=Decimal(2), cap=Decimal(3))
    (change,) = compare(shipped, changed(shipped, "RC-02", deductions=(deduction,))).repointed
    assert change.parts == ("“前后断档”由每处扣1分改为每处扣2分、最多扣3分",)
    found = compare(shipped, changed(shipped, "RC-02", deductions=(replace(deduction, label="断档"),)))
    assert [p[:2] for p in found.repointed[0].parts] == ["增加", "取消"]


def test_moved_by_order_section_and_number(shipped: Checklist) -> None:
    first, second, *rest = shipped.sections
    swapped = replace(first, items=(first.items[1], first.items[0], *first.items[2:]))
    found = compare(shipped, replace(shipped, sections=(swapped, second, *rest)))
    assert len(found.moved) == 1 and kinds(found)["moved"][0] in ("GW-01", "GW-02")
    last_first = replace(first, items=(first.items[-1], *first.items[:-1]))
    found = compare(shipped, replace(shipped, sections=(last_first, second, *rest)))
    assert kinds(found) == {"moved": ["GW-06"]} and found.moved[0].now["place"] == "1"
    sections = (replace(first, items=first.items[1:]), replace(second, items=(*second.items, first.items[0])))
    found = compare(shipped, replace(shipped, sections=(*sections, *rest)))
    assert kinds(found) == {"moved": ["GW-01"]} and found.moved[0].now["section"] == second.name
    found = compare(shipped, changed(shipped, "GW-01", id="GW-99"))
    assert kinds(found) == {"moved": ["GW-99"]} and found.moved[0].old_id == "GW-01"
    # A new number with new words is another item.
    found = compare(shipped, changed(shipped, "GW-01", id="GW-99", text="别的"))
    assert kinds(found) == {"added": ["GW-99"], "removed": ["GW-01"]}


def test_the_head_and_other_fields_are_told(shipped: Checklist) -> None:
    first, *rest = shipped.sections
    told = compare(
        shipped,
        replace(
            shipped,
            title="别的",
            full_score=Decimal(110),
            sections=(replace(first, name="岗位", points=Decimal(30)), *rest),
            triggers=shipped.triggers[1:],
            remark="",
        ),
    ).head
    assert len(told) == 6 and any("岗位" in line for line in told) and any("RL-01" in line for line in told)
    found = compare(shipped, changed(shipped, "GW-01", samples=("别处",), applies_to=("safety",)))
    assert kinds(found) == {"other": ["GW-01"]} and found.other[0].parts == ("适用定位", "抽查内容")
    found = compare(shipped, changed(shipped, "GW-01", helper=Helper.FLOWS))
    assert kinds(found) == {"other": ["GW-01"]} and found.other[0].parts == ("辅助页",)
    found = compare(shipped, replace(shipped, sections=(replace(first, figures=()), *rest)))
    assert kinds(found) == {} and found.head == (f"大项“{first.name}”旁边显示的情况变了",)


@given(st.permutations(range(7)))
def test_the_fewest_items_count_as_moved(order: list[int]) -> None:
    items = [Item(id=f"A-{n}", text=f"内容{n}", points=Decimal(1)) for n in range(7)]
    section = replace(SMALL.sections[0], items=tuple(items))
    old = replace(SMALL, sections=(section,))
    new = replace(SMALL, sections=(replace(section, items=tuple(items[n] for n in order)),))
    moved = {change.id for change in compare(old, new).moved}
    left = [n for n in order if f"A-{n}" not in moved]
    assert left == sorted(left)
    longest = max(
        (len(run) for run in _rising_runs(order)),
        default=0,
    )
    assert len(left) == longest


def _rising_runs(order: list[int]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for number in order:
        runs += [[*run, number] for run in runs if not run or run[-1] < number]
    return runs


# ------------------------------------------------------------------- fresh looks


def test_answers_and_problems_of_changed_items_want_a_fresh_look() -> None:
    (desk,) = new_desks(1)
    unit = UNITS[0]
    first, second = SMALL.items()[:2]
    label = first.deductions[0].label
    failed = Judgement(verdict=Verdict.FAIL, deductions=(Picked(label=label, count=2),))
    desk.do(actions.judge(desk.state, unit, SMALL.id, first, failed))
    desk.do(actions.judge(desk.state, unit, SMALL.id, second, Judgement(verdict=Verdict.PASS)))
    assert fresh_looks(SMALL, SMALL, desk.state) == []
    spaced = changed(SMALL, first.id, text=first.text + " ")
    assert fresh_looks(SMALL, spaced, desk.state) == []
    reworded = changed(SMALL, first.id, text="别的要求")
    looks = fresh_looks(SMALL, reworded, desk.state)
    assert [(x.kind, x.unit, x.item, x.why) for x in looks] == [
        ("answer", unit, first.id, "条文改动"),
        ("problem", unit, first.id, "条文改动"),
    ]
    assert looks[0].text == "别的要求" and "2" in looks[1].text
    gone = fresh_looks(SMALL, changed(SMALL, second.id), desk.state)
    assert [(x.kind, x.item, x.why) for x in gone] == [("answer", second.id, "条文取消")]
    moved = fresh_looks(SMALL, changed(SMALL, second.id, id="ZZ-01"), desk.state)
    assert [(x.item, x.why) for x in moved] == [(second.id, "编号改为ZZ-01")]


# --------------------------------------------------------------------- the command


def test_the_command_tells_both_ways(tmp_path, capsysbinary) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_bytes(as_bytes(CHECKLIST))
    value = copy_of(CHECKLIST) | {"revision": "2", "change_note": "按周开会"}
    value["sections"][0]["items"][0]["text"] = "会议按[/]周召开"
    value["sections"][1]["items"][0]["id"] = "B-09"
    new.write_bytes(as_bytes(value))
    assert cli.run(["checklist", "diff", str(old), str(new), "--json"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert {"added", "removed", "reworded", "repointed", "moved"} <= set(told)
    assert [c["id"] for c in told["reworded"]] == ["A-01"] and told["warnings"] == []
    assert told["moved"][0]["old_id"] == "B-01" and told["moved"][0]["id"] == "B-09"
    assert cli.run(["checklist", "diff", str(old), str(new)]) == 0
    said = capsysbinary.readouterr().out.decode()
    assert (
        "本版改动：按周开会" in said
        and "改写（查过的需重看）1条" in said
        and "会议按[/]周召开" in said
        and "编号B-01改为B-09" in said
    )
    value["revision"] = "1"
    new.write_bytes(as_bytes(value))
    assert cli.run(["checklist", "diff", str(old), str(new)]) == 0
    assert "版本号没有改" in capsysbinary.readouterr().err.decode()
    new.write_text("{", encoding="utf-8")
    assert cli.run(["checklist", "diff", str(old), str(new)]) == 1


def test_amending_and_opening_list_what_to_look_at_again(
    tmp_path, demo_at, monkeypatch, capsysbinary
) -> None:
    from inspect_tui.demo import CURRENT
    from inspect_tui.store.loading import load_round

    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    root = demo_at(tmp_path / "demo").root
    round_file = root / "rounds" / CURRENT / "round.json"
    round_, _, _ = load_round(round_file)
    carried = next(c for c in round_.carried if c.item and not c.state.done)
    path = root / "checklists" / f"{carried.checklist}.json"
    raw = json.loads(path.read_bytes())
    raw["revision"] = "2099.1"
    for section in raw["sections"]:
        for item in section["items"]:
            if item["id"] == carried.item:
                item["text"] = "换成了别的要求"
    path.write_bytes(json.dumps(raw, ensure_ascii=False).encode())
    before = round_file.read_bytes()
    where = ["--workspace", str(root), "round"]
    assert cli.run([*where, "amend", CURRENT, "--refresh", "--preview", "--json"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert round_file.read_bytes() == before and told["preview"]
    assert {look["item"] for look in told["looks"]} == {carried.item}
    assert carried.id in {look["record"] for look in told["looks"] if look["kind"] == "problem"}
    assert cli.run([*where, "amend", CURRENT, "--refresh"]) == 0
    said = capsysbinary.readouterr().out.decode()
    assert "清单改动后要重看" in said and f"{carried.item}（条文改动）" in said and "请重新发包" in said
    assert cli.run([*where, "amend", CURRENT, "--refresh"]) == 0
    assert "要重看" not in capsysbinary.readouterr().out.decode()
    asked = [
        "new",
        "--title",
        "2027年第一季度回头看",
        "--start",
        "2027-01-05",
        "--checklist",
        carried.checklist,
    ]
    assert cli.run([*where, *asked, "--unit", carried.unit, "--json"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert carried.item in {look["item"] for look in told["looks"]}
    assert {look["kind"] for look in told["looks"]} == {"problem"}
