"""Forms: what is printed is what is checked, and what is filled in is what a key would have recorded."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from form_work import (
    Filled,
    as_csv,
    filled,
    form_of,
    reading,
    round_with_old,
    sorted_and_cut,
    taken,
    weighed,
)
from openpyxl import load_workbook
from telling_work import make_round, make_space, record, work

from inspect_tui.cli.main import run
from inspect_tui.exchange.form_content import NotInspected, form_content
from inspect_tui.exchange.form_taking import Status, take_form
from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.change import labelled_finding_key
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.terms import FindingKind, Outcome, Profile, Secrecy, Severity, Verdict
from inspect_tui.report.papers.form_paper import form_docx
from inspect_tui.report.papers.form_sheet import form_workbook
from inspect_tui.rules.problems import opinions_of
from inspect_tui.rules.reading import findings_of_unit, read_answer, read_hits, read_visit
from inspect_tui.rules.sheet import UnitSheet
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

LIST = "lzrh-dxz"
HEAD = {"date": "2026.11.17", "inspectors": "检查员甲", "counterpart": "戚建林", "present": "丁一、丁二"}
ROWS: Filled = {
    "GW-01": {"verdict": "符合", "good": "责任上墙"},
    "GW-02": {
        "verdict": "缺项",
        "label0": "未按月修订",
        "count0": 2,
        "label1": "只换日期未改内容",
        "fixed": "√",
        "note": "看了清单",
    },
    "GW-03": {"verdict": "未能核实", "reason": "当事人不在岗"},
    "GW-04": {"verdict": "不符合", "finding": "两人都说不清", "severity": "严重", "fixed": "是",
              "advice": "合并台账"},
    "p1": {"outcome": "已整改", "methods": "查阅资料、现场查看", "basis": "看了台账"},
    "p2": {"outcome": "部分整改", "methods": "谈话了解", "basis": "问了2人", "remains": "还差一页"},
    "RL-02": {"fact": "截留奖金"},
    "1": {"kind": "问题", "words": "院里有油污", "severity": "一般"},
    "2": {"kind": "好的做法", "item": "gw-05", "words": "一人一本账"},
}  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A workspace with a round, made once."""
    home = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECT_TUI_HOME", str(home / "home"))
        space = make_space(home / "w")
        return space, round_with_old(space)


@pytest.fixture
def space(tmp_path, monkeypatch, template):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    shutil.copytree(template[0].root, tmp_path / "w")
    return Workspace(tmp_path / "w")


@pytest.fixture
def session(space, template):
    session = work(space, template[1])
    yield session
    session.close()


@pytest.fixture
def rows() -> Filled:
    return ROWS


def answer(session: Session, item: str, unit: str = "DG01"):
    return read_answer(session.state, unit, LIST, session.round.item(LIST, item))


def told(session: Session) -> list[tuple[str, str, str]]:
    held = findings_of_unit(session.state, session.round, "DG01", list(session.round.checklists))
    return [(f.kind.value, f.text, f.item) for f in held]


def faults_of(session: Session, data: bytes, name: str = "表.xlsx") -> list:
    count = len(session.state.changes)
    with pytest.raises(InputFaults) as error:
        taken(session, data, name)
    assert len(session.state.changes) == count, "a fault writes nothing"
    return error.value.faults


# ------------------------------------------------------------------------- what is printed


def test_a_form_has_every_item_that_is_judged_and_every_problem_owed(session):
    content = form_content(session.state, session.round, "DG01")
    sheet = UnitSheet(session.state, session.round, "DG01")
    assert [(c.id, i.id) for c, _, i in content.items] == [(r.checklist.id, r.item.id) for r in sheet.rows]
    assert [o.carried.id for o in content.old] == ["p1", "p2"]
    other = form_content(session.state, session.round, "DG01", Profile.HARMONY)
    assert {i.id for _, _, i in other.items} != {i.id for _, _, i in content.items}
    with pytest.raises(NotInspected):
        form_content(session.state, session.round, "nowhere")


def test_the_sheet_offers_what_may_be_written_and_locks_the_rest(session):
    data = form_of(session)
    assert data == form_workbook(form_content(session.state, session.round, "DG01")), "equal bytes"
    book = load_workbook(io.BytesIO(data))
    assert [p.title for p in book.worksheets] == ["检查表", "上轮问题", "红线", "补充", "选项"]
    page = book["检查表"]
    head = next(r for r in page.iter_rows() if r[-1].value == "识别码")
    row = next(r for r in page.iter_rows() if r[0].value == "GW-02")
    offered = {}
    for rule in (r for r in page.data_validations.dataValidation if r.type == "list"):
        for span in rule.sqref.ranges:
            if span.min_row <= row[0].row <= span.max_row:
                column = rule.formula1.split("$")[1]
                offered[span.min_col] = [c.value for c in book["选项"][column] if c.value]
    at = {c.value: c.column for c in head}
    words = ["符合", "基本符合", "不符合", "缺项", "不适用", "未能核实"]
    assert offered[at["结论"]] == words
    assert offered[at["扣分项一"]] == offered[at["扣分项二"]] == ["未按月修订", "只换日期未改内容"]
    assert at["扣分项三"] not in offered, "no more drop-downs than deductions"
    assert offered[at["问题程度"]] == [s.label for s in Severity]
    assert page.protection.sheet and page.protection.password is None
    locked = {head[c.column - 1].value for c in row if c.protection.locked}
    assert locked == {"编号", "检查内容", "分值", "识别码"}
    assert page.page_setup.orientation == "landscape" and page.page_setup.paperSize == 9
    assert page.freeze_panes == f"C{head[0].row + 1}" and page.print_title_rows
    assert page.column_dimensions[head[-1].column_letter].hidden
    assert row[1].font.name == "宋体"


def test_hostile_words_are_only_text_on_a_form(space):
    round_ = make_round(space, title="=1+1[/][@click=app.quit]x")
    session = work(space, round_)
    try:
        content = form_content(session.state, session.round, "DG01")
        book = load_workbook(io.BytesIO(form_workbook(content)))
        cells = [c for p in book.worksheets for r in p.iter_rows() for c in r]
        assert not [c for c in cells if c.data_type == "f"]
        with zipfile.ZipFile(io.BytesIO(form_docx(content))) as archive:
            assert "=1+1[/][@click=app.quit]x" in archive.read("word/document.xml").decode()
    finally:
        session.close()


def test_the_paper_has_the_old_problems_first_boxes_points_and_signatures(session):
    import docx

    data = form_docx(form_content(session.state, session.round, "DG01"))
    assert data == form_docx(form_content(session.state, session.round, "DG01"))
    paper = docx.Document(io.BytesIO(data))
    texts = [[c.text for c in row.cells] for t in paper.tables for row in t.rows]
    flat = ["\n".join(row) for row in texts]
    old, item = (next(n for n, t in enumerate(flat) if word in t) for word in ("旧问题1", "GW-02"))
    assert old < item
    assert "□部分整改" in flat[old] and "□现场查看" in flat[old]
    assert "□未按月修订（每个月扣1.5分） ＿＿个月" in flat[item]
    assert all(f"□{word}" in flat[item] for word in ("符合", "基本符合", "缺项", "不适用", "未能核实"))
    assert "□截留、套取、挪用奖金或公款公物（红线）" in "\n".join(flat)
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert xml.count("<w:tblHeader/>") == 3 and "检查组长：__" in xml
    assert paper.sections[0].page_width > paper.sections[0].page_height


@pytest.mark.parametrize("secrecy", [Secrecy.SECRET, Secrecy.TOP_SECRET])
def test_secret_rounds_print_nothing(space, secrecy):
    session = work(space, make_round(space, secrecy=secrecy))
    try:
        content = form_content(session.state, session.round, "DG01")
        for make in (form_workbook, form_docx):
            with pytest.raises(ExportRefused):
                make(content)
    finally:
        session.close()


# ------------------------------------------------------------------------- what comes back


def test_a_filled_form_records_what_keys_would(session, rows):
    done = taken(session, filled(form_of(session), rows, HEAD))
    assert done.units == ("DG01",) and done.rows == len(rows) + 1
    visit = read_visit(session.state, "DG01")
    assert (visit.date, visit.counterpart, visit.present) == ("2026-11-17", "戚建林", ("丁一", "丁二"))
    held = answer(session, "GW-02")
    assert held.verdict is Verdict.FAIL and held.judgement.missing and not held.stale
    assert [(p.label, p.count) for p in held.judgement.deductions] == [
        ("未按月修订", 2),
        ("只换日期未改内容", 1),
    ]
    assert held.notes[0].text == "看了清单"
    for label in ("未按月修订", "只换日期未改内容"):
        assert session.state.value(labelled_finding_key("DG01", LIST, "GW-02", label), "fixed_on_site")
    assert answer(session, "GW-03").judgement.reason == "当事人不在岗"
    assert answer(session, "GW-05").verdict is Verdict.PENDING, "a blank row says nothing"
    found = told(session)
    assert ("deficiency", "两人都说不清", "GW-04") in found and ("suggestion", "合并台账", "GW-04") in found
    assert ("good_practice", "一人一本账", "GW-05") in found and ("deficiency", "院里有油污", "") in found
    typed = next(
        f
        for f in findings_of_unit(session.state, session.round, "DG01", list(session.round.checklists))
        if f.text == "两人都说不清"
    )
    assert (typed.severity, typed.fixed_on_site, typed.kind) == (
        Severity.MAJOR,
        True,
        FindingKind.DEFICIENCY,
    )
    assert [(h.trigger, h.fact) for h in read_hits(session.state, "DG01")] == [("RL-02", "截留奖金")]
    (first,) = opinions_of(session.state, "rect/DG01/p1")
    (second,) = opinions_of(session.state, "rect/DG01/p2")
    assert first.step.outcome is Outcome.FIXED and second.step.remains == "还差一页"


def test_taking_a_form_twice_or_another_way_round_changes_nothing(session, rows):
    data = filled(form_of(session), rows, HEAD)
    turned = sorted_and_cut(data)
    taken(session, data)
    count = len(session.state.changes)
    for again in (data, turned):
        preview = weighed(session, again)
        assert {row.status for row in preview.rows} == {Status.KNOWN} and not preview.faults
        assert taken(session, again).rows == 0
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        assert taken(session, as_csv(data, encoding=encoding), "表.csv").rows == 0
    assert len(session.state.changes) == count


def test_a_form_turned_round_says_the_same(session, rows, tmp_path):
    data = filled(form_of(session), rows, HEAD)
    one = {(r.about, r.words) for r in weighed(session, data).rows}
    assert {(r.about, r.words) for r in weighed(session, sorted_and_cut(data)).rows} == one
    alone = weighed(session, as_csv(data), "表.csv")
    assert {(r.about, r.words) for r in alone.rows} <= one and len(alone.rows) == 5


def test_what_differs_is_shown_and_kept_until_asked_for(session, tmp_path):
    line = {"unit": "DG01", "item": "GW-01", "verdict": "partial", "note": "原来的话"}
    record(session, tmp_path / "l", [line, {"unit": "DG01", "item": "GW-03", "verdict": "pass"}])
    rows: Filled = {
        "GW-01": {"verdict": "符合", "note": "新的话", "good": "责任上墙"},
        "GW-03": {"verdict": "符合", "note": "补一句"},
        "GW-05": {"verdict": "符合"},
    }
    data = filled(form_of(session), rows)
    preview = weighed(session, data)
    assert [(r.about, r.status) for r in preview.rows] == [
        ("GW-01", Status.DIFFERS),
        ("GW-03", Status.NEW),
        ("GW-05", Status.NEW),
    ]
    assert preview.rows[0].was == "基本符合；说明：原来的话"
    taken(session, data)
    assert answer(session, "GW-01").verdict is Verdict.PARTIAL, "the earlier word stands"
    assert ("good_practice", "责任上墙", "GW-01") in told(session), "what is new is taken all the same"
    assert answer(session, "GW-03").notes[0].text == "补一句"
    again = weighed(session, data)
    assert [r.status for r in again.rows] == [Status.DIFFERS, Status.KNOWN, Status.KNOWN]
    taken(session, data, replace=True)
    held = answer(session, "GW-01")
    assert (held.verdict, held.notes[0].text, len(held.opinions)) == (Verdict.PASS, "新的话", 1)
    assert [r.status for r in weighed(session, data).rows] == [Status.KNOWN] * 3


def test_two_inspectors_forms_make_two_opinions(session, space, tmp_path):
    data = filled(form_of(session), {"GW-01": {"verdict": "基本符合", "good": "责任上墙"}})
    taken(session, data)
    session.flush()
    other = work(space, session.round, "检查员乙")
    try:
        same = weighed(other, data)
        assert same.rows[0].status is Status.NEW and not same.rows[0].beside, "agreeing is worth recording"
        contrary = filled(form_of(session), {"GW-01": {"verdict": "不符合"}})
        row = weighed(other, contrary).rows[0]
        assert row.status is Status.NEW and row.beside == "检查员甲记的是基本符合"
        taken(other, contrary)
        assert len(answer(other, "GW-01").opinions) == 2
    finally:
        other.close()


def test_a_form_of_an_older_wording_is_marked(session, space):
    data = filled(form_of(session), {"GW-01": {"verdict": "符合"}, "GW-03": {"verdict": "符合"}})
    session.close()
    path = space.round_dir(session.round.id) / "round.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    item = next(i for s in raw["checklists"][0]["sections"] for i in s["items"] if i["id"] == "GW-01")
    item["text"] += "，并按月公示"
    raw["pack_version"] = 2
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    held = work(space, session.round)
    try:
        preview = weighed(held, data)
        assert [r.stale for r in preview.rows] == [True, False] and "较早的一版" in preview.messages[0]
        take_form(held, preview)
        assert answer(held, "GW-01").stale and not answer(held, "GW-03").stale
        assert any(p.kind == "stale" for p in UnitSheet(held.state, held.round, "DG01").open_points())
    finally:
        held.close()


def test_every_fault_is_named_by_its_cell_and_nothing_is_written(session):
    rows: Filled = {
        "GW-01": {"verdict": "合格"},
        "GW-02": {"verdict": "基本符合", "label0": "未按月修定", "count0": 1},
        "GW-03": {"verdict": "不适用"},
        "GW-04": {"label0": "1人讲不清"},
        "GW-05": {"verdict": "符合", "count1": 2},
        "GW-06": {"verdict": "符合", "label0": "问题未对应责任项"},
        "RC-01": {"verdict": "符合", "severity": "严重"},
        "RC-02": {"verdict": "=1+1"},
        "RC-03": {"verdict": "符合", "fixed": "也许"},
        "p1": {"outcome": "已整改", "basis": ""},
        "p2": {"basis": "看了"},
        "RL-01": {"fact": " "},
        "1": {"kind": "问题"},
        "2": {"words": "没有类别"},
        "3": {"kind": "问题", "item": "GW-77", "words": "没有这一项"},
    }
    data = filled(form_of(session), rows, {"date": "去年", "result": "路过"})
    found = faults_of(session, data)
    assert all(f.path and f.remedy and "“item”" not in f.text() and "$." not in f.text() for f in found)
    said = {(f.code, f.message) for f in found}
    wanted = {
        ("F09", "没有这种结论"),
        ("L18", "GW-02：没有这个扣分项"),
        ("L13", "GW-03：不适用没有写原因"),
        ("L12", "GW-04：没有写结论"),
        ("F10", "有次数，没有扣分项"),
        ("L15", "GW-06：符合不能有扣分项"),
        ("F11", "没有写问题，不能填程度"),
        ("F07", "这一格是公式，不读入"),
        ("F09", "看不懂"),
        ("F09", "没有写复查结论"),
        ("F11", "没有写内容"),
        ("F09", "没有写类别"),
        ("F09", "清单里没有这个编号"),
        ("F09", "检查日期看不懂"),
        ("F09", "没有这种进点情况"),
    }
    assert wanted <= said
    assert any(f.code == "L23" for f in found), "the guards of verifying speak too"
    at = {f.message: f.path for f in found}
    assert at["GW-02：没有这个扣分项"].startswith("检查表!E") and "未按月修订" in next(
        f.remedy for f in found if f.code == "L18"
    )
    assert at["GW-03：不适用没有写原因"].startswith("检查表!K")


def test_counts_may_stand_in_the_cell_and_one_cell_may_name_several(session):
    rows = {"GW-02": {"verdict": "不符合", "label0": "未按月修订×2；只换日期未改内容 3次"}}
    taken(session, filled(form_of(session), rows))
    picked = answer(session, "GW-02").judgement.deductions
    assert [(p.label, p.count) for p in picked] == [("未按月修订", 2), ("只换日期未改内容", 3)]


def test_levels_are_offered_as_verdicts(session, tmp_path):
    data = form_workbook(form_content(session.state, session.round, "DG03", Profile.HARMONY))
    data = filled(data, {"TS-W1": {"verdict": "部分做到"}})
    assert [f.code for f in faults_of(session, data)] == ["L11"], "the profile on site decides, not the form"
    record(session, tmp_path / "l", [{"unit": "DG03", "visit": {"profile": "harmony"}}])
    assert form_of(session, "DG03") != data
    taken(session, data)
    held = answer(session, "TS-W1", "DG03")
    assert (held.judgement.award, held.verdict) == ("部分做到", Verdict.PARTIAL)


def test_rows_without_code_twice_or_of_another_round_are_refused(session, space):
    data = filled(form_of(session), {"GW-01": {"verdict": "符合"}})
    book = load_workbook(io.BytesIO(data))
    page = book["检查表"]
    row = next(r for r in page.iter_rows() if r[0].value == "GW-01")
    bare = next(r for r in page.iter_rows() if r[0].value == "GW-02")
    bare[3].value, bare[-1].value = "符合", None
    twice = next(r for r in page.iter_rows() if r[0].value == "GW-03")
    twice[3].value, twice[-1].value = "不符合", row[-1].value
    out = io.BytesIO()
    book.save(out)
    codes = [f.code for f in faults_of(session, out.getvalue())]
    assert sorted(codes) == ["F05", "F06"]
    other = work(space, make_round(space, title="另一轮"))
    try:
        with pytest.raises(InputFaults) as error:
            reading(other, data)
        assert error.value.faults[0].code == "F03"
    finally:
        other.close()
    csv = as_csv(data)
    with pytest.raises(InputFaults) as error:
        reading(session, csv.replace("检查表/".encode(), b"x/"), "表.csv")
    assert error.value.faults[0].code == "F02"
    renamed = faults_of(session, csv.replace(",结论,".encode(), ",检查结论,".encode()), "表.csv")
    assert renamed[0].code == "F04" and "检查结论" in renamed[0].remedy


def test_hostile_cells_are_recorded_as_text_or_refused(session):
    rows: Filled = {
        "GW-01": {"verdict": "符合", "note": "[@click=app.quit]x [/]", "good": "‮反了​"},
        "GW-02": {"verdict": "基本符合", "finding": "'=cmd|' /C calc'!A0"},
    }
    taken(session, filled(form_of(session), rows))
    assert answer(session, "GW-01").notes[0].text == "[@click=app.quit]x [/]"
    assert ("good_practice", "反了", "GW-01") in told(session)


def test_a_submitted_visit_takes_nothing_new_but_knows_what_it_has(session, tmp_path):
    data = filled(form_of(session, "DG02"), {"GW-01": {"verdict": "符合"}}, {"date": "2026.11.17"})
    taken(session, data)
    lines = [
        {"unit": "DG02", "visit": {"result": "not_reached", "reason": "道路不通"}},
        {"unit": "DG02", "submit": True},
    ]
    record(session, tmp_path / "l", lines)
    assert taken(session, data).rows == 0
    more = filled(form_of(session, "DG02"), {"GW-02": {"verdict": "符合"}})
    assert [f.code for f in faults_of(session, more)] == ["L04"]


# ------------------------------------------------------------------------- the command line


def cli(capsys, *words: str) -> tuple[int, str, str]:
    code = run([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_commands(space, template, tmp_path: Path, capsys):
    round_ = template[1]
    at = ("--workspace", space.root)
    path = tmp_path / "表.xlsx"
    code, out, _ = cli(capsys, "form", "export", "--round", round_.id, "--unit", "DG01", "-o", path, *at)
    assert code == 0 and "上轮问题2条" in out
    folder = tmp_path / "全部"
    code, out, _ = cli(
        capsys, "form", "export", "--round", round_.id, "--all-units", folder, "--to", "docx", "--json", *at
    )
    files = json.loads(out)["files"]
    assert code == 0 and len(files) == 3 and all(Path(f["path"]).stat().st_size > 5000 for f in files)
    done: Filled = {
        "GW-01": {"verdict": "符合"},
        "p1": {"outcome": "已整改", "methods": "现场查看", "basis": "看了"},
    }
    path.write_bytes(filled(path.read_bytes(), done))
    words = ("form", "import", path, "--round", round_.id, "--as", "检查员甲", *at)
    code, out, _ = cli(capsys, *words, "--preview")
    assert code == 0 and "要记2行" in out and "没有记录" in out
    assert not space.writers(round_.id), "a look begins no file"
    code, out, _ = cli(capsys, *words, "--json")
    data = json.loads(out)
    assert code == 0 and data["recorded"] and [r["status"] for r in data["rows"]] == ["new", "new"]
    code, out, _ = cli(capsys, *words)
    assert code == 0 and "没有改动" in out
    path.write_bytes(filled(path.read_bytes(), {"GW-01": {"verdict": "不符合"}, "GW-03": {"verdict": "好"}}))
    code, out, err = cli(capsys, *words)
    assert code == 1 and "不同1行" in out and "检查表!D" in err and "没有这种结论" in err
    path.write_bytes(filled(path.read_bytes(), {"GW-03": {"verdict": "符合"}}))
    code, out, _ = cli(capsys, *words)
    assert code == 0 and "已记录1行" in out and "现在记的是：符合" in out
    code, out, _ = cli(capsys, *words, "--replace")
    assert code == 0 and "已记录1行" in out
    for bad in (
        ("form", "export", "--round", round_.id, *at),
        ("form", "export", "--round", round_.id, "--unit", "DG01", "-o", tmp_path / "x.pdf", *at),
        ("form", "export", "--round", round_.id, "--unit", "DG01", "-o", path, "--profile", "别的", *at),
    ):
        assert cli(capsys, *bad)[0] == 2


OWN = {
    "format": "inspect-tui/checklist",
    "version": "1.0",
    "id": "own",
    "revision": "1",
    "title": "自定答案的清单",
    "full_score": 10,
    "answer_sets": {
        "有过期无": [
            {"label": "有", "verdict": "pass", "share": 1},
            {"label": "过期", "verdict": "partial", "share": 0.5, "sentence": "已过期"},
            {"label": "无", "verdict": "fail", "share": 0, "sentence": "没有", "missing": True},
        ]
    },
    "sections": [
        {
            "id": "A",
            "name": "甲",
            "points": 10,
            "items": [
                {"id": "A-01", "text": "灭火器在检验期内", "points": 6, "answer_set": "有过期无"},
                {
                    "id": "A-02",
                    "text": "会用灭火器",
                    "points": 4,
                    "when": [{"item": "A-01", "answer": ["有", "过期"]}],
                    "require": {"fail": ["evidence", "note"]},
                },
            ],
        }
    ],
}


def test_own_answers_conditions_and_what_a_verdict_must_come_with(space):
    path = space.checklists_dir / "own.json"
    for item in OWN["sections"][0]["items"]:
        if "answer_set" in item:
            item["scoring"] = "award"
    path.write_text(json.dumps(OWN, ensure_ascii=False), encoding="utf-8")
    session = work(space, make_round(space, checklist_ids=["own"]))
    try:
        data = form_of(session)
        page = load_workbook(io.BytesIO(data))["检查表"]
        texts = {r[0].value: r[1].value for r in page.iter_rows()}
        assert "A-01为“有”或“过期”才检查这一项" in texts["A-02"]
        assert "不符合须有佐证、说明" in texts["A-02"]
        both = filled(data, {"A-01": {"verdict": "无"}, "A-02": {"verdict": "不符合", "note": "都不会"}})
        (fault,) = faults_of(session, both)
        assert fault.code == "L11" and "才检查这一项" in fault.message
        data = filled(data, {"A-01": {"verdict": "过期"}, "A-02": {"verdict": "不符合", "note": "都不会"}})
        preview = weighed(session, data)
        assert [r.words for r in preview.rows] == ["过期", "不符合；说明：都不会"]
        assert any("还缺佐证" in message for message in preview.messages)
        take_form(session, preview)
        held = read_answer(session.state, "DG01", "own", session.round.item("own", "A-01"))
        assert (held.judgement.award, held.verdict) == ("过期", Verdict.PARTIAL)
        points = UnitSheet(session.state, session.round, "DG01").open_points()
        assert any("佐证" in point.text for point in points), "it is asked for before submitting"
    finally:
        session.close()
