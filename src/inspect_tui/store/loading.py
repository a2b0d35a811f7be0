"""Checklists, rosters, rules, schemes, rounds and packs read from files: whole and sound, or not at all.

A file that has faults opens nothing; all its faults are told at once, each with its place and remedy. Text of
files that people write is cleaned here, once; what the program itself wrote must be clean already.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from inspect_tui.model.appraisal import APPRAISAL_FORMAT, Appraisal
from inspect_tui.model.checklist import CHECKLIST_FORMAT, Checklist
from inspect_tui.model.distribution import DISTRIBUTION_FORMAT, Distribution
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.flows import FLOWS_FORMAT, FlowList
from inspect_tui.model.pack import Pack
from inspect_tui.model.roster import ROSTER_FORMAT, Roster
from inspect_tui.model.round import PACK_FORMAT, ROUND_FORMAT, RULES_FORMAT, Round, Rules
from inspect_tui.model.scheme import CONTEST_FORMAT, SCHEME_FORMAT, Contest, Scheme
from inspect_tui.rules.canonical import checklist_hash, unit_hash
from inspect_tui.rules.checking import check_checklist
from inspect_tui.rules.checking_appraisal import check_appraisal
from inspect_tui.rules.checking_helpers import check_distribution, check_flows
from inspect_tui.rules.checking_round import check_round, check_rules
from inspect_tui.rules.checking_scheme import check_contest, check_scheme
from inspect_tui.rules.checking_units import check_roster
from inspect_tui.rules.checking_words import check_papers, check_words
from inspect_tui.rules.issue import MAX_ISSUES, Issue, Steps, did_you_mean, rows, text
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.jsonfile import Parsed, cut_short, parse_json, path_text, shown
from inspect_tui.store.structure import check_structure

T = TypeVar("T", bound=msgspec.Struct)
_Check = Callable[[dict[str, Any]], list[Issue]]

_FORMAT_FIELD = re.compile(r'"format"\s*:\s*"([^"\\\x00-\x1f]{1,80})"')


def load_checklist(source: Path | bytes, *, name: str = "") -> tuple[Checklist, list[Fault]]:
    """A checklist and the warnings about it. Raises InputFaults with every fault of the file."""
    record, _, warnings = _load(
        source, name, Checklist, CHECKLIST_FORMAT, _check_authored, after=check_papers
    )
    return record, warnings


def load_roster(source: Path | bytes, *, name: str = "") -> tuple[Roster, list[Fault]]:
    """A roster and the warnings about it. Raises InputFaults with every fault of the file."""
    record, _, warnings = _load(source, name, Roster, ROSTER_FORMAT, check_roster)
    return record, warnings


def load_rules(source: Path | bytes, *, name: str = "") -> tuple[Rules, list[Fault]]:
    """An office's own figures and the warnings about them. Raises InputFaults with every fault."""
    record, _, warnings = _load(source, name, Rules, RULES_FORMAT, check_rules, needs_format=True)
    return record, warnings


def load_scheme(source: Path | bytes, *, name: str = "") -> tuple[Scheme, list[Fault]]:
    """A scheme of grades and the warnings about it. Raises InputFaults with every fault of the file."""
    record, _, warnings = _load(source, name, Scheme, SCHEME_FORMAT, check_scheme, needs_format=True)
    return record, warnings


def load_contest(source: Path | bytes, *, name: str = "") -> tuple[Contest, list[Fault]]:
    """A contest and the warnings about it. Raises InputFaults with every fault of the file."""
    record, _, warnings = _load(source, name, Contest, CONTEST_FORMAT, check_contest, needs_format=True)
    return record, warnings


def load_appraisal(source: Path | bytes, *, name: str = "") -> tuple[Appraisal, list[Fault]]:
    """An appraisal and the warnings about it. Raises InputFaults with every fault of the file."""
    record, _, warnings = _load(source, name, Appraisal, APPRAISAL_FORMAT, check_appraisal, needs_format=True)
    return record, warnings


def load_distribution(source: Path | bytes, *, name: str = "") -> tuple[Distribution, list[Fault]]:
    """A rule of 二次分配 and the warnings about it. Raises InputFaults with every fault of the file."""
    record, _, warnings = _load(
        source, name, Distribution, DISTRIBUTION_FORMAT, check_distribution, needs_format=True
    )
    return record, warnings


def load_flows(source: Path | bytes, *, name: str = "") -> tuple[FlowList, list[Fault]]:
    """A list of basic flows and the warnings about it. Raises InputFaults with every fault of the file."""
    record, _, warnings = _load(source, name, FlowList, FLOWS_FORMAT, check_flows, needs_format=True)
    return record, warnings


def load_round(source: Path | bytes, *, name: str = "") -> tuple[Round, dict[str, Any], list[Fault]]:
    """A round, its raw form (which keeps unknown fields of a newer minor version) and the warnings.

    Raises InputFaults with every fault of the file.
    """
    return _load(source, name, Round, ROUND_FORMAT, check_round, foreign=True, after=_frozen_issues)


def load_pack(source: Path | bytes, *, name: str = "") -> tuple[Pack, dict[str, Any], list[Fault]]:
    """A round pack, its raw form (the round's raw form is under `round`) and the warnings.

    Raises InputFaults with every fault of the file.
    """
    return _load(source, name, Pack, PACK_FORMAT, _check_pack, foreign=True, after=_frozen_in_pack)


def round_from_raw(raw: dict[str, Any], *, name: str = "") -> tuple[Round, list[Fault]]:
    """The round that a findings file or pack carries as raw JSON. Raises InputFaults with every fault."""
    record, _, warnings = load_round(msgspec.json.encode(raw), name=name)
    return record, warnings


def sniff_format(path: Path) -> str:
    """The `format` a file says it has, read without judging it; empty when it says none or is unreadable."""
    try:
        parsed = parse_json(path)
    except InputFaults:
        try:
            with files.fs.open_read(path) as handle:
                head = handle.read(65536)
        except OSError:
            return ""
        found = _FORMAT_FIELD.search(head.decode("utf-8", errors="replace"))
        return found[1] if found else ""
    value = parsed.value.get("format", "") if isinstance(parsed.value, dict) else ""
    return value if isinstance(value, str) else ""


def check_file(path: Path, *, name: str = "") -> list[Fault]:
    """Every fault and warning of a file of any format of ours, chosen by what it says it is."""
    loaders: dict[str, Callable[..., Any]] = {
        ROSTER_FORMAT: load_roster,
        RULES_FORMAT: load_rules,
        SCHEME_FORMAT: load_scheme,
        CONTEST_FORMAT: load_contest,
        APPRAISAL_FORMAT: load_appraisal,
        DISTRIBUTION_FORMAT: load_distribution,
        FLOWS_FORMAT: load_flows,
        ROUND_FORMAT: load_round,
        PACK_FORMAT: load_pack,
    }
    loader = loaders.get(sniff_format(path), load_checklist)
    try:
        warnings: list[Fault] = loader(path, name=name)[-1]
    except InputFaults as error:
        return error.faults
    return warnings


# -------------------------------------------------------------------- how a file is loaded


def _load(
    source: Path | bytes,
    name: str,
    kind: type[T],
    format_: str,
    check: _Check,
    *,
    foreign: bool = False,
    needs_format: bool = False,
    after: Callable[[T], list[Issue]] | None = None,
) -> tuple[T, dict[str, Any], list[Fault]]:
    parsed = parse_json(source, name=name, expect=dict)
    name = parsed.name
    cleaned: list[tuple[Steps, bool, int]] = []
    # A text without escapes that is clean as a whole has no unclean part.
    whole = "\\" not in parsed.text and clean_text(parsed.text) == parsed.text
    value = parsed.value if whole else _clean(parsed.value, cleaned)
    issues = [_unclean(steps, key, count, foreign) for steps, key, count in cleaned]
    structure = check_structure(value, kind, format_)
    if needs_format and "format" not in value:
        structure.append(
            Issue(
                code="S01",
                steps=(),
                message="缺少“format”（文件格式标识）",
                remedy=f'请补上"format": "{format_}"',
            )
        )
    issues += structure
    wrong_file = any(issue.code in ("S06", "S08") and len(issue.steps) == 1 for issue in structure)
    if not wrong_file:
        issues += check(_as_meant(value, structure))
    record: T | None = None
    if not parsed.faults and all(issue.warning for issue in issues):
        try:
            record = msgspec.json.decode(msgspec.json.encode(value), type=kind)
        except (msgspec.MsgspecError, ValueError) as error:
            issues.append(
                Issue(code="S99", steps=(), message="内容读不出来", value=str(error), remedy="请核对内容")
            )
        else:
            issues += after(record) if after else []
    told = _faults(parsed, issues)
    if record is None or any(not fault.warning for fault in told):
        raise InputFaults(cut_short(_in_order([*parsed.faults, *told]), name))
    return record, value, [*parsed.warnings, *told]


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.line, fault.column))


def _faults(parsed: Parsed, issues: list[Issue]) -> list[Fault]:
    """Issues with their file, line and column."""
    if not issues:
        return []
    places = parsed.places([(issue.steps, issue.at_key) for issue in issues])
    return [
        Fault(
            code=issue.code,
            file=parsed.name,
            line=line,
            column=column,
            path=path_text(issue.steps),
            message=issue.message,
            value="" if issue.value is None else shown(issue.value),
            allowed=tuple(shown(word, 40) for word in issue.allowed[:20]),
            remedy=issue.remedy,
            warning=issue.warning,
        )
        for issue, (line, column) in zip(issues, places, strict=True)
    ]


def _clean(value: Any, changed: list[tuple[Steps, bool, int]], steps: Steps = ()) -> Any:
    """The value with all its text cleaned; notes each place that was altered and by how many characters.

    The depth is bounded by the reader, so the recursion is too.
    """
    if isinstance(value, str):
        clean = clean_text(value)
        if clean != value and len(changed) < MAX_ISSUES:
            changed.append((steps, False, _altered(value)))
        return clean
    if isinstance(value, list):
        return [_clean(part, changed, (*steps, place)) for place, part in enumerate(value)]
    if isinstance(value, dict):
        result: dict[str, Any] = {}
        for key, part in value.items():
            clean = clean_text(key, newlines=False)
            if clean != key:
                if len(changed) < MAX_ISSUES:
                    changed.append(((*steps, key), True, _altered(key)))
                # A key that reads like another one once cleaned must not replace it.
                clean = key if clean in value or clean in result else clean
            result[clean] = _clean(part, changed, (*steps, key))
        return result
    return value


def _altered(text_: str) -> int:
    """How many characters of a text cleaning takes out or replaces."""
    return max(1, sum(clean_text(char) != char for char in text_))


def _unclean(steps: Steps, key: bool, count: int, foreign: bool) -> Issue:
    if foreign:
        return Issue(
            code="S09",
            steps=steps,
            at_key=key,
            message=f"有{count}个不能显示的字符",
            remedy="文件可能被改动过，请重新取得",
        )
    return Issue(
        code="S10",
        steps=steps,
        at_key=key,
        message=f"有{count}个不能显示或写法不统一的字符，已清理",
        remedy="可以不管；想根除就在文件里删去",
        warning=True,
    )


def _as_meant(value: Any, structure: list[Issue]) -> Any:
    """The value with misspelt fields under the name they most likely mean, for the checks that follow."""
    renames = {issue.steps: issue.meant for issue in structure if issue.meant}
    return _renamed(value, renames, ()) if renames else value


def _renamed(value: Any, renames: dict[Steps, str], steps: Steps) -> Any:
    if isinstance(value, list):
        return [_renamed(part, renames, (*steps, place)) for place, part in enumerate(value)]
    if isinstance(value, dict):
        return {
            renames.get((*steps, key), key): _renamed(part, renames, (*steps, key))
            for key, part in value.items()
        }
    return value


# -------------------------------------------------------------------- rounds and packs


def _frozen_issues(round_: Round, steps: Steps = ()) -> list[Issue]:
    """Whether what a round froze is still what its hashes say."""
    issues = []
    for key, hashes, made in (
        ("checklists", round_.checklist_hashes, {c.id: checklist_hash(c) for c in round_.checklists}),
        ("units", round_.unit_hashes, {u.id: unit_hash(u) for u in round_.units}),
    ):
        places = {name: place for place, name in enumerate(made)}
        for name, said in hashes.items():
            if name in made and made[name] != said:
                issues.append(
                    Issue(
                        code="P05",
                        steps=(*steps, key, places[name]),
                        message="内容与建立轮次时留下的指纹不符",
                        value=name,
                        remedy="文件可能被改动过，请向组长重新要发包文件",
                        warning=True,
                    )
                )
    return issues


def _check_authored(raw: dict[str, Any]) -> list[Issue]:
    return [*check_checklist(raw), *check_words(raw)]


def _check_pack(raw: dict[str, Any]) -> list[Issue]:
    round_ = raw.get("round")
    if not isinstance(round_, dict):
        return []
    issues = check_round(round_, ("round",))
    teams = [text(team, "id") for _, team in rows(round_.get("teams"), ())]
    units = [text(unit, "id") for _, unit in rows(round_.get("units"), ())]
    team = text(raw, "team")
    if team and team not in teams:
        issues.append(
            Issue(
                code="P03",
                steps=("team",),
                message="轮次里没有这个检查组",
                value=team,
                remedy=did_you_mean(team, teams, "请核对检查组编号"),
            )
        )
    named = raw.get("units")
    for place, unit in enumerate(named if isinstance(named, list) else []):
        if isinstance(unit, str) and unit not in units:
            issues.append(
                Issue(
                    code="P03",
                    steps=("units", place),
                    message="轮次里没有这个单位",
                    value=unit,
                    remedy=did_you_mean(unit, units, "请核对单位编号"),
                )
            )
    return issues


def _frozen_in_pack(pack: Pack) -> list[Issue]:
    return _frozen_issues(pack.round, ("round",))
