"""Roster: the tree of Party organisations, who leads them, who answers for them, how many members."""

import msgspec

from inspect_tui.model.terms import Profile, UnitKind

ROSTER_FORMAT = "inspect-tui/roster"


class Crew(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A production crew under a group; `members` counts Party members, `staff` everyone.

    A crew with no member needs `arrangement`: who cultivates or keeps contact there.
    """

    name: str
    staff: int = 0
    members: int = 0
    arrangement: str = ""


class Unit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One organisation that is inspected or that stands above inspected ones.

    `code` is the short code used in finding numbers; `name` the short name people use in groups,
    `full_name` the one for documents, `admin_name` the administrative name beside the Party one.
    `responsible_leader` is the leader who answers for the unit (分级承包). `duty_day` is the unit's own day
    of the month for revising its 岗位责任, where it differs from the checklist's.
    """

    id: str
    code: str
    name: str
    kind: UnitKind
    parent: str = ""
    full_name: str = ""
    admin_name: str = ""
    profile: Profile = Profile.GENERAL
    feature: str = ""
    leader: str = ""
    responsible_leader: str = ""
    members: int = 0
    probationary: int = 0
    staff: int = 0
    crews: tuple[Crew, ...] = ()
    tags: tuple[str, ...] = ()
    duty_day: int = 0

    @property
    def long_name(self) -> str:
        return self.full_name or self.name


class Roster(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All units of one plant, parents before or after children alike."""

    format: str
    version: str
    name: str
    units: tuple[Unit, ...]
    remark: str = ""

    def unit(self, unit_id: str) -> Unit | None:
        """The unit of that id, if the roster has it."""
        return next((u for u in self.units if u.id == unit_id), None)
