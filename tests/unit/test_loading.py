"""Files loaded whole and sound or not at all, with all their faults at once."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from loading_samples import CHECKLIST, PACK, ROSTER, ROUND, RULES, as_bytes, copy_of, marked
from mutating import holders_in

from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.canonical import checklist_hash, unit_hash
from inspect_tui.store.loading import (
    check_file,
    load_checklist,
    load_pack,
    load_roster,
    load_round,
    load_rules,
    sniff_format,
)
from sweeps import times

LOADERS = {
    "checklist": (load_checklist, CHECKLIST),
    "roster": (load_roster, ROSTER),
    "rules": (load_rules, RULES),
    "round": (load_round, ROUND),
    "pack": (load_pack, PACK),
}


def faults_of(kind: str, value: Any) -> list[Fault]:
    data = value if isinstance(value, bytes) else as_bytes(value)
    with pytest.raises(InputFaults) as caught:
        LOADERS[kind][0](data, name="x.json")
    for fault in caught.value.faults:
        assert fault.file == "x.json" and fault.message and fault.remedy and fault.line > 0
        assert fault.text().startswith("x.json：第")
    return caught.value.faults


def warnings_of(kind: str, value: Any) -> list[Fault]:
    warnings = LOADERS[kind][0](as_bytes(value), name="x.json")[-1]
    assert all(w.warning for w in warnings)
    return warnings


def at(value: Any, path: str) -> tuple[Any, Any]:
    """The container and last step of a path such as sections.0.items."""
    steps = [int(s) if s.isdigit() else s for s in path.split(".")]
    for step in steps[:-1]:
        value = value[step]
    return value, steps[-1]


def broken(sample: Any, path: str, new: Any) -> Any:
    value = copy_of(sample)
    holder, step = at(value, path)
    if new is KeyError:
        del holder[step]
    else:
        holder[step] = new
    return value


@pytest.mark.parametrize("kind", LOADERS)
def test_the_samples_themselves_are_sound(kind: str) -> None:
    assert warnings_of(kind, LOADERS[kind][1]) == []


D0 = "sections.0.items.0.deductions.0."
D1 = "sections.0.items.0.deductions.1."
A0 = "sections.1.items.0.awards.0."


@pytest.mark.parametrize(
    ("path", "new", "code", "told"),
    [
        ("title", KeyError, "S01", "$"),
        ("sections.0.items.0.text", KeyError, "S01", "$.sections[0].items[0]"),
        ("sections.0.items.0.metods", [], "S02", "$.sections[0].items[0].metods"),
        ("title", 5, "S03", "$.title"),
        ("draft", "true", "S03", "$.draft"),
        ("sections", {}, "S03", "$.sections"),
        ("sections.0.items.0", "x", "S03", "$.sections[0].items[0]"),
        ("sections.0.items.0.severity", "hard", "S04", "$.sections[0].items[0].severity"),
        ("sections.0.items.0.severity", "较重", "S04", "$.sections[0].items[0].severity"),
        ("sections.0.items.0.methods.0", "doc", "S04", "$.sections[0].items[0].methods[0]"),
        ("unit_kinds", ["group"], "S04", "$.unit_kinds[0]"),
        ("full_score", "十", "S05", "$.full_score"),
        ("full_score", "NaN", "S05", "$.full_score"),
        ("full_score", "1e1", "S05", "$.full_score"),
        ("full_score", None, "S03", "$.full_score"),
        ("full_score", True, "S03", "$.full_score"),
        ("format", "inspect-tui/roster", "S06", "$.format"),
        ("version", "one", "S07", "$.version"),
        ("version", "0.9", "S07", "$.version"),
        ("version", "2.0", "S08", "$.version"),
        ("id", "小清单", "C01", "$.id"),
        ("id", "a/b", "C01", "$.id"),
        ("sections.1.id", "A", "C02", "$.sections[1].id"),
        ("sections.1.items.0.id", "A-01", "C02", "$.sections[1].items[0].id"),
        (D1 + "label", "缺会议", "C03", "$.sections[0].items[0].deductions[1].label"),
        ("sections.1.items.0.awards.1.label", "做到", "C03", "$.sections[1].items[0].awards[1].label"),
        ("sections.0.points", 7, "C04", "$.sections[0].points"),
        ("sections.0.items.1.points", 3, "C04", "$.sections[0].points"),
        ("sections.0.items.1.applies_to", ["safety"], "C04", "$.sections[0].points"),
        ("full_score", 11, "C05", "$.full_score"),
        ("full_score", KeyError, "C05", "$.sections"),
        ("sections.0.items.1.applies_to", ["*", "saftey"], "C06", "$.sections[0].items[1].applies_to[1]"),
        ("profiles", ["production", "安全型"], "C06", "$.profiles[1]"),
        (D0 + "cap", 9, "C07", "$.sections[0].items[0].deductions[0].cap"),
        (D0 + "cap", 1, "C07", "$.sections[0].items[0].deductions[0].cap"),
        (D0 + "cap", -1, "C07", "$.sections[0].items[0].deductions[0].cap"),
        ("sections.0.items.1.deductions.1.points", 3, "C08", "$.sections[0].items[1].deductions[1].points"),
        (A0 + "points", 3, "C09", None),
        (A0 + "verdict", "na", "C09", "$.sections[1].items[0].awards[0].verdict"),
        ("sections.1.items.0.awards", [], "C09", "$.sections[1].items[0].awards"),
        ("sections.1.items.0.awards", KeyError, "C09", "$.sections[1].items[0]"),
        (D1 + "triggers", "RL-O1", "C10", "$.sections[0].items[0].deductions[1].triggers"),
        ("sections.0.items.1.deductions.1.exclusive", KeyError, "C11", None),
        (D1 + "sentence", "  ", "C12", "$.sections[0].items[0].deductions[1].sentence"),
        ("title", "", "C12", "$.title"),
        (D1 + "sentence", "造假{n}次", "C13", "$.sections[0].items[0].deductions[1].sentence"),
        (D0 + "sentence", "缺{count}次", "C13", "$.sections[0].items[0].deductions[0].sentence"),
        ("sections.0.items.1.scoring", "award", "C15", None),
        ("sections.0.items.1.scoring", "none", "C15", None),
        (D1 + "points", 2, "C15", "$.sections[0].items[0].deductions[1].points"),
        (D0 + "points", -1, "C16", "$.sections[0].items[0].deductions[0].points"),
        (D0 + "points", 0, "C16", "$.sections[0].items[0].deductions[0].points"),
        ("sections.0.items.1.deductions.0.points", KeyError, "C16", None),
        ("sections.1.items", [], "C18", "$.sections[1].items"),
        ("sections.0.name", "甲\n项", "C19", "$.sections[0].name"),
        ("unit_kinds", [], "C20", "$.unit_kinds"),
        ("sections.0.items.1.deductions.0.points", 0.125, "C22", None),
    ],
)
def test_each_checklist_mistake(path: str, new: Any, code: str, told: str | None) -> None:
    faults = faults_of("checklist", broken(CHECKLIST, path, new))
    assert code in [f.code for f in faults]
    assert told is None or told in [f.path for f in faults if f.code == code]


@pytest.mark.parametrize(
    ("path", "new", "code"),
    [
        (D0 + "sentence", "缺会议", "C14"),
        (D0 + "label", "这是一个特别特别特别长的名称", "C17"),
    ],
)
def test_checklist_warnings_do_not_stop_it(path: str, new: Any, code: str) -> None:
    assert [w.code for w in warnings_of("checklist", broken(CHECKLIST, path, new))] == [code]


def test_more_labels_than_digits_is_a_warning() -> None:
    value = copy_of(CHECKLIST)
    value["sections"][0]["items"][1]["deductions"] = [
        {"label": f"名称{n}", "sentence": "事实", "points": 1} for n in range(10)
    ]
    assert [w.code for w in warnings_of("checklist", value)] == ["C21"]


U = "units.2."


@pytest.mark.parametrize(
    ("path", "new", "code"),
    [
        (U + "kind", "group", "S04"),
        (U + "profile", "上产型", "S04"),
        (U + "members", "5", "S03"),
        (U + "members", 5.0, "S03"),
        (U + "id", "组 1", "C01"),
        (U + "code", "东1", "R01"),
        (U + "id", "B1", "R02"),
        (U + "code", "B1", "R03"),
        (U + "parent", "B2", "R04"),
        ("units.0.parent", "G1", "R05"),
        (U + "parent", "G1", "R05"),
        (U + "members", 4, "R06"),
        (U + "probationary", 9, "R06"),
        (U + "staff", 19, "R06"),
        (U + "crews.0.members", 13, "R06"),
        (U + "staff", -3, "R07"),
        (U + "crews.0.staff", 10**9, "R07"),
        (U + "name", "", "R10"),
        ("units", [], "R10"),
    ],
)
def test_each_roster_mistake(path: str, new: Any, code: str) -> None:
    assert code in [f.code for f in faults_of("roster", broken(ROSTER, path, new))]


@pytest.mark.parametrize(
    ("path", "new", "codes"),
    [
        (U + "crews.1.arrangement", KeyError, ["R08"]),
        (U + "kind", "branch", ["R09"]),
        ("units.0.members", 4, ["R12"]),
    ],
)
def test_roster_warnings(path: str, new: Any, codes: list[str]) -> None:
    assert [w.code for w in warnings_of("roster", broken(ROSTER, path, new))] == codes


@pytest.mark.parametrize("wrong", ["5", 5.0, None, True])
def test_a_mistyped_count_is_one_fault(wrong: Any) -> None:
    for path in (U + "members", U + "staff", U + "crews.0.members", "units.1.members"):
        assert [f.code for f in faults_of("roster", broken(ROSTER, path, wrong))] == ["S03"]


def test_a_long_chain_of_units_and_a_long_cycle_end() -> None:
    units = [
        {"id": f"U{n}", "code": f"U{n}", "name": f"单位{n}", "kind": "committee", "parent": f"U{n + 1}"}
        for n in range(3000)
    ]
    units[-1]["parent"] = "U0"
    found = [f.code for f in faults_of("roster", {**ROSTER, "units": units})]
    assert found == ["R05"]


@pytest.mark.parametrize(
    ("path", "new", "code"),
    [
        ("format", KeyError, "S01"),
        ("days", {"minor": 7}, "G01"),
        ("days.mionr", 3, "G01"),
        ("days.minor", 0, "G02"),
        ("days.minor", "七", "S03"),
        ("common_share", 30, "G02"),
        ("message_bytes", 10, "G02"),
        ("softeners", [], "G03"),
        ("softeners.0.share", 1.5, "G03"),
        ("softeners.1.share", 0.9, "G03"),
        ("softeners.1.share", 0.2, "G03"),
        ("na_policy", "half", "S04"),
    ],
)
def test_each_rules_mistake(path: str, new: Any, code: str) -> None:
    assert code in [f.code for f in faults_of("rules", broken(RULES, path, new))]


@pytest.mark.parametrize(
    ("path", "new", "code"),
    [
        ("id", "../x", "C01"),
        ("teams.0.units.0", "G2", "P03"),
        ("period.start", "2026-13-01", "P04"),
        ("period.start", "20261101", "P04"),
        ("period.end", "2026-11-01", "P04"),
        ("units.1.id", "G1", "P02"),
        ("units.1.id", "G/1", "C01"),
        ("checklists.0.sections.0.items.1.id", "A-01", "C02"),
        ("title", "第四\u202e季度", "S09"),
        ("checklists.0.version", "2.0", "S08"),
    ],
)
def test_each_round_mistake(path: str, new: Any, code: str) -> None:
    assert code in [f.code for f in faults_of("round", broken(ROUND, path, new))]


def test_what_a_round_froze_is_taken_as_it_was() -> None:
    value = broken(ROUND, "checklists.0.sections.0.points", 7)
    value["units"][2]["members"] = 1
    assert sorted(w.code for w in warnings_of("round", value)) == ["C04", "R06"]


def test_a_changed_frozen_part_is_told() -> None:
    round_, raw, _ = load_round(as_bytes(ROUND))
    raw["checklist_hashes"] = {"mini": checklist_hash(round_.checklists[0])}
    raw["unit_hashes"] = {u.id: unit_hash(u) for u in round_.units}
    assert warnings_of("round", raw) == []
    raw["units"][0]["name"] = "改过"
    told = warnings_of("round", raw)
    assert [(w.code, w.path) for w in told] == [("P05", "$.units[0]")]


def test_pack_mistakes() -> None:
    assert [f.code for f in faults_of("pack", broken(PACK, "team", "T9"))] == ["P03"]
    assert [f.code for f in faults_of("pack", broken(PACK, "units.0", "G9"))] == ["P03"]
    assert [f.path for f in faults_of("pack", broken(PACK, "round.title", ""))] == ["$.round.title"]


# -------------------------------------------------------------------- everything at once

TWENTY = """{
  "format": "inspect-tui/checklist",
  "version": "1.0",
  "id": "错 误",  @@C01
  "revision": "1",
  "tittle": "二十处错误",  @@S02
  "full_score": 12,  @@C05
  "triggers": [
    {"id": "RL-01", "text": "造假", "effect": "redline"}  @@S04
  ],
  "sections": [
    {
      "id": "A", "name": "甲项", "points": 6,
      "items": [
        {
          "id": "A-01", "text": "会议按月召开", "points": 4,
          "severity": "较重",  @@S04
          "methods": "doc_review",  @@S03
          "deductions": [
            {"label": "缺会议", "sentence": "缺{n}次会议", "points": 1.5, "unit": "次", "cap": 5},  @@C07
            {"label": "缺会议", "sentence": "要素不全", "points": 1},  @@C03
            {"label": "造假", "sentence": "记录造假", "all": true, "triggers": "RL-1"},  @@C10
            {"label": "补记", "sentence": "", "points": 1},  @@C12
            {"label": "代签", "sentence": "代签{n}次", "points": 1},  @@C13
            {"label": "雷同", "sentence": "雷同", "points": 1, "exclusive": "甲"},  @@C11
            {"label": "过多", "sentence": "扣得过多", "points": 4.5},  @@C08
            {"label": "错字", "sentence": "错字", "pionts": 1},  @@S02 J16
          ]
        },
        {
          "id": "A-01", "text": "讲得清", "points": 2,  @@C02
          "applies_to": ["上产型"],  @@C06
          "deductions": [{"label": "一人", "points": 1}]  @@S01
        }
      ]
    },
    {
      "id": "B", "name": "乙项", "points": 5,  @@C04
      "items": [
        {
          "id": "B-01", "text": "做到了", "points": 4, "scoring": "award",
          "awards": [  @@C09
            {"label": "没有", "points": 0, "verdict": "fail", "sentence": "没有做到"}
          ],
          "na_when": ["没有"]
        }
      ]
    }
  ]
}"""


def test_a_checklist_with_twenty_mistakes_reports_twenty() -> None:
    data, expected = marked(TWENTY)
    told = faults_of("checklist", data)
    assert len(expected) == 20
    assert sorted((f.line, f.code) for f in told) == sorted(expected)
    assert [f.line for f in told] == sorted(f.line for f in told)


def test_did_you_mean_and_allowed_values_with_labels() -> None:
    faults = {
        f.code: f for f in faults_of("checklist", broken(CHECKLIST, "sections.0.items.0.severity", "较重"))
    }
    assert faults["S04"].allowed[1] == "moderate（较重）" and "moderate" in faults["S04"].remedy
    faults = {
        f.code: f for f in faults_of("checklist", broken(CHECKLIST, "sections.0.items.0.severity", "majour"))
    }
    assert "是不是“major”" in faults["S04"].remedy
    value = copy_of(CHECKLIST)
    value["sections"][0]["items"][0]["sevrity"] = value["sections"][0]["items"][0].pop("severity")
    told = faults_of("checklist", value)
    assert [f.code for f in told] == ["S02"] and "severity" in told[0].remedy and "问题程度" in told[0].remedy


# -------------------------------------------------------------------- versions and text


def test_newer_minor_is_read_and_its_fields_are_kept() -> None:
    value = broken(ROUND, "version", "1.7")
    value["colour"] = {"x": 1}
    value["units"][0]["phone_book"] = ["a"]
    round_, raw, warnings = load_round(as_bytes(value))
    assert warnings == [] and raw["colour"] == {"x": 1} and raw["units"][0]["phone_book"] == ["a"]
    assert round_.version == "1.7"
    assert [f.code for f in faults_of("round", {**value, "version": "1.0"})] == ["S02", "S02"]


def test_newer_major_says_only_that() -> None:
    told = faults_of("checklist", {**CHECKLIST, "version": "2.1", "sections": 5})
    assert [f.code for f in told] == ["S08"] and "升级" in told[0].remedy


def test_a_findings_file_given_for_a_checklist_is_one_fault() -> None:
    told = faults_of("checklist", {"_meta": {"1": {"format": "inspect-tui/findings"}}, "changes": {}})
    assert [(f.code, f.path) for f in told] == [("S06", "$._meta")] and "检查记录" in told[0].remedy


def test_schema_hint_for_editors_is_allowed() -> None:
    assert warnings_of("checklist", {"$schema": "checklist.schema.json", **CHECKLIST}) == []


def test_text_is_cleaned_and_told() -> None:
    value = broken(CHECKLIST, "title", "小\u200b清\u202e单\x1b[2J")
    value["sections"][0]["items"][0]["text"] = "坏\ud800字"
    data = json.dumps(value).encode()
    checklist, warnings = load_checklist(data)
    assert checklist.title == "小清单[2J" and checklist.items()[0].text == "坏\ufffd字"
    assert [(w.code, w.path) for w in warnings] == [
        ("S10", "$.title"),
        ("S10", "$.sections[0].items[0].text"),
    ]
    assert "有3个" in warnings[0].message and "有1个" in warnings[1].message


def test_hostile_values_are_shown_tame() -> None:
    value = broken(CHECKLIST, "sections.0.items.0.severity", "\x1b]52;c;x\x07[/]\n\u202e" + "长" * 5000)
    for fault in faults_of("checklist", value):
        line = fault.text()
        assert len(line) < 600 and not set(line) & set("\x1b\x07\n\u202e")


def test_points_are_exact() -> None:
    value = broken(CHECKLIST, D0 + "points", "1.50")
    assert load_checklist(as_bytes(value))[0].items()[0].deductions[0].points == Decimal("1.5")
    assert load_checklist(as_bytes(CHECKLIST))[0].items()[0].deductions[0].points == Decimal("1.5")


def test_sniffing_reads_any_encoding_and_broken_files(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    text = as_bytes(ROSTER).decode()
    for data in (text.encode(), text.encode("gb18030"), text.encode("utf-16"), text[:-20].encode()):
        path.write_bytes(data)
        assert sniff_format(path) == "inspect-tui/roster"
    for data in (b"", b"[]", b"{}", b'{"format": 5}', bytes(99)):
        path.write_bytes(data)
        assert sniff_format(path) == ""
    assert sniff_format(tmp_path / "none") == ""


def test_check_file_judges_by_what_a_file_says_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for sample in (CHECKLIST, ROSTER, RULES, ROUND, PACK):
        path.write_bytes(as_bytes(sample))
        assert check_file(path) == []
    path.write_bytes(as_bytes(broken(ROSTER, "units.2.parent", "B2")))
    assert [f.code for f in check_file(path)] == ["R04"]


# -------------------------------------------------------------------- damage of every kind

JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    0.25,
    1e300,
    2**70,
    "",
    "x",
    "{n}{",
    "\u202e",
    "*",
    [],
    {},
    [[]],
    {"id": 1},
    "a" * 3000,
]


def mutated(value: Any, chance: random.Random) -> Any:
    """One random change somewhere in a JSON value."""
    value = copy_of(value)
    holders = holders_in(value)
    for _ in range(chance.randint(1, 3)):
        holder = chance.choice(holders)
        if not holder:
            continue
        key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
        match chance.randrange(5):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[chance.choice(["x", "", "版本", "sections", "id"])] = holder.pop(key)
            case 2 if isinstance(holder, list):
                holder.insert(key, copy_of(chance.choice(holder)))
            case 3:
                holder[key] = copy_of(chance.choice(holders))
            case _:
                holder[key] = chance.choice(JUNK)
    return value


def sweep(rounds: int, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    outcomes = {"loaded": 0, "refused": 0}
    kinds = list(LOADERS)
    for turn in range(rounds):
        kind = kinds[turn % len(kinds)]
        loader, sample = LOADERS[kind]
        if chance.random() < 0.6:
            data = as_bytes(mutated(sample, chance))
        else:
            raw = bytearray(as_bytes(sample))
            for _ in range(chance.randint(1, 3)):
                at_ = chance.randrange(len(raw))
                if chance.random() < 0.1:
                    del raw[at_:]
                    raw += b" "
                else:
                    raw[at_ : at_ + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 2))
            data = bytes(raw)
        try:
            loaded = loader(data)
        except InputFaults as error:
            assert any(not f.warning for f in error.faults)
            assert all(f.text() for f in error.faults)
            outcomes["refused"] += 1
        else:
            again = msgspec.json.encode(loaded[0])
            assert msgspec.json.decode(again, type=type(loaded[0])) == loaded[0]
            outcomes["loaded"] += 1
    return outcomes


def test_damaged_files_load_or_are_refused() -> None:
    outcomes = sweep(times(2000), seed=20261120)
    assert min(outcomes.values()) > times(50, 12), outcomes


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_more_damaged_files(seed: int) -> None:
    assert sum(sweep(10_000, seed).values()) == 10_000
