"""The lead's hand on a text: a sentence reworded, a finding left out with a reason, both taken back."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.widgets import TextArea

from inspect_tui.model.change import Edit
from inspect_tui.report.document import Sentence
from inspect_tui.report.settled import LONGEST, exclude, include, reword
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.tui.notice_desk import NoticeDesk
from inspect_tui.tui.notice_rows import size_words
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.prompt import ReasonPrompt, TextPrompt

REASONS = ("还在核实", "已经整改，不再通报", "涉及个人，另行处理", "和别的内容重复")
"""Why something is left out of a text, for picking by digit."""


class SentencePrompt(TextPrompt, inherit_bindings=True):
    """Asks for the words of a sentence, and tells how long it and the whole text become as they are typed."""

    def __init__(self, book: NoticeDesk, sentence: Sentence, on_draft: Callable[[str], None], held: str):
        original = sentence.original if sentence.edited else sentence.text
        hint = f"原文：{original}" if sentence.edited else "清空后回车，恢复按记录写的原文。"
        if held:
            hint = "上次没写完的内容已放回。" + hint
        super().__init__(
            "改这句话", text=held or sentence.text, hint=hint, check=_too_long, on_draft=on_draft
        )
        self._book, self._sentence = book, sentence

    def on_mount(self, event: events.Mount) -> None:  # type: ignore[override]
        # Else the base's own handler, called beside this one, would wipe the count.
        event.prevent_default()
        super().on_mount()
        self._count()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.prevent_default()
        super().on_text_area_changed(event)
        self._count()

    def _count(self) -> None:
        notice, words = self._book.notice, self.field.value
        if notice is None:
            return
        own = len(words.encode("utf-8", "replace"))
        text = notice.text
        chars = len(text) - len(self._sentence.text) + len(words)
        size = len(text.encode("utf-8")) - len(self._sentence.text.encode("utf-8")) + own
        limit = self._book.channel.bytes
        said = f"这句{size_words(len(words), own)}；全文{size_words(chars, size)}"
        if limit:
            said += f"，超出一段{limit}字节，要分段" if size > limit else f"，一段可写{limit}字节"
        self._say(said)


def _too_long(text: str) -> str:
    return f"一句话最多{LONGEST}字，现在{len(text)}字。" if len(text) > LONGEST else ""


def edit_sentence(page: LeadPage, book: NoticeDesk, sentence: Sentence | None) -> None:
    """Ask for other words for a sentence; blank ones bring the compiled ones back."""
    if sentence is None or book.notice is None:
        page.app.say("先把光标移到一句话上。", "warning")
        return
    if not page.writable():
        return
    document, draft = book.notice.document, f"text/notice/{sentence.id}"

    def told(words: str | None) -> None:
        if words is None:
            return
        page.app.remember(draft, "")
        own = "" if words == (sentence.original if sentence.edited else sentence.text) else words
        if not own and not sentence.edited:
            return
        edits = reword(page.desk.state, document, sentence, own)
        if words != sentence.text or sentence.stale:
            page.settle({"": edits}, "改通报的一句话" if own else "恢复通报的原文")

    prompt = SentencePrompt(
        book, sentence, lambda words: page.app.remember(draft, words), page.app.recall(draft)
    )
    page.app.push_screen(prompt, told)


def leave_out(page: LeadPage, book: NoticeDesk, sentence: Sentence | None, record: str = "") -> None:
    """Leave out what the cursor stands on: one record of a sentence, or all that it tells."""
    if sentence is None:
        page.app.say("先把光标移到一句话上。", "warning")
        return
    if not page.writable():
        return
    notice = book.notice
    if notice is not None and sentence.id in (notice.document.head.id, notice.document.signature.id):
        page.app.say("标题和落款不能去掉，可以按 F2 改。", "warning")
        return
    findings = book.told_in_text(sentence)
    if record:
        if record not in findings:
            page.app.say("只有问题、做法和建议可以单独不写；整句不写请把光标移到左边那句话上。", "warning")
            return
        _ask_reason(page, book, [record], "")
    elif len(findings) <= 1:
        _ask_reason(page, book, findings or [sentence.id], "" if findings else sentence.text)
    else:
        entries = [
            Entry("all", f"这条内容的{len(findings)}处都不写", "各级别都不写"),
            Entry("sentence", "只是这个级别不写这句话"),
        ]

        def picked(which: str | None) -> None:
            if which == "all":
                _ask_reason(page, book, findings, "")
            elif which == "sentence":
                _ask_reason(page, book, [sentence.id], sentence.text)

        title = "不写什么（只去掉一个单位的，按 Tab 到依据里选）"
        page.app.push_screen(MenuScreen(title, entries), picked)


def _ask_reason(page: LeadPage, book: NoticeDesk, wanted: list[str], words: str) -> None:
    kind, scope = book.wanted.kind, book.scope

    def told(reason: str | None) -> None:
        if reason is None:
            return
        edits: list[Edit] = []
        try:
            for key in wanted:
                edits += exclude(page.desk.state, kind, scope, key, reason, words)
        except NoReason as refused:
            page.app.say(str(refused), "warning")
            return
        if page.settle({"": edits}, "通报里不写"):
            page.app.say("已不写。概况里的数字仍按检查结果。撤销按 Ctrl+Z。")

    page.app.push_screen(ReasonPrompt("为什么不写", REASONS), told)


def write_again(page: LeadPage, book: NoticeDesk, wanted: str) -> None:
    """Tell again what was left out."""
    if wanted and page.writable():
        edits = include(page.desk.state, book.wanted.kind, book.scope, wanted)
        if page.settle({"": edits}, "通报里恢复写入"):
            page.app.say("已恢复写入。")
