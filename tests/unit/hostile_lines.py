"""Files of one JSON object a line, by which programs record and tell of rectification."""

from __future__ import annotations

from pathlib import Path

import mutating as m
from hostile_commands import NEW
from hostile_round import Round
from hostile_signs import faults_well
from hostile_sweep import FILE, Kind

from inspect_tui.exchange.record import check_lines
from inspect_tui.exchange.record_lines import read_lines, read_lines_of
from inspect_tui.exchange.rectify_lines import RectifyLine, rectify_lines
from inspect_tui.store.session import Session


def lines(r: Round) -> list[Kind]:
    """The kinds, read as the commands `record` and `rectify` read them."""
    return [
        Kind(
            "record lines",
            r.box / "x.jsonl",
            r.files[f"record.{NEW}"].read_bytes(),
            (m.as_lines,),
            (lambda p: _recorded(r.session, p),),
            (("record", FILE, "--round", "none", "--as", "x"),),
            weight=4,
        ),
        Kind(
            "rectify lines",
            r.box / "y.jsonl",
            r.files["rectify"].read_bytes(),
            (m.as_lines,),
            (lambda p: _rectified(r.session, p),),
            weight=3,
        ),
    ]


def _recorded(session: Session, path: Path) -> None:
    read, faults = read_lines(path)
    faults_well(faults)
    faults_well(check_lines(session, read))


def _rectified(session: Session, path: Path) -> None:
    read, faults = read_lines_of(path, RectifyLine)
    faults_well(faults)
    if not faults:
        rectify_lines(session, read)
