"""Workspaces to measure on: the demo, and rounds with a checklist of any length."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from inspect_tui.model.checklist import Checklist, Deduction, Item, Section
from inspect_tui.model.person import Identity
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Period, Round
from inspect_tui.model.terms import Profile, RoundKind, UnitKind
from inspect_tui.rules.canonical import checklist_hash, unit_hash

ROUND_ID = "2026Q4-bench"
UNIT_ID = "u1"
TITLE = "测速轮次"
INSPECTOR = "测速员"


def item_id(number: int) -> str:
    """Id of the so-manieth item, counted from 1."""
    return f"A-{number:05d}"


def round_of(items: int) -> Round:
    """A round of one unit under a made-up checklist of so many items in sections of about a hundred."""
    per_section = max(5, min(100, items // 5))
    numbers = range(1, items + 1)
    sections = tuple(
        Section(
            id=f"S{start}",
            name=f"第{start // per_section + 1}部分",
            points=Decimal(len(numbers[start : start + per_section])),
            items=tuple(
                Item(
                    id=item_id(n),
                    text=f"第{n}项岗位责任齐全，每项都有责任人、标准和时限，有检查有记录",
                    rubric="缺1项扣0.5分",
                    points=Decimal(1),
                    deductions=(
                        Deduction(
                            label="责任缺项",
                            sentence="岗位责任缺{n}项",
                            points=Decimal("0.5"),
                            unit="项",
                            missing=True,
                        ),
                    ),
                )
                for n in numbers[start : start + per_section]
            ),
        )
        for start in range(0, items, per_section)
    )
    checklist = Checklist(
        format="inspect-tui/checklist",
        version="1.0",
        id="bench",
        revision="1",
        title="测速清单",
        sections=sections,
        full_score=Decimal(items),
        profiles=("production",),
    )
    unit = Unit(
        id=UNIT_ID, code="U1", name="测速党小组", kind=UnitKind.PARTY_GROUP, profile=Profile.PRODUCTION
    )
    return Round(
        format="inspect-tui/round",
        version="1.0",
        id=ROUND_ID,
        title=TITLE,
        kind=RoundKind.LOOKBACK,
        period=Period(label="2026年第四季度", start="2026-10-01", end="2026-12-31"),
        checklists=(checklist,),
        units=(unit,),
        checklist_hashes={checklist.id: checklist_hash(checklist)},
        unit_hashes={unit.id: unit_hash(unit)},
    )


def make(root: Path, items: int) -> Path:
    """A workspace whose only round has so many items; its inspector is known.

    Set INSPECT_TUI_HOME first: the identity is bound to the machine id kept there.
    """
    import msgspec

    from inspect_tui.store.workspace import Workspace

    space = Workspace(root)
    for folder in (space.checklists_dir, space.rounds_dir, space.exports_dir):
        folder.mkdir(parents=True, exist_ok=True)
    space.save_round(msgspec.json.decode(msgspec.json.encode(round_of(items))))
    space.save_identity(Identity(name=INSPECTOR))
    return root


def merged(root: Path) -> Path:
    """A lead's workspace with one round: 100 units of 38 items, 4,200 answers taken in from twelve files."""
    import datetime as dt
    import shutil

    import msgspec

    from bench.merge import make_files, round_for
    from inspect_tui.exchange.received import scan_for, take
    from inspect_tui.model.terms import Role
    from inspect_tui.store.workspace import Workspace

    files, changes, items = 12, 350, 38
    space = Workspace(root)
    for folder in (space.checklists_dir, space.rounds_dir, space.exports_dir):
        folder.mkdir(parents=True, exist_ok=True)
    space.save_round(msgspec.json.decode(msgspec.json.encode(round_for(files, changes, items))))
    space.save_identity(Identity(name=INSPECTOR, role=Role.LEAD))
    brought = root / "brought"
    make_files(brought, files, changes, items)
    found = scan_for(space, ROUND_ID, sorted(brought.iterdir()))
    assert len(take(space, ROUND_ID, found, INSPECTOR, dt.datetime.now().astimezone())) == files
    shutil.rmtree(brought)
    return root


def with_problems(root: Path, count: int) -> Path:
    """A lead's workspace with one round in which so many problems were found, each at its own item."""
    import msgspec

    from bench.merge import round_for
    from inspect_tui.model.change import Body, Change
    from inspect_tui.model.terms import FindingKind, Role
    from inspect_tui.rules import actions
    from inspect_tui.rules.canonical import make_change
    from inspect_tui.rules.fold import State
    from inspect_tui.store.snapshot import Meta, encode
    from inspect_tui.store.workspace import Workspace

    space = Workspace(root)
    for folder in (space.checklists_dir, space.rounds_dir, space.exports_dir):
        folder.mkdir(parents=True, exist_ok=True)
    round_ = round_for(10, 1000, 100)
    units, nothing = round_.units, State()
    space.save_round(msgspec.json.decode(msgspec.json.encode(round_)))
    space.save_identity(Identity(name=INSPECTOR, role=Role.LEAD))
    writer, head, changes = "0123456789ab", "", list[Change]()
    for number in range(count):
        unit = units[number % len(units)].id
        text = f"第{number + 1}处记录不全，近三个月缺修订记录"
        edits = actions.new_finding(nothing, unit, f"{number:016x}", FindingKind.DEFICIENCY, text)
        body = Body(at="2026-11-20T09:30:00+08:00", by=("检查员乙",), edits=tuple(edits), what="问题")
        changes.append(make_change(head, writer, body))
        head = changes[-1].id
    raw = msgspec.json.decode(msgspec.json.encode(round_))
    content = encode(Meta(writer=writer, generation=1, head=head), [raw], changes, {})
    space.findings_path(ROUND_ID, writer).write_bytes(b"".join(content))
    return root


def demo(root: Path, program: str) -> tuple[Path, str, str]:
    """The demo workspace with the title of its newest round and a unit of it that is inspected."""
    from bench.terminal import run_time
    from inspect_tui.rules.applicability import inspected_units
    from inspect_tui.store.workspace import Workspace

    run_time([program, "demo", "--dir", str(root), "--no-open"])
    entry = next(e for e in Workspace(root).rounds() if e.round is not None)
    assert entry.round is not None
    return root, entry.round.title, inspected_units(entry.round)[0].id
