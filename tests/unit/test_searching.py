"""Searching: words and initials over many texts, against a slow search that looks at each sign."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.rules.searching import Shelf, folded

READINGS = {"岗": "g", "位": "wl", "责": "z", "任": "rl", "重": "zct", "复": "f", "长": "zc", "，": "x"}


def initials(sign: str) -> str:
    return READINGS.get(sign, "")


def shelf(*texts: str) -> Shelf:
    made = Shelf(texts)
    made.learn(initials)
    return made


def test_initials_find_the_words_also_across_punctuation() -> None:
    held = shelf("九项岗位责任齐全", "岗位，责任", "责任岗位", "")
    assert held.find("gwzr") == [0, 1]
    assert held.find("GWZR") == [0, 1]
    assert held.find("gwzrx") == []


def test_every_reading_of_a_sign_matches() -> None:
    held = shelf("重复", "组长")
    assert held.find("zf") == [0] and held.find("cf") == [0]
    assert held.find("z") == [0, 1] and held.find("c") == [0, 1]


def test_words_are_found_before_initials_are_known() -> None:
    held = Shelf(["岗位责任", "ＧＷ－０１ 岗位"])
    assert not held.knows_initials
    assert held.find("岗位") == [0, 1]
    assert held.find("gw-01") == [1] and held.find("gw") == [1]


def test_width_and_case_do_not_matter() -> None:
    held = shelf("GW-01 岗位", "ｇｗ-01")
    assert held.find("ＧＷ－０１") == [0, 1]
    assert held.find("gw01") == [0, 1]


def test_all_words_must_be_there_in_any_order() -> None:
    held = shelf("岗位 责任", "责任", "岗位")
    assert held.find("责任 岗位") == [0]
    assert held.find("zr 岗位") == [0]
    assert held.find("   ") == [] and held.find("") == []


def test_a_query_never_runs_over_into_the_next_text() -> None:
    held = shelf("岗位", "责任")
    assert held.find("gwzr") == [] and held.find("位\n责") == []


def slow(texts: list[str], query: str) -> list[int]:
    """Each text on its own: every word as it stands, or sign by sign by its readings."""

    def has(text: str, word: str) -> bool:
        fold = folded(text)
        if word in fold:
            return True
        if not (word.isascii() and any(c.isalpha() for c in word)):
            return False
        signs = [s if s.isascii() else READINGS.get(s, "") for s in fold if s.isalnum()]
        signs = [s for s in signs if s]
        letters = [c for c in word if c.isalnum()]
        return any(
            all(letter in sign for letter, sign in zip(letters, signs[at:], strict=False))
            for at in range(len(signs) - len(letters) + 1)
        )

    words = folded(query).split()
    return [i for i, text in enumerate(texts) if words and all(has(text, word) for word in words)]


signs = st.sampled_from("岗位责任重复长，gwz1 -Ｇ")


@given(
    st.lists(st.text(signs, max_size=8), max_size=6), st.text(st.sampled_from("gwzrfc1- 岗位Ｇ"), max_size=5)
)
def test_it_finds_what_a_slow_search_finds(texts: list[str], query: str) -> None:
    assert shelf(*texts).find(query) == slow(texts, query)
