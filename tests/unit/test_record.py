"""The headless writer: every line is checked before any is written, and each writes what a key would."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telling_work import ids, make_round, make_space, record, work, write_lines

from inspect_tui.exchange.record import record_file
from inspect_tui.exchange.record_lines import read_lines
from inspect_tui.model.change import visit_key
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.terms import FindingKind, Profile, Severity, Verdict
from inspect_tui.rules import actions
from inspect_tui.rules.applicability import items_for
from inspect_tui.rules.reading import findings_of_unit, read_answer, read_hits, read_visit
from inspect_tui.rules.sheet import UnitSheet
from inspect_tui.store.session import Session
from sweeps import times

LIST = "lzrh-dxz"


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return make_space(tmp_path / "w")


@pytest.fixture
def session(space):
    session = work(space, make_round(space))
    yield session
    session.close()


def faults_of(session: Session, tmp_path, lines) -> list:
    count = len(session.state.changes)
    with pytest.raises(InputFaults) as error:
        record(session, tmp_path / "lines.jsonl", lines)
    assert len(session.state.changes) == count, "a fault writes nothing"
    assert session.pending == 0
    return error.value.faults


def answer(session, unit, item):
    return read_answer(session.state, unit, LIST, session.round.item(LIST, item))


def test_one_line_is_one_change_and_says_what_a_key_would(session, tmp_path):
    lines = [
        {
            "unit": "DG01",
            "visit": {"date": "2026-11-17", "counterpart": "戚建林", "present": ["甲", "乙", "甲"]},
        },
        {
            "unit": "DG01",
            "checklist": LIST,
            "item": "GW-02",
            "verdict": "fail",
            "deductions": [{"index": 0, "count": 2}, {"label": "只换日期未改内容"}],
            "note": "看了清单",
            "methods": ["doc_review"],
            "samples": ["抽查月份：10月"],
            "findings": [{"text": "清单没有签字", "severity": "minor", "fixed_on_site": True}],
            "good_practices": [{"text": "责任上墙"}],
            "suggestions": [{"text": "合并台账"}],
        },
        {"unit": "DG01", "item": "GW-03", "verdict": "unverified", "reason": "当事人不在岗"},
    ]
    result = record_file(session, write_lines(tmp_path / "l", lines), ids())
    assert (result.lines, result.changes, result.units) == (3, 3, ("DG01",))
    assert len(session.state.changes) == 3
    held = answer(session, "DG01", "GW-02")
    assert held.verdict is Verdict.FAIL and held.judgement.missing, "the label means 缺项"
    assert [(p.label, p.count) for p in held.judgement.deductions] == [
        ("未按月修订", 2),
        ("只换日期未改内容", 1),
    ]
    assert (held.methods, held.samples) == (("doc_review",), ("抽查月份：10月",))
    assert held.notes[0].text == "看了清单"
    findings = findings_of_unit(session.state, session.round, "DG01", list(session.round.checklists))
    assert [(f.kind, f.text) for f in findings] == [
        (FindingKind.DEFICIENCY, "近3个月缺2个月未修订"),
        (FindingKind.DEFICIENCY, "近3个月有1个月的岗位责任清单只换日期、未改内容"),
        (FindingKind.DEFICIENCY, "清单没有签字"),
        (FindingKind.GOOD_PRACTICE, "责任上墙"),
        (FindingKind.SUGGESTION, "合并台账"),
    ]
    typed = findings[2]
    assert (typed.severity, typed.fixed_on_site, typed.item) == (Severity.MINOR, True, "GW-02")
    visit = read_visit(session.state, "DG01")
    assert (visit.date, visit.counterpart, visit.present) == ("2026-11-17", "戚建林", ("乙", "甲"))
    assert visit.inspectors == ("检查员甲",)


def test_a_visit_begins_by_itself_with_today(session, tmp_path):
    record(session, tmp_path / "l", [{"unit": "DG02", "item": "GW-01", "verdict": "pass"}])
    visit = read_visit(session.state, "DG02")
    assert (visit.date, visit.inspectors) == ("2026-11-18", ("检查员甲",))


def test_red_lines_profiles_and_places_not_reached(session, tmp_path):
    lines = [
        {"unit": "DG01", "trigger": {"id": "RL-02", "fact": "截留奖金"}},
        {"unit": "DG02", "visit": {"result": "not_reached", "reason": "道路不通"}},
        {"unit": "DG02", "submit": True},
        {"unit": "DG03", "visit": {"profile": "harmony"}},
        {"unit": "DG03", "item": "TS-W1", "verdict": "partial"},
    ]
    record(session, tmp_path / "l", lines)
    assert [(h.trigger, h.fact) for h in read_hits(session.state, "DG01")] == [("RL-02", "截留奖金")]
    assert read_visit(session.state, "DG02").submitted
    assert read_visit(session.state, "DG03").profile is Profile.HARMONY
    assert answer(session, "DG03", "TS-W1").judgement.award == "部分做到"


def whole_visit(session: Session, unit: str) -> list[dict]:
    round_ = session.round
    items = items_for(round_.checklist(LIST), round_.unit(unit).profile)
    return [{"unit": unit, "item": item.id, "verdict": "pass"} for _, item in items]


def test_submitting_sees_the_lines_before_it(session, tmp_path):
    lines = [{"unit": "DG01", "visit": {"counterpart": "戚建林"}}, *whole_visit(session, "DG01")]
    record(session, tmp_path / "l", [*lines, {"unit": "DG01", "submit": True}])
    assert read_visit(session.state, "DG01").submitted
    assert UnitSheet(session.state, session.round, "DG01").open_points() == []


def test_submitting_names_every_open_point(session, tmp_path):
    lines = [*whole_visit(session, "DG01")[:-2], {"unit": "DG01", "submit": True}]
    (fault,) = faults_of(session, tmp_path, lines)
    assert (fault.code, fault.line) == ("L09", len(lines))
    for told in ("没有写迎检人", "TS-P3 未查", "TS-P4 未查"):
        assert told in fault.message
    assert "TS-P2" not in fault.message


def test_a_submitted_visit_takes_no_more(session, tmp_path):
    lines = [{"unit": "DG02", "visit": {"result": "not_reached", "reason": "道路不通"}}]
    lines += [{"unit": "DG02", "submit": True}, {"unit": "DG02", "item": "GW-01", "verdict": "pass"}]
    (fault,) = faults_of(session, tmp_path, lines)
    assert (fault.code, fault.line) == ("L04", 3)


BAD = [
    ({"unit": "DG99", "item": "GW-01", "verdict": "pass"}, "L02", "$.unit", "DG99"),
    ({"unit": "DG-B1", "item": "GW-01", "verdict": "pass"}, "L02", "$.unit", "不检查"),
    ({"unit": "DG01", "submit": True, "visit": {}}, "L03", "$", "一行只能记一件事"),
    ({"unit": "DG01"}, "L03", "$", "没有要记的内容"),
    ({"unit": "DG01", "item": "GW-01"}, "L03", "$", "没有要记的内容"),
    ({"unit": "DG01", "visit": {"date": "2026-11-31"}}, "L05", "$.visit.date", "日期"),
    ({"unit": "DG01", "visit": {"date": "20261117"}}, "L05", "$.visit.date", "日期"),
    ({"unit": "DG01", "visit": {"result": "not_reached"}}, "L06", "$.visit.reason", "没有写原因"),
    ({"unit": "DG01", "trigger": {"id": "RL-9", "fact": "x"}}, "L07", "$.trigger.id", "RL-01"),
    ({"unit": "DG01", "trigger": {"id": "RL-01", "fact": " "}}, "L08", "$.trigger.fact", "事实"),
    (
        {"unit": "DG01", "item": "GW-01", "good_practices": [{"text": " "}]},
        "L10",
        "$.good_practices[0].text",
        "",
    ),
    ({"unit": "DG01", "verdict": "pass"}, "L11", "$.item", "没有写检查内容"),
    ({"unit": "DG01", "item": "GW-99", "verdict": "pass"}, "L11", "$.item", "没有这一项"),
    ({"unit": "DG01", "item": "TS-S1", "verdict": "pass"}, "L11", "$.item", "上产型"),
    ({"unit": "DG01", "item": "GW-01", "missing": True}, "L12", "$.verdict", "没有写结论"),
    ({"unit": "DG01", "item": "GW-01", "verdict": "pending"}, "L12", "$.verdict", "fail（不符合）"),
    ({"unit": "DG01", "item": "GW-01", "verdict": "na"}, "L13", "$.reason", "没有写原因"),
    (
        {"unit": "DG01", "item": "GW-01", "verdict": "unverified", "reason": " "},
        "L13",
        "$.reason",
        "没有写原因",
    ),
    ({"unit": "DG01", "item": "GW-01", "verdict": "partial", "missing": True}, "L14", "$.missing", "fail"),
    (
        {"unit": "DG01", "item": "GW-01", "verdict": "pass", "deductions": [{"index": 0}]},
        "L15",
        "$.deductions",
        "不能有扣分项",
    ),
    ({"unit": "DG01", "item": "TS-P1", "verdict": "fail", "award": "做到"}, "L16", "$.award", "没有做到"),
    ({"unit": "DG01", "item": "GW-01", "verdict": "fail", "award": "做到"}, "L16", "$.award", "按扣分计"),
    (
        {"unit": "DG01", "item": "TS-P1", "verdict": "fail", "deductions": [{"index": 0}]},
        "L16",
        "$.deductions",
        "按档给分",
    ),
    ({"unit": "DG01", "checklist": "lzrh", "item": "GW-01", "verdict": "pass"}, "L17", "$.checklist", LIST),
    (
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"label": "未按月修"}]},
        "L18",
        "$.deductions[0].label",
        "是不是“未按月修订”",
    ),
    (
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"index": 7}]},
        "L18",
        "$.deductions[0].index",
        "序号从0到1",
    ),
    (
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"count": 1}]},
        "L18",
        "$.deductions[0]",
        "之一",
    ),
    (
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"index": 0, "count": 0}]},
        "L19",
        "$.deductions[0].count",
        "1以上",
    ),
    (
        {"unit": "DG01", "item": "GW-03", "verdict": "fail", "deductions": [{"index": 0, "count": 2}]},
        "L19",
        "$.deductions[0].count",
        "不计次数",
    ),
    (
        {"unit": "DG01", "item": "GW-03", "verdict": "fail", "deductions": [{"index": 0}, {"index": 1}]},
        "L20",
        "$.deductions[1]",
        "只能选一个",
    ),
    ({"unit": "DG01", "item": "GW-01", "verdct": "pass"}, "S02", "$.verdct", "verdict"),
    ({"unit": "DG01", "item": "GW-01", "verdict": "good"}, "S04", "$.verdict", "pass（符合）"),
    ({"unit": 3, "item": "GW-01", "verdict": "pass"}, "S03", "$.unit", "文字"),
    ({"item": "GW-01", "verdict": "pass"}, "S01", "$", "unit"),
    ('{"unit": "DG01", "unit": "DG02"}', "J10", "", "重复"),
    ('{"unit": "DG01"', "J08", "", "不完整"),
    ("[1]", "J15", "$", ""),
]


@pytest.mark.parametrize(("line", "code", "path", "said"), BAD)
def test_each_mistake_is_named_with_line_place_and_remedy(session, tmp_path, line, code, path, said):
    good = {"unit": "DG01", "item": "GW-01", "verdict": "pass"}
    faults = faults_of(session, tmp_path, [good, "", line, good])
    assert [f.code for f in faults] == [code]
    (fault,) = faults
    assert (fault.file, fault.line) == ("lines.jsonl", 3)
    if path:
        assert fault.path == path
    assert said in fault.text()
    assert fault.remedy or fault.allowed, "every fault says what to do"


def test_all_mistakes_of_a_file_are_told_in_one_go(session, tmp_path):
    faults = faults_of(session, tmp_path, [line for line, *_ in BAD])
    assert {f.line for f in faults} == set(range(1, len(BAD) + 1))
    assert [f.line for f in faults] == sorted(f.line for f in faults)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_any_encoding_and_line_end_is_read(session, tmp_path, encoding):
    path = tmp_path / "l"
    lines = [{"unit": "DG01", "item": "GW-01", "verdict": "na", "reason": "没有这项工作，𠮷"}]
    path.write_bytes("\r\n".join(json.dumps(x, ensure_ascii=False) for x in lines).encode(encoding))
    record_file(session, path, ids())
    assert answer(session, "DG01", "GW-01").judgement.reason == "没有这项工作，𠮷"


def test_hostile_text_is_cleaned_at_the_door(session, tmp_path):
    text = "a\x1b[31m[/]\u202eb\ud800"
    line = json.dumps({"unit": "DG01", "item": "GW-01", "good_practices": [{"text": text}]})
    record(session, tmp_path / "l", [line])
    findings = findings_of_unit(session.state, session.round, "DG01", list(session.round.checklists))
    assert findings[0].text == "a[31m[/]b\ufffd"


def test_what_was_recorded_is_on_disk_when_it_returns(space, session, tmp_path):
    record(session, tmp_path / "l", [{"unit": "DG01", "item": "GW-01", "verdict": "pass"}])
    other = Session.open(space, session.round.id, session.identity, read_only=True)
    try:
        assert answer(other, "DG01", "GW-01").verdict is Verdict.PASS
    finally:
        other.close()


def test_recording_for_a_colleague_leaves_this_workspace_its_identity(space, tmp_path):
    round_ = make_round(space)
    from inspect_tui.model.person import Identity

    space.save_identity(Identity(name="检查员甲"))
    writers = []
    for name in ("检查员甲", "检查员乙", "检查员乙", "检查员甲"):
        session = work(space, round_, name)
        record(session, tmp_path / "l", [{"unit": "DG01", "item": "GW-01", "verdict": "pass"}])
        writers.append(session.writer)
        session.close()
    assert writers[0] == writers[3] and writers[1] == writers[2] and writers[0] != writers[1]
    assert space.identity().name == "检查员甲"
    assert space.identity().writers == {round_.id: writers[0]}


def test_the_second_file_of_lines_builds_on_the_first(session, tmp_path):
    record(session, tmp_path / "l", [{"unit": "DG01", "item": "GW-01", "verdict": "pass"}])
    record(session, tmp_path / "l", [{"unit": "DG01", "item": "GW-01", "verdict": "na", "reason": "没有"}])
    held = answer(session, "DG01", "GW-01")
    assert held.verdict is Verdict.NA and not held.disputed, "the same hand changes its mind"
    assert session.state.value(visit_key("DG01"), "date") == "2026-11-18"


def test_a_file_that_is_none(session, tmp_path):
    with pytest.raises(InputFaults, match="找不到文件"):
        record_file(session, tmp_path / "none")
    path = tmp_path / "bad"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputFaults):
        record_file(session, path)


@settings(max_examples=times(150), deadline=None)
@given(st.lists(st.binary(max_size=40) | st.text(max_size=40).map(lambda t: t.encode("utf-8", "replace"))))
def test_reading_lines_never_fails_in_another_way(tmp_path_factory, parts):
    path = tmp_path_factory.mktemp("fuzz") / "l"
    path.write_bytes(b"\n".join(parts))
    try:
        lines, faults = read_lines(path)
    except InputFaults:
        return
    assert all(fault.line for fault in faults)
    assert {n.number for n in lines}.isdisjoint(f.line for f in faults)


def test_a_file_recorded_in_part_and_then_again_brings_no_finding_twice(session, tmp_path):
    lines = [
        {
            "unit": "DG01",
            "item": "GW-01",
            "findings": [{"text": "没有签字"}],
            "good_practices": [{"text": "上墙"}],
        },
        {"unit": "DG01", "item": "GW-01", "findings": [{"text": "没有签字"}]},
        {
            "unit": "DG01",
            "item": "GW-02",
            "findings": [{"text": "没有签字"}],
            "suggestions": [{"text": "合并"}],
        },
    ]
    half = record_file(session, write_lines(tmp_path / "l", lines[:2]))
    whole = record_file(session, write_lines(tmp_path / "l", lines))
    assert (half.known, whole.known) == (0, 3)

    def texts():
        held = findings_of_unit(session.state, session.round, "DG01", list(session.round.checklists))
        return sorted((f.item, f.text) for f in held)

    said = [("GW-01", "上墙"), *[("GW-01", "没有签字")] * 2, ("GW-02", "合并"), ("GW-02", "没有签字")]
    assert texts() == sorted(said), "a file may tell one thing twice"
    keys = [k for k in session.state.records("DG01") if session.state.value(k, "text", "") == "合并"]
    session.commit([actions.set_field(session.state, keys[0], "text", "合并台账")], "改")
    gone = [k for k in session.state.records("DG01") if session.state.value(k, "text", "") == "上墙"]
    session.commit([actions.delete_record(session.state, gone[0])], "删")
    assert record_file(session, write_lines(tmp_path / "l", lines)).known == 5
    said = [*[("GW-01", "没有签字")] * 2, ("GW-02", "合并台账"), ("GW-02", "没有签字")]
    assert texts() == sorted(said), "what was changed or deleted since stays as it is"
