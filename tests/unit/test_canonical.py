"""Content ids: what they bind, what they forgive, and what never gets into a change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import CHECKLIST, GW1, ROUND

from inspect_tui.model.change import Body, Change, Edit
from inspect_tui.rules.canonical import (
    ID_LENGTH,
    FloatInChange,
    canonical,
    change_id,
    checklist_hash,
    digest,
    item_hash,
    make_change,
    unit_hash,
    verified,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


def body(value: Any) -> Body:
    return Body(at="2026-11-20T09:00:00+08:00", by=("甲",), edits=(Edit(record="r", field="f", value=value),))


@given(json_values)
def test_canonical_bytes_survive_decoding_and_encoding(value: Any) -> None:
    once = canonical(value)
    assert canonical(msgspec.json.decode(once)) == once


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), st.integers(0, 9), max_size=6))
def test_key_order_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_known_bytes() -> None:
    assert (
        canonical({"乙": 1, "甲": Decimal("2.50"), "a": [None, True]})
        == '{"a":[null,true],"乙":1,"甲":"2.50"}'.encode()
    )
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb924"
    assert len(digest(b"x")) == ID_LENGTH


@given(json_values)
def test_a_sealed_change_verifies_and_reads_back(value: Any) -> None:
    change = make_change("p", "w", body(value))
    assert verified(change)
    stored = msgspec.json.decode(msgspec.json.encode(change), type=dict[str, msgspec.Raw])
    again = msgspec.structs.replace(change, body=stored["body"])
    assert verified(again)
    assert msgspec.json.decode(again.body, type=Body).edits[0].value == value


@given(json_values, st.sampled_from(["id", "writer", "prev", "body"]))
def test_a_touched_change_no_longer_verifies(value: Any, part: str) -> None:
    change = make_change("p", "w", body(value))
    other = make_change("p", "w", body([value, 1]))
    forged = {
        "id": msgspec.structs.replace(change, id=other.id),
        "writer": msgspec.structs.replace(change, writer="v"),
        "prev": msgspec.structs.replace(change, prev="q"),
        "body": msgspec.structs.replace(change, body=other.body),
    }[part]
    assert not verified(forged)


def test_a_body_reformatted_by_another_program_still_verifies() -> None:
    """Stock TinyDB rewrites a file with spaces and escapes; the content is the same."""
    change = make_change("", "w", body({"甲": [1, "二"]}))
    spaced = msgspec.json.format(bytes(change.body), indent=2)
    assert spaced != bytes(change.body)
    assert verified(msgspec.structs.replace(change, body=msgspec.Raw(spaced)))


def test_an_erased_change_needs_its_hash() -> None:
    change = make_change("", "w", body(1))
    erased = Change(id=change.id, writer="w", prev="", hash=digest(bytes(change.body)))
    assert verified(erased)
    assert not verified(msgspec.structs.replace(erased, hash=""))
    assert not verified(msgspec.structs.replace(erased, hash=digest(b"else")))


@pytest.mark.parametrize("value", [0.5, [1, 0.5], {"a": {"b": [0.1]}}, float("nan")])
def test_floats_never_get_into_a_change(value: Any) -> None:
    with pytest.raises(FloatInChange):
        make_change("", "w", body(value))


def test_parts_of_an_id_cannot_run_into_each_other() -> None:
    assert change_id("a", "bc", "d") != change_id("ab", "c", "d")


@pytest.mark.parametrize(
    "text",
    [
        "岗位责任齐全， 每项都有责任人",
        "岗位责任齐全,每项都有责任人",
        " 岗位责任齐全，\n每项都有责任人\u3000",
    ],
)
def test_spacing_and_width_of_punctuation_are_not_rewording(text: str) -> None:
    assert item_hash(msgspec.structs.replace(GW1, text=text)) == item_hash(GW1)


@pytest.mark.parametrize(
    "change",
    [{"text": "岗位责任齐全，每项都有负责人"}, {"rubric": "缺1项扣1分，未明确责任人扣1分"}],
)
def test_rewording_changes_the_item_hash(change: dict[str, str]) -> None:
    assert item_hash(msgspec.structs.replace(GW1, **change)) != item_hash(GW1)


def test_text_moved_from_item_to_rubric_is_rewording() -> None:
    moved = msgspec.structs.replace(GW1, text=GW1.text + GW1.rubric, rubric="")
    assert item_hash(moved) != item_hash(GW1)


def test_points_and_labels_are_no_part_of_the_item_hash() -> None:
    assert item_hash(msgspec.structs.replace(GW1, points=Decimal(9), deductions=())) == item_hash(GW1)


def test_checklist_and_unit_hashes_follow_the_content() -> None:
    again = msgspec.json.decode(msgspec.json.encode(CHECKLIST), type=type(CHECKLIST))
    assert checklist_hash(again) == checklist_hash(CHECKLIST)
    assert checklist_hash(msgspec.structs.replace(CHECKLIST, revision="2")) != checklist_hash(CHECKLIST)
    assert unit_hash(ROUND.units[0]) != unit_hash(ROUND.units[1])
