"""Sealing: freezing a round's judgements, original finding texts and decisions under one digest.

Nothing is locked by a seal. It says what was there when the lead froze the round, and any later change to
it shows: the seal is broken, by this change, by these people. The ledger that goes on is not under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from inspect_tui.model.change import ROUND_KEY, Body, Edit, parse_key
from inspect_tui.model.round import Round
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.canonical import canonical, digest, spoken_code
from inspect_tui.rules.fold import State, erase_targets, is_blank
from inspect_tui.rules.matter import edits_words
from inspect_tui.rules.questions import Question, questions

FIELD = "frozen"
_SEALED = {
    ("answer", "judgement"),
    ("trigger", "hit"),
    ("finding", "text"),
    ("finding", "kind"),
    ("finding", "deleted"),
    ("bonus", "given"),
}

#: The ledger, the grades and what spreads go on after the freeze, decisions on them too.
_GOES_ON = ("rect", "draw", "notice", "grade", "points", "duties", "card", "adopt", "pair", "recount", "flow")


class StillOpen(Exception):
    """The round cannot be frozen: these questions wait for the lead."""

    def __init__(self, open_questions: Sequence[Question]) -> None:
        super().__init__(f"还有{len(open_questions)}处意见没有裁定，不能封存")
        self.questions = tuple(open_questions)


class NeedsReason(ValueError):
    """A broken seal is to be replaced without saying why."""


class AlreadyFrozen(Exception):
    """The round is frozen and its seal is whole."""


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """What a freeze records: the seal, and what was held when it was set."""

    seal: str = ""
    heads: dict[str, tuple[str, ...]] = {}
    gaps: tuple[str, ...] = ()
    units: int = 0
    changes: int = 0
    reason: str = ""


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A change that broke a seal: which, by whom, when, and what it did in words."""

    change: str
    by: tuple[str, ...]
    at: str
    what: str


class Freeze(msgspec.Struct, frozen=True, kw_only=True):
    """A freeze as it stands: the seal, who set it when, and every change that has broken it since.

    `altered` means that what is sealed reads otherwise now, which is so, too, when no single change is to
    blame: a file taken off the list again, a body that is missing.
    """

    seal: str
    short: str
    by: tuple[str, ...]
    at: str
    reason: str
    breaches: tuple[Breach, ...]
    altered: bool

    @property
    def whole(self) -> bool:
        """Whether everything under the seal is as it was."""
        return not self.breaches and not self.altered

    def text(self) -> str:
        """The freeze in one line, as reports print it."""
        if self.whole:
            return f"已封存，封存码 {self.short}"
        count = f"（封存后有{len(self.breaches)}次改动）" if self.breaches else "（与封存时的内容不符）"
        return f"封存码 {self.short} 已失效{count}"


def short_seal(seal: str) -> str:
    """A seal as reports print it: 7F3K-9QXM."""
    try:
        return spoken_code(int(seal[:10], 16))
    except ValueError:
        return "????-????"


def seal(state: State) -> str:
    """Digest of everything that freezing covers, the same whatever order the changes came in.

    Taken over the live values with whose they are, so that it stands for what people read.
    """
    rows = []
    for record, field in _sealed_fields(state):
        said = sorted(
            canonical([entry.value, sorted(entry.by), entry.decision])
            for entry in state.live(record, field)
            if not is_blank(entry.value)
        )
        if said:
            rows.append([record, field, [part.decode() for part in said]])
    return digest(canonical(sorted(rows)))


def _sealed_fields(state: State) -> Iterable[tuple[str, str]]:
    for unit in state.units():
        for record in state.records(unit):
            kind = record.partition("/")[0]
            if kind in _GOES_ON:
                continue
            for field in state.fields(record):
                if (kind, field) in _SEALED or any(e.decision for e in state.live(record, field)):
                    yield record, field


def freeze(state: State, round_: Round, reason: str = "") -> list[Edit]:
    """Freeze the round as it stands.

    Raises StillOpen while any opinion or question stands open, AlreadyFrozen when a whole seal is on it, and
    NeedsReason when a broken seal is to be replaced without saying why.
    """
    standing = read_freeze(state, round_)
    if standing is not None and standing.whole:
        raise AlreadyFrozen(f"本轮已经封存，封存码 {standing.short}")
    if waiting := questions(state, round_):
        raise StillOpen(waiting)
    if standing is not None and not reason.strip():
        raise NeedsReason("原封存已失效，重新封存要写明原因")
    value = Sealed(
        seal=seal(state),
        heads=_tips(state),
        gaps=tuple(state.gaps()),
        units=len(state.units()),
        changes=len(state.changes),
        reason=reason.strip(),
    )
    return [set_field(state, ROUND_KEY, FIELD, msgspec.to_builtins(value))]


def read_freeze(state: State, round_: Round) -> Freeze | None:
    """The freeze of a round with what broke it since; None when it was never frozen."""
    entry = next((e for e in state.live(ROUND_KEY, FIELD) if not is_blank(e.value)), None)
    if entry is None:
        return None
    try:
        sealed = msgspec.convert(entry.value, Sealed)
    except msgspec.ValidationError:
        # Somebody froze with what we cannot read: that is a seal that does not hold, not the lack of one.
        sealed = Sealed()
    return Freeze(
        seal=sealed.seal,
        short=short_seal(sealed.seal),
        by=entry.by,
        at=entry.at,
        reason=sealed.reason,
        breaches=tuple(_breaches(state, round_, sealed)),
        altered=seal(state) != sealed.seal,
    )


def _breaches(state: State, round_: Round, frozen: Sealed) -> list[Breach]:
    covered = _covered(state, frozen)
    decided = {
        (edit.record, edit.field)
        for change in covered
        if (known := state.changes.get(change)) is not None and (body := known.body) is not None
        for edit in body.edits
        if edit.decision
    }
    found = []
    for known in state.changes.values():
        if known.id in covered or (body := known.body) is None:
            continue
        touching = [e for e in body.edits if _touches(e, decided)]
        erased = sorted(erase_targets(body.edits) & covered)
        taken_back = sorted(_sealed_retractions(state, known.id, body, decided))
        if not (touching or erased or taken_back):
            continue
        said = [edits_words(round_, touching)] if touching else []
        said += [f"撤销了操作{target[:8]}" for target in taken_back]
        said += [f"彻底删除了记录{target[:8]}" for target in erased]
        found.append(Breach(change=known.id, by=body.by, at=body.at, what="；".join(said)))
    return sorted(found, key=lambda b: (b.at, b.change))


def _touches(edit: Edit, decided: set[tuple[str, str]]) -> bool:
    kind = edit.record.partition("/")[0]
    address = parse_key(edit.record)
    if address is None or not address.unit or kind in _GOES_ON:
        return False
    return (kind, edit.field) in _SEALED or bool(edit.decision) or (edit.record, edit.field) in decided


def _sealed_retractions(state: State, change: str, body: Body, decided: set[tuple[str, str]]) -> set[str]:
    """What a change takes back, or brings back, that is under a seal; only what it may take back."""
    found: set[str] = set()
    for target in body.retract:
        if not state.speaks_for(change, target):
            continue
        queue, seen = [target], {change}
        while queue:
            current = queue.pop()
            known = state.changes.get(current)
            if current in seen or known is None or (said := known.body) is None:
                continue
            seen.add(current)
            if any(_touches(e, decided) for e in said.edits):
                found.add(target)
            queue.extend(said.retract)
    return found


def _tips(state: State) -> dict[str, tuple[str, ...]]:
    """Each writer's changes that nothing held goes on from: one, or more after forks and gaps."""
    gone_on = {known.prev for known in state.changes.values()}
    tips: dict[str, list[str]] = {}
    for known in state.changes.values():
        if known.id not in gone_on:
            tips.setdefault(known.writer, []).append(known.id)
    return {writer: tuple(sorted(ids)) for writer, ids in sorted(tips.items())}


def _covered(state: State, frozen: Sealed) -> set[str]:
    """Every change the freeze had seen: back from its heads, but not over what was missing then."""
    missing = set(frozen.gaps)
    queue = [tip for tips in frozen.heads.values() for tip in tips]
    covered: set[str] = set()
    while queue:
        current = queue.pop()
        known = state.changes.get(current)
        if known is None or current in covered or current in missing:
            continue
        covered.add(current)
        queue.append(known.prev)
    return covered
