"""Judging: which changes of a foreign file are sound in themselves, fast where nothing is doubtful.

The quick checks here only ever say “surely sound”; whatever they are not sure of goes to
`verifying.change_faults`, which gives the reasons. A verdict depends on the change and on the rounds in its
own file alone, never on what else is merged, because otherwise the order of files would show.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from inspect_tui.exchange.lone import Lone, lone
from inspect_tui.exchange.verifying import change_faults
from inspect_tui.model.change import GENESIS, Body, Change
from inspect_tui.model.round import Round
from inspect_tui.model.view import Judgement
from inspect_tui.rules.canonical import ID_LENGTH, canonical, item_hash
from inspect_tui.rules.evidence import PREFIX as EVIDENCE
from inspect_tui.rules.evidence import lawful as lawful_evidence
from inspect_tui.rules.lifecycle import step_of
from inspect_tui.store.clean import clean_json, clean_text

#: A change is one user action; the largest real one, a whole section at once, stays under a tenth of this.
CHANGE_BYTES = 1024 * 1024
#: Deepest nesting of a value in a change; real ones have three levels.
DEPTH = 16

_ID = re.compile(r"[0-9a-f]{32}")
_WRITER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_body = msgspec.json.Decoder(Body)


class Grounds:
    """What changes are judged by: the units and items of the rounds their file carries."""

    def __init__(self, rounds: Iterable[Round]) -> None:
        # The newest pack last: it is the one that names what is shown.
        self.rounds = sorted(rounds, key=lambda r: (r.pack_version, canonical(r)))
        self.newest = self.rounds[-1]
        self.key = canonical(self.newest)
        self.units = {unit.id for round_ in self.rounds for unit in round_.units}
        #: Items of any pack as `checklist/item`, with the hash of their text in the newest that has them.
        self.items = {
            f"{checklist.id}/{item.id}": item_hash(item)
            for round_ in self.rounds
            for checklist in round_.checklists
            for item in checklist.items()
        }

    def stale(self, body: Body) -> bool:
        """Whether a change judges an item by a text that now reads otherwise (需重看)."""
        for edit in body.edits:
            if edit.field == "judgement" and isinstance(edit.value, dict):
                told = edit.value.get("item")
                if told and told != self.items.get(edit.record.partition("/")[2].partition("/")[2], told):
                    return True
        return False

    def surely_known(self, body: Body) -> bool:
        """Whether every edit surely is of a record of ours, at units and items of the round."""
        for edit in body.edits:
            parts = edit.record.split("/")
            match parts:
                case ["answer", unit, checklist, item]:
                    known = unit in self.units and f"{checklist}/{item}" in self.items
                    if edit.field == "judgement" and edit.value is not None:
                        msgspec.convert(edit.value, Judgement)
                case ["visit", unit]:
                    known = unit in self.units
                case ["rect", unit, problem]:
                    known = unit in self.units and problem != ""
                    if edit.field == "step" and edit.value is not None:
                        step_of(edit.value)
                case ["finding", unit, free]:
                    known = unit in self.units and len(free) > 1 and free[0] == "~"
                case ["finding", unit, checklist, item, _, *_]:
                    known = unit in self.units and f"{checklist}/{item}" in self.items
                case _:
                    known = False
            if edit.field.startswith(EVIDENCE) and not lawful_evidence(edit.field, edit.value):
                known = False
            if not known:
                return False
        return True

    def faults(self, change: Change) -> list[str]:
        """Why a change cannot be taken; empty when it is sound."""
        early = _early_faults(change)
        if early:
            return early
        # Sound under any pack of the round is sound: an amended pack may drop what was checked before.
        reasons: list[str] = []
        for round_ in reversed(self.rounds):
            found = _all_faults(change, round_)
            if not found:
                return []
            reasons = reasons or found
        return reasons


def _early_faults(change: Change) -> list[str]:
    """What is looked at before a body is read: names, sizes, depth."""
    if not (_WRITER.fullmatch(change.writer) and _ID.fullmatch(change.id)):
        return ["编号写法不对"]
    if change.prev != GENESIS and not _ID.fullmatch(change.prev):
        return ["前一条改动的编号写法不对"]
    if change.body is None:
        return []
    if change.hash:
        return ["既有内容，又说内容已彻底删除"]
    if memoryview(change.body).nbytes > CHANGE_BYTES:
        return ["这一条改动大得不正常（超过1MB）"]
    try:
        if _too_deep(msgspec.json.decode(change.body), DEPTH):
            return ["内容嵌套过深"]
    except RecursionError:
        return ["内容嵌套过深"]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ["内容不合格式"]
    return []


def _all_faults(change: Change, round_: Round) -> list[str]:
    try:
        found = list(change_faults(change, round_))
    except (ValueError, msgspec.MsgspecError, RecursionError):
        # Cleaning two keys into one, a lone surrogate in an escape: the text is not as we write it.
        found = ["文字里有控制字符或不可见字符"]
    if not found and change.body is not None and _doubled_key(bytes(change.body)):
        found = ["同一字段写了两次"]
    return found


def _too_deep(value: Any, left: int) -> bool:
    if isinstance(value, dict):
        return left == 0 or any(_too_deep(part, left - 1) for part in value.values())
    if isinstance(value, list):
        return left == 0 or any(_too_deep(part, left - 1) for part in value)
    return False


def _doubled_key(raw: bytes) -> bool:
    import json

    doubled = False

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        doubled = doubled or len({key for key, _ in pairs}) != len(pairs)
        return dict(pairs)

    json.loads(raw, object_pairs_hook=look)
    return doubled


# -------------------------------------------------------------------- many at once


def plainly_clean(data: bytes) -> bool:
    """Whether the text of a whole file surely has nothing in it that cleaning would alter, escapes aside.

    Raises UnicodeDecodeError.
    """
    # Line ends stand between documents, and people type ideographic spaces; both are harmless.
    text = data.replace(b"\n", b"").decode("utf-8")
    printable = text.isprintable() or text.replace("\u3000", "").isprintable()
    return printable and unicodedata.is_normalized("NFC", text)


class Judged(msgspec.Struct, kw_only=True):
    """What judging a list of changes found; `rejected` are (place counted from 1, change, reasons).

    `stale` are ids of changes that judge an item by another text than the newest pack has; `lone` what
    the lone changes among them say.
    """

    good: list[Change]
    rejected: list[tuple[int, Change, list[str]]]
    inspectors: dict[str, int]
    stale: set[str]
    lone: dict[str, Lone]


def judge(
    changes: list[Change],
    grounds: Grounds,
    *,
    clean: bool,
    tick: Callable[[int], None] = lambda done: None,
) -> Judged:
    """Judge the changes of one file. `clean` says its text is plainly clean; `tick` may raise to stop."""
    sha256, decode, encode = hashlib.sha256, _body.decode, canonical
    units, items = grounds.units, grounds.items
    good: list[Change] = []
    rejected: list[tuple[int, Change, list[str]]] = []
    people: dict[tuple[str, ...], int] = {}
    writers: dict[str, bool] = {}
    stale: set[str] = set()
    alone: dict[str, Lone] = {}
    authors: dict[tuple[str, ...], tuple[str, ...]] = {}
    last = GENESIS
    for number, change in enumerate(changes, 1):
        if not number & 0xFFF:
            tick(number)
        raw = change.body
        sure = False
        if raw is not None and not change.hash:
            writer = change.writer
            if writer not in writers:
                writers[writer] = bool(_WRITER.fullmatch(writer))
            data = bytes(raw)
            digest = sha256(data).hexdigest()[:ID_LENGTH]
            named = sha256(f"{change.prev}\n{writer}\n{digest}".encode(errors="replace")).hexdigest()
            if (
                writers[writer]
                and change.id == named[:ID_LENGTH]
                and (change.prev == last or change.prev == GENESIS or _ID.fullmatch(change.prev))
                and len(data) <= CHANGE_BYTES
            ):
                try:
                    # What is not written as we write it may hold a key twice, or what we cannot see.
                    sure = b"\\" not in data or _escapes_clean(data)
                    said = lone(data, authors)
                    if said is None:
                        body = decode(data)
                        sure = sure and encode(body) == data
                        if sure and data.count(b"{") + data.count(b"[") > DEPTH:
                            sure = not _too_deep(msgspec.json.decode(data), DEPTH)
                    by = body.by if said is None else said.by
                    if sure and not clean:
                        sure = plainly_clean(data)
                    if sure and said is not None:
                        _, unit, key = said.record.split("/", 2)
                        wording = items.get(key)
                        sure = unit in units and wording is not None
                        if wording != said.judgement.item and said.judgement.item:
                            stale.add(change.id)
                    elif sure:
                        sure = grounds.surely_known(body)
                        if sure and grounds.stale(body):
                            stale.add(change.id)
                    if sure:
                        people[by] = people.get(by, 0) + 1
                        if said is not None:
                            alone[change.id] = said
                except (ValueError, RecursionError):
                    sure = False
        if not sure:
            reasons = grounds.faults(change)
            if reasons:
                rejected.append((number, change, reasons))
                continue
            if raw is not None:
                body = decode(raw)
                people[body.by] = people.get(body.by, 0) + 1
                if grounds.stale(body):
                    stale.add(change.id)
        last = change.id
        good.append(change)
    inspectors: dict[str, int] = {}
    for names, count in people.items():
        for name in names:
            inspectors[clean_text(name, newlines=False)] = inspectors.get(name, 0) + count
    return Judged(good=good, rejected=rejected, inspectors=inspectors, stale=stale, lone=alone)


def _escapes_clean(data: bytes) -> bool:
    raw = msgspec.json.decode(data)
    return bool(clean_json(raw) == raw)
