"""The text for others: its order, its figures, whom it names, what it keeps out."""

from __future__ import annotations

import datetime as dt
import re

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import ROUND, Desk
from telling_work import TODAY, check_golden, make_round, make_space, record, work

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.roster import Crew
from inspect_tui.model.round import Team
from inspect_tui.model.terms import FindingKind, NamingLevel, Secrecy
from inspect_tui.report.names import Redactor, names_in, people_of, surname_only
from inspect_tui.report.notice import NoticeRefused, compile_notice
from inspect_tui.report.outline import compile_round, compile_visit
from inspect_tui.report.wording import sentence, softener, tidy
from inspect_tui.report.zh_numbers import date_text, ordinal, span_text
from inspect_tui.rules import actions
from inspect_tui.rules.reading import findings_of_unit
from inspect_tui.rules.scoring import points_text
from sweeps import times

UNITS = ["DG01", "DG02", "DG03", "DG05"]


def lines_first():
    """What the first inspector found; names of persons are typed where they should not be."""
    return [
        {
            "unit": "DG01",
            "visit": {"date": "2026-11-16", "counterpart": "戚建林（组长）", "present": ["水无痕"]},
        },
        {"unit": "DG01", "item": "GW-01", "verdict": "pass"},
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"index": 0, "count": 1}]},
        {"unit": "DG01", "item": "GW-04", "verdict": "partial", "deductions": [{"label": "1人讲不清"}]},
        {"unit": "DG01", "item": "JJ-05", "verdict": "fail", "deductions": [{"label": "查实截留套取"}]},
        {"unit": "DG01", "trigger": {"id": "RL-02", "fact": "戚建林截留奖金三百元"}},
        {
            "unit": "DG01",
            "item": "RC-05",
            "verdict": "partial",
            "deductions": [{"label": "上级要求造成重复"}],
        },
        {"unit": "DG01", "good_practices": [{"text": "章 海峰同志 牵头,**按周**更新清单😀."}]},
        {"unit": "DG02", "visit": {"date": "2026-11-18", "counterpart": "章海峰"}},
        {"unit": "DG02", "item": "GW-02", "verdict": "fail", "deductions": [{"index": 0, "count": 3}]},
        {"unit": "DG02", "item": "GW-03", "verdict": "fail", "deductions": [{"label": "修订未经讨论"}]},
        {
            "unit": "DG02",
            "findings": [{"text": "东沟第2党小组会议记录由王秋实代签\n- 三次", "severity": "major"}],
        },
        {"unit": "DG02", "good_practices": [{"text": "分配表组内签字确认"}]},
        {
            "unit": "DG03",
            "visit": {"date": "2026-11-18", "counterpart": "彭知行", "objection": "彭知行认为记录已补"},
        },
        {"unit": "DG03", "item": "GW-01", "verdict": "fail", "missing": True},
        {"unit": "DG03", "findings": [{"text": "公开栏内容未换", "fixed_on_site": True}]},
        {"unit": "DG05", "visit": {"result": "not_reached", "reason": "道路不通"}},
    ]


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A round with two inspectors: one contested, referred, red-line problem; one unit not reached."""
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "w")
    round_ = make_round(
        space,
        unit_ids=UNITS,
        teams=[Team(id="A1", name="第1检查组", lead="检查员乙", members=("检查员甲", "欧阳雪"))],
    )
    first = work(space, round_)
    record(first, tmp_path / "a", lines_first())
    checklists = list(round_.checklists)
    referred = [f for f in findings_of_unit(first.state, round_, "DG02", checklists) if "代签" in f.text]
    typed = actions.new_finding(first.state, "DG02", "ffff", referred[0].kind, "移交的线索不得外传")
    first.commit(typed, "问题")
    key = typed[0].record
    first.commit([actions.set_field(first.state, key, "referred", True)], "移交")
    first.close()
    second = work(space, round_, "检查员乙")
    record(second, tmp_path / "b", [{"unit": "DG02", "item": "GW-03", "verdict": "pass"}])
    roster, _ = space.roster()
    yield second.state, round_, tuple(u.leader for u in roster.units)
    second.close()


def text_of(world, unit=None, **asked):
    state, round_, people = world
    outline = (
        compile_visit(state, round_, unit, people) if unit else compile_round(state, round_, people=people)
    )
    return compile_notice(outline, today=TODAY, **asked)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("notice_round_group.txt", {}),
        ("notice_round_secretary.txt", {"level": NamingLevel.SECRETARY}),
        ("notice_round_internal.txt", {"level": NamingLevel.INTERNAL}),
        ("notice_unit_secretary.txt", {"unit": "DG02"}),
        ("notice_unit_internal.txt", {"unit": "DG03", "level": NamingLevel.INTERNAL}),
        ("notice_unit_not_reached.txt", {"unit": "DG05"}),
        ("notice_round_group_parts.txt", {"max_bytes": 600}),
    ],
)
def test_goldens(world, update_goldens, name, asked):
    notice = text_of(world, **asked)
    told = "\n\n".join(part.text for part in notice.parts)
    warned = "\n".join(f"提醒：{w}" for w in notice.warnings)
    check_golden(name, f"{told}\n\n{warned}\n".encode(), update_goldens)


def test_the_order_is_fixed(world):
    text = text_of(world).text
    places = [
        text.index(mark)
        for mark in (
            "【",
            "根据",
            "一、好的做法",
            "二、存在问题",
            "（一）共性问题",
            "（二）个性问题",
            "三、整改要求",
            "四、下步安排",
            "党总支检查组\n",
        )
    ]
    assert places == sorted(places)
    assert text.endswith("\n2026年11月20日")
    assert "上轮" not in text, "a section with nothing in it is left out"


def names_of(world):
    state, round_, _ = world
    return people_of(round_, state) | {
        "章海峰",
        "王秋实",
        "戚建林",
        "彭知行",
        "水无痕",
        "检查员甲",
        "检查员乙",
    }


def test_a_group_text_names_no_person_anywhere(world):
    notice = text_of(world)
    flat = re.sub(r"\s", "", notice.text)
    assert not [name for name in names_of(world) if name in flat]
    assert "某同志" in notice.text
    assert any("已改写" in w for w in notice.warnings)
    assert not [n for n in names_of(world) for w in notice.warnings if n in w], "nor do the warnings"


def test_a_group_text_names_units_for_good_practice_only(world):
    notice = text_of(world)
    before, _, problems = notice.text.partition("二、存在问题")
    assert "东沟第1党小组：" in before and "东沟第2党小组：" in before
    assert (
        "第1党小组" not in problems
        and "第2党小组" not in problems
        and "东沟" not in problems.split("\n三、")[0]
    )


def test_units_and_crews_named_inside_a_problem_are_hidden_from_the_group():
    crews = (Crew(name="三号井组", staff=3), Crew(name="夜班", staff=2))
    units = (
        msgspec.structs.replace(ROUND.units[0], full_name="一支部第1党小组", crews=crews),
        ROUND.units[1],
    )
    round_ = msgspec.structs.replace(ROUND, units=units)
    desk = Desk("a" * 12, "检查员甲")
    told = "三号井组与第2党小组共用一本记录，一支部第1党小组未签字"
    desk.do(*actions.new_finding(desk.state, "u2", "r1", FindingKind.DEFICIENCY, told))
    outline = compile_round(desk.state, round_)
    group = compile_notice(outline, today=TODAY)
    assert "有关单位与有关单位共用一本记录，有关单位未签字" in group.text
    assert any("文中点了单位或班站" in w and "存在问题第1条" in w for w in group.warnings)
    assert told in compile_notice(outline, today=TODAY, level=NamingLevel.SECRETARY).text


def test_a_secretary_text_shortens_names(world):
    text = text_of(world, unit="DG02").text
    assert "东沟第2党小组" in text.split("\n")[0]
    assert "王某代签" in text and "王秋实" not in text


def test_what_is_referred_red_or_contested_stays_out_of_every_level(world):
    for level in NamingLevel:
        for unit in (None, "DG01", "DG02"):
            if unit and level is NamingLevel.GROUP:
                continue
            text = text_of(world, unit=unit, level=level).text
            assert "移交的线索" not in text
            assert "截留" not in text, "neither the red line nor the deduction that states it"
            assert "修订未经组员讨论" not in text, "two opinions"
    warnings = "".join(text_of(world).warnings)
    assert "有1条问题已移交" in warnings
    assert "两种意见，所涉1条问题" in warnings
    assert "记录1条，所涉问题1条" in warnings


def test_the_same_problem_over_units_is_one_line_with_the_span_of_counts(world):
    text = text_of(world).text
    assert text.count("未修订") == 1
    assert "部分党小组（2个）近3个月缺1至3个月未修订。" in text


def test_figures_agree_with_the_outline(world):
    state, round_, _ = world
    totals = compile_round(state, round_).totals
    text = text_of(world).text
    assert f"共查{totals.checked}项" in text
    assert f"发现问题{totals.problems}项，其中缺项{totals.missing}项，当场整改{totals.fixed}项" in text
    listed = sum(len(p.findings) for p in compile_round(state, round_).problems)
    assert listed == totals.problems
    assert "对1个党支部的3个党小组" in text and "另有1个党小组未能进点" in text


def test_every_sentence_leads_back_to_its_records(world):
    state, round_, _ = world
    notice = text_of(world)
    outline = compile_round(state, round_)
    keys = {f.key for d in outline.visited for f in (*d.problems, *d.good)}
    told = {key for part in notice.parts for key in part.records}
    assert {key for key in told if key.startswith("finding/")} == keys
    assert told - keys == {f"visit/{unit}" for unit in UNITS}, "the opening rests on the visits"
    assert all(s.records for s in notice.document.sentences())
    points = [s for s in notice.document.sentences() if s.role in ("问题", "好的做法")]
    assert len(points) == len(outline.problems) + len(outline.good)


def test_no_markdown_no_emoji_and_full_width_marks(world):
    for level in NamingLevel:
        text = text_of(world, level=level).text
        assert not re.search(r"\*\*|`|^#|^- |[\U0001f000-\U0001faff]", text, re.MULTILINE)
        assert not re.search(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]", text)
        assert not re.search(r"\n\n|^[ \u3000]", text, re.MULTILINE)


def test_one_unit_has_no_group_text(world):
    with pytest.raises(NoticeRefused, match="书记版"):
        text_of(world, unit="DG01", level=NamingLevel.GROUP)


def test_nothing_recorded_is_said(world):
    _, round_, _ = world
    from inspect_tui.rules.fold import State

    with pytest.raises(NoticeRefused, match="还没有检查记录"):
        compile_notice(compile_round(State(), round_), today=TODAY)


def test_practice_is_in_the_head(world):
    state, round_, _ = world
    practice = msgspec.structs.replace(round_, practice=True)
    notice = compile_notice(compile_round(state, practice), today=TODAY)
    assert notice.head.startswith("【（演练）") and "不计入正式结果" in notice.text
    assert "演练" in notice.warnings[0]


@pytest.mark.parametrize("mark", [Secrecy.SECRET, Secrecy.CONFIDENTIAL, Secrecy.TOP_SECRET])
def test_a_secret_round_has_no_text(world, mark):
    state, round_, _ = world
    secret = msgspec.structs.replace(round_, secrecy=mark)
    with pytest.raises(ExportRefused, match="机要渠道"):
        compile_notice(compile_round(state, secret), today=TODAY)


def test_own_demands_take_the_place_of_the_usual_ones(world):
    state, round_, _ = world
    told = msgspec.structs.replace(round_, demands=("请于11月27日前整改", "由褚国梁督办!"))
    text = compile_notice(compile_round(state, told), today=TODAY).text
    assert "1.请于11月27日前整改。\n2.由某同志督办!" in text.replace("！", "!")
    assert "12月5日" not in text


def test_numbers_phones_and_money_are_warned_about(world, tmp_path):
    state, round_, _ = world
    told = msgspec.structs.replace(round_, demands=("电话13912345678，扣300元，身份证110101199003070011",))
    warnings = "".join(compile_notice(compile_round(state, told), today=TODAY).warnings)
    assert "手机号码" in warnings and "身份证号" in warnings and "金额" in warnings


# -------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("count", "peers", "word"),
    [
        (1, 1, "个别"),
        (1, 100, "个别"),
        (2, 10, "少数"),
        (3, 9, "少数"),
        (4, 9, "部分"),
        (6, 9, "部分"),
        (7, 9, "多数"),
        (9, 9, "多数"),
        (5, 2, "多数"),
    ],
)
def test_softeners_by_share(world, count, peers, word):
    assert softener(world[1].rules, count, peers) == word


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")],
)
def test_ordinals(number, said):
    assert ordinal(number) == said


def test_dates_have_no_leading_zero_and_spans_say_things_once():
    day = dt.date
    assert date_text(day(2026, 1, 2)) == "2026年1月2日"
    assert span_text(day(2026, 11, 16), day(2026, 11, 20)) == "2026年11月16日至20日"
    assert span_text(day(2026, 11, 2), day(2026, 10, 30)) == "2026年10月30日至11月2日"
    assert span_text(day(2025, 12, 30), day(2026, 1, 2)) == "2025年12月30日至2026年1月2日"
    assert span_text(day(2026, 1, 1), day(2026, 1, 1)) == "2026年1月1日"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("会议要素不全,缺主持人.", "会议要素不全，缺主持人。"),
        ("# 标题\n- 一条;\n* 又一条", "标题；一条；又一条。"),
        ('没有"清单"(旧版)', "没有“清单”（旧版）。"),
        ("井口压力3.5 MPa, 正常:1,200次", "井口压力3.5 MPa，正常：1,200次。"),
        ("已经改了！", "已经改了！"),
        ("\x1b[2J[/]好\u202e的", "[2J[/]好的。"),
        ("  ", ""),
    ],
)
def test_typed_words_become_one_clean_clause(typed, told):
    assert sentence(typed) == told


@settings(max_examples=times(300), deadline=None)
@given(st.text(alphabet=st.sampled_from("ab,.;:!?，。；：（）()\"'*_`#>- \n\t1汉字党😀\u202e"), max_size=40))
@example("**\n**")
def test_tidying_is_stable_and_of_one_line(text):
    told = tidy(text)
    assert "\n" not in told and tidy(told) == told


# -------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("章海峰", ["章海峰"]),
        ("章海峰（党小组长）、王秋实", ["章海峰", "王秋实"]),
        ("组长章海峰", ["组长章海峰", "章海峰"]),
        ("王 芳", ["王 芳", "王芳"]),
        ("党小组长", []),
        ("支部书记", []),
        ("王", []),
        ("检查员甲", ["检查员甲"]),
        ("John Smith", ["John Smith"]),
        ("", []),
    ],
)
def test_names_in_a_field(field, found):
    assert names_in(field) == found


def test_redaction_reaches_spaced_names_and_spares_unit_names():
    redact = Redactor(["高原", "章海峰", "Li Wei"], "某同志", ["高原党小组"])
    assert redact("高原党小组的高原和章 海　峰").text == "高原党小组的某同志和某同志"
    assert redact("li wei与Li Weiss").text == "某同志与Li Weiss"
    assert redact("没有人名").names == ()


@settings(max_examples=times(300), deadline=None)
@given(
    st.lists(st.text(alphabet="章海峰王秋实李", min_size=2, max_size=3), min_size=1, max_size=4),
    st.text(alphabet="章海峰王秋实李 的和，", max_size=30),
)
def test_no_name_survives_redaction(names, text):
    told = Redactor(names, "某同志", ()).__call__(text).text
    squeezed = told.replace(" ", "")
    for name in names:
        assert name not in told
        # A name that only arises where a replacement closed a gap cannot exist: 某同志 stands there.
        assert name not in squeezed or name in "".join(told.split("某同志"))


def test_surnames():
    assert [surname_only(n) for n in ("章海峰", "欧阳雪", "检查员甲", "John")] == [
        "章某",
        "欧阳某",
        "某同志",
        "某同志",
    ]


def test_points_in_texts_have_no_needless_zeros():
    from decimal import Decimal

    assert points_text(Decimal("2.50")) == "2.5"
