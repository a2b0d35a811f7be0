"""Files that authors write: checklists, rosters, rules, schemes; and the round made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hostile_commands import NEW
from hostile_round import JSON_WAYS, Round, inside
from hostile_signs import faults_well
from hostile_sweep import FILE, Kind

from inspect_tui.store.loading import check_file


def authored_files(r: Round) -> list[Kind]:
    """The kinds, each at the checker of authored files and at the commands that use it."""
    return [
        _authored(
            r,
            "checklist",
            ("checklist", "try", FILE, "--counts"),
            ("checklist", "diff", FILE, FILE),
            weight=6,
        ),
        _authored(r, "roster", ("grid",), ("grid", "--roster", FILE, "--json")),
        _authored(r, "rules"),
        _authored(r, "scheme", ("grade", NEW, "--scheme", FILE)),
        _authored(r, "contest", ("contest", "list")),
        _authored(r, "appraisal", ("appraise", "show", FILE), ("appraise", "check", FILE)),
        _authored(r, "distribution", ("recount", "check", FILE), ("recount", "list")),
        _authored(r, "flows", ("flows", "check", FILE), ("flows", "list")),
        inside(
            "round.json",
            r.folder / "round.json",
            (r.folder / "round.json").read_bytes(),
            r.look_only,
            commands=r.of_workspace,
        ),
    ]


def _authored(r: Round, name: str, *commands: tuple[Any, ...], weight: int = 4) -> Kind:
    path = r.files[name]
    return Kind(
        name,
        path,
        path.read_bytes(),
        JSON_WAYS,
        (check_file_well,),
        (("checklist", "check", FILE), ("checklist", "check", FILE, "--json"), *commands),
        weight=weight,
    )


def check_file_well(path: Path) -> None:
    faults_well(check_file(path))
