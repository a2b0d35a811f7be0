"""What leads from one visit to the next: home, making a round, passing it out, handing in."""

from __future__ import annotations

from inspect_tui.tui.actions.action import Action
from inspect_tui.tui.actions.places import (
    ACROSS,
    FAULTS,
    HANDIN,
    HOME,
    IDENTITY,
    JUDGING,
    PACKING,
    REVIEW,
    ROUND_CARRY,
    ROUND_NEW,
    SEARCH,
    SETUP,
    TAKE_PACK,
    UNITS,
    WALK,
)

ROUNDS: tuple[Action, ...] = (
    # Home
    Action("open", ("enter",), "打开", "打开所选的轮次或党小组", (HOME,), 1),
    Action("home_menu", ("1",), "菜单", "新建轮次、发包、开包、交卷等", (HOME,), 2),
    Action("across", ("2",), "一题到底", "一个检查项走遍各党小组", (HOME,), 3),
    Action("handin", ("3",), "交卷", "把本轮记录打成一个交卷文件", (HOME,), 4),
    Action("collapse", ("left",), "收起", "收起下级", (HOME,)),
    Action("expand", ("right",), "展开", "展开下级", (HOME,)),
    Action("merge", ("f8",), "合并", "收别人交来的文件，再裁定、审阅、退回、封存", (HOME,), 10),
    Action("merge", ("f8",), "合并", "收别人交来的文件，再裁定、审阅、退回、封存", JUDGING),
    Action("ledger", ("f9",), "台账", "看整改台账，办理整改", (HOME, WALK, ACROSS), 14),
    # Making a round, passing it on
    Action(
        "next_pane",
        ("tab",),
        "看全文",
        "到下面一栏，用上下键看全文；再按一次回来",
        (ROUND_CARRY,),
    ),
    Action("go", ("enter",), "转到", "转到所选的一项", (SEARCH,), 1),
    Action("choose", ("enter",), "选定", "选定所选的一行", (SETUP, IDENTITY, ROUND_NEW, PACKING), 1),
    Action(
        "field",
        tuple("123456789"),
        "直接改",
        "按行首的数字直接改那一行",
        (IDENTITY, ROUND_NEW),
        run="field({key})",
    ),
    Action("packed", tuple("123456789"), "直接发包", "按行首的数字直接发包", (PACKING,), run="field({key})"),
    Action("mark", ("enter", "space"), "选、不选", "选上或去掉所在的单位；在支部一行则整个支部", (UNITS,), 1),
    Action("done", ("1", "f10"), "选好了", "选好单位，回到上一步", (UNITS,), 2),
    Action("mark_all", ("2",), "全选", "选上还没有分给别组的全部单位", (UNITS,), 3),
    Action("mark_none", ("3",), "全不选", "去掉已选的全部单位", (UNITS,), 4),
    Action(
        "mark",
        ("space", "enter"),
        "转入、不转入",
        "不转入所在的一条并写原因；再按一次转入",
        (ROUND_CARRY,),
        1,
        "不转入",
    ),
    Action("done", ("1", "f10"), "选好了", "回到上一步", (ROUND_CARRY,), 2),
    Action(
        "sources", ("2",), "从哪里转入", "选从哪几轮、哪些文件转入；也可把文件拖进窗口", (ROUND_CARRY,), 3
    ),
    Action("mark_all", ("3",), "全部转入", "不转入的全部改为转入", (ROUND_CARRY,), 4),
    Action("make", ("enter", "1"), "建立", "把这一轮写入工作文件夹", (REVIEW,), 1),
    Action("make", ("enter", "1"), "交卷", "把本机记录存盘、打成一个文件并读回核对", (HANDIN,), 1),
    Action("way", ("2",), "加不加密", "换一种交法：加密给组长、用口令加密、不加密", (HANDIN,), 2, "加密"),
    Action("keys", ("3",), "我的签名", "做签名钥匙，看核对码，登记同事的公钥", (HANDIN,), 3, "签名"),
    Action("make", ("enter", "1"), "收下", "收下这个轮次包，已记的内容全部保留", (TAKE_PACK,), 1),
    Action("again", ("1",), "重新读取", "改好文件后重新读取", (FAULTS,), 1),
)
