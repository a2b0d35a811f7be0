"""The demo's filled-in form: a unit nobody visited yet, checked on a telephone and handed in as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from inspect_tui.exchange.form_content import form_content
from inspect_tui.exchange.form_layout import COLUMNS, HEADER, ITEM, form_mark, item_code
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.store.session import Session

NAME = "检查表-东沟第6党小组-填好.csv"
_VISIT = {"date": "2026.11.19", "counterpart": "范启明", "present": "范启明、乔小川"}
#: Items in the order of the form: what is written in which column; those after them stay blank.
_WRITTEN: tuple[dict[str, str], ...] = (
    {"verdict": "符合", "good": "岗位责任做成卡片，随身带"},
    {"verdict": "缺项", "label0": "未按月修订", "count0": "1", "note": "9月没有修订记录"},
    {"verdict": "符合"},
    {"verdict": "未能核实", "reason": "当事人不在岗"},
    {"verdict": "符合"},
    {"verdict": "基本符合", "finding": "对应的责任项没有写完成时间", "severity": "一般", "fixed": "是"},
    {"verdict": "符合", "advice": "党小组会和班会同一天开，减少集中次数"},
)


def filled_form(session: Session, unit: str) -> Path:
    """Write the form into `exports/`, where “收回填好的表” finds it."""
    content = form_content(session.state, session.round, unit)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([session.round.title, form_mark(session.round, unit)])
    for field, label in HEADER:
        writer.writerow([label, _VISIT.get(field, "")])
    writer.writerow([column.heading for column in COLUMNS[ITEM]])
    for (checklist, _, item), written in zip(content.items, _WRITTEN, strict=False):
        told = written | {"no": item.id, "text": item.text, "code": item_code(unit, checklist.id, item)}
        writer.writerow([told.get(column.key, "") for column in COLUMNS[ITEM]])
    path = session.space.exports_dir / NAME
    private_folder(path.parent)
    write_durable(path, out.getvalue().encode("utf-8-sig"))
    return path
