"""Summary: the figures of a unit or a round, and the text for the group, ready to copy.

It opens on the text, so that two keys lie between the last verdict and the clipboard. The same text is
always written to exports/ as well, because no terminal can promise that a copy arrived.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from inspect_tui.exchange.naming import readable_name
from inspect_tui.exchange.refusal import ExportRefused, refuse_secret
from inspect_tui.model.terms import NamingLevel
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.tui import skin
from inspect_tui.tui.actions import SUMMARY, bindings_for
from inspect_tui.tui.clipboard import CopyKind, copy
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.page import Line, LinePane, RichPane, wrapped

if TYPE_CHECKING:
    from rich.console import RenderableType

    from inspect_tui.report.notice import Notice
    from inspect_tui.report.outline import Outline


class SummaryScreen(PageScreen[None], inherit_bindings=False):
    """Figures and text side by side; one of them at a time where there is no room for both."""

    place = SUMMARY
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(SUMMARY)]

    DEFAULT_CSS = """
    SummaryScreen #body { layout: horizontal; }
    SummaryScreen #figures { display: none; width: 5fr; min-width: 77; }
    SummaryScreen #texts { width: 3fr; height: 1fr; }
    SummaryScreen #about { height: auto; max-height: 8; }
    SummaryScreen.-wide #figures { display: block; }
    SummaryScreen.-figures #figures { display: block; min-width: 0; }
    SummaryScreen.-wide #figures { min-width: 77; }
    SummaryScreen.-figures #texts { display: none; }
    SummaryScreen.-wide #texts { display: block; }
    SummaryScreen.-bare PageHead { display: none; }
    SummaryScreen.-bare KeyLine { display: none; }
    SummaryScreen.-bare #figures { display: none; }
    SummaryScreen.-bare #about { display: none; }
    SummaryScreen.-bare #texts { display: block; }
    """

    def __init__(self, desk: Desk, unit: str | None = None) -> None:
        super().__init__()
        self.desk, self.unit = desk, unit
        self.level: NamingLevel | None = None
        self.outline: Outline | None = None
        self.notice: Notice | None = None
        self.refused = ""
        self._prepared = False
        self.next_part = 0
        self.said: list[tuple[str, str]] = []

    def page_title(self) -> str:
        return "汇总和通报"

    def page_about(self) -> str:
        unit = self.desk.round.unit(self.unit) if self.unit is not None else None
        practice = "［演练］" if self.desk.round.practice else ""
        return practice + (unit.name if unit is not None else self.desk.round.title)

    def body(self) -> Sequence[Widget]:
        about = LinePane(self._about, id="about")
        about.can_focus = False
        return [
            RichPane(self._renderables, id="figures"),
            Vertical(about, LinePane(self._text, id="text"), id="texts"),
        ]

    def ready(self) -> None:
        self.query_one("#text", LinePane).focus()
        if self.unit is not None:
            self._prepare()
        else:
            # A large round takes a moment; the screen is there at once.
            self.call_after_refresh(self._prepare)

    def _prepare(self) -> None:
        """Select what there is to tell, once, and make the first text."""
        from inspect_tui.exchange.source import roster_people
        from inspect_tui.report.outline import compile_round, compile_visit

        if self._prepared:
            return
        self._prepared = True
        desk = self.desk
        try:
            refuse_secret(desk.round)
        except ExportRefused as refused:
            self.refused = str(refused)
        else:
            people = roster_people(desk.session.space.round_dir(desk.round.id))
            if self.unit is not None:
                self.outline = compile_visit(desk.state, desk.round, self.unit, people)
            else:
                self.outline = compile_round(desk.state, desk.round, people=people)
            self._compile(None)
        self._show()
        self.query_one("#figures", RichPane).show()

    def _compile(self, level: NamingLevel | None) -> bool:
        """Make the text of a level; False, with the reason told, when it cannot be made."""
        from inspect_tui.report.notice import NoticeRefused, compile_notice

        assert self.outline is not None
        try:
            self.notice = compile_notice(self.outline, today=self.desk.session.date(), level=level)
        except NoticeRefused as refused:
            if level is None:
                self.refused = str(refused)
            else:
                self.app.say(str(refused), "warning")
            self._show()
            return False
        self.level, self.next_part = self.notice.level, 0
        self._show()
        return True

    def _show(self) -> None:
        self._fit_about()
        self.query_one("#about", LinePane).show()
        self.query_one("#text", LinePane).show()

    def _fit_about(self) -> None:
        self.query_one("#about", LinePane).styles.height = len(self._about(max(20, self._text_width())))

    def _text_width(self) -> int:
        return self.query_one("#about", LinePane).size.width or self.app.size.width

    def on_resize(self) -> None:
        if self.is_mounted and self.query("#about"):
            self.call_after_refresh(self._fit_about)

    # ---------------------------------------------------------------- showing

    def _renderables(self, width: int) -> Iterator[RenderableType]:
        from rich.text import Text

        from inspect_tui.report.summary import summary_renderables

        if self.outline is None:
            yield Text(self.refused if self._prepared else "")
            return
        yield from summary_renderables(self.outline, width)
        if self.notice is not None and self.notice.warnings:
            yield Text()
            yield Text("发出文字前请看", style="bold")
            for warning in self.notice.warnings:
                yield Text(one_line(warning))

    def _about(self, width: int) -> list[Line]:
        """Which text this is, what to know before sending it, what was copied."""
        if self.notice is None:
            return []
        parts = self.notice.parts
        sizes = "、".join(str(part.bytes) for part in parts)
        split = f"分{len(parts)}条，各{sizes}字节" if len(parts) > 1 else f"一条，{sizes}字节"
        lines: list[Line] = [
            [(f" {self.notice.level.label}", "head"), (f"  {split}", "dim")],
        ]
        shown = self.notice.warnings if len(self.notice.warnings) <= 4 else self.notice.warnings[:3]
        for warning in shown:
            lines += wrapped(warning, width, "warn", indent=" ! ", hang="   ")
        if len(shown) < len(self.notice.warnings):
            lines += wrapped(
                f"另有{len(self.notice.warnings) - len(shown)}条提醒，见汇总末尾。", width, "warn"
            )
        for text, ink in self.said:
            lines += wrapped(text, width, ink)
        lines.append([(skin.current().glyphs.rule * width, "dim")])
        return lines

    def _text(self, width: int) -> list[Line]:
        if self.notice is None:
            said, ink = (self.refused, "fail") if self._prepared else ("正在汇总，请稍候。", "dim")
            return [[], *wrapped(said, width, ink)]
        bare = self.has_class("-bare")
        indent = "" if bare else " "
        lines: list[Line] = []
        for number, part in enumerate(self.notice.parts, 1):
            if number > 1:
                lines.append([])
            if len(self.notice.parts) > 1 and not bare:
                done = (
                    "已复制"
                    if number <= self.next_part
                    else "下一条复制"
                    if number == self.next_part + 1
                    else ""
                )
                lines.append([(f" 第{number}条  {part.bytes}字节  {done}", "dim")])
            for row, text in enumerate(part.text.split("\n")):
                lines += wrapped(text, width, "strong" if row == 0 else "text", indent=indent)
        return lines

    # ---------------------------------------------------------------- doing

    def action_level(self, name: str) -> None:
        """Another naming level."""
        self._prepare()
        if self.outline is not None and self.level is not NamingLevel(name):
            self.said = []
            self._compile(NamingLevel(name))

    def action_copy(self) -> None:
        """Copy the next part, and write the whole text to a file."""
        self._prepare()
        if self.notice is None:
            self.app.say(self.refused or "没有可复制的文字。", "warning")
            return
        parts = self.notice.parts
        part = self.next_part % len(parts)
        path = self._write()
        result = copy(parts[part].text, app=self.app, saved_to=path)
        count = f"（第{part + 1}/{len(parts)}条）" if len(parts) > 1 else ""
        ink = {CopyKind.SURE: "pass", CopyKind.MAYBE: "warn", CopyKind.FAILED: "fail"}[result.kind]
        self.said = [(f"{result.message}{count}", ink)]
        if path and result.kind is CopyKind.SURE:
            self.said.append((f"全文也存在 {path}", "dim"))
        if part + 1 < len(parts) and result.ok:
            self.said.append((f"发出后再按 F6 复制第{part + 2}条。", "accent"))
        self.next_part = part + 1 if result.ok else part
        self._show()

    def action_write(self) -> None:
        """Write the text to a file only."""
        if self.notice is None:
            self.app.say(self.refused or "没有可存的文字。", "warning")
            return
        self.said = []
        path = self._write()
        if path:
            self.said = [(f"已存到 {path}", "pass")]
        self._show()

    def _write(self) -> str:
        """Write the whole text to exports/; the path as shown, or nothing with the reason told."""
        assert self.notice is not None
        session = self.desk.session
        unit = self.desk.round.unit(self.unit) if self.unit is not None else None
        practice = "演练" if self.desk.round.practice else ""
        parts = ["通报", practice, self.desk.round.title, unit.name if unit else "", self.notice.level.label]
        path = session.space.exports_dir / readable_name(parts, session.date(), "txt")
        # The parts as they are sent, so that the file can stand in for the clipboard.
        text = "\n\n".join(part.text for part in self.notice.parts) + "\n"
        try:
            private_folder(path.parent)
            write_durable(path, text.encode("utf-8"))
        except StoreError as error:
            self.app.say(f"文字没有存成文件：{error}", "error")
        except OSError as error:
            self.app.say(f"文字没有存成文件：{reason(error)}。", "error")
        else:
            return one_line(str(path))
        return ""

    def action_figures(self) -> None:
        """Turn between figures and text where only one has room."""
        self.toggle_class("-figures")
        figures = self.has_class("-figures")
        self.query_one("#figures" if figures else "#text", LinePane).focus()

    def action_next_pane(self) -> None:
        """Give the other pane the keyboard."""
        if self.has_class("-wide"):
            on_text = self.query_one("#text", LinePane).has_focus
            self.query_one("#figures" if on_text else "#text", LinePane).focus()
        else:
            self.action_figures()

    def action_plain_text(self) -> None:
        """The text alone, with nothing beside it that a mouse would select too."""
        if self.notice is None:
            return
        self.toggle_class("-bare")
        self.query_one("#text", LinePane).show()
        self.query_one("#text", LinePane).focus()
        if self.has_class("-bare"):
            self.app.say("只剩文字，可用鼠标选取（有的终端要按住 Shift）。按 5 或 Esc 返回。")

    def action_back(self) -> None:
        """Leave the bare text, or the screen."""
        if self.has_class("-bare"):
            self.action_plain_text()
        else:
            super().action_back()
