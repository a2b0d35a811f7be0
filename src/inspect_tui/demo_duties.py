"""The demo's 岗位责任: two months of two groups, one revised by the month's tasks, one only re-dated."""

from __future__ import annotations

from inspect_tui.rules.duties import Slot, set_month, set_revised
from inspect_tui.store.session import Session

#: Post, standard and node of each slot in October; the ninth has no name of its own in the checklist.
_OCTOBER = (
    ("站长", "井、站、设备逐项落实到岗，人员变动当日调整", "10月8日前"),
    ("当班班长", "交接项目齐全，未完事项写清并签认", "每班"),
    ("巡检岗", "按路线两小时一巡，异常当班报告", "每两小时"),
    ("计量岗", "量油测气按规程，数据当日录入", "每日18时前"),
    ("设备岗", "抽油机例保按周完成，记录与现场一致", "10月25日前"),
    ("技术员", "围绕当月重点井练一项操作", "10月20日前"),
    ("安全员", "风险点逐班提示，隐患闭环", "每班"),
    ("经管员", "单耗按井核算，超耗有原因", "10月28日前"),
)
_NINTH = ("党建联系", "党小组长", "每名党员联系1名岗位员工，每月谈一次", "10月31日前")
#: What November's tasks changed at the group that revises in earnest.
_NOVEMBER = {
    3: ("巡检岗", "清蜡周期内重点井一小时一巡，异常当班报告", "每小时"),
    5: ("设备岗", "入冬前完成保温和抽油机二保，记录与现场一致", "11月15日前"),
    6: ("技术员", "围绕热洗清蜡练一项操作", "11月20日前"),
}


def enter_duties(session: Session, earnest: str, redated: str) -> None:
    """Enter both months of two units: `earnest` revises by the month's tasks, `redated` moves dates on."""
    october = {n: Slot(post=p, standard=s, node=d) for n, (p, s, d) in enumerate(_OCTOBER, 1)}
    name, post, standard, node = _NINTH
    october[9] = Slot(name=name, post=post, standard=standard, node=node)
    november = {n: _later(slot) for n, slot in october.items()}
    worked = {n: Slot(post=p, standard=s, node=d) for n, (p, s, d) in _NOVEMBER.items()}
    for unit, second, days in (
        (earnest, november | worked, ("2026-10-05", "2026-11-04")),
        (redated, november, ("2026-10-09", "2026-11-03")),
    ):
        for month, slots, day in (("2026-10", october, days[0]), ("2026-11", second, days[1])):
            edits = set_month(session.state, unit, month, slots)
            edits += set_revised(session.state, unit, month, day)
            session.commit(edits, f"收进{month}岗位责任")


def _later(slot: Slot) -> Slot:
    """The same slot with its date a month on, and nothing else."""
    days = slot.node.replace("10月31日", "10月30日").replace("10月", "11月")
    return Slot(name=slot.name, post=slot.post, standard=slot.standard, node=days)
