"""Numbers of problems: 一件一号, given when a problem is recorded, unique offline, and kept for life.

A number such as HTK26Q4-A2-DB03-K-07 tells kind and period of the round, team, unit, the inspector's letter
in the team, and a serial. It is a field of the finding, so that the number on a signed paper never changes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from inspect_tui.model.change import Edit, labelled_finding_key, parse_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.round import Round
from inspect_tui.model.terms import FindingKind, RoundKind, Scoring, Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.canonical import digest, spoken_code
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.reading import BARE, judgement_of

FIELD = "number"
_KINDS = {
    RoundKind.LOOKBACK: "HTK",
    RoundKind.SPECIAL_CHECK: "ZX",
    RoundKind.SUPERVISION: "DC",
    RoundKind.ASSESSMENT: "KP",
    RoundKind.CROSS_CHECK: "HJ",
    RoundKind.GUIDANCE: "DD",
}
_QUARTERS = {"一": "1", "二": "2", "三": "3", "四": "4"}
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def numbered(
    state: State, round_: Round, edits: Iterable[Edit], people: tuple[str, ...], writer: str
) -> list[Edit]:
    """What recording these edits adds: a number for every problem they make that has none yet."""
    found: list[Edit] = []
    taken: dict[str, int] = {}
    for unit, key in _made(round_, edits):
        if any(not is_blank(value) for value in state.ever(key, FIELD)):
            continue
        prefix = _prefix(round_, unit, people, writer)
        if prefix not in taken:
            taken[prefix] = _highest(state, unit, prefix)
        taken[prefix] += 1
        found.append(set_field(state, key, FIELD, f"{prefix}{taken[prefix]:02d}"))
    return found


def numbers_of(state: State, key: str) -> list[str]:
    """The numbers a finding was given: two where two inspectors found the same, the first one counts."""
    return sorted({str(e.value) for e in state.live(key, FIELD) if not is_blank(e.value)})


def makeshift(round_: Round, key: str, code: str) -> str:
    """A number for a problem that was recorded without one: told by its address, so it never changes."""
    mark = spoken_code(int(digest(f"{round_.origin}\n{key}".encode())[:10], 16)).replace("-", "")[:5]
    return f"{round_code(round_)}-{code}-{mark}"


def short_number(number: str) -> str:
    """A number as people say it on site (清单号): unit and serial, such as 03-07."""
    parts = number.split("-")
    if len(parts) < 3:
        return number
    digits = re.sub(r"\D", "", parts[-3]) if len(parts) >= 4 else re.sub(r"\D", "", parts[-2])
    return f"{digits or parts[-2]}-{parts[-1]}"


def beside_unit(number: str, today: str) -> str:
    """A number where its unit stands beside it: Q3 B07, or 25Q3B07 in another year.

    Period, inspector and serial are what tells the problems of one unit apart.
    """
    parts = number.split("-")
    if len(parts) < 4:
        return parts[-1]
    period, tail = parts[0].lstrip(_CAPITALS), parts[-2] + parts[-1]
    if period[:2] == today[2:4]:
        return f"{period[2:]} {tail}".strip()
    return period + tail


def told_apart(numbers: Iterable[str]) -> dict[str, str]:
    """Numbers as short as they can be said beside each other: 03-07, else 03-B-07, 26Q3 03-B-07, or whole.

    Serials start anew with every inspector and every round, so that the shortest form often says several.
    """
    forms = {number: _forms(number) for number in numbers}
    counts = Counter(form for own in forms.values() for form in dict.fromkeys(own))
    return {
        number: next((form for form in own if counts[form] == 1), number) for number, own in forms.items()
    }


def _forms(number: str) -> list[str]:
    short, parts = short_number(number), number.split("-")
    if short == number or len(parts) < 4:
        return [short, number]
    with_letter = "-".join([short.rpartition("-")[0], *parts[-2:]])
    return [short, with_letter, f"{parts[0].lstrip(_CAPITALS)} {with_letter}".strip(), number]


def round_code(round_: Round) -> str:
    """Kind and period of a round in a few letters: HTK26Q4, DC26M11."""
    label = round_.period.label
    year = re.search(r"20(\d\d)", label + round_.period.start)
    code = _KINDS[round_.kind] + (year.group(1) if year else "")
    if quarter := re.search(r"第?([一二三四1-4])季度", label):
        return code + "Q" + _QUARTERS.get(quarter.group(1), quarter.group(1))
    start = round_.period.start
    return code + (f"M{start[5:7]}" if len(start) == 10 and start[5:7].isdecimal() else "")


def _made(round_: Round, edits: Iterable[Edit]) -> Iterator[tuple[str, str]]:
    """Unit and record key of every problem that edits make."""
    for edit in edits:
        if is_blank(edit.value):
            continue
        address = parse_key(edit.record)
        if address is None:
            continue
        if address.kind == "finding" and edit.field == "kind":
            if edit.value == FindingKind.DEFICIENCY.value:
                yield address.unit, edit.record
        elif address.kind == "answer" and edit.field == "judgement":
            item = round_.item(address.checklist, address.item)
            judgement = judgement_of(edit.value)
            if item is None or judgement.verdict not in (Verdict.PARTIAL, Verdict.FAIL):
                continue
            for label in labels_of(judgement, item):
                yield address.unit, labelled_finding_key(address.unit, address.checklist, address.item, label)


def labels_of(judgement: Judgement, item: Item) -> list[str]:
    """The labels under which a judgement below 符合 makes problems; what is only a suggestion is none."""
    if item.scoring is Scoring.AWARD and judgement.award:
        labels = [judgement.award]
    else:
        labels = [p.label for p in judgement.deductions] or [BARE]
    return [name for name in labels if (d := item.deduction(name)) is None or not d.suggestion]


def _prefix(round_: Round, unit_id: str, people: tuple[str, ...], writer: str) -> str:
    unit, team = round_.unit(unit_id), round_.team_of(unit_id)
    parts = [round_code(round_), *([team.id] if team else []), unit.code if unit else unit_id]
    return "-".join([*parts, _letter(round_, people, writer)]) + "-"


def _letter(round_: Round, people: tuple[str, ...], writer: str) -> str:
    """The inspector's letter: the place among everybody the round names; by the file where not named."""
    named = list(dict.fromkeys(n for t in round_.teams for n in (t.lead, *t.members) if n))
    if people and people[0] in named and named.index(people[0]) < len(_LETTERS):
        return _LETTERS[named.index(people[0])]
    bits = int(digest(writer.encode())[:4], 16)
    return "Y" + _LETTERS[bits % len(_LETTERS)] + _LETTERS[bits // len(_LETTERS) % len(_LETTERS)]


def _highest(state: State, unit: str, prefix: str) -> int:
    """The highest serial ever given behind a prefix; one that was undone is not given twice."""
    found = 0
    for record in state.records(unit):
        if record.startswith("finding/"):
            for value in state.ever(record, FIELD):
                if isinstance(value, str) and value.startswith(prefix):
                    rest = value[len(prefix) :]
                    found = max(found, int(rest) if rest.isdecimal() and len(rest) < 9 else 0)
    return found
