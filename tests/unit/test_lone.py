"""Lone changes: what is told of one without a fold is what the fold of it reads."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from inspect_tui.exchange.lone import lone
from inspect_tui.model.change import Body
from inspect_tui.rules.canonical import canonical, make_change
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import judgement_of

RECORD = "answer/u1/small/GW-01"
PASSED = {"verdict": "pass", "item": "0123456789abcdef"}
FAILED = {
    "verdict": "fail",
    "deductions": [{"label": "缺项"}, {"label": "漏记", "count": 2}],
    "missing": True,
}
JUDGED = {"record": RECORD, "field": "judgement", "value": FAILED}
NOTED = {"record": RECORD, "field": "note", "value": "已当场指出"}

odd = st.sampled_from([None, True, 1, 1.0, "", "x", [], {}, {"verdict": "?"}, {"verdict": ""}])
values = st.one_of(st.sampled_from([PASSED, FAILED, FAILED | {"extra": 1}, PASSED | {"missing": False}]), odd)
edits = st.fixed_dictionaries(
    {
        "record": st.sampled_from(
            [RECORD, "answer/u1/small/GW-02", "finding/u1/small/GW-01/缺项", "visit/u1"]
        ),
        "field": st.sampled_from(["judgement", "judgement", "note", "number", "text"]),
    },
    optional={
        "value": values,
        "saw": st.sampled_from([[], ["0" * 32]]),
        "decision": st.sampled_from(["", "重查"]),
    },
)
bodies = st.fixed_dictionaries(
    {"at": st.just("2026-11-20T09:00:00+08:00"), "by": st.sampled_from([["张三"], ["张三", "李四"], []])},
    optional={
        "edits": st.lists(edits, max_size=3),
        "retract": st.sampled_from([[], ["0" * 32]]),
        "what": st.sampled_from(["", "判定"]),
        "later": st.just(1),
    },
)


def plain(*edits: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"at": "2026-11-20T09:00:00+08:00", "by": ["张三"], "edits": list(edits), **more}


@given(bodies)
@example(plain(JUDGED))
@example(plain(JUDGED, JUDGED))
@example(plain(JUDGED | {"value": FAILED | {"extra": 1}}))
@example(plain(JUDGED | {"value": PASSED | {"missing": False}}))
@example(plain(JUDGED, NOTED | {"value": 1}))
@example(plain(JUDGED, retract=["0" * 32]))
def test_what_is_told_of_a_lone_change_is_what_the_fold_reads(body: dict[str, Any]) -> None:
    data = canonical(body)
    told = lone(data, {})
    if told is not None:
        read = msgspec.json.decode(data, type=Body)
        assert canonical(read) == data and not read.retract
        state = State([make_change("", "w1", read)])
        assert [key for key in state.records("u1") if not key.startswith("finding/")] == [told.record]
        assert (told.at, told.by) == (read.at, read.by)
        assert told.judgement == judgement_of(state.value(told.record, "judgement"))
        assert told.note == state.value(told.record, "note", "")


def test_a_judgement_with_its_note_is_read_in_one_go() -> None:
    number = {"record": RECORD.replace("answer", "finding") + "/缺项", "field": "number", "value": 3}
    for told in (
        plain(JUDGED),
        plain(JUDGED, NOTED),
        plain(JUDGED, number),
        plain(JUDGED | {"value": PASSED}),
    ):
        assert lone(canonical(told), {}) is not None


def test_a_key_given_twice_is_not_plain() -> None:
    data = canonical(plain(JUDGED))
    assert lone(data.replace(b'{"at":', b'{"at":"x","at":', 1), {}) is None
    assert lone(data.replace(b'"verdict"', b'"verdict":"pass","verdict"'), {}) is None
