"""得分汇总表: what each unit gained in each category. A place is printed only where ranking was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.round import Round
from inspect_tui.report.papers.sheets import Cell, Column, Sheet, csv_bytes, workbook_bytes

#: What stands where a unit has no score.
NO_SCORE = "不计分"
#: What stands in the place of a unit that is left out of the ranking.
NO_PLACE = "不参加排名"


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's figures, reckoned elsewhere. `sections` follow the given section names.

    `total` is the final score: `rescaled` less `carry_loss` plus `bonus`. It is None where nothing is
    applicable or nothing was recorded (不计分). `place` is None for a unit that is left out of the ranking.
    """

    unit_name: str
    branch_name: str = ""
    profile: str = ""
    sections: tuple[Decimal | None, ...] = ()
    total: Decimal | None = None
    applicable: Decimal | None = None
    rescaled: Decimal | None = None
    carry_loss: Decimal | None = None
    bonus: Decimal | None = None
    missing: int = 0
    major: int = 0
    previous: Decimal | None = None
    place: int | None = None

    @property
    def change(self) -> Decimal | None:
        """增减 against the round before."""
        if self.total is None or self.previous is None:
            return None
        return self.total - self.previous


def score_columns(
    sections: Sequence[str], *, ranking: bool = False, changed: bool = False
) -> tuple[Column, ...]:
    """The headings of domain 3.5, 名次 among them only for a ranking.

    `changed` adds what made the total of the rescaled score: earlier problems and bonus.
    """
    numbers = [*sections, "总分", "适用分", "缺项数", "严重问题数", "上期得分", "增减"]
    numbers += ["折算得分", "上轮问题减分", "加分"] if changed else []
    return (
        *((Column(heading="名次", least=4, most=10, align="center"),) if ranking else ()),
        Column(heading="支部", least=8, most=18),
        Column(heading="党小组", least=8, most=22),
        Column(heading="定位", least=6, most=8, align="center"),
        *(Column(heading=heading, least=6, most=10, align="right") for heading in numbers),
    )


def any_changed(lines: Sequence[ScoreLine]) -> bool:
    """Whether any total differs from its rescaled score."""
    return any(line.carry_loss or line.bonus for line in lines)


def score_cells(lines: Sequence[ScoreLine], *, ranking: bool = False) -> list[list[Cell]]:
    """The cells of the lines; a ranking is ordered by place, units left out of it at the end."""
    changed = any_changed(lines)
    if ranking:
        lines = sorted(lines, key=lambda line: (line.place is None, line.place or 0))
    return [
        [
            *((line.place if line.place is not None else NO_PLACE,) if ranking else ()),
            line.branch_name,
            line.unit_name,
            line.profile,
            *line.sections,
            line.total if line.total is not None else NO_SCORE,
            line.applicable,
            line.missing,
            line.major,
            line.previous,
            line.change,
            *((line.rescaled, line.carry_loss, line.bonus) if changed else ()),
        ]
        for line in lines
    ]


def score_sheet(
    lines: Sequence[ScoreLine],
    round_: Round,
    sections: Sequence[str],
    *,
    ranking: bool = False,
    notes: Sequence[str] = (),
) -> Sheet:
    """The table as a sheet; `notes` (formula, tie rule, coverage) stand under it."""
    return Sheet(
        name="得分汇总表",
        title=f"{round_.title}得分汇总表",
        above=("演练，不计入正式结果",) if round_.practice else (),
        columns=score_columns(sections, ranking=ranking, changed=any_changed(lines)),
        rows=score_cells(lines, ranking=ranking),
        below=tuple(notes),
        landscape=True,
        frozen=3 if ranking else 2,
    )


def score_xlsx(
    lines: Sequence[ScoreLine],
    round_: Round,
    sections: Sequence[str],
    *,
    ranking: bool = False,
    notes: Sequence[str] = (),
) -> bytes:
    """The table as .xlsx. Raises ExportRefused for a round marked 秘密 or above."""
    refuse_secret(round_)
    sheet = score_sheet(lines, round_, sections, ranking=ranking, notes=notes)
    return workbook_bytes([sheet], title=sheet.title)


def score_csv(
    lines: Sequence[ScoreLine], round_: Round, sections: Sequence[str], *, ranking: bool = False
) -> bytes:
    """The table as CSV (UTF-8 with BOM). Raises ExportRefused for a round marked 秘密 or above."""
    refuse_secret(round_)
    columns = score_columns(sections, ranking=ranking, changed=any_changed(lines))
    return csv_bytes(columns, score_cells(lines, ranking=ranking))
