"""The 通报 workbench: the text on one side, the records behind the sentence under the cursor on the other.

It opens on the text of the lowest level, so that two keys lie between the last verdict and the clipboard. The
same text is always written to exports/ as well, because no terminal can promise that a copy arrived.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.change import parse_key
from inspect_tui.model.roster import Unit
from inspect_tui.model.terms import FindingKind, NamingLevel
from inspect_tui.report.document import NoticeKind, Sentence
from inspect_tui.report.outline import under
from inspect_tui.report.settled import issue
from inspect_tui.tui import skin
from inspect_tui.tui.actions import SUMMARY, bindings_for
from inspect_tui.tui.clipboard import CopyKind, copy
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.notice_desk import NoticeDesk
from inspect_tui.tui.notice_records import can_open, record_rows
from inspect_tui.tui.notice_rows import changed_rows, left_out_rows, size_words, text_rows
from inspect_tui.tui.screens import notice_menus
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.notice_edit import edit_sentence, leave_out, write_again
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, RichPane, wrapped
from inspect_tui.tui.widgets.span_pane import Row, Span, SpanPane

if TYPE_CHECKING:
    from rich.console import RenderableType

    from inspect_tui.report.notice import Notice

_PLAIN, _CHANGES, _OUT = "", "changes", "out"


class SummaryScreen(LeadPage, inherit_bindings=False):
    """Text and records side by side, or one above the other; the figures in their place when asked for."""

    place = SUMMARY
    title_word = "通报"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(SUMMARY)]

    DEFAULT_CSS = """
    SummaryScreen #body { layout: vertical; }
    SummaryScreen.-wide #body { layout: horizontal; }
    SummaryScreen #figures { display: none; height: 1fr; }
    SummaryScreen #texts { height: 1fr; }
    SummaryScreen #records { height: 7; }
    SummaryScreen.-short #records { height: 4; }
    SummaryScreen.-tall #records { height: 12; }
    SummaryScreen.-wide #texts { width: 3fr; }
    SummaryScreen.-wide #records { width: 2fr; height: 1fr; padding-left: 2; }
    SummaryScreen #about { height: auto; max-height: 8; }
    SummaryScreen.-figures #figures { display: block; }
    SummaryScreen.-figures #texts, SummaryScreen.-figures #records { display: none; }
    SummaryScreen.-bare PageHead, SummaryScreen.-bare KeyLine { display: none; }
    SummaryScreen.-bare #about, SummaryScreen.-bare #records { display: none; }
    SummaryScreen.-bare #figures { display: none; }
    SummaryScreen.-bare #texts { display: block; }
    """

    def __init__(self, desk: Desk, unit: str | None = None) -> None:
        super().__init__(desk)
        self.about_unit = unit
        self.book = NoticeDesk(desk, unit)
        self._made = self.book.made
        self.view = _PLAIN
        self.said: list[tuple[str, str]] = []
        self._prepared = False

    # ---------------------------------------------------------------- the frame

    @property
    def notice(self) -> Notice | None:
        """The text under work."""
        return self.book.notice

    def page_about(self) -> str:
        unit = self.desk.round.unit(self.book.wanted.unit)
        return self.desk.round.title if unit is None else unit.name

    def body(self) -> Sequence[Widget]:
        self.head_pane = LinePane(self._about, id="about")
        self.head_pane.can_focus = False
        self.text = SpanPane(self._text, id="text")
        self.records = SpanPane(self._records, steady=False, id="records")
        self.figures = RichPane(self._renderables, id="figures")
        return [self.figures, Vertical(self.head_pane, self.text, id="texts"), self.records]

    def ready(self) -> None:
        self._stop_listening = self.desk.listen(self._heard)
        self.text.focus()
        if self.about_unit is not None:
            self._prepare()
        else:
            # A large round takes a moment; the screen is there at once.
            self.call_after_refresh(self._prepare)

    def _prepare(self) -> None:
        """Select what there is to tell, once, and make the first text."""
        if not self._prepared:
            self._prepared = True
            self.book.start()
            self.show_all(top=True)

    def _heard(self, touched: set[str]) -> None:
        self.book.heard(touched)
        if self._prepared and self.app.screen is self:
            self.refill()

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted and self._prepared:
            if self.book.stale:
                self.refill()
            self.show_status(self.app.status())

    def refill(self) -> None:
        """Make the text anew; the cursor stays on its sentence."""
        if not self._settling:
            if self.book.stale or self.book.notice is None:
                self.book.again()
            self.show_all()

    def show_all(self, *, top: bool = False) -> None:
        """Show what the desk now holds."""
        if not self._prepared:
            return
        self.tell_head(about=self.page_about(), title=self.page_title())
        self._fit_about()
        self.head_pane.show()
        self.text.show_rows(top=top, pointed=not self.has_class("-bare"))
        self.records.show_rows(top=True)
        if self.has_class("-figures"):
            self.figures.show()
        for said in self.book.notes:
            self.app.say(said, "warning")
        self.book.notes = []

    def _fit_about(self) -> None:
        width = self.head_pane.size.width or self.app.size.width
        self.head_pane.styles.height = len(self._about(max(20, width)))

    def on_resize(self) -> None:
        if self.is_mounted and self._prepared:
            self.call_after_refresh(self.show_all)

    # ---------------------------------------------------------------- showing

    def _renderables(self, width: int) -> Iterator[RenderableType]:
        from rich.text import Text

        from inspect_tui.report.summary import summary_renderables

        try:
            outline = self.book.outline
        except ExportRefused as refused:
            yield Text(str(refused))
            return
        yield from summary_renderables(outline, width)
        if self.notice is not None and self.notice.warnings:
            yield Text()
            yield Text("发出文字前请看", style="bold")
            for warning in self.notice.warnings:
                yield Text(one_line(warning))

    def _about(self, width: int) -> list[Line]:
        """Which text this is, how long, what to know before sending it, what was copied."""
        notice, book = self.notice, self.book
        if notice is None:
            return []
        document = notice.document
        issue_word = f" 第{document.issue}期" if document.issue else ""
        lines: list[Line] = [
            [
                (f" {document.kind.label}{issue_word}", "head"),
                (f"  {notice.level.label}", "accent"),
                (f"  {book.scope_name}  {document.name_units.label}", "dim"),
            ],
            [(" ", "text"), *self._sizes(notice)],
        ]
        warnings = notice.warnings
        # What was just done takes the room; what to know stood there before it.
        shown = () if self.said else warnings if len(warnings) <= 3 else warnings[:2]
        for warning in shown:
            lines += wrapped(warning, width, "warn", indent=" ! ", hang="   ")[:2]
        if len(shown) < len(warnings):
            said = f"{'另' if shown else ''}有{len(warnings) - len(shown)}条提醒，按 0 看汇总末尾。"
            lines += wrapped(said, width, "warn", indent=" ! ", hang="   ")
        for text, ink in self.said:
            lines += wrapped(text, width, ink)
        # The rule stays in sight however much there is to say.
        return [*lines[:7], [(skin.current().glyphs.rule * width, "dim")]]

    def _sizes(self, notice: Notice) -> list[tuple[str, str]]:
        """The live count; a text that a chat would cut says so in words."""
        limit = self.book.channel.bytes
        usual = self.desk.round.rules.message_bytes
        size = len(notice.text.encode("utf-8"))
        parts: list[tuple[str, str]] = [(size_words(len(notice.text), size), "text")]
        if len(notice.parts) > 1:
            sizes = "、".join(str(part.bytes) for part in notice.parts[:6])
            more = "……" if len(notice.parts) > 6 else ""
            parts.append((f"  分{len(notice.parts)}段：{sizes}{more}字节", "text"))
        said = f"每段最多{limit}字节" if limit else "不分段"
        parts.append((f"  {self.book.channel.name}，{said}", "dim"))
        if not limit and size > usual:
            parts.append((f"  超出通用上限{usual}字节，群里可能发不全", "fail"))
        return parts

    def _text(self, width: int) -> list[Row]:
        if self.notice is None:
            said, ink = (self.book.refused, "fail") if self._prepared else ("正在汇总，请稍候。", "dim")
            return [(), *([Span(text, kind) for text, kind in line] for line in wrapped(said, width, ink))]
        bare = self.has_class("-bare")
        if self.view == _CHANGES and not bare:
            changes = self.notice.changes
            gone = {key for told in changes.removed.values() for key in told.records} if changes else set()
            return changed_rows(self.notice, self.book.words_of(gone), width)
        if self.view == _OUT and not bare:
            excluded = self.book.settled.excluded
            return left_out_rows(excluded, self.book.words_of(excluded), width)
        return text_rows(self.notice, width, self.book.copied, self.book.channel.bytes, bare=bare)

    def _records(self, width: int) -> list[Row]:
        sentence = self.sentence
        if sentence is None and (words := self.text.key) and parse_key(words) is not None:
            sentence = Sentence(id="", role="", text="", records=(words,))
        return record_rows(self.book, sentence, width, ruled=not self.has_class("-wide"))

    @property
    def sentence(self) -> Sentence | None:
        """The sentence under the cursor."""
        return self.book.sentence(self.text.key)

    def on_span_pane_moved(self, message: SpanPane.Moved) -> None:
        if message.pane is self.text:
            self.records.show_rows(top=True)

    # ---------------------------------------------------------------- which text

    def ask(self, refused: str) -> bool:
        """Show what came of asking for another text; tells why when it cannot be made."""
        if refused:
            self.app.say(refused, "warning", timeout=12)
            return False
        self.said, self.view = [], _PLAIN
        self.show_all(top=True)
        return True

    def action_level(self, name: str) -> None:
        """Another naming level."""
        self._prepare()
        if self.notice is not None and self.notice.level is not NamingLevel(name):
            self.ask(notice_menus.at_level(self.book, NamingLevel(name)))

    def action_kind(self) -> None:
        """Another kind of text."""
        self._menu(notice_menus.offer_kinds)

    def action_scope(self) -> None:
        """Another scope."""
        self._menu(notice_menus.offer_scopes)

    def action_names(self) -> None:
        """Which units are named."""
        self._menu(notice_menus.offer_names)

    def action_channel(self) -> None:
        """For which channel the text is cut."""
        self._menu(notice_menus.offer_channels)

    def action_more(self) -> None:
        """Papers, tables, the merged report."""
        self._menu(notice_menus.offer_more)

    def _menu(self, offer: notice_menus.Offer) -> None:
        self._prepare()
        # Another kind or scope may be told where this one has nothing to tell.
        elsewhere = offer in (notice_menus.offer_kinds, notice_menus.offer_scopes)
        if (self.notice is None and not elsewhere) or self.desk.round.secrecy.refuses_export:
            self.app.say(self.book.refused, "warning")
        else:
            offer(self)

    def look(self, view: str) -> None:
        """Show the text, what changed, or what is left out; asked for again, the text."""
        self.view = _PLAIN if self.view == view else view
        self.remove_class("-figures")
        self.text.focus()
        self.show_all(top=True)

    def action_compare(self) -> None:
        """What the text says otherwise than when it last went out."""
        self._prepare()
        if self.notice is not None:
            self.look(_CHANGES)

    # ---------------------------------------------------------------- the lead's hand

    def action_edit(self) -> None:
        """Other words for the sentence under the cursor."""
        edit_sentence(self, self.book, self.sentence)

    def action_exclude(self) -> None:
        """Leave out what the cursor stands on; in the list of what is left out, tell it again."""
        if self.view == _OUT:
            write_again(self, self.book, self.text.key)
        elif self.notice is not None:
            record = self.records.key if self.records.has_focus else ""
            leave_out(self, self.book, self.sentence, record)

    # ---------------------------------------------------------------- the records

    def action_open(self) -> None:
        """Open the record behind the sentence; where there are several, go and choose among them."""
        if self.has_class("-figures") or self.has_class("-bare"):
            return
        if self.records.has_focus:
            self.open_record(self.records.key)
            return
        here = [key for key in self.records.keys if can_open(key)]
        if len(here) == 1:
            self.open_record(here[0])
        elif here:
            self.records.focus()
        elif self.text.key:
            self.app.say("这句话依据的是本轮方案，没有单独的记录。")

    def open_record(self, record: str) -> None:
        """Go to where a record is kept: the ledger for a problem, the walk for the rest."""
        address = parse_key(record)
        if address is None or not address.unit:
            self.app.say("这句话依据的是本轮方案，没有单独的记录。")
            return
        finding = self.book.finding(record)
        row = None
        if finding is None or finding.kind is FindingKind.DEFICIENCY:
            row = self.book.problem(record)
        if row is not None:
            order = [r for key in self.records.keys if (r := self.book.problem(key)) is not None]
            self.app.open_ledger_row(row.unit, row.id, [(r.unit, r.id) for r in order])
        elif address.kind == "visit":
            self.app.open_header(address.unit)
        elif finding is not None and finding.item:
            self.app.open_unit(address.unit, (finding.checklist, finding.item))
        else:
            self.app.open_unit(address.unit)

    def action_why(self) -> None:
        """How the score of the unit under the cursor came about; asked for where it could be several."""
        units = self._units_here() or self._units_told()
        if len(units) == 1:
            self.app.open_derivation(units[0].id)
            return
        entries = [Entry(unit.id, unit.name) for unit in units]

        def picked(unit: str | None) -> None:
            if unit is not None:
                self.app.open_derivation(unit)

        self.app.push_screen(MenuScreen("看哪个单位的得分怎样得来", entries), picked)

    def _units_here(self) -> list[Unit]:
        """The units that the record or sentence under the cursor is about."""
        keys: Sequence[str] = ()
        if not self.has_class("-figures"):
            sentence = self.sentence
            keys = [self.records.key] if self.records.has_focus else sentence.records if sentence else ()
        named = {address.unit for key in keys if (address := parse_key(key)) is not None}
        return [unit for unit in self._units_told() if unit.id in named]

    def _units_told(self) -> list[Unit]:
        """The units the text is about."""
        wanted = self.book.wanted.unit
        inside = set(under(self.desk.round, wanted)) if wanted else set()
        return [u for u in self.desk.units() if not wanted or u.id == wanted or u.id in inside]

    # ---------------------------------------------------------------- copying

    def action_copy(self) -> None:
        """Copy the next part, once nothing in the text is left to be looked at."""
        self._prepare()
        notice = self.notice
        if notice is None:
            self.app.say(self.book.refused or "没有可复制的文字。", "warning")
        elif notice.unconfirmed and notice.level is not NamingLevel.INTERNAL:
            from inspect_tui.tui.screens.notice_privacy import NoticePrivacyScreen

            self.app.push_screen(NoticePrivacyScreen(self.desk, self.book, self.copy_part))
        else:
            self.copy_part()

    def copy_part(self, wanted: int | None = None) -> None:
        """Copy a part, the next one unless told, and write the whole text to a file."""
        notice = self.notice
        if notice is None:
            return
        parts = notice.parts
        part = self.book.copied % len(parts) if wanted is None else wanted
        path = notice_menus.keep_text(self)
        result = copy(parts[part].text, app=self.app, saved_to=path)
        count = f"（第{part + 1}/{len(parts)}段）" if len(parts) > 1 else ""
        ink = {CopyKind.SURE: "pass", CopyKind.MAYBE: "warn", CopyKind.FAILED: "fail"}[result.kind]
        self.said = [(f"{count}{result.message}", ink)]
        if path and result.kind is CopyKind.SURE:
            self.said.append((f"全文也存到 {notice_menus.short(self, path)}", "dim"))
        if result.ok:
            self.book.copied = part + 1
            if part + 1 < len(parts):
                self.said.append((f"发出后再按 F6 复制第{part + 2}段。", "accent"))
            elif self.leads and (notice.document.kind is NoticeKind.BULLETIN or not self.book.scope.single):
                self.record_issue("复制")
        self.show_all()

    def record_issue(self, how: str) -> None:
        """Keep that the text went out, so that the next one can tell what changed since."""
        notice = self.notice
        if notice is None or self.desk.session.read_only:
            return
        if notice.changes is not None and notice.changes.same:
            return
        approver = self.book.wanted.approved_by
        edits = issue(self.desk.state, notice.document, how, len(notice.parts), approver)
        self.settle({"": edits}, f"发出{notice.document.kind.label}")

    def action_figures(self) -> None:
        """Turn between figures and text."""
        self._prepare()
        self.remove_class("-bare")
        self.toggle_class("-figures")
        if self.has_class("-figures"):
            self.figures.show()
        (self.figures if self.has_class("-figures") else self.text).focus()

    def action_next_pane(self) -> None:
        """Give the other pane the keyboard."""
        if not self.has_class("-figures"):
            (self.records if self.text.has_focus else self.text).focus()

    def action_plain_text(self) -> None:
        """The text alone, with nothing beside it that a mouse would select too."""
        if self.notice is None:
            return
        self.remove_class("-figures")
        self.toggle_class("-bare")
        self.show_all(top=True)
        self.text.focus()
        if self.has_class("-bare"):
            self.app.say("只剩文字，可用鼠标选取（有的终端要按住 Shift）。按 F5 或 Esc 返回。")

    def action_back(self) -> None:
        """Leave the bare text, the figures, another view, the records, or the screen."""
        if self.has_class("-bare"):
            self.action_plain_text()
        elif self.has_class("-figures"):
            self.action_figures()
        elif self.view:
            self.look(self.view)
        elif self.records.has_focus:
            self.text.focus()
        else:
            super().action_back()
