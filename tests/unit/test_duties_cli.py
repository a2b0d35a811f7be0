"""岗位责任 from sheets and on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from telling_work import make_round, make_space

from inspect_tui.cli.main import run
from inspect_tui.exchange.duties_sheet import read_duties_sheet
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Round
from inspect_tui.report.duty_table import duties_xlsx, revision_csv, revision_text
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.duties import Slot, set_month
from inspect_tui.rules.duty_diff import revision_of
from inspect_tui.rules.fold import State
from inspect_tui.store.workspace import Workspace

DOCS = Path(__file__).parents[2] / "docs"
NAMES = ("岗位专责", "交接班", "巡回检查", "")
OCTOBER = """东沟第1党小组10月岗位责任清单
序号,岗位责任,责任岗位,标准,时限
1,岗位专责,站长,逐岗写明,10月25日前
2,交 接班,当班班长,交接记录当班写完,每班
,党建联系,党小组长,每月谈一次,10月底
"""
NOVEMBER = OCTOBER.replace("10月", "11月").replace("逐岗写明", "按本月清蜡任务逐岗写明")


def write(folder: Path, text: str, name: str = "岗位责任.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def test_rows_go_to_the_slot_of_their_name_their_number_or_an_unnamed_one(tmp_path: Path) -> None:
    taken = read_duties_sheet(write(tmp_path, OCTOBER), NAMES)
    assert taken.slots == {
        1: Slot(post="站长", standard="逐岗写明", node="10月25日前"),
        2: Slot(post="当班班长", standard="交接记录当班写完", node="每班"),
        4: Slot(name="党建联系", post="党小组长", standard="每月谈一次", node="10月底"),
    }
    assert taken.messages == ("表里没有：巡回检查。",)
    numbered = read_duties_sheet(write(tmp_path, "序号,责任人,时限\n3,巡检岗,每日\n"), NAMES)
    assert numbered.slots == {3: Slot(post="巡检岗", node="每日")} and "不写姓名" in numbered.messages[0]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("岗位专责,张三丰,标准甲\n岗位专责,李四光,标准乙", ["A3"]),
        ("交接本,站长,标准\n安全,站长,标准\n党建,站长,标准", ["A2", "A4"]),
        ("岗位专责,站长," + "长" * 2001, ["C2"]),
    ],
)
def test_what_cannot_be_placed_is_named_by_its_cell_alone(tmp_path: Path, rows: str, told: list[str]) -> None:
    taken = read_duties_sheet(write(tmp_path, "岗位责任,责任岗位,标准\n" + rows), NAMES)
    assert [fault.path for fault in taken.faults] == told
    said = "".join(fault.text() for fault in taken.faults)
    assert not any(word in said for word in ("张三丰", "李四光", "标准甲"))


@pytest.mark.parametrize("text", ["甲,乙\n1,2\n", "岗位责任,责任岗位\n,\n", ""])
def test_what_is_no_such_sheet_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputFaults):
        read_duties_sheet(write(tmp_path, text), NAMES)


def opened(tmp_path: Path, monkeypatch: Any) -> tuple[Workspace, Round]:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "w")
    path = next(iter(sorted(space.checklists_dir.glob("*.json"))))
    for path in space.checklists_dir.glob("*.json"):
        raw = json.loads(path.read_bytes())
        raw |= {"duties": list(NAMES), "duty_day": 5}
        path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    return space, make_round(space)


def test_two_months_from_the_command_line(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    space, round_ = opened(tmp_path, monkeypatch)
    folder = space.round_dir(round_.id)

    def take(text: str, month: str, *more: str) -> int:
        path = write(tmp_path, text)
        args = ["duties", "import", str(path), "--unit", "DG01", "--month", month, "--as", "检查员甲"]
        return run(["--workspace", str(space.root), *args, *more])

    assert take(OCTOBER, "2026年10月") == 2 and take(OCTOBER, "2026-10", "--revised", "十月") == 2
    assert take(OCTOBER, "2026-10", "--preview") == 0 and not list(folder.glob("????????????.json"))
    assert take(OCTOBER, "2026-10", "--revised", "2026-10-08") == 0
    assert "晚于节点" in capsys.readouterr().out
    assert take(OCTOBER, "2026-10", "--revised", "2026-10-08") == 0
    assert "和原来一样" in capsys.readouterr().out
    assert take(NOVEMBER.replace("交 接班", "交接办"), "2026-11") == 1
    said = capsys.readouterr()
    assert "B4：" in said.err and "是不是“交接班”" in said.err and "B5" not in said.err
    assert take(NOVEMBER, "2026-11", "--revised", "2026-11-03", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["state"], made["before"], made["changes"]["date_only"]) == ("on_time", "2026-10", 1)
    assert run(["duties", "diff", str(folder), "--unit", "DG01", "--month", "2026-11", "--json"]) == 0
    (month,) = json.loads(capsys.readouterr().out)["duties"]
    assert [slot["change"] for slot in month["slots"]] == ["reworded", "same", "same", "date_only"]
    assert month["slots"][0]["parts"] == ["标准", "时限"] and month["by"] == ["检查员甲"]
    keys = {*made, *month, *month["slots"][0], *month["slots"][0]["now"], "duties"}
    assert {
        key for key in keys if f"`{key}`" not in (DOCS / "commands.md").read_text(encoding="utf-8")
    } == set()
    assert run(["duties", "show", str(folder), "--csv"]) == 0
    assert capsys.readouterr().out.count("\n") == 1 + 4 + 4
    assert run(["duties", "show", str(folder), "--unit", "DG02"]) == 0
    assert "还没有记下" in capsys.readouterr().out
    assert run(["verify", str(folder)]) == 0


def test_what_is_told_is_harmless_and_the_sheet_comes_back(tmp_path: Path, monkeypatch: Any) -> None:
    _, round_ = opened(tmp_path, monkeypatch)
    unit = round_.unit("DG01")
    assert unit is not None
    nasty = Slot(post="=1+1", standard="[@click=app.quit]x\x1b[31m\u202e", node="@now")
    from inspect_tui.model.change import Body

    edits = set_month(State(), "DG01", "2026-11", {1: nasty, 2: Slot(post="班长", node="每班")})
    state = State([make_change("", "a" * 12, Body(at="", by=("甲",), edits=tuple(edits)))])
    revision = revision_of(state, round_, unit, "2026-11")
    data = revision_csv([(unit, revision)]).decode("utf-8-sig")
    assert ",'=1+1," in data and ",'@now," in data and "\x1b" not in data
    assert "\x1b" not in revision_text(unit, revision) and "\u202e" not in revision_text(unit, revision)
    path = tmp_path / "清单.xlsx"
    path.write_bytes(duties_xlsx(round_, unit, revision))
    back = read_duties_sheet(path, NAMES)
    assert back.faults == () and back.slots[2] == Slot(post="班长", node="每班")
    assert back.slots[1].post == "=1+1"
