"""The ledger told outside the screens: JSON rows, a text table for 80 columns, CSV.

All of them print `LedgerRow`s, so that no two outputs can differ.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from inspect_tui.exchange.ledger_columns import LEDGER, ledger_cell
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.round import Round
from inspect_tui.report.progress import display_cells
from inspect_tui.report.summary import safe_cell
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.problems import Taken
from inspect_tui.store.clean import clean_text

#: Columns that the sheet does not have but a list of several rounds needs.
_MORE = ("责任领导", "首次发现", "历经轮次", "反弹次数", "已转入")


def ledger_row_data(row: LedgerRow) -> dict[str, Any]:
    """A row as the documented JSON object."""
    return {
        "id": row.id,
        "number": row.number,
        "short_number": row.short_number,
        "numbers": list(row.numbers),
        "unit": row.unit,
        "unit_name": row.unit_name,
        "branch": row.branch,
        "branch_name": row.branch_name,
        "team": row.team,
        "team_name": row.team_name,
        "checklist": row.checklist,
        "section": row.section,
        "item": row.item,
        "item_text": row.item_text,
        "text": row.text,
        "severity": row.severity.value,
        "missing": row.missing,
        "fixed_on_site": row.fixed_on_site,
        "state": row.state.value,
        "state_label": row.state_label,
        "done": row.done,
        "carried": row.carried,
        "source": row.source,
        "carried_to": row.carried_to,
        "old_number": row.old_number,
        "lineage": row.lineage,
        "again": list(row.again),
        "noted": row.noted,
        "noted_round": row.noted_round,
        "rounds": row.rounds,
        "recurrences": row.recurrences,
        "visit_date": row.visit_date,
        "found_by": list(row.found_by),
        "must_verify": row.must_verify,
        "contested": row.contested,
        "returned": row.returned,
        "outcomes": [_outcome(taken) for taken in row.outcomes],
        "due": row.due,
        "overdue": row.overdue,
        "near": row.near,
        "days_left": row.days_left,
        "light": row.light,
        "duty": msgspec.to_builtins(row.duty) | {"due": row.due},
        "basis": row.basis,
        "verified_by": row.verified_by,
        "verified_on": row.verified_on,
        "closed_on": row.closed_on,
        "closed_by": list(row.closed_by),
        "remains": row.remains,
        "until": row.until,
        "approver": row.approver,
        "evidence": list(row.evidence),
        "moved": row.moved,
    }


def _outcome(taken: Taken) -> dict[str, Any]:
    step = taken.step
    return {
        "outcome": step.outcome.value if step.outcome is not None else "",
        "by": list(taken.by),
        "on": step.on,
        "basis": step.basis,
        "methods": [method.value for method in step.methods],
        "remains": step.remains,
    }


def totals(rows: Iterable[LedgerRow]) -> dict[str, int]:
    """How many problems there are, and how many of them are in each light."""
    rows = list(rows)
    return {
        "all": len(rows),
        "open": sum(not row.done for row in rows),
        "closed": sum(row.done and not row.carried_to for row in rows),
        "carried_on": sum(bool(row.carried_to) for row in rows),
        "overdue": sum(row.overdue for row in rows),
        "near": sum(row.near for row in rows),
        "must_verify": sum(row.must_verify for row in rows),
        "contested": sum(row.contested and not row.carried_to for row in rows),
    }


def ledger_data(round_: Round, rows: Sequence[LedgerRow], today: str) -> dict[str, Any]:
    """The whole ledger as the documented JSON object. Raises ExportRefused."""
    refuse_secret(round_)
    return {
        "round": round_.id,
        "title": round_.title,
        "today": today,
        "totals": totals(rows),
        "rows": [ledger_row_data(row) for row in rows],
    }


def totals_text(rows: Iterable[LedgerRow]) -> str:
    """The figures in a line; what is nought is left out, the first two aside."""
    found = totals(rows)
    told = [f"共{found['all']}条", f"未销号{found['open']}条"]
    words = (
        ("overdue", "逾期"),
        ("near", "将到期"),
        ("must_verify", "待复查"),
        ("contested", "待裁定"),
        ("carried_on", "已转入下一轮"),
    )
    told += [f"{word}{found[name]}条" for name, word in words if found[name]]
    return "，".join(told) + "。"


def ledger_lines(round_: Round, rows: Sequence[LedgerRow], width: int = 80) -> list[str]:
    """The ledger for a terminal, by unit; no line wider than `width` cells. Raises ExportRefused."""
    refuse_secret(round_)
    if not rows:
        return ["没有符合条件的问题。"]
    number = max(display_cells(row.number) for row in rows)
    state = max(display_cells(row.state_label) for row in rows)
    light = max(display_cells(row.light) for row in rows)
    counts, left = Counter(row.unit for row in rows), Counter(row.unit for row in rows if not row.done)
    lines: list[str] = []
    unit = None
    for row in rows:
        if row.unit != unit:
            unit = row.unit
            lines.append(_cut(f"{row.unit_name}（{counts[unit]}条，未销号{left[unit]}条）", width))
        mark = "*" if row.must_verify else " "
        head = f" {mark}{_pad(row.number, number)}  {_pad(row.state_label, state)}  "
        head += f"{_pad(row.light, light)}  " if light else ""
        lines.append(_cut(head + " ".join(clean_text(row.text, newlines=False).split()), width))
    if any(row.must_verify for row in rows):
        lines.append("带*的是上轮问题，本轮还没有复查。")
    return [*lines, totals_text(rows)]


def _pad(text: str, room: int) -> str:
    return text + " " * (room - display_cells(text))


def _cut(text: str, room: int) -> str:
    text = clean_text(text, newlines=False)
    if display_cells(text) <= room:
        return text.rstrip()
    kept = ""
    for sign in text:
        if display_cells(kept + sign) > room - 3:
            break
        kept += sign
    return kept.rstrip() + "..."


def ledger_csv(round_: Round, rows: Sequence[LedgerRow]) -> str:
    """The ledger with the headings of the sheet; text cells cannot become formulas. Raises ExportRefused."""
    refuse_secret(round_)
    import csv

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    heads = [column.heading for column in LEDGER]
    writer.writerow([*heads, *_MORE])
    for serial, row in enumerate(rows, 1):
        cells = [ledger_cell(row, heading, serial) for heading in heads]
        cells += [row.leader, row.noted, row.rounds, row.recurrences, row.carried_to]
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()
