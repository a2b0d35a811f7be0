"""One workspace in which every field a person can fill holds whatever words a test chooses.

Built through the commands alone, so that each word went in by the door a user's words go in by. With plain
words it is a small, complete round to damage files of; with hostile words it shows where they come out.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inspect_tui.cli import main as cli
from inspect_tui.demo_evidence import picture
from inspect_tui.store import session, workspace

#: Gives the words of a field, by the field's name.
Say = Callable[[str], str]
NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
DAY = NOW.date().isoformat()
OLD, NEW, STAGE = "2026Q3-lookback", "2026Q4-lookback", "2026-small-self"


@dataclass
class Told:
    """What a command said."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")


class _Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal: into anything else Click takes escape sequences out by itself."""

    def isatty(self) -> bool:
        return True


@contextlib.contextmanager
def streams() -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Standard output and error as bytes, so that what would reach a terminal can be looked at."""
    out, err = io.BytesIO(), io.BytesIO()
    held = sys.stdout, sys.stderr
    over = _Terminal(out, "utf-8", write_through=True), _Terminal(err, "utf-8", write_through=True)
    sys.stdout, sys.stderr = over
    try:
        yield out, err
    finally:
        sys.stdout, sys.stderr = held
        for stream in over:
            stream.detach()


def run(*words: object) -> Told:
    """Run a command line as a terminal would."""
    with streams() as (out, err):
        code = cli.run([str(word) for word in words])
    return Told(code, out.getvalue(), err.getvalue().decode("utf-8"))


@dataclass
class Space:
    """The workspace, and the files made for and from it, by kind."""

    root: Path
    say: Say
    files: dict[str, Path] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def run(self, *words: object) -> Told:
        return run("--workspace", self.root, *words)

    def do(self, *words: object) -> Told:
        told = self.run(*words)
        assert told.code == 0, (words, told.err)
        return told

    def asked(self, *words: object) -> Any:
        return json.loads(self.do(*words, "--json").out)

    def write(self, kind: str, name: str, data: bytes | str | list[Any] | dict[str, Any]) -> Path:
        path = self.root.parent / "files" / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(data, dict):
            data = json.dumps(data)
        elif isinstance(data, list):
            data = "\n".join(json.dumps(line) for line in data)
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "replace"))
        self.files[kind] = path
        return path

    @property
    def round_dir(self) -> Path:
        return self.root / "rounds" / NEW

    @property
    def lead(self) -> str:
        return self.say("lead")


def build(folder: Path, say: Say) -> Space:
    """Make the workspace under a folder."""
    held = session.local_clock, workspace.local_clock
    session.local_clock = workspace.local_clock = lambda: NOW
    try:
        space = Space(folder / "w", say)
        _authored(space)
        _rounds(space)
        _visits(space)
        _lead(space)
        _files(space)
        return space
    finally:
        session.local_clock, workspace.local_clock = held


# -------------------------------------------------------------------- what authors write


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


def _authored(space: Space) -> None:
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


# -------------------------------------------------------------------- two rounds and what is found in them


def _rounds(space: Space) -> None:
    say = space.say
    space.do(
        "round",
        "new",
        "--title",
        "2026年第三季度" + say("old.title"),
        "--label",
        "2026年第三季度",
        "--start",
        "2026-08-17",
        "--end",
        "2026-08-21",
        "--checklist",
        "small",
        "--unit",
        "G1",
        "--unit",
        "G2",
        "--unit",
        "G3",
        "--team",
        say("team"),
        "--lead",
        space.lead,
        "--member",
        say("inspector"),
        "--issuer",
        say("issuer"),
        "--basis",
        say("round.basis"),
        "--demand",
        say("demand"),
    )
    assert (space.root / "rounds" / OLD).is_dir()
    _record(
        space,
        OLD,
        [
            {
                "unit": unit,
                "visit": {
                    "date": "2026-08-18",
                    "counterpart": say("counterpart"),
                    "present": [say("present")],
                },
            }
            for unit in ("G1", "G2")
        ]
        + [
            {
                "unit": "G1",
                "item": "GW-01",
                "verdict": "fail",
                "deductions": [{"index": 0, "count": 2}],
                "note": say("old.note"),
            },
            {"unit": "G2", "item": "TS-02", "verdict": "fail", "findings": [{"text": say("old.finding")}]},
            {
                "unit": "G2",
                "item": "TS-01",
                "verdict": "pass",
                "award": space.say("award.label"),
                "good_practices": [{"text": say("old.good")}],
            },
        ],
    )
    rows = space.asked("ledger", space.root / "rounds" / OLD)["rows"]
    for row in rows:
        space.do(
            "rectify",
            row["number"],
            "start",
            "--measure",
            say("measure"),
            "--owner",
            say("owner"),
            "--due",
            "2026-09-10",
            "--on",
            "2026-08-25",
            "--as",
            say("inspector"),
            "--round",
            OLD,
        )
    number = rows[0]["number"]
    space.do(
        "rectify",
        "set",
        number,
        "--round",
        OLD,
        "--as",
        say("inspector"),
        *(
            f"{name}={say('duty.' + name)}"
            for name in ("owner_unit", "leader", "supervisor", "task", "team", "progress")
        ),
    )
    good = space.asked("practice", "good", "--round", OLD)["good_practices"][0]["finding"]
    space.ids["card"] = space.asked(
        "practice",
        "promote",
        good,
        "--title",
        say("card.title"),
        "--what",
        say("card.what"),
        "--effect",
        say("card.effect"),
        "--how",
        say("card.how"),
        "--round",
        OLD,
        "--as",
        space.lead,
    )["id"]
    space.do(
        "pair",
        "add",
        "G1",
        "--helper",
        "G2",
        "--from",
        "2026-08-20",
        "--until",
        "2026-12-31",
        "--score",
        "90",
        "--problem",
        number,
        "--goal",
        say("pair.goal"),
        "--round",
        OLD,
        "--as",
        space.lead,
    )
    space.do(
        "pair",
        "add",
        "G2",
        "--department",
        say("department"),
        "--until",
        "2026-12-31",
        "--goal",
        say("goal2"),
        "--from",
        "2026-08-20",
        "--round",
        OLD,
        "--as",
        space.lead,
    )
    space.do(
        "round",
        "new",
        "--title",
        "2026年第四季度" + say("title"),
        "--label",
        "2026年第四季度",
        "--start",
        "2026-11-16",
        "--end",
        "2026-11-20",
        "--checklist",
        "small",
        "--unit",
        "G1",
        "--unit",
        "G2",
        "--unit",
        "G3",
        "--team",
        say("team"),
        "--lead",
        space.lead,
        "--member",
        say("inspector"),
        "--issuer",
        say("issuer"),
        "--basis",
        say("round.basis"),
        "--demand",
        say("demand"),
        "--as",
        space.lead,
    )
    assert space.round_dir.is_dir()


def _record(space: Space, round_id: str, lines: list[Any], who: str = "") -> None:
    path = space.write(f"record.{round_id}", f"{round_id}.jsonl", lines)
    space.do("record", path, "--round", round_id, "--as", who or space.say("inspector"))


def _visits(space: Space) -> None:
    say = space.say
    carried = json.loads((space.round_dir / "round.json").read_text(encoding="utf-8"))["carried"]
    space.ids |= {"problem": carried[0]["id"], "number": carried[0]["number"]}
    _record(
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


def _lead(space: Space) -> None:
    say, lead = space.say, ("--as", space.lead)
    space.do(
        "bonus", "give", "G1", "2", "--reason", say("bonus.reason"), "--basis", say("bonus.basis"), *lead
    )
    _record(
        space,
        NEW,
        [
            {"unit": "G1", "visit": {"date": "2026-11-17", "counterpart": say("counterpart2")}},
            {"unit": "G1", "item": "GW-01", "verdict": "pass", "note": say("lead.note")},
            {"unit": "G1", "item": "GW-02", "answer": say("own.label"), "verdict": "pass"},
        ],
        space.lead,
    )
    space.do("contest", "confirm", "c", NEW, "--winner", "G2", "--reason", say("contest.reason"), *lead)
    space.do(
        "review",
        "--unit",
        "G1",
        "--return",
        say("returned"),
        "--item",
        "GW-02=" + say("returned.item"),
        *lead,
    )


def _files(space: Space) -> None:
    """Files that others would send, made from this workspace."""
    out = space.root.parent / "files"
    inspector = ("--as", space.say("inspector"))
    space.files["handin"] = out / "交卷.zip"
    space.do("hand-in", "--round", NEW, *inspector, "-o", space.files["handin"])
    space.files["pack"] = out / "发包.json"
    space.do("round", "pack", NEW, "-o", space.files["pack"])
    space.files["merged"] = out / "合并.json"
    space.do(
        "merge",
        *(p for p in space.round_dir.glob("*.json") if p.name[0] in "0123456789abcdef"),
        "-o",
        space.files["merged"],
    )
    space.files["form"] = out / "检查表.xlsx"
    space.do("form", "export", "--round", NEW, "--unit", "G1", "-o", space.files["form"])
    space.files["ledger"] = out / "台账.xlsx"
    space.files["book"] = out / "清单.xlsx"
    space.do("checklist", "export", space.files["checklist"], "-o", space.files["book"])
    space.files["tallies"] = out / "票数.xlsx"
    space.do("appraise", "sheet", space.files["appraisal"], "-o", space.files["tallies"])
