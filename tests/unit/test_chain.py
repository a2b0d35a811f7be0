"""A chain of rounds over many units, checked against a deliberately simple recount.

The recount (`Book`) is plain dicts moved by hand-written rules; it imports nothing of the rules it checks
and reads the product only through its files and its `--json` outputs.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from mergework import no_wait

from inspect_tui.cli.main import run
from inspect_tui.exchange.carrying import earlier_rounds, gather, hand_over
from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.merging import merge
from inspect_tui.exchange.pack import take_pack, write_pack
from inspect_tui.exchange.planning import open_round
from inspect_tui.exchange.received import scan_for, take
from inspect_tui.exchange.record import record_file
from inspect_tui.exchange.rectify_lines import rectify_file
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period, Team
from inspect_tui.model.terms import Role, RoundKind
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace
from sweeps import in_full, times

ZONE = dt.timezone(dt.timedelta(hours=8))
STARTS = ("2025-02-10", "2025-05-12", "2025-08-11", "2025-11-10", "2026-02-09")
LABELS = ("2025年第一季度", "2025年第二季度", "2025年第三季度", "2025年第四季度", "2026年第一季度")
CHECKLIST = {
    "format": "inspect-tui/checklist", "version": "1.0", "id": "two", "revision": "1", "title": "两项清单",
    "sections": [{"id": "GW", "name": "岗位责任", "short": "岗位责任", "points": 100, "items": [
        {"id": "GW-01", "text": "责任齐全", "points": 60}, {"id": "GW-02", "text": "按月修订", "points": 40},
    ]}],
}  # fmt: skip
FOREVER = 4
LEAD = Identity(name="组长丁", role=Role.LEAD)


def later(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


def clock(day: str) -> Any:
    now = [dt.datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=ZONE)]

    def tick() -> dt.datetime:
        now[0] += dt.timedelta(seconds=1)
        return now[0]

    return tick


# -------------------------------------------------------------------- the recount


class Book:
    """What should be so: every problem ever found, by its text, and where it stands."""

    def __init__(self) -> None:
        self.problems: dict[str, dict[str, Any]] = {}

    def found(self, number: int, unit: str, text: str, on_site: bool, old: str = "") -> None:
        self.problems[text] = {
            "unit": unit, "home": number, "state": "submitted" if on_site else "open", "rounds": 1,
            "back": self.problems[old]["back"] + 1 if old else 0,
            "carried": False, "owed": False, "look": False, "kept": 0, "came": "", "seen": "", "until": "",
            "on_site": on_site, "past": {},
        }  # fmt: skip

    def of(self, number: int, unit: str | None = None) -> dict[str, dict[str, Any]]:
        return {
            text: p for text, p in self.problems.items() if p["home"] == number and unit in (None, p["unit"])
        }

    def state(self, text: str, day: str) -> str:
        problem = self.problems[text]
        if problem["state"] == "deferred" and day >= problem["until"]:
            return "in_progress"
        return str(problem["state"])

    def look(self, text: str, outcome: str, day: str) -> None:
        problem = self.problems[text]
        problem["seen"], problem["owed"] = outcome, False
        before = self.state(text, day)
        problem["state"] = {
            "fixed": "closed", "partly": "in_progress", "not_fixed": "in_progress", "relapsed": "relapsed",
            "unverifiable": before,
        }[outcome]  # fmt: skip
        problem["back"] += outcome == "relapsed"

    def go_on(self, number: int, day: str, units: set[str], held: str) -> None:
        """Everything that is left goes into the round of that number."""
        for text, problem in self.problems.items():
            state = self.state(text, day)
            if state == "closed":
                held_before = problem["carried"] and problem["came"] == "closed"
                if held_before and (problem["seen"] == "fixed" or not problem["look"]):
                    if problem["kept"] + 1 >= FOREVER:
                        continue
                    look, kept = False, problem["kept"] + 1
                else:
                    look, kept = True, 0
            else:
                look, kept = True, 0
            if problem["unit"] not in units or text == held:
                continue
            problem["past"][problem["home"]] = (problem["rounds"], problem["back"])
            problem |= {
                "home": number, "state": state, "came": state, "rounds": problem["rounds"] + 1,
                "carried": True, "look": look, "kept": kept, "seen": "",
                "owed": look and state != "deferred",
            }  # fmt: skip


# -------------------------------------------------------------------- the rounds


class Chain:
    """One office's workspace, its inspectors' laptops, and the recount beside them."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str], seed: int) -> None:
        self.root, self.capsys, self.chance, self.book = root, capsys, random.Random(seed), Book()
        self.space = Workspace.init(root / "办公室")
        (self.space.checklists_dir / "two.json").write_text(
            json.dumps(CHECKLIST, ensure_ascii=False), encoding="utf-8"
        )
        raw = json.loads((self.space.root / "roster.json").read_text(encoding="utf-8"))
        self.units = [u["id"] for u in raw["units"] if u["kind"] == "party_group"]
        self.space.save_identity(LEAD)
        self.rounds: list[Any] = []
        self.merged: list[Path] = []
        self.held_text = ""
        self.stayed: set[str] = set()

    def ledger(self, number: int, day: str) -> dict[str, dict[str, Any]]:
        self.capsys.readouterr()
        folder = self.space.round_dir(self.rounds[number].id)
        assert run(["ledger", str(folder), "--json", "--date", day]) == 0
        rows = json.loads(self.capsys.readouterr().out)["rows"]
        assert len({row["text"] for row in rows}) == len(rows), "nothing twice"
        return {row["text"]: row for row in rows}

    def open(self, number: int) -> None:
        day = STARTS[number]
        units = [u for u in self.units if not (number == 2 and u == "LH04")]
        cargo = None
        if number:
            entries = [e.id for e in earlier_rounds(self.space, RoundKind.LOOKBACK, day)]
            assert len(entries) == number, "each earlier round is looked at"
            left = gather(self.space, entries, day)
            alone = gather(None, self.merged, day)
            self.same(left, alone)
            newest = [o.problem for o in left.offers if o.problem.source.round == self.rounds[-1].id]
            own = [p for p in newest if p.state.value == "open"]
            hold = self.chance.choice(own) if number == 3 else None
            cargo = left.cargo(units, {hold.id: "等上级统一部署"} if hold else {}, by=LEAD.name)
            self.held_text = hold.text if hold else ""
        half = len(units) // 2
        first, second = tuple(units[:half]), tuple(units[half:])
        teams = [
            Team(id="A1", name="第1组", lead=LEAD.name, members=("检查员甲", "检查员丙"), units=first),
            Team(id="A2", name="第2组", lead="组长戊", members=("检查员乙",), units=second),
        ]
        label = LABELS[number]
        opened = open_round(
            self.space,
            title=f"{label}回头看",
            kind=RoundKind.LOOKBACK,
            period=Period(label=label, start=day, end=later(day, 4)),
            teams=teams,
            unit_ids=units,
            checklist_ids=["two"],
            now=clock(day)(),
            cargo=cargo,
        )
        if number:
            assert hand_over(self.space, opened, LEAD, clock(day)).messages == ()
            assert hand_over(self.space, opened, LEAD, clock(day)).noted == {}, "once is enough"
            self.book.go_on(number, day, set(units), self.held_text)
            self.stayed |= {t for t, p in self.book.problems.items() if p["home"] < number}
        self.rounds.append(opened)

    def same(self, left: Any, alone: Any) -> None:
        """What files alone offer is what the workspace offers, 已转入 or not."""

        def told(found: Any) -> list[Any]:
            return sorted((msgspec.to_builtins(o) for o in found.offers), key=lambda o: o["problem"]["id"])

        assert told(left) == told(alone)

    def carried(self, number: int) -> dict[str, dict[str, Any]]:
        path = self.space.round_dir(self.rounds[number].id) / "round.json"
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {c["text"]: c for c in raw.get("carried", [])}

    def starts_at_nought(self, number: int) -> None:
        """A new round is at 0 %, every old open problem is on it, and none is closed by that."""
        self.capsys.readouterr()
        told = ["--workspace", str(self.space.root), "round", "show", self.rounds[number].id, "--json"]
        assert run(told) == 0
        shown = json.loads(self.capsys.readouterr().out)["units"]
        assert len(shown) >= 24 and not any(u["answered"] or u["submitted"] for u in shown)
        owed = sum(p["owed"] for p in self.book.of(number).values())
        assert sum(u["owed"] for u in shown) == owed
        assert set(self.carried(number)) == set(self.book.of(number))

    def visits(self, number: int) -> None:
        """Inspectors on their own laptops; two units nobody opens, one cannot be reached."""
        day = later(STARTS[number], 1)
        pack = write_pack(self.space, self.rounds[number].id, now=clock(day)())
        units = [u for t in self.rounds[number].teams for u in t.units]
        self.unopened = set(self.chance.sample(units, 3))
        shut = sorted(self.unopened)[0]
        zips = []
        for team, name in zip(self.rounds[number].teams, ("检查员甲", "检查员乙"), strict=True):
            lines: list[dict[str, Any]] = []
            for unit in team.units:
                if unit == shut:
                    lines.append({"unit": unit, "visit": {"result": "not_reached", "reason": "道路不通"}})
                elif unit not in self.unopened:
                    lines += self.visit(number, unit, day)
            zips.append(self.record(number, name, pack, lines, day))
        self.quarrel(number, pack, zips, day)
        self.zips = zips

    def record(self, number: int, name: str, pack: Path, lines: list[Any], day: str) -> Path:
        laptop = Workspace(self.root / f"{name}-{number}")
        take_pack(laptop, pack)
        who = Identity(name=name, team="A1" if name != "检查员乙" else "A2")
        session = Session.open(laptop, self.rounds[number].id, who, clock(day))
        path = self.root / f"{name}-{number}.jsonl"
        path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
        record_file(session, path)
        out = hand_in(session, self.root / f"{name}-{number}.zip").path
        session.close()
        return out

    def visit(self, number: int, unit: str, day: str) -> list[dict[str, Any]]:
        chance, book = self.chance, self.book
        lines: list[dict[str, Any]] = [{"unit": unit, "visit": {"date": day, "counterpart": "组长"}}]
        carried = self.carried(number)
        for text, problem in list(book.of(number, unit).items()):
            if not problem["owed"] and chance.random() < 0.7:
                continue
            state = book.state(text, day)
            able = ["fixed", "fixed", "relapsed", "unverifiable"]
            outcome = chance.choice(able if state == "closed" else [*able, "partly", "not_fixed"])
            number_ = carried[text]["number"]
            told = {"problem": number_, "outcome": outcome, "methods": ["doc_review"], "basis": "看了资料"}
            told |= {"remains": "还差一半"} if outcome == "partly" else {}
            lines.append({"unit": unit, "verify": told})
            book.look(text, outcome, day)
            if outcome == "relapsed" and chance.random() < 0.5:
                # The same problem come back: it stands with the old one, not beside it.
                again = {"text": f"{text}又来", "severity": "minor", "lineage": number_}
                lines.append({"unit": unit, "findings": [again]})
            elif outcome == "fixed" and chance.random() < 0.15:
                new = f"{number}-{unit}-旧病"
                lines.append(
                    {"unit": unit, "findings": [{"text": new, "severity": "minor", "lineage": number_}]}
                )
                if new in book.problems:
                    lines.pop()
                else:
                    book.found(number, unit, new, False, text)
                    problem["linked"] = number
        for place in range(chance.choice((0, 1, 1, 2))):
            text, on_site = f"{number}-{unit}-{place}", chance.random() < 0.25
            severity = chance.choice(("minor", "moderate", "major"))
            told = {"text": text, "severity": severity, "fixed_on_site": on_site}
            lines.append({"unit": unit, "findings": [told]})
            book.found(number, unit, text, on_site)
        lines += [{"unit": unit, "item": item, "verdict": "pass"} for item in ("GW-01", "GW-02")]
        return [*lines, {"unit": unit, "submit": True}]

    def quarrel(self, number: int, pack: Path, zips: list[Path], day: str) -> None:
        """A colleague looks at one of the same problems and finds something else."""
        self.doubted = ""
        seen = {t: p for t, p in self.book.of(number).items() if p["seen"] in ("fixed", "not_fixed")}
        first = {u for u in self.rounds[number].teams[0].units}
        # What a new finding was linked to stays as it is: reopening it would take the finding in.
        able = sorted(
            t
            for t, p in seen.items()
            if p["unit"] in first and p["came"] != "closed" and p.get("linked") != number
        )
        if able:
            self.doubted = able[0]
            problem, number_ = seen[able[0]], self.carried(number)[able[0]]["number"]
            told = {"problem": number_, "outcome": "partly", "methods": ["interview"], "basis": "问了三个人"}
            line = {"unit": problem["unit"], "verify": told | {"remains": "两个人没有做"}}
            zips.append(self.record(number, "检查员丙", pack, [line], day))

    def bring_together(self, number: int) -> None:
        """Merge twice in different orders; settle what two hands differ on."""
        id_, day = self.rounds[number].id, later(STARTS[number], 3)
        for order in (self.zips, self.zips[::-1]):
            found = scan_for(self.space, id_, order)
            take(self.space, id_, found, LEAD.name, clock(day)())
        assert scan_for(self.space, id_, self.zips).new == 0, "the second merge brings nothing"
        if self.doubted:
            assert self.ledger(number, day)[self.doubted]["contested"]
            self.capsys.readouterr()
            where = ["--workspace", str(self.space.root), "decide", "--round", id_]
            assert run([*where, "--list", "--json"]) == 0
            (question,) = [
                q for q in json.loads(self.capsys.readouterr().out)["questions"] if q["field"] == "step"
            ]
            side = next(n for n, s in enumerate(question["sides"], 1) if s["value"]["outcome"] == "partly")
            assert run([*where, "--take", question["id"], str(side), "--reason", "以丙看到的为准"]) == 0
            self.book.problems[self.doubted] |= {"state": "in_progress", "seen": "partly"}

    def keep_ledger(self, number: int) -> None:
        """The weeks between two rounds: the lead enters what the units report."""
        day, chance, lines = later(STARTS[number], 20), self.chance, []
        rows = self.ledger(number, day)
        for text, problem in self.book.of(number).items():
            number_, state = rows[text]["number"], self.book.state(text, day)
            if state in ("open", "rejected", "relapsed") and chance.random() < 0.6:
                if state == "open" and chance.random() < 0.2:
                    until = later(day, chance.choice((30, 150, 400)))
                    lines.append({"number": number_, "step": "defer", "basis": "缺配件", "approver": "厂党委",
                                  "until": until})  # fmt: skip
                    problem |= {"state": "deferred", "until": until}
                    continue
                lines.append({"number": number_, "step": "start", "measure": "补", "owner": "张三",
                              "due": later(day, 30)})  # fmt: skip
                state = problem["state"] = "in_progress"
            if state == "in_progress" and problem["state"] != "deferred" and chance.random() < 0.6:
                lines.append({"number": number_, "step": "submit", "result": "已补", "done_on": day})
                state = problem["state"] = "submitted"
            if state == "submitted" and chance.random() < 0.4:
                step = chance.choice(("close", "close", "reject"))
                lines.append({"number": number_, "step": step, "basis": "看了", "who": "组长丁"})
                problem["state"] = "closed" if step == "close" else "rejected"
        path = self.root / f"台账-{number}.jsonl"
        path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
        session = Session.open(self.space, self.rounds[number].id, LEAD, clock(day))
        assert rectify_file(session, path).changes == len(lines)
        session.close()

    def agrees(self, number: int, day: str) -> None:
        """Every row says what the recount says, and there is no other row."""
        rows, wanted = self.ledger(number, day), self.book.of(number)
        assert {t for t, r in rows.items() if not r["carried_to"]} == set(wanted)
        for text, problem in wanted.items():
            row = rows[text]
            told = (row["state"], row["rounds"], row["recurrences"], row["carried"], row["must_verify"])
            meant = (
                self.book.state(text, day), problem["rounds"], problem["back"], problem["carried"],
                problem["owed"],
            )  # fmt: skip
            assert told == meant, (number, day, text, problem)
            assert not row["contested"]
        assert sum(not r["done"] for r in rows.values()) == sum(
            self.book.state(text, day) != "closed" for text in wanted
        )

    def old_rounds_say_so(self, number: int) -> None:
        """In the older rounds everything that went on reads 已转入 and nothing there is pressed for."""
        for old in range(number):
            rows = self.ledger(old, STARTS[number])
            gone = {t: r for t, r in rows.items() if r["carried_to"]}
            assert set(rows) - set(gone) == {t for t, p in self.book.problems.items() if p["home"] == old}
            assert all(r["state_label"] == "已转入" and r["done"] and not r["overdue"] for r in gone.values())
            for text, row in gone.items():
                assert (row["rounds"], row["recurrences"]) == self.book.problems[text]["past"][old], text

    def write_out(self, number: int) -> None:
        """The merged file as it was handed round at the end of a round, before anything went on."""
        folder = self.space.round_dir(self.rounds[number].id)
        files = [p for p in folder.glob("*.json") if p.name != "round.json"]
        out = self.root / f"合并-{number}.json"
        assert merge([*files, *self.zips], out).scan.ok
        self.merged.append(out)


@pytest.fixture
def chain(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    with no_wait():
        yield Chain(tmp_path, capsys, 7)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_other_histories_agree_as_well(tmp_path, capsys, monkeypatch, seed):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    with no_wait():
        chain = Chain(tmp_path, capsys, seed)
        for number in range(len(STARTS)):
            go_through(chain, number)


def go_through(chain: Chain, number: int) -> None:
    """A whole round: opened, visited, merged, kept."""
    chain.open(number)
    if number:
        chain.starts_at_nought(number)
        chain.old_rounds_say_so(number)
        chain.agrees(number, STARTS[number])
    chain.visits(number)
    chain.bring_together(number)
    chain.agrees(number, later(STARTS[number], 3))
    chain.keep_ledger(number)
    chain.agrees(number, later(STARTS[number], 21))
    chain.write_out(number)


def test_five_rounds_over_twenty_six_units_agree_with_a_simple_recount(chain):
    for number in range(times(len(STARTS), 3)):
        go_through(chain, number)
    told = chain.book.problems.values()
    if not in_full():
        assert max(p["rounds"] for p in told) >= 3 and max(p["back"] for p in told) >= 1
        return
    # The script must really have met what it is about.
    assert max(p["rounds"] for p in told) >= 4 and max(p["back"] for p in told) >= 2
    assert any(p["kept"] >= 2 for p in told) and any(p["state"] == "deferred" for p in told)
    assert any(text.split("-")[1] == "LH04" for text in chain.stayed), "a unit left out once"
    assert any(text.split("-")[1] != "LH04" for text in chain.stayed), "a problem held out by the lead"
    assert all(chain.book.problems[text]["home"] == 4 for text in chain.stayed), "and back later"


def test_a_problem_nobody_mentions_is_never_closed(chain):
    chain.open(0)
    chain.visits(0)
    chain.bring_together(0)
    chain.write_out(0)
    for number in (1, 2, 3):
        chain.open(number)
        for row in chain.ledger(number, STARTS[number]).values():
            assert row["state"] in ("open", "submitted") and row["rounds"] == number + 1
        folder = chain.space.round_dir(chain.rounds[number].id)
        chain.merged = [folder]


def test_a_deferral_survives_merges_and_comes_back_on_its_day(chain):
    chain.open(0)
    chain.visits(0)
    chain.bring_together(0)
    text, row = next((t, r) for t, r in chain.ledger(0, STARTS[0]).items() if r["state"] == "open")
    day = later(STARTS[0], 10)
    path = chain.root / "挂账.jsonl"
    line = {
        "number": row["number"],
        "step": "defer",
        "basis": "缺配件",
        "approver": "厂党委",
        "until": "2025-06-30",
    }
    path.write_text(json.dumps(line, ensure_ascii=False), encoding="utf-8")
    session = Session.open(chain.space, chain.rounds[0].id, LEAD, clock(day))
    rectify_file(session, path)
    session.close()
    for turn in range(10):
        out = chain.root / f"十次-{turn}.json"
        files = [
            p for p in chain.space.round_dir(chain.rounds[0].id).glob("*.json") if p.name != "round.json"
        ]
        assert merge([*files, *chain.zips, *chain.root.glob("十次-*.json")], out).scan.ok
    left = gather(None, [out], STARTS[1])
    (offer,) = [o for o in left.offers if o.problem.text == text]
    assert offer.problem.state.value == "deferred" and offer.problem.until == "2025-06-30"
    chain.merged = [chain.space.round_dir(chain.rounds[0].id)]
    chain.open(1)
    assert chain.ledger(1, "2025-06-29")[text]["state"] == "deferred"
    assert not chain.ledger(1, "2025-06-29")[text]["must_verify"]
    came = chain.ledger(1, "2025-06-30")[text]
    assert came["state"] == "in_progress" and came["returned"]
