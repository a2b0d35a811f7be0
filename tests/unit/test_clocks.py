"""A clock set wrong is noticed, told once, and loses nothing."""

from __future__ import annotations

import json

import pytest
from mergework import file_bytes

from inspect_tui.cli.main import run
from inspect_tui.exchange.verifying import verify_all
from inspect_tui.model.change import Body, Change, Edit
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.clocks import clock_slips, told
from inspect_tui.rules.fold import State

RECORD = "answer/u1/small/GW-01"
A, B = "a" * 12, "b" * 12


def change(at: str, writer: str = A, prev: str = "", saw: tuple[str, ...] = (), text: str = "好") -> Change:
    edit = Edit(record=RECORD, field="note", value=text, saw=saw)
    return make_change(prev, writer, Body(at=at, by=("甲" if writer == A else "乙",), edits=(edit,)))


def test_a_clock_put_back_shows_against_the_change_before(tmp_path):
    first = change("2026-11-20T09:00:00+08:00")
    second = change("2025-11-20T09:00:00+08:00", prev=first.id, text="二")
    third = change("2025-11-20T09:01:00+08:00", prev=second.id, text="三")
    (slip,) = clock_slips(State([first, second, third]))
    assert (slip.change, slip.seen, slip.same, slip.minutes) == (second.id, first.id, True, 365 * 24 * 60)
    assert "同一台电脑" in slip.text and "2025-11-20 09:00" in slip.text


def test_a_laptop_behind_shows_against_what_it_had_seen():
    seen = change("2026-11-20T09:00:00+08:00", B)
    later = change("2026-11-20T08:30:00+08:00", saw=(seen.id,), text="二")
    (slip,) = clock_slips(State([later, seen]))
    assert (slip.change, slip.seen_by, slip.same, slip.minutes) == (later.id, ("乙",), False, 30)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026-11-20T09:10:00+08:00", "2026-11-20T09:00:00+08:00"),
        ("2026-11-20T09:00:00+08:00", "2026-11-20T02:00:00+01:00"),
        ("2026-11-20T09:00:00+08:00", "2026-11-20T01:00:00"),
        ("2026-11-20T09:00:00+08:00", "昨天"),
    ],
    ids=["ten minutes", "another zone", "no zone", "no time"],
)
def test_what_is_no_slip(first, second):
    one = change(first)
    assert clock_slips(State([one, change(second, prev=one.id, text="二")])) == []


def test_many_slips_are_one_sentence():
    seen = change("2026-11-20T09:00:00+08:00", B)
    slips, prev = [seen], ""
    for n in range(5):
        slips.append(change("2026-01-01T09:00:00+08:00", prev=prev, saw=(seen.id,), text=str(n)))
        prev = slips[-1].id
    (line,) = told(clock_slips(State(slips)))
    assert "共5条" in line and "没有丢" in line


def test_verify_warns_and_finds_no_fault(tmp_path, capsys):
    first = change("2026-11-20T09:00:00+08:00")
    second = change("2026-11-01T09:00:00+08:00", prev=first.id, text="二")
    path = tmp_path / "甲.json"
    path.write_bytes(file_bytes([first, second]))
    verified = verify_all(path)
    assert verified.doubts == () and [s.change for s in verified.slips] == [second.id]
    assert run(["verify", str(path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["ok"] and [w["where"] for w in data["warnings"]] == [second.id]
    assert run(["verify", str(path)]) == 0
    assert "提醒" in capsys.readouterr().err
    assert run(["ledger", str(path), "--json"]) == 0
    said = capsys.readouterr()
    assert [w["where"] for w in json.loads(said.out)["warnings"]] == [second.id] and "提醒" in said.err
