"""Reading a template file into phrases, with every mistake in it told at once by line and remedy.

Each block is handed to Jinja's parser by itself, so that a mistake in one does not hide those in the next.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from inspect_tui.model.fault import Fault
from inspect_tui.report.phrase_book import SLOTS, Slot
from inspect_tui.report.phrases import (
    COMPARISONS,
    FILTERS,
    Branch,
    Compared,
    Const,
    Expr,
    Filtered,
    For,
    If,
    Logic,
    Node,
    Phrase,
    Show,
    TooMuch,
    Value,
    Words,
    speak,
)
from inspect_tui.rules.issue import did_you_mean
from inspect_tui.store.clean import clean_text, is_clean

MAX_BYTES = 64 * 1024
#: Nodes of one block and how deep they may stand in one another.
MAX_NODES = 2_000
MAX_DEPTH = 20

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_OPEN = re.compile(r"\{%-?\s*block\s+(?P<name>[^\s%}]+)\s*-?%\}")
_CLOSE = re.compile(r"\{%-?\s*endblock(?:\s+[^\s%}]+)?\s*-?%\}")
_LINE_JOIN = re.compile(r"[ \t]*\r?\n[ \t]*")
#: A mark that no shown text can hold, to see whether a phrase says what it must.
_PROBE = "〔样〕"


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """The phrases of a file and everything that is wrong with it."""

    phrases: dict[str, Phrase]
    faults: tuple[Fault, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether nothing stands against its use."""
        return not any(not f.warning for f in self.faults)


def read_template(data: bytes, name: str = "") -> Read:
    """Read a template file; nothing is raised for what may stand in it."""
    if len(data) > MAX_BYTES:
        return _refused(name, "T01", "模板文件超过64 KB", "请删去用不到的内容")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _refused(name, "T01", "模板文件不是UTF-8编码", "请用记事本另存为UTF-8")
    return _Reader(text.replace("\r\n", "\n"), name).read()


def _refused(name: str, code: str, message: str, remedy: str) -> Read:
    return Read(phrases={}, faults=(Fault(code=code, file=name, message=message, remedy=remedy),))


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self.source = text
        # Comments become blanks of the same lines, so that every place stays where the user sees it.
        self.text = _COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)

    def fault(
        self,
        code: str,
        at: int | None,
        message: str,
        remedy: str,
        *,
        line: int = 0,
        value: str = "",
        warning: bool = False,
    ) -> None:
        line = self.text.count("\n", 0, at) + 1 if at is not None else line
        column = at - self.text.rfind("\n", 0, at) if at is not None else 1
        value = clean_text(value, newlines=False)
        shown = value if len(value) <= 40 else value[:40] + "…"
        self.faults.append(
            Fault(
                code=code,
                file=self.name,
                line=line,
                column=column,
                message=message,
                value=shown,
                remedy=remedy,
                warning=warning,
            )
        )

    def read(self) -> Read:
        if not is_clean(self.source):
            self.faults.append(
                Fault(
                    code="T12",
                    file=self.name,
                    message="模板里有控制字符或不可见字符",
                    remedy="请删去，或重新打一遍这一行",
                )
            )
        phrases: dict[str, Phrase] = {}
        at = 0
        while opened := _OPEN.search(self.text, at):
            self._outside(at, opened.start())
            name = opened["name"]
            closed = _CLOSE.search(self.text, opened.end())
            inner = _OPEN.search(self.text, opened.end())
            if closed is None or (inner is not None and inner.start() < closed.start()):
                self.fault(
                    "T02", opened.start(), "这个 block 没有结束", "请在它后面补上 {% endblock %}", value=name
                )
                at = opened.end() if inner is None else inner.start()
                if inner is None:
                    at = len(self.text)
                continue
            phrase = self._block(name, opened, closed.start(), doubled=name in phrases)
            if phrase is not None:
                phrases.setdefault(name, phrase)
            at = closed.end()
        self._outside(at, len(self.text))
        if not phrases and not self.faults:
            self.faults.append(
                Fault(
                    code="T05",
                    file=self.name,
                    message="文件里没有任何 block",
                    remedy="请从程序自带的模板复制要改的 block",
                )
            )
        ordered = sorted(self.faults, key=lambda f: (f.line, f.column, f.code))
        return Read(phrases=phrases, faults=tuple(ordered))

    def _outside(self, start: int, end: int) -> None:
        stray = re.search(r"\S+", self.text[start:end])
        if stray is None:
            return
        at = start + stray.start()
        if self.text.startswith("{%", at):
            self.fault("T06", at, "block 外面不能有语句", "请删去，只留 block", value=stray.group())
        else:
            self.fault(
                "T05",
                at,
                "block 外面的文字不会用到",
                "请删去，或放进 {# #} 里作说明",
                value=stray.group(),
                warning=True,
            )

    def _block(self, name: str, opened: re.Match[str], end: int, *, doubled: bool) -> Phrase | None:
        start = opened.end()
        slot = SLOTS.get(name)
        if slot is None:
            remedy = did_you_mean(name, list(SLOTS), "请用程序自带模板里的名称")
            self.fault("T03", opened.start(), "没有叫这个名称的 block", remedy, value=name)
        if doubled:
            self.fault("T08", opened.start(), "这个 block 写了两次", "请只留一个", value=name)
        body = self.text[start:end].strip("\n \t")
        lead = self.text[start:end]
        first = self.text.count("\n", 0, start) + lead[: len(lead) - len(lead.lstrip("\n \t"))].count("\n")
        before = len(self.faults)
        phrase = _Tree(self, first, slot).phrase(body)
        if phrase is None or slot is None or len(self.faults) > before:
            return phrase
        self._try(name, slot, phrase, opened.start())
        return phrase

    def _try(self, name: str, slot: Slot, phrase: Phrase, at: int) -> None:
        """Say the phrase on sample values: it must end, and must show what it is for."""
        try:
            for values in trials(slot):
                said = speak(phrase, values)
                missing = [m for m in slot.must if _PROBE + m not in said]
                if missing:
                    told = "、".join(f"{{{{ {m} }}}}" for m in missing)
                    self.fault(
                        "T10", at, f"这个 block 总要写出{told}", "请加上，不然这一条的内容会丢", value=name
                    )
                    return
        except TooMuch as error:
            self.fault("T11", at, str(error), "请改简单一些", value=name)


def trials(slot: Slot) -> list[dict[str, Any]]:
    """Sample values of a block: as they are, and with every yes and no and number turned the other way."""
    plain = slot.values | {m: _PROBE + m for m in slot.must}
    turned = {
        key: (not v) if isinstance(v, bool) else (0 if isinstance(v, int) else v) for key, v in plain.items()
    }
    single = plain | {"单个": True} if "单个" in plain else plain
    named = plain | {"点名": True} if "点名" in plain else plain
    return [plain, turned, single, named]


_SYNTAX = (
    (
        re.compile(r"unexpected end of template|Unexpected end"),
        "没有写完",
        "请补上 {% endif %} 或 {% endfor %}",
    ),
    (re.compile(r"Encountered unknown tag '(.+?)'"), "不能用这个语句", "只能用 if、elif、else、for"),
    (re.compile(r"unexpected '(.+?)'"), "这里的写法不对", "请核对括号、花括号和百分号是否成对"),
    (re.compile(r"expected token"), "这里的写法不对", "请核对括号、花括号和百分号是否成对"),
    (re.compile(r"unexpected char (.+?) at"), "有不能用的符号", "花括号里请用半角符号"),
)


class _Tree:
    """Turns one block into a tree of ours, noting everything that may not stand there."""

    def __init__(self, reader: _Reader, first_line: int, slot: Slot | None) -> None:
        self.reader, self.first, self.slot = reader, first_line, slot
        self.count = 0
        self.loops: list[str] = []

    def fault(self, code: str, node: Any, message: str, remedy: str, value: str = "") -> None:
        line = self.first + int(getattr(node, "lineno", 1) or 1)
        self.reader.fault(code, None, message, remedy, line=line, value=value)

    def phrase(self, body: str) -> Phrase | None:
        from jinja2 import Environment, TemplateSyntaxError

        try:
            tree = Environment().parse(body)
            return self.nodes(tree.body, 0)
        except TemplateSyntaxError as error:
            message, remedy, value = "写法不对", "请核对括号、花括号和百分号是否成对", ""
            for sign, told, how in _SYNTAX:
                if found := sign.search(error.message or ""):
                    message, remedy = told, how
                    value = found.group(1) if found.groups() else ""
                    break
            self.reader.fault("T02", None, message, remedy, line=self.first + error.lineno, value=value)
        except (RecursionError, ValueError, OverflowError):
            self.reader.fault("T02", None, "写得太复杂，读不懂", "请改简单一些", line=self.first + 1)
        return None

    def nodes(self, found: list[Any], depth: int) -> tuple[Node, ...]:
        from jinja2 import nodes

        made: list[Node] = []
        if depth > MAX_DEPTH:
            self.fault("T06", found[0] if found else None, "语句套得太深", "请改简单一些")
            return ()
        for node in found:
            self.count += 1
            if self.count > MAX_NODES:
                if self.count == MAX_NODES + 1:
                    self.fault("T06", node, "这个 block 太长", "请改简单一些")
                return tuple(made)
            if isinstance(node, nodes.Output):
                made += self._output(node, depth)
            elif isinstance(node, nodes.If):
                branches = [
                    Branch(self.expr(part.test, depth), self.nodes(part.body, depth + 1))
                    for part in (node, *node.elif_)
                ]
                if node.else_:
                    branches.append(Branch(None, self.nodes(node.else_, depth + 1)))
                made.append(If(tuple(branches)))
            elif isinstance(node, nodes.For):
                if (loop := self._loop(node, depth)) is not None:
                    made.append(loop)
            else:
                self.fault("T06", node, "不能用这个语句", "只能用 if、elif、else、for", type(node).__name__)
        return tuple(made)

    def _output(self, node: Any, depth: int) -> list[Node]:
        from jinja2 import nodes

        made: list[Node] = []
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                # Lines of a template are for whoever writes it; a sentence is one line.
                text = _LINE_JOIN.sub("", part.data)
                if text:
                    made.append(Words(text))
            else:
                made.append(Show(self.expr(part, depth)))
        return made

    def _loop(self, node: Any, depth: int) -> For | None:
        from jinja2 import nodes

        if not isinstance(node.target, nodes.Name) or node.test is not None or node.recursive:
            self.fault("T06", node, "for 只能写成“for 名称 in 列表”", "请改成这种写法")
            return None
        over = self.expr(node.iter, depth)
        sample = self.slot.values.get(over.path[0]) if self.slot and isinstance(over, Value) else None
        if isinstance(over, Const) or (sample is not None and not isinstance(sample, list)):
            self.fault("T09", node, "for 只能用在列表上", "请用程序给的列表，如 单位列表")
        self.loops.append(node.target.name)
        body = self.nodes(node.body, depth + 1)
        self.loops.pop()
        return For(node.target.name, over, body, self.nodes(node.else_, depth + 1))

    def expr(self, node: Any, depth: int) -> Expr:
        from jinja2 import nodes

        self.count += 1
        nothing = Const("")
        if depth > MAX_DEPTH or self.count > MAX_NODES:
            self.fault("T06", node, "写得太复杂", "请改简单一些")
            return nothing
        if isinstance(node, nodes.Name):
            self._known(node)
            return Value((node.name,))
        if isinstance(node, nodes.Getattr):
            inner = self.expr(node.node, depth + 1)
            if node.attr.startswith("_") or not isinstance(inner, Value):
                self.fault("T06", node, "不能这样取值", "请只用程序给的内容", node.attr)
                return nothing
            return Value((*inner.path, node.attr))
        if isinstance(node, nodes.Const) and isinstance(node.value, str | int | bool):
            if isinstance(node.value, int) and abs(node.value) > 10**9:
                self.fault("T06", node, "数字太大", "请核对这个数字")
                return nothing
            return Const(node.value)
        if isinstance(node, nodes.Filter) and node.node is not None:
            return self._filter(node, depth)
        if isinstance(node, nodes.Compare) and len(node.ops) == 1 and node.ops[0].op in COMPARISONS:
            return Compared(
                node.ops[0].op, self.expr(node.expr, depth + 1), self.expr(node.ops[0].expr, depth + 1)
            )
        if isinstance(node, nodes.And | nodes.Or):
            op = "and" if isinstance(node, nodes.And) else "or"
            return Logic(op, (self.expr(node.left, depth + 1), self.expr(node.right, depth + 1)))
        if isinstance(node, nodes.Not):
            return Logic("not", (self.expr(node.node, depth + 1),))
        kind = (
            "计算" if isinstance(node, nodes.BinExpr) else "调用" if isinstance(node, nodes.Call) else "写法"
        )
        self.fault(
            "T06", node, f"不能用这种{kind}", "花括号里只能写程序给的内容、比较和过滤器", type(node).__name__
        )
        return nothing

    def _known(self, node: Any) -> None:
        if node.name in self.loops or self.slot is None or node.name in self.slot.values:
            return
        known = list(self.slot.values)
        usual = f"可以用：{'、'.join(known)}" if known else "这个 block 没有可用的内容"
        self.fault("T04", node, "这里没有这个内容", did_you_mean(node.name, known, usual), node.name)

    def _filter(self, node: Any, depth: int) -> Expr:
        of = self.expr(node.node, depth + 1)
        known = FILTERS.get(node.name)
        if known is None:
            remedy = did_you_mean(node.name, list(FILTERS), f"可以用：{'、'.join(FILTERS)}")
            self.fault("T07", node, "没有这个过滤器", remedy, node.name)
            return of
        if len(node.args) != known[1] or node.kwargs or node.dyn_args or node.dyn_kwargs:
            wanted = f"请在括号里写{known[1]}个内容" if known[1] else "请去掉括号"
            self.fault("T09", node, "过滤器的写法不对", wanted, node.name)
            return of
        return Filtered(node.name, of, tuple(self.expr(a, depth + 1) for a in node.args))
