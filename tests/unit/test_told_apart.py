"""Numbers of earlier problems beside each other: as short as can be, never the same for two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.rules.numbering import short_number, told_apart


def test_the_shortest_form_that_says_one() -> None:
    called = told_apart(
        [
            "HTK26Q3-A1-DG02-B-03",
            "HTK26Q3-A1-DG02-B-04",
            "HTK26Q3-A1-DG02-C-04",
            "HTK26Q2-A1-DG02-B-05",
            "HTK26Q3-A1-DG02-B-05",
        ]
    )
    assert list(called.values()) == ["02-03", "02-B-04", "02-C-04", "26Q2 02-B-05", "26Q3 02-B-05"]


def test_what_alone_is_short_stays_whole_where_teams_differ() -> None:
    numbers = ["HTK26Q3-A1-DG02-B-03", "HTK26Q3-A2-DG02-B-03", "随手编的号"]
    assert told_apart(numbers) == {number: number for number in numbers}
    assert told_apart([]) == {}


_parts = st.tuples(
    st.sampled_from(["HTK26Q2", "HTK26Q3", "DC26M11", "ZX"]),
    st.sampled_from(["A1", "A2"]),
    st.sampled_from(["DG01", "DG02", "XP01"]),
    st.sampled_from("AB"),
    st.integers(1, 3),
)


@given(st.lists(_parts, unique=True, max_size=12))
def test_no_two_are_called_the_same(parts: list[tuple[str, str, str, str, int]]) -> None:
    numbers = [f"{r}-{t}-{u}-{letter}-{serial:02}" for r, t, u, letter, serial in parts]
    called = told_apart(numbers)
    assert list(called) == numbers and len(set(called.values())) == len(numbers)
    if len(numbers) == 1:
        assert called[numbers[0]] == short_number(numbers[0])
