"""Phrases: the wordings offered by digit, to be looked through, added to, pinned, mended and deleted."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.phrase import OFTEN, Phrase, PhraseKind
from inspect_tui.report.privacy import kinds_in
from inspect_tui.store.phrases import LONGEST
from inspect_tui.tui import skin
from inspect_tui.tui.actions import PHRASES, bindings_for
from inspect_tui.tui.screens.detail_page import DetailPage
from inspect_tui.tui.screens.page import ask
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, pair, wrapped

EMPTY = "还没有常用语。同一条写过两次的说法会自动记下；也可以按 1 新增。"


class PhrasesScreen(DetailPage, inherit_bindings=False):
    """A phrase a line, by checklist and item; the one under the cursor in full below."""

    place = PHRASES
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(PHRASES)]

    DEFAULT_CSS = """
    PhrasesScreen #detail { height: 9; }
    PhrasesScreen.-short #detail { height: 6; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Phrase] = []

    def page_title(self) -> str:
        return "常用语"

    def page_about(self) -> str:
        offered = sum(phrase.offered for phrase in self.rows)
        return f"{len(self.rows)}条，写的时候会列出{offered}条" if self.rows else ""

    def count(self) -> int:
        self.rows = self.app.usual.book.all()
        return max(1, len(self.rows))

    def ready(self) -> None:
        super().ready()
        self.tell_head(about=self.page_about())

    def _fill(self, at: tuple[str, str, str, str] | None = None) -> None:
        self.app.usual.write_soon()
        self.rows = self.app.usual.book.all()
        place = next((i for i, phrase in enumerate(self.rows) if phrase.key == at), None)
        self.line_list.set_rows(max(1, len(self.rows)), place)
        self.tell_head(about=self.page_about())
        self.follow()

    @property
    def phrase(self) -> Phrase | None:
        """The phrase under the cursor."""
        index = self.line_list.cursor
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if not self.rows:
            return [(fit(f"   {EMPTY}", width), "dim")]
        phrase = self.rows[index]
        state, ink = _state(phrase)
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(f" {phrase.item}", 11), "dim"),
            (fit(phrase.kind.label, 9), "text"),
            (fit(state, 10), ink),
            (fit(phrase.text, max(4, width - 32)), "text"),
            (" ", "text"),
        ]

    def detail(self, width: int) -> list[Line]:
        lines: list[Line] = []
        phrase = self.phrase
        if phrase is not None:
            lines += wrapped(phrase.text, width, "strong")
            item = self._item(phrase)
            lines += pair("检查项", f"{phrase.item} {item.text if item is not None else ''}", width)
            used = f"写过{phrase.count}次" if phrase.count else "还没有写过"
            more = "" if phrase.offered else f"，写过{OFTEN}次以后才列出"
            lines += pair("用过", used + more + (f"，最近{phrase.last}" if phrase.last else ""), width)
        lines += wrapped(
            "只记本人在这台电脑上写的，有姓名、号码、金额的不记；不发包、不交卷、不合并。"
            f"文件：{one_line(self.app.usual.book.path.name)}，可以自己改。",
            width,
            "dim",
        )
        return lines

    def _item(self, phrase: Phrase) -> Item | None:
        desk = self.app.desk
        return desk.round.item(phrase.checklist, phrase.item) if desk is not None else None

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_edit()

    # ---------------------------------------------------------------- keys

    def action_edit(self) -> None:
        """Change the words of a phrase."""
        phrase = self.phrase
        if phrase is None:
            self.app.say(EMPTY)
            return

        def told(text: str) -> None:
            self.app.usual.book.reword(phrase, text)
            self._fill((phrase.checklist, phrase.item, phrase.kind.value, text))

        self._ask(f"改常用语（{phrase.item}）", phrase.text, told)

    def action_pin(self) -> None:
        """Let a phrase come first, or no longer."""
        phrase = self.phrase
        if phrase is not None:
            self.app.usual.book.pin(phrase, not phrase.pinned)
            self._fill(phrase.key)

    def action_delete(self) -> None:
        """Delete a phrase for good."""
        phrase = self.phrase
        if phrase is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.app.usual.book.remove(phrase)
                self._fill()

        self.app.push_screen(
            ConfirmScreen(
                "删除这一条常用语？", intro=f"{phrase.text[:200]}\n以后也不再自动记。", yes="删除", no="不删"
            ),
            answered,
        )

    def action_add(self) -> None:
        """Write a phrase for an item: of the item under the cursor, or of another one."""
        phrase, entries = self.phrase, []
        if phrase is not None:
            entries.append(Entry("here", f"给 {phrase.item} 写一条"))
        desk = self.app.desk
        checklists = list(desk.round.checklists) if desk is not None else []
        entries += [Entry(f"of/{c.id}", f"选检查项：{c.title}") for c in checklists]

        def picked(which: str | None) -> None:
            if which == "here" and phrase is not None:
                self._ask_kind(phrase.checklist, phrase.item)
            elif which is not None:
                self._pick_section(next(c for c in checklists if f"of/{c.id}" == which))

        if not entries:
            self.app.say("没有打开的轮次，不知道有哪些检查项。先打开一轮检查。", "warning")
        elif len(entries) == 1:
            picked(entries[0].id)
        else:
            self.app.push_screen(MenuScreen("给哪一个检查项写", entries), picked)

    def _pick_section(self, checklist: Checklist) -> None:
        entries = [Entry(s.id, s.name, f"{len(s.items)}条") for s in checklist.sections]

        def picked(which: str | None) -> None:
            section = next((s for s in checklist.sections if s.id == which), None)
            if section is not None:
                items = [Entry(item.id, f"{item.id} {item.text}") for item in section.items]
                self.app.push_screen(
                    MenuScreen(section.name, items), lambda item: self._ask_kind(checklist.id, item or "")
                )

        self.app.push_screen(MenuScreen("哪个大项", entries), picked)

    def _ask_kind(self, checklist: str, item: str) -> None:
        if not item:
            return

        def picked(kind: str | None) -> None:
            if kind is None:
                return

            def told(text: str) -> None:
                made = self.app.usual.book.add(checklist, item, PhraseKind(kind), text)
                self._fill(made.key if made is not None else None)

            self._ask(f"{item} {PhraseKind(kind).label}", "", told)

        entries = [Entry(kind.value, kind.label) for kind in PhraseKind]
        self.app.push_screen(MenuScreen("哪一种", entries), picked)

    def _ask(self, title: str, text: str, then: object) -> None:
        ask(self, title, text, then, required=True, check=_check)  # type: ignore[arg-type]


def _state(phrase: Phrase) -> tuple[str, str]:
    if phrase.pinned:
        return "置顶", "accent"
    if phrase.count:
        return f"写过{phrase.count}次", "text" if phrase.offered else "dim"
    return "自己加的", "text"


def _check(text: str) -> str:
    if len(text) > LONGEST:
        return f"太长了，最多{LONGEST}字。"
    found = kinds_in(text)
    if found:
        return f"里面有{'、'.join(kind.label for kind in found)}，常用语里不留，请改掉。"
    return ""
