"""岗位责任 month by month: what is kept, what counts as a change, whether it came by its day."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telling_work import make_round, make_space

from inspect_tui.exchange.verifying import change_faults
from inspect_tui.model.change import Body, Change, Edit, duties_key
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.deciding import questions
from inspect_tui.rules.duties import (
    REVISED,
    Slot,
    copy_before,
    due_date,
    month_beside,
    month_of,
    months_of,
    read_slot,
    revision_day,
    set_month,
    set_revised,
    set_slot,
    slot_names,
    slot_number,
)
from inspect_tui.rules.duty_diff import (
    DutyChange,
    DutyRevision,
    Revision,
    compare,
    plain_words,
    revision_of,
    revision_words,
)
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import is_started
from sweeps import times

GOOD = Slot(post="资料员", standard="记录当日补齐，内容真实", node="11月25日前")


@pytest.fixture(scope="module")
def round_(tmp_path_factory: pytest.TempPathFactory) -> Round:
    import os

    os.environ.setdefault("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    held = make_round(make_space(tmp_path_factory.mktemp("w")))
    checklist = msgspec.structs.replace(held.checklists[0], duties=("岗位专责", "交接班", ""), duty_day=5)
    return msgspec.structs.replace(held, checklists=(checklist, *held.checklists[1:]))


def unit(round_: Round) -> Unit:
    held = round_.unit("DG01")
    assert held is not None
    return held


def change(who: str, *edits: Edit) -> Change:
    return make_change("", who * 12, Body(at="2026-11-20T09:00:00+08:00", by=(who,), edits=edits))


def entered(*months: tuple[str, dict[int, Slot], str]) -> State:
    state = State()
    for month, slots, revised in months:
        edits = [*set_month(state, "DG01", month, slots), *set_revised(state, "DG01", month, revised)]
        state.apply(change("甲", *edits))
    return state


def revised(round_: Round, *months: tuple[str, dict[int, Slot], str]) -> DutyRevision:
    return revision_of(entered(*months), round_, unit(round_), months[-1][0])


# -------------------------------------------------------------------- what is a change


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ("记录当日补齐，内容真实", "记录当日补齐,  内容真实", DutyChange.SAME),
        ("“一井一策”。", '"一井一策"．', DutyChange.SAME),
        ("11月25日前完成", "10月25日前完成", DutyChange.DATE_ONLY),
        ("2026年11月完成", "2026.10完成", DutyChange.DATE_ONLY),
        ("2026年11月", "2026年10月", DutyChange.DATE_ONLY),
        ("2026-11-05", "2026-10-05", DutyChange.DATE_ONLY),
        ("11.25", "10.25", DutyChange.DATE_ONLY),
        ("十一月底", "十月底", DutyChange.DATE_ONLY),
        ("每月5号前", "每月6号前", DutyChange.DATE_ONLY),
        ("包东沟11号井", "包东沟12号井", DutyChange.REWORDED),
        ("3日内整改", "5日内整改", DutyChange.REWORDED),
        ("3个月一次", "2个月一次", DutyChange.REWORDED),
        ("巡检11口井", "巡检10口井", DutyChange.REWORDED),
        ("含水低于0.11", "含水低于0.10", DutyChange.REWORDED),
    ],
)
def test_what_counts_as_a_change(now: str, before: str, expected: DutyChange) -> None:
    for part in ("standard", "node"):
        kind, parts = compare(Slot(post="甲岗", **{part: now}), Slot(post="甲岗", **{part: before}))
        assert kind is expected, part
        assert bool(parts) is (expected is not DutyChange.SAME)


def test_a_date_beside_a_real_change_is_a_real_change() -> None:
    kind, parts = compare(Slot(standard="补齐", node="11月5日"), Slot(standard="补全", node="10月5日"))
    assert kind is DutyChange.REWORDED and parts == ("标准", "时限")
    assert compare(None, GOOD)[0] is DutyChange.REMOVED and compare(GOOD, None)[0] is DutyChange.ADDED
    assert compare(None, None)[0] is DutyChange.SAME


@settings(max_examples=times(30), deadline=None)
@given(st.text(max_size=30), st.lists(st.sampled_from(" \u3000\t"), max_size=4))
def test_spacing_never_counts(text: str, blanks: list[str]) -> None:
    spaced = "".join(itertools.chain.from_iterable(zip(text, itertools.cycle(blanks or [""]), strict=False)))
    assert plain_words(spaced) == plain_words(text)
    assert compare(Slot(post="岗", standard=spaced), Slot(post="岗", standard=text))[0] is DutyChange.SAME


# -------------------------------------------------------------------- by its day


def test_a_month_is_revised_on_time_late_or_not_at_all(round_: Round) -> None:
    old = ("2026-10", {1: GOOD, 2: Slot(post="班长", node="10月30日")}, "2026-10-03")
    new = {1: msgspec.structs.replace(GOOD, standard="逐井分析"), 2: Slot(post="班长", node="11月30日")}
    redated = {1: msgspec.structs.replace(GOOD, node="12月25日前"), 2: Slot(post="班长", node="11月30日")}
    cases = [
        (("2026-11", new, "2026-11-05"), Revision.ON_TIME),
        (("2026-11", new, "2026-10-31"), Revision.ON_TIME),
        (("2026-11", new, "2026-11-06"), Revision.LATE),
        (("2026-11", new, ""), Revision.UNTIMED),
        (("2026-11", old[1], "2026-11-05"), Revision.NONE),
        (("2026-11", redated, "2026-11-05"), Revision.DATE_ONLY),
        (("2026-11", {}, "2026-11-05"), Revision.UNKNOWN),
    ]
    for now, expected in cases:
        found = revised(round_, old, now)
        assert found.state is expected, now
        assert expected.label.partition("，")[0] in revision_words(found)
    found = revised(round_, old, cases[0][0])
    assert [d.change for d in found.diffs] == [DutyChange.REWORDED, DutyChange.DATE_ONLY, DutyChange.SAME]
    assert found.due == "2026-11-05" and found.before == "2026-10" and found.by == ("甲",)
    assert revision_words(found) == ("按时修订（11月5日修订，节点11月5日），比10月改写1项、只改日期1项")
    first = revised(round_, old)
    assert first.state is Revision.ON_TIME and "没有更早的月份可比" in revision_words(first)
    assert revised(round_, ("2026-10", {1: GOOD}, "")).state is Revision.UNKNOWN


def test_the_month_before_is_the_newest_one_known(round_: Round) -> None:
    state = entered(("2026-08", {1: GOOD}, ""), ("2026-09", {}, "2026-09-03"), ("2026-11", {2: GOOD}, ""))
    found = revision_of(state, round_, unit(round_), "2026-11")
    assert found.before == "2026-08"
    assert [d.change for d in found.diffs[:2]] == [DutyChange.REMOVED, DutyChange.ADDED]
    assert months_of(state, "DG01") == ["2026-08", "2026-09", "2026-11"]
    assert revision_of(state, round_, unit(round_), "2026-11", "2026-10").before == ""


def test_the_day_is_data_of_checklist_and_unit(round_: Round) -> None:
    held = unit(round_)
    assert revision_day(round_, held) == 5
    assert revision_day(round_, msgspec.structs.replace(held, duty_day=31)) == 31
    assert (due_date("2027-02", 31), due_date("2026-12", 5), due_date("2026-12", 0)) == (
        "2027-02-28",
        "2026-12-05",
        "",
    )
    assert slot_names(round_, held) == ("岗位专责", "交接班", "")
    branch = round_.unit("DG-B1")
    assert branch is not None and slot_names(round_, branch) == () and revision_day(round_, branch) == 0
    assert [month_beside("2026-01", step) for step in (-1, 1, 12)] == ["2025-12", "2026-02", "2027-01"]


# -------------------------------------------------------------------- entering


def test_entering_the_same_again_says_nothing_and_copying_fills_blanks_only(round_: Round) -> None:
    state = entered(("2026-10", {1: GOOD, 3: Slot(name="党建联系", post="组长")}, ""))
    assert (
        set_slot(state, "DG01", "2026-10", 1, GOOD) == [] and set_revised(state, "DG01", "2026-10", "") == []
    )
    own = Slot(post="站长", standard="另写")
    state.apply(change("甲", *set_slot(state, "DG01", "2026-11", 1, own)))
    source, edits = copy_before(state, "DG01", "2026-11")
    state.apply(change("甲", *edits))
    held = month_of(state, "DG01", "2026-11", slot_names(round_, unit(round_)))
    assert source == "2026-10" and [(h.number, h.name, h.slot.post) for h in held.slots] == [
        (1, "岗位专责", "站长"),
        (3, "党建联系", "组长"),
    ]
    assert copy_before(state, "DG01", "2026-10") == ("", [])
    state.apply(change("甲", *set_month(state, "DG01", "2026-11", {2: GOOD})))
    assert [h.number for h in month_of(state, "DG01", "2026-11").slots] == [2]
    assert not is_started(state, "DG01"), "a list of duties is no visit"


def test_two_people_who_enter_a_slot_differently_are_asked_about_it(round_: Round) -> None:
    other = msgspec.structs.replace(GOOD, post="站长")
    one = change("a", *set_month(State(), "DG01", "2026-11", {1: GOOD, 2: GOOD}))
    two = change("b", *set_month(State(), "DG01", "2026-11", {1: other, 2: GOOD}))
    both, swapped = State([one, two]), State([two, one])
    found = revision_of(both, round_, unit(round_), "2026-11")
    assert found == revision_of(swapped, round_, unit(round_), "2026-11")
    assert found.contested and [d.contested for d in found.diffs] == [True, False, False]
    assert set(found.by) == {"a", "b"} and "待组长裁定" in revision_words(found)
    (asked,) = questions(both, round_)
    assert (asked.unit, asked.matter) == ("DG01", "第1项") and "2026-11岗位责任" in asked.about
    assert {side.text.partition("；")[0] for side in asked.sides} == {"责任岗位：资料员", "责任岗位：站长"}


@pytest.mark.parametrize(
    ("month", "field", "value", "sound"),
    [
        ("2026-11", "slot1", {"post": "资料员"}, True),
        ("2026-11", "slot1", None, True),
        ("2026-11", "slot1", {"post": "资料员", "later": 1}, True),
        ("2026-11", REVISED, "2026-11-05", True),
        ("2026-11", "something", {"new": True}, True),
        ("2026-11", "slot1", {"post": 3}, False),
        ("2026-11", "slot1", "资料员", False),
        ("2026-11", "slot0", {"post": "资料员"}, False),
        ("2026-11", "slot41", {"post": "资料员"}, False),
        ("2026-11", "slot1", {"post": "员" * 2001}, False),
        ("2026-11", REVISED, "2026-11-31", False),
        ("2026-13", "slot1", {"post": "资料员"}, False),
    ],
)
def test_a_foreign_file_says_what_such_a_record_may(
    round_: Round, month: str, field: str, value: Any, sound: bool
) -> None:
    told = list(
        change_faults(change("a", Edit(record=duties_key("DG01", month), field=field, value=value)), round_)
    )
    assert told == ([] if sound else ["岗位责任的记录写法不对"])


def test_what_is_no_slot_reads_as_none() -> None:
    assert read_slot({"post": ""}) is None and read_slot([1]) is None
    assert [slot_number(f) for f in ("slot1", "slot40", "slot01", "slot", "slot１", "revised")] == [
        1, 40, None, None, None, None,
    ]  # fmt: skip


def test_the_shipped_checklist_names_its_slots_and_its_day() -> None:
    checklist = msgspec.json.decode((Path(__file__).parents[2] / "checklists" / "lzrh-dxz.json").read_bytes())
    assert len(checklist["duties"]) == 9 and checklist["duties"][8] == "" and checklist["duty_day"] == 5
