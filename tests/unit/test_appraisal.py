"""Appraisals: sheets in, results out, and nobody's ballot anywhere."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.cli.main import run
from inspect_tui.exchange.appraisal_sheet import blank_rows, enter_sheet, headings
from inspect_tui.model.appraisal import Appraisal, Subject, Tally
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.terms import NamingLevel
from inspect_tui.report.appraisal_table import appraisal_data, appraisal_lines, results_of
from inspect_tui.rules.appraising import appraise, bottom
from inspect_tui.rules.scoring import half_up
from inspect_tui.store.loading import load_appraisal

DOC = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
SUBJECTS = (
    Subject(id="C01", name="张晨光"),
    Subject(id="C02", name="李四维"),
    Subject(id="C03", name="王五岳"),
)
EMPTY = Appraisal(
    format="inspect-tui/appraisal", version="1.0", id="q4", title="第四季度测评", subjects=SUBJECTS
)
BALLOTS = {"上级": 2, "同级": 4, "群众": 10}


def filled(change: Any = None) -> list[list[Any]]:
    """The blank sheet with counts in it: all ballots 优秀 but one for each dimension."""
    rows: list[list[Any]] = [headings(EMPTY)]
    for row in blank_rows(EMPTY):
        ballots = BALLOTS[str(row[2])]
        rows.append([*row[:4], ballots, ballots - 1, 1, 0, 0])
    if change is not None:
        change(rows)
    return rows


def sheet(folder: Path, rows: list[list[Any]], name: str = "票数.csv") -> Path:
    path = folder / name
    if name.endswith(".xlsx"):
        from openpyxl import Workbook

        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
        return path
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    path.write_bytes(out.getvalue().encode("utf-8-sig"))
    return path


@pytest.mark.parametrize("name", ["票数.csv", "票数.xlsx"])
def test_a_sheet_comes_in_as_sums(tmp_path: Path, name: str) -> None:
    entered = enter_sheet(EMPTY, sheet(tmp_path, filled(), name))
    assert entered.rows == 3 * 3 * 6
    for subject in entered.appraisal.subjects:
        assert subject.ballots == BALLOTS
        assert {t.level for t in subject.tallies} == {"同级", "群众"}, "two ballots of 上级 would show who"
        assert all(sum(t.counts) == BALLOTS[t.level] for t in subject.tallies)
    assert len(entered.messages) == 3 and "上级只收回2张" in entered.messages[0]
    # Entering the same sheet again, or only one person's rows, changes nothing else.
    assert enter_sheet(entered.appraisal, sheet(tmp_path, filled(), name)).appraisal == entered.appraisal
    one = [filled()[0], *[row for row in filled() if row[0] == "C02"]]
    again = enter_sheet(entered.appraisal, sheet(tmp_path, one, name)).appraisal
    assert {s.id: sorted(t.dimension for t in s.tallies) for s in again.subjects} == {
        s.id: sorted(t.dimension for t in s.tallies) for s in entered.appraisal.subjects
    }


def test_all_bad_rows_are_told_at_once(tmp_path: Path) -> None:
    def spoil(rows: list[list[Any]]) -> None:
        rows[1][5] = "很多"
        rows[2][0] = "C09"
        rows[3][2] = "领导"
        rows[4][6] = 99
        rows[5][4] = ""
        rows[7][4] = 5
        rows[8][4] = 6
        rows[9][3] = "美"
        rows[10][5] = -1
        rows[20][1] = "别人"

    with pytest.raises(InputFaults) as caught:
        enter_sheet(EMPTY, sheet(tmp_path, filled(spoil)))
    found = {fault.path: fault.message for fault in caught.value.faults}
    assert {place: word in found[place] for place, word in {
        "F2": "整数", "A3": "没有这个测评对象", "C4": "没有这个评价层级", "E5": "多于收回的2张",
        "E6": "没有写收回票数", "E9": "前后不同", "D10": "没有这个方面", "F11": "整数", "B21": "对不上",
    }.items()} == dict.fromkeys(["F2", "A3", "C4", "E5", "E6", "E9", "D10", "F11", "B21"], True)  # fmt: skip
    assert all(fault.code == "E08" for fault in caught.value.faults)
    with pytest.raises(InputFaults, match="写了两行"):
        enter_sheet(EMPTY, sheet(tmp_path, filled(lambda rows: rows.append(rows[-1]))))
    with pytest.raises(InputFaults, match="没有填票数"):
        enter_sheet(EMPTY, sheet(tmp_path, [headings(EMPTY), *blank_rows(EMPTY)]))


@pytest.mark.parametrize("heading", ["评价人", "投票人姓名", "票号", "手机号"])
def test_a_sheet_that_says_who_voted_is_refused(tmp_path: Path, heading: str) -> None:
    def tell(rows: list[list[Any]]) -> None:
        for n, row in enumerate(rows):
            row.append(f"某{n}" if n else heading)

    with pytest.raises(InputFaults, match="能看出是谁投票") as caught:
        enter_sheet(EMPTY, sheet(tmp_path, filled(tell)))
    assert "某1" not in str(caught.value)


def test_formulas_are_not_worked_out(tmp_path: Path) -> None:
    def spoil(rows: list[list[Any]]) -> None:
        rows[1][5] = "=1+1"

    with pytest.raises(InputFaults, match="F2：票数是公式"):
        enter_sheet(EMPTY, sheet(tmp_path, filled(spoil), "票数.xlsx"))


# -------------------------------------------------------------------- results


counts = st.lists(st.integers(0, 9), min_size=4, max_size=4)


@given(st.fixed_dictionaries({level: st.lists(counts, min_size=6, max_size=6) for level in BALLOTS}))
def test_results_agree_with_a_plain_recount(ticks: dict[str, list[list[int]]]) -> None:
    ballots = {level: max((sum(c) for c in held), default=0) for level, held in ticks.items()}
    tallies = [
        Tally(dimension=d, level=level, counts=tuple(c))
        for level, held in ticks.items()
        for d, c in zip(EMPTY.dimensions, held, strict=True)
    ]
    subject = Subject(id="x", name="甲", ballots=ballots, tallies=tuple(tallies))
    found = appraise(EMPTY, subject)
    points, shares = (
        (100, 85, 70, 50),
        {"上级": Decimal("0.4"), "同级": Decimal("0.3"), "群众": Decimal("0.3")},
    )
    by_level = {}
    for level, held in ticks.items():
        if 0 < ballots[level] < 3:
            continue
        means = [Decimal(sum(p * n for p, n in zip(points, c, strict=True))) / sum(c) for c in held if sum(c)]
        if means:
            by_level[level] = sum(means) / len(means)
    assert dict(found.by_level) == {
        level: half_up(by_level[level]) if level in by_level else None for level in BALLOTS
    }
    weight = sum((shares[level] for level in by_level), Decimal(0))
    total = sum((shares[level] * m for level, m in by_level.items()), Decimal(0)) / weight if weight else None
    assert found.total == (half_up(total) if total is not None else None)


def entered(tmp_path: Path) -> Appraisal:
    def vary(rows: list[list[Any]]) -> None:
        for row in rows[1:]:
            if row[0] == "C02":
                row[5], row[8] = 0, row[4] - 1

    return enter_sheet(EMPTY, sheet(tmp_path, filled(vary))).appraisal


def test_names_and_the_lowest_stand_only_where_they_may(tmp_path: Path) -> None:
    appraisal = entered(tmp_path)
    results = results_of(appraisal)
    lowest = bottom(results, 1)
    assert [r.subject for r in lowest] == ["C02"]
    for level in NamingLevel:
        text = "\n".join(appraisal_lines(appraisal, results, level, lowest))
        data = json.dumps(appraisal_data(appraisal, results, level, lowest), ensure_ascii=False, default=str)
        for told in (text, data):
            assert any(s.name in told for s in SUBJECTS) == (level is NamingLevel.INTERNAL)
            assert ("张某" in told) == (level is NamingLevel.SECRETARY)
        assert ("靠后" in text) == (level is NamingLevel.INTERNAL)
        assert ('"bottom"' in data) == (level is NamingLevel.INTERNAL)
        assert "C0" not in data or level is NamingLevel.INTERNAL


def test_averages_of_one_or_two_are_nobodys_business(tmp_path: Path) -> None:
    appraisal = Appraisal(
        format="", version="1.0", id="x", title="x", subjects=entered(tmp_path).subjects[:2]
    )
    results = results_of(appraisal)
    for level in (NamingLevel.GROUP, NamingLevel.SECRETARY):
        assert appraisal_data(appraisal, results, level)["mean"] is None
    assert not any(
        char.isdigit() and "." in line
        for line in appraisal_lines(appraisal, results, NamingLevel.GROUP)
        for char in line
    )
    assert appraisal_data(appraisal, results, NamingLevel.INTERNAL)["mean"] is not None


def test_no_notice_knows_of_appraisals() -> None:
    """What computes the lowest is called by the one command that asks for the internal level."""
    source = Path(__file__).parents[2] / "src" / "inspect_tui"
    users = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "appraising" in path.read_text(encoding="utf-8")
        or "appraisal_table" in path.read_text(encoding="utf-8")
    }
    assert {name for name in users if not name.startswith(("rules/", "tui/"))} == {
        "report/appraisal_table.py",
        "cli/appraise.py",
        "demo_stages.py",
        "demo_year.py",
    }


# -------------------------------------------------------------------- the command line


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for part in value.values() for key in _keys(part)}
    if isinstance(value, list):
        return {key for part in value for key in _keys(part)}
    return set()


def test_from_the_blank_sheet_to_the_result(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "测评.json"
    raw = {"format": "inspect-tui/appraisal", "version": "1.0", "id": "q4", "title": "第四季度测评",
           "subjects": [{"id": s.id, "name": s.name} for s in SUBJECTS]}  # fmt: skip
    file.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    assert run(["appraise", "check", str(file)]) == 0
    blank = tmp_path / "空表.csv"
    assert run(["appraise", "sheet", str(file), "-o", str(blank)]) == 0
    assert run(["appraise", "sheet", str(file), "-o", str(tmp_path / "空表.xlsx")]) == 0
    rows = list(csv.reader(io.StringIO(blank.read_bytes().decode("utf-8-sig"))))
    assert rows[0] == headings(EMPTY) and len(rows) == 1 + 54
    before = file.read_bytes()
    bad = sheet(tmp_path, filled(lambda r: r[1].__setitem__(5, "x")), "坏.csv")
    assert run(["appraise", "enter", str(file), str(bad)]) == 1 and file.read_bytes() == before
    capsys.readouterr()
    assert run(["appraise", "enter", str(file), str(sheet(tmp_path, filled())), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["rows"] == 54 and len(data["messages"]) == 3
    assert (
        load_appraisal(file)[0].subjects[0].ballots == BALLOTS and run(["appraise", "check", str(file)]) == 0
    )
    capsys.readouterr()
    for level in ("group", "secretary", "internal"):
        more = ["--bottom", "1"] if level == "internal" else []
        assert run(["appraise", "show", str(file), "--level", level, *more, "--json"]) == 0
        data = json.loads(capsys.readouterr().out)
        assert {key for key in _keys(data) if f"`{key}`" not in DOC} == set()
    assert run(["appraise", "show", str(file)]) == 0
    assert "张" not in capsys.readouterr().out.replace("收回48张", "")
    assert run(["appraise", "show", str(file), "--bottom", "1"]) == 2
    assert "--level internal" in capsys.readouterr().err
