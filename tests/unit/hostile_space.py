"""One workspace in which every field a person can fill holds whatever words a test chooses.

Built through the commands alone, so that each word went in by the door a user's words go in by. With plain
words it is a small, complete round to damage files of; with hostile words it shows where they come out.
"""

from __future__ import annotations

from pathlib import Path

from hostile_authors import write_authored
from hostile_commands import NEW, NOW, Say, Space, record
from hostile_old_round import hold_rounds
from hostile_visits import hold_visits

from inspect_tui.store import session, workspace


def build(folder: Path, say: Say) -> Space:
    """Make the workspace under a folder."""
    held = session.local_clock, workspace.local_clock
    session.local_clock = workspace.local_clock = lambda: NOW
    try:
        space = Space(folder / "w", say)
        write_authored(space)
        hold_rounds(space)
        hold_visits(space)
        _lead(space)
        _files(space)
        return space
    finally:
        session.local_clock, workspace.local_clock = held


def _lead(space: Space) -> None:
    say, lead = space.say, ("--as", space.lead)
    space.do(
        "bonus", "give", "G1", "2", "--reason", say("bonus.reason"), "--basis", say("bonus.basis"), *lead
    )
    record(
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
