"""Undo and redo over a visit."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import LOCAL, UNITS, Desk, reading_of_unit, solo

from inspect_tui.model.terms import Verdict
from inspect_tui.rules.fold import State
from inspect_tui.rules.history import Undoing
from sweeps import times

ACTIONS = [action for action in LOCAL if action.__name__ not in ("_undo", "_redo")]


def readings(desk: Desk) -> list[dict[str, Any]]:
    return [reading_of_unit(desk.state, unit) for unit in UNITS]


@settings(max_examples=times(50), deadline=None)
@given(solo)
def test_undoing_everything_and_redoing_everything(moves: list[tuple[int, int, int]]) -> None:
    desk = Desk("a" * 12, "甲")
    past = [readings(desk)]
    for what, _, seed in moves:
        before = len(desk.own)
        ACTIONS[what % len(ACTIONS)](desk, "u1", seed)
        if len(desk.own) > before:
            past.append(readings(desk))
    for earlier in reversed(past[:-1]):
        assert desk.undo("u1") is not None
        assert readings(desk) == earlier
    assert desk.undo("u1") is None
    for later in past[1:]:
        assert desk.redo("u1") is not None
        assert readings(desk) == later
    assert desk.redo("u1") is None


@settings(max_examples=times(60), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2**16)), max_size=40))
def test_any_mixture_follows_the_model_of_an_editor(moves: list[tuple[int, int]]) -> None:
    """A list of readings and a place in it: what undo means in every editor."""
    desk = Desk("a" * 12, "甲")
    past, place = [readings(desk)], 0
    for move, seed in moves:
        if move == 0:
            done = desk.undo("u1")
            assert (done is not None) == (place > 0)
            place -= done is not None
        elif move == 1:
            done = desk.redo("u1")
            assert (done is not None) == (place < len(past) - 1)
            place += done is not None
        else:
            before = len(desk.own)
            ACTIONS[seed % len(ACTIONS)](desk, "u1", seed // len(ACTIONS))
            if len(desk.own) > before:
                past, place = [*past[: place + 1], readings(desk)], place + 1
        assert readings(desk) == past[place]


@settings(max_examples=times(50), deadline=None)
@given(solo)
def test_stacks_followed_change_by_change_equal_stacks_read_at_once(
    moves: list[tuple[int, int, int]],
) -> None:
    desk = Desk("a" * 12, "甲")
    followed = Undoing(State(), desk.writer)
    for what, where, seed in moves:
        before = len(desk.own)
        LOCAL[what](desk, UNITS[where], seed)
        for change in desk.own[before:]:
            followed.take(desk.state.changes[change.id])
    at_once = Undoing(State(desk.own), desk.writer)
    for unit in UNITS:
        each, again = followed.of(unit), at_once.of(unit)
        assert (each.done, each.undone) == (again.done, again.undone)


def test_units_have_their_own_undo() -> None:
    desk = Desk("a" * 12, "甲")
    desk.judge(Verdict.FAIL, unit="u1")
    desk.judge(Verdict.PASS, unit="u2")
    desk.undo("u1")
    assert desk.answer(unit="u1").verdict is Verdict.PENDING
    assert desk.answer(unit="u2").verdict is Verdict.PASS
    assert desk.undo("u1") is None


def test_a_new_action_ends_what_could_be_redone() -> None:
    desk = Desk("a" * 12, "甲")
    desk.judge(Verdict.FAIL)
    desk.undo()
    desk.judge(Verdict.PASS)
    assert desk.redo() is None
    desk.undo()
    assert desk.answer().verdict is Verdict.PENDING


def test_only_the_own_work_is_undone() -> None:
    one, two = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    one.judge(Verdict.FAIL)
    two.take(one)
    two.judge(Verdict.PASS)
    assert two.undo() is not None
    assert [o.judgement.verdict for o in two.answer().opinions] == [Verdict.FAIL]
    assert two.undo() is None


def test_undo_survives_a_restart() -> None:
    desk = Desk("a" * 12, "甲")
    desk.judge(Verdict.FAIL)
    desk.judge(Verdict.PASS)
    desk.undo()
    desk.state = State(desk.own)
    assert desk.answer().verdict is Verdict.FAIL
    desk.redo()
    assert desk.answer().verdict is Verdict.PASS
    desk.undo()
    desk.undo()
    assert desk.answer().verdict is Verdict.PENDING


def test_undo_brings_back_both_of_two_opinions() -> None:
    one, two = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    one.judge(Verdict.FAIL)
    two.judge(Verdict.PASS)
    one.take(two)
    one.judge(Verdict.PASS)
    assert not one.answer().disputed
    one.undo()
    assert {o.judgement.verdict for o in one.answer().opinions} == {Verdict.FAIL, Verdict.PASS}
