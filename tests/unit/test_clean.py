"""Text at the door."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.store import clean
from inspect_tui.store.clean import KeyCollision, clean_json, clean_text, is_clean
from sweeps import in_full

any_text = st.text(alphabet=st.characters(), max_size=60) | st.text(
    alphabet="a甲\r\n\t\v\f\u2028\u2029\x1b\x9b\u200b\u202e\ufeff\ud83d\ude00e\u0301\u1100\u1161", max_size=40
)


@given(any_text, st.booleans())
def test_cleaning_twice_changes_nothing(text: str, newlines: bool) -> None:
    once = clean_text(text, newlines=newlines)
    assert clean_text(once, newlines=newlines) == once
    assert is_clean(once, newlines=newlines)
    once.encode("utf-8")
    if not newlines:
        assert "\n" not in once and "\t" not in once


def test_nothing_unsafe_survives_over_all_code_points() -> None:
    allowed_format = {"\u0600", "\u0601", "\u0602", "\u0603", "\u0604", "\u0605", "\u06dd", "\u070f"}
    # Where sweeps are off: of Chinese and the far planes every so many, not always the same.
    rare = range(0x3100, 0xD700, 1 if in_full() else random.randrange(11, 17))
    high = range(0x20000, 0x110000, 1 if in_full() else random.randrange(31, 61))
    for code in (*range(0x3100), *rare, *range(0xD700, 0x20000), *high, *range(0xE0000, 0xE0200)):
        left = clean_text(f"甲{chr(code)}乙")
        for character in left:
            category = unicodedata.category(character)
            assert category != "Cs"
            assert category not in ("Cc", "Zl", "Zp") or character in "\n\t", hex(code)
            if category == "Cf" and code < 0xE000:
                assert character in allowed_format or code in (0x890, 0x891, 0x8E2), hex(code)


def test_what_is_taken_out_is_never_printable() -> None:
    """Printable texts, which are most, are let through without a closer look."""
    for low, high in (*clean._DROPPED_RANGES, clean._SURROGATES):
        assert not any(chr(code).isprintable() for code in range(low, high + 1)), hex(low)
    assert not any(sign.isprintable() for sign in clean._LINE_ENDS)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\r\nb\rc\vd\fe\u2028f\u2029g", "a\nb\nc\nd\ne\nf\ng"),
        ("e\u0301", "é"),
        ("e\u200d\u0301", "é"),
        ("\uf9e1明", "李明"),
        ("\x1b]52;c;eA==\x07红\x9b31m", "]52;c;eA==红31m"),
        ("甲\u202e乙\u2066丙\u200f\ufeff", "甲乙丙"),
        ("坏\ud800字", "坏\ufffd字"),
        ("\ud83d\ude00", "\U0001f600"),
        ("䶮𠮷㛃\u3000，“好”", "䶮𠮷㛃\u3000，“好”"),
        ("葛\U000e0100", "葛\U000e0100"),
    ],
)
def test_what_becomes_of_it(raw: str, cleaned: str) -> None:
    assert clean_text(raw) == cleaned


def test_one_line_fields_join_lines() -> None:
    assert clean_text("第一行\r\n\t第二行\n", newlines=False) == "第一行 第二行"


def test_markup_is_left_alone_because_it_is_text() -> None:
    for text in ("[/]", "[@click=app.quit]x", "[OK]"):
        assert clean_text(text) == text


def test_json_is_cleaned_in_keys_and_values() -> None:
    assert clean_json({"键\u200b": ["值\x00", {"a": "\ud800"}], "n": 1.5, "b": None}) == {
        "键": ["值", {"a": "\ufffd"}],
        "n": 1.5,
        "b": None,
    }
    with pytest.raises(KeyCollision):
        clean_json({"a": 1, "a\u200b": 2})
