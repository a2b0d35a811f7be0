"""How a file that is offered for merging reads: its line in the list, and its account in full beside it."""

from __future__ import annotations

from inspect_tui.exchange.scans import FileScan
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.page import Line, pair, wrapped

HEADS = ("结论", "检查人员", "记录号", "新", "已有", "不同", "不收", "文件")
_DOUBTS, _TAKEN = "有问题", "已收"


def figures(file: FileScan) -> tuple[str, ...]:
    """What stands in the columns for a file; the verdict's place is left free."""
    return (
        "",
        "、".join(file.inspectors) or ("（加密）" if file.locked else "（没有）"),
        file.writer[:6],
        str(file.new),
        str(file.known),
        str(file.differing),
        str(len(file.rejected) + file.rejected_more),
        file.name or file.path,
    )


def columns(told: tuple[str, ...], width: int) -> str:
    """A line of the list: words for the columns, each in its room, the file's name in what is left."""
    word, who, writer, *counts, name = told
    who_room = 20 if width >= 110 else 13
    left = f" {fit(word, 9)}{fit(who, who_room)} {fit(writer, 7)}"
    rooms = (6, 6, 5, 5)
    left += "".join(fit(count, room, "right") for count, room in zip(counts, rooms, strict=True)) + "  "
    return left + fit(name, max(4, width - 10 - who_room - 1 - 7 - sum(rooms) - 2 - 1))


def verdict_of(file: FileScan, *, took: bool, receipt: bool) -> tuple[str, str]:
    """What can be done with a file, in a word with its ink; `took`: it was taken in just now."""
    if file.locked:
        return "要口令", "warn"
    if not file.usable:
        return "不能收", "fail"
    if took:
        return _TAKEN, "pass"
    left_out = file.rejected or file.rejected_more
    if left_out or file.forks or not file.closed or file.signature.doubtful or _warnings(file, receipt):
        return _DOUBTS, "warn"
    if file.up_to_date:
        return "已是最新", "dim"
    return ("回执" if receipt else "可收"), "pass"


def told_of(file: FileScan, width: int, *, took: bool, receipt: bool) -> list[Line]:
    """A file in full."""
    word, ink = verdict_of(file, took=took, receipt=receipt)
    lines = wrapped(f"{word}：{_meaning(file, word, receipt)}", width, ink)
    for warning in _warnings(file, receipt):
        lines += wrapped(f"{warning}。", width, "warn")
    lines += _described(file, width, receipt)
    if file.rejected:
        lines += wrapped(f"不收的改动（{len(file.rejected) + file.rejected_more}条）：", width, "fail")
        for number, rejected in enumerate(file.rejected, 1):
            said = f"{rejected.where}：{rejected.reason}"
            lines += wrapped(said, width, "text", indent=f" {number}. ", hang="    ")
        if file.rejected_more:
            lines += wrapped(f"另有{file.rejected_more}条。", width, "dim")
    return lines


def _warnings(file: FileScan, receipt: bool) -> list[str]:
    """What is to be told of a file beyond its figures; a receipt is an excerpt and has gaps by nature."""
    told_elsewhere = {file.same_words, file.gap_words if receipt else ""}
    return [warning for warning in file.warnings if warning not in told_elsewhere]


def _meaning(file: FileScan, word: str, receipt: bool) -> str:
    if file.locked:
        return f"{file.reason}。按 2 输口令。"
    if not file.usable:
        return f"{file.reason or '没有能用的记录'}。"
    if word == _DOUBTS:
        new = f"能用的{file.new}条新内容可以收" if file.new else "没有新内容"
        return f"{new}，问题如下。"
    if word == _TAKEN:
        out = len(file.rejected) + file.rejected_more
        return f"收下了{file.new}条新内容" + (f"，{out}条不收，原因见下。" if out else "。")
    if receipt and not file.up_to_date:
        return f"组长发回的回执，带来{file.new}条。"
    return "里面的内容本机都已有，不用再收。" if file.up_to_date else f"带来{file.new}条新内容。"


def _described(file: FileScan, width: int, receipt: bool) -> list[Line]:
    lines: list[Line] = []
    if file.same_as:
        lines += pair("同一文件", f"和{file.same_as}是同一个文件，只算一次", width)
    lines += pair("文件", file.path, width)
    if file.title:
        practice = "［演练］" if file.practice else ""
        version = f"（第{file.pack_version}版）" if file.pack_version else ""
        lines += pair("检查轮次", f"{practice}{file.title}{version}", width)
    if not file.usable:
        return lines
    kind = "合并过的，含" if file.merged else ""
    writers = "、".join(writer[:12] for writer in file.writers) or file.writer
    lines += pair("检查人员", "、".join(file.inspectors) or "（没有署名）", width)
    lines += pair("记录号", f"{kind}{writers}", width)
    ink = "warn" if file.signature.doubtful else "pass" if file.signature.checked else "text"
    opened = "；加密的，已打开" if file.encrypted else ""
    lines += pair("签名", f"{file.signature.words}{opened}", width, ink=ink)
    if file.counts is not None:
        lines += pair("内容", file.counts.text(), width)
    if file.code:
        said = "（交卷单上的，请与检查人员报的核对）" if file.hand_in else ""
        lines += pair("核对码", f"{file.code}{said}", width, ink="strong")
    counts = [
        f"新{file.new}",
        f"已有{file.known}",
        f"与别人一致{file.agreeing}",
        f"意见不同{file.differing}",
    ]
    counts += [f"碰到别人的记录{file.beside}"] if file.beside else []
    counts += [f"条文改过、需重看{file.stale}"] if file.stale else []
    counts += [f"缺口{file.gaps}"] if file.gaps and not receipt else []
    counts += [f"分叉{file.forks}"] if file.forks else []
    counts += [f"彻底删除{file.erased}"] if file.erased else []
    return lines + pair("改动", "，".join(counts), width)
