"""The demo: made through the real doors, the same each time, ready to go on with."""

from __future__ import annotations

import json

import pytest

from inspect_tui.cli import main as cli
from inspect_tui.demo import ANSWERED, CURRENT, HALF_DONE, LEAD, USER, is_demo, make_demo
from inspect_tui.demo_forms import NAME
from inspect_tui.exchange.form_reading import read_form_file
from inspect_tui.exchange.form_taking import Status, weigh_form
from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.source import read_source
from inspect_tui.exchange.verifying import verify_all
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import NamingLevel, Outcome, RectState
from inspect_tui.report.document import NoticeKind
from inspect_tui.report.outline import compile_round
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.sheet import UnitSheet, unit_progress
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    yield make_demo(tmp_path_factory.mktemp("d") / "演示")
    patch.undo()


def test_it_is_a_sound_workspace(demo):
    assert is_demo(demo.root) and Workspace.is_workspace(demo.root)
    entries = demo.rounds()
    assert [e.id for e in entries] == ["2026Q4-lookback", "2026Q3-lookback", "2026Q2-lookback"]
    assert all(e.round is not None and not e.faults for e in entries)
    assert demo.identity().name == USER
    assert not list(demo.root.parent.glob("*.tmp"))


def test_every_file_verifies(demo):
    files = [demo.findings_path(e.id, w) for e in demo.rounds() for w in demo.writers(e.id)]
    assert len(files) == 7, "inspector and lead in each past round, three in the current one"
    assert [verify_all(path).doubts for path in files] == [()] * 7


def test_past_rounds_are_submitted_with_findings_and_good_practice(demo):
    for round_id in ("2026Q2-lookback", "2026Q3-lookback"):
        source = read_source(demo.round_dir(round_id))
        totals = compile_round(source.state, source.round).totals
        assert totals.submitted == totals.visited == totals.units
        assert totals.problems and totals.missing and totals.fixed and totals.good


def test_the_user_resumes_at_the_tenth_item(demo):
    session = Session.open(demo, CURRENT, demo.identity())
    try:
        assert session.read_only == "" and session.messages == []
        progress = unit_progress(session.state, session.round, HALF_DONE)
        assert (progress.answered, progress.items, progress.submitted) == (ANSWERED, 34, False)
        sheet = UnitSheet(session.state, session.round, HALF_DONE)
        assert sheet.rows[sheet.next_unanswered(-1)].item.id == "RC-04"
    finally:
        session.close()


def rows_of(demo, round_id: str) -> list[LedgerRow]:
    source = read_source(demo.round_dir(round_id))
    return ledger_rows(source.state, source.round, "2026-11-18")


def test_the_three_rounds_are_one_chain(demo):
    second, third, fourth = (rows_of(demo, f"2026Q{n}-lookback") for n in (2, 3, 4))
    assert all(row.carried_to == "2026年第三季度回头看" and not row.light for row in second)
    assert {row.id for row in second} == {row.id for row in third if row.carried}
    stayed = [row for row in third if not row.carried_to]
    held = demo.round(CURRENT).round.held
    assert [row.id for row in stayed] == [h.problem.id for h in held] and held[0].reason and held[0].by
    assert {row.id for row in third} - {stayed[0].id} == {row.id for row in fourth if row.carried}
    assert max(row.rounds for row in fourth) == 3


def test_the_past_has_every_outcome_and_a_ledger_that_went_on(demo):
    third, fourth = rows_of(demo, "2026Q3-lookback"), rows_of(demo, CURRENT)
    assert {t.step.outcome for row in third for t in row.outcomes} == set(Outcome)
    assert [row for row in third if row.recurrences and row.state is RectState.RELAPSED]
    states = {row.state for row in rows_of(demo, "2026Q3-lookback")}
    assert {RectState.OPEN, RectState.IN_PROGRESS, RectState.SUBMITTED, RectState.CLOSED} <= states
    (put_off,) = [row for row in fourth if row.state is RectState.DEFERRED]
    assert put_off.approver and put_off.until == "2026-12-25" and not put_off.must_verify
    assert any(row.overdue for row in fourth) and any(row.again for row in fourth)
    (doubted,) = [row for row in fourth if row.contested]
    assert {t.by for t in doubted.outcomes} == {(USER,), (LEAD,)}


def test_the_units_owe_what_was_not_looked_at_again(demo):
    source = read_source(demo.round_dir(CURRENT))
    owed = {u.id: unit_progress(source.state, source.round, u.id).owed for u in source.round.units}
    assert owed[HALF_DONE] >= 2 and owed["XP01"] and owed["XP04"]
    assert owed["DG01"] == owed["DG03"] == owed["DG05"] == 0
    points = UnitSheet(source.state, source.round, HALF_DONE).open_points()
    assert [p.kind for p in points[: owed[HALF_DONE]]] == ["verify"] * owed[HALF_DONE]


def test_the_lead_kept_its_own_file(demo):
    for round_id in ("2026Q2-lookback", "2026Q3-lookback"):
        by = {t.by for row in rows_of(demo, round_id) for t in row.outcomes}
        assert by <= {(USER,)}, "the ledger is the lead's, the visits the inspector's"


def test_colleagues_quarrel_in_a_few_places(demo):
    source = read_source(demo.round_dir(CURRENT))
    by = {w for w in demo.writers(CURRENT)}
    assert len(by) == 3
    outline = compile_round(source.state, source.round)
    disputed = {d.unit.id: d.verdicts["disputed"] for d in outline.units if d.verdicts["disputed"]}
    assert set(disputed) == {"DG01", "DG03"} and 3 <= sum(disputed.values()) <= 8
    assert outline.totals.not_reached == 1


def test_the_hand_ins_hold_what_the_colleagues_files_hold(demo):
    zips = sorted((demo.root / "收卷").glob("*.zip"))
    assert len(zips) == 2
    for path in zips:
        held = read_hand_in(path)
        own = read_source(demo.findings_path(CURRENT, held.manifest.writer))
        assert {c.id for c in held.content.changes} == set(own.state.changes)


def test_two_demos_hold_the_same_records(demo, demo_at, tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    other = demo_at(tmp_path / "again")
    for entry in demo.rounds():
        one, two = read_source(demo.round_dir(entry.id)), read_source(other.round_dir(entry.id))
        assert one.raw == two.raw
        assert one.state.ids() == two.state.ids()


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputFaults, match="已有别的东西"):
        make_demo(tmp_path / "x")
    assert [p.name for p in tmp_path.rglob("*")] == ["x", "mine.txt"]


def test_an_interrupted_demo_leaves_nothing(tmp_path, monkeypatch):
    from inspect_tui import demo as module

    def broken(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_current_others", broken)
    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_the_command_makes_it_and_goes_on_with_it(tmp_path, capsysbinary, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    for said in ("演示已备好", "接着上次的演示"):
        assert cli.run(["demo", "--dir", str(tmp_path / "d"), "--no-open"]) == 0
        assert said in capsysbinary.readouterr().err.decode("utf-8")
    assert cli.run(["notice", str(tmp_path / "d" / "rounds" / CURRENT), "--json"]) == 0
    data = json.loads(capsysbinary.readouterr().out)
    assert data["parts"] and all(part["bytes"] <= 1900 for part in data["parts"])


def test_the_finished_round_is_told_in_every_kind_and_level(demo: Workspace) -> None:
    folder = demo.exports_dir / "2026年第三季度样例"
    names = {path.name for path in folder.iterdir()}
    for kind in NoticeKind:
        for level in NamingLevel:
            assert any(n.endswith(".txt") and kind.label in n and level.label in n for n in names), (
                kind,
                level,
            )
    assert {"docx", "xlsx", "txt"} == {name.rpartition(".")[2] for name in names}
    people = {"戚建林", "章海峰", "曹致远", "检查员甲"}
    group = [path for path in folder.iterdir() if NamingLevel.GROUP.label in path.name]
    assert all(name not in path.read_text(encoding="utf-8") for path in group for name in people)


def test_a_filled_in_form_lies_ready_to_be_taken(demo: Workspace) -> None:
    session = Session.open(demo, CURRENT, Identity(name="检查员甲"), read_only=True)
    try:
        reading = read_form_file(demo.exports_dir / NAME, session.round)
        preview = weigh_form(session, reading)
        assert not preview.faults and len(preview.rows) == 8
        assert {row.status for row in preview.rows} == {Status.NEW}
    finally:
        session.close()
