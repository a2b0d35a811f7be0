"""合并检查报告 on screen: part by part or all of it, to be read, and written as papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.exchange.naming import readable_name
from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.report.zh_numbers import date_text
from inspect_tui.tui import skin
from inspect_tui.tui.actions import REPORT, bindings_for
from inspect_tui.tui.all_rounds import AllRounds
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.notice_desk import NoticeDesk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.notice_exports import write_file
from inspect_tui.tui.text import cells
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, RichPane, wrapped

if TYPE_CHECKING:
    from rich.console import RenderableType

    from inspect_tui.report.findings_report import FindingsReport

ALL = "all"


class ReportScreen(LeadPage, inherit_bindings=False):
    """A pager over the report; it begins with the units."""

    place = REPORT
    title_word = "合并检查报告"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(REPORT)]

    DEFAULT_CSS = """
    ReportScreen #text { height: 1fr; overflow-y: scroll; }
    ReportScreen #said { height: auto; max-height: 3; }
    """

    def __init__(self, desk: Desk, unit: str = "") -> None:
        super().__init__(desk)
        self.about_unit = unit
        self.key = "units"
        self.report: FindingsReport | None = None
        self.refused = ""
        self.said: list[tuple[str, str]] = []

    def page_more(self) -> str:
        unit = self.desk.round.unit(self.about_unit)
        return unit.name if unit is not None else ""

    def body(self) -> Sequence[Widget]:
        self.text = RichPane(self._renderables, id="text")
        self.told = LinePane(self._said, id="said")
        self.told.can_focus = False
        return [self.text, self.told]

    def ready(self) -> None:
        self._stop_listening = self.desk.listen(self._heard)
        self.text.focus()
        self.told.styles.height = 0
        # A large round takes a moment; the screen is there at once.
        self.call_after_refresh(self.compile)

    def _heard(self, touched: set[str]) -> None:
        if any(not record.startswith("notice/") for record in touched):
            self.report = None

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted and self.report is None:
            self.call_after_refresh(self.compile)

    def compile(self) -> None:
        """Compile the report, once until records change, and show the part."""
        from inspect_tui.report.findings_report import findings_report

        if self.report is None and not self.refused:
            session = self.desk.session
            held = NoticeDesk(self.desk, None).held
            try:
                before = self.desk.kept(AllRounds).before()
                date = date_text(session.date())
                self.report = findings_report(held, session.today, date, self.about_unit, before)
            except ExportRefused as refused:
                self.refused = str(refused)
        self.text.show()

    def _renderables(self, width: int) -> Iterator[RenderableType]:
        from rich.text import Text

        from inspect_tui.report.findings_layout import report_renderables

        if self.report is None:
            yield Text(self.refused or "正在汇总，请稍候。")
            return
        key = "" if self.key == ALL else self.key
        yield from report_renderables(self.report, width, key=key, plain=skin.current().plain, cells=cells)

    def _said(self, width: int) -> list[Line]:
        return [line for text, ink in self.said for line in wrapped(text, width, ink)]

    # ---------------------------------------------------------------- doing

    def action_part(self, key: str) -> None:
        """Another part."""
        if key == "grid" and self.report is not None and self.report.part(key) is None:
            self.app.say("只有整轮的报告、名册写了班组的，才有三级网格。")
            return
        self.key = key
        self.compile()

    def action_more(self) -> None:
        """Write it."""
        if self.report is None:
            self.app.say(self.refused or "正在汇总，请稍候。", "warning")
            return
        entries = [
            Entry("docx", "Word", ".docx，按公文格式"),
            Entry("html", "网页", ".html，可直接打印"),
            Entry("md", "Markdown", ".md"),
            Entry("xlsx", "表格（Excel）", ".xlsx，每张表一页"),
        ]
        self.app.push_screen(MenuScreen("存成哪一种", entries), self._write)

    def _write(self, to: str | None) -> None:
        if to is None or self.report is None:
            return
        from inspect_tui.report.findings_layout import report_doc, report_xlsx
        from inspect_tui.report.papers.setting import set_document

        data = report_xlsx(self.report) if to == "xlsx" else set_document(report_doc(self.report), to)
        name = readable_name(self.report.file_parts(), self.desk.session.date(), to)
        path = write_file(self, name, data)
        if path:
            self.said = [(f"已存到 {path}", "pass")]
            self.told.styles.height = len(self._said(max(20, self.app.size.width)))
            self.told.show()
