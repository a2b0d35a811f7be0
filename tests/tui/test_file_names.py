"""Names in lists of files: what tells two apart stays, in cells, whatever somebody called the file."""

from __future__ import annotations

import pytest
from helpers import FORBIDDEN, HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_tui.tui.text import cells, fit, fit_name, one_line
from sweeps import times

LONG = "交卷-第1检查组东沟作业区一支部各党小组-检查员甲-20261120"


def test_a_long_name_keeps_its_version_date_and_ending() -> None:
    first, second = (fit_name(f"{LONG}-{n}.zip", 40) for n in ("修订2", "修订3"))
    assert first != second and first.endswith("-20261120-修订2.zip") and first.startswith("交卷-第1检查组")
    assert cells(first) == cells(second) == 40
    assert fit_name("通报.txt", 12) == "通报.txt    "
    assert fit_name("通报.txt", 8) == "通报.txt"
    assert fit_name("e\u0301" * 30 + "\u0301.txt", 20) != fit("e\u0301" * 30, 20)


@settings(max_examples=times(60), deadline=None)
@given(st.text(max_size=60) | st.sampled_from([LONG, *HOSTILE]), st.integers(0, 60))
def test_every_name_takes_just_its_width(name: str, width: int) -> None:
    told = fit_name(name, width)
    assert cells(told) == width
    assert not FORBIDDEN & set(told)
    if cells(one_line(name)) <= width:
        assert told.rstrip(" ") == one_line(name).rstrip(" ")


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5])
def test_no_room_is_no_error(width: int) -> None:
    assert cells(fit_name(LONG, width)) == width
