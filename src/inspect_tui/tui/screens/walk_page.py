"""Walk page: the stops of a track as a list, the item in full, the save light, and one way to save.

What is asked at a stop and which key asks it is settled by the screens upon it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.css.query import NoMatches

from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui import looking_back, skin, walking
from inspect_tui.tui.actions import footer_for
from inspect_tui.tui.desk import Desk, VisitAccepted, VisitClosed
from inspect_tui.tui.evidence_desk import evidence_desk
from inspect_tui.tui.product_screen import ProductScreen
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.track import Stop, Track, UnitTrack
from inspect_tui.tui.walking import Deed, Option
from inspect_tui.tui.widgets.choice import ChoicePanel, Picked
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.walk_parts import ItemDetail, WalkHead, verdict_parts

_DIGITS = ("pass", "partial", "fail")


class WalkPage(ProductScreen[None], inherit_bindings=False):
    """A list of stops that follows the cursor and saves what is decided at one."""

    place: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-narrow"),
        (110, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-normal"), (32, "-tall")]  # noqa: RUF012
    DEFAULT_CSS = """
    WalkPage { layout: vertical; }
    WalkPage #body { height: 1fr; layout: vertical; }
    WalkPage #side { height: 9; }
    WalkPage.-short #side { height: 6; }
    WalkPage.-tall #side { height: 14; }
    WalkPage.-many #side { height: 13; }
    WalkPage.-short.-many #side { height: 9; }
    WalkPage.-wide #body { layout: horizontal; }
    WalkPage.-wide #list { width: 3fr; }
    WalkPage.-wide #side { width: 2fr; height: 1fr; min-width: 44; margin-left: 1; }
    WalkPage #choice { display: none; }
    WalkPage.-choosing #choice { display: block; }
    WalkPage.-choosing #detail { display: none; }
    """

    def __init__(self, track: Track, start: int | None = None) -> None:
        super().__init__()
        self.track = track
        self.desk: Desk = track.desk
        self._start = start
        self._shown = (-1, -1)
        self._at: tuple[str, str, str] | None = None
        self._words: tuple[str, ...] = ()
        #: Whether a change is being made here: what it brings is shown once, when all of it is known.
        self._doing = False
        self._light: list[Part] = []
        self._place: tuple[str, str, str] | None = None
        self._stop_listening: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        yield WalkHead(self.track, id="head")
        with Container(id="body"):
            yield LineList(
                self._row, len(self.track.stops), cursor=self._first(), follow=self._catch_up, id="list"
            )
            with Container(id="side"):
                yield ItemDetail(id="detail")
                yield ChoicePanel(self._choice_closed, id="choice")
        yield KeyLine(footer_for(self.place), id="keys")

    def on_mount(self) -> None:
        self.list = self.query_one("#list", LineList)
        self.detail = self.query_one("#detail", ItemDetail)
        self.head = self.query_one("#head", WalkHead)
        self.choice = self.query_one("#choice", ChoicePanel)
        self._stop_listening = self.desk.listen(self._heard)
        self.list.focus()
        self._light = self.app.status()
        self._follow()
        self.call_after_refresh(self.list.move_to, self.list.cursor, center=True)

    def on_unmount(self) -> None:
        self._stop_listening()

    def _first(self) -> int:
        if self._start is not None:
            return self._start
        return self.track.next_open(-1) or 0

    # ---------------------------------------------------------------- showing

    @property
    def stop(self) -> Stop | None:
        """The stop under the cursor."""
        index = self.list.cursor
        return self.track.stops[index] if 0 <= index < len(self.track.stops) else None

    def _row(self, index: int, width: int, here: bool) -> list[Part]:
        stop = self.track.stops[index]
        glyphs = skin.current().glyphs
        tail = verdict_parts(stop)
        count = evidence_desk(self.desk).of_item(*stop.key)
        held = f" 佐证{count}" if count else ""
        room = width - 19 - 5 - cells(held)
        if self.track.across:
            path = self.desk.path_of(stop.sheet.unit)
            name = f"{stop.sheet.unit.name}" + (f"（{path}）" if path else "")
            text: list[Part] = [(fit(name, room), "text")]
        else:
            id_ = f"{stop.row.item.id} "
            text = [(id_, "dim"), (fit(stop.row.item.text, room - len(id_)), "text")]
        sign = (
            "!"
            if stop.answer.disputed or stop.answer.stale or stop.answer.returned or walking.owed_words(stop)
            else glyphs.verdict(stop.answer.verdict)
        )
        ink = "warn" if sign == "!" else stop.answer.verdict.value
        return [
            (glyphs.cursor if here else " ", "accent"),
            (f" {sign} ", ink),
            *text,
            (held, "accent"),
            (" ", "text"),
            *tail,
        ]

    def _follow(self) -> None:
        stop = self.stop
        self._shown = (self.list.cursor, len(self.desk.state.changes))
        self._at = stop.key if stop is not None else None
        held = evidence_desk(self.desk).titles(*stop.key) if stop is not None else ()
        self.detail.show(stop, self.desk.session.identity.people, self.track.across, held)
        self._name_digits(stop)
        self.head.show(stop, self._light)
        if stop is not None and not self.track.across:
            if self._place is None:
                self.call_after_refresh(self.save_draft)
            self._place = stop.key

    def save_draft(self) -> None:
        """Keep where the walk stands: behind the paint, or at once where the program is left."""
        place, self._place = self._place, None
        if place is not None:
            self.app.remember_place(*place)

    def _heard(self, touched: set[str]) -> None:
        if self.track.outdated():
            self.track.rebuild()
            self.list.set_rows(len(self.track.stops), self._again_at())
        else:
            self.list.refresh_row(*self.track.places(touched))
        if not self._doing:
            self._follow()

    def _again_at(self) -> int | None:
        """Where the item under the cursor stands after others came or went."""
        return self.track.find(self._at) if self._at is not None else None

    def _name_digits(self, stop: Stop | None) -> None:
        """Say at the foot what the digits mean here, where an item is answered in words of its own."""
        words = walking.digit_words(stop) if stop is not None else ()
        if words == self._words:
            return
        self._words = words
        said = dict(zip(("pass", "partial", "fail"), words, strict=False))
        offered = [a for a in footer_for(self.place) if not words or a.id in said or a.id not in _DIGITS]
        self.query_one("#keys", KeyLine).show(
            msgspec.structs.replace(a, short=said[a.id]) if a.id in said else a for a in offered
        )

    def show_status(self, status: list[Part]) -> None:
        """Show the save light; called by the app from whatever thread order the disk gives."""
        self._light = status
        if self._doing:
            return
        try:
            self.query_one("#head", WalkHead).show_status(status)
        except NoMatches:
            return

    def _catch_up(self) -> None:
        """Show the item under the cursor, unless it is shown as it reads already."""
        if self._shown != (self.list.cursor, len(self.desk.state.changes)):
            self._follow()

    # ---------------------------------------------------------------- doing

    def do(self, deed: Deed | None, *, advance: bool = True) -> bool:
        """Make a change and move on to the next unanswered stop; tells the user when it cannot be made."""
        if deed is None:
            return False
        here = self.list.cursor
        stop = self.track.stops[here] if 0 <= here < len(self.track.stops) else None
        before = looking_back.linkable(stop)
        build = stop.sheet.build if stop is not None else 0
        self._doing = True
        try:
            self.desk.commit(deed.unit, deed.edits, deed.what)
        except VisitAccepted:
            self.app.say(self.desk.why_closed(deed.unit), "warning")
            return False
        except VisitClosed:
            self.app.say("本次检查已提交，只能看。要改请按回车，选“重新打开”。", "warning")
            return False
        except ReadOnlySession as held:
            self.app.say(f"现在只能看：{held}", "warning")
            return False
        finally:
            self._doing = False
        if stop is not None and stop.sheet.build != build:
            # Others came or went with this answer, so this one may stand elsewhere now.
            here = self.track.find(stop.key) or 0
            if said := walking.moved_words(stop.sheet):
                self.app.say(said)
        new = [finding for finding in looking_back.linkable(stop) if finding not in before]
        if advance and not new:
            self._advance(here)
        self._catch_up()
        if stop is not None and new:
            self._offer_link(stop, new[0], advance)
        if stop is not None:
            if walking.judges(deed, stop):
                self.judged(stop)
            for trigger in deed.triggers:
                self.app.ask_trigger(deed.unit, stop.row.checklist.id, trigger)
        return True

    def judged(self, stop: Stop) -> None:
        """Called after a verdict was recorded; asks at once for what it must come with."""

    def _advance(self, here: int) -> None:
        """On to the next unanswered stop behind one that was just answered."""
        following = self.track.next_open(here)
        if following is not None:
            self.list.move_to(following)
        else:
            self.app.say("各项都已查完。按回车选“提交”，或按 F6 看汇总和通报。")

    def _offer_link(self, stop: Stop, finding: str, advance: bool) -> None:
        """Ask whether a problem just recorded is an earlier one on the same item come back."""
        here = self.list.cursor
        desk = self.desk

        def picked(option: Option, _: int) -> None:
            if option.value and self.do(looking_back.linking(stop, finding, option.value), advance=False):
                said = looking_back.after_linking(desk.state, desk.round, stop.unit, option.value)
                self.app.say(said)
            if advance:
                self._advance(here)

        self.offer(
            f"{stop.row.item.id} 上轮同一条有问题，是不是同一个：", looking_back.link_options(stop), picked
        )

    def offer(self, title: str, options: list[Option], picked: Picked) -> None:
        """Show an offer in place of the detail pane."""
        if options:
            self.choice.offer(title, options, picked)

    def _choice_closed(self) -> None:
        self.list.focus()

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted:
            self.list.refresh_rows()
            self._light = self.app.status()
            self._follow()

    def jump(self, checklist: str, item: str) -> None:
        """Put the cursor on an item of this unit."""
        if isinstance(self.track, UnitTrack):
            index = self.track.sheet.index_of(checklist, item)
            if index is not None:
                self.list.move_to(index, center=True)
