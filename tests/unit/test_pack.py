"""发包: one file readies a laptop; an amended one keeps every answer; an older or foreign one is refused."""

from __future__ import annotations

import json

import pytest
from telling_work import NOW, make_round, make_space, record, work

from inspect_tui.exchange.naming import readable_name
from inspect_tui.exchange.pack import take_pack, write_pack
from inspect_tui.exchange.planning import amend_round
from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.terms import Secrecy
from inspect_tui.store.loading import load_pack
from inspect_tui.store.workspace import Workspace


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return make_space(tmp_path / "w")


@pytest.fixture
def laptop(tmp_path):
    folder = tmp_path / "laptop"
    folder.mkdir()
    return Workspace(folder)


def test_a_pack_readies_an_empty_folder(space, laptop):
    opened = make_round(space)
    path = write_pack(space, opened.id, "第1检查组", now=NOW)
    assert path.name == "发包-2026年第四季度回头看-第1检查组-20261118.json"
    assert path.parent == space.exports_dir
    result = take_pack(laptop, path)
    assert (result.status, result.team) == ("new", "A1")
    assert Workspace.is_workspace(laptop.root)
    assert laptop.round(opened.id).raw == space.round(opened.id).raw
    assert take_pack(laptop, path).status == "known"
    pack, _, warnings = load_pack(path)
    assert pack.units == ("DG01", "DG02", "DG03") and not warnings


def test_unknown_fields_travel(space, laptop):
    opened = make_round(space)
    entry = space.round(opened.id)
    entry.raw["later"] = {"kept": [1, 2]}
    entry.raw["version"] = "1.9"
    space.save_round(entry.raw)
    take_pack(laptop, write_pack(space, opened.id, now=NOW))
    assert laptop.round(opened.id).raw["later"] == {"kept": [1, 2]}


def amended_pack(space, opened, tmp_path):
    path = space.checklists_dir / "lzrh-dxz.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["sections"][0]["items"][0]["text"] += "，并上墙公布"
    path.write_text(json.dumps(raw), encoding="utf-8")
    amend_round(space, opened.id, refresh=True)
    return write_pack(space, opened.id, path=tmp_path / "second.json", now=NOW)


def test_an_amended_pack_keeps_answers_and_counts_what_needs_a_fresh_look(space, laptop, tmp_path):
    opened = make_round(space)
    first = write_pack(space, opened.id, path=tmp_path / "first.json", now=NOW)
    take_pack(laptop, first)
    session = work(laptop, opened)
    lines = [{"unit": u, "item": i, "verdict": "pass"} for u in ("DG01", "DG02") for i in ("GW-01", "GW-02")]
    record(session, tmp_path / "l", lines)
    session.close()
    second = amended_pack(space, opened, tmp_path)
    result = take_pack(laptop, second)
    assert (result.status, result.changed, result.stale) == ("amended", (("lzrh-dxz", "GW-01"),), 2)
    assert "2项已查过，需重看" in result.messages[0]
    session = work(laptop, result.round)
    try:
        assert len(session.state.changes) == 4, "every answer is still there"
        assert session.file.round_raw == laptop.round(opened.id).raw
    finally:
        session.close()
    before = laptop.round(opened.id).raw
    older = take_pack(laptop, first)
    assert older.status == "older" and "旧的发包" in older.messages[0]
    assert laptop.round(opened.id).raw == before, "an older pack changes nothing"


def test_another_round_of_the_same_id_is_refused(space, laptop, tmp_path):
    opened = make_round(space)
    take_pack(laptop, write_pack(space, opened.id, now=NOW))
    other = make_space(tmp_path / "other")
    foreign = make_round(other)
    assert foreign.id == opened.id
    before = laptop.round(opened.id).raw
    with pytest.raises(InputFaults, match="不是同一轮"):
        take_pack(laptop, write_pack(other, foreign.id, now=NOW))
    assert laptop.round(opened.id).raw == before


def test_the_same_version_with_other_content_is_refused(space, laptop, tmp_path):
    opened = make_round(space)
    path = write_pack(space, opened.id, path=tmp_path / "p.json", now=NOW)
    take_pack(laptop, path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["round"]["title"] = "悄悄改的标题"
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(InputFaults, match="内容却和本机的不同"):
        take_pack(laptop, path)


def test_an_unknown_team_and_a_secret_round_are_refused(space):
    opened = make_round(space)
    with pytest.raises(InputFaults, match="A1（第1检查组）"):
        write_pack(space, opened.id, "A7", now=NOW)
    secret = make_round(space, secrecy=Secrecy.SECRET)
    with pytest.raises(ExportRefused, match="机要渠道"):
        write_pack(space, secret.id, now=NOW)
    assert not list(space.exports_dir.glob("*.json"))


@pytest.mark.parametrize("id_", ["../../x", "a/b", "", "..", "a" * 80])
def test_a_pack_cannot_reach_outside_its_folder(space, laptop, tmp_path, id_):
    opened = make_round(space)
    path = write_pack(space, opened.id, path=tmp_path / "p.json", now=NOW)
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["round"]["id"] = id_
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(InputFaults):
        take_pack(laptop, path)
    assert not list(tmp_path.rglob("round.json"))[1:], "nothing written anywhere else"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["发包", 'a/b\\c:d*e?f"g<h>i|j', ""], "发包-abcdefghij-20261118.json"),
        (["交卷", "  第 1 组 .", "CON"], "交卷-第1组-CON_-20261118.json"),
        (["x", "\u202e\x1b[2J"], "x-[2J-20261118.json"),
    ],
)
def test_names_are_safe(parts, expected):
    assert readable_name(parts, NOW.date(), "json") == expected


def test_long_names_keep_kind_and_date():
    name = readable_name(["交卷", "东" * 80, "检查员甲"], NOW.date(), "zip")
    assert len(name) == 60 and name.startswith("交卷-东") and name.endswith("-检查员甲-20261118.zip")
