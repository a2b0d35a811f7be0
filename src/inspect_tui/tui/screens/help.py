"""Help: every key of a screen, what an input method lets through, and where files are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.tui import actions
from inspect_tui.tui.actions import HELP, bindings_for, help_for
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped

PLACES: dict[str, str] = {
    actions.HOME: "主页",
    actions.WALK: "一组到底",
    actions.ACROSS: "一题到底",
    actions.HEADER: "进点信息",
    actions.TRIGGERS: "红线、否决项",
    actions.FINDINGS: "问题",
    actions.SUBMIT: "提交",
    actions.SUMMARY: "通报",
    actions.SEARCH: "查找",
    actions.SETUP: "设置工作文件夹",
    actions.ROUND_NEW: "新建检查轮次",
    actions.HANDIN: "交卷",
    actions.HELP: "帮助",
    actions.FAULTS: "文件问题",
    actions.IDENTITY: "我是谁",
    actions.UNITS: "选单位",
    actions.REVIEW: "核对",
    actions.PACKING: "发包",
    actions.TAKE_PACK: "收轮次包",
    actions.MERGE: "合并",
    actions.MERGE_LOOK: "合并前先看",
    actions.MERGE_TAKEN: "收过的文件",
    actions.DECIDE: "裁定",
    actions.DOUBLES: "可能重复的",
    actions.UNIT_REVIEW: "审阅",
    actions.RETURNING: "退回重查",
    actions.FREEZE: "封存",
    actions.RETURNED: "退回清单",
    actions.LOOKBACK: "上轮问题",
    actions.ROUND_CARRY: "转入上轮问题",
    actions.LEDGER: "整改台账",
    actions.LEDGER_ROW: "台账里的一个问题",
    actions.LEDGER_STEP: "办一步、填一栏",
    actions.LEDGER_BATCH: "成批办理",
    actions.LEDGER_SHEET: "读回台账",
    actions.FORMS: "打印检查表",
    actions.FORM_TAKE: "收回检查表",
    actions.UNLOCK: "输入口令",
    actions.VAULT: "口令和加密",
    actions.TAKE_OUT: "取出文件",
    actions.PROGRESS: "进度图和例会摘要",
    actions.DELTA: "两轮对比",
    actions.RECHECK: "抽查复核",
    actions.NOTICE_PRIVACY: "发出前核对",
    actions.NOTICE_PICK: "选曝光的问题",
    actions.REPORT: "合并检查报告",
    actions.SCORES: "得分",
    actions.DERIVATION: "得分怎样得来",
    actions.RANKING: "排名",
    actions.PERIOD: "期间得分",
    actions.TREND: "走势",
    actions.AGREEMENT: "一致性和减负",
    actions.CONTESTS: "评比",
    actions.CONTEST: "一项评比",
    actions.GRADES: "达标晋级",
    actions.DUTIES: "九大岗位责任制",
    actions.GRID: "三级网格",
    actions.RECOUNT: "分配复算",
    actions.FLOWS: "基本流程抽查",
    actions.EVIDENCE: "佐证",
    actions.SOURCES: "由哪几轮得来",
    actions.POINTS: "党员积分",
    actions.POINTS_LOOK: "看积分表",
    actions.APPRAISALS: "测评统计",
    actions.APPRAISAL: "一次测评",
    actions.CARDS: "经验",
    actions.ADOPTION: "采用经验",
    actions.FEATURES: "一组一特色",
    actions.PAIRS: "结对帮扶",
    actions.PAIR_EFFECT: "结对成效",
    actions.CHECKLISTS: "清单",
    actions.CHECKLIST: "一份清单",
    actions.PHRASES: "常用语",
    actions.KEYS: "我的签名",
    actions.SHEETS: "从表格导入清单",
    actions.SHEET_LOOK: "看表格会读成什么",
}

_CHOICES = "列出选项时：数字直接选；上下键移动，回车选定；超过九项按 0 翻页；Esc 不选。"
_COUNTS = "选扣分情形时：停在计数的一条上，按右键加次数，再按回车记下。"
_WORDS = "写文字时：回车记下；写到一半切走、关窗口也不丢，下次打开会放回来。"
NOTES: dict[str, tuple[str, ...]] = {
    actions.WALK: (
        "记下结论后自动转到下一未查项；已有结论的项可以随时改，改过的都留痕。",
        _CHOICES,
        _COUNTS,
        _WORDS,
    ),
    actions.ACROSS: ("每行是一个单位，按键的意思与一组到底相同。", _CHOICES, _COUNTS, _WORDS),
    actions.FINDINGS: (_CHOICES, _COUNTS, _WORDS),
    actions.TRIGGERS: ("每条红线、否决项都要写明事实并再确认一次；撤回也留痕。",),
    actions.HEADER: (_CHOICES, _WORDS),
    actions.LEDGER: (
        "期限一栏：!!逾期12天 是逾期，!3天到期 是快到期；时限写成 27/06 的是2027年6月。",
        "台账在提交、认可、封存以后都可以接着办，谁办的写谁的名字。",
        _CHOICES,
    ),
    actions.LEDGER_ROW: ("下面列出现在可以办的几步，按数字办；不能办的说明为什么。",),
    actions.LEDGER_STEP: ("日期可以写 2026-11-20、11月20日、今天、30天后。", _CHOICES, _WORDS),
    actions.RECHECK: (
        "同样的种子和台账抽出同样的名单；抽查要由不是当时销号的人去看。",
        "真实率：各程度按已销号的数目加权，无法核实的不算。",
        _CHOICES,
    ),
    actions.MERGE: (
        "列出的是工作文件夹、收卷、exports、下载、桌面和微信文件夹里的交卷和检查记录，新的在前。",
        "把文件或文件夹拖进窗口，或粘贴它的位置，也可以收；几个可以一次给。",
    ),
    actions.MERGE_LOOK: (
        "看的时候什么也不写；收多少次、按什么顺序，结果都一样。",
        "收下的文件原样保存，收错了可以在“收过的文件”里退出。",
    ),
    actions.DECIDE: (
        "红线最先，再按程度和分数排；说明文字不同的都保留，不用裁定。",
        "裁定随文件走，定过的不再问；除非以后有人又改了这一处。",
        _CHOICES,
    ),
    actions.DOUBLES: ("程序只提示，合不合由组长定；合并后两条原文都保留，随时可以分开。",),
    actions.UNIT_REVIEW: ("认可后锁定，收回前不能改；退回后该单位重新打开，重查的项改了就算办了。",),
    actions.RETURNED: ("重新记了结论的项自动离开清单；都改完后到提交页再提交，然后交卷。",),
    actions.ROUND_CARRY: (
        "没有销号的都转入；上次销号的、立行立改的，转入再看一次是否保持。",
        "不转入的留在原来的轮次，下次新建轮次时再问。",
    ),
    actions.LOOKBACK: (
        "按数字记结论，再按数字选检查方式和依据；已销号的只看还有效没有、反弹没有。",
        "上轮的记录原样保留，不能改；没有复查完不能提交，也不会自己销号。",
        "看法与别人不同，直接记自己的，两种意见由组长裁定。",
        _CHOICES,
        _WORDS,
    ),
    actions.SEARCH: (
        "输入汉字随打随找；也可只输拼音首字母，如 gwzr 找到岗位责任。",
        "下键进入结果，上键回到输入处；在结果上接着打字也行。",
    ),
}

IME = (
    "汉字输入法开着也能用：数字键、功能键（F1 至 F10）、方向键、翻页键、回车、空格、Tab、Esc 都直接起作用；"
    "标点键的中文形式（如 、和 ？）与英文形式作用相同。写字以外不需要切换输入法。"
)


class HelpScreen(PageScreen[None], inherit_bindings=False):
    """All keys of one screen, from the one table of actions."""

    place = HELP
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(HELP)]

    def __init__(self, of: str) -> None:
        super().__init__()
        self.of = of

    def page_title(self) -> str:
        return f"帮助：{PLACES.get(self.of, '')}"

    def body(self) -> Sequence[Widget]:
        return [LinePane(self._help_lines, id="help")]

    def ready(self) -> None:
        self.query_one("#help", LinePane).focus()

    def _help_lines(self, width: int) -> list[Line]:
        rows = help_for(self.of)
        keys = max((cells(key) for key, _, _ in rows), default=0) + 2
        labels = max((cells(label) for _, label, _ in rows), default=0) + 2
        # In a narrow window a long list of keys may not push the sentences off the screen.
        keys = min(keys, max(12, width // 4))
        lines: list[Line] = []
        for key, label, sentence in rows:
            pieces = wrapped(sentence, max(10, width - keys - labels - 1), indent="")
            for number, piece in enumerate(pieces):
                first = number == 0
                lines.append(
                    [
                        (" ", "text"),
                        (fit(key if first else "", keys), "key"),
                        (fit(label if first else "", labels), "strong"),
                        *piece,
                    ]
                )
        lines.append([])
        for note in NOTES.get(self.of, ()):
            lines += wrapped(note, width)
        if NOTES.get(self.of):
            lines.append([])
        lines.append([(" 移动", "head")])
        lines += wrapped("上下键逐行，翻页键逐屏，Home、End 到头尾；鼠标点一下选中，点两下打开。", width)
        lines.append([])
        lines.append([(" 输入法", "head")])
        lines += wrapped(IME, width)
        lines.append([])
        lines.append([(" 文件在哪里", "head")])
        lines += self._files(width)
        return lines

    def _files(self, width: int) -> list[Line]:
        space = self.app.space
        lines = wrapped(f"工作文件夹：{space.root}", width)
        desk = self.app.desk
        if desk is not None and desk.session.writer:
            path = space.findings_path(desk.round.id, desk.session.writer)
            lines += wrapped(f"本机的检查记录：{path}", width)
        lines += wrapped(f"通报、交卷文件等：{space.exports_dir}", width)
        lines += wrapped("每一步都自动保存在本机，不联网；右上角显示“已保存”时，内容已写进磁盘。", width)
        return lines
