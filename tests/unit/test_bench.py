"""The bench measures what it says: its terminal driver, its medians, its table, its made-up rounds."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# The bench is no part of the package, so it is found beside the tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench import workspaces
from bench.__main__ import main
from bench.table import Row, compared, markdown_of, medians, plain, text_of
from bench.terminal import NotPainted, Screen, available, first_paint, run_time

from inspect_tui.rules.canonical import canonical
from inspect_tui.rules.fold import State
from inspect_tui.rules.sheet import UnitSheet

ECHO = """
import sys, termios, tty
tty.setraw(0)
sys.stdout.write("\\x1b[1mrea\\x1b[0mdy"); sys.stdout.flush()
while (key := sys.stdin.read(1)) != "q":
    sys.stdout.write(f"\\x1b[2J<{key}>"); sys.stdout.flush()
"""
needs_terminal = pytest.mark.skipif(not available(), reason="no pseudo-terminals here")


@needs_terminal
def test_a_screen_is_timed_from_exec_and_from_keys() -> None:
    with Screen([sys.executable, "-c", ECHO]) as screen:
        assert screen.first_paint("ready") > 0
        assert screen.key("a", "<a>") > 0
        assert screen.key("b") > 0
        screen.settle()
        with pytest.raises(NotPainted, match="<d>"):
            screen.key("c", "<d>", timeout=0.3)
        with pytest.raises(NotPainted, match="ended"):
            screen.key("q")


@needs_terminal
def test_a_program_is_told_where_its_cursor_stands() -> None:
    asking = (
        "import sys, termios, tty; tty.setraw(0); sys.stdout.write('\\x1b[6n'); sys.stdout.flush()\n"
        "print(sys.stdin.read(6)[1:], 'told', flush=True); sys.stdin.read()"
    )
    assert first_paint([sys.executable, "-c", asking], r"\[1;2R told|told") > 0


@needs_terminal
def test_a_program_that_never_shows_it_is_no_figure() -> None:
    with pytest.raises(NotPainted):
        first_paint([sys.executable, "-c", "print('something else')"], "ready")
    with pytest.raises(NotPainted, match="no good"):
        run_time([sys.executable, "-c", "raise SystemExit('no good')"])


def test_runs_are_taken_in_turn_and_their_medians_kept() -> None:
    order: list[str] = []
    values = iter([1.0, 10.0, 30.0, 3.0, 2.0, 20.0])

    def run(name: str) -> float:
        order.append(name)
        return next(values)

    seen = medians({"a": lambda: run("a"), "b": lambda: run("b")}, 3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert seen == {"a": 2.0, "b": 20.0}


def test_the_table_tells_figures_from_gaps() -> None:
    rows = [
        compared("quick", "floor", 1.5, 0.003, 0.002),
        compared("slow", "floor", 1.5, 0.004, 0.002),
        compared("only told", "floor", None, 0.004, 0.002),
        Row(name="absent", floor="floor", goal=1.5, remark="no such screen yet"),
    ]
    assert [r.verdict for r in rows] == ["ok", "OVER", "reported", "not measured"]
    text = text_of(rows)
    assert "1.50x" in text
    assert "no such screen yet" in text
    assert json.loads(json.dumps(plain(rows)))[1]["verdict"] == "OVER"
    assert markdown_of(rows).splitlines()[2:] == [
        "| quick | 1.50 | ≤ 1.5 | floor |",
        "| slow | 2.00 **over** | ≤ 1.5 | floor |",
        "| only told | 2.00 | - | floor |",
    ]


@pytest.mark.parametrize("items", [34, 1000])
def test_made_up_rounds_hold_what_they_promise(
    items: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    from inspect_tui.store.workspace import Workspace

    root = workspaces.make(tmp_path / "space", items)
    (entry,) = Workspace(root).rounds()
    assert entry.faults == ()
    assert entry.round is not None
    assert canonical(entry.round) == canonical(workspaces.round_of(items))
    assert len(UnitSheet(State(), entry.round, workspaces.UNIT_ID).rows) == items
    identity = Workspace(root).identity()
    assert identity is not None
    assert identity.name == workspaces.INSPECTOR


def test_a_merged_round_holds_the_answers_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    from inspect_tui.exchange.source import read_source
    from inspect_tui.rules.sheet import unit_progress

    source = read_source(workspaces.merged(tmp_path / "space") / "rounds" / workspaces.ROUND_ID)
    assert source.messages == ()
    assert len(source.state.changes) == 4200
    progress = [unit_progress(source.state, source.round, unit.id) for unit in source.round.units]
    assert len(progress) == 100
    assert sum(p.answered + 2 * p.disputed for p in progress) == 4200, "each once, or by two"


@needs_terminal
def test_small_merges_are_reported_and_the_full_one_has_goals(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from bench import merge

    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setattr(workspaces, "demo", lambda *_: (tmp_path, "", ""))
    asked: list[tuple[int, int]] = []

    def rows(files: int, changes: int, times: int, others: bool) -> Iterator[dict[str, Any]]:
        asked.append((files, changes))
        yield {"name": "merge", "floor": "f", "goal": 2.0, "ratio": 3.0, "measured_ms": 3.0, "floor_ms": 1.0}
        yield {"name": "peak", "floor": "f", "goal": 1.0, "ratio": 3.0, "measured_ms": 3.0, "floor_ms": 1.0,
               "unit": "GB"}  # fmt: skip

    monkeypatch.setattr(merge, "rows", rows)

    def said(*arguments: str) -> list[dict[str, Any]]:
        assert main([*arguments, "--json", str(tmp_path / "rows.json")]) == 0
        held: list[dict[str, Any]] = json.loads((tmp_path / "rows.json").read_bytes())["rows"]
        return held

    small = said("--only", "merge", "--quick")
    assert [row["verdict"] for row in small] == ["reported", "reported"]
    assert small[1]["measured_ms"] is None and "3 MB against 1 MB" in small[1]["remark"]
    assert [row["verdict"] for row in said("--only", "merge")] == ["OVER", "OVER"]
    assert asked[0] < asked[1] == (merge.FILES, merge.CHANGES)


def test_a_round_with_problems_holds_so_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    from inspect_tui.exchange.source import read_source
    from inspect_tui.rules.ledger import ledger_units, unit_rows

    root = workspaces.with_problems(tmp_path / "space", 120)
    source = read_source(root / "rounds" / workspaces.ROUND_ID)
    assert source.messages == ()
    units = ledger_units(source.round)
    rows = [row for u in units for row in unit_rows(source.state, source.round, u, "2026-11-21")]
    assert len(rows) == len({row.text for row in rows}) == 120


@needs_terminal
def test_peers_are_measured_beside_ours_or_said_to_be_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench import peers

    here, there = tmp_path / "here", tmp_path / "there"
    for folder, name, body in ((here, "posting", "sleep 9"), (there, "frogmouth", "exit 3")):
        folder.mkdir()
        (folder / name).write_text(f"#!/bin/sh\nprintf 'Enter a URL'; {body}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{here}:{there}:/usr/bin:/bin")
    monkeypatch.setattr(peers, "BARE", [sys.executable, "-c", "print('bare app ready'); input()"])
    ours = [sys.executable, "-c", "print('轮次'); input()"]
    home, posting, harlequin, frogmouth = peers.rows(ours, "轮次", 1, tmp_path / "home")
    assert home.ratio and posting.ratio
    assert (harlequin.ratio, frogmouth.ratio) == (None, None)
    assert "skipped" in harlequin.remark
    assert "did not start" in frogmouth.remark


def test_only_a_whole_run_replaces_the_latest_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench import __main__ as whole

    latest = tmp_path / "latest.json"
    monkeypatch.setattr(whole, "LATEST", latest)
    monkeypatch.setattr(whole, "available", lambda: True)
    monkeypatch.setattr(whole, "_measured", lambda *_: iter([compared("a", "f", 1.5, 3.0, 2.0)]))
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    assert main(["--only", "start"]) == main(["--quick"]) == 0
    assert not latest.exists()
    assert main([]) == 0
    said = json.loads(latest.read_bytes())
    assert said["rows"][0]["ratio"] == 1.5
    assert said["cpus"] and said["date"]


def test_a_wrong_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--only", "everything"])
    assert refused.value.code == 2
    assert "everything" in capsys.readouterr().err
