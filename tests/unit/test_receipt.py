"""Receipts and erasure over whole workspaces: three laptops, out and back, with nothing asked twice."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from telling_work import NOW, make_round, make_space, record, write_lines

from inspect_tui.cli.main import run
from inspect_tui.exchange import received
from inspect_tui.exchange.erasing import erase_change, sweep
from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.merging import merge
from inspect_tui.exchange.pack import take_pack, write_pack
from inspect_tui.exchange.receipt import (
    inspectors,
    open_receipt,
    read_receipt,
    tell,
    told_lines,
    write_receipt,
)
from inspect_tui.exchange.record import record_file
from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.exchange.verifying import verify_all
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Role, Secrecy, Verdict
from inspect_tui.rules import actions
from inspect_tui.rules.deciding import decide, questions
from inspect_tui.rules.reading import read_answer, read_visit
from inspect_tui.rules.reviewing import accept, return_unit, returned_items
from inspect_tui.store.findings import read_findings
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.desk import Desk, VisitAccepted

LIST = "lzrh-dxz"


class Laptop:
    """A workspace on a machine of its own."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, root: Path, name: str, role: Role = Role.INSPECTOR
    ) -> None:
        self.monkeypatch, self.root, self.name = monkeypatch, root, name
        self.identity = Identity(name=name, team="A1", role=role)
        self.minutes = 0
        self.here()
        self.space = make_space(root / name)
        self.space.save_identity(self.identity)

    def here(self) -> None:
        self.monkeypatch.setenv("INSPECT_TUI_HOME", str(self.root / f"home-{self.name}"))

    def clock(self) -> dt.datetime:
        self.minutes += 1
        return NOW + dt.timedelta(minutes=self.minutes)

    def open(self, round_id: str) -> Session:
        self.here()
        return Session.open(self.space, round_id, self.space.identity() or self.identity, self.clock)

    def run(self, capsysbinary: Any, *words: str) -> tuple[int, str, str]:
        self.here()
        code = run(["--workspace", str(self.space.root), *words])
        out = capsysbinary.readouterr()
        return code, out.out.decode(), out.err.decode()


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Laptop, Laptop, Laptop, str]:
    """A lead who opened the round and two inspectors who took the pack."""
    lead = Laptop(monkeypatch, tmp_path, "检查员乙", Role.LEAD)
    round_ = make_round(lead.space)
    pack = write_pack(lead.space, round_.id, None, None, now=NOW)
    others = []
    for name in ("检查员甲", "检查员丙"):
        laptop = Laptop(monkeypatch, tmp_path, name)
        take_pack(laptop.space, pack)
        others.append(laptop)
    return lead, *others, round_.id


def works(laptop: Laptop, round_id: str, lines: list[Any]) -> Path:
    """Record lines and hand in."""
    session = laptop.open(round_id)
    try:
        record_file(session, write_lines(laptop.root / "lines", lines))
        return hand_in(session, laptop.root / f"{laptop.name}-{laptop.minutes}.zip").path
    finally:
        session.close()


def takes(lead: Laptop, round_id: str, *paths: Path) -> None:
    lead.here()
    found = received.scan_for(lead.space, round_id, list(paths))
    assert found.ok, [f.reason for f in found.files]
    received.take(lead.space, round_id, found, lead.name, lead.clock())


def answer(session: Session, unit: str, item: str) -> Any:
    held = session.round.item(LIST, item)
    assert held is not None
    return read_answer(session.state, unit, LIST, held)


FIRST = [
    {"unit": "DG01", "item": "GW-01", "verdict": "pass"},
    {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"label": "未按月修订"}]},
    {"unit": "DG01", "findings": [{"text": "牌子旧了"}]},
]
SECOND = [
    {"unit": "DG01", "item": "GW-01", "verdict": "fail"},
    {"unit": "DG01", "item": "GW-02", "verdict": "pass"},
    {"unit": "DG02", "item": "GW-01", "verdict": "pass"},
]


def test_the_loop_of_three_laptops_ends_without_a_stale_question(team) -> None:
    lead, one, two, round_id = team
    handed = works(one, round_id, FIRST), works(two, round_id, SECOND)
    takes(lead, round_id, *handed)
    session = lead.open(round_id)
    for question in questions(session.state, session.round):
        mine = next(s for s in question.sides if "检查员甲" in s.by)
        session.commit([decide(session.state, question, mine, "看过原件")], "裁定")
    key = next(r for r in session.state.records("DG01") if "~" in r)
    session.commit([actions.set_field(session.state, key, "text", "责任牌陈旧")], "改文字")
    edits = return_unit(session.state, "DG01", "有一项没写清", {(LIST, "GW-02"): "请写明缺哪几个月"})
    session.commit(edits, "退回")
    session.flush()
    assert inspectors(session) == ["检查员丙", "检查员甲"]
    receipts = {name: write_receipt(session, name, lead.root) for name in inspectors(session)}
    assert receipts["检查员甲"].name == "回执-检查员甲-20261118.json"
    told = "\n".join(told_lines(session.round, read_receipt(receipts["检查员甲"]).told))
    for word in (
        "已退回",
        "有一项没写清",
        "请写明缺哪几个月",
        "组长裁定",
        "看过原件",
        "责任牌陈旧",
        "原为“牌子旧了”",
    ):
        assert word in told
    session.close()
    assert verify_all(receipts["检查员甲"]).doubts == (), "an excerpt has no gaps to complain of"

    one.here()
    taken = open_receipt(one.space, receipts["检查员甲"], "检查员甲", one.clock())
    assert taken.new and [(r.item, r.reason) for r in taken.returned] == [("GW-02", "请写明缺哪几个月")]
    assert taken.messages == ()
    again = open_receipt(one.space, receipts["检查员甲"], "检查员甲", one.clock())
    assert again.new == 0 and again.returned == taken.returned
    session = one.open(round_id)
    assert read_visit(session.state, "DG01").returned and answer(session, "DG01", "GW-02").returned
    desk = Desk(session)
    item = session.round.item(LIST, "GW-02")
    judgement = actions.with_deduction(
        item, answer(session, "DG01", "GW-02").judgement, Verdict.FAIL, "未按月修订", 2
    )
    desk.commit("DG01", [actions.judge(session.state, "DG01", LIST, item, judgement)], "改结论")
    assert returned_items(session.state, "DG01") == []
    desk.commit("DG01", [actions.submit(session.state, "DG01")], "提交")
    session.flush()
    back = hand_in(session, one.root / "back.zip").path
    session.close()

    takes(lead, round_id, back)
    session = lead.open(round_id)
    open_now = questions(session.state, session.round)
    assert [(q.item, {s.by for s in q.sides}) for q in open_now] == [
        ("GW-02", {("检查员乙",), ("检查员甲",)})
    ], "only what was judged anew after the decision is asked"
    session.commit(
        [
            decide(
                session.state, open_now[0], next(s for s in open_now[0].sides if "检查员甲" in s.by), "改对了"
            )
        ],
        "裁定",
    )
    assert read_visit(session.state, "DG01").submitted
    session.commit(accept(session.state, "DG01"), "认可")
    session.flush()
    # Everything once more, old files included: nothing is asked again.
    takes(lead, round_id, back, *receipts.values(), *handed)
    session.reload()
    assert questions(session.state, session.round) == []
    with pytest.raises(VisitAccepted):
        Desk(session).commit("DG01", [actions.submit(session.state, "DG01")], "再交")
    final = write_receipt(session, "检查员甲", lead.root / "last.json")
    session.close()

    one.here()
    assert open_receipt(one.space, final, "检查员甲", one.clock()).returned == ()
    session = one.open(round_id)
    assert read_visit(session.state, "DG01").accepted and questions(session.state, session.round) == []
    with pytest.raises(InputFaults, match="认可"):
        record(session, one.root / "l", [{"unit": "DG01", "item": "GW-01", "verdict": "pass"}])
    session.close()


def test_record_settles_a_return_as_the_screen_does(team) -> None:
    lead, one, _, round_id = team
    takes(lead, round_id, works(one, round_id, FIRST))
    session = lead.open(round_id)
    session.commit(return_unit(session.state, "DG01", "", {(LIST, "GW-02"): "请写明"}), "退回")
    path = write_receipt(session, "检查员甲", lead.root)
    session.close()
    one.here()
    open_receipt(one.space, path, "检查员甲", one.clock())
    works(one, round_id, [{"unit": "DG01", "item": "GW-02", "verdict": "partial"}])
    session = one.open(round_id)
    assert returned_items(session.state, "DG01") == []
    session.close()


def test_a_receipt_is_a_pure_function_of_the_changes_and_holds_no_other_units(team) -> None:
    lead, one, two, round_id = team
    takes(lead, round_id, works(one, round_id, FIRST), works(two, round_id, SECOND))
    session = lead.open(round_id)
    session.commit(return_unit(session.state, "DG02", "没有写"), "退回")
    session.commit(return_unit(session.state, "DG01", "没有写"), "退回")
    first = write_receipt(session, "检查员甲", lead.root / "a.json").read_bytes()
    assert write_receipt(session, "检查员甲", lead.root / "b.json").read_bytes() == first
    assert {t.unit for t in read_receipt(lead.root / "a.json").told} == {"DG01"}
    assert "DG02" not in json.dumps([c.get("body") for c in json.loads(first)["changes"].values()])
    other = read_receipt(write_receipt(session, "检查员丙", lead.root / "c.json"))
    assert {t.unit for t in other.told} == {"DG01", "DG02"}
    with pytest.raises(InputFaults, match="没有这个人"):
        write_receipt(session, "没有这人")
    assert tell(session.state, session.round, session.writer, ["没有这个单位"]) == []
    session.close()


def test_what_is_no_receipt_or_not_for_this_round_is_refused(team, tmp_path, monkeypatch) -> None:
    lead, one, two, round_id = team
    zipped = works(one, round_id, FIRST)
    takes(lead, round_id, zipped)
    out = tmp_path / "merged.json"
    merge([zipped], out)
    one.here()
    with pytest.raises(InputFaults, match="不是回执"):
        open_receipt(one.space, out, "检查员甲", one.clock())
    session = lead.open(round_id)
    with pytest.raises(InputFaults, match="还没有"):
        write_receipt(session, "检查员甲", lead.root)
    session.commit(return_unit(session.state, "DG01", "没有写"), "退回")
    path = write_receipt(session, "检查员甲", lead.root)
    session.close()
    stranger = Laptop(monkeypatch, tmp_path, "外人")
    with pytest.raises(InputFaults, match="没有回执所说的这一轮"):
        open_receipt(stranger.space, path, "外人", NOW)
    two.here()
    assert "给检查员甲的" in open_receipt(two.space, path, "检查员丙", two.clock()).messages[0]


def test_a_secret_round_gives_no_receipt(tmp_path, monkeypatch) -> None:
    lead = Laptop(monkeypatch, tmp_path, "检查员乙", Role.LEAD)
    round_ = make_round(lead.space, secrecy=Secrecy.SECRET)
    session = lead.open(round_.id)
    with pytest.raises(ExportRefused):
        write_receipt(session, "检查员甲")
    session.close()


# -------------------------------------------------------------------- erasing for good

PRIVATE = "电话13800000000"


def _everywhere(space: Workspace) -> list[str]:
    return sorted(p.name for p in space.root.rglob("*") if p.is_file() and PRIVATE.encode() in p.read_bytes())


def test_an_erased_text_is_gone_from_every_file_this_laptop_may_write(team, tmp_path) -> None:
    lead, one, _, round_id = team
    lines = [*FIRST, {"unit": "DG01", "findings": [{"text": PRIVATE}]}]
    old = works(one, round_id, lines)
    works(lead, round_id, [{"unit": "DG03", "findings": [{"text": PRIVATE}]}])
    takes(lead, round_id, old)
    before = received.journal(lead.space, round_id)
    session = lead.open(round_id)
    session.fold()
    targets = [
        k.id for k in session.state.changes.values() if any(PRIVATE in str(e.value) for e in k.body.edits)
    ]
    assert len(targets) == 2
    for target in targets:
        told = erase_change(session, target, "写了个人信息")
        assert told.left == () and told.messages == ()
    (entry,) = received.journal(lead.space, round_id)
    assert entry.sha256 != before[0].sha256 and entry.brought == before[0].sha256 and "彻底删除" in entry.note
    assert sweep(session).rewritten == (), "nothing left to do"
    assert not any(PRIVATE in f.text for u in ("DG01", "DG03") for f in _findings(session, u))
    assert questions(session.state, session.round) == []
    path = session.file.path
    receipt = write_receipt(session, "检查员甲", lead.root)
    session.close()
    assert _everywhere(lead.space) == []
    assert PRIVATE.encode() not in receipt.read_bytes()
    checked = verify_all(path)
    assert checked.doubts == () and [e.reason for e in checked.erased] == ["写了个人信息"]
    for copy, entry in ((p, e) for p, e in received.active_files(lead.space.round_dir(round_id))):
        assert received.is_as_received(copy, entry) and verify_all(copy).doubts == ()

    # The inspector's own laptop obeys when the receipt comes, and what it hands in then is clean.
    assert _everywhere(one.space)
    one.here()
    open_receipt(one.space, receipt, "检查员甲", one.clock())
    session = one.open(round_id)
    assert any("彻底删除" in m for m in session.messages)
    back = hand_in(session, tmp_path / "back.zip").path
    session.close()
    assert _everywhere(one.space) == []

    # Merging the old file again brings nothing back.
    takes(lead, round_id, back)
    out = tmp_path / "out.json"
    merge([old, path, back, receipt], out)
    assert PRIVATE.encode() not in out.read_bytes() and verify_all(out).doubts == ()
    other = tmp_path / "other.json"
    merge([receipt, back, path, old, out], other)
    assert other.read_bytes() == out.read_bytes()


def _findings(session: Session, unit: str) -> Any:
    from inspect_tui.rules.applicability import checklists_for
    from inspect_tui.rules.reading import findings_of_unit

    held = session.round.unit(unit)
    return findings_of_unit(session.state, session.round, unit, checklists_for(session.round, held))


def test_a_crash_before_the_bodies_went_is_made_good_at_the_next_opening(team) -> None:
    lead, _, _, round_id = team
    works(lead, round_id, [{"unit": "DG01", "findings": [{"text": PRIVATE}]}])
    session = lead.open(round_id)
    target = next(k.id for k in session.state.changes.values() if PRIVATE in str(k.body.edits))
    from inspect_tui.rules.erasing import erase

    session.commit(erase(session.state, session.round, target, "误写"), "彻底删除")
    session.flush()
    session.file.abandon()
    session = lead.open(round_id)
    assert read_findings(session.file.path).changes[0].body is None
    session.close()
    assert [n for n in _everywhere(lead.space)] == []


def test_another_writers_file_in_a_shared_folder_is_named_and_left_alone(team) -> None:
    lead, one, _, round_id = team
    works(one, round_id, [{"unit": "DG01", "findings": [{"text": PRIVATE}]}])
    shared = next(one.space.round_dir(round_id).glob("????????????.json"))
    copy = lead.space.round_dir(round_id) / shared.name
    shutil.copy(shared, copy)
    data = copy.read_bytes()
    session = lead.open(round_id)
    target = next(k.id for k in session.state.changes.values() if PRIVATE in str(k.body.edits))
    told = erase_change(session, target, "误写")
    session.close()
    assert told.left == (shared.name,) and copy.read_bytes() == data


# -------------------------------------------------------------------- the command line


def test_the_lead_decides_reviews_freezes_and_erases_from_the_command_line(
    team, capsysbinary, tmp_path
) -> None:
    lead, one, two, round_id = team
    takes(
        lead,
        round_id,
        works(one, round_id, FIRST),
        works(two, round_id, [*SECOND, {"unit": "DG01", "findings": [{"text": "牌子旧了。"}]}]),
    )
    code, out, err = lead.run(capsysbinary, "decide", "--list")
    assert code == 0 and "共2处待裁定" in out and "检查员甲" in out and err == ""
    code, out, _ = lead.run(capsysbinary, "decide", "--list", "--json")
    listed = json.loads(out)["questions"]
    assert [q["item"] for q in listed] == ["GW-02", "GW-01"] or [q["item"] for q in listed] == [
        "GW-01",
        "GW-02",
    ]
    code, out, err = lead.run(capsysbinary, "round", "freeze")
    assert code == 1 and "不能封存" in err and "GW-01" in err

    code, _, err = lead.run(capsysbinary, "decide", "--take", listed[0]["id"], "left")
    assert code == 1 and "理由" in err
    code, out, _ = lead.run(capsysbinary, "decide", "--take", "1", "3", "--reason", "看过")
    assert code == 1
    code, _, err = lead.run(
        capsysbinary, "decide", "--third", "1", "--verdict", "pass", "--deduction", "x=2", "--reason", "看过"
    )
    assert code == 1 and "扣分项" in err
    code, out, _ = lead.run(
        capsysbinary, "decide", "--third", "1", "--verdict", "na", "--reason", "没有这项工作", "--json"
    )
    assert code == 0 and json.loads(out)["left"] == 1
    words = ("decide", "--bulk", "--inspector", "检查员甲", "--section", "GW", "--unit", "DG01")
    code, out, _ = lead.run(capsysbinary, *words)
    assert code == 0 and "将裁定1个单位1处" in out
    code, out, _ = lead.run(capsysbinary, *words, "--yes", "--reason", "甲看得细", "--json")
    assert code == 0 and json.loads(out)["done"]
    assert "没有待裁定" in lead.run(capsysbinary, "decide")[1]

    pairs = json.loads(lead.run(capsysbinary, "join", "--json")[1])["pairs"]
    assert len(pairs) == 1 and pairs[0]["similarity"] == 100
    assert lead.run(capsysbinary, "join", "--pair", "1")[0] == 0
    joined = json.loads(lead.run(capsysbinary, "join", "--json")[1])
    assert joined["pairs"] == [] and len(joined["joined"][0]["texts"]) == 2
    assert lead.run(capsysbinary, "join", "--apart", joined["joined"][0]["codes"][1])[0] == 0
    assert json.loads(lead.run(capsysbinary, "join", "--json")[1])["pairs"] == pairs

    code, _, err = lead.run(capsysbinary, "review", "--unit", "DG01", "--accept")
    assert code == 1 and "还没有提交" in err
    code, _, err = lead.run(capsysbinary, "review", "--unit", "DG01", "--item", "XX-99=不清楚")
    assert code == 1 and "XX-99" in err
    code, out, _ = lead.run(
        capsysbinary, "review", "--unit", "DG01", "--return", "补写", "--item", "GW-02=缺哪几个月", "--json"
    )
    assert code == 0 and json.loads(out)["returned"] == [
        {"checklist": LIST, "item": "GW-02", "reason": "缺哪几个月"}
    ]
    code, out, _ = lead.run(capsysbinary, "receipt", "-o", str(tmp_path / "out"), "--json")
    assert code == 0
    receipts = {row["inspector"]: row["path"] for row in json.loads(out)["receipts"]}
    code, out, _ = one.run(capsysbinary, "receipt", receipts["检查员甲"])
    assert code == 0 and "退回1项" in out and "缺哪几个月" in out
    code, out, _ = one.run(capsysbinary, "receipt", receipts["检查员甲"], "--json")
    assert code == 0 and json.loads(out)["new"] == 0 and len(json.loads(out)["returned"]) == 1

    code, _, err = one.run(capsysbinary, "round", "freeze")
    assert code == 1 and "只有组长" in err
    code, out, _ = lead.run(capsysbinary, "round", "freeze", "--json")
    frozen = json.loads(out)
    assert code == 0 and frozen["frozen"] and frozen["whole"]
    assert lead.run(capsysbinary, "round", "freeze")[0] == 1
    assert frozen["short"] in lead.run(capsysbinary, "round", "show")[1]

    folder = str(lead.space.round_dir(round_id))
    for command in ("summary", "score", "notice"):
        assert f"封存码 {frozen['short']}" in lead.run(capsysbinary, command, folder)[1], command
    code, out, _ = lead.run(capsysbinary, "erase", "--find", "牌子旧了。", "--json")
    found = json.loads(out)["found"]
    assert len(found) == 1
    code, out, _ = lead.run(capsysbinary, "erase", found[0]["change"][:10])
    assert code == 0 and "确认请加 --yes" in out
    code, _, err = lead.run(capsysbinary, "erase", found[0]["change"], "--yes")
    assert code == 1 and "原因" in err
    code, out, _ = lead.run(capsysbinary, "erase", found[0]["change"], "--yes", "--reason", "误写")
    assert code == 0 and "已彻底删除" in out
    shown = json.loads(lead.run(capsysbinary, "round", "show", "--json")[1])["frozen"]
    assert not shown["whole"] and len(shown["breaches"]) == 1 and "彻底删除" in shown["breaches"][0]["what"]
    assert "已失效" in lead.run(capsysbinary, "summary", folder)[1]
    code, out, err = lead.run(capsysbinary, "notice", folder)
    assert frozen["short"] not in out and "已失效" in err, "a broken seal is not printed on a text"
    path = next(lead.space.round_dir(round_id).glob("????????????.json"))
    code, out, _ = lead.run(capsysbinary, "verify", str(path))
    assert code == 0
    copy = next((lead.space.round_dir(round_id) / "received").glob("?" * 64 + ".json"))
    assert any(
        "已彻底删除1条" in lead.run(capsysbinary, "verify", str(p))[1]
        for p in copy.parent.glob("?" * 64 + ".json")
    )


def test_usage_errors_are_usage_errors(team, capsysbinary) -> None:
    lead, *_, round_id = team
    for words in (
        ("decide", "--list", "--bulk"),
        ("decide", "--bulk"),
        ("decide", "x.json", "--take", "1", "left"),
        ("review", "--unit", "DG01"),
        ("join", "--pair", "1", "--apart", "x"),
        ("erase",),
    ):
        assert lead.run(capsysbinary, *words)[0] == 2, words
    for words in (("decide", "--take", "9", "left"), ("erase", "12345678"), ("join", "--pair", "7")):
        assert lead.run(capsysbinary, *words, "--round", round_id)[0] == 1, words


def test_an_erased_answer_leaves_no_row_in_the_merged_file(team, tmp_path) -> None:
    lead, one, _, round_id = team
    lines = [{"unit": "DG01", "item": f"GW-0{n}", "verdict": "pass", "note": PRIVATE} for n in (1, 2, 3)]
    old = works(one, round_id, lines)
    takes(lead, round_id, old)
    session = lead.open(round_id)
    last = max((k for k in session.state.changes.values()), key=lambda k: k.body.at)
    targets = [k.id for k in session.state.changes.values() if PRIVATE in str(k.body.edits)]
    assert len(targets) == 3 and last.id in targets
    for target in targets:
        erase_change(session, target, "写了个人信息")
    path = session.file.path
    session.close()
    out = tmp_path / "out.json"
    merge([old, path], out)
    assert PRIVATE.encode() not in out.read_bytes() and verify_all(out).doubts == ()
    assert json.loads(out.read_bytes())["answers"] == {}
