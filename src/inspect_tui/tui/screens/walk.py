"""Walk: the screen an inspector lives on — one key per conforming item, nothing typed twice.

The list, the keys and the panel are the same for 一组到底 (all items of one unit) and 一题到底 (one item at
every unit); only the track differs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.css.query import NoMatches

from inspect_tui.model.change import answer_key, free_finding_key
from inspect_tui.model.phrase import PhraseKind
from inspect_tui.model.terms import FindingKind, Scoring, Verdict
from inspect_tui.rules import actions
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui import looking_back, skin, walking
from inspect_tui.tui.actions import ACROSS, WALK, bindings_for, footer_for
from inspect_tui.tui.desk import Desk, VisitAccepted, VisitClosed
from inspect_tui.tui.evidence_desk import evidence_desk
from inspect_tui.tui.product_screen import ProductScreen
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.track import AcrossTrack, Stop, Track, UnitTrack
from inspect_tui.tui.walking import OWN_WORDS, Deed, Option, phrase_options
from inspect_tui.tui.widgets.choice import ChoicePanel, Picked
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.walk_parts import ItemDetail, WalkHead, verdict_parts

_DIGITS = ("pass", "partial", "fail")
_BARE = "\0bare"
_MISSING = "\0missing"


class WalkScreen(ProductScreen[None], inherit_bindings=False):
    """A walk over the stops of a track."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-narrow"),
        (110, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-normal"), (32, "-tall")]  # noqa: RUF012
    place = WALK

    DEFAULT_CSS = """
    WalkScreen { layout: vertical; }
    WalkScreen #body { height: 1fr; layout: vertical; }
    WalkScreen #side { height: 9; }
    WalkScreen.-short #side { height: 6; }
    WalkScreen.-tall #side { height: 14; }
    WalkScreen.-many #side { height: 13; }
    WalkScreen.-short.-many #side { height: 9; }
    WalkScreen.-wide #body { layout: horizontal; }
    WalkScreen.-wide #list { width: 3fr; }
    WalkScreen.-wide #side { width: 2fr; height: 1fr; min-width: 44; margin-left: 1; }
    WalkScreen #choice { display: none; }
    WalkScreen.-choosing #choice { display: block; }
    WalkScreen.-choosing #detail { display: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(WALK)]

    def __init__(self, track: Track, start: int | None = None) -> None:
        super().__init__()
        self.track = track
        self.desk: Desk = track.desk
        self._start = start
        self._shown = (-1, -1)
        self._at: tuple[str, str, str] | None = None
        self._words: tuple[str, ...] = ()
        self._stop_listening: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        yield WalkHead(self.track, id="head")
        with Container(id="body"):
            yield LineList(self._row, len(self.track.stops), cursor=self._first(), id="list")
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
        self._follow()
        self.head.show_status(self.app.status())
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
        self.head.show(stop)
        if stop is not None and not self.track.across:
            self.app.remember_place(stop.unit, stop.row.checklist.id, stop.row.item.id)

    def _heard(self, touched: set[str]) -> None:
        if self.track.outdated():
            self.track.rebuild()
            self.list.set_rows(len(self.track.stops), self._again_at())
        else:
            for index in self.track.places(touched):
                self.list.refresh_row(index)
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
        try:
            self.query_one("#head", WalkHead).show_status(status)
        except NoMatches:
            return

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        # What moved the cursor has mostly shown the new item already, within the same paint.
        if self._shown != (self.list.cursor, len(self.desk.state.changes)):
            self._follow()

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_item_menu()

    # ---------------------------------------------------------------- doing

    def do(self, deed: Deed | None, *, advance: bool = True) -> bool:
        """Make a change and move on to the next unanswered stop; tells the user when it cannot be made."""
        if deed is None:
            return False
        here = self.list.cursor
        stop = self.track.stops[here] if 0 <= here < len(self.track.stops) else None
        before = looking_back.linkable(stop)
        build = stop.sheet.build if stop is not None else 0
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
        if stop is not None and stop.sheet.build != build:
            # Others came or went with this answer, so this one may stand elsewhere now.
            here = self.track.find(stop.key) or 0
            if said := walking.moved_words(stop.sheet):
                self.app.say(said)
        new = [finding for finding in looking_back.linkable(stop) if finding not in before]
        if stop is not None and new:
            self._offer_link(stop, new[0], advance)
        elif advance:
            self._advance(here)
        if stop is not None:
            if walking.judges(deed, stop):
                self._ask_owed(stop)
            for trigger in deed.triggers:
                self.app.ask_trigger(deed.unit, stop.row.checklist.id, trigger)
        return True

    def _ask_owed(self, stop: Stop) -> None:
        """Ask at once for what a verdict must come with; it stands whatever is answered."""
        if walking.owes_note(stop):
            self._ask_note(stop, f"{stop.row.item.id} {walking.said_of(stop)}，要写说明")
        elif told := walking.owed_words(stop):
            self.app.say(f"{stop.row.item.id} {told}。", "warning")

    def _advance(self, here: int) -> None:
        """On to the next unanswered stop behind one that was just answered."""
        following = self.track.next_open(here)
        if following is not None:
            self.list.move_to(following)
            self._follow()
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
            self.add_class("-choosing")
            self.set_class(len(options) > 5, "-many")
            self.choice.offer(title, options, picked)

    def _choice_closed(self) -> None:
        self.remove_class("-choosing", "-many")
        self.list.focus()

    def _own_words(self, title: str, draft: str, then: Callable[[str], object]) -> None:
        self.app.ask_text(title, draft=draft, then=then)

    # ---------------------------------------------------------------- verdicts

    def action_verdict(self, name: str) -> None:
        """A verdict key."""
        stop = self.stop
        if stop is None:
            return
        verdict = Verdict(name)
        own = walking.own_options(stop, verdict)
        if own is not None:
            self._own_answer(stop, own)
        elif verdict is Verdict.PASS:
            self.do(walking.plain(stop, verdict))
        elif verdict is Verdict.PENDING:
            self.do(walking.clear(stop), advance=False)
        elif verdict in (Verdict.NA, Verdict.UNVERIFIED):
            self._with_reason(stop, verdict)
        else:
            self._shortfall(stop, verdict)

    def _own_answer(self, stop: Stop, options: list[Option]) -> None:
        """Record an answer in the item's own words, after asking which where a digit stands for several."""
        if not options:
            self.app.say(f"本条没有第三个答案。{walking.answer_words(stop)}", "warning")
        elif len(options) == 1:
            self.do(walking.answer(stop, options[0].value))
        else:
            title = f"{stop.row.item.id} 选一个答案："
            self.offer(title, options, lambda option, _: self.do(walking.answer(stop, option.value)))

    def _with_reason(self, stop: Stop, verdict: Verdict) -> None:
        def picked(option: Option, _: int) -> None:
            if option.value == OWN_WORDS:
                self._own_words(
                    f"{stop.row.item.id} {verdict.label}的原因",
                    f"reason/{stop.unit}/{stop.row.item.id}",
                    lambda text: self.do(walking.plain(stop, verdict, text)),
                )
            else:
                self.do(walking.plain(stop, verdict, option.value))

        self.offer(
            f"{stop.row.item.id} {verdict.label}，原因：", walking.reason_options(stop, verdict), picked
        )

    def _shortfall(self, stop: Stop, verdict: Verdict) -> None:
        item = stop.row.item
        options = walking.shortfall_options(stop, verdict)
        if item.scoring is Scoring.AWARD:
            if len(options) == 1:
                self.do(walking.shortfall(stop, verdict, options[0].value))
                return
            if not options:
                self.app.say("本条没有这一档，请按其他数字。", "warning")
                return
        elif options:
            options.append(Option("不在以上情形", "按程度扣分，问题可用 F2 改写", _BARE))
        elif verdict is Verdict.FAIL:
            options = [
                Option("缺项", "没有，或当场拿不出", _MISSING),
                Option("不符合", "有，但不合要求", _BARE),
            ]
        else:
            self.do(walking.unlabelled(stop, verdict, missing=False))
            return

        def picked(option: Option, count: int) -> None:
            if option.value in (_BARE, _MISSING):
                self.do(walking.unlabelled(stop, verdict, missing=option.value == _MISSING))
            else:
                self.do(walking.shortfall(stop, verdict, option.value, count))

        word = "缺项、不符合" if verdict is Verdict.FAIL else verdict.label
        self.offer(f"{item.id} {word}，选一种情形：", options, picked)

    def action_next_open(self) -> None:
        """Jump to the next unanswered stop."""
        following = self.track.next_open(self.list.cursor)
        if following is None:
            self.app.say("各项都已查完。")
        else:
            self.list.move_to(following)

    # ---------------------------------------------------------------- words

    def action_findings(self) -> None:
        """The problems of this item."""
        if self.stop is not None:
            self.app.open_findings(self.stop)

    def action_good_practice(self) -> None:
        """Write down a good practice."""
        self._write(FindingKind.GOOD_PRACTICE)

    def action_suggestion(self) -> None:
        """Write down a suggestion."""
        self._write(FindingKind.SUGGESTION)

    def _usual(self, kind: PhraseKind, draft: str, then: Callable[[str], None]) -> None:
        """Offer wordings used often for this item, then ask for the words with the one that was picked."""
        stop = self.stop
        assert stop is not None
        row = stop.row
        ready = self.app.phrases_for(draft, row.checklist.id, row.item.id, kind)
        if not ready:
            then("")
            return
        self.offer(
            f"{row.item.id} {kind.label}，常用语：",
            phrase_options(ready),
            lambda option, _: then("" if option.value == OWN_WORDS else option.value),
        )

    def _write(self, kind: FindingKind) -> None:
        stop = self.stop
        if stop is None:
            return
        row = stop.row
        draft = f"{kind.value}/{stop.unit}/{row.checklist.id}/{row.item.id}"
        self._usual(PhraseKind.of(kind), draft, lambda text: self._write_words(stop, kind, draft, text))

    def _write_words(self, stop: Stop, kind: FindingKind, draft: str, text: str) -> None:
        row = stop.row

        # The same id each time: the prompt may commit early (focus-out, window closed) and again at the end.
        new_id = self.desk.new_id()
        linked = True

        def link(on: bool) -> None:
            nonlocal linked
            linked = on

        def written(text: str) -> None:
            edits = actions.new_finding(
                self.desk.state,
                stop.unit,
                new_id,
                kind,
                text,
                checklist=row.checklist.id if linked else "",
                item=row.item.id if linked else "",
            )
            if not linked:
                # An early commit may have tied it to the item already.
                key = free_finding_key(stop.unit, new_id)
                edits += [
                    actions.set_field(self.desk.state, key, field, "")
                    for field in ("checklist", "item")
                    if self.desk.state.value(key, field)
                ]
            self.do(Deed(stop.unit, edits, kind.label), advance=False)

        self.app.ask_text(
            f"{kind.label}（{stop.sheet.unit.name}）",
            draft=draft,
            text=text,
            then=written,
            switch=(f"归到 {row.item.id}", "记在单位名下，不归具体条目", link),
            last=lambda words: self._learn(stop, PhraseKind.of(kind), words if linked else ""),
        )

    def _learn(self, stop: Stop, kind: PhraseKind, text: str, instead: str = "") -> None:
        self.app.learn_phrase(stop.unit, stop.row.checklist.id, stop.row.item.id, kind, text, instead)

    def action_note(self) -> None:
        """Write the note of this item."""
        stop = self.stop
        if stop is None:
            return
        own = walking.own_note(stop, self.desk.session.identity.people)
        title = f"{stop.row.item.id} 说明"
        if own:
            self._ask_note(stop, title, own)
        else:
            self._usual(PhraseKind.NOTE, _note_draft(stop), lambda text: self._ask_note(stop, title, text))

    def _ask_note(self, stop: Stop, title: str, text: str = "") -> None:
        own = walking.own_note(stop, self.desk.session.identity.people)
        self.app.ask_text(
            title,
            draft=_note_draft(stop),
            text=text,
            required=False,
            then=lambda words: self.do(walking.note(stop, words), advance=False),
            last=lambda words: self._learn(stop, PhraseKind.NOTE, words, own),
        )

    # ---------------------------------------------------------------- the item's menu

    def action_item_menu(self) -> None:
        """Every other action of this item, by digit."""
        stop = self.stop
        if stop is None:
            self._visit_menu()
            return
        submitted = self.desk.visit(stop.unit).submitted
        options = [
            Option("检查方式", f"也可按 6  {walking.method_signs(stop.answer.methods)}", "method"),
            Option("抽查了什么", f"也可按 7  {'、'.join(stop.answer.samples)}", "sample"),
            Option("立行立改", "也可按 8，当场已整改的问题", "fixed"),
            Option("红线、否决项", "也可按 9，须确认", "triggers"),
            Option("查找", "汉字或拼音首字母", "search"),
            Option("按大项跳转", "", "section")
            if not self.track.across
            else Option("回到本单位清单", stop.sheet.unit.name, "unit"),
            Option("一题到底", "这一条走遍各单位", "across")
            if not self.track.across
            else Option("换一条", "", "search"),
            Option("整项不适用、未查", stop.row.section.short_name, "whole"),
            Option("重新打开", "已提交，须写原因", "reopen")
            if submitted
            else Option("提交本单位检查", "", "submit"),
            Option("说明", "也可按 F5", "note"),
            Option("建议", "也可按 F4", "suggestion"),
            Option("进点信息", "日期、在场人员、迎检人、未能进点、定位更正", "header"),
            Option("恢复刚撤销的一步", "也可按 Ctrl+Y", "redo"),
            Option("去掉一个扣分情形", "", "drop"),
            Option("撤销上一步", "也可按 Ctrl+Z", "undo"),
            Option("汇总和通报", "也可按 F6", "summary"),
            Option("返回主页", "也可按 Esc", "back"),
            Option("上轮问题", "也可按 F7", "lookback"),
            Option("得分怎样得来", "直到每条记录", "derivation"),
            Option("佐证", f"也可按 F10  {self._evidence_words(stop)}".rstrip(), "evidence"),
            *self._adoption_option(stop.unit),
        ]
        if stop.row.item.helper is not None:
            options.insert(9, Option(stop.row.item.helper.label, "帮助判断这一项", "helper"))
        self.offer(f"{stop.row.item.id} 更多操作：", options, self._menu_picked)

    def _evidence_words(self, stop: Stop) -> str:
        count = evidence_desk(self.desk).of_item(*stop.key)
        return f"已有{count}件" if count else ""

    def action_evidence(self) -> None:
        """What stands behind this item, and more of it."""
        from inspect_tui.tui.screens.evidence_page import EvidenceScreen

        stop = self.stop
        if stop is not None:
            record = answer_key(*stop.key)
            self.app.push_screen(EvidenceScreen(self.desk, stop.unit, record, stop.row.item.id))

    def _adoption_option(self, unit: str) -> list[Option]:
        """The way to other units' good practice, where there is any to ask about."""
        from inspect_tui.tui.screens.adoption_page import waiting

        asked, left = waiting(self.desk, unit)
        said = f"{asked}条，还有{left}条没问，不影响提交" if left else f"{asked}条，都问过了"
        return [Option("采用经验", said, "adoption")] if asked else []

    def action_adoption(self) -> None:
        """Ask the unit whether it took up other units' good practice."""
        from inspect_tui.tui.screens.adoption_page import AdoptionScreen

        if self.stop is not None:
            self.app.push_screen(AdoptionScreen(self.desk, self.stop.unit))

    def _visit_menu(self) -> None:
        self.app.say("没有适用的检查项。", "warning")

    def _menu_picked(self, option: Option, _: int) -> None:
        name = option.value
        match name:
            case "method" | "sample" | "fixed" | "section" | "whole" | "drop" | "unit":
                getattr(self, f"_menu_{name}")()
            case _:
                getattr(self, f"action_{name}")()

    def action_helper(self) -> None:
        """The page that helps to judge this item."""
        stop = self.stop
        if stop is not None and stop.row.item.helper is not None:
            self.app.open_helper(stop.row.item.helper, stop.unit, (stop.row.checklist.id, stop.row.item.id))

    def action_derivation(self) -> None:
        """Where the unit's score comes from."""
        if self.stop is not None:
            self.app.open_derivation(self.stop.unit)

    def action_method(self) -> None:
        """Record a way of checking."""
        self._menu_method()

    def _menu_method(self) -> None:
        stop = self.stop
        if stop is not None:
            self.offer(
                f"{stop.row.item.id} 检查方式（再选一次去掉）：",
                walking.method_options(stop),
                lambda option, _: self.do(walking.use_method(stop, option.value), advance=False),
            )

    def action_sample(self) -> None:
        """Record what was sampled."""
        self._menu_sample()

    def _menu_sample(self) -> None:
        stop = self.stop
        if stop is None:
            return

        def picked(option: Option, _: int) -> None:
            if option.value == OWN_WORDS:
                self._own_words(
                    f"{stop.row.item.id} 抽查了什么（写月份、岗位、井号等，不写姓名）",
                    f"sample/{stop.unit}/{stop.row.item.id}",
                    lambda text: self.do(walking.take_sample(stop, text), advance=False),
                )
            else:
                self.do(walking.take_sample(stop, option.value), advance=False)

        self.offer(
            f"{stop.row.item.id} 抽查了什么：",
            walking.sample_options(stop, self.desk.session.date()),
            picked,
        )

    def action_fixed(self) -> None:
        """Mark a problem as mended on the spot."""
        self._menu_fixed()

    def _menu_fixed(self) -> None:
        stop = self.stop
        if stop is None:
            return
        options = walking.fix_options(stop)
        if not options:
            self.app.say("本条还没有问题，先按 2 或 3 记下问题。", "warning")
        elif len(options) == 1:
            self.do(walking.fix_on_site(stop, options[0].value), advance=False)
        else:
            self.offer(
                "哪一个问题立行立改：",
                options,
                lambda option, _: self.do(walking.fix_on_site(stop, option.value), advance=False),
            )

    def _menu_drop(self) -> None:
        stop = self.stop
        if stop is None:
            return
        options = walking.drop_options(stop)
        if not options:
            self.app.say("本条没有已选的扣分情形。", "warning")
            return
        self.offer(
            "去掉哪一个：",
            options,
            lambda option, _: self.do(walking.drop(stop, option.value), advance=False),
        )

    def _menu_section(self) -> None:
        if not isinstance(self.track, UnitTrack):
            return
        options = []
        for part in self.track.sections():
            tally = self.track.sheet.by_section[part.key]
            options.append(Option(part.name, f"已查 {tally.answered}/{tally.items}", str(part.first)))
        self.offer("跳到哪一大项：", options, lambda option, _: self.list.move_to(int(option.value)))

    def _menu_whole(self) -> None:
        stop = self.stop
        if stop is None:
            return

        def picked(option: Option, _: int) -> None:
            name, reason = option.value.split("/", 1)
            verdict = Verdict(name)
            if reason == OWN_WORDS:
                self._own_words(
                    f"“{stop.row.section.name}”{verdict.label}的原因",
                    f"whole/{stop.unit}/{stop.row.section.id}",
                    lambda text: self._whole(stop, verdict, text),
                )
            else:
                self._whole(stop, verdict, reason)

        self.offer("只记还没有查的各条，一次撤销可全部退回：", walking.section_options(stop), picked)

    def _whole(self, stop: Stop, verdict: Verdict, reason: str) -> None:
        deed = walking.whole_section(stop, verdict, reason)
        if deed is None:
            self.app.say("这一大项各条都已有结论，没有改动。")
        else:
            self.do(deed)

    def _menu_unit(self) -> None:
        stop = self.stop
        if stop is not None:
            self.app.open_unit(stop.unit, at=(stop.row.checklist.id, stop.row.item.id))

    def action_next_section(self) -> None:
        """Jump to the next section."""
        self._section(1)

    def action_previous_section(self) -> None:
        """Jump to the section before."""
        self._section(-1)

    def _section(self, step: int) -> None:
        if not isinstance(self.track, UnitTrack):
            return
        here = self.list.cursor
        starts = [part.first for part in self.track.sections()]
        after = [i for i in starts if i > here] if step > 0 else [i for i in starts if i < here]
        if after:
            self.list.move_to(after[0] if step > 0 else after[-1])

    # ---------------------------------------------------------------- elsewhere

    def action_undo(self) -> None:
        """Take back the last action in this unit."""
        self._again(self.desk.undo, "已撤销：", "没有可撤销的操作。")

    def action_redo(self) -> None:
        """Bring back what was undone."""
        self._again(self.desk.redo, "已恢复：", "没有可恢复的操作。")

    def _again(self, act: Callable[[str], str | None], done: str, nothing: str) -> None:
        stop = self.stop
        if stop is None:
            return
        try:
            name = act(stop.unit)
        except VisitAccepted:
            self.app.say(self.desk.why_closed(stop.unit), "warning")
        except VisitClosed:
            self.app.say("本次检查已提交，不能撤销；要改请先重新打开。", "warning")
        except ReadOnlySession as held:
            self.app.say(f"现在只能看：{held}", "warning")
        else:
            self.app.say(f"{done}{name}" if name is not None else nothing)

    def action_triggers(self) -> None:
        """The page of red lines and vetoes."""
        if self.stop is not None:
            self.app.open_triggers(self.stop.unit)

    def action_header(self) -> None:
        """The visit's header."""
        if self.stop is not None:
            self.app.open_header(self.stop.unit)

    def action_search(self) -> None:
        """Search items and findings."""
        self.app.open_search(self.stop.unit if self.stop else None)

    def action_across(self) -> None:
        """This item at every unit."""
        if self.stop is not None and not self.track.across:
            self.app.open_across(self.stop.row.checklist.id, self.stop.row.item.id, self.stop.unit)

    def action_submit(self) -> None:
        """Submit this unit."""
        if self.stop is not None:
            self.app.open_submit(self.stop.unit)

    def action_reopen(self) -> None:
        """Open a submitted visit again, with a reason."""
        if self.stop is not None:
            self.app.reopen(self.stop.unit)

    def action_summary(self) -> None:
        """Summary and text of this unit."""
        self.app.open_summary(self.stop.unit if self.stop and not self.track.across else None)

    def action_lookback(self) -> None:
        """The problems of earlier rounds at this unit."""
        if self.stop is not None:
            self.app.open_lookback(self.stop.unit)

    def action_ledger(self) -> None:
        """The ledger of this unit."""
        if self.stop is not None:
            self.app.open_ledger(self.stop.unit)

    def action_merge(self) -> None:
        """Take in what others recorded."""
        self.app.open_merge()

    def action_help(self) -> None:
        """The keys of this screen."""
        self.app.open_help(self.place)

    def action_back(self) -> None:
        """Home; everything is saved already."""
        self.app.go_back()

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted and self.list.count:
            self.list.refresh_rows()
            self._follow()

    def jump(self, checklist: str, item: str) -> None:
        """Put the cursor on an item of this unit."""
        if isinstance(self.track, UnitTrack):
            index = self.track.sheet.index_of(checklist, item)
            if index is not None:
                self.list.move_to(index, center=True)


def _note_draft(stop: Stop) -> str:
    """Under what a half-written note of an item is kept."""
    return f"note/{stop.unit}/{stop.row.checklist.id}/{stop.row.item.id}"


class AcrossScreen(WalkScreen, inherit_bindings=False):
    """One item at every unit: 一题到底."""

    place = ACROSS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(ACROSS)]

    def _items(self) -> list[tuple[str, str]]:
        seen: dict[tuple[str, str], None] = {}
        for unit in self.desk.units(mine=True):
            for row in self.desk.sheet(unit.id).rows:
                seen[row.checklist.id, row.item.id] = None
        return list(seen)

    def action_across_next(self) -> None:
        """The next item of the checklist."""
        self._turn(1)

    def action_across_previous(self) -> None:
        """The item before."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        assert isinstance(self.track, AcrossTrack)
        items = self._items()
        here = items.index((self.track.checklist, self.track.item))
        there = here + step
        if 0 <= there < len(items):
            self.track.checklist, self.track.item = items[there]
            self.track.rebuild()
            self.list.set_rows(len(self.track.stops), self.track.next_open(-1) or 0)
            self._follow()
