"""The demo's papers: a finished round told in every kind and level, as an office would keep them.

Made by the same functions as the real ones, so whoever opens the folder sees what the program hands out.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from inspect_tui.exchange.source import read_source
from inspect_tui.model.round import Round
from inspect_tui.model.terms import NamingLevel
from inspect_tui.report.document import NoticeKind
from inspect_tui.report.refusing import NoticeRefused
from inspect_tui.report.telling import Held, Wanted, tell
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.store.files import write_durable
from inspect_tui.store.workspace import Workspace

#: Who let the sample of 曝光台 go out: such a text is never made without an approver.
APPROVER = "曹致远"


def write_papers(space: Workspace, round_: Round, today: dt.date) -> list[Path]:
    """Write the texts of every kind and level, and the papers for printing, into `exports/`."""
    source = read_source(space.round_dir(round_.id))
    held = Held(round=source.round, state=source.state, people=source.people)
    rows = ledger_rows(source.state, source.round, today.isoformat())
    exposed = tuple(row.finding for row in rows if row.finding and row.missing)[:2]
    folder = space.exports_dir / f"{round_.period.label}样例"
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []

    def keep(name: str, data: bytes) -> None:
        path = folder / name
        write_durable(path, data)
        written.append(path)

    outlines: dict = {}  # type: ignore[type-arg]
    for kind in NoticeKind:
        for level in NamingLevel:
            wanted = Wanted(
                kind=kind,
                level=level,
                issue=3 if kind is NoticeKind.BULLETIN else 0,
                exposed=exposed if kind is NoticeKind.EXPOSURE else (),
                approved_by=APPROVER if kind is NoticeKind.EXPOSURE else "",
            )
            try:
                notice = tell([held], wanted, today, kept=outlines)
            except NoticeRefused:
                # 曝光台 names units, so there is none for the group; ranking has its own guards.
                continue
            keep(notice.file_name(), ("\n\n".join(p.text for p in notice.parts) + "\n").encode("utf-8"))
    first = rows[0].unit
    own = [row for row in rows if row.unit == first and not row.carried]

    from inspect_tui.report.papers.docx_document import docx_bytes
    from inspect_tui.report.papers.ledger_sheet import ledger_xlsx
    from inspect_tui.report.papers.notice_paper import notice_doc
    from inspect_tui.report.papers.problem_list import problem_list_docx

    formal = tell([held], Wanted(level=NamingLevel.SECRETARY), today, kept=outlines)
    keep(formal.file_name("docx"), docx_bytes(notice_doc(formal.document, letterhead=round_.issuer)))
    keep(f"{round_.title}_问题清单_{own[0].unit_name}.docx", problem_list_docx(own, source.round))
    keep(f"{round_.title}_整改台账.xlsx", ledger_xlsx(rows, source.round))
    return written
