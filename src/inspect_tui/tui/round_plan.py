"""Plan: a round as it is being put together on the screen, kept as a draft until it is opened."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

import msgspec

from inspect_tui.model.person import Identity
from inspect_tui.model.roster import Roster, Unit
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.terms import RoundKind, Secrecy

_DIGITS = "一二三四"
_DATE = re.compile(r"(\d{4})\s*[-./年]?\s*(\d{1,2})\s*[-./月]?\s*(\d{1,2})\s*日?")
_NAMES = re.compile(r"[、，,；;\s]+")


class TeamPlan(msgspec.Struct, kw_only=True):
    """A team as it is being put together."""

    id: str
    name: str
    lead: str = ""
    members: list[str] = []
    units: list[str] = []

    def team(self) -> Team:
        """The team as a round holds it."""
        return Team(
            id=self.id, name=self.name, lead=self.lead, members=tuple(self.members), units=tuple(self.units)
        )


class RoundPlan(msgspec.Struct, kw_only=True):
    """Everything that opening a round asks for. `title` is made from period and kind until it is typed.

    `sources` are ids of earlier rounds and paths of files that problems come from; None while nobody chose,
    which means every earlier round of the kind. `holds` are reasons, by problem, for leaving some behind.
    """

    title: str = ""
    kind: RoundKind = RoundKind.LOOKBACK
    label: str = ""
    start: str = ""
    end: str = ""
    checklists: list[str] = []
    teams: list[TeamPlan] = []
    issuer: str = ""
    basis: str = ""
    demands: list[str] = []
    practice: bool = False
    secrecy: Secrecy = Secrecy.INTERNAL
    sources: list[str] | None = None
    holds: dict[str, str] = {}

    @property
    def full_title(self) -> str:
        return self.title or f"{self.label}{self.kind.label}"

    @property
    def period(self) -> Period:
        return Period(label=self.label, start=self.start, end=self.end)

    @property
    def unit_ids(self) -> list[str]:
        """All units of all teams, each once."""
        return list(dict.fromkeys(unit for team in self.teams for unit in team.units))

    def owner(self, unit_id: str) -> TeamPlan | None:
        """The team a unit was given to."""
        return next((team for team in self.teams if unit_id in team.units), None)

    def add_team(self) -> TeamPlan:
        """One more team, with the next free number."""
        taken = {team.id for team in self.teams}
        number = next(n for n in range(1, 1000) if f"T{n}" not in taken)
        team = TeamPlan(id=f"T{number}", name=f"第{number}检查组")
        self.teams.append(team)
        return team


def propose(
    today: dt.date,
    *,
    before: Round | None,
    roster: Roster | None,
    checklist_ids: Sequence[str],
    identity: Identity | None,
    practice: bool,
) -> RoundPlan:
    """A sensible plan to start from: this quarter, last round's checklists, teams and words."""
    label, start, end = quarter(today)
    plan = RoundPlan(label=label, start=start, end=end, practice=practice)
    if before is not None:
        known = {unit.id for unit in roster.units} if roster is not None else set()
        frozen = [c.id for c in before.checklists]
        plan.kind, plan.secrecy = before.kind, before.secrecy
        plan.issuer, plan.basis, plan.demands = before.issuer, before.basis, list(before.demands)
        plan.checklists = [c for c in checklist_ids if c in frozen]
        plan.teams = [
            TeamPlan(
                id=t.id,
                name=t.name,
                lead=t.lead,
                members=list(t.members),
                units=[u for u in t.units if u in known],
            )
            for t in before.teams
        ]
    if not plan.checklists:
        plan.checklists = list(checklist_ids[:1])
    if not plan.teams:
        team = plan.add_team()
        team.lead = identity.name if identity is not None else ""
    return plan


# -------------------------------------------------------------------- periods and dates


def quarter(day: dt.date, ahead: int = 0) -> tuple[str, str, str]:
    """Name, first and last day of the quarter a day is in, or of one further on."""
    place = day.year * 4 + (day.month - 1) // 3 + ahead
    year, index = divmod(place, 4)
    first, last = dt.date(year, 3 * index + 1, 1), _last(year, 3 * index + 3)
    return f"{year}年第{_DIGITS[index]}季度", first.isoformat(), last.isoformat()


def month(day: dt.date, ahead: int = 0) -> tuple[str, str, str]:
    """Name, first and last day of the month a day is in, or of one further on."""
    year, index = divmod(day.year * 12 + day.month - 1 + ahead, 12)
    return (
        f"{year}年{index + 1}月",
        dt.date(year, index + 1, 1).isoformat(),
        _last(year, index + 1).isoformat(),
    )


def half(day: dt.date) -> tuple[str, str, str]:
    """Name, first and last day of the half-year a day is in."""
    if day.month <= 6:
        return f"{day.year}年上半年", f"{day.year}-01-01", f"{day.year}-06-30"
    return f"{day.year}年下半年", f"{day.year}-07-01", f"{day.year}-12-31"


def _last(year: int, number: int) -> dt.date:
    return dt.date(year, number, calendar.monthrange(year, number)[1])


def read_dates(text: str) -> tuple[str, str] | None:
    """First and last day out of what people type, full-width digits and 年月日 included; None when unclear.

    One date alone is both; nothing at all is two empty ones.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return "", ""
    days: list[str] = []
    rest = text
    for match in _DATE.finditer(text):
        try:
            days.append(dt.date(*(int(part) for part in match.groups())).isoformat())
        except ValueError:
            return None
        rest = rest.replace(match.group(), "", 1)
    if not 1 <= len(days) <= 2 or rest.strip(" 至到—-~,，、"):
        return None
    return (days[0], days[-1]) if days[0] <= days[-1] else None


def read_names(text: str) -> list[str]:
    """Names typed in one line, separated by 、 comma or blank."""
    return list(dict.fromkeys(name for name in _NAMES.split(text) if name))


# -------------------------------------------------------------------- units as a tree


class PickRow(msgspec.Struct, frozen=True):
    """A line of the unit picker; `below` are the units that can be inspected under it, itself included."""

    unit: Unit
    depth: int
    fits: bool
    below: tuple[str, ...]


def pick_rows(roster: Roster, kinds: set[str]) -> list[PickRow]:
    """The roster as a tree in which every branch knows the units under it that some checklist is made for."""
    children: dict[str, list[Unit]] = {}
    known = {unit.id for unit in roster.units}
    for unit in roster.units:
        children.setdefault(unit.parent if unit.parent in known else "", []).append(unit)
    rows: list[PickRow] = []

    def walk(parent: str, depth: int) -> list[str]:
        found: list[str] = []
        for unit in children.get(parent, ()):
            fits = unit.kind.value in kinds
            place = len(rows)
            rows.append(PickRow(unit, depth, fits, ()))
            below = ([unit.id] if fits else []) + walk(unit.id, depth + 1)
            if below:
                rows[place] = PickRow(unit, depth, fits, tuple(below))
            else:
                del rows[place:]
            found += below
        return found

    walk("", 0)
    return rows
