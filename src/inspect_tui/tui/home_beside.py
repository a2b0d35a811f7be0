"""What stands beside the list on the home screen: the unit or the round under the cursor, in full."""

from __future__ import annotations

from inspect_tui.model.roster import Unit
from inspect_tui.model.terms import FindingKind
from inspect_tui.rules.reading import findings_of_unit
from inspect_tui.rules.result import result_text, unit_result
from inspect_tui.store.workspace import RoundEntry
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.home_lines import owed_word, state_word
from inspect_tui.tui.widgets.page import Line, pair, wrapped


def unit_beside(desk: Desk, unit: Unit, width: int) -> list[Line]:
    """A unit: where it belongs, how far its visit is, its score and what was found."""
    visit = desk.visit(unit.id)
    progress = desk.progress(unit.id)
    lines: list[Line] = [*wrapped(unit.long_name, width, "head")]
    path = desk.path_of(unit)
    team = desk.round.team_of(unit.id)
    lines += pair("所属", path, width) if path else []
    lines += pair("分级承包", unit.responsible_leader, width) if unit.responsible_leader else []
    lines += pair("负责人", unit.leader, width) if unit.leader else []
    lines += pair("特色", unit.feature, width) if unit.feature else []
    lines += pair("检查组", team.name, width) if team else []
    if progress.to_verify:
        owed, owed_ink = owed_word(progress)
        lines += pair("上轮问题", owed.removeprefix("上轮").strip(), width, ink=owed_ink)
    lines.append([])
    if not visit.started:
        lines += wrapped("还没有检查记录。按回车开始。", width, "dim")
        return lines
    word, ink = state_word(progress)
    lines += pair("进度", f"{word}，已查 {progress.answered}/{progress.items} 项", width, ink=ink)
    lines += pair("日期", visit.date, width)
    lines += pair("检查人员", "、".join(visit.inspectors), width) if visit.inspectors else []
    lines += pair("迎检人", visit.counterpart, width) if visit.counterpart else []
    if visit.not_reached:
        lines += pair("原因", visit.reason, width, ink="warn")
        return lines
    sheet = desk.sheet(unit.id)
    result = unit_result(sheet)
    if result.score is not None:
        lines += pair("得分", f"{result.score}（{result.raw}/{result.applicable}，按 ? 看由来）", width)
    if why := result_text(result):
        lines += pair("", why, width)
    lines.append([])
    found = findings_of_unit(desk.state, desk.round, unit.id, sheet.checklists)
    for kind, ink in (
        (FindingKind.DEFICIENCY, "fail"),
        (FindingKind.GOOD_PRACTICE, "pass"),
        (FindingKind.SUGGESTION, "text"),
    ):
        told = [f for f in found if f.kind is kind]
        if told:
            lines.append([(f" {kind.label} {len(told)}条", "dim")])
            for number, finding in enumerate(told[:12], 1):
                lines += wrapped(finding.text[:200], width, ink, indent=f" {number}. ", hang="    ")
    return lines


def round_beside(entry: RoundEntry, width: int) -> list[Line]:
    """A round: its dates, checklists, teams and earlier problems; or why it cannot be read."""
    if entry.round is None:
        lines = [*wrapped(entry.id, width, "head"), *wrapped("这一轮的文件读不了：", width, "warn")]
        for fault in entry.faults[:5]:
            lines += wrapped(fault.text(), width, "text")
        return lines
    round_ = entry.round
    lines = [*wrapped(round_.title, width, "head")]
    lines += pair("类型", round_.kind.label, width)
    lines += pair("期次", round_.period.label, width)
    lines += (
        pair("起止", f"{round_.period.start} 至 {round_.period.end}", width) if round_.period.start else []
    )
    lines += pair("密级", round_.secrecy.label, width)
    if round_.practice:
        lines += pair("演练", "是，不计入正式结果", width, ink="warn")
    lines += pair("签发", round_.issuer, width) if round_.issuer else []
    for checklist in round_.checklists:
        lines += pair("清单", f"{checklist.title}（{len(checklist.items())}条）", width)
    for team in round_.teams:
        lines += pair("检查组", f"{team.name}：{team.lead}，{len(team.units)}个单位", width)
    if round_.carried or round_.held:
        held = f"，另有{len(round_.held)}条没有转入" if round_.held else ""
        lines += pair("上轮问题", f"转入{len(round_.carried)}条{held}", width)
    lines += pair("发包版本", f"第{round_.pack_version}版", width)
    return lines
