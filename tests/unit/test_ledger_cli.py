"""The ledger from the command line: `record` looking back, `ledger` telling, `rectify` keeping."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import pytest
from telling_work import make_round, make_space, record, work, write_lines

from inspect_tui.cli.main import run
from inspect_tui.exchange.carrying import gather
from inspect_tui.exchange.record import record_file
from inspect_tui.exchange.source import read_source
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Period
from inspect_tui.model.terms import RectState, Secrecy
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.rules.reading import read_visit

DAY = "2026-11-18"


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return make_space(tmp_path / "w")


@pytest.fixture
def round_(space, tmp_path):
    """A round with three earlier problems: two open ones of one item each, and one put right on the spot."""
    old = make_round(
        space,
        title="2024年第三季度回头看",
        period=Period(label="2024年第三季度", start="2024-08-17", end="2024-08-21"),
    )
    session = work(space, old)
    lines = [
        {"unit": "DG01", "visit": {"date": "2024-08-18", "counterpart": "戚建林"}},
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"label": "未按月修订"}]},
        {"unit": "DG01", "findings": [{"text": "=1+1 [/]清单没有签字", "severity": "moderate"}]},
        {"unit": "DG01", "findings": [{"text": "公开栏没有更换", "fixed_on_site": True}]},
    ]
    record(session, tmp_path / "old.jsonl", lines)
    session.close()
    left = gather(space, [old.id], "2026-11-16")
    return make_round(space, cargo=left.cargo(["DG01", "DG02", "DG03"]))


def carried(round_) -> dict[str, str]:
    return {c.text[:4]: c.number for c in round_.carried}


def rows(space, round_):
    source = read_source(space.round_dir(round_.id))
    return {row.number: row for row in ledger_rows(source.state, source.round, DAY)}


def cli(capsys, space, *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["--workspace", str(space.root), *words])
    told = capsys.readouterr()
    return code, told.out, told.err


# -------------------------------------------------------------------- record


def look(number: str, outcome: str, **more) -> dict:
    told = {"problem": number, "outcome": outcome, "methods": ["doc_review"], "basis": "看了资料"}
    return {"unit": "DG01", "verify": told | more}


def test_a_line_verifies_an_earlier_problem_by_any_of_its_names(space, round_, tmp_path):
    first, second, third = round_.carried
    lines = [
        look(first.number, "fixed"),
        look(second.id, "partly", remains="还差一个月"),
        look(third.number.split("-")[2][2:] + "-" + third.number[-2:], "relapsed"),
    ]
    session = work(space, round_)
    record(session, tmp_path / "l.jsonl", lines)
    assert read_visit(session.state, "DG01").date == DAY, "verifying begins the visit"
    session.close()
    told = rows(space, round_)
    states = [told[c.number].state for c in (first, second, third)]
    assert states == [RectState.CLOSED, RectState.IN_PROGRESS, RectState.RELAPSED]
    assert told[first.number].verified_by == "检查员甲" and told[second.number].remains == "还差一个月"
    assert told[third.number].recurrences == 1


def test_every_faulty_verification_is_named_and_nothing_is_written(space, round_, tmp_path):
    number = round_.carried[0].number
    bare = {"problem": number, "outcome": "fixed"}
    lines = [
        {"unit": "DG01", "verify": bare},
        look("HTK99", "fixed"),
        look(number, "partly"),
        {"unit": "DG02", "verify": bare},
        {"unit": "DG01", "verify": bare, "item": "GW-01"},
        {"unit": "DG01", "item": "GW-01", "verdict": "pass", "lineage": number},
        {"unit": "DG01", "findings": [{"text": "x", "lineage": "HTK98"}]},
        look(number, "halfway"),
    ]
    session = work(space, round_)
    before = len(session.state.changes)
    with pytest.raises(InputFaults) as error:
        record_file(session, write_lines(tmp_path / "l.jsonl", lines))
    assert len(session.state.changes) == before
    session.close()
    told = [(f.line, f.code, f.path) for f in error.value.faults]
    assert [t for t in told if t[0] < 8] == [
        (1, "L23", "$.verify.basis"),
        (1, "L23", "$.verify.methods"),
        (2, "L22", "$.verify.problem"),
        (3, "L23", "$.verify.remains"),
        (4, "L22", "$.verify.problem"),
        (5, "L03", "$"),
        (6, "L24", "$.lineage"),
        (7, "L22", "$.findings[0].lineage"),
    ]
    assert [f.path for f in error.value.faults if f.line == 8] == ["$.verify.outcome"]


def test_submitting_is_refused_while_a_look_is_owed_and_says_which(space, round_, tmp_path):
    session = work(space, round_)
    with pytest.raises(InputFaults) as error:
        record_file(session, write_lines(tmp_path / "l.jsonl", [{"unit": "DG01", "submit": True}]))
    (fault,) = error.value.faults
    assert fault.code == "L09" and all(text in fault.message for text in ("清单没有签字", "公开栏没有更换"))
    session.close()


def test_a_failing_item_is_linked_to_the_earlier_problem(space, round_, tmp_path):
    number = next(c.number for c in round_.carried if c.item == "GW-02")
    fails = {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"label": "未按月修订"}]}
    lines = [
        look(number, "not_fixed"),
        fails | {"lineage": number},
        {"unit": "DG01", "findings": [{"text": "又没有签字", "lineage": carried(round_)["=1+1"]}]},
        {"unit": "DG01", "findings": [{"text": "新问题"}]},
    ]
    session = work(space, round_)
    record(session, tmp_path / "l.jsonl", lines)
    session.close()
    told = rows(space, round_)
    assert told[number].again == ("近3个月缺1个月未修订",), "it stands with the old one, not beside it"
    assert [row.text for row in told.values() if not row.carried] == ["新问题"]


# -------------------------------------------------------------------- ledger


def cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def test_the_table_fits_eighty_columns_and_marks_what_is_owed(space, round_, capsys):
    code, out, _ = cli(capsys, space, "ledger", str(space.round_dir(round_.id)), "--date", DAY)
    assert code == 0 and max(map(cells, out.splitlines())) <= 80
    assert out.count("\n *HTK24Q3") == 3 and "[/]" in out
    assert out.splitlines()[-1] == "共3条，未销号3条，逾期2条，待复查3条。"


def test_rows_are_chosen_by_light_state_and_unit(space, round_, capsys):
    folder = str(space.round_dir(round_.id))

    def numbers(*words: str) -> int:
        code, out, err = cli(capsys, space, "ledger", folder, "--json", "--date", DAY, *words)
        assert code == 0, err
        return len(json.loads(out)["rows"])

    assert numbers() == numbers("--unit", "东沟第1党小组") == numbers("--carried") == 3
    assert numbers("--overdue") == 2 and numbers("--must-verify") == 3 and numbers("--unit", "DG02") == 0
    assert numbers("--state", "未整改") == numbers("--state", "open") == 2
    assert numbers("--state", "open", "--state", "submitted") == numbers("--open") == 3
    assert cli(capsys, space, "ledger", folder, "--state", "没有")[0] == 1
    assert cli(capsys, space, "ledger", folder, "--unit", "没有")[0] == 1
    assert cli(capsys, space, "ledger", folder, "--json", "--csv")[0] == 2
    assert cli(capsys, space, "ledger", str(space.root / "没有.json"))[0] == 1


def test_old_rounds_list_what_went_on_without_pressing_for_it(space, round_, capsys):
    from inspect_tui.exchange.carrying import hand_over
    from inspect_tui.model.person import Identity

    hand_over(space, round_, Identity(name="检查员乙"))
    folder = str(space.round_dir("2024Q3-lookback"))
    _, out, _ = cli(capsys, space, "ledger", folder, "--json", "--date", DAY)
    data = json.loads(out)
    assert data["totals"]["carried_on"] == 3 and data["totals"]["overdue"] == data["totals"]["open"] == 0
    assert {row["state_label"] for row in data["rows"]} == {"已转入"}
    _, out, _ = cli(capsys, space, "ledger", folder, "--json", "--state", "已转入")
    assert len(json.loads(out)["rows"]) == 3


def test_csv_opens_in_a_spreadsheet_and_holds_no_formula(space, round_, tmp_path, capsys):
    path = tmp_path / "台账.csv"
    code, out, _ = cli(capsys, space, "ledger", str(space.round_dir(round_.id)), "--csv", "-o", str(path))
    assert code == 0 and out == "" and path.read_bytes().startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert len(table) == 4 and all(len(line) == len(table[0]) for line in table)
    assert any(line[7].startswith("'=1+1") for line in table)


def test_a_secret_round_is_not_told(space, capsys):
    secret = make_round(space, secrecy=Secrecy.SECRET)
    for words in ((), ("--json",), ("--csv",)):
        code, out, err = cli(capsys, space, "ledger", str(space.round_dir(secret.id)), *words)
        assert code == 1 and out == "" and "密级" in err


# -------------------------------------------------------------------- rectify


def rectify(capsys, space, *words: str) -> tuple[int, str, str]:
    return cli(capsys, space, "rectify", *words, "--round", "2026Q4-lookback", "--as", "检查员乙")


def test_a_problem_is_walked_from_start_to_closed(space, round_, capsys):
    number = carried(round_)["=1+1"]
    assert rectify(capsys, space, number, "start", "--measure", "补签", "--due", "2027-01-05")[0] == 0
    done = ("--result", "已补", "--done-on", "2024-09-01", "--who", "戚建林")
    assert rectify(capsys, space, number, "上报完成", *done)[0] == 0
    code, out, err = rectify(capsys, space, number, "close", "--basis", "看了", "--who", "戚建林", "--json")
    told = json.loads(out)
    assert code == 0 and told["rows"][0]["state"] == "closed" and told["changes"] == 1
    assert "上报整改的人" in told["warnings"][0] and "提醒" in err
    row = rows(space, round_)[number]
    assert (row.measure, row.result, row.due) == ("补签", "已补", "2027-01-05")


def test_a_forbidden_step_writes_nothing_and_says_why(space, round_, capsys):
    number = carried(round_)["=1+1"]
    for words, said in (
        ((number, "close", "--basis", "x", "--who", "y"), "未整改的问题不能“复查通过”"),
        ((number, "start"), "没有整改措施"),
        ((number, "defer", "--basis", "等", "--approver", "厂党委", "--until", "2020-01-01"), "应在今天之后"),
        ((number, "飞走"), "没有这个步骤"),
        ((number, "verify"), "不在这里记"),
        (("HTK00", "start"), "没有这个编号"),
        (("set", number, "due=2026-13-01"), "整改时限写法不对"),
        (("set", number, "颜色=红"), "应写成“字段=值”"),
    ):
        code, out, err = rectify(capsys, space, *words)
        assert (code, out) == (1, "") and said in err, words
    assert rows(space, round_)[number].state is RectState.OPEN
    assert rectify(capsys, space, "set", number)[0] == 2


def test_fields_are_set_and_emptied_by_either_name(space, round_, capsys):
    number = carried(round_)["=1+1"]
    assert rectify(capsys, space, "set", number, "责任领导=支部书记", "task=补签清单")[0] == 0
    row = rows(space, round_)[number]
    assert (row.leader, row.task) == ("支部书记", "补签清单")
    assert "没有改动" in rectify(capsys, space, "set", number, "task=补签清单")[1]
    assert rectify(capsys, space, "set", number, "责任领导=")[0] == 0
    assert rows(space, round_)[number].leader == ""


def test_a_file_is_checked_whole_and_its_lines_build_on_each_other(space, round_, capsys, tmp_path):
    number = carried(round_)["=1+1"]
    good = [
        {"number": number, "step": "start", "measure": "补签", "due": "2027-01-05"},
        {"number": number, "step": "submit", "result": "已补", "done_on": "2024-09-01"},
        {"number": number, "progress": "全部签完"},
    ]
    bad = [
        {"number": "HTK0"},
        {"number": number, "step": "defer"},
        {"number": number, "on": DAY},
        {"step": 1},
    ]
    path = write_lines(tmp_path / "坏.jsonl", [*good, *bad])
    code, out, err = rectify(capsys, space, str(path))
    assert (code, out) == (1, "")
    assert all(f"第{line}行" in err for line in (4, 5, 6, 7)) and "第3行" not in err
    assert rows(space, round_)[number].state is RectState.OPEN, "one fault, nothing written"
    path = write_lines(tmp_path / "好.jsonl", good)
    code, out, _ = rectify(capsys, space, str(path), "--json")
    assert code == 0 and json.loads(out)["changes"] == 3
    assert rows(space, round_)[number].state is RectState.SUBMITTED
    assert rectify(capsys, space, str(path), "--basis", "x")[0] == 2


def test_what_lives_in_a_newer_round_is_kept_there(space, round_, capsys):
    from inspect_tui.exchange.carrying import hand_over
    from inspect_tui.model.person import Identity

    hand_over(space, round_, Identity(name="检查员乙"))
    words = ("rectify", carried(round_)["=1+1"], "start", "--measure", "补", "--as", "检查员乙")
    code, _, err = cli(capsys, space, *words, "--round", "2024Q3-lookback")
    assert code == 1 and "已转入“2026年第四季度回头看”" in err
