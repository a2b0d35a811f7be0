"""Visit page: what the pages around a visit share — a list, what stands behind a row, offers, saving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.containers import Container
from textual.css.query import NoMatches
from textual.widget import Widget

from inspect_tui.model.change import Edit
from inspect_tui.model.roster import Unit
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui import skin
from inspect_tui.tui.desk import Desk, VisitClosed
from inspect_tui.tui.ledger_files import FileRefused, where, write_export
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.walking import Option
from inspect_tui.tui.widgets.choice import ChoicePanel, Picked
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, LinePane
from inspect_tui.tui.widgets.prompt import Check, TextPrompt


def unit_name(desk: Desk, unit: Unit, more: str = "") -> str:
    """A unit, for a group with the profile it is judged under, then where it belongs.

    The name comes first: what does not fit a narrow head line is the path.
    """
    profile = f" [{desk.sheet(unit.id).profile.label}]" if unit.kind.value == "party_group" else ""
    words = (f"{unit.name}{profile}", more, desk.path_of(unit))
    return "  ".join(word for word in words if word)


def when(at: str) -> str:
    """A stored moment as people read it: day and minute."""
    return at[:16].replace("T", " ")


class VisitPage(PageScreen[None], inherit_bindings=False):
    """A page about one unit: rows above, the row under the cursor in full below, offers in its place.

    Subclasses draw rows (`row`), say which can be chosen (`can_choose`), tell about the one under the cursor
    (`about`) and read their rows anew (`reread`) whenever something changed.
    """

    DEFAULT_CSS = """
    VisitPage #list { height: 1fr; }
    VisitPage #side { height: 10; }
    VisitPage.-short #side { height: 6; }
    VisitPage.-tall #side { height: 14; }
    VisitPage #choice { display: none; }
    VisitPage.-choosing #choice { display: block; }
    VisitPage.-choosing #about { display: none; }
    VisitPage.-many #side { height: 13; }
    VisitPage.-short.-many #side { height: 9; }
    VisitPage.-whole #side { display: none; }
    VisitPage.-whole.-choosing #side { display: block; }
    """

    title_word: ClassVar[str] = ""

    def __init__(self, desk: Desk, unit: str) -> None:
        super().__init__()
        self.desk = desk
        self.unit = unit
        self._stop_listening: Callable[[], None] = lambda: None

    # ---------------------------------------------------------------- the frame

    def page_title(self) -> str:
        practice = "［演练］" if self.desk.round.practice else ""
        return practice + self.title_word

    def page_about(self) -> str:
        unit = self.desk.round.unit(self.unit)
        return unit_name(self.desk, unit, self.page_more()) if unit is not None else ""

    def page_more(self) -> str:
        """What of the unit the page is about, behind its name."""
        return ""

    def body(self) -> Sequence[Widget]:
        self.reread()
        self.list = LineList(
            self.row, self.count(), selectable=self.can_choose, cursor=self.first(), id="list"
        )
        self.about_pane = LinePane(self._about_lines, id="about")
        self.choice = ChoicePanel(self._choice_closed, id="choice")
        return [self.list, Container(self.about_pane, self.choice, id="side")]

    def ready(self) -> None:
        self._stop_listening = self.desk.listen(lambda _: self.refill())
        self.list.focus()
        self._follow()

    def on_unmount(self) -> None:
        self._stop_listening()

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted and self.query("#list"):
            self.refill()
            self.show_status(self.app.status())

    # ---------------------------------------------------------------- what subclasses say

    def reread(self) -> None:
        """Read the rows from the state."""
        raise NotImplementedError

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        """Draw a row."""
        raise NotImplementedError

    def can_choose(self, index: int) -> bool:
        """Whether the cursor may stand on a row."""
        return True

    def first(self) -> int:
        """The row the cursor starts on."""
        return 0

    def place_of(self, mark: object) -> int | None:
        """The row of something the cursor stood on before the rows were read anew."""
        return None

    def mark(self) -> object:
        """What the cursor stands on."""
        return None

    def about(self, width: int) -> list[Line]:
        """The row under the cursor in full."""
        return []

    # ---------------------------------------------------------------- showing

    def refill(self) -> None:
        """Read and show everything anew; the cursor stays on what it stood on."""
        held = self.mark()
        self.reread()
        self.list.set_rows(self.count(), self.place_of(held))
        self.tell_head(about=self.page_about())
        self._follow()

    def _about_lines(self, width: int) -> list[Line]:
        return [[(skin.current().glyphs.rule * width, "dim")], *self.about(width)]

    def _follow(self) -> None:
        self.about_pane.show()

    def action_next_pane(self) -> None:
        """To what stands below the list, to scroll a long text there, and back."""
        (self.about_pane if self.list.has_focus else self.list).focus()

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self._follow()

    # ---------------------------------------------------------------- doing

    @property
    def people(self) -> tuple[str, ...]:
        """Who works at this laptop."""
        return self.desk.session.identity.people

    def writable(self) -> bool:
        """Whether anything can be written in this unit now; tells the user when not, before they type."""
        if self.desk.session.read_only:
            self.app.say(f"现在只能看：{self.desk.session.read_only}", "warning")
        elif self.desk.why_closed(self.unit):
            self._say_closed()
        else:
            return True
        return False

    def make(self, edits: list[Edit], what: str) -> bool:
        """Make one change; tells the user when it cannot be made."""
        try:
            self.desk.commit(self.unit, edits, what)
        except VisitClosed:
            self._say_closed()
        except ReadOnlySession as held:
            self.app.say(f"现在只能看：{held}", "warning")
        else:
            return True
        return False

    def _say_closed(self) -> None:
        if self.desk.visit(self.unit).accepted:
            self.app.say(self.desk.why_closed(self.unit), "warning")
        else:
            self.app.say("本次检查已提交，只能看。要改请到提交页按 4 重新打开。", "warning")

    def offer(self, title: str, options: list[Option], picked: Picked) -> None:
        """Show an offer in place of what stands below the list."""
        if options:
            self.choice.offer(title, options, picked)

    def _choice_closed(self) -> None:
        try:
            self.list.focus()
        except NoMatches:
            return

    def write(self, parts: list[str], ext: str, data: bytes) -> None:
        """Write a file to exports/ and say where it is, or why it may not be."""
        try:
            path = write_export(self.desk, parts, ext, data)
        except FileRefused as refused:
            self.app.say(str(refused), "error")
        else:
            self.app.say(f"已存到 {where(path)}", timeout=10)

    def ask_words(
        self,
        title: str,
        key: str,
        then: Callable[[str], object],
        *,
        text: str = "",
        hint: str = "",
        required: bool = True,
        check: Check | None = None,
    ) -> None:
        """Ask for words that become a change only when accepted; until then they are kept as a draft.

        For text that needs a confirm or must be checked, unlike `app.ask_text`, which writes early.
        """
        key = f"text/{key}"
        held = self.app.recall(key)

        def told(words: str | None) -> None:
            if words is not None:
                self.app.remember(key, "")
                then(words)

        self.app.push_screen(
            TextPrompt(
                title,
                text=held or text,
                hint=hint + ("上次没写完的内容已放回。" if held and held != text else ""),
                required=required,
                check=check,
                on_draft=lambda words: self.app.remember(key, words),
            ),
            told,
        )

    def action_undo(self) -> None:
        """Take back the last action in this unit."""
        self._again(self.desk.undo, "已撤销：", "没有可撤销的操作。")

    def action_redo(self) -> None:
        """Bring back what was undone."""
        self._again(self.desk.redo, "已恢复：", "没有可恢复的操作。")

    def _again(self, act: Callable[[str], str | None], done: str, nothing: str) -> None:
        try:
            name = act(self.unit)
        except VisitClosed:
            self._say_closed()
        except ReadOnlySession as held:
            self.app.say(f"现在只能看：{held}", "warning")
        else:
            self.app.say(f"{done}{name}" if name is not None else nothing)
