"""What must hold of a round's head and teams before it is opened or amended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.round import Period, Team
from inspect_tui.model.terms import Stage
from inspect_tui.rules.issue import did_you_mean, good_id
from inspect_tui.store.clean import clean_text

#: Longest title: it stands in heads of messages and in file names.
TITLE_LENGTH = 40


def clean_team(team: Team) -> Team:
    """A team with its names cleaned and blanks left out."""
    members = tuple(m for name in team.members if (m := clean_text(name, newlines=False).strip()))
    return msgspec.structs.replace(
        team,
        name=clean_text(team.name, newlines=False).strip(),
        lead=clean_text(team.lead, newlines=False).strip(),
        members=members,
    )


class PlanChecks:
    """Collects everything wrong with a plan, so that all of it is told at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, code: str, message: str, *, path: str = "", value: str = "", remedy: str = "") -> None:
        """Note one thing wrong."""
        self.faults.append(Fault(code=code, path=path, message=message, value=value, remedy=remedy))

    def check_series(self, series: str, stage: Stage | None) -> None:
        """A series is named by an id and is nothing without a stage."""
        if series and not good_id(series):
            self.fault(
                "N11", "系列编号只能用英文字母、数字、连字符和下划线", value=series, remedy="如2026-dbjj"
            )
        if series and stage is None:
            self.fault("N11", "写了系列，没有写是哪个阶段", value=series, remedy="请写阶段，或不写系列")

    def refuse_faults(self) -> None:
        """Raise InputFaults with everything noted."""
        if self.faults:
            raise InputFaults(self.faults)

    def check_head(self, title: str, period: Period) -> None:
        """Title and dates."""
        cleaned = clean_text(title, newlines=False).strip()
        if not cleaned:
            self.fault("N01", "没有写标题", remedy="如：2026年第四季度回头看")
        elif len(cleaned) > TITLE_LENGTH:
            self.fault("N01", f"标题超过{TITLE_LENGTH}个字", value=cleaned, remedy="请写短一些")
        if not period.label.strip():
            self.fault("N01", "没有写检查时段", remedy="如：2026年第四季度")
        days = []
        for name, value in (("开始日期", period.start), ("结束日期", period.end)):
            if not value:
                continue
            try:
                days.append(dt.date.fromisoformat(value) if len(value) == 10 else None)
            except ValueError:
                days.append(None)
            if days[-1] is None:
                self.fault("N01", f"{name}写法不对", value=value, remedy="请写成2026-11-20这样的日期")
        if len(days) == 2 and days[0] and days[1] and days[1] < days[0]:
            self.fault("N01", "结束日期早于开始日期", value=period.end, remedy="请改正日期")

    def check_teams(self, teams: Sequence[Team], known: set[str]) -> None:
        """No unit and no person in two teams, no unit without a team, no empty team."""
        ids: dict[str, str] = {}
        names: dict[str, str] = {}
        people: dict[str, str] = {}
        units: dict[str, tuple[int, str]] = {}
        for place, team in enumerate(map(clean_team, teams)):
            if not good_id(team.id):
                self.fault("N05", "检查组编号只能用英文字母、数字、连字符和下划线", value=team.id)
            if not team.name:
                self.fault("N05", "检查组没有名称", value=team.id, remedy="如：第1检查组")
            for value, taken, what in ((team.id, ids, "编号"), (team.name, names, "名称")):
                if value in taken:
                    self.fault("N05", f"两个检查组{what}相同", value=value, remedy="请改一个")
                taken[value] = team.id
            for person in dict.fromkeys(p for p in (team.lead, *team.members) if p):
                if person in people:
                    self.fault(
                        "N06",
                        f"同一个人在两个检查组：{people[person]}、{team.name}",
                        value=person,
                        remedy="一人只能在一个组；同名的请加以区分",
                    )
                people.setdefault(person, team.name)
            if len(set(team.members)) < len(team.members):
                self.fault("N06", f"{team.name}的组员有重名", remedy="同名的请加以区分")
            if not team.units:
                self.fault("N07", f"{team.name}没有分到单位", remedy="请给它分单位，或去掉这个组")
            for unit_id in team.units:
                if unit_id not in known:
                    remedy = did_you_mean(unit_id, known, "请先把它选为被检单位")
                    self.fault("N07", f"{team.name}的单位不在被检单位里", value=unit_id, remedy=remedy)
                elif unit_id in units and units[unit_id][0] != place:
                    self.fault(
                        "N07",
                        f"一个单位分给了两个检查组：{units[unit_id][1]}、{team.name}",
                        value=unit_id,
                        remedy="请只留一个组",
                    )
                units.setdefault(unit_id, (place, team.name))
        if teams:
            for unit_id in sorted(known - set(units)):
                self.fault("N07", "这个单位没有分给任何检查组", value=unit_id, remedy="请分给一个组")
