"""A sheet that revises a checklist: equal items keep id and labels, alike ones do and it is said."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office_sheets import branch_rules, safety_list

from inspect_tui.cli import main as cli
from inspect_tui.exchange.checklist_sheet import Imported, import_bytes
from inspect_tui.exchange.sheet_headings import Mapping
from inspect_tui.model.checklist import Checklist
from inspect_tui.model.terms import Method, Severity, UnitKind
from inspect_tui.rules.checklist_diff import compare
from inspect_tui.store.loading import load_checklist
from inspect_tui.store.shipped import shipped_dir


def by_hand(data: bytes = b"") -> Checklist:
    """A checklist imported before and then tended by hand: ids, labels, severities, samples."""
    raw = import_bytes(data or branch_rules(), "x.xlsx", checklist_id="dzb").raw
    ids = iter(["ZZ-01", "ZZ-05", "DY-01", "DY-02", "ZY-01"])
    for section, name in zip(raw["sections"], ("ZZ", "DY", "ZY"), strict=True):
        section["id"], section["short"] = name, name
        for item in section["items"]:
            item["id"] = next(ids)
    first = raw["sections"][0]["items"][0]
    first |= {"severity": "major", "methods": ["doc_review"], "samples": ["换届批复"], "na_when": ["新建"]}
    first["deductions"][0] |= {"label": "没有换届", "sentence": "届满{n}个月没有换届", "unit": "月"}
    second = raw["sections"][0]["items"][1]
    second["deductions"][0]["label"] = "支部党员大会缺1次"
    raw["revision"], raw["unit_kinds"], raw["remark"] = "2026.3", ["branch"], "留着"
    return load_checklist(msgspec.json.encode(raw))[0]


def sheet(**cells: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(branch_rules()))
    for address, value in cells.items():
        book.active[address] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def revised(old: Checklist, data: bytes, **asked: Any) -> tuple[Imported, Checklist]:
    found = import_bytes(data, "x.xlsx", base=old, **asked)
    assert found.faults == [] and found.checklist is not None
    return found, found.checklist


def test_an_unchanged_sheet_changes_nothing_but_the_version() -> None:
    old = by_hand()
    found, new = revised(old, branch_rules())
    change = compare(old, new)
    assert not any(
        (change.added, change.removed, change.reworded, change.repointed, change.moved, change.other)
    )
    assert (new.id, new.revision, new.unit_kinds, new.remark) == ("dzb", "2026.4", old.unit_kinds, "留着")
    assert [s.short for s in new.sections] == ["ZZ", "DY", "ZY"]
    assert new.items()[0] == old.items()[0], "what was tended by hand stands"
    said = [d.taken for d in found.doubts]
    assert "版本号由旧版的2026.3改为2026.4" in said
    assert "表里没有这些栏，照旧版取：程度1条、检查方式1条、不适用情形1条、抽查内容1条" in said
    # The rubric reads as before, so what could not be read in it was settled long ago.
    assert not [t for t in said if "没有读成扣分项" in t]


def test_spacing_and_wide_signs_make_no_other_item() -> None:
    found, new = revised(by_hand(), sheet(D6="“三会一课” 按计划开展,记录完整"))
    assert new.items()[1].id == "ZZ-05"
    assert not [d for d in found.doubts if "和旧版" in d.taken]


def test_alike_items_keep_their_id_with_a_doubt_at_their_cell() -> None:
    found, new = revised(by_hand(), sheet(D6="“三会一课”按月计划开展，记录完整"))
    assert new.items()[1].id == "ZZ-05"
    assert [d.cell for d in found.doubts if "和旧版" in d.taken and "ZZ-05" in d.taken] == ["D6"]


def test_another_item_gets_a_number_never_used_before() -> None:
    found, new = revised(by_hand(), sheet(D5="班子成员每季度下基层调研并有记录"))
    assert [i.id for i in new.items()] == ["ZZ-06", "ZZ-05", "DY-01", "DY-02", "ZY-01"]
    said = {d.taken: d.cell for d in found.doubts}
    assert said["旧版没有这一条，编为ZZ-06"] == "D5"
    assert "旧版的ZZ-01没有了；删了的编号不再用" in said
    assert new.items()[0].severity is Severity.MINOR, "a new item inherits nothing"


def test_labels_are_kept_where_the_rubric_changed() -> None:
    rubric = "1.支部党员大会每季度缺1次扣3分；\n2.党课缺一次扣1分；\n3.照抄别人记录的，每处扣0.5分。"
    found, new = revised(by_hand(), sheet(F6=rubric))
    assert [d.label for d in new.items()[1].deductions] == ["支部党员大会缺1次", "党课缺一次", "照抄别人记录"]
    assert str(new.items()[1].deductions[0].points) == "3", "the figure is the sheet's"
    assert [d.cell for d in found.doubts if "和旧版" in d.taken] == ["F6"]


def test_a_section_renamed_keeps_its_id_and_says_so() -> None:
    found, new = revised(by_hand(), sheet(B8="党员队伍\n（15分）"))
    assert [s.id for s in new.sections] == ["ZZ", "DY", "ZY"] and new.sections[1].name == "党员队伍"
    assert any("改了名" in d.taken for d in found.doubts)


def test_what_the_author_states_stands() -> None:
    given = Mapping(id="dzb2", revision="2027", unit_kinds=("joint_branch",))
    _, new = revised(by_hand(), branch_rules(), mapping=given)
    assert (new.id, new.revision, new.unit_kinds) == ("dzb2", "2027", (UnitKind.JOINT_BRANCH,))


def test_a_sheet_of_another_trade_shares_nothing() -> None:
    found, new = revised(by_hand(), safety_list())
    ids = [i.id for i in new.items()]
    assert len(set(ids)) == len(ids) and not {"ZZ-01", "DY-01"} & set(ids)
    assert "选错了旧版" in found.doubts[0].taken
    assert not [d for d in found.doubts if "和旧版" in d.taken and "相近" in d.taken]


def test_ids_in_the_sheet_are_believed_and_columns_it_has_win() -> None:
    old = by_hand()
    rows = [["编号", "大项", "检查内容", "分值", "检查方式", "评分标准"]]
    for section in old.sections:
        for item in section.items:
            text = "全新的说法" if item.id == "DY-02" else item.text
            rows.append([item.id, section.name, text, str(item.points), "现场查看", item.rubric])
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    found = import_bytes(out.getvalue().encode(), "x.csv", base=old)
    assert found.checklist is not None, found.faults
    new = found.checklist
    assert [i.id for i in new.items()] == [i.id for i in old.items()]
    assert new.item("DY-02").text == "全新的说法"  # type: ignore[union-attr]
    assert all(i.methods == (Method.SITE_VIEW,) for i in new.items())
    assert new.item("ZZ-01").deductions == old.item("ZZ-01").deductions  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["lzrh-dxz", "zdc-5"])
def test_a_shipped_checklist_survives_a_plain_sheet(name: str) -> None:
    """Profiles, samples, red lines and sums come through a sheet that has columns for none of them."""
    old, _ = load_checklist(shipped_dir() / f"{name}.json")
    rows = [["检查项目", "检查内容", "分值", "评分标准"]]
    rows += [[s.name, i.text, str(i.points), i.rubric] for s in old.sections for i in s.items]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    found = import_bytes(out.getvalue().encode("utf-8-sig"), "月度.csv", base=old)
    assert found.faults == [] and found.checklist is not None
    new = found.checklist
    assert [i.id for i in new.items()] == [i.id for i in old.items()]
    change = compare(old, new)
    assert not any(
        (change.added, change.removed, change.reworded, change.repointed, change.moved, change.other)
    )
    assert (new.full_score, new.profiles, new.triggers) == (old.full_score, old.profiles, old.triggers)


def test_base_at_the_command_line(capsysbinary: Any, tmp_path: Path) -> None:
    old, new, out = tmp_path / "old.json", tmp_path / "new.xlsx", tmp_path / "made.json"
    old.write_bytes(msgspec.json.encode(by_hand()))
    new.write_bytes(sheet(D6="“三会一课”按月计划开展，记录完整"))
    args = ("checklist", "import", str(new), "--base", str(old), "-o", str(out), "--json")
    assert cli.run(args) == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert told["written"] == str(out)
    assert [d["cell"] for d in told["doubts"] if "和旧版" in d["taken"]] == ["D6"]
    made = json.loads(out.read_text(encoding="utf-8"))
    assert (made["id"], made["revision"]) == ("dzb", "2026.4")
    assert cli.run(("checklist", "import", str(new), "--base", str(new), "--preview")) == 1


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_whatever_is_moved_or_dropped_equal_words_keep_their_id(data: st.DataObject) -> None:
    old = by_hand()
    held = [(s.name, i) for s in old.sections for i in s.items]
    kept = data.draw(st.permutations(held).map(lambda rows: rows[: data.draw(st.integers(1, len(rows)))]))
    fresh = data.draw(st.lists(st.sampled_from(["新查一", "另查二", "再查三"]), unique=True))
    rows = [[name, item.text, "5", "缺1次扣1分"] for name, item in kept]
    rows += [["作用发挥", f"{text}：有记录、有人管", "3", ""] for text in fresh]
    out = io.StringIO()
    csv.writer(out).writerows([["检查项目", "检查内容", "分值", "评分标准"], *rows])
    found = import_bytes(out.getvalue().encode(), "x.csv", base=old)
    made = [item for section in found.raw["sections"] for item in section["items"]]
    assert len({item["id"] for item in made}) == len(made)
    words = {item["text"]: item["id"] for item in made}
    assert {i.text: i.id for _, i in kept}.items() <= words.items()
    assert not {words[t] for t in words if t[:3] in fresh} & {i.id for i in old.items()}
