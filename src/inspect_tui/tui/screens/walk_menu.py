"""The menu of an item: every action that has no digit of its own in the walk."""

from __future__ import annotations

from inspect_tui.tui import walking
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.evidence_desk import evidence_desk
from inspect_tui.tui.track import Stop
from inspect_tui.tui.walking import Option


def item_menu(desk: Desk, stop: Stop, across: bool) -> list[Option]:
    """What can be done at a stop; an option's value names the screen's action."""
    submitted = desk.visit(stop.unit).submitted
    options = [
        Option("检查方式", f"也可按 6  {walking.method_signs(stop.answer.methods)}", "method"),
        Option("抽查了什么", f"也可按 7  {'、'.join(stop.answer.samples)}", "sample"),
        Option("立行立改", "也可按 8，当场已整改的问题", "fixed"),
        Option("红线、否决项", "也可按 9，须确认", "triggers"),
        Option("查找", "汉字或拼音首字母", "search"),
        Option("按大项跳转", "", "section")
        if not across
        else Option("回到本单位清单", stop.sheet.unit.name, "unit"),
        Option("一题到底", "这一条走遍各单位", "across") if not across else Option("换一条", "", "search"),
        Option("整项不适用、未查", stop.row.section.short_name, "whole"),
        Option("重新打开", "已提交，须写原因", "reopen")
        if submitted
        else Option("提交本单位检查", "", "submit"),
        Option("说明", "也可按 F5", "note"),
        Option("建议", "也可按 F4", "suggestion"),
        Option("进点信息", "日期、在场人员、迎检人、未能进点、定位更正", "header"),
        Option("恢复刚撤销的一步", "也可按 Ctrl+Y", "redo"),
        Option("去掉一个扣分情形", "", "drop"),
        Option("撤销上一步", "也可按 Ctrl+Z", "undo"),
        Option("汇总和通报", "也可按 F6", "summary"),
        Option("返回主页", "也可按 Esc", "back"),
        Option("上轮问题", "也可按 F7", "lookback"),
        Option("得分怎样得来", "直到每条记录", "derivation"),
        Option("佐证", f"也可按 F10  {evidence_words(desk, stop)}".rstrip(), "evidence"),
        *adoption_option(desk, stop.unit),
    ]
    if stop.row.item.helper is not None:
        options.insert(9, Option(stop.row.item.helper.label, "帮助判断这一项", "helper"))
    return options


def evidence_words(desk: Desk, stop: Stop) -> str:
    """How much evidence stands behind an item."""
    count = evidence_desk(desk).of_item(*stop.key)
    return f"已有{count}件" if count else ""


def adoption_option(desk: Desk, unit: str) -> list[Option]:
    """The way to other units' good practice, where there is any to ask about."""
    from inspect_tui.tui.screens.adoption_page import waiting

    asked, left = waiting(desk, unit)
    said = f"{asked}条，还有{left}条没问，不影响提交" if left else f"{asked}条，都问过了"
    return [Option("采用经验", said, "adoption")] if asked else []
