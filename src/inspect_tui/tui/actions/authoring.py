"""What prepares the work: checklists and their authors, phrases, keys, encryption."""

from __future__ import annotations

from inspect_tui.tui.actions.action import Action
from inspect_tui.tui.actions.places import (
    CHECKLIST,
    CHECKLISTS,
    KEYS,
    PHRASES,
    SHEET_LOOK,
    SHEETS,
    TAKE_OUT,
    UNLOCK,
    VAULT,
)

AUTHORING: tuple[Action, ...] = (
    # Checklists and their authors
    Action("open", ("enter",), "打开", "看这份清单的问题、条目、各定位的条数和用时", (CHECKLISTS,), 1),
    Action("trial", ("1",), "试走", "按一种定位试走这份清单，什么也不保存", (CHECKLISTS, CHECKLIST), 2),
    Action("again", ("2",), "再核对", "改好文件后再核对一遍", (CHECKLISTS,), 3),
    Action(
        "overview",
        ("2",),
        "概况",
        "版本、各定位的条数、分值和估计用时",
        (CHECKLIST,),
        3,
        run="show('overview')",
    ),
    Action("faults", ("3",), "问题", "列出全部问题和改法", (CHECKLIST,), 4, run="show('faults')"),
    Action("items", ("4",), "条目", "列出各大项和各条", (CHECKLIST,), 5, run="show('items')"),
    Action(
        "changes", ("5",), "差别", "和打开的轮次里那一版有什么不同", (CHECKLIST,), 6, run="show('changes')"
    ),
    Action("again", ("6",), "再核对", "改好文件后再核对一遍", (CHECKLIST,), 7),
    Action("make", ("1",), "做钥匙", "做一把自己的签名钥匙，以后交卷自动签名", (KEYS,), 1),
    Action("pass_on", ("2",), "复制公钥", "复制自己的公钥，并存成文件，发给组长和同事", (KEYS,), 2, "公钥"),
    Action("trust", ("3",), "登记同事", "登记同事的公钥，先核对24位核对码", (KEYS,), 3, "登记"),
    Action("check", ("4",), "核对", "和本人核对光标所在公钥的核对码", (KEYS,), 4),
    Action("forget", ("5", "delete"), "去掉", "去掉光标所在同事的公钥", (KEYS,), 5),
    Action("edit", ("enter",), "改文字", "修改所选的常用语", (PHRASES,), 2),
    Action("add", ("1",), "新增", "给一个检查项写一条常用语", (PHRASES,), 1),
    Action("pin", ("2",), "置顶", "置顶或取消置顶；置顶的排在最前", (PHRASES,), 3),
    Action("delete", ("4", "delete"), "删除", "删除所选的常用语，以后不再自动记", (PHRASES,), 4),
    Action("look", ("enter", "1"), "看内容", "看这份表格会读成什么，还不写清单", (SHEETS,), 1),
    Action("type", ("2",), "输入位置", "输入、粘贴表格的位置；也可把文件拖进窗口", (SHEETS,), 2),
    Action("again", ("0",), "重新找", "重新列出附近的表格", (SHEETS,), 3),
    Action("make", ("1",), "写清单", "写成工作文件夹里的清单文件；已有的先问", (SHEET_LOOK,), 1),
    Action("base", ("2",), "旧版", "选旧版清单，文字没变的条目沿用旧编号", (SHEET_LOOK,), 2),
    Action("head", ("3",), "标题编号", "改清单的编号、版本号、标题和单位类别", (SHEET_LOOK,), 3, "标题"),
    Action("tab", ("4",), "工作表", "换一个工作表读", (SHEET_LOOK,), 4),
    Action("mapping", ("5",), "存下的对应", "用以前存下的栏目对应来读", (SHEET_LOOK,), 5, "对应"),
    Action("open", ("enter",), "改栏目", "在栏目上：改它是什么", (SHEET_LOOK,), 6),
    Action("next_pane", ("tab",), "看全文", "到下面一栏，用上下键看全文；再按一次回来", (SHEET_LOOK,)),
    # Encrypted workspaces
    Action("open", ("enter",), "打开", "用输入的口令打开工作文件夹", (UNLOCK,), 1),
    Action("reveal", ("f2",), "显示", "显示输入的口令，再按一次遮住", (UNLOCK,), 2),
    Action("choose", ("enter",), "选定", "选定所选的一行", (VAULT,), 1),
    Action("mark", ("space", "1"), "选上", "选上或去掉所选的文件", (TAKE_OUT,), 2),
    Action("take", ("enter", "2"), "取出", "把选上的文件取出到U盘或别的文件夹，取出的不加密", (TAKE_OUT,), 1),
    Action("mark_all", ("9",), "全选", "选上全部文件；再按一次全不选", (TAKE_OUT,), 3),
)
