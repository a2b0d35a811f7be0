"""Every kind of text at every level: order, figures, what it refuses, whom it names."""

from __future__ import annotations

import itertools
import re

import msgspec
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from notice_work import EARLIER, LEADERS, QUARTER, TODAY, begin, earlier, held, judge, told, typed, worked
from strategies import GW2, Desk, histories, play
from strategies import ROUND as SMALL_ROUND
from telling_work import check_golden

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.round import Team
from inspect_tui.model.terms import FindingKind, NamingLevel, Outcome, Secrecy, Verdict
from inspect_tui.report.document import NameUnits, NoticeKind, Scope
from inspect_tui.report.lookback import Lookback, LookbackLine
from inspect_tui.report.names import SOME_UNIT, SOMEONE
from inspect_tui.report.notice import NoticeRefused, compile_notice, recut
from inspect_tui.report.outline import compile_round
from inspect_tui.report.splitting import MIN_BYTES
from inspect_tui.report.telling import Held, Wanted, tell
from inspect_tui.rules import actions
from inspect_tui.rules.fold import State
from sweeps import times

GROUP, SECRETARY, INTERNAL = NamingLevel.GROUP, NamingLevel.SECRETARY, NamingLevel.INTERNAL


def shown(notice):
    warned = "\n".join(f"提醒：{w}" for w in notice.warnings)
    return f"{notice.text}\n\n{warned}\n文件：{notice.file_name()}\n".encode()


EXPOSED = ("finding/g3/~x3", "finding/g1/small/GW-01/责任缺项")


@pytest.mark.parametrize(
    ("kind", "level"), list(itertools.product(NoticeKind, NamingLevel)), ids=lambda v: v.value
)
def test_goldens_of_each_kind_and_level(update_goldens, kind, level):
    asked = {"exposed": EXPOSED, "approved_by": "褚国梁"} if kind is NoticeKind.EXPOSURE else {}
    notice = told(worked(whole=True), kind=kind, level=level, **asked)
    check_golden(f"notice_{kind.value}_{level.value}.txt", shown(notice), update_goldens)


@pytest.mark.parametrize("names", list(NameUnits), ids=lambda n: n.value)
def test_goldens_of_each_naming(update_goldens, names):
    notice = told(worked(), level=GROUP, name_units=names)
    check_golden(f"notice_names_{names.value}.txt", shown(notice), update_goldens)


def test_golden_of_a_branch_and_of_two_rounds(update_goldens):
    check_golden("notice_branch.txt", shown(told(worked(), unit="b1")), update_goldens)
    two = tell([held(worked()), held(earlier(), EARLIER)], Wanted(), TODAY)
    check_golden("notice_two_rounds.txt", shown(two), update_goldens)


# -------------------------------------------------------------------- scopes


def test_a_branch_tells_only_what_stands_under_it():
    notice = told(worked(), unit="b2", level=SECRETARY)
    assert notice.head == "【东沟二支部2026年第四季度回头看情况通报】"
    assert "第4党小组" in notice.text and "第1党小组" not in notice.text
    assert notice.document.scope == Scope(id="b2", name="东沟二支部")
    assert "第1党小组" in told(worked(), unit="z", level=SECRETARY).text


def test_one_unit_alone_under_a_branch_has_no_group_text():
    desk = Desk("a" * 12, "检查员甲")
    begin(desk, "g1", "2026-11-16")
    typed(desk, "g1", "x", FindingKind.DEFICIENCY, "记录不全")
    with pytest.raises(NoticeRefused, match="书记版"):
        told(desk, unit="b1")
    assert "记录不全" in told(desk, unit="b1", level=SECRETARY).text


def test_rounds_are_told_in_order_of_time_and_never_twice():
    both = [held(worked()), held(earlier(), EARLIER)]
    one, other = tell(both, Wanted(), TODAY), tell(both[::-1], Wanted(), TODAY)
    assert one.text == other.text
    assert one.text.index("（一）2026年第三季度") < one.text.index("（二）2026年第四季度")
    assert any("不是每轮都查到" in w for w in one.warnings)
    with pytest.raises(NoticeRefused, match="重复计算"):
        tell([held(worked()), held(worked())], Wanted(), TODAY)


def test_a_round_without_records_is_said_to_have_none():
    notice = tell([held(worked()), Held(round=EARLIER, state=State())], Wanted(), TODAY)
    assert "2026年第三季度：没有检查记录。" in notice.text
    assert "2026年第三季度回头看没有检查记录。" in notice.warnings


# -------------------------------------------------------------------- kinds


def test_praise_needs_something_to_praise_and_a_name():
    desk = Desk("a" * 12, "检查员甲")
    begin(desk, "g1", "2026-11-16")
    with pytest.raises(NoticeRefused, match="没有记录好的做法"):
        told(desk, kind=NoticeKind.PRAISE)
    with pytest.raises(NoticeRefused, match="写明单位"):
        told(worked(), kind=NoticeKind.PRAISE, name_units=NameUnits.NONE)


def test_a_bulletin_has_its_number():
    assert told(worked(), kind=NoticeKind.BULLETIN).head.startswith("【督查简报第1期】")
    notice = told(worked(), kind=NoticeKind.BULLETIN, issue=7)
    assert notice.head.startswith("【督查简报第7期】") and notice.document.issue == 7


def test_a_ranking_waits_for_the_lead_and_for_coverage():
    desk = worked(whole=True)
    other = Desk("c" * 12, "检查员乙")
    other.take(desk)
    other.judge(Verdict.PASS, unit="g1")
    with pytest.raises(NoticeRefused, match="裁定之后才能排名"):
        told(other, kind=NoticeKind.RANKING)
    with pytest.raises(NoticeRefused, match="不足两个"):
        told(worked(), kind=NoticeKind.RANKING)


def test_the_switch_and_practice_refuse_a_ranking():
    desk = worked(whole=True)
    off = msgspec.structs.replace(QUARTER, rules=msgspec.structs.replace(QUARTER.rules, no_ranking=True))
    with pytest.raises(NoticeRefused, match="不排名"):
        told(desk, off, kind=NoticeKind.RANKING)
    with pytest.raises(NoticeRefused, match="演练"):
        told(desk, msgspec.structs.replace(QUARTER, practice=True), kind=NoticeKind.RANKING)


def test_a_ranking_names_the_first_few_and_never_the_last_by_its_absence():
    desk = worked(whole=True)
    text = told(desk, kind=NoticeKind.RANKING).text
    named = re.findall(r"第(\d)名(?:（并列）)?：(第\d党小组)", text)
    assert [place for place, _ in named] == ["1", "2"], "two of five, at most half"
    assert "其余3个党小组不列名次" in text
    assert "得分合计÷适用分合计" in text, "the formula stands underneath"
    everyone = told(desk, kind=NoticeKind.RANKING, name_units=NameUnits.ALL).text
    assert len(re.findall(r"第\d名", everyone)) == 5


def test_ties_share_a_place_and_the_next_is_left_out():
    desk = Desk("a" * 12, "检查员甲")
    for n in range(1, 7):
        begin(desk, f"g{n}", "2026-11-16")
    whole = worked(whole=True)  # for its helper only: the loop below makes all six equal but one
    assert whole
    from notice_work import SMALL

    from inspect_tui.model.terms import Profile
    from inspect_tui.rules.applicability import items_for

    for n in range(1, 7):
        for _, item in items_for(SMALL, Profile.PRODUCTION):
            award = "有且见效" if item.id == "TS-01" else ""
            desk.judge(Verdict.PASS, item=item, unit=f"g{n}", award=award)
    desk.judge(Verdict.FAIL, "一人拟定", item=GW2, unit="g2")
    for n in range(1, 7):
        desk.do(actions.submit(desk.state, f"g{n}"))
    text = told(desk, kind=NoticeKind.RANKING, name_units=NameUnits.ALL).text
    assert text.count("第1名（并列）") == 5 and "第6名：第2党小组" in text


def test_units_with_a_red_line_are_not_ranked():
    desk = worked(whole=True)
    desk.do(actions.hit_trigger(desk.state, "g5", "small", "RL-2", "事实"))
    text = told(desk, kind=NoticeKind.RANKING, name_units=NameUnits.ALL).text
    assert "第5党小组" not in text and "参加排名的党小组4个" in text


def test_an_exposure_is_picked_and_approved():
    desk = worked()
    with pytest.raises(NoticeRefused, match="逐条选定"):
        told(desk, kind=NoticeKind.EXPOSURE)
    with pytest.raises(NoticeRefused, match="由谁审定"):
        told(desk, kind=NoticeKind.EXPOSURE, exposed=EXPOSED)
    with pytest.raises(NoticeRefused, match="不在这次的问题里"):
        told(desk, kind=NoticeKind.EXPOSURE, exposed=("finding/g9/x",), approved_by="褚国梁")
    notice = told(desk, kind=NoticeKind.EXPOSURE, exposed=EXPOSED, approved_by="褚国梁")
    assert "第3党小组：" in notice.text and "王秋实" not in notice.text and "褚国梁" not in notice.text
    assert "公开栏" not in notice.text, "only what was picked"
    assert notice.document.approved_by == ""
    inner = told(desk, kind=NoticeKind.EXPOSURE, exposed=EXPOSED, approved_by="褚国梁", level=INTERNAL)
    assert inner.document.approved_by == "褚国梁"


@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize("level", list(NamingLevel))
def test_a_secret_round_refuses_every_kind(kind, level):
    secret = msgspec.structs.replace(QUARTER, secrecy=Secrecy.SECRET)
    with pytest.raises(ExportRefused, match="机要渠道"):
        told(worked(), secret, kind=kind, level=level, exposed=EXPOSED, approved_by="甲乙")


# -------------------------------------------------------------------- 上轮问题复查


def test_earlier_problems_stand_between_problems_and_demands():
    g1, g2 = QUARTER.unit("g1"), QUARTER.unit("g2")
    back = Lookback(
        due=5,
        counts={Outcome.FIXED: 2, Outcome.RELAPSED: 1, Outcome.NOT_FIXED: 1},
        records=("rect/g1/a", "rect/g2/b"),
        lines=(
            LookbackLine(
                unit=g1, text="王秋实代签", outcome=Outcome.NOT_FIXED, records=("rect/g1/a",), rounds=3
            ),
            LookbackLine(unit=g2, text="清单未改", outcome=Outcome.RELAPSED, records=("rect/g2/b",)),
        ),
    )
    outline = compile_round(worked().state, QUARTER)
    text = compile_notice(outline, today=TODAY, lookbacks=[back]).text
    assert "上轮问题应复查5条，已整改2条，未整改1条，反弹1条，还没有复查1条。" in text
    assert "1个党小组：某同志代签，未整改（已连续3轮）。" in text
    assert text.index("二、存在问题") < text.index("三、上轮问题复查情况") < text.index("四、整改要求")
    named = compile_notice(outline, today=TODAY, level=SECRETARY, lookbacks=[back])
    assert "第2党小组：清单未改，反弹。" in named.text
    assert {"rect/g1/a", "rect/g2/b"} <= {k for p in named.parts for k in p.records}


# -------------------------------------------------------------------- laws over random rounds


def figures(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"(?:共查|发现问题|其中缺项|当场整改)(\d+)项", text)]


@settings(max_examples=times(60), deadline=None)
@given(histories, st.sampled_from(list(NamingLevel)), st.sampled_from([300, 420, 900, 1900, 3900, 0]))
def test_figures_parts_and_records_over_random_rounds(history, level, limit):
    state = play(history)[0].state
    for other in play(history)[1:]:
        for change in other.held:
            state.apply(change)
    outline = compile_round(state, SMALL_ROUND)
    assume(outline.visited)
    notice = compile_notice(outline, today=TODAY, level=level, max_bytes=limit)
    totals = outline.totals
    expected = [totals.checked, totals.problems, totals.missing, totals.fixed]
    if not totals.problems:
        expected = [totals.checked]
    assert figures(notice.document.opening.sentences[0].text) == [
        n for place, n in enumerate(expected) if n or place < 2
    ]
    told_keys = [k for s in notice.document.sentences() if s.role == "问题" for k in s.records]
    assert sorted(told_keys) == sorted(f.key for d in outline.visited for f in d.problems)
    assert all(not limit or part.bytes <= limit for part in notice.parts)
    assert recut(notice, 0).parts[0].text == notice.text
    again = compile_notice(outline, today=TODAY, level=level, max_bytes=limit)
    assert again == notice, "the same input gives the same bytes"


name_chars = "张王欧阳海峰雪一二第党小组东沟甲乙 ABab1-（）[]/"
hostile_names = st.text(alphabet=name_chars, min_size=2, max_size=5)
hostile_units = st.text(alphabet=name_chars + "班站井", min_size=3, max_size=8)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text).casefold()


@settings(max_examples=times(60), deadline=None)
@given(
    st.lists(hostile_names, min_size=1, max_size=3),
    st.lists(hostile_units, min_size=2, max_size=3, unique=True),
    st.sampled_from([NameUnits.NONE, NameUnits.GOOD_ONLY]),
    st.sampled_from([300, 1900]),
)
@example(["[/]张海", "欧阳峰"], ["第1党小组", "东沟第1党小组"], NameUnits.NONE, 300)
def test_no_person_and_no_unit_is_named_to_the_group(people, unit_names, naming, limit):
    from inspect_tui.report.names import names_in, unit_words
    from inspect_tui.report.wording import tidy

    units = tuple(
        msgspec.structs.replace(u, name=name, full_name="", leader=people[n % len(people)])
        for n, (u, name) in enumerate(
            zip([QUARTER.unit(f"g{n}") for n in range(1, 1 + len(unit_names))], unit_names, strict=True)
        )
    )
    round_ = msgspec.structs.replace(
        QUARTER,
        units=(*QUARTER.units[:3], *units),
        teams=(Team(id="A1", name="检查组", lead=people[0], units=tuple(u.id for u in units)),),
        title="回头看",
        basis="",
    )
    desk = Desk("a" * 12, "检查员甲")
    for number, unit in enumerate(units):
        begin(desk, unit.id, "2026-11-16")
        text = f"{unit.name}的记录由{people[0]}代签，{unit_names[0]}未签"
        typed(desk, unit.id, f"p{number}", FindingKind.DEFICIENCY, text)
        typed(desk, unit.id, f"q{number}", FindingKind.GOOD_PRACTICE, f"{people[-1]}牵头")
    notice = tell(
        [Held(round=round_, state=desk.state)], Wanted(level=GROUP, name_units=naming, max_bytes=limit), TODAY
    )
    known = {n for p in people for n in names_in(p)}
    # What the program's own words are made of cannot be told from a name made of the same words.
    plain = compile_notice(
        compile_round(desk.state, msgspec.structs.replace(round_, units=QUARTER.units)), today=TODAY
    )
    ours = squeezed(SOMEONE + SOME_UNIT + "".join(re.findall(r"[^：]*", plain.text)))
    text = squeezed(notice.text + notice.file_name() + "".join(notice.warnings))
    if naming is NameUnits.GOOD_ONLY:
        # Good practice may name its unit, and a unit's name may hold the letters of a person's.
        for unit in units:
            text = text.replace(squeezed(tidy(unit.name)), "").replace(squeezed(unit.name), "")
    for name in known:
        assert squeezed(name) in ours or squeezed(name) not in text
    if naming is NameUnits.NONE:
        for word in unit_words(round_):
            assert squeezed(word) in ours or squeezed(word) not in text


@pytest.mark.parametrize("limit", [MIN_BYTES, 600, 1900])
def test_only_the_last_part_is_signed(limit):
    notice = told(worked(), max_bytes=limit)
    signed = [n for n, p in enumerate(notice.parts) if "2026年11月20日" in p.text.split("\n")]
    assert signed == [len(notice.parts) - 1]
    assert all(p.chars == len(p.text) for p in notice.parts)
    assert LEADERS["g1"] not in notice.text


def test_a_problem_in_enough_units_is_common():
    desk = worked()
    document = told(desk).document
    problems = next(s for s in document.sections if s.key == "problems")
    common, single = problems.groups
    assert [len(line.records) for line in common.lines] == [3]
    assert all(len(line.records) == 1 for line in single.lines)
    assert [line.number for line in single.lines] == list(range(1, len(single.lines) + 1))
    judge(desk, "g5", Verdict.FAIL, "无责任人")
    again = next(s for s in told(desk).document.sections if s.key == "problems")
    assert len(again.groups[0].lines) == 2, "two of five is a large enough share"
