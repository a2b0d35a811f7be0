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
from inspect_tui.tui.scan_rows import HEADS, columns, figures, told_of, verdict_of
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.merge import returned_to
from inspect_tui.tui.screens.setup import why_not
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.menu import ConfirmScreen
from inspect_tui.tui.widgets.page import Line, wrapped
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
            return [(columns(HEADS, width), "head")]
        if index > len(self.files):
            return [(f" {self.summary}", "strong")]
        file = self.files[index - 1]
        word, ink = self.verdict(file)
        cursor = skin.current().glyphs.cursor if here else " "
        return [(cursor, "accent"), (fit(word, 9), ink), (columns(figures(file), width)[10:], "text")]

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

    def about(self, width: int) -> list[Line]:
        if self.busy:
            return wrapped("正在逐份核对：谁的、哪一轮、带来什么、哪些不能用。按 Esc 停下。", width, "dim")
        file = self.current
        if file is None:
            return wrapped(self.failed or "没有文件。", width, "fail" if self.failed else "dim")
        lines = wrapped(self.failed, width, "fail") if self.failed else []
        return [*lines, *told_of(file, width, **self._known_of(file))]

    def verdict(self, file: FileScan) -> tuple[str, str]:
        """What can be done with a file, in a word with its ink."""
        return verdict_of(file, **self._known_of(file))

    def _known_of(self, file: FileScan) -> dict[str, bool]:
        """What this page knows of a file beside its account."""
        return {"took": file.sha256 in self.took, "receipt": file.sha256 in self.receipts}

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
        self.busy, before = "正在并入", len(session.messages)
        for part in _parts(fresh):
            touched |= session.take_in(part)
            await asyncio.sleep(0)
        for message in session.messages[before:][-3:]:
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
