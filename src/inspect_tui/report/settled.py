"""Settled: what a lead settled about a text, kept as changes so that it survives compiling anew and merging.

A finding or sentence left out, a sentence reworded, a privacy hit confirmed, a text sent out: each is a field
of the record `notice/-/<kind and scope>`. Functions that write return the edits of one change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, notice_key
from inspect_tui.report.document import Document, NoticeKind, Scope, Sentence
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.store.clean import clean_text

EXCLUDE, CONFIRM, ISSUED, TEXT = "exclude", "confirm", "issued", "text."
#: Longest sentence a lead may write.
LONGEST = 2_000


class Reworded(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence in the lead's words, with what it replaced: its fingerprint and records at that time."""

    text: str
    was: str = ""
    role: str = ""
    level: str = ""
    records: tuple[str, ...] = ()


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence as it was sent out: the hash of its words, what it was about."""

    hash: str
    role: str = ""
    records: tuple[str, ...] = ()


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was sent out: of which kind and level, on which day, how, with what each sentence said."""

    kind: str
    level: str
    day: str
    how: str
    scope: str = ""
    names: str = ""
    issue: int = 0
    parts: int = 1
    sentences: dict[str, Told] = {}
    approved_by: str = ""
    by: tuple[str, ...] = ()
    at: str = ""


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """Everything settled about the texts of one kind and scope. `torn` are sentences worded in two ways."""

    excluded: dict[str, str] = {}
    reworded: dict[str, Reworded] = {}
    confirmed: dict[str, str] = {}
    issued: tuple[Issued, ...] = ()
    torn: tuple[str, ...] = ()


def record_of(kind: NoticeKind, scope: Scope) -> str:
    """The record that holds what was settled about such texts."""
    return notice_key(f"{kind.value}~{scope.id}" if scope.id else kind.value)


def read_settled(state: State, kind: NoticeKind, scope: Scope) -> Settled:
    """What stands settled about such texts; what cannot be read is passed over."""
    record = record_of(kind, scope)
    excluded: dict[str, str] = {}
    confirmed: dict[str, str] = {}
    reworded: dict[str, Reworded] = {}
    issued: list[Issued] = []
    torn: list[str] = []
    for field in sorted(state.fields(record)):
        name, _, element = field.partition(":")
        entries = [e for e in state.live(record, field) if not is_blank(e.value)]
        if not entries:
            continue
        if element and name in (EXCLUDE, CONFIRM):
            held = excluded if name == EXCLUDE else confirmed
            held[element] = clean_text("；".join(sorted({_reason(e.value) for e in entries})), newlines=False)
        elif element and name == ISSUED:
            for entry in entries:
                if (told := _read(entry.value, Issued)) is not None:
                    issued.append(msgspec.structs.replace(told, by=entry.by, at=entry.at))
        elif field.startswith(TEXT):
            values = {canonical(e.value): e.value for e in entries}
            if len(values) > 1:
                # Two leads worded it differently: neither is taken before one of them does it again.
                torn.append(field.removeprefix(TEXT))
            elif (told_text := _read(entries[0].value, Reworded)) is not None:
                reworded[field.removeprefix(TEXT)] = told_text
    issued.sort(key=lambda i: (i.day, i.at, i.issue))
    return Settled(
        excluded=excluded,
        reworded=reworded,
        confirmed=confirmed,
        issued=tuple(issued),
        torn=tuple(torn),
    )


def _reason(value: Any) -> str:
    return str(value.get("reason", "")) if isinstance(value, dict) else str(value)


def _read(value: Any, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None


def all_issued(state: State) -> list[Issued]:
    """Every text that was sent out, of any kind and scope, for counting numbers."""
    found = []
    for record in state.records(""):
        if record.startswith("notice/-/"):
            for element in state.elements(record, ISSUED):
                for entry in state.live(record, f"{ISSUED}:{element}"):
                    if (told := _read(entry.value, Issued)) is not None:
                        found.append(msgspec.structs.replace(told, by=entry.by, at=entry.at))
    return found


def next_issue(issued: Iterable[Issued], kind: NoticeKind, year: int) -> int:
    """The next number (第N期) of a kind in a year."""
    held = [i.issue for i in issued if i.kind == kind.value and i.day[:4] == str(year)]
    return max(held, default=0) + 1


# -------------------------------------------------------------------- writing


def exclude(
    state: State, kind: NoticeKind, scope: Scope, wanted: str, reason: str, words: str = ""
) -> list[Edit]:
    """Leave a finding (by record key) or a sentence (by id) out of such texts. Raises NoReason.

    `words` are those of a sentence: once it is left out, nothing else tells what it said.
    """
    value = {"reason": _said(reason)}
    if told := clean_text(words, newlines=False).strip()[:LONGEST]:
        value["text"] = told
    return [set_field(state, record_of(kind, scope), f"{EXCLUDE}:{wanted}", value)]


def excluded_words(state: State, kind: NoticeKind, scope: Scope) -> dict[str, str]:
    """What the sentences said that were left out, as far as it was kept."""
    record = record_of(kind, scope)
    found = {}
    for element in state.elements(record, EXCLUDE):
        for entry in state.live(record, f"{EXCLUDE}:{element}"):
            if isinstance(entry.value, dict) and entry.value.get("text"):
                found[element] = clean_text(str(entry.value["text"]), newlines=False)
    return found


def include(state: State, kind: NoticeKind, scope: Scope, wanted: str) -> list[Edit]:
    """Tell again what was left out."""
    return [set_field(state, record_of(kind, scope), f"{EXCLUDE}:{wanted}", None)]


def reword(state: State, document: Document, sentence: Sentence, text: str) -> list[Edit]:
    """Put the lead's words in place of a sentence; blank words bring the compiled ones back."""
    record = record_of(document.kind, document.scope)
    words = clean_text(text, newlines=False).strip()[:LONGEST]
    value: Any = None
    if words:
        value = msgspec.to_builtins(
            Reworded(
                text=words,
                was=sentence.print,
                role=sentence.role,
                level=document.level.value,
                records=sentence.records,
            )
        )
    return [set_field(state, record, TEXT + sentence.id, value)]


def confirm(state: State, kind: NoticeKind, scope: Scope, hits: Iterable[str], reason: str) -> list[Edit]:
    """Confirm privacy hits by their ids, so that the text may go out with them. Raises NoReason."""
    value = {"reason": _said(reason)}
    record = record_of(kind, scope)
    return [set_field(state, record, f"{CONFIRM}:{hit}", value) for hit in dict.fromkeys(hits)]


def issue(state: State, document: Document, how: str, parts: int = 1, approved_by: str = "") -> list[Edit]:
    """Record that a text went out: copied, or written to a file, and who approved it where that is asked."""
    told = Issued(
        kind=document.kind.value,
        level=document.level.value,
        names=document.name_units.value,
        scope=document.scope.id,
        day=document.day.isoformat(),
        how=how,
        issue=document.issue,
        parts=parts,
        approved_by=clean_text(approved_by, newlines=False).strip(),
        sentences={s.id: told_of(s) for s in document.sentences()},
    )
    value = {k: v for k, v in msgspec.to_builtins(told).items() if k not in ("by", "at")}
    name = f"{told.day}-{digest(canonical(value))[:8]}"
    return [set_field(state, record_of(document.kind, document.scope), f"{ISSUED}:{name}", value)]


def told_of(sentence: Sentence) -> Told:
    """A sentence as it is remembered once it went out."""
    return Told(
        hash=digest(sentence.text.encode("utf-8", "replace"))[:16],
        role=sentence.role,
        records=sentence.records,
    )


def _said(reason: str) -> str:
    said = clean_text(reason, newlines=False).strip()
    if not said:
        raise NoReason("请写明原因")
    return said


# -------------------------------------------------------------------- putting it into a document


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """A document with what was settled in it. `lost` are reworded sentences that are no longer there."""

    document: Document
    edited: int = 0
    stale: int = 0
    dropped: int = 0
    lost: int = 0


def apply(document: Document, settled: Settled, clear: Callable[[str, str], str]) -> Applied:
    """The document with sentences left out and reworded; `clear` takes out what the lead's words may not say.

    A rewording is found by the sentence's id, else by the records it was about.
    """
    sentences = list(document.sentences())
    ids = {s.id for s in sentences}
    chosen = {key: told for key, told in settled.reworded.items() if key in ids}
    rest = {key: told for key, told in settled.reworded.items() if key not in ids}
    lost = 0
    for told in rest.values():
        if told.level != document.level.value:
            continue
        about = next(
            (
                s.id
                for s in sentences
                if s.role == told.role and s.id not in chosen and set(s.records) & set(told.records)
            ),
            None,
        )
        if about is None:
            lost += 1
        else:
            chosen[about] = told
    edited = stale = dropped = 0

    def change(sentence: Sentence) -> Sentence | None:
        nonlocal edited, stale, dropped
        if sentence.id in settled.excluded:
            dropped += 1
            return None
        told = chosen.get(sentence.id)
        if told is None:
            return sentence
        edited += 1
        moved = told.was != sentence.print
        stale += moved
        return msgspec.structs.replace(
            sentence,
            text=clear(clean_text(told.text, newlines=False), "改过的句子"),
            edited=True,
            stale=moved,
            original=sentence.text,
        )

    made = document.map(change) if chosen or settled.excluded else document
    return Applied(document=made, edited=edited, stale=stale, dropped=dropped, lost=lost)


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What a text says otherwise than when it last went out. `removed` are ids with what they were about."""

    added: tuple[Sentence, ...]
    changed: tuple[Sentence, ...]
    removed: dict[str, Told]

    @property
    def same(self) -> bool:
        return not (self.added or self.changed or self.removed)


def last_issued(settled: Settled, document: Document) -> Issued | None:
    """The last text of the same level and naming that went out."""
    alike = [
        i
        for i in settled.issued
        if i.level == document.level.value and i.names in ("", document.name_units.value)
    ]
    return alike[-1] if alike else None


def compare(before: Issued, document: Document) -> Compared:
    """What changed since a text went out."""
    now = {s.id: s for s in document.sentences()}
    return Compared(
        added=tuple(s for key, s in now.items() if key not in before.sentences),
        changed=tuple(
            s
            for key, s in now.items()
            if key in before.sentences and before.sentences[key].hash != told_of(s).hash
        ),
        removed={key: told for key, told in before.sentences.items() if key not in now},
    )
