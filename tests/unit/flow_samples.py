"""A short list of basic flows for tests."""

from __future__ import annotations

from inspect_tui.model.flows import Flow, FlowGroup, FlowList, FlowStage, FlowStep

FLOWS = ("党课", "党小组会", "党费收缴", "发展党员", "党务公开", "资料归档")


def flow_list() -> FlowList:
    """Six flows in two groups, two steps each."""
    made = [
        Flow(
            id=f"F-{n}",
            name=name,
            steps=(
                FlowStep(stage=FlowStage.PLAN, text=f"{name}有计划"),
                FlowStep(stage=FlowStage.CHECK, text=f"{name}有检查"),
            ),
        )
        for n, name in enumerate(FLOWS, 1)
    ]
    groups = (FlowGroup(name="一类", flows=tuple(made[:4])), FlowGroup(name="二类", flows=tuple(made[4:])))
    return FlowList(format="inspect-tui/flows", version="1.0", id="short", title="短目录", groups=groups)
