"""The evening after the visits, in real terminals: three inspectors, one lead, one unit returned and mended.

Overlaps and quarrels are settled on the lead's screen, a receipt opens the returned item on the laptop, and
merging again asks nothing a second time. Any order of the same files gives the same bytes.
"""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from spaces import APP, NOW, UNIT, home_of, plain_tables, real_space
from term import Term

from inspect_tui.exchange.pack import take_pack, write_pack
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Role
from inspect_tui.rules.applicability import items_for
from inspect_tui.rules.deciding import decisions, questions
from inspect_tui.rules.reading import read_visit
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

pytestmark = pytest.mark.e2e

REASON = "岗位牌上只缺一项，请重看"


def run(*words: str) -> str:
    """Run a command to its end."""
    done = subprocess.run([*APP, *words], capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def laptop(folder: Path, lead: Workspace, name: str) -> Workspace:
    """A laptop made ready by the lead's pack."""
    round_ = lead.rounds()[0].round
    assert round_ is not None
    pack = write_pack(lead, round_.id, "T1", folder / f"发包-{name}.json", now=NOW)
    space = Workspace.init(folder / f"电脑-{name}")
    take_pack(space, pack)
    space.save_identity(Identity(name=name, team="T1", role=Role.INSPECTOR))
    return space


def recorded(space: Workspace, name: str, lines: list[dict[str, Any]]) -> None:
    """Record lines headless."""
    path = space.root / "记录.jsonl"
    path.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8")
    round_id = space.rounds()[0].id
    run("--workspace", str(space.root), "record", str(path), "--round", round_id, "--as", name)


def handed_in(space: Workspace, out: Path) -> Path:
    """Hand the laptop's work in."""
    run("--workspace", str(space.root), "hand-in", "-o", str(out))
    return out


def opened(space: Workspace) -> Session:
    """The round as it now reads, to look at only."""
    identity = space.identity()
    assert identity is not None
    return Session.open(space, space.rounds()[0].id, identity, read_only=True)


def test_three_inspectors_one_evening(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    env = home_of(Path(home)) | {"HOME": home, "USERPROFILE": home}
    lead = real_space(tmp_path / "组长")
    identity = lead.identity()
    assert identity is not None
    lead.save_identity(Identity(name=identity.name, team="T1", role=Role.LEAD))
    round_ = lead.rounds()[0].round
    assert round_ is not None
    unit = round_.unit(UNIT)
    assert unit is not None
    checklist = round_.checklists[0]
    items = [item for _, item in items_for(checklist, unit.profile)]
    first, second = items[0].id, items[1].id
    said = {"unit": UNIT, "checklist": checklist.id}

    one = laptop(tmp_path, lead, "检查员乙")
    lines: list[dict[str, Any]] = [{**said, "item": i.id, "verdict": "pass"} for i in items]
    lines[0] = {**said, "item": first, "verdict": "fail", "deductions": [{"index": 0, "count": 1}]}
    lines += [{"unit": UNIT, "visit": {"counterpart": "党小组长"}}, {"unit": UNIT, "submit": True}]
    recorded(one, "检查员乙", lines)
    two = laptop(tmp_path, lead, "检查员丙")
    recorded(
        two,
        "检查员丙",
        [
            {**said, "item": first, "verdict": "pass", "note": "九项都有"},
            {**said, "item": second, "verdict": "fail", "deductions": [{"index": 0, "count": 1}]},
        ],
    )
    three = laptop(tmp_path, lead, "检查员丁")
    with Term([*APP, "--workspace", str(three.root), "--unit", UNIT], 80, 24, env=env) as term:
        term.wait("已查 0/34")
        for done in range(1, 4):
            term.press("1")
            term.wait(f"已查 {done}/34")
        term.wait("已保存")
        term.press("C-q")
        assert term.exit_code() == 0

    inbox = lead.root / "收卷"
    inbox.mkdir()
    files = [handed_in(space, inbox / f"{n}.zip") for n, space in enumerate((one, two, three), 1)]
    _settle(lead, env)
    receipt = next(lead.exports_dir.glob("回执-检查员乙-*.json"))
    _mend(one, receipt, env, items[5].id)
    recorded(one, "检查员乙", [{"unit": UNIT, "submit": True}])
    again = handed_in(one, tmp_path / "重交.zip")
    _merge_again(lead, again, env)
    _same_bytes(tmp_path, files)


def _settle(lead: Workspace, env: dict[str, str]) -> None:
    """The lead takes everything in, settles two quarrels, returns one unit and writes the receipts."""
    with Term([*APP, "--workspace", str(lead.root)], 120, 40, env=env) as term:
        term.wait("检查轮次")
        term.press("F8")
        term.wait("3.zip")
        term.press("9", "Enter")
        screen = term.wait("可收")
        assert screen.count("可收") >= 3, screen
        term.press("1")
        term.wait("已裁定 0/2")
        term.press("1", "1")
        term.wait("已裁定 1/2")
        term.press("2", "1")
        term.wait("没有需要裁定的地方")
        term.press("Escape")
        term.wait("已收下3份")
        term.press("Escape")
        term.wait("附近的交卷")
        term.press("6")
        term.wait("待审阅")
        term.press("2")
        term.wait("退回重查")
        term.press("Home", "Down", "Down", "Down", "Down", "Down", "Space")
        term.wait("退回原因")
        term.type(REASON)
        term.press("Enter")
        term.wait("已选 1 项")
        term.press("1", "1")
        term.wait("待重查1项")
        term.press("4")
        term.wait("已写好3份回执")
        term.press("C-q")
        assert term.exit_code() == 0
    session = opened(lead)
    assert not questions(session.state, session.round)
    assert len(decisions(session.state, UNIT)) == 2


def _mend(space: Workspace, receipt: Path, env: dict[str, str], item: str) -> None:
    """The inspector opens the receipt, is led to the item, and judges it anew."""
    with Term([*APP, "--workspace", str(space.root), str(receipt)], 80, 24, env=env) as term:
        term.wait("回执：")
        term.press("1")
        term.wait("还有 1 项")
        term.press("Enter")
        screen = term.wait(f"组长退回重查：{REASON}")
        here = next(line for line in screen.splitlines() if line.startswith(">"))
        assert item in here
        term.press("4", "1")
        term.wait_gone("组长退回重查")
        term.press("Escape")
        term.wait("请到提交页再提交一次")
        term.press("C-q")
        assert term.exit_code() == 0


def _merge_again(lead: Workspace, again: Path, env: dict[str, str]) -> None:
    """What was mended comes in; nothing that was settled is asked again."""
    with Term([*APP, "--workspace", str(lead.root)], 80, 24, env=env) as term:
        term.wait("检查轮次")
        term.press("F8")
        term.wait("附近的交卷")
        term.paste(str(again))
        term.wait("可收")
        term.press("1")
        term.wait("已收下1份")
        term.press("Escape")
        term.wait("附近的交卷")
        term.press("6")
        term.wait("待审阅")
        term.press("C-q")
        assert term.exit_code() == 0
    session = opened(lead)
    assert not questions(session.state, session.round)
    assert [d.stands for d in decisions(session.state, UNIT)] == [True, True]
    visit = read_visit(session.state, UNIT)
    assert visit.submitted and not visit.returned


def _same_bytes(folder: Path, files: list[Path]) -> None:
    """All six orders, and merging the result again, give one file that stock TinyDB opens."""
    made = set()
    for number, order in enumerate(itertools.permutations(files)):
        out = folder / f"合并{number}.json"
        run("merge", *map(str, order), "-o", str(out))
        made.add(out.read_bytes())
    run("merge", str(folder / "合并0.json"), str(files[1]), "-o", str(folder / "再合并.json"))
    made.add((folder / "再合并.json").read_bytes())
    assert len(made) == 1
    tables = plain_tables(folder / "合并0.json")
    people = {name for answer in tables["answers"] for name in answer["by"]}
    assert {"检查员乙", "检查员丙"} <= people
    assert len(tables["changes"]) > 34
