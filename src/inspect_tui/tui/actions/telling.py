"""What can be done with the words for others: 通报, the merged report, forms on paper."""

from __future__ import annotations

from inspect_tui.tui.actions.action import Action
from inspect_tui.tui.actions.places import FORM_TAKE, FORMS, NOTICE_PICK, NOTICE_PRIVACY, REPORT, SUMMARY

TELLING: tuple[Action, ...] = (
    # 通报
    Action("copy", ("f6",), "复制", "把文字逐段复制到剪贴板，并存成文件", (SUMMARY,), 1),
    Action(
        "group", ("1",), "群内版", "换成发到群里的文字，问题只写数量", (SUMMARY,), 2, run="level('group')"
    ),
    Action(
        "secretary", ("2",), "书记版", "换成给书记的文字，点到单位", (SUMMARY,), 3, run="level('secretary')"
    ),
    Action("internal", ("3",), "内部台账", "换成内部留存的文字", (SUMMARY,), 4, "内部", "level('internal')"),
    Action("kind", ("4",), "种类", "情况通报、表扬、简报、私发、曝光、排名", (SUMMARY,), 5),
    Action("scope", ("5",), "范围", "写全轮、一个总支或支部、一个单位", (SUMMARY,), 6),
    Action("names", ("6",), "点名", "写不写单位：都不写、只有好的做法写、都写", (SUMMARY,), 12),
    Action("channel", ("7",), "渠道", "发到哪里，每段最多多少字节", (SUMMARY,), 11),
    Action("compare", ("8",), "对比", "与上次发出的相比：新增、改动、去掉了哪些", (SUMMARY,), 13),
    Action("more", ("9",), "导出", "正式文件、合并检查报告、得分汇总表、各单位一份等", (SUMMARY,), 9),
    Action("figures", ("0",), "汇总", "在汇总和文字之间切换", (SUMMARY,), 10),
    Action("edit", ("f2",), "改句", "改光标所在的一句话；清空则恢复原文", (SUMMARY,), 7),
    Action("exclude", ("f3",), "不写", "不写光标所在的内容，须写原因；在不写的内容里则恢复", (SUMMARY,), 8),
    Action("plain_text", ("f5",), "纯文字", "整屏只显示文字，便于用鼠标选取", (SUMMARY,)),
    Action("open", ("enter",), "依据", "打开这句话所依据的记录；有几条时先选一条", (SUMMARY,), 14),
    Action("next_pane", ("tab",), "换栏", "在文字和依据之间切换", (SUMMARY,)),
    Action("edit", ("1", "f2", "enter"), "改这句", "改这处所在的一句话", (NOTICE_PRIVACY,), 1),
    Action("confirm", ("2",), "可以发", "写明这一处可以发出的理由，理由会记下来", (NOTICE_PRIVACY,), 2),
    Action("confirm_all", ("3",), "都可以发", "写明余下各处都可以发出的理由", (NOTICE_PRIVACY,), 3),
    Action("copy", ("f6",), "复制", "都核对过以后复制", (NOTICE_PRIVACY,), 4),
    Action("mark", ("space", "enter"), "选、不选", "选上或去掉所在的问题", (NOTICE_PICK,), 1),
    Action("done", ("1", "f10"), "选好了", "写明由谁审定，写出曝光台", (NOTICE_PICK,), 2),
    Action("undo", ("ctrl+z",), "撤销", "撤销在本页做的上一步", (SUMMARY, NOTICE_PRIVACY), 15),
    Action(
        "next_pane",
        ("tab",),
        "看全文",
        "到另一栏，用上下键看全文；再按一次回来",
        (NOTICE_PRIVACY, NOTICE_PICK),
    ),
    # The merged report
    Action("by_unit", ("1",), "按单位", "各单位的得分、问题和整改", (REPORT,), 1, run="part('units')"),
    Action("by_section", ("2",), "按大项", "各大项的得分率和问题", (REPORT,), 2, run="part('sections')"),
    Action("by_item", ("3",), "按检查项", "同一检查项在各单位的情况", (REPORT,), 3, run="part('items')"),
    Action("good", ("4",), "好做法", "值得推广的好的做法", (REPORT,), 4, run="part('good')"),
    Action("open_closed", ("5",), "整改", "未销号和已销号", (REPORT,), 5, run="part('ledger')"),
    Action("agreement", ("6",), "一致性", "检查人员判得一样不一样", (REPORT,), 6, run="part('agreement')"),
    Action("grid", ("7",), "网格", "三级网格的覆盖和缺口", (REPORT,), run="part('grid')"),
    Action("more", ("9", "f6"), "导出", "存成文档、网页或表格", (REPORT,), 7),
    Action("everything", ("0",), "全部", "各部分连着看", (REPORT,), 8, run="part('all')"),
    # Forms on paper and as sheets
    Action("sheet", ("1", "enter"), "填报表", "存成Excel填报表，可以收回", (FORMS,), 1, run="write('xlsx')"),
    Action("paper", ("2",), "纸面表", "存成Word纸面表，打印出来用笔填", (FORMS,), 2, run="write('docx')"),
    Action("make", ("1",), "收下", "把要记的记下；和已有记录不同的不改", (FORM_TAKE,), 1, run="make(False)"),
    Action(
        "replace",
        ("2",),
        "连不同的也收",
        "把要记的都记下，和本人已有记录不同的换成表上的",
        (FORM_TAKE,),
        2,
        "不同也收",
        "make(True)",
    ),
    Action("next_pane", ("tab",), "看全文", "到下面一栏，用上下键看全文；再按一次回来", (FORM_TAKE,)),
)
