"""What shows that it is so: photos, files and places named behind an item, a problem, a rectification."""

from __future__ import annotations

from inspect_tui.tui.actions.action import Action
from inspect_tui.tui.actions.places import EVIDENCE, FINDINGS, JUDGING, LEDGER_ROW, LOOKBACK

SHOWING: tuple[Action, ...] = (
    Action("evidence", ("f10",), "佐证", "给本项挂照片、文件，或写出处", JUDGING),
    Action("evidence", ("f10",), "佐证", "给所选的一条挂照片、文件，或写出处", (FINDINGS,), 14),
    Action("evidence", ("8", "f10"), "佐证", "看上轮的佐证，给这次复查挂照片、文件", (LOOKBACK,), 11),
    Action("evidence", ("8", "f10"), "佐证", "看发现时的佐证，给整改挂照片、文件", (LEDGER_ROW,), 7),
    Action("open", ("enter",), "打开", "用系统自带的程序打开所选的一件", (EVIDENCE,), 1),
    Action("add", ("1",), "加文件", "写文件的位置；也可把文件拖进窗口", (EVIDENCE,), 2),
    Action("newest", ("2",), "最近的", "列出最近的照片和文件，按数字选", (EVIDENCE,), 3),
    Action("reference", ("3",), "出处", "没有文件，只写材料在哪里", (EVIDENCE,), 4),
    Action("remove", ("4", "delete"), "移除", "移除所选的一件，可撤销", (EVIDENCE,), 5),
    Action("caption", ("5",), "说明", "写或改所选一件的说明", (EVIDENCE,), 6),
    Action("folder", ("6",), "换文件夹", "指定照片在哪个文件夹，以后按 2 就看那里", (EVIDENCE,), 7, "文件夹"),
    Action("stop_copy", ("7",), "停止", "停止正在抄的文件", (EVIDENCE,), 8),
    Action("undo", ("ctrl+z",), "撤销", "撤销在本单位做的上一步", (EVIDENCE,), 9),
    Action("redo", ("ctrl+y",), "重做", "恢复刚撤销的一步", (EVIDENCE,)),
    Action("next_pane", ("tab",), "看全文", "到下面一栏，用上下键看全文；再按一次回来", (EVIDENCE,)),
)
