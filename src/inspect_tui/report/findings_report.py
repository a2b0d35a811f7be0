"""合并检查报告: a round's findings by unit, section and item, good practice, rectification, agreement.

It is compiled once from the outline, the ledger and the inspectors' readings; screen, paper and JSON lay out
the very same parts. It is for those who inspect and lead (内部台账): units and answerable people are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.round import Round
from inspect_tui.model.terms import NamingLevel
from inspect_tui.report.grid_table import PARTIAL, report_words
from inspect_tui.report.outline import Outline, Point, UnitDigest, branch_of
from inspect_tui.report.papers.documents import Table
from inspect_tui.report.progress import Bar, bars_of, total_bar
from inspect_tui.report.summary import progress_word, totals_lines
from inspect_tui.report.telling import Held, outline_of, scope_of
from inspect_tui.report.zh_numbers import raw_text, score_text, share_text, span_text
from inspect_tui.rules.agreement import LEAST_PAIRS, Pair, agreement, pairs_of
from inspect_tui.rules.grid import grid_of
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.round_sets import ScoresBefore
from inspect_tui.store.clean import clean_text

#: Items listed as failed most.
MOST_ITEMS = 20
#: Most characters of the name beside a bar, so that every bar keeps its room.
_LABEL = 24


class Chart(msgspec.Struct, frozen=True, kw_only=True, tag="chart"):
    """Bars: so many of so many by name, with what they mean in a line."""

    about: str
    bars: tuple[Bar, ...]


class Prose(msgspec.Struct, frozen=True, kw_only=True, tag="prose"):
    """Paragraphs."""

    lines: tuple[str, ...]


Piece = Chart | Prose | Table


class ReportPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the report under its heading."""

    key: str
    title: str
    pieces: tuple[Piece, ...]


class FindingsReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report. `about` says when, by whom and for whom it is; `rows` are the problems behind it."""

    title: str
    about: tuple[str, ...]
    parts: tuple[ReportPart, ...]
    round: Round
    rows: tuple[LedgerRow, ...] = ()
    scope: str = ""
    date: str = ""

    def part(self, key: str) -> ReportPart | None:
        """A part by its key."""
        return next((part for part in self.parts if part.key == key), None)

    def file_parts(self) -> list[str]:
        """What names a file of it."""
        return ["合并检查报告", "演练" if self.round.practice else "", self.round.title, self.scope]


def findings_report(
    held: Held, today: str, date: str, unit: str = "", before: ScoresBefore | None = None
) -> FindingsReport:
    """The report of a round, or of what stands under a unit or organisation.

    `before` are the scores of the round before, which stand beside the new ones. `today` is
    the ledger's day, `date` the one printed. Raises ExportRefused for a round marked 秘密 or above, KeyError
    for an unknown unit.
    """
    refuse_secret(held.round)
    scope = scope_of(held.round, unit)
    outline = outline_of(held, scope)
    units = {d.unit.id for d in outline.units}
    withheld = {f.key for d in outline.units for f in (*d.referred, *d.red_lined)}
    rows = [
        row
        for row in ledger_rows(held.state, held.round, today)
        if row.unit in units and row.finding not in withheld
    ]
    pairs = [pair for pair in pairs_of(held.state, held.round) if pair.unit in units]
    return compile_report(outline, rows, pairs, date, scope.name, before)


def compile_report(
    outline: Outline,
    rows: Sequence[LedgerRow],
    pairs: Sequence[Pair],
    date: str,
    scope: str = "",
    before: ScoresBefore | None = None,
) -> FindingsReport:
    """The report of an outline, with the ledger's rows and the pairs of readings of the same units."""
    round_ = outline.round
    when = (
        span_text(outline.first_day, outline.last_day)
        if outline.visited and outline.first_day and outline.last_day
        else ""
    )
    about = [
        f"检查时间：{when}" if when else "",
        f"检查组：{'、'.join(dict.fromkeys(team.name for team in round_.teams))}" if round_.teams else "",
        f"范围：{scope}" if scope else "",
        f"本报告写明单位和责任人，按“{NamingLevel.INTERNAL.label}”掌握，不发到群里。",
        "演练，不计入正式结果。" if round_.practice else "",
        outline.frozen,
    ]
    parts = (
        _part("units", "各单位情况", _units(outline, rows, before)),
        _part("sections", "各检查大项情况", _sections(outline)),
        _part("items", "同一检查项在各单位的情况", _items(outline)),
        _part("good", "值得推广的好的做法", _good(outline)),
        _part("ledger", "整改情况", _ledger(rows, round_)),
        _part("agreement", "检查人员判断的一致性", _agreement(pairs, round_)),
        *(() if scope else _grid_parts(round_)),
    )
    return FindingsReport(
        title=f"{clean_text(round_.title, newlines=False)}合并检查报告",
        about=tuple(line for line in about if line),
        parts=parts,
        round=round_,
        rows=tuple(rows),
        scope=scope,
        date=date,
    )


def _grid_parts(round_: Round) -> tuple[ReportPart, ...]:
    """How the round's units are covered; nothing where no roster says which crews they have."""
    if not any(unit.crews for unit in round_.units):
        return ()
    lines = report_words(grid_of(round_.units, complete=False))
    return (_part("grid", "三级网格", [Prose(lines=(*lines, PARTIAL))]),)


def _part(key: str, title: str, pieces: Iterable[Piece]) -> ReportPart:
    return ReportPart(key=key, title=title, pieces=tuple(pieces))


def _label(text: str) -> str:
    return text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"


def _bar(name: str, done: int, whole: int) -> Bar:
    return Bar(name=name, done=done, all=whole)


# -------------------------------------------------------------------- units and sections


def _units(outline: Outline, rows: Sequence[LedgerRow], before: ScoresBefore | None = None) -> list[Piece]:
    pieces: list[Piece] = [Prose(lines=tuple(f"{line}。" for line in totals_lines(outline)))]
    judged = [d for d in outline.visited if d.checked]
    if judged:
        bars = [_bar(d.unit.name, d.verdicts["pass"], d.checked) for d in judged]
        bars.append(_bar("合计", outline.totals.passed, outline.totals.checked))
        pieces.append(Chart(about="符合的项/有结论的项", bars=tuple(bars)))
    left = _left(rows)
    earlier = before.scores if before is not None else {}
    cells = tuple(_unit_cells(outline, d, left.get(d.unit.id, 0), earlier) for d in outline.units)
    more = ("上期", "增减") if earlier else ()
    heads = ("单位", "支部", "进度", "已查", "得分", *more, "问题", "缺项", "未销号", "做法")
    if cells:
        pieces.append(
            Table(
                caption="各单位得分和问题",
                heads=heads,
                rows=cells,
                widths=(22, 16, 10, 9, 9, *((9, 9) if more else ()), 7, 7, 9, 7),
                aligns="lllrr" + "rr" * bool(more) + "rrrr",
            )
        )
        if before is not None and before.title:
            pieces.append(Prose(lines=(f"上期得分取自“{before.title}”。",)))
    found = tuple(
        (d.unit.name, f.item or "-", _marks(f.severity.label, f.missing, f.fixed_on_site), f.text)
        for d in outline.visited
        for f in d.problems
    )
    if found:
        pieces.append(
            Table(
                caption="各单位的问题",
                heads=("单位", "检查项", "程度", "问题"),
                rows=found,
                widths=(20, 10, 12, 54),
                aligns="llll",
            )
        )
    return pieces


def _left(rows: Sequence[LedgerRow]) -> dict[str, int]:
    """Problems not closed, by unit; what lives on in a newer round is counted there."""
    found: dict[str, int] = {}
    for row in rows:
        if not row.done and not row.carried_to:
            found[row.unit] = found.get(row.unit, 0) + 1
    return found


def _unit_cells(
    outline: Outline, d: UnitDigest, left: int, earlier: Mapping[str, Decimal]
) -> tuple[str, ...]:
    branch = branch_of(outline.round, d.unit)
    held = earlier.get(d.unit.id)
    change = d.score - held if d.score is not None and held is not None else None
    gained = "-" if change is None else f"+{change}" if change > 0 else str(change)
    return (
        d.unit.name,
        branch.name if branch is not None else "",
        progress_word(d),
        f"{d.answered}/{d.items}",
        score_text(d.score) if d.score is not None else "-",
        *((score_text(held) if held is not None else "-", gained) if earlier else ()),
        str(len(d.problems)) if d.told else "-",
        str(sum(f.missing for f in d.problems)) if d.told else "-",
        str(left),
        str(len(d.good)) if d.told else "-",
    )


def _marks(severity: str, missing: bool, fixed: bool) -> str:
    return " ".join(word for word in (severity, "缺项" if missing else "", "已改" if fixed else "") if word)


def _sections(outline: Outline) -> list[Piece]:
    order: dict[tuple[str, str], str] = {
        (c.id, s.id): s.short_name for c in outline.round.checklists for s in c.sections
    }
    sums = {key: [0, 0, 0, 0] for key in order}
    points = {key: [Decimal(0), Decimal(0)] for key in order}
    for d in outline.visited:
        for line in d.sections:
            held = sums[line.checklist, line.id]
            held[0] += line.answered
            held[1] += line.items
            held[2] += line.problems
            points[line.checklist, line.id][0] += line.raw
            points[line.checklist, line.id][1] += line.applicable
        for checklist, section, _, answer in d.answers:
            if (checklist.id, section.id) in sums and answer.answered and answer.verdict.value == "pass":
                sums[checklist.id, section.id][3] += 1
    there = [key for key in order if sums[key][1]]
    if not there:
        return [Prose(lines=("还没有检查记录。",))]
    judged = _judged(outline)
    bars = tuple(_bar(order[key], sums[key][3], judged.get(key, 0)) for key in there if judged.get(key))
    rows = []
    for key in there:
        gained, full = points[key]
        share = share_text(gained / full) if full else "-"
        raw = raw_text(gained, full) if full else "-"
        rows.append((order[key], f"{sums[key][0]}/{sums[key][1]}", raw, share, str(sums[key][2])))
    table = Table(
        caption="各大项得分和问题",
        heads=("大项", "已查", "得分/适用分", "得分率", "问题"),
        rows=tuple(rows),
        widths=(30, 14, 20, 14, 12),
        aligns="lrrrr",
    )
    return [Chart(about="符合的项/有结论的项", bars=bars), table] if bars else [table]


def _judged(outline: Outline) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for d in outline.visited:
        for checklist, section, _, answer in d.answers:
            if answer.answered and answer.verdict.value in ("pass", "partial", "fail"):
                key = (checklist.id, section.id)
                found[key] = found.get(key, 0) + 1
    return found


# -------------------------------------------------------------------- items and good practice


def _items(outline: Outline) -> list[Piece]:
    judged: dict[tuple[str, str], int] = {}
    failed: dict[tuple[str, str], list[str]] = {}
    texts = {(c.id, item.id): item.text for c in outline.round.checklists for item in c.items()}
    places = list(texts)
    for d in outline.visited:
        for checklist, _, item, answer in d.answers:
            if not answer.answered or answer.verdict.value not in ("pass", "partial", "fail"):
                continue
            key = (checklist.id, item.id)
            judged[key] = judged.get(key, 0) + 1
            if answer.verdict.value != "pass":
                failed.setdefault(key, []).append(d.unit.name)
    if not judged and not outline.problems:
        return [Prose(lines=("还没有检查记录。",))]
    if not failed and not outline.problems:
        return [Prose(lines=(f"查过的{len(judged)}个检查项都符合。",))]
    worst = sorted(failed, key=lambda k: (-len(failed[k]) / judged[k], -len(failed[k]), places.index(k)))
    bars = tuple(
        _bar(_label(f"{key[1]} {texts[key]}"), len(failed[key]), judged[key]) for key in worst[:MOST_ITEMS]
    )
    told: dict[tuple[str, str], list[Point]] = {}
    for point in outline.problems:
        told.setdefault((point.checklist, point.item), []).append(point)
    rows = tuple(
        (
            key[1],
            texts[key],
            f"{len(failed.get(key, ()))}/{judged.get(key, 0)}",
            "；".join(_point_words(point) for point in told.get(key, ())) or "、".join(failed[key]),
        )
        for key in sorted({*failed, *(key for key in told if key in places)}, key=places.index)
    )
    table = Table(
        caption="有问题的检查项",
        heads=("检查项", "内容", "不符合", "问题和单位"),
        rows=rows,
        widths=(10, 32, 10, 48),
        aligns="llrl",
    )
    alone = [point for point in outline.problems if not point.item]
    pieces: list[Piece] = []
    if bars:
        pieces.append(Chart(about="没有完全符合的单位/查过的单位，多的在前", bars=bars))
    if rows:
        pieces.append(table)
    if alone:
        lines = tuple(f"{n}.{_point_words(point)}。" for n, point in enumerate(alone, 1))
        pieces.append(Prose(lines=("没有归到检查项的问题：", *lines)))
    return pieces


def _point_words(point: Point) -> str:
    return f"{point.text.rstrip('。；')}（{'、'.join(unit.name for unit in point.units)}）"


def _good(outline: Outline) -> list[Piece]:
    if not outline.good:
        return [Prose(lines=("没有记录好的做法。",))]
    lines = [f"{n}.［{p.heading}］{_point_words(p)}。" for n, p in enumerate(outline.good, 1)]
    return [Prose(lines=tuple(lines))]


# -------------------------------------------------------------------- rectification and agreement


def _ledger(rows: Sequence[LedgerRow], round_: Round) -> list[Piece]:
    here = [row for row in rows if not row.carried_to]
    if not here:
        return [Prose(lines=("台账上没有问题。",))]
    bars = (*bars_of(here, "unit", round_), total_bar(here))
    open_, closed = [row for row in here if not row.done], [row for row in here if row.done]
    overdue = sum(row.overdue for row in open_)
    said = f"共{len(here)}个问题：未销号{len(open_)}个，已销号和撤销{len(closed)}个"
    said += f"；其中逾期{overdue}个。" if overdue else "。"
    pieces: list[Piece] = [Prose(lines=(said,)), Chart(about="已销号/全部（撤销的不算）", bars=bars)]
    for caption, held in (("未销号的问题", open_), ("已销号和撤销的问题", closed)):
        if held:
            pieces.append(
                Table(
                    caption=caption,
                    heads=("编号", "单位", "问题", "责任人", "时限", "状态"),
                    rows=tuple(_row_cells(row) for row in held),
                    widths=(9, 19, 33, 10, 15, 14),
                    aligns="llllll",
                )
            )
    return pieces


def _row_cells(row: LedgerRow) -> tuple[str, ...]:
    state = f"{row.state_label} {row.light}".strip()
    return (row.short_number, row.unit_name, row.text, row.owner, row.due or "-", state)


def _agreement(pairs: Sequence[Pair], round_: Round) -> list[Piece]:
    if not pairs:
        return [Prose(lines=("没有两名检查人员分别查过的同一项，算不出一致性。",))]
    alike = sum(pair.first is pair.second for pair in pairs)
    share = share_text(Decimal(alike) / len(pairs))
    said = f"两人分别查过同一项的共{len(pairs)}对，判得一样{alike}对，占{share}。"
    note = f"一致性系数去掉碰巧一样的部分，1为完全一致，0为和碰巧一样；不足{LEAST_PAIRS}对的不算。"
    rows = []
    for found in agreement(pairs):
        item = round_.item(found.checklist, found.item)
        differing = [f"{a.label}和{b.label}{n}对" for a, b, n in found.readings if a is not b]
        rows.append(
            (
                found.item,
                item.text if item is not None else "",
                f"{found.alike}/{found.pairs}",
                share_text(found.share),
                str(found.kappa) if found.kappa is not None else "-",
                "、".join(differing) or "-",
            )
        )
    table = Table(
        caption="逐项一致性（一致少的在前）",
        heads=("检查项", "内容", "一致", "比例", "系数", "不一样的"),
        rows=tuple(rows),
        widths=(10, 34, 10, 10, 10, 26),
        aligns="llrrrl",
    )
    return [Prose(lines=(said, note)), table]
