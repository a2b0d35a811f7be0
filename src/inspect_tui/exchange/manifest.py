"""交卷单: what a hand-in says it brings, in figures, with a short code to compare.

The code is made from the ids of the changes alone, so the lead sees the same one when the file is merged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from inspect_tui.model.change import Change
from inspect_tui.model.round import Round
from inspect_tui.rules.canonical import spoken_code
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import is_started
from inspect_tui.rules.tables import state_tables

HANDIN_FORMAT = "inspect-tui/hand-in"
MANIFEST = "交卷单.json"


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What a hand-in brings, in the figures its author and the lead compare."""

    changes: int = 0
    units: int = 0
    submitted: int = 0
    not_reached: int = 0
    answers: int = 0
    problems: int = 0
    good_practices: int = 0
    suggestions: int = 0
    red_lines: int = 0
    evidence: int = 0

    def text(self) -> str:
        """The counts as a sentence."""
        said = f"{self.units}个单位（已提交{self.submitted}个"
        said += f"，未能进点{self.not_reached}个" if self.not_reached else ""
        said += f"），已查{self.answers}项，问题{self.problems}条，好的做法{self.good_practices}条"
        said += f"，建议{self.suggestions}条" if self.suggestions else ""
        said += f"，红线等{self.red_lines}条" if self.red_lines else ""
        said += f"，佐证{self.evidence}件" if self.evidence else ""
        return said + f"，共{self.changes}次操作"


class PackedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the zip with its checksum."""

    name: str
    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """交卷单: who hands in what."""

    format: str = HANDIN_FORMAT
    version: str = "1.0"
    round: str
    title: str
    writer: str
    code: str
    counts: Counts
    files: tuple[PackedFile, ...]
    origin: str = ""
    pack_version: int = 1
    practice: bool = False
    name: str = ""
    second: str = ""
    team: str = ""
    made: str = ""


def short_code(change_ids: Iterable[str]) -> str:
    """A code of eight letters and digits for a set of changes, such as 7F3K-9QXM."""
    bits = int.from_bytes(hashlib.sha256("\n".join(sorted(change_ids)).encode()).digest()[:5], "big")
    return spoken_code(bits)


def code_of(changes: Iterable[Change]) -> str:
    """The short code of changes."""
    return short_code(change.id for change in changes)


def count(changes: Iterable[Change], round_: Round, evidence: int = 0) -> Counts:
    """The figures of a set of changes."""
    state = State(changes)
    tables = state_tables(state, round_)
    kinds = [f["kind"] for f in tables["findings"]]
    return Counts(
        changes=len(state.changes),
        # What only the ledger or a month's figures say of a unit is no visit to it.
        units=sum(is_started(state, v["unit"]) for v in tables["visits"]),
        submitted=sum(bool(v["submitted"]) for v in tables["visits"]),
        not_reached=sum(v["result"] == "not_reached" for v in tables["visits"]),
        answers=sum(a["verdict"] != "pending" for a in tables["answers"]),
        problems=kinds.count("deficiency"),
        good_practices=kinds.count("good_practice"),
        suggestions=kinds.count("suggestion"),
        red_lines=len(tables["triggers"]),
        evidence=evidence,
    )
