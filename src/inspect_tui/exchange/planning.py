"""Opening a round: checklists, units and rules frozen as they are today, teams and who visits what.

Everything a round needs is copied into it, so that old reports never change with the roster. Amending it
raises `pack_version`; answers stay, and items whose text changed ask for a fresh look.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.plan_checks import PlanChecks, clean_team
from inspect_tui.model.checklist import CHECKLIST_FORMAT, Checklist
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.roster import Roster, Unit
from inspect_tui.model.round import ROUND_FORMAT, ROUND_VERSION, Period, Round, Team
from inspect_tui.model.terms import RoundKind, Secrecy, Stage
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.rules.canonical import checklist_hash, unit_hash
from inspect_tui.rules.carrying import OUT_OF_SCOPE, Cargo
from inspect_tui.rules.issue import did_you_mean
from inspect_tui.store.clean import clean_json, clean_text
from inspect_tui.store.files import UNPLACED
from inspect_tui.store.jsonfile import read_json
from inspect_tui.store.loading import load_checklist, load_round, round_from_raw, sniff_format
from inspect_tui.store.workspace import Workspace

_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_MONTHS = {"十二": 12, "十一": 11, "十": 10} | {d: n for n, d in enumerate("一二三四五六七八九", 1)}


def open_round(
    space: Workspace,
    *,
    title: str,
    kind: RoundKind,
    period: Period,
    teams: Sequence[Team],
    unit_ids: Sequence[str],
    checklist_ids: Sequence[str],
    now: dt.datetime,
    practice: bool = False,
    issuer: str = "",
    basis: str = "",
    demands: Sequence[str] = (),
    secrecy: Secrecy = Secrecy.INTERNAL,
    origin: str = "",
    cargo: Cargo | None = None,
    series: str = "",
    stage: Stage | None = None,
    recovery_key: str = "",
) -> Round:
    """Freeze a new round into the workspace and return it.

    Units and checklists are named by id; a team without units of its own is a fault unless it is the only
    one, which then visits all. `cargo` are the problems of earlier rounds that come along. A `stage` of a
    year's grading belongs to a `series`, which is named after year and checklist unless it is given. Raises
    InputFaults with everything that is wrong at once, StoreError when the file cannot be written.
    """
    plan = _Plan(space)
    team_list = list(teams)
    if len(team_list) == 1 and not team_list[0].units:
        team_list = [msgspec.structs.replace(team_list[0], units=tuple(unit_ids))]
    frozen = plan.freeze(unit_ids, checklist_ids)
    plan.check_head(title, period)
    plan.check_teams(team_list, {u.id for u in plan.chosen})
    plan.check_series(series, stage)
    plan.refuse_faults()
    wanted_id = round_id(period, kind)
    if stage is not None:
        series = series or series_of(period, kind, checklist_ids)
        wanted_id = f"{series[:52]}-{stage.value}"
    head = {
        "format": ROUND_FORMAT,
        "version": ROUND_VERSION,
        "id": _free_id(space, wanted_id),
        "title": clean_text(title, newlines=False).strip(),
        "kind": kind.value,
        "period": _builtins(period),
        "pack_version": 1,
        "practice": practice,
        "secrecy": secrecy.value,
        "issuer": clean_text(issuer, newlines=False).strip(),
        "basis": clean_text(basis, newlines=False).strip(),
        "demands": [clean_text(d, newlines=False).strip() for d in demands if d.strip()],
        "created": now.isoformat(timespec="seconds"),
        "origin": origin or secrets.token_hex(8),
        "teams": [_builtins(clean_team(team)) for team in team_list],
    }
    raw = head | frozen
    if stage is not None:
        raw |= {"series": series, "stage": stage.value}
    if recovery_key:
        raw["recovery_key"] = recovery_key
    if cargo is not None:
        raw["carried"] = [_builtins(problem) for problem in cargo.carried]
        raw["held"] = [_builtins(held) for held in cargo.held]
        along = {"cards": cargo.cards, "pairs": cargo.pairs}
        raw |= {name: [_builtins(one) for one in held] for name, held in along.items() if held}
    round_, _ = round_from_raw(raw)
    space.save_round(raw)
    return round_


def amend_round(
    space: Workspace,
    round_id: str,
    *,
    title: str | None = None,
    period: Period | None = None,
    teams: Sequence[Team] | None = None,
    unit_ids: Sequence[str] | None = None,
    checklist_ids: Sequence[str] | None = None,
    refresh: bool = False,
    issuer: str | None = None,
    basis: str | None = None,
    demands: Sequence[str] | None = None,
    recovery_key: str | None = None,
    preview: bool = False,
) -> Round:
    """Change a round under way and raise its pack version; what is not given stays.

    With `preview` the changed round is returned and nothing is written.

    `refresh` freezes checklists, units and rules anew from the workspace; new units or checklists are
    taken from there in any case. Answers stay, and so do the problems carried over: those of units that
    leave are held, those of units that come are taken along. Raises InputFaults with everything wrong.
    """
    held, raw, _ = load_round(space.round_dir(round_id) / "round.json")
    plan = _Plan(space, None if refresh else raw)
    raw = dict(raw)
    if refresh or unit_ids is not None or checklist_ids is not None:
        frozen = plan.freeze(
            list(unit_ids) if unit_ids is not None else [u.id for u in inspected_units(held)],
            list(checklist_ids) if checklist_ids is not None else [c.id for c in held.checklists],
        )
        if not refresh:
            frozen["rules"] = raw.get("rules", {})
        raw |= frozen
        known = {u.id for u in plan.chosen}
    else:
        known = set([u.id for u in inspected_units(held)])
    team_list = list(teams) if teams is not None else list(held.teams)
    if teams is None and unit_ids is not None:
        team_list = [
            msgspec.structs.replace(t, units=tuple(u for u in t.units if u in known)) for t in team_list
        ]
    plan.check_head(title if title is not None else held.title, period or held.period)
    plan.check_teams(team_list, known)
    if known != {u.id for u in inspected_units(held)}:
        raw |= plan.refit(held, raw, known)
    plan.refuse_faults()
    raw["teams"] = [_builtins(clean_team(team)) for team in team_list]
    for name, value in (("title", title), ("issuer", issuer), ("basis", basis)):
        if value is not None:
            raw[name] = clean_text(value, newlines=False).strip()
    if period is not None:
        raw["period"] = _builtins(period)
    if demands is not None:
        raw["demands"] = [clean_text(d, newlines=False).strip() for d in demands if d.strip()]
    if recovery_key is not None:
        raw["recovery_key"] = recovery_key
    raw["pack_version"] = held.pack_version + 1
    round_, _ = round_from_raw(raw)
    if not preview:
        space.save_round(raw)
    return round_


def round_id(period: Period, kind: RoundKind) -> str:
    """An ASCII id people can read: 2026Q4-lookback, 2026M11-assessment, 2026-supervision."""
    said = period.label + period.start
    year = re.search(r"20\d\d", said)
    stem = year.group() if year else "round"
    if quarter := re.search(r"第?([一二三四1-4])季度", period.label):
        stem += f"Q{_QUARTERS[quarter.group(1)]}"
    elif month := re.search(r"(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月", period.label):
        word = month.group(1)
        stem += f"M{_MONTHS[word] if word in _MONTHS else int(word):02d}"
    elif len(period.start) == 10 and period.start[5:7].isdecimal():
        stem += f"M{period.start[5:7]}"
    return f"{stem}-{kind.value.replace('_', '-')}"


def series_of(period: Period, kind: RoundKind, checklist_ids: Sequence[str]) -> str:
    """The series of a year's grading: all its stages of one year over one checklist come to the same id."""
    year = re.match(r"20\d\d", round_id(period, kind))
    return f"{year.group() if year else 'grading'}-{checklist_ids[0]}"[:64]


def _free_id(space: Workspace, wanted: str) -> str:
    # Compared without regard to case: Windows and macOS folders take both for one.
    here = space.rounds_dir.iterdir() if space.rounds_dir.is_dir() else ()
    taken = {path.name.casefold() for path in here if not _is_bare(path)}
    number, name = 1, wanted
    while name.casefold() in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _is_bare(folder: Path) -> bool:
    """Whether a folder is all that is left of a round that could not be written."""
    return folder.is_dir() and all(path.suffix in UNPLACED for path in folder.iterdir())


def _builtins(value: Any) -> Any:
    return msgspec.to_builtins(value)


class _Plan(PlanChecks):
    """Collects what a round freezes, and everything wrong with what was asked for.

    With `held` (a round's raw form) its own checklists and units come before those of the workspace.
    """

    def __init__(self, space: Workspace, held: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.space = space
        self.chosen: list[Unit] = []
        self._held = held

    # ---------------------------------------------------------------- what is frozen

    def freeze(self, unit_ids: Sequence[str], checklist_ids: Sequence[str]) -> dict[str, Any]:
        """Raw checklists, units with everything above them, rules, and the hashes of the first two."""
        checklists = self._checklists(checklist_ids)
        units = self._units(unit_ids)
        self._check_fit([c for c, _ in checklists])
        rules, faults = self.space.rules()
        self.faults += [f for f in faults if not f.warning]
        return {
            "checklists": [raw for _, raw in checklists],
            "units": [raw for _, raw in units],
            "rules": msgspec.json.decode(msgspec.json.encode(rules)),
            "checklist_hashes": {c.id: checklist_hash(c) for c, _ in checklists},
            "unit_hashes": {u.id: unit_hash(u) for u, _ in units},
        }

    def refit(self, held: Round, raw: dict[str, Any], visited: set[str]) -> dict[str, Any]:
        """The earlier problems of a round whose units change, raw: carried where visited, else held.

        A unit whose earlier problems were looked at already cannot be left out: that would lose the look.
        """
        from inspect_tui.exchange.carrying import verified_in

        leaving = {c.id: c for c in held.carried if c.unit not in visited}
        begun = (
            {leaving[i].unit for i in verified_in(self.space, held) & leaving.keys()} if leaving else set()
        )
        for unit_id in sorted(begun):
            remedy = "请保留这个单位"
            self.fault("N03", "这个单位的上轮问题已有复查或整改记录，不能去掉", value=unit_id, remedy=remedy)
        coming = {h.problem.id for h in held.held if h.reason == OUT_OF_SCOPE and h.problem.unit in visited}
        carried, kept = raw.get("carried", ()), raw.get("held", ())
        return {
            "carried": [c for c in carried if c["id"] not in leaving]
            + [h["problem"] for h in kept if h["problem"]["id"] in coming],
            "held": [h for h in kept if h["problem"]["id"] not in coming]
            + [{"problem": c, "reason": OUT_OF_SCOPE} for c in carried if c["id"] in leaving],
        }

    def _checklists(self, wanted: Sequence[str]) -> list[tuple[Checklist, dict[str, Any]]]:
        held: dict[str, tuple[Checklist, dict[str, Any]]] = {}
        for raw in (self._held or {}).get("checklists", ()):
            checklist = msgspec.convert(raw, Checklist, strict=False)
            held[checklist.id] = (checklist, raw)
        missing = [c for c in wanted if c not in held]
        broken: list[Fault] = []
        if missing or not wanted:
            for path in sorted(self.space.checklists_dir.glob("*.json")):
                # The rest of the folder is only read to say what else there is.
                if wanted and all(c in held for c in wanted):
                    break
                if sniff_format(path) != CHECKLIST_FORMAT:
                    continue
                try:
                    checklist, _ = load_checklist(path)
                except InputFaults as error:
                    broken += error.faults
                else:
                    held.setdefault(checklist.id, (checklist, clean_json(read_json(path).value)))
        if not wanted:
            self.fault("N02", "没有选检查清单", remedy=f"可选：{'、'.join(held) or '（没有可用的清单）'}")
        chosen = []
        for checklist_id in dict.fromkeys(wanted):
            if checklist_id in held:
                chosen.append(held[checklist_id])
                continue
            remedy = did_you_mean(checklist_id, held, f"可选：{'、'.join(held) or '（没有可用的清单）'}")
            self.fault("N02", "没有这份检查清单", value=checklist_id, remedy=remedy)
            self.faults += broken
            broken = []
        return chosen

    def _roster(self) -> tuple[Roster | None, dict[str, dict[str, Any]]]:
        roster, faults = self.space.roster()
        if roster is None:
            self.faults += faults
            return None, {}
        raw = clean_json(read_json(self.space.roster_path()).value)
        return roster, {row["id"]: row for row in raw["units"]}

    def _units(self, wanted: Sequence[str]) -> list[tuple[Unit, dict[str, Any]]]:
        """The chosen units and every unit above them, in roster order."""
        raws = {row["id"]: row for row in (self._held or {}).get("units", ())}
        held = {i: msgspec.convert(row, Unit, strict=False) for i, row in raws.items()}
        if not wanted:
            self.fault("N03", "没有选被检单位", remedy="请至少选一个单位")
            return []
        if any(unit_id not in held for unit_id in wanted):
            roster, roster_raws = self._roster()
            if roster is None:
                return []
            for unit in roster.units:
                if unit.id not in held:
                    held[unit.id], raws[unit.id] = unit, roster_raws[unit.id]
            order = {unit.id: place for place, unit in enumerate(roster.units)}
        else:
            order = {unit_id: place for place, unit_id in enumerate(held)}
        keep: set[str] = set()
        for unit_id in wanted:
            if unit_id not in held:
                remedy = did_you_mean(unit_id, held, "请核对单位编号")
                self.fault("N03", "名册里没有这个单位", value=unit_id, remedy=remedy)
                continue
            if unit_id in {u.id for u in self.chosen}:
                continue
            self.chosen.append(held[unit_id])
            current = unit_id
            while current in held and current not in keep:
                keep.add(current)
                current = held[current].parent
        last = len(order)
        return [(held[i], raws[i]) for i in sorted(keep, key=lambda i: order.get(i, last))]

    def _check_fit(self, checklists: list[Checklist]) -> None:
        """Every chosen unit needs a checklist made for its kind, and every checklist a unit."""
        if not checklists or not self.chosen:
            return
        for unit in self.chosen:
            if not any(unit.kind in c.unit_kinds for c in checklists):
                self.fault(
                    "N04",
                    f"所选清单都不适用于{unit.kind.label}“{unit.name}”",
                    value=unit.id,
                    remedy="请加选一份适用的清单，或去掉这个单位",
                )
        for checklist in checklists:
            if not any(unit.kind in checklist.unit_kinds for unit in self.chosen):
                kinds = "、".join(kind.label for kind in checklist.unit_kinds)
                self.fault(
                    "N04",
                    f"清单“{checklist.title}”用于{kinds}，所选单位里没有",
                    value=checklist.id,
                    remedy="请去掉这份清单，或加选单位",
                )


def units_under(roster: Roster, top: str, fits: Callable[[Unit], bool]) -> list[str]:
    """Ids of the units under one (itself included) that fit, in roster order."""
    below = {top}
    grown = True
    while grown:
        more = {u.id for u in roster.units if u.parent in below and u.id not in below}
        grown = bool(more)
        below |= more
    return [u.id for u in roster.units if u.id in below and fits(u)]
