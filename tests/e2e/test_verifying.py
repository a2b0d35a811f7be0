"""F7 in a real terminal: old problems first, Chinese typed, killed in the middle, resized, nothing lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from spaces import APP, home_of
from term import Term

from inspect_tui.demo import make_demo
from inspect_tui.model.terms import Outcome
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

pytestmark = pytest.mark.e2e

UNIT = "DG02"
BASIS = "现场看了11月的清单，[/]签字齐全"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return home_of(tmp_path / "home")


@pytest.fixture
def space(tmp_path: Path, env: dict[str, str]) -> Workspace:
    return make_demo(tmp_path / "ws")


def opened(space: Workspace, env: dict[str, str], width: int = 80, height: int = 24) -> Term:
    return Term([*APP, "--workspace", str(space.root), "--unit", UNIT], width, height, env=env)


def owed(space: Workspace) -> tuple[int, list[tuple[Outcome, str]]]:
    """How many verdicts are still owed at the unit, and those with a basis of one's own words."""
    identity = space.identity()
    assert identity is not None
    session = Session.open(space, space.rounds()[0].id, identity, read_only=True)
    rows = ledger_rows(session.state, session.round, session.today, [UNIT])
    session.close()
    said = [t.step for row in rows for t in row.outcomes if t.step.basis == BASIS and t.step.outcome]
    return sum(row.must_verify for row in rows), [(s.outcome, s.remains) for s in said if s.outcome]


def test_old_problems_are_answered_before_the_walk_and_survive_a_kill(
    space: Workspace, env: dict[str, str]
) -> None:
    before, _ = owed(space)
    assert before >= 2, "the demo leaves some to look at"
    with opened(space, env) as term:
        term.wait(f"{before}/8 待复查")
        term.press("1")
        term.wait("用什么方式看的")
        term.press("1")
        term.wait("的依据")
        term.press("1")
        term.wait(f"{before - 1}/8 待复查")
        term.press("2")
        term.wait("用什么方式看的")
        term.press("2")
        term.wait("的依据")
        term.press("4")
        term.wait("一句话写明")
        term.type(BASIS)
        term.wait(BASIS)
        # The draft is flushed within a second; then the machine dies.
        time.sleep(1.2)
        term.kill()
    assert owed(space) == (before - 1, [])
    with opened(space, env, 120, 40) as term:
        term.wait(f"{before - 1}/8 待复查")
        term.wait("上轮记录（原样，不改动）")
        term.press("2")
        term.wait("用什么方式看的")
        term.press("2")
        term.wait("的依据")
        term.press("4")
        term.wait("上次没写完的内容已放回")
        term.wait(BASIS)
        term.press("Enter")
        term.wait("还剩什么没有整改")
        term.resize(80, 24)
        term.wait_still()
        term.type("还差一个月")
        term.wait("还差一个月")
        term.press("Enter")
        term.wait(f"{before - 2}/8 待复查")
        term.wait("已保存")
        term.press("Escape")
        term.wait("已查 9/34")
        term.wait(f"上轮问题 {before - 2} 条待复查（F7）")
        term.press("C-q")
        assert term.exit_code() == 0
    assert owed(space) == (before - 2, [(Outcome.PARTLY, "还差一个月")])
