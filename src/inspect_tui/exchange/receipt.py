"""回执: what the lead says back to one inspector, as a file that the inspector's laptop takes in.

It is a merged findings file like any other: the lead's changes on that inspector's units and the changes
they rest on, so that taking it in is a merge and nothing can be asked twice. Being an excerpt it has gaps.
Its extra table `receipt` tells the same in words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.naming import readable_name
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.exchange.signing import RECEIPT as RECEIPT_KIND
from inspect_tui.exchange.signing import sign, table
from inspect_tui.exchange.verifying import RECEIPT
from inspect_tui.model.change import Change, Edit, parse_key, visit_key
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.round import Round
from inspect_tui.model.signing import SignState
from inspect_tui.model.terms import ReviewState
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.deciding import decisions
from inspect_tui.rules.erasing import erasures, without_erased
from inspect_tui.rules.fold import Known, State, is_blank
from inspect_tui.rules.matter import field_words, record_words, unit_name, value_words
from inspect_tui.rules.reading import findings_of_unit, review_of
from inspect_tui.rules.reviewing import Returned, returned_items
from inspect_tui.rules.tables import state_tables
from inspect_tui.store.clean import KeyCollision, clean_json
from inspect_tui.store.content import FindingsContent, read_findings, write_merged
from inspect_tui.store.files import private_folder
from inspect_tui.store.keyring import own_key
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

TABLE = RECEIPT
RECEIPT_VERSION = "1.0"
#: Fault code of a receipt that would have nothing to say.
NOTHING = "R05"
#: Fields that only a lead sets, whoever's file they stand in.
_LEADS = {
    ("visit", "review"),
    ("answer", "returned"),
    ("finding", "same_as"),
    ("round", "frozen"),
    ("erase", "reason"),
}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a receipt in words.

    `kind`: accepted, returned (the unit), returned_item, decided, corrected, joined, erased.
    """

    kind: str
    unit: str
    unit_name: str
    about: str = ""
    text: str = ""
    reason: str = ""
    by: tuple[str, ...] = ()
    at: str = ""
    checklist: str = ""
    item: str = ""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """To whom a receipt goes, from whom, on what."""

    version: str = RECEIPT_VERSION
    inspector: str
    by: tuple[str, ...]
    round: str
    title: str
    units: tuple[str, ...]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as read."""

    head: Head
    told: tuple[Told, ...]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt taken in on the laptop: what it told, what it brought, what is to be looked at again."""

    receipt: Receipt
    round_id: str
    new: int
    returned: tuple[Returned, ...]
    messages: tuple[str, ...] = ()


# -------------------------------------------------------------------- writing


def inspectors(session: Session) -> list[str]:
    """Everybody who recorded in this round, the lead who asks left out; by name."""
    own = set(session.identity.people)
    names = {name for k in session.state.changes.values() for name in k.by}
    return sorted(names - own)


def units_of(state: State, inspector: str) -> list[str]:
    """The units an inspector recorded something on, by id."""
    found: set[str] = set()
    for known in state.changes.values():
        if inspector in known.by and (body := known.body) is not None:
            found |= _units(body.edits)
    return sorted(found)


def write_receipt(session: Session, inspector: str, out: Path | None = None) -> Path:
    """Write the receipt for one inspector; the same changes always give the same bytes.

    `out` is a file or, when it is an existing folder, where the readable name goes. Raises ExportRefused for
    a round marked 秘密 or above, InputFaults when that inspector recorded nothing or nothing was said of
    it, StoreError.
    """
    refuse_secret(session.round)
    session.flush()
    units = units_of(session.state, inspector)
    if not units:
        known = tuple(inspectors(session))
        raise _fault("", "R01", "本轮没有这个人的检查记录", "请核对姓名", inspector, known)
    held = {change.id: change for change in _held(session)}
    wanted = _concerning(session.state, session.writer, set(units))
    kept = without_erased({change: held[change] for change in sorted(wanted) if change in held})
    if not kept:
        remedy = "请先认可、退回或裁定"
        raise _fault("", NOTHING, "还没有对这个人的检查说过什么，没有回执可写", remedy, inspector)
    state = State(kept.values())
    tables: dict[str, Iterable[dict[str, Any]]] = dict(state_tables(state, session.round))
    tables[TABLE] = _table(session, inspector, units)
    ordered = [kept[change] for change in sorted(kept)]
    if (key := own_key(session.identity.name)) is not None:
        tables |= table(sign(key, RECEIPT_KIND, "", [session.raw], ordered))
    folder = session.space.exports_dir if out is None else out
    if out is None or out.is_dir():
        folder = folder / readable_name(["回执", inspector], session.date(), "json")
    private_folder(folder.parent)
    write_merged(folder, [session.raw], kept, tables)
    return folder


def _held(session: Session) -> Iterable[Change]:
    """Every change behind the session's state, as it is stored."""
    from inspect_tui.exchange.received import held

    yield from held(session.space, session.round.id).changes()
    if session.file is not None:
        yield from session.file.changes()


def _concerning(state: State, lead: str, units: Collection[str]) -> set[str]:
    """Ids of the lead's changes on these units, of those on the whole round, and of what they rest on."""
    wanted: set[str] = set()
    retracting: dict[str, tuple[str, ...]] = {}
    for known in state.changes.values():
        if (body := known.body) is None:
            continue
        if body.retract:
            retracting[known.id] = body.retract
        ours = known.writer == lead
        if any((ours or _is_leads(e)) and _concerns(e, units) for e in body.edits):
            wanted.add(known.id)
    # Undoing a decision must travel with it, and so must undoing that.
    while more := {c for c, gone in retracting.items() if c not in wanted and not wanted.isdisjoint(gone)}:
        wanted |= more
    rests = {
        seen
        for change in wanted
        if (body := state.changes[change].body) is not None
        for edit in body.edits
        for seen in edit.saw
    }
    return wanted | (rests & state.changes.keys()) | (state.erased & state.changes.keys())


def _is_leads(edit: Edit) -> bool:
    return bool(edit.decision) or (edit.record.partition("/")[0], edit.field) in _LEADS


def _concerns(edit: Edit, units: Collection[str]) -> bool:
    address = parse_key(edit.record)
    return address is not None and (address.unit in units or address.kind in ("round", "erase"))


def _units(edits: Iterable[Edit]) -> set[str]:
    return {a.unit for e in edits if (a := parse_key(e.record)) is not None and a.unit}


def _table(session: Session, inspector: str, units: list[str]) -> list[dict[str, Any]]:
    head = Head(
        inspector=inspector,
        by=session.identity.people,
        round=session.round.id,
        title=session.round.title,
        units=tuple(units),
    )
    rows: list[Any] = [head, *tell(session.state, session.round, session.writer, units)]
    return [msgspec.to_builtins(row) for row in rows]


def tell(state: State, round_: Round, lead: str, units: Iterable[str]) -> list[Told]:
    """What the lead says about these units, in words: reviews, returned items, decisions, corrections."""
    told: list[Told] = []
    for unit in units:
        held = round_.unit(unit)
        if held is None:
            continue
        name = held.name
        review = review_of(state, unit)
        if review.state is not ReviewState.OPEN:
            told.append(
                Told(
                    kind=review.state.value,
                    unit=unit,
                    unit_name=name,
                    text=review.state.label,
                    reason=review.reason,
                    by=review.by,
                    at=review.at,
                )
            )
        told += [_returned(round_, name, r) for r in returned_items(state, unit)]
        told += [
            Told(
                kind="decided",
                unit=unit,
                unit_name=name,
                about=f"{record_words(round_, d.record)}的{field_words(d.record, d.field)}",
                text=d.text,
                reason=d.reason,
                by=d.by,
                at=d.at,
            )
            for d in decisions(state, unit)
            if d.record != visit_key(unit) or d.field != "review"
        ]
        told += _corrections(state, round_, lead, unit, name)
        for finding in findings_of_unit(state, round_, unit, checklists_for(round_, held)):
            told += [
                Told(kind="joined", unit=unit, unit_name=name, about=f"“{other.text}”", text=finding.text)
                for other in finding.joined
            ]
    for erasure in erasures(state):
        told.append(
            Told(kind="erased", unit="", unit_name="", about=f"操作{erasure.change[:8]}",
                 reason=erasure.reason, by=erasure.by, at=erasure.at)
        )  # fmt: skip
    return told


def _returned(round_: Round, name: str, returned: Returned) -> Told:
    item = round_.item(returned.checklist, returned.item)
    return Told(
        kind="returned_item",
        unit=returned.unit,
        unit_name=name,
        about=f"{returned.item} {item.text}" if item else returned.item,
        reason=returned.reason,
        by=returned.by,
        at=returned.at,
        checklist=returned.checklist,
        item=returned.item,
    )


def _corrections(state: State, round_: Round, lead: str, unit: str, name: str) -> list[Told]:
    """What the lead's file wrote over another's words without a quarrel: texts, severities, headers."""
    told = []
    for record in sorted(state.records(unit)):
        kind = record.partition("/")[0]
        for field in sorted(state.fields(record)):
            if kind not in ("finding", "visit") or (kind, field) in _LEADS or ":" in field:
                continue
            for entry in state.live(record, field):
                before = [k for s in entry.saw if (k := state.changes.get(s)) is not None]
                if entry.writer != lead or entry.decision or not any(k.writer != lead for k in before):
                    continue
                if kind == "visit" and field in ("submitted", "reopened"):
                    continue
                told.append(
                    Told(
                        kind="corrected",
                        unit=unit,
                        unit_name=name,
                        about=f"{record_words(round_, record)}的{field_words(record, field)}"
                        + _before(before, record, field),
                        text=value_words(record, field, entry.value),
                        by=entry.by,
                        at=entry.at,
                    )
                )
    return told


def _before(changes: list[Known], record: str, field: str) -> str:
    """The words that stood there: the newest of them, by the clock, for people to recognise."""
    said = [
        (k.at, value_words(record, field, e.value))
        for k in changes
        if (body := k.body) is not None
        for e in body.edits
        if (e.record, e.field) == (record, field) and not is_blank(e.value)
    ]
    return f"（原为“{max(said)[1]}”）" if said else ""


# -------------------------------------------------------------------- reading


def read_receipt(path: Path) -> Receipt:
    """Read the words of a receipt. Raises InputFaults when the file is none, StoreError."""
    return _receipt_in(read_findings(path), path)


def _receipt_in(content: FindingsContent, path: Path) -> Receipt:
    raw = content.recovered.snapshot.tables.get(TABLE)
    if raw is None or not content.merged:
        raise _fault(path.name, "R02", "这不是回执", "请选组长发回的“回执-……”文件")
    try:
        rows = [clean_json(row) for row in msgspec.json.decode(raw, type=dict[str, Any]).values()]
        head = msgspec.convert(rows[0], Head)
        told = tuple(msgspec.convert(row, Told) for row in rows[1:])
    except (msgspec.MsgspecError, IndexError, KeyCollision, RecursionError) as error:
        raise _fault(path.name, "R02", "回执的内容读不懂", "请组长重新发回执") from error
    return Receipt(head=head, told=told)


def open_receipt(
    space: Workspace, path: Path, who: str, now: dt.datetime, *, accepted: bool = False
) -> Taken:
    """Take a receipt into the round it is for. Raises InputFaults, StoreError; nothing is then taken.

    A receipt for somebody else of the round is taken too, with a word of warning: it is true all the same.
    One whose signature does not fit is taken only when that was `accepted`.
    """
    from inspect_tui.exchange.received import held, scan_for, take
    from inspect_tui.store.bare import rewrite_received

    content = read_findings(path)
    receipt = _receipt_in(content, path)
    wanted = str(content.round_raw.get("id", ""))
    if wanted not in {entry.id for entry in space.rounds() if entry.round is not None}:
        raise _fault(path.name, "R03", "这台电脑上没有回执所说的这一轮", "请先收这一轮的发包文件", wanted)
    found = scan_for(space, wanted, [path])
    if not found.ok:
        reason = next((f.reason for f in found.files if not f.usable), "里面没有能用的记录")
        raise _fault(path.name, "R04", f"这份回执不能收：{reason}", "请组长重新发回执")
    if found.doubtful and not accepted:
        said = found.files[0].signature.words
        raise _fault(path.name, "A14", f"回执{said}，没有收", "请向组长核对；确实要收请加 --yes")
    take(space, wanted, found, who, now)
    round_ = space.round(wanted).round
    assert round_ is not None
    state = State()
    for change in held(space, wanted).changes():
        try:
            state.apply(change)
        except msgspec.ValidationError:
            # Opening the round tells of records that cannot be read; here they say nothing.
            continue
    units = [unit.id for unit in round_.units]
    messages: list[str] = []
    if state.erased:
        rewrite_received(space.round_dir(wanted), state.erased, messages)
    if who and receipt.head.inspector not in who.split("、"):
        messages.append(f"这份回执是给{receipt.head.inspector}的。")
    messages += [f"{f.signature.words}。" for f in found.files if f.signature.state is not SignState.UNSIGNED]
    messages += [
        f"第{rejected.where}条没有收：{rejected.reason}。" for f in found.files for rejected in f.rejected
    ]
    return Taken(
        receipt=receipt,
        round_id=wanted,
        new=found.new,
        returned=tuple(r for unit in units for r in returned_items(state, unit)),
        messages=tuple(messages),
    )


def told_lines(round_: Round, told: Iterable[Told]) -> list[str]:
    """A receipt in lines, for the terminal and the screen."""
    words = {
        "returned_item": "退回的检查项",
        "decided": "组长裁定",
        "corrected": "组长改正",
        "joined": "合为一条",
        "erased": "彻底删除",
    }
    lines = []
    for t in told:
        head = f"{t.unit_name or unit_name(round_, t.unit)}：" if t.unit else ""
        said = words.get(t.kind, "") + (f" {t.about}" if t.about else "")
        text = f"：{t.text}" if t.text and said else t.text
        reason = f"（{t.reason}）" if t.reason else ""
        lines.append(f"{head}{said}{text}{reason}".strip())
    return lines


def _fault(
    file: str, code: str, message: str, remedy: str, value: str = "", allowed: tuple[str, ...] = ()
) -> InputFaults:
    return InputFaults(
        [Fault(code=code, file=file, message=message, value=value[:60], allowed=allowed, remedy=remedy)]
    )
