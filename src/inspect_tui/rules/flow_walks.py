"""Walking basic flows: three of the list drawn for a unit by a printed seed, each step's finding kept.

The drawing holds the flows as they then read, so that a record says the same after the list was reworded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, flow_key
from inspect_tui.model.flows import FlowList, FlowStep, StepFound
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.sampling import CannotDraw, lot

DRAWN = "drawn"
#: How many are walked as a rule (抽3项走查).
USUAL = 3


class FlowPick(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A flow that was drawn, as it then read."""

    id: str
    name: str
    group: str
    steps: tuple[FlowStep, ...]


class FlowDraw(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing at a unit: seed and number asked for, day, from which list, what came out.

    `frame` is a hash of the list; the same seed, unit and frame give the same flows.
    """

    id: str
    unit: str
    seed: str
    k: int
    day: str
    flows: str
    size: int
    frame: str
    picked: tuple[FlowPick, ...]


class StepMark(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one step; no `found` while nobody looked. `contested`: two found differently."""

    found: StepFound | None = None
    note: str = ""
    by: tuple[str, ...] = ()
    at: str = ""
    contested: bool = False


class FlowWalked(msgspec.Struct, frozen=True, kw_only=True):
    """One flow with the marks of its steps."""

    pick: FlowPick
    marks: tuple[StepMark, ...]

    @property
    def looked(self) -> int:
        """How many steps were looked at."""
        return sum(mark.found is not None for mark in self.marks)

    @property
    def broken(self) -> bool:
        """Whether the flow does not go through: some step was not done at all."""
        return any(mark.found is StepFound.NONE for mark in self.marks)

    @property
    def word(self) -> str:
        """What the flow came to."""
        if self.broken:
            return "走不通"
        if self.looked < len(self.marks):
            return "未看完"
        return "不完整" if any(mark.found is StepFound.PARTLY for mark in self.marks) else "走通"


class FlowWalk(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing with everything found so far."""

    draw: FlowDraw
    flows: tuple[FlowWalked, ...]

    @property
    def steps(self) -> int:
        return sum(len(flow.marks) for flow in self.flows)

    @property
    def looked(self) -> int:
        return sum(flow.looked for flow in self.flows)

    @property
    def broken(self) -> int:
        """How many flows do not go through."""
        return sum(flow.broken for flow in self.flows)


# -------------------------------------------------------------------- drawing


def draw_flows(listed: FlowList, unit: str, k: int, seed: str, day: str) -> FlowDraw:
    """Draw k flows of a list for a unit by a seed. Raises CannotDraw.

    The order of the list plays no part; each unit gets its own flows from one seed.
    """
    seed = seed.strip()
    known = {flow.id: (group, flow) for group, flow in listed.flows()}
    if not seed:
        raise CannotDraw("没有写种子，请写一个大家都看得到的词或数字")
    if not 1 <= k <= len(known):
        raise CannotDraw(f"流程共{len(known)}项，只能抽1到{len(known)}项")
    frame = digest(canonical(sorted([id_, flow.name] for id_, (_, flow) in known.items())))[:16]
    order = sorted(known, key=lambda id_: (lot(seed, f"{unit}\n{id_}"), id_))
    return FlowDraw(
        id=digest(canonical([seed, k, unit, frame]))[:16],
        unit=unit,
        seed=seed,
        k=k,
        day=day,
        flows=listed.id,
        size=len(known),
        frame=frame,
        picked=tuple(
            FlowPick(id=id_, name=known[id_][1].name, group=known[id_][0], steps=known[id_][1].steps)
            for id_ in order[:k]
        ),
    )


def record_flows(state: State, drawn: FlowDraw) -> list[Edit]:
    """The edits that record a drawing; none when this very drawing is recorded already."""
    if any(known.id == drawn.id for known in flow_draws(state, drawn.unit)):
        return []
    value = msgspec.to_builtins(drawn, str_keys=True)
    return [set_field(state, flow_key(drawn.unit, drawn.id), DRAWN, value)]


def flow_draws(state: State, unit: str) -> list[FlowDraw]:
    """The drawings recorded at a unit, by day. What is no drawing in a foreign file is passed over."""
    found: dict[str, tuple[str, FlowDraw]] = {}
    for record in state.records(unit):
        if record.startswith("flow/"):
            for entry in state.live(record, DRAWN):
                drawn = None if is_blank(entry.value) else read_draw(entry.value)
                if drawn is not None and record == flow_key(drawn.unit, drawn.id):
                    found.setdefault(drawn.id, (entry.at, drawn))
    return [drawn for _, drawn in sorted(found.values(), key=lambda f: (f[1].day, f[0], f[1].id))]


def read_draw(value: Any) -> FlowDraw | None:
    """The drawing in a change value, or None when there is none that can be used."""
    try:
        drawn = msgspec.convert(value, FlowDraw)
    except msgspec.ValidationError:
        return None
    ids = [pick.id for pick in drawn.picked]
    return drawn if ids and len(set(ids)) == len(ids) and all(pick.steps for pick in drawn.picked) else None


def seed_for(state: State, unit: str, today: str) -> str:
    """A seed for an inspector who has none at hand: the day, numbered where that was used already."""
    used = {drawn.seed for drawn in flow_draws(state, unit)}
    plain = today.replace("-", "")
    tries = (plain if n == 1 else f"{plain}-{n}" for n in range(1, len(used) + 2))
    return next(seed for seed in tries if seed not in used)


# -------------------------------------------------------------------- walking


def step_field(flow: str, step: int) -> str:
    """The field that holds what was found of a step, counted from 1."""
    return f"found.{flow}.{step}"


def mark_step(
    state: State, drawn: FlowDraw, flow: str, step: int, found: StepFound | None, note: str = ""
) -> Edit:
    """Record what a step was found to be; None takes it back."""
    value = {"found": found.value, "note": note.strip()} if found is not None else None
    return set_field(state, flow_key(drawn.unit, drawn.id), step_field(flow, step), value)


def read_mark(value: Any) -> tuple[StepFound, str] | None:
    """What a change value says of a step, or None when it says nothing that can be used."""
    if not isinstance(value, dict) or not isinstance(value.get("note", ""), str):
        return None
    try:
        return StepFound(str(value.get("found"))), value.get("note", "")
    except ValueError:
        return None


def walk_of(state: State, drawn: FlowDraw) -> FlowWalk:
    """A drawing with what was found of every step."""
    record = flow_key(drawn.unit, drawn.id)
    flows = []
    for pick in drawn.picked:
        marks = []
        for number in range(1, len(pick.steps) + 1):
            read = [
                (e, told)
                for e in state.live(record, step_field(pick.id, number))
                if not is_blank(e.value) and (told := read_mark(e.value)) is not None
            ]
            if not read:
                marks.append(StepMark())
                continue
            entry, (found, note) = read[0]
            differing = len({told for _, told in read}) > 1
            marks.append(StepMark(found=found, note=note, by=entry.by, at=entry.at, contested=differing))
        flows.append(FlowWalked(pick=pick, marks=tuple(marks)))
    return FlowWalk(draw=drawn, flows=tuple(flows))


def newest_walk(state: State, unit: str) -> FlowWalk | None:
    """The newest drawing of a unit with its findings."""
    draws = flow_draws(state, unit)
    return walk_of(state, draws[-1]) if draws else None


def flow_sentence(walk: FlowWalk) -> str:
    """What walking the drawn flows found, in one sentence."""
    drawn = walk.draw
    head = f"按种子“{drawn.seed}”从{drawn.size}项基本流程中抽{len(drawn.picked)}项走查"
    told = []
    for flow in walk.flows:
        short = _short(flow)
        told.append(f"“{flow.pick.name}”{flow.word}" + (f"（{short}）" if short else ""))
    return f"{head}：{'；'.join(told)}"


def _short(flow: FlowWalked) -> str:
    """Which steps fall short."""
    parts = []
    for step, mark in zip(flow.pick.steps, flow.marks, strict=True):
        if mark.found in (StepFound.NONE, StepFound.PARTLY):
            word = "没做" if mark.found is StepFound.NONE else "做了部分"
            parts.append(f"{step.text}{word}" + (f"，{mark.note}" if mark.note else ""))
    return "；".join(parts)


def rows_of(walks: Sequence[FlowWalk]) -> list[dict[str, Any]]:
    """Every step of walks as flat rows, for tables."""
    return [
        {
            "unit": walk.draw.unit,
            "draw": walk.draw.id,
            "seed": walk.draw.seed,
            "day": walk.draw.day,
            "flow": flow.pick.id,
            "name": flow.pick.name,
            "group": flow.pick.group,
            "step": number,
            "stage": step.stage,
            "text": step.text,
            "found": mark.found,
            "note": mark.note,
            "by": list(mark.by),
            "at": mark.at,
            "contested": mark.contested,
        }
        for walk in walks
        for flow in walk.flows
        for number, (step, mark) in enumerate(zip(flow.pick.steps, flow.marks, strict=True), 1)
    ]
