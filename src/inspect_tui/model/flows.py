"""Flows: the editable list of a branch's basic flows (基本流程), each with its steps from plan to act."""

from __future__ import annotations

import msgspec

from inspect_tui.model.terms import Term

FLOWS_FORMAT = "inspect-tui/flows"


class FlowStage(Term):
    """Where in the circle of plan, do, check, act a step stands."""

    PLAN = "plan", "计划"
    DO = "do", "执行"
    CHECK = "check", "检查"
    ACT = "act", "改进"


class StepFound(Term):
    """What walking a flow found of one step."""

    DONE = "done", "做了"
    PARTLY = "partly", "部分"
    NONE = "none", "没做"


class FlowStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of a flow: its stage and what there should be to see."""

    stage: FlowStage
    text: str


class Flow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A basic flow. Its id names it in records, so the wording may be mended."""

    id: str
    name: str
    steps: tuple[FlowStep, ...]


class FlowGroup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Flows of one kind of work."""

    name: str
    flows: tuple[Flow, ...]


class FlowList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A list of basic flows as an office writes it: one JSON file."""

    format: str
    version: str
    id: str
    title: str
    groups: tuple[FlowGroup, ...]
    draft: bool = False
    remark: str = ""

    def flows(self) -> list[tuple[str, Flow]]:
        """Every flow with the name of its group, in order."""
        return [(group.name, flow) for group in self.groups for flow in group.flows]
