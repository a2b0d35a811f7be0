"""Good practice told outside the screens: cards, who took them up, and the register of 一组一特色.

Screen, command line, CSV, sheet and JSON all print these rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inspect_tui.model.round import Round
from inspect_tui.model.spread import Adoption, Card, Uptake
from inspect_tui.report.papers.sheets import Cell, Column, Sheet, csv_bytes, workbook_bytes
from inspect_tui.rules.practices import CardNow, Feature

#: What stands where nothing does.
NONE = "-"


def profiles_text(card: Card) -> str:
    """For which profiles a card is."""
    return "、".join(profile.label for profile in card.profiles) or "各类单位"


def uptake_counts(said: Sequence[Adoption]) -> dict[Uptake, int]:
    """How many units said what."""
    return {uptake: sum(a.uptake is uptake for a in said) for uptake in Uptake}


def counts_text(now: CardNow) -> str:
    """How far a card spread in a few words: 已采用2个，部分采用1个."""
    counts = uptake_counts(list(now.uptakes.values()))
    said = [f"{uptake.label}{count}个" for uptake, count in counts.items() if count]
    return "，".join(said) or "还没有单位说明"


def by_round(card: Card) -> dict[str, list[Adoption]]:
    """What units said, by the title of the round they said it in, in order."""
    found: dict[str, list[Adoption]] = {}
    for adoption in card.adopted:
        found.setdefault(adoption.source.title, []).append(adoption)
    return found


# -------------------------------------------------------------------- cards and adoption


def card_data(now: CardNow) -> dict[str, Any]:
    """A card as the documented JSON object."""
    card = now.card
    return {
        "id": card.id,
        "record": now.record,
        "unit": card.unit,
        "unit_name": card.unit_name,
        "title": card.title,
        "what": card.what,
        "effect": card.effect,
        "how": card.how,
        "profiles": [profile.value for profile in card.profiles],
        "finding": card.finding,
        "round": card.source.round,
        "round_title": card.source.title,
        "on": card.on,
        "new": now.new,
        "contested": list(now.contested),
        "counts": {u.value: n for u, n in uptake_counts(list(now.uptakes.values())).items()},
        "adopted": [adoption_data(a) for a in card.adopted],
    }


def adoption_data(adoption: Adoption) -> dict[str, Any]:
    """What one unit said in one round, as the documented JSON object."""
    return {
        "unit": adoption.unit,
        "unit_name": adoption.unit_name,
        "uptake": adoption.uptake.value,
        "basis": adoption.basis,
        "round": adoption.source.round,
        "round_title": adoption.source.title,
        "on": adoption.on,
    }


def card_lines(now: CardNow) -> list[str]:
    """A card as text: who, what, effect, how to copy it, for whom, how far it spread."""
    card = now.card
    lines = [f"{card.title}（{card.unit_name}，{card.source.title}）", f"  编号：{card.id}"]
    lines.append(f"  做法：{card.what}")
    lines += [f"  效果：{card.effect}"] if card.effect else []
    lines += [f"  怎样学：{card.how}"] if card.how else []
    lines.append(f"  适合：{profiles_text(card)}；{counts_text(now)}")
    lines += ["  几处写法不一致，等组长裁定"] if now.contested else []
    return lines


def adopted_lines(cards: Sequence[CardNow]) -> list[str]:
    """Originators and adopters as text, round by round."""
    lines: list[str] = []
    for now in cards:
        card = now.card
        lines.append(f"{card.unit_name}：{card.title}（{counts_text(now)}）")
        for title, said in by_round(card).items():
            lines.append(f"  {title}")
            for adoption in said:
                basis = f"：{adoption.basis}" if adoption.basis else ""
                lines.append(f"    {adoption.unit_name}  {adoption.uptake.label}{basis}")
    return lines


_ADOPTED = (
    Column(heading="经验", least=10, most=36),
    Column(heading="做法所在单位", least=8, most=24),
    Column(heading="写成轮次", least=8, most=24),
    Column(heading="单位", least=8, most=24),
    Column(heading="采用情况", least=8, most=12),
    Column(heading="依据", least=10, most=40),
    Column(heading="轮次", least=8, most=24),
    Column(heading="日期", least=10, most=12),
)


def adopted_cells(cards: Sequence[CardNow]) -> list[list[Cell]]:
    """One row for each answer; a card nobody answered has one with its own half only."""
    rows: list[list[Cell]] = []
    for now in cards:
        card = now.card
        own: list[Cell] = [card.title, card.unit_name, card.source.title]
        rows += [
            [*own, a.unit_name, a.uptake.label, a.basis, a.source.title, a.on] for a in card.adopted
        ] or [[*own, "", "", "", "", ""]]
    return rows


def adopted_csv(cards: Sequence[CardNow]) -> bytes:
    """The answers as CSV (UTF-8 with BOM)."""
    return csv_bytes(_ADOPTED, adopted_cells(cards))


# -------------------------------------------------------------------- the register

_REGISTER = (
    Column(heading="单位", least=10, most=28),
    Column(heading="定位", least=6, most=10),
    Column(heading="特色", least=8, most=28),
    Column(heading="写成的经验", least=10, most=40),
    Column(heading="采用的经验", least=10, most=40),
    Column(heading="从哪一轮起", least=8, most=24),
)


def register_data(found: Sequence[Feature]) -> list[dict[str, Any]]:
    """The register as documented JSON objects."""
    return [
        {
            "unit": row.unit,
            "name": row.name,
            "profile": row.profile.value if row.profile is not None else "",
            "feature": row.feature,
            "originated": [{"id": c.id, "title": c.title} for c in row.originated],
            "adopted": [
                {"id": c.id, "title": c.title, "from": c.unit_name, "uptake": a.uptake.value}
                for c, a in row.adopted
            ],
            "since": row.since,
        }
        for row in found
    ]


def register_cells(found: Sequence[Feature]) -> list[list[Cell]]:
    """The register, one unit a row."""
    return [
        [
            row.name,
            row.profile.label if row.profile is not None else "",
            row.feature,
            "；".join(card.title for card in row.originated),
            "；".join(adopted_text(card, said) for card, said in row.adopted),
            row.since,
        ]
        for row in found
    ]


def adopted_text(card: Card, said: Adoption) -> str:
    """A card that was taken up: its title, from whom, and whether only in part."""
    partly = "，部分采用" if said.uptake is Uptake.PARTLY else ""
    return f"{card.title}（{card.unit_name}{partly}）"


def register_lines(found: Sequence[Feature]) -> list[str]:
    """The register as text."""
    lines = []
    for row in found:
        profile = f"［{row.profile.label}］" if row.profile is not None else ""
        lines.append(f"{row.name}{profile}  {row.feature or '还没有写特色'}")
        lines += [f"  写成经验：{card.title}" for card in row.originated]
        lines += [f"  采用经验：{adopted_text(card, said)}" for card, said in row.adopted]
        lines += [f"  从{row.since}起"] if row.since else []
    return lines


def register_csv(found: Sequence[Feature]) -> bytes:
    """The register as CSV (UTF-8 with BOM)."""
    return csv_bytes(_REGISTER, register_cells(found))


def register_xlsx(found: Sequence[Feature], round_: Round) -> bytes:
    """The register as a sheet to be printed."""
    title = "一组一特色登记表"
    sheet = Sheet(
        name="一组一特色",
        title=title,
        above=(round_.title,),
        columns=_REGISTER,
        rows=register_cells(found),
        landscape=True,
        frozen=1,
    )
    return workbook_bytes([sheet], title=title)
