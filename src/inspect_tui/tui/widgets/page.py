"""What full screens share: a head line, and panes of ready-made lines that scroll."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from inspect_tui.tui import skin
from inspect_tui.tui.linebreak import wrap
from inspect_tui.tui.text import cells, fit, one_line
from inspect_tui.tui.widgets.inks import Inked, Part, width_of

if TYPE_CHECKING:
    from rich.console import RenderableType

Line = Sequence[Part]


class PageHead(Inked):
    """The first line of a screen: what it is, about what, who works here, whether all is saved.

    With `rule`, a second line parts it from the body.
    """

    DEFAULT_CSS = """
    PageHead { height: 2; }
    """

    def __init__(self, title: str, about: str = "", who: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.page_title, self.about, self.who = title, about, who
        self.status: list[Part] = []

    def show(self, about: str | None = None, who: str | None = None, title: str | None = None) -> None:
        """Say something else."""
        self.page_title = self.page_title if title is None else title
        self.about = self.about if about is None else about
        self.who = self.who if who is None else who
        self.refresh()

    def show_status(self, status: list[Part]) -> None:
        """Show the save light."""
        if status != self.status:
            self.status = status
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y:
            return self.strip([(skin.current().glyphs.rule * width, "dim")], width)
        right: list[Part] = [(" " + self.who + "  " if self.who else "", "dim"), *self.status, (" ", "text")]
        room = width - width_of(right) - 1
        title = one_line(self.page_title)
        parts: list[Part] = [(" ", "text")]
        if self.about:
            own = min(cells(title), max(8, room // 2))
            parts += [(fit(title, own), "head"), ("  ", "text"), (fit(self.about, room - own - 2), "text")]
        else:
            parts.append((fit(title, room), "head"))
        return self.strip([*parts, *right], width)


class LinePane(Inked, ScrollView, can_focus=True, inherit_bindings=False):
    """Lines that are composed for a width and scrolled by key; it has no cursor."""

    DEFAULT_CSS = """
    LinePane { overflow-x: hidden; overflow-y: auto; height: 1fr; scrollbar-size-vertical: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "up", "上一行", show=False),
        Binding("down", "down", "下一行", show=False),
        Binding("pageup", "page_up", "上一页", show=False),
        Binding("pagedown,space", "page_down", "下一页", show=False),
        Binding("home", "first", "第一行", show=False),
        Binding("end", "last", "最后一行", show=False),
    ]

    def __init__(self, compose_lines: Callable[[int], list[Line]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._compose_lines = compose_lines
        self._strips: list[Strip] = []
        self._laid_for = -1

    def show(self, compose_lines: Callable[[int], list[Line]] | None = None, *, top: bool = True) -> None:
        """Show other lines, or the same ones composed anew."""
        if compose_lines is not None:
            self._compose_lines = compose_lines
        self._laid_for = -1
        self._lay()
        if top:
            self.scroll_to(y=0, animate=False, force=True)
        self.refresh()

    def _strips_for(self, width: int) -> list[Strip]:
        return [self.strip(line, width) for line in self._compose_lines(width)]

    def _lay(self) -> None:
        # The scrollbar stands inside `size`; it comes and goes with the number of lines.
        width = self.scrollable_content_region.width
        if width and width != self._laid_for:
            self._laid_for = width
            self._strips = self._strips_for(width)
            self.virtual_size = Size(1, len(self._strips))

    def render_line(self, y: int) -> Strip:
        self._lay()
        index = y + self.scroll_offset.y
        if index < len(self._strips):
            return self._strips[index]
        return Strip.blank(self.size.width, self.ink("text"))

    def notify_style_update(self) -> None:
        self._laid_for = -1
        super().notify_style_update()

    def on_resize(self, _: events.Resize) -> None:
        self._lay()

    def watch_show_vertical_scrollbar(self, before: bool, after: bool) -> None:
        if before != after:
            self.call_after_refresh(self.show, top=False)

    def _scroll(self, y: float) -> None:
        limit = max(0, len(self._strips) - self.size.height)
        self.scroll_to(y=min(max(y, 0), limit), animate=False, force=True)

    def action_up(self) -> None:
        self._scroll(self.scroll_y - 1)

    def action_down(self) -> None:
        self._scroll(self.scroll_y + 1)

    def action_page_up(self) -> None:
        self._scroll(self.scroll_y - max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        self._scroll(self.scroll_y + max(1, self.size.height - 1))

    def action_first(self) -> None:
        self._scroll(0)

    def action_last(self) -> None:
        self._scroll(len(self._strips))


class RichPane(LinePane, inherit_bindings=True):
    """Rich renderables as lines. They must hold user text as `rich.text.Text` only, never as markup."""

    def __init__(
        self, renderables: Callable[[int], Iterable[RenderableType]], *, id: str | None = None
    ) -> None:
        super().__init__(lambda _: [], id=id)
        self._renderables = renderables

    def show_renderables(self, renderables: Callable[[int], Iterable[RenderableType]]) -> None:
        """Show other renderables."""
        self._renderables = renderables
        self.show()

    def _strips_for(self, width: int) -> list[Strip]:
        console = self.app.console
        base = self.ink("text")
        room = max(20, width - 1)
        options = console.options.update(width=room, height=None, highlight=False, markup=False)
        margin = Segment(" ", base)
        strips: list[Strip] = []
        for renderable in self._renderables(room):
            for segments in console.render_lines(renderable, options, style=base, pad=True):
                strip = Strip(
                    [margin, *(Segment(one_line(s.text), s.style) for s in segments if not s.control)]
                )
                strips.append(strip.adjust_cell_length(width, base))
        return strips


def wrapped(
    text: str, width: int, ink: str = "text", *, indent: str = " ", hang: str | None = None
) -> list[Line]:
    """A text broken into lines that fit, the first after `indent`, the others after `hang`."""
    hang = indent if hang is None else hang
    room = max(4, width - max(cells(indent), cells(hang)) - 1)
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        for piece in wrap(one_line(paragraph), room) or [""]:
            lines.append([(hang if lines else indent, ink), (piece, ink)])
    return lines


def pair(name: str, value: str, width: int, *, column: int = 12, ink: str = "text") -> list[Line]:
    """A name and its value in two columns; a long value goes on under itself."""
    room = max(4, width - column - 2)
    lines: list[Line] = []
    for paragraph in (value or "").split("\n"):
        for piece in wrap(one_line(paragraph), room) or [""]:
            lines.append([(" " + fit("" if lines else name, column), "dim"), (piece, ink)])
    return lines
