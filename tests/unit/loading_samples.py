"""Small valid files and ways to break them, for the loading tests."""

from __future__ import annotations

import json
from typing import Any

CHECKLIST: dict[str, Any] = {
    "format": "inspect-tui/checklist",
    "version": "1.0",
    "id": "mini",
    "revision": "1",
    "title": "小清单",
    "full_score": 10,
    "profiles": ["production", "safety"],
    "triggers": [{"id": "RL-01", "text": "资料造假", "effect": "red_line"}],
    "sections": [
        {
            "id": "A",
            "name": "甲项",
            "points": 6,
            "items": [
                {
                    "id": "A-01",
                    "text": "会议按月召开",
                    "points": 4,
                    "severity": "major",
                    "methods": ["doc_review"],
                    "deductions": [
                        {"label": "缺会议", "sentence": "缺{n}次会议", "points": 1.5, "unit": "次", "cap": 3},
                        {"label": "造假", "sentence": "记录造假", "all": True, "triggers": "RL-01"},
                    ],
                },
                {
                    "id": "A-02",
                    "text": "讲得清",
                    "points": 2,
                    "applies_to": ["*"],
                    "deductions": [
                        {"label": "一人", "sentence": "一人讲不清", "points": 1, "exclusive": "问"},
                        {"label": "两人", "sentence": "两人讲不清", "points": 2, "exclusive": "问"},
                    ],
                },
            ],
        },
        {
            "id": "B",
            "name": "乙项",
            "points": 4,
            "items": [
                {
                    "id": "B-01",
                    "text": "做到了",
                    "points": 4,
                    "scoring": "award",
                    "awards": [
                        {"label": "做到", "points": 4, "verdict": "pass"},
                        {
                            "label": "没有",
                            "points": 0,
                            "verdict": "fail",
                            "sentence": "没有做到",
                            "missing": True,
                        },
                    ],
                }
            ],
        },
    ],
}

ROSTER: dict[str, Any] = {
    "format": "inspect-tui/roster",
    "version": "1.0",
    "name": "小名册",
    "units": [
        {"id": "Z", "code": "Z", "name": "总支", "kind": "general_branch", "members": 5, "staff": 20},
        {
            "id": "B1",
            "code": "B1",
            "name": "一支部",
            "kind": "branch",
            "parent": "Z",
            "members": 5,
            "staff": 20,
        },
        {
            "id": "G1",
            "code": "G1",
            "name": "一组",
            "kind": "party_group",
            "parent": "B1",
            "profile": "safety",
            "members": 5,
            "probationary": 1,
            "staff": 20,
            "crews": [
                {"name": "甲班", "staff": 12, "members": 5},
                {"name": "乙班", "staff": 8, "members": 0, "arrangement": "一组联系"},
            ],
        },
    ],
}

RULES: dict[str, Any] = {
    "format": "inspect-tui/rules",
    "version": "1.0",
    "days": {"minor": 7, "moderate": 15, "major": 30, "veto": 30},
    "softeners": [{"share": 0.5, "word": "少数"}, {"share": 1, "word": "多数"}],
}

ROUND: dict[str, Any] = {
    "format": "inspect-tui/round",
    "version": "1.0",
    "id": "2026Q4",
    "title": "第四季度回头看",
    "kind": "lookback",
    "period": {"label": "四季度", "start": "2026-11-16", "end": "2026-11-20"},
    "checklists": [CHECKLIST],
    "units": ROSTER["units"],
    "teams": [{"id": "T1", "name": "一组", "units": ["G1"]}],
}

PACK: dict[str, Any] = {
    "format": "inspect-tui/pack",
    "version": "1.0",
    "team": "T1",
    "units": ["G1"],
    "round": ROUND,
}


def as_bytes(value: Any, **options: Any) -> bytes:
    """JSON text as a person would save it."""
    return json.dumps(value, ensure_ascii=False, indent=1, **options).encode()


def copy_of(value: Any) -> Any:
    """A deep copy to break."""
    return json.loads(json.dumps(value))


def marked(text: str) -> tuple[bytes, list[tuple[int, str]]]:
    """Text whose faulty lines end in `@@CODE` (several codes apart by a space), and the faults to expect."""
    lines, expected = [], []
    for number, line in enumerate(text.splitlines(), 1):
        body, _, codes = line.partition("@@")
        lines.append(body.rstrip())
        expected += [(number, code) for code in codes.split()]
    return "\n".join(lines).encode(), expected
