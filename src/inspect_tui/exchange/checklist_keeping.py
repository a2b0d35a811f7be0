"""Keeping what was read from a sheet: the checklist in the workspace, and the mapping for the next month."""

from __future__ import annotations

from pathlib import Path

import msgspec

from inspect_tui.exchange.checklist_sheet import Imported
from inspect_tui.exchange.sheet_headings import MAPPING_FORMAT, mapping_bytes
from inspect_tui.model.checklist import Checklist
from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.checklist_versions import not_raised
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.store.loading import load_checklist, sniff_format
from inspect_tui.store.workspace import Workspace


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The file a checklist would overwrite: `held` is None when it is no usable checklist.

    `warnings` are sentences on versions: same version with other content, or an older one.
    """

    path: Path
    held: Checklist | None
    warnings: tuple[str, ...] = ()


def standing(space: Workspace, checklist: Checklist) -> Standing | None:
    """What stands where a checklist would be written; None when nothing does."""
    path = place_of(space, checklist)
    if not files.fs.exists(path):
        return None
    try:
        held, _ = load_checklist(path, name=clean_text(path.name, newlines=False))
    except InputFaults:
        return Standing(path=path, held=None)
    told = tuple(f"{i.message}。{i.remedy}。" for i in not_raised(held, checklist, "已有的文件"))
    return Standing(path=path, held=held, warnings=told)


def place_of(space: Workspace, checklist: Checklist) -> Path:
    """Where a checklist belongs in a workspace."""
    return space.checklists_dir / f"{checklist.id}.json"


def keep(space: Workspace, found: Imported) -> Path:
    """Write the checklist that a sheet came to, and the mapping it was read by. Raises StoreError.

    The file that stood there is kept beside it as `.bak`.
    """
    checklist = found.checklist
    assert checklist is not None
    path = place_of(space, checklist)
    private_folder(path.parent)
    data = msgspec.json.format(msgspec.json.encode(found.raw), indent=2) + b"\n"
    write_durable(path, data, bak=path.with_name(f"{path.name}.bak"))
    if not found.own:
        folder = _folder(space)
        private_folder(folder)
        # What is said of one month (version, title) is no part of how the sheet is read.
        plain = msgspec.structs.replace(
            found.mapping,
            id=checklist.id,
            revision="",
            title="",
            headings=(0, 0),
            sheet=found.sheet if found.others else "",
        )
        write_durable(folder / f"{checklist.id}.json", mapping_bytes(plain))
    return path


def kept_mappings(space: Workspace) -> list[Path]:
    """Mappings kept before, by name."""
    try:
        return [p for p in sorted(_folder(space).glob("*.json")) if sniff_format(p) == MAPPING_FORMAT]
    except OSError:
        return []


def _folder(space: Workspace) -> Path:
    return space.checklists_dir / "mappings"
