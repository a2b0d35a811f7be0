"""Good practice and helping pairs on the command line: next round, pack, hand-in, merge, papers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from inspect_tui.cli import main as cli
from inspect_tui.demo import CURRENT, LEAD

THIRD = "2026Q3-lookback"
LED = ["--as", LEAD]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: Any, demo_at: Any) -> Any:
    patch = pytest.MonkeyPatch()
    patch.setenv("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    yield demo_at(tmp_path_factory.mktemp("d") / "demo").root
    patch.undo()


def told(capsysbinary: Any, space: Path, *words: object) -> tuple[int, str, str]:
    code = cli.run(["--workspace", str(space), *map(str, words)])
    out = capsysbinary.readouterr()
    return code, out.out.decode(), out.err.decode()


def data(capsysbinary: Any, space: Path, *words: object) -> Any:
    code, out, err = told(capsysbinary, space, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def test_the_demo_shows_a_card_two_units_took_up_and_a_pair_with_its_effect(demo, capsysbinary) -> None:
    [card] = data(capsysbinary, demo, "practice", "adopted")["cards"]
    assert (card["unit"], card["counts"]["adopted"], card["counts"]["partly"]) == ("DG01", 1, 1)
    assert [a["round"] for a in card["adopted"]] == [THIRD, THIRD]
    code, out, _ = told(capsysbinary, demo, "practice", "adopted", "--csv")
    rows = list(csv.DictReader(io.StringIO(out.lstrip("\ufeff"))))
    assert code == 0 and [r["单位"] for r in rows] == ["东沟第2党小组", "东沟第3党小组"]
    [effect] = data(capsysbinary, demo, "pair", "effect", "--date", "2026-11-21")["effects"]
    held = data(
        capsysbinary, demo, "ledger", demo / "rounds" / CURRENT, "--unit", "DG03", "--date", "2026-11-21"
    )
    assert sum(r["overdue"] for r in held["rows"]) == effect["after"][-1]["overdue"]
    assert {g["state"] for g in effect["goals"]} == {"met", "not_yet", "no_data"}
    code, out, _ = told(capsysbinary, demo, "notice", demo / "rounds" / THIRD)
    assert code == 0 and "做法，已有1个党小组采用，1个部分采用" in out


def test_from_finding_to_card_to_pack_to_answer_to_merge(demo, tmp_path, capsysbinary) -> None:
    good = data(capsysbinary, demo, "practice", "good")["good_practices"]
    finding = next(g for g in good if g["unit"] == "DG05")
    refused, _, err = told(capsysbinary, demo, "practice", "promote", "DG05")
    assert refused == 1 and "组长" in err, "the demo's user is no lead"
    card = data(capsysbinary, demo, "practice", "promote", finding["finding"], "--profile", "safety", *LED)
    assert (card["unit"], card["profiles"], card["new"]) == ("DG05", ["safety"], True)
    assert told(capsysbinary, demo, "practice", "promote", "DG05", *LED)[0] == 1, "it is a card already"
    edited = told(
        capsysbinary, demo, "practice", "edit", card["id"], "--how", "先定人", "--all-profiles", *LED
    )
    assert edited[0] == 0
    added = data(
        capsysbinary, demo, "pair", "add", "DG05", "--department", "生产技术室", "--from", "2026-11-21",
        "--until", "2027-12-31", "--score", "95", "--goal", "每月到站一次", *LED,
    )  # fmt: skip
    assert told(capsysbinary, demo, "pair", "add", "DG05", "--helper", "DG05", "--until", "2027-12-31",
                "--goal", "x", *LED)[0] == 1  # fmt: skip
    assert told(capsysbinary, demo, "pair", "suggest")[0] == 1, "for leads only"
    assert data(capsysbinary, demo, "pair", "suggest", *LED)["candidates"]

    opened = data(
        capsysbinary, demo, "round", "new", "--title", "2027年第一季度回头看", "--start", "2027-03-15",
        "--end", "2027-03-19", "--from", CURRENT, "--unit", "DG01", "--unit", "DG05",
        "--checklist", "lzrh-dxz", "--lead", LEAD, *LED,
    )  # fmt: skip
    assert opened["cards"] == 2 and opened["pairs"] >= 1
    following = opened["round"] if isinstance(opened.get("round"), str) else opened["id"]
    pack = tmp_path / "发包.json"
    code, _, err = told(capsysbinary, demo, "round", "pack", following, "-o", pack)
    assert code == 0, err
    laptop = tmp_path / "laptop"
    assert told(capsysbinary, laptop, "init", laptop)[0] == 0
    assert told(capsysbinary, laptop, "round", "take", pack)[0] == 0
    cards = {
        c["id"]: c for c in data(capsysbinary, laptop, "practice", "list", "--round", following)["cards"]
    }
    assert cards[card["id"]]["how"] == "先定人" and cards[card["id"]]["profiles"] == []
    here = ["--round", following, "--as", "检查员甲"]
    assert told(capsysbinary, laptop, "practice", "answer", "DG05", card["id"], "adopted", *here)[0] == 1
    assert told(capsysbinary, laptop, "practice", "answer", "DG01", card["id"], "adopted", *here)[0] == 1
    said = ["practice", "answer", "DG01", card["id"], "adopted", "--basis", "现场看了两次", *here]
    assert told(capsysbinary, laptop, *said)[0] == 0
    file = tmp_path / "交卷.zip"
    code, _, err = told(capsysbinary, laptop, "hand-in", *here, "-o", file)
    assert code == 0, err
    merged = told(capsysbinary, demo, "merge", file, "--take", "--round", following)
    assert merged[0] == 0, merged[2]
    cards = {c["id"]: c for c in data(capsysbinary, demo, "practice", "list", "--round", following)["cards"]}
    assert [(a["unit"], a["uptake"]) for a in cards[card["id"]]["adopted"]] == [("DG01", "adopted")]
    book = tmp_path / "特色.xlsx"
    assert told(capsysbinary, demo, "practice", "register", "--round", following, "-o", book)[0] == 0
    rows = [[c.value or "" for c in row] for row in openpyxl.load_workbook(book).active.rows]
    assert any(row[0] == "东沟第1党小组" and cards[card["id"]]["title"] in row[4] for row in rows)

    changed = told(
        capsysbinary, demo, "pair", "goal", added["id"], "--met", "每月到站一次", "--round", following, *LED
    )
    assert changed[0] == 0, changed[2]
    effects = data(capsysbinary, demo, "pair", "effect", "--date", "2027-03-20")["effects"]
    [effect] = [e for e in effects if e["id"] == added["id"]]
    assert effect["goals"][1]["state"] == "met" and effect["after"][0]["round"] == following
    assert effect["after"][0]["score"] is None and effect["gained"] is None, "nobody has been there yet"
    paper = tmp_path / "成效.docx"
    assert told(capsysbinary, demo, "pair", "effect", "--date", "2027-03-20", "-o", paper)[0] == 0
    assert paper.read_bytes()[:2] == b"PK"
    ended = told(capsysbinary, demo, "pair", "end", added["id"], "--on", "2027-03-20", "--reason", "已赶上",
                 "--round", following, *LED)  # fmt: skip
    assert ended[0] == 0, ended[2]
    assert told(capsysbinary, demo, "practice", "withdraw", card["id"], "--round", following, *LED)[0] == 0
    assert len(data(capsysbinary, demo, "practice", "list", "--round", following)["cards"]) == 1
    code, _, err = told(capsysbinary, demo, "verify", demo / "rounds" / following)
    assert code == 0, err
