"""Carrying over: what earlier rounds leave, read from this workspace or from files alone, into a new round.

Reading comes first and is all or nothing: a file that cannot be read would hide problems, so it stops
everything. Noting 已转入 in the old rounds comes last and stops nothing (`exchange.handing_on`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.handing_on import HandedOn, hand_over
from inspect_tui.exchange.pack import same_round
from inspect_tui.exchange.received import changes_of
from inspect_tui.exchange.scanning import scan
from inspect_tui.exchange.scans import FileScan
from inspect_tui.exchange.union import Union
from inspect_tui.model.change import rect_key
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.problem import Carried, Held
from inspect_tui.model.round import Round
from inspect_tui.model.spread import Card, Pairing
from inspect_tui.model.terms import RoundKind, Secrecy, Stage
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.rules.carrying import OUT_OF_SCOPE, Cargo, Offered, cargo, current, offered, round_key
from inspect_tui.rules.fold import State
from inspect_tui.rules.issue import did_you_mean
from inspect_tui.rules.numbering import short_number, told_apart
from inspect_tui.rules.pairing import newest_pairs, pairs_left
from inspect_tui.rules.practices import cards_left, newest_cards
from inspect_tui.rules.reading import read_visit
from inspect_tui.rules.sealing import read_freeze
from inspect_tui.rules.unit_totals import unit_names
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.findings import read_findings
from inspect_tui.store.loading import load_round, round_from_raw
from inspect_tui.store.received import active_files
from inspect_tui.store.roundfile import read_round
from inspect_tui.store.workspace import RoundEntry, Workspace

_WRITER_FILE = re.compile(r"[0-9a-f]{12}\.json")
#: Rejected records of a file that are named one by one; the rest are counted.
_NAMED = 5


class From(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier round that was read, and how many problems are taken from it as it has them.

    `here` is its id in this workspace; empty when it was only given as a file.
    """

    id: str
    title: str
    origin: str
    offered: int
    here: str = ""
    secrecy: Secrecy = Secrecy.INTERNAL


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """What earlier rounds offer together. `names` are the units by id, `messages` say what was left out.

    `cards` and `pairs` are their good practices and the helping pairs that go on.
    """

    sources: tuple[From, ...]
    offers: tuple[Offered, ...]
    names: dict[str, str]
    messages: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    pairs: tuple[Pairing, ...] = ()

    def by_unit(self) -> dict[str, int]:
        """How many problems each unit has on offer, by unit id."""
        return dict(Counter(offer.problem.unit for offer in self.offers))

    def by_why(self) -> dict[str, int]:
        """How many problems are offered for each reason."""
        return dict(Counter(offer.why for offer in self.offers))

    def cargo(
        self, units: Iterable[str], holds: Mapping[str, str] | None = None, *, by: str = "", at: str = ""
    ) -> Cargo:
        """What a round over these units takes over; `holds` are reasons by problem id."""
        taken = cargo(self.offers, units, holds or {}, by=by, at=at)
        return msgspec.structs.replace(taken, cards=self.cards, pairs=self.pairs)


class _Pile(msgspec.Struct, kw_only=True):
    """Everything read of one earlier round. `only` limits it to some problems."""

    round: Round
    union: Union
    here: str = ""
    only: set[str] | None = None


# -------------------------------------------------------------------- reading earlier rounds


def earlier_rounds(space: Workspace, kind: RoundKind, start: str, series: str = "") -> list[RoundEntry]:
    """The rounds of the workspace that a new one of this kind looks back on: those that ended before it.

    `start` is the first day of the new round (or today). Practice rounds never count, nor does what units
    said of themselves, nor other stages of the new round's own `series`: those look at the same year.
    """
    found = []
    for entry in space.rounds():
        held = entry.round
        if held is None or held.practice or held.kind is not kind or held.stage is Stage.SELF:
            continue
        if series and held.series == series:
            continue
        ended = held.period.end or held.period.start or held.created[:10]
        if ended < start:
            found.append(entry)
    return found


def gather(space: Workspace | None, wanted: Sequence[str | Path], today: str) -> Gathered:
    """Read what earlier rounds leave: rounds of the workspace by id, or files and folders by path.

    A path may be a findings file, a merged file, a hand-in, a folder of them, or a round folder; several of
    one round count together. Raises InputFaults with everything that is wrong with any of them.
    """
    entries = [e for e in space.rounds() if e.round is not None] if space is not None else []
    piles: dict[str, _Pile] = {}
    faults: list[Fault] = []
    messages: list[str] = []
    for word in dict.fromkeys(wanted):
        try:
            _add(piles, _read(entries, word, messages))
        except InputFaults as error:
            faults += error.faults
        except StoreError as error:
            faults.append(_fault("H23", clean_text(str(error), newlines=False).rstrip("。"), str(word)))
        except OSError as error:
            faults.append(_fault("H23", reason(error), str(word)))
    if faults:
        raise InputFaults(faults)
    _add_homes(entries, piles, messages)
    states = {key: _state(pile) for key, pile in piles.items()}
    leaves = [(pile.round, _offers(pile, states[key], today)) for key, pile in piles.items()]
    whole = [(pile.round, states[key]) for key, pile in piles.items() if pile.only is None]
    offers = current(leaves)
    counted = Counter(offer.problem.source.origin or offer.problem.source.round for offer in offers)
    sources = [
        From(
            id=pile.round.id,
            title=pile.round.title,
            origin=pile.round.origin,
            offered=counted[key],
            here=pile.here,
            secrecy=pile.round.secrecy,
        )
        for key, pile in piles.items()
        if pile.only is None or counted[key]
    ]
    return Gathered(
        sources=tuple(sources),
        offers=tuple(offers),
        names=unit_names(pile.round for pile in piles.values()),
        messages=tuple(clean_text(message, newlines=False) for message in messages),
        cards=newest_cards(cards_left(state, round_) for round_, state in whole),
        pairs=newest_pairs(pairs_left(state, round_, today) for round_, state in whole),
    )


def _offers(pile: _Pile, state: State, today: str) -> list[Offered]:
    found = offered(state, pile.round, today)
    return found if pile.only is None else [o for o in found if o.problem.id in pile.only]


def _state(pile: _Pile) -> State:
    state = State()
    for change in pile.union.changes.values():
        try:
            state.apply(change)
        except msgspec.ValidationError:
            # A change this version cannot read says nothing about a problem; `verify` names it.
            continue
    return state


def _add(piles: dict[str, _Pile], pile: _Pile) -> None:
    held = piles.setdefault(round_key(pile.round), pile)
    if held is pile:
        return
    if pile.round.pack_version > held.round.pack_version:
        held.round = pile.round
    held.here = held.here or pile.here
    held.only = None if held.only is None or pile.only is None else held.only | pile.only
    for change in pile.union.changes.values():
        held.union.add(change)


def _read(entries: list[RoundEntry], word: str | Path, messages: list[str]) -> _Pile:
    entry = next((e for e in entries if e.id == word), None)
    path = entry.path.parent if entry is not None else Path(word)
    if entry is None and not files.fs.exists(path):
        known = [e.id for e in entries]
        remedy = did_you_mean(str(word), known, f"现有轮次：{'、'.join(known) or '（没有）'}；或给文件名")
        raise InputFaults([_fault("N09", "没有这一轮检查，也没有这个文件", str(word), remedy)])
    pile = _folder(path) if (path / "round.json").is_file() else _files(path, messages)
    pile.here = entry.id if entry is not None else _here(entries, pile.round)
    if pile.round.practice:
        remedy = "请选正式的轮次"
        raise InputFaults([_fault("N09", "演练轮次不计入正式结果，不能从中转入", str(word), remedy)])
    return pile


def _here(entries: list[RoundEntry], round_: Round) -> str:
    """The id under which a round that was given as a file stands in this workspace."""
    return next((e.id for e in entries if e.round is not None and same_round(e.round, round_)), "")


def _folder(path: Path) -> _Pile:
    """A round folder: the files of its writers, and of the received ones those on the list."""
    round_, _ = read_round(path / "round.json")
    union = Union()
    for file in sorted(p for p in path.glob("*.json") if _WRITER_FILE.fullmatch(p.name)):
        for change in read_findings(file).changes:
            union.add(change)
    for file, entry in active_files(path):
        for change in changes_of(file, entry):
            union.add(change)
    return _Pile(round=round_, union=union)


def _files(path: Path, messages: list[str]) -> _Pile:
    """Foreign files, judged change by change as a merge does."""
    if (path / "rounds").is_dir():
        remedy = "请指明其中一轮的文件夹，如rounds/2026Q3-lookback"
        raise InputFaults([_fault("H22", "这个文件夹里有好几轮检查", str(path), remedy)])
    found = scan([path], counts=False)
    bad = [account for account in found.files if not account.usable]
    if bad or found.round is None:
        told = [_unusable(account) for account in bad]
        raise InputFaults(told or [_fault("H23", "里面没有检查记录", str(path))])
    for account in found.files:
        messages += [f"{account.name}：{warning}" for warning in account.warnings]
        if account.rejected:
            messages.append(f"{account.name}有{_count(account)}条记录不能用，没有计入：{_reasons(account)}。")
    # The newest pack is the one that says what was carried and held.
    newest = max((source.grounds.newest for source in found.sources), key=lambda r: r.pack_version)
    union = Union()
    for change in found.union.changes.values():
        union.add(change)
    return _Pile(round=newest, union=union)


def _unusable(account: FileScan) -> Fault:
    reason = account.reason or _reasons(account) or "里面没有能用的记录"
    return _fault("H23", clean_text(reason, newlines=False).rstrip("。"), account.path)


def _count(account: FileScan) -> int:
    return len(account.rejected) + account.rejected_more


def _reasons(account: FileScan) -> str:
    told = "；".join(f"{r.where}，{r.reason}" for r in account.rejected[:_NAMED])
    return clean_text(told, newlines=False)


def _add_homes(entries: list[RoundEntry], piles: dict[str, _Pile], messages: list[str]) -> None:
    """Read the rounds in which held problems live on, where this workspace has them, for those problems."""
    wanted: dict[str, set[str]] = {}
    for pile in piles.values():
        for held in pile.round.held:
            wanted.setdefault(held.problem.source.origin or held.problem.source.round, set()).add(
                held.problem.id
            )
    for entry in entries:
        if entry.round is None or round_key(entry.round) in piles or round_key(entry.round) not in wanted:
            continue
        try:
            pile = _folder(entry.path.parent)
        except (InputFaults, StoreError, OSError) as error:
            # The problem itself is known, as it was frozen; only what happened since is not.
            messages.append(f"“{entry.round.title}”读不出来，其中没有转入的问题按上次的内容列出：{error}")
            continue
        pile.here, pile.only = entry.id, wanted[round_key(entry.round)]
        _add(piles, pile)


def _fault(code: str, message: str, value: str = "", remedy: str = "") -> Fault:
    return Fault(code=code, message=message, value=clean_text(value, newlines=False), remedy=remedy)


# -------------------------------------------------------------------- which to hold out


def holds_of(problems: Iterable[Carried], asked: Mapping[str, str]) -> dict[str, str]:
    """Reasons by problem id, for problems named by number, short number or id.

    Raises InputFaults for a number that is not there or means several, and for a reason left blank.
    """
    held = {problem.id: problem for problem in problems}
    called = told_apart(problem.number for problem in held.values())
    faults: list[Fault] = []
    found: dict[str, str] = {}
    for word, why in asked.items():
        named = [p for p in held.values() if word in (p.id, p.number)]
        named = named or [p for p in held.values() if word in (short_number(p.number), called[p.number])]
        text = clean_text(why, newlines=False).strip()
        if not text:
            faults.append(_fault("N10", "留下不转没有写理由", word, "请写成“编号=理由”"))
        elif len(named) == 1:
            found[named[0].id] = text
        elif named:
            numbers = "、".join(p.number for p in named)
            faults.append(_fault("N10", "这个编号有几条问题", word, f"请写全：{numbers}"))
        else:
            known = [p.number for p in held.values()]
            remedy = did_you_mean(word, known, "先用 --preview 查看能转入的问题")
            faults.append(_fault("N10", "要转入的问题里没有这个编号", word, remedy))
    if faults:
        raise InputFaults(faults)
    return found


# -------------------------------------------------------------------- into a round already opened


class Carriage(msgspec.Struct, frozen=True, kw_only=True):
    """What carrying into an open round does: the problems added, those held, how many were there already.

    `cards` and `pairs` are those that were not there yet.
    """

    round: Round
    added: tuple[Carried, ...] = ()
    held: tuple[Held, ...] = ()
    known: int = 0
    messages: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    pairs: tuple[Pairing, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.added or self.held or self.cards or self.pairs)


def carry_into(
    space: Workspace,
    round_id: str,
    gathered: Gathered,
    holds: Mapping[str, str] | None = None,
    *,
    by: str = "",
    at: str = "",
    preview: bool = False,
) -> Carriage:
    """Add what is offered to a round that is open already, and raise its pack version.

    Problems it carries stay as they were frozen. One that is carried may be held out afterwards, as long as
    nothing was recorded on it here. `holds` are reasons by problem id. With `preview` nothing is written.
    Raises InputFaults, StoreError.
    """
    target, raw, _ = load_round(space.round_dir(round_id) / "round.json")
    state = _state(_folder(space.round_dir(round_id)))
    _refuse(target, state, gathered)
    holds = dict(holds or {})
    carried = {c.id: c for c in target.carried}
    kept = {h.problem.id: h for h in target.held}
    _refuse_begun(state, [carried[i] for i in holds if i in carried])
    wanted = [o for o in gathered.offers if o.problem.id not in carried and _open_to(o, kept, holds)]
    units = [unit.id for unit in inspected_units(target)]
    found = cargo(wanted, units, holds, by=by, at=at)
    held = [h for h in found.held if not _same_hold(kept.get(h.problem.id), h)]
    held += [
        Held(problem=carried[i], reason=reason, by=by, at=at) for i, reason in holds.items() if i in carried
    ]
    known = sum(problem not in holds for problem in carried)
    there = {card.id for card in target.cards} | {pairing.id for pairing in target.pairs}
    result = Carriage(
        round=target,
        added=found.carried,
        held=tuple(held),
        known=known,
        cards=tuple(card for card in gathered.cards if card.id not in there),
        pairs=tuple(pairing for pairing in gathered.pairs if pairing.id not in there),
    )
    messages = _submitted(target, state, found.carried)
    if preview or not result.changed:
        return msgspec.structs.replace(result, messages=messages)
    gone = {h.problem.id for h in held} | {c.id for c in found.carried}
    raw = dict(raw)
    raw["carried"] = [c for c in raw.get("carried", ()) if c["id"] not in gone]
    raw["carried"] += [_builtins(c) for c in found.carried]
    raw["held"] = [h for h in raw.get("held", ()) if h["problem"]["id"] not in gone]
    raw["held"] += [_builtins(h) for h in held]
    for name, more in (("cards", result.cards), ("pairs", result.pairs)):
        if more:
            raw[name] = [*raw.get(name, ()), *map(_builtins, more)]
    raw["pack_version"] = target.pack_version + 1
    amended, _ = round_from_raw(raw)
    space.save_round(raw)
    return msgspec.structs.replace(result, round=amended, messages=messages)


def _open_to(offer: Offered, kept: Mapping[str, Held], holds: Mapping[str, str]) -> bool:
    """Whether an offer is looked at: what a lead held out stays out until named again."""
    held = kept.get(offer.problem.id)
    return held is None or held.reason == OUT_OF_SCOPE or offer.problem.id in holds


def _same_hold(before: Held | None, now: Held) -> bool:
    return before is not None and before.reason == now.reason


def _builtins(value: Any) -> Any:
    return msgspec.to_builtins(value)


def _refuse(target: Round, state: State, gathered: Gathered) -> None:
    if read_freeze(state, target) is not None:
        raise InputFaults([_fault("N09", "这一轮已经封存，不能再转入问题", target.id)])
    if any((s.origin or s.id) == round_key(target) for s in gathered.sources):
        raise InputFaults([_fault("N09", "不能从这一轮转入它自己", target.id, "请选更早的轮次")])


def _refuse_begun(state: State, problems: Iterable[Carried]) -> None:
    faults = [
        _fault("N10", "这个问题在本轮已有复查或整改记录，不能再留下不转", problem.number)
        for problem in problems
        if state.has(rect_key(problem.unit, problem.id))
    ]
    if faults:
        raise InputFaults(faults)


def _submitted(target: Round, state: State, added: Iterable[Carried]) -> tuple[str, ...]:
    """Which visits were submitted before these problems came, so that somebody opens them again."""
    counts = Counter(c.unit for c in added if c.verify and read_visit(state, c.unit).submitted)
    names = {unit.id: unit.name for unit in target.units}
    return tuple(f"{names[u]}已经提交，又转入{n}条待复查，请重新打开补查。" for u, n in counts.items())


def verified_in(space: Workspace, round_: Round) -> set[str]:
    """Ids of the carried problems on which something was recorded in their round."""
    state = _state(_folder(space.round_dir(round_.id)))
    return {c.id for c in round_.carried if state.has(rect_key(c.unit, c.id))}


__all__ = [
    "Carriage",
    "From",
    "Gathered",
    "HandedOn",
    "carry_into",
    "earlier_rounds",
    "gather",
    "hand_over",
    "holds_of",
    "verified_in",
]
