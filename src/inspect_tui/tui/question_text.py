"""How a question reads: its sides beside each other where there is room, under each other where not."""

from __future__ import annotations

from inspect_tui.model.problem import Step
from inspect_tui.rules.lifecycle import read_step
from inspect_tui.rules.matter import zh_date
from inspect_tui.rules.questions import Question, Side
from inspect_tui.rules.scoring import points_text
from inspect_tui.tui import skin
from inspect_tui.tui.screens.visit_page import when
from inspect_tui.tui.text import cells
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, wrapped

COLUMNS_FROM = 100
"""Width from which two sides stand beside each other."""


def question_lines(question: Question, width: int) -> list[Line]:
    """A question in full: what it is about, what is agreed on, then every side."""
    head = f"{question.unit_name}  {question.about}"
    lines = wrapped(head, width, "strong")
    facts = [f"不一致的是{question.matter}"]
    if question.grave:
        facts.append("涉及红线、否决项")
    facts.append(f"程度：{question.severity.label}")
    if question.stake:
        facts.append(f"相差{points_text(question.stake)}分")
    lines += wrapped("，".join(facts), width, "warn" if question.grave else "dim")
    if question.agreed:
        lines += wrapped(f"一致的地方：{'；'.join(question.agreed)}", width, "pass")
    lines.append([])
    sides = list(enumerate(question.sides, 1))
    judged = not question.record.startswith("rect/")
    if width < COLUMNS_FROM:
        for number, side in sides:
            lines += side_lines(number, side, width, judged=judged)
        return lines
    half = (width - 3) // 2
    for start in range(0, len(sides), 2):
        left, *right = (side_lines(n, side, half, judged=judged) for n, side in sides[start : start + 2])
        lines += beside(left, right[0] if right else [], half)
    return lines


def side_lines(number: int, side: Side, width: int, *, judged: bool = True) -> list[Line]:
    """One side: who and when, the value, and all it rests on; `judged` values are asked for their basis."""
    by = "、".join(side.by) or "（没有署名）"
    decided = "（组长裁定过）" if side.decision else ""
    lines = wrapped(f"{number}  {by}  {when(side.at)}{decided}", width, "key")
    step = read_step(side.value) if isinstance(side.value, dict) else None
    if step is not None:
        return lines + _step_lines(step, side, width)
    value = side.text + (f"（得{points_text(side.points)}分）" if side.points is not None else "")
    lines += wrapped(value, width, "strong", indent="    ")
    told: list[tuple[str, str]] = []
    if side.stale:
        told.append(("按旧条文判的，需重看", "warn"))
    if side.decision:
        told.append((f"裁定理由：{side.decision}", "text"))
    if side.methods:
        told.append((f"方式：{'、'.join(side.methods)}", "text"))
    if side.samples:
        told.append((f"抽查：{'、'.join(side.samples)}", "text"))
    told += [(f"说明（{'、'.join(n.by)}）：{n.text}", "text") for n in side.notes]
    told += [(f"{f.kind.label}：{f.text}（{f.severity.label}）", "text") for f in side.findings]
    if not told and judged:
        told.append(("没有写依据", "dim"))
    for text, ink in told:
        lines += wrapped(text, width, ink, indent="    ", hang="      ")
    return lines


def short_side(side: Side) -> str:
    """A side in a word or two, for a row of a list."""
    step = read_step(side.value) if isinstance(side.value, dict) else None
    if step is not None:
        return step.outcome.label if step.outcome is not None else step.kind.label
    return side.text.split("；", 1)[0]


def _step_lines(step: Step, side: Side, width: int) -> list[Line]:
    """A step of a rectification as one side: what was said of the problem, how it was seen, the basis."""
    said = step.outcome.label if step.outcome is not None else step.kind.label
    moved = f"{step.left.label}不变" if step.left is step.to else f"{step.left.label}变为{step.to.label}"
    lines = wrapped(f"{said}（{moved}）", width, "strong", indent="    ")
    named = [
        ("裁定理由", side.decision),
        ("方式", "、".join(method.label for method in step.methods)),
        ("依据", step.basis),
        ("还剩", step.remains),
        ("批准人", step.approver),
        ("挂账到", zh_date(step.until) if step.until else ""),
        ("复查人" if step.outcome is not None else "经办人", step.who),
        ("日期", zh_date(step.on)),
    ]
    for name, value in named:
        if value:
            lines += wrapped(f"{name}：{value}", width, "text", indent="    ", hang="      ")
    return lines


def beside(left: list[Line], right: list[Line], width: int) -> list[Line]:
    """Two blocks of lines in columns of a width, a bar between them."""
    bar = skin.current().glyphs.bar
    lines: list[Line] = []
    for row in range(max(len(left), len(right))):
        first: list[Part] = list(left[row]) if row < len(left) else []
        gap = width - sum(cells(text) for text, _ in first)
        second = list(right[row]) if row < len(right) else []
        lines.append([*first, (" " * max(0, gap), "text"), (f" {bar}", "dim"), *second])
    return lines
