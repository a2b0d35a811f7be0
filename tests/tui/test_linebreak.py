"""Line breaking: every rule on its own, then laws over generated text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from inspect_tui.tui import linebreak
from inspect_tui.tui.linebreak import NO_END, NO_START, divide_line, offsets, wrap
from sweeps import times

SIGNS = "党小组检查员甲乙丙。，、：；？！（）《》“”‘’…—·%℃aZ09-/. ()[]\u3000é"
ALPHABET = st.sampled_from([*SIGNS, "\u0301"])
TEXTS = st.text(ALPHABET, max_size=120)
WIDTHS = st.integers(2, 40)


def pieces(text: str, cuts: list[int]) -> list[str]:
    edges = [0, *cuts, len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("一二三四。五六", 8, ["一二三", "四。五六"]),
        ("一二三（四五）", 8, ["一二三", "（四五）"]),
        ("3号楼 一层灭火器箱内有杂物", 12, ["3号楼 一层灭", "火器箱内有杂", "物"]),
        ("检查日期2026-11-20下午", 13, ["检查日期", "2026-11-20下", "午"]),
        ("一二三……四五", 7, ["一二", "三……四", "五"]),
        ("一二三——四五", 7, ["一二", "三——四", "五"]),
        ("共完成98.5%的任务", 10, ["共完成", "98.5%的任", "务"]),
        ("a b c", 1, ["a", "b", "c"]),
        ("。。。。。。", 4, ["。。", "。。", "。。"]),
        ("（（（（", 4, ["（（", "（（"]),
        ("supercalifragilistic", 8, ["supercal", "ifragili", "stic"]),
        ("一二\n三四五", 4, ["一二", "三四", "五"]),
        ("", 5, [""]),
    ],
)
def test_wraps_as_typeset(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_double_signs_are_never_parted() -> None:
    for width in range(6, 30):
        for line in wrap("他说——就在这时……门开了——又关上了……", width):
            assert not line.startswith(("…", "—"))


@given(TEXTS, WIDTHS)
@settings(max_examples=times(400), deadline=None)
def test_pieces_join_back_and_fit(text: str, width: int) -> None:
    cuts = offsets(text, width, hang=False)
    assert cuts == sorted(set(cuts))
    assert all(0 < cut < len(text) for cut in cuts)
    for piece in pieces(text, cuts):
        assert cell_len(piece) <= width


@given(TEXTS, WIDTHS)
@settings(max_examples=times(400), deadline=None)
def test_blanks_may_hang_over_the_edge_and_nothing_else(text: str, width: int) -> None:
    cuts = offsets(text, width)
    for piece in pieces(text, cuts):
        assert cell_len(piece.rstrip(" \t")) <= width


def could_be_better(text: str, start: int, cut: int, width: int) -> bool:
    """Whether an allowed break stood between `start` and `cut`."""
    return any(linebreak._may_break(text, index) for index in range(start + 1, cut))


@given(TEXTS, WIDTHS)
@settings(max_examples=times(400), deadline=None)
def test_no_bad_start_or_end_unless_forced(text: str, width: int) -> None:
    cuts = offsets(text, width)
    start = 0
    for cut in cuts:
        bad_start = text[cut] in NO_START
        bad_end = text[cut - 1] in NO_END
        if bad_start or bad_end:
            assert not could_be_better(text, start, cut, width), (text, width, cut)
        start = cut


@given(TEXTS, WIDTHS)
@settings(max_examples=times(300), deadline=None)
def test_lines_are_filled(text: str, width: int) -> None:
    """A line ends early only because no allowed break stood further on."""
    start = 0
    for cut in offsets(text, width, hang=False):
        used = cell_len(text[start:cut])
        for further in range(cut + 1, len(text)):
            used += get_character_cell_size(text[further - 1])
            if used > width:
                break
            assert not linebreak._may_break(text, further), (text, width, start, cut, further)
        start = cut


def test_divide_line_stands_in_for_richs() -> None:
    from rich._wrap import divide_line as stock

    assert divide_line("short", 10) == stock("short", 10) == []
    assert divide_line("one two three", 8) == stock("one two three", 8)
