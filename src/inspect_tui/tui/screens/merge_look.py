"""Merge look: what each file is and brings, before anything is taken; one key takes all that can be taken.

Reading happens on a thread that only posts messages; Esc stops it and nothing has changed.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from inspect_tui.exchange.evidence_brought import missing
from inspect_tui.exchange.evidence_brought import told as told_evidence
from inspect_tui.exchange.received import scan_for, take
from inspect_tui.exchange.scanning import Cancelled
from inspect_tui.exchange.scans import FileScan, Scan
from inspect_tui.model.change import Change
from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.questions import questions
from inspect_tui.store.errors import StoreError
from inspect_tui.tui import skin
from inspect_tui.tui.actions import MERGE_LOOK, bindings_for, footer_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.merge import returned_to
from inspect_tui.tui.screens.setup import why_not
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.menu import ConfirmScreen
from inspect_tui.tui.widgets.page import Line, pair, wrapped
from inspect_tui.tui.widgets.secret_prompt import SecretPrompt

_AT_A_TIME = 400
"""Changes taken into the live state between two looks at the keyboard."""


class MergeLookScreen(LeadPage, inherit_bindings=False):
    """One line per file, the file under the cursor in full beside or below."""

    place = MERGE_LOOK
    title_word = "合并前先看"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(MERGE_LOOK)]

    DEFAULT_CSS = """
    MergeLookScreen #list { height: 1fr; min-height: 4; }
    MergeLookScreen #side { height: 14; }
    MergeLookScreen.-short #side { height: 9; }
    MergeLookScreen.-wide #side { height: 1fr; }
    MergeLookScreen.-wide #list { height: 12; }
    """

    class Went(Message):
        """Reading or taking goes on. Posted from the thread that does it."""

        def __init__(self, done: int, total: int, name: str) -> None:
            super().__init__()
            self.done, self.total, self.name = done, total, name

    def __init__(self, desk: Desk, paths: list[Path]) -> None:
        super().__init__(desk)
        self.paths = paths
        self.scan: Scan | None = None
        self.receipts: set[str] = set()
        self.passphrases: list[str] = []
        self.busy = "正在读文件"
        self.failed = ""
        self.summary = ""
        self.asking = 0
        self.took: set[str] = set()
        self._stop = threading.Event()
        self._going = (0, 0, "")

    # ---------------------------------------------------------------- reading

    def ready(self) -> None:
        super().ready()
        self._offer_keys()
        self.run_worker(self._read())

    def on_unmount(self) -> None:
        # The base's own handler is called beside this one.
        self._stop.set()

    async def _read(self) -> None:
        self._stop.clear()
        try:
            self.scan, self.receipts = await asyncio.to_thread(self._scan)
        except Cancelled:
            self._leave("已停下，什么也没有改动。")
            return
        except (InputFaults, StoreError, OSError) as error:
            self.failed = f"读不出来：{why_not(error)}。什么也没有改动。"
        self._rest()
        if self.locked and not self.passphrases and self.app.screen is self:
            self.action_unlock()

    def _scan(self) -> tuple[Scan, set[str]]:
        """On a thread: judge the files against what is held; nothing is written."""
        session = self.desk.session
        session.flush()
        found = scan_for(
            session.space,
            self.desk.round.id,
            self.paths,
            progress=self._tell_progress,
            cancelled=self._stop.is_set,
            passphrases=tuple(self.passphrases),
            mine=session.file,
        )
        return found, set(_receipts(found))

    def _tell_progress(self, done: int, total: int, name: str) -> None:
        self.post_message(self.Went(done, total, name))

    def on_merge_look_screen_went(self, message: Went) -> None:
        self._going = (message.done, message.total, message.name)
        if self.busy:
            self.list.refresh_rows()

    def _rest(self) -> None:
        """The work at hand is over: show what came of it."""
        self.busy = ""
        if self.is_mounted:
            self.refill()
            self.list.move_to(self.list.count - 1 if self.failed else 1)
            self._follow()
            self._offer_keys()

    def _leave(self, said: str) -> None:
        if self.is_mounted:
            self.app.say(said)
            if self.app.screen is self:
                self.app.go_back()

    # ---------------------------------------------------------------- showing

    @property
    def files(self) -> list[FileScan]:
        """The account of each file."""
        return self.scan.files if self.scan is not None else []

    @property
    def takable(self) -> list[FileScan]:
        """Files that bring something new."""
        return [file for file in self.files if file.usable and file.new]

    @property
    def locked(self) -> list[FileScan]:
        """Files that wait for a passphrase."""
        return [file for file in self.files if file.locked]

    @property
    def current(self) -> FileScan | None:
        """The file under the cursor."""
        index = self.list.cursor - 1
        return self.files[index] if 0 <= index < len(self.files) else None

    def reread(self) -> None:
        return

    def count(self) -> int:
        return 1 + max(1, len(self.files)) + (1 if self.summary else 0)

    def can_choose(self, index: int) -> bool:
        return 1 <= index <= len(self.files)

    def first(self) -> int:
        return 1

    def mark(self) -> object:
        return self.list.cursor

    def place_of(self, mark: object) -> int | None:
        return mark if isinstance(mark, int) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if self.busy:
            return self._progress(width) if index == 0 else []
        if not self.files:
            return [(f" {one_line(self.failed)}", "fail")] if index == 0 else []
        if index == 0:
            return [
                (
                    self._columns("结论", "检查人员", "记录号", "新", "已有", "不同", "不收", "文件", width),
                    "head",
                )
            ]
        if index > len(self.files):
            return [(f" {self.summary}", "strong")]
        file = self.files[index - 1]
        word, ink = self.verdict(file)
        text = self._columns(
            "",
            "、".join(file.inspectors) or ("（加密）" if file.locked else "（没有）"),
            file.writer[:6],
            str(file.new),
            str(file.known),
            str(file.differing),
            str(len(file.rejected) + file.rejected_more),
            file.name or file.path,
            width,
        )
        cursor = skin.current().glyphs.cursor if here else " "
        return [(cursor, "accent"), (fit(word, 9), ink), (text[10:], "text")]

    def _columns(
        self,
        word: str,
        who: str,
        writer: str,
        new: str,
        known: str,
        differs: str,
        out: str,
        name: str,
        width: int,
    ) -> str:
        who_room = 20 if width >= 110 else 13
        left = " " + fit(word, 9) + fit(who, who_room) + " " + fit(writer, 7)
        left += (
            fit(new, 6, "right")
            + fit(known, 6, "right")
            + fit(differs, 5, "right")
            + fit(out, 5, "right")
            + "  "
        )
        return left + fit(name, max(4, width - 10 - who_room - 1 - 7 - 24 - 1))

    def _progress(self, width: int) -> list[Part]:
        done, total, name = self._going
        said = f" {self.busy}"
        if total:
            said += f"：第{min(done + 1, total)}份，共{total}份"
            filled = 20 * done // total
            glyphs = skin.current().glyphs
            bar = glyphs.full * filled + glyphs.empty * (20 - filled)
            return [(f"{said} ", "strong"), (bar, "accent"), (fit(f" {name}", max(4, width - 50)), "dim")]
        return [(said, "strong"), ("  Esc 停下，什么也不会改动", "dim")]

    def verdict(self, file: FileScan) -> tuple[str, str]:
        """What can be done with a file, in a word."""
        if file.locked:
            return "要口令", "warn"
        if not file.usable:
            return "不能收", "fail"
        if file.sha256 in self.took:
            return "已收", "pass"
        if (
            file.rejected
            or file.rejected_more
            or file.forks
            or not file.closed
            or self._warnings(file)
            or (file.signature.doubtful)
        ):
            return "有问题", "warn"
        if file.up_to_date:
            return "已是最新", "dim"
        return ("回执", "pass") if file.sha256 in self.receipts else ("可收", "pass")

    def _warnings(self, file: FileScan) -> list[str]:
        """What is to be told of a file beyond its figures; a receipt is an excerpt and has gaps by nature."""
        kept = [w for w in file.warnings if not (file.sha256 in self.receipts and "缺口" in w)]
        return [w for w in kept if not (file.same_as and w.startswith("和“"))]

    def about(self, width: int) -> list[Line]:
        if self.busy:
            return wrapped("正在逐份核对：谁的、哪一轮、带来什么、哪些不能用。按 Esc 停下。", width, "dim")
        file = self.current
        if file is None:
            return wrapped(self.failed or "没有文件。", width, "fail" if self.failed else "dim")
        lines = wrapped(self.failed, width, "fail") if self.failed else []
        word, ink = self.verdict(file)
        lines += wrapped(f"{word}：{_meaning(file, word)}", width, ink)
        for warning in self._warnings(file):
            lines += wrapped(f"{warning}。", width, "warn")
        lines += self._described(file, width)
        if file.rejected:
            lines += wrapped(f"不收的改动（{len(file.rejected) + file.rejected_more}条）：", width, "fail")
            for number, rejected in enumerate(file.rejected, 1):
                said = f"{rejected.where}：{rejected.reason}"
                lines += wrapped(said, width, "text", indent=f" {number}. ", hang="    ")
            if file.rejected_more:
                lines += wrapped(f"另有{file.rejected_more}条。", width, "dim")
        return lines

    def _described(self, file: FileScan, width: int) -> list[Line]:
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
        figures = [
            f"新{file.new}",
            f"已有{file.known}",
            f"与别人一致{file.agreeing}",
            f"意见不同{file.differing}",
        ]
        figures += [f"碰到别人的记录{file.beside}"] if file.beside else []
        figures += [f"条文改过、需重看{file.stale}"] if file.stale else []
        figures += [f"缺口{file.gaps}"] if file.gaps and file.sha256 not in self.receipts else []
        figures += [f"分叉{file.forks}"] if file.forks else []
        figures += [f"彻底删除{file.erased}"] if file.erased else []
        return lines + pair("改动", "，".join(figures), width)

    def _offer_keys(self) -> None:
        useful = {"take"} if self.takable and not self.busy and not self.summary else set()
        useful |= {"unlock"} if self.locked and not self.busy and not self.summary else set()
        useful |= {"decide"} if self.asking and self.leads else set()
        useful |= {"next_pane", "back", "help", "quit"}
        for line in self.query("#keys").results(KeyLine):
            line.show(action for action in footer_for(MERGE_LOOK) if action.id in useful)

    # ---------------------------------------------------------------- taking

    def action_take(self) -> None:
        """Take every file that can be taken and brings something new."""
        if self.busy or self.scan is None or self.summary:
            return
        if self.desk.session.read_only:
            self.app.say(f"现在只能看，收不了：{self.desk.session.read_only}", "warning")
        elif not self.takable and not missing(self._round_dir, self.scan.sources):
            self.app.say("没有可收的新内容。")
        elif self.scan.doubtful:
            self._ask_twice(self.scan)
        else:
            self._begin(self.scan)

    def _ask_twice(self, scan: Scan) -> None:
        """A signature that does not fit costs no finding, but whoever takes the file says so once more."""
        told = "；".join(
            f"{one_line(file.name)}：{one_line(file.signature.words)}" for file in scan.doubtful[:6]
        )
        screen = ConfirmScreen(
            f"{len(scan.doubtful)}份文件的签名要先核对。仍然全部收下吗？",
            intro=f"{told}。请先向本人核对。",
            yes="仍然收下",
            no="先不收",
        )
        self.app.push_screen(screen, lambda yes: self._begin(scan) if yes else None)

    def _begin(self, scan: Scan) -> None:
        self.busy = "正在收下"
        self._going = (0, 0, "")
        self.list.set_rows(1)
        self._follow()
        self.run_worker(self._take(scan))

    def action_unlock(self) -> None:
        """Ask for the passphrase of encrypted files, and read everything again with it."""
        if self.busy or self.summary or not self.locked:
            return

        def told(text: str | None) -> None:
            if text is None or self.busy:
                return
            self.passphrases.append(text)
            self.busy = "正在读文件"
            self._going = (0, 0, "")
            self.list.set_rows(1)
            self._follow()
            self.run_worker(self._read())

        names = "、".join(one_line(file.name) for file in self.locked[:3])
        wrong = "刚才的口令打不开。" if self.passphrases else ""
        hint = f"{wrong}{names}。口令是6组4位数字，问交卷的人；空格和横线打不打都行。"
        self.app.push_screen(SecretPrompt("用口令加密的交卷，请输入口令", hint), told)

    @property
    def _round_dir(self) -> Path:
        return self.desk.session.space.round_dir(self.desk.round.id)

    async def _take(self, scan: Scan) -> None:
        session = self.desk.session
        lacking = await asyncio.to_thread(missing, self._round_dir, scan.sources)
        who = "、".join(self.people)
        try:
            taken = await asyncio.to_thread(
                take,
                session.space,
                self.desk.round.id,
                scan,
                who,
                session.clock(),
                progress=self._tell_progress,
                cancelled=self._stop.is_set,
            )
        except Cancelled:
            self._leave("已停下，什么也没有改动。")
            return
        except (StoreError, OSError) as error:
            self.failed = f"没有收成：{why_not(error)}。什么也没有改动。"
            self._rest()
            return
        touched: set[str] = set()
        fresh = [change for source in scan.sources if source.scan.new for change in source.fresh]
        self.busy = "正在并入"
        for part in _parts(fresh):
            touched |= session.take_in(part)
            await asyncio.sleep(0)
        for message in session.messages[-3:] if len(fresh) and session.messages else ():
            if message.startswith("收到的记录"):
                self.app.say(message, "warning")
        self.desk.came_in(touched)
        still = await asyncio.to_thread(missing, self._round_dir, scan.sources)
        evidence = told_evidence(lacking, still)
        self._told(len(taken), sum(file.new for file in self.takable), evidence)

    def _told(self, files: int, changes: int, evidence: list[str]) -> None:
        left = [file for file in self.files if not file.usable]
        partly = [file for file in self.files if file.usable and (file.rejected or file.rejected_more)]
        current = [file for file in self.files if file.up_to_date]
        self.took = {file.sha256 for file in self.takable}
        self.summary = f"已收下{files}份，新内容{changes}条。"
        self.summary += f"{len(current)}份已是最新。" if current else ""
        self.summary += f"没有收{len(left)}份：{'、'.join(f.name for f in left)}。" if left else ""
        self.summary += f"{len(partly)}份里有不收的改动，见下。" if partly else ""
        self.summary += "".join(evidence)
        self.asking = len(questions(self.desk.state, self.desk.round))
        self._rest()
        if left or partly:
            at = self.files.index((left or partly)[0])
            self.list.move_to(at + 1)
            self._follow()
        if self.app.screen is not self:
            return
        back = any(file.sha256 in self.receipts for file in self.files) and returned_to(self.desk)
        if back or (self.asking and self.leads):
            # The counts stand here too, but the next page is already in front.
            self.app.say(self.summary, "warning" if left or partly else "information")
            if back:
                self.app.open_returned()
            else:
                self.app.open_decide()

    def action_decide(self) -> None:
        """Settle what inspectors differ on."""
        if not self.busy:
            self.app.open_decide()

    def action_back(self) -> None:
        """Stop reading, or leave without taking anything."""
        if self.busy == "正在并入":
            self.app.say("正在并入，马上就好。")
        elif self.busy:
            self._stop.set()
        else:
            super().action_back()


def _meaning(file: FileScan, word: str) -> str:
    if file.locked:
        return f"{file.reason}。按 2 输口令。"
    if not file.usable:
        return f"{file.reason or '没有能用的记录'}。"
    if word == "有问题":
        new = f"能用的{file.new}条新内容可以收" if file.new else "没有新内容"
        return f"{new}，问题如下。"
    if word == "已收":
        out = len(file.rejected) + file.rejected_more
        return f"收下了{file.new}条新内容" + (f"，{out}条不收，原因见下。" if out else "。")
    if word == "回执":
        return f"组长发回的回执，带来{file.new}条。"
    return "里面的内容本机都已有，不用再收。" if file.up_to_date else f"带来{file.new}条新内容。"


def _receipts(found: Scan) -> Iterator[str]:
    """The files of a scan that are receipts."""
    from inspect_tui.exchange.receipt import read_receipt

    for source in found.sources:
        if source.scan.merged and source.opened.manifest is None and source.path.suffix.lower() == ".json":
            try:
                read_receipt(source.path)
            except (InputFaults, StoreError, OSError):
                continue
            yield source.scan.sha256


def _parts(changes: list[Change]) -> Iterator[list[Change]]:
    for start in range(0, len(changes), _AT_A_TIME):
        yield changes[start : start + _AT_A_TIME]
