"""`recheck`, `delta`, `digest` and deciding on verifications, as scripts call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ledger_work import a_round, carried, raw_of, verify
from mergework import file_bytes
from strategies import Desk

from inspect_tui.cli.main import run
from inspect_tui.model.person import Identity
from inspect_tui.model.problem import Source
from inspect_tui.model.terms import Outcome, RectState, Severity
from inspect_tui.store.workspace import Workspace

#: Before any day that the machine's own clock may show.
LONG_AGO = "2020-01-01"
ROUND = a_round(
    carried(1, RectState.CLOSED, severity=Severity.MAJOR, noted=LONG_AGO),
    carried(2, RectState.CLOSED, noted=LONG_AGO),
    carried(3, RectState.CLOSED, noted=LONG_AGO),
    carried(4, noted=LONG_AGO),
)
DOC = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.fixture
def space(tmp_path: Path, monkeypatch) -> str:
    """A round with two inspectors' verifications in it, and its lead at the keyboard."""
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = Workspace(tmp_path / "w")
    for folder in (space.checklists_dir, space.rounds_dir, space.exports_dir):
        folder.mkdir(parents=True)
    space.save_round(raw_of(ROUND))
    space.save_identity(Identity(name="组长"))
    one, two = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    verify(one, ROUND, Outcome.FIXED, "p4")
    verify(two, ROUND, Outcome.NOT_FIXED, "p4")
    for desk in (one, two):
        path = space.round_dir(ROUND.id) / f"{desk.writer}.json"
        path.write_bytes(file_bytes(desk.own, raw=raw_of(ROUND)))
    return str(space.root)


def told(capsys, *args: str) -> Any:
    assert run(list(args)) == 0
    said = json.loads(capsys.readouterr().out)
    documented(said)
    return said


def documented(said: Any) -> None:
    """Every key stands in the documentation; ids of problems are data, not keys."""
    keys = {key for key in _keys(said) if len(key) != 16 and not key.startswith("p")} | (
        {"picked"} & _keys(said)
    )
    assert {key for key in keys if f"`{key}`" not in DOC} == set()


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for part in value.values() for key in _keys(part)}
    if isinstance(value, list):
        return {key for part in value for key in _keys(part)}
    return set()


def test_a_drawing_from_looking_to_the_rate(space, capsys) -> None:
    where = ["--workspace", space]
    folder = str(Path(space) / "rounds" / ROUND.id)
    looked = told(capsys, *where, "recheck", "draw", folder, "-k", "2", "--seed", "会场", "--json")
    assert looked["recorded"] is False and (looked["size"], looked["k"]) == (3, 2)
    assert told(capsys, *where, "recheck", "list", "--json") == {"draws": []}
    made = told(
        capsys, *where, "recheck", "draw", folder, "-k", "2", "--seed", "会场", "--round", ROUND.id, "--json"
    )
    assert made["recorded"] is True and {**made, "recorded": False} == looked
    assert all(p["inspector"] and p["inspector"] not in p["closed_by"] for p in made["picked"])
    (listed,) = told(capsys, *where, "recheck", "list", "--json")["draws"]
    assert listed == {k: v for k, v in made.items() if k != "recorded"}
    first, second = (p["number"] for p in made["picked"])
    args = ["recheck", "result", first, "反弹", "--basis", "又没有了", "--method", "现场查看"]
    done = told(capsys, *where, *args, "--json")
    assert (done["state"], done["result"], done["draw"]) == ("relapsed", "relapsed", made["id"])
    assert (
        run([*where, "recheck", "result", second, "fixed", "--basis", "还在", "--method", "site_view"]) == 0
    )
    capsys.readouterr()
    (rate,) = told(capsys, *where, "recheck", "rate", "--json")["rates"]
    assert (rate["looked"], rate["held"], rate["rate"], rate["missing"]) == (2, 1, 0.5, [])
    assert rate["weighted"] == 0.6667, "严重1条反弹，一般2条里抽的1条有效"
    assert run([*where, "recheck", "rate"]) == 0
    assert "加权真实率66.7%，样本2条" in capsys.readouterr().out


def test_drawing_twice_records_once(space, capsys) -> None:
    args = ["--workspace", space, "recheck", "draw", "-k", "1", "--seed", "s", "--as", "组长"]
    assert run(args) == run(args) == 0
    assert "名单没有变" in capsys.readouterr().err
    assert run(["--workspace", space, "recheck", "list"]) == 0
    assert capsys.readouterr().out.count("种子“s”") == 1


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ("draw -k 9 --seed s", "只有3条，抽不出9条"),
        ("result 没有这个号 fixed --basis x", "台账上没有这个问题"),
        ("result HTK26Q3-A1-U1-A-01 fixed --basis x", "不在抽查名单里"),
        ("draw -k 1 --seed s --as 旁人", "只有组长能做"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_one(space, capsys, args: str, text: str) -> None:
    assert run(["--workspace", space, "recheck", *args.split(" ")]) == 1
    assert text in capsys.readouterr().err


def test_the_guards_hold_here_too(space, capsys) -> None:
    where = ["--workspace", space, "recheck"]
    assert run([*where, "draw", "-k", "3", "--seed", "s", "--as", "组长"]) == 0
    number = "HTK26Q3-A1-U1-A-01"
    assert (
        run([*where, "result", number, "fixed", "--basis", "x", "--method", "现场查看", "--who", "甲"]) == 1
    )
    assert "抽查要换人" in capsys.readouterr().err
    assert run([*where, "result", number, "fixed", "--basis", "x"]) == 1
    assert "没有复查方式" in capsys.readouterr().err
    assert run([*where, "result", number, "fixed", "--basis", "x", "--method", "闻一闻"]) == 1
    assert "没有这种复查方式" in capsys.readouterr().err
    assert run([*where, "result", number, "好", "--basis", "x"]) == 2


def test_a_file_that_holds_other_data_is_not_drawn_from(space, tmp_path, capsys) -> None:
    other = tmp_path / "x.json"
    desk = Desk("a" * 12, "甲")
    verify(desk, ROUND, Outcome.RELAPSED, "p2")
    other.write_bytes(file_bytes(desk.own, raw=raw_of(ROUND)))
    args = ["--workspace", space, "recheck", "draw", str(other), "-k", "1", "--seed", "s", "--as", "组长"]
    assert run(args) == 1
    assert "数据不一样" in capsys.readouterr().err


def test_delta_by_one_file_and_by_two(space, tmp_path, capsys) -> None:
    folder = str(Path(space) / "rounds" / ROUND.id)
    alone = told(capsys, "delta", folder, "--json")
    assert alone["figures"]["old"] == ["p1", "p2", "p3", "p4"] and alone["figures"]["persisting"] == ["p4"]
    assert alone["figures"]["fix_rate"] == 0.75 and alone["figures"]["recurrence_rate"] == 0
    assert set(alone["rows"]) == {"p1", "p2", "p3", "p4"}
    older = a_round(id="2026Q3-test", origin="3" * 16, title="三季度")
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_bytes(file_bytes([], raw=raw_of(older)))
    assert told(capsys, "delta", str(old), folder, "--json")["figures"]["old"] == []
    assert run(["delta", folder, folder]) == 1
    assert "同一轮" in capsys.readouterr().err
    source = Source(round="2026Q3-test", origin="3" * 16, title="三季度")
    new.write_bytes(file_bytes([], raw=raw_of(a_round(carried(1, source=source)))))
    assert run(["delta", str(new), str(old)]) == 1
    assert "次序反了" in capsys.readouterr().err
    assert run(["delta", folder, folder, folder]) == 2
    capsys.readouterr()
    assert run(["delta", folder]) == 0
    out = capsys.readouterr().out
    assert "上轮问题4条：已整改3条、持续1条、反弹0条；本轮新增0条" in out and "整改率＝已整改÷上轮问题" in out
    assert run(["delta", str(old)]) == 0
    assert "没有转入上轮的问题" in capsys.readouterr().err


def test_digest_as_text_as_file_and_as_json(space, tmp_path, capsys) -> None:
    folder = str(Path(space) / "rounds" / ROUND.id)
    said = told(capsys, "digest", folder, "--since", "2026-11-10", "--date", "2026-12-20", "--json")
    assert said["all"]["overdue"] == ["HTK26Q3-A1-U1-A-04"] and said["all"]["done"] == 3
    assert [a["leader"] for a in said["leaders"]] == ["吴书记"] and said["five_ones"][0][
        "due"
    ] == "2026-12-10"
    out = tmp_path / "new" / "例会.txt"
    args = ["digest", folder, "--since", "2026-11-10", "--date", "2026-12-20"]
    assert run([*args, "--chart", "-o", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith(said["text"]) and "第1党小组  ▮" in text and "合计" in text
    assert run(["digest", folder, "--since", "2026-12-21", "--date", "2026-12-20"]) == 2


def test_secret_rounds_tell_nothing(tmp_path, capsys) -> None:
    from inspect_tui.model.terms import Secrecy

    path = tmp_path / "x.json"
    path.write_bytes(file_bytes([], raw=raw_of(a_round(carried(1), secrecy=Secrecy.SECRET))))
    for args in (["delta", str(path)], ["digest", str(path), "--since", "2026-01-01"],
                 ["recheck", "list", str(path)]):  # fmt: skip
        assert run(args) == 1
        said = capsys.readouterr()
        assert "密级" in said.err and said.out == ""


def test_a_quarrel_over_a_verification_is_decided_here(space, capsys) -> None:
    where = ["--workspace", space, "decide"]
    (question,) = json.loads(_out(capsys, [*where, "--list", "--json"]))["questions"]
    assert question["field"] == "step" and len(question["sides"]) == 2
    third = [*where, "--third", "1", "--reason", "又去看了"]
    assert run(third) == 1 and "--outcome" in capsys.readouterr().err
    assert run([*third, "--outcome", "partly", "--basis", "现场看过", "--method", "现场查看"]) == 1
    assert "还剩什么" in capsys.readouterr().err
    full = [
        *third,
        "--outcome",
        "partly",
        "--basis",
        "现场看过",
        "--method",
        "现场查看",
        "--remains",
        "差一页",
    ]
    assert run(full) == 0
    assert "部分整改" in capsys.readouterr().out
    assert json.loads(_out(capsys, [*where, "--list", "--json"]))["questions"] == []


def test_or_one_side_is_taken(space, capsys) -> None:
    where = ["--workspace", space, "decide"]
    assert run([*where, "--take", "1", "left", "--reason", "以现场为准"]) == 0
    capsys.readouterr()
    assert json.loads(_out(capsys, [*where, "--list", "--json"]))["questions"] == []


def _out(capsys, args: list[str]) -> str:
    assert run(args) == 0
    out: str = capsys.readouterr().out
    return out
