"""Agreement and gauge told outside the screens: as data, and as lines for the checklist's author."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.round import Round
from inspect_tui.report.zh_numbers import share_text
from inspect_tui.rules.agreement import LEAST_PAIRS, ItemAgreement, Pair, agreement, kappa
from inspect_tui.rules.gauge import NeverFailed, Pace, SamePaper
from inspect_tui.rules.scoring import half_up, points_text
from inspect_tui.rules.unit_totals import unit_names
from inspect_tui.store.clean import clean_text

_THOUSANDTH = Decimal("0.001")


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """How alike inspectors read: over all pairs, and item by item, the least agreed on first."""

    pairs: tuple[Pair, ...]
    alike: int
    kappa: Decimal | None
    items: tuple[ItemAgreement, ...]

    @property
    def share(self) -> Decimal | None:
        return half_up(Decimal(self.alike) / len(self.pairs), _THOUSANDTH) if self.pairs else None


def agreed(pairs: Iterable[Pair]) -> Agreed:
    """Agreement over pairs of any number of rounds."""
    held = tuple(pairs)
    return Agreed(
        pairs=held,
        alike=sum(pair.first is pair.second for pair in held),
        kappa=kappa(held) if len(held) >= LEAST_PAIRS else None,
        items=tuple(agreement(held)),
    )


def agreement_data(found: Agreed, rounds: Sequence[Round]) -> dict[str, Any]:
    """The `agreement --json` object."""
    names = unit_names(rounds)
    differing = [pair for pair in found.pairs if pair.first is not pair.second]
    return {
        "pairs": len(found.pairs),
        "alike": found.alike,
        "share": found.share,
        "kappa": found.kappa,
        "least_pairs": LEAST_PAIRS,
        "items": [
            {
                "checklist": item.checklist,
                "item": item.item,
                "text": _text(rounds, item.checklist, item.item),
                "pairs": item.pairs,
                "alike": item.alike,
                "share": item.share,
                "kappa": item.kappa,
                "readings": [
                    {"first": a.value, "second": b.value, "times": times} for a, b, times in item.readings
                ],
            }
            for item in found.items
        ],
        "differing": [
            {
                "unit": pair.unit,
                "name": names.get(pair.unit, pair.unit),
                "checklist": pair.checklist,
                "item": pair.item,
                "readings": [
                    {"by": list(by), "verdict": verdict.value}
                    for by, verdict in zip(pair.by, (pair.first, pair.second), strict=True)
                ],
            }
            for pair in differing
        ],
    }


def agreement_lines(found: Agreed, rounds: Sequence[Round]) -> list[str]:
    """The agreement in lines: overall, the items read differently with both readings, the formula."""
    if not found.pairs or found.share is None:
        return ["没有两个人都查过的检查内容，算不出一致率。"]
    lines = [f"两人都查过{len(found.pairs)}对，一致{found.alike}对，一致率{share_text(found.share)}"]
    lines[0] += f"，κ={found.kappa}" if found.kappa is not None else "，κ算不出（对数太少，或结论全都一样）"
    names = unit_names(rounds)
    differing = [item for item in found.items if item.alike < item.pairs]
    if differing:
        lines += ["", "看法不同的检查内容（请修订清单的人看）："]
    for item in differing:
        said = f"{item.item} 一致{item.alike}/{item.pairs}（{share_text(item.share)}）"
        said += f"，κ={item.kappa}" if item.kappa is not None else ""
        lines.append(f"{said}  {_text(rounds, item.checklist, item.item)}")
        for pair in found.pairs:
            if (pair.checklist, pair.item) == (item.checklist, item.item) and pair.first is not pair.second:
                sides = "，".join(
                    f"{'、'.join(by)}：{verdict.label}"
                    for by, verdict in zip(pair.by, (pair.first, pair.second), strict=True)
                )
                lines.append(f"    {names.get(pair.unit, pair.unit)}  {sides}")
    lines += [
        "",
        "一致率=结论相同的对数÷对数；只看各人自己最后的结论，组长裁定不算。",
        f"κ=（一致率-碰巧一致的比例）÷（1-碰巧一致的比例），满{LEAST_PAIRS}对才算；"
        "1是完全一致，0是和碰巧一样。",
    ]
    return [clean_text(line, newlines=False) for line in lines]


# -------------------------------------------------------------------- gauge


class Gauged(msgspec.Struct, frozen=True, kw_only=True):
    """What the checklists cost and never find. Paces are by unit and by checklist/item."""

    never: tuple[NeverFailed, ...]
    units: tuple[Pace, ...]
    items: tuple[Pace, ...]
    papers: tuple[SamePaper, ...]
    least: int


def gauge_data(found: Gauged, rounds: Sequence[Round]) -> dict[str, Any]:
    """The `gauge --json` object."""
    names = unit_names(rounds)
    return {
        "least": found.least,
        "never_failed": [
            {
                "checklist": n.checklist,
                "item": n.item,
                "text": _text(rounds, n.checklist, n.item),
                "judged": n.judged,
            }
            for n in found.never
        ],
        "units": [
            {"unit": p.key, "name": names.get(p.key, p.key), "minutes": p.minutes} for p in found.units
        ],
        "unit_minutes": _middle([p.minutes for p in found.units]),
        "items": [
            {
                "checklist": p.key.partition("/")[0],
                "item": p.key.partition("/")[2],
                "samples": p.samples,
                "minutes": p.minutes,
            }
            for p in found.items
        ],
        "same_papers": [
            {"checklist": s.checklist, "paper": s.paper, "items": list(s.items)} for s in found.papers
        ],
    }


def gauge_lines(found: Gauged, rounds: Sequence[Round]) -> list[str]:
    """The gauge in lines for whoever revises the checklist."""
    names = unit_names(rounds)
    lines = [f"查了{found.least}次以上、次次符合的检查内容{len(found.never)}项"]
    for never in found.never:
        text = _text(rounds, never.checklist, never.item)
        lines.append(f"  {never.item} 查{never.judged}次  {text}")
    middle = _middle([p.minutes for p in found.units])
    lines += ["", "用时（按记录时间，间隔超过15分钟的不算）"]
    if middle is None:
        lines.append("  没有可算的记录")
    else:
        lines.append(f"  每个单位居中{points_text(middle)}分钟，共{len(found.units)}个单位")
        lines += [f"  {names.get(p.key, p.key)}  {points_text(p.minutes)}分钟" for p in found.units]
        lines.append("  用时最多的检查内容")
        lines += [
            f"  {p.key.partition('/')[2]} 居中{points_text(p.minutes)}分钟（{p.samples}次）"
            for p in found.items[:10]
        ]
    lines += ["", f"几项都要看的资料{len(found.papers)}种"]
    lines += [f"  {paper.paper}：{'、'.join(paper.items)}" for paper in found.papers]
    return [clean_text(line, newlines=False) for line in lines]


def _middle(minutes: Sequence[Decimal]) -> Decimal | None:
    return sorted(minutes)[len(minutes) // 2] if minutes else None


def _text(rounds: Sequence[Round], checklist: str, item: str) -> str:
    found: Item | None = None
    for round_ in rounds:
        found = round_.item(checklist, item) or found
    return found.text if found is not None else ""


def checklists_of(rounds: Sequence[Round]) -> list[Checklist]:
    """The checklists of some rounds, each once, as the last of them has it."""
    return list({checklist.id: checklist for round_ in rounds for checklist in round_.checklists}.values())
