"""The loop in real terminals: what one round found is verified in the next, put right, drawn, comes back.

Two rounds on one lead's computer, one inspector's laptop between them. The commands and stock TinyDB tell the
same figures as the screens.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from spaces import APP, UNIT, home_of, plain_tables
from term import Term

from inspect_tui.exchange.pack import take_pack
from inspect_tui.exchange.planning import open_round
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.terms import Role, RoundKind
from inspect_tui.model.view import Visit
from inspect_tui.rules.applicability import items_for
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.reading import read_visit
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace, local_clock
from inspect_tui.tui.round_plan import quarter

pytestmark = pytest.mark.e2e

LEAD, LOOKED, OFFICE = "检查员甲", "检查员乙", "检查员丁"
REASON = "单位职能已调整"
SEED = "回头看第3次例会"
DIGEST = "台账共5条问题（其中上轮转入4条），已销号1条，未销号4条。本期销号1条，反弹1条。"


def run(*words: str) -> str:
    """Run a command to its end."""
    done = subprocess.run([*APP, *words], capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def data(*words: str) -> Any:
    return json.loads(run(*words, "--json"))


def recorded(space: Workspace, round_: str, name: str, lines: list[dict[str, Any]]) -> None:
    """Record lines headless."""
    path = space.root / "记录.jsonl"
    path.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8")
    run("--workspace", str(space.root), "record", str(path), "--round", round_, "--as", name)


def last_quarter(root: Path) -> tuple[Workspace, Round]:
    """The lead's computer, with a round of last quarter that found five things at one unit."""
    space = Workspace.init(root)
    now = local_clock()
    label, start, end = quarter(now.date(), -1)
    round_ = open_round(
        space,
        title=f"{label}回头看",
        kind=RoundKind.LOOKBACK,
        period=Period(label=label, start=start, end=end),
        teams=[Team(id="T1", name="第1检查组", lead=LEAD, members=(LOOKED, OFFICE), units=(UNIT, "DG02"))],
        unit_ids=[UNIT, "DG02"],
        checklist_ids=["lzrh-dxz"],
        now=now - dt.timedelta(days=60),
        issuer="东沟作业区党总支",
    )
    space.save_identity(Identity(name=LEAD, team="T1", role=Role.LEAD))
    recorded(space, round_.id, LEAD, judged(round_, failing=range(5))[:5])
    return space, round_


def visit_of(space: Workspace, round_: Round) -> Visit:
    """The visit to the unit as this computer reads it."""
    session = Session.open(space, round_.id, Identity(name=LOOKED), read_only=True)
    try:
        return read_visit(session.state, UNIT)
    finally:
        session.close()


def fill_in(path: Path) -> None:
    """The sheet comes back from an office: one fix reported, one closed without ever being started."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheet = book.active
    head = next(r for r in sheet.iter_rows() if any(c.value == "编号" for c in r))
    at = {str(c.value): c.column for c in head if c.value}
    rows = {sheet.cell(r, at["编号"]).value: r for r in range(head[0].row + 1, sheet.max_row + 1)}
    reported = next(r for number, r in rows.items() if number and number.endswith("A-02"))
    today = local_clock().date().isoformat()
    for heading, text in (("完成情况", "已全部补齐"), ("完成日期", today), ("状态", "已整改待复查")):
        sheet.cell(reported, at[heading]).value = text
    skipped = next(r for number, r in rows.items() if number and number.endswith("A-04"))
    sheet.cell(skipped, at["状态"]).value = "已销号"
    sheet.cell(skipped, at["督办人"]).value = OFFICE
    book.save(path)


def judged(round_: Round, failing: Iterable[int]) -> list[dict[str, Any]]:
    """Lines that judge the whole checklist: those with a plain deduction first, some of them failing."""
    unit = round_.unit(UNIT)
    assert unit is not None
    checklist = round_.checklists[0]
    items = [item for _, item in items_for(checklist, unit.profile)]
    assert len(items) == 34
    items.sort(key=lambda i: not (i.deductions and not i.deductions[0].triggers))
    bad = {"verdict": "fail", "deductions": [{"index": 0, "count": 1}]}
    return [
        {"unit": UNIT, "checklist": checklist.id, "item": item.id}
        | (bad if place in failing else {"verdict": "pass"})
        for place, item in enumerate(items)
    ]


def rows_of(space: Workspace, round_id: str) -> list[LedgerRow]:
    """The ledger of a round as this computer reads it."""
    session = Session.open(space, round_id, Identity(name=LEAD), read_only=True)
    try:
        return ledger_rows(session.state, session.round, session.today)
    finally:
        session.close()


def visited(space: Workspace, round_: Round) -> None:
    """The checklist judged, so that only the old problems are owed: one item fails again, one anew."""
    lines = [*judged(round_, failing=(2, 6)), {"unit": UNIT, "visit": {"counterpart": "党小组长"}}]
    recorded(space, round_.id, LOOKED, lines)


def test_found_looked_at_again_put_right_and_back(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    env = home_of(Path(home)) | {"HOME": home, "USERPROFILE": home}
    lead, old = last_quarter(tmp_path / "组长")
    now = _open_the_next(lead, old, env)
    laptop = _laptop(tmp_path, lead)
    visited(laptop, now)
    _look_again(laptop, now, env)
    (lead.root / "收卷").mkdir()
    run("--workspace", str(laptop.root), "hand-in", "-o", str(lead.root / "收卷" / "交卷.zip"))
    _take_in(lead, env)
    _put_right(lead, env)
    _told_alike(lead, old, now)
    _comes_along(lead, old, now)


def _open_the_next(lead: Workspace, old: Round, env: dict[str, str]) -> Round:
    """On screen: what was found comes along, one is held out with a reason, and the pack is written."""
    with Term([*APP, "--workspace", str(lead.root)], 80, 24, env=env) as term:
        term.wait("检查轮次")
        term.press("1")
        term.wait("新建检查轮次")
        term.press("1")
        term.wait("转入5条")
        term.press("7")
        term.wait("转入：未整改；要复查")
        term.press("End", "Space")
        term.wait("不转入的原因")
        term.press("2")
        term.wait(f"不转入：{REASON}")
        term.press("Escape")
        term.wait("转入4条，留下1条")
        term.press("End", "Enter")
        term.wait("回车 建立")
        term.press("1")
        term.wait("上轮 4/4 待复查")
        term.press("1")
        term.wait("3  发包")
        term.press("3")
        term.wait("全部检查组")
        term.press("2")
        term.wait("已生成：")
        term.press("C-q")
        assert term.exit_code() == 0
    now = lead.rounds()[0].round
    assert now is not None and now.id != old.id
    (held,) = now.held
    assert held.reason == REASON and len(now.carried) == 4
    told = {row.id: row.state_label for row in rows_of(lead, old.id)}
    assert told == {held.problem.id: "未整改"} | {c.id: "已转入" for c in now.carried}
    return now


def _laptop(folder: Path, lead: Workspace) -> Workspace:
    """The inspector's laptop, made ready by the pack that was written on screen."""
    (pack,) = lead.exports_dir.glob("发包-*.json")
    space = Workspace.init(folder / "电脑")
    take_pack(space, pack)
    space.save_identity(Identity(name=LOOKED, team="T1", role=Role.INSPECTOR))
    return space


def _look_again(space: Workspace, now: Round, env: dict[str, str]) -> None:
    """Old problems stand first and take digits; submitting is refused while one is owed, and leads to it."""
    with Term([*APP, "--workspace", str(space.root), "--unit", UNIT], 80, 24, env=env) as term:
        term.wait("4/4 待复查")
        term.press("1", "1", "1")
        term.wait("3/4 待复查")
        term.press("2", "1", "1")
        term.wait("还剩什么没有整改")
        term.type("还差一处")
        term.press("Enter")
        term.wait("2/4 待复查")
        term.press("4", "2", "1")
        term.wait("与本轮哪一条是同一问题")
        term.press("1")
        term.wait("已记为同一问题")
        term.press("Escape")
        term.wait("上轮问题 1 条待复查（F7）")
        term.press("Enter")
        term.wait("9  提交本单位检查")
        term.press("9")
        term.wait("还有 1 处没有完成")
        term.press("1")
        term.wait_still()
        assert not visit_of(space, now).submitted
        term.press("Enter")
        term.wait("1/4 待复查")
        term.press("5", "2")
        term.wait("0/4 待复查")
        term.press("Escape")
        term.wait("没有遗漏")
        term.press("1")
        term.wait("提交本单位的检查？")
        term.press("1")
        term.wait("已提交")
        term.press("C-q")
        assert term.exit_code() == 0
    assert visit_of(space, now).submitted


def _take_in(lead: Workspace, env: dict[str, str]) -> None:
    """The lead takes the hand-in."""
    with Term([*APP, "--workspace", str(lead.root)], 120, 40, env=env) as term:
        term.wait("检查轮次")
        term.press("F8")
        term.wait("交卷.zip")
        term.press("Enter")
        term.wait("可收")
        term.press("1")
        term.wait("已收下1份")
        term.press("Escape")
        term.wait("附近的交卷")
        term.press("Escape")
        term.wait("上轮 4 条已复查")
        term.press("C-q")
        assert term.exit_code() == 0


def _put_right(lead: Workspace, env: dict[str, str]) -> None:
    """One problem to its close on screen, the sheet out and in, a drawing by lot in which one comes back."""
    with Term([*APP, "--workspace", str(lead.root)], 120, 40, env=env) as term:
        term.wait("检查轮次")
        term.press("F9")
        term.wait("共 5，未销号 4")
        term.press("Home", "Down", "Enter")
        term.wait("1 开始整改")
        term.press("1")
        term.wait("怎样整改")
        term.press("1")
        term.wait("对照清单逐项补齐")
        term.wait_still()
        term.press("End", "Enter")
        term.wait("1 上报完成")
        term.press("1")
        term.wait("做了什么")
        term.press("1")
        term.wait("完成日期")
        term.wait_still()
        term.press("1")
        term.wait_still()
        term.press("End", "Enter")
        term.wait("1 复查通过")
        term.press("1")
        term.wait("看了什么，凭什么销号")
        term.press("1")
        term.wait("最好换人复查")
        term.press("2")
        term.wait("2  自己填写")
        term.press("2")
        term.wait("留作草稿")
        term.press("C-a", "C-k")
        term.type(OFFICE)
        term.press("Enter")
        term.wait_gone("最好换人复查")
        term.wait_still()
        term.press("End", "Enter")
        term.wait("已销号。再发现同样的问题")
        term.press("Escape")
        term.wait("未销号 3")
        term.press("9")
        term.wait("读回填好的台账")
        term.press("8")
        term.wait("已存到")
        (sheet,) = lead.exports_dir.glob("整改台账-*.xlsx")
        fill_in(sheet)
        term.press("9")
        term.wait("读回填好的台账")
        term.press("9")
        term.wait("读回哪一份台账")
        term.press("1")
        preview = term.wait("能收2个问题，1格不收")
        assert "未整改不能一步改成已销号" in preview and f"督办人：{OFFICE}" in preview
        term.press("1")
        term.wait("已收2个问题的改动")
        term.press("9")
        term.wait("抽查复核")
        term.press("3")
        term.wait("已销号 2 条，还没有抽查过")
        term.press("4")
        term.wait("2  抽2条")
        term.press("2")
        term.wait("同样的种子")
        term.press("C-a", "C-k")
        term.type(SEED)
        term.press("Enter")
        term.wait("记入台账？")
        term.press("1")
        term.wait("待抽查 2")
        term.press("1")
        term.wait("真整改，怎样看的")
        term.press("2")
        term.wait("真整改，依据")
        term.press("1")
        term.wait("待抽查 1")
        term.press("2")
        term.wait("反弹，怎样看的")
        term.press("2")
        term.wait("反弹，依据")
        term.press("1")
        term.wait("合计 50.0%（1/2）")
        term.press("Escape")
        term.wait("共 5，未销号 4，待复查 1")
        term.press("9")
        term.wait("抽查复核")
        term.press("4")
        term.wait("上轮问题4条，解决率25.0%（1/4）；反弹率100.0%（1/1）")
        term.press("Escape")
        term.wait("共 5，未销号 4")
        term.press("9")
        term.wait("抽查复核")
        term.press("2")
        page = "".join(term.wait("三、提请会议研究的问题").split())
        assert "".join(DIGEST.split()) in page
        term.wait("已保存")
        term.press("C-q")
        assert term.exit_code() == 0


def _told_alike(lead: Workspace, old: Round, now: Round) -> None:
    """The commands say what the screens said, and stock TinyDB reads it from the lead's file."""
    folder = str(lead.round_dir(now.id))
    told = data("ledger", folder)
    assert [told["totals"][k] for k in ("all", "open", "closed", "must_verify")] == [5, 4, 1, 0]
    by_number = {row["number"][-4:]: row for row in told["rows"]}
    assert {number: (row["state"], row["recurrences"]) for number, row in by_number.items()} == {
        "A-01": ("closed", 0),
        "A-02": ("submitted", 0),
        "A-03": ("relapsed", 2),
        "A-04": ("open", 0),
        "B-02": ("open", 0),
    }
    assert by_number["A-04"]["duty"]["supervisor"] == OFFICE
    figures = data("delta", folder)["figures"]
    assert [len(figures[k]) for k in ("old", "new", "persisting", "fixed", "back")] == [4, 1, 2, 1, 1]
    assert (figures["fix_rate"], figures["recurrence_rate"]) == (0.25, 1.0)
    both = data("delta", str(lead.round_dir(old.id)), folder)["figures"]
    assert len(both["old"]) == 5 and both["left_out"] == [now.held[0].problem.id]
    digest = data("digest", folder, "--since", str(now.period.start))
    assert DIGEST in digest["text"] and len(digest["all"]["open"]) == 4
    (mine,) = lead.writers(now.id)
    tables = plain_tables(lead.findings_path(now.id, mine))
    rows = {row["problem"]: row for row in tables["rectifications"]}
    stood = {row["id"]: row["state"] for row in told["rows"]}
    assert {id_: row["state"] for id_, row in rows.items() if row["state"]} == {
        id_: stood[id_] for id_, row in rows.items() if row["state"]
    }
    assert sorted(row["state"] for row in rows.values()) == ["", "closed", "relapsed", "submitted"]


def _comes_along(lead: Workspace, old: Round, now: Round) -> None:
    """The round after takes it over as it stands: one come back twice, one closed to be looked at again."""
    label, start, end = quarter(local_clock().date(), 1)
    where = ["--workspace", str(lead.root), "--as", LEAD, "--lead", LEAD]
    what = ["--title", f"{label}回头看", "--label", label, "--start", start, "--end", end]
    made = data("round", "new", *where, *what, "--checklist", "lzrh-dxz", "--unit", UNIT)
    carried = {problem["number"][-4:]: problem for problem in made["carried"]}
    assert {source["round"]: source["offered"] for source in made["sources"]} == {now.id: 5, old.id: 1}
    assert now.held[0].problem.id in {problem["id"] for problem in made["carried"]}, "held out is not lost"
    back = carried["A-03"]
    assert (back["state"], back["recurrences"], back["rounds"]) == ("relapsed", 2, 2)
    assert carried["A-01"]["state"] == "closed" and carried["A-01"]["verify"]
    told = {row.number[-4:]: row.state_label for row in rows_of(lead, now.id)}
    assert set(told.values()) == {"已转入"} and set(told) <= set(carried)
