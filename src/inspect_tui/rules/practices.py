"""Good practice that spreads: cards (经验) a lead writes from 好的做法, and which units took them up.

A card keeps its id for life. In the rounds after, units are asked lightly whether they took it up; nothing
waits for their answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, adopt_key, card_key, parse_key
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.spread import Adoption, Card, Uptake
from inspect_tui.model.terms import FindingKind, Profile
from inspect_tui.model.view import Finding
from inspect_tui.rules.actions import delete_record, set_element, set_field
from inspect_tui.rules.applicability import checklists_for, inspected_units, profile_of
from inspect_tui.rules.canonical import canonical
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.going_on import (
    Now,
    differing,
    last_hand,
    newest,
    records_going_on,
    records_of_kind,
    source_of,
    texts_said,
)
from inspect_tui.rules.problems import problem_id
from inspect_tui.rules.reading import findings_of_unit, read_visit
from inspect_tui.rules.reviewing import NoReason

#: The fields of a card that people write, each with what it is called.
CARD_FIELDS = {"title": "名称", "what": "做法", "effect": "效果", "how": "怎样学"}
SAID, PROFILE, DELETED = "said", "profile", "deleted"
#: A title is to fit a line of a table; a line of basis a line of a report.
TITLE_LENGTH, BASIS_LENGTH, TEXT_LENGTH = 40, 200, 4000
_CLAUSE = r"[，,；;。：:！!？?\n]+"


class CardNow(Now, frozen=True, kw_only=True):
    """A card as it now reads, with what units said of it so far."""

    card: Card

    @property
    def uptakes(self) -> dict[str, Adoption]:
        """What each unit said last, by unit id."""
        return {adoption.unit: adoption for adoption in self.card.adopted}

    @property
    def adopters(self) -> list[Adoption]:
        """The units that do it, in full before in part."""
        taken = [a for a in self.uptakes.values() if a.uptake.taken]
        return sorted(taken, key=lambda a: a.uptake is not Uptake.ADOPTED)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A card a unit is asked about: what it says in this round, and what it said before.

    `sides` are the differing answers where two inspectors wrote down different ones.
    """

    card: Card
    now: Adoption | None = None
    before: Adoption | None = None
    sides: tuple[Adoption, ...] = ()

    @property
    def waiting(self) -> bool:
        """Whether there is something to ask: nobody did, and the earlier answer was not the last word."""
        return self.now is None and not self.sides and not (self.before and self.before.uptake.settled)


# -------------------------------------------------------------------- cards


def good_findings(state: State, round_: Round) -> list[Finding]:
    """The 好的做法 of a round that may be told, in roster order."""
    return [
        finding
        for unit in inspected_units(round_)
        for finding in findings_of_unit(state, round_, unit.id, checklists_for(round_, unit))
        if finding.kind is FindingKind.GOOD_PRACTICE and not finding.contested
    ]


def titles_for(text: str) -> list[str]:
    """Titles a finding's own words offer: its first clause, its last one, its first two, the whole."""
    clauses = [part.strip() for part in re.split(_CLAUSE, text) if part.strip()]
    if not clauses:
        return []
    offered = [clauses[0], clauses[-1], "，".join(clauses[:2]), "，".join(clauses)]
    return list(dict.fromkeys(t for t in offered if len(t) <= TITLE_LENGTH)) or [clauses[0][:TITLE_LENGTH]]


def card_id(round_: Round, finding: str) -> str:
    """The id of the card written from a finding: one finding makes one card, whoever promotes it."""
    return problem_id(round_, finding)


def cards_of(state: State, round_: Round) -> list[CardNow]:
    """The cards a round knows: those it came with, then its own in roster order, without withdrawn ones."""
    said = _adoptions(state, round_)
    going = records_going_on(state, round_, "card", round_.cards, card_key)
    read = (_read(state, round_, record, frozen, said) for record, frozen in going)
    return [now for now in read if now is not None]


def _read(
    state: State, round_: Round, record: str, frozen: Card | None, said: Mapping[str, list[Adoption]]
) -> CardNow | None:
    """A card as frozen, overlaid by what this round's leads wrote; None where it is withdrawn or no card."""
    if state.deleted(record):
        return None
    address = parse_key(record)
    assert address is not None
    unit = round_.unit(address.unit)
    texts = texts_said(state, record, (*CARD_FIELDS, "finding", "on"))
    marked = tuple(p for p in Profile if p.value in state.elements(record, PROFILE))
    unmarked = {p for p in Profile if state.live(record, f"{PROFILE}:{p.value}")}
    if frozen is None:
        if not texts.get("title") or not texts.get("what"):
            return None
        card = Card(
            id=address.label,
            unit=address.unit,
            unit_name=unit.name if unit is not None else address.unit,
            source=source_of(round_),
            profiles=marked,
            title=texts["title"],
            what=texts["what"],
            effect=texts.get("effect", ""),
            how=texts.get("how", ""),
            finding=texts.get("finding", ""),
            on=texts.get("on", ""),
        )
    else:
        filled = {name: text for name, text in texts.items() if text or name not in ("title", "what")}
        kept = [p for p in Profile if p in marked or (p in frozen.profiles and p not in unmarked)]
        card = msgspec.structs.replace(frozen, profiles=tuple(kept), **filled)
    by, at = last_hand(state, record, CARD_FIELDS)
    adopted = (*card.adopted, *said.get(card.id, ()))
    return CardNow(
        record=record,
        card=msgspec.structs.replace(card, adopted=adopted),
        contested=differing(state, record, CARD_FIELDS),
        here=unit is not None,
        new=frozen is None,
        by=by,
        at=at,
    )


def promote(
    state: State,
    round_: Round,
    finding: Finding,
    day: str,
    said: Mapping[str, str],
    profiles: Iterable[Profile] = (),
) -> list[Edit]:
    """Write a card from a 好的做法. Raises NoReason for any other finding, and without title or 做法."""
    if finding.kind is not FindingKind.GOOD_PRACTICE:
        raise NoReason("只有好的做法能写成经验")
    if finding.contested:
        raise NoReason("这条好的做法还有不同意见，裁定以后再写成经验")
    record = card_key(finding.unit, card_id(round_, finding.key))
    texts = {name: str(said.get(name, "")).strip() for name in CARD_FIELDS}
    texts["what"] = texts["what"] or finding.text.strip()
    _refuse(texts)
    values = texts | {"finding": finding.key, "on": day}
    edits = [
        set_field(state, record, name, value)
        for name, value in values.items()
        if value != state.value(record, name, "")
    ]
    if any(e.value for e in state.live(record, DELETED)):
        edits.append(set_field(state, record, DELETED, False))
    return edits + set_profiles(state, record, (), profiles)


def rewrite(state: State, now: CardNow, said: Mapping[str, str]) -> list[Edit]:
    """Change some of a card's words. Raises NoReason without title or 做法, or for a unit of other rounds."""
    if not now.here:
        raise NoReason(f"本轮没有{now.card.unit_name}，不能改它的经验")
    texts = {name: getattr(now.card, name) for name in CARD_FIELDS}
    changed = {
        n: v.strip()
        for n, v in said.items()
        if n in CARD_FIELDS and (v.strip() != texts[n] or n in now.contested)
    }
    _refuse(texts | changed)
    return [set_field(state, now.record, name, value) for name, value in changed.items()]


def set_profiles(state: State, record: str, held: Iterable[Profile], wanted: Iterable[Profile]) -> list[Edit]:
    """Make a card be for units of exactly these profiles; none means all."""
    before, after = set(held), set(wanted)
    return [
        set_element(state, record, PROFILE, profile.value, profile in after)
        for profile in Profile
        if (profile in before) != (profile in after)
    ]


def withdraw(state: State, now: CardNow) -> list[Edit]:
    """Take a card back: it is asked and told of no more. Raises NoReason for a unit of other rounds."""
    if not now.here:
        raise NoReason(f"本轮没有{now.card.unit_name}，不能撤回它的经验")
    return [delete_record(state, now.record)]


def _refuse(texts: Mapping[str, str]) -> None:
    if not texts["title"]:
        raise NoReason("请写经验的名称")
    if len(texts["title"]) > TITLE_LENGTH:
        raise NoReason(f"名称请不超过{TITLE_LENGTH}个字")
    if not texts["what"]:
        raise NoReason("请写做法")
    if any(len(text) > TEXT_LENGTH for text in texts.values()):
        raise NoReason(f"每一处请不超过{TEXT_LENGTH}个字")


# -------------------------------------------------------------------- adoption


def asked_of(state: State, round_: Round, unit: str) -> list[Asked]:
    """The cards a unit is asked about: other units' of earlier rounds, for its profile.

    One that was asked after in as many rounds as lineage is kept is no longer asked.
    """
    if round_.unit(unit) is None:
        return []
    profile = profile_of(state, round_, unit)
    found = []
    for frozen in round_.cards:
        if frozen.unit == unit or frozen.rounds >= round_.rules.lineage_rounds:
            continue
        now = _read(state, round_, card_key(frozen.unit, frozen.id), frozen, {})
        if now is None:
            continue
        here = _said_of(state, round_, unit, frozen.id)
        if not now.card.fits(profile) and not here:
            continue
        before = [a for a in frozen.adopted if a.unit == unit]
        found.append(
            Asked(
                card=now.card,
                now=here[0] if len(here) == 1 else None,
                before=before[-1] if before else None,
                sides=tuple(here) if len(here) > 1 else (),
            )
        )
    return found


def say(state: State, unit: str, card: Card, uptake: Uptake | None, basis: str = "") -> list[Edit]:
    """Note whether a unit took a card up; None takes the note back.

    Raises NoReason where an adoption rests on nothing, or for the unit the practice comes from.
    """
    if unit == card.unit:
        raise NoReason("这是本单位自己的经验，不用问")
    key = adopt_key(unit, card.id)
    if uptake is None:
        return [set_field(state, key, SAID, None)] if state.values(key, SAID) else []
    told = basis.strip()
    if uptake.taken and not told:
        raise NoReason("请用一句话写明依据，看到了什么")
    if len(told) > BASIS_LENGTH:
        raise NoReason(f"依据请不超过{BASIS_LENGTH}个字")
    value = {"uptake": uptake.value, "basis": told}
    return [] if state.values(key, SAID) == [value] else [set_field(state, key, SAID, value)]


def read_uptake(value: Any) -> tuple[Uptake, str] | None:
    """What a change says a unit said; a foreign file may say anything."""
    if not isinstance(value, dict):
        return None
    told, basis = value.get("uptake"), value.get("basis", "")
    uptake = next((u for u in Uptake if u.value == told), None)
    if uptake is None or not isinstance(basis, str) or len(basis) > BASIS_LENGTH:
        return None
    return uptake, basis


def _said_of(state: State, round_: Round, unit: str, card: str) -> list[Adoption]:
    """The differing answers of a unit in this round, agreeing ones once."""
    there = round_.unit(unit)
    visit = read_visit(state, unit)
    told: dict[bytes, Adoption] = {}
    for entry in state.live(adopt_key(unit, card), SAID):
        read = None if is_blank(entry.value) else read_uptake(entry.value)
        if read is not None:
            told.setdefault(
                canonical(entry.value),
                Adoption(
                    unit=unit,
                    unit_name=there.name if there is not None else unit,
                    uptake=read[0],
                    source=source_of(round_),
                    basis=read[1],
                    on=visit.date or entry.at[:10],
                ),
            )
    return list(told.values())


def _adoptions(state: State, round_: Round) -> dict[str, list[Adoption]]:
    """What this round's units say, by card; answers under two opinions are left out until settled."""
    found: dict[str, list[Adoption]] = {}
    ids = {card.id: card.unit for card in round_.cards}
    for unit in round_.units:
        for record in records_of_kind(state, unit.id, "adopt"):
            address = parse_key(record)
            if address is None or ids.get(address.label, unit.id) == unit.id:
                continue
            said = _said_of(state, round_, unit.id, address.label)
            if len(said) == 1:
                found.setdefault(address.label, []).append(said[0])
    return found


# -------------------------------------------------------------------- on to the next round


def cards_left(state: State, round_: Round) -> list[Card]:
    """The cards a round leaves to the next one, with what its units said of them."""
    return [
        msgspec.structs.replace(now.card, rounds=now.card.rounds + (not now.new))
        for now in cards_of(state, round_)
    ]


def newest_cards(leaves: Iterable[Iterable[Card]]) -> tuple[Card, ...]:
    """Several rounds' cards together: each once, as the round that had it longest knows it."""
    return newest(leaves, lambda card: (card.rounds, len(card.adopted)))


# -------------------------------------------------------------------- the register


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """A unit in the register of 一组一特色: its own cards, those it took up, and since which round.

    `profile` is None for a unit that is not part of the round.
    """

    unit: str
    name: str
    profile: Profile | None
    feature: str
    originated: tuple[Card, ...]
    adopted: tuple[tuple[Card, Adoption], ...]
    since: str


def register(state: State, round_: Round) -> list[Feature]:
    """Every unit of the round, then those of earlier rounds whose practice spread, in order of appearance."""
    cards = cards_of(state, round_)
    units: dict[str, Unit | None] = {unit.id: unit for unit in inspected_units(round_)}
    names = {unit.id: unit.name for unit in round_.units}
    for now in cards:
        there = [(now.card.unit, now.card.unit_name), *((a.unit, a.unit_name) for a in now.adopters)]
        for unit_id, name in there:
            units.setdefault(unit_id, round_.unit(unit_id))
            names.setdefault(unit_id, name)
    return [_feature(state, round_, cards, unit_id, unit, names[unit_id]) for unit_id, unit in units.items()]


def _feature(
    state: State, round_: Round, cards: list[CardNow], unit: str, there: Unit | None, name: str
) -> Feature:
    own = tuple(now.card for now in cards if now.card.unit == unit)
    taken = tuple(
        (now.card, said) for now in cards if (said := now.uptakes.get(unit)) is not None and said.uptake.taken
    )
    first = [(card.on, card.source.title) for card in own]
    for card, _ in taken:
        first += [(a.on, a.source.title) for a in card.adopted if a.unit == unit and a.uptake.taken]
    return Feature(
        unit=unit,
        name=name,
        profile=profile_of(state, round_, unit) if there is not None else None,
        feature=there.feature if there is not None else "",
        originated=own,
        adopted=taken,
        since=min(first)[1] if first else "",
    )


# -------------------------------------------------------------------- foreign files


def card_fault(field: str, value: Any) -> bool:
    """Whether an edit of a card says something that is none; what a newer version adds is not judged."""
    if field in (*CARD_FIELDS, "finding", "on"):
        return value is not None and not (isinstance(value, str) and len(value) <= TEXT_LENGTH)
    if field == DELETED or field.startswith(f"{PROFILE}:"):
        return not isinstance(value, bool)
    return False


def adopt_fault(field: str, value: Any) -> bool:
    """Whether an edit of a unit's answer says something that is none."""
    return field == SAID and value is not None and read_uptake(value) is None
