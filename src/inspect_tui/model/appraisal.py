"""Appraisal: anonymous tallies of a cadre review (德能勤绩廉学), by dimension and level of rater.

Only counts are ever kept. There is nothing here that a ballot could be traced by.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

APPRAISAL_FORMAT = "inspect-tui/appraisal"


class Choice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer on the ballot and the points it stands for."""

    name: str
    points: Decimal


class RaterLevel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A level of raters and its share of the result (a decimal from 0 to 1)."""

    name: str
    share: Decimal


class Tally(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How often each choice was ticked for one dimension by one level of raters, in the choices' order."""

    dimension: str
    level: str
    counts: tuple[int, ...]


class Subject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is appraised, with all tallies; `ballots` counts the papers handed in by each level."""

    id: str
    name: str
    post: str = ""
    ballots: dict[str, int] = {}
    tallies: tuple[Tally, ...] = ()


class Appraisal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One appraisal of a quarter or year.

    `least` is the fewest ballots a level must have to count at all: with fewer, its figures could be traced
    to persons, even as the difference between the whole and the other levels.
    """

    format: str
    version: str
    id: str
    title: str
    subjects: tuple[Subject, ...]
    dimensions: tuple[str, ...] = ("德", "能", "勤", "绩", "廉", "学")
    choices: tuple[Choice, ...] = (
        Choice(name="优秀", points=Decimal(100)),
        Choice(name="称职", points=Decimal(85)),
        Choice(name="基本称职", points=Decimal(70)),
        Choice(name="不称职", points=Decimal(50)),
    )
    levels: tuple[RaterLevel, ...] = (
        RaterLevel(name="上级", share=Decimal("0.4")),
        RaterLevel(name="同级", share=Decimal("0.3")),
        RaterLevel(name="群众", share=Decimal("0.3")),
    )
    least: int = 3
    draft: bool = False
