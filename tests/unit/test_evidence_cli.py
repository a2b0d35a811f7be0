"""`inspect-tui evidence` and the contact sheet: everything by command, nothing private on paper."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile

import pytest
from evidence_work import DEVICE, PLACE, jpeg, png
from telling_work import check_golden, make_round, make_space, record, work

from inspect_tui.cli.main import run
from inspect_tui.model.change import answer_key
from inspect_tui.model.evidence import Piece
from inspect_tui.model.terms import EvidenceKind, NamingLevel, Secrecy
from inspect_tui.report.contact_sheet import contact_sheet
from inspect_tui.report.papers.setting import set_document
from inspect_tui.report.telling import Held
from inspect_tui.rules.evidence import all_evidence, attach
from inspect_tui.store import viewer
from inspect_tui.store.evidence import keep, look

AS = ["--as", "检查员甲"]


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "w")
    held = work(space, make_round(space))
    lines = [
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"label": "未按月修订"}]},
        {"unit": "DG01", "good_practices": [{"text": "责任上墙"}]},
    ]
    record(held, tmp_path / "lines", lines)
    held.close()
    monkeypatch.chdir(space.root)
    for name, data in (("IMG 1.jpg", jpeg()), ("b.png", png(8, 6)), ("记录.docx", b"PK\x03\x04 office")):
        path = tmp_path / name
        path.write_bytes(data)
        os.utime(path, (1_795_000_000, 1_795_000_000))
    return space


def told(capsys, *words, code=0):
    assert run(list(map(str, words))) == code, capsys.readouterr().err
    return capsys.readouterr()


def asked(capsys, *words, code=0):
    return json.loads(told(capsys, *words, "--json", code=code).out)


def test_add_list_check_remove(space, tmp_path, capsys):
    photo, other = tmp_path / "IMG 1.jpg", tmp_path / "b.png"
    made = asked(
        capsys,
        "evidence",
        "add",
        photo,
        other,
        "--unit",
        "DG01",
        "--item",
        "GW-02",
        "--caption",
        "9月清单",
        *AS,
    )
    assert (made["record"], made["added"], made["known"]) == ("answer/DG01/lzrh-dxz/GW-02", 2, 0)
    again = asked(capsys, "evidence", "add", photo, "--unit", "DG01", "--item", "lzrh-dxz/GW-02",
                  "--caption", "9月清单", *AS)  # fmt: skip
    assert (again["added"], again["known"]) == (0, 1)
    out = told(capsys, "evidence", "add", "--reference", "会议记录本第12页", "--unit", "DG01",
               "--item", "GW-02", *AS).out  # fmt: skip
    assert out == "加了1件佐证。\n"
    rows = asked(capsys, "evidence", "list", "--unit", "DG01")["evidence"]
    assert [(r["kind"], r["state"]) for r in rows].count(("photo", "ok")) == 2 and len(rows) == 3
    assert {r["name"] for r in rows} == {"IMG 1.jpg", "b.png", ""}
    lines = told(capsys, "evidence", "list").out.splitlines()
    assert lines[-1] == "共3件佐证。" and any("照片“9月清单”（IMG 1.jpg，1KB）" in line for line in lines)
    assert told(capsys, "evidence", "check").out == "核对了3件佐证，都在，都没有改动。\n"
    folder = space.root / "rounds" / "2026Q4-lookback" / "evidence"
    gone = next(r for r in rows if r["name"] == "b.png")
    (folder / gone["file"]).write_bytes(png(8, 6)[:-1] + b"!")
    bad = asked(capsys, "evidence", "check", code=1)
    assert (bad["ok"], bad["checked"], [f["state"] for f in bad["faults"]]) == (False, 3, ["altered"])
    assert not asked(capsys, "verify", folder.parent, code=1)["ok"]
    told(capsys, "evidence", "remove", gone["id"], "--unit", "DG01", *AS)
    assert told(capsys, "evidence", "check").out.startswith("核对了2件")
    assert (
        "没有这个编号的佐证"
        in told(capsys, "evidence", "remove", gone["id"], "--unit", "DG01", *AS, code=1).err
    )


def test_files_that_no_record_names_are_told_and_cleared_when_asked(space, tmp_path, capsys):
    told(capsys, "evidence", "add", tmp_path / "b.png", "--unit", "DG01", "--item", "GW-02", *AS)
    folder = space.root / "rounds" / "2026Q4-lookback" / "evidence"
    (named,) = (p.name for p in folder.iterdir())
    left = keep(folder.parent, look(tmp_path / "IMG 1.jpg"), "w")
    assert asked(capsys, "evidence", "check")["unused"] == [], "it may be about to be named"
    for path in folder.iterdir():
        os.utime(path, (1_795_000_000 - 10**8,) * 2)
    found = asked(capsys, "evidence", "check")
    assert (found["unused"], found["cleared"]) == ([f"{left.sha256}.jpg"], False)
    assert "另有1个文件没有记录提到，已删掉" in told(capsys, "evidence", "check", "--clear").err
    assert [p.name for p in folder.iterdir()] == [named]


def test_evidence_on_a_finding_and_on_a_verification(space, tmp_path, capsys):
    finding = "finding/DG01/lzrh-dxz/GW-02/未按月修订"
    photo = tmp_path / "IMG 1.jpg"
    assert (
        asked(capsys, "evidence", "add", photo, "--unit", "DG01", "--finding", finding, "--scan", *AS)[
            "evidence"
        ][0]["kind"]
        == "scan"
    )
    number = asked(capsys, "ledger", "rounds/2026Q4-lookback")["rows"][0]["number"]
    made = asked(capsys, "evidence", "add", photo, "--unit", "DG01", "--problem", number, *AS)
    assert made["record"].startswith("rect/DG01/")
    row = asked(capsys, "ledger", "rounds/2026Q4-lookback")["rows"][0]
    assert row["evidence"] == ["扫描件“IMG 1.jpg”", "照片“IMG 1.jpg”"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--item", "GW-99"], 1, "本单位的清单没有这一项"),
        (["--finding", "finding/DG02/~ab"], 1, "没有这条问题或做法"),
        (["--finding", "finding/DG01/~ab"], 1, "没有这条问题或做法"),
        (["--problem", "999"], 1, "没有这个编号的问题"),
        ([], 2, "写明挂在哪里"),
        (["--item", "GW-02", "--problem", "1"], 2, "写明挂在哪里"),
    ],
)
def test_a_place_that_is_none_is_refused_and_nothing_is_copied(space, tmp_path, capsys, words, code, said):
    done = told(capsys, "evidence", "add", tmp_path / "b.png", "--unit", "DG01", *words, *AS, code=code)
    assert said in done.err
    assert not (space.root / "rounds" / "2026Q4-lookback" / "evidence").exists()


def test_one_bad_file_keeps_all_out_and_check_says_so_beforehand(space, tmp_path, capsys):
    bad = tmp_path / "run.exe"
    bad.write_bytes(b"MZ")
    words = ["--unit", "DG01", "--item", "GW-02", *AS]
    assert "不能作佐证" in told(capsys, "evidence", "add", tmp_path / "b.png", bad, *words, code=1).err
    assert "请写文件" in told(capsys, "evidence", "add", *words, code=2).err
    assert told(capsys, "evidence", "list").out == "没有佐证。\n"
    faults = asked(capsys, "evidence", "check", tmp_path / "b.png", bad, code=1)["faults"]
    assert [f["file"] for f in faults] == [str(bad)]
    assert "都可以作佐证" in told(capsys, "evidence", "check", tmp_path / "b.png").out


def test_open_uses_the_systems_viewer_and_says_when_there_is_none(space, tmp_path, capsys, monkeypatch):
    started = []
    monkeypatch.setattr(viewer.sys, "platform", "linux")
    monkeypatch.setattr(viewer.subprocess, "Popen", lambda command, **quiet: started.append(command))
    monkeypatch.setattr(viewer.shutil, "which", lambda name: "/opt/gio" if name == "gio" else None)
    words = ["--unit", "DG01", "--item", "GW-02", *AS]
    (piece,) = asked(capsys, "evidence", "add", tmp_path / "b.png", *words)["evidence"]
    ident = piece["sha256"][:16]
    told(capsys, "evidence", "open", ident, "--unit", "DG01")
    ((program, act, path),) = started
    assert (program, act) == ("/opt/gio", "open") and path.endswith(f"{piece['sha256']}.png")
    monkeypatch.setattr(viewer.shutil, "which", lambda name: None)
    assert "没有能打开它的程序" in told(capsys, "evidence", "open", ident, "--unit", "DG01", code=1).err
    (space.root / "rounds" / "2026Q4-lookback" / "evidence" / f"{piece['sha256']}.png").unlink()
    assert "文件未到" in told(capsys, "evidence", "open", ident, "--unit", "DG01", code=1).err


# -------------------------------------------------------------------- the sheet


@pytest.fixture
def filled(space, tmp_path):
    """Four pieces at one item, attached by a fixed clock so that their order stands."""
    held = work(space, space.rounds()[0].round)
    told_ = {
        "IMG 1.jpg": ("检查员甲发现，韩守信说明", "检查员乙拍"),
        "b.png": ("", ""),
        "记录.docx": ("东沟第1党小组[/]会议记录", ""),
    }
    pieces = [Piece(kind=EvidenceKind.REFERENCE, reference="见党建平台")]
    for name, (caption, source) in told_.items():
        kept = keep(space.round_dir(held.round.id), look(tmp_path / name), held.writer)
        pieces.append(kept.piece(caption=caption, source=source))
    for piece in pieces:
        held.commit(attach(held.state, answer_key("DG01", "lzrh-dxz", "GW-02"), piece), "加佐证")
    held.close()
    return space


def sheet_of(space, level=NamingLevel.INTERNAL, units=()):
    session = work(space, space.rounds()[0].round)
    try:
        held = Held(round=session.round, state=session.state, people=("韩守信",))
        return contact_sheet(held, space.round_dir(session.round.id), level, "2026年11月20日", units), held
    finally:
        session.close()


def test_the_sheet_reads_as_it_should(filled, update_goldens):
    made, _ = sheet_of(filled)
    assert (made.pictures, made.listed) == (2, 2)
    assert made.warnings == ("1件不是JPG或PNG图片，不印在图册里，只列了名目。",)
    html = set_document(made.doc, "html")
    body = html[html.index(b"<body>") :]
    check_golden("contact-sheet.html", re.sub(rb'base64,[^"]+', b"base64,...", body), update_goldens)
    assert b"img-src data:" in html and b"<script" not in html
    assert set_document(made.doc, "md").decode().count("GW-02") == 4


def test_no_copy_that_leaves_says_where_with_what_or_by_whom_a_photo_was_taken(filled):
    made, held = sheet_of(filled)
    assert any(e.piece.name == "IMG 1.jpg" for e in all_evidence(held.state))
    docx = set_document(made.doc, "docx")
    assert docx == set_document(made.doc, "docx"), "the same sheet gives the same bytes"
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        media = {n: archive.read(n) for n in archive.namelist() if n.startswith("word/media/")}
        core = archive.read("docProps/core.xml").decode()
        document = archive.read("word/document.xml").decode()
    assert sorted(media) == ["word/media/image1.jpg", "word/media/image2.png"]
    assert not [
        secret for data in media.values() for secret in (PLACE, DEVICE, b"Exif", b"tEXt") if secret in data
    ]
    assert "检查员" not in core and re.search(r"<dc:creator>\s*</dc:creator>|<dc:creator/>", core)
    assert document.count("<pic:pic") == 2 and 'rot="5400000"' in document
    folder = filled.root / "rounds" / "2026Q4-lookback" / "evidence"
    assert any(PLACE in p.read_bytes() for p in folder.iterdir()), "the workspace keeps the original"
    # Names of the round's own folder are hashes: nothing there tells whose photo it is.
    assert all(re.fullmatch(r"[0-9a-f]{64}\.(jpg|png|docx)", p.name) for p in folder.iterdir())


def test_naming_levels_hide_people_units_and_file_names(filled):
    told_ = {
        level: set_document(sheet_of(filled, level)[0].doc, "md").decode()
        for level in (NamingLevel.INTERNAL, NamingLevel.SECRETARY, NamingLevel.GROUP)
    }
    assert all(
        word in told_[NamingLevel.INTERNAL] for word in ("检查员乙", "韩守信", "东沟第1党小组", "记录.docx")
    )
    secretary = told_[NamingLevel.SECRETARY]
    assert "东沟第1党小组" in secretary and "韩某" in secretary
    assert not [word for word in ("检查员乙", "韩守信", "记录.docx") if word in secretary]
    group = told_[NamingLevel.GROUP]
    assert not [word for word in ("检查员", "韩", "东沟第1党小组", "记录.docx", "IMG") if word in group]
    assert "有关单位" in group and ".docx" in group.replace("\\", "")
    warnings = sheet_of(filled, NamingLevel.GROUP)[0].warnings
    assert any("逐张看一遍" in warning for warning in warnings)


def test_a_missing_file_is_listed_another_unit_has_none_and_secrets_are_refused(filled, tmp_path, capsys):
    folder = filled.root / "rounds" / "2026Q4-lookback" / "evidence"
    next(folder.glob("*.png")).unlink()
    made, _ = sheet_of(filled)
    assert (made.pictures, made.listed) == (1, 3) and "1件佐证的文件不在" in made.warnings[0]
    empty, _ = sheet_of(filled, units=("DG02",))
    assert (empty.pictures, empty.listed) == (0, 0) and "没有佐证。" in set_document(empty.doc, "md").decode()
    out = tmp_path / "册.docx"
    assert asked(capsys, "evidence", "sheet", "-o", out, "--unit", "DG01")["pictures"] == 1 and out.is_file()
    assert "请写成" in told(capsys, "evidence", "sheet", "-o", tmp_path / "x.pdf", code=2).err
    make_round(filled, secrecy=Secrecy.SECRET, title="涉密的一轮")
    newest = next(e.id for e in filled.rounds() if e.round.title == "涉密的一轮")
    done = told(capsys, "evidence", "sheet", "-o", tmp_path / "y.docx", "--round", newest, code=1)
    assert "密级" in done.err and not (tmp_path / "y.docx").exists()
