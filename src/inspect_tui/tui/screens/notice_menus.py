"""What the 通报 workbench asks by digit: kind, level, scope, who is named, the channel, papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from inspect_tui.model.terms import NamingLevel
from inspect_tui.report.document import NameUnits, NoticeKind
from inspect_tui.report.telling import Wanted, scope_of
from inspect_tui.tui.notice_desk import NoticeDesk
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.menu import Entry, MenuScreen

if TYPE_CHECKING:
    from inspect_tui.tui.screens.summary import SummaryScreen

Offer = Callable[["SummaryScreen"], None]

#: The lowest first, as each time it is asked for.
LEVELS: tuple[tuple[NamingLevel, str], ...] = (
    (NamingLevel.GROUP, "发到群里：问题只写数量，不写人"),
    (NamingLevel.SECRETARY, "给书记：写单位，姓名只留姓"),
    (NamingLevel.INTERNAL, "内部留存：写单位和人"),
)
_KINDS = {
    NoticeKind.SITUATION: "依据、概况、做法、问题、复查、要求",
    NoticeKind.PRAISE: "只写好的做法，写明单位",
    NoticeKind.BULLETIN: "督查简报，按期编号",
}
PRIVATE = "private"


def at_level(book: NoticeDesk, level: NamingLevel) -> str:
    """Ask for the same text at another level, naming units as that level does."""
    return book.ask(msgspec.structs.replace(book.wanted, level=level, name_units=None))


# -------------------------------------------------------------------- kind and level


def offer_kinds(screen: SummaryScreen) -> None:
    """Which sort of text; a ranking only where one may be made."""
    book = screen.book
    no_ranking = book.ranking_refused()
    entries = [Entry(kind.value, kind.label, about) for kind, about in _KINDS.items()]
    entries += [
        Entry(PRIVATE, "私发给单位", "一个单位自己的情况通报，书记版"),
        Entry(NoticeKind.EXPOSURE.value, NoticeKind.EXPOSURE.label, "逐条选定，写明由谁审定"),
        Entry(
            NoticeKind.RANKING.value,
            f"{NoticeKind.RANKING.label}：{no_ranking}" if no_ranking else NoticeKind.RANKING.label,
            "" if no_ranking else "得分和名次",
            enabled=not no_ranking,
        ),
    ]
    cursor = next((n for n, e in enumerate(entries) if e.id == book.wanted.kind.value), 0)

    def picked(kind: str | None) -> None:
        match kind:
            case None:
                return
            case "private":
                _offer_units(screen, "私发给哪个单位", lambda unit: _private(screen, unit))
            case NoticeKind.EXPOSURE.value:
                from inspect_tui.tui.screens.notice_pick import NoticePickScreen

                screen.app.push_screen(NoticePickScreen(screen.desk, book, lambda w: _levels(screen, w)))
            case _:
                wanted = msgspec.structs.replace(
                    book.wanted, kind=NoticeKind(kind), name_units=None, exposed=(), approved_by="", issue=0
                )
                _levels(screen, wanted)

    screen.app.push_screen(MenuScreen("写哪一种", entries, cursor=cursor), picked)


def _private(screen: SummaryScreen, unit: str) -> None:
    wanted = Wanted(unit=unit, level=NamingLevel.SECRETARY)
    screen.ask(screen.book.ask(wanted))


def _levels(screen: SummaryScreen, wanted: Wanted) -> None:
    """Ask for whom it is; the lowest level stands first, under the cursor."""
    alone = scope_of(screen.desk.round, wanted.unit).single
    entries = [
        Entry(
            level.value,
            level.label,
            "一个单位没有群内版" if alone and level is NamingLevel.GROUP else about,
            enabled=not (alone and level is NamingLevel.GROUP),
        )
        for level, about in LEVELS
    ]

    def picked(level: str | None) -> None:
        if level is not None:
            asked = msgspec.structs.replace(wanted, level=NamingLevel(level))
            screen.ask(screen.book.ask(asked))

    screen.app.push_screen(MenuScreen("写给谁看", entries, cursor=1 if alone else 0), picked)


# -------------------------------------------------------------------- scope


def offer_scopes(screen: SummaryScreen) -> None:
    """The whole round, an organisation with all under it, or one unit."""
    book = screen.book
    entries = [Entry("", "全轮", f"{len(screen.desk.units())}个单位")]
    entries += [Entry(u.id, one_line(u.name), f"{count}个单位") for u, count in book.organisations()]
    entries.append(Entry(PRIVATE, "一个单位"))
    cursor = next((n for n, e in enumerate(entries) if e.id == book.wanted.unit), 0)

    def picked(unit: str | None) -> None:
        if unit is None:
            return
        if unit == PRIVATE:
            _offer_units(screen, "写哪个单位", lambda id_: _scope(screen, id_))
        else:
            _scope(screen, unit)

    screen.app.push_screen(MenuScreen("写哪些单位", entries, cursor=cursor), picked)


def _scope(screen: SummaryScreen, unit: str) -> None:
    kept = msgspec.structs.replace(screen.book.wanted, unit=unit, name_units=None, issue=0)
    if kept.kind is NoticeKind.EXPOSURE:
        # What was picked belongs to the scope it was picked in.
        kept = msgspec.structs.replace(kept, kind=NoticeKind.SITUATION, exposed=(), approved_by="")
    screen.ask(screen.book.ask_lowest(kept))


def _offer_units(screen: SummaryScreen, title: str, then: Callable[[str], None]) -> None:
    entries = []
    for unit in screen.desk.units():
        visit = screen.desk.visit(unit.id)
        entries.append(
            Entry(
                unit.id,
                one_line(unit.name),
                one_line(screen.desk.path_of(unit)) if visit.started else "还没有检查记录",
                enabled=visit.started,
            )
        )

    def picked(unit: str | None) -> None:
        if unit is not None:
            then(unit)

    screen.app.push_screen(MenuScreen(title, entries), picked)


# -------------------------------------------------------------------- names and channel


def offer_names(screen: SummaryScreen) -> None:
    """Which units the text names."""
    book = screen.book
    if book.scope.single:
        screen.app.say("只写一个单位，单位名总是写的。")
        return
    notice = book.notice
    entries = [Entry(names.value, names.label) for names in NameUnits]
    now = notice.document.name_units if notice is not None else NameUnits.NONE
    cursor = list(NameUnits).index(now)

    def picked(names: str | None) -> None:
        if names is not None:
            asked = msgspec.structs.replace(book.wanted, name_units=NameUnits(names), level=_level(book))
            screen.ask(book.ask(asked))

    screen.app.push_screen(MenuScreen("写不写单位", entries, cursor=cursor), picked)


def _level(book: NoticeDesk) -> NamingLevel | None:
    return book.notice.level if book.notice is not None else book.wanted.level


def offer_channels(screen: SummaryScreen) -> None:
    """Where the text is pasted, which says how long a part may be."""
    book = screen.book
    channels = book.channels()
    entries = [
        Entry(c.id, f"{c.name}，{f'每段{c.bytes}字节' if c.bytes else '整篇一段'}", c.about) for c in channels
    ]
    cursor = next((n for n, c in enumerate(channels) if c.id == book.channel.id), 0)

    def picked(id_: str | None) -> None:
        if id_ is None:
            return
        before = book.channel
        book.channel = next(c for c in channels if c.id == id_)
        if not screen.ask(book.ask(msgspec.structs.replace(book.wanted, level=_level(book)))):
            book.channel = before

    screen.app.push_screen(MenuScreen("发到哪里", entries, cursor=cursor), picked)


# -------------------------------------------------------------------- papers


def offer_more(screen: SummaryScreen) -> None:
    """Files, papers, the merged report, single parts."""
    from inspect_tui.tui.screens import notice_exports

    book = screen.book
    notice = book.notice
    assert notice is not None
    out = len(book.settled.excluded)
    kind = notice.document.kind.label
    entries = [
        Entry("text", "只存成文本文件", "不复制"),
        Entry("docx", f"{kind}正式文件（Word）", ".docx"),
        Entry("html", f"{kind}网页", ".html"),
        Entry("md", f"{kind} Markdown", ".md"),
        Entry("report", "合并检查报告", "看，并存成 Word、网页、Markdown"),
        Entry("scores", "得分汇总表（Excel）", ".xlsx"),
        Entry("each", "各单位各写一份", "书记版，各存一个文件"),
        Entry("out", "不写的内容", f"{out}条" if out else "没有"),
        Entry("plain", "整屏只显示文字", "便于用鼠标选取"),
        Entry("issued", "记为已发出", "下次可与这次相比"),
    ]
    if len(notice.parts) > 1:
        entries += [Entry(f"part/{n}", f"复制第{n + 1}段") for n in range(len(notice.parts))]

    def picked(what: str | None) -> None:
        match what:
            case None:
                return
            case "report":
                screen.app.open_report(book.wanted.unit)
            case "out":
                screen.look("out")
            case "plain":
                screen.action_plain_text()
            case "issued":
                if screen.writable():
                    screen.record_issue("自行发出")
                    screen.app.say("已记为发出。")
            case part if part.startswith("part/"):
                _copy_part(screen, int(part.removeprefix("part/")))
            case _:
                notice_exports.write(screen, what)

    screen.app.push_screen(MenuScreen("导出和更多", entries), picked)


def _copy_part(screen: SummaryScreen, part: int) -> None:
    screen.book.copied = part
    screen.action_copy()


def short(screen: SummaryScreen, path: str) -> str:
    """A path as it reads from the workspace."""
    return path.removeprefix(one_line(str(screen.desk.session.space.root))).lstrip("/\\")


def keep_text(screen: SummaryScreen) -> str:
    """Write the whole text to exports/: the path as shown, or nothing with the reason told."""
    from inspect_tui.tui.screens.notice_exports import write_file

    notice = screen.book.notice
    assert notice is not None
    # The parts as they are sent, so that the file can stand in for the clipboard.
    text = "\n\n".join(part.text for part in notice.parts) + "\n"
    return write_file(screen, notice.file_name(), text.encode("utf-8"))
