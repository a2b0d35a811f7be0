"""What steps ask for: days as people type them, ready answers, and that the guards are the only judge."""

from __future__ import annotations

import datetime as dt

import pytest

from inspect_tui.model.problem import Duty, Step
from inspect_tui.model.terms import StepKind
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.lifecycle import STEPS, Ground, guard
from inspect_tui.tui.step_form import (
    ASKED,
    DUTY_ASKS,
    DUTY_FORMS,
    day_words,
    presets,
    read_typed_day,
    ready_answers,
)

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-20", "2026-11-20"),
        ("2026.1.5", "2026-01-05"),
        ("２０２６／１１／２０", "2026-11-20"),
        ("2026年11月20日", "2026-11-20"),
        ("20261120", "2026-11-20"),
        ("11月25日", "2026-11-25"),
        ("12-5", "2026-12-05"),
        ("1.3", "2027-01-03"),
        ("8月30号", "2026-08-30"),
        ("今天", "2026-11-20"),
        (" 昨天 ", "2026-11-19"),
        ("30天后", "2026-12-20"),
        ("7 天内", "2026-11-27"),
        (day_words(TODAY), "2026-11-20"),
        ("2026-02-30", ""),
        ("13-1", ""),
        ("2月30日", ""),
        ("下周", ""),
        ("", ""),
        ("9999天后", "2054-04-06"),
    ],
)
def test_days_as_people_type_them(text: str, day: str) -> None:
    assert read_typed_day(text, TODAY) == day


def test_every_step_that_is_not_a_verification_has_a_form() -> None:
    assert set(ASKED) == {kind for kind, _ in STEPS}


@pytest.mark.parametrize("kind", ASKED, ids=lambda kind: kind.value)
def test_a_form_asks_all_that_the_guards_need_and_what_it_requires_is_needed(kind: StepKind) -> None:
    left = next(state for step, state in STEPS if step is kind)
    bare = Step(kind=kind, left=left, to=STEPS[kind, left])
    ground = Ground(state=left, duty=Duty(), today="2026-11-20")
    needed = {objection.field for objection in guard(bare, ground).refusals}
    assert needed == {ask.field for ask in ASKED[kind] if ask.required}


def test_fields_of_the_duty_stand_in_a_form_each() -> None:
    fields = {ask.field for ask in DUTY_ASKS}
    assert fields == set(Duty.__struct_fields__)
    assert all(ask.duty and not ask.required for form in DUTY_FORMS.values() for ask in form)


def test_ready_answers_name_whom_one_knows(ledger_row: LedgerRow) -> None:
    def told(kind: StepKind, field: str) -> list[str]:
        ask = next(a for a in ASKED[kind] if a.field == field)
        return ready_answers(ask, [ledger_row], None, ["检查员甲", "检查员乙"], TODAY)

    assert told(StepKind.CLOSE, "who") == ["检查员甲", "检查员乙"]
    assert told(StepKind.SUBMIT, "who") == ["章海峰"]
    assert told(StepKind.DEFER, "approver") == ["秦振邦", "一支部书记"]
    assert [read_typed_day(t, TODAY) for t in told(StepKind.START, "due")] == [
        "2026-11-27",
        "2026-12-05",
        "2026-12-20",
    ]
    assert read_typed_day(told(StepKind.SUBMIT, "done_on")[1], TODAY) == "2026-11-19"
    assert presets(StepKind.CLOSE, [ledger_row], ["检查员甲"], "2026-11-20") == {
        "basis": "",
        "who": "检查员甲",
        "on": "2026-11-20",
    }


def test_a_form_over_several_shows_only_what_they_share(ledger_row: LedgerRow) -> None:
    import msgspec

    other = msgspec.structs.replace(
        ledger_row, duty=msgspec.structs.replace(ledger_row.duty, owner="别人", measure="同一措施")
    )
    same = msgspec.structs.replace(
        ledger_row, duty=msgspec.structs.replace(ledger_row.duty, measure="同一措施")
    )
    found = presets(StepKind.START, [same, other], [], "2026-11-20")
    assert found["owner"] == "" and found["measure"] == "同一措施" and found["leader"] == "秦振邦"


@pytest.fixture
def ledger_row() -> LedgerRow:
    from inspect_tui.model.terms import RectState, Severity

    return LedgerRow(
        id="0" * 16,
        record="rect/DG02/0000000000000000",
        number="HTK26Q4-T1-DG02-A-01",
        unit="DG02",
        unit_name="东沟第2党小组",
        text="问题",
        severity=Severity.MINOR,
        state=RectState.OPEN,
        initial=RectState.OPEN,
        duty=Duty(owner="章海峰", leader="秦振邦", supervisor="一支部书记"),
    )
