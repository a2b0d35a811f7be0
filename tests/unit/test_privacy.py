"""What a text should not be sent with: found, placed, confirmed with a reason."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notice_work import QUARTER, TODAY, begin, held, told, typed, worked
from strategies import Desk

from inspect_tui.model.terms import FindingKind, NamingLevel
from inspect_tui.report.privacy import _PATTERNS, _WIDE, PrivacyKind, scan
from inspect_tui.report.settled import confirm, read_settled
from inspect_tui.report.splitting import Block, split, whole
from inspect_tui.report.telling import Wanted, tell
from inspect_tui.rules.reviewing import NoReason
from sweeps import times


def found(text: str, people: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    blocks = [Block(text=text)]
    return [(h.kind.value, h.text) for h in scan("头", blocks, [whole("头", blocks)], people)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13912345678联系", [("phone", "13912345678")]),
        ("电话139 1234 5678", [("phone", "139 1234 5678")]),
        ("电话+86-139-1234-5678", [("phone", "+86-139-1234-5678")]),
        ("电话１３９１２３４５６７８", [("phone", "１３９１２３４５６７８")]),
        ("编号1391234567890", []),
        ("身份证110101199003070011", [("id_card", "110101199003070011")]),
        ("身份证11010119900307001x。", [("id_card", "11010119900307001x")]),
        ("扣300元", [("money", "300元")]),
        ("共1,200.5万元", [("money", "1,200.5万元")]),
        ("截留三百元", [("money", "三百元")]),
        ("罚款￥50", [("money", "￥50")]),
        ("一元化管理", []),
        ("吴420-32井未挂牌", [("well", "吴420-32井")]),
        ("定1234井", [("well", "定1234井")]),
        ("X12-34-5压力", [("well", "X12-34-5")]),
        ("三号井组共用", []),
        ("11月16日至20日，共3-5项", []),
        ("2026-11-20", []),
        ("标为秘密的文件", [("secrecy", "秘密")]),
        ("绝密、机密", [("secrecy", "绝密"), ("secrecy", "机密")]),
        ("保密要求", []),
        ("章海峰牵头", [("name", "章海峰")]),
        ("查5项，缺3项（已当场整改）", []),
    ],
)
def test_what_is_found(text, expected):
    assert found(text, ("章海峰", "峰")) == expected


@pytest.mark.parametrize("kind", [PrivacyKind.PHONE, PrivacyKind.WELL])
@given(data=st.data())
@settings(max_examples=times(30))
def test_a_trace_hides_nothing(kind, data):
    signs, trace, pattern = next(row[1:] for row in _PATTERNS if row[0] is kind)
    text = data.draw(st.from_regex(pattern))
    assert re.search(trace, text) and set(signs) & set(text.translate(_WIDE))


def test_no_text_makes_the_scan_slow():
    # Quadratic patterns would take minutes here and run into the time limit of the suite.
    for text in (
        "1" * 200_000,
        "一" * 200_000,
        "1," * 100_000 + "元",
        "井-" * 100_000,
        "1 " * 100_000 + "元",
    ):
        found(text, ("章海峰",))


def test_the_number_of_a_point_is_no_part_of_a_sum():
    blocks = [Block(text="1.300元未公开", lead=2, records=("finding/u/~1",), ids=("s1",))]
    (hit,) = scan("头", blocks, [whole("头", blocks)])
    assert hit.text == "300元" and (hit.part, hit.line, hit.column) == (1, 2, 3)
    assert hit.records == ("finding/u/~1",) and hit.sentences == ("s1",)


filler = st.text(alphabet="党小组检查记录，。；", min_size=0, max_size=200)


@settings(max_examples=times(200), deadline=None)
@given(st.lists(filler, min_size=1, max_size=6), st.integers(0, 5), st.sampled_from([300, 420, 1900]))
def test_the_place_is_where_it_stands_even_when_a_cut_tore_it_apart(lines, at, limit):
    lines[at % len(lines)] += "电话13912345678。"
    blocks = [Block(text=f"{n}." + line, lead=len(f"{n}.")) for n, line in enumerate(lines, 1)]
    parts = split("【头】", blocks, limit)
    (hit,) = scan("【头】", blocks, parts)
    line = parts[hit.part - 1].text.split("\n")[hit.line - 1]
    assert "13912345678".startswith(line[hit.column - 1 :][:11])


def test_a_heading_too_long_to_repeat_shifts_no_place():
    head = "【" + "标题" * 60 + "】"
    blocks = [
        Block(text="1.电话13912345678", lead=2),
        *(Block(text=f"{n}." + "查" * 60, lead=2) for n in range(2, 9)),
    ]
    parts = split(head, blocks, 300)
    (hit,) = scan(head, blocks, parts)
    assert parts[hit.part - 1].text.split("\n")[hit.line - 1][hit.column - 1 :].startswith("13912345678")


def phoned() -> Desk:
    desk = Desk("a" * 12, "检查员甲")
    begin(desk, "g1", "2026-11-16")
    begin(desk, "g2", "2026-11-16")
    typed(desk, "g1", "x", FindingKind.DEFICIENCY, "公示栏写着13912345678和500元")
    return desk


def test_a_confirmation_is_kept_with_its_reason_and_travels():
    desk = phoned()
    notice = told(desk)
    assert [h.kind for h in notice.unconfirmed] == [PrivacyKind.PHONE, PrivacyKind.MONEY]
    assert any("手机号码（第1段第" in w for w in notice.warnings)
    assert not any("13912345678" in w for w in notice.warnings)
    document = notice.document
    with pytest.raises(NoReason):
        confirm(desk.state, document.kind, document.scope, [notice.unconfirmed[0].id], "  ")
    desk.do(*confirm(desk.state, document.kind, document.scope, [notice.unconfirmed[0].id], "公开的值班电话"))
    other = Desk("c" * 12, "检查员乙")
    other.take(desk)
    again = told(other)
    assert [h.kind for h in again.unconfirmed] == [PrivacyKind.MONEY]
    assert again.privacy[0].confirmed == "公开的值班电话"
    assert not any("手机号码" in w for w in again.warnings)
    assert read_settled(other.state, document.kind, document.scope).confirmed


def test_a_reason_carries_no_name_beside_a_text_for_the_group():
    desk = phoned()
    document = told(desk).document
    (phone, _) = told(desk).unconfirmed
    desk.do(*confirm(desk.state, document.kind, document.scope, [phone.id], "章海峰同意"))
    assert told(desk).privacy[0].confirmed == "某同志同意"
    assert not any("已改写" in w for w in told(desk).warnings)


def test_names_are_looked_for_where_they_should_not_be():
    assert not [h for h in told(worked()).privacy if h.kind is PrivacyKind.NAME], "all were taken out"
    inner = tell([held(worked())], Wanted(level=NamingLevel.INTERNAL), TODAY)
    assert "章海峰" in inner.text and not [h for h in inner.privacy if h.kind is PrivacyKind.NAME]
    assert QUARTER.secrecy.label == "内部"
