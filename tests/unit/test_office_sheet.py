"""Office sheets taken in: two of different trades, a CSV, mappings that are kept, and hostile files."""

from __future__ import annotations

import io
import json
import random
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from office_sheets import book, branch_rules, safety_list, scored_csv

from inspect_tui.cli import main as cli
from inspect_tui.exchange.checklist_sheet import Imported, import_bytes
from inspect_tui.exchange.sheet_headings import Mapping, load_mapping, mapping_bytes, match
from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.terms import Scoring, Severity, TriggerEffect, UnitKind, Verdict
from inspect_tui.rules.rubric import read_rubric
from inspect_tui.store.loading import load_checklist
from sweeps import times


def taken(data: bytes, name: str = "x.xlsx", **asked: Any) -> tuple[Imported, Checklist]:
    found = import_bytes(data, name, checklist_id="abc", **asked)
    assert found.faults == [] and found.checklist is not None
    return found, found.checklist


def shape(item: Item) -> list[tuple[Any, ...]]:
    return [(d.label, str(d.points), d.unit, str(d.cap) if d.cap else "", d.all) for d in item.deductions]


def test_a_branch_s_rules_with_merged_cells_and_two_row_headings() -> None:
    found, checklist = taken(branch_rules())
    assert [(h.column, h.role) for h in found.headings if h.role != "ignore"] == [
        ("A", "serial"), ("B", "section"), ("C", "section_points"),
        ("D", "text"), ("E", "points"), ("F", "rubric"),
    ]  # fmt: skip
    assert found.mapping.headings == (3, 4) and found.sheet == "考核细则"
    assert [(s.id, s.name, s.points) for s in checklist.sections] == [
        ("A", "组织建设", 20), ("B", "党员教育", 15), ("C", "作用发挥", 15),
    ]  # fmt: skip
    assert checklist.title.startswith("××采油作业区") and checklist.unit_kinds == (UnitKind.BRANCH,)
    assert [i.id for i in checklist.items()] == ["A-01", "A-02", "B-01", "B-02", "C-01"]
    first, second, _, points, effect = checklist.items()
    assert first.text == "按期换届，班子成员配备齐全，分工明确"
    assert shape(first) == [
        ("未按期换届", "3", "", "", False),
        ("缺1名委员", "1", "名", "", False),
        ("分工不明确", "0.5", "", "", False),
    ]
    assert [d.sentence for d in second.deductions] == [
        "支部党员大会每季度缺{n}次", "党课缺{n}次", "记录不完整{n}处",
    ]  # fmt: skip
    assert shape(second)[2] == ("记录不完整", "0.5", "处", "2", False)
    # The rubric runs over two rows of a merged item.
    assert shape(points) == [("每漏1人", "0.5", "人", "", False), ("弄虚作假", "0", "", "", True)]
    assert points.deductions[0].missing and not points.deductions[1].missing
    assert effect.scoring is Scoring.AWARD
    assert [(a.points, a.verdict) for a in effect.awards] == [
        (15, Verdict.PASS), (8, Verdict.PARTIAL), (0, Verdict.FAIL),
    ]  # fmt: skip


def test_every_row_of_it_is_accounted_for() -> None:
    found, _ = taken(branch_rules())
    assert [(r.cell, r.lost) for r in found.rejected] == [
        ("B7", False), ("B11", False), ("B13", False), ("A14", False), ("A15", False),
    ]  # fmt: skip
    told = {(d.cell, d.taken.split("：")[0]) for d in found.doubts}
    assert ("F8", "没有读成扣分项") in told and any(cell == "C4" for cell, _ in told)
    assert [w.path for w in found.warnings if w.code == "C24"] == ["F8"]


def test_a_safety_list_of_another_trade() -> None:
    found, checklist = taken(safety_list())
    assert [(s.name, s.points, len(s.items)) for s in checklist.sections] == [
        ("消防设施", 30, 2), ("储存管理", 40, 2), ("人员", 30, 1),
    ]  # fmt: skip
    assert [(t.id, t.text, t.effect) for t in checklist.triggers] == [
        ("V1", "存在重大事故隐患未停产整改", TriggerEffect.VETO),
        ("V2", "瞒报、谎报事故", TriggerEffect.VETO),
    ]
    items = checklist.items()
    assert items[0].text == "灭火器配置数量符合要求，压力正常" and items[0].points == 10
    assert shape(items[0]) == [("失效一具", "2", "具", "", False)]
    assert shape(items[1]) == [("堵塞1处", "5", "处", "10", False), ("占用消防通道停车", "0", "", "", True)]
    assert [m.value for m in items[1].methods] == ["site_view", "interview"] and items[0].basis == "GB 50140"
    lost = [(r.cell, r.reason) for r in found.rejected if r.lost]
    assert lost == [("B10", "没有分值")]
    assert {d.cell for d in found.doubts} >= {"B5", "B6", "A11", "D16"}
    # 总分：100分 agrees with what was taken, so it raises no doubt.
    assert not any(d.cell == "A17" for d in found.doubts)


def test_a_csv_saved_by_a_chinese_spreadsheet() -> None:
    found, checklist = taken(scored_csv(), "细则.csv")
    assert [i.id for i in checklist.items()] == ["TZ-1", "TZ-2", "B-01"] and checklist.title == "细则"
    assert checklist.items()[1].applies_to == ("production",)
    assert checklist.items()[1].severity is Severity.MODERATE
    assert {d.cell for d in found.doubts} >= {"B4", "G4"}
    assert [(r.cell, r.lost) for r in found.rejected] == [("C5", True)]


def test_sums_that_do_not_agree_are_told() -> None:
    rows = [
        ["检查项目", "检查内容", "分值", "评分标准"],
        ["甲（10分）", "一", 4, "缺1次扣1分"],
        [None, "二", 5, "缺1次扣1分"],
        [None, "小计", 11],
        ["合计", None, 12],
    ]
    found, checklist = taken(book(rows))
    assert checklist.full_score == 9 and checklist.sections[0].points == 9
    said = [d.taken for d in found.doubts if "按各条取" in d.taken or "小计" in d.taken]
    assert len(said) == 3 and any("大项写11分" in s for s in said) and any("合计写12分" in s for s in said)


def test_points_shared_by_merged_cells_and_formulas() -> None:
    rows = [
        ["项目", "内容", "分值", "评分标准"],
        ["甲", "一", 6, "缺1次扣1分"],
        [None, "二", None, "未做扣2分"],
        [None, "三", "=2+2", "未做扣2分"],
        [None, "四", -3, "未做扣2分"],
        [None, "五", "若干", "未做扣2分"],
        ["加分项", "获得表彰", 5, "每次加1分"],
    ]
    found, checklist = taken(book(rows, ["C2:C3", "A2:A6"]))
    (item,) = checklist.items()
    assert item.text == "一；二" and item.points == 6 and len(item.deductions) == 2
    assert [(r.cell, r.reason[:4]) for r in found.rejected if r.lost] == [
        ("C4", "分值是公"), ("C5", "分值小于"), ("C6", "分值看不"), ("B7", "加分项不"),
    ]  # fmt: skip
    assert any(d.cell == "B3" for d in found.doubts)


# ------------------------------------------------------------------------ headings


@pytest.mark.parametrize(
    ("words", "roles"),
    [
        ("序号 大项 检查内容 分值 评分标准", "serial section text points rubric"),
        ("编号 考核项目 考核内容及要求 标准分 扣分标准 得分", "id section text points rubric ignore"),
        ("类别 检查项目 检查标准 分值", "section topic text points"),
        ("检查项目 分值 扣分说明", "text points rubric"),
        ("项目 分值 检查内容 分值 考核办法", "section section_points text points rubric"),
        ("一级指标 二级指标 三级指标 权重 计分办法", "section topic text points rubric"),
        ("检查内容 考核标准 满分", "text rubric points"),
        ("内容 要求（检查） 分 值 ：", "text rubric points ignore"),
    ],
)
def test_headings_by_meaning(words: str, roles: str) -> None:
    listed = words.replace("分 值", "分值").split(" ")
    assert [h.role for h in match(listed)] == roles.split()[: len(listed)]


def test_a_mapping_is_kept_corrected_and_used(tmp_path: Path, capsysbinary) -> None:
    sheet, kept, out = tmp_path / "表.xlsx", tmp_path / "对应.json", tmp_path / "jc.json"
    rows = [
        ["事项", "怎么扣", "几分", "由谁查"],
        ["按时开会", "缺1次扣1分", 5, "甲"],
        ["有记录", "缺1次扣1分", 5, "乙"],
    ]
    sheet.write_bytes(book(rows))
    assert cli.run(["checklist", "import", str(sheet), "-o", str(out), "--mapping", str(kept)]) == 1
    mapping = {
        "format": "inspect-tui/checklist-mapping", "version": "1.0", "sheet": "Sheet1", "headings": [1, 1],
        "columns": {"A": "检查内容", "B": "评分标准", "C": "分值"}, "title": "按月检查",
        "unit_kinds": ["branch"],
    }  # fmt: skip
    kept.write_text(json.dumps(mapping, ensure_ascii=False), encoding="utf-8")
    capsysbinary.readouterr()
    assert cli.run(["checklist", "import", str(sheet), "-o", str(out), "--mapping", str(kept), "--json"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert [h["role"] for h in told["headings"]] == ["text", "rubric", "points", "ignore"]
    checklist, _ = load_checklist(out)
    assert checklist.id == "jc" and checklist.title == "按月检查" and len(checklist.items()) == 2
    assert checklist.unit_kinds == (UnitKind.BRANCH,) and shape(checklist.items()[0])[0][1] == "1"
    mapping["columns"]["D"] = "评分标淮"
    kept.write_text(json.dumps(mapping, ensure_ascii=False), encoding="utf-8")
    assert cli.run(["checklist", "import", str(sheet), "--preview", "--mapping", str(kept)]) == 1
    assert "是不是“评分标准”" in capsysbinary.readouterr().err.decode()


def test_a_guessed_mapping_is_written_and_reads_the_same(tmp_path: Path) -> None:
    sheet, kept, out = tmp_path / "表.xlsx", tmp_path / "对应.json", tmp_path / "zb.json"
    sheet.write_bytes(branch_rules())
    assert cli.run(["checklist", "import", str(sheet), "--preview", "--mapping", str(kept)]) == 0
    assert not out.exists() and '"C": "大项分值"' in kept.read_text(encoding="utf-8")
    mapping = load_mapping(kept)
    assert mapping == load_mapping_bytes(tmp_path, mapping)
    assert cli.run(["checklist", "import", str(sheet), "-o", str(out), "--mapping", str(kept)]) == 0
    direct = import_bytes(branch_rules(), "x.xlsx", checklist_id="zb").checklist
    kept_too = load_checklist(out)[0]
    assert direct is not None and kept_too.sections == direct.sections


def load_mapping_bytes(folder: Path, mapping: Mapping) -> Mapping:
    path = folder / "again.json"
    path.write_bytes(mapping_bytes(mapping))
    return load_mapping(path)


# ------------------------------------------------------------------------- rubrics


@pytest.mark.parametrize(
    ("rubric", "expected"),
    [
        ("缺1次扣0.5分", [("缺1次", "缺{n}次", "0.5", "次", "", False)]),
        ("每缺一次扣0.5分，扣完为止", [("每缺一次", "缺{n}次", "0.5", "次", "", False)]),
        ("未建立制度的不得分", [("未建立制度", "未建立制度", "0", "", "", True)]),
        ("记录不全，每处扣0.5分，最多扣2分", [("记录不全", "记录不全{n}处", "0.5", "处", "2", False)]),
        ("记录不全扣0.5分/处", [("记录不全", "记录不全{n}处", "0.5", "处", "", False)]),
        ("每处扣１分", [("每处", "有{n}处不符合要求", "1", "处", "", False)]),
        (
            "抽考2人，每不合格1人扣1分",
            [("抽考2人，每不合格1人", "抽考2人，不合格{n}人", "1", "人", "", False)],
        ),
        ("每项工作缺1次扣1分", [("每项工作缺1次", "每项工作缺{n}次", "1", "次", "", False)]),
    ],
)
def test_rubrics_that_are_clear(rubric: str, expected: list[tuple[str, ...]]) -> None:
    reading = read_rubric(rubric, Decimal(5))
    told = [(d.label, d.sentence, str(d.points), d.unit, str(d.cap or ""), d.all) for d in reading.deductions]
    assert told == expected and reading.unread == () and not any(d.doubt for d in reading.deductions)


@pytest.mark.parametrize(
    "rubric",
    ["酌情扣分", "扣1-2分", "视情况扣1～3分", "发现问题的要扣分", "以上各项最多扣3分", "缺1次扣9分",
     "开展得5分，未开展不得分", "缺1次扣1分2次扣3分", "一次扣1分，造假全扣、扣2分", "查看资料"],
)  # fmt: skip
def test_rubrics_that_leave_room_are_not_read(rubric: str) -> None:
    reading = read_rubric(rubric, Decimal(5))
    assert reading.unread and all(unread.why for unread in reading.unread)


@pytest.mark.parametrize("rubric", ["缺勤3人以上扣2分", "每2次扣1分", "连续2个月不公开扣2分", "每艘扣1分"])
def test_rubrics_read_with_a_doubt(rubric: str) -> None:
    (deduction,) = read_rubric(rubric, Decimal(5)).deductions
    assert deduction.doubt


# ------------------------------------------------------------------------- hostile


def told_or_taken(data: bytes, name: str) -> None:
    try:
        found = import_bytes(data, name, checklist_id="abc")
    except InputFaults as error:
        assert error.faults and all(f.message and f.remedy for f in error.faults)
    else:
        assert found.checklist is not None or found.faults


def test_hostile_cells_are_only_text() -> None:
    bad = ["[/]", "[@click=app.quit]x", "\x1b]0;x\x07", "=cmd|' /C calc'!A0", "{n}{", "\u202e反", "x" * 40000]
    rows = [["检查项目", "检查内容", "分值", "评分标准"]]
    lines = ["检查项目,检查内容,分值,评分标准"]
    for text in bad:
        lines.append(f'"{text}","{text}",3,"{text}扣1分"')
        if "\x1b" not in text:
            rows.append([f"项{text}", f"内容{text}", 3, f"{text}扣1分"])
    told_or_taken("\n".join(lines).encode(), "x.csv")
    told_or_taken(book(rows), "x.xlsx")


def damaged(data: bytes, dice: random.Random) -> bytes:
    """A workbook with one of its parts changed somewhere, or the file itself."""
    if dice.random() < 0.3:
        raw = bytearray(data)
        for _ in range(dice.randint(1, 8)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        return bytes(raw[: dice.randrange(len(raw))] if dice.random() < 0.3 else raw)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        names = source.namelist()
        hit = dice.choice(
            [n for n in names if "sheet" in n or "shared" in n.lower() or "workbook" in n] or names
        )
        for name in names:
            content = bytearray(source.read(name))
            if name == hit and content:
                for _ in range(dice.randint(1, 4)):
                    at = dice.randrange(len(content))
                    content[at : at + dice.randint(0, 6)] = dice.choice(
                        [b"", b"9999999", b"<", b"&x;", b"\xff", b'"', b"A1:XFD1048576", b"=1"]
                    )
            target.writestr(name, bytes(content))
    return out.getvalue()


def fuzz(count: int, seed: int) -> None:
    dice = random.Random(seed)
    sources = [branch_rules(), safety_list()]
    for _ in range(count):
        told_or_taken(damaged(dice.choice(sources), dice), "x.xlsx")


def test_damaged_workbooks_are_told(tmp_path: Path) -> None:
    fuzz(times(150, 40), 7)


@pytest.mark.slow
def test_many_damaged_workbooks_are_told() -> None:
    fuzz(10_000, 11)


def test_mangled_csv_is_told() -> None:
    dice = random.Random(3)
    for _ in range(times(300)):
        raw = bytearray(scored_csv())
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(raw))
            raw[at : at + dice.randint(0, 3)] = bytes([dice.randrange(256)] * dice.randint(0, 3))
        told_or_taken(bytes(raw), "x.csv")


def test_random_rubrics_never_fail_and_never_take_more_than_there_is() -> None:
    dice = random.Random(5)
    signs = "缺少每次项人处扣分最多不得，；。、12一半0.5（）酌情-/{}n为止超过以上"
    words = [*signs, "扣1分", "扣完为止", "不得分"]
    for _ in range(times(4000)):
        rubric = "".join(dice.choice(words) for _ in range(dice.randint(0, 40)))
        reading = read_rubric(rubric, Decimal(3))
        assert all(d.all or 0 < d.points <= 3 for d in reading.deductions), rubric
        assert all(("{n}" in d.sentence) == bool(d.unit) for d in reading.deductions), rubric
        assert len({d.label for d in reading.deductions}) == len(reading.deductions), rubric


@pytest.mark.parametrize("long", ["每1", "扣 ", " ", "（", "（ 1", "一、", "得1", "缺1次", "1.", "检查人"])
def test_long_cells_do_not_hang_the_import(long: str) -> None:
    text = "甲" + long * (30_000 // len(long)) + "乙"
    rows = [
        ["检查项目", "检查内容", "分值", "评分标准"],
        [text, text, 3, text + "扣1分"],
        [None, text, text, text],
    ]
    told_or_taken(book(rows), "x.xlsx")
    told_or_taken(book([["检查内容", "评分标准"], ["会议", "缺1次扣1分"], [text, text]]), "x.xlsx")
