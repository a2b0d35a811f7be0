"""Scores as data and as a table: every figure with the derivation that leads to it, down to the records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.round import Round
from inspect_tui.report.outline import Outline, UnitDigest
from inspect_tui.report.zh_numbers import plain, raw_text, score_text, share_text
from inspect_tui.rules.result import EXCEPTIONS, ItemLine, Result, formula_text, rules_hash
from inspect_tui.rules.scoring import ZERO, points_text
from inspect_tui.store.clean import clean_text

if TYPE_CHECKING:
    from rich.console import RenderableType


def scores_data(outline: Outline) -> dict[str, Any]:
    """The `score --json` object: decimals stay decimals for the encoder to render exactly.

    A unit's own `score`, `raw`, `applicable` and `coverage` are over all its checklists together; each
    checklist stands in `checklists`. Raises ExportRefused for a round marked 秘密 or above.
    """
    refuse_secret(outline.round)
    rules = outline.round.rules
    return {
        "units": [_unit(outline, d) for d in outline.units],
        "formula": formula_text(outline.round),
        "exceptions": list(EXCEPTIONS),
        "rules": {"version": rules.version, "hash": rules_hash(rules)},
        "frozen": outline.frozen,
    }


def _unit(outline: Outline, digest: UnitDigest) -> dict[str, Any]:
    result = digest.result
    return {
        "unit": digest.unit.id,
        "name": digest.unit.name,
        "score": result.score,
        "rescaled": result.rescaled,
        "carry_loss": plain(result.carry_loss),
        "bonus": plain(result.bonus),
        "raw": plain(result.raw),
        "applicable": plain(result.applicable),
        "lost": plain(result.lost),
        "coverage": plain(result.coverage),
        "items": result.items,
        "answered": result.answered,
        "counted": result.counted,
        "unanswered": result.unanswered,
        "na": result.na,
        "unverified": result.unverified,
        "disputed": result.disputed,
        "vetoes": [
            {"checklist": h.checklist, "id": h.trigger, "effect": _effect(outline, h.checklist, h.trigger)}
            for h in digest.hits
        ],
        "derivation": [_line(line) for line in result.lines],
        "aside": [
            {name: getattr(line, name) for name in ("checklist", "item", "record", "said", "why")}
            for line in result.aside
        ],
        "carried": [
            {
                "record": line.record,
                "number": line.number,
                "text": line.text,
                "points": plain(line.points),
                "why": line.why,
                **_whose(line.changes, line.by, line.at),
            }
            for line in result.carried
        ],
        "bonuses": [
            {
                "record": bonus.record,
                "points": plain(bonus.points),
                "reason": bonus.reason,
                "basis": bonus.basis,
                "contested": bonus.contested,
                **_whose(bonus.changes, bonus.by, bonus.at),
            }
            for bonus in result.bonuses
        ],
        "checklists": [
            {
                "checklist": score.checklist,
                "score": score.score,
                "raw": plain(score.raw),
                "applicable": plain(score.applicable),
                "coverage": plain(score.coverage),
                "items": score.items,
                "answered": score.answered,
                "counted": score.counted,
                "na": score.na,
                "unverified": score.unverified,
                "disputed": score.disputed,
                "vetoes": list(score.vetoes),
            }
            for score in digest.scores
        ],
        "submitted": digest.visit.submitted,
    }


def _line(line: ItemLine) -> dict[str, Any]:
    return {
        "checklist": line.checklist,
        "item": line.item,
        "verdict": line.verdict.value,
        "disputed": line.disputed,
        "points": plain(line.points),
        "gained": plain(line.gained),
        "counted": line.counted,
        "lost": [{"label": label, "points": plain(points)} for label, points in line.lost],
        "why": line.why,
        "record": line.record,
        **_whose(line.changes, line.by, line.at),
        **({"answer": line.answer} if line.answer else {}),
    }


def _whose(changes: tuple[str, ...], by: tuple[str, ...], at: str) -> dict[str, Any]:
    return {"changes": list(changes), "by": list(by), "at": at}


def _effect(outline: Outline, checklist_id: str, trigger_id: str) -> str:
    checklist = outline.round.checklist(checklist_id)
    trigger = checklist.trigger(trigger_id) if checklist else None
    return trigger.effect.value if trigger else ""


# -------------------------------------------------------------------- derivation in words


def derivation_lines(round_: Round, result: Result) -> list[str]:
    """How a score came about, line by line, down to who judged what and when."""
    lines = [_final(result)]
    if result.score is not None:
        lines.append(
            f"折算：{points_text(result.raw)}÷{points_text(result.applicable)}×100"
            f"={score_text(result.rescaled)}，{result.counted}项计入，扣分共{points_text(result.lost)}分"
        )
    said = f"检查内容{result.items}项：未查{result.unanswered}项，不适用{result.na}项"
    said += f"，未能核实{result.unverified}项，两种意见{result.disputed}项"
    lines.append(f"{said}；覆盖率{share_text(result.coverage)}")
    lines += [f"红线、否决、即时上报（不影响得分）：{veto}" for veto in result.vetoes]
    lines += ["", "逐项："]
    lines += [_item_words(round_, line) for line in result.lines]
    if result.aside:
        lines += ["", "不再适用，原答保留，不计入："]
        lines += [f"{line.item} {line.said}：{line.why}" for line in result.aside]
    if result.carried:
        lines += ["", "上轮问题："]
        for held in result.carried:
            taken = f"减{points_text(held.points)}分，" if held.points else ""
            lines.append(f"{held.number} {held.text}：{taken}{held.why}{_signed(held.by, held.at)}")
        total = sum((held.points for held in result.carried), ZERO)
        if total > result.carry_loss:
            cap = points_text(round_.rules.carry_cap)
            lines.append(f"上轮问题合计{points_text(total)}分，按规则最多减{cap}分")
    if result.bonuses:
        lines += ["", "加分："]
        for bonus in result.bonuses:
            kept = "，各方记的不一致，裁定前不计" if bonus.contested else ""
            basis = f"，依据：{bonus.basis}" if bonus.basis else ""
            said = f"加{points_text(bonus.points)}分：{bonus.reason}{basis}{kept}"
            lines.append(said + _signed(bonus.by, bonus.at))
        total = sum((bonus.points for bonus in result.bonuses if not bonus.contested), ZERO)
        if total > result.bonus:
            cap = points_text(round_.rules.bonus_cap)
            lines.append(f"加分合计{points_text(total)}分，按规则最多加{cap}分")
    version = f"规则版本{result.rules_version}，校验码{result.rules_hash}"
    lines += ["", result.formula, *EXCEPTIONS, version]
    return [clean_text(line, newlines=False) for line in lines]


def _final(result: Result) -> str:
    if result.score is None:
        return "不计分：没有适用并已有结论的检查内容" if result.told else "不计分：没有检查到"
    said = f"得分{score_text(result.score)}"
    if result.plain:
        return said
    said += f"=折算{score_text(result.rescaled)}"
    said += f"-上轮问题{points_text(result.carry_loss)}" if result.carry_loss else ""
    return said + (f"+加分{points_text(result.bonus)}" if result.bonus else "")


def _item_words(round_: Round, line: ItemLine) -> str:
    head = f"{line.item} {'两种意见' if line.disputed else line.answer or line.verdict.label}"
    if line.counted:
        head += f" {raw_text(line.gained, line.points)}"
        lost = [f"{label}扣{points_text(points)}" for label, points in line.lost]
        head += f"（{'，'.join(lost)}）" if lost else ""
        taken = sum((points for _, points in line.lost), ZERO)
        head += f"，最多扣{points_text(line.points)}" if taken > line.points else ""
    else:
        head += f"，不计入：{line.why}"
    if line.reason:
        head += f"，原因：{line.reason}"
    checklists = {checklist.id for checklist in round_.checklists}
    name = f"{line.checklist} " if len(checklists) > 1 else ""
    return name + head + _signed(line.by, line.at)


def _signed(by: tuple[str, ...], at: str) -> str:
    if not by:
        return ""
    when = at[:16].replace("T", " ")
    return f"  {'、'.join(by)} {when}".rstrip()


# -------------------------------------------------------------------- in the terminal


def score_renderables(outline: Outline, width: int = 80) -> Iterator[RenderableType]:
    """The scores as a table, followed by the formula."""
    refuse_secret(outline.round)
    from rich.text import Text

    from inspect_tui.report.summary import progress_word, tables

    rows = []
    changed = any(not digest.result.plain for digest in outline.units)
    for digest in outline.units:
        result = digest.result
        scored = result.score is not None
        rows.append(
            (
                digest.unit.name,
                progress_word(digest),
                f"{result.answered}/{result.items}",
                score_text(result.score) if scored else "-",
                raw_text(result.raw, result.applicable) if scored else "-",
                *(_changed(result) if changed else ()),
                share_text(result.coverage) if digest.told else "-",
                "、".join(hit.trigger for hit in digest.hits) or "-",
            )
        )
    more = ("折算", "上轮", "加分") if changed else ()
    heads = ("单位", "进度", "已查", "得分", "得分/适用分", *more, "覆盖", "红线")
    sides = "llrrr" + "rrr" * bool(more) + "rl"
    yield from tables(f"{outline.round.title}  得分", heads, rows, sides, width, grow=0)
    yield from _by_checklist(outline, width)
    if outline.round.practice:
        yield Text("演练，不计入正式结果", style="bold")
    rules = outline.round.rules
    yield Text(formula_text(outline.round), style="dim")
    yield Text(f"规则版本{rules.version}，校验码{rules_hash(rules)}", style="dim")
    if outline.frozen:
        yield Text(outline.frozen)


def _changed(result: Result) -> tuple[str, str, str]:
    if result.score is None:
        return "-", "-", "-"
    return (
        score_text(result.rescaled),
        f"-{points_text(result.carry_loss)}" if result.carry_loss else "0",
        f"+{points_text(result.bonus)}" if result.bonus else "0",
    )


def _by_checklist(outline: Outline, width: int) -> Iterator[RenderableType]:
    """Where a unit was checked by several checklists: the score under each of them."""
    from inspect_tui.report.summary import tables

    rows = []
    for digest in outline.units:
        for score in digest.scores if len(digest.scores) > 1 else ():
            checklist = outline.round.checklist(score.checklist)
            scored = digest.told and score.counted
            rows.append(
                (
                    digest.unit.name,
                    checklist.title if checklist else score.checklist,
                    f"{score.answered}/{score.items}",
                    score_text(score.score) if scored else "-",
                    raw_text(score.raw, score.applicable) if scored else "-",
                    share_text(score.coverage) if digest.told else "-",
                )
            )
    heads = ("单位", "清单", "已查", "得分", "得分/适用分", "覆盖")
    yield from tables("各清单", heads, rows, "llrrrr", width, grow=1)
