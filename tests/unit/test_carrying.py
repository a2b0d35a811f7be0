"""Carrying over: what is read, what is refused, what is held, and what the old rounds say afterwards."""

from __future__ import annotations

import json
import shutil

import msgspec
import pytest
from telling_work import NOW, ids, make_round, make_space, record, work

from inspect_tui.cli.main import run
from inspect_tui.exchange.carrying import carry_into, earlier_rounds, gather, hand_over, holds_of
from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.pack import take_pack, write_pack
from inspect_tui.exchange.planning import amend_round, series_of
from inspect_tui.exchange.record import record_lines
from inspect_tui.exchange.record_lines import Line, Numbered
from inspect_tui.exchange.source import read_source
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period
from inspect_tui.model.terms import Outcome, RectState, RoundKind, Stage
from inspect_tui.rules.carrying import OUT_OF_SCOPE, current
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

LEAD = Identity(name="检查员乙")
TODAY = "2027-02-01"
NEXT = {
    "title": "2027年第一季度回头看",
    "period": Period(label="2027年第一季度", start="2027-02-01", end="2027-02-05"),
}


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return make_space(tmp_path / "w")


@pytest.fixture
def old(space, tmp_path):
    """A round with two problems in each of two units, one of them put right on the spot."""
    opened = make_round(space)
    session = work(space, opened)
    lines = [
        {"unit": unit, "findings": [
            {"text": f"{unit}清单没有签字", "severity": "moderate"},
            {"text": f"{unit}公开栏没有更换", "severity": "minor", "fixed_on_site": True},
        ]}
        for unit in ("DG01", "DG02")
    ]  # fmt: skip
    record(session, tmp_path / "l.jsonl", lines)
    session.close()
    return opened


def rows(space: Workspace, round_id: str):
    source = read_source(space.round_dir(round_id))
    return {row.text: row for row in ledger_rows(source.state, source.round, TODAY)}


def texts(problems) -> list[str]:
    return sorted(p.text for p in problems)


def open_next(space: Workspace, old, holds=None, **changed):
    left = gather(space, [old.id], TODAY)
    named = holds_of([o.problem for o in left.offers], holds or {})
    units = changed.get("unit_ids", ["DG01", "DG02", "DG03"])
    return make_round(space, **(NEXT | {"cargo": left.cargo(units, named, by="检查员乙")} | changed))


# -------------------------------------------------------------------- reading


def test_what_is_left_is_told_by_unit_and_reason(space, old):
    left = gather(space, [old.id], TODAY)
    assert left.by_unit() == {"DG01": 2, "DG02": 2}
    assert left.by_why() == {"未整改": 2, "立行立改，看是否保持": 2}
    assert [(s.here, s.offered) for s in left.sources] == [(old.id, 4)]
    problem = next(o.problem for o in left.offers if o.problem.text == "DG01清单没有签字")
    assert (problem.noted, problem.noted_round, problem.rounds) == ("2026-11-18", old.title, 1)
    assert problem.history and problem.duty.owner and problem.verify


def test_every_kind_of_file_offers_the_same(space, old, tmp_path):
    session = work(space, old)
    out = hand_in(session, tmp_path / "交卷.zip").path
    session.close()
    writer = session.writer
    apart = tmp_path / "copied"
    shutil.copytree(space.round_dir(old.id), apart)
    wanted = gather(space, [old.id], TODAY).offers
    for path in (out, space.findings_path(old.id, writer), apart, space.round_dir(old.id)):
        assert gather(None, [path], TODAY).offers == wanted, path
    several = gather(space, [old.id, out, apart], TODAY)
    assert several.offers == wanted and len(several.sources) == 1, "one round, however often it is given"


def test_everything_wrong_with_any_source_is_told_and_nothing_is_taken(space, old, tmp_path):
    (tmp_path / "坏.json").write_text("{", encoding="utf-8")
    practice = make_round(space, title="演练", period=Period(label="2026年12月"), practice=True)
    pack = write_pack(space, old.id, now=NOW)
    wanted = [old.id, "2026Q9-lookback", tmp_path / "坏.json", practice.id, pack, space.root]
    with pytest.raises(InputFaults) as error:
        gather(space, wanted, TODAY)
    told = [fault.code for fault in error.value.faults]
    assert told == ["N09", "H23", "N09", "H23", "H22"]
    assert "没有这一轮检查" in str(error.value) and "演练" in str(error.value)


def test_a_damaged_colleague_file_stops_everything(space, old):
    path = space.round_dir(old.id) / f"{'a' * 12}.json"
    path.write_bytes(b'{"_meta": broken')
    with pytest.raises(InputFaults, match="a" * 12):
        gather(space, [old.id], TODAY)


def test_rejected_changes_of_a_file_are_told(space, old, tmp_path):
    from mergework import forged

    session = work(space, old)
    session.close()
    path = tmp_path / "改过.json"
    data = space.findings_path(old.id, session.writer).read_bytes()

    def spoil(document):
        document["changes"]["1"]["body"]["by"] = ["旁人"]

    path.write_bytes(forged(data, spoil))
    left = gather(None, [path], TODAY)
    assert left.by_unit() == {"DG02": 2} and any("1条记录不能用" in m for m in left.messages)


def test_only_finished_rounds_of_the_kind_are_looked_back_on(space, old):
    make_round(
        space, title="督查", kind=RoundKind.SUPERVISION, period=Period(label="2026年10月", start="2026-10-01")
    )
    make_round(space, title="演练", period=Period(label="2026年9月", start="2026-09-01"), practice=True)
    assert [e.id for e in earlier_rounds(space, RoundKind.LOOKBACK, "2027-02-01")] == [old.id]
    assert earlier_rounds(space, RoundKind.LOOKBACK, "2026-11-20") == [], "it is still under way that day"


def test_stages_of_one_grading_are_not_looked_back_on_unless_named(space, old):
    grading = {
        "kind": RoundKind.ASSESSMENT,
        "period": Period(label="2026年度", start="2026-11-02", end="2026-11-05"),
        "stage": Stage.RECOMMEND,
    }
    first = make_round(space, title="定级推荐", **grading)
    assert first.series == series_of(grading["period"], RoundKind.ASSESSMENT, ["lzrh-dxz"])
    seen = [e.id for e in earlier_rounds(space, RoundKind.ASSESSMENT, "2027-02-01")]
    assert seen == [first.id], "a round of no series looks back on it"
    assert earlier_rounds(space, RoundKind.ASSESSMENT, "2027-02-01", first.series) == []
    seen = [e.id for e in earlier_rounds(space, RoundKind.ASSESSMENT, "2027-02-01", "2027-lzrh-dxz")]
    assert seen == [first.id], "next year's does"


def test_a_later_stage_opened_on_the_command_line_takes_nothing_from_its_own_series(space, capsys):
    def opened(title: str, stage: str, start: str, end: str, *more: str) -> dict:
        words = ["round", "new", "--workspace", str(space.root), "--title", title, "--stage", stage]
        words += ["--start", start, "--end", end, "--unit", "DG01", "--checklist", "lzrh-dxz"]
        words += ["--lead", "检查员乙", *more, "--as", LEAD.name, "--json"]
        assert run(words) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    first = opened("2026年度定级推荐", "recommend", "2026-11-02", "2026-11-05")
    session = work(space, space.round(first["id"]).round, LEAD.name)
    record(session, space.root / "l.jsonl", [{"unit": "DG01", "findings": [{"text": "没有签字"}]}])
    session.close()
    second = opened("2026年度验收", "accept", "2026-11-24", "2026-11-25")
    assert second["series"] == first["series"] and second["sources"] == [] and second["carried"] == []
    named = opened("2026年度复查", "recheck", "2026-11-26", "2026-11-27", "--from", first["id"])
    assert [c["text"] for c in named["carried"]] == ["没有签字"]


# -------------------------------------------------------------------- chains


def test_the_newest_round_speaks_even_when_the_old_one_does_not_say_so(space, old):
    copy = space.root / "旧.json"
    (writer,) = space.writers(old.id)
    copy.write_bytes(space.findings_path(old.id, writer).read_bytes())
    newer = open_next(space, old)
    left = gather(space, [copy, newer.id], TODAY)
    assert {o.problem.source.round for o in left.offers} == {newer.id}
    assert len(left.offers) == 4 and all(o.problem.rounds == 2 for o in left.offers)
    assert {s.title: s.offered for s in left.sources} == {old.title: 0, newer.title: 4}


def test_what_the_newest_dropped_is_not_brought_back_by_an_old_file(space, old):
    newer = open_next(space, old)
    state = read_source(space.round_dir(newer.id)).state
    from inspect_tui.rules.carrying import offered

    old_offers = offered(read_source(space.round_dir(old.id)).state, old, TODAY)
    told = current([(old, old_offers), (newer, [])])
    assert told == [] and state is not None


def test_a_held_problem_is_offered_again_as_it_now_stands(space, old, tmp_path):
    number = next(r.number for r in rows(space, old.id).values() if r.text == "DG01清单没有签字")
    newer = open_next(space, old, {number: "等上级部署"})
    assert [(h.problem.text, h.reason, h.by) for h in newer.held] == [
        ("DG01清单没有签字", "等上级部署", "检查员乙")
    ]
    hand_over(space, newer, LEAD)
    session = work(space, old, LEAD.name)
    from inspect_tui.exchange.rectify_lines import NumberedEntry, RectifyLine, rectify_lines
    from inspect_tui.model.terms import StepKind

    entry = RectifyLine(number=number, step=StepKind.START, measure="补签", due="2027-03-01")
    rectify_lines(session, [NumberedEntry(0, entry)])
    session.close()
    left = gather(space, [newer.id], TODAY)
    offer = next(o for o in left.offers if o.problem.text == "DG01清单没有签字")
    assert offer.problem.state is RectState.IN_PROGRESS, "read where it lives, not as it was frozen"
    alone = gather(None, [space.round_dir(newer.id)], TODAY)
    offer = next(o for o in alone.offers if o.problem.text == "DG01清单没有签字")
    assert offer.problem.state is RectState.OPEN and offer.why == "上次未转入：等上级部署"


def test_units_outside_the_round_are_held(space, old):
    newer = open_next(space, old, unit_ids=["DG02", "DG03"])
    assert texts(newer.carried) == ["DG02公开栏没有更换", "DG02清单没有签字"]
    assert {h.reason for h in newer.held} == {OUT_OF_SCOPE} and len(newer.held) == 2


# -------------------------------------------------------------------- 已转入


def test_the_old_round_says_where_each_problem_went(space, old):
    newer = open_next(space, old, unit_ids=["DG02", "DG03"])
    assert hand_over(space, newer, LEAD).noted == {old.title: 2}
    told = rows(space, old.id)
    assert told["DG02清单没有签字"].carried_to == newer.title
    assert told["DG01清单没有签字"].carried_to == ""
    assert hand_over(space, newer, LEAD).noted == {}, "asked again it has nothing to do"


def test_noting_it_stops_nothing_when_it_cannot_be_done(space, old, tmp_path):
    newer = open_next(space, old)
    assert "还不知道是谁" in hand_over(space, newer, None).messages[0]
    holder = Session.open(space, old.id, LEAD)
    try:
        (said,) = hand_over(space, newer, LEAD).messages
        assert said.startswith(f"“{old.title}”没有写上“已转入”")
    finally:
        holder.close()
    elsewhere = make_space(tmp_path / "elsewhere")
    take_pack(elsewhere, write_pack(space, newer.id, now=NOW))
    opened = elsewhere.round(newer.id).round
    assert "不在这个工作文件夹里" in hand_over(elsewhere, opened, LEAD).messages[0]
    assert hand_over(space, newer, LEAD).noted == {old.title: 4}


def test_a_practice_round_moves_nothing(space, old):
    practice = open_next(space, old, practice=True)
    assert practice.carried and hand_over(space, practice, LEAD).noted == {}
    assert not any(row.carried_to for row in rows(space, old.id).values())


def test_what_went_on_is_no_debt_in_the_old_round(space, old):
    newer = open_next(space, old)
    later = {"title": "2027年第二季度回头看", "period": Period(label="2027年第二季度", start="2027-05-10")}
    left = gather(space, [newer.id], TODAY)
    last = make_round(space, **(later | {"cargo": left.cargo(["DG01", "DG02", "DG03"])}))
    assert [r.must_verify for r in rows(space, newer.id).values()] == [True] * 4
    hand_over(space, last, LEAD)
    assert [r.must_verify for r in rows(space, newer.id).values()] == [False] * 4
    session = work(space, newer)
    from inspect_tui.rules.sheet import UnitSheet

    assert not [p for p in UnitSheet(session.state, newer, "DG01").open_points() if p.kind == "verify"]
    session.close()


# -------------------------------------------------------------------- which to hold


def test_holds_are_named_by_number_and_need_a_reason(space, old):
    problems = [o.problem for o in gather(space, [old.id], TODAY).offers]
    with pytest.raises(InputFaults) as error:
        holds_of(problems, {problems[0].number: " ", "HTK99": "x", problems[1].id: "好"})
    assert [f.code for f in error.value.faults] == ["N10", "N10"]
    assert holds_of(problems, {problems[2].number: "等"}) == {problems[2].id: "等"}
    serial = problems[0].number[-2:]
    other = msgspec.structs.replace(problems[1], number=f"HTK25Q1-A2-DG01-Z-{serial}")
    twice = [problems[0], other]
    with pytest.raises(InputFaults, match="几条"):
        holds_of(twice, {f"01-{serial}": "等"})


# -------------------------------------------------------------------- into an open round


def verify_line(space: Workspace, newer, number: str, outcome: str = "fixed") -> None:
    session = work(space, newer)
    told = {"problem": number, "outcome": outcome, "methods": ["doc_review"], "basis": "看了"}
    line = msgspec.convert({"unit": "DG01", "verify": told}, Line)
    record_lines(session, [Numbered(1, line)], new_id=ids())
    session.close()


def test_an_open_round_takes_more_in_and_keeps_what_was_verified(space, old, tmp_path):
    newer = make_round(space, **NEXT)
    left = gather(space, [old.id], TODAY)
    looked = carry_into(space, newer.id, left, preview=True)
    assert len(looked.added) == 4 and space.round(newer.id).round.carried == ()
    done = carry_into(space, newer.id, left, {left.offers[0].problem.id: "先不看"}, by="检查员乙")
    assert (len(done.added), len(done.held), done.round.pack_version) == (3, 1, 2)
    hand_over(space, done.round, LEAD)
    number = next(c.number for c in done.round.carried if c.unit == "DG01")
    verify_line(space, done.round, number)

    session = Session.open(space, old.id, LEAD)
    record(session, tmp_path / "more.jsonl", [{"unit": "DG03", "findings": [{"text": "补记的问题"}]}])
    session.close()
    again = carry_into(space, newer.id, gather(space, [old.id], TODAY))
    assert texts(again.added) == ["补记的问题"] and not again.held and again.round.pack_version == 3
    told = rows(space, newer.id)
    assert next(r for r in told.values() if r.number == number).outcomes[0].step.outcome is Outcome.FIXED
    assert not carry_into(space, newer.id, gather(space, [old.id], TODAY)).changed

    with pytest.raises(InputFaults, match="已有复查"):
        problem = next(c.id for c in again.round.carried if c.number == number)
        carry_into(space, newer.id, left, {problem: "不看了"})


def test_what_is_held_afterwards_goes_back_to_its_round(space, old):
    newer = open_next(space, old)
    hand_over(space, newer, LEAD)
    problem = newer.carried[0]
    done = carry_into(space, newer.id, gather(space, [old.id], TODAY), {problem.id: "重复了"}, by="检查员乙")
    assert problem.id not in {c.id for c in done.round.carried}
    hand_over(space, done.round, LEAD)
    assert rows(space, old.id)[problem.text].carried_to == ""
    assert len([r for r in rows(space, old.id).values() if r.carried_to]) == 3


def test_a_round_takes_nothing_from_itself(space, old):
    with pytest.raises(InputFaults, match="转入它自己"):
        carry_into(space, old.id, gather(space, [old.id], TODAY))


def test_a_unit_already_submitted_is_named(space, old, tmp_path):
    newer = make_round(space, **NEXT)
    session = work(space, newer)
    lines = [
        {"unit": "DG01", "visit": {"result": "not_reached", "reason": "道路不通"}},
        {"unit": "DG01", "submit": True},
    ]
    record(session, tmp_path / "s.jsonl", lines)
    session.close()
    done = carry_into(space, newer.id, gather(space, [old.id], TODAY))
    assert any("东沟第1党小组已经提交" in message for message in done.messages)


def test_amending_keeps_earlier_problems_and_follows_the_units(space, old):
    newer = open_next(space, old)
    hand_over(space, newer, LEAD)
    number = next(c.number for c in newer.carried if c.unit == "DG01")
    renamed = amend_round(space, newer.id, title="改了标题", refresh=True)
    assert renamed.carried == newer.carried
    without = amend_round(space, newer.id, unit_ids=["DG01", "DG03"])
    assert {c.unit for c in without.carried} == {"DG01"}
    assert {(h.problem.unit, h.reason) for h in without.held} == {("DG02", OUT_OF_SCOPE)}
    back = amend_round(space, newer.id, unit_ids=["DG01", "DG02", "DG03"], teams=newer.teams)
    assert texts(back.carried) == texts(newer.carried) and back.held == ()
    verify_line(space, back, number)
    with pytest.raises(InputFaults, match="不能去掉"):
        amend_round(space, newer.id, unit_ids=["DG02", "DG03"])


def test_a_pack_carries_old_problems_and_an_amended_one_keeps_verifications(space, old, tmp_path):
    newer = open_next(space, old)
    laptop = Workspace(tmp_path / "laptop")
    take_pack(laptop, write_pack(space, newer.id, now=NOW))
    taken = laptop.round(newer.id).round
    assert taken.carried == newer.carried
    number = next(c.number for c in taken.carried if c.unit == "DG01")
    verify_line(laptop, taken, number)
    amend_round(space, newer.id, title="第二版")
    assert take_pack(laptop, write_pack(space, newer.id, now=NOW)).status == "amended"
    row = next(r for r in rows(laptop, newer.id).values() if r.number == number)
    assert row.state is RectState.CLOSED or row.outcomes


# -------------------------------------------------------------------- the command line


def cli(capsys, space, *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["--workspace", str(space.root), *words])
    told = capsys.readouterr()
    return code, told.out, told.err


NEW = (
    "round",
    "new",
    "--title",
    "2027年第一季度回头看",
    "--checklist",
    "lzrh-dxz",
    "--unit",
    "DG01",
    "--unit",
    "DG02",
)


def test_a_new_round_brings_old_problems_unless_told_not_to(space, old, capsys):
    code, out, _ = cli(capsys, space, *NEW, "--from", "2027-02-01", "--as", "检查员乙", "--json")
    told = json.loads(out)
    assert code == 0 and len(told["carried"]) == 4 and told["period"]["start"] == "2027-02-01"
    assert {row.carried_to for row in rows(space, old.id).values()} == {"2027年第一季度回头看"}
    code, out, _ = cli(capsys, space, *NEW, "--start", "2027-02-01", "--no-carry")
    assert code == 0 and "转入" not in out
    assert cli(capsys, space, *NEW, "--no-carry", "--from", old.id)[0] == 2
    assert cli(capsys, space, *NEW, "--start", "2027-02-01", "--from", "2027-02-02")[0] == 2


def test_nothing_is_opened_when_a_source_is_bad(space, old, capsys, tmp_path):
    code, _, err = cli(capsys, space, *NEW, "--from", "没有这个文件.json", "--from", old.id)
    assert code == 1 and "没有这一轮检查" in err
    code, _, err = cli(capsys, space, *NEW, "--start", "2027-02-01", "--hold", "HTK1=x")
    assert code == 1 and "N10" not in err and "没有这个编号" in err
    assert [e.id for e in space.rounds()] == [old.id]


def test_carrying_over_later_and_looking_first(space, old, capsys):
    newer = make_round(space, **NEXT)
    code, out, _ = cli(capsys, space, "round", "carry-over", "--preview", "--from", old.id, "--json")
    offers = json.loads(out)["offers"]
    assert code == 0 and len(offers) == 4
    number = offers[0]["number"]
    words = ("round", "carry-over", "--into", newer.id, "--hold", f"{number}=等等", "--as", "检查员乙")
    code, out, _ = cli(capsys, space, *words, "--preview")
    assert code == 0 and "会转入3条" in out and not space.round(newer.id).round.carried
    code, out, _ = cli(capsys, space, *words)
    assert code == 0 and "已转入3条，不转入1条" in out and "请重新发包" in out
    code, out, _ = cli(capsys, space, "round", "carry-over", "--into", newer.id, "--json")
    told = json.loads(out)
    assert (code, told["added"], told["known"], told["pack_version"]) == (0, [], 3, 2)
    assert cli(capsys, space, "round", "carry-over")[0] == 2


def test_hostile_texts_reach_the_terminal_tame(space, old, capsys, tmp_path):
    session = Session.open(space, old.id, LEAD)
    text = "[/][@click=app.quit]x=1+1"
    record(session, tmp_path / "h.jsonl", [{"unit": "DG01", "findings": [{"text": text}]}])
    session.close()
    _, out, _ = cli(capsys, space, "round", "carry-over", "--preview", "--from", old.id)
    assert text in out and "\x1b" not in out


def test_a_frozen_round_stays_whole_when_its_problems_go_on(space, old, capsys, tmp_path):
    code, _, err = cli(capsys, space, "round", "freeze", old.id, "--reason", "已审定", "--as", "检查员乙")
    assert code == 0, err
    newer = open_next(space, old)
    assert hand_over(space, newer, LEAD).noted == {old.title: 4}
    _, out, _ = cli(capsys, space, "round", "freeze", old.id, "--json", "--as", "检查员乙")
    _, out, _ = cli(capsys, space, "round", "show", old.id, "--json")
    frozen = json.loads(out)["frozen"]
    assert frozen["whole"] and not frozen["altered"] and frozen["breaches"] == []
    with pytest.raises(InputFaults, match="已经封存"):
        left = gather(space, [newer.id], TODAY)
        carry_into(space, old.id, left)
