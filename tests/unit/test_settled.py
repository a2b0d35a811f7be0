"""What a lead settles about a text survives compiling anew and merging, and says when it has become old."""

from __future__ import annotations

import datetime as dt
import itertools

import msgspec
import pytest
from notice_work import EARLIER, QUARTER, TODAY, begin, held, judge, told, typed, worked
from strategies import Desk

from inspect_tui.model.change import parse_key
from inspect_tui.model.terms import FindingKind, NamingLevel, Verdict
from inspect_tui.report.document import NoticeKind, Scope
from inspect_tui.report.settled import (
    all_issued,
    compare,
    exclude,
    include,
    issue,
    last_issued,
    next_issue,
    read_settled,
    record_of,
    reword,
)
from inspect_tui.report.telling import Held, Wanted, tell
from inspect_tui.rules.deciding import questions
from inspect_tui.rules.fold import State
from inspect_tui.rules.matter import edits_words
from inspect_tui.rules.reviewing import NoReason

KIND, WHOLE = NoticeKind.SITUATION, Scope()


def sentence(notice, part: str):
    return next(s for s in notice.document.sentences() if part in s.text)


def lead() -> Desk:
    desk = Desk("c" * 12, "检查员乙")
    desk.take(worked())
    return desk


def test_a_finding_left_out_stays_out_and_the_figures_stay():
    desk = lead()
    before = told(desk)
    desk.do(*exclude(desk.state, KIND, WHOLE, "finding/g3/~x3", "另行处理"))
    after = told(desk)
    assert "代签" in before.text and "代签" not in after.text
    assert before.document.opening.text == after.document.opening.text
    assert any("有1条未写入" in w for w in after.warnings)
    desk.do(*include(desk.state, KIND, WHOLE, "finding/g3/~x3"))
    assert told(desk).text == before.text
    with pytest.raises(NoReason):
        exclude(desk.state, KIND, WHOLE, "finding/g3/~x3", " ")


def test_leaving_one_unit_out_of_a_folded_point_lowers_its_count():
    desk = lead()
    assert "部分党小组（3个）岗位责任缺1至3项" in told(desk).text
    desk.do(*exclude(desk.state, KIND, WHOLE, "finding/g2/small/GW-01/责任缺项", "已核销"))
    assert "部分党小组（2个）岗位责任缺1至2项" in told(desk).text


def test_a_sentence_can_be_left_out_and_the_numbers_run_on():
    desk = lead()
    gone = sentence(told(desk), "另发各党支部")
    desk.do(*exclude(desk.state, KIND, WHOLE, gone.id, "已另行通知"))
    after = told(desk)
    assert "另发各党支部" not in after.text
    point = sentence(after, "修订由一人拟定")
    desk.do(*exclude(desk.state, KIND, WHOLE, point.id, "不写"))
    lines = [line for line in told(desk).text.split("\n") if line.startswith("2.岗位责任")]
    assert lines == ["2.岗位责任：个别党小组修订记录有2处不全。"]


def test_reworded_words_stand_and_are_flagged_when_the_records_move():
    inspector, desk = worked(), Desk("c" * 12, "检查员乙")
    desk.take(inspector)
    notice = told(desk)
    point = sentence(notice, "岗位责任缺1至3项")
    desk.do(*reword(desk.state, notice.document, point, "岗位责任：部分党小组清单不全。\n请对照补齐。"))
    after = told(desk)
    assert "1.岗位责任：部分党小组清单不全。 请对照补齐。" in after.text and "缺1至3项" not in after.text
    edited = sentence(after, "清单不全")
    assert edited.edited and not edited.stale and edited.original == point.text and edited.id == point.id
    assert not any("原文已变" in w for w in after.warnings)
    judge(inspector, "g5", Verdict.FAIL, ("责任缺项", 1))
    desk.take(inspector)
    moved = sentence(told(desk), "清单不全")
    assert moved.stale and moved.id == point.id, "another unit has it now: the same sentence, but look again"
    assert any("有1处改过的句子，原文已变，请重看" in w for w in told(desk).warnings)
    desk.do(*reword(desk.state, notice.document, point, ""))
    assert "清单不全" not in told(desk).text


def test_a_rewording_of_one_level_leaves_the_others_alone():
    desk = lead()
    notice = told(desk)
    desk.do(*reword(desk.state, notice.document, sentence(notice, "一人拟定"), "改过的话。"))
    assert "改过的话" in told(desk).text
    assert "改过的话" not in told(desk, level=NamingLevel.SECRETARY).text
    assert "改过的话" not in told(desk, kind=NoticeKind.BULLETIN).text


def test_a_rewording_cannot_bring_a_name_into_the_group():
    desk = lead()
    notice = told(desk)
    words = "[/]章海峰\x1b[2J与\ud800第1党小组\u202e"
    desk.do(*reword(desk.state, notice.document, sentence(notice, "一人拟定"), words))
    after = told(desk)
    assert "章海峰" not in after.text and "\x1b" not in after.text and "\u202e" not in after.text
    assert "[/]某同志" in after.text


def test_a_rewording_whose_sentence_is_gone_is_told():
    desk = lead()
    notice = told(desk)
    desk.do(*reword(desk.state, notice.document, sentence(notice, "一人拟定"), "改过的话。"))
    desk.do(*exclude(desk.state, KIND, WHOLE, "finding/g1/small/GW-02/一人拟定", "不写"))
    assert any("已经没有了" in w for w in told(desk).warnings)


def test_two_leads_who_word_it_differently_leave_the_compiled_words():
    one, two = lead(), Desk("d" * 12, "检查员丙")
    two.take(worked())
    notice = told(one)
    point = sentence(notice, "一人拟定")
    one.do(*reword(one.state, notice.document, point, "甲的话。"))
    two.do(*reword(two.state, notice.document, point, "乙的话。"))
    one.take(two)
    after = told(one)
    assert "一人拟定" in after.text and any("两种改法" in w for w in after.warnings)
    assert not questions(one.state, QUARTER), "no question about the inspection itself"
    one.do(*reword(one.state, notice.document, point, "定了的话。"))
    assert "定了的话" in told(one).text


def test_what_was_settled_is_the_same_in_any_order_of_arrival():
    desk = lead()
    notice = told(desk)
    desk.do(*exclude(desk.state, KIND, WHOLE, "finding/g3/~x3", "甲"))
    desk.do(*reword(desk.state, notice.document, sentence(notice, "一人拟定"), "改过的话。"))
    desk.do(*issue(desk.state, notice.document, "复制", 1))
    texts = set()
    tail = desk.held[-5:]
    for order in itertools.islice(itertools.permutations(tail), 24):
        state = State([*desk.held[:-5], *order])
        texts.add(told_of(state))
    assert len(texts) == 1


def told_of(state: State) -> str:
    return tell([Held(round=QUARTER, state=state)], Wanted(), TODAY).text


def test_changes_since_the_last_text():
    desk = lead()
    first = told(desk)
    assert first.changes is None
    desk.do(*issue(desk.state, first.document, "复制", len(first.parts)))
    same = told(desk)
    assert same.changes is not None and same.changes.same
    typed(desk, "g4", "new", FindingKind.DEFICIENCY, "值班记录有空白")
    desk.do(*exclude(desk.state, KIND, WHOLE, "finding/g3/~x3", "不写"))
    changes = told(desk).changes
    assert [s.text for s in changes.added] == ["其他：个别党小组值班记录有空白。"]
    assert [t.records for t in changes.removed.values()] == [("finding/g3/~x3",)]
    assert [s.role for s in changes.changed] == ["开头"], "its figures"
    assert told(desk, level=NamingLevel.SECRETARY).changes is None, "another text was never sent out"


def test_what_was_issued_says_how_when_and_by_whom():
    desk = lead()
    notice = told(desk)
    desk.do(*issue(desk.state, notice.document, "复制", 2, "褚国梁"))
    settled = read_settled(desk.state, KIND, WHOLE)
    (sent,) = settled.issued
    assert (sent.kind, sent.level, sent.day, sent.how, sent.parts) == (
        "situation",
        "group",
        "2026-11-20",
        "复制",
        2,
    )
    assert sent.by == ("检查员乙",) and sent.approved_by == "褚国梁" and sent.at
    assert last_issued(settled, notice.document) == sent
    assert compare(sent, notice.document).same
    body = desk.state.changes[desk.own[-1].id].body
    assert "通报的发出" in edits_words(QUARTER, body.edits)


def test_bulletins_count_on_through_the_year():
    desk = lead()
    for day, number in ((20, 1), (20, 1), (27, 2)):
        today = dt.date(2026, 11, day)
        notice = tell([held(desk)], Wanted(kind=NoticeKind.BULLETIN), today)
        assert notice.document.issue == number, day
        desk.do(*issue(desk.state, notice.document, "复制"))
    issued = all_issued(desk.state)
    assert next_issue(issued, NoticeKind.BULLETIN, 2026) == 3
    assert next_issue(issued, NoticeKind.BULLETIN, 2027) == 1
    assert next_issue(issued, NoticeKind.SITUATION, 2026) == 1
    fresh = Desk("e" * 12, "检查员乙")
    begin(fresh, "g1", "2026-08-18")
    begin(fresh, "g2", "2026-08-18")
    later = tell([held(fresh, EARLIER)], Wanted(kind=NoticeKind.BULLETIN), TODAY, others=issued)
    assert later.document.issue == 3


def test_records_of_notices_are_addresses_of_ours():
    for scope in (WHOLE, Scope(id="b1"), Scope(id="g1", single=True)):
        address = parse_key(record_of(KIND, scope))
        assert address is not None and address.kind == "notice" and not address.unit
    assert parse_key("notice/x/y") is None and parse_key("notice/-/") is None


@pytest.mark.parametrize("value", [1, "x", [], {"text": 3}, {"sentences": []}, True])
def test_what_cannot_be_read_is_passed_over(value):
    desk = lead()
    record = record_of(KIND, WHOLE)
    point = sentence(told(desk), "一人拟定")
    for field in (f"text.{point.id}", "issued:x", "confirm:p1", "unknown", "other:x"):
        desk.set(record, field, value)
    assert "一人拟定" in told(desk).text


def test_a_foreign_change_about_a_notice_is_sound():
    from inspect_tui.exchange.verifying import change_faults

    desk = lead()
    change = desk.do(*exclude(desk.state, KIND, WHOLE, "finding/g3/~x3", "不写"))
    assert list(change_faults(change, QUARTER)) == []
    assert msgspec.json.decode(change.body)["edits"][0]["record"] == "notice/-/situation"
