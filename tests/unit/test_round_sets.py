"""Rounds that belong together: of a period, of the series before, the round a score is compared with."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openpyxl import load_workbook

from inspect_tui.cli import main as cli
from inspect_tui.demo import CURRENT
from inspect_tui.exchange.earlier_round import earlier_scores
from inspect_tui.exchange.source import read_source
from inspect_tui.model.round import Period as RoundPeriod
from inspect_tui.model.round import Round
from inspect_tui.model.scheme import Contest, Span
from inspect_tui.model.terms import RoundKind, Secrecy, Stage, UnitKind
from inspect_tui.rules.periods import period_of
from inspect_tui.rules.round_sets import (
    contest_periods,
    round_before,
    same_series,
    scores_before,
    self_assessed,
    series_before,
    within,
)
from inspect_tui.rules.unit_totals import round_day, unit_total, units_of
from inspect_tui.store.workspace import Workspace

PREVIOUS = "2026Q3-lookback"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: Any, demo_at: Any) -> Any:
    patch = pytest.MonkeyPatch()
    patch.setenv("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    yield demo_at(tmp_path_factory.mktemp("d") / "demo").root
    patch.undo()


@pytest.fixture(scope="module")
def base(demo: Path) -> Round:
    return read_source(demo / "rounds" / CURRENT).round


def on(base: Round, id_: str, day: str, **more: Any) -> Round:
    return msgspec.structs.replace(base, id=id_, period=RoundPeriod(label="", start=day, end=day), **more)


def test_the_round_before_is_the_newest_earlier_one_of_its_kind(base: Round) -> None:
    here = on(base, "here", "2026-10-10")
    rounds = [
        (on(base, "old", "2026-04-01"), 1),
        (on(base, "before", "2026-07-01"), 2),
        (on(base, "practice", "2026-09-01", practice=True), 3),
        (on(base, "other-kind", "2026-09-02", kind=RoundKind.ASSESSMENT), 4),
        (on(base, "stage", "2026-09-03", stage=Stage.SELF, series="2026"), 5),
        (on(base, "other-list", "2026-09-04", checklists=()), 6),
        (here, 7),
        (on(base, "later", "2026-11-01"), 8),
    ]
    found = round_before(rounds, here)
    assert found is not None and (found[0].id, found[1]) == ("before", 2)
    assert round_before(rounds[-2:], here) is None
    accept = on(base, "accept", "2026-11-01", stage=Stage.ACCEPT, series="2026")
    stages = [
        (on(base, "self", "2026-10-01", stage=Stage.SELF, series="2026"), 0),
        (on(base, "last", "2025-11-01", stage=Stage.ACCEPT, series="2025"), 1),
    ]
    kept = round_before(stages, accept)
    assert kept is not None and kept[0].id == "last", "another stage of the same year is no 上期"


def test_rounds_of_a_period_and_of_the_series_before(base: Round) -> None:
    months = [(on(base, f"m{n}", f"2026-{n:02d}-15"), n) for n in (6, 7, 9, 10)]
    quarter = period_of(round_day(months[1][0]), Span.QUARTER)  # type: ignore[arg-type]
    assert [n for _, n in within(months, quarter)] == [7, 9]
    told = {"format": "", "version": "1.0", "id": "flag", "title": "红旗", "prize": "红旗"}
    flag = Contest(**told, span=Span.QUARTER, unit_kinds=(UnitKind.PARTY_GROUP,))
    periods = contest_periods(flag, [*months, (on(base, "p", "2026-08-01", practice=True), 8)])
    assert [[n for _, n in held] for _, held in sorted(periods.items())] == [[6], [7, 9], [10]]
    assert contest_periods(msgspec.structs.replace(flag, checklist="none"), months) == {}

    def stage(series: str, day: str, **more: Any) -> Round:
        return on(base, f"{series}-{day}", day, stage=Stage.ACCEPT, series=series, **more)

    series = [
        (stage("2023", "2023-11-01"), "2023"),
        (stage("2024", "2024-05-01"), "2024"),
        (stage("2024", "2024-11-01"), "2024"),
        (stage("2024x", "2024-12-01", practice=True), "practice"),
        (stage("2024y", "2024-12-02", checklists=()), "other"),
        (stage("2026", "2026-01-01"), "later"),
    ]
    here = stage("2025", "2025-11-01")
    assert [word for _, word in series_before([*series, (here, "here")], [here])] == ["2024", "2024"]
    assert series_before(series[-1:], [here]) == []
    assert [word for _, word in same_series(series, "2024")] == ["2024", "2024"]
    assert same_series([(base, 0)], "") == [], "a round of no stage is of no series"


def test_what_units_gave_themselves_stands_beside_later_stages_only(demo: Path) -> None:
    held = read_source(demo / "rounds" / CURRENT)
    own = msgspec.structs.replace(held.round, stage=Stage.SELF, series="2026")
    accept = msgspec.structs.replace(own, id="accept", stage=Stage.ACCEPT)
    rounds = [(own, held.state), (accept, held.state)]
    found = self_assessed(rounds, accept)
    assert found == {unit: unit_total(held.state, own, unit).score for unit in units_of(own)}
    assert any(score is not None for score in found.values())
    assert self_assessed(rounds, own) == {} and self_assessed(rounds, held.round) == {}
    assert self_assessed(rounds, msgspec.structs.replace(accept, series="2025")) == {}


def test_the_scores_before_stand_in_table_and_report(
    demo: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    old, here = read_source(demo / "rounds" / PREVIOUS), read_source(demo / "rounds" / CURRENT)
    found, messages = earlier_scores(Workspace(demo), here.round)
    assert (found.title, messages) == (old.round.title, [])
    assert found == scores_before((old.round, old.state))
    unit = next(iter(found.scores))
    assert found.scores[unit] == unit_total(old.state, old.round, unit).score
    score = unit_total(here.state, here.round, unit).score
    assert score is not None
    name = next(u.name for u in here.round.units if u.id == unit)

    def written(to: str, file: Path, *more: object) -> Path:
        path = tmp_path / f"out.{to}"
        assert cli.run(["report", str(file), "--to", to, "-o", str(path), *map(str, more)]) == 0
        capfd.readouterr()
        return path

    rows = csv.DictReader(io.StringIO(written("csv", demo / "rounds" / CURRENT).read_text("utf-8-sig")))
    row = next(r for r in rows if r["党小组"] == name)
    assert Decimal(row["上期得分"]) == found.scores[unit]
    assert Decimal(row["增减"]) == score - found.scores[unit]
    page = load_workbook(written("xlsx", demo / "rounds" / CURRENT)).active
    cells = [[cell.value for cell in line] for line in page.iter_rows()]
    head = next(line for line in cells if "上期得分" in line)
    line = next(line for line in cells if name in line)
    assert Decimal(str(line[head.index("上期得分")])) == found.scores[unit]
    assert any(f"上期得分取自“{old.round.title}”" in str(line[0]) for line in cells)
    text = written("md", demo / "rounds" / CURRENT).read_text("utf-8").replace("\\", "")
    row_text = next(line for line in text.splitlines() if line.startswith(f"| {name} ") and "%" not in line)
    assert f"上期得分取自“{old.round.title}”" in text and f"| {found.scores[unit]} |" in row_text

    # A file on its own knows of no other round, unless told.
    alone = tmp_path / "alone"
    _copy(demo / "rounds" / CURRENT, alone)
    bare = written("csv", alone).read_text("utf-8-sig")
    assert {r["上期得分"] for r in csv.DictReader(io.StringIO(bare))} == {""}
    named = written("csv", alone, "--previous", demo / "rounds" / PREVIOUS).read_text("utf-8-sig")
    again = next(r for r in csv.DictReader(io.StringIO(named)) if r["党小组"] == name)
    assert Decimal(again["上期得分"]) == found.scores[unit]
    assert cli.run(["report", str(alone), "--to", "csv", "-o", str(tmp_path / "x"), "--previous", str(alone)])
    assert "上期不能是这一轮自己" in capfd.readouterr().err


def _copy(old: Path, new: Path) -> None:
    import shutil

    shutil.copytree(old, new)


def test_a_secret_round_gives_no_scores(demo: Path, tmp_path: Path) -> None:
    _copy(demo, tmp_path / "d")
    path = tmp_path / "d" / "rounds" / PREVIOUS / "round.json"
    raw = msgspec.json.decode(path.read_bytes())
    path.write_bytes(msgspec.json.encode(raw | {"secrecy": Secrecy.SECRET.value}))
    space = Workspace(tmp_path / "d")
    here = space.round(CURRENT).round
    assert here is not None
    found, _ = earlier_scores(space, here)
    assert found.title != read_source(demo / "rounds" / PREVIOUS).round.title
