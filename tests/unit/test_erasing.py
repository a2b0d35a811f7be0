"""Erasing for good: the body goes wherever the record of it comes, the chain and the reason stay."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ROUND, UNITS, Desk, histories, play, reading, union

from inspect_tui.model.change import Body, Change, Edit, erase_key
from inspect_tui.model.terms import FindingKind, Verdict
from inspect_tui.rules import actions
from inspect_tui.rules.canonical import verified
from inspect_tui.rules.erasing import (
    CannotErase,
    erase,
    erased_form,
    erased_ids,
    erasures,
    preview,
    without_erased,
)
from inspect_tui.rules.fold import State
from inspect_tui.rules.reviewing import NoReason
from sweeps import times


def named() -> tuple[Desk, Desk, Change]:
    """An inspector wrote what must not travel on; the lead holds it."""
    one, lead = Desk("a" * 12, "甲"), Desk("c" * 12, "组长")
    one.judge(Verdict.PASS)
    bad = one.do(*actions.new_finding(one.state, "u1", "x", FindingKind.DEFICIENCY, "某某电话13800000000"))
    one.judge(Verdict.FAIL, "无责任人")
    lead.take(one)
    return one, lead, bad


def test_the_text_goes_and_the_reason_stays() -> None:
    one, lead, bad = named()
    told = preview(lead.state, ROUND, bad.id)
    assert told.by == ("甲",) and "13800000000" in told.says and told.records == ("finding/u1/~x",)
    lead.do(*erase(lead.state, ROUND, bad.id, "写了个人信息"))
    one.take(lead)
    for desk in (one, lead):
        assert [f.text for f in desk.findings()] == ["岗位责任未明确责任人"]
        (gone,) = erasures(desk.state)
        assert (gone.change, gone.reason, gone.by, gone.writer) == (
            bad.id,
            "写了个人信息",
            ("组长",),
            "a" * 12,
        )
        assert desk.state.gaps() == [] and desk.state.forks() == []


def test_what_is_written_from_then_on_does_not_hold_it() -> None:
    one, lead, bad = named()
    lead.do(*erase(lead.state, ROUND, bad.id, "写了个人信息"))
    kept = without_erased({c.id: c for c in lead.held})
    assert kept[bad.id].body is None and all(verified(c) for c in kept.values())
    assert b"13800000000" not in msgspec.json.encode(list(kept.values()))
    assert reading(State(kept.values())) == reading(lead.state)
    assert without_erased(kept) == kept
    assert one.own[1] == bad


def test_what_cannot_be_erased_says_why() -> None:
    _, lead, bad = named()
    with pytest.raises(NoReason):
        erase(lead.state, ROUND, bad.id, " ")
    with pytest.raises(CannotErase):
        preview(lead.state, ROUND, "0" * 32)
    record = lead.do(*erase(lead.state, ROUND, bad.id, "写了个人信息"))
    for change in (bad.id, record.id):
        with pytest.raises(CannotErase):
            erase(lead.state, ROUND, change, "再删")


def test_nothing_brings_it_back() -> None:
    """Neither undoing the erasure nor erasing it: two of those could undo each other by turns."""
    one, lead, bad = named()
    record = lead.do(*erase(lead.state, ROUND, bad.id, "写了个人信息"))
    lead.do(retract=[record.id])
    lead.do(Edit(record=erase_key(record.id), field="reason", value="反悔"))
    lead.do(actions.set_field(lead.state, erase_key(bad.id), "reason", None))
    assert [f.text for f in lead.findings()] == ["岗位责任未明确责任人"]
    kept = without_erased({c.id: c for c in lead.held})
    assert kept[record.id].body is not None and kept[bad.id].body is None
    assert reading(State(kept.values())) == reading(lead.state)
    assert one.own


def test_an_erased_retraction_and_an_erased_decision_no_longer_act() -> None:
    one, lead = Desk("a" * 12, "甲"), Desk("c" * 12, "组长")
    first = one.judge(Verdict.PASS)
    undone = one.do(retract=[first.id])
    lead.take(one)
    assert lead.answer().verdict is Verdict.PENDING
    lead.do(*erase(lead.state, ROUND, undone.id, "误操作"))
    assert lead.answer().verdict is Verdict.PASS
    decided = lead.judge(Verdict.FAIL, decision="裁定")
    assert lead.answer().verdict is Verdict.FAIL
    lead.do(*erase(lead.state, ROUND, decided.id, "裁定写错"))
    assert lead.answer().verdict is Verdict.PASS


def test_a_body_written_otherwise_is_erased_by_the_hash_it_is_named_by() -> None:
    one, _, bad = named()
    assert bad.body is not None
    loose = msgspec.structs.replace(bad, body=msgspec.Raw(msgspec.json.format(bytes(bad.body), indent=1)))
    assert verified(loose) and erased_form(loose) == erased_form(bad)
    with pytest.raises(ValueError, match="hash"):
        erased_form(msgspec.structs.replace(bad, body=msgspec.Raw(b"{}")))
    assert one.own


def test_a_key_hidden_by_escapes_is_found() -> None:
    _, lead, bad = named()
    (edit,) = erase(lead.state, ROUND, bad.id, "原因")
    record = lead.seal(Body(at="", by=("组长",), edits=(edit,)))
    assert record.body is not None
    hidden = bytes(record.body).replace(b"erase/", b"\\u0065rase\\/")
    assert erased_ids([msgspec.structs.replace(record, body=msgspec.Raw(hidden))]) == {bad.id}


@settings(max_examples=times(120), deadline=None)
@given(histories, st.integers(0, 2**16))
def test_in_any_order_and_form_the_reading_is_the_same_and_the_chain_holds(history: Any, seed: int) -> None:
    desks = play(history)
    lead = Desk("f" * 12, "组长")
    lead.take(*desks)
    dice = random.Random(seed)
    for target in dice.sample(lead.state.ids(), min(3, len(lead.state.ids()))):
        lead.do(*erase(lead.state, ROUND, target, "不该写"))
    lead.judge(Verdict.UNVERIFIED, reason="之后")
    changes = {c.id: c for c in union([*desks, lead])}
    kept = without_erased(changes)
    assert all(verified(c) for c in kept.values()) and kept.keys() == changes.keys()
    expected = reading(State(kept.values()))
    assert reading(lead.state) == expected
    for _ in range(3):
        mixed = [*changes.values(), *kept.values()]
        dice.shuffle(mixed)
        assert reading(State(mixed)) == expected
    for unit in UNITS:
        bare, full = State(kept.values()), State(changes.values())
        assert sorted(bare.records(unit)) == sorted(full.records(unit))
        for record in bare.records(unit):
            assert sorted(bare.fields(record)) == sorted(full.fields(record))
            assert bare.saw_record(record) == full.saw_record(record)
