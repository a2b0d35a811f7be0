"""The demo's helping pages: a sheet with two wrong amounts, recounted; basic flows drawn and walked."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from inspect_tui.exchange.distribution_sheet import read_distribution_sheet
from inspect_tui.model.distribution import Measure
from inspect_tui.model.flows import StepFound
from inspect_tui.report.papers.sheets import Cell, Column, csv_bytes
from inspect_tui.rules.distribution import PayRow, recount
from inspect_tui.rules.flow_walks import USUAL, draw_flows, mark_step, record_flows
from inspect_tui.rules.monthly import zh_month
from inspect_tui.rules.recounts import set_recount, told_of
from inspect_tui.store.files import write_durable
from inspect_tui.store.session import Session

#: Invented people: post, points, reward and fine; and by how much the sheet is wrong.
_PEOPLE = (
    ("卢建军", "班长", 98, 0, 0, 0),
    ("贺兰芳", "技术员", 95, 100, 0, 60),
    ("康永强", "巡井工", 92, 0, 0, 0),
    ("白小燕", "巡井工", 88, 0, 50, -60),
    ("马成林", "巡井工", 90, 50, 0, 0),
    ("薛云霞", "资料员", 86, 0, 0, 0),
)
_TOTAL = Decimal(9000)


def recount_sheet(session: Session, folder: Path, unit_id: str, month: str) -> None:
    """Write a group's sheet for whoever tries the page, and keep what recounting it came to."""
    rule = next(r for r in session.space.distributions()[0] if r.coefficients)
    rows = [
        PayRow(
            row=n,
            key=name,
            post=post,
            values={
                Measure.POINTS: Decimal(points),
                Measure.REWARD: Decimal(reward),
                Measure.PENALTY: Decimal(fine),
            },
        )
        for n, (name, post, points, reward, fine, _) in enumerate(_PEOPLE, 2)
    ]
    due = [row.due or Decimal(0) for row in recount(rule, rows, _TOTAL).rows]
    told: list[list[Cell]] = [
        [name, post, points, reward or None, fine or None, due[n] + off]
        for n, (name, post, points, reward, fine, off) in enumerate(_PEOPLE)
    ]
    unit = session.round.unit(unit_id)
    assert unit is not None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{unit.name}{zh_month(month)}奖金分配表.csv"
    columns = [
        Column(heading=word) for word in ("姓名", "岗位", "考核得分", "单项奖励", "考核扣减", "实发金额")
    ]
    write_durable(path, csv_bytes(columns, told))
    taken = read_distribution_sheet(path, rule)
    made = recount(rule, taken.rows)
    edits = set_recount(session.state, unit_id, month, told_of(made, rule, taken.sha256))
    session.commit(edits, f"复算{zh_month(month)}分配表")


def walk_flows(session: Session, unit_id: str, seed: str, short: Mapping[int, tuple[StepFound, str]]) -> None:
    """Draw the usual number of flows and look at every step; `short` are those not done, by their place."""
    listed = session.space.flow_lists()[0][0]
    drawn = draw_flows(listed, unit_id, USUAL, seed, session.today)
    session.commit(record_flows(session.state, drawn), f"抽查基本流程 种子“{seed}”")
    place = 0
    for pick in drawn.picked:
        for step in range(1, len(pick.steps) + 1):
            found, note = short.get(place, (StepFound.DONE, ""))
            edit = mark_step(session.state, drawn, pick.id, step, found, note)
            session.commit([edit], f"流程“{pick.name}”第{step}步：{found.label}")
            place += 1
