"""The three-level grid as told outside the screen: documented JSON, CSV, text and a workbook."""

from __future__ import annotations

from typing import Any

from inspect_tui.model.roster import Crew
from inspect_tui.report.papers.sheets import Cell, Column, Sheet, csv_bytes, workbook_bytes
from inspect_tui.rules.grid import Grid, Node, Tally, is_blank_crew
from inspect_tui.store.clean import clean_text

_TREE = (
    Column(heading="层级", least=8, most=10),
    Column(heading="名称", least=22, most=34),
    Column(heading="上级", least=14, most=20),
    Column(heading="负责人", least=8, most=10),
    Column(heading="责任领导", least=8, most=10),
    Column(heading="党员", least=5, most=6, align="center"),
    Column(heading="下级合计", least=5, most=6, align="center"),
    Column(heading="党小组", least=5, most=6, align="center"),
    Column(heading="班组", least=5, most=6, align="center"),
    Column(heading="空白班组", least=5, most=6, align="center"),
    Column(heading="缺口", least=5, most=6, align="center"),
)
_GAPS = (
    Column(heading="序号", least=4, most=4, align="center"),
    Column(heading="类别", least=12, most=16),
    Column(heading="单位", least=14, most=18),
    Column(heading="所在", least=18, most=26),
    Column(heading="缺口", least=26, most=36),
    Column(heading="怎么办", least=20, most=30),
)
_BLANKS = (
    Column(heading="序号", least=4, most=4, align="center"),
    Column(heading="班组", least=12, most=18),
    Column(heading="所在", least=24, most=34),
    Column(heading="员工", least=5, most=6, align="center"),
    Column(heading="培养或联系安排", least=30, most=44),
)
_CHARGES = (
    Column(heading="责任领导", least=8, most=10),
    Column(heading="承包单位", least=30, most=60),
    Column(heading="党小组", least=5, most=6, align="center"),
    Column(heading="班组", least=5, most=6, align="center"),
    Column(heading="空白班组", least=5, most=6, align="center"),
)
#: A round holds only what it visits and what stands above.
PARTIAL = "只含本轮检查的单位和它们的上级，没有列入的单位不计。"


def total_words(grid: Grid) -> str:
    """The grid in one sentence, without a full stop."""
    total = grid.total
    said = f"党支部{total.branches}个，党小组{total.groups}个，班组{total.crews}个"
    # In a round the figure at the top counts people of units that are not there.
    said += f"，党员{total.members}名" if grid.complete and total.members else ""
    blank = f"党员空白班组{len(grid.blanks)}个" if grid.blanks else "没有党员空白班组"
    arranged = f"（{grid.arranged()}个有培养或联系安排）" if grid.blanks else ""
    return f"{said}；{blank}{arranged}；缺口{len(grid.gaps)}处"


def report_words(grid: Grid) -> list[str]:
    """The grid as paragraphs of a report: how it stands, then each gap."""
    lines = [f"三级网格：{total_words(grid)}。"]
    lines += [f"{gap.name}：{gap.text}。" for gap in grid.gaps]
    return [clean_text(line, newlines=False) for line in lines]


# -------------------------------------------------------------------- JSON


def grid_data(grid: Grid) -> dict[str, Any]:
    """The grid as the documented JSON object."""
    return {
        "complete": grid.complete,
        "words": total_words(grid),
        "total": _tally_data(grid.total),
        "units": [_node_data(node) for node in grid.nodes],
        "gaps": [
            {
                "kind": gap.kind.value,
                "unit": gap.unit,
                "name": gap.name,
                "crew": gap.crew,
                "place": gap.place,
                "text": gap.text,
                "remedy": gap.remedy,
            }
            for gap in grid.gaps
        ],
        "blank_crews": [
            {
                "unit": blank.unit,
                "name": blank.name,
                "place": blank.place,
                "staff": blank.staff,
                "arrangement": blank.arrangement,
            }
            for blank in grid.blanks
        ],
        "charges": [
            {
                "leader": charge.leader,
                "units": list(charge.units),
                "groups": charge.groups,
                "crews": charge.crews,
                "blank": charge.blank,
            }
            for charge in grid.charges
        ],
    }


def _tally_data(tally: Tally) -> dict[str, Any]:
    return {
        "members": tally.members,
        "probationary": tally.probationary,
        "staff": tally.staff,
        "below": tally.below,
        "branches": tally.branches,
        "groups": tally.groups,
        "crews": tally.crews,
        "blank": tally.blank,
    }


def _node_data(node: Node) -> dict[str, Any]:
    unit = node.unit
    return {
        "unit": unit.id,
        "name": unit.name,
        "kind": unit.kind.value,
        "parent": unit.parent,
        "depth": node.depth,
        "leader": unit.leader,
        "responsible_leader": unit.responsible_leader,
        **_tally_data(node.tally),
        "gaps": node.gaps,
    }


# -------------------------------------------------------------------- tables


def _tree_rows(grid: Grid) -> list[list[Cell]]:
    names = {node.unit.id: node.unit.name for node in grid.nodes}
    rows: list[list[Cell]] = []
    for node in grid.nodes:
        unit, tally = node.unit, node.tally
        rows.append(
            [
                unit.kind.label,
                "　" * node.depth + unit.name,
                names.get(unit.parent, "") if node.depth else "",
                unit.leader,
                unit.responsible_leader,
                tally.members or None,
                tally.below,
                tally.groups,
                tally.crews,
                tally.blank,
                node.gaps,
            ]
        )
        rows += [_crew_row(crew, unit.name, node.depth + 1) for crew in unit.crews]
    return rows


def _crew_row(crew: Crew, group: str, depth: int) -> list[Cell]:
    name, blank = "　" * depth + crew.name, int(is_blank_crew(crew))
    return ["班组", name, group, "", "", crew.members, None, None, None, blank, None]


def grid_csv(grid: Grid) -> bytes:
    """The tree as CSV, one unit or crew a row."""
    return csv_bytes(_TREE, _tree_rows(grid))


def grid_xlsx(grid: Grid, title: str) -> bytes:
    """The grid as a workbook: the tree, its gaps, the blank crews, who answers for what."""
    above = (total_words(grid) + "。", *(() if grid.complete else (PARTIAL,)))
    sheets = [
        Sheet(
            name="网格",
            title=f"{title}三级网格",
            above=above,
            columns=_TREE,
            rows=_tree_rows(grid),
            landscape=True,
            frozen=2,
            size=9,
        ),
        Sheet(
            name="缺口",
            title="三级网格缺口",
            columns=_GAPS,
            rows=[
                [n, gap.kind.label, gap.name, gap.place, gap.text, gap.remedy]
                for n, gap in enumerate(grid.gaps, 1)
            ],
            below=() if grid.gaps else ("没有缺口。",),
            landscape=True,
        ),
        Sheet(
            name="空白班组",
            title="党员空白班组",
            columns=_BLANKS,
            rows=[
                [n, blank.name, blank.place, blank.staff or None, blank.arrangement]
                for n, blank in enumerate(grid.blanks, 1)
            ],
            below=() if grid.blanks else ("没有党员空白班组。",),
            landscape=True,
        ),
        Sheet(
            name="分级承包",
            title="分级承包",
            columns=_CHARGES,
            rows=[
                [charge.leader, "、".join(charge.units), charge.groups, charge.crews, charge.blank]
                for charge in grid.charges
            ],
            landscape=True,
        ),
    ]
    return workbook_bytes(sheets, title=f"{title}三级网格")


def grid_text(grid: Grid) -> str:
    """The grid for people to read: the sentence, the gaps, the blank crews, then the tree."""
    lines = [f"{total_words(grid)}。", *(() if grid.complete else (PARTIAL,))]
    if grid.gaps:
        lines += ["", "缺口"]
    for number, gap in enumerate(grid.gaps, 1):
        where = f"（{gap.place}）" if gap.place else ""
        lines.append(f" {number}. {gap.name}{where}：{gap.text}。{gap.remedy}。")
    if grid.blanks:
        lines += ["", "党员空白班组"]
    for blank in grid.blanks:
        lines.append(f" {blank.name}（{blank.place}）：{blank.arrangement or '没有安排'}")
    lines += ["", "网格"]
    for node in grid.nodes:
        lines.append(f" {'  ' * node.depth}{node.unit.name}  {node_words(node)}")
        lines += [f" {'  ' * (node.depth + 1)}{crew_words(crew)}" for crew in node.unit.crews]
    return "\n".join(clean_text(line, newlines=False) for line in lines)


def node_words(node: Node) -> str:
    """What stands under a unit, in a few words."""
    tally = node.tally
    told = [f"党员{tally.members}" if tally.members else ""]
    told += [f"党小组{tally.groups}" if tally.groups and node.unit.kind.value != "party_group" else ""]
    told += [f"班组{tally.crews}" if tally.crews and node.unit.kind.value != "crew" else ""]
    told += [f"空白{tally.blank}" if tally.blank else "", f"缺口{node.gaps}处" if node.gaps else ""]
    return "，".join(part for part in told if part)


def crew_words(crew: Crew) -> str:
    """A crew and its Party members."""
    blank = "  空白班组" if is_blank_crew(crew) else f"  党员{crew.members}"
    return f"{crew.name}{blank}" + (f"，员工{crew.staff}" if crew.staff else "")
