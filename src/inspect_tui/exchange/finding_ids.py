"""Ids of findings that come in a file: by what they say, so that a file taken twice brings nothing twice.

A finding typed on a screen has a random id. One that comes in a file may come again, after a run that was
cut off or a form that was taken before, and must then be known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from inspect_tui.exchange.record_lines import Line
from inspect_tui.model.change import free_finding_key
from inspect_tui.model.terms import FindingKind
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.store.clean import clean_text
from inspect_tui.store.session import Session

#: Stands for the id of a finding that was recorded before and is left as it is now.
KNOWN = ""


def typed_findings(line: Line) -> list[tuple[FindingKind, str]]:
    """The findings of a line typed by hand: kind and text, in the order they are recorded in."""
    return [
        *((FindingKind.DEFICIENCY, finding.text) for finding in line.findings),
        *((FindingKind.GOOD_PRACTICE, good.text) for good in line.good_practices),
        *((FindingKind.SUGGESTION, suggestion.text) for suggestion in line.suggestions),
    ]


def flat(text: str) -> str:
    """A text without anything that does not change what it says."""
    return "".join(clean_text(text).split())


def form_id(session: Session, line: Line, kind: FindingKind, text: str) -> str:
    """The id of a finding on a form.

    The inspector is part of it: what two people write stays two records, as anywhere else.
    """
    who = "、".join(session.identity.people)
    place = [session.round.origin, who, line.unit, line.checklist, line.item]
    return digest(canonical([*place, kind.value, flat(text)]))[:16]


def file_ids(session: Session, lines: Iterable[Line]) -> list[list[str]]:
    """The ids of the findings of a file of lines, by line.

    The findings file is part of them, and which one it is of those in the file that say the same of the same
    item: a file may well tell one thing twice. What was recorded before, even if it was changed or deleted
    since, is KNOWN.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    ids = []
    for line in lines:
        of_line = []
        for kind, text in typed_findings(line):
            said = (line.unit, line.checklist, line.item, kind.value, flat(text))
            made = digest(canonical([session.writer or "", *said, seen[said]]))[:16]
            of_line.append(KNOWN if session.state.has(free_finding_key(line.unit, made)) else made)
            seen[said] += 1
        ids.append(of_line)
    return ids
