"""经验 on screen: good practice written as cards by the lead, who took them up, and 一组一特色."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.change import Edit
from inspect_tui.model.spread import Card
from inspect_tui.model.terms import Profile
from inspect_tui.model.view import Finding
from inspect_tui.report import practice_table as table
from inspect_tui.rules.practices import (
    CARD_FIELDS,
    TITLE_LENGTH,
    CardNow,
    Feature,
    card_id,
    cards_of,
    good_findings,
    promote,
    register,
    rewrite,
    set_profiles,
    titles_for,
    withdraw,
)
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.tui import skin
from inspect_tui.tui.actions import CARDS, FEATURES, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.text import cells, fit, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, wrapped

_OWN, _ALL = "\0own", "\0all"
#: What is asked after the title of a new card, in order.
_ASKED = {
    "effect": ("有什么效果", "如：新员工一个月就能独立顶岗。没有可以空着，以后再补。"),
    "how": ("别的单位怎样学", "写清要做哪几步。可以空着，以后再补。"),
}
_PROFILES = (Profile.PRODUCTION, Profile.SAFETY, Profile.HARMONY)


class CardsScreen(LeadPage, inherit_bindings=False):
    """Cards above, then the good practices that are none yet; below, the one under the cursor in full."""

    place = CARDS
    title_word = "经验"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(CARDS)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._rows: list[CardNow | Finding | str] = []

    # ---------------------------------------------------------------- showing

    def reread(self) -> None:
        cards = cards_of(self.desk.state, self.desk.round)
        made = {now.card.id for now in cards}
        rest = [
            f
            for f in good_findings(self.desk.state, self.desk.round)
            if card_id(self.desk.round, f.key) not in made
        ]
        self._rows = [f"经验 {len(cards)}条", *cards, f"好的做法，还没有写成经验 {len(rest)}条", *rest]

    def count(self) -> int:
        return len(self._rows)

    def can_choose(self, index: int) -> bool:
        return not isinstance(self._rows[index], str)

    def first(self) -> int:
        return 1

    @property
    def current(self) -> CardNow | Finding | None:
        """What the cursor stands on."""
        index = self.list.cursor
        held = self._rows[index] if 0 <= index < len(self._rows) else None
        return None if isinstance(held, str) else held

    def mark(self) -> object:
        return _key(self.current, self.desk)

    def place_of(self, mark: object) -> int | None:
        return next((n for n, r in enumerate(self._rows) if mark and _key(r, self.desk) == mark), None)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        held = self._rows[index]
        if isinstance(held, str):
            return [(" ", "text"), (fit(held, width - 1), "dim")]
        cursor = (skin.current().glyphs.cursor if here else " ", "accent")
        if isinstance(held, Finding):
            unit = self.desk.round.unit(held.unit)
            name = unit.name if unit is not None else held.unit
            return [
                cursor,
                (fit(name, 18), "dim"),
                (" ", "text"),
                (fit(held.text, max(8, width - 20)), "text"),
            ]
        tail = f"采用{len(held.adopters)}个" + ("  待裁定" if held.contested else "")
        room = max(8, width - 21 - cells(tail))
        return [
            cursor,
            (fit(held.card.unit_name, 18), "dim"),
            (" ", "text"),
            (fit(held.card.title, room), "text"),
            (" " + tail, "warn" if held.contested else "key"),
        ]

    def about(self, width: int) -> list[Line]:
        held = self.current
        if held is None:
            return wrapped("本轮还没有好的做法。检查时按 F3 记下，再由组长写成经验。", width, "dim")
        if isinstance(held, Finding):
            lines = wrapped(held.text, width, "text")
            said = "按回车写成经验，下一轮问各单位采用没有。" if self.leads else "由组长写成经验。"
            return [*lines, *wrapped(said, width, "dim")]
        return card_text(held, width)

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Write a card, or change it."""
        held = self.current
        if held is None or not self.writable():
            return
        if isinstance(held, CardNow):
            self._edit(held)
        else:
            self._ask_title(held)

    def action_adopted(self) -> None:
        """Keep who took what up as a table."""
        cards = cards_of(self.desk.state, self.desk.round)
        self.write(["经验采用情况"], "csv", table.adopted_csv(cards))

    def action_register(self) -> None:
        """The register of 一组一特色."""
        self.app.push_screen(FeaturesScreen(self.desk))

    def _ask_title(self, finding: Finding) -> None:
        titles = titles_for(finding.text)
        entries = [Entry(title, title) for title in titles] + [Entry(_OWN, "自己写名称")]

        def named(title: str) -> None:
            self._ask_next(finding, {"title": title})

        def picked(title: str | None) -> None:
            if title == _OWN:
                self.ask_words(
                    "经验的名称", f"card/{finding.key}/title", named, hint=f"不超过{TITLE_LENGTH}个字。"
                )
            elif title is not None:
                named(title)

        self.app.push_screen(MenuScreen("给这条经验起个名称", entries, intro=finding.text), picked)

    def _ask_next(self, finding: Finding, said: dict[str, str]) -> None:
        """Ask for effect and how to copy it, then for whom, one after the other; then write the card."""
        name = next((n for n in _ASKED if n not in said), None)
        if name is None:
            self._ask_profile(lambda wanted: self._promote(finding, said, wanted))
            return
        title, hint = _ASKED[name]
        self.ask_words(
            title,
            f"card/{finding.key}/{name}",
            lambda words: self._ask_next(finding, {**said, name: words}),
            hint=hint,
            required=False,
        )

    def _ask_profile(self, then: Callable[[tuple[Profile, ...]], None]) -> None:
        entries = [Entry(_ALL, "各类单位")] + [Entry(p.value, f"只适合{p.label}") for p in _PROFILES]

        def picked(value: str | None) -> None:
            if value is not None:
                then(() if value == _ALL else (Profile(value),))

        self.app.push_screen(MenuScreen("适合哪些单位学", entries), picked)

    def _promote(self, finding: Finding, said: dict[str, str], profiles: tuple[Profile, ...]) -> None:
        desk = self.desk
        try:
            edits = promote(desk.state, desk.round, finding, desk.session.today, said, profiles)
        except NoReason as refused:
            self.app.say(f"{refused}。", "warning")
            return
        if self.settle({finding.unit: edits}, f"写成经验：{said['title']}"):
            self.app.say("已写成经验，下一轮问各单位采用没有。")
            wanted = card_id(desk.round, finding.key)
            if (place := self.place_of(wanted)) is not None:
                self.list.move_to(place)

    def _edit(self, now: CardNow) -> None:
        if not now.here:
            self.app.say(f"本轮没有{now.card.unit_name}，不能改它的经验。", "warning")
            return
        entries = [Entry(n, label, one_line(getattr(now.card, n))) for n, label in CARD_FIELDS.items()]
        entries.append(Entry("profiles", "适合哪些单位", table.profiles_text(now.card)))
        entries.append(Entry("withdraw", "撤回这条经验", "不再问，也不写进材料"))

        def picked(name: str | None) -> None:
            if name == "profiles":
                self._toggle(now.card)
            elif name == "withdraw":
                self._withdraw(now)
            elif name is not None:
                self._reword(now, name)

        self.app.push_screen(MenuScreen(now.card.title, entries), picked)

    def _reword(self, now: CardNow, name: str) -> None:
        self.ask_words(
            CARD_FIELDS[name],
            f"card/{now.card.id}/{name}",
            lambda words: self._write(now, lambda: rewrite(self.desk.state, now, {name: words})),
            text=getattr(now.card, name),
            required=name in ("title", "what"),
        )

    def _toggle(self, card: Card) -> None:
        """Mark profiles one after the other; none marked means all."""
        entries = [Entry(p.value, p.label, "已选，再选去掉" if p in card.profiles else "") for p in _PROFILES]
        entries.append(Entry("done", "好了", table.profiles_text(card)))

        def picked(value: str | None) -> None:
            now = next((r for r in self._rows if isinstance(r, CardNow) and r.card.id == card.id), None)
            if value in (None, "done") or now is None:
                return
            wanted = set(now.card.profiles) ^ {Profile(value)}
            self._write(now, lambda: set_profiles(self.desk.state, now.record, now.card.profiles, wanted))
            after = next((r for r in self._rows if isinstance(r, CardNow) and r.card.id == card.id), now)
            self._toggle(after.card)

        intro = "一个都不选就是各类单位。"
        self.app.push_screen(MenuScreen("适合哪些单位", entries, intro=intro), picked)

    def _withdraw(self, now: CardNow) -> None:
        def sure(yes: bool | None) -> None:
            if yes:
                self._write(now, lambda: withdraw(self.desk.state, now), "撤回经验")

        self.app.push_screen(ConfirmScreen(f"撤回“{now.card.title}”？", intro="不再问，记录还在。"), sure)

    def _write(self, now: CardNow, make: Callable[[], list[Edit]], what: str = "修改经验") -> None:
        try:
            edits = make()
        except NoReason as refused:
            self.app.say(f"{refused}。", "warning")
            return
        if self.settle({now.card.unit: edits}, f"{what}：{now.card.title}"):
            self.app.say("已撤回。" if what == "撤回经验" else "已改。")


def _key(held: CardNow | Finding | str | None, desk: Desk) -> str:
    if isinstance(held, CardNow):
        return held.card.id
    return card_id(desk.round, held.key) if isinstance(held, Finding) else ""


def card_text(now: CardNow, width: int) -> list[Line]:
    """A card in full, with who took it up in which round."""
    card = now.card
    lines = wrapped(f"做法：{card.what}", width, "text")
    lines += wrapped(f"效果：{card.effect}", width, "text") if card.effect else []
    lines += wrapped(f"怎样学：{card.how}", width, "text") if card.how else []
    lines += wrapped(f"{card.source.title}写成；适合{table.profiles_text(card)}。", width, "dim")
    if now.contested:
        named = "、".join(CARD_FIELDS[name] for name in now.contested)
        lines += wrapped(f"{named}有两种写法，请裁定。", width, "warn")
    for title, said in table.by_round(card).items():
        lines += wrapped(title, width, "strong")
        for one in said:
            basis = f"：{one.basis}" if one.basis else ""
            lines += wrapped(f"{one.unit_name}  {one.uptake.label}{basis}", width, "text")
    return lines


class FeaturesScreen(LeadPage, inherit_bindings=False):
    """一组一特色: every unit with its feature, its own cards and those it took up."""

    place = FEATURES
    title_word = "一组一特色"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(FEATURES)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._found: list[Feature] = []

    def reread(self) -> None:
        self._found = register(self.desk.state, self.desk.round)

    def count(self) -> int:
        return len(self._found)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        held = self._found[index]
        profile = held.profile.label if held.profile is not None else ""
        tail = f"写成{len(held.originated)}  采用{len(held.adopted)}"
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(held.name, 20), "text"),
            (fit(profile, 8), "dim"),
            (fit(held.feature or "（没有写特色）", max(8, width - 46)), "text" if held.feature else "dim"),
            (fit(tail, 16, "right"), "key"),
        ]

    def about(self, width: int) -> list[Line]:
        index = self.list.cursor
        if not 0 <= index < len(self._found):
            return []
        held = self._found[index]
        lines = wrapped(f"特色：{held.feature or '没有写，在名册里补'}", width, "text")
        for card in held.originated:
            lines += wrapped(f"写成经验：{card.title}", width, "text")
        for card, said in held.adopted:
            lines += wrapped(f"采用经验：{table.adopted_text(card, said)}", width, "text")
        return [*lines, *wrapped(f"从{held.since}起。" if held.since else "还没有经验。", width, "dim")]

    def action_write(self) -> None:
        """Keep the register as a sheet."""
        self.write(["一组一特色登记表"], "xlsx", table.register_xlsx(self._found, self.desk.round))
