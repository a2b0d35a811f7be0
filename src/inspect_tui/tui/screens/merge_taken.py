"""Merge taken: the files taken in, with what each brought, and the way to take one off the list again."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.exchange.received import Resting, journal, resting_on, undo
from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.matter import field_words, record_words
from inspect_tui.store.errors import StoreError
from inspect_tui.store.received import Entry
from inspect_tui.tui import skin
from inspect_tui.tui.actions import MERGE_TAKEN, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.setup import why_not
from inspect_tui.tui.screens.visit_page import when
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.menu import ConfirmScreen
from inspect_tui.tui.widgets.page import Line, pair

_COUNTS = (
    ("new", "新内容"),
    ("known", "已有"),
    ("agreeing", "与别人一致"),
    ("differing", "意见不同"),
    ("rejected", "不收"),
)


class MergeTakenScreen(LeadPage, inherit_bindings=False):
    """The journal of merging, newest first; what was taken off again stays in it."""

    place = MERGE_TAKEN
    title_word = "收过的文件"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(MERGE_TAKEN)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.entries: list[Entry] = []
        self.failed = ""

    # ---------------------------------------------------------------- showing

    def reread(self) -> None:
        self.failed = ""
        try:
            self.entries = list(reversed(journal(self.desk.session.space, self.desk.round.id)))
        except StoreError as error:
            self.entries, self.failed = [], str(error)

    def count(self) -> int:
        return 1 + max(1, len(self.entries))

    def can_choose(self, index: int) -> bool:
        return 1 <= index <= len(self.entries)

    def first(self) -> int:
        return 1

    def mark(self) -> object:
        return self.list.cursor

    def place_of(self, mark: object) -> int | None:
        return mark if isinstance(mark, int) else None

    @property
    def current(self) -> Entry | None:
        """The entry under the cursor."""
        index = self.list.cursor - 1
        return self.entries[index] if 0 <= index < len(self.entries) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if index == 0:
            active = sum(entry.active for entry in self.entries)
            return [(f" 现在算数的{active}份，收过的全部{len(self.entries)}份", "head")]
        if not self.entries:
            return [
                ("   ", "text"),
                (self.failed or "本轮还没有收过文件。", "fail" if self.failed else "dim"),
            ]
        entry = self.entries[index - 1]
        state = "" if entry.active else "已退出"
        who = "、".join(entry.inspectors)
        fixed = 1 + 2 + 14 + 12 + 8 + 17
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            ("  ", "text"),
            (fit(entry.name, max(8, width - fixed)), "text" if entry.active else "dim"),
            (" " + fit(who, 13), "text"),
            (fit(f"新{entry.counts.get('new', 0)}条", 12, "right"), "dim"),
            (fit(state, 8, "right"), "warn"),
            (f" {when(entry.taken_at)}", "dim"),
        ]

    def about(self, width: int) -> list[Line]:
        entry = self.current
        if entry is None:
            return []
        lines = pair("文件", entry.name, width, ink="strong")
        lines += pair("检查人员", "、".join(entry.inspectors) or "（没有署名）", width)
        lines += pair("收下", f"{when(entry.taken_at)} {entry.taken_by}", width)
        if not entry.active:
            lines += pair("退出", f"{when(entry.withdrawn_at)} {entry.withdrawn_by}", width, ink="warn")
        counted = "，".join(f"{word}{entry.counts[key]}" for key, word in _COUNTS if key in entry.counts)
        lines += pair("改动", counted, width)
        if entry.code:
            lines += pair("核对码", entry.code, width)
        lines += pair("校验值", entry.sha256, width)
        if entry.note:
            lines += pair("备注", entry.note, width)
        return lines

    # ---------------------------------------------------------------- taking off

    def action_withdraw(self) -> None:
        """Take the file under the cursor off the list, telling first which decisions rest on it."""
        entry = self.current
        if entry is None:
            return
        if self.desk.session.read_only:
            self.app.say(f"现在只能看：{self.desk.session.read_only}", "warning")
            return
        if not entry.active:
            self.app.say("这一份已经退出。要再用，请重新收一次。")
            return
        session = self.desk.session
        try:
            session.flush()
            resting = [
                r
                for r in resting_on(session.space, self.desk.round.id, entry.sha256)
                if not self.desk.state.retracted(r.change)
            ]
        except (StoreError, OSError) as error:
            self.app.say(f"读不出来：{why_not(error)}。", "error")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._withdraw(entry)

        self.app.push_screen(
            ConfirmScreen(
                f"把“{entry.name[:60]}”退出本轮？",
                intro=self._warning(resting),
                yes="退出",
                no="不退出",
            ),
            answered,
        )

    def _warning(self, resting: list[Resting]) -> str:
        kept = "文件和台账都保留，以后可以再收。"
        if not resting:
            return f"没有裁定以它为依据。{kept}"
        told = [
            f"{record_words(self.desk.round, r.record)}的{field_words(r.record, r.field)}（{r.reason[:40]}）"
            for r in resting[:6]
        ]
        more = f"等{len(resting)}处" if len(resting) > len(told) else ""
        return f"有{len(resting)}处裁定以它为依据：{'；'.join(told)}{more}。退出后请重新看这些裁定。{kept}"

    def _withdraw(self, entry: Entry) -> None:
        session = self.desk.session
        try:
            undo(session.space, self.desk.round.id, entry.sha256, "、".join(self.people), session.clock())
        except InputFaults as error:
            self.app.say(str(error), "error")
            return
        except (StoreError, OSError) as error:
            self.app.say(f"没有退出成：{why_not(error)}。", "error")
            return
        self.desk.reload()
        self.refill()
        self.app.say(f"已退出：{entry.name[:60]}。文件和台账仍保留。")
