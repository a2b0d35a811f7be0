"""Places told outside the notice: the ranking, the places by progress beside it, red and black lists.

All of it stands behind the guards of `report.ranking`. A red or black list names people's work in public, so
somebody must have approved it by name, and that is recorded with what was listed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, notice_key
from inspect_tui.report.outline import Outline
from inspect_tui.report.ranking import (
    FORMULA_TIES,
    KindProgress,
    KindRanking,
    progress_of,
    ranking_of,
    why_left_out,
)
from inspect_tui.report.settled import ISSUED, Issued, Told
from inspect_tui.report.zh_numbers import score_text, share_text
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.rules.fold import State
from inspect_tui.rules.result import formula_text
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.rules.scoring import points_text
from inspect_tui.store.clean import clean_text

#: The kind under which a red or black list is recorded as sent out.
RED_BLACK = "red_black"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A red and a black list of one kind of unit: the first and the last places, equals all or none."""

    kind: str
    red: tuple[str, ...]
    black: tuple[str, ...]


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """All that is told about places: rankings, progress against a round before, the lists asked for."""

    outline: Outline
    rankings: tuple[KindRanking, ...]
    progress: tuple[KindProgress, ...]
    listed: tuple[Listed, ...] = ()
    approved_by: str = ""


def places_of(
    outline: Outline,
    before: Mapping[str, Decimal | None] | None = None,
    *,
    red: int = 0,
    black: int = 0,
    approved_by: str = "",
) -> Places:
    """The places of a round. Raises NoticeRefused where none may be made, NoReason without an approver.

    `before` are the scores of the round before by unit id; without them there are no places by progress.
    """
    rankings = ranking_of(outline).lists
    approver = clean_text(approved_by, newlines=False).strip()
    if (red or black) and not approver:
        raise NoReason("红榜、黑榜要写明由谁审定")
    return Places(
        outline=outline,
        rankings=rankings,
        progress=tuple(progress_of(outline, before)) if before is not None else (),
        listed=tuple(_listed(held, red, black) for held in rankings) if red or black else (),
        approved_by=approver,
    )


def _listed(held: KindRanking, red: int, black: int) -> Listed:
    """The first and the last so many. Who shares a place across the line stays off, as do its equals."""
    places = held.places
    first = [p.digest.unit.id for p in places if sum(o.place <= p.place for o in places) <= red]
    last = [p.digest.unit.id for p in places if sum(o.place >= p.place for o in places) <= black]
    return Listed(kind=held.noun, red=tuple(first), black=tuple(unit for unit in last if unit not in first))


def record_lists(state: State, places: Places, day: dt.date) -> list[Edit]:
    """Record that the lists went out, what stood in them, and who approved it."""
    about = {unit: "red" for held in places.listed for unit in held.red}
    about |= {unit: "black" for held in places.listed for unit in held.black}
    told = Issued(
        kind=RED_BLACK,
        level="internal",
        day=day.isoformat(),
        how="list",
        approved_by=places.approved_by,
        sentences={unit: Told(hash=which, role=which) for unit, which in sorted(about.items())},
    )
    value = {k: v for k, v in msgspec.to_builtins(told).items() if k not in ("by", "at")}
    name = f"{told.day}-{digest(canonical(value))[:8]}"
    return [set_field(state, notice_key(RED_BLACK), f"{ISSUED}:{name}", value)]


# -------------------------------------------------------------------- told


def places_data(places: Places) -> dict[str, Any]:
    """The `ranking` part of the `score --rank --json` object."""
    rules = places.outline.round.rules
    return {
        "lists": [
            {
                "kind": held.kind.value,
                "places": [
                    {
                        "place": p.place,
                        "tied": p.tied,
                        "unit": p.digest.unit.id,
                        "name": p.digest.unit.name,
                        "score": p.digest.score,
                    }
                    for p in held.places
                ],
                "left_out": [
                    {"unit": d.unit.id, "name": d.unit.name, "why": why_left_out(places.outline, d)}
                    for d in held.left_out
                ],
            }
            for held in places.rankings
        ],
        "progress": [
            {
                "kind": held.kind.value,
                "places": [msgspec.structs.asdict(p) for p in held.places],
                "left_out": [{"name": name, "why": why} for name, why in held.left_out],
            }
            for held in places.progress
        ],
        "red_black": [msgspec.structs.asdict(held) for held in places.listed],
        "approved_by": places.approved_by,
        "rank_coverage": rules.rank_coverage,
        "formula": [formula_text(places.outline.round), FORMULA_TIES],
    }


def places_lines(places: Places) -> list[str]:
    """The places in lines, the formula underneath."""
    outline = places.outline
    lines = [f"{outline.round.title}  得分排名"]
    several = len(places.rankings) > 1
    for held in places.rankings:
        lines += ["", held.noun] if several else [""]
        for p in held.places:
            tied = "（并列）" if p.tied else ""
            lines.append(f"第{p.place}名{tied}  {p.digest.unit.name}  {score_text(p.digest.score)}分")
        if held.left_out:
            lines.append(f"不参加排名{len(held.left_out)}个：")
            lines += [f"  {d.unit.name}：{why_left_out(outline, d)}" for d in held.left_out]
    for board in places.progress:
        lines += ["", "进步榜" + (f"（{board.kind.label}）" if several else "")]
        for step in board.places:
            tied = "（并列）" if step.tied else ""
            sign = "+" if step.change >= 0 else ""
            told = f"{step.name}  {sign}{points_text(step.change)}分（{step.before}→{step.score}）"
            lines.append(f"第{step.place}名{tied}  {told}")
        lines += [f"  {name}：{why}" for name, why in board.left_out]
    names = {d.unit.id: d.unit.name for d in outline.units}
    for listed in places.listed:
        kind = f"（{listed.kind}）" if several else ""
        lines += ["", f"红榜{kind}：{'、'.join(names[u] for u in listed.red) or '无'}"]
        lines += [f"黑榜{kind}：{'、'.join(names[u] for u in listed.black) or '无'}"]
    if places.listed:
        lines.append(f"审定：{places.approved_by}")
    line = share_text(outline.round.rules.rank_coverage)
    lines += ["", formula_text(outline.round), FORMULA_TIES, f"检查覆盖率不足{line}的不参加排名。"]
    return [clean_text(text, newlines=False) for text in lines]
