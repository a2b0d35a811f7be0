"""Evidence: what stands behind an item, a finding or a verification, and how more is put there."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

import msgspec
from textual import events
from textual.binding import BindingType

from inspect_tui.exchange.evidence_packed import home_of
from inspect_tui.model.change import Edit, parse_key
from inspect_tui.model.evidence import LONGEST, Piece
from inspect_tui.model.terms import EvidenceKind
from inspect_tui.rules.evidence import Evidence, NoEvidence, attach, evidence_of, evidence_of_item, remove
from inspect_tui.store.evidence import Looked, Place, Refused, place
from inspect_tui.store.limits import EVIDENCE_BYTES, size_text
from inspect_tui.store.remembered import remember, remembered
from inspect_tui.store.viewer import show_file
from inspect_tui.tui.actions import EVIDENCE, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.evidence_desk import evidence_desk
from inspect_tui.tui.evidence_rows import Row, looked_at, newest, row_lines, row_parts, short_enough
from inspect_tui.tui.files_nearby import folders, given_paths
from inspect_tui.tui.ledger_book import LedgerBook
from inspect_tui.tui.screens.ledger_page import settle_and_say, undo_and_say
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.walking import OWN_WORDS, Option
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, wrapped
from inspect_tui.tui.widgets.prompt import TextPrompt

_FOLDER = "evidence-folder"
_BLANK = "__"


class EvidenceScreen(VisitPage, inherit_bindings=False):
    """The evidence of one record, or of an item with its findings; new pieces go on the record."""

    place = EVIDENCE
    title_word = "佐证"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(EVIDENCE)]

    def __init__(
        self,
        desk: Desk,
        unit: str,
        record: str,
        about: str,
        *,
        earlier: Iterable[Piece] = (),
        earlier_words: str = "上轮当时的佐证（只看）",
        ledger: bool = False,
    ) -> None:
        super().__init__(desk, unit)
        self.record = record
        self._about = about
        self._earlier, self._earlier_words = tuple(earlier), earlier_words
        self._ledger = ledger
        self._altered: dict[str, Place] = {}
        self._rows: list[Row | str] = []
        self.work = evidence_desk(desk)
        self._unhear: Callable[[], None] = lambda: None

    # ---------------------------------------------------------------- showing

    def ready(self) -> None:
        super().ready()
        app = self.app

        def call(act: Callable[[], None]) -> None:
            # The app may have ended meanwhile; what was copied is then simply not attached.
            with contextlib.suppress(RuntimeError, asyncio.CancelledError):
                app.call_from_thread(act)

        self.work.call = call
        self.work.say = lambda text, bad: app.say(text, "warning" if bad else "information")
        self._unhear = self.work.listen(self._copying)
        self.run_worker(self._look_deep(), group="deep", exclusive=True)

    async def _look_deep(self) -> None:
        """Compare the files with their hashes, beside the screen: reading them may take a while."""
        rows = [row for row in self._rows if isinstance(row, Row) and row.there is not None and not row.state]
        for row in rows:
            home = row.there.path.parent.parent if row.there is not None else self.work.round_dir
            there = await asyncio.to_thread(place, home, row.piece, deep=True)
            if there.altered and self.is_mounted:
                self._altered[row.piece.file] = there
                self.refill()

    def on_unmount(self) -> None:
        # Textual calls the one of the base class by itself.
        self._unhear()

    def _copying(self) -> None:
        if not (self.is_mounted and self.query("#list")):
            return
        self.refill()

    def page_more(self) -> str:
        return self._about

    def _found(self) -> list[Evidence]:
        address = parse_key(self.record)
        if address is not None and address.kind == "answer":
            return evidence_of_item(self.desk.state, self.unit, address.checklist, address.item)
        return evidence_of(self.desk.state, self.unit, self.record)

    def reread(self) -> None:
        own = [self._row_of(e.piece, e) for e in self._found()]
        old = [self._row_of(piece, None) for piece in self._earlier]
        self._rows = []
        listed: list[Row | str] = [*own]
        if old:
            listed += [self._earlier_words, *old]
        if words := self.work.words():
            self._rows = [f"{words}（按 7 停止）"]
        elif not listed:
            self._rows = ["还没有佐证。按 1 加文件，也可把文件拖进窗口；按 2 选最近的；按 3 写出处。"]
        self._rows += listed

    def _row_of(self, piece: Piece, found: Evidence | None) -> Row:
        if not piece.file:
            return Row(piece, None, found)
        round_dir = self.work.round_dir
        home = round_dir if found is not None else home_of(round_dir, piece) or round_dir
        return Row(piece, self._altered.get(piece.file) or place(home, piece), found)

    def count(self) -> int:
        return len(self._rows)

    def can_choose(self, index: int) -> bool:
        return isinstance(self._rows[index], Row)

    @property
    def current(self) -> Row | None:
        """The piece under the cursor."""
        index = self.list.cursor
        row = self._rows[index] if 0 <= index < len(self._rows) else None
        return row if isinstance(row, Row) else None

    def mark(self) -> object:
        row = self.current
        return (row.found.record, row.found.id) if row is not None and row.found is not None else None

    def place_of(self, mark: object) -> int | None:
        if mark is None:
            return None
        return next(
            (
                index
                for index, row in enumerate(self._rows)
                if isinstance(row, Row) and row.found is not None and (row.found.record, row.found.id) == mark
            ),
            None,
        )

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self._rows[index]
        if isinstance(row, str):
            return [(fit(f" {row}", width), "accent" if self.work.current and not index else "dim")]
        return row_parts(row, width, here)

    def about(self, width: int) -> list[Line]:
        row = self.current
        if row is None:
            return wrapped(f"每件最多{size_text(EVIDENCE_BYTES)}。不拍涉密材料，不拍证件。", width, "dim")
        return row_lines(row, self._where(row), width)

    def _where(self, row: Row) -> str:
        """What a piece stands on, where that is not the record of the page."""
        if row.found is None or row.found.record == self.record:
            return ""
        from inspect_tui.report.contact_sheet import about

        return about(self.desk.state, self.desk.round, row.found.record)

    # ---------------------------------------------------------------- writing

    def writable(self) -> bool:
        """Whether anything can be written; the ledger goes on after a visit was submitted."""
        if not self._ledger or self.desk.session.read_only:
            return super().writable()
        return True

    def make(self, edits: list[Edit], what: str) -> bool:
        """Make one change, in the ledger's way where the page was opened from it."""
        if not self._ledger:
            return super().make(edits, what)
        return settle_and_say(self.app, self.desk.kept(LedgerBook), {self.unit: edits}, what)

    def action_undo(self) -> None:
        """Take back the last action in this unit, or the last step made from the ledger."""
        if self._ledger:
            undo_and_say(self.app, self.desk.kept(LedgerBook))
        else:
            super().action_undo()

    # ---------------------------------------------------------------- adding files

    def on_paste(self, event: events.Paste) -> None:
        """A file dragged into the window arrives as a paste of its path."""
        event.stop()
        if self.writable():
            self._look_at(given_paths(event.text[:100_000]))

    def action_add(self) -> None:
        """Type, paste or drop where files are."""
        if not self.writable():
            return

        def given(text: str | None) -> None:
            if text:
                self._look_at(given_paths(text))

        hint = "可把文件拖进来，或粘贴位置；几个文件用空格或换行隔开。"
        self.app.push_screen(TextPrompt("佐证文件在哪里", hint=hint, required=True), given)

    def _look_at(self, paths: list[Path]) -> None:
        if self.desk.session.trial:
            self.app.say("试走不存文件，可以按 3 写出处。", "warning")
        elif paths:
            # A path on a drive that sleeps may take seconds to look at.
            self.run_worker(self._looked_at(paths), group="look", exclusive=True)

    async def _looked_at(self, paths: list[Path]) -> None:
        found, refused = await asyncio.to_thread(looked_at, paths)
        for words in refused[:3]:
            self.app.say(words, "warning")
        if len(refused) > 3:
            self.app.say(f"另有{len(refused) - 3}个文件不能用。", "warning")
        if found and self.is_mounted:
            self._ask_caption(found)

    def _ask_caption(self, found: list[Looked]) -> None:
        named = found[0].name if len(found) == 1 else f"{found[0].name}等{len(found)}件"

        def said(text: str | None) -> None:
            self._take(found, text or "")

        self.app.push_screen(
            TextPrompt(
                f"说明（{one_line(named)}）",
                hint="写看到了什么；不写按 Esc。",
                check=short_enough,
                required=False,
            ),
            said,
        )

    def _take(self, found: list[Looked], caption: str) -> None:
        try:
            what = f"{self._about} 加佐证"
            self.work.add(found, self.unit, self.record, caption, what, ledger=self._ledger)
        except Refused as refused:
            self.app.say(str(refused), "warning")

    def action_newest(self) -> None:
        """The newest files of the folder photos come from, by digit."""
        if self.writable():
            self.run_worker(self._offer_newest(), group="look", exclusive=True)

    async def _offer_newest(self) -> None:
        folder = remembered(_FOLDER)
        places = [Path(folder)] if folder else list(folders(self.desk.session.space.root))
        fresh = await asyncio.to_thread(newest, places)
        if not self.is_mounted:
            return
        if not fresh:
            where = f"“{one_line(folder)}”里" if folder else "常用的文件夹里"
            self.app.say(f"{where}没有能作佐证的文件。按 6 换文件夹，按 1 写位置。", "warning")
            return
        zone = self.desk.session.clock().tzinfo
        options = [
            Option(
                one_line(file.path.name),
                f"{dt.datetime.fromtimestamp(-file.age, zone):%m-%d %H:%M}  {size_text(file.size)}",
                str(number),
            )
            for number, file in enumerate(fresh)
        ]
        title = f"最近的文件（{one_line(folder)}）：" if folder else "最近的文件（按 6 可指定文件夹）："
        self.offer(title, options, lambda option, _: self._look_at([fresh[int(option.value)].path]))

    def action_folder(self) -> None:
        """Say which folder the newest files are looked for in."""

        def given(text: str | None) -> None:
            if text is None:
                return
            paths = given_paths(text)
            if not paths:
                remember(_FOLDER, "")
                self.app.say("已改为看常用的文件夹。")
            elif not paths[0].is_dir():
                self.app.say("没有这个文件夹。", "warning")
            else:
                remember(_FOLDER, str(paths[0].absolute()))
                self.action_newest()

        self.app.push_screen(
            TextPrompt(
                "照片在哪个文件夹",
                text=remembered(_FOLDER),
                hint="可把文件夹拖进来；以后按 2 就看这里。清空为看下载、桌面等。",
                required=False,
            ),
            given,
        )

    def action_stop_copy(self) -> None:
        """Stop copying; what is copied already stays."""
        left = self.work.stop()
        self.app.say(f"已停止，{left}件没有加上。" if left else "没有正在抄的文件。")

    # ---------------------------------------------------------------- references

    def action_reference(self) -> None:
        """Evidence without a file: where it can be read."""
        if not self.writable():
            return
        options = [Option(text, value=text) for text in self.desk.round.rules.evidence_references]
        options.append(Option("自己写出处", value=OWN_WORDS))

        def picked(option: Option, _: int) -> None:
            if option.value == OWN_WORDS:
                self.ask_words("出处", f"reference/{self.record}", self._refer, check=short_enough)
            elif _BLANK in option.value:
                self._fill_in(option.value)
            else:
                self._refer(option.value)

        self.offer("材料的出处：", options, picked)

    def _fill_in(self, template: str) -> None:
        def told(text: str | None) -> None:
            if text:
                self._refer(template.replace(_BLANK, text.strip(), 1).replace(_BLANK, ""))

        self.app.push_screen(
            TextPrompt(template, hint=f"填{_BLANK}处。", required=True, check=short_enough), told
        )

    def _refer(self, text: str) -> None:
        piece = Piece(kind=EvidenceKind.REFERENCE, reference=text.strip()[:LONGEST])
        try:
            edits = attach(self.desk.state, self.record, piece)
        except NoEvidence as refused:
            self.app.say(f"{refused}。", "warning")
            return
        if not edits:
            self.app.say("这一处已经写过。")
        elif self.make(edits, f"{self._about} 出处：{text}"):
            self.app.say(f"已加出处：{text}")

    # ---------------------------------------------------------------- what is there

    def _own(self) -> Evidence | None:
        row = self.current
        if row is None:
            self.app.say("还没有佐证。")
        elif row.found is None:
            self.app.say("这是以前的佐证，只能看。")
        elif self.writable():
            return row.found
        return None

    def action_remove(self) -> None:
        """Take a piece off; its file stays and undo brings it back."""
        found = self._own()
        if found is not None and self.make(remove(self.desk.state, found), f"{self._about} 移除佐证"):
            self.app.say("已移除，按 Ctrl+Z 恢复。")

    def action_caption(self) -> None:
        """Write or change what a piece shows."""
        found = self._own()
        if found is None:
            return

        def said(text: str) -> None:
            piece = msgspec.structs.replace(found.piece, caption=text.strip())
            self.make(attach(self.desk.state, found.record, piece), f"{self._about} 佐证说明")

        self.ask_words(
            "说明",
            f"caption/{found.record}/{found.id}",
            said,
            text=found.piece.caption,
            required=False,
            check=short_enough,
        )

    def action_open(self) -> None:
        """Show a piece in the system's own program."""
        row = self.current
        if row is None:
            self.app.say("还没有佐证。")
        elif row.there is None:
            self.app.say(f"没有文件，请看：{row.piece.reference}")
        elif row.state:
            self.app.say(f"{row.state}，打不开。", "warning")
        elif why := show_file(row.there.path):
            self.app.say(why, "warning")
        else:
            self.app.say(f"已打开：{row.piece.name}")

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()
