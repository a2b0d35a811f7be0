"""Files of the 通报 workbench in exports/: texts, formal papers, the score table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspect_tui.exchange.naming import readable_name
from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.terms import NamingLevel
from inspect_tui.report.document import NoticeKind
from inspect_tui.report.notice import NoticeRefused
from inspect_tui.report.telling import Wanted, private_notices
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.tui.all_rounds import AllRounds
from inspect_tui.tui.ledger_files import where
from inspect_tui.tui.notice_desk import refused_words

if TYPE_CHECKING:
    from inspect_tui.tui.screens.lead_page import LeadPage
    from inspect_tui.tui.screens.summary import SummaryScreen


def write_file(page: LeadPage, name: str, data: bytes, folder: str = "") -> str:
    """Write a file to exports/: the path as shown, or nothing with the reason told."""
    if page.desk.session.trial:
        page.app.say("试走不存文件。")
        return ""
    exports = page.desk.session.space.exports_dir
    path = (exports / folder if folder else exports) / name
    try:
        private_folder(path.parent)
        write_durable(path, data)
    except StoreError as error:
        page.app.say(f"没有存成文件：{error}", "error")
    except OSError as error:
        page.app.say(f"没有存成文件：{reason(error)}。", "error")
    else:
        return where(path)
    return ""


def write(screen: SummaryScreen, what: str) -> None:
    """Write what was picked, and say where it is."""
    try:
        match what:
            case "text":
                from inspect_tui.tui.screens.notice_menus import keep_text

                path = keep_text(screen)
            case "scores":
                path = _scores(screen)
            case "each":
                path = _each(screen)
            case _:
                path = _paper(screen, what)
    except (ExportRefused, NoticeRefused) as refused:
        screen.app.say(refused_words(refused), "error", timeout=12)
        return
    if path:
        screen.said = [(f"已存到 {path}", "pass")]
        # A file is not sent yet, so it is written; whoever sends it should know.
        left = _unchecked(screen) if what not in ("scores", "each") else 0
        if left:
            screen.said.append((f"里面有{left}处号码、金额之类没有核对，发出前请看。", "warn"))
        screen.show_all()


def _unchecked(screen: SummaryScreen) -> int:
    """How many places of the text nobody has looked at; the inner level needs no look."""
    notice = screen.book.notice
    return 0 if notice is None or notice.level is NamingLevel.INTERNAL else len(notice.unconfirmed)


def _paper(screen: SummaryScreen, to: str) -> str:
    """The text as a formal paper: the very sentences that stand on screen."""
    from inspect_tui.report.papers.notice_paper import notice_doc
    from inspect_tui.report.papers.setting import set_document

    notice = screen.book.notice
    assert notice is not None
    return write_file(screen, notice.file_name(to), set_document(notice_doc(notice.document), to))


def _scores(screen: SummaryScreen) -> str:
    """The score table of the scope; places only where a ranking is what is being written."""
    from inspect_tui.report.papers.score_paper import score_paper

    book, outline = screen.book, screen.book.outline
    ranking = book.wanted.kind is NoticeKind.RANKING
    data = score_paper(outline, "xlsx", ranking=ranking, before=screen.desk.kept(AllRounds).before())
    practice = "演练" if outline.round.practice else ""
    parts = ["得分汇总表", practice, outline.round.title, book.scope.name]
    return write_file(screen, readable_name(parts, screen.desk.session.date(), "xlsx"), data)


def _each(screen: SummaryScreen) -> str:
    """Every unit's own text, a file each in a folder of their own."""
    desk, book = screen.desk, screen.book
    day = desk.session.date()
    folder = readable_name(["私发通报", desk.round.title, book.scope.name], day, "x").removesuffix(".x")
    written, asked, path = 0, 0, ""
    wanted = Wanted(unit=book.wanted.unit, level=NamingLevel.SECRETARY, max_bytes=book.channel.bytes)
    for _, made in private_notices(book.held, wanted, day, templates=desk.session.space.root):
        text = "\n\n".join(part.text for part in made.parts) + "\n"
        path = write_file(screen, made.file_name(), text.encode("utf-8"), folder)
        if not path:
            return ""
        written += 1
        asked += bool(made.unconfirmed)
    if not written:
        screen.app.say("还没有检查过的单位。", "warning")
        return ""
    more = f"，其中{asked}份里有号码、金额之类，发出前请核对" if asked else ""
    screen.app.say(f"写了{written}份{more}。", "warning" if asked else "information", timeout=12)
    return where(desk.session.space.exports_dir / folder)
