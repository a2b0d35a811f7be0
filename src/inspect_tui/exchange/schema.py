"""JSON Schema of every file, made from the record types themselves so that it cannot fall behind them.

Editors use it to complete field names while a checklist is written; other programs to read our files.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from inspect_tui.exchange.record_lines import (
    Line,
    LineDeduction,
    LineFinding,
    LineText,
    LineTrigger,
    LineVerify,
    LineVisit,
)
from inspect_tui.model.appraisal import APPRAISAL_FORMAT, Appraisal
from inspect_tui.model.change import Body
from inspect_tui.model.checklist import ANY, CHECKLIST_FORMAT, Checklist
from inspect_tui.model.distribution import DISTRIBUTION_FORMAT, Distribution
from inspect_tui.model.flows import FLOWS_FORMAT, FlowList
from inspect_tui.model.pack import Pack
from inspect_tui.model.problem import Duty
from inspect_tui.model.roster import ROSTER_FORMAT, Roster
from inspect_tui.model.round import PACK_FORMAT, ROUND_FORMAT, RULES_FORMAT, Round, Rules
from inspect_tui.model.scheme import CONTEST_FORMAT, SCHEME_FORMAT, Contest, Scheme
from inspect_tui.model.terms import (
    FindingKind,
    Profile,
    RectState,
    Severity,
    Term,
    Verdict,
    VisitResult,
)
from inspect_tui.store.fieldwords import RECORD_WORDS, field_word

_LINES = (Line, LineDeduction, LineFinding, LineText, LineTrigger, LineVerify, LineVisit)

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_RECORDS: dict[str, tuple[type, str]] = {
    "checklist": (Checklist, CHECKLIST_FORMAT),
    "roster": (Roster, ROSTER_FORMAT),
    "rules": (Rules, RULES_FORMAT),
    "scheme": (Scheme, SCHEME_FORMAT),
    "contest": (Contest, CONTEST_FORMAT),
    "appraisal": (Appraisal, APPRAISAL_FORMAT),
    "distribution": (Distribution, DISTRIBUTION_FORMAT),
    "flows": (FlowList, FLOWS_FORMAT),
    "round": (Round, ROUND_FORMAT),
    "pack": (Pack, PACK_FORMAT),
}
#: Every schema there is, by name.
NAMES = (*_RECORDS, "findings", "record")

_AUTHORED = ("checklist", "roster", "rules", "scheme", "contest", "appraisal", "distribution", "flows")
#: What people write by hand, so that an editor can help: these schemas are shipped as files.
BY_HAND = (*_AUTHORED, "record")
_DECIMAL = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$"}]}
_ID = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_YES: dict[str, Any] = {"type": "boolean"}


_PROFILE_LIST = {"items": {"enum": [profile.value for profile in Profile]}}
_PROFILES_OR_ALL = {"items": {"enum": [ANY, *(profile.value for profile in Profile)]}}
_NEEDS = {"type": "array", "items": {"$ref": "#/$defs/Need"}}
#: What an editor can offer where the record type alone says less.
_NARROWED: dict[str, dict[str, dict[str, Any]]] = {
    "Checklist": {"profiles": _PROFILE_LIST},
    "Section": {"applies_to": _PROFILES_OR_ALL},
    "Item": {
        "applies_to": _PROFILES_OR_ALL,
        "require": {
            "properties": {
                verdict.value: {**_NEEDS, "description": f"结论为“{verdict.label}”时必须附上什么"}
                for verdict in Verdict
                if verdict is not Verdict.PENDING
            },
            "additionalProperties": False,
        },
    },
}


def schema_bytes(name: str) -> bytes:
    """The schema of that name as the file that is shipped and the command prints."""
    return (json.dumps(schema_of(name), ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of a file or line format. Raises KeyError for a name that is not in NAMES."""
    if name == "findings":
        return _findings()
    if name == "record":
        return _record()
    kind, format_ = _RECORDS[name]
    definitions = _definitions(kind, closed=name in _AUTHORED)
    top = definitions.pop(kind.__name__)
    top["properties"]["format"] = {"const": format_, "description": "文件格式标识"}
    if name in _AUTHORED:
        top["properties"]["$schema"] = {**_TEXT, "description": "给编辑器用的格式文件，程序读时跳过"}
    if name == "rules":
        top["required"] = ["format"]
    return {"$schema": DIALECT, **top, "$defs": definitions}


def _definitions(kind: type, *, closed: bool) -> dict[str, Any]:
    """Schemas of a record type and all it holds, by name, in the field's own words."""
    _, made = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    words: dict[str, type] = {record.__name__: record for record in (*RECORD_WORDS, *_LINES)}
    terms = {term.__name__: term for term in Term.__subclasses__()}
    definitions: dict[str, Any] = {}
    for name, schema in made.items():
        told = _loosened(schema)
        if name in terms:
            told = _term(terms[name])
        elif name in words:
            record = words[name]
            told["title"] = RECORD_WORDS.get(record, name)
            told.pop("description", None)
            for field, part in told["properties"].items():
                part["description"] = field_word(record, field)
            for field, narrow in _NARROWED.get(name, {}).items():
                told["properties"][field] |= narrow
            for field in ("id", "code"):
                if field in told["properties"]:
                    told["properties"][field] |= _ID
            if closed:
                told["additionalProperties"] = False
        definitions[name] = told
    return definitions


def _term(term: type[Term]) -> dict[str, Any]:
    return {
        "description": "，".join(f"{member.value}：{member.label}" for member in term),
        "enum": [member.value for member in term],
    }


def _loosened(schema: Any) -> Any:
    """A copy in which a decimal may be a JSON number as well as a string, with plain JSON defaults."""
    if isinstance(schema, dict):
        if schema.get("format") == "decimal":
            rest = {k: _loosened(v) for k, v in schema.items() if k not in ("type", "format")}
            return {**_DECIMAL, **rest}
        return {key: _loosened(part) for key, part in schema.items()}
    if isinstance(schema, list | tuple):
        return [_loosened(part) for part in schema]
    return schema


_CHANGE_WORDS = {
    "at": "时间",
    "by": "检查人",
    "what": "这次操作的名称",
    "edits": "对字段的修改",
    "retract": "撤销了哪几次操作",
    "record": "改的是哪条记录",
    "field": "哪个字段",
    "value": "改成什么",
    "saw": "修改时看到的、同一字段以前的各次操作",
    "decision": "组长裁定的理由",
}


def _table(rows: dict[str, Any], title: str) -> dict[str, Any]:
    """A TinyDB table: documents by their number."""
    return {"description": title, "type": "object", "additionalProperties": rows}


def _rows(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def _findings() -> dict[str, Any]:
    definitions = _definitions(Round, closed=False)
    _, made = msgspec.json.schema_components([Body], ref_template="#/$defs/{name}")
    definitions |= {name: _loosened(schema) for name, schema in made.items()}
    for name in made:
        definitions[name].pop("description", None)
        for field, part in definitions[name].get("properties", {}).items():
            part["description"] = _CHANGE_WORDS[field]
    definitions["Body"]["title"], definitions["Edit"]["title"] = "一次操作的内容", "对一个字段的修改"
    judgement = {
        "verdict": _term(Verdict),
        "missing": {**_YES, "description": "是否缺项"},
        "deductions": {
            "type": "array",
            "items": _rows({"label": _TEXT, "count": {"type": "integer"}}, "label"),
        },
        "award": {**_TEXT, "description": "给分档"},
        "reason": {**_TEXT, "description": "不适用或未能核实的原因"},
    }
    signed = {"by": {**_TEXTS, "description": "检查人"}, "at": {**_TEXT, "description": "时间"}}
    place = {"unit": _ID, "checklist": _TEXT, "item": _TEXT}
    meta = _rows(
        {
            "sha256": {**_TEXT, "description": "其后全部字节的SHA-256"},
            "format": {"const": "inspect-tui/findings"},
            "version": _TEXT,
            "kind": {"enum": ["writer", "merged"], "description": "writer：一人一机；merged：合并后"},
            "writer": {**_TEXT, "description": "本文件的编号"},
            "generation": {"type": "integer", "description": "存盘代次"},
            "count": {"type": "integer", "description": "操作条数"},
            "head": {**_TEXT, "description": "最后一次操作的编号"},
            "closed": {**_YES, "description": "程序是否已正常退出"},
        },
        "format",
        "version",
        "sha256",
    )
    change = _rows(
        {
            "id": {**_TEXT, "description": "由内容算出的编号"},
            "writer": _TEXT,
            "prev": {**_TEXT, "description": "同一文件的上一次操作"},
            "body": {"$ref": "#/$defs/Body"},
            "hash": {**_TEXT, "description": "内容彻底删除后留下的指纹"},
        },
        "id",
        "writer",
        "prev",
    )
    tables = {
        "_meta": _table(meta, "文件信息"),
        "round": _table({"$ref": "#/$defs/Round"}, "随文件保存的轮次"),
        "changes": _table(change, "全部操作，其余各表都由它推出"),
        "answers": _table(
            _rows(
                {**place, **judgement, "opinions": {"type": "array"}, **signed}, "unit", "checklist", "item"
            ),
            "逐项结论",
        ),
        "findings": _table(
            _rows(
                {
                    "key": _TEXT,
                    **place,
                    "kind": _term(FindingKind),
                    "label": _TEXT,
                    "text": _TEXT,
                    "severity": _term(Severity),
                    "missing": _YES,
                    "fixed_on_site": _YES,
                    "referred": _YES,
                    **signed,
                },
                "key",
                "unit",
                "text",
            ),
            "问题、好的做法和建议",
        ),
        "visits": _table(
            _rows(
                {
                    "unit": _ID,
                    "date": _TEXT,
                    "result": _term(VisitResult),
                    "reason": _TEXT,
                    "counterpart": _TEXT,
                    "inspectors": _TEXTS,
                    "present": _TEXTS,
                    "profile": {"enum": ["", *(profile.value for profile in Profile)]},
                    "submitted": _YES,
                    "objection": _TEXT,
                },
                "unit",
            ),
            "进点情况",
        ),
        "triggers": _table(
            _rows(
                {"unit": _ID, "checklist": _TEXT, "trigger": _TEXT, "fact": _TEXT, **signed},
                "unit",
                "trigger",
            ),
            "红线、一票否决、即时上报",
        ),
        "rectifications": _table(
            _rows(
                {
                    "unit": _ID,
                    "problem": _TEXT,
                    "state": {"enum": ["", *(state.value for state in RectState)]},
                    "contested": _YES,
                    "verified": {"type": "array", "items": {"type": "object"}},
                    **{field: _TEXT for field in Duty.__struct_fields__},
                },
                "unit",
                "problem",
            ),
            "整改和复查",
        ),
    }
    return {
        "$schema": DIALECT,
        "title": "检查记录文件（可用TinyDB直接打开）",
        "type": "object",
        "properties": tables,
        "required": ["_meta", "round", "changes"],
        "$defs": definitions,
    }


def _record() -> dict[str, Any]:
    definitions = _definitions(Line, closed=True)
    top = definitions.pop(Line.__name__)
    top["properties"]["verdict"] = {
        "description": field_word(Line, "verdict"),
        "anyOf": [{"$ref": "#/$defs/Verdict"}, {"type": "null"}],
    }
    return {"$schema": DIALECT, **top, "title": "批量录入的一行（JSON Lines）", "$defs": definitions}
