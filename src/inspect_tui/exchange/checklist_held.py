"""A checklist against the workspace: whether a changed one was given a new version, whether its tags exist.

Answers hang on a checklist's id and version; two contents under one version could not be told apart later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from inspect_tui.model.checklist import CHECKLIST_FORMAT, Checklist
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.checking_reach import check_tags
from inspect_tui.rules.checklist_versions import not_raised
from inspect_tui.rules.issue import Issue
from inspect_tui.store.jsonfile import parse_json, path_text, shown
from inspect_tui.store.loading import load_checklist, load_roster, sniff_format
from inspect_tui.store.workspace import RoundEntry, Workspace


def workspace_around(path: Path) -> Workspace | None:
    """The workspace whose `checklists` folder a file stands in, if it does."""
    root = path.absolute().parent.parent
    return Workspace(root) if path.absolute().parent.name == "checklists" and _is(root) else None


def _is(root: Path) -> bool:
    try:
        return Workspace.is_workspace(root)
    except OSError:
        return False


def version_faults(
    path: Path, space: Workspace | None, *, name: str = "", rounds: Sequence[RoundEntry] | None = None
) -> list[Fault]:
    """Faults of a checklist file whose content changed under a version that is already in use.

    A file that is no usable checklist has none of these: what is wrong with it is told elsewhere. `rounds`
    are those of the workspace where they were read already.
    """
    space = space or workspace_around(path)
    if space is None or sniff_format(path) not in (CHECKLIST_FORMAT, ""):
        return []
    try:
        checklist, _ = load_checklist(path, name=name)
    except InputFaults:
        return []
    found: dict[str, Fault] = {}
    for held, where in _held(space, checklist.id, path, space.rounds() if rounds is None else rounds):
        for issue in not_raised(held, checklist, where):
            place = parse_json(path, name=name).locate(issue.steps)
            told = _told(issue, name or path.name, place)
            # One round tells it: the author mends the version once.
            found.setdefault(issue.code, told)
    return list(found.values())


def tag_faults(path: Path, space: Workspace | None, *, name: str = "") -> list[Fault]:
    """Warnings about tags that a checklist asks for and no unit of the workspace's own roster has."""
    space = space or workspace_around(path)
    # The sample beside the checklists is nobody's roster.
    roster_path = space.root / "roster.json" if space is not None else None
    if roster_path is None or sniff_format(path) not in (CHECKLIST_FORMAT, "") or not roster_path.is_file():
        return []
    try:
        parsed = parse_json(path, name=name, expect=dict)
        roster, _ = load_roster(roster_path)
    except InputFaults:
        return []
    known = {tag for unit in roster.units for tag in unit.tags}
    found = list(check_tags(parsed.value, (), known, "名册里"))
    places = parsed.places([(issue.steps, False) for issue in found])
    return [_told(issue, name or path.name, place) for issue, place in zip(found, places, strict=True)]


def _told(issue: Issue, name: str, place: tuple[int, int]) -> Fault:
    return Fault(
        code=issue.code,
        file=name,
        line=place[0],
        column=place[1],
        path=path_text(issue.steps),
        message=issue.message,
        value=shown(issue.value),
        allowed=issue.allowed,
        remedy=issue.remedy,
        warning=issue.warning,
    )


def _held(
    space: Workspace, checklist_id: str, path: Path, rounds: Sequence[RoundEntry]
) -> Iterator[tuple[Checklist, str]]:
    for entry in rounds:
        for checklist in entry.round.checklists if entry.round is not None else ():
            if checklist.id == checklist_id:
                yield checklist, f"轮次“{entry.round.title if entry.round else entry.id}”"
    for other in sorted(space.checklists_dir.glob("*.json")) if space.checklists_dir.is_dir() else ():
        if _same_file(other, path) or sniff_format(other) != CHECKLIST_FORMAT:
            continue
        try:
            checklist, _ = load_checklist(other)
        except InputFaults:
            continue
        if checklist.id == checklist_id:
            yield checklist, f"工作文件夹里的{shown(other.name)}"


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
