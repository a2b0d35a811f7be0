"""Clearing: taking out of a text what its reader may not see, and remembering where that was done."""

from __future__ import annotations

from collections.abc import Sequence

from inspect_tui.model.roster import Unit
from inspect_tui.model.terms import NamingLevel
from inspect_tui.report.document import NameUnits
from inspect_tui.report.names import (
    SOME_UNIT,
    SOMEONE,
    Redactor,
    all_unit_names,
    surname_only,
    unit_words,
)
from inspect_tui.report.outline import Outline


class Clearer:
    """Takes names of people, and of units where they may not stand, out of texts of one level.

    `redacted` and `unnamed` are the places where that happened: no program knows every name, so a person
    looks there again.
    """

    def __init__(self, outlines: Sequence[Outline], level: NamingLevel, name_units: NameUnits) -> None:
        people = frozenset(name for outline in outlines for name in outline.people())
        words = {w for outline in outlines for w in unit_words(outline.round)}
        keep = {n for outline in outlines for n in all_unit_names(outline.round)} - people
        replacement: dict[str, str] | str = SOMEONE
        if level is NamingLevel.SECRETARY:
            replacement = {name: surname_only(name) for name in people}
        self._people = Redactor(people if level is not NamingLevel.INTERNAL else (), replacement, keep)
        self._units = Redactor(words, SOME_UNIT, ())
        self.redacted: list[str] = []
        self.unnamed: list[str] = []
        self._hides = name_units is NameUnits.NONE
        #: Whether problems, and good practice, may name units.
        self.names_problems = name_units is NameUnits.ALL
        self.names_good = name_units is not NameUnits.NONE

    def clear(self, text: str, place: str, *, named: bool = True) -> str:
        """The text as it may be read; `named` says whether units may be named in it."""
        if not named or self._hides:
            without = self._units(text)
            if without.names:
                self.unnamed.append(place)
            text = without.text
        done = self._people(text)
        if done.names:
            self.redacted.append(place)
        return done.text.replace(SOMEONE + "同志", SOMEONE)


def without_subject(text: str, units: tuple[Unit, ...]) -> str:
    """A problem typed with its unit's name in front, without it: the line names or softens it already."""
    for unit in units:
        for name in (unit.full_name, unit.name):
            if name and text.startswith(name) and len(text) > len(name) + 1:
                return text.removeprefix(name).lstrip("：，的 ")
    return text
