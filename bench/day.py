"""A long day at one window: does the program grow heavier or slower the longer it is open?

Two programs run side by side on the same round of 110 groups. One lives through a day of eight hours, in
blocks: changes by the thousand, notes, undo, files merged in, exports, texts, a freeze taken back. The other
was just opened. Keys are timed on both in turn, dispatch to paint, so that a slow minute of the machine falls
on both. Run `python -m bench.day`, or the whole bench, whose part `day` it is.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.table import Row, compared

CHANGES, BLOCKS = 20_000, 10
ZONE = dt.timezone(dt.timedelta(hours=8))
START = dt.datetime(2026, 11, 20, 8, 30, tzinfo=ZONE)
NOTE = "查看了近三个月的岗位责任修订记录，讨论意见和到会人数没有写全，已当场向党小组长指出。"
LEAD, COLLEAGUE = "测速员", "组员"
#: Keys of one round of timing: moves, and verdicts that write.
MOVES, VERDICTS = 16, 10

Json = dict[str, Any]


# -------------------------------------------------------------------- the program that is looked at


class Program:
    """The product open on a workspace, headless; does what it is told line by line."""

    def __init__(self, root: Path, *, changes: int) -> None:
        self.root, self.per_block = root, changes
        self.dice = random.Random(8)
        self.block = 0
        self.now = START
        self.timed = 0

    async def serve(self) -> None:
        """Open the app and answer each line of stdin with one line of JSON."""
        from inspect_tui.tui.app import InspectApp

        app = InspectApp(self.root, clock=lambda: self.now, unit="u0")
        self.app: Any = app
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            self.answer({"ready": type(app.screen).__name__})
            while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
                told: Json = {}
                if line == "keys":
                    told = await self.keys(pilot)
                elif line == "block":
                    await self.live(pilot)
                elif line == "once":
                    self.between(self.app.desk)
                    await pilot.pause()
                self.answer(told | self.figures())
            app.save_everything()

    def answer(self, told: Json) -> None:
        print(json.dumps(told), flush=True)

    def figures(self) -> Json:
        """Memory, and what lies on the medium."""
        gc.collect()
        session = self.app.desk.session
        journals = sum(p.stat().st_size for p in session.file.path.parent.glob("*.journal"))
        return {
            "rss": resident(),
            "changes": len(session.state.changes),
            "own": len(session.file),
            "snapshot": session.file.path.stat().st_size,
            "journals": journals,
            "files": len(list(session.file.path.parent.iterdir())),
        }

    # ---------------------------------------------------------------- keys

    async def keys(self, pilot: Any) -> Json:
        """Median times from a key's dispatch to the next paint, of moves and of verdicts."""
        await self.stand(0)
        moves = [await self.key("down" if n < MOVES // 2 else "up") for n in range(MOVES)]
        # Verdicts are given in one round of timing and cleared in the next, so that each writes something.
        self.timed += 1
        verdicts = []
        for place in range(VERDICTS):
            await self.stand(place)
            verdicts.append(await self.key("1" if self.timed % 2 else "0"))
        await pilot.pause()
        return {"move": statistics.median(moves), "verdict": statistics.median(verdicts)}

    async def stand(self, row: int) -> None:
        """Put the cursor on a row, untimed."""
        self.app.screen.list.move_to(row)
        await asyncio.sleep(0.03)

    async def key(self, name: str) -> float:
        """Send one key as the driver would and wait until something was painted."""
        from textual import events

        painted, stamp = asyncio.Event(), 0.0
        show = self.app._display

        def display(*arguments: Any, **named: Any) -> None:
            nonlocal stamp
            show(*arguments, **named)
            if not painted.is_set():
                stamp = time.perf_counter()
                painted.set()

        self.app._display = display
        began = time.perf_counter()
        self.app.post_message(events.Key(name, name if len(name) == 1 else None))
        await asyncio.wait_for(painted.wait(), 10)
        # What the key set going besides must not fall upon the next one.
        await asyncio.sleep(0.03)
        self.app._display = show
        return stamp - began

    # ---------------------------------------------------------------- a block of the day

    async def live(self, pilot: Any) -> None:
        """Some three quarters of an hour: changes, then what a lead does in between."""
        desk = self.app.desk
        until = len(desk.session.file) + self.per_block
        while len(desk.session.file) < until:
            self.change(desk)
            if len(desk.session.file) % 200 == 0:
                # A pause, as people make them: the screen and the writer catch up.
                await pilot.pause()
        self.between(desk)
        self.block += 1
        await pilot.pause()

    def between(self, desk: Any) -> None:
        """What is done between changes, each thing once."""
        desk.session.flush()
        self.take_in(desk)
        self.tell(desk)
        self.freeze(desk)
        desk.session.fold()

    def change(self, desk: Any) -> None:
        """One thing an inspector does."""
        from inspect_tui.model.terms import FindingKind, Verdict
        from inspect_tui.rules import actions

        self.now += dt.timedelta(seconds=1)
        units = desk.units()
        unit = units[self.dice.randrange(1, len(units))].id
        sheet = desk.sheet(unit)
        row = self.dice.choice(sheet.rows)
        kind = self.dice.random()
        state, checklist = desk.state, row.checklist.id
        if kind < 0.65:
            verdict = self.dice.choice((Verdict.PASS, Verdict.PASS, Verdict.PASS, Verdict.PARTIAL))
            judgement = actions.plain_verdict(row.item, verdict)
            if verdict is Verdict.PARTIAL and row.item.deductions:
                label = self.dice.choice(row.item.deductions).label
                judgement = actions.with_deduction(row.item, judgement, Verdict.FAIL, label)
            desk.commit(unit, [actions.judge(state, unit, checklist, row.item, judgement)], row.item.id)
        elif kind < 0.90:
            text = f"{NOTE}（{len(desk.session.file)}）"
            desk.commit(unit, [actions.write_note(state, unit, checklist, row.item, text)], "说明")
        elif kind < 0.94:
            edits = actions.new_finding(state, unit, desk.new_id(), FindingKind.DEFICIENCY, NOTE)
            desk.commit(unit, edits, "问题")
        else:
            desk.undo(unit)

    def take_in(self, desk: Any) -> None:
        """A colleague's file is merged in."""
        from inspect_tui.exchange import received
        from inspect_tui.store.snapshot import Meta, encode

        session = desk.session
        number = len(received.journal(session.space, session.round.id)) + 1
        made = list(colleague(session.round, number))
        path = self.root / f"{COLLEAGUE}{number}.json"
        meta = Meta(writer=made[0].writer, generation=1, head=made[-1].id)
        path.write_bytes(b"".join(encode(meta, [session.raw], made, {})))
        found = received.scan_for(session.space, session.round.id, [path], mine=session.file)
        assert received.take(session.space, session.round.id, found, LEAD, self.now)
        desk.came_in(session.take_in(made))
        path.unlink()

    def tell(self, desk: Any) -> None:
        """The ledger as a sheet, the 通报, and the formal paper."""
        from inspect_tui.report.document import NoticeKind
        from inspect_tui.report.ledger_table import ledger_csv
        from inspect_tui.report.telling import Held, Wanted, tell
        from inspect_tui.rules.ledger import ledger_rows
        from inspect_tui.store.files import write_durable

        today = self.now.date()
        rows = ledger_rows(desk.state, desk.round, today.isoformat())
        data = ledger_csv(desk.round, rows).encode("utf-8-sig")
        write_durable(desk.session.space.exports_dir / "台账.csv", data)
        tell([Held(round=desk.round, state=desk.state)], Wanted(kind=NoticeKind.SITUATION), today)

    def freeze(self, desk: Any) -> None:
        """The round is frozen, then that is taken back and the day goes on."""
        from inspect_tui.rules import sealing

        try:
            edits = sealing.freeze(desk.state, desk.round, "复核后重新封存")
        except sealing.StillOpen:
            return
        desk.commit_lead(edits, "封存")
        desk.session.undo("")


def colleague(round_: Any, number: int) -> Iterator[Any]:
    """Forty changes of another writer."""
    from inspect_tui.model.change import Body
    from inspect_tui.rules import actions
    from inspect_tui.rules.applicability import checklists_for, inspected_units, items_for
    from inspect_tui.rules.canonical import make_change
    from inspect_tui.rules.fold import State

    dice, state, head = random.Random(number), State(), ""
    units = inspected_units(round_)
    for step in range(40):
        unit = dice.choice(units)
        checklist = checklists_for(round_, unit)[0]
        _, item = dice.choice(list(items_for(checklist, unit.profile)))
        edit = actions.write_note(state, unit.id, checklist.id, item, f"{COLLEAGUE}{number}看过，第{step}条")
        body = Body(at=START.isoformat(timespec="seconds"), by=(f"{COLLEAGUE}{number}",), edits=(edit,))
        change = make_change(head, f"{number:012x}", body)
        head = change.id
        state.apply(change)
        yield change


def resident() -> int:
    """Bytes of memory this process holds now; the most it ever held where the system tells no more."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf(
            "SC_PAGE_SIZE"
        )
    except (OSError, IndexError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


# -------------------------------------------------------------------- the day


class Child:
    """A program in a process of its own, told what to do."""

    def __init__(self, root: Path, changes: int) -> None:
        words = [sys.executable, "-m", "bench.day", "serve", str(root), "--per-block", str(changes)]
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            cwd=Path(__file__).parents[1],
        )
        self.ready = self.heard()

    def heard(self) -> Json:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the program under the bench ended")
        told: Json = json.loads(line)
        return told

    def do(self, what: str) -> Json:
        assert self.process.stdin is not None
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return self.heard()

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)


def workspace(root: Path) -> Path:
    """A workspace of 110 groups under the shipped checklist, its lead known."""
    import msgspec

    from bench.telling import plant
    from inspect_tui.model.person import Identity
    from inspect_tui.model.terms import Role
    from inspect_tui.rules.canonical import checklist_hash, unit_hash
    from inspect_tui.store.workspace import Workspace

    round_, _ = plant()
    round_ = msgspec.structs.replace(
        round_,
        checklist_hashes={c.id: checklist_hash(c) for c in round_.checklists},
        unit_hashes={u.id: unit_hash(u) for u in round_.units},
    )
    space = Workspace(root)
    for folder in (space.checklists_dir, space.rounds_dir, space.exports_dir):
        folder.mkdir(parents=True, exist_ok=True)
    space.save_round(msgspec.json.decode(msgspec.json.encode(round_)))
    space.save_identity(Identity(name=LEAD, role=Role.LEAD))
    return root


def lived(folder: Path, changes: int, blocks: int, told: Callable[[str], object] = lambda said: None) -> Json:
    """Live through a day; returns figures of its start, of every block, and of both programs at the end."""
    old = Child(workspace(folder / "old"), changes // blocks)
    before = old.do("block")
    start = [old.do("keys") for _ in range(3)][-1]
    steps = [start]
    for number in range(1, blocks):
        old.do("block")
        steps.append(old.do("keys"))
        told(f"block {number + 1}: {steps[-1]}")
    fresh = Child(workspace(folder / "fresh"), changes // blocks)
    fresh.do("block")
    for child in (old, fresh):
        child.do("keys")
    seen: dict[str, list[Json]] = {"old": [], "fresh": []}
    for turn in range(9):
        for name, child in (("old", old), ("fresh", fresh))[:: 1 if turn % 2 else -1]:
            seen[name].append(child.do("keys"))
    end = seen["old"][-1]
    fresh.end()
    old.end()
    again = Child(folder / "old", changes // blocks)
    opened = [again.do("keys") for _ in range(3)][-1]
    again.do("once")
    worked = again.do("keys")
    again.end()
    middle = {
        name: {key: statistics.median(run[key] for run in runs) for key in ("move", "verdict")}
        for name, runs in seen.items()
    }
    return {
        "before": before, "start": start, "steps": steps, "end": end, "opened": opened, "worked": worked,
        "old": middle["old"], "fresh": middle["fresh"],
    }  # fmt: skip


def rows(changes: int = CHANGES, blocks: int = BLOCKS) -> Iterator[Row]:
    """Keys and memory at the end of the day, and what lies on the medium."""
    with tempfile.TemporaryDirectory(prefix="bench-day-") as folder:
        day = lived(Path(folder), changes, blocks, lambda said: print(said, file=sys.stderr, flush=True))
    name = f"after {day['end']['own']} changes in one window"
    for key, word in (("move", "cursor key"), ("verdict", "verdict key")):
        yield compared(f"{word} {name}", "a window just opened", 1.2, day["old"][key], day["fresh"][key])
    end, opened, start = day["end"], day["opened"], day["start"]
    # What was recorded is held, and code once used stays loaded: neither is growth. So the floor of the goal
    # is a window that holds the same records and did each kind of work once; the others are told beside it.
    for what, floor, goal in (
        ("a window just opened on the same, each kind of work done once", day["worked"], 1.2),
        ("a window just opened on the same, nothing done", opened, None),
        ("its start, when it held few", start, None),
    ):
        yield Row(
            name=f"memory {name}",
            floor=what,
            goal=goal,
            ratio=end["rss"] / floor["rss"],
            remark=f"{end['rss'] / 1e6:.0f} MB against {floor['rss'] / 1e6:.0f} MB",
        )
    yield Row(
        name=f"on the medium {name}",
        floor="its snapshot",
        goal=0.5,
        ratio=max(step["journals"] / step["snapshot"] for step in day["steps"]),
        remark=f"journals at most; snapshot {end['snapshot'] / 1e6:.1f} MB, {end['files']} files",
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.day", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("day", "serve"), default="day")
    parser.add_argument("root", nargs="?", type=Path)
    parser.add_argument("--per-block", type=int, default=CHANGES // BLOCKS)
    parser.add_argument("--changes", type=int, default=CHANGES)
    parser.add_argument("--blocks", type=int, default=BLOCKS)
    options = parser.parse_args()
    if options.what == "serve":
        asyncio.run(Program(options.root, changes=options.per_block).serve())
        return
    from bench.table import text_of

    with tempfile.TemporaryDirectory(prefix="bench-day-home-") as home:
        os.environ["INSPECT_TUI_HOME"] = home
        print(text_of(list(rows(options.changes, options.blocks))))


if __name__ == "__main__":
    main()
