"""Asking for a verdict at a stop: its reason, the kind of shortfall, an own answer, a whole section."""

from __future__ import annotations

from collections.abc import Callable

from inspect_tui.model.terms import Scoring, Verdict
from inspect_tui.tui import walking
from inspect_tui.tui.screens.walk_page import WalkPage
from inspect_tui.tui.track import Stop
from inspect_tui.tui.walking import OWN_WORDS, Option

_BARE = "\0bare"
_MISSING = "\0missing"


class Judging:
    """What a verdict key asks before anything is recorded."""

    def __init__(self, page: WalkPage) -> None:
        self.page = page

    def ask(self, stop: Stop, verdict: Verdict) -> None:
        """Record a verdict, after asking for what it needs."""
        own = walking.own_options(stop, verdict)
        if own is not None:
            self._own_answer(stop, own)
        elif verdict is Verdict.PASS:
            self.page.do(walking.plain(stop, verdict))
        elif verdict is Verdict.PENDING:
            self.page.do(walking.clear(stop), advance=False)
        elif verdict in (Verdict.NA, Verdict.UNVERIFIED):
            self._with_reason(stop, verdict)
        else:
            self._shortfall(stop, verdict)

    def _own_answer(self, stop: Stop, options: list[Option]) -> None:
        """Record an answer in the item's own words, after asking which where a digit stands for several."""
        if not options:
            self.page.app.say(f"本条没有第三个答案。{walking.answer_words(stop)}", "warning")
        elif len(options) == 1:
            self.page.do(walking.answer(stop, options[0].value))
        else:
            title = f"{stop.row.item.id} 选一个答案："
            self.page.offer(
                title, options, lambda option, _: self.page.do(walking.answer(stop, option.value))
            )

    def _with_reason(self, stop: Stop, verdict: Verdict) -> None:
        def picked(option: Option, _: int) -> None:
            if option.value == OWN_WORDS:
                self._own_words(
                    f"{stop.row.item.id} {verdict.label}的原因",
                    f"reason/{stop.unit}/{stop.row.item.id}",
                    lambda text: self.page.do(walking.plain(stop, verdict, text)),
                )
            else:
                self.page.do(walking.plain(stop, verdict, option.value))

        self.page.offer(
            f"{stop.row.item.id} {verdict.label}，原因：", walking.reason_options(stop, verdict), picked
        )

    def _shortfall(self, stop: Stop, verdict: Verdict) -> None:
        item = stop.row.item
        options = walking.shortfall_options(stop, verdict)
        if item.scoring is Scoring.AWARD:
            if len(options) == 1:
                self.page.do(walking.shortfall(stop, verdict, options[0].value))
                return
            if not options:
                self.page.app.say("本条没有这一档，请按其他数字。", "warning")
                return
        elif options:
            options.append(Option("不在以上情形", "按程度扣分，问题可用 F2 改写", _BARE))
        elif verdict is Verdict.FAIL:
            options = [
                Option("缺项", "没有，或当场拿不出", _MISSING),
                Option("不符合", "有，但不合要求", _BARE),
            ]
        else:
            self.page.do(walking.unlabelled(stop, verdict, missing=False))
            return

        def picked(option: Option, count: int) -> None:
            if option.value in (_BARE, _MISSING):
                self.page.do(walking.unlabelled(stop, verdict, missing=option.value == _MISSING))
            else:
                self.page.do(walking.shortfall(stop, verdict, option.value, count))

        word = "缺项、不符合" if verdict is Verdict.FAIL else verdict.label
        self.page.offer(f"{item.id} {word}，选一种情形：", options, picked)

    def whole_section(self, stop: Stop) -> None:
        """One verdict for every item of a section that nobody answered yet."""

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

        self.page.offer("只记还没有查的各条，一次撤销可全部退回：", walking.section_options(stop), picked)

    def _whole(self, stop: Stop, verdict: Verdict, reason: str) -> None:
        deed = walking.whole_section(stop, verdict, reason)
        if deed is None:
            self.page.app.say("这一大项各条都已有结论，没有改动。")
        else:
            self.page.do(deed)

    def _own_words(self, title: str, draft: str, then: Callable[[str], object]) -> None:
        self.page.app.ask_text(title, draft=draft, then=then)
