"""The printed schemas are sound, agree with the loaders, and are reached from the command line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from loading_samples import CHECKLIST, PACK, ROSTER, ROUND, RULES, as_bytes, copy_of

from inspect_tui.cli.checklist import checklist as checklist_group
from inspect_tui.cli.schema import NAMES as CLI_NAMES
from inspect_tui.cli.schema import schema as schema_command
from inspect_tui.exchange.schema import NAMES, schema_of
from inspect_tui.model.terms import Term
from inspect_tui.store.fieldwords import RECORD_WORDS, field_word
from inspect_tui.store.loading import load_checklist, load_round
from inspect_tui.store.shipped import shipped_dir, shipped_files

SAMPLES = {"checklist": CHECKLIST, "roster": ROSTER, "rules": RULES, "round": ROUND, "pack": PACK}
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def misfits(value: Any, schema: Any, root: dict[str, Any], path: str = "$") -> list[str]:
    """Where a value departs from a schema; knows the keywords our schemas use, and fails on any other."""
    known = {
        "$schema", "$defs", "$ref", "title", "description", "default", "type", "properties", "required",
        "items", "enum", "const", "anyOf", "additionalProperties", "pattern", "minimum",
    }  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    found: list[str] = []
    if ref := schema.get("$ref"):
        found += misfits(value, root["$defs"][ref.removeprefix("#/$defs/")], root, path)
    if kind := schema.get("type"):
        right = isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
        if not right:
            return [*found, f"{path}: not {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: not in enum")
    if "const" in schema and value != schema["const"]:
        found.append(f"{path}: not const")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        found.append(f"{path}: pattern")
    if "minimum" in schema and value < schema["minimum"]:
        found.append(f"{path}: minimum")
    if "anyOf" in schema and all(misfits(value, part, root, path) for part in schema["anyOf"]):
        found.append(f"{path}: anyOf")
    if isinstance(value, dict):
        found += [f"{path}: no {key}" for key in schema.get("required", []) if key not in value]
        for key, part in value.items():
            if key in schema.get("properties", {}):
                found += misfits(part, schema["properties"][key], root, f"{path}.{key}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{path}: unknown {key}")
            elif isinstance(schema.get("additionalProperties"), dict):
                found += misfits(part, schema["additionalProperties"], root, f"{path}.{key}")
    if isinstance(value, list) and "items" in schema:
        for place, part in enumerate(value):
            found += misfits(part, schema["items"], root, f"{path}[{place}]")
    return found


def fits(value: Any, name: str) -> list[str]:
    schema = schema_of(name)
    return misfits(value, schema, schema)


def test_names_of_command_and_schemas_agree() -> None:
    assert CLI_NAMES == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_plain_json_with_known_references(name: str) -> None:
    schema = json.loads(json.dumps(schema_of(name)))
    assert schema["$schema"].startswith("https://json-schema.org/")
    refs = re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema))
    assert set(refs) <= set(schema.get("$defs", {}))
    assert "decimal" not in json.dumps(schema)


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_fit_and_broken_ones_do_not(name: str) -> None:
    sample = SAMPLES[name]
    assert fits(sample, name) == []
    assert fits({**sample, "format": "x"}, name) == ["$.format: not const"]
    first = next(
        iter(set(sample) - {"format", "version", "units", "rules", "days", "softeners", "team"}), None
    )
    if first:
        broken = copy_of(sample)
        del broken[first]
        assert fits(broken, name) == [f"$: no {first}"] or first in (
            "full_score",
            "profiles",
            "triggers",
            "teams",
        )


@pytest.mark.parametrize("path", shipped_files(), ids=lambda p: p.name)
def test_shipped_files_fit(path: Path) -> None:
    value = json.loads(path.read_bytes())
    assert fits(value, value["format"].removeprefix("inspect-tui/")) == []


def test_authored_files_refuse_unknown_fields_and_wrong_values() -> None:
    value = copy_of(CHECKLIST)
    value["sections"][0]["items"][0]["metods"] = []
    value["sections"][0]["items"][1]["severity"] = "较重"
    value["sections"][1]["points"] = "四"
    assert fits(value, "checklist") == [
        "$.sections[0].items[0]: unknown metods",
        "$.sections[0].items[1].severity: not in enum",
        "$.sections[1].points: anyOf",
    ]


def test_what_the_program_writes_fits_too() -> None:
    round_, _, _ = load_round(as_bytes(ROUND))
    assert fits(msgspec.json.decode(msgspec.json.encode(round_)), "round") == []


def test_every_field_has_its_chinese_word() -> None:
    bare = {
        f"{record.__name__}.{field}"
        for record in RECORD_WORDS
        for field in record.__struct_fields__
        if field_word(record, field) == field
    }
    assert bare == set()
    for name in SAMPLES:
        for definition in schema_of(name)["$defs"].values():
            for field, part in definition.get("properties", {}).items():
                assert re.search("[\u4e00-\u9fff]", part["description"]), field


def test_record_lines_of_the_contract_fit() -> None:
    line = {
        "unit": "DG02",
        "checklist": "lzrh-dxz",
        "item": "GW-02",
        "verdict": "fail",
        "missing": True,
        "deductions": [{"label": "未按月修订", "count": 2}, {"index": 0}],
        "reason": "",
        "note": "说明",
        "findings": [{"text": "事实", "severity": "minor", "fixed_on_site": True}],
        "good_practices": [{"text": "做法"}],
        "suggestions": [{"text": "建议"}],
    }
    visit = {"date": "2026-11-20", "present": ["甲"], "result": "not_reached", "reason": "道路不通"}
    for good in (line, {"unit": "DG02", "visit": visit}, {"unit": "DG02", "submit": True}):
        assert fits(good, "record") == []
    assert fits({**line, "verdict": "ok"}, "record") == ["$.verdict: anyOf"]
    assert fits({**line, "deductions": [{"lable": "x"}]}, "record") == ["$.deductions[0]: unknown lable"]
    assert fits({"item": "GW-01"}, "record") == ["$: no unit"]
    words = {p["description"] for d in (schema_of("record"), *schema_of("record")["$defs"].values())
             for p in d.get("properties", {}).values()}  # fmt: skip
    assert all(re.search("[\u4e00-\u9fff]", word) for word in words)


# -------------------------------------------------------------------- command line


def test_schema_command_prints_utf8_json() -> None:
    for name in NAMES:
        result = CliRunner().invoke(schema_command, [name])
        assert result.exit_code == 0 and json.loads(result.stdout_bytes) == json.loads(
            json.dumps(schema_of(name))
        )
    assert CliRunner().invoke(schema_command, ["nothing"]).exit_code == 2


def test_check_command_lists_every_fault_and_says_when_there_is_none(tmp_path: Path) -> None:
    good = shipped_dir() / "dbjj-zb.json"
    value = copy_of(CHECKLIST)
    value["id"], value["full_score"] = "坏 编号", 99
    bad = tmp_path / "坏清单.json"
    bad.write_bytes(as_bytes(value))
    result = CliRunner().invoke(checklist_group, ["check", str(good)])
    assert (result.exit_code, result.stderr) == (0, "") and "没有发现问题" in result.stdout
    result = CliRunner().invoke(checklist_group, ["check", str(good), str(bad), str(tmp_path / "无.json")])
    assert result.exit_code == 1
    assert "没有发现问题" in result.stdout and "坏清单" not in result.stdout
    for part in ("坏清单.json：第4行第", "$.id", "坏 编号", "共2处问题", "找不到文件"):
        assert part in result.stderr
    assert CliRunner().invoke(checklist_group, ["check"]).exit_code == 2


def test_check_command_json(tmp_path: Path) -> None:
    bad = tmp_path / "x.json"
    bad.write_bytes(as_bytes({**CHECKLIST, "full_score": 99}))
    good = shipped_dir() / "zdc-5.json"
    result = CliRunner().invoke(checklist_group, ["check", "--json", str(good), str(bad)])
    told = json.loads(result.stdout_bytes)
    assert result.exit_code == 1 and result.stderr == ""
    assert [(f["path"], f["ok"], len(f["faults"])) for f in told["files"]] == [
        (str(good), True, 0),
        (str(bad), False, 1),
    ]
    assert told["files"][1]["faults"][0] | {"message": "", "remedy": ""} == {
        "code": "C05",
        "message": "",
        "file": str(bad),
        "line": 7,
        "column": 16,
        "path": "$.full_score",
        "value": "99",
        "allowed": [],
        "remedy": "",
        "warning": False,
    }


def test_warnings_do_not_fail_the_check(tmp_path: Path) -> None:
    value = copy_of(CHECKLIST)
    value["title"] += "\u200b"
    path = tmp_path / "x.json"
    path.write_bytes(as_bytes(value))
    result = CliRunner().invoke(checklist_group, ["check", str(path)])
    assert result.exit_code == 0 and result.stderr.startswith("提醒：") and "没有发现问题" in result.stdout


def test_commands_load_nothing_heavy_before_they_run() -> None:
    code = (
        "import sys, inspect_tui.cli.checklist, inspect_tui.cli.schema; "
        "print([m for m in ('msgspec', 'rich', 'textual', 'tinydb', 'json') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() in ("[]", "['json']")


# -------------------------------------------------------------------- documents

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_documents_name_every_field_and_value() -> None:
    text = (DOCS / "file-formats.md").read_text(encoding="utf-8")
    for name in NAMES:
        schema = schema_of(name)
        for definition in (schema, *schema["$defs"].values()):
            for field in definition.get("properties", {}):
                assert f"`{field}`" in text, field
    for term in Term.__subclasses__():
        assert all(f"`{member.value}` {member.label}" in text for member in term) or term.__name__ in (
            "NamingLevel",
            "Role",
            # How the ledger is looked at: never in a file.
            "Kept",
            "SortBy",
            "GroupBy",
        ), term


def test_the_examples_in_the_documents_are_sound() -> None:
    text = (DOCS / "file-formats.md").read_text(encoding="utf-8")
    checklist, *lines = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert load_checklist(checklist.encode())[1] == []
    assert [fits(json.loads(line), "record") for line in lines[0].splitlines()] == [[]] * 5


def test_every_fault_code_of_files_is_documented() -> None:
    text = (DOCS / "faults.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| ([A-Z][0-9]{2}) \|", text, re.MULTILINE))
    keys = {code for code in documented if code.startswith("A")}
    documented -= keys
    source = DOCS.parent / "src" / "inspect_tui"
    sources = [path.read_text(encoding="utf-8") for path in source.rglob("*.py")]
    assert keys == {code for text in sources for code in re.findall(r'"(A[0-9]{2})"', text)}
    used = {
        code
        for path in (*(source / "rules").glob("*.py"), *(source / "store").glob("*.py"))
        for code in re.findall(r'"([JSCRGPVF][0-9]{2})"', path.read_text(encoding="utf-8"))
    }
    assert documented == used
