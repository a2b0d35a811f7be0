"""Conditions, tags, own answers and requirements as authors write them: checked, in a sheet, in `record`."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from telling_work import make_round, make_space, record, work, write_lines
from test_checklist_sheet import edited

from inspect_tui.cli import main as cli
from inspect_tui.exchange.checklist_sheet import import_bytes
from inspect_tui.exchange.condition_cells import require_in, require_out, when_in, when_out
from inspect_tui.exchange.record import record_file
from inspect_tui.exchange.schema import BY_HAND, schema_bytes, schema_of
from inspect_tui.exchange.schema_files import schema_file
from inspect_tui.model.checklist import Checklist
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.terms import Verdict
from inspect_tui.report.papers.checklist_book import checklist_book
from inspect_tui.rules.canonical import checklist_hash
from inspect_tui.rules.checklist_diff import compare
from inspect_tui.rules.reading import read_answer
from inspect_tui.rules.sheet import UnitSheet
from inspect_tui.store.loading import check_file, load_checklist, load_roster
from inspect_tui.store.shipped import shipped_dir, shipped_schemas
from inspect_tui.store.workspace import Workspace

SAMPLE = shipped_dir() / "samples" / "yjzl-bz.json"
RAW: dict[str, Any] = json.loads(SAMPLE.read_bytes())
RAW["unit_kinds"] = ["party_group"]


def loaded(raw: dict[str, Any]) -> Checklist:
    return load_checklist(json.dumps(raw).encode())[0]


def told(change: Any, raw: dict[str, Any] = RAW) -> list[Fault]:
    """What is said of the sample after a change to it."""
    value = copy.deepcopy(raw)
    change(value, {i["id"]: i for s in value["sections"] for i in s["items"]})
    try:
        return load_checklist(json.dumps(value).encode(), name="清单.json")[1]
    except InputFaults as error:
        return error.faults


def test_the_sample_is_clean_and_its_items_have_the_answers_of_their_set() -> None:
    assert check_file(SAMPLE) == []
    checklist = loaded(RAW)
    item = checklist.item("YA-02")
    assert item is not None
    assert [(a.label, float(a.points)) for a in item.awards] == [("做到", 3), ("部分", 1.5), ("没有", 0)]
    again = msgspec.json.decode(msgspec.json.encode(checklist), type=Checklist)
    assert again == checklist and checklist_hash(again) == checklist_hash(checklist)


def _ring(raw: Any, items: Any) -> None:
    items["YA-01"]["when"] = [{"item": "WZ-03", "verdict": ["pass"]}]
    items["WZ-02"]["when"] = [{"item": "YA-02", "verdict": ["pass"]}]


@pytest.mark.parametrize(
    ("code", "at", "change"),
    [
        ("C40", "answer_set", lambda raw, items: items["YA-01"].update(answer_set="有过")),
        ("C40", '["有过期无"][1]', lambda raw, items: raw["answer_sets"]["有过期无"][1].update(points=1)),
        ("C40", "share", lambda raw, items: raw["answer_sets"]["有过期无"][0].update(share=1.5)),
        ("C40", "answer_set", lambda raw, items: raw["answer_sets"]["有过期无"][0].update(share=0.5)),
        ("C40", '["有无"]', lambda raw, items: raw["answer_sets"].update({"有无": []})),
        ("C40", "verdict", lambda raw, items: raw["answer_sets"]["有过期无"][2].update(verdict="na")),
        ("C03", "label", lambda raw, items: raw["answer_sets"]["有过期无"][2].update(label="有")),
        ("C13", "sentence", lambda raw, items: raw["answer_sets"]["有过期无"][1].update(sentence="缺{n}")),
        ("C15", "answer_set", lambda raw, items: items["YA-01"].pop("scoring")),
        ("C15", "awards", lambda raw, items: items["YA-01"].update(awards=[])),
        ("C41", "unit_kinds[0]", lambda raw, items: items["YA-01"].update(unit_kinds=["venue"])),
        ("C12", "tags[0]", lambda raw, items: items["YA-01"].update(tags=[" "])),
        (
            "C42",
            "items[0]",
            lambda raw, items: (
                items["YA-01"].update(applies_to=["safety"]),
                raw["sections"][0].update(applies_to=["harmony"]),
            ),
        ),
        (
            "C42",
            "sections[1].items[2]",
            lambda raw, items: items["WZ-03"].update(
                when=[{"item": "WZ-01", "verdict": ["pass"]}, {"item": "WZ-01", "verdict": ["fail"]}]
            ),
        ),
        ("C43", "item", lambda raw, items: items["YA-02"]["when"][0].update(item="YA-10")),
        ("C44", "answer[1]", lambda raw, items: items["YA-02"]["when"][0].update(answer=["有", "过其"])),
        ("C44", "verdict[0]", lambda raw, items: items["YA-02"]["when"][0].update(verdict=["pending"])),
        ("C44", "when[0]", lambda raw, items: items["YA-02"].update(when=[{"item": "YA-01"}])),
        ("C45", "item", lambda raw, items: items["YA-01"].update(applies_to=["safety"])),
        ("C45", "item", lambda raw, items: items["YA-01"].update(tags=["一线"])),
        ("C46", "item", lambda raw, items: items["YA-02"]["when"][0].update(item="WZ-01", verdict=["na"])),
        ("C47", "item", _ring),
        ("C48", "require", lambda raw, items: items["WZ-01"].update(require={"不符合": ["note"]})),
        ("C48", "require.fail", lambda raw, items: items["WZ-01"].update(require={"fail": []})),
        ("S04", "require.fail[0]", lambda raw, items: items["WZ-01"].update(require={"fail": ["photo"]})),
        ("S04", "verdict[0]", lambda raw, items: items["YA-02"]["when"][0].update(verdict=["好"])),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_place(code: str, at: str, change: Any) -> None:
    found = [f for f in told(change) if f.code == code]
    assert any(at in f.path for f in found), [(f.code, f.path) for f in told(change)]
    assert all(f.remedy and f.line for f in found)


def test_a_ring_names_all_its_items_and_a_frozen_one_cannot_hang_a_walk() -> None:
    (ring,) = [f for f in told(_ring) if f.code == "C47"]
    assert "WZ-03" in ring.message and "WZ-02" in ring.message and "YA-02" in ring.message
    value = copy.deepcopy(RAW)
    _ring(value, {i["id"]: i for s in value["sections"] for i in s["items"]})
    from strategies import ROUND, Desk

    round_ = msgspec.structs.replace(ROUND, checklists=(msgspec.convert(value, Checklist, strict=False),))
    assert len(UnitSheet(Desk("a" * 12, "甲").state, round_, "u1").rows) == 5


def test_sums_are_told_by_kind_of_unit() -> None:
    def only_stations(raw: Any, items: Any) -> None:
        raw["unit_kinds"] = ["station", "crew"]
        items["YA-03"].update(unit_kinds=["station"], tags=[])

    (wrong,) = [f for f in told(only_stations) if f.code == "C04"]
    assert wrong.message == "检查项目的分值与各条不符：班组合计7分"


def test_twenty_mistakes_of_applicability_are_told_in_one_run() -> None:
    def many(raw: Any, items: Any) -> None:
        for number, item in enumerate(items.values()):
            item["when"] = [{"item": f"XX-{number}"}, {"item": item["id"], "verdict": ["pass"]}]
            item["unit_kinds"] = ["venue"]
            item["require"] = {"坏": ["note"]}

    codes = [f.code for f in told(many)]
    assert [codes.count(code) for code in ("C43", "C47", "C41", "C48", "C42")] == [6, 6, 6, 6, 6]


# -------------------------------------------------------------------- the sheet, the diff


def test_conditions_and_answer_sets_go_through_the_sheet() -> None:
    checklist = loaded(RAW)
    found = import_bytes(checklist_book(checklist), "x.xlsx")
    assert found.faults == [] and found.checklist == checklist
    assert "awards" not in found.raw["sections"][0]["items"][0], "the set says it"
    when, require = ("检查内容", "when", "YA-02"), ("检查内容", "require", "YA-01")
    cells = {when: "YA-01:有效,“有”；符合", require: "不符合：说明、佐证\n基本符合：原因"}
    wrong, (place, _) = edited(checklist, cells)
    (fault,) = [f for f in wrong.faults if f.code == "S04"]
    assert fault.path == place and fault.value == "有效"
    right, _ = edited(checklist, cells | {when: "YA-01:“有”；符合"})
    assert right.checklist is not None
    changed = right.checklist.item("YA-02"), right.checklist.item("YA-01")
    assert changed[0] is not None and changed[1] is not None
    assert changed[0].when[0].verdict == (Verdict.PASS,) and changed[0].when[0].answer == ("有",)
    assert [n.value for n in changed[1].require["fail"]] == ["note", "evidence"]
    nameless, _ = edited(checklist, {("答案组", "set", "过期"): None})
    assert any(f.code == "E20" and f.path.startswith("答案组!") for f in nameless.faults)


@pytest.mark.parametrize(
    "when",
    [
        [{"item": "A-1", "verdict": ["pass", "na"]}, {"item": "A-2", "answer": ["有、无"]}],
        [{"item": "A：1", "verdict": ["pass"], "answer": ["“有”"]}],
        [{"item": "A-1"}],
        [{"item": "A-1", "verdict": ["ok"], "more": 1}],
    ],
)  # fmt: skip
def test_any_condition_comes_back_from_its_cell(when: Any) -> None:
    assert when_in(when_out(when)) == when
    assert require_in(require_out({"fail": ["note"], "x": []})) == {"fail": ["note"], "x": []}


def test_a_new_version_says_what_of_it_changed() -> None:
    value = copy.deepcopy(RAW)
    value["answer_sets"]["有过期无"][1]["share"] = 0.25
    value["sections"][1]["tags"] = ["一线"]
    value["sections"][0]["items"][1]["when"] = []
    found = compare(loaded(RAW), loaded(value))
    assert "“过期”由得2分改为得1分" in found.repointed[0].parts
    assert "答案组“有过期无”变了" in found.head and "大项“应急物资”适用的标签变了" in found.head
    assert [(c.id, c.parts) for c in found.other] == [("YA-02", ("适用的条件",))]


# -------------------------------------------------------------------- record


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "w")
    (space.checklists_dir / "yjzl-bz.json").write_text(json.dumps(RAW), encoding="utf-8")
    roster = json.loads((space.root / "roster.json").read_bytes())
    for unit in roster["units"]:
        unit["tags"] = ["高处作业"] if unit["id"] == "DG01" else []
    (space.root / "roster.json").write_text(json.dumps(roster), encoding="utf-8")
    return space


def test_lines_give_own_answers_and_what_a_verdict_needs(space: Workspace, tmp_path: Path) -> None:
    session = work(space, make_round(space, checklist_ids=["yjzl-bz"]))
    at = {"unit": "DG01", "checklist": "yjzl-bz"}

    def refused(*lines: Any) -> list[tuple[str, str]]:
        with pytest.raises(InputFaults) as error:
            record_file(session, write_lines(tmp_path / "l", [at | line for line in lines]))
        return [(f.code, f.path) for f in error.value.faults]

    assert refused(
        {"item": "YA-01", "answer": "过期"},
        {"item": "YA-02", "answer": "过期"},
        {"item": "WZ-03", "answer": "有"},
        {"item": "WZ-02", "answer": "无", "verdict": "pass"},
        {"item": "WZ-01", "verdict": "fail", "note": "柜子空着"},
        {"item": "WZ-03", "note": "看了", "answer": ""},
    ) == [("L28", "$.note"), ("L27", "$.answer"), ("L27", "$.answer"), ("L27", "$.answer"), ("L28", "$.item")]
    record(session, tmp_path / "l", [
        at | {"item": "YA-01", "answer": "过期", "note": "去年到期"},
        at | {"item": "WZ-02", "answer": "无"},
    ])  # fmt: skip
    round_ = session.round
    item = round_.item("yjzl-bz", "YA-01")
    assert item is not None
    answer = read_answer(session.state, "DG01", "yjzl-bz", item)
    assert (answer.verdict, answer.judgement.award) == (Verdict.PARTIAL, "过期")
    assert refused({"item": "WZ-03", "verdict": "pass"}) == [("L11", "$.item")], "药品没有，就不查更换"
    assert refused({"unit": "DG02", "item": "YA-03", "answer": "有"}) == [("L11", "$.item")]
    session.close()


def test_a_round_and_the_check_warn_of_tags_nobody_has(space: Workspace, capsysbinary: Any) -> None:
    path = space.checklists_dir / "yjzl-bz.json"
    value = copy.deepcopy(RAW)
    value["sections"][0]["items"][2]["tags"] = ["高处做业"]
    path.write_text(json.dumps(value), encoding="utf-8")
    assert cli.run(["--workspace", str(space.root), "checklist", "check", str(path), "--json"]) == 0
    (file,) = json.loads(capsysbinary.readouterr().out)["files"]
    (fault,) = file["faults"]
    assert (fault["code"], fault["warning"], fault["path"]) == (
        "C49", True, "$.sections[0].items[2].tags[0]",
    )  # fmt: skip
    assert "高处作业" in fault["remedy"]
    round_ = make_round(space, checklist_ids=["yjzl-bz"])
    assert [f.code for f in check_file(space.rounds_dir / round_.id / "round.json")] == ["C49"]


# -------------------------------------------------------------------- schema files


def test_the_shipped_schemas_are_those_of_the_program_and_say_every_field_in_chinese() -> None:
    folder = shipped_dir() / "schema"
    assert {path.name for path in shipped_schemas()} == {schema_file(name) for name in BY_HAND}
    for name in BY_HAND:
        assert (folder / schema_file(name)).read_bytes() == schema_bytes(name), (
            f"{name}: python -m inspect_tui.exchange.schema_files"
        )
    checklist = schema_of("checklist")
    for definition in (checklist, *checklist["$defs"].values()):
        for field, part in definition.get("properties", {}).items():
            assert any("\u4e00" <= sign <= "\u9fff" for sign in part["description"]), field


def test_files_may_name_their_schema_and_a_new_folder_has_it_beside_them(space: Workspace) -> None:
    assert RAW["$schema"] == "../schema/checklist.schema.json"
    assert (SAMPLE.parent / RAW["$schema"]).is_file()
    plain = {key: part for key, part in RAW.items() if key != "$schema"}
    assert checklist_hash(loaded(plain)) == checklist_hash(loaded(RAW))
    assert (space.checklists_dir / "schema" / "checklist.schema.json").is_file()
    roster = json.loads((space.root / "roster.json").read_bytes())
    (space.root / "roster.json").write_text(
        json.dumps({"$schema": "checklists/schema/roster.schema.json", **roster}), encoding="utf-8"
    )
    assert load_roster(space.root / "roster.json")[0].units and len(space.checklists()[0]) == 5
