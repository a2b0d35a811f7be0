"""Figures page: a text over several rounds, read after the first paint; trends and periods are such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.widget import Widget

from inspect_tui.tui import skin
from inspect_tui.tui.screens.rounds_page import READING, RoundsPage
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.page import wrapped
from inspect_tui.tui.widgets.span_pane import Row, Span, SpanPane


class Told(NamedTuple):
    """A line of the text with its ink; `whole` lines are cut at the edge instead of being wrapped.

    `key` is what the line is about, so that the cursor can stand on it. `beside` stands to the right of a
    whole line, which has been fitted to its own column.
    """

    text: str
    ink: str = "text"
    whole: bool = False
    key: str = ""
    beside: Told | None = None


class FiguresPage(RoundsPage, inherit_bindings=False):
    """A pager; subclasses say the lines as they follow from the rounds (`told`)."""

    DEFAULT_CSS = """
    FiguresPage #text { height: 1fr; }
    """

    def body(self) -> Sequence[Widget]:
        self.text = SpanPane(self._rows, id="text")
        return [self.text]

    def ready(self) -> None:
        self._stop_listening = self.desk.listen(lambda _: self.refill())
        self.text.focus()
        self.read_rounds()

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted:
            self.refill()
            self.show_status(self.app.status())

    def refill(self) -> None:
        if self.is_mounted and self.query("#text"):
            self.tell_head(about=self.page_about())
            self.text.show_rows()

    def told(self, width: int) -> list[Told]:
        """The lines; asked once the rounds are read."""
        raise NotImplementedError

    def _rows(self, width: int) -> list[Row]:
        if not self.all.ready:
            return [[Span(READING, "dim")]]
        rows: list[Row] = []
        notes = [Told(note, "warn") for note in self.all.notes]
        for told in [*self.told(width - 1), *notes]:
            if told.beside is not None:
                rows.append([Span(t.text, t.ink, t.key) for t in (told, told.beside)])
            elif told.whole:
                rows.append([Span(fit(told.text, width - 1), told.ink, told.key)])
            else:
                lines = wrapped(told.text, width, told.ink, indent="")
                rows += [[Span(text, ink, told.key) for text, ink in line] for line in lines]
        return rows

    def show_top(self) -> None:
        """Show another text from its top."""
        self.tell_head(about=self.page_about())
        self.text.show_rows(top=True)


def grid(
    heads: Sequence[str], rows: Sequence[Sequence[str]], width: int, keys: Sequence[str] = ()
) -> list[Told]:
    """A table as lines: names at the left, figures right; what does not fit beside follows below.

    `keys` say what each row is about.
    """
    if not rows:
        return []
    most = max(12, width // 3)
    first = min(most, max(cells(row[0]) for row in [heads, *rows]) + 1)
    widths = [max(cells(row[n]) for row in [heads, *rows]) + 2 for n in range(1, len(heads))]
    lines: list[Told] = []
    start = 1
    while start < len(heads):
        end, room = start, width - first
        while end < len(heads) and (room >= widths[end - 1] or end == start):
            room -= widths[end - 1]
            end += 1
        if lines:
            lines.append(Told(""))
        for number, row in enumerate([heads, *rows]):
            said = fit(row[0], first)
            said += "".join(fit(row[n], widths[n - 1], "right") for n in range(start, end))
            key = keys[number - 1] if number and keys else ""
            lines.append(Told(said, "text" if number else "dim", whole=True, key=key))
        lines.insert(
            -len(rows), Told(skin.current().glyphs.rule * min(width, cells(lines[-1].text)), "dim", True)
        )
        start = end
    return lines
