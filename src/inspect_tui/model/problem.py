"""Problem: a finding on its way from 问题清单 to 销号, over as many rounds as that takes.

A problem keeps its id and number for life. What an earlier round knew of it is frozen into the round that
carries it on, so that it can be looked at again from files alone.
"""

import msgspec

from inspect_tui.model.evidence import Piece
from inspect_tui.model.terms import Method, Outcome, RectState, Severity, StepKind


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of a rectification: what was done, from which state to which, on which day, by whom.

    `left` is the state it left, so that two steps which a merge brings together can be told to be
    compatible or not. `on` is a calendar date (YYYY-MM-DD). `basis` is what the step rests on or why it is
    taken, `who` the person answering for it: verifier (复查人), or who reported. Verifications carry
    `outcome`, `methods` and, where something is left to do, `remains`; a deferral `approver` and `until`;
    a check by lot the id of its `draw`.
    """

    kind: StepKind
    left: RectState
    to: RectState
    on: str = ""
    basis: str = ""
    who: str = ""
    outcome: Outcome | None = None
    methods: tuple[Method, ...] = ()
    remains: str = ""
    approver: str = ""
    until: str = ""
    draw: str = ""


class Past(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a problem's history: who did what in which round, told in words. Only ever added to."""

    at: str
    by: tuple[str, ...]
    round: str
    words: str
    left: RectState | None = None
    to: RectState | None = None


class Duty(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who puts a problem right, how and by when: 三单 and “五个一” in one.

    `leader` is the responsible leader (责任领导), `supervisor` who presses for it (督办人), `task` the one
    task, `team` the one team, `progress` the last word on how far it is. Dates are YYYY-MM-DD.
    """

    owner_unit: str = ""
    owner: str = ""
    leader: str = ""
    supervisor: str = ""
    measure: str = ""
    task: str = ""
    team: str = ""
    progress: str = ""
    due: str = ""
    result: str = ""
    done_on: str = ""


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The round a problem was carried over from."""

    round: str
    origin: str
    title: str


class Carried(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem of an earlier round, frozen as it was when this round was opened.

    `verify` says whether a visit must look at it again; closed ones that already held in a later round are
    only kept at hand, `kept` rounds by now, so that their return is recognised. `rounds` counts the rounds
    that had it on their list before this one, `recurrences` how often it came back. `noted` is the day it was
    first found. `evidence` names what was looked at then, `pieces` are the same where they are kept as such.
    """

    id: str
    number: str
    unit: str
    text: str
    state: RectState
    source: Source
    checklist: str = ""
    item: str = ""
    item_text: str = ""
    severity: Severity = Severity.MINOR
    missing: bool = False
    fixed_on_site: bool = False
    noted: str = ""
    noted_round: str = ""
    rounds: int = 1
    recurrences: int = 0
    kept: int = 0
    verify: bool = True
    duty: Duty = Duty()
    remains: str = ""
    until: str = ""
    approver: str = ""
    closed_on: str = ""
    closed_by: tuple[str, ...] = ()
    basis: str = ""
    evidence: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    history: tuple[Past, ...] = ()


class Held(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem kept out of a round: it lives on where it was, and the round after offers it again."""

    problem: Carried
    reason: str
    by: str = ""
    at: str = ""
