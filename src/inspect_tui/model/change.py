"""Change: one action of one writer, and the addresses of what it edits.

Saving, undo, merging, audit and receipts are all one list of changes. A change is immutable and named
by its content, so a union of changes is a merge.
"""

from typing import Any

import msgspec

#: `prev` of a writer's first change.
GENESIS = ""


class Edit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field of one record set to a value.

    `saw` lists every earlier change to this same field that the author held; only these can be retired
    by it. A tombstone lists all of its record, the note 已转入 also the steps that went along. A non-empty
    `decision` is a lead's reason and lets the edit retire other inspectors' judgements too. Values are JSON
    without floats.
    """

    record: str
    field: str
    value: Any = None
    saw: tuple[str, ...] = ()
    decision: str = ""


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a change says: when (ISO 8601 with offset), who, and either edits or retractions.

    `what` is a short Chinese name of the action for the undo message and the history.
    """

    at: str
    by: tuple[str, ...]
    edits: tuple[Edit, ...] = ()
    retract: tuple[str, ...] = ()
    what: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A change as stored: `id` names `prev`, `writer` and the hash of the canonical body bytes.

    `body` stays raw so that unknown fields of a newer version are passed on untouched. An erased change
    keeps `hash` in place of its body, so the chain still verifies.
    """

    id: str
    writer: str
    prev: str
    body: msgspec.Raw | None = None
    hash: str = ""


def answer_key(unit: str, checklist: str, item: str) -> str:
    """Address of an answer: two checklists may both have GW-01, so the checklist is part of it."""
    return f"answer/{unit}/{checklist}/{item}"


def labelled_finding_key(unit: str, checklist: str, item: str, label: str) -> str:
    """Address of the finding a labelled deduction makes; the same label by two inspectors is one finding."""
    return f"finding/{unit}/{checklist}/{item}/{label}"


def free_finding_key(unit: str, random_id: str) -> str:
    """Address of a finding typed by hand."""
    return f"finding/{unit}/~{random_id}"


def visit_key(unit: str) -> str:
    """Address of the visit to a unit."""
    return f"visit/{unit}"


def trigger_key(unit: str, checklist: str, trigger: str) -> str:
    """Address of a red line, veto or alert at a unit."""
    return f"trigger/{unit}/{checklist}/{trigger}"


def rect_key(unit: str, problem: str) -> str:
    """Address of the rectification of a problem: its steps, its measure, who answers for it, until when."""
    return f"rect/{unit}/{problem}"


def draw_key(random_id: str) -> str:
    """Address of a random drawing of closed problems to be checked again."""
    return f"draw/-/{random_id}"


def notice_key(scope: str) -> str:
    """Address of what the lead settled about the texts of one kind and scope."""
    return f"notice/-/{scope}"


def grade_key(unit: str, series: str) -> str:
    """Address of a unit's grade in the series of rounds of one grading year."""
    return f"grade/{unit}/{series}"


def points_key(unit: str, month: str) -> str:
    """Address of what a points sheet of a group and month (YYYY-MM) came to, in counts only."""
    return f"points/{unit}/{month}"


def duties_key(unit: str, month: str) -> str:
    """Address of the 岗位责任 slots of a unit in a month (YYYY-MM), and of the day they were revised."""
    return f"duties/{unit}/{month}"


def recount_key(unit: str, month: str) -> str:
    """Address of what recounting a month's sheet of 二次分配 came to, in counts and sums only."""
    return f"recount/{unit}/{month}"


def flow_key(unit: str, draw_id: str) -> str:
    """Address of a drawing of basic flows at a unit and of what walking them found."""
    return f"flow/{unit}/{draw_id}"


def bonus_key(unit: str, random_id: str) -> str:
    """Address of points a lead adds to a unit's score."""
    return f"bonus/{unit}/~{random_id}"


def card_key(unit: str, card: str) -> str:
    """Address of a good practice written down as a card, under the unit it comes from."""
    return f"card/{unit}/{card}"


def adopt_key(unit: str, card: str) -> str:
    """Address of what a unit says of a card: whether it took it up."""
    return f"adopt/{unit}/{card}"


def pair_key(unit: str, pairing: str) -> str:
    """Address of a helping pair, under the unit that is helped."""
    return f"pair/{unit}/{pairing}"


#: Address of what concerns the round as a whole: its freeze.
ROUND_KEY = "round/-"


def erase_key(change_id: str) -> str:
    """Address of the reason why a change was erased for good."""
    return f"erase/-/{change_id}"


class Address(msgspec.Struct, frozen=True):
    """A record key taken apart; parts a kind does not have are empty.

    A round, a drawing and an erasure belong to no unit. The id of a problem, a drawing or an erased change
    stands in `label`, as do a bonus, the series of a grade, the month of a points sheet or of duties, a card
    and a pair.
    """

    kind: str
    unit: str
    checklist: str = ""
    item: str = ""
    label: str = ""


def parse_key(record: str) -> Address | None:
    """Take a record key apart, or None when it is not one of ours."""
    kind, _, rest = record.partition("/")
    parts = rest.split("/")
    match kind:
        case "answer" if len(parts) == 3 and all(parts):
            return Address(kind, parts[0], parts[1], parts[2])
        case "visit" if len(parts) == 1 and parts[0]:
            return Address(kind, parts[0])
        case "trigger" if len(parts) == 3 and all(parts):
            return Address(kind, parts[0], parts[1], parts[2])
        case "finding" if len(parts) == 2 and parts[1].startswith("~") and len(parts[1]) > 1:
            return Address(kind, parts[0])
        case "finding" if len(parts) >= 4 and all(parts[:3]):
            return Address(kind, parts[0], parts[1], parts[2], "/".join(parts[3:]))
        case "bonus" if len(parts) == 2 and parts[0] and parts[1].startswith("~") and len(parts[1]) > 1:
            return Address(kind, parts[0], label=parts[1])
        case "rect" | "grade" | "points" | "duties" if len(parts) == 2 and all(parts):
            return Address(kind, parts[0], label=parts[1])
        case "recount" | "flow" if len(parts) == 2 and all(parts):
            return Address(kind, parts[0], label=parts[1])
        case "card" | "adopt" | "pair" if len(parts) == 2 and all(parts):
            return Address(kind, parts[0], label=parts[1])
        case "award" if len(parts) == 2 and parts[0] == "-" and parts[1]:
            return Address(kind, "", label=parts[1])
        case "draw" if len(parts) == 2 and parts[0] == "-" and parts[1]:
            return Address(kind, "", label=parts[1])
        case "notice" if len(parts) == 2 and parts[0] == "-" and parts[1]:
            return Address(kind, "", label=parts[1])
        case "round" if record == ROUND_KEY:
            return Address(kind, "")
        case "erase" if len(parts) == 2 and parts[0] == "-" and parts[1]:
            return Address(kind, "", label=parts[1])
        case _:
            return None
