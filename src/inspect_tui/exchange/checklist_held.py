"""Whether a changed checklist was given a new version, against what the rounds and the workspace hold.

Answers hang on a checklist's id and version; two contents under one version could not be told apart later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from inspect_tui.model.checklist import CHECKLIST_FORMAT, Checklist
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.checklist_versions import not_raised
from inspect_tui.store.jsonfile import parse_json, path_text, shown
from inspect_tui.store.loading import load_checklist, sniff_format
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
            line, column = parse_json(path, name=name).locate(issue.steps)
            told = Fault(
                code=issue.code,
                file=name or path.name,
                line=line,
                column=column,
                path=path_text(issue.steps),
                message=issue.message,
                value=shown(issue.value),
                remedy=issue.remedy,
                warning=issue.warning,
            )
            # One round tells it: the author mends the version once.
            found.setdefault(issue.code, told)
    return list(found.values())


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
