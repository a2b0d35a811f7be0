"""The one table of what can be done where, and with which key.

Bindings, footer, help and menus all read it, so they cannot disagree. Digits, function keys, arrows, Enter,
Esc, Tab and Space come first because they pass through a Chinese input method; letters are extras only, and
a punctuation key is bound together with its full-width twin.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from textual.binding import Binding

from inspect_tui.tui.zh import key_name

TWINS: dict[str, tuple[str, ...]] = {
    "slash": ("ideographic_comma", "fullwidth_solidus"),
    "backslash": ("ideographic_comma", "fullwidth_reverse_solidus"),
    "question_mark": ("fullwidth_question_mark",),
    "comma": ("fullwidth_comma",),
    "full_stop": ("ideographic_full_stop", "fullwidth_full_stop"),
    "colon": ("fullwidth_colon",),
    "semicolon": ("fullwidth_semicolon",),
    "exclamation_mark": ("fullwidth_exclamation_mark",),
    "left_parenthesis": ("fullwidth_left_parenthesis",),
    "right_parenthesis": ("fullwidth_right_parenthesis",),
    "left_square_bracket": ("left_black_lenticular_bracket",),
    "right_square_bracket": ("right_black_lenticular_bracket",),
    "plus": ("fullwidth_plus_sign",),
    "minus": ("fullwidth_hyphen_minus",),
    **{str(digit): (chr(0xFF10 + digit),) for digit in range(10)},
}
"""What a Chinese input method sends where a plain keyboard sends the key on the left."""

_SAFE_NAMED = {"enter", "space", "escape", "tab", "shift+tab", "up", "down", "left", "right"}
_SAFE_NAMED |= {"pageup", "pagedown", "home", "end", "delete", "backspace", "insert"}
_SAFE_NAMED |= {f"f{number}" for number in range(1, 11)}


def with_twins(keys: Iterable[str]) -> tuple[str, ...]:
    """Keys together with what an input method turns them into."""
    found: dict[str, None] = {}
    for key in keys:
        found[key] = None
        for twin in TWINS.get(key, ()):
            found[twin] = None
    return tuple(found)


def ime_proof(key: str) -> bool:
    """Whether a key reaches the app while a Chinese input method is on."""
    if key in _SAFE_NAMED or key in TWINS:
        return True
    return key.startswith("ctrl+") and key.removeprefix("ctrl+").isalpha() and len(key) == 6


class Action(msgspec.Struct, frozen=True):
    """Something a user can do.

    `run` is the Textual action it calls, `action_<id>` of the screen unless said otherwise; `{key}` in it
    stands for the key that was pressed. `rank` orders
    the footer (smaller is more important; 0 keeps it out), `short` is its footer label where shorter.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    where: tuple[str, ...]
    rank: int = 0
    short: str = ""
    run: str = ""

    @property
    def action(self) -> str:
        return self.run or self.id

    @property
    def footer_label(self) -> str:
        return self.short or self.label

    @property
    def key_label(self) -> str:
        """The key as it is shown, e.g. `回车` or `F2`."""
        return key_name(self.keys[0])


HOME, WALK, ACROSS, HEADER, TRIGGERS = "home", "walk", "across", "header", "triggers"
FINDINGS, SUBMIT, SUMMARY, SEARCH, SETUP = "findings", "submit", "summary", "search", "setup"
ROUND_NEW, HANDIN, HELP, FAULTS = "round_new", "handin", "help", "faults"
IDENTITY, UNITS, REVIEW = "identity", "units", "review"
PACKING, TAKE_PACK = "packing", "take_pack"
MERGE, MERGE_LOOK, MERGE_TAKEN, DECIDE = "merge", "merge_look", "merge_taken", "decide"
DOUBLES, UNIT_REVIEW, RETURNING, FREEZE = "doubles", "unit_review", "returning", "freeze"
RETURNED = "returned"
LOOKBACK, ROUND_CARRY = "lookback", "round_carry"
LEDGER, LEDGER_ROW, LEDGER_STEP, LEDGER_BATCH = "ledger", "ledger_row", "ledger_step", "ledger_batch"
PROGRESS, RECHECK, DELTA, LEDGER_SHEET = "progress", "recheck", "delta", "ledger_sheet"
NOTICE_PRIVACY, NOTICE_PICK, REPORT = "notice_privacy", "notice_pick", "report"
SCORES, DERIVATION, RANKING, PERIOD = "scores", "derivation", "ranking", "period"
TREND, AGREEMENT, CONTESTS, CONTEST = "trend", "agreement", "contests", "contest"
GRADES, SOURCES = "grades", "sources"
POINTS, POINTS_LOOK = "points", "points_look"
APPRAISALS, APPRAISAL = "appraisals", "appraisal"
CARDS, ADOPTION, FEATURES = "cards", "adoption", "features"
PAIRS, PAIR_EFFECT = "pairs", "pair_effect"
CHECKLISTS, CHECKLIST, PHRASES = "checklists", "checklist", "phrases"
SHEETS, SHEET_LOOK = "sheets", "sheet_look"
DUTIES, GRID = "duties", "grid"
RECOUNT, FLOWS = "recount", "flows"
EVIDENCE = "evidence"
KEYS = "keys"
FORMS, FORM_TAKE = "forms", "form_take"
UNLOCK, VAULT, TAKE_OUT = "unlock", "vault", "take_out"
SCREENS = (
    HOME,
    WALK,
    ACROSS,
    HEADER,
    TRIGGERS,
    FINDINGS,
    SUBMIT,
    SUMMARY,
    SEARCH,
    SETUP,
    ROUND_NEW,
    HANDIN,
    HELP,
    FAULTS,
    IDENTITY,
    UNITS,
    REVIEW,
    PACKING,
    TAKE_PACK,
    MERGE,
    MERGE_LOOK,
    MERGE_TAKEN,
    DECIDE,
    DOUBLES,
    UNIT_REVIEW,
    RETURNING,
    FREEZE,
    RETURNED,
    LOOKBACK,
    ROUND_CARRY,
    LEDGER,
    LEDGER_ROW,
    LEDGER_STEP,
    LEDGER_BATCH,
    PROGRESS,
    RECHECK,
    DELTA,
    LEDGER_SHEET,
    NOTICE_PRIVACY,
    NOTICE_PICK,
    REPORT,
    SCORES,
    DERIVATION,
    RANKING,
    PERIOD,
    TREND,
    AGREEMENT,
    CONTESTS,
    CONTEST,
    GRADES,
    SOURCES,
    POINTS,
    POINTS_LOOK,
    APPRAISALS,
    APPRAISAL,
    CARDS,
    ADOPTION,
    FEATURES,
    PAIRS,
    PAIR_EFFECT,
    CHECKLISTS,
    CHECKLIST,
    PHRASES,
    SHEETS,
    SHEET_LOOK,
    DUTIES,
    GRID,
    RECOUNT,
    FLOWS,
    EVIDENCE,
    KEYS,
    FORMS,
    FORM_TAKE,
    UNLOCK,
    VAULT,
    TAKE_OUT,
)
_JUDGE = (WALK, ACROSS)
_ASKED = (SCORES, SOURCES, PERIOD, RANKING, TREND, CONTEST, GRADES, SUMMARY, HOME, WALK)
"""Where the question mark asks how a figure came about; help is on F1 there."""
_BELOW_HOME = tuple(name for name in SCREENS if name != HOME)

ACTIONS: tuple[Action, ...] = (
    # Verdicts
    Action("pass", ("1",), "符合", "记为符合，转到下一未查项", _JUDGE, 1, run="verdict('pass')"),
    Action(
        "partial",
        ("2",),
        "基本符合",
        "记为基本符合；有扣分情形时先选情形",
        _JUDGE,
        2,
        "基本",
        run="verdict('partial')",
    ),
    Action(
        "fail",
        ("3",),
        "缺项",
        "记为不符合或缺项；有扣分情形时先选情形，再按可加次数",
        _JUDGE,
        3,
        run="verdict('fail')",
    ),
    Action("na", ("4",), "不适用", "记为不适用，须选或填写理由", _JUDGE, 4, run="verdict('na')"),
    Action(
        "unverified", ("5",), "未能核实", "记为未能核实，须填写原因", _JUDGE, 5, run="verdict('unverified')"
    ),
    Action("clear", ("0",), "清除", "清除本项结论，恢复为未查", _JUDGE, run="verdict('pending')"),
    Action("method", ("6",), "检查方式", "记下用了哪种检查方式：再按一个数字", _JUDGE),
    Action("sample", ("7",), "抽查了什么", "记下抽查的月份、班组、岗位：再按一个数字", _JUDGE),
    Action("fixed", ("8",), "立行立改", "标记或取消当场已整改", _JUDGE),
    Action("triggers", ("9",), "红线、否决项", "打开红线、一票否决和即时上报一页", _JUDGE),
    Action(
        "item_menu",
        ("enter",),
        "更多操作",
        "打开本项菜单：说明、方式、抽样、整节处理、提交等",
        _JUDGE,
        8,
        "更多",
    ),
    # The visit
    Action("findings", ("f2",), "问题", "查看、补充、修改本项问题", _JUDGE, 6),
    Action("good_practice", ("f3",), "好的做法", "记一条好的做法", _JUDGE, 7, "好做法"),
    Action("suggestion", ("f4",), "建议", "记一条建议", _JUDGE, 11),
    Action("note", ("f5",), "说明", "给本项写说明", _JUDGE, 10),
    Action(
        "summary",
        ("f6",),
        "通报",
        "看汇总，把通报文字复制到剪贴板并存成文件",
        (HOME, WALK, ACROSS, FINDINGS, SUBMIT, HANDIN),
        9,
    ),
    Action("lookback", ("f7",), "上轮问题", "逐条复查这个单位的上轮问题", (HOME, WALK, ACROSS), 13, "上轮"),
    Action("undo", ("ctrl+z",), "撤销", "撤销上一步", (WALK, ACROSS, HEADER, TRIGGERS, FINDINGS, LOOKBACK)),
    Action(
        "redo",
        ("ctrl+y",),
        "重做",
        "恢复刚撤销的一步",
        (WALK, ACROSS, HEADER, TRIGGERS, FINDINGS, LOOKBACK),
    ),
    Action("next_open", ("space",), "下一未查", "跳到下一个未查项", _JUDGE),
    Action("next_section", ("right",), "下一节", "跳到下一节", (WALK,)),
    Action("previous_section", ("left",), "上一节", "跳到上一节", (WALK,)),
    Action("across_next", ("right",), "下一项", "换到清单的下一项", (ACROSS,)),
    Action("across_previous", ("left",), "上一项", "换到清单的上一项", (ACROSS,)),
    Action("search", ("slash",), "查找", "按汉字或拼音首字母查找", (HOME, WALK, ACROSS, FINDINGS), 12),
    # Home
    Action("open", ("enter",), "打开", "打开所选的轮次或党小组", (HOME,), 1),
    Action("home_menu", ("1",), "菜单", "新建轮次、发包、开包、交卷等", (HOME,), 2),
    Action("across", ("2",), "一题到底", "一个检查项走遍各党小组", (HOME,), 3),
    Action("handin", ("3",), "交卷", "把本轮记录打成一个交卷文件", (HOME,), 4),
    Action("collapse", ("left",), "收起", "收起下级", (HOME,)),
    Action("expand", ("right",), "展开", "展开下级", (HOME,)),
    Action("merge", ("f8",), "合并", "收别人交来的文件，再裁定、审阅、退回、封存", (HOME,), 10),
    Action("merge", ("f8",), "合并", "收别人交来的文件，再裁定、审阅、退回、封存", _JUDGE),
    Action("ledger", ("f9",), "台账", "看整改台账，办理整改", (HOME, WALK, ACROSS), 14),
    # The ledger
    Action("open", ("enter",), "打开", "打开所选的问题；在分组行上收起或展开", (LEDGER,), 1),
    Action("mark", ("space",), "标记", "标记或取消所选的问题，用来成批办理；在分组行上则整组", (LEDGER,), 2),
    Action("filter", ("1",), "筛选", "只列未销号、逾期、将到期、待复查等", (LEDGER,), 3),
    Action("narrow", ("2",), "范围", "只看一个单位、大项、责任领导或状态", (LEDGER,), 4),
    Action("sort", ("3",), "排序", "按时限、程度、单位、状态、发现日期、编号排", (LEDGER,), 5),
    Action("group", ("4",), "分组", "按单位、大项、责任领导、状态分组", (LEDGER,), 6),
    Action("mark_all", ("5",), "全标记", "标记列出的全部问题；再按一次全取消", (LEDGER,), 8),
    Action("batch", ("6",), "成批办理", "对标记的问题统一改一栏或办一步，先看哪些能办", (LEDGER,), 7, "成批"),
    Action("search", ("7", "slash"), "查找", "按汉字或拼音首字母查找", (LEDGER,), 9),
    Action("more", ("9",), "更多", "进度图、例会摘要、抽查复核、两轮对比、各种表", (LEDGER,), 10),
    Action("everything", ("0",), "看全部", "取消筛选、范围、查找、排序和分组", (LEDGER,), 11, "全部"),
    Action("collapse", ("left",), "收起", "收起所在的组；已收起时收起全部", (LEDGER,)),
    Action("expand", ("right",), "展开", "展开所在的组；已展开时展开全部", (LEDGER,)),
    Action(
        "step",
        tuple("123"),
        "办一步",
        "办下面列出的一步：开始整改、上报完成、复查通过等",
        (LEDGER_ROW,),
        1,
        "办理",
        run="step({key})",
    ),
    Action(
        "duty",
        ("4",),
        "责任和措施",
        "改责任单位、责任人、措施、时限、完成情况",
        (LEDGER_ROW,),
        2,
        "责任",
        "duty('duty')",
    ),
    Action(
        "five",
        ("5",),
        "五个一",
        "改一项任务、一名领导、一个团队、时限、进展",
        (LEDGER_ROW,),
        3,
        run="duty('five')",
    ),
    Action("item", ("6",), "看检查项", "到检查页看这个问题所属的检查项", (LEDGER_ROW,), 5, "检查项"),
    Action("verify", ("7", "f7"), "复查", "上轮问题：到上轮问题页记复查结论", (LEDGER_ROW,), 4),
    Action("next_row", ("right",), "下一个", "看列表里的下一个问题", (LEDGER_ROW,), 6, "后一个"),
    Action("previous_row", ("left",), "上一个", "看列表里的上一个问题", (LEDGER_ROW,)),
    Action("choose", ("enter",), "选定", "填所在的一栏；在最后一行则记下", (LEDGER_STEP,), 1),
    Action(
        "field",
        tuple("123456789"),
        "直接填",
        "按行首的数字直接填那一栏",
        (LEDGER_STEP,),
        run="field({key})",
    ),
    Action("make", ("1",), "办理", "把能办的都办了，不能办的不动", (LEDGER_BATCH,), 1),
    Action(
        "next_pane",
        ("tab",),
        "看全文",
        "到下面一栏，用上下键看全文；再按一次回来",
        (LEDGER, LEDGER_BATCH, RECHECK, DELTA, LEDGER_SHEET),
    ),
    Action("by_unit", ("1",), "按单位", "按单位画进度", (PROGRESS,), 1, run="by('unit')"),
    Action("by_leader", ("2",), "按领导", "按责任领导画进度", (PROGRESS,), 2, run="by('leader')"),
    Action("by_section", ("3",), "按大项", "按检查大项画进度", (PROGRESS,), 3, run="by('section')"),
    Action("by_state", ("4",), "按状态", "按整改状态画进度", (PROGRESS,), 4, run="by('state')"),
    Action("digest", ("5",), "例会摘要", "看半月例会摘要；再按一次换起始日期", (PROGRESS,), 5),
    Action("write", ("6",), "只存文件", "不复制，只存成文件", (PROGRESS,), 7),
    Action("copy", ("f6",), "复制", "复制到剪贴板，并存成文件", (PROGRESS,), 6),
    Action("open", ("enter",), "打开", "列出这一类的问题；在问题上则打开它", (DELTA,), 1),
    Action("by_kind", ("1",), "全部", "新出现、仍存在、已解决、反弹", (DELTA,), 2, run="by('kinds')"),
    Action("by_unit", ("2",), "按单位", "按单位对比", (DELTA,), 3, run="by('units')"),
    Action("by_section", ("3",), "按大项", "按检查大项对比", (DELTA,), 4, run="by('sections')"),
    Action("by_item", ("4",), "按检查项", "按检查项对比", (DELTA,), 5, run="by('items')"),
    Action("by_failed", ("5",), "失分最多", "列出失分最多的检查项", (DELTA,), 6, run="by('failed')"),
    Action("other", ("6",), "换一轮", "和文件夹里的另一轮比", (DELTA,), 7),
    Action("open", ("enter",), "打开", "看所选的问题", (RECHECK,), 4),
    Action("held", ("1",), "真整改", "抽查结果：确已整改", (RECHECK,), 1, run="result('fixed')"),
    Action(
        "came_back", ("2",), "反弹", "抽查结果：又出现，转为问题反弹", (RECHECK,), 2, run="result('relapsed')"
    ),
    Action(
        "unverifiable",
        ("3",),
        "无法核实",
        "抽查结果：无法核实，不计入真实率",
        (RECHECK,),
        3,
        run="result('unverifiable')",
    ),
    Action("draw", ("4",), "抽取", "从已销号的问题里按种子抽几个", (RECHECK,), 5),
    Action("other", ("5",), "另一次", "看另一次抽查", (RECHECK,), 6),
    Action("make", ("1",), "收下", "把能收的都记入台账，不能收的列在后面", (LEDGER_SHEET,), 1),
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
        run="make(True)",
    ),
    Action("next_pane", ("tab",), "看全文", "到下面一栏，用上下键看全文；再按一次回来", (FORM_TAKE,)),
    # Problems of earlier rounds
    Action(
        "fixed",
        ("1",),
        "已整改",
        "复查结论记为已整改：再按数字选检查方式和依据",
        (LOOKBACK,),
        1,
        run="verify('fixed')",
    ),
    Action(
        "partly",
        ("2",),
        "部分整改",
        "记为部分整改，并写明还剩什么",
        (LOOKBACK,),
        2,
        "部分",
        run="verify('partly')",
    ),
    Action("not_fixed", ("3",), "未整改", "记为未整改", (LOOKBACK,), 3, run="verify('not_fixed')"),
    Action(
        "relapsed",
        ("4",),
        "反弹",
        "改过的问题又出现：记一次反弹",
        (LOOKBACK,),
        4,
        run="verify('relapsed')",
    ),
    Action(
        "unverifiable",
        ("5",),
        "无法核实",
        "记为无法核实，写明原因，状态不变",
        (LOOKBACK,),
        5,
        run="verify('unverifiable')",
    ),
    Action("take_back", ("0",), "取消", "取消本人记的复查结论", (LOOKBACK,), 6),
    Action("outcomes", ("enter",), "各项的意思", "列出五种结论和各自的意思", (LOOKBACK,), 9, "选结论"),
    Action(
        "link",
        ("6",),
        "同一问题",
        "指出本轮哪一条问题与它是同一个；再选一次取消",
        (LOOKBACK,),
        7,
    ),
    Action("item", ("7",), "看检查项", "到检查页看这个问题所属的检查项", (LOOKBACK,), 10),
    Action("next_owed", ("space",), "下一待复查", "跳到下一条还没有复查的", (LOOKBACK,), 11),
    # Findings of an item
    Action("open", ("enter",), "改文字", "修改所选一条的文字", (FINDINGS,), 1),
    Action("add", ("1",), "新增", "新增一个问题：选扣分情形，或自己写", (FINDINGS,), 2),
    Action("severity", ("2",), "程度", "改问题程度：一般、较重、严重、红线", (FINDINGS,), 3),
    Action("fixed", ("3",), "立行立改", "标记或取消立行立改", (FINDINGS,), 4),
    Action("delete", ("4", "delete"), "删除", "删除所选的一条，须确认，可撤销", (FINDINGS,), 5),
    Action("missing", ("5",), "缺项", "标记或取消缺项", (FINDINGS,), 6),
    Action("referred", ("6",), "移交", "标记或取消移交：移交的线索不写入任何通报", (FINDINGS,), 7),
    Action("good_practice", ("7", "f3"), "好的做法", "记一条好的做法", (FINDINGS,), 8, "好做法"),
    Action("suggestion", ("8", "f4"), "建议", "记一条建议", (FINDINGS,), 10),
    Action("belong", ("9",), "归属", "归到本条，或改记在单位名下", (FINDINGS,), 11),
    Action("restore", ("0",), "恢复原文", "放弃手工改过的文字，恢复扣分情形自动生成的文字", (FINDINGS,), 13),
    # The visit's header
    Action("open", ("enter",), "修改", "修改所选的一栏", (HEADER,), 1),
    Action(
        "field",
        tuple("1234567"),
        "直接改",
        "按行首的数字直接改那一栏",
        (HEADER,),
        run="field({key})",
    ),
    # Red lines
    Action("hit", ("enter",), "记录", "记录所选的一条：写明事实，再确认；已记录的可改事实", (TRIGGERS,), 1),
    Action("take_back", ("4", "delete"), "撤回", "撤回本人记录的一条，须确认", (TRIGGERS,), 2),
    # Submitting
    Action("jump", ("enter",), "跳到该处", "跳到所选的未完成处", (SUBMIT,), 1),
    Action("submit", ("1",), "提交", "没有遗漏时提交本次检查", (SUBMIT,), 2),
    Action("objection", ("2",), "异议", "记录被检查单位的异议", (SUBMIT,), 3),
    Action("confirmer", ("3",), "确认人", "写明现场确认问题清单的人", (SUBMIT,), 4),
    Action("reopen", ("4",), "重新打开", "已提交的检查写明原因后重新打开", (SUBMIT,), 5),
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
    Action(
        "next_pane",
        ("tab",),
        "看全文",
        "到下面一栏，用上下键看全文；再按一次回来",
        (FINDINGS, TRIGGERS, HEADER, SEARCH, LOOKBACK, ROUND_CARRY),
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
    # Merging
    Action("look", ("enter", "1"), "看内容", "先看选中的文件带来什么，还不收", (MERGE,), 1),
    Action("mark", ("space",), "选、不选", "选上或去掉所在的文件", (MERGE,), 2),
    Action("type", ("2",), "输入位置", "输入、粘贴文件或文件夹的位置；也可把文件拖进窗口", (MERGE,), 3),
    Action("taken", ("3",), "收过的", "看收过哪些文件，退出收错的", (MERGE,), 4),
    Action("decide", ("4",), "裁定", "逐条裁定意见不同的地方", (MERGE,), 5),
    Action("doubles", ("5",), "重复", "把说同一件事的几条合为一条", (MERGE,), 6),
    Action("review", ("6",), "审阅", "认可或退回各单位的检查，写回执", (MERGE,), 7),
    Action("freeze", ("7",), "封存", "封存本轮，给出封存码", (MERGE,), 8),
    Action("returned", ("8",), "退回清单", "看组长退回本组重查的检查项", (MERGE,), 9, "退回"),
    Action("mark_all", ("9",), "全选", "选上列出的全部文件；再按一次全不选", (MERGE,), 11),
    Action("again", ("0",), "重新找", "重新列出附近的文件", (MERGE,), 12),
    Action("take", ("1",), "收下", "收下全部能收的文件；不能收的列在后面", (MERGE_LOOK,), 1),
    Action("unlock", ("2",), "输口令", "输入口令，打开用口令加密的交卷", (MERGE_LOOK,), 2, "口令"),
    Action("decide", ("4",), "裁定", "逐条裁定意见不同的地方", (MERGE_LOOK,), 3),
    Action("withdraw", ("4", "delete"), "退出", "把所选的文件退出本轮，文件和台账都保留", (MERGE_TAKEN,), 1),
    Action("left", ("1",), "取第1种", "以左边（上面）的意见为准，写明理由", (DECIDE,), 1),
    Action("right", ("2",), "取第2种", "以右边（下面）的意见为准，写明理由", (DECIDE,), 2),
    Action("third", ("3",), "另写", "两边都不取，另写一种意见和理由", (DECIDE,), 3),
    Action("later", ("4",), "以后再定", "先不定，看下一处", (DECIDE,), 4, "以后"),
    Action("bulk", ("5",), "成批裁定", "一个大项以某一位检查人员为准，先看有几处再定", (DECIDE,), 5, "成批"),
    Action("others", ("6",), "取其他", "有三种以上意见时，按数字选一种", (DECIDE,)),
    Action("open", ("enter",), "看检查项", "到检查页看这一条的全部记录", (DECIDE,), 6),
    Action("join", ("1",), "合为一条", "两条说的是同一件事，以后只显示一条，文字都保留", (DOUBLES,), 1),
    Action("differ", ("2",), "不是一回事", "两条不是一回事，不再提示", (DOUBLES,), 2),
    Action("part", ("3",), "分开", "把合在一起的重新分开", (DOUBLES,), 3),
    Action("open", ("enter",), "看检查", "到检查页看这个单位", (UNIT_REVIEW,), 1),
    Action("accept", ("1",), "认可", "认可这个单位的检查，认可后锁定", (UNIT_REVIEW,), 2),
    Action("give_back", ("2",), "退回", "退回重查：选检查项，每项写一条原因", (UNIT_REVIEW,), 3),
    Action("withdraw", ("3",), "收回", "收回认可或退回，须写原因", (UNIT_REVIEW,), 4),
    Action("receipts", ("4",), "写回执", "给每位检查人员写一份回执文件", (UNIT_REVIEW,), 5, "回执"),
    Action("mark", ("enter", "space"), "选、不选", "选上所在的检查项并写原因；再按一次去掉", (RETURNING,), 1),
    Action("done", ("1", "f10"), "退回", "选好了，确认后退回", (RETURNING,), 2),
    Action("whole", ("2",), "总的原因", "写退回整个单位的原因", (RETURNING,), 3),
    Action("freeze", ("1",), "封存", "没有待裁定的地方时封存本轮", (FREEZE,), 1),
    Action("jump", ("enter",), "去裁定", "到所选的一处去裁定", (FREEZE,), 2),
    Action("go", ("enter",), "去改", "到所选的检查项重新检查", (RETURNED,), 1),
    Action("undo", ("ctrl+z",), "撤销", "撤销在本页做的上一步", (DECIDE, DOUBLES, UNIT_REVIEW), 9),
    Action("undo", ("ctrl+z",), "撤销", "撤销在本页做的上一步", (SUMMARY, NOTICE_PRIVACY), 15),
    Action(
        "undo",
        ("ctrl+z",),
        "撤销",
        "撤销在台账里做的上一步，成批办的一起撤销",
        (LEDGER, LEDGER_ROW, LEDGER_STEP, RECHECK),
        12,
    ),
    Action(
        "next_pane",
        ("tab",),
        "看全文",
        "到另一栏，用上下键看全文；再按一次回来",
        (MERGE_LOOK, MERGE_TAKEN, DECIDE, DOUBLES, UNIT_REVIEW, RETURNED, NOTICE_PRIVACY, NOTICE_PICK),
    ),
    # Scores, periods, contests, grades
    Action(
        "open", ("enter", "question_mark"), "怎样得来", "看这个得分是怎样得来的，直到每条记录", (SCORES,), 1
    ),
    Action("open", ("enter", "question_mark"), "怎样得来", "看那一轮的得分是怎样得来的", (SOURCES,), 1),
    Action(
        "why",
        ("enter", "question_mark"),
        "怎样得来",
        "看光标所在单位的得分由哪几轮、哪些记录得来",
        (PERIOD, RANKING),
        1,
        "由来",
    ),
    Action("why", ("question_mark",), "怎样得来", "看单位的得分由哪几轮、哪些记录得来", (TREND,), 5, "由来"),
    Action(
        "why",
        ("question_mark",),
        "怎样得来",
        "看光标所在单位的得分由哪几轮、哪些记录得来",
        (CONTEST, GRADES),
        4,
        "由来",
    ),
    Action(
        "why",
        ("question_mark",),
        "得分怎样得来",
        "看光标所在单位的得分是怎样得来的，直到每条记录",
        (SUMMARY, HOME),
    ),
    Action("derivation", ("question_mark",), "得分怎样得来", "看本单位的得分是怎样得来的", (WALK,)),
    Action("take", ("1", "enter"), "收表", "给所选的单位收一张积分表，先看再收", (POINTS,), 1),
    Action("earlier", ("2", "left"), "上个月", "看前一个月", (POINTS,), 2),
    Action("later", ("3", "right"), "下个月", "看后一个月", (POINTS,), 3),
    Action("make", ("1",), "收进", "收进能计的数字；有误的行不计", (POINTS_LOOK,), 1),
    Action("open", ("enter",), "打开", "看这次测评的结果", (APPRAISALS,), 1),
    Action("new", ("1",), "新建", "写下名称和测评对象，新建一次测评", (APPRAISALS,), 2),
    Action("sheet", ("1",), "收票数表", "从填好的票数表录入，只留合计", (APPRAISAL,), 1),
    Action("enter_counts", ("2", "enter"), "录票数", "给所选的人录入一个层级的票数", (APPRAISAL,), 2),
    Action("blank", ("3",), "出空表", "出一张空的票数表，填好再收", (APPRAISAL,), 3),
    Action("level", ("4",), "级别", "换级别：内部台账、书记版、群内版", (APPRAISAL,), 4),
    Action("lowest", ("5",), "靠后的", "列出得分靠后的几人，只限内部台账", (APPRAISAL,), 5),
    Action("write", ("6",), "存结果", "按现在的级别把结果存成文字", (APPRAISAL,), 6),
    Action("bonus", ("7",), "加分", "组长给单位加分，写明理由和依据；也可取消", (SCORES,), 9),
    Action("ranking", ("1",), "排名", "另列名次、不参加的和进步榜；写明不排名的不列", (SCORES,), 8),
    Action("period", ("2",), "期间", "月、季、半年、年的得分，缺的标明", (SCORES,), 2),
    Action("trend", ("3",), "走势", "得分和问题随时间的变化", (SCORES,), 3),
    Action("contests", ("4",), "评比", "流动红旗等：候选单位、理由、组长确认", (SCORES,), 4),
    Action("grades", ("5",), "定级", "自评、推荐、验收各阶段和等级", (SCORES,), 5),
    Action("agreement", ("6",), "一致性", "两人查同一单位一致不一致；减负", (SCORES,), 6),
    Action("open", ("enter",), "看检查项", "到检查页看这一项；在上轮问题上则看它的台账", (DERIVATION,), 1),
    Action("span_month", ("1",), "月", "一个月的得分", (PERIOD,), 2, run="span('month')"),
    Action("span_quarter", ("2",), "季", "一个季度的得分", (PERIOD,), 2, run="span('quarter')"),
    Action("span_half", ("3",), "半年", "半年的得分", (PERIOD,), 3, run="span('half')"),
    Action("span_year", ("4",), "年", "一年的得分", (PERIOD,), 4, run="span('year')"),
    Action("span_week", ("5",), "周", "一周的得分", (PERIOD,), 9, run="span('week')"),
    Action("earlier", ("6", "left"), "上一期", "看前一期", (PERIOD,), 5),
    Action("later", ("7", "right"), "下一期", "看后一期", (PERIOD,), 6),
    Action("rank", ("8",), "排名", "列出或收起名次；写明不排名的不列", (PERIOD,), 8),
    Action("rollup", ("9",), "合成", "换合成办法：平均、加权、最近、最低", (PERIOD,), 7),
    Action("checklist", ("0",), "清单", "只算一份清单，或全部", (PERIOD,), 7),
    Action("write", ("f5",), "存表", "把这一期的得分存成表格", (PERIOD,), 9),
    Action("everyone", ("1",), "全部", "各单位平均，全部大项", (TREND,), 1),
    Action("unit", ("2",), "单位", "只看一个单位", (TREND,), 2),
    Action("section", ("3",), "大项", "只看一个大项", (TREND,), 3),
    Action("write", ("6",), "存表", "把画出的数字存成表格", (TREND,), 4),
    Action(
        "agreement",
        ("1",),
        "一致性",
        "两人查同一单位，每项一致不一致",
        (AGREEMENT,),
        1,
        run="by('agreement')",
    ),
    Action("gauge", ("2",), "减负", "次次符合的项、用时、重复要的资料", (AGREEMENT,), 2, run="by('gauge')"),
    Action("open", ("enter",), "打开", "列出候选单位和理由", (CONTESTS,), 1),
    Action("handover", ("1",), "交接单", "把交接单存成可以签字的表", (CONTESTS,), 2),
    Action("mark", ("space", "enter"), "选、不选", "选上或去掉所在的单位", (CONTEST,), 1),
    Action("confirm", ("1",), "确认", "组长确认选上的单位；和建议不同的写理由", (CONTEST,), 2),
    Action("vacant", ("2",), "空缺", "组长确认本期空缺，写明理由", (CONTEST,), 3),
    Action("step", ("enter", "1"), "办一步", "定级、限期整改、复查、降级、摘牌", (GRADES,), 1),
    Action("scheme", ("2",), "办法", "换一个定级办法", (GRADES,), 2),
    Action("write", ("6",), "存表", "把各级个数和年度升降存成文字和表格", (GRADES,), 5),
    Action("undo", ("ctrl+z",), "撤销", "撤销在本页做的上一步", (SCORES, CONTEST, GRADES, POINTS), 9),
    Action(
        "next_pane",
        ("tab",),
        "看全文",
        "到下面一栏，用上下键看全文；再按一次回来",
        (SCORES, DERIVATION, SOURCES, CONTESTS, CONTEST, GRADES, POINTS, POINTS_LOOK),
    ),
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
    # What a unit's file gathers
    Action("fill", ("enter", "1"), "填写", "填这一项：责任岗位、标准、时限", (DUTIES,), 1),
    Action("unit", ("2",), "单位", "换一个单位", (DUTIES,), 3),
    Action("copy", ("3",), "抄上月", "空着的项从最近一个月抄过来，再按实际改", (DUTIES,), 4),
    Action("revised", ("4",), "修订日期", "写本单位修订这份清单的日期", (DUTIES,), 5),
    Action("take", ("5",), "收表", "收进一张表，换下这个月的内容", (DUTIES,), 6),
    Action("write", ("6",), "存表", "存成可以打印、填写、再收进来的表", (DUTIES,), 7),
    Action("months", ("7",), "各月", "有哪些月份，各是怎样修订的", (DUTIES,), 8),
    Action("clear", ("8", "delete"), "清空", "清空这一项", (DUTIES,)),
    Action("earlier", ("left",), "上月", "看前一个月", (DUTIES,), 2, "换月"),
    Action("later", ("right",), "下月", "看后一个月", (DUTIES,)),
    Action("problem", ("f2",), "记问题", "把这一处作为问题记到单位名下", (GRID,), 1),
    Action("suggest", ("f4",), "记建议", "把这一处作为建议记到单位名下", (GRID,), 2),
    Action("source", ("1",), "换名册", "看本轮随带的单位，或看工作文件夹的名册", (GRID,), 3),
    Action("gaps", ("2",), "下一处缺口", "跳到下一处缺口", (GRID,), 4, "缺口"),
    Action("charges", ("3",), "分级承包", "各责任领导承包哪些单位；再按一次回来", (GRID,), 5),
    Action("write", ("6",), "存表", "把网格、缺口、空白班组存成表格", (GRID,), 6),
    Action("undo", ("ctrl+z",), "撤销", "撤销在本页做的上一步", (DUTIES, GRID), 9),
    Action(
        "next_pane",
        ("tab",),
        "看全文",
        "到下面一栏，用上下键看全文；再按一次回来",
        (DUTIES, GRID),
    ),
    # What spreads: good practice, helping pairs
    Action("open", ("enter",), "写、改", "把好的做法写成经验，或改一条经验", (CARDS,), 1),
    Action("adopted", ("1",), "存采用表", "把哪些单位采用了存成表格", (CARDS,), 3),
    Action("register", ("2",), "一组一特色", "各单位的特色、写成和采用的经验", (CARDS,), 2),
    Action("write", ("1",), "存表", "把登记表存成可以打印的表", (FEATURES,), 1),
    Action(
        "adopted", ("1",), "已采用", "记为已采用，写一句依据", (ADOPTION,), 1, run="uptake('adopted')"
    ),
    Action("partly", ("2",), "部分采用", "记为部分采用，写一句依据", (ADOPTION,), 2, run="uptake('partly')"),
    Action("not_adopted", ("3",), "未采用", "记为未采用", (ADOPTION,), 3, run="uptake('not_adopted')"),
    Action("not_fitting", ("4",), "不适合", "记为不适合本组", (ADOPTION,), 4, run="uptake('not_fitting')"),
    Action("clear", ("5",), "取消", "取消记下的采用情况", (ADOPTION,), 6),
    Action("basis", ("enter",), "依据", "写或改一句依据", (ADOPTION,), 5),
    Action("open", ("enter",), "改", "改目标、期限，认定达到，提前结束，撤回", (PAIRS,), 1),
    Action("new", ("1",), "结一对", "选受帮扶的单位、谁帮扶、期限和目标", (PAIRS,), 2),
    Action("effect", ("2",), "成效", "半年里各对前后的变化", (PAIRS,), 3),
    Action("sheet", ("1",), "存Excel", "存成表格，各轮另附一页", (PAIR_EFFECT,), 1),
    Action("paper", ("2",), "存Word", "存成正式文件", (PAIR_EFFECT,), 2),
    Action("earlier", ("6", "left"), "前半年", "看前半年", (PAIR_EFFECT,), 3),
    Action("later", ("7", "right"), "后半年", "看后半年", (PAIR_EFFECT,), 4),
    Action("undo", ("ctrl+z",), "撤销", "撤销在本页做的上一步", (CARDS, PAIRS), 9),
    Action("undo", ("ctrl+z",), "撤销", "撤销在本单位做的上一步", (ADOPTION,), 9),
    Action("redo", ("ctrl+y",), "恢复", "恢复刚撤销的一步", (ADOPTION,)),
    Action(
        "next_pane",
        ("tab",),
        "看全文",
        "到下面一栏，用上下键看全文；再按一次回来",
        (CARDS, FEATURES, ADOPTION, PAIRS),
    ),
    # Recounting a distribution, walking basic flows
    Action("sheet", ("1",), "选表", "选一个月的分配表；各人的数不保存", (RECOUNT,), 1),
    Action("rule", ("2",), "细则", "换一份书面细则", (RECOUNT,), 2),
    Action("total", ("3",), "总额", "写本月总额；清空则用细则里的或按表里相加", (RECOUNT,), 3),
    Action("everybody", ("4",), "全部", "列出全部人员，或只列不一致的", (RECOUNT,), 7),
    Action("names", ("5",), "隐名", "隐去或显示姓名，有旁人时用", (RECOUNT,), 8),
    Action("note", ("6", "f5"), "写说明", "把人次和差额合计写进检查项的说明，没有姓名", (RECOUNT,), 5),
    Action("problem", ("7", "f2"), "记问题", "按人次记扣分情形，没有姓名", (RECOUNT,), 4),
    Action("keep", ("8",), "记下", "记下人次和差额合计，没有姓名和个人金额", (RECOUNT,), 6),
    Action("done", ("1",), "做了", "这一步做了，转到下一步", (FLOWS,), 1, run="found('done')"),
    Action("partly", ("2",), "部分", "这一步做了一部分", (FLOWS,), 2, run="found('partly')"),
    Action("none", ("3",), "没做", "这一步没有做，这项流程走不通", (FLOWS,), 3, run="found('none')"),
    Action("clear", ("0",), "清除", "清除这一步的结果", (FLOWS,), run="found('')"),
    Action("words", ("4", "enter", "f5"), "说明", "写这一步看到了什么", (FLOWS,), 5),
    Action("draw", ("5",), "抽取", "从流程目录里按种子抽几项", (FLOWS,), 4),
    Action("other", ("6",), "另一次", "看另一次抽查", (FLOWS,), 21),
    Action("problem", ("7", "f2"), "记问题", "按走不通的项数记扣分情形", (FLOWS,), 6),
    Action("note", ("8",), "写说明", "把抽查的结果写进检查项的说明", (FLOWS,), 7),
    Action("write", ("9",), "存表", "把每一步的结果存成表格", (FLOWS,), 8),
    Action("undo", ("ctrl+z",), "撤销", "撤销在本单位做的上一步", (RECOUNT, FLOWS), 21),
    Action("redo", ("ctrl+y",), "重做", "恢复刚撤销的一步", (RECOUNT, FLOWS)),
    Action(
        "next_pane",
        ("tab",),
        "看全文",
        "到下面一栏，用上下键看全文；再按一次回来",
        (RECOUNT, FLOWS),
    ),
    # Evidence
    Action("evidence", ("f10",), "佐证", "给本项挂照片、文件，或写出处", _JUDGE),
    Action("evidence", ("f10",), "佐证", "给所选的一条挂照片、文件，或写出处", (FINDINGS,), 14),
    Action("evidence", ("8", "f10"), "佐证", "看上轮的佐证，给这次复查挂照片、文件", (LOOKBACK,), 8),
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
    # Encrypted workspaces
    Action("open", ("enter",), "打开", "用输入的口令打开工作文件夹", (UNLOCK,), 1),
    Action("reveal", ("f2",), "显示", "显示输入的口令，再按一次遮住", (UNLOCK,), 2),
    Action("choose", ("enter",), "选定", "选定所选的一行", (VAULT,), 1),
    Action("mark", ("space", "1"), "选上", "选上或去掉所选的文件", (TAKE_OUT,), 2),
    Action("take", ("enter", "2"), "取出", "把选上的文件取出到U盘或别的文件夹，取出的不加密", (TAKE_OUT,), 1),
    Action("mark_all", ("9",), "全选", "选上全部文件；再按一次全不选", (TAKE_OUT,), 3),
    # Everywhere
    Action("leave_help", ("f1",), "返回", "回到上一屏", (HELP,), run="back"),
    Action("back", ("escape",), "返回", "回到上一屏", _BELOW_HOME, 20),
    Action(
        "help",
        ("f1", "question_mark"),
        "帮助",
        "看本屏所有按键",
        tuple(s for s in SCREENS if s not in (HELP, *_ASKED)),
        19,
    ),
    Action("help", ("f1",), "帮助", "看本屏所有按键", _ASKED, 19),
    Action("quit", ("ctrl+q",), "退出", "保存并退出", SCREENS, 30, run="app.quit"),
)


def actions_for(screen: str) -> list[Action]:
    """What can be done on a screen, in the table's order."""
    return [action for action in ACTIONS if screen in action.where]


def bindings_for(screen: str) -> list[Binding]:
    """The Textual bindings of a screen.

    None has priority: a digit with priority could no longer be typed into a note.
    """
    return [
        Binding(
            ",".join(with_twins(keys)),
            action.action.replace("{key}", keys[0]),
            action.label,
            show=False,
            tooltip=action.help,
            id=f"{screen}.{action.id}{place}",
        )
        for action in actions_for(screen)
        if action.id != "quit"
        for place, keys in _told_apart(action)
    ]


def _told_apart(action: Action) -> list[tuple[str, tuple[str, ...]]]:
    """An action's keys; one by one, where the action wants to know which of them was pressed."""
    if "{key}" not in action.action:
        return [("", action.keys)]
    return [(f".{key}", (key,)) for key in action.keys]


def footer_for(screen: str) -> list[Action]:
    """What the footer of a screen offers, most important first."""
    return sorted((action for action in actions_for(screen) if action.rank), key=lambda action: action.rank)


def help_for(screen: str) -> list[tuple[str, str, str]]:
    """The help of a screen: (keys, label, sentence), in the table's order."""
    return [
        (" ".join(key_name(key) for key in action.keys), action.label, action.help)
        for action in actions_for(screen)
    ]
