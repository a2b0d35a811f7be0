"""Page: what the full screens before and after a visit have in common, and the form some of them are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

import msgspec
from textual.app import ComposeResult
from textual.containers import Container
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widget import Widget

from inspect_tui.tui import skin
from inspect_tui.tui.actions import footer_for
from inspect_tui.tui.product_screen import ProductScreen
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, LinePane, PageHead, wrapped

ResultT = TypeVar("ResultT")


class PageScreen(ProductScreen[ResultT], Generic[ResultT], inherit_bindings=False):
    """A head line, a body, the key line. Subclasses say their `place`, their title and their body."""

    place: ClassVar[str] = ""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-normal"), (32, "-tall")]  # noqa: RUF012

    DEFAULT_CSS = """
    PageScreen { layout: vertical; }
    PageScreen > #body { height: 1fr; }
    """

    @property
    def line_list(self) -> LineList:
        """The list of a page that has one."""
        return self.query_one("#list", LineList)

    def compose(self) -> ComposeResult:
        yield PageHead(self.page_title(), self.page_about(), self.page_who(), id="head")
        yield from self.above()
        with Container(id="body"):
            yield from self.body()
        yield KeyLine(footer_for(self.place), id="keys")

    def page_title(self) -> str:
        """What the screen is."""
        raise NotImplementedError

    def page_about(self) -> str:
        """What it is about: a unit, a round, a file."""
        return ""

    def page_who(self) -> str:
        """Who works here, at the right."""
        identity = self.app.identity
        return "、".join(identity.people) if identity is not None else ""

    def above(self) -> Sequence[Widget]:
        """Lines between the head and the body."""
        return ()

    def body(self) -> Sequence[Widget]:
        """The widgets between head and key line."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.show_status(self.app.status())
        self.ready()

    def ready(self) -> None:
        """Called once everything is mounted."""

    def show_status(self, status: list[Part]) -> None:
        """Show the save light; called by the app whenever it may have changed."""
        try:
            self.query_one("#head", PageHead).show_status(status)
        except NoMatches:
            return

    def tell_head(self, about: str | None = None, title: str | None = None) -> None:
        """Change the head line."""
        self.query_one("#head", PageHead).show(about=about, title=title)

    def action_help(self) -> None:
        """The keys of this screen."""
        self.app.open_help(self.place)

    def action_back(self) -> None:
        """Leave this screen."""
        self.app.go_back()


class Field(msgspec.Struct, frozen=True):
    """A line of a form: its name, its value, and what the line is for. `done` marks the line that ends it."""

    id: str
    name: str
    value: str = ""
    hint: str = ""
    missing: bool = False
    done: bool = False


class FormScreen(PageScreen[ResultT], Generic[ResultT], inherit_bindings=False):
    """Fields one under the other; a digit or Enter changes one, the last line goes on.

    `fields` is asked anew after every change; `edit` is told the id of the line that was chosen.
    """

    DEFAULT_CSS = """
    FormScreen #hint { height: 6; }
    FormScreen.-tall #hint { height: 10; }
    """

    name_width: ClassVar[int] = 14

    def body(self) -> Sequence[Widget]:
        self._fields = list(self.fields())
        return [
            LineList(self._row, len(self._fields), id="list"),
            LinePane(self._hint_lines, id="hint"),
        ]

    def fields(self) -> Sequence[Field]:
        """The lines of the form as they now read."""
        raise NotImplementedError

    def edit(self, field_id: str) -> None:
        """Change a field, or go on."""
        raise NotImplementedError

    def note(self) -> Line:
        """A line under the hint, such as what stops the form from being done."""
        return []

    def ready(self) -> None:
        self.query_one("#hint", LinePane).can_focus = False
        self.line_list.focus()
        self._follow()

    def refill(self, at: str | None = None) -> None:
        """Show the fields as they now read, with the cursor on one of them."""
        self._fields = list(self.fields())
        place = next((i for i, field in enumerate(self._fields) if field.id == at), None)
        self.line_list.set_rows(len(self._fields), place)
        self._follow()

    def _row(self, index: int, width: int, here: bool) -> list[Part]:
        field = self._fields[index]
        cursor = (skin.current().glyphs.cursor if here else " ", "accent")
        if field.done:
            return [cursor, ("   ", "text"), (fit(field.name, width - 5), "strong")]
        digit = f" {index + 1} " if index < 9 else "   "
        room = max(4, width - self.name_width - 6)
        value, ink = (
            (field.value, "text") if field.value else ("（未填）", "warn" if field.missing else "dim")
        )
        return [
            cursor,
            (digit, "key"),
            (fit(field.name, self.name_width), "dim"),
            (" ", "text"),
            (fit(value, room), ink),
        ]

    def _hint_lines(self, width: int) -> list[Line]:
        lines: list[Line] = [[(skin.current().glyphs.rule * width, "dim")]]
        index = self.line_list.cursor
        if 0 <= index < len(self._fields):
            field = self._fields[index]
            if field.value:
                lines += wrapped(f"{field.name}：{field.value}", width, "text")
            if field.hint:
                lines += wrapped(field.hint, width, "dim")
        note = self.note()
        if note:
            lines.append(note)
        return lines

    def _follow(self) -> None:
        self.query_one("#hint", LinePane).show()

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self._follow()

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        self.edit(self._fields[message.index].id)

    def action_choose(self) -> None:
        """The line under the cursor."""
        if self.line_list.cursor >= 0:
            self.edit(self._fields[self.line_list.cursor].id)

    def action_field(self, digit: str) -> None:
        """The line with a digit in front."""
        index = int(digit) - 1
        if 0 <= index < len(self._fields) and not self._fields[index].done:
            self.line_list.move_to(index)
            self.edit(self._fields[index].id)


def ask(
    screen: Screen[ResultT], title: str, text: str, then: Callable[[str], None], **options: object
) -> None:
    """Ask for a line of words on a page that has no round behind it yet."""
    from inspect_tui.tui.widgets.prompt import TextPrompt

    def told(words: str | None) -> None:
        if words is not None:
            then(words)

    screen.app.push_screen(TextPrompt(title, text=text, **options), told)  # type: ignore[arg-type]
