"""Appraisal files: written whole, and only in a form that reads back; found in their folder."""

from __future__ import annotations

from pathlib import Path

import msgspec

from inspect_tui.model.appraisal import APPRAISAL_FORMAT, Appraisal, Subject
from inspect_tui.store import files
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.store.loading import load_appraisal, sniff_format

#: The folder of a workspace in which appraisals lie; those beside the roster are found as well.
FOLDER = "测评"
#: More files than any office keeps; what lies beyond is not looked into.
_MOST = 400


def save_appraisal(path: Path, appraisal: Appraisal) -> None:
    """Write an appraisal. Raises InputFaults, with nothing written, where it would not read back whole."""
    encoded = msgspec.json.Encoder(decimal_format="number").encode(appraisal)
    content = msgspec.json.format(encoded, indent=2) + b"\n"
    load_appraisal(content, name=path.name)
    private_folder(path.parent)
    write_durable(path, content)


def appraisal_files(root: Path) -> list[Path]:
    """The appraisals of a workspace, by name."""
    found = []
    for folder in (root / FOLDER, root):
        try:
            paths = [path for path in files.listed(folder) if path.suffix == ".json"][:_MOST]
        except OSError:
            continue
        found += [path for path in paths if _is_one(path)]
    return found


def _is_one(path: Path) -> bool:
    try:
        return sniff_format(path) == APPRAISAL_FORMAT
    except (OSError, ValueError):
        return False


def new_appraisal(id_: str, title: str, names: list[str]) -> Appraisal:
    """An appraisal of these persons with the usual dimensions, levels and choices, no counts in it yet."""
    subjects = tuple(Subject(id=f"P{number}", name=name) for number, name in enumerate(names, 1))
    return Appraisal(format=APPRAISAL_FORMAT, version="1.0", id=id_, title=title, subjects=subjects)
