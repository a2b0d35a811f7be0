"""Good practice as cards: written, merged, asked about, carried on, told; and who is never asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_work import a_round, raw_of
from strategies import Desk

from inspect_tui.exchange.verifying import change_faults
from inspect_tui.model.change import Body, Edit, adopt_key, card_key
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.problem import Source
from inspect_tui.model.round import Round
from inspect_tui.model.spread import Adoption, Card, Uptake
from inspect_tui.model.terms import FindingKind, NamingLevel, Profile
from inspect_tui.model.view import Finding
from inspect_tui.report import practice_table as table
from inspect_tui.report.document import NameUnits, NoticeKind
from inspect_tui.report.notice import compile_notice
from inspect_tui.report.outline import compile_round
from inspect_tui.report.summary import summary_data
from inspect_tui.rules import actions, sealing
from inspect_tui.rules.deciding import decide, questions
from inspect_tui.rules.practices import (
    CARD_FIELDS,
    CardNow,
    asked_of,
    card_id,
    cards_left,
    cards_of,
    good_findings,
    newest_cards,
    promote,
    register,
    rewrite,
    say,
    set_profiles,
    titles_for,
    withdraw,
)
from inspect_tui.rules.reading import is_started
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.store.loading import round_from_raw
from sweeps import times

DAY = "2026-11-20"
TODAY = dt.date(2026, 11, 20)
EARLIER = Source(round="2026Q3-test", origin="3" * 16, title="2026年第三季度回头看")
ROUND = a_round()


def card(number: int = 1, unit: str = "u1", **more: Any) -> Card:
    given_ = {
        "id": f"c{number}",
        "unit": unit,
        "unit_name": f"第{unit[1:]}党小组",
        "title": f"做法{number}",
        "what": f"做法{number}的内容",
        "source": EARLIER,
        "on": "2026-08-20",
    }
    return Card(**(given_ | more))


def adoption(unit: str, uptake: Uptake, **more: Any) -> Adoption:
    given_ = {"unit": unit, "unit_name": f"第{unit[1:]}党小组", "source": EARLIER, "on": "2026-08-19"}
    return Adoption(uptake=uptake, **(given_ | more))


def good(
    desk: Desk, text: str = "班前会三分钟，讲清任务和风险", unit: str = "u1", rid: str = "g1"
) -> Finding:
    desk.do(*actions.new_finding(desk.state, unit, rid, FindingKind.GOOD_PRACTICE, text))
    return next(f for f in good_findings(desk.state, ROUND) if f.key.endswith(rid))


def written(desk: Desk, round_: Round = ROUND, **said: str) -> CardNow:
    """A card, promoted by this desk."""
    finding = good(desk)
    given_ = {"title": "班前三分钟", "effect": "都讲得清", "how": "先定人"} | said
    desk.do(*promote(desk.state, round_, finding, DAY, given_))
    return cards_of(desk.state, round_)[-1]


# -------------------------------------------------------------------- cards


def test_a_good_practice_becomes_a_card_with_who_what_effect_and_how() -> None:
    desk = Desk("w1", "组长")
    now = written(desk)
    found = now.card
    assert (found.unit, found.unit_name, found.title) == ("u1", "第1党小组", "班前三分钟")
    assert found.what == "班前会三分钟，讲清任务和风险", "what was found, unless written otherwise"
    assert (found.effect, found.how, found.on, found.source.title) == ("都讲得清", "先定人", DAY, ROUND.title)
    assert now.new and now.by == ("组长",) and found.id == card_id(ROUND, found.finding)
    desk.do(*set_profiles(desk.state, now.record, (), [Profile.SAFETY]))
    desk.do(*rewrite(desk.state, now, {"effect": " 人人讲得清 ", "title": "班前三分钟"}))
    [again] = cards_of(desk.state, ROUND)
    assert again.card.profiles == (Profile.SAFETY,) and again.card.effect == "人人讲得清"
    assert again.card.fits(Profile.SAFETY) and not again.card.fits(Profile.PRODUCTION)
    assert rewrite(desk.state, again, {"title": "班前三分钟"}) == [], "nothing changed, nothing written"


@pytest.mark.parametrize(
    "said", [{"title": " "}, {"title": "长" * 41}, {"title": "名称", "how": "长" * 4001}]
)
def test_a_card_without_title_or_beyond_measure_is_refused(said: dict[str, str]) -> None:
    desk = Desk("w1", "组长")
    finding = good(desk)
    with pytest.raises(NoReason):
        promote(desk.state, ROUND, finding, DAY, said)


def test_only_a_good_practice_that_is_not_contested_becomes_a_card() -> None:
    desk = Desk("w1", "组长")
    finding = good(desk)
    for other in (
        msgspec.structs.replace(finding, kind=FindingKind.DEFICIENCY),
        msgspec.structs.replace(finding, contested=True),
    ):
        with pytest.raises(NoReason):
            promote(desk.state, ROUND, other, DAY, {"title": "名称"})


@given(st.text(max_size=120))
@settings(max_examples=times(30))
def test_titles_come_from_the_words_of_the_finding(text: str) -> None:
    titles = titles_for(text)
    assert len(titles) == len(set(titles)) and all(0 < len(t) <= 40 for t in titles)
    assert all(part in text for t in titles for part in t.split("，"))


def test_titles_offer_the_clauses() -> None:
    assert titles_for("老党员带新员工，结成对子；周分析。") == [
        "老党员带新员工", "周分析", "老党员带新员工，结成对子", "老党员带新员工，结成对子，周分析",
    ]  # fmt: skip


def test_two_leads_who_promote_one_finding_write_one_card_and_are_asked_where_they_differ() -> None:
    one, two = Desk("w1", "组长"), Desk("w2", "副组长")
    finding = good(one)
    two.take(one)
    one.do(*promote(one.state, ROUND, finding, DAY, {"title": "班前三分钟", "effect": "好"}))
    two.do(*promote(two.state, ROUND, finding, "2026-11-22", {"title": "三分钟讲清", "how": "先定人"}))
    one.take(two)
    two.take(one)
    assert cards_of(one.state, ROUND) == cards_of(two.state, ROUND)
    [now] = cards_of(one.state, ROUND)
    assert now.contested == ("title",) and (now.card.effect, now.card.how) == ("好", "先定人")
    [question] = questions(one.state, ROUND)
    assert question.record == now.record and {s.value for s in question.sides} == {"班前三分钟", "三分钟讲清"}
    side = next(s for s in question.sides if s.value == "三分钟讲清")
    one.do(decide(one.state, question, side, "更顺口"))
    [now] = cards_of(one.state, ROUND)
    assert now.contested == () and now.card.title == "三分钟讲清"


def test_withdrawing_hides_a_card_and_is_undone_and_never_swallows_an_unseen_edit() -> None:
    desk, other = Desk("w1", "组长"), Desk("w2", "副组长")
    now = written(desk)
    other.take(desk)
    stone = desk.do(*withdraw(desk.state, now))
    assert cards_of(desk.state, ROUND) == []
    desk.do(retract=[stone.id])
    assert cards_of(desk.state, ROUND) == [now]
    desk.do(*withdraw(desk.state, now))
    [finding] = good_findings(desk.state, ROUND)
    desk.do(*promote(desk.state, ROUND, finding, DAY, {"title": "又写一次"}))
    assert [n.card.title for n in cards_of(desk.state, ROUND)] == ["又写一次"]
    desk.do(*withdraw(desk.state, cards_of(desk.state, ROUND)[0]))
    other.do(*rewrite(other.state, now, {"how": "后来补的"}))
    desk.take(other)
    assert [n.card.how for n in cards_of(desk.state, ROUND)] == ["后来补的"]
    assert [q.field for q in questions(desk.state, ROUND)] == ["deleted"]


WORK = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(0, 3)), max_size=14)


def _work(desks: list[Desk], step: tuple[int, int, int]) -> None:
    who, what, seed = step
    desk = desks[who]
    cards = cards_of(desk.state, ASKING)
    now = cards[seed % len(cards)] if cards else None
    if what == 0:
        desk.take(desks[1 - who])
    elif what == 1 and now is not None:
        field = list(CARD_FIELDS)[seed]
        desk.do(*rewrite(desk.state, now, {field: f"{field}{who}{len(desk.own)}"}))
    elif what == 2 and now is not None and seed == 0:
        desk.do(*withdraw(desk.state, now))
    elif what == 3 and now is not None:
        desk.do(*set_profiles(desk.state, now.record, now.card.profiles, [list(Profile)[seed]]))
    elif what == 4:
        asked = asked_of(desk.state, ASKING, "u2")
        if asked:
            desk.do(*say(desk.state, "u2", asked[0].card, list(Uptake)[seed], f"依据{seed}"))
    elif what == 5 and desk.own:
        desk.undo("u1")


ASKING = a_round(cards=(card(1), card(2, "u2")))


@given(WORK)
@settings(max_examples=times(30), deadline=None)
def test_whatever_two_leads_write_both_read_the_same_after_a_merge(steps: list[Any]) -> None:
    desks = [Desk("w1", "组长"), Desk("w2", "副组长")]
    written(desks[0], ASKING)
    for step in steps:
        _work(desks, step)
    one, two = desks
    one.take(two)
    two.take(one)
    assert cards_of(one.state, ASKING) == cards_of(two.state, ASKING)
    assert register(one.state, ASKING) == register(two.state, ASKING)
    assert [asked_of(d.state, ASKING, u) for d in desks[:1] for u in ("u1", "u2")] == [
        asked_of(d.state, ASKING, u) for d in desks[1:] for u in ("u1", "u2")
    ]
    for now in cards_of(one.state, ASKING):
        assert all(a.unit != now.card.unit for a in now.card.adopted), "nobody is asked of their own"
    left = cards_left(one.state, ASKING)
    assert newest_cards([left, left]) == newest_cards([left]) == tuple(left)
    raw = raw_of(a_round(cards=tuple(left)))
    assert list(round_from_raw(raw)[0].cards) == left, "what travels reads back as it was"


# -------------------------------------------------------------------- adoption


def test_units_are_asked_about_others_cards_that_fit_them_and_not_for_ever() -> None:
    cards = (
        card(1),
        card(2, "u2"),
        card(3, profiles=(Profile.SAFETY,)),
        card(4, profiles=(Profile.HARMONY,)),
        card(5, rounds=4),
    )
    round_ = a_round(cards=cards)
    state = Desk("w1", "甲").state
    assert [a.card.id for a in asked_of(state, round_, "u1")] == ["c2"]
    assert [a.card.id for a in asked_of(state, round_, "u2")] == ["c1", "c3"]
    assert asked_of(state, round_, "u9") == []
    assert len(cards_of(state, round_)) == 5, "no longer asked, still in the register"


def test_what_was_settled_before_waits_for_no_answer() -> None:
    said = [adoption("u2", uptake) for uptake in Uptake]
    round_ = a_round(cards=tuple(card(n, adopted=(a,)) for n, a in enumerate(said)))
    asked = asked_of(Desk("w1", "甲").state, round_, "u2")
    assert [a.waiting for a in asked] == [False, True, True, False]
    assert [a.before for a in asked] == said


def test_an_adoption_needs_its_basis_and_is_noted_for_the_visit() -> None:
    desk = Desk("w1", "甲")
    [asked] = asked_of(desk.state, ASKING, "u2")
    with pytest.raises(NoReason):
        say(desk.state, "u2", asked.card, Uptake.PARTLY, " ")
    with pytest.raises(NoReason):
        say(desk.state, "u2", asked.card, Uptake.NOT_ADOPTED, "长" * 201)
    with pytest.raises(NoReason):
        say(desk.state, "u1", asked.card, Uptake.NOT_ADOPTED)
    desk.do(*say(desk.state, "u2", asked.card, Uptake.ADOPTED, "看了记录"))
    [asked] = asked_of(desk.state, ASKING, "u2")
    assert asked.now is not None and not asked.waiting
    assert (asked.now.uptake, asked.now.basis, asked.now.source.title) == (
        Uptake.ADOPTED, "看了记录", ROUND.title,
    )  # fmt: skip
    assert say(desk.state, "u2", asked.card, Uptake.ADOPTED, "看了记录") == []
    desk.do(*say(desk.state, "u2", asked.card, None))
    assert asked_of(desk.state, ASKING, "u2")[0].waiting


def test_two_inspectors_who_differ_are_asked_and_count_for_nothing_until_then() -> None:
    one, two = Desk("w1", "甲"), Desk("w2", "乙")
    [asked] = asked_of(one.state, ASKING, "u2")
    one.do(*say(one.state, "u2", asked.card, Uptake.ADOPTED, "看了"))
    two.do(*say(two.state, "u2", asked.card, Uptake.NOT_ADOPTED))
    one.take(two)
    [asked] = asked_of(one.state, ASKING, "u2")
    assert {s.uptake for s in asked.sides} == {Uptake.ADOPTED, Uptake.NOT_ADOPTED} and not asked.waiting
    assert cards_of(one.state, ASKING)[0].adopters == []
    [question] = questions(one.state, ASKING)
    assert question.record == adopt_key("u2", "c1")
    one.do(decide(one.state, question, question.sides[0], "现场看过"))
    assert asked_of(one.state, ASKING, "u2")[0].now is not None


def test_asking_starts_no_visit_and_breaks_no_seal() -> None:
    desk = Desk("w1", "组长")
    desk.do(*sealing.freeze(desk.state, ASKING))
    [asked] = asked_of(desk.state, ASKING, "u2")
    desk.do(*say(desk.state, "u2", asked.card, Uptake.ADOPTED, "看了"))
    now = cards_of(desk.state, ASKING)[0]
    desk.do(*rewrite(desk.state, now, {"how": "补写"}))
    frozen = sealing.read_freeze(desk.state, ASKING)
    assert frozen is not None and frozen.whole
    assert not is_started(desk.state, "u1") and not is_started(desk.state, "u2")


def test_a_card_goes_on_with_what_every_round_said() -> None:
    desk = Desk("w1", "组长")
    now = written(desk)
    [left] = cards_left(desk.state, ROUND)
    assert left.rounds == 0 and left.adopted == () and left.id == now.card.id
    second = a_round(id="2027Q1-test", origin="5" * 16, title="2027年第一季度回头看", cards=(left,))
    other = Desk("w2", "乙")
    other.do(*say(other.state, "u2", left, Uptake.PARTLY, "在试"))
    [left] = cards_left(other.state, second)
    assert left.rounds == 1 and [a.uptake for a in left.adopted] == [Uptake.PARTLY]
    third = a_round(id="2027Q2-test", origin="6" * 16, title="2027年第二季度回头看", cards=(left,))
    last = Desk("w3", "丙")
    last.do(*say(last.state, "u2", left, Uptake.ADOPTED, "全组在用"))
    [now] = cards_of(last.state, third)
    assert [a.source.title[:9] for a in now.card.adopted] == ["2027年第一季度", "2027年第二季度"]
    assert [(a.unit, a.uptake) for a in now.adopters] == [("u2", Uptake.ADOPTED)], "a unit counts once"
    older = msgspec.structs.replace(left, rounds=0, adopted=())
    assert newest_cards([[older], [left]]) == newest_cards([[left], [older]]) == (left,)
    gone = Desk("w4", "组长")
    gone.do(*withdraw(gone.state, now))
    assert cards_left(gone.state, third) == [] and asked_of(gone.state, third, "u2") == []


def test_a_card_of_a_unit_that_is_not_here_is_told_and_not_changed() -> None:
    round_ = a_round(cards=(card(1, "u9"),))
    state = Desk("w1", "组长").state
    [now] = cards_of(state, round_)
    assert not now.here
    for refused in (lambda: rewrite(state, now, {"how": "x"}), lambda: withdraw(state, now)):
        with pytest.raises(NoReason):
            refused()
    [*_, last] = register(state, round_)
    assert (last.unit, last.profile, last.since) == ("u9", None, EARLIER.title)


def test_a_round_file_with_doubled_or_unsafe_cards_is_refused() -> None:
    raw = raw_of(a_round(cards=(card(1), card(1))))
    pairing = {"id": "a/b", "unit": "u1", "unit_name": "x", "helper_name": "y", "start": "", "until": ""}
    raw["pairs"] = [pairing | {"source": {"round": "r", "origin": "o", "title": "t"}}]
    with pytest.raises(InputFaults) as refused:
        round_from_raw(raw)
    assert {f.code for f in refused.value.faults} >= {"P02", "C01"}


# -------------------------------------------------------------------- foreign files

BAD: list[tuple[str, str, Any]] = [
    (card_key("u1", "c1"), "title", ["不是文字"]),
    (card_key("u1", "c1"), "how", "长" * 4001),
    (card_key("u1", "c1"), "deleted", "yes"),
    (card_key("u1", "c1"), "profile:safety", 1),
    (adopt_key("u2", "c1"), "said", {"uptake": "maybe"}),
    (adopt_key("u2", "c1"), "said", {"uptake": ["adopted"]}),
    (adopt_key("u2", "c1"), "said", {"uptake": "adopted", "basis": 7}),
    (adopt_key("u2", "c1"), "said", "adopted"),
]


@pytest.mark.parametrize(("record", "field", "value"), BAD)
def test_what_nobody_could_read_is_rejected_and_read_as_nothing(record: str, field: str, value: Any) -> None:
    desk = Desk("w1", "甲")
    edit = Edit(record=record, field=field, value=value)
    change = desk.seal(Body(at="2026-11-20T09:00:00+08:00", by=("甲",), edits=(edit,)))
    assert list(change_faults(change, ASKING)) == ["经验、采用情况或结对帮扶的写法不对"]
    desk.take(change)
    cards = cards_of(desk.state, ASKING)
    assert all(isinstance(now.card.title, str) and not now.card.adopted for now in cards)
    asked_of(desk.state, ASKING, "u2")
    register(desk.state, ASKING)


def test_what_we_write_ourselves_is_taken() -> None:
    desk = Desk("w1", "组长")
    now = written(desk, ASKING)
    desk.do(*set_profiles(desk.state, now.record, (), [Profile.SAFETY]))
    desk.do(*say(desk.state, "u2", card(1), Uptake.ADOPTED, "看了"))
    desk.do(*say(desk.state, "u2", card(1), None))
    desk.do(*withdraw(desk.state, now))
    assert [list(change_faults(change, ASKING)) for change in desk.own] == [[]] * len(desk.own)


# -------------------------------------------------------------------- telling


def adopted_here() -> tuple[Desk, Round]:
    cards = (
        card(1, title="第1党小组的=三分钟", adopted=(adoption("u3", Uptake.ADOPTED, basis="[/]x"),)),
        card(2, "u2"),
    )
    round_ = a_round(cards=cards)
    desk = Desk("w1", "甲")
    desk.do(*actions.begin_visit(desk.state, "u2", DAY, ("甲",)))
    good(desk, unit="u2")
    desk.do(*say(desk.state, "u2", cards[0], Uptake.PARTLY, "=1+1，在试"))
    return desk, round_


@pytest.mark.parametrize("names", list(NameUnits))
def test_the_notice_says_who_started_it_and_how_many_follow_where_names_are_allowed(names: NameUnits) -> None:
    desk, round_ = adopted_here()
    outline = compile_round(desk.state, round_)
    notice = compile_notice(
        [outline], level=NamingLevel.SECRETARY, kind=NoticeKind.SITUATION, name_units=names, today=TODAY
    )
    [told] = [s for s in notice.document.sentences() if s.role == "经验采用"]
    named = names is not NameUnits.NONE
    assert told.text.endswith("做法，已有1个党小组采用，1个部分采用。")
    assert ("第1党小组" in told.text) is named
    assert told.records == (card_key("u1", "c1"), adopt_key("u2", "c1"))


def test_a_card_nobody_took_up_in_this_round_is_no_news() -> None:
    round_ = a_round(cards=(card(1, adopted=(adoption("u2", Uptake.ADOPTED),)),))
    desk = Desk("w1", "甲")
    desk.do(*actions.begin_visit(desk.state, "u2", DAY, ("甲",)))
    good(desk, unit="u2")
    notice = compile_notice([compile_round(desk.state, round_)], level=NamingLevel.SECRETARY, today=TODAY)
    assert not [s for s in notice.document.sentences() if s.role == "经验采用"]


def test_the_summary_and_the_tables_say_the_same() -> None:
    desk, round_ = adopted_here()
    cards = cards_of(desk.state, round_)
    data = summary_data(compile_round(desk.state, round_))["cards"]
    assert [c["counts"]["adopted"] + c["counts"]["partly"] for c in data] == [2, 0]
    assert table.counts_text(cards[0]) == "已采用1个，部分采用1个"
    said = "\r\n".join(
        [
            "经验,做法所在单位,写成轮次,单位,采用情况,依据,轮次,日期",
            f"第1党小组的=三分钟,第1党小组,{EARLIER.title},第3党小组,已采用,[/]x,{EARLIER.title},2026-08-19",
            f"第1党小组的=三分钟,第1党小组,{EARLIER.title},第2党小组,部分采用,'=1+1，在试,{ROUND.title},{DAY}",
            f"做法2,第2党小组,{EARLIER.title},,,,,",
            "",
        ]
    )
    assert table.adopted_csv(cards) == said.encode("utf-8-sig")
    assert len([line for line in table.adopted_lines(cards) if "采用：" in line]) == 2


def test_the_register_is_one_table_everywhere() -> None:
    import io

    import openpyxl

    desk, round_ = adopted_here()
    units = tuple(msgspec.structs.replace(u, feature="=特色" if u.id == "u2" else "") for u in round_.units)
    round_ = msgspec.structs.replace(round_, units=units)
    found = register(desk.state, round_)
    assert [row.unit for row in found] == ["u1", "u2", "u3"]
    said = "\r\n".join(
        [
            "单位,定位,特色,写成的经验,采用的经验,从哪一轮起",
            f"第1党小组,上产型,,第1党小组的=三分钟,,{EARLIER.title}",
            f"第2党小组,安全型,'=特色,做法2,第1党小组的=三分钟（第1党小组，部分采用）,{EARLIER.title}",
            f"第3党小组,,,,第1党小组的=三分钟（第1党小组）,{EARLIER.title}",
            "",
        ]
    )
    assert table.register_csv(found) == said.encode("utf-8-sig")
    data = table.register_xlsx(found, round_)
    assert data == table.register_xlsx(found, round_)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert rows[-3:] == table.register_cells(found)
