"""Steps of a grade: 定级, 限期整改, 复查, 降级, 摘牌. A table says which leads where, guards what each needs.

Nobody loses a grade in one stroke: an order with a day, a look again that fails, and only then 降级 or 摘牌.
The one exception is a veto, which takes a granted grade at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, grade_key
from inspect_tui.model.round import Round
from inspect_tui.model.scheme import Level, Scheme
from inspect_tui.model.terms import GradeState, GradeStepKind
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.fold import Entry, State, is_blank
from inspect_tui.rules.lifecycle import Guarded, Objection, as_date
from inspect_tui.rules.rectifying import NotAllowed

FIELD = "step"

_S, _K = GradeState, GradeStepKind

#: Where each step may start and where it leads. What is not here is forbidden.
STEPS: dict[tuple[GradeStepKind, GradeState], GradeState] = {
    (_K.GRANT, _S.UNGRADED): _S.GRANTED,
    (_K.GRANT, _S.GRANTED): _S.GRANTED,
    (_K.ORDER, _S.UNGRADED): _S.ORDERED,
    (_K.ORDER, _S.GRANTED): _S.ORDERED,
    (_K.ORDER, _S.FAILED): _S.ORDERED,
    (_K.PASS, _S.ORDERED): _S.GRANTED,
    (_K.FAIL, _S.ORDERED): _S.FAILED,
    (_K.DEMOTE, _S.FAILED): _S.DEMOTED,
    (_K.DELIST, _S.FAILED): _S.DELISTED,
    (_K.DELIST, _S.GRANTED): _S.DELISTED,
}


class GradeStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step: what was done, from which state to which, when, on what ground, by whom.

    `level` is the grade the unit has after it, with the name it then had; empty after 摘牌. `due` is the day
    an order runs to, `approver` who approved a grade that needs it.
    """

    kind: GradeStepKind
    left: GradeState
    to: GradeState
    on: str
    level: str = ""
    level_name: str = ""
    scheme: str = ""
    due: str = ""
    basis: str = ""
    who: str = ""
    approver: str = ""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A step with who recorded it and when."""

    step: GradeStep
    by: tuple[str, ...]
    at: str
    change: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a unit's grade stands: the last step, all steps in order, and the round that holds the last one.

    `contested` means two hands took different steps side by side, and the lead must decide first.
    """

    state: GradeState = GradeState.UNGRADED
    last: GradeStep | None = None
    steps: tuple[Taken, ...] = ()
    round: str = ""
    contested: bool = False

    @property
    def level(self) -> str:
        """The id of the grade held by these steps; empty when none was granted, or it was taken away."""
        return self.last.level if self.last is not None else ""

    @property
    def due(self) -> str:
        """Until when the unit has to put things right; empty unless an order stands."""
        return self.last.due if self.last is not None and self.state is GradeState.ORDERED else ""

    def overdue(self, today: str) -> bool:
        """Whether an order has run out without a look again."""
        return bool(self.due) and today > self.due


def leads_to(kind: GradeStepKind, state: GradeState) -> GradeState | None:
    """Where a step leads from a state, or None when it is forbidden there."""
    return STEPS.get((kind, state))


def steps_from(state: GradeState) -> list[GradeStepKind]:
    """The steps that may be taken from a state."""
    return [kind for kind in GradeStepKind if (kind, state) in STEPS]


def read_grade_step(value: Any) -> GradeStep | None:
    """The step in a change value, or None when there is none or the table does not allow it."""
    try:
        step = msgspec.convert(value, GradeStep)
    except msgspec.ValidationError:
        return None
    return step if leads_to(step.kind, step.left) is step.to else None


def standing_of(rounds: Sequence[tuple[Round, State]], unit: str, series: str) -> Standing:
    """Where a unit's grade stands after all rounds of a series, given in the order of their stages."""
    key = grade_key(unit, series)
    steps: list[Taken] = []
    found = Standing()
    for round_, state in rounds:
        live = [e for e in state.live(key, FIELD) if not is_blank(e.value)]
        told = {msgspec.json.encode(s): s for e in live if (s := read_grade_step(e.value)) is not None}
        steps += _in_order(state.history(key, FIELD), {taken.change for taken in steps})
        if told:
            last = next(iter(told.values()))
            found = Standing(state=last.to, last=last, round=round_.id, contested=len(told) > 1)
    return msgspec.structs.replace(found, steps=tuple(steps))


def _in_order(entries: Iterable[Entry], known: set[str]) -> list[Taken]:
    """Steps as they followed each other: a step that had seen another comes after it."""
    held = [
        (entry, step)
        for entry in entries
        if entry.change not in known and (step := read_grade_step(entry.value)) is not None
    ]
    held.sort(key=lambda pair: (len(pair[0].saw), pair[0].at, pair[0].change))
    return [Taken(step=step, by=e.by, at=e.at, change=e.change) for e, step in held]


# -------------------------------------------------------------------- guards


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What the guards look at besides the step itself.

    `previous` is last year's level, `proposed` the one that scores and vetoes come to, `vetoes` what was
    hit, all as ids or words.
    """

    standing: Standing
    scheme: Scheme
    today: str
    previous: str = ""
    proposed: str = ""
    vetoes: tuple[str, ...] = ()

    @property
    def held(self) -> str:
        """The level the unit has now: by this year's steps, else from last year."""
        if self.standing.state is GradeState.DELISTED:
            return ""
        return self.standing.level or self.previous


def guard(step: GradeStep, ground: Ground) -> Guarded:
    """Check a step against the table and its needs; every refusal names the field that must be mended."""
    state = ground.standing.state
    refusals: list[Objection] = []
    if ground.standing.contested:
        refusals.append(Objection("state", "这个单位的定级有两种记录，请组长先裁定"))
    if step.left is not state or leads_to(step.kind, state) is not step.to:
        allowed = "、".join(kind.label for kind in steps_from(state))
        instead = f"，可以：{allowed}" if allowed else ""
        refusals.append(Objection("state", f"{state.label}的单位不能“{step.kind.label}”{instead}"))
        return Guarded(tuple(refusals))
    refusals += _day_faults(step, ground)
    refusals += _needs(step, ground)
    return Guarded(tuple(refusals))


def _day_faults(step: GradeStep, ground: Ground) -> list[Objection]:
    day, today = as_date(step.on), as_date(ground.today)
    if day is None:
        return [Objection("on", f"日期写法不对：{step.on}，应如2026-11-20" if step.on else "没有日期")]
    if today is not None and day > today:
        return [Objection("on", f"日期{step.on}在今天之后")]
    last = ground.standing.last
    if last is not None and step.on < last.on:
        return [Objection("on", f"日期{step.on}早于上一步“{last.kind.label}”的{last.on}")]
    return []


def _needs(step: GradeStep, ground: Ground) -> list[Objection]:
    found: list[Objection] = []

    def need(field: str, text: str) -> None:
        if not str(getattr(step, field)).strip():
            found.append(Objection(field, text))

    match step.kind:
        case _K.GRANT:
            found += _grant_faults(step, ground)
        case _K.ORDER:
            need("basis", "没有写明哪里不合格")
            due = as_date(step.due)
            if due is None:
                told = f"整改期限写法不对：{step.due}，应如2026-12-20" if step.due else "没有整改期限"
                found.append(Objection("due", told))
            elif step.due <= step.on:
                found.append(Objection("due", f"整改期限{step.due}应在下达日期{step.on}之后"))
        case _K.PASS:
            need("who", "没有复查人")
            need("basis", "没有复查依据")
            if not step.level:
                found.append(Objection("level", "还没有等级，请写明定为哪一级"))
            elif step.level != ground.held:
                found += _grant_faults(step, ground)
        case _K.FAIL:
            need("who", "没有复查人")
            need("basis", "没有写明哪里还不合格")
        case _K.DEMOTE:
            need("basis", "没有写明理由")
            found += _lower_faults(step, ground)
        case _K.DELIST:
            need("basis", "没有写明理由")
            if not ground.held:
                found.append(Objection("level", "这个单位没有等级，没有牌可摘"))
            if ground.standing.state is GradeState.GRANTED and not ground.vetoes:
                told = "没有一票否决的，要先下达限期整改，复查不合格才能摘牌"
                found.append(Objection("state", told))
    return found


def _grant_faults(step: GradeStep, ground: Ground) -> list[Objection]:
    scheme = ground.scheme
    level = scheme.level(step.level)
    if level is None:
        known = "、".join(f"{known.id}（{known.name}）" for known in scheme.levels)
        told = f"没有“{step.level}”这个等级" if step.level else "没有写明定为哪一级"
        return [Objection("level", f"{told}，可用：{known}")]
    found: list[Objection] = []
    place = scheme.place(level.id)
    most = max(scheme.place(scheme.veto_level), 0)
    if ground.vetoes and place > most:
        told = f"有一票否决（{'、'.join(ground.vetoes)}），最高定为{scheme.levels[most].name}"
        found.append(Objection("level", told))
    before = scheme.place(ground.previous) if ground.previous else -1
    if before >= 0 and scheme.up is not None and place > before + scheme.up:
        found.append(Objection("level", f"上年为{scheme.levels[before].name}，一年最多升{scheme.up}级"))
    if before >= 0 and scheme.down is not None and place < before - scheme.down and not ground.vetoes:
        found.append(Objection("level", f"上年为{scheme.levels[before].name}，一年最多降{scheme.down}级"))
    if level.approval and not step.approver.strip():
        found.append(Objection("approver", f"{level.name}须报上级批准，没有批准人"))
    if ground.standing.state is GradeState.GRANTED and step.level == ground.held:
        found.append(Objection("level", f"已经定为{level.name}"))
    differs = bool(ground.proposed) and step.level != ground.proposed
    if (differs or ground.standing.state is GradeState.GRANTED) and not step.basis.strip():
        proposed = scheme.level(ground.proposed)
        told = (
            f"和按得分定的“{proposed.name}”不同，请写明理由" if differs and proposed else "更改等级要写明理由"
        )
        found.append(Objection("basis", told))
    if not ground.proposed and not step.basis.strip():
        found.append(Objection("basis", "还没有提交的验收得分，定级要写明理由"))
    return found


def _lower_faults(step: GradeStep, ground: Ground) -> list[Objection]:
    scheme = ground.scheme
    held, lower = scheme.place(ground.held), scheme.place(step.level)
    if held < 0:
        return [Objection("level", "这个单位没有等级，不能降级")]
    if held == 0:
        return [Objection("level", f"{scheme.levels[0].name}已是最低一级，只能摘牌")]
    if lower < 0 or lower >= held:
        below = "、".join(f"{level.id}（{level.name}）" for level in scheme.levels[:held])
        return [Objection("level", f"应降到{scheme.levels[held].name}以下的一级：{below}")]
    return []


# -------------------------------------------------------------------- taking steps


def planned(kind: GradeStepKind, ground: Ground, **given: str) -> GradeStep:
    """A step with what follows of itself filled in: the states, the day, the level where it is plain."""
    state, scheme = ground.standing.state, ground.scheme
    level = given.pop("level", "")
    if not level:
        level = _plain_level(kind, ground)
    known: Level | None = scheme.level(level)
    return GradeStep(
        kind=kind,
        left=state,
        to=leads_to(kind, state) or state,
        on=given.pop("on", "") or ground.today,
        level=level,
        level_name=known.name if known is not None else "",
        scheme=scheme.id,
        **given,
    )


def _plain_level(kind: GradeStepKind, ground: Ground) -> str:
    match kind:
        case _K.GRANT:
            return ground.proposed
        case _K.DEMOTE:
            held = ground.scheme.place(ground.held)
            return ground.scheme.levels[held - 1].id if held > 0 else ""
        case _K.DELIST:
            return ""
        case _:
            return ground.held


def take_grade_step(state: State, unit: str, series: str, step: GradeStep, ground: Ground) -> list[Edit]:
    """The edits that record a step. Raises NotAllowed with everything that speaks against it."""
    guarded = guard(step, ground)
    if not guarded.allowed:
        raise NotAllowed(guarded)
    return [set_field(state, grade_key(unit, series), FIELD, msgspec.to_builtins(step))]
