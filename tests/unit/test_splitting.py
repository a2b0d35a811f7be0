"""Messages that fit: no part over the limit, nothing lost or doubled, cuts where a reader expects them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_tui.report.splitting import MIN_BYTES, Block, Part, size, split, whole
from sweeps import times

words = st.text(
    alphabet=st.one_of(
        st.sampled_from("，。；、：！？党小组检查“”（）1.ab 𠮷é\u0301"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    min_size=1,
    max_size=400,
).map(lambda t: t.replace("\n", " "))
keys = st.lists(st.sampled_from("abc")).map(tuple)
blocks = st.lists(st.builds(Block, text=words, heading=st.booleans(), records=keys), min_size=1, max_size=12)
feet = st.lists(st.builds(Block, text=words.map(lambda t: t[:60]), foot=st.just(True)), max_size=2)


def rejoined(parts: list[Part]) -> dict[int, str]:
    held: dict[int, str] = {}
    for part in parts:
        for piece in part.pieces:
            held[piece.block] = held.get(piece.block, "") + piece.text
    return held


@settings(max_examples=times(150), deadline=None)
@given(words, blocks, feet, st.integers(min_value=MIN_BYTES, max_value=2500))
def test_every_part_fits_and_nothing_is_lost_or_doubled(head, body, foot, limit):
    told = [*body, *foot]
    parts = split(head, told, limit)
    assert all(part.bytes == size(part.text) <= limit for part in parts)
    held = rejoined(parts)
    # A head too long to be repeated stands in full as the first line.
    texts = [b.text for b in told]
    assert list(held.values()) in (texts, [head, *texts])
    assert list(held) == sorted(held), "in order"
    if len(held) == len(texts) and len(parts) > 1:
        assert all(part.text.startswith(head) for part in parts)
    for part in parts:
        assert part.text.count("\n") >= len(part.pieces), "head line and one line per piece"
        assert all(piece.text for piece in part.pieces)
    records = [key for part in parts for key in part.records]
    assert set(records) == {key for block in told for key in block.records}


short = st.text(alphabet="党小组检查，。1a", min_size=1, max_size=40)
# With its numbered part below it and a point, a heading of this length fits into the smallest part.
title = st.text(alphabet="党小组检查，。1a", min_size=1, max_size=15)
sections = st.lists(
    st.tuples(title, st.booleans(), st.lists(short, min_size=1, max_size=6)), min_size=1, max_size=6
)


@settings(max_examples=times(150), deadline=None)
@given(sections, st.integers(min_value=MIN_BYTES, max_value=1200))
def test_points_that_fit_are_never_cut_and_nothing_dangles(told, limit):
    body: list[Block] = []
    for title, nested, lines in told:
        body.append(Block(text=title, heading=True))
        body += [Block(text="（一）" + title, heading=True)] if nested else []
        body += [Block(text=f"{n}.{line}") for n, line in enumerate(lines, 1)]
    foot = [Block(text="检查组", foot=True), Block(text="2026年11月20日", foot=True)]
    every = [*body, *foot]
    parts = split("【通报】", every, limit)
    for number, part in enumerate(parts, 1):
        lines_of = [every[piece.block] for piece in part.pieces]
        assert [piece.text for piece in part.pieces] == [b.text for b in lines_of], "cut between points only"
        assert not lines_of[-1].heading, "a heading never ends a part"
        assert any(b.foot for b in lines_of) == (number == len(parts)), "signed once, at the end"
        mark = f"（{number}/{len(parts)}）" if len(parts) > 1 else ""
        assert part.text.split("\n")[0] == "【通报】" + mark
    assert [p.block for part in parts for p in part.pieces] == list(range(len(every))), "once each, in order"


@settings(max_examples=times(80), deadline=None)
@given(words, blocks, st.integers(min_value=MIN_BYTES, max_value=2500))
def test_a_text_that_fits_is_one_part_without_a_count(head, body, limit):
    one = whole(head, body)
    parts = split(head, body, max(limit, one.bytes))
    assert [p.text for p in parts] == [one.text]
    assert split(head, body, 0)[0].text == one.text


def points(count: int, length: int = 40) -> list[Block]:
    return [Block(text=f"{n}." + "查" * length + "。") for n in range(1, count + 1)]


def test_cuts_fall_between_points_and_the_head_counts_them():
    parts = split("【通报】", points(12), 600)
    assert [p.text.split("\n")[0] for p in parts] == ["【通报】（1/3）", "【通报】（2/3）", "【通报】（3/3）"]
    for part in parts:
        assert all(line.endswith("。") for line in part.text.split("\n")[1:]), "no point is cut"


def test_the_foot_is_on_the_last_part_only_and_keeps_a_point():
    told = [*points(12), Block(text="检查组", foot=True), Block(text="2026年11月20日", foot=True)]
    parts = split("【通报】", told, 600)
    assert all("检查组" not in p.text for p in parts[:-1])
    assert parts[-1].text.endswith("检查组\n2026年11月20日")
    assert len(parts[-1].pieces) >= 3, "the signature never stands alone"


def test_a_heading_goes_with_its_first_point():
    for limit in range(MIN_BYTES, 900, 7):
        told = [*points(2), Block(text="二、存在问题", heading=True), *points(3)]
        for part in split("【通报】", told, limit):
            assert not part.text.endswith("二、存在问题")


def test_a_long_point_is_cut_behind_a_stop():
    sentences = "这是一句话，内容不多。" * 40
    parts = split("【通报】", [Block(text="1." + sentences)], 400)
    assert len(parts) > 1
    assert all(part.text.endswith("。") for part in parts)


def test_a_point_without_any_stop_is_cut_hard():
    parts = split("【通报】", [Block(text="党" * 500)], 400)
    assert "".join(p.pieces[0].text for p in parts) == "党" * 500


def test_more_than_nine_parts_still_fit():
    parts = split("【通报】", points(200), 300)
    assert len(parts) > 9 and all(p.bytes <= 300 for p in parts)
    assert parts[9].text.startswith(f"【通报】（10/{len(parts)}）")


@pytest.mark.parametrize("limit", [1, 299, -1])
def test_a_limit_that_is_too_small_is_refused(limit):
    with pytest.raises(ValueError):
        split("【通报】", points(1), limit)
