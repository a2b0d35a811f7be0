"""Rounds marked 秘密: which commands tell what was recorded, and that none does so for such a round."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from telling_work import make_round, make_space, record, work
from test_keys_cli import Runs

from inspect_tui.cli.main import main
from inspect_tui.model.terms import Secrecy
from inspect_tui.store.workspace import Workspace

TYPED = "岗位牌上的电话停用"
LEAD = "检查员乙"
AT, ROUND, FOLDER, OUT, WHO = "{space}", "{round}", "{folder}", "{out}", ("--as", LEAD)
#: Every command that tells a round, with words that make it do so.
TELLS: dict[str, tuple[str, ...]] = {
    "round show": (ROUND,),
    "round pack": (ROUND, "-o", f"{OUT}/p.json"),
    "round carry-over": ("--from", FOLDER, "--preview"),
    "form export": ("--round", ROUND, "--unit", "DG01", "-o", f"{OUT}/f.xlsx"),
    "hand-in": ("--round", ROUND, *WHO, "-o", f"{OUT}/h.zip"),
    "decide": (),
    "join": (),
    "receipt": (*WHO, "-o", OUT),
    "ledger": (FOLDER, "--unit", "没有这个单位"),
    "recheck draw": (FOLDER, "-k", "1", "--seed", "1"),
    "recheck list": (FOLDER,),
    "recheck rate": (FOLDER,),
    "delta": (FOLDER, FOLDER),
    "digest": (FOLDER, "--since", "2026-11-01"),
    "summary": (FOLDER,),
    "notice": (FOLDER,),
    "report": (FOLDER,),
    "score": (FOLDER,),
    "bonus list": (),
    "period": (ROUND, "--span", "quarter"),
    "trend": (ROUND,),
    "agreement": (FOLDER,),
    "gauge": (FOLDER,),
    "grade show": (ROUND,),
    "contest judge": ("yxdxz-pennant", FOLDER),
    "points show": (FOLDER,),
    "duties show": (FOLDER,),
    "duties diff": (FOLDER, "--unit", "DG01", "--month", "2026-11"),
    "recount show": (FOLDER,),
    "flows show": (FOLDER,),
    "evidence check": (),
    "evidence list": (),
    "evidence sheet": ("-o", f"{OUT}/e.docx"),
    "practice adopted": (),
    "practice good": (),
    "practice list": (),
    "practice register": (),
    "pair list": (),
    "pair effect": (ROUND,),
    "grid": ("--round", ROUND),
}
#: Commands that take no round, and those that do something in one and say only what they did.
SILENT = [
    "demo",
    "init",
    "schema",
    "doctor",
    "kit",
    "unlock",
    "verify",
    "erase",
    "merge",
    "undo-merge",
    "record",
    "rectify",
    "review",
    "form import",
    "round list",
    "round new",
    "round amend",
    "round freeze",
    "round take",
    "recheck result",
    "checklist check",
    "checklist try",
    "checklist import",
    "checklist export",
    "checklist diff",
    "checklist scheme check",
    "checklist scheme list",
    "bonus give",
    "bonus remove",
    "grade delist",
    "grade demote",
    "grade grant",
    "grade order",
    "grade recheck",
    "contest confirm",
    "contest handover",
    "contest history",
    "contest list",
    "appraise check",
    "appraise enter",
    "appraise sheet",
    "appraise show",
    "points import",
    "duties import",
    "recount check",
    "recount list",
    "recount sheet",
    "flows check",
    "flows draw",
    "flows list",
    "flows record",
    "phrases add",
    "phrases list",
    "phrases remove",
    "evidence add",
    "evidence open",
    "evidence remove",
    "practice answer",
    "practice edit",
    "practice promote",
    "practice withdraw",
    "pair add",
    "pair end",
    "pair goal",
    "pair remove",
    "pair suggest",
    "key forget",
    "key list",
    "key new",
    "key show",
    "key trust",
    "vault change",
    "vault create",
    "vault remove",
    "vault status",
]


def leaves(command: click.Command, context: click.Context, path: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from leaves(below, context, (*path, name))


def test_every_command_has_its_place_in_the_rule() -> None:
    assert sorted(leaves(main, click.Context(main))) == sorted([*TELLS, *SILENT])


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A round marked 秘密 with something in it."""
    folder = tmp_path_factory.mktemp("secret")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECT_TUI_HOME", str(folder / "home"))
        space = make_space(folder / "w")
        round_ = make_round(space, secrecy=Secrecy.SECRET)
        session = work(space, round_, LEAD)
        lines = [
            {"unit": "DG01", "visit": {"date": "2026-11-18", "counterpart": TYPED}},
            {"unit": "DG01", "item": "GW-02", "verdict": "fail", "findings": [{"text": TYPED}]},
            {"unit": "DG01", "good_practices": [{"text": TYPED}]},
        ]
        record(session, folder / "l.jsonl", lines)
        session.close()
    return space


def filled(words: tuple[str, ...], space: Workspace, out: Path) -> list[str]:
    round_ = space.rounds()[0].id
    given = {"space": space.root, "round": round_, "folder": space.round_dir(round_), "out": out}
    return [word.format(**given) for word in words]


def test_no_command_tells_what_a_secret_round_holds(
    worked: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(worked.root.parent / "home"))
    run = Runs(capsys)
    round_ = worked.rounds()[0].round
    assert round_ is not None and round_.secrecy.refuses_export
    unit = next(u.name for u in round_.units if u.id == "DG01")
    held = (TYPED, unit, round_.title)
    told = []
    for name, words in TELLS.items():
        for more in ((), ("--json",)):
            code = run("--workspace", worked.root, *name.split(), *filled(words, worked, tmp_path), *more)
            if code == 2 and more:
                continue
            if code != 1 or "密级" not in run.err or any(w in run.out + run.err for w in held):
                told.append((name, more, code, run.out, run.err))
    assert not told
    assert not list(tmp_path.iterdir())
    assert run("--workspace", worked.root, "erase", "--find", TYPED, *WHO) in (0, 1) and TYPED not in run.out
