"""What else can be done with the ledger: charts, checks, comparison, papers out, a filled-in sheet back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.tui.files_nearby import given_path, sheets_nearby
from inspect_tui.tui.ledger_book import FIRST_VIEW
from inspect_tui.tui.ledger_files import FileRefused, where, write_export
from inspect_tui.tui.screens.ledger import LedgerScreen
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.menu import Entry, MenuScreen


def offer_more(screen: LedgerScreen) -> None:
    """Offer it; papers are made of the marked problems, or of what is listed where none is marked."""
    rows = chosen_rows(screen)
    which = f"标记的{len(rows)}个" if screen.book.marked else f"列出的{len(rows)}个"
    whole = chosen_rows(screen, whole=True)
    all_ = which if len(whole) == len(rows) else f"全部{len(whole)}个"
    entries = [
        Entry("progress", "整改进度图", "按单位、责任领导、大项"),
        Entry("digest", "例会摘要", "半月例会用，一页"),
        Entry("recheck", "抽查复核", "抽已销号的，算整改真实率"),
        Entry("delta", "两轮对比", "新出现、仍存在、已解决、反弹"),
        Entry("list", "问题清单", f"{which}，Word，一式两份", enabled=bool(rows)),
        Entry("list-xlsx", "问题清单（表格）", f"{which}，Excel", enabled=bool(rows)),
        Entry("slips", "销号单", f"{which}，Excel", enabled=bool(rows)),
        Entry("ledger", "整改台账", f"{all_}，Excel，可发下去填报", enabled=bool(whole)),
        Entry("read", "读回填好的台账", "先看哪些能收"),
        Entry("ledger-csv", "整改台账（CSV）", all_, enabled=bool(whole)),
        Entry("slips-docx", "销号单（Word）", which, enabled=bool(rows)),
    ]
    screen.app.push_screen(MenuScreen("更多", entries), lambda picked: _picked(screen, picked))


def chosen_rows(screen: LedgerScreen, *, whole: bool = False) -> list[LedgerRow]:
    """The marked problems, else those that the view lists, in the ledger's order of units.

    With `whole` the page's first view, which leaves out what is closed, counts as no choice: a ledger that is
    filed has every problem in it.
    """
    book = screen.book
    if whole and not book.marked and book.view == FIRST_VIEW:
        return list(book.ledger.rows(screen.unit))
    if book.marked:
        return [row for row in book.marked_rows() if not screen.unit or row.unit == screen.unit]
    listed = {(row.unit, row.id) for row in book.ledger.chosen(book.view, screen.unit)}
    return [row for row in book.ledger.rows(screen.unit) if (row.unit, row.id) in listed]


def _picked(screen: LedgerScreen, picked: str | None) -> None:
    match picked:
        case "progress" | "digest":
            from inspect_tui.tui.screens.progress import ProgressScreen

            mode = "digest" if picked == "digest" else "unit"
            screen.app.push_screen(ProgressScreen(screen.desk, screen.unit, mode))
        case "recheck":
            from inspect_tui.tui.screens.recheck import RecheckScreen

            screen.app.push_screen(RecheckScreen(screen.desk))
        case "delta":
            from inspect_tui.tui.screens.delta import DeltaScreen

            screen.app.push_screen(DeltaScreen(screen.desk))
        case "read":
            _ask_sheet(screen)
        case None:
            return
        case _:
            _write(screen, picked)


# -------------------------------------------------------------------- papers


def _paper(kind: str) -> tuple[str, str, Callable[..., bytes]]:
    """A paper's name, its extension, and what makes it. The libraries behind it are heavy."""
    if kind.startswith("list"):
        from inspect_tui.report.papers.problem_list import problem_list_docx, problem_list_xlsx

        docx = kind == "list"
        return "问题清单", "docx" if docx else "xlsx", problem_list_docx if docx else problem_list_xlsx
    if kind.startswith("slips"):
        from inspect_tui.report.papers.slip import slips_docx, slips_xlsx

        docx = kind.endswith("docx")
        return "销号单", "docx" if docx else "xlsx", slips_docx if docx else slips_xlsx
    from inspect_tui.report.papers.ledger_sheet import ledger_csv, ledger_xlsx

    csv = kind.endswith("csv")
    return "整改台账", "csv" if csv else "xlsx", ledger_csv if csv else ledger_xlsx


def _write(screen: LedgerScreen, kind: str) -> None:
    screen.book.read()
    rows = chosen_rows(screen, whole=kind.startswith("ledger"))
    # On the app, so that leaving the page does not stop it.
    screen.app.run_worker(_make(screen, kind, rows), group="papers")


async def _make(screen: LedgerScreen, kind: str, rows: list[LedgerRow]) -> None:
    """Make the paper on a thread: a long one takes seconds, and no key should wait for it."""
    from inspect_tui.exchange.refusal import ExportRefused

    app, desk = screen.app, screen.desk
    units = {row.unit_name for row in rows}

    def made() -> tuple[str, Path]:
        name, extension, make = _paper(kind)
        data = make(rows, desk.round)
        return name, write_export(desk, [name, units.pop() if len(units) == 1 else ""], extension, data)

    try:
        name, path = await asyncio.to_thread(made)
    except (ExportRefused, FileRefused) as refused:
        app.say(str(refused), "error", timeout=12)
        return
    app.say(f"{name}（{len(rows)}个问题）已存到 {where(path)}", timeout=12)


# -------------------------------------------------------------------- a sheet back


def _ask_sheet(screen: LedgerScreen) -> None:
    found = [file.path for file in sheets_nearby(screen.desk.session.space.root, 8, "台账")]
    entries = [Entry(str(path), one_line(path.name), one_line(path.parent.name)) for path in found]
    entries.append(Entry("", "输入文件位置", "可以把文件拖到窗口里"))

    def picked(where: str | None) -> None:
        if where:
            read_sheet(screen, Path(where))
        elif where == "":
            screen.ask_line(
                "填好的台账在哪里",
                "",
                lambda text: read_sheet(screen, given_path(text)),
                hint="可以把文件拖到窗口里，或粘贴完整路径（.xlsx、.csv）。",
            )

    if found:
        screen.app.push_screen(MenuScreen("读回哪一份台账", entries), picked)
    else:
        picked("")


def read_sheet(screen: LedgerScreen, path: Path) -> None:
    """Read a filled-in ledger and show what it would change."""
    if screen.writable():
        screen.book.read()
        screen.run_worker(_read(screen, path), group="papers")


async def _read(screen: LedgerScreen, path: Path) -> None:
    """Read it on a thread; nothing is shown when the page was left meanwhile."""
    from inspect_tui.exchange.ledger_sheet import read_ledger_file
    from inspect_tui.model.fault import InputFaults
    from inspect_tui.tui.screens.ledger_sheet import LedgerSheetScreen

    try:
        reading = await asyncio.to_thread(read_ledger_file, path, screen.book.ledger.rows())
    except InputFaults as error:
        screen.app.say(str(error), "error", timeout=12)
        return
    if screen.app.screen is screen:
        screen.app.push_screen(LedgerSheetScreen(screen.desk, path, reading))
