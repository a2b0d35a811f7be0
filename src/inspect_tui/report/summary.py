"""Summary: an outline as Rich tables for the terminal, as plain JSON, and as CSV rows.

Rich measures every cell of a table to lay it out, so long tables go out in pages of fixed column widths:
the work stays in proportion and the columns line up from page to page.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.terms import UnitKind, Verdict
from inspect_tui.model.view import Finding
from inspect_tui.report.outline import Outline, UnitDigest, section_name
from inspect_tui.report.zh_numbers import plain, raw_text, score_text, share_text, span_text
from inspect_tui.rules.result import formula_text, result_text, rules_hash
from inspect_tui.rules.scoring import points_text
from inspect_tui.store.clean import clean_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

#: Rows of one page of a table.
PAGE = 200


def progress_word(digest: UnitDigest) -> str:
    """How far a unit's visit is."""
    if digest.visit.not_reached:
        return "未能进点"
    if digest.visit.submitted:
        return "已提交"
    return "检查中" if digest.visit.started else "未开始"


def totals_lines(outline: Outline) -> list[str]:
    """The figures of an outline in sentences, the same numbers that the 通报 prints."""
    totals, lines = outline.totals, []
    noun = "单位"
    if not outline.single:
        line = f"{noun}{totals.units}个：已检查{totals.visited}个（已提交{totals.submitted}个）"
        line += f"，未能进点{totals.not_reached}个" if totals.not_reached else ""
        line += f"，未开始{totals.untouched}个" if totals.untouched else ""
        lines.append(line)
    line = f"检查项{totals.items}项：已查{totals.answered}项"
    line += f"（有结论{totals.checked}项，其中符合{totals.passed}项"
    line += f"；不适用{totals.na}项" if totals.na else ""
    line += f"；未能核实{totals.unverified}项" if totals.unverified else ""
    lines.append(line + "）")
    line = f"问题{totals.problems}项：其中缺项{totals.missing}项，当场整改{totals.fixed}项"
    lines.append(f"{line}；好的做法{totals.good}条；建议{totals.suggestions}条")
    kept = [
        f"{name}{count}{word}"
        for name, count, word in (
            ("两种意见待裁定", totals.disputed, "项"),
            ("所涉问题", totals.contested, "条"),
            ("已移交问题", totals.referred, "条"),
            ("红线、否决、即时上报", totals.hits, "条"),
            ("红线所涉问题", totals.red_lined, "条"),
        )
        if count
    ]
    if kept:
        lines.append("另有（不计入以上问题数，不进通报）：" + "，".join(kept))
    return lines


# -------------------------------------------------------------------- Rich


def summary_renderables(outline: Outline, width: int = 80) -> Iterator[RenderableType]:
    """The summary as renderables from top to bottom, each small enough to be laid out at once.

    Raises ExportRefused for a round marked 秘密 or above.
    """
    refuse_secret(outline.round)
    from rich.text import Text

    yield Text(_title(outline), style="bold")
    if outline.round.practice:
        yield Text("演练，不计入正式结果", style="bold")
    for line in totals_lines(outline):
        yield Text(line)
    yield Text()
    if outline.single:
        yield from _sections(outline.units[0], outline, width)
    else:
        yield from _units(outline, width)
    yield from _red_lines(outline, width)
    for digest in outline.units:
        for kept in digest.result.aside:
            said = f"{digest.unit.name} {kept.item} 不再适用，原答“{kept.said}”保留，不计入：{kept.why}"
            yield Text(clean_text(said, newlines=False))
    yield from _findings(outline, width)
    if any(d.scores for d in outline.visited):
        yield Text()
        yield Text(formula_text(outline.round), style="dim")
    if outline.frozen:
        yield Text(outline.frozen)


def _title(outline: Outline) -> str:
    if not outline.single:
        when = ""
        if outline.first_day and outline.last_day:
            when = "  " + span_text(outline.first_day, outline.last_day)
        return clean_text(outline.round.title, newlines=False) + when
    digest = outline.units[0]
    profile = f" [{digest.profile.label}]" if digest.unit.kind is UnitKind.PARTY_GROUP else ""
    told = f"{outline.round.title}  {digest.path}{profile}  {progress_word(digest)}"
    return clean_text(told, newlines=False)


def _units(outline: Outline, width: int) -> Iterator[RenderableType]:
    rows = []
    for digest in outline.units:
        result, scored = digest.result, digest.score is not None
        rows.append(
            (
                digest.unit.name,
                progress_word(digest),
                f"{digest.answered}/{digest.items}",
                score_text(result.score) if scored else "-",
                raw_text(result.raw, result.applicable) if scored else "-",
                share_text(digest.coverage) if digest.told else "-",
                str(len(digest.problems)) if digest.told else "-",
                str(len(digest.good)) if digest.told else "-",
                str(len(digest.hits)) if digest.hits else "-",
            )
        )
    heads = ("单位", "进度", "已查", "得分", "得分/适用分", "覆盖", "问题", "做法", "红线")
    yield from tables("各单位", heads, rows, "lllrrrrrr", width, grow=0)
    yield from _section_totals(outline, width)


def _section_totals(outline: Outline, width: int) -> Iterator[RenderableType]:
    """Each section over all visited units."""
    sums: dict[tuple[str, str], list[Any]] = {}
    for digest in outline.visited:
        for line in digest.sections:
            held = sums.setdefault((line.checklist, line.id), [line.short, 0, 0, Decimal(0), Decimal(0), 0])
            held[1] += line.answered
            held[2] += line.items
            held[3] += line.raw
            held[4] += line.applicable
            held[5] += line.problems
    rows = [
        (name, f"{answered}/{items}", raw_text(raw, applicable), str(problems))
        for name, answered, items, raw, applicable, problems in sums.values()
    ]
    yield from tables("各部分合计", ("部分", "已查", "得分/适用分", "问题"), rows, "lrrr", width, grow=0)


def _sections(digest: UnitDigest, outline: Outline, width: int) -> Iterator[RenderableType]:
    several = len(digest.scores) > 1
    for score in digest.scores:
        checklist = outline.round.checklist(score.checklist)
        rows = [
            (
                line.short,
                f"{line.answered}/{line.items}",
                raw_text(line.raw, line.applicable),
                score_text(line.score) if line.applicable else "-",
                str(line.problems),
            )
            for line in digest.sections
            if line.checklist == score.checklist
        ]
        rows.append(
            (
                "合计",
                f"{score.answered}/{score.items}",
                raw_text(score.raw, score.applicable),
                score_text(score.score) if score.applicable else "-",
                str(sum(line.problems for line in digest.sections if line.checklist == score.checklist)),
            )
        )
        title = checklist.title if checklist and several else "各部分"
        yield from tables(
            title, ("部分", "已查", "得分/适用分", "折百分", "问题"), rows, "lrrrr", width, grow=0
        )
    from rich.text import Text

    if told := result_text(digest.result):
        yield Text(told, style="bold")
    low = outline.round.rules.coverage_warning
    if digest.told and digest.coverage < low:
        yield Text(
            f"已查比例{share_text(digest.coverage)}，低于{share_text(low)}，得分仅供参考。", style="bold"
        )


def _red_lines(outline: Outline, width: int) -> Iterator[RenderableType]:
    rows = []
    for digest in outline.units:
        for hit in digest.hits:
            checklist = outline.round.checklist(hit.checklist)
            trigger = checklist.trigger(hit.trigger) if checklist else None
            label = trigger.effect.label if trigger else "红线"
            rows.append((digest.unit.name, label, hit.trigger, hit.fact or (trigger.text if trigger else "")))
    heads = ("单位", "类别", "编号", "事实")
    yield from tables("红线、否决和即时上报（不进通报）", heads, rows, "llll", width, grow=3)


def _findings(outline: Outline, width: int) -> Iterator[RenderableType]:
    for title, which in (("存在问题", "problems"), ("好的做法", "good"), ("建议", "suggestions")):
        rows = [row for d in outline.units for row in _finding_rows(outline, d, getattr(d, which))]
        heads: tuple[str, ...] = ("部分", "程度", "内容")
        if which != "problems":
            heads, rows = ("部分", "内容"), [(row[0], row[1], row[3]) for row in rows]
        if outline.single:
            rows = [row[1:] for row in rows]
        else:
            heads = ("单位", *heads)
        yield from tables(title, heads, rows, "l" * len(heads), width, grow=len(heads) - 1)
    kept = [
        (d.unit.name, why, f.text)
        for d in outline.units
        for why, which in (("两种意见", "contested"), ("已移交", "referred"), ("红线", "red_lined"))
        for f in getattr(d, which)
    ]
    yield from tables("不进通报的问题", ("单位", "原因", "内容"), kept, "lll", width, grow=2)


def _finding_rows(
    outline: Outline, digest: UnitDigest, findings: Sequence[Finding]
) -> Iterator[tuple[str, ...]]:
    for finding in findings:
        marks = [finding.severity.label]
        marks += ["缺项"] if finding.missing else []
        marks += ["已改"] if finding.fixed_on_site else []
        section = section_name(outline.round, finding.checklist, finding.item)
        yield digest.unit.name, section, " ".join(marks), finding.text


def tables(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], sides: str, width: int, *, grow: int
) -> Iterator[RenderableType]:
    """A table in pages; nothing at all when there are no rows. Column `grow` takes what room is left."""
    if not rows:
        return
    from rich.text import Text

    cleaned = [[clean_text(cell, newlines=False) for cell in row] for row in rows]
    widths = _widths(heads, cleaned, width, grow)
    yield Text(title, style="bold")
    for start in range(0, len(cleaned), PAGE):
        yield _page(heads, cleaned[start : start + PAGE], sides, widths, first=start == 0)
    yield Text()


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int, grow: int) -> list[int]:
    from rich.cells import cell_len

    widths = [max(cell_len(head), *(cell_len(row[i]) for row in rows)) for i, head in enumerate(heads)]
    gaps = 2 * (len(heads) - 1)
    rest = sum(w for i, w in enumerate(widths) if i != grow) + gaps
    widths[grow] = max(8, min(widths[grow], width - rest))
    if (over := sum(widths) + gaps - width) > 0:
        # Too narrow for all: the widest of the others gives way, down to eight cells.
        widest = max((i for i in range(len(widths)) if i != grow), key=lambda i: widths[i])
        widths[widest] = max(8, widths[widest] - over)
    return widths


def _page(
    heads: Sequence[str], rows: Sequence[Sequence[str]], sides: str, widths: Sequence[int], *, first: bool
) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=first, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head, side, width in zip(heads, sides, widths, strict=True):
        table.add_column(Text(head), justify="right" if side == "r" else "left", width=width, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def print_summary(outline: Outline, file: Any, width: int | None = None) -> None:
    """Print the summary to a stream, in colour only where that is a terminal."""
    from rich.console import Console

    console = Console(file=file, highlight=False, markup=False, emoji=False, width=width, soft_wrap=False)
    for renderable in summary_renderables(outline, console.width):
        console.print(renderable)


# -------------------------------------------------------------------- JSON and CSV


def summary_data(outline: Outline) -> dict[str, Any]:
    """The summary as plain data; decimals stay decimals for the encoder to render exactly."""
    refuse_secret(outline.round)
    import msgspec

    from inspect_tui.report.practice_table import card_data

    round_ = outline.round
    return {
        "round": {
            "id": round_.id,
            "title": round_.title,
            "kind": round_.kind.value,
            "practice": round_.practice,
            "pack_version": round_.pack_version,
        },
        "totals": msgspec.to_builtins(outline.totals),
        "units": [_unit_data(outline, d) for d in outline.units],
        "cards": [card_data(now) for now in outline.cards],
        "formula": formula_text(round_),
        "rules": {"version": round_.rules.version, "hash": rules_hash(round_.rules)},
        "frozen": outline.frozen,
    }


def _unit_data(outline: Outline, digest: UnitDigest) -> dict[str, Any]:
    visit = digest.visit
    return {
        "unit": digest.unit.id,
        "name": digest.unit.name,
        "path": digest.path,
        "kind": digest.unit.kind.value,
        "profile": digest.profile.value,
        "state": progress_word(digest),
        "visit": {
            "date": visit.date,
            "result": visit.result.value,
            "reason": visit.reason,
            "submitted": visit.submitted,
            "objection": visit.objection,
        },
        "items": digest.items,
        "answered": digest.answered,
        "verdicts": {v.value: digest.verdicts[v.value] for v in Verdict} | {
            "disputed": digest.verdicts["disputed"]
        },
        "score": digest.result.score,
        "rescaled": digest.result.rescaled,
        "carry_loss": plain(digest.result.carry_loss),
        "bonus": plain(digest.result.bonus),
        "raw": plain(digest.result.raw),
        "applicable": plain(digest.result.applicable),
        "coverage": plain(digest.result.coverage),
        "sections": [
            {
                "checklist": line.checklist,
                "id": line.id,
                "name": line.name,
                "items": line.items,
                "answered": line.answered,
                "raw": plain(line.raw),
                "applicable": plain(line.applicable),
                "problems": line.problems,
            }
            for line in digest.sections
        ],
        "problems": [_finding_data(f) for f in digest.problems],
        "good_practices": [_finding_data(f) for f in digest.good],
        "suggestions": [_finding_data(f) for f in digest.suggestions],
        "withheld": [
            _finding_data(f) | {"why": why}
            for why, which in (
                ("contested", digest.contested),
                ("referred", digest.referred),
                ("red_line", digest.red_lined),
            )
            for f in which
        ],
        "red_lines": [
            {"checklist": h.checklist, "id": h.trigger, "fact": h.fact} for h in digest.hits
        ],
        "aside": [
            {"checklist": a.checklist, "item": a.item, "said": a.said, "why": a.why}
            for a in digest.result.aside
        ],
    }  # fmt: skip


def _finding_data(finding: Finding) -> dict[str, Any]:
    return {
        "record": finding.key,
        "checklist": finding.checklist,
        "item": finding.item,
        "label": finding.label,
        "text": finding.text,
        "severity": finding.severity.value,
        "missing": finding.missing,
        "fixed_on_site": finding.fixed_on_site,
    }


CSV_HEADS = (
    "单位编号", "单位", "所在", "定位", "进度", "检查日期", "检查项", "已查", "符合", "基本符合", "不符合",
    "不适用", "未能核实", "两种意见", "得分", "得分合计", "适用分合计", "覆盖率", "问题", "缺项", "当场整改",
    "好的做法", "建议", "红线", "折算得分", "上轮问题减分", "加分",
)  # fmt: skip


def summary_csv(outline: Outline) -> str:
    """One row per unit, to be written as UTF-8 with BOM; text cells cannot become formulas."""
    refuse_secret(outline.round)
    import csv

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_HEADS)
    for d in outline.units:
        result, scored = d.result, d.score is not None
        cells: list[Any] = [d.unit.code, d.unit.name, d.path, d.profile.label, progress_word(d), d.visit.date]
        row = [safe_cell(cell) for cell in cells]
        row += [str(n) for n in (d.items, d.answered)]
        row += [str(d.verdicts[v]) for v in ("pass", "partial", "fail", "na", "unverified", "disputed")]
        row += [
            score_text(result.score) if scored else "",
            points_text(result.raw),
            points_text(result.applicable),
            points_text(result.coverage),
        ]
        row += [str(len(d.problems)), str(sum(f.missing for f in d.problems))]
        row += [str(sum(f.fixed_on_site for f in d.problems))]
        row += [str(n) for n in (len(d.good), len(d.suggestions), len(d.hits))]
        row += [
            score_text(result.rescaled) if scored else "",
            points_text(result.carry_loss) if scored else "",
            points_text(result.bonus) if scored else "",
        ]
        writer.writerow(row)
    return out.getvalue()


def safe_cell(text: str) -> str:
    """A CSV text cell that no spreadsheet takes for a formula."""
    cleaned = clean_text(text)
    return (
        "'" + cleaned if cleaned[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠") else cleaned
    )
