"""Journal lines: as far as they are good, never further, never otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.model.change import Body, Change, Edit
from inspect_tui.rules.canonical import make_change
from inspect_tui.store.journal import change_line, header_line, line, parse_journal, round_line


def _chain(count: int) -> list[Change]:
    changes: list[Change] = []
    for number in range(count):
        body = Body(
            at="x", by=("甲",), edits=(Edit(record="visit/u", field="note", value=f"说明\n{number}"),)
        )
        changes.append(make_change(changes[-1].id if changes else "", "w1", body))
    return changes


CHANGES = _chain(6)
LINES = [
    header_line("w1", 2, ""),
    *map(change_line, CHANGES[:5]),
    round_line({"id": "r"}),
    change_line(CHANGES[5]),
]
WHOLE = b"".join(LINES)


def test_a_whole_journal_reads_back() -> None:
    content = parse_journal(WHOLE)
    assert content.changes == CHANGES and content.rounds == [{"id": "r"}]
    assert content.header is not None and content.header.writer == "w1" and content.header.number == 2
    assert not content.torn and not content.damaged


@given(st.integers(0, len(WHOLE)))
def test_a_cut_journal_gives_its_whole_lines(length: int) -> None:
    content = parse_journal(WHOLE[:length])
    assert content.changes == CHANGES[: len(content.changes)]
    assert not content.damaged
    whole = WHOLE[:length].count(b"\n")
    assert len(content.changes) + len(content.rounds) == max(0, whole - 1)
    assert content.torn == length - sum(map(len, LINES[:whole]))


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_changed_byte_never_changes_what_is_read(position: int, flip: int) -> None:
    data = bytearray(WHOLE)
    data[position] ^= flip
    content = parse_journal(bytes(data))
    assert content.changes == CHANGES[: len(content.changes)]
    spoilt = WHOLE[:position].count(b"\n")
    assert len(content.changes) + len(content.rounds) == max(0, spoilt - 1)
    assert content.torn or content.damaged
    if content.damaged:
        assert content.broken == spoilt + 1 and content.after


@given(st.binary(max_size=300))
def test_anything_at_all_is_read_without_an_exception(data: bytes) -> None:
    content = parse_journal(data)
    assert not content.changes
    parse_journal(WHOLE + data)


@pytest.mark.parametrize("payload", [b"{}", b"[]", b"\xff", b'{"id":"a"}', b"[" * 3000])
def test_good_checksums_over_nonsense_are_not_taken(payload: bytes) -> None:
    for kind in (b"C", b"X"):
        content = parse_journal(LINES[0] + line(kind, payload) + LINES[1])
        assert not content.changes and content.broken == 2 and content.after == 1


def test_a_payload_with_a_newline_is_refused() -> None:
    with pytest.raises(ValueError, match="newline"):
        line(b"C", b"{\n}")
