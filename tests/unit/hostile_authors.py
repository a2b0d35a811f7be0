"""What authors write, every field of theirs filled: checklist, roster, scheme, contest, rules, flows."""

from __future__ import annotations

import json
from typing import Any

from hostile_commands import Say, Space, run


def checklist(say: Say) -> dict[str, Any]:
    """Two sections, deductions of all kinds, awards, own answers, a red line."""
    return {
        "format": "inspect-tui/checklist",
        "version": "1.0",
        "id": "small",
        "revision": "1",
        "full_score": 20,
        "title": say("checklist.title"),
        "remark": say("checklist.remark"),
        "change_note": say("change_note"),
        "unit_kinds": ["party_group", "branch"],
        "duties": [say(f"duty{n}.name") for n in range(9)],
        "duty_day": 5,
        "triggers": [{"id": "RL-1", "text": say("trigger.text")}],
        "answer_sets": {
            "own": [
                {"label": say("own.label"), "verdict": "pass", "share": 1},
                {"label": say("own2.label"), "verdict": "fail", "share": 0, "sentence": say("own.sentence")},
            ]
        },
        "sections": [
            {
                "id": "GW",
                "name": say("section.name"),
                "short": say("section.short"),
                "points": 10,
                "items": [
                    {
                        "id": "GW-01",
                        "text": say("item.text"),
                        "points": 6,
                        "rubric": say("rubric") + "，缺1次扣1分",
                        "severity": "major",
                        "methods": ["doc_review"],
                        "basis": say("item.basis"),
                        "na_when": [say("na_when")],
                        "samples": [say("sample")],
                        "helper": "recount",
                        "deductions": [
                            {
                                "label": say("ded.label"),
                                "sentence": say("ded.sentence") + "{n}",
                                "points": 1,
                                "unit": say("ded.unit"),
                                "cap": 3,
                                "missing": True,
                            },
                            {
                                "label": say("ded2.label"),
                                "sentence": say("ded2.sentence"),
                                "points": 2,
                                "triggers": "RL-1",
                            },
                        ],
                    },
                    {
                        "id": "GW-02",
                        "text": say("item2.text"),
                        "points": 4,
                        "rubric": say("rubric2") + "，没有扣4分",
                        "answer_set": "own",
                        "scoring": "award",
                        "when": [{"item": "GW-01", "verdict": ["pass", "fail", "partial"]}],
                    },
                ],
            },
            {
                "id": "TS",
                "name": say("section2.name"),
                "points": 10,
                "items": [
                    {
                        "id": "TS-01",
                        "text": say("item3.text"),
                        "points": 7,
                        "scoring": "award",
                        "awards": [
                            {"label": say("award.label"), "points": 7, "verdict": "pass"},
                            {
                                "label": say("award2.label"),
                                "points": 0,
                                "verdict": "fail",
                                "missing": True,
                                "sentence": say("award.sentence"),
                            },
                        ],
                    },
                    {"id": "TS-02", "text": say("item4.text"), "points": 3},
                ],
            },
        ],
    }


def roster(say: Say) -> dict[str, Any]:
    """A committee, a branch and three groups with crews."""
    groups = [
        {
            "id": f"G{n}",
            "code": f"G{n}",
            "name": say(f"unit{n}.name"),
            "kind": "party_group",
            "parent": "B1",
            "full_name": say(f"unit{n}.full_name"),
            "admin_name": say("admin_name"),
            "profile": "safety",
            "feature": say("feature"),
            "leader": say("unit.leader"),
            "responsible_leader": say("responsible"),
            "members": 5,
            "staff": 20,
            "tags": [say("unit.tag")],
            "crews": [
                {"name": say("crew.name"), "staff": 5, "members": 0, "arrangement": say("arrangement")},
                {"name": say("crew2.name"), "staff": 5, "members": 1},
            ],
        }
        for n in (1, 2, 3)
    ]
    above = [
        {"id": "C1", "code": "C1", "name": say("committee.name"), "kind": "committee"},
        {
            "id": "B1",
            "code": "B1",
            "name": say("branch.name"),
            "kind": "branch",
            "parent": "C1",
            "members": 15,
        },
    ]
    return {
        "format": "inspect-tui/roster",
        "version": "1.0",
        "name": say("roster.name"),
        "remark": say("roster.remark"),
        "units": above + groups,
    }


def write_authored(space: Space) -> None:
    say, root = space.say, space.root
    assert run("init", root).code == 0
    for old in (
        *root.glob("checklists/*.json"),
        *root.glob("*/contests/*"),
        *root.glob("*/schemes/*"),
        *root.glob("distribution/*"),
        *root.glob("flows/*"),
    ):
        old.unlink()

    def put(kind: str, place: str, data: dict[str, Any]) -> None:
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data), encoding="utf-8")
        space.files[kind] = path

    put("checklist", "checklists/small.json", checklist(say))
    put("roster", "roster.json", roster(say))
    space.files["rules"] = root / "rules.json"
    head = {"version": "1.0", "title": say("authored.title"), "remark": say("authored.remark")}
    put(
        "scheme",
        "checklists/schemes/s.json",
        head
        | {
            "format": "inspect-tui/scheme",
            "id": "s",
            "unit_kinds": ["party_group", "branch"],
            "levels": [
                {"id": "b", "name": say("level2.name"), "low": 0, "high": 79.9},
                {"id": "a", "name": say("level.name"), "low": 80, "high": 100, "tier": say("tier")},
            ],
        },
    )
    put(
        "contest",
        "checklists/contests/c.json",
        head
        | {
            "format": "inspect-tui/contest",
            "id": "c",
            "prize": say("prize"),
            "checklist": "small",
            "winners": 1,
            "eligible": {"coverage": 0, "submitted": False, "no_veto": False, "none_open": []},
        },
    )
    put(
        "distribution",
        "distribution/d.json",
        head
        | {
            "format": "inspect-tui/distribution",
            "id": "d",
            "basis": say("rule.basis"),
            "coefficients": {say("post"): 2},
            "default_coefficient": 1,
            "parts": [{"name": say("part.name"), "by": ["coefficient", "points"]}],
        },
    )
    put(
        "flows",
        "flows/f.json",
        head
        | {
            "format": "inspect-tui/flows",
            "id": "f",
            "groups": [
                {
                    "name": say("flowgroup"),
                    "flows": [
                        {
                            "id": f"F-{n}",
                            "name": say(f"flow{n}"),
                            "steps": [
                                {"stage": s, "text": say(f"step.{s}")} for s in ("plan", "do", "check", "act")
                            ],
                        }
                        for n in (1, 2)
                    ],
                }
            ],
        },
    )
    space.write(
        "appraisal",
        "测评.json",
        {
            "format": "inspect-tui/appraisal",
            "version": "1.0",
            "id": "q",
            "title": say("appraisal.title"),
            "subjects": [
                {"id": f"C0{n}", "name": say(f"subject{n}"), "post": say("subject.post")} for n in (1, 2)
            ],
            "dimensions": [say("dimension")],
        },
    )
