"""What an inspector finds and writes down at the units of the round under way, on every page there is."""

from __future__ import annotations

import json

from hostile_commands import DAY, NEW, Space, record

from inspect_tui.demo_evidence import picture


def hold_visits(space: Space) -> None:
    say = space.say
    carried = json.loads((space.round_dir / "round.json").read_text(encoding="utf-8"))["carried"]
    space.ids |= {"problem": carried[0]["id"], "number": carried[0]["number"]}
    record(
        space,
        NEW,
        [
            {
                "unit": "G1",
                "visit": {
                    "date": "2026-11-17",
                    "counterpart": say("counterpart"),
                    "present": [say("present")],
                    "objection": say("objection"),
                    "confirmed_by": say("confirmed"),
                },
            },
            {
                "unit": "G1",
                "item": "GW-01",
                "verdict": "fail",
                "deductions": [{"index": 0, "count": 2}, {"index": 1}],
                "note": say("note"),
                "samples": [say("sample")],
                "methods": ["doc_review"],
                "wording": "",
            },
            {
                "unit": "G1",
                "item": "GW-02",
                "answer": say("own2.label"),
                "verdict": "fail",
                "note": say("note2"),
            },
            {"unit": "G1", "item": "TS-02", "verdict": "na", "reason": say("reason")},
            {
                "unit": "G1",
                "item": "TS-01",
                "verdict": "pass",
                "award": say("award.label"),
                "good_practices": [{"text": say("good")}],
                "suggestions": [{"text": say("suggestion")}],
                "findings": [{"text": say("finding"), "severity": "major"}],
            },
            {
                "unit": "G1",
                "verify": {
                    "problem": carried[0]["id"],
                    "outcome": "partly",
                    "methods": ["doc_review"],
                    "basis": say("verify.basis"),
                    "remains": say("remains"),
                },
            },
            {"unit": "G2", "visit": {"date": "2026-11-17", "counterpart": say("counterpart")}},
            {"unit": "G2", "item": "GW-01", "verdict": "pass", "note": say("note3")},
            {"unit": "G2", "trigger": {"id": "RL-1", "fact": say("fact")}},
            {"unit": "G3", "visit": {"result": "not_reached", "reason": say("not_reached")}},
        ],
    )
    space.write(
        "rectify",
        "整改.jsonl",
        [
            {
                "number": space.ids["number"],
                "step": "submit",
                "result": say("result"),
                "done_on": "2026-11-18",
                "who": say("submitter"),
            }
        ],
    )
    photo = space.write("photo", "照片.png", picture(3, 2))
    at = ("--unit", "G1", "--round", NEW, "--as", say("inspector"))
    space.do(
        "evidence",
        "add",
        photo,
        "--item",
        "GW-01",
        "--caption",
        say("caption"),
        "--source",
        say("source"),
        *at,
    )
    space.do("evidence", "add", "--reference", say("reference"), "--item", "GW-02", *at)
    duties = space.write(
        "duties",
        "岗位.csv",
        "岗位责任,责任岗位,标准,时限\n"
        + "".join(
            ",".join(
                f'"{w}"'
                for w in (say(f"duty{n}.name"), say("duty.post"), say("duty.standard"), say("duty.time"))
            )
            + "\n"
            for n in range(3)
        ),
    )
    space.do("duties", "import", duties, "--month", "2026-11", "--revised", "2026-11-03", *at)
    points = space.write(
        "points",
        "积分.csv",
        "编号,姓名,加分,扣分,事由,用于评优\n"
        f'1,{say("person")},2,,"{say("points.reason")}",是\n2,乙,,1,迟到,否\n',
    )
    space.do("points", "import", points, "--month", "2026-11", *at)
    pay = space.write(
        "pay",
        "分配.csv",
        f'姓名,岗位,考核得分,实发金额\n甲{say("person")},"{say("post")}",98,1000\n乙,,90,800\n',
    )
    space.do("recount", "sheet", pay, "--rule", "d", "--month", "2026-10", *at)
    draw = space.asked("flows", "draw", "--seed", say("seed"), "-k", "1", "--date", DAY, *at)
    flow = draw["flows"][0]["id"] if "flows" in draw else "F-1"
    space.do("flows", "record", flow, "1", "none", "--note", say("flow.note"), *at)
    space.do("phrases", "add", say("phrase"), "--checklist", "small", "--item", "GW-01")
    space.do(
        "practice",
        "answer",
        "G1",
        space.ids["card"],
        "adopted",
        "--basis",
        say("adopted"),
        "--round",
        NEW,
        "--as",
        say("inspector"),
    )
